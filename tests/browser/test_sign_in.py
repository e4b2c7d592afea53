"""Signing in at the screen: two steps, the first phone, a pasted password, and the pages of one's account."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from subsidy.accounts import factors, links
from subsidy.accounts.models import Authenticator, Link, Session, User
from subsidy.cases.models import Case
from tests.browser.people import careful, fills, follows, is_told, looks_at, presses, work_as
from tests.world import PASSWORD, build, code_of, jilin_draft

pytestmark = pytest.mark.starts_from("tests.world:build")


def goes_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.goto("/login/")
    fills(page, {"用户名": username, "密码": password})
    presses(page, "登录")


def test_an_officer_signs_in_in_two_steps_and_a_wrong_code_says_what_to_do(page: Page) -> None:
    with careful():
        page.goto("/login/")
        looks_at(page, "login")
        goes_in(page, "jl_local")
        expect(page.get_by_role("heading", level=1)).to_have_text("两步验证")
        looks_at(page, "login-code")
        fills(page, {"验证码": "000000"})
        presses(page, "验证并登录")
        expect(page.locator(".errsum")).to_contain_text("验证码不正确或已使用过")
        looks_at(page, "login-code-wrong")
        fills(page, {"验证码": code_of("jl_local")})
        presses(page, "验证并登录")
        expect(page.get_by_role("heading", level=1)).to_have_text("工作台")


def test_an_officer_without_a_phone_binds_one_and_keeps_the_recovery_codes(page: Page) -> None:
    Authenticator.objects.filter(user__username="jl_local").delete()
    with careful():
        goes_in(page, "jl_local")
        expect(page.get_by_role("heading", level=1)).to_have_text("绑定动态口令")
        picture = page.get_by_role("img", name=re.compile("二维码"))
        assert picture.evaluate("element => element.complete && element.naturalWidth > 100")
        looks_at(page, "login-enrol")
        phone = Authenticator(secret=page.locator(".secret").inner_text().replace(" ", ""))
        fills(page, {"验证码": factors.next_code(phone)})
        presses(page, "确认绑定")
        expect(page.locator(".codes li")).to_have_count(factors.RECOVERY_COUNT)
        looks_at(page, "login-recovery")
        follows(page, "已保存，继续")
        expect(page.get_by_role("heading", level=1)).to_have_text("工作台")


def test_a_password_can_be_pasted(page: Page) -> None:
    page.goto("/login/")
    fills(page, {"用户名": PASSWORD})
    page.get_by_label("用户名").select_text()
    page.keyboard.press("Control+X")
    page.get_by_label("密码", exact=True).focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_label("密码", exact=True)).to_have_value(PASSWORD)
    fills(page, {"用户名": "jl_applicant"})
    presses(page, "登录")
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")


def test_one_looks_after_one_s_account_and_ends_a_session_elsewhere(page: Page, browser: Browser, site: str) -> None:
    with careful():
        work_as(page, "jl_applicant")
        other = browser.new_context(base_url=site).new_page()
        goes_in(other, "jl_applicant")
        expect(other.get_by_role("heading", level=1)).to_have_text("工作台")
        page.locator("header details.person summary").click()
        follows(page, "我的账号")
        looks_at(page, "account")
        presses(page, "退出其他全部设备")
        is_told(page, "已退出其他 1 处登录")
        other.goto("/inbox/")
        expect(other.get_by_role("heading", level=1)).to_have_text("登录")
        other.context.close()
        follows(page, "修改密码")
        looks_at(page, "account-password")
        fills(page, {"当前密码": "wrong", "新密码": "short", "再次输入新密码": "other"})
        presses(page, "修改密码")
        expect(page.locator(".errsum")).to_contain_text("有 3 处需要修改")
        looks_at(page, "account-password-wrong")
        page.goto("/account/again/")
        looks_at(page, "account-again")


def test_the_security_officer_ends_a_session_and_begins_anew_with_a_lost_phone(page: Page) -> None:
    with careful():
        work_as(page, "security")
        page.get_by_role("navigation", name="主菜单").get_by_role("link", name="安全管理").click()
        looks_at(page, "security")
        follows(page, "人员与动态口令")
        looks_at(page, "security-people")
        fills(page, {"姓名或用户名": "jl_local2"})
        presses(page, "查找")
        follows(page, re.compile("重置动态口令"))
        looks_at(page, "security-reset")
        fills(page, {"核实方式和原因": "本人到场核对证件，手机遗失"})
        presses(page, "重置动态口令")
        is_told(page, "已重置“王芳”的动态口令")


def test_a_mailed_link_leads_to_a_new_password(page: Page) -> None:
    user = User.objects.get(username="jl_applicant")
    with careful():
        page.goto("/login/forgotten/")
        looks_at(page, "login-forgotten")
        token = links.make(user, Link.Purpose.RESET)
        page.goto(f"/login/reset/{token}/")
        looks_at(page, "login-reset")
        fills(page, {"新密码": "Xin-De-Mi-Ma-2026", "再次输入新密码": "Xin-De-Mi-Ma-2026"})
        presses(page, "设置新密码")
        is_told(page, "密码已设置")
        page.goto(f"/login/reset/{token}/")
        looks_at(page, "login-gone")
        goes_in(page, "jl_applicant", "Xin-De-Mi-Ma-2026")
        expect(page.get_by_role("heading", level=1)).to_have_text("工作台")


def test_an_administrator_starts_a_reset_and_chooses_nothing(page: Page) -> None:
    person = User.objects.get(username="jl_local")
    with careful():
        work_as(page, "admin")
        page.goto(f"/people/{person.pk}/link/")
        looks_at(page, "admin-start-reset")
        presses(page, "发送链接")
        expect(page.locator(".errsum")).to_contain_text("没有登记电子邮箱")
        User.objects.filter(pk=person.pk).update(email="li@example.cn")
        presses(page, "发送链接")
        expect(page.locator("body")).to_contain_text("链接已发往 li@example.cn")


def test_a_form_that_comes_too_late_is_sent_again_with_the_code(page: Page, settings: Any) -> None:
    work_as(page, "security")
    person = User.objects.get(username="jl_local2")
    page.goto(f"/security/people/{person.pk}/factors/")
    fills(page, {"核实方式和原因": "本人到场核对证件"})
    settings.FRESH_SECONDS = 0
    presses(page, "重置动态口令")
    expect(page.get_by_role("heading", level=1)).to_have_text("再次验证")
    settings.FRESH_SECONDS = 600
    fills(page, {"验证码": code_of("security")})
    presses(page, "验证并继续")
    is_told(page, "已重置“王芳”的动态口令")


def with_draft() -> None:
    """The world with a draft of jl_applicant."""
    jilin_draft(build())


@pytest.mark.starts_from("tests.browser.test_sign_in:with_draft")
@pytest.mark.parametrize("how", ["leaving the box", "pressing the button"])
def test_what_was_typed_in_a_lost_session_is_there_and_saved_after_signing_in_again(page: Page, how: str) -> None:
    work_as(page, "jl_applicant")
    case = Case.objects.get()
    page.goto(f"/my/{case.number}/steps/applicant/")
    Session.objects.all().delete()
    if how == "pressing the button":
        page.evaluate("() => { const then = Date.now; Date.now = () => then() + 61000; }")
    page.get_by_label("联系人", exact=True).fill("新的联系人")
    if how == "leaving the box":
        page.get_by_label("联系人", exact=True).blur()
    else:
        presses(page, "保存草稿")
    expect(page.locator("#flash")).to_contain_text("登录已过期")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="重新登录").click()
    other = opened.value
    fills(other, {"用户名": "jl_applicant", "密码": PASSWORD})
    presses(other, "登录")
    expect(other.get_by_role("heading", level=1)).to_have_text("工作台")
    other.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("[data-autosave-status]")).to_contain_text("已自动保存")
    expect(page.get_by_label("联系人", exact=True)).to_have_value("新的联系人")
    case.refresh_from_db()
    assert case.contact_name == "新的联系人"
    presses(page, "保存并返回")
    page.wait_for_url(lambda address: "/steps/" not in address)
