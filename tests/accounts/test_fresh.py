"""What asks for the code again when the last one is older than ten minutes, and whom it tells (row 8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from subsidy.accounts import factors
from subsidy.accounts.models import Authenticator, Post, RecoveryCodes, User
from subsidy.funding.models import PayeeConfirmation
from tests.accounts.door import browser, is_in, messages_of, password_step, sign_in, with_phone
from tests.cases.test_materials import small_pdf
from tests.funding import factory
from tests.pages.reading import forms_of
from tests.world import PASSWORD, World, code_of, world

__all__ = ["world"]


@pytest.fixture(autouse=True)
def slow_clock(world: World) -> Iterator[Any]:
    """Time that stands still until the test moves it."""
    with time_machine.travel(datetime.now(UTC), tick=False) as made:
        yield made


@pytest.mark.parametrize(("seconds", "asks"), [(599, False), (600, True)])
def test_a_page_of_one_s_factors_asks_after_ten_minutes(slow_clock: Any, seconds: int, asks: bool) -> None:
    client = sign_in(browser(), "jl_local")
    slow_clock.shift(seconds)
    answer = client.get("/account/factors/new/")
    assert answer.status_code == (303 if asks else 200)
    if asks:
        assert answer["Location"] == "/account/again/?next=%2Faccount%2Ffactors%2Fnew%2F"
        answer = client.post(answer["Location"], {"again-proof": code_of("jl_local")})
        assert answer["Location"] == "/account/factors/new/"
        assert client.get("/account/factors/new/").status_code == 200


def test_the_key_of_the_session_is_another_one_afterwards(slow_clock: Any) -> None:
    client = sign_in(browser(), "jl_local")
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/account/again/", {"again-proof": code_of("jl_local")})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert is_in(client)


@pytest.mark.parametrize("proof", ["", "000000", PASSWORD])
def test_a_wrong_code_opens_nothing(slow_clock: Any, proof: str) -> None:
    client = sign_in(browser(), "jl_local")
    slow_clock.shift(601)
    assert client.post("/account/again/?next=/account/factors/new/", {"again-proof": proof}).status_code == 422
    assert client.get("/account/factors/new/").status_code == 303


def test_whoever_has_no_phone_is_asked_for_the_password(slow_clock: Any) -> None:
    client = sign_in(browser(), "jl_applicant")
    slow_clock.shift(601)
    assert "登录密码" in client.get("/account/again/").content.decode()
    assert client.post("/account/again/", {"again-proof": "wrong"}).status_code == 422
    assert client.post("/account/again/", {"again-proof": PASSWORD}).status_code == 303
    assert client.get("/account/factors/new/").status_code == 200


def test_one_is_sent_on_to_pages_of_this_site_only(slow_clock: Any) -> None:
    client = sign_in(browser(), "jl_applicant")
    answer = client.post("/account/again/?next=//evil.example/", {"again-proof": PASSWORD})
    assert answer["Location"] == "/account/"


# --- the payee account --------------------------------------------------------


def account(case: Any) -> dict[str, str]:
    return {
        "holder": case.enterprise.name, "bank": "工行", "number": "6222000012345678",
        "number_again": "6222000012345678",
    }  # fmt: skip


def payee(world: World) -> tuple[Any, Any, str]:
    _plan, cases = factory.payable(world, "jilin", ["3000000.00"])
    Post.objects.filter(user__username="jl_stranger").update(enterprise=cases[0].enterprise)
    return sign_in(browser(), "jl_stranger"), cases[0], reverse("funding:payee", args=[cases[0].number])


def test_an_account_is_given_with_a_fresh_proof_what_was_typed_is_kept_and_all_who_file_are_told(
    world: World, slow_clock: Any
) -> None:
    client, case, address = payee(world)
    before = PayeeConfirmation.objects.count()
    slow_clock.shift(601)
    assert client.get(address)["Location"].startswith("/account/again/")
    page = client.post(address, account(case))
    assert page.status_code == 422
    assert 'name="number" value="6222000012345678"' in page.content.decode()
    assert PayeeConfirmation.objects.count() == before
    assert client.post(address, account(case) | {"again-proof": "wrong"}).status_code == 422
    assert PayeeConfirmation.objects.count() == before
    answer = client.post(address, account(case) | {"again-proof": PASSWORD})
    assert answer.status_code == 303
    assert PayeeConfirmation.objects.count() == before + 1
    assert messages_of("jl_stranger")[0] == "收款账户已确认"


def test_what_was_typed_beside_a_file_is_kept_and_the_file_is_asked_for_again(world: World, slow_clock: Any) -> None:
    client, case, address = payee(world)
    before = PayeeConfirmation.objects.count()
    slow_clock.shift(601)
    page = client.post(address, account(case) | {"scan": SimpleUploadedFile("许可证.pdf", small_pdf())})
    asked = unescape(page.content.decode())
    assert (page.status_code, "请重新选择文件再提交" in asked) == (422, True)
    assert 'name="number" value="6222000012345678"' in asked
    sent = next(form for form in forms_of(asked, address) if "again-file" in form.values)
    again = client.post(address, sent.data() | {"again-proof": "wrong"})
    assert 'name="again-file" value="scan"' in again.content.decode()
    back = client.post(address, sent.data() | {"again-proof": PASSWORD})
    told = unescape(back.content.decode())
    assert (back.status_code, 'value="6222000012345678"' in told) == (422, True)
    assert "文件没有随表单保留，请重新选择文件后再提交" in told
    assert PayeeConfirmation.objects.count() == before
    whole = account(case) | {"scan": SimpleUploadedFile("许可证.pdf", small_pdf())}
    assert client.post(address, whole).status_code == 303
    assert PayeeConfirmation.objects.count() == before + 1


# --- checking a batch ---------------------------------------------------------


def test_checking_a_batch_asks_and_other_steps_of_it_do_not(slow_clock: Any) -> None:
    client = sign_in(browser(), "jl_pay_checker")
    slow_clock.shift(601)
    assert client.post(reverse("funding:batch_move", args=[1, "check"])).status_code == 422
    assert client.post(reverse("funding:batch_move", args=[1, "ask_check"])).status_code == 404
    proof = {"again-proof": code_of("jl_pay_checker")}
    assert client.post(reverse("funding:batch_move", args=[1, "check"]), proof).status_code == 404


# --- roles --------------------------------------------------------------------


def test_giving_a_post_asks_and_whoever_gets_it_is_told(slow_clock: Any) -> None:
    admin = sign_in(browser(), "admin")
    user = User.objects.get(username="zs_local")
    agency = Post.objects.get(user__username="jl_local").agency_id
    values = {"agency": agency, "role": "local_reviewer", "valid_from": "2026-05-01", "version": "0"}
    slow_clock.shift(601)
    address = reverse("desk:post_new", args=[user.pk])
    assert admin.get(address)["Location"].startswith("/account/again/")
    assert admin.post(address, values).status_code == 422
    assert Post.objects.filter(user=user).count() == 1
    assert admin.post(address, values | {"again-proof": code_of("admin")}).status_code == 303
    assert Post.objects.filter(user=user).count() == 2
    assert messages_of("zs_local") == ["岗位已变更"]


# --- one's own factors --------------------------------------------------------


def test_staff_change_their_phone_and_never_lose_the_last_one(slow_clock: Any) -> None:
    client = sign_in(browser(), "jl_local")
    old = Authenticator.objects.get(user__username="jl_local")
    answer = client.post(reverse("accounts:factor_remove", args=[old.pk]))
    assert (answer.status_code, "必须绑定动态口令" in answer.content.decode()) == (403, True)
    new = with_phone("jl_local")
    slow_clock.shift(601)
    assert client.post(reverse("accounts:factor_remove", args=[old.pk])).status_code == 422
    code = factors.next_code(new)
    assert client.post(reverse("accounts:factor_remove", args=[old.pk]), {"again-proof": code}).status_code == 303
    assert Authenticator.objects.get(user__username="jl_local") == new
    assert messages_of("jl_local") == ["已解除动态口令"]


def test_an_enterprise_may_give_its_phone_up_again_with_its_recovery_codes() -> None:
    with_phone("jl_applicant")
    factors.new_recovery_codes(User.objects.get(username="jl_applicant"))
    client = sign_in(browser(), "jl_applicant")
    phone = Authenticator.objects.get(user__username="jl_applicant")
    assert client.post(reverse("accounts:factor_remove", args=[phone.pk])).status_code == 303
    assert not RecoveryCodes.objects.filter(user__username="jl_applicant").exists()


def test_nobody_takes_another_s_phone_away() -> None:
    phone = Authenticator.objects.get(user__username="jl_upper")
    client = sign_in(browser(), "jl_local")
    assert client.post(reverse("accounts:factor_remove", args=[phone.pk])).status_code == 404


def test_fresh_recovery_codes_replace_the_earlier_ones() -> None:
    old = factors.new_recovery_codes(User.objects.get(username="jl_local"))
    client = sign_in(browser(), "jl_local")
    assert client.post(reverse("accounts:recovery_new")).status_code == 200
    other = browser()
    password_step(other, "jl_local")
    assert other.post("/login/code/", {"proof": old[0]}).status_code == 422


def test_the_security_officer_begins_anew_with_a_lost_phone_says_why_and_the_person_is_told() -> None:
    client, officer = sign_in(browser(), "jl_local"), sign_in(browser(), "security")
    person = User.objects.get(username="jl_local")
    address = reverse("accounts:reset_factors", args=[person.pk])
    assert officer.post(address, {"reason": ""}).status_code == 422
    assert officer.post(address, {"reason": "本人到场核对证件，手机遗失"}).status_code == 303
    assert not is_in(client)
    assert password_step(browser(), "jl_local")["Location"] == "/login/factor/"
    assert messages_of("jl_local") == ["动态口令已重置"]


def test_the_security_officer_does_not_do_so_for_himself() -> None:
    officer = sign_in(browser(), "security")
    address = reverse("accounts:reset_factors", args=[User.objects.get(username="security").pk])
    assert officer.post(address, {"reason": "手机遗失"}).status_code == 403
