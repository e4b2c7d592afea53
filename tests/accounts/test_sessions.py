"""Sessions end: by time, by their owner, by the security officer, with post, account and password (rows 10 to 13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.test import override_settings
from django.urls import reverse

from subsidy.accounts.models import Post, Session, User
from subsidy.accounts.sessions import SessionStore, digest_of
from subsidy.accounts.tasks import clear
from tests.accounts.door import ELSEWHERE, HOME, browser, is_in, sign_in
from tests.world import World, world
from workflow import clock

__all__ = ["world"]

NAME = settings.SESSION_COOKIE_NAME


@pytest.fixture(autouse=True)
def _world(world: World) -> None:
    """Everybody of the small world."""


@pytest.fixture
def slow_clock() -> Iterator[Any]:
    """Time that stands still until the test moves it."""
    with time_machine.travel(datetime(2026, 5, 20, 2, 0, tzinfo=UTC), tick=False) as made:
        yield made


def rows(username: str) -> int:
    return Session.objects.filter(user__username=username).count()


# --- row 10: by time ----------------------------------------------------------


@pytest.mark.parametrize(("minutes", "open_"), [(29, True), (30, False)])
def test_a_session_ends_after_thirty_idle_minutes(slow_clock: Any, minutes: int, open_: bool) -> None:
    client = sign_in(browser(), "jl_applicant")
    slow_clock.shift(timedelta(minutes=minutes))
    assert is_in(client) is open_


def test_a_session_in_use_ends_after_twelve_hours_all_the_same(slow_clock: Any) -> None:
    client = sign_in(browser(), "jl_applicant")
    for _time in range(35):
        slow_clock.shift(timedelta(minutes=20))
        assert is_in(client)
    slow_clock.shift(timedelta(minutes=19))
    assert is_in(client)
    slow_clock.shift(timedelta(minutes=1))
    assert not is_in(client)


def test_a_saved_draft_needs_no_session_and_a_lost_one_brings_the_login_page_whole(slow_clock: Any) -> None:
    client = sign_in(browser(), "jl_applicant")
    slow_clock.shift(timedelta(minutes=31))
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/x/?a=1"}
    answer = client.get(reverse("money_echo"), headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/login/?next=%2Fcases%2Fx%2F%3Fa%3D1")


@override_settings(SESSION_COOKIE_AGE=300, SESSION_TOTAL_AGE=400)
def test_both_limits_are_settings(slow_clock: Any) -> None:
    client = sign_in(browser(), "jl_applicant")
    slow_clock.shift(299)
    assert is_in(client)
    slow_clock.shift(101)
    assert not is_in(client)


def test_what_ran_out_is_cleared(slow_clock: Any) -> None:
    sign_in(browser(), "jl_applicant")
    slow_clock.shift(timedelta(hours=1))
    sign_in(browser(), "jl_member")
    clear()
    assert (rows("jl_applicant"), rows("jl_member")) == (0, 1)


# --- row 11: now --------------------------------------------------------------


def copy_of(client: Any) -> Any:
    """Another browser with the same cookie."""
    other = browser(ELSEWHERE)
    other.cookies[NAME] = client.cookies[NAME].value
    return other


def test_signing_out_ends_the_session_wherever_the_cookie_lies() -> None:
    client = sign_in(browser(), "jl_applicant")
    other = copy_of(client)
    assert is_in(other)
    client.post("/logout/")
    assert (is_in(client), is_in(other), rows("jl_applicant")) == (False, False, 0)


def test_a_dismissed_person_is_out_at_once() -> None:
    client, admin = sign_in(browser(), "jl_upper"), sign_in(browser(), "admin")
    user = User.objects.get(username="jl_upper")
    answer = admin.post(reverse("desk:person_end", args=[user.pk]), {"reason": "调离", "version": "0"})
    assert answer.status_code == 303, answer.content.decode()
    assert (is_in(client), rows("jl_upper")) == (False, 0)


def test_a_dismissal_that_no_page_made_counts_too() -> None:
    client = sign_in(browser(), "jl_upper")
    User.objects.filter(username="jl_upper").update(is_active=False)
    assert not is_in(client)


@pytest.mark.parametrize("how", ["ended", "lapsed"])
def test_a_lost_post_ends_the_session(how: str) -> None:
    post = Post.objects.filter(user__username="jl_upper")
    if how == "lapsed":
        post.update(valid_to=clock.today() + timedelta(days=1))
    client = sign_in(browser(), "jl_upper")
    if how == "lapsed":
        clock.travel_to(clock.now() + timedelta(days=1))
    else:
        post.update(valid_to=clock.today())
    assert client.get(reverse("desk:queue"))["Location"].startswith("/login/")
    assert "岗位已变更" in client.get("/login/").content.decode()
    assert rows("jl_upper") == 0


def test_a_session_that_was_ended_does_not_come_back_with_a_request_that_was_on_its_way() -> None:
    client = sign_in(browser(), "jl_applicant")
    store = SessionStore(client.cookies[NAME].value)
    store["x"] = 1
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()
    assert rows("jl_applicant") == 0


# --- row 12: at most three, seen and ended ------------------------------------


def test_the_fourth_sign_in_ends_the_session_that_was_used_longest_ago(slow_clock: Any) -> None:
    clients = []
    for place in range(4):
        slow_clock.shift(60)
        clients.append(sign_in(browser(f"198.51.100.{place}"), "jl_applicant"))
        if place == 2:
            slow_clock.shift(60)
            assert is_in(clients[0])
    assert [is_in(client) for client in clients] == [True, False, True, True]


def test_one_sees_and_ends_one_s_own_sessions_and_nobody_else_s() -> None:
    here, there = sign_in(browser(HOME), "jl_applicant"), sign_in(browser(ELSEWHERE), "jl_applicant")
    stranger = sign_in(browser("198.51.100.99"), "jl_stranger")
    page = here.get("/account/").content.decode()
    assert HOME in page
    assert f"Browser at {ELSEWHERE}" in page
    assert "198.51.100.99" not in page
    key = digest_of(there.cookies[NAME].value)
    assert stranger.post(reverse("accounts:session_end", args=[key])).status_code == 404
    assert is_in(there)
    assert here.post(reverse("accounts:session_end", args=[key])).status_code == 303
    assert (is_in(here), is_in(there)) == (True, False)


def test_one_ends_all_others_at_once() -> None:
    clients = [sign_in(browser(f"198.51.100.{place}"), "jl_applicant") for place in range(3)]
    assert clients[2].post("/account/sessions/end/").status_code == 303
    assert [is_in(client) for client in clients] == [False, False, True]


def test_the_security_officer_sees_and_ends_everybody_s() -> None:
    client, officer = sign_in(browser(HOME), "jl_local"), sign_in(browser(ELSEWHERE), "security")
    page = officer.get("/security/?q=李明").content.decode()
    assert HOME in page
    assert f"Browser at {ELSEWHERE}" not in page
    key = digest_of(client.cookies[NAME].value)
    assert officer.post(reverse("accounts:security_end", args=[key])).status_code == 303
    assert not is_in(client)


@pytest.mark.parametrize("who", ["admin", "auditor", "jl_upper", "jl_applicant"])
def test_nobody_else_does(who: str) -> None:
    client, victim = sign_in(browser(), who), sign_in(browser(), "jl_local")
    key = digest_of(victim.cookies[NAME].value)
    for address in (reverse("accounts:security"), reverse("accounts:security_people")):
        assert client.get(address).status_code == 403
    assert client.post(reverse("accounts:security_end", args=[key])).status_code == 403
    assert is_in(victim)


def test_the_database_holds_no_key_that_opens_a_session() -> None:
    client = sign_in(browser(), "jl_applicant")
    stored = str(list(Session.objects.values()))
    assert client.cookies[NAME].value not in stored
    thief = browser()
    thief.cookies[NAME] = Session.objects.get(user__username="jl_applicant").session_key
    assert not is_in(thief)


@pytest.mark.parametrize("count", [5, 50])
def test_the_security_pages_take_as_many_queries_for_fifty_as_for_five(
    count: int, django_assert_max_num_queries: Any
) -> None:
    user, later = User.objects.get(username="jl_local"), clock.real_now() + timedelta(hours=1)
    Session.objects.bulk_create(
        Session(session_key=f"{place:040d}", user=user, began_at=later, expire_date=later) for place in range(count)
    )
    officer = sign_in(browser(), "security")
    for address in (reverse("accounts:security"), reverse("accounts:security_people")):
        with django_assert_max_num_queries(9):
            assert officer.get(address).status_code == 200


# --- row 13: cookies ----------------------------------------------------------

HARDENED = {"SESSION_COOKIE_NAME": "__Host-session", "SESSION_COOKIE_SECURE": True}
HARDENED |= {"CSRF_COOKIE_NAME": "__Host-csrf", "CSRF_COOKIE_SECURE": True}


@override_settings(**HARDENED)
def test_every_cookie_is_of_this_host_secure_out_of_reach_of_scripts_and_not_sent_from_other_sites() -> None:
    client = browser()
    found = {}
    for answer in (
        client.get("/login/", secure=True),
        client.post("/login/", {"username": "jl_applicant", "password": "a-password-for-tests"}, secure=True),
        client.get("/", secure=True),
        client.post("/preferences/", {"size": "large"}, secure=True),
        client.post("/inbox/read/", secure=True),
    ):
        found |= dict(answer.cookies.items())
    assert set(found) == {"__Host-session", "__Host-csrf", "size", "density", "theme"}
    for name, cookie in found.items():
        flags = (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"])
        assert flags == (True, True, "Lax", "/", ""), name
