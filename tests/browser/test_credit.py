"""The pages of credit and bars at both sizes: laid out, accessible, in the menus of those who need them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from subsidy.enterprises.credit import imports
from subsidy.enterprises.credit.models import CreditList, ListImport
from tests.browser.people import careful, fills, goes_to, looks_at, presses, work_as
from tests.enterprises.listing import (
    DISHONEST,
    SERIOUS,
    SOURCE,
    TODAY,
    barred,
    barred_everywhere,
    book,
    document,
    looked_up,
    whole,
)
from tests.world import actor, build, jilin_submitted


def build_with_news() -> None:
    """A held case, lists with something in them, a draft with faults and hints, and bars of each kind."""
    world = build()
    jilin_submitted(world)
    head, stranger = world.enterprises["head"], world.enterprises["stranger"]
    whole(world, [])
    looked_up(world, head, listed=True)
    barred(world, stranger)
    barred_everywhere(world.enterprises["member2"])
    barred(world, head)
    rows = [
        ("", head.name, "（2026）执1号"),
        ("123", "短代码公司"),
        (stranger.credit_code, stranger.name, "（2026）执2号"),
    ]
    row = imports.bring_in(
        actor("jl_upper"), world.agencies["220000-gxt"], CreditList.objects.get(code=SERIOUS), source=SOURCE,
        as_of=TODAY, document=document(book(rows), "名单.xlsx"),
    )  # fmt: skip
    imports.read_list({"statement": row.pk})
    assert ListImport.objects.filter(credit_list=DISHONEST).count() == 2


@pytest.mark.starts_from("tests.browser.test_credit:build_with_news")
def test_lists_bars_and_held_cases_are_laid_out_and_accessible(page: Page) -> None:
    with careful():
        work_as(page, "jl_upper")
        goes_to(page, "信用与禁止申报")
        looks_at(page, "credit-lists")
        page.get_by_role("link", name="XY-", exact=False).first.click()
        looks_at(page, "credit-import")
        presses(page, "确认入库")
        expect(page.get_by_text("名单已入库")).to_be_visible()
        page.get_by_role("link", name="牡丹江", exact=False).first.click()
        looks_at(page, "credit-enterprise")
        for name, title in (("登记查询", "look-up"), ("导入名单", "import-new"), ("新建名单", "list-new")):
            goes_to(page, "信用与禁止申报")
            page.get_by_role("link", name=name, exact=True).click()
            presses(page, "提交")
            expect(page.locator(".errsum")).to_be_visible()
            looks_at(page, f"credit-{title}")
        goes_to(page, "信用与禁止申报")
        page.get_by_role("link", name="禁止申报", exact=True).last.click()
        looks_at(page, "bars")
        page.get_by_role("link", name="登记禁止申报").click()
        looks_at(page, "bar-new")
        goes_to(page, "信用与禁止申报")
        page.get_by_role("link", name="禁止申报", exact=True).last.click()
        fills(page, {"企业、代码或文号": "长白"})
        presses(page, "筛选")
        page.get_by_role("link", name="长白", exact=False).first.click()
        looks_at(page, "bar")
        page.get_by_role("link", name="解除禁止申报").click()
        looks_at(page, "bar-lift")
        work_as(page, "jl_local")
        goes_to(page, "暂缓事项")
        looks_at(page, "holds")
        page.locator("#holds th a").first.click()
        looks_at(page, "hold")
        fills(page, {"核实情况和结论": "已履行义务并移出名单，继续办理。"})
        presses(page, "作出结论并解除暂缓")
        expect(page.get_by_text("暂缓解除")).to_be_visible()
        looks_at(page, "held-case")
        work_as(page, "jl_applicant")
        goes_to(page, "本单位信用")
        looks_at(page, "credit-own")
