"""汇总上报: letters that send endorsed cases up, prepared, sent, and released by the upper bureau."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases import joint_letter, letters
from subsidy.cases.joint import change, numbers_asked, prepare, release, send
from subsidy.cases.models import Case, JointSubmission
from subsidy.desk import tables
from subsidy.desk.forms import ActForm
from subsidy.desk.letter_forms import JointForm, ReasonForm
from subsidy.pages import attempt, done, outcome, render_form
from subsidy.papers.files import kind_of
from subsidy.papers.serve import serve, serve_made, serve_paper
from workflow.once import once

senders = needs(Right.SEND_JOINT)
readers = needs(Right.SEND_JOINT, Right.SIGN_FINANCE, Right.REVIEW_UPPER)
DRAFT = JointSubmission.State.DRAFT


@readers
@require_safe
def joint_list(request: Request) -> HttpResponse:
    """Cases that wait for a letter, by call, and the letters so far."""
    waiting: dict[Call, list[Case]] = {}
    for case in letters.endorsed(request.actor):
        waiting.setdefault(case.call, []).append(case)
    return render(request, "desk/joint_list.html", {"waiting": waiting, "joints": letters.joints(request.actor)})


@senders
def joint_new(request: Request, call: int) -> HttpResponse:
    """Choose and order endorsed cases of one call and draft the letter."""
    cases = [case for case in letters.endorsed(request.actor) if case.call_id == call]
    if not cases:
        raise Http404
    form = _form(request, cases[0].call, cases, {"version": 0, **_in_order(cases)})
    if form.is_valid():
        key = request.POST.get("once", "")
        made = outcome(form, lambda: once(key, request.actor, lambda: _prepare(request, cases, form)))
        if made is not None:
            return done(request, made, _("已保存上报文草稿。"))
    return _form_page(request, form, cases, None)


@readers
@require_safe
def joint(request: Request, pk: int) -> HttpResponse:
    """A letter with its cases; what was sent is locked."""
    found = _one(request, pk)
    letter = joint_letter.shown(found)
    context = {
        "joint": found, "size": len(letter["rows"]), "table": tables.joint_table(letter),
        "own": request.actor.may(Right.SEND_JOINT, found.competence("local")),
        "upper": request.actor.may(Right.REVIEW_UPPER, found.competence("upper")), "form": ActForm(),
    }  # fmt: skip
    return render(request, "desk/joint.html", context)


@senders
def joint_edit(request: Request, pk: int) -> HttpResponse:
    """Change a draft."""
    found = _one(request, pk)
    items = list(found.items.select_related("case__enterprise"))
    free = [case for case in letters.endorsed(request.actor) if case.call_id == found.call_id]
    cases = [item.case for item in items] + [case for case in free if case.local_agency_id == found.agency_id]
    initial = {"version": found.version, "dated": found.dated, "signer": found.signer}
    initial |= {f"number_{place}": number for place, number in enumerate(found.numbers)}
    form = _form(request, found.call, cases, {**initial, **_in_order([item.case for item in items])})
    if form.is_valid() and attempt(
        form, lambda: change(found, request.actor, version=form.cleaned_data["version"], **form.values())
    ):  # fmt: skip
        return done(request, reverse("desk:joint", args=[pk]), _("已保存上报文。"))
    return _form_page(request, form, cases, found)


@senders
@require_POST
def joint_send(request: Request, pk: int) -> HttpResponse:
    """Send the letter up."""
    found = _one(request, pk)
    form = ActForm(request.POST)
    if form.is_valid() and attempt(form, lambda: send(found, request.actor, version=form.cleaned_data["version"])):
        sentence = _("已上报 %(n)s 件。") % {"n": found.items.count()}
        return done(request, reverse("desk:joint", args=[pk]), sentence)
    return render_form(request, "desk/joint_refused.html", {"joint": found}, form)


@needs(Right.REVIEW_UPPER)
def joint_release(request: Request, pk: int) -> HttpResponse:
    """The upper bureau lets a letter go back."""
    found = _one(request, pk)
    form = ReasonForm(request.POST or None, initial={"version": found.version})
    if form.is_valid() and attempt(form, lambda: release(found, request.actor, **form.cleaned_data)):
        return done(request, reverse("desk:joint", args=[pk]), _("已准予撤回，案件退回初审。"))
    return render_form(request, "desk/joint_release.html", {"joint": found}, form)


@readers
@require_safe
def joint_paper(request: Request, pk: int) -> HttpResponseBase:
    """The letter with its list as it was sent; of a draft a preview."""
    found = _one(request, pk)
    if found.state == DRAFT:
        return serve_made(joint_letter.draft(found).content, _("上报文草稿.pdf"), "pdf")
    return serve_paper(joint_letter.paper(found))


@readers
@require_safe
def joint_scan(request: Request, pk: int) -> HttpResponseBase:
    """The sealed scan of a letter."""
    found = _one(request, pk)
    if not found.scan:
        raise Http404
    kind = kind_of(found.scan)
    name = _("上报文 %(number)s.%(kind)s") % {"number": "、".join(found.numbers), "kind": kind}
    return serve(found.scan, name, kind)


def _one(request: Request, pk: int) -> JointSubmission:
    return get_object_or_404(letters.joints(request.actor), pk=pk)


def _in_order(cases: Sequence[Case]) -> dict[str, int]:
    return {f"case_{case.pk}": place for place, case in enumerate(cases, start=1)}


def _form(request: Request, call: Call, cases: Sequence[Case], initial: dict[str, Any]) -> JointForm:
    given: dict[str, Any] = {"cases": cases, "numbers": numbers_asked(call), "initial": initial}
    return JointForm(request.POST, request.FILES, **given) if request.method == "POST" else JointForm(**given)


def _prepare(request: Request, cases: Sequence[Case], form: JointForm) -> str:
    first = cases[0]
    made = prepare(first.call, request.actor, agency_id=first.local_agency_id, **form.values())
    return reverse("desk:joint", args=[made.pk])


def _form_page(request: Request, form: JointForm, cases: Sequence[Case], found: JointSubmission | None) -> HttpResponse:
    return render_form(request, "desk/joint_form.html", {"cases": cases, "joint": found, "call": cases[0].call}, form)
