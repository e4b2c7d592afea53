"""The expert round: panel, blind scores, ranking, deliberation.

Each function is a step of the person whose step it is; it ends on the page to which the system leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from playwright.sync_api import Page, expect

from tests.browser.people import fills, follows, goes_to, is_told, looks_at, presses, reads, work_as


def makes_a_panel(page: Page, call: str, experts: Iterable[str]) -> None:
    """A panel for what waits in a call, and its scoring opened."""
    goes_to(page, "专家评审")
    looks_at(page, "panels")
    follows(page, call)
    page.get_by_role("group", name="参评案件").get_by_role("checkbox").first.check()
    for name in experts:
        page.get_by_role("group", name="评审专家").get_by_role("checkbox", name=re.compile(name)).check()
    fills(page, {"每件最少评分人数": "3", "去掉最高最低分的起始人数": "0", "评分截止日": "2026-12-31"})
    looks_at(page, "panel-make")
    presses(page, "保存评审批次")
    is_told(page, "评审批次已建立，请核对后开始评分。")
    follows(page, "开始评分")
    looks_at(page, "panel-open")
    presses(page, "开始评分")
    is_told(page, "评分已开始，已通知各位专家。")
    looks_at(page, "panel")


def scores_blind(page: Page, expert: str, points: Sequence[str], unseen: str) -> None:
    """An expert declares, scores the one case without seeing whose it is, and submits."""
    work_as(page, expert)
    goes_to(page, "我的评审")
    looks_at(page, "expert-mine")
    page.locator("main tbody a").first.click()
    looks_at(page, "expert-declare")
    page.get_by_label(re.compile("本人承诺")).check()
    presses(page, "全部无关系")
    expect(page.locator("main")).not_to_contain_text("参评单位（共")
    looks_at(page, "expert-panel")
    page.locator("main tbody a").first.click()
    expect(page.locator("main")).not_to_contain_text(unseen)
    boxes = page.get_by_label(re.compile("得分$"))
    expect(boxes).to_have_count(len(points))
    for place, value in enumerate(points):
        boxes.nth(place).fill(value)
    for comment in page.get_by_label(re.compile("评语$")).all():
        comment.fill("材料充分，理由成立。")
    looks_at(page, "expert-score")
    presses(page, "保存并下一件")
    is_told(page, re.compile("已保存"))
    follows(page, "提交全部评分")
    looks_at(page, "expert-submit")
    presses(page, "提交全部评分")
    is_told(page, "全部评分已提交")


def ranks(page: Page, mean: str, deliberation: Mapping[str, str]) -> None:
    """Close the scoring, draw the line after the first, record the meeting, fix the list."""
    goes_to(page, "专家评审")
    page.locator("#panels a").first.click()
    follows(page, "结束评分并排序")
    presses(page, "结束评分并排序")
    is_told(page, "评分已结束，已生成排序。")
    reads(page, mean)
    fills(page, {"划线方式": "按名次", "数值": "1"})
    presses(page, "生成名单")
    is_told(page, "已按入选线生成名单。")
    looks_at(page, "ranking")
    follows(page, "登记审议意见")
    fills(page, deliberation)
    looks_at(page, "deliberation")
    presses(page, "登记审议意见")
    is_told(page, "审议意见已登记。")
    follows(page, "确定结果")
    fills(page, {"请输入拟支持件数以确认": "1"})
    looks_at(page, "panel-fix")
    presses(page, "确定结果")
    is_told(page, "评审结果已确定。")
