"""Review the cases of the demo: corrections, decisions, signatures, letters, the upper review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from policies.kit.findings import Outcome
from subsidy.accounts.rights import Role
from subsidy.cases import joint
from subsidy.cases import review as verbs
from subsidy.cases.decide import OverruleReason, Ruling, decide_finding, decide_lines, newest_submission
from subsidy.cases.fill import save_answers
from subsidy.cases.findings import findings_of, waiting
from subsidy.cases.lines import lines_of
from subsidy.cases.models import Case, Correction, FindingDecision, Level
from subsidy.cases.submit import correct, declaration_of, withdraw
from subsidy.ops.demo.demo import Demo, Ticket, case_of, cases_of, measure_of
from subsidy.ops.demo.fixtures import read, text
from subsidy.ops.demo.invent import CENT
from subsidy.ops.demo.moments import at

UPPER = {"jilin": "fushen", "zhongshan": "zs_fushen"}
CUT_EVERY = 4
HOUR = timedelta(hours=1)


def open_first(demo: Demo, tickets: Sequence[Ticket], when: datetime) -> None:
    """The local reviewer has opened these and gone no further."""
    at(when)
    for case in cases_of(tickets):
        verbs.first_opening(case, demo.at_agency(case.local_agency_id, Role.LOCAL_REVIEWER))


def endorse(demo: Demo, ticket: Ticket, when: datetime) -> None:
    """Both signatures, or the one the measure asks."""
    sign_local(demo, ticket, when)
    if measure_of(ticket.round) == "jilin":
        at(when + 3 * HOUR)
        case = case_of(ticket)
        person = demo.at_agency(case.local_finance_agency_id, Role.LOCAL_FINANCE)
        verbs.sign(case, person, agrees=True, opinion=text("sign_finance"))


def sign_local(demo: Demo, ticket: Ticket, when: datetime) -> None:
    """The local reviewer opens, cuts a line of every fourth case, decides what waits, and recommends."""
    at(when)
    case = case_of(ticket)
    person = demo.at_agency(case.local_agency_id, Role.LOCAL_REVIEWER)
    verbs.first_opening(case, person)
    at(when + HOUR)
    if ticket.place % CUT_EVERY == 0:
        _cut(case, Level.LOCAL, person)
    _decide(case, Level.LOCAL, person)
    verbs.confirm_automatic(case, person)
    verbs.recommend(case, person, opinion=text("recommend_local"))


def _decide(case: Case, level: Level, person: object) -> None:
    """Whatever waits for a person is found met, with a reason where the rules say otherwise."""
    for one in waiting(findings_of(newest_submission(case), level)):
        overruled = one.finding.outcome is not Outcome.FOR_OFFICER
        decide_finding(
            case, person, code=one.finding.code, subject=one.finding.subject,  # type: ignore[arg-type]
            decision=FindingDecision.Decision.MET, note=text("agreed"),
            reason_code=OverruleReason.MENDED if overruled else "",
        )  # fmt: skip


def _cut(case: Case, level: Level, person: object) -> None:
    """Recognise nine tenths of the first line that counts."""
    line = next(line for line in lines_of(newest_submission(case), level) if line.counts)
    ruling = Ruling(line.key, (line.claimed * 9 / 10).quantize(CENT), text("line_reason"))
    decide_lines(case, person, rulings=[ruling])  # type: ignore[arg-type]


def ask_correction(demo: Demo, ticket: Ticket, when: datetime, *, upper: bool = False) -> Correction:
    """A correction notice of the level that has the case."""
    at(when)
    case = case_of(ticket)
    if upper:
        person = demo.person(UPPER[case.measure])
    else:
        person = demo.at_agency(case.local_agency_id, Role.LOCAL_REVIEWER)
        case = verbs.first_opening(case, person)
    return verbs.ask_correction(case, person, items=text("correction"))


def answer_correction(demo: Demo, ticket: Ticket, when: datetime) -> None:
    """The applicant mends what was asked and submits again."""
    at(when)
    case, person = case_of(ticket), demo.filer(ticket.firm.pk)
    columns = {"contact_name": ticket.firm.legal_person, "contact_phone": demo.invent.phone()}
    save_answers(case, person, "applicant", {}, columns=columns)
    at(when + HOUR)
    case = case_of(ticket)
    said = dict(enumerate(text("correction_reply"), start=1))
    correct(case, person, declaration=declaration_of(case), explanations=said)


def decline(demo: Demo, ticket: Ticket, when: datetime, *, upper: bool = False) -> None:
    """Not recommended, or not supported, with the article."""
    at(when)
    case = case_of(ticket)
    key = "decline_local" if not upper else "decline_upper" if case.measure == "jilin" else "decline_upper_zhongshan"
    person = demo.person(UPPER[case.measure]) if upper else demo.at_agency(case.local_agency_id, Role.LOCAL_REVIEWER)
    if not upper:
        case = verbs.first_opening(case, person)
    verbs.decline(case, person, **text(key))


def withdraw_case(demo: Demo, ticket: Ticket, when: datetime) -> None:
    """The applicant withdraws before the first review has opened it."""
    at(when)
    withdraw(case_of(ticket), demo.filer(ticket.firm.pk), reason=text("withdraw"))


def send_up(demo: Demo, tickets: Sequence[Ticket], when: datetime) -> None:
    """A letter of each local bureau with its endorsed cases."""
    at(when)
    by_agency: dict[int, list[Case]] = defaultdict(list)
    for case in cases_of(tickets):
        by_agency[case.local_agency_id].append(case)
    for number, (agency, cases) in enumerate(sorted(by_agency.items()), start=1):
        person = demo.at_agency(agency, Role.LOCAL_REVIEWER)
        call, office = cases[0].call, cases[0].local_agency
        asked = joint.numbers_asked(call)
        place = read("names")["places"].get(office.area, office.short_name)
        numbers = [
            f"{office.short_name}演示联〔{when.year}〕{number}号",
            f"{place}财演示〔{when.year}〕{number}号",
        ]
        letter = joint.prepare(
            call, person, agency_id=agency, cases=[case.pk for case in cases], numbers=numbers[:asked],
            dated=when.date(), signer=person.name,
        )  # fmt: skip
        joint.send(letter, person)


def recommend_upper(demo: Demo, ticket: Ticket, when: datetime) -> None:
    """The upper bureau decides what waits and recommends."""
    at(when)
    case = case_of(ticket)
    person = demo.person(UPPER[case.measure])
    _decide(case, Level.UPPER, person)
    verbs.confirm_automatic(case, person)
    verbs.recommend_upper(case, person, opinion=text("recommend_upper"))


def return_and_back(demo: Demo, ticket: Ticket, when: datetime, again: datetime) -> None:
    """The upper bureau returns a case to the local one, which signs anew and sends it up alone."""
    at(when)
    case = case_of(ticket)
    verbs.return_to_local(case, demo.person(UPPER[case.measure]), reason=text("return_to_local"))
    endorse(demo, ticket, again)
    send_up(demo, [ticket], again + timedelta(days=1))
