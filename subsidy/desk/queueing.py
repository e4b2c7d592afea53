"""Whose turn a case is: the reader's scope, the tabs of the queue, and what stands around its rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Self

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from policies.kit.calendar import WorkCalendar
from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency, Jurisdiction
from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases import selectors
from subsidy.cases.models import LOCAL_SIGNED, UPPER_CONCLUDED, Case
from subsidy.reference.models import Holiday
from subsidy.reference.workcalendar import calendar_of
from workflow.states import ENDS, State

CAP = 1000
LOCAL, FINANCE, UPPER = "local", "local_finance", "upper"
LEVEL_OF = {Right.REVIEW_UPPER: UPPER, Right.REVIEW_LOCAL: LOCAL, Right.SIGN_FINANCE: FINANCE}
AGENCY = {LOCAL: "local_agency", FINANCE: "local_finance_agency", UPPER: "upper_agency"}
DONE = frozenset(State) - ENDS - {State.DRAFT, State.LOCAL_REVIEW, State.CORRECTING}
"""States behind the local review that are no end yet."""
PARTS: Mapping[str, tuple[str, ...]] = {
    State.LOCAL_REVIEW: (State.LOCAL_REVIEW, LOCAL_SIGNED), State.UPPER_REVIEW: (State.UPPER_REVIEW, UPPER_CONCLUDED),
}  # fmt: skip
"""The queue states that are one state of the case."""
DUE_FIRST, NEWEST_FIRST = "due", "-number"


def queue_states(*states: str) -> tuple[str, ...]:
    """The queue states of some states."""
    return tuple(sorted(part for state in states for part in PARTS.get(state, (state,))))


@dataclass(frozen=True, slots=True)
class Scope:
    """The level at which a person reviews, and the cases routed to the agencies where they do."""

    actor: Actor
    level: str
    agencies: tuple[int, ...]
    cases: QuerySet[Case]

    @classmethod
    def of(cls, actor: Actor) -> Self:
        """The highest level at which the person reviews, with the cases of the agencies where they do."""
        right = next(right for right in LEVEL_OF if actor.has(right))
        level = LEVEL_OF[right]
        agencies = tuple(sorted(actor.agencies_with(right)))
        return cls(actor, level, agencies, selectors.staff(actor).filter(**{f"{AGENCY[level]}__in": agencies}))


def _same(label: Promise | str) -> dict[str, Promise | str]:
    return dict.fromkeys((LOCAL, FINANCE, UPPER), label)


@dataclass(frozen=True, slots=True)
class TabKind:
    """A tab: what it is called and which queue states it holds at each level, its order, what an empty one says."""

    labels: Mapping[str, str | Promise]
    states: Mapping[str, tuple[str, ...]]
    order: str
    empty: str | Promise

    def label(self, scope: Scope) -> str:
        return str(self.labels[scope.level])


TABS: Mapping[str, TabKind] = {
    "mine": TabKind(
        _same(gettext_lazy("待我办")),
        {LOCAL: (State.LOCAL_REVIEW,), FINANCE: (LOCAL_SIGNED,), UPPER: (State.UPPER_REVIEW,)},
        DUE_FIRST, gettext_lazy("待我办已清空。"),
    ),
    "joint": TabKind(
        {LOCAL: gettext_lazy("会审中"), FINANCE: gettext_lazy("待工信初审"), UPPER: gettext_lazy("复审通过，待评审")},
        {LOCAL: (LOCAL_SIGNED,), FINANCE: (State.LOCAL_REVIEW,), UPPER: (UPPER_CONCLUDED,)},
        DUE_FIRST, gettext_lazy("目前没有停在这一步的案件。"),
    ),
    "correcting": TabKind(
        _same(gettext_lazy("补正中")), dict.fromkeys((LOCAL, FINANCE, UPPER), (State.CORRECTING,)),
        DUE_FIRST, gettext_lazy("没有补正中的案件。"),
    ),
    "done": TabKind(
        _same(gettext_lazy("已办")),
        {
            LOCAL: queue_states(*DONE), FINANCE: queue_states(*DONE),
            UPPER: queue_states(*DONE - {State.ENDORSED, State.UPPER_REVIEW}),
        },
        NEWEST_FIRST, gettext_lazy("还没有办理过的案件。"),
    ),
    "closed": TabKind(
        _same(gettext_lazy("办结")), dict.fromkeys((LOCAL, FINANCE, UPPER), queue_states(*ENDS)),
        NEWEST_FIRST, gettext_lazy("还没有办结的案件。"),
    ),
}  # fmt: skip

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the rows: how many cases each tab holds, what to filter by, and the working days."""

    counts: dict[str, str]
    calls: Choices
    agencies: Choices
    calendar: WorkCalendar


def counts(scope: Scope) -> dict[str, str]:
    """How many cases each tab holds, in one statement; a number stops at 999+."""
    return _capped(*_ask(_counts_of(scope.actor)))


def surroundings(scope: Scope) -> Surroundings:
    """All of it in one statement."""
    found, offered, below, entered = _ask(_surroundings_of(scope.actor))
    days = ((date.fromisoformat(day), kind) for day, kind in entered or ())
    return Surroundings(_capped(found), _choices(offered), _choices(below), calendar_of(days))


Part = tuple[str, Sequence[Any]]


def _ask(statement: Part) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


@lru_cache(maxsize=1024)
def _counts_of(actor: Actor) -> Part:
    """The statement for a person with these posts. Only its text is kept, never what it answers."""
    return _row_of(_tab_counts(Scope.of(actor)))


@lru_cache(maxsize=1024)
def _surroundings_of(actor: Actor) -> Part:
    scope = Scope.of(actor)
    own = Jurisdiction.objects.filter(agency__in=scope.agencies, stage=scope.level).values("measure")
    calls = Call.objects.exclude(state=Call.State.DRAFT).filter(measure__in=own).order_by("-pk")
    local = Jurisdiction.objects.filter(stage=LOCAL, measure__in=own).values("agency")
    agencies = Agency.objects.filter(pk__in=local) if scope.level == UPPER else Agency.objects.none()
    return _row_of(
        _tab_counts(scope), _as_json(calls.values_list("pk", "number")),
        _as_json(agencies.order_by("area", "pk").values_list("pk", "short_name")),
        _as_json(Holiday.objects.order_by("day").values_list("day", "kind")),
    )  # fmt: skip


def _row_of(*parts: Part) -> Part:
    """One row with the answer to each part."""
    return f"SELECT {', '.join(f'({sql})' for sql, _given in parts)}", [v for _sql, given in parts for v in given]


def _tab_counts(scope: Scope) -> Part:
    """An array with the count of each tab: its queue states are walked until a thousand cases are together."""
    if not scope.agencies:
        return "SELECT %s::int[]", ([0] * len(TABS),)
    one = scope.cases.filter(queue_state=RawSQL("state.code", ())).order_by().values("pk")[:CAP]
    walk, given = one.query.sql_with_params()
    states = [json.dumps(tab.states[scope.level]) for tab in TABS.values()]
    capped = f"SELECT FROM jsonb_array_elements_text(tab.states) AS state(code), LATERAL ({walk}) AS found LIMIT {CAP}"
    sql = (
        f"SELECT array_agg(counted.number ORDER BY tab.place) FROM unnest(%s::jsonb[]) WITH ORDINALITY"  # noqa: S608
        f" AS tab(states, place), LATERAL (SELECT count(*) AS number FROM ({capped}) AS capped) AS counted"
    )
    return sql, (states, *given)


def _capped(found: Sequence[int]) -> dict[str, str]:
    return {code: f"{CAP - 1}+" if count >= CAP else str(count) for code, count in zip(TABS, found, strict=True)}


def _as_json(pairs: QuerySet[Any, Any]) -> Part:
    try:
        sql, given = pairs.query.sql_with_params()
    except EmptyResultSet:
        return "SELECT '[]'::json", ()
    return f"SELECT json_agg(json_build_array(pair.id, pair.name)) FROM ({sql}) AS pair(id, name)", given  # noqa: S608


def _choices(pairs: list[list[Any]] | None) -> Choices:
    return [(str(key), name) for key, name in pairs or ()]
