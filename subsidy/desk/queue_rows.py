"""The rows of the queue: words and tags are made once for each that differs, not once a row."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from policies.kit.calendar import WorkCalendar
from policies.kit.kinds import CallKind
from policies.kit.policy import Policy
from subsidy.calls.editions import registry
from subsidy.cases import due
from subsidy.cases.province import WAITING
from subsidy.cases.stages import signing
from subsidy.desk import wording
from subsidy.desk.listing import Found
from subsidy.papers.columns import Tag
from workflow.states import ENDS, State

NOT_RUNNING = frozenset({State.CORRECTING, *ENDS})
"""States in which a due date is nobody's fault here."""


class QueueRow(NamedTuple):
    """One row of the queue: what its columns show and its link needs."""

    number: str
    version: int
    due: Tag | None
    overdue: bool
    enterprise: str
    title: str
    agency: str
    recognised: Decimal | None
    requested: Decimal | None
    findings: str
    signed: str
    state: Tag
    handler: str


def rows(found: Sequence[Found], mine: bool, calendar: WorkCalendar) -> list[QueueRow]:
    """The rows of a page, those of the reader's own turn or others."""
    days_left = cache(lambda due_at: due.workdays_left(due_at, calendar))
    pattern = _("待判 %(ask)s · 不符 %(fail)s")
    findings = cache(lambda ask, fail: pattern % {"ask": ask, "fail": fail})

    @cache
    def policy(edition: str) -> Policy:
        return registry().edition(edition)

    @cache
    def desks(edition: str, kind: str) -> tuple[str, ...]:
        return tuple(stage.desk.value for stage in signing(policy(edition), CallKind(kind)))

    @cache
    def state_tag(edition: str, state: str) -> Tag:
        return Tag(wording.state_name(policy(edition), state), wording.tone(state, mine))

    @cache
    def due_tag(state: str, due_at: datetime) -> tuple[Tag, bool]:
        days = days_left(due_at)
        return wording.due_tag(state, due_at, days), days is not None and days < 0 and state not in NOT_RUNNING

    waits = str(WAITING)
    made = []
    for one in found:
        title = f"{one.title}（{waits}）" if one.waits else one.title
        left, overdue = due_tag(one.state, one.due_at) if one.due_at else (None, False)
        marks = " ".join("✓" if desk in one.signed else "○" for desk in desks(one.edition, one.kind))
        base = one.claimed if one.recognised is None else one.recognised
        made.append(
            QueueRow(
                one.number, one.version, left, overdue, one.enterprise, title, one.agency, base, one.requested,
                findings(one.to_decide, one.not_met), marks, state_tag(one.edition, one.state), one.handler or "",
            )
        )  # fmt: skip
    return made
