"""What the calendar's pages show: the months of a year, what is missing, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.calendar.days import OFF, SATURDAY, WORK
from subsidy.calendar.models import Year
from subsidy.papers.columns import Link
from subsidy.reference import formats
from subsidy.reference.models import Holiday
from workflow import clock
from workflow.models import Event

LATEST_ENTRIES = 50
AHEAD = timedelta(days=92)
WEEKDAYS = (
    gettext_lazy("一"),
    gettext_lazy("二"),
    gettext_lazy("三"),
    gettext_lazy("四"),
    gettext_lazy("五"),
    gettext_lazy("六"),
    gettext_lazy("日"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a month's sheet: its number, its mark in one character, its class, and all of it in words."""

    day: int
    mark: str
    css: str
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry as components/timeline.html prints it."""

    title: str
    at: datetime
    who: str
    note: str
    tone: str = ""
    links: tuple[Link, ...] = ()


def year_row(number: int) -> Year | None:
    """The year's own row, once something has been done to it."""
    return Year.objects.filter(year=number).first()


def days_of(number: int) -> list[Holiday]:
    """The days of a calendar year that depart from the plain week."""
    return list(Holiday.objects.filter(day__year=number).order_by("day"))


def months(number: int, days: Sequence[Holiday]) -> list[tuple[int, list[list[Cell | None]]]]:
    """Month → weeks from Monday to Sunday, None where another month's day would stand."""
    special = {one.day: one for one in days}
    return [(month, _weeks(number, month, special)) for month in range(1, 13)]


def _weeks(number: int, month: int, special: Mapping[date, Holiday]) -> list[list[Cell | None]]:
    first = date(number, month, 1)
    cells: list[Cell | None] = [None] * first.weekday()
    day = first
    while day.month == month:
        cells.append(_cell(day, special.get(day)))
        day += timedelta(days=1)
    cells += [None] * (-len(cells) % 7)
    return [cells[at : at + 7] for at in range(0, len(cells), 7)]


def _cell(day: date, special: Holiday | None) -> Cell:
    mark, css, words = "", "", _("上班")
    if special is not None and special.kind == OFF:
        mark, css, words = _("休"), "off", _("放假：%(name)s") % {"name": special.name}
    elif special is not None and special.kind == WORK:
        mark, css, words = _("班"), "work", _("调休上班")
    elif day.weekday() >= SATURDAY:
        css, words = "rest", _("周末休息")
    said = _("更正 %(day)s（%(words)s）") % {"day": formats.day(day), "words": words}
    return Cell(day.day, mark, css, said, reverse("calendar:day", args=[day.isoformat()]))


def missing(years: Sequence[int]) -> str:
    """What to say when the next year should be there and is not; empty while there is time. `years` are the loaded."""
    soon = (clock.today() + AHEAD).year
    if soon in years:
        return ""
    sentence = _(
        "%(year)s 年的节假日安排尚未录入：推算到该年的期限无法计算，相关办理会被拒绝。"
        "请在国务院办公厅通知发布后及时录入。"
    )
    return sentence % {"year": min(year for year in (clock.today().year, soon) if year not in years)}


def entries(year: Year | None) -> list[Happening]:
    """What was done to a year, newest first; one query."""
    if year is None:
        return []
    events = Event.objects.filter(subject_kind=Year.subject_kind(), subject_id=year.pk).exclude(move="create")
    found = events.order_by("-number").defer("canonical", "digest", "previous")[:LATEST_ENTRIES]
    return [_happening(year, event) for event in found]


def document_of(number: int, entry: int) -> tuple[str, str] | None:
    """Digest and name of the document of one entry of a year; None when there is none."""
    entries = Event.objects.filter(subject_kind=Year.subject_kind(), number=entry)
    event = entries.filter(subject_id__in=Year.objects.filter(year=number).values("pk")).first()
    if event is None or not event.evidence.get("document"):
        return None
    return event.evidence["document"], event.evidence["document_name"]


def _happening(year: Year, event: Event) -> Happening:
    titles = {"enter": _("录入年度安排"), "enter_again": _("重新录入年度安排"), "correct_day": _("更正日期")}
    href = reverse("calendar:document", args=[year.year, event.number])
    links = (Link(_("依据文件"), href),) if event.evidence.get("document") else ()
    return Happening(
        titles.get(event.move, event.move), event.business_at, f"{event.agency_name} {event.actor_name}".strip(),
        "；".join(part for part in (_days_said(event.evidence), event.note, _said(event.evidence)) if part), "", links,
    )  # fmt: skip


def _days_said(evidence: Mapping[str, Any]) -> str:
    days = evidence.get("days", {})
    if len(days) > 3:
        return _("共 %(n)s 天有变化") % {"n": len(days)}
    return "；".join(
        _("%(day)s：%(before)s → %(after)s") % {"day": day, "before": _word(before), "after": _word(after)}
        for day, (before, after) in days.items()
    )


def _word(special: Sequence[str] | None) -> str:
    if special is None:
        return _("按星期")
    kind, name = special
    return _("放假（%(name)s）") % {"name": name} if kind == OFF else _("调休上班")


def _said(evidence: Mapping[str, Any]) -> str:
    parts = [evidence.get("source", "")]
    if evidence.get("moved"):
        parts.append(_("延后期限 %(n)s 项") % {"n": evidence["moved"]})
    return "；".join(part for part in parts if part)
