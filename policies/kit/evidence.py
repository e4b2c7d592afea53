"""What of the claimed lines counts: typed category, date in the window, evidence as the call says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from policies.kit.facts import BaseRule, CallFacts, LineFacts
from policies.kit.money import ZERO, Count, LeftOut

EVIDENCE_FORMULA: Mapping[BaseRule, str] = {
    BaseRule.LOWER: "发票（不含税）与付款取低，且不超过申报（已认定的按认定）金额",
    BaseRule.INVOICE: "发票（不含税）金额，且不超过申报（已认定的按认定）金额",
    BaseRule.PAYMENT: "付款金额，且不超过申报（已认定的按认定）金额",
}


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
    first, last, rule = call.window_from, call.window_to, call.base_rule
    for line in lines:
        category, dated = line.category, line.dated
        if category not in by_category:
            reason = "category"
        elif dated is None:
            reason = "undated"
        elif not first <= dated <= last:
            reason = "window"
        elif without_provincial_money and line.provincial_money:
            reason = "provincial_money"
        else:
            by_category[category] += recognised(line, rule)
            continue
        left_out.append(LeftOut(line.number, reason, line.claimed))
    return Count(sum(by_category.values(), ZERO), by_category, tuple(left_out))


def recognised(line: LineFacts, rule: BaseRule) -> Decimal:
    """The amount of one line: its decision, else its claim, never above the evidence; not below 0."""
    amount = line.claimed if line.recognised is None else line.recognised
    if rule is not BaseRule.PAYMENT and line.invoiced < amount:
        amount = line.invoiced
    if rule is not BaseRule.INVOICE and line.paid < amount:
        amount = line.paid
    if amount < ZERO:
        return ZERO
    return amount
