"""Lists of the calendar's pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.calendar.days import OFF
from subsidy.calendar.effect import Fate, Limit
from subsidy.papers.columns import Column, Kind, Tag
from subsidy.reference.models import Holiday

FATES = {
    Fate.MOVED: Tag(_("延后"), "you"),
    Fate.KEPT: Tag(_("保持不变")),
    Fate.BLOCKED: Tag(_("不允许更改"), "bad"),
}


def _fate(limit: Limit) -> Tag:
    return FATES[limit.fate]


LIMITS = (
    Column("label", _("期限"), head=True),
    Column("number", _("编号")),
    Column("name", _("单位或标题")),
    Column("before", _("现截止日"), Kind.DATE),
    Column("after", _("更正后截止日"), Kind.DATE),
    Column("fate", _("处理"), Kind.TAG, accessor=_fate),
    Column("why", _("说明")),
)


def _kind(day: Holiday) -> Tag:
    return Tag(day.get_kind_display(), "good" if day.kind == OFF else "you")


DAYS = (
    Column("day", _("日期"), Kind.DATE, head=True),
    Column("kind", _("类别"), Kind.TAG, accessor=_kind),
    Column("name", _("名称")),
    Column("source", _("依据")),
)
