"""Making a panel, opening it, and who cannot sit on it."""

import pytest

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Post
from subsidy.accounts.rights import Role
from subsidy.cases.models import Case, CaseProject, Hold, Level, Review
from subsidy.messages.models import Message
from subsidy.panels import conflicts, organise, scorecard, selectors
from subsidy.panels.models import Panel
from tests.panels import factory
from workflow import clock
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused, perform

pytestmark = pytest.mark.django_db


def test_opening_moves_the_cases_and_tells_the_experts() -> None:
    here = factory.ground()
    cases = [factory.add_case(here, 1), factory.add_case(here, 2)]
    panel = factory.new_panel(here, cases, [factory.expert(n) for n in range(1, 4)])

    assert panel.state == "scoring"
    assert {case.state for case in Case.objects.all()} == {"expert_review"}
    assert Message.objects.filter(title="请您评审：2026年度第一批").count() == 3
    assert Event.objects.filter(subject_kind="cases.case", move="send_to_experts").count() == 2


def test_making_a_panel_moves_nothing_yet() -> None:
    here = factory.ground()
    case = factory.add_case(here, 1)
    factory.new_panel(here, [case], [factory.expert(n) for n in range(1, 4)], opened=False)

    assert Case.objects.get(pk=case.pk).state == "upper_review"
    assert Message.objects.count() == 0


def test_a_case_the_upper_review_has_not_recommended_is_refused() -> None:
    here = factory.ground()
    case = factory.add_case(here, 1, recommended=False)

    assert list(selectors.candidates(here.call)) == []
    with pytest.raises(Refused, match="JL-2026-00001 未经复审推荐"):
        factory.new_panel(here, [case], [factory.expert(n) for n in range(1, 4)])


def test_a_recommendation_taken_back_by_a_later_review_does_not_count() -> None:
    here = factory.ground()
    case = factory.add_case(here, 1)
    Review.objects.create(
        submission=case.submissions.get(),
        level=Level.UPPER,
        agency=here.agency,
        outcome=Review.Outcome.RETURNED,
        reviewed_by=here.officer,
        reviewed_at=clock.now(),
    )

    assert list(selectors.candidates(here.call)) == []


def test_a_case_is_before_one_panel_at_a_time() -> None:
    here = factory.ground()
    case, experts = factory.add_case(here, 1), [factory.expert(n) for n in range(1, 4)]
    waiting = factory.new_panel(here, [case], experts, opened=False)
    factory.new_panel(here, [case], experts)

    with pytest.raises(Refused, match="不能进入本批次评审"):
        organise.open_panel(waiting, here.actor)


def test_the_cases_of_a_void_panel_can_go_before_another() -> None:
    here = factory.ground()
    case, experts = factory.add_case(here, 1), [factory.expert(n) for n in range(1, 4)]
    first = factory.new_panel(here, [case], experts)
    organise.void(first, here.actor, reason="发现未申报的利益关系")

    second = factory.new_panel(here, [case], experts)

    assert second.state == "scoring"
    assert Panel.objects.get(pk=first.pk).state == "void"


def test_the_move_itself_asks_for_the_recommendation() -> None:
    here = factory.ground()
    case = factory.add_case(here, 1, recommended=False)

    with pytest.raises(Refused, match="复审尚未作出推荐意见"):
        perform(case, "send_to_experts", here.actor)


def test_a_held_case_is_not_sent_to_experts() -> None:
    here = factory.ground()
    case = factory.add_case(here, 1)
    panel = factory.new_panel(here, [case], [factory.expert(n) for n in range(1, 4)], opened=False)
    Hold.objects.create(
        case=case, kind="credit", reason="列入经营异常名录", source="核查", set_by="系统", set_at=clock.now()
    )

    with pytest.raises(Refused, match="暂缓办理：列入经营异常名录"):
        organise.open_panel(panel, here.actor)
    assert Panel.objects.get(pk=panel.pk).state == "draft"


def test_fewer_experts_than_the_quorum_are_refused() -> None:
    here = factory.ground()
    with pytest.raises(Refused, match="专家 2 名，少于每件最少评分人数 3 名"):
        factory.new_panel(here, [factory.add_case(here, 1)], [factory.expert(1), factory.expert(2)])


@pytest.mark.parametrize(
    "written", ["91220100000000001X", "９１２２０１００００００００００１Ｘ", "91220100000000001x"]
)
def test_an_expert_of_the_applicants_own_unit_is_excluded_by_credit_code(written: str) -> None:
    here = factory.ground()
    case = factory.add_case(here, 1)
    ours = factory.expert(1, unit="改制前旧名", unit_code=written[:18])

    reasons = conflicts.excluded([ours, factory.expert(2)], [case], organiser=here.agency.pk)

    assert reasons == {ours.pk: "工作单位与参评单位“北方第1号精工制造有限公司”相同"}
    with pytest.raises(Refused, match="专家姓名1应当回避"):
        factory.new_panel(here, [case], [ours, factory.expert(3), factory.expert(4)])


def test_an_expert_of_a_member_firm_is_excluded() -> None:
    here = factory.ground()
    case, other = factory.add_case(here, 1), factory.add_case(here, 2)
    row = CaseProject.objects.get(case=other)
    CaseProject.objects.filter(pk=row.pk).update(case=case)
    ours = factory.expert(1, unit_code=other.enterprise.credit_code)

    assert list(conflicts.excluded([ours], [case], organiser=here.agency.pk)) == [ours.pk]


def test_an_expert_of_a_partner_is_excluded_by_name_where_no_code_is_known() -> None:
    here = factory.ground()
    case = factory.add_case(here, 1)
    CaseProject.objects.filter(case=case).update(partners=[{"name": "北方工业大学", "code": "", "role": "university"}])
    ours = factory.expert(1, unit=" 北方工业大学 ", unit_code="12220000412759012X")

    assert list(conflicts.excluded([ours], [case], organiser=here.agency.pk)) == [ours.pk]


def test_whoever_has_a_post_at_the_applicant_or_reviewed_the_case_is_excluded() -> None:
    here = factory.ground()
    case = factory.add_case(here, 1)
    employed, reviewer = factory.expert(1), factory.expert(2)
    Post.objects.create(user=employed.user, role=Role.APPLICANT, enterprise=case.enterprise, valid_from="2020-01-01")
    Review.objects.create(
        submission=case.submissions.get(),
        level=Level.LOCAL,
        agency=here.local,
        outcome=Review.Outcome.RECOMMENDED,
        reviewed_by=reviewer.user,
        reviewed_at=clock.now(),
    )

    assert conflicts.excluded([employed, reviewer], [case], organiser=here.agency.pk) == {
        employed.pk: "在参评单位或组织单位任职（北方第1号精工制造有限公司）",
        reviewer.pk: "曾办理参评案件的审核",
    }


def test_a_relation_found_after_the_panel_was_made_stops_its_opening() -> None:
    here = factory.ground()
    case = factory.add_case(here, 1)
    experts = [factory.expert(n) for n in range(1, 4)]
    panel = factory.new_panel(here, [case], experts, opened=False)
    experts[0].unit_code = case.enterprise.credit_code
    experts[0].save()

    with pytest.raises(Refused, match="专家姓名1应当回避"):
        organise.open_panel(panel, here.actor)


def test_another_agency_cannot_make_or_open_a_panel() -> None:
    here, there = factory.ground(), factory.ground("xx")
    panel = factory.new_panel(here, [factory.add_case(here, 1)], [factory.expert(n) for n in range(1, 4)], opened=False)

    with pytest.raises(NotAllowed):
        organise.open_panel(panel, there.actor)
    with pytest.raises(NotAllowed):
        organise.make_panel(
            there.actor,
            here.call,
            [],
            [],
            title="x",
            scorecard=scorecard.of_call(here.call),
            quorum=1,
            drop_from=0,
            closes_at=None,
        )


def test_an_expert_on_the_panel_cannot_organise_it() -> None:
    here = factory.ground()
    both = factory.expert(1)
    experts = [both, factory.expert(2), factory.expert(3)]
    panel = factory.new_panel(here, [factory.add_case(here, 1)], experts)
    # Only a post made after the panel: one at the organiser keeps an expert off it in the first place.
    Post.objects.create(user=both.user, role=Role.UPPER_REVIEWER, agency=here.agency, valid_from="2020-01-01")

    with pytest.raises(Refused, match="您是本批次的评审专家"):
        organise.void(panel, Actor.of(both.user), reason="理由")
    with pytest.raises(Refused, match="您是本批次的评审专家"):
        organise.extend(panel, Actor.of(both.user), closes_at=None)


def test_a_panel_changed_by_somebody_else_is_not_overwritten() -> None:
    here = factory.ground()
    case, experts = factory.add_case(here, 1), [factory.expert(n) for n in range(1, 4)]
    panel = factory.new_panel(here, [case], experts, opened=False)
    columns = {"title": "改后", "quorum": 2, "drop_from": 0, "closes_at": None}
    organise.change_panel(panel, here.actor, [case], experts, version=panel.version, **columns)

    with pytest.raises(Conflict):
        organise.change_panel(panel, here.actor, [case], experts[:2], version=panel.version, **columns)
    assert Panel.objects.get(pk=panel.pk).assignments.count() == 3


def test_a_scorecard_that_does_not_make_a_hundred_is_refused() -> None:
    here = factory.ground()
    here.call.scorecard = [
        {"key": "a", "label": "规模", "points": "60", "guide": ""},
        {"key": "b", "label": "效益", "points": "39.5"},
    ]

    with pytest.raises(Refused, match=r"满分合计应为 100，现为 99\.5"):
        scorecard.of_call(here.call)


def test_codes_do_not_follow_the_numbers_of_the_cases() -> None:
    here = factory.ground()
    cases = [factory.add_case(here, number) for number in range(1, 13)]
    panel = factory.new_panel(here, cases, [factory.expert(n) for n in range(1, 4)])

    by_code = [one.case.number for one in panel.cases.select_related("case").order_by("code")]
    assert sorted(by_code) == [case.number for case in cases]
    assert by_code != sorted(by_code)
    assert sorted(one.code for one in panel.cases.all()) == [f"{n:02d}" for n in range(1, 13)]
