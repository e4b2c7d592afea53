"""What it takes to submit a case, when it is too late, and what a submission leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from policies.kit import facts as kit
from subsidy.calls.publish import void
from subsidy.cases import receipts
from subsidy.cases.assess import assess, figures, stored
from subsidy.cases.models import Case, LineDecision, Submission
from subsidy.cases.submit import declaration_of, submit, take_back, withdraw
from subsidy.enterprises.models import Bar
from subsidy.messages.models import Message
from subsidy.papers.models import Paper
from tests.world import (
    JILIN_CLOSES,
    NOW,
    World,
    actor,
    fresh,
    jilin_draft,
    jilin_submitted,
    zhongshan_draft,
    zhongshan_submitted,
)
from workflow import clock
from workflow.models import Event, Job
from workflow.perform import Conflict, NotAllowed, Refused

StandAt = Callable[[datetime], None]
TICK = timedelta(milliseconds=1)


def test_a_complete_jilin_case_is_filed_with_its_ceiling_of_a_tenth(world: World) -> None:
    case = jilin_submitted(world)
    assert case.state == "local_review"
    # Three projects with 1,000,000 of equipment and 200,000 of software each; civil works do not count.
    assert case.claimed == Decimal("3600000.00")
    assert case.cap == Decimal("360000.00")
    assert case.recognised is None
    assert case.number == "JL-2026-00001"


def test_a_complete_zhongshan_case_is_filed_within_the_amount_the_province_approved(world: World) -> None:
    case = zhongshan_submitted(world)
    # Two per cent of 300 million is 6 million; the province approved 5.5 million.
    assert case.cap == Decimal("5500000.00")
    assert case.number == "ZS-2026-00001"


def test_the_local_bureau_has_fifteen_working_days_from_the_day_of_filing(world: World) -> None:
    case = jilin_submitted(world)
    # From 21 May; 19 June is Dragon Boat Festival and is not reached.
    assert case.due_at is not None
    assert case.due_at.astimezone(clock.SHANGHAI).date().isoformat() == "2026-06-10"


def test_a_submission_keeps_facts_content_documents_and_a_digest(world: World) -> None:
    case = jilin_submitted(world)
    submission = Submission.objects.get(case=case)
    assert submission.number == 1
    assert len(submission.digest) == 64
    assert kit.from_json(submission.facts).number == case.number
    assert len(submission.content["lines"]) == 9
    assert submission.content["lines"][2]["counts"] is False
    assert {one["requirement"] for one in submission.documents} >= {"licence", "audit", "invoices", "commitment"}
    assert submission.declaration == declaration_of(case)


def test_the_phone_number_is_not_in_the_snapshot(world: World) -> None:
    submission = Submission.objects.get(case=jilin_submitted(world))
    assert "13900000000" not in str(submission.content)
    assert submission.contact_phone == "13900000000"


def test_the_assessment_of_a_submission_is_stored_with_the_digests_of_the_rules(world: World) -> None:
    case = jilin_submitted(world)
    assessment = Submission.objects.get(case=case).assessments.get()
    assert assessment.occasion == "submit"
    assert assessment.cap == Decimal("360000.00")
    assert assessment.manifest["edition"] == "jilin-2024-80"
    assert "parameters.cap_rate" in assessment.manifest["parts"]
    assert stored(assessment).entitlement.base == Decimal("3600000.00")


def test_the_reviewers_of_the_competent_bureau_are_told_and_no_others(world: World) -> None:
    case = jilin_submitted(world)
    told = set(Message.objects.filter(title__contains=case.number).values_list("recipient__username", flat=True))
    assert told == {"jl_local", "jl_local2"}


def test_the_last_instant_before_closing_is_in_time(world: World, stand_at: StandAt) -> None:
    case = jilin_draft(world)
    stand_at(JILIN_CLOSES - TICK)
    submit(case, actor("jl_applicant"), declaration="声明")
    assert fresh(case).state == "local_review"


def test_the_closing_instant_itself_is_too_late_and_the_draft_stays(world: World, stand_at: StandAt) -> None:
    case = jilin_draft(world)
    stand_at(JILIN_CLOSES)
    with pytest.raises(Refused, match="申报已于 2026-06-20 17:00 截止。您的草稿已保留"):
        submit(case, actor("jl_applicant"), declaration="声明")
    assert fresh(case).state == "draft"
    assert not Submission.objects.exists()


def test_nothing_can_be_submitted_under_a_voided_call(world: World) -> None:
    case = jilin_draft(world)
    call = world.calls["jilin"]
    void(call, actor("jl_issuer"), reason="调整条件", version=call.version)
    with pytest.raises(Refused, match="已废止"):
        submit(case, actor("jl_applicant"), declaration="声明")


def test_a_barred_enterprise_cannot_submit(world: World) -> None:
    case = jilin_draft(world)
    Bar.objects.create(
        enterprise=world.enterprises["head"],
        valid_from=NOW.date(),
        valid_to=None,
        reason="骗取资金",
        source="决定书1号",
    )
    with pytest.raises(Refused, match="被停止申报资格"):
        submit(case, actor("jl_applicant"), declaration="声明")


def test_a_member_whose_bar_covers_the_day_keeps_the_group_from_being_submitted(world: World) -> None:
    case = jilin_draft(world)
    Bar.objects.create(
        enterprise=world.enterprises["member1"], measure="jilin", valid_from=NOW.date() - timedelta(days=1),
        valid_to=NOW.date() + timedelta(days=1), reason="违法违规", source="决定书2号",
    )  # fmt: skip
    with pytest.raises(Refused, match="禁止申报"):
        submit(case, actor("jl_applicant"), declaration="声明")


def test_a_bar_is_over_on_its_end_day(world: World) -> None:
    case = jilin_draft(world)
    Bar.objects.create(
        enterprise=world.enterprises["head"], valid_from=NOW.date() - timedelta(days=9), valid_to=NOW.date(),
        reason="违法违规", source="决定书3号",
    )  # fmt: skip
    submit(case, actor("jl_applicant"), declaration="声明")
    assert fresh(case).state == "local_review"


def test_two_projects_are_no_group_and_the_sentence_names_the_article(world: World) -> None:
    case = jilin_draft(world)
    case.projects.filter(position=3).update(status="withdrawn")
    with pytest.raises(Refused, match="项目群至少需要 3 个项目，现有 2 个（细则第五条）"):
        submit(case, actor("jl_applicant"), declaration="声明")


def test_a_missing_material_is_named(world: World) -> None:
    case = jilin_draft(world)
    case.documents.filter(requirement="audit").update(superseded_at=clock.now())
    with pytest.raises(Refused, match="请上传“专项审计报告”"):
        submit(case, actor("jl_applicant"), declaration="声明")


def test_somebody_elses_case_cannot_be_submitted(world: World) -> None:
    case = jilin_draft(world)
    for stranger in ("jl_stranger", "jl_local", "zs_applicant"):
        with pytest.raises(NotAllowed):
            submit(case, actor(stranger), declaration="声明")


def test_a_colleague_of_the_same_unit_may_submit(world: World) -> None:
    case = jilin_draft(world)
    submit(case, actor("jl_colleague"), declaration="声明")
    assert fresh(case).state == "local_review"


def test_a_second_submission_of_the_same_draft_is_told_who_was_faster(world: World) -> None:
    case = jilin_draft(world)
    submit(case, actor("jl_applicant"), declaration="声明")
    with pytest.raises(Conflict, match="金哲"):
        submit(case, actor("jl_colleague"), declaration="声明")
    assert Submission.objects.count() == 1


@pytest.mark.starts_from("tests.world:build_with_draft")
def test_of_two_people_who_submit_at_once_one_files_the_case(fresh_database: None) -> None:
    clock.travel_to(NOW)
    case = Case.objects.get()

    def try_it(username: str) -> str:
        try:
            submit(Case.objects.get(pk=case.pk), actor(username), declaration="声明")
        except Refused as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "filed"

    try:
        with ThreadPoolExecutor(2) as both:
            answers = sorted(both.map(try_it, ["jl_applicant", "jl_colleague"]))
    finally:
        clock.travel_back()
    assert answers == ["Conflict", "filed"]
    assert Submission.objects.count() == 1
    assert Paper.objects.filter(subject_id=str(Submission.objects.get().pk)).count() == 2


def test_a_case_can_be_taken_back_until_ten_minutes_are_over(world: World, stand_at: StandAt) -> None:
    stand_at(NOW)
    case = jilin_submitted(world)
    stand_at(NOW + timedelta(minutes=10) - TICK)
    take_back(case, actor("jl_applicant"))
    assert fresh(case).state == "draft"
    assert fresh(case).filed_at is None


def test_after_ten_minutes_it_cannot_be_taken_back(world: World, stand_at: StandAt) -> None:
    stand_at(NOW)
    case = jilin_submitted(world)
    stand_at(NOW + timedelta(minutes=10))
    with pytest.raises(Refused, match="超过十分钟"):
        take_back(case, actor("jl_applicant"))


def test_a_case_taken_back_is_no_longer_seen_by_the_bureau_and_is_filed_again_as_version_two(world: World) -> None:
    from subsidy.cases import selectors

    case = jilin_submitted(world)
    assert selectors.staff(actor("jl_local")).filter(pk=case.pk).exists()
    take_back(case, actor("jl_applicant"))
    assert not selectors.staff(actor("jl_local")).filter(pk=case.pk).exists()
    assert submit(case, actor("jl_applicant"), declaration="声明").number == 2


def test_a_filed_case_can_be_withdrawn_until_the_first_review_opens_it(world: World) -> None:
    case = jilin_submitted(world)
    Case.objects.filter(pk=case.pk).update(opened_at=clock.now())
    with pytest.raises(Refused, match="初审已于"):
        withdraw(case, actor("jl_applicant"))
    Case.objects.filter(pk=case.pk).update(opened_at=None)
    withdraw(case, actor("jl_applicant"), reason="项目调整")
    assert fresh(case).state == "withdrawn"
    assert Event.objects.get(subject_id=case.pk, subject_kind="cases.case", move="withdraw").note == "项目调整"


def test_the_papers_of_a_submission_are_ordered_once(world: World) -> None:
    case = jilin_submitted(world)
    submission = Submission.objects.get(case=case)
    receipts.order(submission)
    assert Job.objects.filter(name=receipts.JOB).count() == 1


def test_printing_twice_gives_the_same_papers(world: World) -> None:
    submission = Submission.objects.get(case=zhongshan_submitted(world))
    first = receipts.print_papers({"submission": submission.pk})
    assert receipts.print_papers({"submission": submission.pk}) == first
    kinds = set(Paper.objects.filter(number="ZS-2026-00001-1").values_list("kind", flat=True))
    assert kinds == {"receipt", "application"}


def test_recognised_amounts_change_the_assessment_of_the_same_submission(world: World) -> None:
    case = jilin_submitted(world)
    submission = Submission.objects.get(case=case)
    line = submission.content["lines"][0]
    LineDecision.objects.create(
        submission=submission, line=line["key"], level="local", recognised=Decimal("400000.00"), reason="凭证不全",
        decided_by_id=actor("jl_local").id, decided_at=clock.now(),
    )  # fmt: skip
    assessment = assess(submission, "local")
    assert figures(assessment) == {"recognised": Decimal("3000000.00"), "cap": Decimal("300000.00")}


def test_the_upper_level_decision_about_a_line_goes_before_the_local_one(world: World) -> None:
    submission = Submission.objects.get(case=jilin_submitted(world))
    line = submission.content["lines"][0]
    for level, amount in (("upper", "500000.00"), ("local", "400000.00")):
        LineDecision.objects.create(
            submission=submission, line=line["key"], level=level, recognised=Decimal(amount), reason="核减",
            decided_by_id=actor("jl_local").id, decided_at=clock.now(),
        )  # fmt: skip
    assert figures(assess(submission, "upper"))["recognised"] == Decimal("3100000.00")


def test_a_draft_that_changed_its_measured_project_away_cannot_be_submitted(world: World) -> None:
    case = zhongshan_draft(world)
    Case.objects.filter(pk=case.pk).update(measured=None)
    with pytest.raises(Refused, match="请关联测算项目"):
        submit(case, actor("zs_applicant"), declaration="声明")
