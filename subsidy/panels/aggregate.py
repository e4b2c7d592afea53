"""How scores become a mean, a mean a rank, and a rank a line: plain arithmetic over what counts.

Everything is exact until the last step: a mean is rounded once, half up, to two decimals.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Protocol

HUNDRED = 100


class Standing(Protocol):
    """A case in a ranking."""

    code: str
    mean: Decimal | None
    rank: int | None
    rank_reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """Where a cut leaves each case: code → taken, not taken, or None for a tie that the line goes through."""

    taken: dict[str, bool | None]

    @property
    def tied(self) -> list[str]:
        """The codes of the cases that a person must put in order."""
        return [code for code, taken in self.taken.items() if taken is None]


def counted(totals: Sequence[Decimal], drop_from: int) -> list[Decimal]:
    """The scores that count, in order: from `drop_from` scores on without one highest and one lowest (0: all)."""
    ordered = sorted(totals)
    return ordered[1:-1] if drop_from and len(ordered) >= drop_from else ordered


def mean(totals: Sequence[Decimal], drop_from: int) -> Decimal:
    """The mean of the scores that count, to two decimals, half up."""
    ours = counted(totals, drop_from)
    exact = Fraction(sum(Fraction(total) for total in ours), len(ours)) * HUNDRED
    return Decimal(floor(exact + Fraction(1, 2))).scaleb(-2)


def spread(totals: Sequence[Decimal]) -> Decimal:
    """Highest minus lowest of all scores, those dropped included."""
    return max(totals) - min(totals)


def by_mean(standings: Iterable[Standing]) -> list[Standing]:
    """Best mean first; equal means in the order of their codes."""
    return sorted(standings, key=lambda one: (-(one.mean or Decimal(0)), one.code))


def tied(one: Standing, other: Standing) -> bool:
    """Whether two stand equal: the same mean, and nobody has put either in its place."""
    return one.mean == other.mean and not one.rank_reason and not other.rank_reason


def number(ordered: Sequence[Standing]) -> None:
    """Give each its rank from its place in the list; those that stand equal share the first place of theirs."""
    for place, one in enumerate(ordered):
        equal = place > 0 and tied(ordered[place - 1], one)
        one.rank = ordered[place - 1].rank if equal else place + 1


def around(ordered: Sequence[Standing], place: int) -> list[Standing]:
    """All that stand equal with the one at a place, itself included."""
    first = last = place
    while first > 0 and tied(ordered[first - 1], ordered[first]):
        first -= 1
    while last + 1 < len(ordered) and tied(ordered[last], ordered[last + 1]):
        last += 1
    return list(ordered[first : last + 1])


def first(ordered: Sequence[Standing], count: int) -> Line:
    """Take the first `count`; a tie that the line goes through stays open."""
    taken: dict[str, bool | None] = {one.code: place < count for place, one in enumerate(ordered)}
    if 0 < count < len(ordered) and tied(ordered[count - 1], ordered[count]):
        taken |= {one.code: None for one in around(ordered, count)}
    return Line(taken)


def from_score(ordered: Sequence[Standing], least: Decimal) -> Line:
    """Take every mean of `least` points or more."""
    return Line({one.code: one.mean is not None and one.mean >= least for one in ordered})


def within_money(ordered: Sequence[Standing], caps: Sequence[Decimal], money: Decimal) -> Line:
    """Take from the top as long as the ceilings (元) fit into the money; nobody is passed over."""
    used, count = Decimal(0), 0
    for cap in caps:
        if used + cap > money:
            break
        used, count = used + cap, count + 1
    return first(ordered, count)
