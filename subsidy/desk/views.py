"""The case page of staff: one address a section, and the acts that stand on it."""

from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from policies.kit.registry import RegistryError
from subsidy.accounts import access_log
from subsidy.accounts.access import needs, signed_in
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls.editions import latest
from subsidy.cases import selectors
from subsidy.cases.models import Case, DocumentVersion
from subsidy.cases.review import (
    confirm_automatic,
    decide_finding,
    decline,
    first_opening,
    recommend,
    recommend_upper,
    return_to_local,
    sign,
)
from subsidy.desk import queue, sections
from subsidy.desk.actions import CONCLUSIONS, only_for
from subsidy.desk.casefile import CaseFile
from subsidy.desk.forms import AGREE_WORDS, ActForm, DeclineForm, FindingForm, OpinionForm, ReturnForm, SignForm
from subsidy.pages import attempt, done, outcome, render_form
from subsidy.papers.serve import serve, serve_history
from workflow.states import State

FINDINGS = "desk/case_findings.html"
ARRIVED = "arrived"
"""In the address of a case that opened by itself after a signature."""
reads = needs(Right.READ_CASES)


def file_of(request: Request, number: str) -> CaseFile:
    """The case file, if the case is routed to one of the person's agencies; otherwise 404."""
    cases = selectors.staff(request.actor).select_related("handler", "local_finance_agency")
    return CaseFile(selectors.one(cases, number), request.actor)


def file_for(request: Request, number: str, *acts: str) -> CaseFile:
    """The case file for whoever may do one of these acts (actions.ACTIONS); others are refused before their form."""
    file = file_of(request, number)
    only_for(file.case, request.actor, *acts)
    return file


@reads
@require_safe
def case(request: Request, number: str) -> HttpResponse:
    """Findings beside what can be done; opening it for the first review is noted."""
    file = file_of(request, number)
    if first_opening(file.case, request.actor) is not file.case:
        file = file_of(request, number)
    return findings_page(request, file)


def findings_page(request: Request, file: CaseFile, **bound: Any) -> HttpResponse:
    """The page of findings, with whichever of its forms was sent with errors."""
    initial = {"version": file.case.version}
    forms = {
        "opinion_form": OpinionForm(initial={**initial, "opinion": AGREE_WORDS}),
        "sign_form": SignForm(initial=initial, auto_id="sign_%s"),
        "finding_form": FindingForm(initial=initial),
        **bound,
    }
    failed = next(iter(bound.values()), forms["opinion_form"])
    arrived = request.method == "GET" and ARRIVED in request.GET
    context = {"file": file, "tabs": sections.tabs(file, "findings"), "arrived": arrived, **forms}
    return render_form(request, FINDINGS, context, failed)


@reads
@require_safe
def section(request: Request, number: str, name: str) -> HttpResponse:
    """One of the reading sections: content, documents, assessment, corrections, history."""
    file = file_of(request, number)
    if name not in sections.READERS:
        raise Http404
    if name == "content":
        # It shows the telephone of the contact.
        access_log.write(request, access_log.READ, number, _("审核：联系人电话"))
    context = sections.READERS[name](file)
    return render(request, f"desk/case_{name}.html", {"file": file, "tabs": sections.tabs(file, name), **context})


@reads
@require_safe
def history_extract(request: Request, number: str) -> HttpResponse:
    """The case's own history with its seal and the proofs of its entries, for whoever checks it elsewhere."""
    file = file_of(request, number)
    access_log.write(request, access_log.EXPORTED, number, _("办理记录摘录"))
    return serve_history(Case.subject_kind(), file.case.pk, number, request.GET.get("printed", ""))


@reads
@require_safe
def document(request: Request, number: str, pk: int) -> HttpResponseBase:
    """A document of a submission, through the right to see the case."""
    file = file_of(request, number)
    if pk not in selectors.handed_in(file.case):
        raise Http404
    found = get_object_or_404(DocumentVersion, case=file.case, pk=pk)
    answer: FileResponse = serve(found.digest, found.name, found.kind)
    return answer


@reads
@require_POST
def decide(request: Request, number: str) -> HttpResponse:
    """Decide one finding."""
    file = file_for(request, number, *CONCLUSIONS)
    form = FindingForm(request.POST)
    if form.is_valid() and attempt(form, lambda: decide_finding(file.case, request.actor, **form.cleaned_data)):
        return done(request, reverse("desk:case", args=[number]), _("已保存认定。"))
    return findings_page(request, file, finding_form=form)


@reads
@require_POST
def confirm(request: Request, number: str) -> HttpResponse:
    """Sign all automatic passes in one act."""
    file = file_for(request, number, *CONCLUSIONS)
    form = ActForm(request.POST)
    if form.is_valid():
        count = outcome(form, lambda: confirm_automatic(file.case, request.actor, **form.cleaned_data))
        if count is not None:
            return done(request, reverse("desk:case", args=[number]), _("已确认 %(n)s 项自动通过。") % {"n": count})
    return findings_page(request, file, confirm_form=form)


@reads
@require_POST
def conclude(request: Request, number: str) -> HttpResponse:
    """Recommend at the local level, or conclude the upper review, as the state of the case has it."""
    file = file_for(request, number, *CONCLUSIONS)
    form = OpinionForm(request.POST)
    verb = recommend_upper if file.case.state == State.UPPER_REVIEW else recommend
    if form.is_valid() and attempt(form, lambda: verb(file.case, request.actor, **form.cleaned_data)):
        return onward(request, _("%(number)s 已签署审核意见。") % {"number": number})
    return findings_page(request, file, opinion_form=form)


@reads
@require_POST
def joint_signature(request: Request, number: str) -> HttpResponse:
    """Finance signs or refuses."""
    file = file_for(request, number, "sign")
    form = SignForm(request.POST, auto_id="sign_%s")
    if form.is_valid() and attempt(form, lambda: sign(file.case, request.actor, **form.given)):
        return onward(request, _("%(number)s 已签署会审意见。") % {"number": number})
    return findings_page(request, file, sign_form=form)


def onward(request: Request, sentence: str) -> HttpResponse:
    """To the case that waits longest, at its head and without a button to sign in the old place; else to the queue."""
    following = queue.next_number(request.actor)
    if following is None:
        return done(request, reverse("desk:queue"), sentence)
    opened = _("现在打开的是下一件 %(number)s。") % {"number": following}
    return done(request, f"{reverse('desk:case', args=[following])}?{ARRIVED}=1", f"{sentence}{opened}")


@reads
def refuse(request: Request, number: str) -> HttpResponse:
    """Not recommended, or not supported: a page of its own, since it ends the case."""
    file = file_for(request, number, "decline")
    initial = {"version": file.case.version}
    form = DeclineForm(request.POST or None, policy=file.policy, initial=initial)
    if form.is_valid() and attempt(form, lambda: decline(file.case, request.actor, **form.cleaned_data)):
        return done(request, reverse("desk:case", args=[number]), _("已登记不予支持，申报单位将收到告知。"))
    return render_form(request, "desk/decline.html", {"file": file}, form)


@reads
def send_back(request: Request, number: str) -> HttpResponse:
    """Return a case to the local review."""
    file = file_for(request, number, "return")
    form = ReturnForm(request.POST or None, initial={"version": file.case.version})
    if form.is_valid() and attempt(form, lambda: return_to_local(file.case, request.actor, **form.cleaned_data)):
        return done(request, reverse("desk:case", args=[number]), _("已退回下级重新初审。"))
    return render_form(request, "desk/return.html", {"file": file}, form)


@signed_in
@require_safe
def article(request: Request, measure: str, ref: str) -> HttpResponse:
    """The verbatim text of an article, with the measure's validity."""
    try:
        policy = latest(measure)
        found = policy.articles[ref]
    except (RegistryError, KeyError) as missing:
        raise Http404 from missing
    return render(request, "desk/article.html", {"policy": policy, "article": found})
