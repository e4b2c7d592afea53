"""What the measures see of a case, from the registers and from what was filed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policies.kit import facts as kit
from policies.kit.facts import AwardFacts, CreditKind, MeasuredState
from subsidy.cases import facts
from subsidy.cases.facts import facts_of
from subsidy.cases.group import add_project
from subsidy.cases.models import Case, CaseProject, ClaimedLine, Submission
from subsidy.enterprises.models import Accident, Bar, CreditCheck
from subsidy.projects.models import MeasuredApproval, Project
from subsidy.reference.text import fold
from tests.world import NOW, World, actor, claim, fresh, jilin_draft, jilin_submitted, zhongshan_draft
from workflow import clock


@pytest.fixture
def award_source() -> Iterator[None]:
    def awards(case: Case, projects: object) -> tuple[AwardFacts, ...]:
        return (AwardFacts("a-1", case.measure, "universal", "project-1", 2025, Decimal("10.00")),)

    facts.facts_sources.append(awards)
    yield
    facts.facts_sources.remove(awards)


def test_facts_can_be_written_and_read_again_without_loss(world: World) -> None:
    for case in (jilin_draft(world), zhongshan_draft(world)):
        seen = facts_of(fresh(case))
        assert kit.from_json(kit.to_json(seen)) == seen


def test_a_line_is_seen_without_its_tax(world: World) -> None:
    line = facts_of(jilin_draft(world)).projects[0].lines[0]
    assert (line.invoiced, line.tax, line.claimed) == (
        Decimal("1000000.00"),
        Decimal("130000.00"),
        Decimal("1000000.00"),
    )


def test_every_firm_of_the_group_comes_with_its_newest_checks(world: World) -> None:
    CreditCheck.objects.create(
        enterprise=world.enterprises["member2"], list="dishonest_debtor", listed=True, source="执行网", checked_at=NOW
    )
    seen = facts_of(jilin_draft(world))
    firm = seen.by_key[world.enterprises["member2"].credit_code]
    assert len(seen.enterprises) == 3
    check = firm.last_check(CreditKind.DISHONEST_DEBTOR, NOW.date())
    assert check is not None
    assert check.listed


def test_the_last_barred_day_is_the_eve_of_the_registers_end(world: World) -> None:
    firm = world.enterprises["head"]
    Bar.objects.create(
        enterprise=firm, valid_from=date(2021, 5, 20), valid_to=date(2026, 5, 20), reason="r", source="s"
    )
    Bar.objects.create(
        enterprise=firm, valid_from=date(2026, 1, 1), valid_to=None, lifted_on=date(2026, 3, 1), lifted_by="x",
        state="lifted", reason="r", source="s",
    )  # fmt: skip
    ends = [bar.ends_on for bar in facts_of(jilin_draft(world)).by_key[firm.credit_code].bars]
    assert ends == [date(2026, 5, 19), date(2026, 2, 28)]


def test_accidents_are_seen(world: World) -> None:
    Accident.objects.create(
        enterprise=world.enterprises["zhongshan"], kind="safety", happened_on=date(2025, 1, 1), major=True
    )
    seen = facts_of(zhongshan_draft(world))
    assert seen.by_key[seen.applicant].accidents[0].major


def test_the_newest_decision_of_the_province_counts(world: World) -> None:
    MeasuredApproval.objects.create(
        measured=world.measured, outcome="cut", amount=Decimal("4000000.00"), document="粤工信技改函〔2026〕9号",
        decided_on=date(2026, 5, 10), entered_at=NOW,
    )  # fmt: skip
    (measured,) = facts_of(zhongshan_draft(world)).measured
    assert (measured.state, measured.approved_amount) == (MeasuredState.CUT, Decimal("4000000.00"))


def test_an_invoice_of_another_filed_case_is_named_and_one_of_a_draft_is_not(world: World) -> None:
    filed = ClaimedLine.objects.filter(project__case=jilin_submitted(world)).order_by("number")[0]
    case = jilin_draft(world)
    # Typed in another way: a blank, another letter case.
    written = f" {filed.invoice[:4]} {filed.invoice[4:].lower()}"
    ClaimedLine.objects.filter(project__case=case).update(invoice=written, invoice_key=fold(written))
    seen = facts_of(fresh(case))
    assert {line.used_in for line in seen.projects[0].lines} == {("JL-2026-00001",)}
    first = Case.objects.get(number="JL-2026-00001")
    assert {line.used_in for line in facts_of(first).projects[0].lines} == {()}


def test_a_project_of_another_case_of_the_same_kind_is_named(world: World) -> None:
    jilin_submitted(world)
    seen = facts_of(jilin_draft(world))
    assert {project.also_in for project in seen.projects} == {("JL-2026-00001",)}


def test_a_submission_keeps_what_was_filed_and_takes_the_rest_from_today(world: World) -> None:
    case = jilin_submitted(world)
    ClaimedLine.objects.filter(project__case=case).update(claimed=Decimal("1.00"))
    CaseProject.objects.filter(case=case, position=3).update(status="rejected")
    Bar.objects.create(enterprise=world.enterprises["member1"], valid_from=NOW.date(), reason="r", source="s")
    seen = facts_of(fresh(case), submission=Submission.objects.get(case=case))
    assert seen.projects[0].lines[0].claimed == Decimal("1000000.00")
    assert len(seen.active) == 2
    assert len(seen.by_key[world.enterprises["member1"].credit_code].bars) == 1


def test_the_day_of_filing_stays_when_the_facts_are_newer(world: World) -> None:
    case = jilin_submitted(world)
    clock.travel_to(NOW + timedelta(days=30))
    seen = facts_of(case, submission=Submission.objects.get(case=case))
    assert (seen.filed_on, seen.facts_on) == (date(2026, 5, 20), date(2026, 6, 19))


def test_earlier_awards_come_from_whoever_knows_them(world: World, award_source: None) -> None:
    assert [award.key for award in facts_of(jilin_draft(world)).awards] == ["a-1"]


def test_facts_take_the_same_number_of_queries_for_three_projects_and_for_twelve(world: World) -> None:
    case = jilin_draft(world)
    with CaptureQueriesContext(connection) as few:
        facts_of(fresh(case))
    for place in range(9):
        project = Project.objects.create(
            enterprise=world.enterprises["member1"], name=f"项目{place}", area="222401", filing_number=f"N{place}",
            filing_key=f"n{place}", filing_date=date(2025, 1, 1), total_investment=Decimal("1.00"),
        )  # fmt: skip
        claim(add_project(case, actor("jl_applicant"), project), "jl_applicant", f"X{place}")
    with CaptureQueriesContext(connection) as many:
        facts_of(fresh(case))
    assert len(many) == len(few)
