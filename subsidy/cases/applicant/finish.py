"""Findings and ceiling, the check page with the promise, submitting, taking back, withdrawing."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases import receipts
from subsidy.cases.answering import answers_now
from subsidy.cases.applicant.forms import CorrectForm, DeclareForm, ReasonForm
from subsidy.cases.applicant.keep import mine
from subsidy.cases.applicant.shown import ceiling_shown, findings_shown, lines_shown
from subsidy.cases.assess import Result, preview
from subsidy.cases.changes import changes
from subsidy.cases.content import content_of
from subsidy.cases.filing_guards import last_submission
from subsidy.cases.fill import open_correction
from subsidy.cases.materials import slots, snapshot
from subsidy.cases.models import Case, Submission
from subsidy.cases.readiness import filing_of, lacking
from subsidy.cases.start import TAKE_BACK, closed
from subsidy.cases.submit import correct, declaration_of, submit, take_back, withdraw
from subsidy.papers.serve import serve_paper
from workflow import clock, perform
from workflow.once import once
from workflow.perform import Refused
from workflow.states import State

PAPERS = {"receipt": receipts.receipt, "application": receipts.application}


@needs(Right.FILE)
def ceiling(request: Request, number: str) -> HttpResponse:
    """What the rules say about the draft: every finding with its source, the ceiling with its working."""
    case = mine(request, number)
    result = preview(case)
    context = {"case": case, "entitlement": ceiling_shown(result), **findings_shown(result)}
    return render(request, "cases/my/ceiling.html", context)


@needs(Right.FILE)
def check(request: Request, number: str) -> HttpResponse:
    """Read everything once more, promise, and submit; for a correction likewise."""
    case = mine(request, number)
    result = preview(case)
    notice = open_correction(case) if case.state == State.CORRECTING else None
    found = answers_now(case, notice, result) if notice else []
    data = request.POST if request.method == "POST" else None
    form = CorrectForm(data, answers=found) if notice else DeclareForm(data)
    context = _checked(case, result) | {"correction": notice, "answers": found}
    if request.method != "POST" or not form.is_valid():
        return pages.render_form(request, "cases/my/check.html", context, form)

    def once_only() -> str:
        given: dict[str, Any] = {"declaration": declaration_of(case), "version": pages.seen_version(request)}
        if isinstance(form, CorrectForm):
            correct(case, request.actor, explanations=form.explanations(), **given)
        else:
            submit(case, request.actor, **given)
        return reverse("cases:submitted", args=[number])

    try:
        address = once(request.POST.get("once", ""), request.actor, once_only)
    except Refused as refusal:
        pages.refused(form, refusal)
        return pages.render_form(request, "cases/my/check.html", context, form)
    return pages.go(request, address)


@needs(Right.FILE)
def submitted(request: Request, number: str) -> HttpResponse:
    """What was received, by whom, and what comes next."""
    case = mine(request, number)
    submission = _last(case)
    until = case.submitted_at + TAKE_BACK if case.submitted_at else None
    moves = perform.allowed(case, request.actor)
    context = {
        "case": case, "submission": submission, "until": until,
        "may_take_back": "take_back" in moves and moves["take_back"] is None,
        "after_closing": until is not None and until >= case.call.closes_at,
    }  # fmt: skip
    return render(request, "cases/my/submitted.html", context)


@needs(Right.FILE)
def back_to_draft(request: Request, number: str) -> HttpResponse:
    """Take back within ten minutes; by POST only."""
    case = mine(request, number)
    if request.method != "POST":
        raise Http404
    try:
        take_back(case, request.actor, version=pages.seen_version(request))
    except perform.Conflict:
        raise
    except Refused as refusal:
        return pages.error(request, 409, str(refusal))
    return pages.done(request, reverse("cases:tasks", args=[number]), _("已撤回到草稿，请在截止时间前重新提交。"))


@needs(Right.FILE)
def end(request: Request, number: str) -> HttpResponse:
    """Withdraw a case for good, after a page that says so."""
    case = mine(request, number)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context = {
        "case": case,
        "reason_not": perform.allowed(case, request.actor).get("withdraw", _("此件现在不能撤回。")),
    }
    if request.method != "POST" or not form.is_valid():
        return pages.render_form(request, "cases/my/withdraw.html", context, form)
    given = {"reason": form.cleaned_data["reason"], "version": pages.seen_version(request)}
    if not pages.attempt(form, lambda: withdraw(case, request.actor, **given)):
        return pages.render_form(request, "cases/my/withdraw.html", context, form)
    return pages.done(request, reverse("cases:overview", args=[number]), _("申报已撤回。"))


@needs(Right.FILE)
def paper(request: Request, number: str, kind: str) -> HttpResponseBase:
    """The receipt or the application of the last submission; printed now if the job has not got to it."""
    case = mine(request, number)
    if kind not in PAPERS:
        raise Http404(kind)
    issued = PAPERS[kind](_last(case))
    return serve_paper(issued)


@needs(Right.FILE)
def draft_paper(request: Request, number: str) -> HttpResponse:
    """The application as it would be printed, with 草稿 across it."""
    case = mine(request, number)
    result = preview(case)
    rows = list(case.projects.select_related("project__enterprise"))
    submission = Submission(
        case=case,
        number=case.submissions.count() + 1,
        content=content_of(case, result, rows),
        documents=snapshot(slots(case, rows)),
        declaration=declaration_of(case),
        submitted_at=clock.now(),
        digest="0" * 64,
        contact_phone=case.contact_phone,
    )
    return HttpResponse(receipts.draft(submission).content, content_type="application/pdf")


def _last(case: Case) -> Submission:
    submission = last_submission(case)
    if submission is None or case.filed_at is None:
        raise Http404
    submission.case = case
    return submission


def _checked(case: Case, result: Result) -> dict[str, Any]:
    filing = filing_of(case, result)
    content = content_of(case, result, filing.rows)
    correcting = case.state == State.CORRECTING
    before = last_submission(case) if correcting else None
    papers = snapshot(filing.slots)
    return {
        "changes": changes(before.content, content, before.documents, papers) if before else [],
        "case": case,
        "content": content,
        "lines": lines_shown(content),
        "documents": papers,
        "lacking": lacking(filing),
        "declaration": declaration_of(case),
        "entitlement": ceiling_shown(result),
        "correcting": correcting,
        "closed": "" if correcting else closed(case.call),
        "is_draft": case.state == State.DRAFT,
        **findings_shown(result),
    }
