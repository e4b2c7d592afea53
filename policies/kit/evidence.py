"""What of the claimed lines counts: typed category, date in the window, evidence as the call says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from policies.kit.facts import BaseRule, CallFacts, LineFacts
from policies.kit.money import ZERO

EVIDENCE_FORMULA: Mapping[BaseRule, str] = {
    BaseRule.LOWER: "发票（不含税）与付款取低，且不超过申报（已认定的按认定）金额",
    BaseRule.INVOICE: "发票（不含税）金额，且不超过申报（已认定的按认定）金额",
    BaseRule.PAYMENT: "付款金额，且不超过申报（已认定的按认定）金额",
}


class LeftOut(NamedTuple):
    """A line that does not count, and why: category, undated, window, provincial_money."""

    number: str
    reason: str
    amount: Decimal


class Count(NamedTuple):
    """What counts: total in 元, by category, and what was left out."""

    total: Decimal
    by_category: Mapping[str, Decimal]
    left_out: tuple[LeftOut, ...]

    @property
    def left_out_total(self) -> Decimal:
        """Claimed amounts of the lines left out, in 元."""
        return sum((line.amount for line in self.left_out), ZERO)


def count(
    lines: Iterable[LineFacts],
    categories: Mapping[str, bool],
    call: CallFacts,
    *,
    without_provincial_money: bool = False,
) -> Count:
    """Count lines. `categories` says of each typed category whether it counts (元)."""
    by_category = {key: ZERO for key, counts in categories.items() if counts}
    left_out: list[LeftOut] = []
    total, first, last, rule = ZERO, call.window_from, call.window_to, call.base_rule
    for line in lines:
        if line.category not in by_category:
            reason = "category"
        elif line.dated is None:
            reason = "undated"
        elif not first <= line.dated <= last:
            reason = "window"
        elif without_provincial_money and line.provincial_money:
            reason = "provincial_money"
        else:
            amount = recognised(line, rule)
            by_category[line.category] += amount
            total += amount
            continue
        left_out.append(LeftOut(line.number, reason, line.claimed))
    return Count(total, by_category, tuple(left_out))


def recognised(line: LineFacts, rule: BaseRule) -> Decimal:
    """The amount of one line: its decision, else its claim, never above the evidence; not below 0."""
    asked = line.claimed if line.recognised is None else line.recognised
    if rule is BaseRule.LOWER:
        amount = min(asked, line.invoiced, line.paid)
    else:
        amount = min(asked, line.invoiced if rule is BaseRule.INVOICE else line.paid)
    return max(ZERO, amount)
