"""Which passwords are taken: the profile of staff and that of enterprises (trust.md row 2 and §0.7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import override_settings

from subsidy.accounts import passwords
from subsidy.accounts.models import OldPassword, Session, User
from tests.accounts.door import browser, code_step, is_in, messages_of, password_step, sign_in
from tests.world import PASSWORD, World, code_of, world

__all__ = ["world"]


@pytest.fixture(autouse=True)
def _world(world: World) -> None:
    """Everybody of the small world."""


def person(username: str) -> User:
    return User.objects.get(username=username)


def refused(username: str, password: str) -> str:
    """What is said against it; empty when it is taken."""
    try:
        validate_password(password, person(username))
    except ValidationError as fault:
        return " ".join(fault.messages)
    return ""


STAFF = ["jl_local", "expert1", "admin", "security", "auditor"]


@pytest.mark.parametrize("who", STAFF)
@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("Abcdefghij1", "至少 12 个字符，现为 11 个"), ("Abcdefghijk1", ""), ("abcdefghijkl1", "至少 3 种"),
        ("abcdefghijk-", "至少 3 种"), ("abcdefghij-1", ""), ("ABCDEFGHIJ-1", ""),
        ("密码密码密码密码密码密码", "至少 3 种"),
        ("密码密码密码密码密码A1", ""), ("Ab1" + "x" * 253, ""), ("Ab1" + "x" * 254, "最长 256 个字符，现为 257 个"),
    ],
)  # fmt: skip
def test_staff_need_twelve_characters_of_three_kinds(who: str, password: str, sentence: str) -> None:
    said = refused(who, password)
    assert sentence in said if sentence else said == ""


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("xlnvowkzp", "至少 10 个字符，现为 9 个"), ("xlnvowkzpq", ""), ("一句自己才知道的长话语", "")],
)
def test_enterprises_need_ten_characters_of_any_kind(password: str, sentence: str) -> None:
    said = refused("jl_applicant", password)
    assert sentence in said if sentence else said == ""


@pytest.mark.parametrize("who", ["jl_local", "jl_applicant"])
@pytest.mark.parametrize(
    "password", ["Admin@123456", "P@ssw0rd2026", "Zhongshan@2026", "Qwer1234@2025", "1qaz@WSX@2026"]
)
def test_known_passwords_are_refused_although_they_have_the_form(who: str, password: str) -> None:
    assert "常见" in refused(who, password)


def test_a_password_like_the_own_name_is_refused() -> None:
    User.objects.filter(username="jl_local").update(email="li.mingyuan@example.cn")
    assert refused("jl_local", "Li.Mingyuan1") != ""


@override_settings(PASSWORD_PROFILE_OF_STAFF="asvs")
def test_the_profile_of_staff_is_a_setting() -> None:
    assert refused("jl_local", "xlnvowkzpq") == ""
    assert not passwords.is_due(person("jl_local"))


WORDS = [f"Di-{number}-Ge-Mi-Ma-2026" for number in range(7)]


def test_the_last_five_passwords_of_staff_do_not_come_back() -> None:
    for word in WORDS[:6]:
        passwords.change(person("jl_local"), word)
    for word in WORDS[1:6]:
        assert "最近 5 次" in refused("jl_local", word)
    assert refused("jl_local", WORDS[0]) == ""
    assert refused("jl_local", WORDS[6]) == ""
    stored = str(list(OldPassword.objects.values()))
    assert not any(word in stored for word in WORDS)


def test_an_enterprise_may_return_to_an_old_one() -> None:
    for word in WORDS[:2]:
        passwords.change(person("jl_applicant"), word)
    assert refused("jl_applicant", WORDS[0]) == ""


# --- ninety days --------------------------------------------------------------

SET = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(("days", "due"), [(89, False), (90, True)])
def test_staff_are_asked_for_a_new_password_after_ninety_days_and_get_no_further_without(days: int, due: bool) -> None:
    User.objects.filter(username="jl_local").update(password_since=SET)
    with time_machine.travel(SET + timedelta(days=days), tick=False):
        client = browser()
        password_step(client, "jl_local")
        answer = code_step(client, code_of("jl_local"))
        assert answer["Location"] == ("/login/password/" if due else "/inbox/")
        assert is_in(client) is not due
        if due:
            assert "已到更换期限" in client.get("/login/password/").content.decode()
            assert client.post("/login/password/", {"new": PASSWORD, "again": PASSWORD}).status_code == 422
            answer = client.post("/login/password/", {"new": WORDS[0], "again": WORDS[0]})
            assert answer["Location"] == "/inbox/"
            assert is_in(client)


def test_enterprises_and_people_of_the_demo_keep_theirs() -> None:
    User.objects.update(password_since=SET - timedelta(days=400))
    assert not passwords.is_due(person("jl_applicant"))
    assert passwords.is_due(person("jl_local"))
    User.objects.filter(username="jl_local").update(is_demo=True)
    assert not passwords.is_due(person("jl_local"))


# --- one's own ----------------------------------------------------------------


def change(client: Any, **values: str) -> Any:
    given = {"current": PASSWORD, "new": WORDS[0], "again": WORDS[0]} | values
    return client.post("/account/password/", given)


def test_a_new_password_ends_the_other_sessions_and_its_owner_is_told() -> None:
    here, there = sign_in(browser(), "jl_applicant"), sign_in(browser("203.0.113.9"), "jl_applicant")
    assert change(here)["Location"] == "/account/"
    assert (is_in(here), is_in(there)) == (True, False)
    assert Session.objects.filter(user__username="jl_applicant").count() == 1
    assert messages_of("jl_applicant") == ["登录密码已修改"]
    assert is_in(sign_in(browser(), "jl_applicant", WORDS[0]))
    assert password_step(browser(), "jl_applicant", PASSWORD).status_code == 422


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"current": "wrong"}, "当前密码不正确"), ({"again": "other"}, "两次输入的新密码不一致"),
        ({"new": "short", "again": "short"}, "至少 10 个字符"), ({"new": ""}, "请填写“新密码”"),
    ],
)  # fmt: skip
def test_a_wrong_change_gets_a_sentence_and_changes_nothing(changed: dict[str, str], sentence: str) -> None:
    client = sign_in(browser(), "jl_applicant")
    answer = change(client, **changed)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert person("jl_applicant").check_password(PASSWORD)
    assert not any(word in answer.content.decode() for word in (PASSWORD, WORDS[0]))


def test_boxes_for_passwords_take_pasted_text_and_tell_password_managers_what_they_are() -> None:
    page = sign_in(browser(), "jl_applicant").get("/account/password/").content.decode()
    assert page.count('autocomplete="new-password"') == 2
    assert page.count('autocomplete="current-password"') == 1
    assert "onpaste" not in page
    assert "maxlength" not in page
