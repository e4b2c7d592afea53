"""The auditor at the screen: what waits, the history, who read what, the seals, and what anybody may keep of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import careful, fills, goes_to, looks_at, presses, signs_out, work_as
from tests.world import build, jilin_submitted
from workflow import clock, seals


def ground() -> None:
    """A filed case, and a history that is sealed but for what follows."""
    jilin_submitted(build())
    clock.travel_back()
    seals.take()


@pytest.mark.starts_from("tests.browser.test_audit:ground")
def test_the_auditor_finds_an_entry_and_sees_that_the_seals_hold(page: Page) -> None:
    with careful():
        work_as(page, "auditor")
        page.goto("/review/")
        page.goto("/")
        expect(page.get_by_role("link", name="今日被拒绝的访问")).to_be_visible()
        looks_at(page, "audit-home")
        goes_to(page, "办理记录")
        looks_at(page, "audit-history")
        page.get_by_label("办理动作").select_option("submit")
        fills(page, {"自": "2026-05-01"})
        presses(page, "筛选")
        expect(page.locator("#history tbody tr")).to_have_count(1)
        looks_at(page, "audit-history-filtered")
        with page.expect_download() as taken:
            page.get_by_role("link", name="导出 Excel").click()
        assert taken.value.suggested_filename.startswith("办理记录_")
        with page.expect_download() as taken:
            page.get_by_role("link", name="下载摘录").click()
        assert taken.value.suggested_filename.endswith("-history.txt")
        page.get_by_label("编号").fill("没有这个编号")
        presses(page, "筛选")
        looks_at(page, "audit-history-empty")
        goes_to(page, "访问记录")
        expect(page.get_by_text("办理动作：提交").first).to_be_visible()
        looks_at(page, "audit-access")
        goes_to(page, "封签核验")
        expect(page.get_by_text("最近的封签与办理记录相符")).to_be_visible()
        looks_at(page, "audit-seals")
        signs_out(page)
        page.goto("/seals/")
        looks_at(page, "public-seals")
        page.goto("/public/")
        expect(page.get_by_text("办理记录封签：第 1 号")).to_be_visible()
        looks_at(page, "public-notices")
