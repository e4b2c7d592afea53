"""The correction notice: only what was asked, with the old value, and whether it has been dealt with."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases import correction_letter
from subsidy.cases.answering import Answer, answers_now
from subsidy.cases.applicant.keep import mine
from subsidy.cases.assess import preview
from subsidy.cases.fill import open_correction
from subsidy.cases.models import Case, ClaimedLine
from subsidy.cases.targets import DOCUMENT, LINE, PROJECT, Target, parse
from subsidy.papers.serve import serve_paper


@needs(Right.FILE)
def answer(request: Request, number: str) -> HttpResponse:
    """Item by item; when all are dealt with, on to the check page."""
    case = mine(request, number)
    notice = open_correction(case)
    if notice is None:
        return pages.go(request, reverse("cases:overview", args=[number]))
    items = [_shown(case, one) for one in answers_now(case, notice, preview(case))]
    context = {
        "case": case, "notice": notice, "items": items,
        "handled": sum(item["handled"] for item in items), "of": len(items),
    }  # fmt: skip
    return render(request, "cases/my/correction.html", context)


@needs(Right.FILE)
def paper(request: Request, number: str, pk: int) -> HttpResponseBase:
    """补正通知书 of an own case as it stands, printed now if nobody has opened it yet."""
    notice = get_object_or_404(mine(request, number).corrections.select_related(*correction_letter.NEEDED), pk=pk)
    return serve_paper(correction_letter.paper(notice))


def _shown(case: Case, one: Answer) -> dict[str, Any]:
    return {
        **one.item, "old": one.old, "changes": one.changes, "handled": one.handled,
        "href": _editor(case, parse(one.item["target"]), one.step) if one.step else "",
    }  # fmt: skip


def _editor(case: Case, target: Target, step: str) -> str:
    if target.kind == PROJECT and target.ref.isdecimal():
        return reverse("cases:project", args=[case.number, target.ref])
    if target.kind == LINE:
        line = next((row for row in _lines(case) if str(row.key) == target.ref), None)
        if line is not None:
            return reverse("cases:line", args=[case.number, line.pk])
    if target.kind == DOCUMENT:
        key = target.ref if target.project is None else f"{target.ref}:{target.project}"
        return reverse("cases:upload", args=[case.number, key])
    return reverse("cases:step", args=[case.number, step])


def _lines(case: Case) -> list[ClaimedLine]:
    return list(ClaimedLine.objects.filter(project__case=case))
