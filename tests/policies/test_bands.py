"""A notice's least award: who falls below it drops out or is raised to it, until nothing changes."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.kit.bands import Below, apportion_above
from policies.kit.money import AmountError, Apportionment, Claim

MILLION = Decimal("1000000.00")


def claims(*caps: str) -> list[Claim]:
    return [Claim(f"c{n}", n, Decimal(cap)) for n, cap in enumerate(caps, 1)]


def amounts(divided: Apportionment) -> list[str]:
    return [str(part.amount) for part in divided.parts]


def test_a_row_below_the_floor_drops_and_the_others_share_what_it_gives_up() -> None:
    rows = claims("8000000.00", "1200000.00", "800000.00")
    divided = apportion_above(Decimal("5000000.00"), rows, MILLION, Below.DROPS)
    assert amounts(divided) == ["5000000.00", "0.00", "0.00"]


def test_dropping_the_smallest_lifts_the_next_over_the_floor() -> None:
    rows = claims("2000000.00", "1900000.00", "1100000.00")
    divided = apportion_above(Decimal("2500000.00"), rows, MILLION, Below.DROPS)
    assert amounts(divided) == ["1282100.00", "1217900.00", "0.00"]
    assert divided.balance == 0


def test_exactly_the_floor_stays() -> None:
    divided = apportion_above(Decimal("2000000.00"), claims("2000000.00", "2000000.00"), MILLION, Below.DROPS)
    assert amounts(divided) == ["1000000.00", "1000000.00"]


def test_of_two_equal_rows_the_higher_number_drops() -> None:
    divided = apportion_above(Decimal("1999900.00"), claims("2000000.00", "2000000.00"), MILLION, Below.DROPS)
    assert amounts(divided) == ["1999900.00", "0.00"]


def test_a_row_below_the_floor_is_raised_and_the_others_share_the_rest() -> None:
    rows = claims("8000000.00", "1200000.00", "1000000.00")
    divided = apportion_above(Decimal("5000000.00"), rows, MILLION, Below.RAISED)
    assert amounts(divided) == ["3000000.00", "1000000.00", "1000000.00"]
    assert divided.quota == Decimal("5000000.00")


def test_nobody_is_raised_above_the_own_ceiling() -> None:
    divided = apportion_above(Decimal("2000000.00"), claims("8000000.00", "300000.00"), MILLION, Below.RAISED)
    assert amounts(divided) == ["1700000.00", "300000.00"]


def test_a_quota_that_cannot_raise_everybody_is_refused() -> None:
    with pytest.raises(AmountError, match="额度不足"):
        apportion_above(Decimal("1500000.00"), claims("8000000.00", "8000000.00"), MILLION, Below.RAISED)


@pytest.mark.parametrize("floor", ["-100.00", "150.00"])
def test_a_floor_that_is_no_amount_of_the_plan_is_refused(floor: str) -> None:
    with pytest.raises(AmountError, match="最低金额"):
        apportion_above(Decimal("100.00"), [], Decimal(floor), Below.DROPS)


FEN = st.integers(0, 5_000_000).map(lambda fen: Decimal(fen).scaleb(-2).quantize(Decimal("0.01")))
ROWS = st.lists(FEN, max_size=8).map(lambda caps: [Claim(f"c{n}", n, cap) for n, cap in enumerate(caps)])
FLOORS = st.integers(0, 200).map(lambda n: Decimal(n * 100))


@given(FEN, ROWS, FLOORS, st.sampled_from(Below), st.randoms(use_true_random=False))
def test_parts_and_balance_make_the_quota_within_caps_whatever_the_order(
    quota: Decimal, rows: list[Claim], floor: Decimal, below: Below, random: Any
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    with suppress(AmountError):
        divided = apportion_above(quota, rows, floor, below)
        assert divided == apportion_above(quota, shuffled, floor, below)
        assert len(divided.parts) == len(rows)
        assert sum((part.amount for part in divided.parts), Decimal(0)) == divided.total
        assert divided.total + divided.balance == quota
        assert divided.balance >= 0
        assert all(0 <= part.amount <= part.cap for part in divided.parts)
        least = {
            Below.DROPS: lambda part: part.amount == 0 or part.amount >= floor,
            Below.RAISED: lambda part: part.amount >= min(floor, part.cap),
        }[below]
        assert all(least(part) for part in divided.parts)
