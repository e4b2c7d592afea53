"""Moves of plans, instalments, batches and payments, and of cases through money."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import Jurisdiction
from subsidy.accounts.rights import Right
from subsidy.cases import transfer
from subsidy.cases.holds import held
from subsidy.cases.models import Case
from subsidy.funding import ready
from subsidy.funding.models import Approval, Instalment, Payment, PaymentBatch, Plan
from workflow import moves
from workflow.protocols import Actor

moves.register(Plan, "finalise", right=Right.PLAN, stage="upper", label=_("定稿"))
moves.register(Plan, "approve", right=Right.CONCLUDE_PLAN, stage="approvers", label=_("方案获批"))
moves.register(Plan, "refuse", right=Right.CONCLUDE_PLAN, stage="approvers", label=_("方案未获批"))
moves.register(Instalment, "approve", right=Right.CONCLUDE_PLAN, stage="approvers", label=_("批准兑现"))
moves.register(Instalment, "issue", right=Right.ISSUE_FUNDS, stage="upper_finance", label=_("下达"))
moves.register(Instalment, "release", right=Right.CONCLUDE_PLAN, stage="approvers", label=_("可拨付"))
moves.register(Instalment, "settle", right=Right.ENTER_RESULTS, stage="pay_maker", label=_("已拨付"))
moves.register(Instalment, "reopen", right=Right.ENTER_RESULTS, stage="pay_maker", label=_("退票，恢复应付"))
moves.register(Instalment, "lapse", right=Right.RECORD_APPROVAL, stage="upper", label=_("失效"))
moves.register(Instalment, "stop", right=Right.RECORD_APPROVAL, stage="upper", label=_("停止兑现"))
moves.register(PaymentBatch, "ask_check", right=Right.MAKE_BATCH, stage="pay_maker", label=_("送复核"))
moves.register(PaymentBatch, "send_back", right=Right.CHECK_BATCH, stage="pay_checker", label=_("退回经办"))
moves.register(PaymentBatch, "cancel", right=Right.MAKE_BATCH, stage="pay_maker", label=_("取消批次"))
moves.register(PaymentBatch, "confirm", right=Right.CHECK_BATCH, stage="pay_checker", label=_("复核通过"))
moves.register(PaymentBatch, "export", right=Right.MAKE_BATCH, stage="pay_maker", label=_("送出"))
moves.register(PaymentBatch, "settle", right=Right.ENTER_RESULTS, stage="pay_maker", label=_("办结"))
moves.register(Payment, "send", right=Right.MAKE_BATCH, stage="pay_maker", label=_("送出"))
moves.register(Payment, "pay", right=Right.ENTER_RESULTS, stage="pay_maker", label=_("拨付成功"))
moves.register(Payment, "refuse", right=Right.ENTER_RESULTS, stage="pay_maker", label=_("退票"))
moves.register(Payment, "bounce", right=Right.ENTER_RESULTS, stage="pay_maker", label=_("退票"))
moves.register(Payment, "drop", right=Right.MAKE_BATCH, stage="pay_maker", label=_("移出批次"))
moves.register(Case, "allocate", right=Right.PLAN, stage="upper", label=_("列入资金方案"))
moves.register(Case, "refuse_plan", right=Right.CONCLUDE_PLAN, stage="approvers", label=_("方案未获批"))
moves.register(Case, "approve", right=Right.CONCLUDE_PLAN, stage="approvers", label=_("方案获批"))
moves.register(Case, "start_payment", right=Right.MAKE_BATCH, stage="pay_maker", label=_("开始拨付"))
moves.register(Case, "first_paid", right=Right.ENTER_RESULTS, stage="pay_maker", label=_("已拨付"))
moves.register(Case, "payment_returned", right=Right.ENTER_RESULTS, stage="pay_maker", label=_("退票"))
moves.register(Case, "stop", right=Right.RECORD_APPROVAL, stage="upper", label=_("停止兑现"))
moves.register(Case, "start_recovery", right=Right.RECORD_APPROVAL, stage="upper", label=_("启动追回"))
moves.register(Case, "end_recovery", right=Right.RECORD_APPROVAL, stage="upper", label=_("追回完毕"))

moves.guard(Case, "allocate", "start_payment")(held)

Reasons = Mapping[int, str | Promise]


def batch_under_way(stage: str, cases: Sequence[int]) -> str:
    """Cases in a batch that is not settled are paid by whoever has made it and checked by whoever was to."""
    if stage not in {Jurisdiction.Stage.PAY_MAKER, Jurisdiction.Stage.PAY_CHECKER}:
        return ""
    ended = (PaymentBatch.State.SETTLED, PaymentBatch.State.CANCELLED)
    rows = Payment.objects.filter(instalment__award__case__in=cases).exclude(state=Payment.State.DROPPED)
    count = rows.exclude(batch__state__in=ended).values("batch").distinct().count()
    return _t("有 %s 个拨付批次尚未办结，请先由现单位办结或取消。") % count if count else ""


transfer.obstacles.append(batch_under_way)


@moves.guard(Plan, "finalise")
def ready_to_be_final(plans: Sequence[Plan], actor: Actor) -> Reasons:
    """The first thing that still stands in the way of each plan."""
    found = {plan.pk: next(iter(ready.problems(plan)), None) for plan in plans}
    return {pk: reason for pk, reason in found.items() if reason}


@moves.guard(Plan, "approve")
def approved_by_all(plans: Sequence[Plan], actor: Actor) -> Reasons:
    """Every approval of the measure is recorded."""
    open_steps = {plan.pk: next(iter(ready.open_steps(plan)), None) for plan in plans}
    return {pk: _t("尚缺审批：%s。") % step.label for pk, step in open_steps.items() if step}


@moves.guard(PaymentBatch, "confirm")
def checked_by_another_person(batches: Sequence[PaymentBatch], actor: Actor) -> Reasons:
    """The checker neither made the batch nor had a hand in the plan's approval (trust.md row 21)."""
    approvers = set(
        Approval.objects.filter(
            plan__in=[batch.plan_id for batch in batches], recorded_by__in=actor.one_with
        ).values_list("plan_id", flat=True)
    )
    reasons: dict[int, str | Promise] = {}
    for batch in batches:
        if batch.made_by_id in actor.one_with:
            reasons[batch.pk] = _t("此批次由您经办，须由另一名工作人员复核。")
        elif batch.plan_id in approvers:
            reasons[batch.pk] = _t("您办理过此资金方案的审批，须由其他工作人员复核。")
    return reasons


@moves.guard(PaymentBatch, "ask_check", "confirm")
def has_rows(batches: Sequence[PaymentBatch], actor: Actor) -> Reasons:
    """A batch without rows goes nowhere."""
    filled = set(
        Payment.objects.filter(batch__in=[batch.pk for batch in batches], state=Payment.State.QUEUED).values_list(
            "batch_id", flat=True
        )
    )
    return {batch.pk: _t("批次内没有可拨付的款项。") for batch in batches if batch.pk not in filled}
