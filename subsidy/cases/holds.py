"""Holds: set and released with a source, for a case or one row of it; each is an entry in the case's history."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor as Person
from subsidy.accounts.rights import Right
from subsidy.cases.models import Case, Hold, Level
from subsidy.enterprises.succession import answers_for
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused, record, record_each
from workflow.protocols import Actor
from workflow.states import State

LOCAL_STATES = frozenset({State.LOCAL_REVIEW, State.ENDORSED})
CONCLUDED_BY_A_PERSON = frozenset({Hold.Kind.CREDIT, Hold.Kind.BAR})
"""Holds whose cause says nothing about how they end; the others end with what set them."""


class Holding(NamedTuple):
    """One hold to set; ``row`` is the kind and id of what is held about the case, or of what holds it."""

    case_id: int
    kind: Hold.Kind
    reason: str
    source: str
    row: tuple[str, int] = ("", 0)


def hold(
    case_ids: Iterable[int], kind: Hold.Kind, actor: Actor, *, reason: str, source: str, row: tuple[str, int] = ("", 0)
) -> None:
    """Hold cases for one reason; ``row`` as in ``Holding``."""
    hold_each([Holding(case_id, kind, reason, source, row) for case_id in case_ids], actor)


def hold_each(holdings: Sequence[Holding], actor: Actor) -> None:
    """Set many holds, each for its own reason, in a number of statements that does not grow with them."""
    if not holdings:
        return
    now = clock.now()
    with transaction.atomic():
        Hold.objects.bulk_create(
            Hold(
                case_id=one.case_id, row_kind=one.row[0], row_id=one.row[1] or None, kind=one.kind,
                reason=one.reason[:300], source=one.source[:120], set_by=actor.name, set_at=now,
            )
            for one in holdings
        )  # fmt: skip
        entries = [(one.case_id, one.reason, {"kind": str(one.kind), "source": one.source}) for one in holdings]
        record_each(Case, entries, "hold", actor)


def release(row: tuple[str, int], actor: Actor, *, note: str) -> None:
    """Release every open hold that this row set, with the reason."""
    with transaction.atomic():
        open_holds = Hold.objects.select_for_update().filter(row_kind=row[0], row_id=row[1], released_at__isnull=True)
        for held in open_holds:
            _end(held, actor, note, {"kind": held.kind})


def conclude(held: Hold, actor: Person, *, note: str) -> Hold:
    """A person's conclusion that the case may go on, which alone ends a hold about credit or a bar.

    Raises NotAllowed for whoever is not at work on the case, Conflict when it was concluded already, Refused
    without a conclusion or for a hold that ends with what set it.
    """
    with transaction.atomic():
        locked = Hold.objects.select_for_update(of=("self",)).select_related("case").get(pk=held.pk)
        if not may_conclude(locked.case, actor):
            raise NotAllowed(_("此件现由其他单位办理，您的岗位不能对暂缓作出结论。"))
        if locked.released_at is not None:
            raise Conflict(_("此项暂缓已由 %(name)s 作出结论。") % {"name": locked.released_by})
        if locked.kind not in CONCLUDED_BY_A_PERSON:
            raise Refused(_("此项暂缓随来源事项办结而解除，不能单独解除。"))
        if not note.strip():
            raise Refused(_("请填写核实情况和结论。"))
        _end(locked, actor, note, {"kind": locked.kind, "hold": locked.pk, "row": [locked.row_kind, locked.row_id]})
    return locked


def desk_of(case: Case) -> tuple[Right, str]:
    """The right and the stage of whoever is at work on a case, and so concludes what holds it."""
    at_local = case.state in LOCAL_STATES or (case.state == State.CORRECTING and case.correcting_level == Level.LOCAL)
    return (Right.REVIEW_LOCAL, "local") if at_local else (Right.REVIEW_UPPER, "upper")


def may_conclude(case: Case, actor: Actor) -> bool:
    """Whether the actor is at work on the case."""
    right, stage = desk_of(case)
    return actor.may(right, case.competence(stage))


def held(cases: Sequence[Case], actor: object) -> dict[int, str | Promise]:
    """A guard: whoever moves cases looks at their open holds, never at where these came from. One query."""
    reasons = open_holds(case.pk for case in cases)
    return {pk: _("暂缓办理：%(reason)s") % {"reason": reason} for pk, reason in reasons.items()}


def open_holds(case_ids: Iterable[int]) -> dict[int, str]:
    """Case id → the reason of an open hold, for those that have one; one query."""
    rows = Hold.objects.filter(case__in=list(case_ids), released_at__isnull=True).order_by("-pk")
    return dict(rows.values_list("case_id", "reason"))


def against(enterprise_ids: Iterable[int]) -> dict[int, list[Hold]]:
    """Enterprise → the open holds on cases for which it answers, its predecessors' among them; two queries."""
    answered = answers_for(enterprise_ids)
    everybody = frozenset[int]().union(*answered.values())
    rows = list(
        Hold.objects.filter(case__enterprise__in=everybody, released_at__isnull=True)
        .select_related("case").order_by("pk")
    )  # fmt: skip
    found = {pk: [row for row in rows if row.case.enterprise_id in links] for pk, links in answered.items()}
    return {pk: holds for pk, holds in found.items() if holds}


def _end(held: Hold, actor: Actor, note: str, evidence: Mapping[str, object]) -> None:
    held.released_at, held.released_by, held.release_note = clock.now(), actor.name, note[:300]
    held.save(update_fields=["released_at", "released_by", "release_note"])
    record(Case(pk=held.case_id), "release", actor, note=note, evidence=evidence)
