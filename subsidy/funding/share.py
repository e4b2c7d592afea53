"""Divide what a plan arranges among its lines, by the rule the plan names. All amounts in 元; nothing is stored.

The workings are printed on the plan's paper: they are Chinese whatever language the planner has chosen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from policies.kit.money import Claim, apportion, show
from subsidy.funding.models import Plan

WAN = Decimal(10_000)
ZERO = Decimal("0.00")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Ask:
    """One line that asks: its key, its place in the order, its ceiling, and what the decided share makes of it."""

    key: str
    position: int
    cap: Decimal
    asked: Decimal


@dataclass(frozen=True, slots=True)
class Given:
    """What one line was given, and how it came about, in words."""

    amount: Decimal
    formula: str


@dataclass(frozen=True, slots=True)
class Division:
    """All lines by key, what is left over, the common rate as text, and the working in one sentence."""

    given: Mapping[str, Given]
    total: Decimal
    balance: Decimal
    rate: str
    working: str


def unit_of(decimals: int) -> Decimal:
    """The plan's unit in 元: 万元 with that many decimals."""
    return WAN.scaleb(-decimals).quantize(CENT)


def floored(amount: Decimal, unit: Decimal) -> Decimal:
    """The amount without what does not fill a whole unit."""
    return (amount // unit * unit).quantize(CENT)


def asked_of(cap: Decimal, share: Decimal, unit: Decimal) -> Decimal:
    """What a line asks for: its ceiling times the decided share, in whole units."""
    return floored(cap * share, unit)


def divide(rule: str, amount: Decimal, asks: Sequence[Ask], unit: Decimal) -> Division:
    """Divide ``amount`` among the asks, none above its own."""
    return _RULES[Plan.Rule(rule)](amount, sorted(asks, key=lambda ask: ask.position), unit)


def _same_rate(amount: Decimal, asks: Sequence[Ask], unit: Decimal) -> Division:
    parts = apportion(amount, [Claim(ask.key, ask.position, ask.asked) for ask in asks], unit)
    rate = (Decimal(parts.rate.numerator) / Decimal(parts.rate.denominator)).quantize(Decimal("0.00000001"), ROUND_DOWN)
    given = {part.key: Given(part.amount, _by_rate(part.amount, part.cap, rate, unit)) for part in parts.parts}
    return Division(given, parts.total, parts.balance, f"{rate.normalize():f}", parts.formula)


def _by_rate(amount: Decimal, asked: Decimal, rate: Decimal, unit: Decimal) -> str:
    if amount == asked:
        return f"按执行比例足额安排 = {show(amount)}"
    exact = (asked * rate).quantize(Decimal("0.0001"), ROUND_DOWN)
    product = f"{show(asked)} × {rate.normalize():f} = {exact:,.4f}"
    return f"{product}，取整到 {show(unit)} 元并补余数 = {show(amount)}"


def _by_rank(amount: Decimal, asks: Sequence[Ask], unit: Decimal) -> Division:
    left, given = amount, {}
    for ask in asks:
        part = min(ask.asked, floored(left, unit))
        if part == ask.asked:
            formula = f"按名次足额安排 = {show(part)}"
        else:
            formula = f"按名次安排，余额 {show(left)} 不足 {show(ask.asked)}，安排 {show(part)}"
        given[ask.key] = Given(part, formula)
        left -= part
    return Division(given, amount - left, left, "1", "按名次依次足额安排，额度用完为止；最后一项按余额取整")


_RULES: Mapping[Plan.Rule, Callable[[Decimal, Sequence[Ask], Decimal], Division]] = {
    Plan.Rule.SAME_RATE: _same_rate,
    Plan.Rule.BY_RANK: _by_rank,
}
