"""Working days and periods. Holidays and make-up working days are given, never assumed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from policies.kit.facts import DayRule, NoticeRule

ONE_DAY = timedelta(days=1)


class CalendarNotLoaded(LookupError):
    """A day in a year whose holidays were not loaded; `year` says which, the text is Chinese."""

    def __init__(self, year: int) -> None:
        super().__init__(f"尚未录入 {year} 年的节假日安排，不能推算该年的工作日。")
        self.year = year


class WorkCalendar:
    """Holidays (days off) and make-up working days (weekend days that are worked) of some years.

    `years` are the years that are complete; without them, those in which a holiday is given.
    """

    def __init__(
        self,
        holidays: Iterable[date],
        make_up: Iterable[date] = (),
        years: Iterable[int] | None = None,
    ) -> None:
        self.holidays = frozenset(holidays)
        self.make_up = frozenset(make_up)
        self.years = frozenset(years if years is not None else {day.year for day in self.holidays})
        if both := self.holidays & self.make_up:
            raise ValueError(f"both a holiday and a working day: {min(both)}")

    def is_workday(self, day: date) -> bool:
        """Whether a day is worked. Raises CalendarNotLoaded outside the loaded years."""
        if day.year not in self.years:
            raise CalendarNotLoaded(day.year)
        return day in self.make_up or (day.weekday() < 5 and day not in self.holidays)

    def add_workdays(self, start: date, days: int) -> date:
        """The `days`-th working day after `start` (that day itself not counted); 0 is `start`."""
        if days < 0:
            raise ValueError("days must not be negative")
        day = start
        while days:
            day += ONE_DAY
            days -= self.is_workday(day)
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` is earlier."""
        if end < start:
            return -self.workdays_between(end, start)
        count, day = 0, start
        while day < end:
            day += ONE_DAY
            count += self.is_workday(day)
        return count

    def add_days(self, start: date, days: int, counted: DayRule) -> date:
        """A deadline so many natural or working days after `start` (not counted)."""
        if counted is DayRule.WORKING:
            return self.add_workdays(start, days)
        return start + days * ONE_DAY

    def notice_end(self, start: date, rule: NoticeRule) -> date:
        """The last day of a notice that starts on `start`, that day included.

        With `first_day_counts` the day of publication is day one (if counted in working days, only
        when it is one).
        """
        if not rule.first_day_counts:
            return self.add_days(start, rule.days, rule.counted)
        if rule.counted is DayRule.NATURAL:
            return natural_period(start, rule.days)
        return self.add_workdays(start - ONE_DAY, rule.days)


def natural_period(start: date, days: int) -> date:
    """The last day of a period of natural days, first and last included."""
    if days < 1:
        raise ValueError("a period has at least one day")
    return start + (days - 1) * ONE_DAY


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier; 29 February becomes 28 February."""
    return _shift(day, -years)


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes 28 February."""
    return _shift(day, years)


def last_day_of_term(first: date, years: int) -> date:
    """The last day of a term of years that begins on `first`: the eve of the same day."""
    try:
        return first.replace(year=first.year + years) - ONE_DAY
    except ValueError:
        return date(first.year + years, 2, 28)


def _shift(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)
