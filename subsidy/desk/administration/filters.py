"""What the lists of the administration are narrowed by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from django.db.models import Q, QuerySet
from django.http import QueryDict

from subsidy.accounts.models import Jurisdiction, User
from subsidy.accounts.rights import Role
from subsidy.accounts.selectors import in_post
from subsidy.calls.editions import registry
from workflow import clock

TEXT_LIMIT = 50
ID_DIGITS = 9


def text_in(query: QueryDict) -> str:
    """The words looked for, without what the database does not take."""
    return query.get("q", "").replace("\0", "").strip()[:TEXT_LIMIT]


def id_in(query: QueryDict, name: str) -> int | None:
    """An id in an address; None when there is none or it is no number."""
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS else None


@dataclass(frozen=True, slots=True)
class PeopleFilters:
    """What the address asks for. What makes no sense asks for nothing."""

    q: str
    agency: int | None
    role: str
    state: str
    too_short = False

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """The filters in an address."""
        role, state = query.get("role", ""), query.get("state", "")
        return cls(
            text_in(query),
            id_in(query, "agency"),
            role if role in Role.values else "",
            state if state in User.State.values else "",
        )

    @property
    def active(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.agency is not None or self.role or self.state)

    def apply(self, people: QuerySet[User]) -> QuerySet[User]:
        """Those who pass: by part of name or user name, by a post of today, by the state of the account."""
        if self.q:
            people = people.filter(Q(name__icontains=self.q) | Q(username__icontains=self.q))
        if self.state:
            people = people.filter(state=self.state)
        return in_post(people, self.agency, self.role)


@dataclass(frozen=True, slots=True)
class JurisdictionFilters:
    """The same for jurisdictions."""

    q: str
    measure: str
    stage: str
    ended: bool
    too_short = False

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """The filters in an address."""
        measure, stage = query.get("measure", ""), query.get("stage", "")
        return cls(
            text_in(query),
            measure if measure in registry().measures else "",
            stage if stage in Jurisdiction.Stage.values else "",
            query.get("ended", "") == "1",
        )

    @property
    def active(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.q or self.measure or self.stage or self.ended)

    def apply(self, rows: QuerySet[Jurisdiction]) -> QuerySet[Jurisdiction]:
        """Those of today, or those that have ended: by agency or the beginning of an area's code, measure, stage."""
        today = clock.today()
        over = Q(valid_to__isnull=False, valid_to__lte=today)
        rows = rows.filter(over) if self.ended else rows.exclude(over)
        if self.q:
            rows = rows.filter(Q(agency__name__icontains=self.q) | Q(area__startswith=self.q))
        if self.measure:
            rows = rows.filter(measure=self.measure)
        return rows.filter(stage=self.stage) if self.stage else rows
