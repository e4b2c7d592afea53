"""Every queryset of quotas, plans, batches and payments, all starting from who is asking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum
from django.http import Http404

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency, Jurisdiction
from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases.models import Case, Hold
from subsidy.funding.models import (
    Instalment,
    Issue,
    PayeeConfirmation,
    Payment,
    PaymentBatch,
    Plan,
    PlanLine,
    Quota,
    Share,
)
from workflow.states import State

BATCH_RIGHTS = (
    Right.MAKE_BATCH, Right.CHECK_BATCH, Right.ENTER_RESULTS, Right.ISSUE_FUNDS, Right.RECORD_APPROVAL,
)  # fmt: skip
"""Whoever has one of these opens pages of payment batches."""
OPEN_PAYMENTS = (Payment.State.QUEUED, Payment.State.SENT, Payment.State.PAID)
OPEN_PLANS = (Plan.State.DRAFT, Plan.State.FINAL)


def plans(actor: Actor) -> QuerySet[Plan]:
    """Plans of the actor's agencies: those that draw them up, sign them, or prepare and check their payment."""
    agencies = actor.agencies_with(Right.READ_CASES)
    paying = PlanLine.objects.filter(
        Q(case__pay_maker_agency__in=agencies) | Q(case__pay_checker_agency__in=agencies), plan=OuterRef("pk")
    )
    own = Q(agency__in=agencies) | Q(finance_agency__in=agencies)
    return Plan.objects.filter(own | Q(Exists(paying), state=Plan.State.APPROVED))


def plan(actor: Actor, pk: int) -> Plan:
    """One of them; otherwise Http404."""
    found = plans(actor).select_related("call", "agency", "finance_agency", "made_by", "paper").filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


def listed_plans(actor: Actor) -> QuerySet[Plan]:
    """The list of plans with the number of cases that get something, newest first."""
    given = Count("lines", filter=Q(lines__amount__gt=0))
    return plans(actor).select_related("call", "agency").annotate(cases=given).order_by("-made_at", "-pk")


def quotas(actor: Actor) -> QuerySet[Quota]:
    """Quotas of the agencies whose plans the actor sees."""
    agencies = actor.agencies_with(Right.READ_CASES)
    shared = Plan.objects.filter(finance_agency__in=agencies).values("agency")
    return (
        Quota.objects.filter(Q(agency__in=agencies) | Q(agency__in=shared))
        .select_related("agency", "entered_by")
        .order_by("-year", "measure", "id")
    )


def quota_holders(actor: Actor, day: date) -> list[tuple[str, Agency]]:
    """(Measure, agency) pairs for which the actor may enter a quota on a day."""
    rows = (
        Jurisdiction.objects.on(day)
        .filter(agency__in=actor.agencies_with(Right.ENTER_QUOTA), stage=Jurisdiction.Stage.UPPER)
        .select_related("agency").order_by("measure", "agency")
    )  # fmt: skip
    return list(dict.fromkeys((row.measure, row.agency) for row in rows))


def calls_to_plan(actor: Actor) -> QuerySet[Call]:
    """Calls of the actor's agencies that have cases free for a plan, with their number and ceilings."""
    free = Q(cases__state=State.RESERVED)
    return (
        Call.objects.filter(agency__in=actor.agencies_with(Right.PLAN), kind=Call.Kind.SUPPORT)
        .annotate(reserved=Count("cases", filter=free), caps=Sum("cases__cap", filter=free))
        .filter(reserved__gt=0).order_by("-fiscal_year", "-pk")
    )  # fmt: skip


def plannable(call: Call) -> QuerySet[Case]:
    """Reserved cases of a call that no open hold stops and no open plan holds already."""
    return _free(Case.objects.filter(call=call)).select_related("enterprise")


def to_plan(actor: Actor) -> QuerySet[Case]:
    """Those of every call for which the actor draws up plans."""
    agencies = actor.agencies_with(Right.PLAN)
    return _free(Case.objects.filter(call__agency__in=agencies, call__kind=Call.Kind.SUPPORT))


def _free(cases: QuerySet[Case]) -> QuerySet[Case]:
    held = Hold.objects.filter(case=OuterRef("pk"), released_at__isnull=True)
    taken = PlanLine.objects.filter(case=OuterRef("pk"), plan__state__in=OPEN_PLANS)
    return cases.filter(~Exists(held), ~Exists(taken), state=State.RESERVED)


def in_order(cases: QuerySet[Case]) -> list[Case]:
    """By the rank of the newest panel that selected them, then by the day of filing."""
    ranked = cases.annotate(rank=Min("panel_cases__rank", filter=Q(panel_cases__selected=True)))
    return list(ranked.order_by(F("rank").asc(nulls_last=True), "filed_at", "pk"))


def batches(actor: Actor) -> QuerySet[PaymentBatch]:
    """Batches that one of the actor's agencies prepares or checks, or whose plan it made or signed."""
    agencies = actor.agencies_with(Right.READ_CASES)
    return PaymentBatch.objects.filter(
        Q(agency__in=agencies) | Q(checker_agency__in=agencies)
        | Q(plan__agency__in=agencies) | Q(plan__finance_agency__in=agencies)
    )  # fmt: skip


def opened_batches(plan: Plan, actor: Actor) -> frozenset[int]:
    """Ids of the plan's batches whose pages the actor may open."""
    if not any(actor.has(right) for right in BATCH_RIGHTS):
        return frozenset()
    return frozenset(batches(actor).filter(plan=plan).values_list("pk", flat=True))


def listed_batches(actor: Actor) -> QuerySet[PaymentBatch]:
    """The list with number of rows, sum (元), and how many are paid and returned; newest first."""
    related = ("plan__call", "agency", "checker_agency", "made_by", "checked_by")
    return counted(batches(actor).select_related(*related)).order_by("-made_at", "-pk")


def counted(found: QuerySet[PaymentBatch]) -> QuerySet[PaymentBatch]:
    """Batches with number of rows, sum (元), and how many are returned: what their state is shown with."""
    rows = ~Q(payments__state=Payment.State.DROPPED)
    return found.annotate(
        rows=Count("payments", filter=rows), total=Sum("payments__amount", filter=rows),
        returned=Count("payments", filter=Q(payments__state=Payment.State.RETURNED)),
    )  # fmt: skip


def batch(actor: Actor, pk: int) -> PaymentBatch:
    """One of them; otherwise Http404."""
    related = ("plan__call", "agency", "checker_agency", "made_by", "checked_by", "paper")
    found = counted(batches(actor).select_related(*related)).filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


def due_instalments(actor: Actor) -> QuerySet[Instalment]:
    """Payable instalments of which one of the actor's agencies owes a part that is in no open batch."""
    batched = Payment.objects.filter(
        instalment=OuterRef(OuterRef("pk")), payee=OuterRef("payee"), state__in=OPEN_PAYMENTS
    )
    owed = Share.objects.filter(~Exists(batched), award=OuterRef("award"), amount__gt=0)
    return Instalment.objects.filter(
        Exists(owed), state=Instalment.State.PAYABLE,
        award__case__pay_maker_agency__in=actor.agencies_with(Right.MAKE_BATCH),
    )  # fmt: skip


def plans_due(actor: Actor) -> QuerySet[Plan]:
    """Approved plans of which something still waits for a batch of one of the actor's agencies."""
    waiting = due_instalments(actor).filter(award__plan=OuterRef("pk"))
    return Plan.objects.filter(Exists(waiting), state=Plan.State.APPROVED).order_by("-made_at", "-pk")


def plans_to_pay(actor: Actor) -> QuerySet[Plan]:
    """Approved plans with money that one of the actor's agencies has to pay, in a batch already or not."""
    waiting = Instalment.objects.filter(
        state=Instalment.State.PAYABLE, award__plan=OuterRef("pk"),
        award__case__pay_maker_agency__in=actor.agencies_with(Right.MAKE_BATCH),
    )  # fmt: skip
    return Plan.objects.filter(Exists(waiting), state=Plan.State.APPROVED).order_by("-made_at", "-pk")


def issued(actor: Actor) -> QuerySet[Issue]:
    """Issues the actor's agencies made or received."""
    agencies = actor.agencies_with(Right.READ_CASES)
    return Issue.objects.filter(
        Q(agency__in=agencies) | Q(plan__agency__in=agencies) | Q(plan__finance_agency__in=agencies)
    ).select_related("plan", "agency")


def counties(plans_: Iterable[Plan]) -> list[dict[str, Any]]:
    """Per plan and paying agency (元): the whole, what waits for issue, what of the issued money the bank has paid
    (``done``), is on its way (``sent``), has not gone out (``left``); ``open``: instalments not wholly paid.
    """
    rows = (
        Instalment.objects.filter(award__plan__in=list(plans_)).exclude(state=Instalment.State.PLANNED)
        .values("award__plan", "award__case__pay_maker_agency")
        .annotate(
            cases=Count("award__case", distinct=True), whole=Sum("amount"),
            waiting=Sum("amount", filter=Q(state=Instalment.State.APPROVED)),
            open=Sum("amount", filter=Q(state=Instalment.State.PAYABLE)),
            settled=Sum("amount", filter=Q(state=Instalment.State.PAID)), year=Max("year"),
        ).order_by("award__plan", "award__case__pay_maker_agency")
    )  # fmt: skip
    moved = _moved([row["award__plan"] for row in rows])
    return [_with_payments(dict(row), moved) for row in rows]


def _moved(plan_ids: Iterable[int]) -> Mapping[tuple[int, int], dict[str, Any]]:
    """(Plan, paying agency) → what payments have moved (元): paid by the bank, on its way; one query."""
    paid, sent = Q(state=Payment.State.PAID), Q(state=Payment.State.SENT)
    rows = (
        Payment.objects.filter(instalment__award__plan__in=set(plan_ids))
        .values("instalment__award__plan", "instalment__award__case__pay_maker_agency")
        .annotate(done=Sum("amount", filter=paid), sent=Sum("amount", filter=sent))
    )
    return {
        (row["instalment__award__plan"], row["instalment__award__case__pay_maker_agency"]): dict(row) for row in rows
    }


def _with_payments(row: dict[str, Any], moved: Mapping[tuple[int, int], dict[str, Any]]) -> dict[str, Any]:
    zero = Decimal("0.00")
    payments = moved.get((row["award__plan"], row["award__case__pay_maker_agency"]), {})
    done, sent = payments.get("done") or zero, payments.get("sent") or zero
    issued_ = (row["open"] or zero) + (row["settled"] or zero)
    return {**row, "done": done, "sent": sent, "left": max(issued_ - done - sent, zero)}


def to_confirm(actor: Actor) -> QuerySet[Case]:
    """Cases for which one of the actor's enterprises has still to name its account, or to do so anew after a return."""
    named = PayeeConfirmation.objects.filter(case=OuterRef("award__case"), enterprise=OuterRef("payee"))
    own = Share.objects.filter(award__case=OuterRef("pk"), payee__in=actor.enterprises, amount__gt=0)
    refused = refused_accounts().filter(instalment__award__case=OuterRef("pk"), payee__in=actor.enterprises)
    open_cases = cases_of_payee(actor).filter(state__in=[State.APPROVED, State.DISBURSING, State.TRACKING])
    return open_cases.filter(Exists(own.filter(~Exists(named))) | Exists(refused))


def refused_accounts() -> QuerySet[Payment]:
    """Payments returned for the account's sake, after which the payee has not confirmed an account anew."""
    renewed = PayeeConfirmation.objects.filter(
        case=OuterRef("instalment__award__case"), enterprise=OuterRef("payee"), confirmed_at__gt=OuterRef("returned_at")
    )
    back = Payment.objects.filter(state=Payment.State.RETURNED, returned_for=Payment.Cause.ACCOUNT)
    return back.filter(~Exists(renewed))


def cases_of_payee(actor: Actor) -> QuerySet[Case]:
    """Cases with an award of which one of the actor's own enterprises is paid a share."""
    return Case.objects.filter(awards__shares__payee__in=actor.enterprises).distinct()
