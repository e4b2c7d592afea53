"""Review at both levels: corrections, findings, recognised amounts, signatures, letters.

Each function is a step of the person whose step it is; it ends on the page to which the system leads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from playwright.sync_api import Page, expect

from tests.browser.people import Value, fills, follows, goes_to, is_told, looks_at, presses, reads, scan, stands_at


def opens_the_case(page: Page, number: str) -> None:
    """From the queue to the case page."""
    goes_to(page, "案件队列")
    looks_at(page, "queue")
    follows(page, number)
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)


def opens_section(page: Page, name: str) -> None:
    """A section of the case page."""
    page.get_by_role("navigation", name="案件内容").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("link", name=name, exact=True).and_(page.locator("[aria-current=page]"))).to_be_visible()


def asks_for_a_correction(page: Page, items: Sequence[Mapping[str, str]]) -> None:
    """A notice with these items: target, problem, requirement, source."""
    follows(page, "退回补正")
    looks_at(page, "correction-notice")
    for place, item in enumerate(items, start=1):
        part = page.get_by_role("group", name=f"第 {place} 项")
        fills(
            part,
            {
                "列入": True, "材料或字段": item["target"], "问题": item["problem"], "要求": item["requirement"],
                "依据": item["source"],
            },
        )  # fmt: skip
    presses(page, "发出补正通知")
    stands_at(page, "补正中")


def recognises(page: Page, line: int, amount: str, reason: str) -> None:
    """Another recognised amount of one line; without a reason it is refused and nothing typed is lost."""
    opens_section(page, "投资明细")
    looks_at(page, "lines")
    fills(page, {f"明细 {line} 的认定金额": amount})
    presses(page, "保存认定")
    reads(page, f"明细 {line} 的认定金额与申报金额不同，请填写理由。")
    fills(page, {f"明细 {line} 的理由": reason})
    presses(page, "保存认定")
    is_told(page, "已保存认定，并重新测算上限。")


def confirms_what_the_rules_found(page: Page) -> None:
    """Sign all automatic passes in one click."""
    opens_section(page, "规则发现")
    looks_at(page, "findings")
    page.get_by_role("button", name=re.compile(r"^确认 \d+ 项自动通过$")).click()
    is_told(page, re.compile(r"已确认 \d+ 项自动通过。"))


def decides(page: Page, finding: str, answer: str, note: str, reason: str = "") -> None:
    """Decide one finding, found by words of its title."""
    card = page.locator("article.finding, ul.passes > li").filter(has_text=finding)
    if not card.get_by_role("button", name=answer, exact=True).is_visible():
        card.locator("summary", has_text="认定").click()
    fills(card, {"说明": note, **({"改判理由": reason} if reason else {})})
    presses(card, answer)
    is_told(page, "已保存认定。")


def concludes(page: Page, button: str, opinion: str) -> None:
    """Sign a conclusion in favour; the queue comes next."""
    fills(page, {"审核意见": opinion})
    presses(page, button)
    is_told(page, "已签署审核意见。")


def signs_as_finance(page: Page, opinion: str) -> None:
    """The second signature."""
    fills(page, {"会审意见": opinion, "我已核阅此件的规则发现和工信初审意见": True})
    presses(page, "同意联合上报")
    is_told(page, "已签署会审意见。")


def sends_up(page: Page, letter: Mapping[str, Value]) -> None:
    """A letter with every endorsed case, drafted and sent."""
    goes_to(page, "汇总上报")
    looks_at(page, "joint-list")
    follows(page, "编制上报文")
    looks_at(page, "joint-form")
    fills(page, letter)
    page.get_by_label("盖章扫描件").set_input_files(scan())  # type: ignore[arg-type]
    presses(page, "保存草稿")
    is_told(page, "已保存上报文草稿。")
    looks_at(page, "joint")
    presses(page, "上报")
    is_told(page, "已上报 1 件。")
