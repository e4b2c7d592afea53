"""The working calendar of the measures, built from the days that the administrators have entered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from policies.kit.calendar import WorkCalendar
from subsidy.reference.models import Holiday

NATIONAL_DAY = (10, 1)


def work_calendar() -> WorkCalendar:
    """Days off and weekend days worked, in one query.

    Asking it about a year that is not loaded raises `policies.kit.calendar.CalendarNotLoaded`.
    """
    return calendar_of(Holiday.objects.values_list("day", "kind"))


def calendar_of(entered: Iterable[tuple[date, str]]) -> WorkCalendar:
    """The calendar of the days and kinds that were entered, for whoever has read them along with something else."""
    days = list(entered)
    off = {day for day, kind in days if kind == Holiday.Kind.OFF}
    # New Year can begin on the last days of December, so one day off does not make a loaded year; National Day does.
    years = {day.year for day in off if (day.month, day.day) == NATIONAL_DAY}
    return WorkCalendar(off, {day for day, kind in days if kind == Holiday.Kind.WORK}, years)
