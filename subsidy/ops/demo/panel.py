"""Expert rounds of the demo: make a panel, declare, score, rank, deliberate, fix."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.ops.demo.demo import Demo, Ticket, cases_of
from subsidy.ops.demo.fixtures import text
from subsidy.ops.demo.moments import at, moment
from subsidy.ops.demo.review import UPPER
from subsidy.panels import organise, rank, score, scorecard
from subsidy.panels.models import Assignment, Expert, Panel

EXPERTS = ("zhuanjia1", "zhuanjia2", "zhuanjia3", "zhuanjia4", "zhuanjia5")
QUORUM = 3
STEP = Decimal("0.5")
GOOD, POOR = (0.70, 0.88), (0.40, 0.55)


def open_panel(
    demo: Demo, call: Call, tickets: Sequence[Ticket], when: str, *, title: str, days: int = 7, seats: int = QUORUM
) -> Panel:
    """A panel over these cases, open for scoring."""
    there = at(when)
    experts = list(Expert.objects.filter(user__username__in=EXPERTS[:seats]).order_by("pk"))
    organiser = demo.person(UPPER[call.measure])
    panel = organise.make_panel(
        organiser, call, cases_of(tickets), experts, title=title, scorecard=scorecard.of_call(call), quorum=QUORUM,
        drop_from=5, closes_at=there + timedelta(days=days),
    )  # fmt: skip
    at(there + timedelta(hours=1))
    return organise.open_panel(panel, organiser)


def score_all(demo: Demo, panel: Panel, when: str, *, poor: Sequence[Ticket] = ()) -> None:
    """Every expert declares and scores every case; those of `poor` stay below the pass mark."""
    at(when)
    for seat in panel.assignments.select_related("expert__user", "panel__call").order_by("letter"):
        score_some(demo, seat, poor=poor)
        score.submit_all(seat, demo.person(seat.expert.user.username))


def score_some(demo: Demo, seat: Assignment, *, poor: Sequence[Ticket] = (), most: int | None = None) -> None:
    """An expert declares and scores the first cases of the panel, by default all."""
    person = demo.person(seat.expert.user.username)
    score.declare(seat, person, {})
    card = scorecard.read(seat.panel.scorecard)
    below = {ticket.case_id for ticket in poor}
    for one in seat.panel.cases.order_by("code")[:most]:
        least, best = POOR if one.case_id in below else GOOD
        scores = {
            criterion.key: str(
                (criterion.points * Decimal(str(demo.invent.chance.uniform(least, best))) // STEP) * STEP
            )
            for criterion in card.criteria
        }
        comments = {criterion.key: demo.invent.pick(text("comments")) for criterion in card.criteria}
        score.save_sheet(seat, person, one, scores=scores, comments=comments)


def decide(demo: Demo, panel: Panel, when: str, held_on: str) -> Panel:
    """Close, draw the line at the pass mark, record the meeting, fix the list."""
    at(when)
    person = demo.person(UPPER[panel.call.measure])
    panel = rank.close(panel, person)
    panel = rank.cut(panel, person, by=Panel.Cut.SCORE, value=Decimal(60))
    meeting: date = at(held_on).date()
    words = text("ranking" if panel.call.measure == "jilin" else "ranking_zhongshan")
    document = f"{words['document']}〔{meeting.year}〕{meeting.month}号"
    rank.record_deliberation(
        panel, person, body=words["body"], held_on=meeting, document=document, decision=words["decision"]
    )
    at(moment(held_on) + timedelta(hours=4))
    return rank.fix(panel, person)


def score_partly(demo: Demo, panel: Panel, when: str) -> None:
    """One expert has finished, one has begun, one has not declared yet."""
    at(when)
    seats = list(panel.assignments.select_related("expert__user", "panel__call").order_by("letter"))
    score_some(demo, seats[1])
    score.submit_all(seats[1], demo.person(seats[1].expert.user.username))
    score_some(demo, seats[0], most=max(1, Case.objects.filter(panel_cases__panel=panel).count() // 2))
