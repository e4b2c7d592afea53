"""The task list and the page of each task."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.kit.policy import Choice
from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases.applicant import attachments, claims, group_page
from subsidy.cases.applicant.keep import FormPage, Save, goes_on, is_draft_save, keep, mine
from subsidy.cases.applicant.parts import known, part_of, save_draft, shown, step_form
from subsidy.cases.assess import Result, preview
from subsidy.cases.fill import asked_questions, locked_reason, save_answers
from subsidy.cases.models import Case
from subsidy.cases.province import WAITING, waits
from subsidy.cases.readiness import DOCUMENTS, LINES, PROJECTS, Filing, Status, Task, filing_of, lacking, tasks
from subsidy.cases.start import closed
from workflow import clock
from workflow.perform import Refused
from workflow.states import State

WORDS = {
    Status.TODO: (gettext_lazy("未开始"), ""), Status.FILLING: (gettext_lazy("填写中"), "run"),
    Status.MEND: (gettext_lazy("需修改"), "you"), Status.DONE: (gettext_lazy("已完成"), "done"),
}  # fmt: skip


@needs(Right.FILE)
def task_list(request: Request, number: str) -> HttpResponse:
    """What is to be filled in, and what is missing before it can be submitted."""
    case = mine(request, number)
    filing = filing_of(case, preview(case))
    context = {
        "case": case, "waits": WAITING if waits(case) else "",
        "policy": filing.result.policy, "tasks": listed(filing), "closed": closed(case.call),
        "entitlement": filing.result.entitlement, "is_draft": case.state == State.DRAFT,
    }  # fmt: skip
    return render(request, "cases/my/tasks.html", context)


@needs(Right.FILE)
def step(request: Request, number: str, key: str) -> HttpResponse:
    """One task: its form, and for some tasks a list beside it."""
    case = mine(request, number)
    result = preview(case)
    named = _named(result, key)
    form = step_form(case, result, key, request.POST or None, lenient=is_draft_save(request))
    draft = is_draft_save(request)
    context = _context(request, case, result, named, form)
    page = FormPage(
        "cases/my/step.html", context,
        to=reverse("cases:step", args=[number, key]) if draft else _onward(case, context["following"], request),
        sentence=_("已保存草稿。") if draft else _("“%(step)s”已保存。") % {"step": named.label},
    )  # fmt: skip

    def act(save: Save) -> None:
        columns = part_of(result, key).columns(form.cleaned_data) if asked_questions(case, key) is None else {}
        save_answers(case, request.actor, key, form.answers(), columns=columns, version=save.version, note=save.note)

    return keep(request, page, form, case.version, act, lambda: _stored(request, number, key))


@needs(Right.FILE)
def autosave(request: Request, number: str, key: str) -> HttpResponse:
    """Keep what can be kept of a half-filled form; nothing is refused and nothing is said about what is missing."""
    case = mine(request, number)
    if request.method != "POST":
        raise Http404
    result = preview(case)
    _named(result, key)
    form = step_form(case, result, key, request.POST, lenient=True)
    form.is_valid()
    try:
        save_draft(case, request.actor, key, form, part_of(result, key), version=pages.seen_version(request))
    except Refused as refusal:
        return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
    saved = _("已自动保存 %(time)s") % {"time": f"{clock.now():%H:%M}"}
    return HttpResponse(
        saved, content_type="text/plain; charset=utf-8", headers={"X-Version": str(mine(request, number).version)}
    )


def listed(filing: Filing) -> list[dict[str, Any]]:
    """The tasks as the component takes them; the last one opens when nothing is missing."""
    number = filing.case.number
    rows = [_row(number, task) for task in tasks(filing)]
    missing = lacking(filing)
    ready = not missing
    rows.append(
        {
            "label": _("核对并提交"), "href": reverse("cases:check", args=[number]) if ready else "",
            "hint": _("核对全部内容，阅读承诺并提交。") if ready else "",
            "status": _("未开始") if ready else _("暂不能开始"), "tone": "",
            "missing": [_missing(number, lack.text, lack.step) for lack in missing[:8]],
        }
    )  # fmt: skip
    return rows


def _row(number: str, task: Task) -> dict[str, Any]:
    text, tone = WORDS[task.status]
    counted = f" ({task.done}/{task.wanted})" if task.status is Status.FILLING else ""
    return {
        "label": task.label, "href": reverse("cases:step", args=[number, task.key]),
        "hint": task.faults[0].text if task.faults else "", "status": f"{text}{counted}", "tone": tone, "missing": [],
    }  # fmt: skip


def _missing(number: str, text: str, key: str) -> dict[str, str]:
    return {"text": text, "href": reverse("cases:step", args=[number, key]) if key else ""}


def _onward(case: Case, following: Choice | None, request: Request) -> str:
    """Where a saved step leads: to the next one if asked, else to the notice that asked for it, or the task list."""
    if following is not None and goes_on(request):
        return reverse("cases:step", args=[case.number, following.key])
    return reverse("cases:correction" if case.state == State.CORRECTING else "cases:tasks", args=[case.number])


def _named(result: Result, key: str) -> Choice:
    for named in result.policy.steps:
        if named.key == key:
            return named
    raise Http404(key)


def _context(request: Request, case: Case, result: Result, named: Choice, form: Any) -> dict[str, Any]:
    steps = [one.key for one in result.policy.steps]
    place, correcting = steps.index(named.key) + 1, case.state == State.CORRECTING
    context: dict[str, Any] = {
        "case": case, "step": named, "place": place, "of": len(steps) + 1,
        "locked": locked_reason(case, named.key), "extra": "", "fields": bool(form.fields),
        "known": known(case, result, named.key), "autosave": reverse("cases:autosave", args=[case.number, named.key]),
        "correcting": correcting, "following": None if correcting else next(iter(result.policy.steps[place:]), None),
    }  # fmt: skip
    if named.key == PROJECTS:
        return context | group_page.listed(case, result)
    if named.key == LINES:
        return context | claims.listed(case, result)
    only = "" if named.key == DOCUMENTS else named.key
    found = attachments.listed(case, result, only)
    return context | found if found["slots"] or named.key == DOCUMENTS else context


def _stored(request: Request, number: str, key: str) -> tuple[int, dict[str, Any]]:
    case = mine(request, number)
    return case.version, shown(case, preview(case), key)
