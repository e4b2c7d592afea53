"""Draw up an allocation plan: choose cases, compute, adjust, make final (Jilin Art. 11, Zhongshan Art. 11(三))."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from policies.kit.money import percent, show
from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.funding import selectors
from subsidy.funding.models import Plan, PlanLine
from subsidy.funding.paper import plan_ahead, plan_paper
from subsidy.funding.pots import case_pot, quota_pot
from subsidy.funding.share import Ask, asked_of, divide, unit_of
from subsidy.funding.working import ceilings
from subsidy.journal.models import Account
from subsidy.journal.post import Pair, post
from subsidy.papers.issue import Ahead
from subsidy.reference.number import next_number
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused, allowed, created, perform, perform_many, record, stale


def draft(call: Call, actor: Actor, *, title: str, year: int, case_ids: Iterable[int]) -> Plan:
    """A new plan over reserved cases of a call, in the order of their ranking.

    Raises NotAllowed; Refused when a case is not free for a plan or has no ceiling.
    """
    if not actor.may(Right.PLAN, call.competence("upper")):
        raise NotAllowed(_("您的岗位不能编制此通知的资金分配方案。"))
    with transaction.atomic():
        cases = selectors.in_order(selectors.plannable(call).filter(pk__in=list(case_ids)))
        _refuse_unfit(cases, set(case_ids))
        plan = Plan.objects.create(
            number=next_number(f"{policy_of(call).prefix}FA", year), call=call, agency_id=call.agency_id,
            finance_agency_id=cases[0].upper_finance_agency_id, title=title, year=year, decimals=call.plan_decimals,
            made_by_id=actor.person_id, made_at=clock.now(),
        )  # fmt: skip
        PlanLine.objects.bulk_create(
            PlanLine(plan=plan, case=case, position=place, cap=case.cap or 0, computed=0, amount=0)
            for place, case in enumerate(cases, start=1)
        )
        created(plan, actor, evidence={"cases": [case.number for case in cases]})
    return plan


def _refuse_unfit(cases: Sequence[Case], wanted: set[int]) -> None:
    if not wanted:
        raise Refused(_("请至少选择一个已储备的案件。"))
    if len(cases) != len(wanted):
        raise Conflict(_("所选案件中有的已不在储备状态、已列入其他方案或有暂缓事项，请刷新后重新选择。"))
    if unset := [case.number for case in cases if not case.cap]:
        raise Refused(_("%s 尚无政策上限，不能列入方案。") % "、".join(unset[:5]))


def compute(
    plan: Plan, actor: Actor, *, rule: str, share: Decimal, decimals: int, amount: Decimal, reason: str, version: int
) -> Plan:
    """Work out every line anew: ceiling × decided share (0–1) in whole units, then ``amount`` (元) by the rule.

    Adjustments made before are gone. Raises NotAllowed, Conflict or Refused.
    """
    with transaction.atomic():
        plan = _open(plan, actor, version)
        if not reason.strip():
            raise Refused(_("请说明执行比例和分配规则的理由。"))
        if not 0 < share <= 1:
            raise Refused(_("执行比例应大于 0，且不超过政策上限（100%）。"))
        lines = list(plan.lines.select_related("case"))
        unit = unit_of(decimals)
        asks = {line.pk: asked_of(line.case.cap or Decimal(0), share, unit) for line in lines}
        division = divide(
            rule,
            amount,
            [Ask(str(line.pk), line.position, line.case.cap or Decimal(0), asks[line.pk]) for line in lines],
            unit,
        )
        by_article = ceilings([line.case_id for line in lines])
        for line in lines:
            given = division.given[str(line.pk)]
            line.cap, line.computed, line.amount, line.reason = (
                line.case.cap or Decimal(0),
                given.amount,
                given.amount,
                "",
            )
            line.working = {
                "ceiling": by_article[line.case_id],
                "share": f"{show(line.cap)} × {percent(share)} = {show(asks[line.pk])}",
                "rule": given.formula,
            }
        PlanLine.objects.bulk_update(lines, ["cap", "computed", "amount", "reason", "working"])
        return _noted(
            plan, "compute", actor, note=reason, version=version,
            evidence={"rule": rule, "share": f"{share:f}", "amount": f"{amount:f}", "total": f"{division.total:f}"},
            changes={
                "rule": rule, "share": share, "decimals": decimals, "amount": amount, "reason": reason.strip(),
                "rate": division.rate, "total": division.total, "working": division.working,
            },
        )  # fmt: skip


def adjust(plan: Plan, actor: Actor, *, line_id: int, amount: Decimal, reason: str, version: int) -> Plan:
    """Give a line another amount (元, whole units, at most its ceiling) with a reason.

    Raises NotAllowed, Conflict or Refused.
    """
    with transaction.atomic():
        plan = _open(plan, actor, version)
        line = plan.lines.select_related("case").get(pk=line_id)
        _refuse_amount(plan, line, amount, reason)
        before, line.amount, line.reason = line.amount, amount, reason.strip()
        line.save(update_fields=["amount", "reason"])
        total = sum((row.amount for row in plan.lines.all()), Decimal("0.00"))
        evidence = {"case": line.case.number, "before": f"{before:f}", "after": f"{amount:f}"}
        return _noted(plan, "adjust", actor, note=reason, evidence=evidence, changes={"total": total}, version=version)


def _refuse_amount(plan: Plan, line: PlanLine, amount: Decimal, reason: str) -> None:
    unit = unit_of(plan.decimals)
    if not plan.rate:
        raise Refused(_("请先试算，再调整单项金额。"))
    if amount > line.cap:
        raise Refused(_("%(amount)s 元超过该项政策上限 %(cap)s 元。") % {"amount": show(amount), "cap": show(line.cap)})
    if amount % unit:
        raise Refused(_("金额应为 %s 元的整数倍（方案取整单位）。") % show(unit))
    if not reason.strip():
        raise Refused(_("调整金额须说明理由。"))


def take_out(plan: Plan, actor: Actor, *, line_id: int, version: int) -> Plan:
    """Take a case out of a draft; what is left must be computed anew."""
    with transaction.atomic():
        plan = _open(plan, actor, version)
        line = plan.lines.select_related("case").get(pk=line_id)
        if plan.lines.count() == 1:
            raise Refused(_("方案至少保留一个案件。"))
        evidence = {"case": line.case.number}
        line.delete()
        plan.lines.update(computed=0, amount=0, reason="", working={})
        return _noted(plan, "take_out", actor, evidence=evidence, changes={"rate": "", "total": 0}, version=version)


def finalise(plan: Plan, actor: Actor, *, version: int) -> Plan:
    """Make a plan final: its paper is issued, its cases are allocated, quota → planned.

    Lines without an amount stay in the plan as not arranged; their cases stay in reserve.
    Raises NotAllowed, Conflict, or Refused with what is missing.
    """
    made_at = clock.now()
    ahead = _printed_ahead(plan, actor, version, made_at)
    with transaction.atomic():
        plan = perform(plan, "finalise", actor, version=version, evidence={"total": f"{plan.total:f}"})
        lines = list(plan.lines.filter(amount__gt=0).order_by("position"))
        perform_many(Case, [line.case_id for line in lines], "allocate", actor, evidence=_evidence(plan))
        planned = Account.Kind.PLANNED
        pairs = [Pair(quota_pot(plan), case_pot(planned, plan, line.case_id), line.amount) for line in lines]
        post("planned", plan, pairs, actor)
        paper = plan_paper(plan, made_at, ahead)
        record(plan, "paper", actor, evidence={"paper": paper.number, "digest": paper.digest}, changes={"paper": paper})
    plan.refresh_from_db()
    return plan


def _printed_ahead(plan: Plan, actor: Actor, version: int, made_at: datetime) -> Ahead | None:
    """The pages, printed before the locks, if it looks as if the plan will become final; the locks decide."""
    if plan.version != version or allowed(plan, actor).get("finalise", "") is not None:
        return None
    return plan_ahead(plan, made_at)


def _noted(plan: Plan, code: str, actor: Actor, **values: Any) -> Plan:
    """Write down what was changed, and give the plan as it now stands."""
    plan = record(plan, code, actor, **values)
    plan.refresh_from_db()
    return plan


def _evidence(plan: Plan) -> dict[str, Any]:
    return {"plan": plan.pk, "number": plan.number}


def _open(plan: Plan, actor: Actor, version: int) -> Plan:
    """The locked draft. Raises NotAllowed or Conflict."""
    locked = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if not actor.may(Right.PLAN, locked.competence("upper")):
        raise NotAllowed(_("您的岗位不能编制此方案。"))
    if locked.state != Plan.State.DRAFT:
        sentence = _("此方案现为“%s”，不能再修改。") % locked.get_state_display()
        raise Conflict(sentence, locked.version)
    if locked.version != version:
        raise stale(locked, _("编制方案"))
    return locked
