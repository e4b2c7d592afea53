"""Every move × every person, own and foreign territory: who may make it at all. The answers are written by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency, Jurisdiction, User
from subsidy.calendar.models import Year
from subsidy.calls.models import Call
from subsidy.cases.models import Case, JointSubmission, ProvinceReport
from subsidy.clusters.models import Cluster
from subsidy.enterprises.models import Bar, CreditList, ListImport, SuccessionProposal
from subsidy.funding.models import Award, Instalment, Payment, PaymentBatch, Plan
from subsidy.notices.models import Notice, Objection
from subsidy.panels.models import Panel
from subsidy.projects.models import Project
from tests.world import APPLICANTS, PEOPLE, World, jilin_draft, world, zhongshan_draft
from workflow import moves
from workflow.machine import Machine
from workflow.protocols import SYSTEM

__all__ = ["world"]

APPLICANT = {"jilin": {"jl_applicant", "jl_colleague"}, "zhongshan": {"zs_applicant"}}
LOCAL = {"jilin": {"jl_local", "jl_local2"}, "zhongshan": {"zs_local", "zs_local2"}}
SIGNATORIES = {"jilin": {"jl_local", "jl_local2", "jl_finance"}, "zhongshan": {"zs_local", "zs_local2"}}
UPPER = {"jilin": {"jl_upper", "jl_upper2"}, "zhongshan": {"zs_upper", "zs_upper2"}}
ISSUER = {"jilin": {"jl_issuer"}, "zhongshan": {"zs_issuer"}}
UPPER_FINANCE = {"jilin": {"jl_upper_finance"}, "zhongshan": {"zs_upper_finance"}}
APPROVERS = {
    "jilin": {"jl_upper", "jl_upper2", "jl_issuer", "jl_upper_finance"},
    "zhongshan": {"zs_upper", "zs_upper2", "zs_issuer", "zs_upper_finance"},
}
LISTS = {"jilin": {"jl_local", "jl_local2"}, "zhongshan": {"zs_local", "zs_local2"}}
"""The import of the test is one of the local bureau's; a whole list is recorded by the upper one alone."""
MAKER = {"jilin": {"jl_pay_maker"}, "zhongshan": {"zs_pay_maker"}}
CHECKER = {"jilin": {"jl_pay_checker"}, "zhongshan": {"zs_pay_checker"}}

NOBODY: dict[str, set[str]] = {"jilin": set(), "zhongshan": set()}
"""Only a succession that the heir's keeper has confirmed opens this move (tests/enterprises/test_proposals.py)."""

ADMINISTRATOR = {"jilin": {"admin"}, "zhongshan": {"admin"}}

EXPECTED: dict[str, dict[str, dict[str, set[str]]]] = {
    "accounts.user": dict.fromkeys(("lock", "unlock", "end", "restore"), ADMINISTRATOR),
    "accounts.jurisdiction": {"end": ADMINISTRATOR},
    "enterprises.enterprise": {"strike": UPPER, "restore": UPPER, "succeed": UPPER, "pass_on": NOBODY},
    "enterprises.successionproposal": {"confirm": UPPER, "decline": UPPER, "withdraw": UPPER},
    "calendar.year": {"enter": ADMINISTRATOR},
    "clusters.cluster": {"strike": UPPER, "restore": UPPER},
    "projects.project": {"strike": UPPER, "restore": UPPER},
    "enterprises.bar": {"impose": UPPER, "lift": UPPER},
    "enterprises.listimport": {"record": LISTS, "discard": LISTS},
    "calls.call": {"publish": ISSUER, "void": ISSUER},
    "cases.case": {
        "submit": APPLICANT, "take_back": APPLICANT, "withdraw": APPLICANT, "correct": APPLICANT,
        "correct_upper": APPLICANT,
        "ask_correction": LOCAL, "decline_local": LOCAL, "send_up": LOCAL, "endorse": SIGNATORIES,
        "ask_correction_upper": UPPER, "return_to_local": UPPER, "decline_upper": UPPER, "send_to_experts": UPPER,
        "shortlist_without_experts": UPPER,
        "shortlist": UPPER, "decline_by_ranking": UPPER, "report_to_province": UPPER,
        "close_reported": UPPER, "reserve": UPPER, "decline_by_objection": UPPER, "allocate": UPPER, "close": UPPER,
        "stop": UPPER, "start_recovery": UPPER, "end_recovery": UPPER,
        "publish": ISSUER, "refuse_plan": APPROVERS, "approve": APPROVERS,
        "start_payment": MAKER, "first_paid": MAKER, "payment_returned": MAKER,
    },
    "cases.jointsubmission": {"send": LOCAL, "release": UPPER},
    "cases.provincereport": {"send": UPPER, "answer": UPPER},
    "panels.panel": {"open": UPPER, "close": UPPER, "fix": UPPER, "void": UPPER},
    "notices.notice": {"ask_signature": UPPER, "close": UPPER, "send_back": ISSUER, "publish": ISSUER},
    "notices.objection": {"take_up": UPPER, "refuse": UPPER, "uphold": UPPER, "dismiss": UPPER},
    "funding.plan": {"finalise": UPPER, "approve": APPROVERS, "refuse": APPROVERS},
    "funding.instalment": {
        "approve": APPROVERS, "release": APPROVERS, "issue": UPPER_FINANCE, "settle": MAKER, "reopen": MAKER,
        "lapse": UPPER, "stop": UPPER,
    },
    "funding.paymentbatch": {
        "ask_check": MAKER, "cancel": MAKER, "export": MAKER, "settle": MAKER, "send_back": CHECKER, "confirm": CHECKER,
    },
    "funding.payment": {"send": MAKER, "pay": MAKER, "refuse": MAKER, "bounce": MAKER, "drop": MAKER},
}  # fmt: skip
"""Machine → move → measure → the people who may make it, of all the people of the world."""

MEASURES = ("jilin", "zhongshan")


def subjects(world: World, measure: str) -> dict[str, Machine]:
    """One subject of each machine that belongs to the agencies of a measure."""
    draft: Callable[[World], Case] = {"jilin": jilin_draft, "zhongshan": zhongshan_draft}[measure]
    case = draft(world)
    call: Call = world.calls[measure]
    finance: Agency | None = case.upper_finance_agency
    plan = Plan(call=call, agency=call.agency, finance_agency=finance)
    notice = Notice(call=call, agency=call.agency)
    batch = PaymentBatch(plan=plan, agency=case.pay_maker_agency, checker_agency=case.pay_checker_agency)
    made: list[Machine] = [
        User.objects.get(username="jl_local"), Jurisdiction.objects.order_by("pk")[0],
        call, case, plan, notice, batch, case.enterprise,
        Project(area=case.area), SuccessionProposal(predecessor=case.enterprise, heir=case.enterprise),
        Cluster(area={"jilin": "220000", "zhongshan": "442000"}[measure]),
        JointSubmission(call=call, agency=case.local_agency), ProvinceReport(call=call, agency=call.agency),
        Bar(agency=call.agency), ListImport(agency=case.local_agency, credit_list=CreditList()),
        Panel(call=call, agency=call.agency), Objection(notice=notice),
        Year(year=2027), Instalment(award=Award(case=case, plan=plan)), Payment(batch=batch),
    ]  # fmt: skip
    return {subject.subject_kind(): subject for subject in made}


@pytest.mark.parametrize("measure", MEASURES)
def test_only_the_people_of_the_table_may_make_a_move(measure: str, world: World) -> None:
    people = {user.username: Actor.of(user) for user in User.objects.all()}
    assert set(PEOPLE) | set(APPLICANTS) <= set(people)
    found: dict[str, Any] = {}
    for kind, subject in subjects(world, measure).items():
        for move in moves.of_machine(kind):
            competence = subject.competence(move.stage)
            found[f"{kind}.{move.code}"] = {name for name, actor in people.items() if actor.may(move.right, competence)}
            assert not SYSTEM.may(move.right, competence)
    expected = {f"{kind}.{code}": by[measure] for kind, table in EXPECTED.items() for code, by in table.items()}
    assert found == expected


def test_every_machine_and_every_move_stands_in_the_table() -> None:
    machines = {m.subject_kind(): set(m.MOVES) for m in apps.get_models() if issubclass(m, Machine)}
    assert {kind: set(table) for kind, table in EXPECTED.items()} == machines
