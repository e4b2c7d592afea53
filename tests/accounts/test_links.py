"""Links that are mailed: one person, one purpose, one use, half an hour, and no way around the code (row 7)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse

from subsidy.accounts import links, passwords
from subsidy.accounts.models import Link, User
from tests.accounts.door import OLD_ENOUGH, browser, is_in, messages_of, password_step, sign_in
from tests.world import PASSWORD, World, world
from workflow.models import Access, Job

__all__ = ["world"]

NEW = {"new": OLD_ENOUGH, "again": OLD_ENOUGH}
MOMENT = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _world(world: World) -> None:
    """Everybody of the small world, one of them with an address."""
    User.objects.filter(username="jl_local").update(email="li@example.cn")


def person(username: str = "jl_local") -> User:
    return User.objects.get(username=username)


def mailed(letter: Any = None) -> str:
    """The path of the link in the last letter."""
    found = re.search(r"https?://[^/]+(/login/\S+)", (letter or mail.outbox[-1]).body)
    assert found
    return found[1]


def do(name: str) -> None:
    """Do the last job of this name, as the worker would."""
    from workflow import outbox

    outbox.run(Job.objects.filter(name=name).order_by("-pk")[0].pk)


def asked() -> str:
    browser().post("/login/forgotten/", {"username": "jl_local", "email": "LI@example.cn"})
    do(links.ASKED)
    return mailed()


def test_whoever_has_forgotten_the_password_sets_a_new_one_and_is_then_asked_for_the_code() -> None:
    address = asked()
    assert mail.outbox[-1].to == ["li@example.cn"]
    client = browser()
    assert "李明" not in client.get(address).content.decode() or client.get(address).status_code == 200
    assert client.post(address, NEW)["Location"] == "/login/"
    assert not is_in(client)
    assert password_step(client, "jl_local", OLD_ENOUGH)["Location"] == "/login/code/"
    assert not is_in(client)
    assert messages_of("jl_local") == ["登录密码已修改"]


def test_a_link_counts_once() -> None:
    address = asked()
    assert browser().post(address, NEW).status_code == 303
    for answer in (browser().get(address), browser().post(address, NEW)):
        assert answer.status_code == 410
        assert "链接已使用过" in answer.content.decode()


@pytest.mark.parametrize(("seconds", "status"), [(1799, 200), (1800, 410)])
def test_a_link_counts_for_half_an_hour(seconds: int, status: int) -> None:
    with time_machine.travel(MOMENT, tick=False):
        token = links.make(person(), Link.Purpose.RESET)
    with time_machine.travel(MOMENT + timedelta(seconds=seconds), tick=False):
        assert browser().get(reverse("login_reset", args=[token])).status_code == status


def test_a_newer_link_makes_the_older_one_void() -> None:
    first, second = asked(), asked()
    assert (browser().get(first).status_code, browser().get(second).status_code) == (410, 200)


def test_a_link_of_one_purpose_is_not_found_at_another() -> None:
    token = links.make(person(), Link.Purpose.RESET)
    assert browser().get(reverse("login_welcome", args=[token])).status_code == 404
    assert browser().post(reverse("login_welcome", args=[token]), NEW).status_code == 404
    assert browser().get(reverse("login_reset", args=[token])).status_code == 200


@pytest.mark.parametrize("token", ["x", "0" * 43, "../x", "\u00e9", "%00"])
def test_a_guessed_link_is_not_found(token: str) -> None:
    assert browser().get(f"/login/reset/{token}/").status_code == 404


def test_a_new_password_makes_open_links_void() -> None:
    addresses = [
        reverse(links.PAGES[purpose], args=[links.make(person(), purpose)]) for purpose in Link.Purpose
    ]  # fmt: skip
    passwords.change(person(), OLD_ENOUGH)
    assert [browser().get(address).status_code for address in addresses] == [410, 410]


def test_a_dismissed_person_s_link_is_void() -> None:
    address = asked()
    User.objects.filter(username="jl_local").update(is_active=False)
    assert browser().get(address).status_code == 410


def test_links_are_random_and_lie_in_no_table() -> None:
    tokens = {links.make(person(), Link.Purpose.RESET) for _time in range(20)}
    assert len(tokens) == 20
    assert all(len(token) >= 43 for token in tokens)
    address = asked()
    token = address.strip("/").rpartition("/")[2]
    for model in (Link, Job, Access):
        assert token not in str(list(model.objects.values()))


@pytest.mark.parametrize("password", ["short", "jl_local", "abcdefghijklm"])
def test_a_bad_password_gets_a_sentence_and_does_not_use_the_link_up(password: str) -> None:
    address = asked()
    assert browser().post(address, {"new": password, "again": password}).status_code == 422
    assert browser().post(address, NEW).status_code == 303


def test_nobody_is_written_to_whose_address_is_another() -> None:
    browser().post("/login/forgotten/", {"username": "jl_local", "email": "other@example.cn"})
    do(links.ASKED)
    browser().post("/login/forgotten/", {"username": "no_such_person", "email": "li@example.cn"})
    do(links.ASKED)
    assert mail.outbox == []


def test_asking_again_and_again_is_stopped() -> None:
    with time_machine.travel(MOMENT, tick=False) as clock:
        for _time in range(10):
            clock.shift(60)
            browser().post("/login/forgotten/", {"username": "jl_local", "email": "li@example.cn"})
        answer = browser().post("/login/forgotten/", {"username": "jl_local", "email": "li@example.cn"})
        assert answer.status_code == 429


# --- administrators start, and never choose -----------------------------------


def test_an_administrator_starts_a_reset_and_sees_neither_link_nor_password() -> None:
    admin = sign_in(browser(), "admin")
    address = reverse("desk:person_link", args=[person().pk])
    assert 'type="password"' not in admin.get(address).content.decode()
    answer = admin.post(address, {"new": OLD_ENOUGH, "again": OLD_ENOUGH, "password1": OLD_ENOUGH, "version": "0"})
    assert answer.status_code == 303
    assert person().check_password(PASSWORD)
    do(links.STARTED)
    shown = admin.get(answer["Location"]).content.decode()
    assert mailed() not in shown
    assert browser().post(mailed(), NEW).status_code == 303
    assert (
        Access.objects.filter(kind="administered", actor_name="管理员", result__startswith="mail a link").count() == 1
    )


@pytest.mark.parametrize("fault", ["no address", "dismissed"])
def test_where_no_link_can_be_mailed_the_administrator_is_told_so(fault: str) -> None:
    User.objects.filter(username="jl_local").update(
        **({"email": ""} if fault == "no address" else {"is_active": False})
    )
    admin = sign_in(browser(), "admin")
    answer = admin.post(reverse("desk:person_link", args=[person().pk]), {"version": "0"})
    assert answer.status_code == 422
    assert not Job.objects.filter(name=links.STARTED).exists()


def test_a_new_person_gets_an_invitation_and_binds_a_phone_on_the_first_way_in() -> None:
    admin = sign_in(browser(), "admin")
    values = {"username": "xinren", "name": "新人", "email": "xin@example.cn", "phone": "13911112222"}
    values |= {"role": "expert", "valid_from": "2026-05-20"}
    assert admin.post(reverse("desk:person_new"), values | {"password1": OLD_ENOUGH}).status_code == 303
    assert not person("xinren").has_usable_password()
    do(links.STARTED)
    assert mail.outbox[-1].to == ["xin@example.cn"]
    assert mailed().startswith("/login/welcome/")
    client = browser()
    assert client.post(mailed(), NEW).status_code == 303
    assert password_step(client, "xinren", OLD_ENOUGH)["Location"] == "/login/factor/"


def test_two_people_of_one_telephone_and_mixed_letters_are_refused_with_a_sentence() -> None:
    admin = sign_in(browser(), "admin")
    values = {"username": "xinren", "name": "新人", "email": "xin@example.cn", "phone": "13911112222"}
    values |= {"role": "expert", "valid_from": "2026-05-20"}
    admin.post(reverse("desk:person_new"), values)
    answer = admin.post(reverse("desk:person_new"), values | {"username": "xinren2"})
    assert "已有启用中的账号使用此手机号码" in answer.content.decode()
    answer = admin.post(reverse("desk:person_new"), values | {"username": "аdmin", "phone": ""})
    assert "不同文字" in answer.content.decode()


# --- the first three ----------------------------------------------------------


def test_the_first_administrators_come_from_the_command_line_with_a_link_each() -> None:
    call_command("create_administrator", "auditor", "sj", "审计", "sj@example.cn", stdout=(out := StringIO()))
    link = re.search(r"https?://[^/]+(/login/welcome/\S+)", out.getvalue())
    assert link
    assert browser().post(link[1], NEW).status_code == 303
    with pytest.raises(CommandError, match="three new people"):
        call_command("create_administrator", "administrator", "sj", "审计", "sj@example.cn", stdout=StringIO())
