from __future__ import annotations

import pytest

from subsidy.cases.joint import prepare, release, send
from subsidy.cases.models import Case, JointSubmission, Review
from subsidy.cases.review import sign
from subsidy.projects.models import MeasuredApproval, MeasuredProject
from tests.cases.reviewing import endorsed, letter, passed_upper, recommended, sent_up
from tests.desk.browsing import SignIn, text
from tests.world import World, actor, fresh, jilin_submitted, zhongshan_submitted
from workflow import clock
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import State


@pytest.fixture
def case(world: World) -> Case:
    return endorsed(jilin_submitted(world))


def letter_sent(case: Case, **other: str) -> dict[str, str]:
    numbers = {"number_0": "延工信联[2026]3号", "number_1": "延财联（2026）8"}
    values = {"version": "0", **numbers, "dated": "2026年5月19日", "signer": "张局长", f"case_{case.pk}": "1"}
    return values | other


# --- joint submission -------------------------------------------------------------


def test_a_letter_takes_its_cases_up_in_one_act_with_a_day_due(case: Case) -> None:
    joint = send(letter(case), actor("jl_local"))
    after = fresh(case)
    assert (joint.state, after.state) == ("sent", State.UPPER_REVIEW)
    # Twenty working days after Wednesday 20 May 2026 is Wednesday 17 June; the holiday of the 19th comes later.
    assert after.due_at.astimezone(clock.SHANGHAI).date().isoformat() == "2026-06-17"
    event = Event.objects.get(subject_id=case.pk, subject_kind="cases.case", move="send_up")
    assert event.evidence["numbers"] == ["延工信联〔2026〕3号", "延财联〔2026〕8号"]


def test_in_jilin_the_letter_has_two_numbers_and_in_zhongshan_one(world: World, case: Case) -> None:
    joint = letter(case)
    JointSubmission.objects.filter(pk=joint.pk).update(numbers=["延工信联〔2026〕3号"])
    with pytest.raises(Refused, match="2 个发文字号"):
        send(JointSubmission.objects.get(pk=joint.pk), actor("jl_local"))
    town = endorsed(zhongshan_submitted(world))
    assert send(letter(town), actor("zs_local")).state == "sent"


@pytest.mark.parametrize("missing", [{"dated": None}, {"signer": ""}])
def test_a_letter_without_date_or_signer_is_not_sent(case: Case, missing: dict[str, object]) -> None:
    joint = letter(case)
    JointSubmission.objects.filter(pk=joint.pk).update(**missing)
    with pytest.raises(Refused, match="成文日期和签发人"):
        send(JointSubmission.objects.get(pk=joint.pk), actor("jl_local"))


def test_only_endorsed_cases_of_the_own_bureau_go_into_a_letter(world: World) -> None:
    case = recommended(jilin_submitted(world))
    given = {"agency_id": case.local_agency_id, "cases": [case.pk]}
    with pytest.raises(Refused, match="不在待上报状态"):
        prepare(case.call, actor("jl_local"), **given)
    sign(case, actor("jl_finance"), agrees=True)
    with pytest.raises(NotAllowed):
        prepare(case.call, actor("jl_other_local"), **given)


def test_a_case_in_two_letters_goes_up_with_the_first(case: Case) -> None:
    first, second = letter(case), letter(case)
    send(first, actor("jl_local"))
    with pytest.raises(Conflict, match="李明"):
        send(second, actor("jl_local2"))
    assert JointSubmission.objects.get(pk=second.pk).state == "draft"


def test_what_was_sent_is_locked(case: Case, sign_in: SignIn) -> None:
    joint = send(letter(case), actor("jl_local"))
    answer = sign_in("jl_local").post(f"/joint/{joint.pk}/edit/", letter_sent(case, version=str(joint.version)))
    assert answer.status_code == 422
    assert JointSubmission.objects.get(pk=joint.pk).signer == "张局长"


def test_the_upper_bureau_releases_a_letter_with_a_reason(case: Case) -> None:
    joint = send(letter(case), actor("jl_local"))
    with pytest.raises(Refused, match="理由"):
        release(joint, actor("jl_upper"), reason="")
    with pytest.raises(NotAllowed):
        release(joint, actor("jl_local"), reason="金额有误")
    release(joint, actor("jl_upper"), reason="金额有误")
    assert fresh(case).state == State.LOCAL_REVIEW
    assert Review.objects.filter(outcome="returned").count() == 1
    with pytest.raises(Refused, match="工信部门尚未签署"):
        sign(fresh(case), actor("jl_finance"), agrees=True)


def test_the_letter_is_made_changed_and_sent_through_the_pages(case: Case, sign_in: SignIn) -> None:
    browser = sign_in("jl_local")
    assert "1 件已初审" in text(browser.get("/joint/"))
    made = browser.post(f"/joint/new/{case.call_id}/", letter_sent(case, signer="", once="k1"))
    assert made.status_code == 303
    again = browser.post(f"/joint/new/{case.call_id}/", letter_sent(case, signer="", once="k1"))
    assert again.status_code == 404 or again["Location"] == made["Location"]
    joint = JointSubmission.objects.get()
    assert joint.numbers == ["延工信联〔2026〕3号", "延财联〔2026〕8号"]
    refused = browser.post(f"/joint/{joint.pk}/send/", {"version": joint.version})
    assert (refused.status_code, "成文日期和签发人" in text(refused)) == (422, True)
    changed = browser.post(f"/joint/{joint.pk}/edit/", letter_sent(case, version=str(joint.version)))
    assert changed.status_code == 303
    joint.refresh_from_db()
    assert browser.post(f"/joint/{joint.pk}/send/", {"version": joint.version}).status_code == 303
    assert fresh(case).state == State.UPPER_REVIEW
    assert "已上报，内容锁定" in text(browser.get(f"/joint/{joint.pk}/"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"number_0": "三号"}, "文号应形如"),
        ({"dated": "2026-02-30"}, "2月没有30日"),
        ({"dated": "2026-05-21"}, "日期不能晚于今天"),
        ({"signer": "张" * 51}, "最多 50 个字"),
    ],
)
def test_a_wrong_letter_keeps_what_was_typed(case: Case, sign_in: SignIn, wrong: dict[str, str], sentence: str) -> None:
    answer = sign_in("jl_local").post(f"/joint/new/{case.call_id}/", letter_sent(case, **wrong))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert next(iter(wrong.values())) in text(answer)


def test_an_empty_letter_is_refused(case: Case, sign_in: SignIn) -> None:
    answer = sign_in("jl_local").post(f"/joint/new/{case.call_id}/", letter_sent(case, **{f"case_{case.pk}": ""}))
    assert (answer.status_code, "至少选择一件" in text(answer)) == (422, True)


def test_letters_outside_ones_scope_do_not_exist(case: Case, sign_in: SignIn) -> None:
    draft = letter(case)
    for who, code in (
        ("jl_local", 200), ("jl_finance", 200), ("jl_upper", 404), ("jl_other_local", 404), ("zs_upper", 404),
        ("jl_applicant", 403), ("auditor", 403),
    ):  # fmt: skip
        assert (who, sign_in(who).get(f"/joint/{draft.pk}/").status_code) == (who, code)
    send(draft, actor("jl_local"))
    assert sign_in("jl_upper").get(f"/joint/{draft.pk}/").status_code == 200
    assert sign_in("zs_upper").get(f"/joint/{draft.pk}/release/").status_code == 404
    assert sign_in("jl_local").get(f"/joint/{draft.pk}/release/").status_code == 403


def test_the_upper_review_begins_with_the_letter(case: Case) -> None:
    assert passed_upper_without_panel(case) == State.UPPER_REVIEW


def passed_upper_without_panel(case: Case) -> str:
    send(letter(case), actor("jl_local"))
    return str(fresh(case).state)


# --- reports to the province --------------------------------------------------------

# Cases are put into the states of later stations by those stations' own tests; here the engine's door is enough.


def reserved(case: Case) -> Case:
    """A support case in the library, as panel and notice would leave it."""
    from tests.desk.stations import to_reserve

    return to_reserve(case)


def test_a_supported_case_is_reported_only_from_the_library(world: World, sign_in: SignIn) -> None:
    case = sent_up(zhongshan_submitted(world))
    browser = sign_in("zs_upper")
    page = browser.get(f"/reports/new/{case.call_id}/")
    assert (page.status_code, "没有可上报的案件" in text(page)) == (200, True)
    assert browser.post(f"/reports/new/{case.call_id}/", {"cases": [case.pk]}).status_code == 422


def test_a_list_of_the_library_is_sent_and_answered(world: World, sign_in: SignIn) -> None:
    case = reserved(passed_upper(zhongshan_submitted(world)))
    browser = sign_in("zs_upper")
    made = browser.post(f"/reports/new/{case.call_id}/", {"cases": [case.pk], "once": "r1"})
    address = made["Location"]
    wrong = browser.post(address, {"version": "1", "number": "", "dated": ""})
    assert (wrong.status_code, "上报文号" in text(wrong)) == (422, True)
    version = case.province_items.get().report.version
    sent = {"version": version, "number": "中工信函〔2026〕7号", "dated": "2026-05-20"}
    assert browser.post(address, sent).status_code == 303
    assert fresh(case).state == State.RESERVED
    report = case.province_items.get().report
    early = {"version": report.version, "answer_number": "粤工信函〔2026〕90号", "answered_on": "2026-05-19"}
    assert "不能早于上报日期" in text(browser.post(address, early))
    assert browser.post(address, {**early, "answered_on": "2026-05-20"}).status_code == 303
    report.refresh_from_db()
    assert (report.state, fresh(case).state) == ("answered", State.RESERVED)


def test_a_measured_case_ends_with_the_provinces_decision(world: World, sign_in: SignIn) -> None:
    from tests.desk.stations import chosen, measuring_in_expert_review

    case = measuring_in_expert_review(world)
    browser = sign_in("zs_upper")
    address = browser.post(f"/reports/new/{case.call_id}/", {"cases": [case.pk]})["Location"]
    report = case.province_items.get().report
    sent = {"version": report.version, "number": "中工信函〔2026〕6号", "dated": "2026-05-20"}
    assert "评审结果尚未确定" in text(browser.post(address, sent))
    assert fresh(case).state == State.EXPERT_REVIEW
    chosen(case)
    assert browser.post(address, sent).status_code == 303
    assert fresh(case).state == State.REPORTED
    report.refresh_from_db()
    given = {"version": report.version, "answer_number": "粤工信函〔2026〕80号", "answered_on": "2026-05-20"}
    incomplete = browser.post(address, given)
    assert incomplete.status_code == 422
    decided = {f"case{case.pk}-outcome": "cut", f"case{case.pk}-amount": "4,000,000.00"}
    assert browser.post(address, given | decided).status_code == 303
    assert fresh(case).state == State.CLOSED
    measured = MeasuredProject.objects.get(round=case.call.fiscal_year)
    approval = MeasuredApproval.objects.get(measured=measured, document="粤工信函〔2026〕80号")
    assert (approval.outcome, f"{approval.amount:f}") == ("cut", "4000000.00")


def test_only_the_city_reports(world: World, sign_in: SignIn) -> None:
    for who, code in (("zs_local", 403), ("zs_issuer", 403), ("jl_upper", 200), ("zs_upper", 200), ("auditor", 403)):
        assert (who, sign_in(who).get("/reports/").status_code) == (who, code)
    assert sign_in("jl_upper").get(f"/reports/new/{world.calls['zhongshan'].pk}/").status_code == 404
