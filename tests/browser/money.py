"""From the report to the province and the quota to the bank and back.

Each function is a step of the person whose step it is; it ends on the page to which the system leads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from playwright.sync_api import Page, expect

from tests.browser.people import (
    Value,
    downloads,
    fills,
    follows,
    goes_to,
    is_told,
    looks_at,
    presses,
    reads,
    scan,
    stands_at,
)


def reports_to_the_province(page: Page, values: Mapping[str, Value], answer: Mapping[str, Value]) -> None:
    """The list of what is reserved, sent with its document, then the province's answer."""
    goes_to(page, "上报省厅")
    looks_at(page, "reports")
    follows(page, "编制名单")
    page.get_by_role("checkbox", name="选择全部").check()
    looks_at(page, "report-new")
    presses(page, "建立名单")
    is_told(page, "已建立上报名单草稿。")
    fills(page, values)
    page.get_by_label("上报文件").set_input_files(scan("报送文件.pdf"))  # type: ignore[arg-type]
    looks_at(page, "report")
    presses(page, "登记上报")
    is_told(page, "已登记上报。")
    fills(page, answer)
    looks_at(page, "report-answer")
    presses(page, "登记批复")
    is_told(page, "已登记省厅批复。")


def enters_a_quota(page: Page, values: Mapping[str, Value]) -> None:
    """Money from above with its document; a double click books it once."""
    goes_to(page, "资金分配")
    looks_at(page, "plans-empty")
    follows(page, "资金额度")
    fills(page, values)
    looks_at(page, "quotas")
    page.get_by_role("button", name="录入额度", exact=True).dblclick()
    is_told(page, "额度已录入")
    expect(page.locator("#quotas tbody tr")).to_have_count(1)


def plans_the_money(page: Page, call: str, values: Mapping[str, Value], given: str) -> None:
    """A plan over what is reserved in a call: drafted, computed, looked through, final."""
    goes_to(page, "资金分配")
    follows(page, re.compile(f"编制方案.*{re.escape(call)}"))
    page.get_by_role("checkbox", name="选择本页全部").check()
    looks_at(page, "plan-new")
    presses(page, "建立方案")
    is_told(page, "方案已建立，请试算")
    fills(page, values)
    looks_at(page, "plan-draft")
    presses(page, "试算")
    is_told(page, "已试算")
    reads(page.locator("#lines"), given)
    looks_at(page, "plan-computed")
    follows(page, re.compile("^公式"))
    looks_at(page, "plan-line")
    follows(page.get_by_role("navigation", name="所在位置"), re.compile("-"))
    follows(page, "定稿")
    looks_at(page, "plan-finalise")
    presses(page, "定稿")
    is_told(page, "方案已定稿，等待审批")
    looks_at(page, "plan-final")


def approves(page: Page, plan: str, step: str, document: str, day: str) -> None:
    """Record one approval of the plan with its document."""
    goes_to(page, "资金分配")
    follows(page, plan)
    follows(page, step)
    fills(page, {"审批结果": "同意", "文号": document, "文件日期": day})
    page.get_by_label("盖章扫描件").set_input_files(scan())  # type: ignore[arg-type]
    looks_at(page, "approval")
    presses(page, "登记审批")
    is_told(page, "审批已登记")


def issues_to_the_county(page: Page, agency: str, letter: Mapping[str, Value]) -> None:
    """The province's finance issues the money with a target for every case."""
    goes_to(page, "资金下达")
    looks_at(page, "issues")
    follows(page, re.compile("^下达"))
    reads(page, agency)
    fills(page, letter)
    for label, text in (("绩效指标：", "带动上下游投资"), ("指标值：", "不少于 10%")):
        for box in page.get_by_label(re.compile(f"^{label}")).all():
            box.fill(text)
    looks_at(page, "issue")
    presses(page, "下达资金")
    is_told(page, re.compile("下达"))
    looks_at(page, "issued")


def confirms_the_account(page: Page, number: str, account: Mapping[str, Value]) -> None:
    """The enterprise confirms where its money goes, from its own case page."""
    goes_to(page, "我的申报")
    follows(page, number)
    follows(page, "确认收款信息")
    fills(page, account)
    looks_at(page, "payee")
    presses(page, "确认收款信息")
    is_told(page, "收款信息已确认")


def makes_a_batch(page: Page, purpose: str) -> str:
    """A batch of everything that is due, sent to be checked. Gives its number."""
    goes_to(page, "资金拨付")
    looks_at(page, "batches-due")
    follows(page, re.compile("^编制批次"))
    page.get_by_role("checkbox", name="选择本页全部").check()
    fills(page, {"用途": purpose})
    looks_at(page, "batch-new")
    page.get_by_role("button", name="建立批次", exact=True).dblclick()
    is_told(page, re.compile("批次"))
    looks_at(page, "batch-draft")
    number = page.get_by_role("heading", level=1).inner_text().removeprefix("拨付批次").strip()
    presses(page, "送复核")
    stands_at(page, "待复核")
    return number


def checks_the_batch(page: Page, number: str) -> None:
    """The second person looks through it and agrees."""
    goes_to(page, "资金拨付")
    follows(page, number)
    looks_at(page, "batch-checking")
    presses(page, "复核通过")
    stands_at(page, "已复核")


def sends_the_batch(page: Page, number: str) -> tuple[bytes, bytes]:
    """Send it, typing the number of payments; gives the PDF and the workbook."""
    goes_to(page, "资金拨付")
    follows(page, number)
    follows(page, "送出批次")
    fills(page, {"请输入笔数以确认": "1"})
    looks_at(page, "batch-export")
    presses(page, "送出批次")
    is_told(page, "批次已送出，请下载拨付汇总表")
    looks_at(page, "batch-sent")
    paper = downloads(page, lambda: follows(page, "下载拨付汇总表 PDF"))
    book = downloads(page, lambda: follows(page, "下载 Excel"))
    return paper, book


def enters_the_result(page: Page, number: str, row: Mapping[str, Value]) -> None:
    """What the bank answered about the one payment of a batch."""
    goes_to(page, "资金拨付")
    follows(page, number)
    follows(page, "登记结果")
    fills(page, row)
    looks_at(page, "batch-results")
    presses(page, "登记结果")
    is_told(page, "已登记 1 笔结果")
    looks_at(page, "batch-settled")


def mends_the_account(page: Page, number: str, words: str, account: Mapping[str, Value]) -> None:
    """The bank sent the money back: the case page says so and leads to the account."""
    goes_to(page, "我的申报")
    follows(page, number)
    reads(page, words)
    looks_at(page, "overview-returned")
    follows(page, "更正收款账户")
    fills(page, account)
    presses(page, "确认收款信息")
    is_told(page, "收款信息已确认")
