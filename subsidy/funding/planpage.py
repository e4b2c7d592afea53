"""What the page of a plan shows beside its lines: the sums, and the approvals in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from policies.kit.policy import Approval as Step
from policies.kit.policy import Desk
from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.funding import ready, selectors
from subsidy.funding.approve import WHO, may_record
from subsidy.funding.models import Approval, Plan


@dataclass(frozen=True, slots=True)
class Turn:
    """One approval on the page: its record, or whose turn it is and why it cannot be recorded here."""

    key: str
    label: str
    source: str
    document: str
    record: Approval | None
    refused: bool
    mine: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a plan (元): the quota that no plan has taken, what this one may use, gives, and leaves of that."""

    label: str
    available: Decimal
    amount: Decimal | None
    total: Decimal
    rest: Decimal
    over: bool


def figures(plan: Plan) -> Figures:
    """For a draft against the free quota, afterwards against what the plan was given."""
    held = ready.available(plan)
    whole = held if plan.amount is None else plan.amount
    rest = whole - plan.total
    label = {
        Plan.State.DRAFT: _("%(year)s 年度可用额度（未扣本方案）"),
        Plan.State.FINAL: _("%(year)s 年度可用额度（已扣本方案）"),
        Plan.State.APPROVED: _("%(year)s 年度可用额度（已扣本方案）"),
        Plan.State.REFUSED: _("%(year)s 年度可用额度"),
    }[Plan.State(plan.state)] % {"year": plan.year}
    return Figures(label, held, plan.amount, plan.total, abs(rest), rest < 0)


def signs(plan: Plan, actor: Actor) -> bool:
    """Whether the actor may change this draft."""
    return plan.state == Plan.State.DRAFT and actor.may(Right.PLAN, plan.competence("upper"))


def approvals_of(plan: Plan, actor: Actor) -> list[Turn]:
    """Every approval the measure asks for, in order; empty while the plan is a draft."""
    if plan.state == Plan.State.DRAFT:
        return []
    records = {row.step: row for row in plan.approvals.select_related("recorded_by").order_by("id")}
    turns: list[Turn] = []
    waiting: Step | None = None
    for step in ready.steps(plan):
        record = records.get(step.key)
        turns.append(_turn(plan, step, record, waiting, actor))
        if waiting is None and (record is None or not record.granted):
            waiting = step
    return turns


def with_my_turn(actor: Actor) -> int:
    """How many final plans wait for an approval that is the actor's to record; the same queries for any number."""
    found = selectors.plans(actor).filter(state=Plan.State.FINAL).select_related("call", "agency", "finance_agency")
    plans = list(found)
    granted = set(Approval.objects.filter(plan__in=plans, granted=True).values_list("plan", "step"))
    waiting = ((plan, next((s for s in ready.steps(plan) if (plan.pk, s.key) not in granted), None)) for plan in plans)
    return sum(1 for plan, step in waiting if step is not None and may_record(plan, step, actor))


def _turn(plan: Plan, step: Step, record: Approval | None, waiting: Step | None, actor: Actor) -> Turn:
    is_open = record is None and plan.state == Plan.State.FINAL
    mine = is_open and waiting is None and may_record(plan, step, actor)
    return Turn(
        step.key, step.label, step.source.clause, step.document, record, bool(record and not record.granted), mine,
        _sentence(plan, step, waiting, actor) if is_open and not mine else "",
    )  # fmt: skip


def _sentence(plan: Plan, step: Step, waiting: Step | None, actor: Actor) -> str:
    if waiting is not None:
        return _("须先完成：%s。") % waiting.label
    right, stage = WHO[step.desk]
    if right == Right.SIGN_PLAN and plan.made_by_id in actor.one_with and actor.may(right, plan.competence(stage)):
        return _("方案由您编制，须由另一名工作人员签署。")
    agency = plan.finance_agency if step.desk is Desk.UPPER_FINANCE and plan.finance_agency else plan.agency
    return _("待%(agency)s%(right)s。") % {"agency": agency.short_name, "right": right.label}


def waiting_for(turns: Sequence[Turn]) -> str:
    """The first approval that is not recorded yet, or empty."""
    return next((turn.label for turn in turns if turn.record is None), "")
