"""Filling in: every form with bad input, drafts, two people at once, materials."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.cases.models import Case, CaseProject, ClaimedLine
from subsidy.projects.models import Project
from tests.signed_in import SignIn
from tests.world import World, credit_code, fresh, jilin_draft, jilin_submitted, zhongshan_draft

LINE = {
    "category": "equipment",
    "summary": "龙门铣床",
    "supplier": "",
    "invoice": "25220000000000000001",
    "dated": "2025-09-01",
    "gross": "113,000.00",
    "tax": "13,000.00",
    "paid": "113000",
    "claimed": "100000",
    "once": "",
}


@pytest.fixture
def draft(world: World) -> Case:
    return jilin_draft(world)


def page(name: str, case: Case, *args: Any) -> str:
    return reverse(f"cases:{name}", args=[case.number, *args])


def row_of(case: Case) -> CaseProject:
    return case.projects.order_by("position")[0]


def add_line(client: Client, case: Case, **changes: str) -> Any:
    return client.post(page("line_add", case, row_of(case).pk), {**LINE, **changes})


# --- lines --------------------------------------------------------------------


def test_a_line_is_added_after_the_last_one(sign_in: SignIn, draft: Case) -> None:
    assert add_line(sign_in("jl_applicant"), draft).status_code == 303
    line = ClaimedLine.objects.order_by("-number")[0]
    assert (line.number, line.gross, line.claimed) == (10, Decimal("113000.00"), Decimal("100000.00"))


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("category", "", "请选择“费用类别”"),
        ("category", "gold", "费用类别"),
        ("summary", "", "请填写“摘要”"),
        ("summary", "长" * 121, "最多 120 个字，现为 121 个字"),
        ("summary", "不可见\u200b字", "U+200B"),
        ("invoice", "发票一号", "发票号码只能由字母、数字和连字符组成"),
        ("invoice", "1" * 41, "最多 40 个字"),
        ("dated", "", "请填写“开票日期”"),
        ("dated", "2025-02-30", "2025年2月没有30日"),
        ("dated", "2026-05-21", "开票日期不能晚于今天"),
        ("dated", "昨天", "请按 2026-05-20 的样式填写日期"),
        ("gross", "", "请填写“金额（含税）”"),
        ("gross", "0", "金额不能小于 0.01 元"),
        ("gross", "-5", "金额不带正负号"),
        ("gross", "12万", "是指 120,000.00 元吗"),
        ("gross", "1e6", "科学记数法"),
        ("gross", "1.234", "最多两位小数"),
        ("gross", "1000000000000.01", "金额超过一万亿元"),
        ("tax", "113000", "税额应小于含税金额 113,000.00 元"),
        ("paid", "113000.01", "已付款金额不能大于含税金额 113,000.00 元"),
        ("paid", "abc", "金额只能由数字"),
        ("claimed", "100000.01", "申报金额不能大于不含税金额 100,000.00 元"),
    ],
)
def test_a_wrong_line_is_refused_with_its_sentence_and_keeps_what_was_typed(
    sign_in: SignIn, draft: Case, field: str, typed: str, sentence: str
) -> None:
    answer = add_line(sign_in("jl_applicant"), draft, **{field: typed})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert "龙门铣床" in text or field == "summary"
    assert ClaimedLine.objects.count() == 9


def test_a_claim_above_the_payment_names_the_payment(sign_in: SignIn, draft: Case) -> None:
    answer = add_line(sign_in("jl_applicant"), draft, paid="82000", claimed="90000")
    assert "申报金额不能大于付款金额 82,000.00 元" in answer.content.decode()


def test_full_width_digits_are_taken(sign_in: SignIn, draft: Case) -> None:
    sent = {"gross": "１１３０００．００", "dated": "２０２５年９月１日", "invoice": "２５２２"}
    assert add_line(sign_in("jl_applicant"), draft, **sent).status_code == 303
    line = ClaimedLine.objects.order_by("-number")[0]
    assert (line.gross, line.dated.isoformat(), line.invoice) == (Decimal("113000.00"), "2025-09-01", "2522")


def test_a_trillion_is_the_largest_amount(sign_in: SignIn, draft: Case) -> None:
    sent = {"gross": "1,000,000,000,000.00", "paid": "0", "claimed": "0"}
    assert add_line(sign_in("jl_applicant"), draft, **sent).status_code == 303


def test_a_double_click_adds_one_line(sign_in: SignIn, draft: Case) -> None:
    client = sign_in("jl_applicant")
    for _click in range(2):
        assert add_line(client, draft, once="same").status_code == 303
    assert ClaimedLine.objects.count() == 10


def test_the_lines_page_remarks_a_second_use_a_late_date_and_a_suspicious_summary(sign_in: SignIn, draft: Case) -> None:
    client = sign_in("jl_applicant")
    used = ClaimedLine.objects.get(number=1).invoice
    add_line(client, draft, invoice=used, dated="2024-12-31", summary="厂房改造")
    text = client.get(page("step", draft, "lines")).content.decode()
    assert "发票号与本案第" in text
    assert "日期不在投资计算时段内，不计入" in text
    assert "摘要像是土建或厂房" in text


def test_civil_works_stay_out_of_the_counted_total(sign_in: SignIn, draft: Case) -> None:
    text = sign_in("jl_applicant").get(page("step", draft, "lines")).content.decode()
    assert "3,600,000.00" in text
    assert "300,000.00" in text
    assert "36.00 万元" in text


def test_a_line_of_another_case_is_not_found(sign_in: SignIn, draft: Case, world: World) -> None:
    other = zhongshan_draft(world)
    line = ClaimedLine.objects.get(project__case=other)
    assert sign_in("jl_applicant").get(page("line", draft, line.pk)).status_code == 404


# --- answers ------------------------------------------------------------------


def test_a_step_with_missing_answers_is_refused_and_a_draft_save_keeps_them(sign_in: SignIn, draft: Case) -> None:
    client = sign_in("jl_applicant")
    sent = {"version": draft.version, "q_requested": "250000", "q_instalments": ""}
    answer = client.post(page("step", draft, "lines"), sent)
    assert answer.status_code == 422
    assert "请选择“拟分几年兑现”" in answer.content.decode()
    assert client.post(page("step", draft, "lines"), {**sent, "save": "draft"}).status_code == 303
    case = fresh(draft)
    assert case.answers["requested"] == "250000.00"
    assert case.requested == Decimal("250000.00")
    assert case.answers["instalments"] is None


@pytest.mark.parametrize("typed", ["true", "1.0", "[]", "{}", "null", "4"])
def test_a_choice_that_is_not_offered_is_refused(sign_in: SignIn, draft: Case, typed: str) -> None:
    sent = {"version": draft.version, "q_requested": "1", "q_instalments": typed}
    assert sign_in("jl_applicant").post(page("step", draft, "lines"), sent).status_code == 422
    assert fresh(draft).answers["instalments"] == "1"


def test_what_is_asked_for_above_the_ceiling_has_to_be_mended(sign_in: SignIn, draft: Case) -> None:
    client = sign_in("jl_applicant")
    client.post(
        page("step", draft, "lines"), {"version": draft.version, "q_requested": "360000.01", "q_instalments": "1"}
    )
    text = client.get(page("tasks", draft)).content.decode()
    assert "需修改" in text
    assert "拟申请 360,000.01 元，政策上限 360,000.00 元" in text
    assert "暂不能开始" in text


def test_a_conditional_question_is_asked_only_when_its_condition_holds(sign_in: SignIn, draft: Case) -> None:
    client = sign_in("jl_applicant")
    sent = {
        "version": draft.version,
        "q_truthful": "yes",
        "q_earmarked": "yes",
        "q_not_twice": "no",
        "q_twice_reason": "",
    }
    assert "请填写“重复申报情况说明”" in client.post(page("step", draft, "declarations"), sent).content.decode()
    sent |= {"q_not_twice": "yes", "q_twice_reason": "写了也不算"}
    assert client.post(page("step", draft, "declarations"), sent).status_code == 303
    assert fresh(draft).answers["twice_reason"] is None


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("contact_name", "", "请填写“联系人”"),
        ("contact_name", "长" * 51, "最多 50 个字"),
        ("contact_phone", "", "请填写“联系电话”"),
        ("contact_phone", "打我手机", "联系电话只能由"),
    ],
)
def test_the_contact_is_checked(sign_in: SignIn, draft: Case, field: str, typed: str, sentence: str) -> None:
    sent = {"version": draft.version, "contact_name": "金哲", "contact_phone": "0433-2510000", field: typed}
    answer = sign_in("jl_applicant").post(page("step", draft, "applicant"), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_form_without_its_version_is_a_conflict_and_keeps_what_was_typed(sign_in: SignIn, draft: Case) -> None:
    sent = {"contact_name": "朴英", "contact_phone": "0433-2510000", "version": "-1"}
    answer = sign_in("jl_applicant").post(page("step", draft, "applicant"), sent)
    assert answer.status_code == 409
    assert "朴英" in answer.content.decode()
    assert fresh(draft).contact_name != "朴英"


# --- two people ---------------------------------------------------------------


def test_the_second_of_two_people_sees_who_saved_what_and_loses_nothing(sign_in: SignIn, draft: Case) -> None:
    first, second, seen = sign_in("jl_applicant"), sign_in("jl_colleague"), draft.version
    address = page("step", draft, "applicant")
    first.post(address, {"version": seen, "contact_name": "金哲", "contact_phone": "0433-1111111"})
    answer = second.post(address, {"version": seen, "contact_name": "朴英", "contact_phone": "0433-2222222"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "保存未完成：金哲 已于" in text
    assert "0433-1111111" in text
    assert 'value="0433-2222222"' in text
    assert fresh(draft).contact_phone == "0433-1111111"
    mine = {
        "version": fresh(draft).version,
        "contact_name": "朴英",
        "contact_phone": "0433-2222222",
        "overwrite_reason": "换人",
    }
    assert second.post(address, mine).status_code == 303
    assert fresh(draft).contact_name == "朴英"


def test_two_people_in_different_tasks_do_not_disturb_each_other(sign_in: SignIn, draft: Case) -> None:
    first, second, seen = sign_in("jl_applicant"), sign_in("jl_colleague"), draft.version
    first.post(
        page("step", draft, "applicant"), {"version": seen, "contact_name": "金哲", "contact_phone": "0433-1111111"}
    )
    sent = {"version": seen, "q_requested": "1000", "q_instalments": "2"}
    assert second.post(page("step", draft, "lines"), sent).status_code == 303
    case = fresh(draft)
    assert (case.contact_phone, case.answers["instalments"]) == ("0433-1111111", "2")


def test_half_a_form_is_saved_by_itself_without_any_refusal(sign_in: SignIn, draft: Case) -> None:
    sent = {"version": draft.version, "q_requested": "12万", "q_instalments": "3"}
    answer = sign_in("jl_applicant").post(page("autosave", draft, "lines"), sent, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    case = fresh(draft)
    assert answer["X-Version"] == str(case.version)
    assert case.answers["instalments"] == "3"
    assert case.answers["requested"] == "300000.00"


def test_a_filed_case_cannot_be_changed_any_more(sign_in: SignIn, world: World) -> None:
    case = jilin_submitted(world)
    client = sign_in("jl_applicant")
    assert "此件已提交" in client.get(page("step", case, "lines")).content.decode()
    assert add_line(client, case).status_code == 422
    assert ClaimedLine.objects.filter(project__case=case).count() == 9


# --- projects -----------------------------------------------------------------

PROJECT = {
    "name": "机器人集成项目", "code": "", "area": "222401", "industry": "34", "filing_kind": "record",
    "filing_number": "2025-222401-04-01-777777", "filing_date": "2025-01-10", "total_investment": "5000000",
    "started_on": "", "finished_on": "", "once": "",
}  # fmt: skip


def test_a_new_project_is_registered_for_the_firm_with_that_code(sign_in: SignIn, draft: Case, world: World) -> None:
    code = world.enterprises["member1"].credit_code
    answer = sign_in("jl_applicant").post(page("project_new", draft), {**PROJECT, "firm": f" {code.lower()} "})
    assert answer.status_code == 303
    assert Project.objects.get(name="机器人集成项目").enterprise == world.enterprises["member1"]
    assert draft.projects.count() == 4


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("firm", "", "统一社会信用代码"),
        ("firm", "9122240100000001", "应为 18 位，您输入了 16 位"),
        ("firm", "9122240100000001OO", "不是允许的字符"),
        ("firm", credit_code("222401", "2224019999"), "没有登记统一社会信用代码"),
        ("name", "", "请填写“项目名称”"),
        ("name", "长" * 121, "最多 120 个字"),
        ("area", "", "请选择“建设地点”"),
        ("industry", "", "行业大类"),
        ("filing_number", "", "请填写“立项文号”"),
        ("filing_number", "2024-222401-04-01-000001", "已登记为另一个项目"),
        ("filing_date", "", "请填写“立项日期”"),
        ("filing_date", "2025-13-01", "一年没有13月"),
        ("filing_date", "2026-05-21", "立项日期不能晚于今天"),
        ("total_investment", "0", "金额不能小于 0.01 元"),
        ("total_investment", "-1", "金额不带正负号"),
        ("finished_on", "2024-01-01", "完工日期不能早于开工日期"),
    ],
)
def test_a_wrong_project_is_refused_with_its_sentence(
    sign_in: SignIn, draft: Case, world: World, field: str, typed: str, sentence: str
) -> None:
    sent = {**PROJECT, "firm": world.enterprises["head"].credit_code, "started_on": "2025-02-01", field: typed}
    answer = sign_in("jl_applicant").post(page("project_new", draft), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert draft.projects.count() == 3


def test_a_removed_project_leaves_the_group_short_and_comes_back_with_its_lines(sign_in: SignIn, draft: Case) -> None:
    client, row = sign_in("jl_applicant"), row_of(draft)
    assert client.post(page("project_remove", draft, row.pk)).status_code == 303
    text = client.get(page("tasks", draft)).content.decode()
    assert "项目群至少需要 3 个项目，现有 2 个" in text
    assert "暂不能开始" in text
    assert client.get(page("check", draft)).content.decode().count("提交申报") == 0
    assert client.post(page("project_restore", draft, row.pk)).status_code == 303
    assert "暂不能开始" not in client.get(page("tasks", draft)).content.decode()


def test_a_case_of_the_city_takes_one_project_only(sign_in: SignIn, world: World) -> None:
    case = zhongshan_draft(world)
    other = Project.objects.create(
        enterprise=world.enterprises["zhongshan"], name="二期", area="442000118", filing_number="Z-2", filing_key="z-2",
        total_investment=Decimal("1.00"),
    )  # fmt: skip
    answer = sign_in("zs_applicant").post(page("project_add", case), {"project": other.pk})
    assert answer.status_code == 422
    assert "一个案件只申报一个项目" in answer.content.decode()


def test_a_case_of_the_city_follows_its_project_to_the_town(sign_in: SignIn, world: World) -> None:
    case = zhongshan_draft(world)
    client = sign_in("zs_applicant")
    client.post(page("project_remove", case, row_of(case).pk))
    elsewhere = Project.objects.create(
        enterprise=world.enterprises["zhongshan"],
        name="黄圃二期",
        area="442000101",
        filing_number="Z-3",
        filing_key="z-3",
        total_investment=Decimal("1.00"),
    )
    assert client.post(page("project_add", case), {"project": elsewhere.pk}).status_code == 303
    assert fresh(case).local_agency.code == "442000101-zj"
    assert fresh(case).title == "黄圃二期"


def test_the_direction_of_a_project_is_asked(sign_in: SignIn, draft: Case) -> None:
    row = row_of(draft)
    sent = {"version": draft.version, "q_direction_reason": "延链", "q_completed_state": "completed"}
    answer = sign_in("jl_applicant").post(page("project", draft, row.pk), sent)
    assert answer.status_code == 422
    assert "请选择“支持方向”" in answer.content.decode()
