"""Record the approvals that come before money; the last one makes awards (Jilin Art. 11–12, Zhongshan Art. 11(三))."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from policies.kit.policy import Approval as Step
from policies.kit.policy import Desk
from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.editions import policy_of
from subsidy.cases.models import Case
from subsidy.funding import ready
from subsidy.funding.award import grant
from subsidy.funding.models import Approval, Instalment, Plan, PlanLine
from subsidy.funding.pots import case_pot, quota_pot
from subsidy.funding.tell import tell_payees
from subsidy.journal.models import Account
from subsidy.journal.post import Pair, post
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused, created_many, perform, perform_many, record

WHO: Mapping[Desk, tuple[Right, str]] = {
    Desk.UPPER: (Right.SIGN_PLAN, "upper"),
    Desk.UPPER_FINANCE: (Right.SIGN_PLAN, "upper_finance"),
    Desk.GOVERNMENT: (Right.RECORD_APPROVAL, "upper"),
    Desk.CONGRESS: (Right.RECORD_APPROVAL, "upper"),
    Desk.PROVINCE: (Right.RECORD_APPROVAL, "upper"),
}
"""Agencies sign themselves; what others decided is recorded by the agency that made the plan."""


def may_record(plan: Plan, step: Step, actor: Actor) -> bool:
    """Whether this approval is the actor's to record; whoever drew the plan up does not sign it too."""
    right, stage = WHO[step.desk]
    if not actor.may(right, plan.competence(stage)):
        return False
    return right != Right.SIGN_PLAN or plan.made_by_id not in actor.one_with


def record_approval(
    plan: Plan,
    actor: Actor,
    *,
    step: str,
    document: str,
    dated: date,
    scan: str = "",
    granted: bool = True,
    note: str = "",
    version: int,
) -> Plan:
    """Record one approval with its document. A refusal ends the plan: cases go back to reserve, money to the quota.

    The last approval approves plan and cases, makes awards, shares and instalments, and posts planned → awarded; where
    no issue comes first (Zhongshan) the instalments are payable at once. All in one transaction.
    Raises NotAllowed, Conflict, or Refused when it is not this approval's turn.
    """
    with transaction.atomic():
        plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        given = _turn(plan, step, actor, version)
        _check_dates(plan, dated, granted, note)
        Approval.objects.create(
            plan=plan, step=given.key, label=given.label, granted=granted, note=note, document=document, dated=dated,
            scan=scan, recorded_by_id=actor.person_id, recorded_at=clock.now(),
        )  # fmt: skip
        evidence = {"step": given.key, "label": given.label, "document": document, "dated": dated, "scan": scan}
        if not granted:
            return _refuse(plan, actor, note, evidence)
        if ready.open_steps(plan):
            return record(plan, "approval", actor, note=note, evidence=evidence)
        return _conclude(plan, actor, evidence)


def _turn(plan: Plan, step: str, actor: Actor, version: int) -> Step:
    known = {one.key: one for one in ready.steps(plan)}
    if step not in known:
        raise Refused(_("此政策没有这项审批。"))
    if not may_record(plan, known[step], actor):
        raise NotAllowed(_("您的岗位不能登记此项审批。"))
    if plan.state != Plan.State.FINAL or plan.version != version:
        sentence = _("此方案现为“%s”，已由他人办理，请刷新后查看。") % plan.get_state_display()
        raise Conflict(sentence, plan.version)
    following = ready.open_steps(plan)[0]
    if following.key != step:
        raise Refused(_("须先完成：%s。") % following.label)
    return known[step]


def _check_dates(plan: Plan, dated: date, granted: bool, note: str) -> None:
    if dated > clock.today():
        raise Refused(_("文件日期不能晚于今天。"))
    last = plan.approvals.filter(granted=True).order_by("id").last()
    if last is not None and dated < last.dated:
        raise Refused(
            _("文件日期不能早于前一项审批（%(label)s，%(day)s）。") % {"label": last.label, "day": last.dated}
        )
    if not granted and not note.strip():
        raise Refused(_("未获批准的，请填写理由。"))


def _given(plan: Plan) -> list[PlanLine]:
    return list(plan.lines.filter(amount__gt=0).order_by("position"))


def _refuse(plan: Plan, actor: Actor, note: str, evidence: Mapping[str, object]) -> Plan:
    lines = _given(plan)
    plan = perform(plan, "refuse", actor, note=note, evidence=evidence)
    perform_many(Case, [line.case_id for line in lines], "refuse_plan", actor, note=note, evidence=evidence)
    planned = Account.Kind.PLANNED
    pairs = [Pair(case_pot(planned, plan, line.case_id), quota_pot(plan), line.amount) for line in lines]
    post("plan_refused", plan, pairs, actor)
    return plan


def _conclude(plan: Plan, actor: Actor, evidence: Mapping[str, object]) -> Plan:
    lines = _given(plan)
    cases = [line.case_id for line in lines]
    plan = perform(plan, "approve", actor, evidence=evidence)
    instalments = grant(plan, lines, clock.now())
    created_many(instalments, actor, evidence=evidence)
    post(
        "awarded",
        plan,
        [_pair(plan, Account.Kind.PLANNED, Account.Kind.AWARDED, one.case_id, one.amount) for one in lines],
        actor,
    )
    perform_many(Case, cases, "approve", actor, evidence={**evidence, "plan": plan.number})
    due = [one for one in instalments if one.year <= plan.year]
    perform_many(Instalment, [one.pk for one in due], "approve", actor, evidence=evidence)
    if not policy_of(plan.call).payment.issue_first:
        perform_many(Instalment, [one.pk for one in due], "release", actor, evidence=evidence)
        make_payable(plan, due, actor)
    tell_payees(plan)
    return plan


def make_payable(plan: Plan, instalments: Sequence[Instalment], actor: Actor) -> None:
    """Post awarded → payable for instalments of a plan that may be paid from now on."""
    kinds = Account.Kind.AWARDED, Account.Kind.PAYABLE
    post("payable", plan, [_pair(plan, *kinds, one.award.case_id, one.amount) for one in instalments], actor)


def _pair(plan: Plan, source: Account.Kind, target: Account.Kind, case_id: int, amount: Decimal) -> Pair:
    return Pair(case_pot(source, plan, case_id), case_pot(target, plan, case_id), amount)
