"""办理经过: the history of a case as it is read, newest first."""

from dataclasses import dataclass
from datetime import datetime

from policies.kit.policy import Policy
from subsidy.accounts.chronicle import who_acted
from subsidy.cases.fill import FILL
from subsidy.cases.models import Case
from subsidy.desk import wording
from workflow.models import Event
from workflow.states import State

BAD_ENDS = frozenset({State.DECLINED, State.STOPPED, State.RECOVERING})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as components/timeline.html prints it."""

    title: str
    at: datetime
    who: str
    note: str
    tone: str
    links: tuple[object, ...] = ()


def timeline(case: Case, policy: Policy) -> list[Entry]:
    """The entries of the case's own chain, newest first, without the saving of a draft; one query."""
    events = Event.objects.filter(subject_kind=Case.subject_kind(), subject_id=case.pk).order_by("-number")
    events = events.exclude(move=FILL, from_state=State.DRAFT)
    return [_entry(event, policy) for event in events.defer("canonical", "digest", "previous")]


def _entry(event: Event, policy: Policy) -> Entry:
    title = wording.entry_name(event.subject_kind, event.move)
    if event.from_state != event.to_state:
        title = f"{title} → {wording.state_name(policy, event.to_state)}"
    return Entry(title, event.business_at, who_acted(event), event.note, "bad" if event.to_state in BAD_ENDS else "")
