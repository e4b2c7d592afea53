"""Who is acting: a person with the posts in force today, as the engine and every queryset see it."""

from dataclasses import dataclass, field
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from subsidy.accounts.models import Jurisdiction, Post, User, with_leaves
from subsidy.accounts.rights import RIGHTS, Right, Role
from workflow import clock
from workflow.machine import Competence


@dataclass(frozen=True, slots=True)
class Seat:
    """One post in force: a role at an agency or for an enterprise, with the rights of the role."""

    role: Role
    agency_id: int | None
    agency_name: str
    enterprise_id: int | None
    rights: frozenset[Right]
    measures: frozenset[str] = frozenset()
    """For which the agency is competent at any stage today."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at work. ``may`` asks each seat alone: a role at one agency gives no right at another."""

    id: int | None
    name: str
    seats: tuple[Seat, ...] = ()
    address: str = ""
    agencies: frozenset[int] = field(default=frozenset())
    enterprises: frozenset[int] = field(default=frozenset())
    absent: tuple[tuple[int, str], ...] = ()
    """Id and name of each colleague for whom the person is deputy today."""
    deputies: frozenset[int] = field(default=frozenset())
    """Who is deputy for the person today."""

    @classmethod
    def of(cls, user: User | AnonymousUser, address: str = "") -> Self:
        """The actor for a user with the posts in force today; one query."""
        if not user.is_authenticated:
            return cls(None, "", address=address)
        today = clock.today()
        measures = Jurisdiction.objects.on(today).filter(agency=OuterRef("agency")).order_by().values("measure")
        mine = Post.objects.on(today).filter(user=user).annotate(measures=ArraySubquery(measures))
        posts = with_leaves(mine).select_related("agency").order_by("pk")
        seats = tuple(
            Seat(
                Role(post.role), post.agency_id, post.agency.short_name if post.agency else "",
                post.enterprise_id, RIGHTS[Role(post.role)], frozenset(post.measures),
            )
            for post in posts
        )  # fmt: skip
        return cls(
            user.pk, user.name, seats, address,
            frozenset(s.agency_id for s in seats if s.agency_id),
            frozenset(s.enterprise_id for s in seats if s.enterprise_id),
            tuple(dict.fromkeys((one["id"], one["name"]) for post in posts for one in post.stands_in_for)),
            frozenset(one for post in posts for one in post.stood_in_by),
        )  # fmt: skip

    @property
    def person_id(self) -> int:
        """The id of the person who acts. Raises TypeError for somebody not signed in."""
        if self.id is None:
            raise TypeError("nobody is signed in")
        return self.id

    @property
    def one_with(self) -> frozenset[int]:
        """The person, those for whom it is deputy today, and its own deputies: none of them checks another's work."""
        return frozenset({self.id, *dict(self.absent), *self.deputies}) - {None} if self.id else frozenset()

    def deputy_for(self, person: int | None) -> str:
        """The name of an absent colleague for whom the person is deputy today; empty for everybody else."""
        return dict(self.absent).get(person, "") if person is not None else ""

    @property
    def agency_id(self) -> int | None:
        """The agency the person acts for, as the history writes it: the first seat's."""
        return self.seats[0].agency_id if self.seats else None

    @property
    def agency_name(self) -> str:
        """The short name of that agency."""
        return self.seats[0].agency_name if self.seats else ""

    @property
    def rights(self) -> frozenset[Right]:
        """Every right of any seat: for menus only, never for a decision about an object."""
        return frozenset(right for seat in self.seats for right in seat.rights)

    @property
    def roles(self) -> frozenset[Role]:
        """Every role of any seat."""
        return frozenset(seat.role for seat in self.seats)

    @property
    def needs_factor(self) -> bool:
        """Whether a post asks for a second factor: every one but that of an enterprise."""
        return any(seat.role != Role.APPLICANT for seat in self.seats)

    def has(self, right: str) -> bool:
        """Whether any seat has the right, wherever: for menus and list pages."""
        return right in self.rights

    def agencies_with(self, right: str) -> frozenset[int]:
        """The agencies at which the person has this right."""
        return frozenset(s.agency_id for s in self.seats if s.agency_id and right in s.rights)

    def measures_with(self, right: str) -> frozenset[str]:
        """The measures for which the agencies at which the person has this right are competent today."""
        return frozenset().union(*(s.measures for s in self.seats if right in s.rights))

    def may(self, right: str, competence: Competence) -> bool:
        """Whether one seat has the right and belongs to whoever is competent."""
        if self._seat_for(right, competence) is not None:
            return True
        return self.id in competence.people and right in self.rights

    def agency_for(self, right: str, competence: Competence) -> tuple[int | None, str]:
        """Id and short name of the agency of the seat that has the right: what the history says somebody acted for."""
        seat = self._seat_for(right, competence)
        return (seat.agency_id, seat.agency_name) if seat else (self.agency_id, self.agency_name)

    def _seat_for(self, right: str, competence: Competence) -> Seat | None:
        for seat in self.seats:
            if right not in seat.rights:
                continue
            if seat.agency_id is not None and seat.agency_id in competence.agencies:
                return seat
            if seat.enterprise_id is not None and seat.enterprise_id in competence.enterprises:
                return seat
        return None
