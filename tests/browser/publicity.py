"""Notices, the public site, objections.

Each function is a step of the person whose step it is; it ends on the page to which the system leads.
"""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Page, expect

from tests.browser.people import Value, fills, follows, goes_to, is_told, looks_at, presses, reads


def builds_a_notice(page: Page, words: Mapping[str, str]) -> None:
    """A notice over what is shortlisted, sent to whoever signs it."""
    goes_to(page, "公示与异议")
    looks_at(page, "notices")
    follows(page, "拟制公示")
    page.get_by_role("checkbox", name="选择本页全部").check()
    fills(page, words)
    looks_at(page, "notice-new")
    presses(page, "保存草稿")
    is_told(page, "公示草稿已保存")
    looks_at(page, "notice-draft")
    presses(page, "送审")
    is_told(page, "已送审，等待签发")


def publishes_the_notice(page: Page, title: str) -> None:
    """The second person types the number of projects; a wrong number is refused."""
    goes_to(page, "公示与异议")
    follows(page, title)
    follows(page, "发布公示")
    fills(page, {"请输入项目数以确认": "2"})
    presses(page, "发布公示")
    expect(page.locator(".errsum")).to_be_visible()
    fills(page, {"请输入项目数以确认": "1"})
    looks_at(page, "notice-publish")
    presses(page, "发布公示")
    is_told(page, "公示已发布")


def objects(page: Page, title: str, values: Mapping[str, Value]) -> tuple[str, str]:
    """Anybody, without signing in, objects to the first row; gives the number and the query code of the slip."""
    page.goto("/public/")
    looks_at(page, "public-list")
    follows(page, title)
    looks_at(page, "public-notice")
    follows(page, "提出异议")
    page.get_by_role("group", name="有异议的项目").get_by_role("checkbox").first.check()
    fills(page, values)
    looks_at(page, "public-object")
    presses(page, "提交异议")
    reads(page, "请保存受理编号和查询码")
    looks_at(page, "public-slip")
    number, code = page.locator(".facts dd").all_inner_texts()
    return number, code


def settles_the_objection(page: Page, number: str, result: str, conclusion: str) -> None:
    """Take it up, then settle it with a reason."""
    goes_to(page, "公示与异议")
    follows(page, "异议处理")
    looks_at(page, "objections")
    follows(page, number)
    presses(page, "受理核实")
    is_told(page, "已受理，开始核实")
    fills(page, {"结论": result, "核实情况与理由": conclusion})
    looks_at(page, "objection")
    presses(page, "办结异议")
    is_told(page, "异议已办结")


def ends_the_notice(page: Page, title: str) -> None:
    """After the last day the projects go to the reserve."""
    goes_to(page, "公示与异议")
    follows(page, title)
    presses(page, "公示期满，转入储备")
    is_told(page, "公示已结束，1 个项目转入储备")


def cannot_end_yet(page: Page, title: str, sentence: str) -> None:
    """While the period runs there is a sentence in place of the button."""
    goes_to(page, "公示与异议")
    follows(page, title)
    reads(page, sentence)
    expect(page.get_by_role("button", name="公示期满，转入储备")).to_have_count(0)


def looks_up_the_objection(page: Page, number: str, code: str, conclusion: str) -> None:
    """Who objected asks how it stands, with the slip and without a login."""
    page.goto("/public/")
    follows(page, "查询异议办理情况")
    fills(page, {"受理编号": number, "查询码": code})
    presses(page, "查询")
    reads(page, conclusion)
    looks_at(page, "public-lookup")
