"""The staff list of calls."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from subsidy.calls.editions import latest
from subsidy.calls.models import Call
from subsidy.papers.columns import Column, Kind, Link, Tag

TONES = {Call.State.DRAFT: "you", Call.State.PUBLISHED: "good", Call.State.VOID: "bad"}

CALLS = (
    Column(
        "title", _("标题"), Kind.LINK, css="zh-l", head=True, href=lambda call: reverse("calls:detail", args=[call.pk])
    ),
    Column("number", _("文号"), css="nw"),
    Column("measure", _("政策"), accessor=lambda call: latest(call.measure).short_title),
    Column("fiscal_year", _("资金年度"), accessor=lambda call: str(call.fiscal_year)),
    Column("opens_at", _("申报开始"), Kind.DATETIME),
    Column("closes_at", _("申报截止"), Kind.DATETIME),
    Column(
        "state", _("状态"), Kind.TAG, accessor=lambda call: Tag(call.get_state_display(), TONES[Call.State(call.state)])
    ),
    Column("filed", _("已申报"), Kind.NUMBER),
)


def calls_columns(agencies: Collection[int]) -> tuple[Column, ...]:
    """The columns of the list; whoever prepares calls at these agencies copies theirs for the next round."""

    def acts(call: Call) -> list[Link]:
        if call.state == Call.State.DRAFT or call.agency_id not in agencies:
            return []
        return [Link(_("复制为下一年"), reverse("calls:copy", args=[call.pk]), call.number)]

    return (*CALLS, Column("acts", _("操作"), Kind.ACTIONS, accessor=acts)) if agencies else CALLS
