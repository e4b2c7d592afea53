"""Which cases there will be: from the numbers in rounds.yaml to enterprises, projects and measured projects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from subsidy.enterprises.models import Enterprise
from subsidy.ops.demo.demo import Demo, Ticket, measure_of, rounds
from subsidy.ops.demo.fixtures import read
from subsidy.ops.demo.moments import moment
from subsidy.projects.models import MeasuredApproval, MeasuredProject, Project, ProjectYear
from subsidy.reference.text import fold

GROUP = 3
LARGEST_GROUP = 4
MAJOR_EVERY = 17
BILLION = Decimal("1000000000.00")
UNIVERSAL, MAJOR = "universal", "major"


def places(demo: Demo, round_: str) -> Iterator[tuple[str, str]]:
    """(Station, area) of every case of a round, in the order of rounds.yaml."""
    book, measure = read("rounds"), measure_of(round_)
    turn = 0
    for station, numbers in book[round_]["stations"].items():
        for where, count in list(numbers.items())[: None if demo.scale else 1]:
            for _number in range(demo.scaled(count)):
                if where == "others":
                    area = book["others"][measure][turn % len(book["others"][measure])]
                    turn += 1
                else:
                    area = where
                yield station, area


def firms_wanted(demo: Demo) -> dict[str, int]:
    """How many enterprises each area needs so that each files once a round, and one that only watches."""
    wanted: dict[str, int] = defaultdict(int)
    for round_ in rounds():
        counted: dict[str, int] = defaultdict(int)
        for _station, area in places(demo, round_):
            counted[area] += 1
        for area, count in counted.items():
            wanted[area] = max(wanted[area], count + 1)
    return dict(wanted)


def write(demo: Demo) -> None:
    """The tickets of every round with their projects; Zhongshan's with what the province approved before."""
    for round_ in rounds():
        used: dict[str, int] = defaultdict(int)
        tickets = []
        for place, (station, area) in enumerate(places(demo, round_)):
            tickets.append(Ticket(round_, station, area, demo.firms[area][used[area]], place=place))
            used[area] += 1
        demo.tickets[round_] = tickets
        if measure_of(round_) == "jilin":
            _groups(demo, tickets)
        else:
            _investments(demo, tickets)
    demo.say(f"tickets: {sum(map(len, demo.tickets.values()))} cases, {Project.objects.count()} projects")


def _groups(demo: Demo, tickets: list[Ticket]) -> None:
    """Three or four projects each: the head's own and those of members of its cluster."""
    invent = demo.invent
    members = _members(demo)
    made: list[Project] = []
    for ticket in tickets:
        others = [firm for firm in members[demo.clusters[ticket.firm.pk].pk] if firm.pk != ticket.firm.pk]
        size = LARGEST_GROUP if ticket.place % 5 == 0 else GROUP
        firms = [ticket.firm, *invent.chance.sample(others, min(size - 1, len(others)))]
        firms += [ticket.firm] * (size - len(firms))
        ticket.projects = [_project(demo, ticket, firm, place) for place, firm in enumerate(firms, start=1)]
        made += ticket.projects
    Project.objects.bulk_create(made)
    first = _first_day(tickets)
    shares = {first.year: Decimal("0.45"), first.year - 1: Decimal("0.35")}
    rows = [(one, year, one.total_investment * share) for one in made for year, share in shares.items()]
    ProjectYear.objects.bulk_create(
        ProjectYear(project=one, year=year, total=amount, fixed_assets=amount) for one, year, amount in rows
    )


def _members(demo: Demo) -> dict[int, list[Enterprise]]:
    """Cluster → the enterprises that take part in groups: all but the last of a place, which only watches."""
    found: dict[int, list[Enterprise]] = defaultdict(list)
    for firms in demo.firms.values():
        for firm in firms[:-1]:
            if firm.pk in demo.clusters:
                found[demo.clusters[firm.pk].pk].append(firm)
    return found


def _project(demo: Demo, ticket: Ticket, firm: Enterprise, place: int) -> Project:
    invent, began = demo.invent, _first_day([ticket])
    trade = invent.industry(measure_of(ticket.round), firm.industry)
    kind = trade["projects"][(ticket.place + place) % len(trade["projects"])]
    number = f"{began.year}-{ticket.area[:6].replace('X', '0')}-{firm.industry}-03-{_serial(ticket, place):06d}"
    total = invent.wan(800, 6000)
    return Project(
        enterprise=firm, name=f"{demo.short[firm.credit_code][1]}{kind}项目", code=number, area=firm.production_area,
        industry=firm.industry, filing_number=number, filing_key=fold(number),
        filing_date=began - timedelta(days=200 + ticket.place),
        total_investment=total, expected_investment=total, started_on=began - timedelta(days=150),
    )  # fmt: skip


def _serial(ticket: Ticket, place: int) -> int:
    return (rounds().index(ticket.round) + 1) * 10_000 + ticket.place * 10 + place


def _investments(demo: Demo, tickets: list[Ticket]) -> None:
    """One project of 10亿 or more each; now and then a major one of 100亿 or more in new fixed assets."""
    for ticket in tickets:
        ticket.track = MAJOR if ticket.place % MAJOR_EVERY == MAJOR_EVERY - 1 else UNIVERSAL
        project = _project(demo, ticket, ticket.firm, 1)
        size = demo.invent.wan(105_000, 400_000) if ticket.track == UNIVERSAL else demo.invent.wan(1_300_000, 1_800_000)
        project.total_investment = project.expected_investment = size
        ticket.projects = [project]
    Project.objects.bulk_create(one.projects[0] for one in tickets)
    ProjectYear.objects.bulk_create(
        ProjectYear(project=one.projects[0], year=year, total=amount, fixed_assets=amount)
        for one in tickets for year, amount in _years(one)
    )  # fmt: skip
    if read("rounds")[tickets[0].round]["call"]["kind"] == "support":
        _measure(demo, tickets)


def _years(ticket: Ticket) -> list[tuple[int, Decimal]]:
    total = ticket.projects[0].total_investment
    last = _window(ticket)[1].year
    shares = (Decimal("0.30"), Decimal("0.30"), Decimal("0.25"))
    return [(last - ago, (total * share).quantize(BILLION // 100_000)) for ago, share in enumerate(shares)]


def completed(ticket: Ticket) -> Decimal:
    """New fixed assets (元) of the year in the round's window."""
    return _years(ticket)[0][1].quantize(Decimal("0.01"))


def _measure(demo: Demo, tickets: list[Ticket]) -> None:
    """What the province approved before the call: nine tenths to all of the highest rate."""
    call = read("rounds")[tickets[0].round]["call"]
    year = call["fiscal_year"]
    rows = MeasuredProject.objects.bulk_create(
        MeasuredProject(
            project=one.projects[0], kind=one.track, round=year, reported_on=date(year - 1, 10, 20),
            argued=True if one.track == MAJOR else None,
        )
        for one in tickets
    )  # fmt: skip
    decided = date(year - 1, 12, 18)
    approvals = []
    for ticket, row in zip(tickets, rows, strict=True):
        ticket.measured = row
        rate = Decimal("0.04") if ticket.track == MAJOR else Decimal("0.02")
        share = Decimal(demo.invent.chance.randint(90, 100)) / 100
        amount = (completed(ticket) * rate * share // 10_000 * 10_000).quantize(Decimal("0.01"))
        outcome = MeasuredApproval.Outcome.APPROVED if share == 1 else MeasuredApproval.Outcome.CUT
        approvals.append(
            MeasuredApproval(
                measured=row, outcome=outcome, amount=amount, document=f"粤工信演示函〔{year - 1}〕30号",
                decided_on=decided, entered_by_id=demo.person("zs_fushen").id, entered_at=moment(f"{year - 1}-12-20"),
            )
        )  # fmt: skip
    MeasuredApproval.objects.bulk_create(approvals)


def _window(ticket: Ticket) -> tuple[date, date]:
    call = read("rounds")[ticket.round]["call"]
    return call["window_from"], call["window_to"]


def _first_day(tickets: list[Ticket]) -> date:
    return _window(tickets[0])[0]
