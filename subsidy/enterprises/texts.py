"""The texts of messages about bars. What the law wants told (period, reason, source, remedy) no wording leaves out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.messages.texts import Field, Text, register

FIRM = _("企业")
DAY = Field("day", _("日期"), "2026-06-01", needed=True)

BARRED = register(Text(
    "enterprises.barred", _("停止申报资格"), FIRM, _("本单位自 {day} 起被停止申报资格"),
    _("期限：{until}\n理由：{reason}\n依据：{source}（{decision}）\n{appeal}"),
    (
        DAY, Field("until", _("期限"), _("至 2031-06-01 前（该日起可以申报）"), needed=True),
        Field("reason", _("理由"), _("提供虚假发票"), needed=True),
        Field("source", _("依据条款"), _("实施细则第十三条"), needed=True),
        Field("decision", _("处理决定文号"), _("吉工信罚〔2026〕1号"), needed=True),
        Field("appeal", _("救济途径"), _("可以自收到决定书之日起六十日内申请行政复议。"), needed=True),
    ),
))  # fmt: skip
LIFTED = register(Text(
    "enterprises.bar_lifted", _("解除禁止申报"), FIRM, _("对本单位的禁止申报自 {day} 起解除"), "{reason}",
    (DAY, Field("reason", _("理由"), _("复议撤销"), needed=True)),
))  # fmt: skip
