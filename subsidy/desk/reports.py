"""上报省厅: lists reported to the province, and its answers."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases import letters
from subsidy.cases.models import Case, ProvinceReport
from subsidy.cases.report import Approved, answer, prepare, reportable, send
from subsidy.cases.stages import reports_to_province
from subsidy.desk.letter_forms import AnswerForm, ApprovedForm, ReportCasesForm, ReportForm
from subsidy.pages import attempt, done, outcome, render_form
from subsidy.papers.files import kind_of
from subsidy.papers.serve import serve
from workflow.once import once

reporters = needs(Right.REPORT_PROVINCE)


@reporters
@require_safe
def report_list(request: Request) -> HttpResponse:
    """Calls with cases to report, and the lists so far."""
    calls = [(call, len(reportable(call))) for call in _calls(request)]
    context = {"calls": [pair for pair in calls if pair[1]], "reports": letters.reports(request.actor)}
    return render(request, "desk/report_list.html", context)


@reporters
def report_new(request: Request, call: int) -> HttpResponse:
    """Choose the cases of a list."""
    found = next((one for one in _calls(request) if one.pk == call), None)
    if found is None:
        raise Http404
    cases = reportable(found)
    form = ReportCasesForm(request.POST if request.method == "POST" else None, cases=cases)
    if form.is_valid():
        key = request.POST.get("once", "")
        made = outcome(form, lambda: once(key, request.actor, lambda: _made(request, found, form)))
        if made is not None:
            return done(request, made, _("已建立上报名单草稿。"))
    return render_form(request, "desk/report_new.html", {"call": found, "cases": cases}, form)


@reporters
def report(request: Request, pk: int) -> HttpResponse:
    """A list: send it, then record the answer."""
    found = _one(request, pk)
    if found.state == ProvinceReport.State.DRAFT:
        return _sending(request, found)
    if found.state == ProvinceReport.State.SENT:
        return _answering(request, found)
    context = {"report": found, "rows": [(case, None) for case in _cases(found)], "form": None}
    return render(request, "desk/report.html", context)


@reporters
@require_safe
def report_document(request: Request, pk: int) -> HttpResponseBase:
    """The document that was sent."""
    found = _one(request, pk)
    if not found.document:
        raise Http404
    kind = kind_of(found.document)
    return serve(found.document, _("上报省厅 %(number)s.%(kind)s") % {"number": found.number, "kind": kind}, kind)


def _calls(request: Request) -> list[Call]:
    agencies = request.actor.agencies_with(Right.REPORT_PROVINCE)
    return [call for call in Call.objects.filter(agency__in=agencies).order_by("-pk") if reports_to_province(call)]


def _one(request: Request, pk: int) -> ProvinceReport:
    return get_object_or_404(letters.reports(request.actor), pk=pk)


def _cases(found: ProvinceReport) -> list[Case]:
    return [item.case for item in found.items.select_related("case__enterprise")]


def _made(request: Request, call: Call, form: ReportCasesForm) -> str:
    ids = [case.pk for case in form.cleaned_data["cases"].order_by("number")]
    return reverse("desk:report", args=[prepare(call, request.actor, cases=ids).pk])


def _sending(request: Request, found: ProvinceReport) -> HttpResponse:
    form = ReportForm(request.POST or None, request.FILES or None, initial={"version": found.version})
    if form.is_valid() and attempt(form, lambda: send(found, request.actor, **form.cleaned_data)):
        return done(request, reverse("desk:report", args=[found.pk]), _("已登记上报。"))
    context = {"report": found, "rows": [(case, None) for case in _cases(found)]}
    return render_form(request, "desk/report.html", context, form)


def _answering(request: Request, found: ProvinceReport) -> HttpResponse:
    """The answer; a measuring list asks for the decision about each project."""
    data = request.POST if request.method == "POST" else None
    form = AnswerForm(data, initial={"version": found.version})
    measuring = found.call.kind == Call.Kind.MEASURING
    rows = [(case, ApprovedForm(data, case=case) if measuring else None) for case in _cases(found)]
    decided = [row for _case, row in rows if row is not None]
    if all([form.is_valid(), *(row.is_valid() for row in decided)]):
        given = {row.case.pk: Approved(**row.cleaned_data) for row in decided}
        if attempt(form, lambda: answer(found, request.actor, decisions=given, **form.cleaned_data)):
            return done(request, reverse("desk:report", args=[found.pk]), _("已登记省厅批复。"))
    wrong = next((row for row in decided if row.is_bound and row.errors), form)
    shown = form if form.errors else wrong
    return render_form(request, "desk/report.html", {"report": found, "rows": rows, "form": form}, shown)
