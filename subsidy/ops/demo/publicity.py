"""Notices of the demo: built, signed by a second person, objected to, closed; and the lists to the province."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from subsidy.cases import report
from subsidy.cases.models import ProvinceReport
from subsidy.notices import build, close, objections
from subsidy.notices.models import Notice, Objection
from subsidy.notices.publish import publish
from subsidy.notices.words import batch_words
from subsidy.ops.demo.calls import MAKERS
from subsidy.ops.demo.demo import Demo, Ticket, cases_of
from subsidy.ops.demo.fixtures import text
from subsidy.ops.demo.moments import at


def ask_notice(demo: Demo, round_: str, tickets: Sequence[Ticket], when: str, starts: str, number: int) -> Notice:
    """A notice over these cases that waits for its signature."""
    at(when)
    call = demo.calls[round_]
    words = text("notice")[call.measure]
    places = {"year": call.fiscal_year, "in": starts[:4], "n": number, "batch": batch_words(build.next_batch(call))}
    values = {
        "title": words["title"] % places, "number": words["number"] % places, "basis": words["basis"],
        "procedure": words["procedure"], "starts_on": date.fromisoformat(starts), "contact": words["contact"],
    }  # fmt: skip
    builder = demo.person(MAKERS[call.measure][0])
    cases = sorted(cases_of(tickets), key=lambda case: case.number)
    notice = build.draft(builder, call, cases, values)
    return build.ask_signature(notice, builder, version=notice.version)


def publish_notice(demo: Demo, notice: Notice, when: str) -> Notice:
    """The second person types the number of projects and publishes."""
    at(when)
    issuer = demo.person(MAKERS[notice.call.measure][1])
    return publish(notice, issuer, projects=notice.rows.count(), version=notice.version)


def object_to(notice: Notice, ticket: Ticket, when: str, words: str) -> Objection:
    """Somebody objects to one row."""
    at(when)
    filed, _code = objections.file_objection(notice, list(notice.rows.filter(case=ticket.case_id)), text(words))
    return filed


def settle(demo: Demo, objection: Objection, when: str, *, upheld: bool) -> None:
    """The bureau looks into an objection and settles it a day later."""
    there = at(when)
    person = demo.person(MAKERS[objection.notice.call.measure][0])
    objection = objections.take_up(objection, person, version=objection.version)
    at(there + timedelta(days=1))
    conclusion = text("upheld" if upheld else "dismissed")
    objections.settle(objection, person, upheld=upheld, conclusion=conclusion, version=objection.version)


def take_up(demo: Demo, objection: Objection, when: str) -> None:
    """The bureau has begun to look into it."""
    at(when)
    person = demo.person(MAKERS[objection.notice.call.measure][0])
    objections.take_up(objection, person, version=objection.version)


def end(demo: Demo, notice: Notice, when: str) -> None:
    """The period is over: what nothing holds goes to the reserve."""
    at(when)
    notice = Notice.objects.select_related("call").get(pk=notice.pk)
    close.close(notice, demo.person(MAKERS[notice.call.measure][0]), version=notice.version)


def send_report(demo: Demo, round_: str, tickets: Sequence[Ticket], when: str, number: str) -> ProvinceReport:
    """The list that Zhongshan reports to the province."""
    there = at(when)
    person = demo.person("zs_fushen")
    made = report.prepare(demo.calls[round_], person, cases=[one.case_id for one in tickets])
    return report.send(made, person, number=number, dated=there.date())
