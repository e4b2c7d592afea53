"""File the cases of the demo as the applicants do: start, fill, upload, submit."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from policies.kit.policy import Question, QuestionKind, Subject
from subsidy.accounts.actor import Actor
from subsidy.calls.editions import policy_of
from subsidy.cases.claim import add_lines
from subsidy.cases.facts import facts_of
from subsidy.cases.fill import editing, save_answers
from subsidy.cases.group import add_project, change_project
from subsidy.cases.materials import slots
from subsidy.cases.models import Case, CaseProject, DocumentVersion
from subsidy.cases.start import start
from subsidy.cases.submit import declaration_of, submit
from subsidy.ops.demo.demo import Demo, Ticket, case_of, measure_of
from subsidy.ops.demo.fixtures import read, text
from subsidy.ops.demo.moments import at
from subsidy.ops.demo.samples import sample
from subsidy.ops.demo.tickets import completed
from workflow import clock

RATES = {"world": Decimal("0.30"), "national": Decimal("0.30"), "provincial": Decimal("0.10")}
DIRECTIONS = ("chain", "renewal", "renewal", "cooperation", "promotion")
VAT = Decimal("1.13")
CENT = Decimal("0.01")
TEN_THOUSAND = Decimal(10_000)
BEFORE = timedelta(hours=20)
NOT_COUNTED = {"jilin": "civil", "zhongshan": "land"}

Line = tuple[CaseProject, dict[str, Any]]


def file(demo: Demo, ticket: Ticket, when: datetime) -> None:
    """Begin a case the day before, and submit it at the moment."""
    fill(demo, ticket, max(when - BEFORE, demo.calls[ticket.round].opens_at))
    at(when)
    case = case_of(ticket)
    submit(case, demo.filer(ticket.firm.pk), declaration=declaration_of(case))


def begin(demo: Demo, ticket: Ticket, when: datetime) -> None:
    """A draft of which only the projects are in."""
    case = _started(demo, ticket, when)
    _projects(demo, ticket, case)


def fill(demo: Demo, ticket: Ticket, when: datetime) -> None:
    """A draft that is ready to be submitted."""
    case = _started(demo, ticket, when)
    actor = demo.filer(ticket.firm.pk)
    base = _projects(demo, ticket, case, with_lines=True)
    columns: dict[str, Any] = {"contact_name": ticket.firm.contact_name, "contact_phone": ticket.firm.contact_phone}
    if measure_of(ticket.round) == "jilin":
        columns["title"] = f"{''.join(demo.short[ticket.firm.credit_code])}{_trade_word(ticket)}协同项目群"
        asked = base * RATES[_level(demo, ticket)]
    else:
        columns["measured_id"] = ticket.measured.pk if ticket.measured else None
        approved = ticket.measured.approvals.get().amount if ticket.measured else base
        asked = min(base * (Decimal("0.04") if ticket.track == "major" else Decimal("0.02")), approved)
    share = Decimal(demo.invent.chance.randint(85, 100)) / 100
    requested = f"{asked * share // TEN_THOUSAND * TEN_THOUSAND:.2f}"
    save_answers(case, actor, "applicant", _answers(_questions(demo, case), Subject.CASE, requested), columns=columns)
    _upload(demo, case_of(ticket), actor)


def _started(demo: Demo, ticket: Ticket, when: datetime) -> Case:
    at(when)
    case = start(
        demo.filer(ticket.firm.pk), demo.calls[ticket.round], ticket.firm, track=ticket.track, area=ticket.area,
        cluster=demo.clusters.get(ticket.firm.pk),
    )  # fmt: skip
    ticket.case_id = case.pk
    return case


def _level(demo: Demo, ticket: Ticket) -> str:
    cluster = demo.clusters[ticket.firm.pk]
    row = next(row for row in read("clusters") if row["code"] == cluster.code)
    return str(row["levels"][0]["level"])


def _trade_word(ticket: Ticket) -> str:
    rows = read("names")["industries"]["jilin"]
    return str(next(row["word"] for row in rows if row["code"] == ticket.firm.industry))


def _questions(demo: Demo, case: Case) -> tuple[Question, ...]:
    """What the measure asks, the same for all cases of a call and kind of award."""
    key = case.call_id, case.track
    if key not in demo.questions:
        demo.questions[key] = policy_of(case.call).questions(facts_of(case))
    return demo.questions[key]


def _answers(questions: tuple[Question, ...], about: Subject, requested: str = "") -> dict[str, Any]:
    return {
        question.key: requested if question.key == "requested" else _answer(question)
        for question in questions
        if question.about is about and question.when is None
    }


def _answer(question: Question) -> Any:
    if question.kind is QuestionKind.YES_NO:
        return True
    return text("answers").get(question.key, text("default"))


def _projects(demo: Demo, ticket: Ticket, case: Case, *, with_lines: bool = False) -> Decimal:
    """Put the ticket's projects into the case; gives what counts of their lines (元)."""
    actor = demo.filer(ticket.firm.pk)
    is_jilin = measure_of(ticket.round) == "jilin"
    answers = _answers(_questions(demo, case), Subject.PROJECT) if with_lines else {}
    rows = []
    for place, project in enumerate(ticket.projects):
        row = add_project(case, actor, project)
        values = _jilin_values(ticket, place) if is_jilin else _zhongshan_values(ticket)
        change_project(row, actor, {"answers": answers, **values}, {})
        rows.append(row)
    if not with_lines:
        return Decimal("0.00")
    lines = _jilin_lines(demo, ticket, rows) if is_jilin else _zhongshan_lines(demo, ticket, rows[0])
    add_lines(case, actor, lines)
    left_out = NOT_COUNTED[case.measure]
    return sum((line["claimed"] for _row, line in lines if line["category"] != left_out), Decimal("0.00"))


def _jilin_values(ticket: Ticket, place: int) -> dict[str, Any]:
    """The direction; every ninth case has forgotten the researcher of its cooperation."""
    direction = DIRECTIONS[(ticket.place + place) % len(DIRECTIONS)]
    has_partners = direction == "cooperation" and ticket.place % 9
    return {"direction": direction, **({"partners": read("names")["partners"]} if has_partners else {})}


def _zhongshan_values(ticket: Ticket) -> dict[str, Any]:
    fixed = completed(ticket)
    emerging = True if ticket.track == "major" else None
    return {"fixed_assets_audited": fixed, "fixed_assets_statistics": fixed * Decimal("1.02"), "emerging": emerging}


def _jilin_lines(demo: Demo, ticket: Ticket, rows: list[CaseProject]) -> list[Line]:
    """Two lines a project that count and, in every third project, civil works that do not."""
    kinds, lines = read("names")["lines"]["jilin"], []
    for row in rows:
        chosen = [kinds[row.position % 3], kinds[3 + (ticket.place + row.position) % 5]]
        if (ticket.place + row.position) % 3 == 0:
            chosen.append(kinds[-1])
        for place, kind in enumerate(chosen):
            net = demo.invent.wan(60, 600) if place == 0 else demo.invent.wan(10, 120)
            lines.append((row, _line(demo, ticket, kind, net)))
    return lines


def _zhongshan_lines(demo: Demo, ticket: Ticket, row: CaseProject) -> list[Line]:
    """Five lines that make the audited amount, and land that does not count."""
    kinds, fixed = read("names")["lines"]["zhongshan"], completed(ticket)
    shares = (Decimal("0.46"), Decimal("0.12"), Decimal("0.05"), Decimal("0.27"))
    parts = [(fixed * share // TEN_THOUSAND * TEN_THOUSAND).quantize(CENT) for share in shares]
    parts.append(fixed - sum(parts, Decimal("0.00")))
    amounts = [*parts, demo.invent.wan(800, 3000)]
    return [(row, _line(demo, ticket, kind, net)) for kind, net in zip(kinds, amounts, strict=True)]


def _line(demo: Demo, ticket: Ticket, kind: list[str], net: Decimal) -> dict[str, Any]:
    gross = (net * VAT).quantize(CENT)
    first, last = demo.calls[ticket.round].window_from, demo.calls[ticket.round].window_to
    dated = first + timedelta(days=demo.invent.chance.randrange((last - first).days))
    return {
        "category": kind[0], "summary": kind[1], "supplier": demo.invent.supplier(),
        "invoice": f"{dated:%y}{demo.invent.chance.randrange(10**18):018d}", "dated": dated,
        "gross": gross, "tax": gross - net, "paid": gross, "claimed": net,
    }  # fmt: skip


def _upload(demo: Demo, case: Case, actor: Actor) -> None:
    """One file into every slot that still misses one, in one act."""
    now = clock.now()
    with editing(case, actor, "documents"):
        DocumentVersion.objects.bulk_create(
            DocumentVersion(
                case=case, project=one.project, requirement=one.requirement, name=f"{one.label}.pdf",
                digest=sample(demo, one.label)[0], size=sample(demo, one.label)[1], kind="pdf", pages=1,
                uploaded_by_id=actor.person_id, uploaded_at=now,
            )
            for one in slots(case) if one.missing
        )  # fmt: skip
