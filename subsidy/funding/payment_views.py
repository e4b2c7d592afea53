"""Pages of those who issue and pay: issues, batches, results."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from subsidy.accounts import access_log
from subsidy.accounts.access import needs
from subsidy.accounts.fresh import asks_again
from subsidy.accounts.models import Agency
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases.models import Case
from subsidy.funding import batch as batches
from subsidy.funding import selectors, tables
from subsidy.funding.batchpage import advice, issue_rows, sees_accounts
from subsidy.funding.examine import Due, Standing, due, owed, standing
from subsidy.funding.forms import IssueForm, ReasonForm
from subsidy.funding.issue import issue
from subsidy.funding.models import Instalment, Payment, PaymentBatch, Plan
from subsidy.funding.paper import suggested_purpose
from subsidy.funding.payment_forms import AnswerForm, BatchForm, BounceForm, ExportForm, ResultForm, results_of
from subsidy.funding.results import bounce, enter_results
from subsidy.funding.views import pdf_answer, sheet_answer
from subsidy.pages import attempt, done, only_if, render_form, seen_version
from subsidy.papers import files, sheets
from subsidy.papers.columns import Picking, prepare
from workflow import clock
from workflow.once import once
from workflow.perform import Refused, allowed, may

PAYERS = needs(*selectors.BATCH_RIGHTS)
PAYING = gettext_lazy("编制、复核和办理拨付")
DONE: Mapping[str, str | Promise] = {
    "ask_check": gettext_lazy("已送复核"), "check": gettext_lazy("复核通过"),
    "export_again": gettext_lazy("已再次导出"),
}  # fmt: skip


@require_GET
@needs(Right.ISSUE_FUNDS, Right.MAKE_BATCH, Right.RECORD_APPROVAL)
def issue_list(request: Request) -> HttpResponse:
    """Approved plans by paying agency: what waits for issue, what was issued and for how long, what is paid."""
    table = prepare(
        tables.ISSUES, issue_rows(request.actor), caption=_("资金下达"), name="issues",
        empty=_("没有待下达的资金。方案获批后在此按拨付单位下达。"),
    )  # fmt: skip
    return render(request, "funding/issues.html", {"table": table})


@require_http_methods(["GET", "POST"])
@needs(Right.ISSUE_FUNDS)
def issue_new(request: Request, pk: int, agency: int) -> HttpResponse:
    """Issue a plan's money to one agency with the decomposed targets."""
    plan = selectors.plan(request.actor, pk)
    waiting = Instalment.objects.filter(
        award__plan=plan, state=Instalment.State.APPROVED, award__case__pay_maker_agency=agency
    )
    cases = list(
        Case.objects.filter(awards__instalments__in=waiting).select_related("enterprise").order_by("number").distinct()
    )
    if not cases:
        raise Http404(agency)
    payer = Agency.objects.get(pk=agency)
    form = IssueForm(request.POST or None, cases=cases)
    if request.POST and form.is_valid():
        values = {"document": form.cleaned_data["document"], "issued_on": form.cleaned_data["issued_on"]}
        if attempt(form, lambda: issue(plan, payer, request.actor, targets=form.targets(), **values)):
            return done(request, reverse("funding:issues"), _("已下达"))
    total = sum(one.amount for one in waiting)
    return render_form(
        request, "funding/issue.html", {"plan": plan, "agency": payer, "cases": cases, "total": total}, form
    )


@require_GET
@PAYERS
def batch_list(request: Request) -> HttpResponse:
    """Batches, and approved plans with money that is due."""
    table = prepare(
        tables.BATCHES,
        selectors.listed_batches(request.actor),
        caption=_("拨付批次"),
        name="batches",
        empty=_("还没有拨付批次。"),
    )
    context = {
        "table": table, "plans": _plans_due(request), "makes": request.actor.has(Right.MAKE_BATCH),
    }  # fmt: skip
    return render(request, "funding/batches.html", context)


def _plans_due(request: Request) -> list[tuple[Plan, Standing]]:
    """Plans with money that is due, each with what of it can be paid and what keeps the rest out."""
    rows: dict[int, list[Due]] = {}
    for row in owed(request.actor):
        rows.setdefault(row.instalment.award.plan_id, []).append(row)
    return [(plan, standing(rows.get(plan.pk, ()))) for plan in selectors.plans_due(request.actor)]


@require_http_methods(["GET", "POST"])
@needs(Right.MAKE_BATCH)
def batch_new(request: Request, pk: int) -> HttpResponse:
    """Choose payments that are due; rows with something red cannot be chosen."""
    plan = get_object_or_404(selectors.plans_to_pay(request.actor), pk=pk)
    rows = due(plan, request.actor.agencies_with(Right.MAKE_BATCH))
    form = BatchForm(request.POST or None, initial={"purpose": suggested_purpose(plan)})
    if request.POST and form.is_valid():
        keys, address = request.POST.getlist("rows"), []
        payers = {row.key: row.instalment.award.case.pay_maker_agency for row in rows}

        def act() -> str:
            agency = next((payers[key] for key in keys if key in payers), None) or _own_agency(request)
            made = batches.make(plan, agency, request.actor, keys=keys, **form.cleaned_data)
            return reverse("funding:batch", args=[made.pk])

        if attempt(form, lambda: address.append(once(request.POST.get("once", ""), request.actor, act))):
            return done(request, address[0], _("批次已建立，请核对后送复核"))
    access_log.write(request, access_log.READ, _("收款账号 %s") % plan.number, PAYING)
    picking = Picking("rows", lambda row: row.key if row.payable else "", lambda row: row.payee.name)
    table = prepare(tables.DUE, rows, caption=_("可拨付款项"), name="due", picking=picking)
    context = {"plan": plan, "table": table, "standing": standing(rows)}
    return render_form(request, "funding/batch_new.html", context, form)


def _own_agency(request: Request) -> Agency:
    return Agency.objects.filter(pk__in=request.actor.agencies_with(Right.MAKE_BATCH)).order_by("pk")[0]


@require_GET
@PAYERS
def batch_page(request: Request, pk: int) -> HttpResponse:
    """A batch with its rows, who made and checked it, and what can be done next and by whom."""
    batch = selectors.batch(request.actor, pk)
    rows = list(
        batch.payments.select_related("account", "payee", "batch", "instalment__award__case").order_by("position")
    )
    columns = tuple(column for column in tables.PAYMENTS if column.key not in tables.ON_PAGE)
    if sees_accounts(batch, request.actor):
        access_log.write(request, access_log.READ, _("收款账号 %s") % batch.number, PAYING)
    else:
        columns = tables.masked(columns)
    counted = [row for row in rows if row.state != Payment.State.DROPPED]
    total = batches.total(counted)
    table = prepare(columns, rows, caption=_("拨付明细"), name="payments", totals={"amount": total})
    moves = allowed(batch, request.actor)
    context = {
        "batch": batch, "tag": tables.outcome_tag(batch), "table": table, "count": len(counted), "total": total,
        "moves": moves,
        "advice": advice(batch, moves, request.actor), "again": bool(batch.exports) and _makes(batch, request),
        "results": batch.state == PaymentBatch.State.EXPORTED and _enters(batch, request),
        "stale": batches.gone_stale([row for row in rows if row.state == Payment.State.QUEUED]),
        "rows": rows, "bounces": _enters(batch, request),
    }  # fmt: skip
    return render(request, "funding/batch.html", context)


def _makes(batch: PaymentBatch, request: Request) -> bool:
    return request.actor.may(Right.MAKE_BATCH, batch.competence("pay_maker"))


def _enters(batch: PaymentBatch, request: Request) -> bool:
    return request.actor.may(Right.ENTER_RESULTS, batch.competence("pay_maker"))


@require_POST
@PAYERS
@asks_again(lambda verb, **kwargs: verb == "check")
def batch_move(request: Request, pk: int, verb: str) -> HttpResponse:
    """One step of a batch that needs nothing but a yes."""
    batch = selectors.batch(request.actor, pk)
    verbs: Mapping[str, Callable[..., PaymentBatch]] = {
        "ask_check": batches.ask_check, "check": batches.check, "export_again": batches.export_again,
    }  # fmt: skip
    if verb not in verbs:
        raise Http404(verb)
    try:
        verbs[verb](batch, request.actor, version=seen_version(request))
    except Refused as refused:
        if type(refused) is not Refused:
            raise
        return batch_refused(request, batch, str(refused))
    return done(request, reverse("funding:batch", args=[pk]), DONE[verb])


def batch_refused(request: Request, batch: PaymentBatch, sentence: str) -> HttpResponse:
    """Back to the batch with the sentence why nothing happened."""
    messages.error(request, sentence)
    return done(request, reverse("funding:batch", args=[batch.pk]))


@require_http_methods(["GET", "POST"])
@PAYERS
def batch_reason(request: Request, pk: int, verb: str) -> HttpResponse:
    """Give a batch back, or give a draft up: both need a reason."""
    batch = selectors.batch(request.actor, pk)
    verbs: Mapping[str, Callable[..., PaymentBatch]] = {"send_back": batches.send_back, "cancel": batches.cancel}
    labels = {"send_back": _("退回经办"), "cancel": _("取消批次")}
    if verb not in verbs:
        raise Http404(verb)
    only_if(may(batch, verb, request.actor))
    form = ReasonForm(request.POST or None)
    if request.POST and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: verbs[verb](batch, request.actor, reason=reason, version=seen_version(request))):
            return done(request, reverse("funding:batch", args=[pk]), labels[verb])
    return render_form(request, "funding/batch_reason.html", {"batch": batch, "label": labels[verb]}, form)


@require_POST
@needs(Right.MAKE_BATCH)
def batch_drop(request: Request, pk: int, payment: int) -> HttpResponse:
    """Take one row out of a draft."""
    batch = selectors.batch(request.actor, pk)
    row = get_object_or_404(batch.payments, pk=payment, state=Payment.State.QUEUED)
    batches.take_out(batch, request.actor, payment_id=row.pk, version=seen_version(request))
    return done(request, reverse("funding:batch", args=[pk]), _("已移出批次"))


@require_http_methods(["GET", "POST"])
@needs(Right.MAKE_BATCH)
def batch_export(request: Request, pk: int) -> HttpResponse:
    """The page before a batch is sent: object, count, amount; the count is typed."""
    batch = selectors.batch(request.actor, pk)
    rows = batches.waiting(batch)
    form = ExportForm(request.POST or None, expected=len(rows))
    if (
        request.POST
        and form.is_valid()
        and attempt(form, lambda: batches.export(batch, request.actor, version=seen_version(request)))
    ):
        access_log.write(request, access_log.EXPORTED, batch.number, PAYING)
        return done(request, reverse("funding:batch", args=[pk]), _("批次已送出，请下载拨付汇总表"))
    stale = batches.gone_stale(rows)
    total = batches.total(row for row in rows if row.pk not in stale)
    context = {"batch": batch, "count": len(rows), "total": total, "stale": sorted(stale.values())}
    return render_form(request, "funding/export.html", context, form)


@require_GET
@PAYERS
def batch_pdf(request: Request, pk: int) -> HttpResponse:
    """The list of payments as it was issued."""
    batch = selectors.batch(request.actor, pk)
    if batch.paper is None or not sees_accounts(batch, request.actor):
        raise Http404(pk)
    access_log.write(request, access_log.EXPORTED, f"{batch.number}.pdf", PAYING)
    with files.open_kept(batch.paper.digest) as file:
        return pdf_answer(file.read(), _file_name(batch))


@require_GET
@PAYERS
def batch_sheet(request: Request, pk: int) -> HttpResponse:
    """The same rows as a workbook: accounts as text, amounts as numbers."""
    batch = selectors.batch(request.actor, pk)
    if not batch.exports or not sees_accounts(batch, request.actor):
        raise Http404(pk)
    access_log.write(request, access_log.EXPORTED, f"{batch.number}.xlsx", PAYING)
    columns = tuple(column for column in tables.PAYMENTS if column.key not in tables.ANSWERS)
    rows = batch.payments.filter(pk__in=[row.pk for row in batches.sent_rows(batch)])
    rows = rows.select_related("account", "payee", "batch", "instalment__award__case").order_by("position")
    people = _("经办：%(maker)s　复核：%(checker)s") % {"maker": batch.made_by.name, "checker": batch.checked_by}
    again = _("第 %s 次导出") % batch.exports if batch.exports > 1 else ""
    notes = [batch.number, again, people]
    return sheet_answer(sheets.write(_("拨付汇总表"), columns, rows, notes=notes), _file_name(batch))


def _file_name(batch: PaymentBatch) -> str:
    return batch.number if batch.exports == 1 else f"{batch.number}-{batch.exports}"


@require_http_methods(["GET", "POST"])
@needs(Right.ENTER_RESULTS)
def batch_results(request: Request, pk: int) -> HttpResponse:
    """What the bank answered, row by row; rows without an answer stay on their way."""
    batch = selectors.batch(request.actor, pk)
    rows = batch.payments.filter(state=Payment.State.SENT).select_related("payee", "account", "instalment__award__case")
    usual = AnswerForm(request.POST or None, initial={"on": clock.today()})
    forms = [ResultForm(request.POST or None, payment=row, prefix=f"row{row.pk}") for row in rows.order_by("position")]
    if request.POST and not any(form.errors for form in (usual, *forms)):
        results = results_of(usual, forms)
        if attempt(usual, lambda: enter_results(batch, request.actor, results=results, version=seen_version(request))):
            return done(request, reverse("funding:batch", args=[pk]), _("已登记 %s 笔结果") % len(results))
    failed = any(form.errors for form in (usual, *forms))
    wrong = next((form for form in forms if form.errors), usual) if failed and not usual.errors else usual
    context: dict[str, Any] = {"batch": batch, "usual": usual, "forms": forms}
    return render_form(request, "funding/results.html", context, wrong)


@require_http_methods(["GET", "POST"])
@needs(Right.ENTER_RESULTS)
def payment_bounce(request: Request, pk: int, payment: int) -> HttpResponse:
    """A payment that was booked as paid came back."""
    batch = selectors.batch(request.actor, pk)
    rows = batch.payments.filter(state=Payment.State.PAID).select_related("payee", "instalment__award__case", "account")
    row = get_object_or_404(rows, pk=payment)
    form = BounceForm(request.POST or None, initial={"on": clock.today()})
    if request.POST and form.is_valid():
        values = form.cleaned_data | {"version": seen_version(request)}
        if attempt(form, lambda: bounce(row, request.actor, **values)):
            return done(request, reverse("funding:batch", args=[pk]), _("已登记退票，款项恢复为应付"))
    return render_form(request, "funding/bounce.html", {"batch": batch, "payment": row}, form)
