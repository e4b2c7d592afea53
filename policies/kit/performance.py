"""What became of an award: targets and what was reached, uses and their vouchers. Facts in, findings out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from policies.kit.codec import Amount
from policies.kit.facts import CaseFacts
from policies.kit.findings import Finding, Outcome, Source, look, met_if, plain
from policies.kit.kinds import Rating
from policies.kit.money import ZERO, show


class TargetFacts(NamedTuple):
    """One performance target 绩效指标; `at_most`: the less the better. `reached` is None until reported."""

    key: str
    label: str
    unit: str
    wanted: Decimal
    reached: Decimal | None = None
    at_most: bool = False


class UseFacts(NamedTuple):
    """One use of the money in 元.

    `purpose` is a key of the measure's own; `project` the key of the project it went into; `voucher`
    the number of its proof; `allowed_by` the document that allows what is usually forbidden.
    """

    number: str
    purpose: str
    amount: Amount
    project: str = ""
    voucher: str = ""
    allowed_by: str = ""


@dataclass(frozen=True)
class PerformanceFacts:
    """A supported case on the day of a report: what was paid so far in 元, its targets, its uses.

    `rating` is the result of the newest evaluation, None while there is none.
    """

    case: CaseFacts
    reported_on: date
    paid: Amount
    targets: tuple[TargetFacts, ...] = ()
    uses: tuple[UseFacts, ...] = ()
    rating: Rating | None = None


def targets_reached(facts: PerformanceFacts, source: Source) -> tuple[Finding, ...]:
    """One finding per target: reached, missed, or not reported yet; no target at all is for an officer."""
    if not facts.targets:
        return (Finding(source, "target", Outcome.FOR_OFFICER, "尚未设定绩效指标", look(targets=0)),)
    return tuple(_target(target, source) for target in facts.targets)


def _target(target: TargetFacts, source: Source) -> Finding:
    sign = "不高于" if target.at_most else "不低于"
    wanted = f"{target.label}{sign} {plain(target.wanted)}{target.unit}"
    looked = look(wanted=target.wanted, reached=target.reached)
    if target.reached is None:
        return Finding(source, "target", Outcome.FOR_OFFICER, f"{wanted}，尚未填报完成值", looked, target.key)
    met = target.reached <= target.wanted if target.at_most else target.reached >= target.wanted
    message = f"{wanted}，完成 {plain(target.reached)}{target.unit}"
    return Finding(source, "target", met_if(met), message, looked, target.key)


def recorded_uses(facts: PerformanceFacts, source: Source) -> tuple[Finding, ...]:
    """Every use has its voucher, and no more was used than was paid; what is not used yet is said."""
    total = sum((use.amount for use in facts.uses), ZERO)
    looked = look(paid=facts.paid, used=total, unused=facts.paid - total)
    without = [use.number for use in facts.uses if not use.voucher]
    found = []
    if without:
        message = f"第 {'、'.join(without)} 笔没有凭证"
        found.append(Finding(source, "voucher", Outcome.NOT_MET, message, look(uses=without)))
    elif facts.uses:
        found.append(Finding(source, "voucher", Outcome.MET, "每笔支出均有凭证", look(uses=len(facts.uses))))
    message = f"已拨付 {show(facts.paid)} 元，已使用 {show(total)} 元"
    found.append(Finding(source, "use_within_payment", met_if(total <= facts.paid), message, looked))
    return tuple(found)
