"""The days off and the weekend days worked of a year, as people write them, and whether they can be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.reference import formats
from subsidy.reference.fields import DayField, half_width
from subsidy.reference.models import Holiday

OFF, WORK = Holiday.Kind.OFF, Holiday.Kind.WORK
SATURDAY = 5
ONE_DAY = timedelta(days=1)
LONGEST = 20
EARLIEST, LATEST = 2000, 2098
NAME_LENGTH = 30
WORKED_NAME = "调休上班"
DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{8}", re.ASCII)
BETWEEN = " \t至到~～—–-,，、;；:："
ALWAYS_OFF = {(1, 1): gettext_lazy("元旦"), (5, 1): gettext_lazy("劳动节"), (10, 1): gettext_lazy("国庆节")}
"""Days off by law in every year; without them a year is not whole, and National Day is what makes it a loaded one."""


class Special(NamedTuple):
    """What a day is instead of what its weekday says."""

    kind: str
    name: str


class Span(NamedTuple):
    """Consecutive days off under one name, first and last included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A year as the State Council's notice gives it."""

    year: int
    off: tuple[Span, ...]
    worked: tuple[date, ...]

    def days(self) -> dict[date, Special]:
        """Every single day that departs from the plain week."""
        found = {
            span.first + n * ONE_DAY: Special(OFF, span.name)
            for span in self.off
            for n in range((span.last - span.first).days + 1)
        }
        return found | {day: Special(WORK, WORKED_NAME) for day in self.worked}


def window(year: int) -> tuple[date, date]:
    """First and last day that the notice for a year speaks of: New Year's can begin in the December before."""
    return date(year - 1, 12, 20), date(year, 12, 19)


def spans_in(text: str) -> list[Span]:
    """Lines like `春节 2026-02-15 至 2026-02-23` (one day: without the second date). Raises ValidationError by line."""
    return [_span(number, line) for number, line in _lines(text)]


def days_in(text: str) -> list[date]:
    """Dates, one or several a line. Raises ValidationError by line."""
    found: list[date] = []
    for number, line in _lines(text):
        if DAY.sub("", line).strip(BETWEEN):
            raise _wrong(number, line, _("应只有日期，例如 2026-02-14"))
        found += [_day(number, line, one) for one in DAY.findall(line)]
    return found


def line_of(name: str, first: str, last: str) -> str:
    """One holiday as `spans_in` reads it; dates in ISO form."""
    return f"{name} {first} 至 {last}" if last != first else f"{name} {first}"


def written(spans: Iterable[Span]) -> str:
    """Days off as `spans_in` reads them."""
    return "\n".join(line_of(one.name, one.first.isoformat(), one.last.isoformat()) for one in spans)


def spans_of(days: Mapping[date, Special]) -> list[Span]:
    """Single days off as spans: neighbours of one name belong together."""
    found: list[Span] = []
    for day in sorted(day for day, special in days.items() if special.kind == OFF):
        name = days[day].name
        if found and found[-1].name == name and found[-1].last + ONE_DAY == day:
            found[-1] = Span(name, found[-1].first, day)
        else:
            found.append(Span(name, day, day))
    return found


def problems(given: Arrangement) -> list[str]:
    """What cannot be right about a year, in sentences; nothing when it can be taken."""
    first, last = window(given.year)
    found = [_span_problem(span, first, last) for span in given.off]
    found += [_worked_problem(day, first, last) for day in given.worked]
    off = [span.first + n * ONE_DAY for span in given.off for n in range(min((span.last - span.first).days, 40) + 1)]
    found += [_("%(day)s 出现了两次。") % {"day": formats.day(day)} for day in _twice([*off, *given.worked])]
    found += [
        _("缺少%(name)s（%(day)s）：全年安排应包括这一天。")
        % {"name": name, "day": formats.day(date(given.year, *place))}
        for place, name in ALWAYS_OFF.items()
        if date(given.year, *place) not in off
    ]
    return [sentence for sentence in found if sentence]


def one_day_problem(day: date, special: Special | None) -> str:
    """Why a single day cannot be what somebody says; empty when it can."""
    if (day.month, day.day) in ALWAYS_OFF and (special is None or special.kind != OFF):
        return _("%(day)s 是法定节假日，不能改为工作日。") % {"day": formats.day(day)}
    if special is not None and special.kind == WORK and day.weekday() < SATURDAY:
        return _("%(day)s 是周一至周五，本来就上班，无需登记调休。") % {"day": formats.day(day)}
    return ""


def _span_problem(span: Span, first: date, last: date) -> str:
    names = {"name": span.name, "first": formats.day(span.first), "last": formats.day(span.last)}
    if span.last < span.first:
        return _("%(name)s：结束日期 %(last)s 早于开始日期 %(first)s。") % names
    if (span.last - span.first).days >= LONGEST:
        return _("%(name)s：%(first)s 至 %(last)s 超过 20 天，请核对。") % names
    if span.first < first or span.last > last:
        return _("%(name)s：%(first)s 至 %(last)s 不属于这一年度的安排。") % names
    return ""


def _worked_problem(day: date, first: date, last: date) -> str:
    if not first <= day <= last:
        return _("调休上班 %(day)s 不属于这一年度的安排。") % {"day": formats.day(day)}
    return one_day_problem(day, Special(WORK, ""))


def _twice(days: list[date]) -> list[date]:
    return sorted({day for day in days if days.count(day) > 1})


def _lines(text: str) -> list[tuple[int, str]]:
    lines = enumerate((half_width(line) for line in text.splitlines()), start=1)
    return [(number, line) for number, line in lines if line]


def _span(number: int, line: str) -> Span:
    dates = DAY.findall(line)
    if not 1 <= len(dates) <= 2:
        raise _wrong(number, line, _("应为“名称 开始日期 至 结束日期”，例如 春节 2026-02-15 至 2026-02-23"))
    name, _comma, rest = line.partition(dates[0])
    if not name.strip(BETWEEN) or rest.replace(dates[-1], "", len(dates) - 1).strip(BETWEEN):
        raise _wrong(number, line, _("应为“名称 开始日期 至 结束日期”，例如 春节 2026-02-15 至 2026-02-23"))
    if len(name.strip(BETWEEN)) > NAME_LENGTH:
        raise _wrong(number, line, _("名称最多 30 个字"))
    return Span(name.strip(BETWEEN), _day(number, line, dates[0]), _day(number, line, dates[-1]))


def _day(number: int, line: str, text: str) -> date:
    try:
        day: date = DayField().clean(text)
    except ValidationError as problem:
        raise _wrong(number, line, "；".join(problem.messages)) from problem
    return day


def _wrong(number: int, line: str, reason: str) -> ValidationError:
    sentence = _("第 %(number)s 行“%(line)s”：%(reason)s。")
    return ValidationError(sentence % {"number": number, "line": line[:40], "reason": reason})
