"""The texts of messages about notices and objections."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.messages.texts import Field, Text, register

OBJECTION = register(Text(
    "notices.objection", _("收到异议"), _("公示办理人员"), _("收到对公示的异议 {number}"), "",
    (Field("number", _("受理编号"), "YY-2026-00001", needed=True),),
))  # fmt: skip
RECOUNTED = register(Text(
    "notices.recounted", _("公示截止日改变"), _("公示拟稿人"),
    _("《{title}》公示截止日按工作日历改为 {day}"), "{reason}",
    (
        Field("title", _("公示标题"), _("关于拟支持项目的公示")),
        Field("day", _("公示截止日"), "2026-05-27", needed=True),
        Field("reason", _("理由"), _("端午节放假安排调整"), needed=True),
    ),
))  # fmt: skip
