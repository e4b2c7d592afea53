"""Declaring, scoring, stepping back, submitting."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from subsidy.messages.models import Message
from subsidy.panels import organise, rank, score, scorecard
from subsidy.panels.models import Assignment, Panel, Scoresheet
from tests.panels import factory
from workflow import clock
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> factory.Ground:
    return factory.ground()


@pytest.fixture
def panel(here: factory.Ground) -> Panel:
    cases = [factory.add_case(here, 1), factory.add_case(here, 2)]
    return factory.new_panel(here, cases, [factory.expert(n) for n in range(1, 6)], quorum=3)


def save(panel: Panel, letter: str, code: str, total: str = "80") -> Scoresheet:
    seat = factory.seat(panel, letter)
    scores, comments = factory.parts(panel, total)
    return score.save_sheet(seat, factory.acting(seat), factory.by_code(panel)[code], scores=scores, comments=comments)


def test_before_the_declaration_nothing_can_be_scored(panel: Panel) -> None:
    with pytest.raises(Refused, match="请先完成承诺与回避声明"):
        save(panel, "A", "01")


def test_a_recused_case_cannot_be_scored(panel: Panel) -> None:
    factory.declare(panel, "A", {"01": "任职"})

    with pytest.raises(Refused, match="您已声明回避此项目"):
        save(panel, "A", "01")
    assert save(panel, "A", "02").total == Decimal(80)


def test_the_organiser_is_told_of_a_recusal(here: factory.Ground, panel: Panel) -> None:
    factory.declare(panel, "B", {"01": "任职"})

    message = Message.objects.get(recipient=here.officer)
    assert message.body == "专家B 回避案件 01。"


def test_a_declaration_is_made_once(panel: Panel) -> None:
    seat = factory.declare(panel, "A")
    with pytest.raises(Conflict):
        score.declare(seat, factory.acting(seat), {})


def test_nobody_declares_or_scores_for_another_expert(panel: Panel) -> None:
    ours, theirs = factory.seat(panel, "A"), factory.seat(panel, "B")
    with pytest.raises(NotAllowed):
        score.declare(theirs, factory.acting(ours), {})
    factory.declare(panel, "B")
    with pytest.raises(NotAllowed):
        score.save_sheet(theirs, factory.acting(ours), factory.by_code(panel)["01"], scores={}, comments={})
    with pytest.raises(NotAllowed):
        score.submit_all(theirs, factory.acting(ours))


def test_a_draft_is_kept_as_typed_and_has_no_total_until_it_is_complete(panel: Panel) -> None:
    seat = factory.declare(panel, "A")
    one = factory.by_code(panel)["01"]

    sheet = score.save_sheet(seat, factory.acting(seat), one, scores={"authentic": "十五", "unknown": "9"}, comments={})

    assert sheet.scores["authentic"] == "十五"
    assert "unknown" not in sheet.scores
    assert sheet.total is None
    with pytest.raises(Refused, match="还有 2 件未完成评分：01、02"):
        score.submit_all(seat, factory.acting(seat))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "请填写“合规性与真实性”的得分"),
        ("15.5", "“合规性与真实性”的得分应在 0–15 之间，现为 15.5"),
        ("-1", "“合规性与真实性”的得分应为数字，例如 14.5"),
        ("12.3", "“合规性与真实性”的得分以 0.5 分为一档，现为 12.3"),
        ("1e1", "“合规性与真实性”的得分应为数字，例如 14.5"),
        ("一十", "“合规性与真实性”的得分应为数字，例如 14.5"),
        ("٣", "“合规性与真实性”的得分应为数字，例如 14.5"),
        ("1_0", "“合规性与真实性”的得分应为数字，例如 14.5"),
        ("1000000000000", "“合规性与真实性”的得分应为数字，例如 14.5"),
    ],
)
def test_points_that_do_not_fit_get_their_sentence(here: factory.Ground, typed: str, sentence: str) -> None:
    card = scorecard.of_call(here.call)
    assert card.faults({"authentic": typed}, {})["score", "authentic"] == sentence


@pytest.mark.parametrize("typed", ["12", "12.5", "１２．５", "0012", " 12 "])
def test_points_in_steps_of_half_a_point_are_taken(here: factory.Ground, typed: str) -> None:
    assert ("score", "authentic") not in scorecard.of_call(here.call).faults({"authentic": typed}, {})


@pytest.mark.parametrize(
    ("typed", "needed"), [("8.5", True), ("9", False), ("13.5", False), ("14", True), ("0", True), ("15", True)]
)
def test_a_comment_is_compulsory_below_sixty_and_above_ninety_per_cent(
    here: factory.Ground, typed: str, needed: bool
) -> None:
    faults = scorecard.of_call(here.call).faults({"authentic": typed}, {"authentic": "  "})
    assert (("comment", "authentic") in faults) is needed


def test_a_comment_with_unseen_characters_leaves_the_sheet_incomplete(here: factory.Ground) -> None:
    faults = scorecard.of_call(here.call).faults({"authentic": "12"}, {"authentic": "好\u200b的"})
    assert "U+200B" in faults["comment", "authentic"]


def test_submitted_sheets_change_no_more(panel: Panel) -> None:
    factory.give(panel, "A", {"01": "80", "02": "70"})

    with pytest.raises(Conflict, match="您已提交全部评分"):
        save(panel, "A", "01", "99")
    with pytest.raises(DatabaseError), transaction.atomic():
        Scoresheet.objects.filter(assignment__letter="A").update(total=99)


def test_a_sheet_given_back_is_a_draft_until_it_is_submitted_again(here: factory.Ground, panel: Panel) -> None:
    factory.give(panel, "A", {"01": "80", "02": "70"})
    organise.unlock(factory.seat(panel, "A"), here.actor, reason="专家申请更正")

    assert not Scoresheet.objects.filter(submitted_at__isnull=False).exists()
    save(panel, "A", "01", "85")
    seat = factory.seat(panel, "A")
    score.submit_all(seat, factory.acting(seat))
    assert Scoresheet.objects.get(assignment=seat, panel_case__code="01").total == Decimal(85)


def test_after_the_last_moment_nothing_is_saved_or_submitted(here: factory.Ground, panel: Panel) -> None:
    factory.give(panel, "A", {"01": "80", "02": "70"}, submit=False)
    organise.extend(panel, here.actor, closes_at=clock.now() + timedelta(hours=1))
    clock.travel_to(clock.now() + timedelta(hours=1))
    try:
        with pytest.raises(Refused, match="评分已截止"):
            save(panel, "A", "01")
        seat = factory.seat(panel, "A")
        with pytest.raises(Refused, match="评分已截止"):
            score.submit_all(seat, factory.acting(seat))
    finally:
        clock.travel_back()


def test_stepping_back_later_closes_the_case_and_its_scores_do_not_count(here: factory.Ground, panel: Panel) -> None:
    for letter in "ABCD":
        factory.give(panel, letter, {"01": "80", "02": "70"}, submit=letter != "A")
    seat = factory.seat(panel, "A")
    score.recuse(seat, factory.acting(seat), factory.by_code(panel)["01"], reason="需回避：亲属")
    score.submit_all(seat, factory.acting(seat))

    rank.close(panel, here.actor)

    assert {code: one.scores for code, one in factory.by_code(panel).items()} == {"01": 3, "02": 4}


def test_a_released_expert_sees_nothing_and_counts_no_more(here: factory.Ground, panel: Panel) -> None:
    for letter in "ABCD":
        factory.give(panel, letter, {"01": "80" if letter != "A" else "10", "02": "70"})
    organise.release(factory.seat(panel, "A"), here.actor, reason="与成员单位存在合作")
    rank.close(panel, here.actor)

    assert factory.by_code(panel)["01"].mean == Decimal("80.00")
    assert Scoresheet.objects.filter(assignment__letter="A").count() == 2
    seat = factory.seat(panel, "A")
    with pytest.raises(NotAllowed):
        score.submit_all(seat, factory.acting(seat))


def test_an_expert_added_later_gets_the_next_letter(here: factory.Ground, panel: Panel) -> None:
    organise.release(factory.seat(panel, "E"), here.actor, reason="因病")
    added = organise.add_expert(panel, here.actor, factory.expert(9))

    assert added.letter == "F"
    assert Assignment.objects.filter(panel=panel, released_at__isnull=True).count() == 5


def test_the_history_tells_that_scores_came_in_but_not_which_before_the_panel_closes(
    here: factory.Ground, panel: Panel
) -> None:
    for letter in "ABC":
        factory.give(panel, letter, {"01": "81.5", "02": "62"})

    texts = [str(event.evidence) for event in Event.objects.filter(subject_kind="panels.panel")]
    assert not any("81.5" in text for text in texts)
    rank.close(panel, here.actor)
    closing = Event.objects.get(subject_kind="panels.panel", move="close")
    assert closing.evidence["scores"]["01"] == {"A": "81.50", "B": "81.50", "C": "81.50"}
