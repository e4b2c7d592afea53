"""Working days and periods, with the official holidays given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.kit.calendar import (
    CalendarNotLoaded,
    WorkCalendar,
    last_day_of_term,
    natural_period,
    years_after,
    years_before,
)
from policies.kit.facts import DayRule, NoticeRule
from tests.policies.sheets import CALENDAR


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "worked"),
    [
        ("2026-05-20", True),
        ("2026-05-23", False),
        ("2026-05-01", False),
        ("2026-05-05", False),
        ("2026-05-06", True),
        ("2026-05-09", True),
        ("2026-02-14", True),
        ("2026-02-15", False),
        ("2026-02-23", False),
        ("2026-02-28", True),
        ("2026-10-10", True),
        ("2026-10-11", False),
        ("2025-01-26", True),
    ],
)
def test_holidays_and_make_up_days_decide_what_is_worked(text: str, worked: bool) -> None:
    assert CALENDAR.is_workday(day(text)) is worked


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-05-20", 0, "2026-05-20"),
        ("2026-05-20", 1, "2026-05-21"),
        ("2026-05-22", 1, "2026-05-25"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2025-12-31", 1, "2026-01-04"),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: str, days: int, end: str) -> None:
    assert CALENDAR.add_workdays(day(start), days) == day(end)
    assert CALENDAR.workdays_between(day(start), day(end)) == days


def test_days_overdue_are_negative() -> None:
    assert CALENDAR.workdays_between(day("2026-05-11"), day("2026-04-30")) == -5


@pytest.mark.parametrize(
    "ask",
    [
        lambda: CALENDAR.is_workday(day("2027-01-04")),
        lambda: CALENDAR.add_workdays(day("2026-12-31"), 1),
        lambda: CALENDAR.workdays_between(day("2026-12-31"), day("2027-01-05")),
        lambda: CALENDAR.notice_end(day("2026-12-30"), NoticeRule(5, DayRule.WORKING)),
    ],
)
def test_a_year_without_holidays_is_said_not_guessed(ask: Callable[[], object]) -> None:
    with pytest.raises(CalendarNotLoaded, match="尚未录入 2027 年") as missing:
        ask()
    assert missing.value.year == 2027


def test_a_loaded_year_may_have_no_holidays_at_all() -> None:
    assert WorkCalendar((), years=(2030,)).is_workday(day("2030-01-01"))


def test_a_day_cannot_be_holiday_and_working_day() -> None:
    with pytest.raises(ValueError, match="2026-05-09"):
        WorkCalendar([day("2026-05-09")], [day("2026-05-09")])


def test_days_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_workdays(day("2026-05-20"), -1)


@pytest.mark.parametrize(
    ("start", "rule", "end"),
    [
        ("2026-01-29", NoticeRule(7), "2026-02-04"),
        ("2026-05-21", NoticeRule(7), "2026-05-27"),
        ("2026-05-20", NoticeRule(1), "2026-05-20"),
        ("2026-05-20", NoticeRule(7, DayRule.NATURAL, first_day_counts=False), "2026-05-27"),
        ("2026-05-20", NoticeRule(5, DayRule.WORKING), "2026-05-26"),
        ("2026-05-20", NoticeRule(5, DayRule.WORKING, first_day_counts=False), "2026-05-27"),
        ("2026-05-23", NoticeRule(5, DayRule.WORKING), "2026-05-29"),
        ("2026-04-30", NoticeRule(5, DayRule.WORKING), "2026-05-09"),
        ("2026-04-30", NoticeRule(7), "2026-05-06"),
    ],
)
def test_a_notice_ends_as_its_rule_says(start: str, rule: NoticeRule, end: str) -> None:
    assert CALENDAR.notice_end(day(start), rule) == day(end)


def test_a_deadline_counts_natural_or_working_days() -> None:
    assert CALENDAR.add_days(day("2026-04-30"), 5, DayRule.NATURAL) == day("2026-05-05")
    assert CALENDAR.add_days(day("2026-04-30"), 5, DayRule.WORKING) == day("2026-05-11")


def test_a_natural_period_includes_both_ends() -> None:
    assert natural_period(day("2024-02-23"), 7) == day("2024-02-29")
    with pytest.raises(ValueError, match="at least one"):
        natural_period(day("2024-02-23"), 0)


def test_terms_of_years() -> None:
    assert years_before(day("2025-04-20"), 3) == day("2022-04-20")
    assert years_before(day("2024-02-29"), 3) == day("2021-02-28")
    assert years_after(day("2024-02-29"), 1) == day("2025-02-28")
    assert last_day_of_term(day("2023-03-07"), 5) == day("2028-03-06")
    assert last_day_of_term(day("2024-02-29"), 5) == day("2029-02-28")
    assert last_day_of_term(day("2024-02-29"), 4) == day("2028-02-28")


@given(st.dates(day("2025-01-01"), day("2026-06-30")), st.integers(0, 60))
def test_adding_and_counting_working_days_agree(start: date, days: int) -> None:
    end = CALENDAR.add_workdays(start, days)
    assert CALENDAR.workdays_between(start, end) == days
    assert days == 0 or CALENDAR.is_workday(end)
    assert end - start >= timedelta(days=0)
