"""The whole trip of a cluster's project group in Jilin: from the call to the money, everybody at their own screen."""

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
    issues_to_the_county,
    makes_a_batch,
    plans_the_money,
    sends_the_batch,
)
from tests.browser.people import (
    Value,
    careful,
    downloads,
    fills,
    follows,
    goes_to,
    looks_at,
    presses,
    reads,
    signs_out,
    text_of_pdf,
    work_as,
)
from tests.browser.publicity import builds_a_notice, ends_the_notice, publishes_the_notice
from tests.browser.reviewing import (
    asks_for_a_correction,
    concludes,
    confirms_what_the_rules_found,
    decides,
    opens_section,
    opens_the_case,
    recognises,
    sends_up,
    signs_as_finance,
)
from tests.browser.trip import all_is_in_order, it_is
from workflow import clock
from workflow.states import State

CALL = "关于组织申报2027年度先进制造业集群奖补资金的通知"
NOTICE = "关于2027年度先进制造业集群奖补资金拟支持项目群的公示"
GROUP = "延边智能装备产业链协同项目群"
FIRM = "延边长白智能装备有限公司"
PLAN = re.compile(r"^JLFA-")
PROJECTS = {
    "智能底盘装配线项目": "聚焦延链、补链、强链的重点产业链项目",
    "数控机床扩能项目": "数字化、绿色化技术改造和设备更新项目",
    "工业软件云化项目": "产学研合作项目",
}


def line(category: str, summary: str, invoice: str, net: str, tax: str, gross: str) -> dict[str, Value]:
    """An invoice line, wholly paid and claimed without tax (元)."""
    return {
        "费用类别": category, "摘要": summary, "供应商": "沈阳机床供应有限公司",
        "发票号码": f"2522200000001234{invoice}", "开票日期": "2025-09-01", "金额（含税）": gross, "其中税额": tax,
        "已付款金额": gross, "申报金额": net,
    }  # fmt: skip


LINES = {
    "智能底盘装配线项目": (
        line("设备购置", "五轴加工中心", "1001", "1000000", "130000", "1130000"),
        line("软件购置", "生产管理软件", "1002", "200000", "26000", "226000"),
        line("土建", "厂房地面改造", "1003", "100000", "9000", "109000"),
    ),
    "数控机床扩能项目": (line("设备购置", "数控车床", "2001", "1000000", "130000", "1130000"),),
    "工业软件云化项目": (line("前期研发", "仿真试验", "3001", "800000", "48000", "848000"),),
}
"""3,000,000.00 元 count, 100,000.00 元 of civil works do not; 10 % of it is the ceiling of a provincial cluster."""
DECLARED = (
    "对申报材料的真实性、准确性负责",
    "奖补资金在申报范围内使用",
    "同一发票、同一投资未在其他财政资金项目中申报",
)
UPLOADS = 19
SCORES = {
    "expert1": ("13", "22", "18", "17", "13", "4"),
    "expert2": ("14", "23", "17", "18", "14", "4"),
    "expert3": ("13", "22", "17", "17", "13", "4"),
}
"""87, 90 and 86 points: 87.67 on average."""


@pytest.fixture(autouse=True)
def clock_goes_back() -> Iterator[None]:
    yield
    clock.travel_back()


@pytest.mark.starts_from("tests.browser.trip:ground")
def test_a_project_group_goes_from_the_call_to_the_bank(page: Page, tmp_path: Path) -> None:
    the_province_calls(page)
    number = the_head_enterprise_files(page)
    the_county_asks_and_the_enterprise_mends(page, number)
    the_county_recommends_and_finance_signs(page, number)
    the_province_reviews_and_the_experts_score(page, number)
    the_public_reads(page)
    the_money_is_planned_and_approved(page)
    the_county_pays(page, number)
    all_is_in_order(tmp_path)
    assert Case.objects.get(number=number).state == State.TRACKING


def the_province_calls(page: Page) -> None:
    it_is(2026, 5, 6, 9)
    work_as(page, "jl_upper")
    prepares_a_call(
        page, "集群奖补",
        {
            "标题": CALL, "文号": "吉工信办联规〔2026〕12号", "印发单位": ("吉林省工业和信息化厅", "吉林省财政厅"),
            "资金年度": "2027", "申报开始时间": "2026-05-06 09:00", "申报截止时间": "2026-06-20 17:00",
            "投资计算起始日": "2025-01-01", "投资计算截止日": "2026-04-30",
        },
    )  # fmt: skip
    reads(page, "吉林省财政厅", "2026-06-20 17:00", "细则第五条")
    work_as(page, "jl_issuer")
    publishes_the_call(page, "吉工信办联规〔2026〕12号")


def the_head_enterprise_files(page: Page) -> str:
    it_is(2026, 5, 20, 10)
    work_as(page, "jl_applicant")
    number = starts_a_case(page, CALL, {"资助类别": "先进制造业集群项目群奖补", "所在地": "延吉市"})
    fills_the_task(page, "单位信息", {"联系人": "金哲", "联系电话": "0433-2510000"})
    lead = {"集群名称": "延边智能装备产业集群", "头部企业依据": "集群产值第一，配套企业 46 家。"}
    with careful():
        fills_the_task(page, "集群与牵头资格", lead)
    for project, direction in PROJECTS.items():
        about = {"支持方向": direction, "属于该支持方向的理由": "对照第四条，属于该方向。", "建设进度": "已完成"}
        adds_a_project(page, "项目群", project, about)
    reads(page, "项目群有 3 个项目，不少于 3 个")
    fills_the_task(page, "项目群", {"项目群名称": GROUP, "项目群概况": "三个项目围绕智能装备产业链协同建设。"})
    for project, lines in LINES.items():
        adds_lines(page, "投资明细", project, lines)
    reads(page, "不计入", "100,000.00", "300,000.00")
    fills_the_task(page, "投资明细", {"拟申请奖补金额（元）": "250,000.00", "拟分几年兑现": "一次兑现"})
    assert uploads_everything(page, "佐证材料") == UPLOADS
    assert uploads_everything(page, "绩效目标") == 1
    fills_the_task(page, "信用与合规声明", dict.fromkeys(DECLARED, "是"))
    sees_the_ceiling(page, "3,000,000.00", "10%", "300,000.00", "第五条")
    submits(page, "延吉市工业和信息化局")
    receipt = text_of_pdf(downloads(page, lambda: follows(page, "下载回执")))
    assert "受理回执" in receipt
    assert number in receipt
    return number


def the_county_asks_and_the_enterprise_mends(page: Page, number: str) -> None:
    it_is(2026, 5, 21, 9)
    work_as(page, "jl_local")
    opens_the_case(page, number)
    words = {"problem": "未说明项目之间如何协同", "requirement": "补充协同关系", "source": "细则第五条"}
    asks_for_a_correction(page, [{"target": "项目群", **words}])
    it_is(2026, 5, 25, 9)
    work_as(page, "jl_applicant")
    answers_the_correction(page, number, mends)


def mends(page: Page) -> None:
    """The group's story told again; everything else is locked."""
    follows(page, "修改")
    fills(page, {"项目群概况": "装配线为主机，数控机床供应关键件，工业软件贯通三方数据。"})
    presses(page, "保存并返回")
    reads(page, "1/1 项已处理")


def the_county_recommends_and_finance_signs(page: Page, number: str) -> None:
    it_is(2026, 5, 27, 9)
    work_as(page, "jl_local")
    opens_the_case(page, number)
    reads(page, "第 2 版", "没有登记高校或科研院所")
    recognises(page, 1, "900000", "一台设备在时段以外到货")
    opens_section(page, "规则发现")
    reads(page, "还有 1 项规则发现待人工认定")
    decides(page, "没有登记高校或科研院所", "符合", "已核对与延边大学的合作协议")
    confirms_what_the_rules_found(page)
    concludes(page, "推荐", "材料齐全，同意推荐。")
    it_is(2026, 5, 28, 9)
    work_as(page, "jl_finance")
    with careful():
        opens_the_case(page, number)
        looks_at(page, "finance-signs")
    signs_as_finance(page, "经会审，同意联合上报。")
    it_is(2026, 5, 29, 9)
    work_as(page, "jl_local")
    letter = {
        "工信部门发文字号": "延工信联[2026]3号", "财政部门发文字号": "延财联〔2026〕8号",
        "成文日期": "2026-05-29", "签发人": "李局长",
    }  # fmt: skip
    sends_up(page, letter)
    reads(page, "延工信联〔2026〕3号", "延财联〔2026〕8号", "2/2")


def the_province_reviews_and_the_experts_score(page: Page, number: str) -> None:
    it_is(2026, 6, 20, 17)
    signs_out(page)
    page.goto("/hall/")
    reads(page, "已截止", CALL)
    expect(page.get_by_role("link", name="开始申报")).to_have_count(0)
    it_is(2026, 7, 1, 9)
    work_as(page, "jl_upper")
    no_call_under_an_expired_edition(page)
    opens_the_case(page, number)
    decides(page, "没有登记高校或科研院所", "符合", "同意县级认定")
    confirms_what_the_rules_found(page)
    concludes(page, "复审通过", "同意进入专家评审。")
    it_is(2026, 7, 6, 9)
    makes_a_panel(page, CALL, ["专家甲", "专家乙", "专家丙"])
    for expert, points in SCORES.items():
        scores_blind(page, expert, points, "长白")
    it_is(2026, 7, 20, 9)
    work_as(page, "jl_upper")
    meeting = {
        "审议机构": "厅党组会议", "会议日期": "2026-07-20", "会议纪要文号": "党组会议纪要〔2026〕21号",
        "审议意见": "同意列入。",
    }  # fmt: skip
    ranks(page, "87.67", meeting)


def no_call_under_an_expired_edition(page: Page) -> None:
    """The day after the last one there is the article in place of the form."""
    goes_to(page, "申报通知")
    follows(page, "新建申报通知")
    expect(page.get_by_role("link", name="按此政策新建")).to_have_count(0)
    follows(page, re.compile("^查看依据"))
    with careful():
        looks_at(page, "call-expired")
    reads(page, "不能新建申报通知", "已过期", "有效期至 2026 年 6 月 30 日")


def the_public_reads(page: Page) -> None:
    it_is(2026, 8, 3, 9)
    words = {
        "标题": NOTICE, "公示开始日": "2026-08-03", "联系人": "吴敏", "联系电话": "0431-88900000",
        "地址": "长春市新发路1号", "监督电话": "0431-88900001",
    }  # fmt: skip
    builds_a_notice(page, words)
    work_as(page, "jl_issuer")
    publishes_the_notice(page, NOTICE)
    signs_out(page)
    page.goto("/public/")
    follows(page, NOTICE)
    reads(page, FIRM, GROUP, "延吉市", "29.00", "自 2026-08-03 起 7 个自然日", "至 2026-08-09 24:00 止")
    it_is(2026, 8, 10, 9)
    work_as(page, "jl_upper")
    ends_the_notice(page, NOTICE)


def the_money_is_planned_and_approved(page: Page) -> None:
    it_is(2026, 9, 1, 9)
    quota = {
        "政策和持有单位": "集群奖补", "资金年度": "2027", "额度": "1000000", "下达文号": "吉财预〔2026〕100号",
        "下达日期": "2026-09-01",
    }  # fmt: skip
    enters_a_quota(page, quota)
    share = {
        "分配规则": "同比例折算", "执行比例（占政策上限）": "80", "安排资金": "1000000",
        "执行比例和规则的理由": "按年度预算安排，统一按上限的 80% 执行。",
    }  # fmt: skip
    plans_the_money(page, CALL, share, "23.20")
    approvals = (
        ((2026, 9, 10), "jl_issuer", "省工信厅签署分配方案", "吉工信办〔2026〕90号"),
        ((2026, 9, 15), "jl_upper_finance", "省财政厅会签分配方案", "吉财产业〔2026〕66号"),
        ((2026, 10, 12), "jl_upper", "省政府审批", "吉政函〔2026〕7号"),
        ((2027, 1, 20), "jl_upper", "省级人民代表大会批准预算", "吉人大〔2027〕1号"),
    )
    for day, person, step, document in approvals:
        it_is(*day, 9)
        work_as(page, person)
        approves(page, PLAN, step, document, "-".join(map(str, day)))
    it_is(2027, 2, 10, 9)
    work_as(page, "jl_upper_finance")
    with careful():
        issues_to_the_county(page, "延吉市财政局", {"下达文号": "吉财产业指〔2027〕8号", "下达日期": "2027-02-10"})


def the_county_pays(page: Page, number: str) -> None:
    it_is(2027, 2, 12, 9)
    work_as(page, "jl_applicant")
    account = {
        "户名": FIRM, "账号": "6222 0000 8888 1234", "再次输入账号": "6222000088881234", "开户行": "工商银行延吉支行",
    }  # fmt: skip
    confirms_the_account(page, number, account)
    it_is(2027, 2, 15, 9)
    work_as(page, "jl_pay_maker")
    batch = makes_a_batch(page, "2027年度集群奖补资金")
    work_as(page, "jl_pay_checker")
    checks_the_batch(page, batch)
    work_as(page, "jl_pay_maker")
    paper, book = sends_the_batch(page, batch)
    text = text_of_pdf(paper)
    for sought in ("贰拾叁万贰仟元整", "232,000.00", batch, FIRM):
        assert sought in text
    assert book.startswith(b"PK")
    it_is(2027, 2, 17, 9)
    work_as(page, "jl_pay_maker")
    enters_the_result(page, batch, {"结果 1": "拨付成功", "日期 1": "2027-02-17"})
    work_as(page, "jl_applicant")
    goes_to(page, "我的申报")
    follows(page, number)
    reads(page, "已拨付", "方案获批", "公示期满", "提交补正", "提交申报")
