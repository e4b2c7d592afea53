"""What a change of the calendar does to the time limits that are running.

A limit that people were told is never shortened. One counted in working days moves to a later day where the changed
calendar gives one; a date that was set as a date stays; a published notice cannot be changed, so that a change by which
it would end later is refused until it is closed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.kit.calendar import ONE_DAY, CalendarNotLoaded, WorkCalendar
from subsidy.calendar.days import Special
from subsidy.calls.days import NAMES, last_day
from subsidy.calls.models import Call
from subsidy.cases import recount as of_cases
from subsidy.notices import recount as of_notices
from subsidy.notices.build import period
from subsidy.notices.models import Notice
from subsidy.reference import formats
from subsidy.reference.models import Holiday
from subsidy.reference.workcalendar import calendar_of
from workflow.clock import SHANGHAI
from workflow.perform import Refused

Days = Mapping[date, Special | None]
"""Day → what it is to be; None: what its weekday says."""


class Fate(StrEnum):
    """What becomes of a time limit."""

    MOVED = "moved"
    KEPT = "kept"
    BLOCKED = "blocked"


class Of(StrEnum):
    """Whose time limit it is."""

    CASE = "case"
    NOTICE = "notice"
    CALL = "call"


LABELS = {
    (Of.CASE, True): gettext_lazy("补正期限"),
    (Of.CASE, False): gettext_lazy("审核期限"),
    (Of.NOTICE, True): gettext_lazy("公示及异议期"),
    (Of.NOTICE, False): gettext_lazy("公示期（未发布）"),
    (Of.CALL, True): gettext_lazy("申报通知"),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """One running time limit that the change touches: its last day before and after, what becomes of it and why."""

    of: Of
    pk: int
    public: bool
    number: str
    name: str
    before: date
    after: date
    fate: Fate
    why: str = ""

    @property
    def label(self) -> str:
        """What kind of time limit it is."""
        return str(LABELS[self.of, self.public])


@dataclass(frozen=True, slots=True)
class Effect:
    """Everything a change does: the days that would be worked or not otherwise than now, and the limits touched."""

    changed: tuple[date, ...] = ()
    limits: list[Limit] = field(default_factory=list)

    def having(self, fate: Fate) -> list[Limit]:
        """The limits of one fate."""
        return [limit for limit in self.limits if limit.fate is fate]

    @property
    def digest(self) -> str:
        """What was shown, so that nothing else is done than what somebody has read."""
        shown = [
            f"{one.of}:{one.pk}:{one.before}:{one.after}:{one.fate}" for one in self.limits if one.fate is not Fate.KEPT
        ]
        return hashlib.sha256("|".join(sorted(shown)).encode()).hexdigest()

    def to(self, of: Of) -> dict[int, tuple[date, date]]:
        """The limits to be moved, as the verbs of their apps take them."""
        return {one.pk: (one.before, one.after) for one in self.having(Fate.MOVED) if one.of is of}


def entered() -> dict[date, Special]:
    """Every day that departs from the plain week, as it now stands; one query."""
    return {day: Special(kind, name) for day, kind, name in Holiday.objects.values_list("day", "kind", "name")}


def effect_of(change: Days, held: Mapping[date, Special] | None = None) -> Effect:
    """What a change would do, nothing done yet; a handful of queries, however many limits there are."""
    before = entered() if held is None else held
    after = {day: special for day, special in {**before, **change}.items() if special is not None}
    old, new = _calendar(before), _calendar(after)
    changed = sorted(day for day in change if _worked(old, day) is not _worked(new, day))
    if not changed:
        return Effect()
    first = changed[0]
    limits = [*_cases(first, old, new), *_notices(first, new), *_calls(changed, new)]
    return Effect(tuple(changed), limits)


def _calendar(days: Mapping[date, Special]) -> WorkCalendar:
    return calendar_of((day, special.kind) for day, special in days.items())


def _worked(calendar: WorkCalendar, day: date) -> bool:
    """Whether a day is worked, in a year that is not loaded too: there by its weekday and what was entered."""
    return day in calendar.make_up or (day.weekday() < 5 and day not in calendar.holidays)


def _cases(first: date, old: WorkCalendar, new: WorkCalendar) -> Iterable[Limit]:
    for one in of_cases.running(first):
        start = max(one.begun, first - ONE_DAY)
        try:
            after = new.add_workdays(start, max(old.workdays_between(start, one.until), 0))
        except CalendarNotLoaded as missing:
            yield _case_limit(one, one.until, Fate.BLOCKED, str(missing))
            continue
        if after > one.until:
            yield _case_limit(one, after, Fate.MOVED)
        elif after < one.until:
            yield _case_limit(one, one.until, Fate.KEPT, _not_shortened(after))


def _case_limit(one: of_cases.Running, after: date, fate: Fate, why: str = "") -> Limit:
    return Limit(Of.CASE, one.case_id, one.for_applicant, one.number, one.applicant, one.until, after, fate, why)


def _notices(first: date, new: WorkCalendar) -> Iterable[Limit]:
    for notice in of_notices.counted_in_workdays(first):
        try:
            after, _counted = period(notice.call, notice.starts_on, new)
        except Refused as missing:
            yield _notice_limit(notice, notice.ends_on, Fate.BLOCKED, str(missing))
            continue
        if after == notice.ends_on:
            continue
        if notice.state != Notice.State.PUBLISHED:
            yield _notice_limit(notice, after, Fate.MOVED)
        elif after < notice.ends_on:
            yield _notice_limit(notice, notice.ends_on, Fate.KEPT, _not_shortened(after))
        else:
            why = _("公示已发布，内容和截止日不能更改；按更正后应至 %(day)s。请在公示期满办结后再更正。")
            yield _notice_limit(notice, after, Fate.BLOCKED, why % {"day": formats.day(after)})


def _notice_limit(notice: Notice, after: date, fate: Fate, why: str = "") -> Limit:
    published = notice.state == Notice.State.PUBLISHED
    return Limit(Of.NOTICE, notice.pk, published, notice.number, notice.title, notice.ends_on, after, fate, why)


def _not_shortened(after: date) -> str:
    return _("按更正后应至 %(day)s；已开始的期限不缩短，保持不变。") % {"day": formats.day(after)}


def _calls(changed: Iterable[date], new: WorkCalendar) -> Iterable[Limit]:
    """Closing times on days that would become days off: they were published as dates and stay."""
    off = {day for day in changed if not _worked(new, day)}
    if not off:
        return
    start = datetime.combine(min(off), time.min, SHANGHAI)
    calls = Call.objects.filter(Q(closes_at__gt=start) | Q(paper_until__gt=start), state=Call.State.PUBLISHED)
    for call in calls.order_by("closes_at", "pk"):
        for name, label in NAMES.items():
            until = getattr(call, name)
            if until is not None and (day := last_day(until)) in off:
                why = _("%(what)s是公布的日期，保持不变；该日将为休息日，请与发布单位核对。") % {"what": label}
                yield Limit(Of.CALL, call.pk, True, call.number, call.title, day, day, Fate.KEPT, why)
