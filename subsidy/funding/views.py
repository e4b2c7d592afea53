"""Pages of the upper agencies: quotas, plans and their approvals."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls.editions import latest
from subsidy.funding import plan as plans
from subsidy.funding import ready, selectors, tables
from subsidy.funding.approve import record_approval
from subsidy.funding.forms import AdjustForm, ApprovalForm, ComputeForm, DraftForm, QuotaForm
from subsidy.funding.models import PaymentBatch, Plan
from subsidy.funding.paper import plan_preview, suggested_title, wan
from subsidy.funding.planpage import approvals_of, figures, signs
from subsidy.funding.quota import enter
from subsidy.journal.selectors import quotas as balances
from subsidy.pages import attempt, done, only_if, render_form, seen_version
from subsidy.papers import files, sheets
from subsidy.papers.columns import Picking, Table, Tag, prepare
from workflow import clock
from workflow.once import once
from workflow.perform import allowed

FUNDERS = needs(Right.ENTER_QUOTA, Right.PLAN, Right.SIGN_PLAN, Right.RECORD_APPROVAL, Right.ISSUE_FUNDS)
READERS = needs(Right.READ_CASES)


@require_GET
@FUNDERS
def plan_list(request: Request) -> HttpResponse:
    """Plans, what is left of each quota, and calls with cases free for a plan."""
    actor = request.actor
    quotas = list(selectors.quotas(actor))
    left = balances({quota.measure for quota in quotas})
    held = dict.fromkeys((quota.measure, quota.year, quota.agency_id) for quota in quotas)
    context = {
        "table": prepare(
            tables.PLANS, selectors.listed_plans(actor), caption=_("资金分配方案"), name="plans",
            empty=_("还没有资金分配方案。"),
        ),
        "calls": prepare(tables.CALLS, selectors.calls_to_plan(actor), caption=_("可编制方案的申报通知"), name="calls"),
        "left": [(f"{latest(key[0]).short_title} {key[1]}", left[key]) for key in held],
        "plans": actor.has(Right.PLAN), "enters": actor.has(Right.ENTER_QUOTA),
    }  # fmt: skip
    return render(request, "funding/plans.html", context)


@require_http_methods(["GET", "POST"])
@FUNDERS
def quota_list(request: Request) -> HttpResponse:
    """Quotas that were given, and the form for another one."""
    holders = selectors.quota_holders(request.actor, clock.today())
    form = QuotaForm(request.POST or None, holders=holders, initial={"year": clock.today().year})
    if request.POST and form.is_valid():

        def act() -> str:
            enter(request.actor, **form.values())
            return reverse("funding:quotas")

        if attempt(form, lambda: once(request.POST.get("once", ""), request.actor, act)):
            return done(request, reverse("funding:quotas"), _("额度已录入"))
    table = prepare(
        tables.QUOTAS, selectors.quotas(request.actor), caption=_("资金额度"), name="quotas",
        empty=_("省下达额度未录入，请先录入额度。"),
    )  # fmt: skip
    return render_form(request, "funding/quotas.html", {"table": table, "enters": bool(holders)}, form)


@require_http_methods(["GET", "POST"])
@needs(Right.PLAN)
def plan_new(request: Request, call: int) -> HttpResponse:
    """Choose reserved cases of a call for a new plan."""
    chosen = get_object_or_404(selectors.calls_to_plan(request.actor), pk=call)
    cases = selectors.in_order(selectors.plannable(chosen))
    suggested = {"title": suggested_title(chosen), "year": chosen.fiscal_year}
    form = DraftForm(request.POST or None, initial=suggested)
    if request.POST and form.is_valid():
        ids = [case.pk for case in cases if str(case.pk) in request.POST.getlist("cases")]
        address: list[str] = []

        def act() -> str:
            plan = plans.draft(chosen, request.actor, case_ids=ids, **form.cleaned_data)
            return reverse("funding:plan", args=[plan.pk])

        if attempt(form, lambda: address.append(once(request.POST.get("once", ""), request.actor, act))):
            return done(request, address[0], _("方案已建立，请试算"))
    picking = Picking("cases", lambda case: str(case.pk), lambda case: case.number)
    table = prepare(tables.CHOICES, cases, caption=_("已储备案件"), name="cases", picking=picking)
    return render_form(request, "funding/plan_new.html", {"call": chosen, "table": table}, form)


@require_http_methods(["GET", "POST"])
@READERS
def plan_page(request: Request, pk: int) -> HttpResponse:
    """The workbench of a draft; afterwards the plan with its approvals."""
    plan = selectors.plan(request.actor, pk)
    form = ComputeForm(request.POST or None, initial=_present(plan))
    if request.POST and form.is_valid():
        values = form.cleaned_data | {"version": seen_version(request)}
        if attempt(form, lambda: plans.compute(plan, request.actor, **values)):
            return done(request, f"{request.path}#lines", _("已试算"))
    context = {
        "plan": plan, "table": lines_table(plan), "moves": allowed(plan, request.actor), "figures": figures(plan),
        "problems": list(ready.problems(plan)) if plan.state == Plan.State.DRAFT else [],
        "approvals": approvals_of(plan, request.actor), "batches": _batches(plan),
        "opens": selectors.opened_batches(plan, request.actor),
    }  # fmt: skip
    return render_form(request, "funding/plan.html", context, form)


def _batches(plan: Plan) -> list[tuple[PaymentBatch, Tag]]:
    return [(one, tables.outcome_tag(one)) for one in selectors.counted(plan.batches.order_by("pk"))]


def _present(plan: Plan) -> dict[str, Any]:
    held = ready.available(plan)
    return {
        "rule": plan.rule, "decimals": plan.decimals, "reason": plan.reason,
        "share": "" if plan.share is None else f"{plan.share * 100:.4f}".rstrip("0").rstrip("."),
        "amount": held if plan.amount is None else plan.amount,
    }  # fmt: skip


def lines_table(plan: Plan) -> Table:
    """The lines of a plan with their sums, in 万元 as the plan writes it."""
    rows = list(plan.lines.select_related("case__enterprise").order_by("position"))
    sums = {
        column.key: wan(
            sum((column.value(row) or Decimal(0) for row in rows), Decimal(0)),
            2 if column.key in tables.BY_ARTICLE else plan.decimals,
        )
        for column in tables.LINES
        if column.total
    }
    table = prepare(tables.in_wan(tables.LINES, plan.decimals), rows, caption=_("方案明细"), name="lines", totals=sums)
    return replace(table, unit=_("单位：万元"))


@require_http_methods(["GET", "POST"])
@READERS
def plan_line(request: Request, pk: int, line: int) -> HttpResponse:
    """One line: its whole working, article by article; in a draft also another amount."""
    plan = selectors.plan(request.actor, pk)
    row = get_object_or_404(plan.lines.select_related("case__enterprise"), pk=line)
    only_if(request.method != "POST" or request.actor.may(Right.PLAN, plan.competence("upper")))
    form = AdjustForm(request.POST or None, initial={"amount": row.amount, "reason": row.reason})
    if request.POST.get("act") == "take_out":
        plans.take_out(plan, request.actor, line_id=row.pk, version=seen_version(request))
        return done(request, reverse("funding:plan", args=[pk]), _("已移出方案，请重新试算"))
    if request.POST and form.is_valid():
        values = form.cleaned_data | {"line_id": row.pk, "version": seen_version(request)}
        if attempt(form, lambda: plans.adjust(plan, request.actor, **values)):
            return done(request, reverse("funding:plan", args=[pk]), _("已调整"))
    context = {"plan": plan, "line": row, "steps": tables.steps_table(row), "open": signs(plan, request.actor)}
    return render_form(request, "funding/line.html", context, form)


@require_http_methods(["GET", "POST"])
@needs(Right.PLAN)
def plan_finalise(request: Request, pk: int) -> HttpResponse:
    """The page before a plan is final: object, count, amount."""
    plan = selectors.plan(request.actor, pk)
    if request.method == "POST":
        plans.finalise(plan, request.actor, version=seen_version(request))
        return done(request, reverse("funding:plan", args=[pk]), _("方案已定稿，等待审批"))
    given = plan.lines.filter(amount__gt=0).count()
    rest = ready.available(plan) - plan.total
    facts = [
        (_("方案"), f"{plan.number} {plan.title}"),
        (_("案件数"), str(given)),
        (_("安排合计（万元）"), wan(plan.total, plan.decimals)),
        (_("定稿后额度余（万元）"), wan(rest, 2)),
    ]
    context = {"plan": plan, "facts": facts, "problems": list(ready.problems(plan))}
    return render(request, "funding/finalise.html", context)


@require_http_methods(["GET", "POST"])
@FUNDERS
def approval(request: Request, pk: int, step: str) -> HttpResponse:
    """Record one approval of a plan with its document."""
    plan = selectors.plan(request.actor, pk)
    given = next((one for one in approvals_of(plan, request.actor) if one.key == step), None)
    if given is None:
        raise Http404(step)
    if not given.mine:
        return done(request, reverse("funding:plan", args=[pk]))
    form = ApprovalForm(request.POST or None, request.FILES or None)
    if request.POST and form.is_valid():
        values = form.values() | {"step": step, "version": seen_version(request)}
        if attempt(form, lambda: record_approval(plan, request.actor, **values)):
            return done(request, reverse("funding:plan", args=[pk]), _("审批已登记"))
    return render_form(request, "funding/approval.html", {"plan": plan, "step": given}, form)


@require_GET
@READERS
def plan_pdf(request: Request, pk: int) -> HttpResponse:
    """The plan's paper; of a draft a preview."""
    plan = selectors.plan(request.actor, pk)
    if plan.paper is None:
        return pdf_answer(plan_preview(plan), plan.number)
    with files.open_kept(plan.paper.digest) as file:
        return pdf_answer(file.read(), plan.number)


@require_GET
@READERS
def plan_sheet(request: Request, pk: int) -> HttpResponse:
    """The plan's lines as a workbook."""
    plan = selectors.plan(request.actor, pk)
    rows = plan.lines.select_related("case__enterprise").order_by("position")
    notes = [f"{plan.number}　{plan.get_state_display()}", plan.working, plan.reason]
    book = sheets.write(plan.title, tables.LINES, rows, notes=notes)
    return sheet_answer(book, plan.number)


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """A PDF under a name."""
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    )


def sheet_answer(content: bytes, name: str) -> HttpResponse:
    """A workbook under a name."""
    return HttpResponse(
        content, content_type=files.CONTENT_TYPES["xlsx"],
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'},
    )  # fmt: skip
