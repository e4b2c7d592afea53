"""What the steps of loading share: registers, people, the cases that are on their way, and how much to make."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from policies.kit.policy import Question
from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Role
from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.clusters.models import Cluster
from subsidy.enterprises.models import Enterprise
from subsidy.ops.demo.fixtures import read
from subsidy.ops.demo.invent import Invention
from subsidy.projects.models import MeasuredProject, Project


@dataclass(slots=True)
class Ticket:
    """One case that will be made: where it comes from, what it holds, and the station at which it ends."""

    round: str
    station: str
    area: str
    firm: Enterprise
    projects: list[Project] = field(default_factory=list)
    measured: MeasuredProject | None = None
    track: str = "group"
    case_id: int = 0
    place: int = 0


@dataclass(slots=True)
class Demo:
    """Everything the steps share. `scale` 1 is the whole demo, 0 one case for each station."""

    scale: float
    say: Callable[[str], None]
    invent: Invention
    agencies: dict[str, Agency] = field(default_factory=dict)
    firms: dict[str, list[Enterprise]] = field(default_factory=dict)
    short: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Credit code → place and brand, of which the enterprise's name begins: places have two or three characters."""
    clusters: dict[int, Cluster] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    tickets: dict[str, list[Ticket]] = field(default_factory=dict)
    named: dict[str, Actor] = field(default_factory=dict)
    posted: dict[tuple[int, Role], Actor] = field(default_factory=dict)
    filers: dict[int, Actor] = field(default_factory=dict)
    questions: dict[tuple[int, str], tuple[Question, ...]] = field(default_factory=dict)
    samples: dict[str, tuple[str, int]] = field(default_factory=dict)

    def scaled(self, count: int) -> int:
        """How many of so many at this scale, at least one."""
        return max(1, round(count * self.scale)) if count else 0

    def person(self, username: str) -> Actor:
        """A person of people.yaml at work."""
        return self.named[username]

    def at_agency(self, agency_id: int | None, role: Role) -> Actor:
        """Whoever holds a role at an agency."""
        return self.posted[agency_id or 0, role]

    def filer(self, enterprise_id: int) -> Actor:
        """Whoever files for an enterprise."""
        return self.filers[enterprise_id]

    def of(self, round_: str, *stations: str) -> list[Ticket]:
        """The tickets of a round that end at one of these stations; without stations all."""
        return [one for one in self.tickets[round_] if not stations or one.station in stations]


def measure_of(round_: str) -> str:
    """The measure of a round of rounds.yaml."""
    return str(read("rounds")[round_]["measure"])


def rounds() -> list[str]:
    """The keys of the rounds, in order of time for each measure."""
    return [key for key, row in read("rounds").items() if isinstance(row, dict) and "stations" in row]


def cases_of(tickets: Iterable[Ticket]) -> list[Case]:
    """The cases of some tickets as they stand now, in the order of the tickets."""
    ids = [one.case_id for one in tickets]
    found = Case.objects.select_related("call", "enterprise").in_bulk(ids)
    return [found[pk] for pk in ids]


def case_of(ticket: Ticket) -> Case:
    """The case of a ticket as it stands now."""
    return Case.objects.select_related("call", "enterprise").get(pk=ticket.case_id)
