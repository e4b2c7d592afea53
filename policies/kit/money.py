"""Amounts in 元 as Decimal: reading them, dividing them, writing them out in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from typing import NamedTuple

from policies.kit.findings import Shown, Source

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
LIMIT = Decimal("1000000000000.00")
_EXACT = Context(prec=28, traps=[Inexact, InvalidOperation])
_FULL_WIDTH = str.maketrans("０１２３４５６７８９，．", "0123456789,.")
_PLAIN = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]{1,2})?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?")
_WITH_UNIT = re.compile(r"([0-9][0-9,]{0,18}(?:\.[0-9]{1,6})?)\s?(万|亿)元?")
_UNITS = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}


class AmountError(ValueError):
    """An amount that was not taken; the text says what is wrong and how to mend it.

    `suggestion` is the amount in 元 that may have been meant, when it is put as a question.
    """

    def __init__(self, message: str, suggestion: Decimal | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a computation, as it is printed: formula in words, inputs by name, 元."""

    source: Source
    label: str
    formula: str
    inputs: Mapping[str, Shown]
    amount: Decimal


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


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a measure allows at most.

    `cap` is the ceiling in 元, None while it cannot be fixed (`pending` then says in Chinese what
    is missing); `base` the investment that counts; `rate` the article's highest rate;
    `applied` the amount at the rate decided in the plan, None while none is; `readings` are other
    readings of the text, shown beside, never paid; `counted` what the base was made of, project by
    project, for findings about the same lines (not stored).
    """

    lines: tuple[Line, ...] = ()
    base: Decimal = ZERO
    rate: Decimal | None = None
    cap: Decimal | None = None
    applied: Decimal | None = None
    pending: str = ""
    readings: tuple[Line, ...] = ()
    counted: tuple[Count, ...] = field(default=(), compare=False, repr=False)

    @property
    def final(self) -> bool:
        """True when the ceiling is fixed."""
        return self.cap is not None and not self.pending


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of a plan: its key, its number in the plan, its own ceiling in 元.

    `weight` is what the common rate is applied to (for example the base); without it, the cap.
    """

    key: str
    sequence: int
    cap: Decimal
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One row's share: exact value before rounding, amount in 元, and whether its cap bound it."""

    key: str
    sequence: int
    cap: Decimal
    exact: Fraction
    amount: Decimal
    capped: bool


@dataclass(frozen=True, slots=True)
class Apportionment:
    """A quota divided: parts by sequence, their total, and what is left over (元)."""

    quota: Decimal
    unit: Decimal
    parts: tuple[Part, ...]
    total: Decimal
    balance: Decimal
    rate: Fraction

    @property
    def formula(self) -> str:
        """How the parts came about, in one Chinese sentence."""
        if all(part.amount == part.cap for part in self.parts):
            return "额度不少于各项上限之和，各按上限安排"
        rate = Decimal(self.rate.numerator) / Decimal(self.rate.denominator)
        shown = rate.quantize(Decimal("0.00000001"), ROUND_DOWN)
        return (
            f"同一折算系数 {shown}，舍去不足 {self.unit} 元的部分，余数按小数部分由大到小补足，"
            "相同时序号小者在先，任何一项不超过自身上限"
        )


def parse(text: str) -> Decimal:
    """An amount typed or imported, in 元 with two decimals.

    Takes ASCII or full-width digits, with or without thousands commas, at most two decimals, from
    0 to 10^12. Raises AmountError with a Chinese sentence for anything else.
    """
    typed = text.strip().translate(_FULL_WIDTH)
    if len(typed) > 40:
        raise AmountError("金额过长，请填写不超过一万亿元的数字，例如 1234567.89。")
    if not (_PLAIN.fullmatch(typed) or _GROUPED.fullmatch(typed)):
        raise _refusal(typed)
    amount = Decimal(typed.replace(",", "")).quantize(CENT, context=_EXACT)
    if amount > LIMIT:
        raise AmountError("金额超过一万亿元，请核对是否多填了位数。")
    return amount


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to 分; to be used once, at the last step."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def show(amount: Decimal) -> str:
    """元 with thousands commas and two decimals."""
    return f"{amount:,.2f}"


def percent(share: Decimal) -> str:
    """A share of one in percent, without idle zeros: `30%`, `7.5%`."""
    return f"{(share * 100).normalize():f}%"


def apportion(quota: Decimal, claims: Iterable[Claim], unit: Decimal = Decimal("100.00")) -> Apportionment:
    """Divide a quota (元) among claims.

    A quota that covers all caps gives each its own cap. A smaller one gives all the same exact
    rate, none above its cap (what a cap refuses is divided again among the others until nothing
    changes), floored to `unit` 元; whole units left over go to the largest fractions, a tie to the
    lower sequence number, never above a cap. Whatever cannot be placed is the balance.
    """
    rows = sorted(claims, key=lambda claim: claim.sequence)
    _check(quota, rows, unit)
    quota_fen, unit_fen = _fen(quota), _fen(unit)
    caps = [_fen(row.cap) for row in rows]
    if quota_fen >= sum(caps):
        exact, rate = [Fraction(cap) for cap in caps], Fraction(1)
        amounts = caps
    else:
        weights = [_fen(row.cap if row.weight is None else row.weight) for row in rows]
        exact, rate = _same_rate(quota_fen, caps, weights)
        amounts = _whole_units(quota_fen, unit_fen, caps, exact)
    parts = tuple(
        Part(row.key, row.sequence, row.cap, share / 100, _yuan(amount), share == cap)
        for row, cap, share, amount in zip(rows, caps, exact, amounts, strict=True)
    )
    total = sum(amounts)
    return Apportionment(quota, unit, parts, _yuan(total), _yuan(quota_fen - total), rate)


def in_words(amount: Decimal) -> str:
    """大写金额 with 人民币 in front; 整 after 元 only; one 零 for a run of zeros.

    Takes 0 to 10^12 元 with at most two decimals; raises AmountError otherwise.
    """
    if not amount.is_finite() or amount.is_signed() or amount > LIMIT:
        raise AmountError("大写金额仅支持 0 至一万亿元。")
    try:
        fen = int(amount.quantize(CENT, context=_EXACT).scaleb(2))
    except Inexact as error:
        raise AmountError("大写金额最多精确到分。") from error
    yuan, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    words = _integer(yuan) + "元" if yuan or not fen else ""
    if not jiao and not cent:
        return f"人民币{words}整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif words:
        words += "零"
    return "人民币" + words + (_DIGITS[cent] + "分" if cent else "")


_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def _integer(number: int) -> str:
    """A whole number in formal digits, unit by unit from 亿 down."""
    for size, name in ((100_000_000, "亿"), (10_000, "万"), (1_000, "仟"), (100, "佰"), (10, "拾")):
        if number >= size:
            head, rest = divmod(number, size)
            gap = "零" if 0 < rest < size // 10 else ""
            return _integer(head) + name + gap + (_integer(rest) if rest else "")
    return _DIGITS[number]


def _refusal(typed: str) -> AmountError:
    """What is wrong with an amount, and how to mend it."""
    if unit := _WITH_UNIT.fullmatch(typed):
        meant = Decimal(unit[1].replace(",", "")) * _UNITS[unit[2]]
        return AmountError(
            f"“{typed}”是指 {show(meant)} 元吗？如果是，请直接填写 {meant:.2f}。",
            suggestion=meant.quantize(CENT),
        )
    for test, message in _REASONS:
        if test.search(typed):
            return AmountError(message)
    return AmountError("金额只能由数字、千分位逗号和小数点组成，例如 1234567.89。")


_REASONS = tuple(
    (re.compile(pattern), message)
    for pattern, message in (
        (r"^$", "请填写金额，例如 1234567.89。"),
        (r"[-+－＋−﹣]", "金额不带正负号，请只填写数字，例如 1234567.89。"),
        (r"_", "金额中不能有下划线，请删去后重填，例如 1234567.89。"),
        (r"^[0-9.,]+[eEｅＥ]", "金额不能用科学记数法，请写出全部数字，例如 1000.00。"),
        (r"[¥￥$元]", "金额框内不写货币符号和单位，请只填写数字，例如 1234567.89。"),
        (r"^[0-9,]+\.[0-9]{3,}$", "金额最多两位小数（精确到分），请核对后重填。"),
        (r"^[0-9]+\.$|^\.[0-9]+$", "小数点前后都要有数字，例如 0.50。"),
        (r"^0[0-9]", "金额开头有多余的 0，请删去后重填。"),
        (r"^[0-9,]+(\.[0-9]{1,2})?$", "千分位逗号的位置不对，请每三位一个，或不用逗号。"),
        (r"\s", "金额中间不能有空格，请删去后重填。"),
    )
)


def _check(quota: Decimal, rows: list[Claim], unit: Decimal) -> None:
    if quota < 0 or unit <= 0:
        raise AmountError("额度不能为负，取整单位必须大于 0。")
    if len({row.sequence for row in rows}) != len(rows):
        raise AmountError("分配方案中有重复的序号，请重新编号。")
    if any(row.cap < 0 or (row.weight is not None and row.weight < 0) for row in rows):
        raise AmountError("上限和权重不能为负。")


def _same_rate(quota: int, caps: list[int], weights: list[int]) -> tuple[list[Fraction], Fraction]:
    """Exact shares at one rate; whoever reaches its cap leaves, the rest is divided again."""
    shares = [Fraction(0)] * len(caps)
    open_rows = {i for i, weight in enumerate(weights) if weight and caps[i]}
    left, rate = Fraction(quota), Fraction(0)
    while open_rows:
        rate = left / sum(weights[i] for i in open_rows)
        full = {i for i in open_rows if weights[i] * rate >= caps[i]}
        if not full:
            break
        for i in full:
            shares[i] = Fraction(caps[i])
            left -= caps[i]
        open_rows -= full
    for i in open_rows:
        shares[i] = weights[i] * rate
    return shares, rate


def _whole_units(quota: int, unit: int, caps: list[int], exact: list[Fraction]) -> list[int]:
    """Floor to the unit, then hand out whole units by largest fraction, within caps."""
    amounts = [int(share // unit) * unit for share in exact]
    left = (quota - sum(amounts)) // unit
    by_fraction = sorted(range(len(exact)), key=lambda i: (-(exact[i] - amounts[i]), i))
    while left:
        takers = [i for i in by_fraction if exact[i] and amounts[i] + unit <= caps[i]][:left]
        if not takers:
            break
        for i in takers:
            amounts[i] += unit
        left -= len(takers)
    return amounts


def _fen(amount: Decimal) -> int:
    return int(amount.quantize(CENT, context=_EXACT).scaleb(2))


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2).quantize(CENT)
