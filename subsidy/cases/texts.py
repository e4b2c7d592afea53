"""The texts of messages about cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.messages.texts import Field, Text, register

APPLICANT, LOCAL, UPPER, FINANCE = _("申报单位"), _("初审人员"), _("复审人员"), _("财政会审人员")
NUMBER = Field("number", _("案件编号"), "JL-2026-00001")
DAY = Field("day", _("截止日期"), "2026-05-27", needed=True)
REASON = Field("reason", _("理由"), _("因银行资料开具需要时间"), needed=True)

CORRECTION = register(Text(
    "cases.correction_asked", _("补正通知"), APPLICANT, _("{number} 需补正 {count} 项，请于 {day} 前提交"), "{items}",
    (
        NUMBER, Field("count", _("补正项数"), "2"), DAY,
        Field("items", _("补正事项"), _("1. 审计报告：缺少签字页\n2. 发票：金额不一致"), needed=True),
    ),
))  # fmt: skip
EXTENDED = register(Text(
    "cases.correction_extended", _("补正期限延长"), APPLICANT, _("{number} 补正期限延长至 {day}"), "{reason}",
    (NUMBER, DAY, REASON),
))  # fmt: skip
DECLINED = register(Text(
    "cases.declined", _("不予支持"), APPLICANT, _("{number} 不予支持"), _("理由：{reason} 依据：{source}"),
    (NUMBER, REASON, Field("source", _("依据条款"), _("实施细则第六条"), needed=True)),
))  # fmt: skip
SUBMITTED = register(Text(
    "cases.submitted", _("收到申报"), LOCAL, _("{enterprise}提交了申报 {number}"),
    _("第 {version} 版，提交时间 {time}。"),
    (
        NUMBER, Field("enterprise", _("申报单位名称"), _("某某智能装备有限公司")), Field("version", _("申报版本"), "1"),
        Field("time", _("提交时间"), "2026-05-20 14:05"),
    ),
))  # fmt: skip
RETURNED = register(Text(
    "cases.returned", _("上级退回"), LOCAL, _("{number} 已由上级退回"), "{reason}", (NUMBER, REASON),
))  # fmt: skip
NOT_SIGNED = register(Text(
    "cases.not_signed", _("财政会审未同意"), LOCAL, _("{number} 财政会审未同意"), "{reason}", (NUMBER, REASON),
))  # fmt: skip
SENT_UP = register(Text(
    "cases.sent_up", _("收到上报"), UPPER, _("{agency}上报 {count} 件：{numbers}"), "",
    (
        Field("agency", _("上报单位"), _("延吉市工信局")), Field("count", _("件数"), "3"),
        Field("numbers", _("文号"), _("延工信字〔2026〕12号")),
    ),
))  # fmt: skip
RELEASED = register(Text(
    "cases.released", _("准予撤回上报"), LOCAL, _("{numbers} 已准予撤回，请重新办理"), "{reason}",
    (Field("numbers", _("文号"), _("延工信字〔2026〕12号")), REASON),
))  # fmt: skip
