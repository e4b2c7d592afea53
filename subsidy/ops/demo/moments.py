"""Moments at which the demo's acts happen: the clock is moved to each before it is done."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from workflow import clock
from workflow.clock import SHANGHAI

DAY_BEGINS = time(9, 0)
MINUTES_A_DAY = 8 * 60


def moment(text: str) -> datetime:
    """A moment in Shanghai from "2026-05-20 09:30" or "2026-05-20", which is nine o'clock."""
    found = datetime.fromisoformat(text)
    if found.time() == time():
        found = datetime.combine(found.date(), DAY_BEGINS)
    return found.replace(tzinfo=SHANGHAI)


def at(when: str | datetime) -> datetime:
    """Move the clock there and give the moment."""
    there = moment(when) if isinstance(when, str) else when
    clock.travel_to(there)
    return there


def spread(first: str, last: str, count: int) -> list[datetime]:
    """Moments at regular distances within office hours of the weekdays between two days, in order."""
    days = weekdays(date.fromisoformat(first), date.fromisoformat(last))
    minutes = len(days) * MINUTES_A_DAY
    return [_within(days, minutes * place // max(count, 1)) for place in range(count)]


def weekdays(first: date, last: date) -> list[date]:
    """The weekdays from one day to another, both included."""
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in every if day.weekday() < 5]


def _within(days: list[date], minute: int) -> datetime:
    begins = datetime.combine(days[minute // MINUTES_A_DAY], DAY_BEGINS, SHANGHAI)
    return begins + timedelta(minutes=minute % MINUTES_A_DAY)
