"""Getting in: two factors on every way, slower after failures, one answer about everybody (trust.md rows 1–6, 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.test import override_settings
from django.urls import reverse

from subsidy import safety
from subsidy.accounts import attempts, entry, factors
from subsidy.accounts.access import PUBLIC, views
from subsidy.accounts.actor import Actor
from subsidy.accounts.credentials import Attempt
from subsidy.accounts.models import Authenticator, Post, RecoveryCodes, User
from subsidy.accounts.rights import Role
from subsidy.accounts.sessions import SessionStore
from tests.accounts.door import (
    ELSEWHERE,
    HOME,
    browser,
    code_step,
    is_in,
    messages_of,
    password_step,
    sign_in,
    with_phone,
)
from tests.world import APPLICANTS, PASSWORD, PEOPLE, World, actor, code_of, world
from workflow import clock
from workflow.models import Access

__all__ = ["world"]

ROOT = Path(settings.ROOT)
QUERIES_OF_A_WRONG_PASSWORD = 8


@pytest.fixture
def slow_clock() -> Iterator[Any]:
    """Time that stands still until the test moves it."""
    with time_machine.travel(datetime(2026, 5, 20, 2, 0, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _world(world: World) -> None:
    """Everybody of the small world."""


# --- row 1: one account a person ----------------------------------------------


def test_two_active_accounts_never_have_one_telephone() -> None:
    User.objects.create(username="first", name="甲", phone="139 0000 2222", password="x")
    with pytest.raises(Exception, match="one_account_a_phone"):
        User.objects.create(username="second", name="乙", phone="１３９００００２２２２", password="x")


def test_the_telephone_of_somebody_who_left_is_free_again() -> None:
    User.objects.create(username="first", name="甲", phone="13900002222", is_active=False)
    User.objects.create(username="second", name="乙", phone="13900002222")
    assert User.objects.get(username="second").phone == "13900002222"


@override_settings(SUBSIDY_MODE="production")
def test_production_does_not_start_over_accounts_of_the_demo_and_names_them() -> None:
    safety.refuse_demo_people()
    User.objects.filter(username="jl_local").update(is_demo=True)
    with pytest.raises(ImproperlyConfigured, match="jl_local"):
        safety.refuse_demo_people()


@override_settings(SUBSIDY_MODE="production")
def test_in_production_somebody_of_the_demo_is_answered_like_nobody() -> None:
    known = password_step(browser(), "nobody")
    User.objects.filter(username="jl_local").update(is_demo=True)
    answer = password_step(browser(), "jl_local")
    assert (answer.status_code, "用户名或密码不正确" in answer.content.decode()) == (known.status_code, True)


# --- row 2: the password is taken as it is ------------------------------------


@pytest.mark.parametrize(
    "password", ["A1-" + "x" * 62, " leading and trailing blanks 1A ", "密码也可以是中文的一句话2026A"]
)
def test_a_long_or_odd_password_signs_in_unchanged(password: str) -> None:
    user = User.objects.get(username="jl_applicant")
    user.set_password(password)
    user.save()
    assert password_step(browser(), "jl_applicant", password.strip() + "?").status_code == 422
    assert is_in(sign_in(browser(), "jl_applicant", password))


# --- row 4: the second factor on every way in ---------------------------------

MUST = sorted(PEOPLE)
FREE = sorted(APPLICANTS)


@pytest.mark.parametrize("who", MUST)
def test_staff_experts_and_administrators_are_not_in_after_the_password(who: str) -> None:
    client = browser()
    answer = password_step(client, who)
    assert answer["Location"] == "/login/code/"
    assert not is_in(client)
    code_step(client, code_of(who))
    assert is_in(client)


@pytest.mark.parametrize("who", FREE)
def test_enterprises_need_none_and_are_asked_once_they_have_one(who: str) -> None:
    assert is_in(sign_in(browser(), who))
    with_phone(who)
    client = browser()
    assert password_step(client, who)["Location"] == "/login/code/"
    assert not is_in(client)


SCOPED = [
    name for name, route, mark in views()
    if mark != PUBLIC and "<" not in route and name not in {"logout", "components"}
]  # fmt: skip


@pytest.mark.parametrize("way", ["form", "api", "admin", "reset", "invitation"])
def test_staff_without_a_factor_reach_the_page_that_binds_one_and_no_other(way: str) -> None:
    Authenticator.objects.filter(user__username="admin").delete()
    client = browser()
    page = {"api": "/api/cases/", "admin": "/admin/"}.get(way, "/")
    if way in {"reset", "invitation"}:
        _by_mail(client, way)
    answer = client.post("/login/", {"username": "admin", "password": _word(way), "next": page})
    assert answer["Location"] == "/login/factor/"
    assert client.get("/login/factor/").status_code == 200
    for name in SCOPED:
        answer = client.get(reverse(name))
        assert answer.status_code == 403 or answer["Location"].startswith("/login/"), name
    assert client.get("/login/code/")["Location"] == "/login/factor/"
    assert client.get("/login/password/")["Location"] == "/login/factor/"


def _word(way: str) -> str:
    return "Xin-De-Mi-Ma-2026" if way in {"reset", "invitation"} else PASSWORD


def _by_mail(client: Any, way: str) -> None:
    from subsidy.accounts import links
    from subsidy.accounts.models import Link

    purpose = Link.Purpose.RESET if way == "reset" else Link.Purpose.WELCOME
    address = reverse(links.PAGES[purpose], args=[links.make(User.objects.get(username="admin"), purpose)])
    assert client.post(address, {"new": _word(way), "again": _word(way)})["Location"] == "/login/"
    assert not is_in(client)


@pytest.mark.parametrize("who", ["jl_local", "expert1", "admin", "security", "auditor"])
@pytest.mark.parametrize("stamped", [True, False])
def test_a_session_opened_past_the_steps_is_ended_at_its_first_page(who: str, stamped: bool) -> None:
    """Whatever forgets the door and calls Django's login itself."""
    user = User.objects.get(username=who)
    request = HttpRequest()
    request.session = SessionStore()
    login(request, user, backend=entry.BACKEND)
    if stamped:
        request.session[entry.SIGN_IN] = entry.stamp(user, request, factor=False)
    request.session.save()
    client = browser()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    assert client.get("/inbox/")["Location"] == "/login/?next=/inbox/"
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    assert client.get("/api/cases/").status_code == 403


def test_only_one_place_signs_anybody_in() -> None:
    calls = re.compile(r"\blogin\(request|auth_login\(|force_login\(")
    found = {str(path.relative_to(ROOT)) for path in (ROOT / "subsidy").rglob("*.py") if calls.search(path.read_text())}
    assert found == {"subsidy/accounts/entry.py"}
    assert settings.AUTHENTICATION_BACKENDS == [entry.BACKEND]
    kinds = settings.REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"]
    assert kinds == ["rest_framework.authentication.SessionAuthentication"]


def test_who_gets_a_post_that_needs_a_factor_meanwhile_must_sign_in_anew() -> None:
    client = sign_in(browser(), "jl_applicant")
    agency = Post.objects.get(user__username="jl_local").agency
    Post.objects.create(
        user=User.objects.get(username="jl_applicant"), agency=agency, role=Role.LOCAL_FINANCE, valid_from="2026-01-01"
    )
    assert not is_in(client)
    assert password_step(client, "jl_applicant")["Location"] == "/login/factor/"


def test_every_role_but_the_applicant_s_needs_a_factor() -> None:
    needing = {role for who in [*PEOPLE, *APPLICANTS] for role in actor(who).roles if actor(who).needs_factor}
    assert needing == set(Role) - {Role.APPLICANT}


# --- binding a phone ----------------------------------------------------------


def _secret(client: Any, page: str = "/login/factor/") -> Authenticator:
    shown = re.search(r'class="secret">([A-Z2-7 ]+)<', client.get(page).content.decode())
    assert shown
    return Authenticator(secret=shown[1].replace(" ", ""))


def test_a_phone_is_bound_by_its_first_code_and_the_recovery_codes_are_shown_once() -> None:
    Authenticator.objects.filter(user__username="jl_local").delete()
    client = browser()
    password_step(client, "jl_local")
    phone = _secret(client)
    assert _secret(client).secret == phone.secret
    assert not Authenticator.objects.filter(user__username="jl_local").exists()
    answer = client.post("/login/factor/", {"name": "工作手机", "code": factors.next_code(phone)})
    codes = re.findall(r"<code>([A-Z2-7-]{29})</code>", answer.content.decode())
    assert len(codes) == factors.RECOVERY_COUNT
    assert is_in(client)
    assert Authenticator.objects.get(user__username="jl_local").secret == phone.secret
    assert codes[0].replace("-", "") not in str(RecoveryCodes.objects.values_list().get())
    assert codes[0] not in client.get("/account/").content.decode()
    assert messages_of("jl_local") == ["已绑定动态口令"]


@pytest.mark.parametrize("code", ["", "000000", "12345", "一二三四五六", "1234567", "½"])
def test_a_wrong_first_code_binds_nothing(code: str) -> None:
    Authenticator.objects.filter(user__username="jl_local").delete()
    client = browser()
    password_step(client, "jl_local")
    assert client.post("/login/factor/", {"name": "手机", "code": code}).status_code == 422
    assert not Authenticator.objects.filter(user__username="jl_local").exists()
    assert not is_in(client)


def test_a_recovery_code_counts_once_and_its_owner_is_told() -> None:
    user = User.objects.get(username="jl_local")
    codes = factors.new_recovery_codes(user)
    first, second = browser(), browser()
    for client in (first, second):
        password_step(client, "jl_local")
    assert code_step(first, codes[0].lower().replace("-", " ")).status_code == 303
    assert code_step(second, codes[0]).status_code == 422
    assert (is_in(first), is_in(second)) == (True, False)
    assert messages_of("jl_local") == ["恢复码已使用"]
    assert len(RecoveryCodes.objects.get(user=user).digests) == factors.RECOVERY_COUNT - 1


def test_a_recovery_code_is_its_owner_s_alone() -> None:
    codes = factors.new_recovery_codes(User.objects.get(username="jl_local"))
    client = browser()
    password_step(client, "jl_upper")
    assert code_step(client, codes[0]).status_code == 422


# --- row 5: a code works once; five tries -------------------------------------


def test_a_code_works_once() -> None:
    code = code_of("jl_local")
    first, second = browser(), browser()
    for client in (first, second):
        password_step(client, "jl_local")
    assert code_step(first, code).status_code == 303
    assert code_step(second, code).status_code == 422
    assert (is_in(first), is_in(second)) == (True, False)


@pytest.mark.parametrize(("seconds", "counts"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_code_counts_one_step_before_and_after_its_own(seconds: int, counts: bool) -> None:
    moment = datetime(2026, 5, 20, 2, 0, 0, tzinfo=UTC)
    with time_machine.travel(moment + timedelta(seconds=seconds), tick=False):
        code = code_of("jl_local")
    with time_machine.travel(moment, tick=False):
        client = browser()
        password_step(client, "jl_local")
        code_step(client, code)
        assert is_in(client) is counts


def test_a_code_is_read_in_full_width_and_with_a_blank() -> None:
    client = browser()
    password_step(client, "jl_local")
    code = code_of("jl_local").translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert code_step(client, f"{code[:3]} {code[3:]}").status_code == 303


def test_after_five_wrong_codes_the_password_is_asked_again_and_the_owner_is_told(slow_clock: Any) -> None:
    client = browser()
    password_step(client, "jl_local")
    answers = []
    for _try in range(5):
        slow_clock.shift(10)
        answers.append(code_step(client, "000000"))
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 303]
    assert "还可以再试 1 次" in answers[3].content.decode()
    assert answers[4]["Location"] == "/login/"
    assert client.get("/login/code/")["Location"] == "/login/"
    code_step(client, code_of("jl_local"))
    assert not is_in(client)
    assert messages_of("jl_local") == ["验证码多次输错"]
    assert Access.objects.filter(kind="refused", actor_name="李明", result__contains="five wrong").count() == 1


def test_a_password_that_was_given_waits_ten_minutes_for_its_code() -> None:
    with time_machine.travel(datetime(2026, 5, 20, 2, 0, tzinfo=UTC), tick=False) as clock:
        client = browser()
        password_step(client, "jl_local")
        clock.shift(601)
        assert code_step(client, code_of("jl_local"))["Location"] == "/login/"
        assert not is_in(client)


def test_a_password_changed_meanwhile_ends_the_waiting() -> None:
    client = browser()
    password_step(client, "jl_local")
    User.objects.filter(username="jl_local").update(password=make_password("another-Password-1"))
    code_step(client, code_of("jl_local"))
    assert not is_in(client)


def test_nobody_calls_a_device_past_the_lock_of_the_library() -> None:
    """A direct `device.verify_token` neither locks nor counts (row 5); the library's two functions do."""
    for path in (ROOT / "subsidy").rglob("*.py"):
        assert not re.search(r"\.verify_token\(", path.read_text()), path


# --- row 3: slower, and locked by account and address -------------------------


def _fail(client: Any, username: str, times: int, clock: Any, **more: Any) -> Any:
    for _try in range(times):
        clock.shift(60)
        answer = password_step(client, username, "wrong", **more)
    return answer


def test_ten_failures_lock_the_account_at_that_address_and_nowhere_else(slow_clock: Any) -> None:
    there, owner = browser(ELSEWHERE), browser(HOME)
    assert _fail(there, "jl_local", 10, slow_clock).status_code == 422
    answer = password_step(there, "jl_local")
    assert (answer.status_code, "尝试次数过多，请在 15 分钟后再试" in answer.content.decode()) == (429, True)
    password_step(owner, "jl_local")
    code_step(owner, code_of("jl_local"))
    assert is_in(owner)
    slow_clock.shift(14 * 60)
    assert password_step(there, "jl_local").status_code == 429
    slow_clock.shift(2 * 60)
    assert password_step(there, "jl_local")["Location"] == "/login/code/"


def test_whoever_is_slowed_is_told_why_and_how_long_whether_the_account_exists_or_not(slow_clock: Any) -> None:
    told = {}
    for username in ("jl_local", "nobody-of-this-name"):
        client = browser(ELSEWHERE)
        _fail(client, username, 10, slow_clock)
        page = password_step(client, username, "wrong").content.decode()
        told[username] = re.findall(r"尝试次数过多[^<]*", page)
    sentence = "尝试次数过多，请在 15 分钟后再试。从您所在的网络用此用户名多次尝试未成功，也可能是他人所为。"
    assert told["jl_local"][0].startswith(sentence)
    assert told["jl_local"] == told["nobody-of-this-name"]


@override_settings(SUBSIDY_MODE="demo")
def test_a_right_code_after_the_failures_of_another_client_is_told_to_wait(slow_clock: Any) -> None:
    User.objects.filter(username="jl_local").update(is_demo=True)
    client, other = browser(), browser()
    password_step(client, "jl_local")
    _fail(other, "jl_local", 5, slow_clock)
    answer = code_step(client, code_of("jl_local"))
    page = answer.content.decode()
    assert (answer.status_code, "请在 4 秒后再试" in page, "也可能是他人所为" in page) == (429, True, True)
    assert "现在可用的验证码" not in page
    slow_clock.shift(4)
    code_step(client, code_of("jl_local"))
    assert is_in(client)


def test_a_network_that_tries_too_often_is_not_told_of_an_account(slow_clock: Any) -> None:
    for place in range(200):
        Attempt.objects.create(
            key=f"{place:064d}", address_key=attempts._keys(attempts.SIGN_IN, "", HOME)[1], at=clock.real_now()
        )
    page = password_step(browser(HOME), "jl_local").content.decode()
    assert "从您所在的网络尝试的次数过多" in page
    assert "用此用户名" not in page


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "True-Client-IP"])
def test_forged_headers_are_still_one_address(slow_clock: Any, header: str) -> None:
    for place in range(10):
        slow_clock.shift(60)
        password_step(browser(ELSEWHERE), "jl_local", "wrong", headers={header: f"10.0.0.{place}"})
    assert password_step(browser(ELSEWHERE), "jl_local", headers={header: HOME}).status_code == 429
    assert password_step(browser(HOME), "jl_local", headers={header: ELSEWHERE}).status_code == 303


@override_settings(TRUSTED_PROXIES=["192.0.2.0/24"])
def test_behind_our_own_proxy_the_address_is_the_last_one_that_is_not_ours(slow_clock: Any) -> None:
    proxy = "192.0.2.10"
    for place in range(10):
        slow_clock.shift(60)
        forged = {"X-Forwarded-For": f"10.0.0.{place}, {ELSEWHERE}, 192.0.2.11"}
        password_step(browser(proxy), "jl_local", "wrong", headers=forged)
    answer = password_step(browser(proxy), "jl_local", headers={"X-Forwarded-For": f"{HOME}, {ELSEWHERE}"})
    assert answer.status_code == 429
    assert password_step(browser(proxy), "jl_local", headers={"X-Forwarded-For": HOME}).status_code == 303


def test_from_the_fifth_failure_on_one_has_to_wait_a_little(slow_clock: Any) -> None:
    client = browser()
    assert _fail(client, "jl_local", 5, slow_clock).status_code == 422
    assert password_step(client, "jl_local").status_code == 429
    slow_clock.shift(1)
    assert password_step(client, "jl_local").status_code == 429
    slow_clock.shift(1)
    assert password_step(client, "jl_local").status_code == 303


def test_wrong_codes_count_like_wrong_passwords_until_one_is_in(slow_clock: Any) -> None:
    client = browser()
    for _round in range(2):
        slow_clock.shift(60)
        password_step(client, "jl_local")
        for _try in range(5):
            slow_clock.shift(30)
            code_step(client, "000000")
    slow_clock.shift(30)
    assert password_step(client, "jl_local").status_code == 429


def test_getting_in_forgets_the_failures(slow_clock: Any) -> None:
    _fail(browser(), "jl_applicant", 4, slow_clock)
    sign_in(browser(), "jl_applicant")
    assert _fail(browser(), "jl_applicant", 4, slow_clock).status_code == 422
    assert password_step(browser(), "jl_applicant").status_code == 303


def test_one_address_that_tries_very_many_accounts_is_stopped(slow_clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subsidy.accounts.attempts.LIMIT_OF_ADDRESS", 6)
    for place in range(6):
        assert password_step(browser(ELSEWHERE), f"guess{place}", "wrong").status_code == 422
    assert password_step(browser(ELSEWHERE), "jl_applicant").status_code == 429
    assert password_step(browser(HOME), "jl_applicant").status_code == 303


def test_neighbours_in_one_network_of_ipv6_are_one_address(slow_clock: Any) -> None:
    for place in range(10):
        slow_clock.shift(60)
        password_step(browser(f"2001:db8:1:2::{place:x}"), "jl_local", "wrong")
    assert password_step(browser("2001:db8:1:2:ffff::1"), "jl_local").status_code == 429
    assert password_step(browser("2001:db8:1:3::1"), "jl_local").status_code == 303


# --- row 6: known and unknown accounts look alike -----------------------------


def _plain(answer: Any, name: str) -> tuple[int, str]:
    page = re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    return answer.status_code, page.replace(name, "NAME")


def test_wrong_passwords_are_answered_alike_for_known_unknown_dismissed_and_invited_people() -> None:
    User.objects.filter(username="jl_upper").update(is_active=False)
    User.objects.filter(username="jl_issuer").update(password=make_password(None))
    names = ("jl_local", "no_such_person", "jl_upper", "jl_issuer")
    answers = {_plain(password_step(browser(), name, "wrong"), name) for name in names}
    assert len(answers) == 1
    assert _plain(password_step(browser(), "jl_upper"), "jl_upper") in answers


def test_locked_known_and_unknown_accounts_are_answered_alike(slow_clock: Any) -> None:
    answers = set()
    for name in ("jl_local", "no_such_person"):
        _fail(browser(), name, 10, slow_clock)
        answers.add(_plain(password_step(browser(), name), name))
    assert len(answers) == 1
    assert answers.pop()[0] == 429


def test_asking_for_a_link_is_answered_alike() -> None:
    User.objects.filter(username="jl_local").update(email="li@example.cn")
    asked = [("jl_local", "li@example.cn"), ("jl_local", "other@example.cn"), ("nobody", "li@example.cn")]
    answers = []
    for name, email in asked:
        client = browser()
        answer = client.post("/login/forgotten/", {"username": name, "email": email})
        answers.append((answer.status_code, answer["Location"], _plain(client.get("/login/"), name)))
    assert answers[0] == answers[1] == answers[2]


def test_no_answer_is_quicker_because_there_is_no_such_account(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """Not by the clock, which other programs disturb: what costs time is counted, the hashing and the statements."""
    hashed: list[int] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, *given: hashed.append(1) or encode(self, *given),  # type: ignore[func-returns-value]
    )
    User.objects.filter(username="jl_upper").update(is_active=False)
    User.objects.filter(username="jl_issuer").update(password=make_password(None))
    for name in ("jl_local", "no_such_person", "jl_upper", "jl_issuer"):
        hashed.clear()
        client = browser()
        with django_assert_num_queries(QUERIES_OF_A_WRONG_PASSWORD):
            password_step(client, name, "wrong")
        assert len(hashed) == 1, name


# --- row 9: another key after each step ---------------------------------------


def test_the_key_of_the_session_is_another_one_after_each_step_and_the_old_ones_are_dead() -> None:
    client = browser()
    keys = []
    client.get("/login/")
    password_step(client, "jl_local")
    keys.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    code_step(client, code_of("jl_local"))
    keys.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    assert len(set(keys)) == 2
    old = browser()
    old.cookies[settings.SESSION_COOKIE_NAME] = keys[0]
    assert not is_in(old)
    assert old.get("/login/code/")["Location"] == "/login/"
    assert is_in(client)


def test_a_key_that_somebody_else_planted_is_not_kept() -> None:
    planted = SessionStore()
    planted["x"] = 1
    planted.save()
    client = browser()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key
    sign_in(client, "jl_applicant")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted.session_key
    assert not SessionStore().exists(planted.session_key)


def test_signing_in_is_written_down_and_the_address_asked_for_is_opened() -> None:
    client = browser()
    password_step(client, "auditor")
    assert code_step(client, code_of("auditor"))["Location"] == "/inbox/"
    row = Access.objects.get(kind="signed_in")
    assert (row.actor_name, row.address) == ("审计员", HOME)


def test_one_is_not_sent_to_another_site_after_the_last_step() -> None:
    client = browser()
    answer = client.post("/login/", {"username": "jl_applicant", "password": PASSWORD, "next": "//evil.example/"})
    assert answer["Location"] == "/"


def test_what_the_auditor_reads_is_written_down() -> None:
    client = sign_in(browser(), "auditor")
    before = Access.objects.filter(kind="read", actor_name="审计员").count()
    client.get("/inbox/")
    assert Access.objects.filter(kind="read", actor_name="审计员").count() == before + 1


def test_an_actor_without_posts_needs_no_factor() -> None:
    User.objects.create_user("newcomer", password=PASSWORD, name="新人")
    assert not Actor.of(User.objects.get(username="newcomer")).needs_factor
    assert is_in(sign_in(browser(), "newcomer"))


# --- the demo -----------------------------------------------------------------


def test_the_demo_shows_its_people_a_code_that_counts_and_nobody_else(settings: Any) -> None:
    client = browser()
    password_step(client, "jl_local")
    assert "现在可用的验证码" not in client.get("/login/code/").content.decode()
    settings.SUBSIDY_MODE = "demo"
    assert "现在可用的验证码" not in client.get("/login/code/").content.decode()
    User.objects.filter(username="jl_local").update(is_demo=True)
    for _time in range(2):
        shown = re.search(r"现在可用的验证码：(\d{6})", client.get("/login/code/").content.decode())
        assert shown
        code_step(client, shown[1])
        assert is_in(client)
        client.post("/logout/")
        password_step(client, "jl_local")
