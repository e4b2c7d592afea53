"""A quota divided where a notice sets a least award: who falls below it drops out, or is raised to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from policies.kit.money import ZERO, AmountError, Apportionment, Claim, Part, apportion


class Below(StrEnum):
    """What becomes of a row that the common rate leaves below the floor."""

    DROPS = "drops"
    RAISED = "raised"


def apportion_above(
    quota: Decimal, claims: Sequence[Claim], floor: Decimal, below: Below, unit: Decimal = Decimal("100.00")
) -> Apportionment:
    """Divide a quota (元) so that every row gets at least `floor`, or nothing; again until nothing changes.

    Dropping: the smallest row below the floor leaves (of equals the higher sequence number), since
    what it gives up may lift the others. Raising: rows below the floor get it, or their own cap if
    that is less, and the others divide the rest. Raises AmountError when the quota cannot carry that.
    """
    if floor < 0 or floor % unit:
        raise AmountError("最低金额不能为负，且须为取整单位的整数倍。")
    return _dropping(quota, claims, floor, unit) if below is Below.DROPS else _raising(quota, claims, floor, unit)


def _dropping(quota: Decimal, claims: Sequence[Claim], floor: Decimal, unit: Decimal) -> Apportionment:
    rows = list(claims)
    while True:
        divided = apportion(quota, rows, unit)
        low = [part for part in divided.parts if part.amount < floor]
        if not low:
            return _whole(divided, [_fixed(row, ZERO) for row in claims if row not in rows])
        leaves = min(low, key=lambda part: (part.amount, -part.sequence))
        rows = [row for row in rows if row.sequence != leaves.sequence]


def _raising(quota: Decimal, claims: Sequence[Claim], floor: Decimal, unit: Decimal) -> Apportionment:
    raised: dict[int, Part] = {}
    while True:
        left = quota - sum((part.amount for part in raised.values()), ZERO)
        if left < 0:
            raise AmountError("额度不足以使每一项达到最低金额，请调整最低金额或减少项目。")
        rows = [row for row in claims if row.sequence not in raised]
        divided = apportion(left, rows, unit)
        caps = {row.sequence: row for row in rows}
        low = [caps[part.sequence] for part in divided.parts if part.amount < min(floor, part.cap)]
        if not low:
            return _whole(divided, list(raised.values()), quota)
        raised |= {row.sequence: _fixed(row, min(floor, row.cap)) for row in low}


def _fixed(row: Claim, amount: Decimal) -> Part:
    return Part(row.key, row.sequence, row.cap, Fraction(amount), amount, amount == row.cap)


def _whole(divided: Apportionment, others: list[Part], quota: Decimal | None = None) -> Apportionment:
    """The division with the rows that were settled apart from it."""
    parts = tuple(sorted((*divided.parts, *others), key=lambda part: part.sequence))
    total = sum((part.amount for part in parts), ZERO)
    whole = divided.quota if quota is None else quota
    return Apportionment(whole, divided.unit, parts, total, whole - total, divided.rate)
