"""From scores to means, ranks and lines."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy.panels import aggregate

D = Decimal
POINTS = st.integers(0, 200).map(lambda halves: D(halves) / 2)


@dataclass
class Row:
    code: str
    mean: Decimal | None
    rank: int | None = None
    rank_reason: str = ""


def ranked(*means: str) -> list[Row]:
    rows = aggregate.by_mean([Row(f"{place:02d}", D(mean)) for place, mean in enumerate(means, 1)])
    aggregate.number(rows)
    return rows  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("totals", "drop_from", "expected"),
    [
        (["80", "80.5", "81"], 5, "80.50"),
        (["80", "80", "80.5"], 5, "80.17"),
        (["10", "80", "82", "84", "100"], 5, "82.00"),
        (["10", "80", "82", "84"], 5, "64.00"),
        (["10", "80", "82", "84", "100"], 0, "71.20"),
        (["80", "80", "80.5", "80", "80", "80.5", "80", "80"], 0, "80.13"),
        (["0", "0.5"] + ["0"] * 98, 0, "0.01"),
        (["0", "0", "0", "0.5"], 0, "0.13"),
    ],
)
def test_a_mean_is_rounded_once_half_up_to_two_decimals(totals: list[str], drop_from: int, expected: str) -> None:
    assert str(aggregate.mean([D(t) for t in totals], drop_from)) == expected


def test_extremes_are_dropped_only_from_five_scores_on() -> None:
    assert aggregate.counted([D(1), D(9), D(5), D(6)], 5) == [D(1), D(5), D(6), D(9)]
    assert aggregate.counted([D(1), D(9), D(5), D(6), D(7)], 5) == [D(5), D(6), D(7)]


def test_of_equal_highest_scores_only_one_is_dropped() -> None:
    assert aggregate.counted([D(90), D(90), D(90), D(80), D(80)], 5) == [D(80), D(90), D(90)]


def test_the_spread_looks_at_dropped_scores_too() -> None:
    assert aggregate.spread([D(10), D(80), D(82), D(84), D("99.5")]) == D("89.5")


@given(st.lists(POINTS, min_size=1, max_size=12), st.randoms(use_true_random=False), st.sampled_from([0, 3, 5]))
def test_the_order_of_experts_does_not_matter(totals: list[Decimal], random: object, drop_from: int) -> None:
    mixed = list(totals)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert aggregate.mean(totals, drop_from) == aggregate.mean(mixed, drop_from)
    assert aggregate.spread(totals) == aggregate.spread(mixed)


@given(st.lists(POINTS, min_size=1, max_size=12), st.sampled_from([0, 3, 5]))
def test_a_mean_lies_between_the_lowest_and_the_highest_score(totals: list[Decimal], drop_from: int) -> None:
    assert min(totals) <= aggregate.mean(totals, drop_from) <= max(totals)


def test_equal_means_share_their_place_and_the_next_is_counted_on() -> None:
    assert [(row.code, row.rank) for row in ranked("90", "81", "81", "70")] == [
        ("01", 1),
        ("02", 2),
        ("03", 2),
        ("04", 4),
    ]


def test_a_line_through_a_tie_leaves_all_of_it_open() -> None:
    line = aggregate.first(ranked("90", "81", "81", "81", "70"), 2)

    assert line.taken == {"01": True, "02": None, "03": None, "04": None, "05": False}
    assert line.tied == ["02", "03", "04"]


def test_a_line_below_a_tie_takes_all_of_it() -> None:
    assert aggregate.first(ranked("90", "81", "81", "70"), 3).taken == {"01": True, "02": True, "03": True, "04": False}


def test_cases_a_person_has_put_in_order_are_no_tie() -> None:
    rows = ranked("90", "81", "81")
    rows[1].rank_reason = "更早开工"

    assert aggregate.first(rows, 2).taken == {"01": True, "02": True, "03": False}


def test_money_takes_from_the_top_and_passes_nobody_over() -> None:
    rows = ranked("90", "80", "70")
    caps = [D("500.00"), D("600.00"), D("100.00")]

    assert aggregate.within_money(rows, caps, D("1099.99")).taken == {"01": True, "02": False, "03": False}
    assert aggregate.within_money(rows, caps, D("1100.00")).taken == {"01": True, "02": True, "03": False}


def test_a_score_line_takes_the_score_itself() -> None:
    assert aggregate.from_score(ranked("75.00", "74.99"), D(75)).taken == {"01": True, "02": False}
