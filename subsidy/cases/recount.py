"""The time limits of cases that are counted in working days, for whoever changes the calendar they were counted by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from policies.kit.calendar import WorkCalendar
from subsidy.accounts.actor import Actor
from subsidy.cases import correction_letter, due, tell, texts
from subsidy.cases.models import Case, Correction
from subsidy.reference import formats
from subsidy.reference.workcalendar import work_calendar
from workflow import clock
from workflow.clock import SHANGHAI
from workflow.models import Event
from workflow.perform import Refused, record_many
from workflow.states import State

BEGIN = (
    "submit", "correct", "correct_upper", "ask_correction", "ask_correction_upper", "extend_correction", "send_up",
    "return_to_local",
)  # fmt: skip
"""The entries with which a time limit begins to run."""


@dataclass(frozen=True, slots=True)
class Running:
    """A time limit that is running: the day it began (not counted) and its last day."""

    case_id: int
    number: str
    applicant: str
    for_applicant: bool
    begun: date
    until: date


def running(since: date) -> list[Running]:
    """Every running time limit that ends on ``since`` or later, soonest first; two queries."""
    start = datetime.combine(since, time.min, SHANGHAI)
    cases = (
        Case.objects.filter(due_at__gte=start).select_related("enterprise").order_by("due_at", "pk")
        .only("number", "state", "due_at", "submitted_at", "enterprise__name")
    )  # fmt: skip
    entries = Event.objects.filter(
        subject_kind=Case.subject_kind(), subject_id__in=[case.pk for case in cases], move__in=BEGIN
    )
    begun = dict(entries.order_by().values_list("subject_id").annotate(Max("business_at")))
    return [_running(case, case.due_at, begun.get(case.pk)) for case in cases if case.due_at]


def _running(case: Case, due_at: datetime, begun: datetime | None) -> Running:
    since = due.day_of(begun or case.submitted_at or due_at)
    for_applicant = case.state == State.CORRECTING
    return Running(case.pk, case.number, case.enterprise.name, for_applicant, since, due.day_of(due_at))


@transaction.atomic
def lengthen(to: Mapping[int, tuple[date, date]], actor: Actor, *, reason: str, evidence: Mapping[str, Any]) -> None:
    """Move time limits to a later last day: id of the case → (the day that was shown, the new one).

    An entry in each case, a version of each correction notice, a message to each applicant concerned. The caller has
    checked who may. Raises Refused when a limit is no longer what was shown, or would be shortened.
    """
    cases = {case.pk: case for case in Case.objects.select_for_update(of=("self",)).filter(pk__in=to)}
    for pk, (shown, new) in to.items():
        held = cases[pk].due_at
        if held is None or due.day_of(held) != shown or new <= shown:
            raise Refused(_("%(number)s 的期限在此期间有变化，请重新核对。") % {"number": cases[pk].number})
    for day in sorted({new for _shown, new in to.values()}):
        ids = [pk for pk, (_shown, new) in to.items() if new == day]
        each = {pk: {"due": [to[pk][0].isoformat(), day.isoformat()]} for pk in ids}
        changes = {"due_at": due.end_of(day)}
        record_many(Case, ids, "recount_due", actor, note=reason, evidence=evidence, each=each, changes=changes)
    _extend_notices([case for case in cases.values() if case.state == State.CORRECTING], to, reason)


def _extend_notices(cases: list[Case], to: Mapping[int, tuple[date, date]], reason: str) -> None:
    calendar, today = work_calendar(), clock.today()
    notices = list(Correction.objects.select_for_update().filter(case__in=cases, answered_by__isnull=True))
    for notice in notices:
        day = to[notice.case_id][1]
        notice.due_at = due.end_of(day)
        days = _days_left(calendar, today, day)
        notice.extensions = [*notice.extensions, correction_letter.extension(notice.due_at, days, reason)]
    Correction.objects.bulk_update(notices, ["due_at", "extensions"])
    wording = texts.EXTENDED.now()
    tell.tell_applicants(
        (case, *wording.said(number=case.number, day=formats.day(to[case.pk][1]), reason=reason)) for case in cases
    )


def _days_left(calendar: WorkCalendar, today: date, day: date) -> int:
    return max(calendar.workdays_between(today, day), 0)
