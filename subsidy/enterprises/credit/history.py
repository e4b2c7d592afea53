"""The history of a bar or an import as it is read, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from subsidy.accounts.chronicle import who_acted
from workflow import moves
from workflow.machine import Machine
from workflow.models import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as components/timeline.html prints it."""

    title: str
    at: datetime
    who: str
    note: str
    tone: str = ""
    links: tuple[object, ...] = ()


def entries(subject: Machine) -> list[Entry]:
    """The entries of a subject's own chain; one query."""
    names = {move.code: str(move.label) for move in moves.of_machine(subject.subject_kind())}
    events = Event.objects.filter(subject_kind=subject.subject_kind(), subject_id=subject.pk).order_by("-number")
    return [
        Entry(
            names.get(event.move, _("建立记录")), event.business_at, who_acted(event),
            event.note,
        )
        for event in events.defer("canonical", "digest", "previous")
    ]  # fmt: skip
