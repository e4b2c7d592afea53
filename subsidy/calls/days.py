"""The days on which a call's windows begin and end, and whether somebody is at work then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.kit.calendar import CalendarNotLoaded, WorkCalendar
from subsidy.reference import formats
from workflow.clock import SHANGHAI

INSTANT = timedelta(microseconds=1)
NAMES = {
    "closes_at": gettext_lazy("申报截止时间"),
    "paper_until": gettext_lazy("纸质材料截止时间"),
}


def last_day(until: datetime) -> date:
    """The last day in time: the instant itself is too late, so what ends at midnight ends the day before."""
    return (until - INSTANT).astimezone(SHANGHAI).date()


def ends_on_days_off(calendar: WorkCalendar, ends: Mapping[str, datetime | None]) -> list[str]:
    """A sentence for each end (by column) on a day off; an end in a year that is not loaded is left to `not_loaded`."""
    sentences = []
    for name, label in NAMES.items():
        if until := ends.get(name):
            day = last_day(until)
            if day.year in calendar.years and not calendar.is_workday(day):
                sentences.append(_("%(what)s %(day)s 不是工作日。") % {"what": label, "day": formats.day(day)})
    return sentences


def not_loaded(calendar: WorkCalendar, ends: Mapping[str, datetime | None], workdays: int = 0) -> list[int]:
    """Years not loaded in which an end lies, or the last of so many working days after the filing's end."""
    found = {last_day(until).year for name in NAMES if (until := ends.get(name))} - calendar.years
    if workdays and (closes := ends.get("closes_at")):
        try:
            calendar.add_workdays(last_day(closes), workdays)
        except CalendarNotLoaded as missing:
            found.add(missing.year)
    return sorted(found)
