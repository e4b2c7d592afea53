"""The ground every page stands on, seen in a browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from playwright.sync_api import Page, expect

from subsidy.desk.gallery import components
from subsidy.urls import handler400, handler403, handler404, handler500  # noqa: F401
from subsidy.urls import urlpatterns as real
from tests.browser.probe import PHONE, assert_page

received: list[str] = []


@csrf_exempt
@login_not_required
def slow(request: HttpRequest) -> HttpResponse:
    received.append(request.method or "")
    time.sleep(0.4)
    return HttpResponse("<title>done</title>")


urlpatterns = [*real, path("components/", components, name="components"), path("slow/", slow)]


@pytest.fixture(autouse=True)
def with_gallery() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_every_component_is_laid_out_and_accessible_on_screen_and_phone(page: Page) -> None:
    page.goto("/components/")
    assert_page(page)


def test_a_form_with_errors_is_accessible_and_takes_the_focus_to_its_summary(page: Page) -> None:
    page.goto("/components/?failed=1")
    expect(page).to_have_title("错误：组件 – 奖补资金办理平台")
    expect(page.locator(".errsum")).to_be_focused()
    page.get_by_role("link", name="2026年2月没有30日，请核对日期").click()
    expect(page.get_by_label("合同签订日期")).to_be_focused()
    assert_page(page)


@pytest.mark.parametrize(("name", "value"), [("size", "large"), ("density", "loose"), ("theme", "auto")])
def test_every_component_holds_in_each_way_of_display(page: Page, site: str, name: str, value: str) -> None:
    page.context.add_cookies([{"name": name, "value": value, "url": site}])
    page.emulate_media(color_scheme="dark")
    page.goto("/components/")
    expect(page.locator("html")).to_have_attribute(f"data-{name}", value)
    assert_page(page)


def test_the_first_tab_offers_the_way_to_the_text(page: Page) -> None:
    page.goto("/components/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_an_amount_is_said_back_in_wan_and_in_capital_numerals(
    page: Page, person: Callable[..., Any], sign_in: Callable[..., Page]
) -> None:
    person("lisi")
    sign_in("lisi")
    page.goto("/components/")
    box = page.get_by_label("申报金额")
    box.fill("16,409.02")
    box.blur()
    expect(page.locator("#id_amount_echo")).to_have_text("= 1.64 万元 · 人民币壹万陆仟肆佰零玖元零贰分")
    box.fill("12万")
    box.blur()
    expect(page.locator("#id_amount_echo")).to_contain_text("120,000.00 元")


def test_a_form_that_is_sent_twice_in_haste_arrives_once(page: Page) -> None:
    received.clear()
    page.goto("/components/")
    page.evaluate("document.querySelector('form.confirm').action = '/slow/'")
    button = page.get_by_role("button", name="发布公示")
    button.dblclick(no_wait_after=True)
    page.wait_for_url("**/slow/")
    assert received == ["POST"]


def test_a_lost_session_brings_the_login_page_whole_and_never_into_a_part(page: Page) -> None:
    page.goto("/components/")
    box = page.get_by_label("申报金额")
    box.fill("100")
    box.blur()
    page.wait_for_url("**/login/?next=%2Fcomponents%2F")
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


def test_ticking_the_head_of_a_list_ticks_its_rows_and_says_how_many(page: Page) -> None:
    page.goto("/components/")
    page.get_by_label("选择本页全部").check()
    expect(page.locator("[data-check-count]")).to_have_text("已选 3 项")
    page.get_by_label("选择 JL-2026-00011").uncheck()
    expect(page.locator("[data-check-count]")).to_have_text("已选 2 项")


def test_on_a_phone_all_rows_are_ticked_at_once_and_long_texts_begin_at_the_left(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/components/")
    every = page.get_by_label("选择本页全部")
    every.scroll_into_view_if_needed()
    expect(page.get_by_text("选择本页全部")).to_be_in_viewport()
    box = every.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.get_by_text("选择本页全部").click()
    expect(page.locator("[data-check-count]")).to_have_text("已选 3 项")
    align = """() => {
      const table = document.createElement("table"); table.className = "stack";
      table.innerHTML = "<tbody><tr><th data-th=''>指标</th><td class='zh-l' data-th='评分要点'>要点</td></tr></tbody>";
      document.querySelector("main").append(table);
      return [...table.querySelectorAll("th,td")].map((one) => getComputedStyle(one).textAlign);
    }"""
    assert page.evaluate(align) == ["left", "left"]


def test_a_person_signs_in_sees_the_shell_and_signs_out(
    page: Page, person: Callable[..., Any], sign_in: Callable[..., Page]
) -> None:
    person("lisi", name="李四")
    sign_in("lisi")
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")
    assert_page(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.locator("details.person summary").click()
    page.get_by_label("字号").select_option("large")
    page.get_by_role("button", name="应用显示设置").click()
    expect(page.locator("html")).to_have_attribute("data-size", "large")
    page.locator("details.person summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_label("用户名")).to_be_visible()


def test_the_page_of_a_wrong_password_is_accessible_and_keeps_the_name(page: Page, person: Callable[..., Any]) -> None:
    person("lisi")
    page.goto("/login/")
    page.get_by_label("用户名").fill("lisi")
    page.get_by_label("密码", exact=True).fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".errsum")).to_contain_text("用户名或密码不正确")
    expect(page.get_by_label("用户名")).to_have_value("lisi")
    assert_page(page)
