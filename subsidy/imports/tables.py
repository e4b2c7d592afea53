"""The lists of the import pages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from subsidy.imports.models import Import
from subsidy.papers.columns import Column, Kind, Tag


def _state(row: Import) -> Tag:
    if row.refusal:
        return Tag(_("未采用"), "bad")
    if row.applied_at:
        return Tag(_("已导入"), "good")
    return Tag(_("处理中"), "run") if row.is_waiting else Tag(_("待确认"), "you")


IMPORTS = (
    Column("file", _("文件"), Kind.LINK, css="zh", head=True, href=lambda row: reverse("imports:one", args=[row.pk])),
    Column("asked_by", _("上传人"), css="nw"),
    Column("asked_at", _("上传时间"), Kind.DATETIME),
    Column("new", _("新增"), Kind.NUMBER),
    Column("changed", _("更新"), Kind.NUMBER),
    Column("wrong", _("需修改"), Kind.NUMBER),
    Column("state", _("状态"), Kind.TAG, accessor=_state),
)
PROBLEMS = (
    Column("row", _("行"), Kind.NUMBER, head=True),
    Column("column", _("列"), css="nw"),
    Column("value", _("填写的内容"), css="zh"),
    Column("reason", _("原因"), css="zh-l"),
)
