"""What became of the cases of a call that was replaced."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls import selectors as calls
from subsidy.calls.models import Call
from subsidy.cases import selectors
from subsidy.cases.migrate import MIGRATE, RECHECK, events
from subsidy.cases.models import Case
from subsidy.papers.columns import Column, Kind, Tag, prepare
from workflow.models import Event
from workflow.states import State

COLUMNS = (
    Column("number", gettext_lazy("案件编号"), Kind.LINK, css="nw", head=True, href=lambda row: row["href"]),
    Column("enterprise", gettext_lazy("申报单位"), css="zh-l"),
    Column("state", gettext_lazy("当前环节")),
    Column("result", gettext_lazy("按新通知检查"), Kind.TAG),
    Column("unmet", gettext_lazy("不再符合的事项"), css="zh-l"),
)


@needs(Right.PREPARE_CALL, Right.PUBLISH_CALL)
def migrated(request: Request, pk: int) -> HttpResponse:
    """The filed cases that came with the replacement, those that no longer pass first; drafts are counted only."""
    call = calls.one(calls.own(request.actor).select_related("replaces"), pk)
    if call.replaces is None:
        raise Http404(pk)
    came, seen = events(call, MIGRATE), events(call, RECHECK)
    filed = selectors.staff(request.actor).filter(pk__in=came).select_related("enterprise").order_by("number")
    rows = sorted(
        (_row(case, seen.get(case.pk)) for case in filed), key=lambda row: (not row["failing"], row["number"])
    )
    drafts = Case.objects.filter(pk__in=came, call=call, state=State.DRAFT).values_list("pk", flat=True)
    context = {
        "call": call, "table": prepare(COLUMNS, rows, caption=_("转入的案件"), name="migrated"), "came": len(came),
        "failing": sum(row["failing"] for row in rows), "waiting": len(came.keys() - seen.keys()),
        "drafts": len(drafts), "drafts_failing": sum(_fails(seen.get(one)) for one in drafts),
        "staying": _staying(call),
    }  # fmt: skip
    return render(request, "cases/migrated.html", context)


def _staying(call: Call) -> int:
    return Case.objects.filter(call=call.replaces_id).count()


def _fails(seen: Event | None) -> bool:
    return bool(seen and seen.evidence["unmet"])


def _row(case: Case, seen: Event | None) -> dict[str, Any]:
    words = {True: Tag(_("有不符合项"), "bad"), False: Tag(_("符合"), "good")}
    return {
        "number": case.number, "enterprise": case.enterprise.name, "state": case.get_state_display(),
        "result": words[_fails(seen)] if seen else Tag(_("检查中"), "run"), "failing": _fails(seen),
        "unmet": "；".join(seen.evidence["unmet"]) if seen else "", "href": _address(case),
    }  # fmt: skip


def _address(case: Case) -> str:
    """The case page is an upper app's."""
    try:
        return reverse("desk:case", args=[case.number])
    except NoReverseMatch:
        return ""
