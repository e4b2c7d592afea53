"""What still stands in the way of a plan: before it is final, and before it is approved."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from policies.kit.money import show
from policies.kit.policy import Approval as Step
from subsidy.calls.editions import policy_of
from subsidy.cases.models import Case, Hold, ProvinceItem
from subsidy.funding.models import Plan, PlanLine
from subsidy.funding.pots import quota_pot
from subsidy.journal.selectors import balance
from subsidy.projects.models import MeasuredApproval
from workflow.states import State

LISTED = "list"


def available(plan: Plan) -> Decimal:
    """What of the quota (元) no plan has taken yet."""
    return balance(quota_pot(plan))


def steps(plan: Plan) -> tuple[Step, ...]:
    """The approvals the measure asks of a plan, in their order."""
    return tuple(step for step in policy_of(plan.call).approvals if step.of == "plan")


def open_steps(plan: Plan) -> list[Step]:
    """Those that are not granted yet."""
    granted = set(plan.approvals.filter(granted=True).values_list("step", flat=True))
    return [step for step in steps(plan) if step.key not in granted]


def problems(plan: Plan) -> Iterator[str]:
    """Sentences, the weightiest first; none: the plan can be made final."""
    lines = list(plan.lines.select_related("case").order_by("position"))
    given = [line for line in lines if line.amount > 0]
    if not plan.rate:
        yield _("尚未试算。请填写规则、执行比例和理由后试算。")
        return
    if not given:
        yield _("方案合计为零，没有可定稿的金额。")
        return
    yield from _money(plan, sum((line.amount for line in given), Decimal("0.00")))
    yield from _cases(plan, given)


def _money(plan: Plan, total: Decimal) -> Iterator[str]:
    held = available(plan)
    if plan.amount is not None and total > plan.amount:
        yield _("合计 %(total)s 元超出本方案安排资金 %(amount)s 元，请调减。") % {
            "total": show(total), "amount": show(plan.amount),
        }  # fmt: skip
    if total > held:
        yield _("合计 %(total)s 元超出可用额度 %(held)s 元，请先录入额度或调减。") % {
            "total": show(total), "held": show(held),
        }  # fmt: skip


def _cases(plan: Plan, lines: Sequence[PlanLine]) -> Iterator[str]:
    cases = [line.case for line in lines]
    gone = [case.number for case in cases if case.state != State.RESERVED]
    if gone:
        yield _("%s 已不在储备状态，请移出方案。") % "、".join(gone[:5])
    holds = Hold.objects.filter(case__in=cases, released_at__isnull=True).select_related("case")
    stopped = sorted({hold.case.number for hold in holds})
    if stopped:
        yield _("%s 有未解除的暂缓事项，请移出方案或先办结。") % "、".join(stopped[:5])
    if unset := [line.case.number for line in lines if line.cap != line.case.cap]:
        yield _("%s 的政策上限已变化，请重新试算。") % "、".join(unset[:5])
    if any(step.of == LISTED for step in policy_of(plan.call).approvals):
        yield from _known_to_the_province(cases)


def _known_to_the_province(cases: Sequence[Case]) -> Iterator[str]:
    """Reported on a list that was sent, and measured with an amount the province approved (Zhongshan Art. 9, 11)."""
    ids = [case.pk for case in cases]
    sent = set(
        ProvinceItem.objects.filter(case__in=ids, report__state__in=["sent", "answered"]).values_list(
            "case_id", flat=True
        )
    )
    if missing := [case.number for case in cases if case.pk not in sent]:
        yield _("%s 尚未列入已上报省厅的名单。") % "、".join(missing[:5])
    passed = Q(outcome__in=[MeasuredApproval.Outcome.APPROVED, MeasuredApproval.Outcome.CUT], amount__gt=0)
    measured = [case.measured_id for case in cases if case.measured_id]
    settled = set(MeasuredApproval.objects.filter(passed, measured__in=measured).values_list("measured_id", flat=True))
    if pending := [case.number for case in cases if case.measured_id not in settled]:
        yield _("%s 待省核定奖励额度，不能定稿。") % "、".join(pending[:5])
