"""The whole trip of an investment award in Zhongshan: from the call to the money, everybody at their own screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from subsidy.cases.models import Case
from tests.browser.experts import makes_a_panel, ranks, scores_blind
from tests.browser.filing import (
    adds_a_project,
    adds_lines,
    answers_the_correction,
    fills_the_task,
    prepares_a_call,
    publishes_the_call,
    sees_the_ceiling,
    starts_a_case,
    submits,
    uploads_everything,
)
from tests.browser.money import (
    approves,
    checks_the_batch,
    confirms_the_account,
    enters_a_quota,
    enters_the_result,
    makes_a_batch,
    mends_the_account,
    plans_the_money,
    reports_to_the_province,
    sends_the_batch,
)
from tests.browser.people import (
    careful,
    downloads,
    fills,
    follows,
    goes_to,
    is_told,
    looks_at,
    presses,
    reads,
    scan,
    signs_out,
    stands_at,
    text_of_pdf,
    work_as,
)
from tests.browser.publicity import (
    builds_a_notice,
    cannot_end_yet,
    ends_the_notice,
    looks_up_the_objection,
    objects,
    publishes_the_notice,
    settles_the_objection,
)
from tests.browser.reviewing import (
    asks_for_a_correction,
    concludes,
    confirms_what_the_rules_found,
    decides,
    opens_section,
    opens_the_case,
    recognises,
    sends_up,
)
from tests.browser.trip import all_is_in_order, it_is
from workflow import clock
from workflow.states import State

CALL = "关于组织2026年省级先进制造业发展专项资金（制造业投资奖励）项目入库申报的通知"
NOTICE = "关于2026年制造业投资奖励拟支持项目的公示"
PROJECT = "动力电池生产基地项目"
FIRM = "中山香山新能源科技有限公司"
DECLARED = (
    "近 3 年来在质量、安全、环保等方面未发生重大事故",
    "项目有关固定资产投资未获得过省级财政资金的扶持",
    "对申报材料的真实性负责，严格执行财务规章制度和会计核算办法",
    "同一发票未在其他财政资金项目中申报",
)
ACCOUNT = {"户名": FIRM, "开户行": "工商银行中山小榄支行"}
LINES = (
    {
        "费用类别": "生产设备购置", "摘要": "电芯生产线", "供应商": "沈阳机床供应有限公司",
        "发票号码": "25222000000012345678", "开票日期": "2025年3月8日", "金额（含税）": "330000000",
        "其中税额": "30,000,000.00", "已付款金额": "330000000", "申报金额": "３００００００００",
    },
    {
        "费用类别": "土地费用", "摘要": "土地出让金", "供应商": "中山市自然资源局",
        "发票号码": "25222000000012345679", "开票日期": "2024-05-08", "金额（含税）": "50000000", "其中税额": "0",
        "已付款金额": "50000000", "申报金额": "50000000",
    },
)  # fmt: skip
SCORES = {
    "expert1": ("18", "27", "18", "17", "4", "4"),
    "expert2": ("17", "26", "17", "18", "4", "4"),
    "expert3": ("19", "28", "17", "17", "5", "5"),
}
"""88, 86 and 91 points: 88.33 on average."""
PLAN = "ZSFA-2026-00001"


@pytest.fixture(autouse=True)
def clock_goes_back() -> Iterator[None]:
    yield
    clock.travel_back()


@pytest.mark.starts_from("tests.browser.trip:ground")
def test_an_investment_award_goes_from_the_call_to_the_bank(page: Page, tmp_path: Path) -> None:
    with careful():
        the_city_calls(page)
        number = the_enterprise_files(page)
        the_town_asks_and_the_enterprise_mends(page, number)
        the_town_recommends(page, number)
        the_city_reviews_and_the_experts_score(page, number)
        the_public_reads_and_objects(page, number)
        the_money_is_planned(page)
        the_money_is_paid(page, number)
        everybody_sees_it_paid(page, number)
    all_is_in_order(tmp_path)
    assert Case.objects.get(number=number).state == State.TRACKING


def the_city_calls(page: Page) -> None:
    it_is(2026, 5, 6, 9)
    work_as(page, "zs_upper")
    prepares_a_call(
        page, "制造业投资奖励",
        {
            "标题": CALL, "文号": "中工信[2026]31号", "类别": "支持项目", "资金年度": "2026",
            "申报开始时间": "2026-05-06 09:00", "申报截止时间": "2026-06-10 18:00", "投资计算起始日": "2024-01-01",
            "投资计算截止日": "2025-12-31",
        },
    )  # fmt: skip
    reads(page, "中工信〔2026〕31号")
    expect(page.get_by_role("link", name="发布", exact=True)).to_have_count(0)
    work_as(page, "zs_issuer")
    publishes_the_call(page, "中工信〔2026〕31号")


def the_enterprise_files(page: Page) -> str:
    it_is(2026, 5, 20, 10)
    work_as(page, "zs_applicant")
    number = starts_a_case(page, CALL, {"资助类别": "普惠性制造业投资奖励", "所在地": "小榄镇"})
    fills_the_task(page, "单位信息", {"联系人": "陈冠", "联系电话": "0760-22100000"})
    fills_the_task(page, "资助类别与测算项目", {"关联的测算项目": PROJECT, "资金用途": ("生产运营", "增资扩产")})
    about = {
        "审计确认新增固定资产投资": "300,000,000.00", "统计口径新增固定资产投资": "310000000",
        "项目建设情况": "一期两条电芯生产线于 2025 年 3 月建成投产。", "统计口径来源": "统计联网直报平台 206 表",
    }  # fmt: skip
    adds_a_project(page, "项目信息", PROJECT, about)
    adds_lines(page, "固定资产投资", PROJECT, LINES)
    reads(page, "50,000,000.00", "不计入", "5,500,000.00")
    fills_the_task(page, "固定资产投资", {"拟申请奖励金额（元）": "5500000"})
    assert uploads_everything(page, "佐证材料") == 8
    assert uploads_everything(page, "绩效目标") == 1
    fills_the_task(page, "合规声明", dict.fromkeys(DECLARED, "是"))
    sees_the_ceiling(page, "5,500,000.00", "新增固定资产投资额 × 2%", "6,000,000.00", "第九条第（一）项第2目")
    submits(page, "中山市小榄镇人民政府")
    receipt = text_of_pdf(downloads(page, lambda: follows(page, "下载回执")))
    assert "受理回执" in receipt
    assert number in receipt
    return number


def the_town_asks_and_the_enterprise_mends(page: Page, number: str) -> None:
    it_is(2026, 5, 21, 9)
    work_as(page, "zs_local")
    opens_the_case(page, number)
    report = {"target": "专项审计报告", "problem": "缺少分年度投资表", "requirement": "补充盖章的分年度投资表"}
    tax = {"target": "固定资产投资", "problem": "第 1 行税额有误", "requirement": "按发票更正税额"}
    asks_for_a_correction(page, [item | {"source": "细则第九条"} for item in (report, tax)])
    it_is(2026, 5, 22, 9)
    work_as(page, "zs_applicant")
    answers_the_correction(page, number, mends)


def mends(page: Page) -> None:
    """Another report in place of the first, and the line put right."""
    page.locator("section", has_text="专项审计报告").get_by_role("link", name="修改").click()
    follows(page, "替换")
    page.get_by_label("文件").set_input_files(scan("审计报告（含分年度表）.pdf"))  # type: ignore[arg-type]
    presses(page, "上传文件")
    reads(page, "1/2 项已处理")
    page.locator("section", has_text="固定资产投资").get_by_role("link", name="修改").click()
    page.locator("main tbody tr").first.get_by_role("link", name=re.compile("^修改")).click()
    fills(page, {"其中税额": "31000000", "申报金额": "299000000"})
    looks_at(page, "line-correction")
    presses(page, "保存明细")
    is_told(page, "第 1 行已保存。")
    follows(page, "返回补正通知")
    reads(page, "2/2 项已处理")


def the_town_recommends(page: Page, number: str) -> None:
    it_is(2026, 5, 25, 9)
    work_as(page, "zs_local")
    opens_the_case(page, number)
    reads(page, "第 2 版", "29,900.00")
    recognises(page, 1, "290000000", "一张发票重复列入")
    reads(page, "29,000.00")
    for section in ("申报内容", "佐证材料", "上限测算", "补正", "办理经过"):
        opens_section(page, section)
        looks_at(page, f"case-{section}")
    confirms_what_the_rules_found(page)
    decides(page, "项目未重复申报入库", "认可符合", "已与台账核对")
    concludes(page, "推荐", "材料齐全，同意推荐。")
    sends_up(page, {"发文字号": "榄府报〔2026〕15号", "成文日期": "2026-05-25", "签发人": "何镇长"})


def the_city_reviews_and_the_experts_score(page: Page, number: str) -> None:
    it_is(2026, 6, 11, 9)
    work_as(page, "zs_upper")
    opens_the_case(page, number)
    confirms_what_the_rules_found(page)
    concludes(page, "复审通过", "同意进入专家评审。")
    it_is(2026, 6, 15, 9)
    makes_a_panel(page, CALL, ["专家甲", "专家乙", "专家丙"])
    for expert, points in SCORES.items():
        scores_blind(page, expert, points, "香山")
    it_is(2026, 6, 22, 9)
    work_as(page, "zs_upper")
    meeting = {
        "审议机构": "市工信局党组会议", "会议日期": "2026-06-22", "会议纪要文号": "党组会议纪要〔2026〕12号",
        "审议意见": "同意列入拟支持名单。",
    }  # fmt: skip
    ranks(page, "88.33", meeting)


def the_public_reads_and_objects(page: Page, number: str) -> None:
    it_is(2026, 6, 24, 9)
    contact = {
        "标题": NOTICE, "公示开始日": "2026-06-24", "联系人": "林静", "联系电话": "0760-88300000",
        "地址": "中山市东区中山三路26号", "监督电话": "0760-88300001",
    }  # fmt: skip
    builds_a_notice(page, contact)
    work_as(page, "zs_issuer")
    publishes_the_notice(page, NOTICE)
    signs_out(page)
    it_is(2026, 6, 26, 9)
    objection = {
        "您的身份": "个人", "真实姓名或单位名称": "周明", "联系方式": "13800001111",
        "事实与理由": "该项目申报的部分设备据称为二手设备，请核实其采购凭证与到货情况。",
    }  # fmt: skip
    slip, code = objects(page, NOTICE, objection)
    work_as(page, "zs_upper")
    settles_the_objection(page, slip, "异议不成立", "经核对发票、付款凭证和现场，设备均为新购，异议不成立。")
    signs_out(page)
    looks_up_the_objection(page, slip, code, "设备均为新购")
    it_is(2026, 6, 30, 23, 59)
    work_as(page, "zs_upper")
    cannot_end_yet(page, NOTICE, "公示期至 2026-06-30 24:00 止")
    it_is(2026, 7, 1, 0, 0)
    ends_the_notice(page, NOTICE)


def the_money_is_planned(page: Page) -> None:
    it_is(2026, 7, 6, 9)
    reports_to_the_province(
        page, {"上报文号": "中工信〔2026〕40号", "上报日期": "2026-07-06"},
        {"省厅文号": "粤工信投资函〔2026〕88号", "批复日期": "2026-07-06"},
    )  # fmt: skip
    it_is(2026, 7, 20, 9)
    quota = {
        "政策和持有单位": "制造业投资奖励", "资金年度": "2026", "额度": "4,000,000.00",
        "下达文号": "粤财工〔2026〕120号", "下达日期": "2026-07-20",
    }  # fmt: skip
    enters_a_quota(page, quota)
    share = {
        "分配规则": "同比例折算", "执行比例（占政策上限）": "100", "安排资金": "4000000",
        "执行比例和规则的理由": "额度不足，按同一比例折算。",
    }  # fmt: skip
    plans_the_money(page, CALL, share, "400.00")
    it_is(2026, 7, 24, 9)
    work_as(page, "zs_issuer")
    approves(page, PLAN, "市工信局制定资助计划", "中工信〔2026〕52号", "2026-07-24")
    it_is(2026, 8, 3, 9)
    work_as(page, "zs_upper")
    approves(page, PLAN, "市政府审批", "中府办复〔2026〕77号", "2026-08-03")


def the_money_is_paid(page: Page, number: str) -> None:
    """The first payment comes back, the account is put right, and the second one arrives."""
    it_is(2026, 8, 5, 9)
    work_as(page, "zs_applicant")
    confirms_the_account(page, number, ACCOUNT | {"账号": "6222 0000 1234 5678", "再次输入账号": "6222000012345678"})
    for day, result, words in ((10, "退票：账户原因", "账号与户名不符"), (20, "拨付成功", "")):
        it_is(2026, 8, day, 9)
        work_as(page, "zs_pay_maker")
        batch = makes_a_batch(page, "2026年省级制造业投资奖励")
        work_as(page, "zs_pay_checker")
        checks_the_batch(page, batch)
        work_as(page, "zs_pay_maker")
        paper, book = sends_the_batch(page, batch)
        text = text_of_pdf(paper)
        for sought in ("肆佰万元整", "4,000,000.00", batch, FIRM, "第1页", "共1页"):
            assert sought in text
        assert book.startswith(b"PK")
        it_is(2026, 8, day + 2, 9)
        work_as(page, "zs_pay_maker")
        enters_the_result(page, batch, {"结果 1": result, "日期 1": f"2026-08-{day + 2}", "银行说明 1": words})
        if result.startswith("退票"):
            work_as(page, "zs_applicant")
            mends_the_account(
                page, number, words, ACCOUNT | dict.fromkeys(("账号", "再次输入账号"), "6222000012345679")
            )


def everybody_sees_it_paid(page: Page, number: str) -> None:
    work_as(page, "zs_applicant")
    goes_to(page, "我的申报")
    follows(page, number)
    reads(page, "已拨付", "退票", "方案获批", "公示期满", "提交补正", "提交申报")
    looks_at(page, "overview-paid")
    work_as(page, "zs_upper")
    goes_to(page, "案件队列")
    page.get_by_role("navigation", name="案件队列").get_by_role("link", name=re.compile("已办|办结")).first.click()
    follows(page, number)
    stands_at(page, "已拨付")
    opens_section(page, "办理经过")
    reads(page, "退票", "提交申报")
    looks_at(page, "history-paid")
