"""Closing, ranking, the line, the deliberation, and what keeps a list from being fixed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from subsidy.accounts.actor import Actor
from subsidy.cases.models import Case, Hold, Level, Review
from subsidy.panels import rank, ranking, score
from subsidy.panels.models import Panel
from tests.panels import factory
from tests.panels.test_trip import deliberate
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def here() -> factory.Ground:
    return factory.ground()


def list_of(panel: Panel) -> list[tuple[str, int | None, bool | None]]:
    return [(one.code, one.rank, one.selected) for one in ranking.ordered(panel)]


def panel_of_five(here: factory.Ground, quorum: int) -> Panel:
    return factory.new_panel(here, [factory.add_case(here, 1)], [factory.expert(n) for n in range(1, 6)], quorum=quorum)


def test_four_of_five_are_below_the_quorum_and_give_no_result(here: factory.Ground) -> None:
    panel = panel_of_five(here, quorum=5)
    for letter in "ABCD":
        factory.give(panel, letter, {"01": "80"})

    with pytest.raises(Refused, match="每件至少 5 名专家提交，还差 1 份。未提交：专家E 1 份。"):
        rank.close(panel, here.actor)
    assert factory.by_code(panel)["01"].mean is None
    assert Panel.objects.get(pk=panel.pk).state == "scoring"


def test_a_draft_never_counts(here: factory.Ground) -> None:
    panel = panel_of_five(here, quorum=5)
    for letter in "ABCDE":
        factory.give(panel, letter, {"01": "80"}, submit=letter != "E")

    with pytest.raises(Refused, match="未提交：专家E 1 份"):
        rank.close(panel, here.actor)


def test_a_draft_beside_enough_submitted_sheets_leaves_the_mean_alone(here: factory.Ground) -> None:
    panel = panel_of_five(here, quorum=4)
    for letter in "ABCD":
        factory.give(panel, letter, {"01": "80"})
    factory.give(panel, "E", {"01": "0"}, submit=False)
    rank.close(panel, here.actor)

    one = factory.by_code(panel)["01"]
    assert (one.mean, one.scores, one.spread) == (D("80.00"), 4, D("0.00"))


def test_five_scores_lose_one_highest_and_one_lowest(here: factory.Ground) -> None:
    panel = panel_of_five(here, quorum=5)
    for letter, total in zip("ABCDE", ["60", "80", "82", "84", "100"], strict=True):
        factory.give(panel, letter, {"01": total})
    rank.close(panel, here.actor)

    one = factory.by_code(panel)["01"]
    assert (one.mean, one.scores, one.spread) == (D("82.00"), 5, D("40.00"))


def test_too_many_recusals_ask_for_more_experts(here: factory.Ground) -> None:
    panel = panel_of_five(here, quorum=4)
    for letter in "AB":
        factory.declare(panel, letter, {"01": "任职"})

    with pytest.raises(Refused, match="案件 01 可评专家仅 3 名，少于要求的 4 名，请补充专家"):
        rank.close(panel, here.actor)


def test_a_tie_at_the_line_blocks_until_it_is_resolved_with_a_reason(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "81", "81", "70"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=D(2))
    assert list_of(panel) == [("01", 1, True), ("02", 2, None), ("03", 2, None), ("04", 4, False)]

    with pytest.raises(Refused, match="第 2、3 名同分，请按规则选择并说明"):
        deliberate(panel, here.actor)
    with pytest.raises(Refused, match="第 2、3 名同分"):
        rank.fix(panel, here.actor)
    with pytest.raises(Refused, match="请说明同分排序的理由"):
        rank.resolve_tie(panel, here.actor, order=["03", "02"], reason=" ")
    with pytest.raises(Refused, match="每个同分案件各排一个名次"):
        rank.resolve_tie(panel, here.actor, order=["03"], reason="投资规模较大")

    rank.resolve_tie(panel, here.actor, order=["03", "02"], reason="投资规模较大")
    assert list_of(panel) == [("01", 1, True), ("03", 2, True), ("02", 3, False), ("04", 4, False)]
    deliberate(panel, here.actor)
    assert rank.fix(panel, here.actor).state == "fixed"


def test_a_move_needs_a_reason_and_keeps_the_computed_rank(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "81", "70"])
    rank.close(panel, here.actor)
    with pytest.raises(Refused, match="调整名次须说明理由"):
        rank.move(panel, here.actor, code="03", to=1, reason="")

    rank.move(panel, here.actor, code="03", to=2, reason="补齐短板环节")

    one = factory.by_code(panel)["03"]
    assert (one.rank, one.computed_rank, one.rank_reason) == (2, 3, "补齐短板环节")
    assert [code for code, _rank, _taken in list_of(panel)] == ["01", "03", "02"]


def test_a_move_draws_the_line_again(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "81", "70"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=D(2))
    rank.move(panel, here.actor, code="03", to=2, reason="补齐短板环节")

    assert list_of(panel) == [("01", 1, True), ("03", 2, True), ("02", 3, False)]


def test_a_move_does_not_split_cases_that_stand_equal(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "81", "81", "70"])
    rank.close(panel, here.actor)
    with pytest.raises(Refused, match="不能插在同分案件之间"):
        rank.move(panel, here.actor, code="04", to=3, reason="理由")


def test_nobody_below_the_pass_mark_is_taken(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "60", "59.5"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=D(3))

    assert list_of(panel) == [("01", 1, True), ("02", 2, True), ("03", 3, False)]


def test_a_line_by_money_fits_the_ceilings(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80", "70"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="money", value=D("2500000.00"))

    assert list_of(panel) == [("01", 1, True), ("02", 2, True), ("03", 3, False)]


def test_a_line_by_money_is_refused_while_a_ceiling_is_unknown(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80"])
    rank.close(panel, here.actor)
    Case.objects.filter(number="JL-2026-00001").update(cap=None)

    with pytest.raises(Refused, match="案件 JL-2026-00001 没有政策上限"):
        rank.cut(panel, here.actor, by="money", value=D("2500000.00"))


@pytest.mark.parametrize(("by", "value"), [("rank", D("1.5")), ("rank", D(-1)), ("draw", D(1))])
def test_a_line_that_makes_no_sense_is_refused(here: factory.Ground, by: str, value: Decimal) -> None:
    panel = factory.scored(here, ["90", "80"])
    rank.close(panel, here.actor)
    with pytest.raises(Refused):
        rank.cut(panel, here.actor, by=by, value=value)


def test_without_a_deliberation_nothing_is_fixed(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80"])
    rank.close(panel, here.actor)
    with pytest.raises(Refused, match="尚未划定入选线"):
        rank.fix(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=D(1))
    with pytest.raises(Refused, match="尚未登记审议意见"):
        rank.fix(panel, here.actor)


def test_a_list_changed_after_the_meeting_goes_before_it_again(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=D(1))
    deliberate(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=D(2))

    with pytest.raises(Refused, match="登记审议意见后名单有变动"):
        rank.fix(panel, here.actor)
    deliberate(panel, here.actor)
    assert rank.fix(panel, here.actor).state == "fixed"


@pytest.mark.parametrize(("days", "sentence"), [(1, "会议日期不能晚于今天"), (-1, "会议日期不能早于评分结束之日")])
def test_a_meeting_lies_between_the_scoring_and_today(here: factory.Ground, days: int, sentence: str) -> None:
    panel = factory.scored(here, ["90"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=D(1))
    day = clock.today() + timedelta(days=days)
    with pytest.raises(Refused, match=sentence):
        rank.record_deliberation(panel, here.actor, body="厅党组", held_on=day, document="1号", decision="同意")


def test_a_held_case_stays_behind_and_follows_once_it_is_free(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80", "70"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=D(2))
    deliberate(panel, here.actor)
    case = factory.by_code(panel)["02"].case
    hold = Hold.objects.create(
        case=case, kind="credit", reason="核查中", source="核查", set_by="系统", set_at=clock.now()
    )

    fixed = rank.fix(panel, here.actor)
    assert [one.case.state for one in factory.by_code(panel).values()] == ["shortlisted", "expert_review", "declined"]
    assert rank.shortlist_released(fixed, here.actor) == 0

    hold.released_at = clock.now()
    hold.save()
    assert rank.shortlist_released(fixed, here.actor) == 1
    assert Case.objects.get(pk=case.pk).state == "shortlisted"


def test_who_reviewed_a_case_locally_cannot_decide_the_panel(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90"])
    Review.objects.create(
        submission=factory.by_code(panel)["01"].case.submissions.get(),
        level=Level.LOCAL,
        agency=here.local,
        outcome=Review.Outcome.RECOMMENDED,
        reviewed_by=here.officer,
        reviewed_at=clock.now(),
    )
    with pytest.raises(Refused, match="您办理过参评案件的初审"):
        rank.close(panel, here.actor)


def test_another_agency_and_the_experts_cannot_rank(here: factory.Ground) -> None:
    there = factory.ground("xx")
    panel = factory.scored(here, ["90"])
    with pytest.raises(NotAllowed):
        rank.close(panel, there.actor)
    rank.close(panel, here.actor)
    for actor in (there.actor, Actor.of(factory.seat(panel, "A").expert.user)):
        with pytest.raises(NotAllowed):
            rank.cut(panel, actor, by="rank", value=D(1))
        with pytest.raises(NotAllowed):
            deliberate(panel, actor)
        with pytest.raises(NotAllowed):
            rank.fix(panel, actor)


def test_a_fixed_list_takes_no_more_changes(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=D(1))
    deliberate(panel, here.actor)
    rank.fix(panel, here.actor)

    with pytest.raises(Conflict):
        rank.move(panel, here.actor, code="02", to=1, reason="理由")
    with pytest.raises(Conflict):
        rank.fix(panel, here.actor)


def test_after_the_close_no_expert_steps_back_or_scores(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90"])
    rank.close(panel, here.actor)
    seat = factory.seat(panel, "A")
    with pytest.raises(Conflict, match="本批次现为“已排序”"):
        score.recuse(seat, factory.acting(seat), factory.by_code(panel)["01"], reason="亲属")
