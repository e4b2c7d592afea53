from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subsidy.cases.decide import newest_submission
from subsidy.cases.findings import findings_of
from subsidy.cases.joint import send
from subsidy.cases.models import Case, FindingDecision, Review
from subsidy.cases.review import ask_correction, confirm_automatic, recommend_upper, sign
from subsidy.enterprises.models import CreditCheck
from tests.cases.reviewing import judge, letter, passed_upper, recommended, sent_up
from tests.desk.browsing import SignIn, bare, text
from tests.stations import twin
from tests.world import World, actor, fresh, jilin_submitted, zhongshan_submitted
from workflow import clock
from workflow.states import State

SECTIONS = ("", "content/", "lines/", "documents/", "assessment/", "corrections/", "history/")
BUDGET = 15
PAGES = (*SECTIONS, "correction/", "decline/", "return/", "extension/")
ITEM = {"target": "", "label": "营业执照", "problem": "不清晰", "requirement": "请重新上传", "source": ""}


@pytest.fixture
def case(world: World) -> Case:
    return jilin_submitted(world)


def page_of(case: Case, rest: str = "") -> str:
    return f"/cases/{case.number}/{rest}"


# --- who sees it ----------------------------------------------------------------


def test_outside_ones_scope_a_case_does_not_exist(case: Case, sign_in: SignIn) -> None:
    for who in ("jl_other_local", "jl_other_finance", "zs_local", "zs_upper", "jl_applicant"):
        browser = sign_in(who)
        for rest in PAGES:
            there, nowhere = browser.get(page_of(case, rest)), browser.get(f"/cases/JL-2026-99999/{rest}")
            assert (who, rest, there.status_code, nowhere.status_code) == (who, rest, 404, 404)
            assert bare(there).replace(case.number, "JL-2026-99999") == bare(nowhere)


def test_every_agency_the_case_is_routed_to_reads_each_section(case: Case, sign_in: SignIn) -> None:
    for who in ("jl_local", "jl_finance", "jl_upper", "jl_issuer", "jl_upper_finance", "jl_pay_maker"):
        browser = sign_in(who)
        assert {rest: browser.get(page_of(case, rest)).status_code for rest in SECTIONS} == dict.fromkeys(SECTIONS, 200)


def test_a_post_without_cases_is_told_that_it_has_no_part_in_it(case: Case, sign_in: SignIn) -> None:
    for who in ("admin", "security", "auditor", "expert1"):
        assert (who, sign_in(who).get(page_of(case)).status_code) == (who, 403)


def test_an_address_with_a_nul_in_it_is_not_found(case: Case, sign_in: SignIn) -> None:
    browser = sign_in("jl_local")
    for address in ("/cases/%00/", page_of(case, "x%00y/"), "/articles/jilin/%00/", "/api/cases/%00/"):
        assert (address, browser.get(address).status_code) == (address, 404)


def test_within_ones_scope_the_wrong_post_gets_the_reason(case: Case, sign_in: SignIn) -> None:
    declined = {"reason": "不符合", "source": "吉工信办联规〔2024〕80号 第六条"}
    for who, rest, sent in (
        ("jl_finance", "conclude/", {"opinion": "同意"}),
        ("jl_upper", "conclude/", {"opinion": "同意"}),
        ("jl_issuer", "findings/confirm/", {}),
        ("jl_finance", "decline/", declined),
        ("jl_finance", "return/", {"reason": "重新初审"}),
        ("jl_local", "sign/", {"agrees": "yes"}),
        ("jl_pay_maker", "sign/", {"agrees": "yes"}),
        ("jl_upper_finance", "extension/", {"days": "3", "reason": "材料较多"}),
        ("jl_finance", "lines/", {}),
    ):
        for body in ({"version": case.version, **sent}, {"version": ""}):
            answer = sign_in(who).post(page_of(case, rest), body)
            assert (who, rest, answer.status_code) == (who, rest, 403)
            assert "您的岗位不能办理此步骤" in text(answer)
    assert fresh(case).version == case.version


# --- what it offers --------------------------------------------------------------


def test_the_page_offers_only_what_is_the_readers_own(case: Case, sign_in: SignIn) -> None:
    local, finance = text(sign_in("jl_local").get(page_of(case))), text(sign_in("jl_finance").get(page_of(case)))
    assert "退回补正" in local
    assert "不予推荐" in local
    assert "工信部门尚未签署初审意见，暂不能会审。" in finance
    assert "不予推荐" not in finance


def test_a_finding_that_waits_is_named_instead_of_the_button(case: Case, sign_in: SignIn) -> None:
    CreditCheck.objects.create(
        enterprise=case.enterprise, list="dishonest_debtor", listed=True, source="信用中国", checked_at=clock.now()
    )
    reassessed(case)
    page = text(sign_in("jl_local").get(page_of(case)))
    assert "还有 1 项规则发现待人工认定" in page
    assert "签署即确认" not in page


def reassessed(case: Case) -> None:
    from subsidy.cases.assess import assess

    assess(newest_submission(case), "test")


def test_the_sign_off_of_each_bureau_is_shown(case: Case, sign_in: SignIn) -> None:
    page = text(sign_in("jl_finance").get(page_of(recommended(case))))
    assert "✓ 李明 05-20" in page
    assert "待签署" in page


def test_a_citation_opens_the_article_as_issued(case: Case, sign_in: SignIn) -> None:
    browser = sign_in("jl_local")
    assert "/articles/jilin/art_5/" in text(browser.get(page_of(case)))
    article = text(browser.get("/articles/jilin/art_5/"))
    assert "第五条" in article
    assert "奖补比例" in article or "不超过" in article
    assert browser.get("/articles/jilin/art_99/").status_code == 404
    assert browser.get("/articles/nowhere/art_1/").status_code == 404


# --- acts through the page ---------------------------------------------------------


def test_the_first_opening_is_noted_when_a_reviewer_reads_the_page(case: Case, sign_in: SignIn) -> None:
    sign_in("jl_finance").get(page_of(case))
    assert fresh(case).opened_at is None
    sign_in("jl_local").get(page_of(case))
    assert fresh(case).opened_at is not None


def test_recommending_leads_to_the_next_case_that_waits(world: World, case: Case, sign_in: SignIn) -> None:
    following = twin(case, "JL-2026-00901", State.LOCAL_REVIEW)
    browser = sign_in("jl_local")
    case = confirmed(case, "jl_local")
    answer = browser.post(page_of(case, "conclude/"), {"version": case.version, "opinion": "同意推荐。"})
    assert (answer.status_code, answer["Location"]) == (303, f"{page_of(following)}?arrived=1")
    page = text(browser.get(answer["Location"]))
    assert f"{case.number} 已签署审核意见。现在打开的是下一件 {following.number}。" in page
    following = confirmed(following, "jl_local")
    answer = browser.post(page_of(following, "conclude/"), {"version": following.version, "opinion": "同意推荐。"})
    assert (answer.status_code, answer["Location"]) == (303, "/review/")


def test_the_same_press_twice_never_signs_a_second_case(world: World, case: Case, sign_in: SignIn) -> None:
    following = twin(case, "JL-2026-00901", State.LOCAL_REVIEW)
    browser = sign_in("jl_local")
    case = confirmed(case, "jl_local")
    press = {"version": case.version, "opinion": "同意推荐。"}
    landed = browser.post(page_of(case, "conclude/"), press)["Location"]
    assert browser.post(page_of(case, "conclude/"), press).status_code == 409
    assert "/conclude/" not in text(browser.get(landed))
    following = fresh(following)
    answer = browser.post(page_of(following, "conclude/"), {**press, "version": following.version})
    assert answer.status_code == 422
    assert "未经您确认" in text(answer)
    assert fresh(following).version == following.version
    assert not Review.objects.filter(submission__case=following).exists()


def test_a_case_confirmed_earlier_opens_by_itself_without_the_button_in_its_old_place(
    case: Case, sign_in: SignIn
) -> None:
    confirmed(case, "jl_local")
    browser = sign_in("jl_local")
    arrived, opened = (text(browser.get(page_of(case) + query)) for query in ("?arrived=1", ""))
    assert "核阅后办理" in arrived
    assert "/conclude/" not in arrived
    assert "/conclude/" in opened


def test_finance_signs_only_with_the_tick_that_is_never_set_in_advance(case: Case, sign_in: SignIn) -> None:
    case = recommended(case)
    browser = sign_in("jl_finance")
    assert 'name="read"' in text(browser.get(page_of(case)))
    assert "checked" not in text(browser.get(page_of(case)))
    sent = {"version": case.version, "agrees": "yes", "opinion": "同意"}
    answer = browser.post(page_of(case, "sign/"), sent)
    assert (answer.status_code, "请先核阅此件" in text(answer)) == (422, True)
    assert fresh(case).state == State.LOCAL_REVIEW
    assert browser.post(page_of(case, "sign/"), {**sent, "read": "on"}).status_code == 303
    assert fresh(case).state == State.ENDORSED


def confirmed(case: Case, who: str) -> Case:
    """The case with every finding decided by this person."""
    judge(fresh(case), who)
    confirm_automatic(fresh(case), actor(who))
    return fresh(case)


def test_overruling_without_a_reason_keeps_what_was_typed(case: Case, sign_in: SignIn) -> None:
    one = findings_of(newest_submission(case), "local")[0].finding
    sent = {
        "version": case.version,
        "code": one.code,
        "subject": one.subject,
        "decision": "not_met",
        "note": "认定已撤销",
    }
    answer = sign_in("jl_local").post(page_of(case, "findings/decide/"), sent)
    assert answer.status_code == 422
    assert "改判规则结论须选择理由并填写说明" in text(answer)
    assert "认定已撤销" in text(answer)
    assert not FindingDecision.objects.exists()


def test_an_old_page_meets_a_conflict_that_names_who_and_what(case: Case, sign_in: SignIn) -> None:
    seen = case.version
    ask_correction(case, actor("jl_local2"), items=[ITEM])
    answer = sign_in("jl_local").post(page_of(case, "conclude/"), {"version": seen, "opinion": "同意"})
    assert answer.status_code == 409
    assert "王芳" in text(answer)
    assert "补正中" in text(answer)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"agrees": "no"}, "不同意联合上报须填写理由"),
        ({"agrees": "maybe"}, "会审结论"),
        ({}, "会审结论"),
    ],
)
def test_a_refusal_to_sign_needs_its_reason(case: Case, sign_in: SignIn, sent: dict[str, str], sentence: str) -> None:
    case = recommended(case)
    answer = sign_in("jl_finance").post(page_of(case, "sign/"), {"version": case.version, **sent})
    assert answer.status_code == 422
    assert sentence in text(answer)


@pytest.mark.parametrize(
    "sent", [{"reason": "", "source": ""}, {"reason": "不符合"}, {"reason": "x", "source": "第九十九条"}]
)
def test_declining_needs_reason_and_an_article_of_the_measure(
    case: Case, sign_in: SignIn, sent: dict[str, str]
) -> None:
    answer = sign_in("jl_local").post(page_of(case, "decline/"), {"version": case.version, **sent})
    assert answer.status_code == 422
    assert fresh(case).state == State.LOCAL_REVIEW


def test_declining_through_the_page_ends_the_case(case: Case, sign_in: SignIn) -> None:
    sent = {"version": case.version, "reason": "不属于集群成员", "source": "吉工信办联规〔2024〕80号 第六条"}
    assert sign_in("jl_local").post(page_of(case, "decline/"), sent).status_code == 303
    assert fresh(case).state == State.DECLINED


def correction_sent(case: Case, **first: str) -> dict[str, object]:
    start = {"items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "0", "items-0-target": ""}
    return {"version": case.version, **start, **{f"items-0-{name}": value for name, value in first.items()}}


def test_a_correction_is_sent_from_the_page(case: Case, sign_in: SignIn) -> None:
    sent = correction_sent(case, include="on", problem="发票不清晰", requirement="重新上传", target="step:lines")
    assert sign_in("jl_local").post(page_of(case, "correction/"), sent).status_code == 303
    notice = fresh(case).corrections.get()
    assert notice.items[0]["label"] == "投资明细"
    shown = text(sign_in("jl_upper").get(page_of(case, "corrections/")))
    assert notice.number in shown
    assert "发票不清晰" in shown


@pytest.mark.parametrize(
    ("first", "sentence"),
    [
        ({}, "至少列出一项"),
        ({"include": "on", "problem": "发票不清晰"}, "请填写“要求”"),
        ({"include": "on"}, "请填写“问题”"),
    ],
)
def test_a_correction_without_content_is_not_sent(
    case: Case, sign_in: SignIn, first: dict[str, str], sentence: str
) -> None:
    answer = sign_in("jl_local").post(page_of(case, "correction/"), correction_sent(case, **first))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert fresh(case).state == State.LOCAL_REVIEW


def test_more_time_for_a_correction_is_given_with_a_reason(case: Case, sign_in: SignIn) -> None:
    ask_correction(case, actor("jl_local"), items=[ITEM])
    version = fresh(case).version
    browser = sign_in("jl_local")
    assert (
        browser.post(page_of(case, "extension/"), {"version": version, "days": "0", "reason": "x"}).status_code == 422
    )
    done = browser.post(page_of(case, "extension/"), {"version": version, "days": "10", "reason": "材料较多"})
    assert done.status_code == 303
    # Ten working days after Wednesday 20 May 2026 is Wednesday 3 June.
    assert fresh(case).corrections.get().due_at.astimezone(clock.SHANGHAI).date().isoformat() == "2026-06-03"


def test_the_upper_bureau_returns_a_case_through_the_page(case: Case, sign_in: SignIn) -> None:
    case = sent_up(case)
    browser = sign_in("jl_upper")
    assert browser.post(page_of(case, "return/"), {"version": case.version, "reason": ""}).status_code == 422
    assert browser.post(page_of(case, "return/"), {"version": case.version, "reason": "缺附件"}).status_code == 303
    assert fresh(case).state == State.LOCAL_REVIEW


# --- lines -------------------------------------------------------------------------


def lines_sent(case: Case, **first: str) -> dict[str, object]:
    lines = newest_submission(case).content["lines"]
    sent: dict[str, object] = {"version": case.version}
    for line in lines:
        sent |= {f"{line['key']}-recognised": line["claimed"], f"{line['key']}-reason": ""}
    return sent | {f"{lines[0]['key']}-{name}": value for name, value in first.items()}


def test_recognised_amounts_are_saved_and_the_ceiling_follows(case: Case, sign_in: SignIn) -> None:
    sent = lines_sent(case, recognised="４００，０００．００", reason="付款凭证不足")
    assert sign_in("jl_local").post(page_of(case, "lines/"), sent).status_code == 303
    assert f"{fresh(case).cap:f}" == "300000.00"


@pytest.mark.parametrize(
    ("amount", "reason", "sentence"),
    [
        ("1000000.01", "多认", "不能超过申报金额"),
        ("999999.99", "", "请填写理由"),
        ("-1", "负数", "认定金额"),
        ("1e5", "科学计数", "金额"),
        ("", "空", "认定金额"),
        ("1000000000000", "太大", "金额"),
    ],
)
def test_a_wrong_recognised_amount_gets_its_sentence(
    case: Case, sign_in: SignIn, amount: str, reason: str, sentence: str
) -> None:
    answer = sign_in("jl_local").post(page_of(case, "lines/"), lines_sent(case, recognised=amount, reason=reason))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert f"{fresh(case).cap:f}" == "360000.00"


def test_finance_reads_the_lines_without_fields(case: Case, sign_in: SignIn) -> None:
    page = text(sign_in("jl_finance").get(page_of(case, "lines/")))
    assert "五轴加工中心" in page
    assert "-recognised" not in page


# --- documents, history --------------------------------------------------------------


def test_a_submitted_document_is_served_and_anothers_is_not(world: World, case: Case, sign_in: SignIn) -> None:
    other = zhongshan_submitted(world)
    own, foreign = (newest_submission(one).documents[0]["id"] for one in (case, other))
    browser = sign_in("jl_local")
    served = browser.get(page_of(case, f"documents/{own}/"))
    assert (served.status_code, served["Content-Type"]) == (200, "application/pdf")
    assert served.getvalue().startswith(b"%PDF")
    assert browser.get(page_of(case, f"documents/{foreign}/")).status_code == 404
    assert browser.get(page_of(other, f"documents/{foreign}/")).status_code == 404


def test_the_history_is_told_in_words_newest_first(case: Case, sign_in: SignIn) -> None:
    page = text(sign_in("jl_upper").get(page_of(passed_upper(case), "history/")))
    order = ["签署复审意见：通过", "上报 → 待省级复审", "财政会审：同意", "签署初审意见：推荐", "提交申报"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert ">fill<" not in page


# --- queries -------------------------------------------------------------------------


def test_a_section_asks_the_database_at_most_fifteen_times(case: Case, sign_in: SignIn) -> None:
    browser = sign_in("jl_local")
    browser.get(page_of(case))
    asked = {}
    for rest in SECTIONS:
        with CaptureQueriesContext(connection) as queries:
            browser.get(page_of(case, rest))
        asked[rest] = sum(query["sql"].startswith("SELECT") for query in queries)
    assert {rest: number for rest, number in asked.items() if number > 15} == {}


def test_the_case_page_asks_at_most_fifteen_times_at_every_station(world: World, sign_in: SignIn) -> None:
    def asked(case: Case, who: str) -> int:
        browser = sign_in(who)
        browser.get(page_of(case))
        most = 0
        for rest in SECTIONS:
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(page_of(case, rest)).status_code == 200
            most = max(most, sum("SAVEPOINT" not in query["sql"] for query in queries))
        return most

    case = jilin_submitted(world)
    assert max(asked(case, who) for who in ("jl_local", "jl_finance", "jl_upper")) <= BUDGET
    recommended(case)
    assert max(asked(case, who) for who in ("jl_local", "jl_finance")) <= BUDGET
    sign(fresh(case), actor("jl_finance"), agrees=True)
    send(letter(fresh(case)), actor("jl_local"))
    assert max(asked(case, who) for who in ("jl_local", "jl_upper")) <= BUDGET
    confirmed(case, "jl_upper")
    recommend_upper(fresh(case), actor("jl_upper"), opinion="同意")
    assert asked(case, "jl_upper") <= BUDGET
    assert asked(zhongshan_submitted(world), "zs_local") <= BUDGET
