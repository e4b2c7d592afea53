from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection

from subsidy.accounts.models import Post, User
from subsidy.cases.decide import newest_submission
from subsidy.cases.findings import findings_of
from subsidy.cases.models import Case, FindingDecision, LineDecision, Review, Signature
from subsidy.cases.review import (
    ask_correction,
    confirm_automatic,
    decide_finding,
    decide_line,
    decline,
    first_opening,
    recommend,
    recommend_upper,
    return_to_local,
    sign,
)
from subsidy.enterprises.models import CreditCheck
from subsidy.messages.models import Message
from tests.cases.reviewing import OPINION, endorsed, judge, open_findings, recommended, sent_up
from tests.world import NOW, World, actor, fresh, jilin_submitted, world, zhongshan_submitted
from workflow import clock
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import State

__all__ = ["world"]

ITEM = {"target": "", "label": "营业执照", "problem": "不清晰", "requirement": "请重新上传", "source": "细则第六条"}


def list_as_dishonest(case: Case) -> None:
    CreditCheck.objects.create(
        enterprise=case.enterprise, list="dishonest_debtor", listed=True, source="信用中国", checked_at=clock.now()
    )


@pytest.fixture
def case(world: World) -> Case:
    return jilin_submitted(world)


@pytest.fixture
def town_case(world: World) -> Case:
    return zhongshan_submitted(world)


# --- signatures ---------------------------------------------------------------


def test_in_jilin_the_industry_bureaus_signature_alone_does_not_endorse(case: Case) -> None:
    assert recommended(case).state == State.LOCAL_REVIEW


def test_in_jilin_both_signatures_endorse(case: Case) -> None:
    assert endorsed(case).state == State.ENDORSED
    assert list(Signature.objects.values_list("stage", flat=True)) == ["local", "local_finance"]


def test_in_zhongshan_the_towns_signature_endorses(town_case: Case) -> None:
    assert recommended(town_case, "zs_local").state == State.ENDORSED


def test_finance_cannot_sign_before_the_industry_bureau(case: Case) -> None:
    with pytest.raises(Refused, match="工信部门尚未签署"):
        sign(case, actor("jl_finance"), agrees=True)


def test_nobody_signs_for_both_bureaus(world: World, case: Case) -> None:
    both = User.objects.get(username="jl_local")
    Post.objects.create(user=both, agency=world.agencies["222401-czj"], role="local_finance", valid_from=clock.today())
    with pytest.raises(Refused, match="另一名工作人员"):
        sign(recommended(case), actor("jl_local"), agrees=True)


def test_a_refusal_by_finance_needs_its_reason(case: Case) -> None:
    with pytest.raises(Refused, match="理由"):
        sign(recommended(case), actor("jl_finance"), agrees=False)


def test_a_refusal_by_finance_leaves_the_case_in_review_and_tells_the_reviewer(case: Case) -> None:
    sign(recommended(case), actor("jl_finance"), agrees=False, opinion="发票与付款不一致")
    assert fresh(case).state == State.LOCAL_REVIEW
    told = Message.objects.filter(recipient__username="jl_local", title__contains="未同意").get()
    assert "发票与付款不一致" in told.body


def test_after_a_refusal_both_have_to_sign_again(case: Case) -> None:
    sign(recommended(case), actor("jl_finance"), agrees=False, opinion="发票与付款不一致")
    with pytest.raises(Refused, match="工信部门尚未签署"):
        sign(fresh(case), actor("jl_finance"), agrees=True)
    recommend(fresh(case), actor("jl_local"), opinion=OPINION)
    sign(fresh(case), actor("jl_finance"), agrees=True)
    assert fresh(case).state == State.ENDORSED


def test_what_was_signed_is_not_changed_under_the_signature(case: Case) -> None:
    recommended(case)
    with pytest.raises(Refused, match="已签署"):
        confirm_automatic(fresh(case), actor("jl_local"))


def test_a_signature_is_given_once(case: Case) -> None:
    recommended(case)
    with pytest.raises(Refused, match="不必重复签署"):
        recommend(fresh(case), actor("jl_local2"), opinion=OPINION)


# --- who may ------------------------------------------------------------------


def test_only_the_competent_local_reviewer_recommends(case: Case) -> None:
    for who in ("jl_other_local", "jl_finance", "jl_upper", "zs_local", "jl_applicant", "auditor"):
        with pytest.raises(NotAllowed):
            recommend(case, actor(who), opinion=OPINION)
    assert not Review.objects.exists()


def test_only_the_competent_finance_bureau_signs(case: Case) -> None:
    case = recommended(case)
    for who in ("jl_other_finance", "jl_local", "jl_upper_finance", "jl_pay_maker"):
        with pytest.raises(NotAllowed):
            sign(case, actor(who), agrees=True)
    assert case.version == fresh(case).version


def test_a_case_in_the_upper_review_is_not_recommended_locally_again(case: Case) -> None:
    with pytest.raises(NotAllowed):
        recommend(sent_up(case), actor("jl_local"), opinion=OPINION)


def test_the_first_reviewer_is_never_the_upper_one(world: World, case: Case) -> None:
    case = sent_up(case)
    promoted = User.objects.get(username="jl_local")
    Post.objects.create(
        user=promoted, agency=world.agencies["220000-gxt"], role="upper_reviewer", valid_from=clock.today()
    )
    with pytest.raises(Refused, match="由您初审"):
        recommend_upper(case, actor("jl_local"), opinion=OPINION)


# --- findings -----------------------------------------------------------------


def test_a_finding_not_met_must_be_decided_by_a_person_first(case: Case) -> None:
    list_as_dishonest(case)
    decide_line(case, actor("jl_local"), **first_line(case, "1000000.00"))
    with pytest.raises(Refused, match="待人工认定"):
        recommend(fresh(case), actor("jl_local"), opinion=OPINION)


def test_a_finding_decided_as_not_met_stops_the_recommendation(case: Case) -> None:
    one = findings_of(newest_submission(case), "local")[0]
    decide_finding(
        case, actor("jl_local"), code=one.finding.code, subject=one.finding.subject, decision="not_met",
        reason_code="data", note="认定文件已撤销",
    )  # fmt: skip
    judge(case, "jl_local")
    with pytest.raises(Refused, match="已认定不符合"):
        recommend(fresh(case), actor("jl_local"), opinion=OPINION)


@pytest.mark.parametrize(("reason_code", "note"), [("", "说明"), ("data", ""), ("data", "  "), ("无此理由", "说明")])
def test_overruling_the_rules_needs_a_reason_and_a_note(case: Case, reason_code: str, note: str) -> None:
    one = findings_of(newest_submission(case), "local")[0]
    with pytest.raises(Refused, match="改判"):
        decide_finding(
            case, actor("jl_local"), code=one.finding.code, subject=one.finding.subject, decision="not_met",
            reason_code=reason_code, note=note,
        )  # fmt: skip
    assert not FindingDecision.objects.exists()


def test_all_automatic_passes_are_signed_in_one_act(case: Case) -> None:
    proposed = [one for one in findings_of(newest_submission(case), "local") if one.unsigned]
    assert confirm_automatic(case, actor("jl_local")) == len(proposed) > 5
    assert not [one for one in findings_of(newest_submission(case), "local") if one.unsigned]
    assert Event.objects.filter(subject_id=case.pk, move="confirm_automatic").count() == 1


def test_nobody_recommends_what_the_rules_found_without_confirming_it(case: Case) -> None:
    judge(case, "jl_local")
    with pytest.raises(Refused, match="未经您确认"):
        recommend(fresh(case), actor("jl_local"), opinion=OPINION)
    assert not Review.objects.exists()
    recommended(case)
    assert all(one.decision for one in findings_of(newest_submission(case), "local"))


def test_what_a_colleague_confirmed_is_confirmed_once_more_by_who_signs(case: Case) -> None:
    judge(case, "jl_local2")
    confirm_automatic(fresh(case), actor("jl_local2"))
    with pytest.raises(Refused, match="未经您确认"):
        recommend(fresh(case), actor("jl_local"), opinion=OPINION)
    count = len(findings_of(newest_submission(case), "local"))
    assert confirm_automatic(fresh(case), actor("jl_local")) == count
    recommend(fresh(case), actor("jl_local"), opinion=OPINION)
    assert Review.objects.get().reviewed_by.username == "jl_local"


def test_confirming_after_a_colleague_says_the_same_as_the_colleague(case: Case) -> None:
    one = findings_of(newest_submission(case), "local")[0].finding
    decide_finding(
        case, actor("jl_local2"), code=one.code, subject=one.subject, decision="not_met", reason_code="data",
        note="认定文件已撤销",
    )  # fmt: skip
    confirm_automatic(fresh(case), actor("jl_local2"))
    confirm_automatic(fresh(case), actor("jl_local"))
    held = next(j for j in findings_of(newest_submission(case), "local") if j.key == (one.code, one.subject))
    assert (held.decision.decision, held.decision.note) == ("not_met", "认定文件已撤销")
    assert held.decision.decided_by.username == "jl_local"


def test_a_decision_holds_only_while_the_finding_looks_at_the_same_facts(case: Case) -> None:
    confirm_automatic(case, actor("jl_local"))
    list_as_dishonest(case)
    decide_line(fresh(case), actor("jl_local"), **first_line(case, "1000000.00"))
    assert [one.finding.code for one in open_findings(fresh(case), "jl_local")] == ["dishonest_debtor"]


# --- lines --------------------------------------------------------------------


def first_line(case: Case, recognised: str, reason: str = "付款凭证不足") -> dict[str, object]:
    line = newest_submission(case).content["lines"][0]
    amount = Decimal(recognised)
    return {
        "line": UUID(line["key"]),
        "recognised": amount,
        "reason": reason if amount != Decimal(line["claimed"]) else "",
    }


def test_a_lower_recognised_amount_lowers_base_and_ceiling(case: Case) -> None:
    # Three projects with 1,200,000.00 each that counts make a ceiling of a tenth of 3,600,000.00.
    assert case.cap == Decimal("360000.00")
    decide_line(case, actor("jl_local"), **first_line(case, "400000.00"))
    after = fresh(case)
    assert (after.recognised, after.cap) == (Decimal("3000000.00"), Decimal("300000.00"))


def test_no_line_is_recognised_above_the_claim(case: Case) -> None:
    with pytest.raises(Refused, match="不能超过申报金额"):
        decide_line(case, actor("jl_local"), **first_line(case, "1000000.01"))


def test_recognising_less_needs_a_reason(case: Case) -> None:
    with pytest.raises(Refused, match="请填写理由"):
        decide_line(case, actor("jl_local"), **first_line(case, "999999.99", reason=" "))


def test_the_upper_level_decides_lines_on_its_own_and_the_local_decision_stays(case: Case) -> None:
    decide_line(case, actor("jl_local"), **first_line(case, "400000.00"))
    case = sent_up(fresh(case))
    decide_line(case, actor("jl_upper"), **first_line(case, "300000.00"))
    assert list(LineDecision.objects.values_list("level", "recognised")) == [
        ("local", Decimal("400000.00")), ("upper", Decimal("300000.00")),
    ]  # fmt: skip


# --- corrections, ends, returns -------------------------------------------------


def test_a_correction_notice_is_numbered_and_due_in_the_calls_working_days(case: Case) -> None:
    notice = ask_correction(case, actor("jl_local"), items=[ITEM])
    assert notice.number == "延吉市工信局补正〔2026〕1号"
    # 20 May 2026 is a Wednesday; five working days later is Wednesday the 27th.
    assert notice.due_at.astimezone(clock.SHANGHAI).date().isoformat() == "2026-05-27"
    after = fresh(case)
    assert (after.state, after.correcting_level, after.due_at) == (State.CORRECTING, "local", notice.due_at)
    assert Message.objects.filter(recipient__username="jl_applicant", title__contains="需补正").exists()


@pytest.mark.parametrize("items", [[], [{**ITEM, "problem": " "}], [{**ITEM, "requirement": ""}]])
def test_a_correction_notice_names_problem_and_requirement(case: Case, items: list[dict[str, str]]) -> None:
    with pytest.raises(Refused):
        ask_correction(case, actor("jl_local"), items=items)
    assert fresh(case).state == State.LOCAL_REVIEW


def test_the_upper_bureaus_correction_remembers_its_level(case: Case) -> None:
    case = sent_up(case)
    ask_correction(case, actor("jl_upper"), items=[ITEM])
    assert fresh(case).correcting_level == "upper"


@pytest.mark.parametrize(("reason", "source"), [("", "第六条"), ("不符合", ""), (" ", "第六条")])
def test_declining_needs_reason_and_article(case: Case, reason: str, source: str) -> None:
    with pytest.raises(Refused, match="依据"):
        decline(case, actor("jl_local"), reason=reason, source=source)


def test_declining_ends_the_case_with_reason_and_article(case: Case) -> None:
    decline(case, actor("jl_local"), reason="不属于集群成员", source="吉工信办联规〔2024〕80号 第六条")
    after = fresh(case)
    assert (after.state, after.ended_reason) == (State.DECLINED, "不属于集群成员")
    assert Message.objects.filter(recipient__username="jl_applicant", body__contains="第六条").exists()


def test_a_return_by_the_upper_bureau_voids_the_signatures(case: Case) -> None:
    return_to_local(sent_up(case), actor("jl_upper"), reason="会审意见缺附件")
    with pytest.raises(Refused, match="工信部门尚未签署"):
        sign(fresh(case), actor("jl_finance"), agrees=True)
    assert Message.objects.filter(recipient__username="jl_local", title__contains="退回").exists()


def test_a_return_needs_its_reason(case: Case) -> None:
    with pytest.raises(Refused, match="理由"):
        return_to_local(sent_up(case), actor("jl_upper"), reason="")


def test_the_upper_conclusion_leaves_the_case_for_the_experts(case: Case) -> None:
    case = sent_up(case)
    judge(case, "jl_upper")
    confirm_automatic(fresh(case), actor("jl_upper"))
    recommend_upper(fresh(case), actor("jl_upper"), opinion=OPINION)
    assert fresh(case).state == State.UPPER_REVIEW
    assert Review.objects.filter(level="upper", outcome="recommended").count() == 1


# --- first opening, conflicts ---------------------------------------------------


def test_the_first_opening_by_a_reviewer_is_noted_once(case: Case) -> None:
    first_opening(case, actor("jl_finance"))
    assert fresh(case).opened_at is None
    first_opening(fresh(case), actor("jl_local"))
    opened = fresh(case).opened_at
    first_opening(fresh(case), actor("jl_local2"))
    assert fresh(case).opened_at == opened
    assert fresh(case).handler.username == "jl_local"


def test_a_decision_on_an_old_page_is_a_conflict_that_names_the_other_person(case: Case) -> None:
    seen = case.version
    confirm_automatic(case, actor("jl_local2"), version=seen)
    with pytest.raises(Conflict, match="王芳"):
        recommend(fresh(case), actor("jl_local"), opinion=OPINION, version=seen)


@pytest.mark.starts_from("tests.cases.reviewing:filed")
@pytest.mark.usefixtures("fresh_database")
def test_of_two_officers_at_once_one_wins_and_the_other_is_told_who_and_what() -> None:
    clock.travel_to(NOW)
    case = Case.objects.get()
    seen, told, start = case.version, {}, threading.Barrier(2)

    def act(name: str, verb: Callable[[], object]) -> None:
        start.wait()
        try:
            verb()
        except Conflict as conflict:
            told[name] = str(conflict)
        finally:
            connection.close()

    def correct() -> object:
        return ask_correction(fresh(case), actor("jl_local"), items=[ITEM], version=seen)

    def end() -> object:
        return decline(fresh(case), actor("jl_local2"), reason="不属于集群成员", source="第六条", version=seen)

    threads = [threading.Thread(target=act, args=pair) for pair in (("correct", correct), ("decline", end))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clock.travel_back()
    (loser,) = told
    who, what = {"decline": ("李明", "补正中"), "correct": ("王芳", "不予支持")}[loser]
    assert who in told[loser]
    assert what in told[loser]


def test_who_recommends_a_case_recognises_what_was_claimed(case: Case) -> None:
    assert (case.recognised, case.claimed) == (None, Decimal("3600000.00"))
    after = recommended(case)
    assert after.recognised == Decimal("3600000.00")
    assert Review.objects.get(submission__case=case).recognised == Decimal("3600000.00")


def test_a_recommendation_leaves_what_was_decided_of_the_lines(case: Case) -> None:
    decide_line(case, actor("jl_local"), **first_line(case, "400000.00"))
    assert recommended(fresh(case)).recognised == Decimal("3000000.00")
