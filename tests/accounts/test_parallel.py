"""Several at the same moment: one code, one link, many guesses; real commits and threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from subsidy.accounts import attempts, factors, links
from subsidy.accounts.models import Attempt, Authenticator, Link, Session, User
from tests.accounts.door import OLD_ENOUGH, browser, code_step, is_in, password_step
from tests.world import PASSWORD, code_of

pytestmark = [pytest.mark.usefixtures("fresh_database"), pytest.mark.starts_from("tests.world:build")]


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Do all of them at the same moment; what each gave."""
    barrier = Barrier(len(acts))

    def do(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(do, act) for act in acts]]


@pytest.mark.parametrize("_time", range(3))
def test_of_two_browsers_with_one_code_one_gets_in(_time: int) -> None:
    code = code_of("jl_local")
    clients = [browser(f"198.51.100.{place}") for place in range(2)]
    for client in clients:
        password_step(client, "jl_local")
    at_once([lambda client=client: code_step(client, code) for client in clients])  # type: ignore[misc]
    assert sorted(is_in(client) for client in clients) == [False, True]


def test_of_four_with_one_recovery_code_one_gets_in() -> None:
    user = User.objects.get(username="jl_local")
    code = factors.new_recovery_codes(user)[0]
    assert sorted(at_once([lambda: factors.accepts(user, code)] * 4)) == [False, False, False, True]


def test_thirty_guesses_at_once_are_no_more_than_five() -> None:
    """The sixth has to wait for two seconds, however many come in between."""

    def guess() -> int:
        return int(password_step(browser(), "jl_local", "wrong").status_code)

    found = [status for _round in range(3) for status in at_once([guess] * 10)]
    assert found.count(422) <= 6
    assert Attempt.objects.count() == found.count(422)
    assert set(found) == {422, 429}


def test_a_link_that_two_use_at_once_sets_one_password() -> None:
    user = User.objects.get(username="jl_local")
    path = f"/login/reset/{links.make(user, Link.Purpose.RESET)}/"
    words = [OLD_ENOUGH, f"{OLD_ENOUGH}-2"]
    answers = at_once(
        [lambda word=word: browser().post(path, {"new": word, "again": word}).status_code for word in words]  # type: ignore[misc]
    )
    assert sorted(answers) == [303, 410]
    user.refresh_from_db()
    assert [user.check_password(word) for word in words].count(True) == 1


def test_six_sign_ins_at_once_leave_three_sessions() -> None:
    clients = [browser(f"198.51.100.{place}") for place in range(6)]
    at_once([lambda client=client: password_step(client, "jl_applicant", PASSWORD) for client in clients])  # type: ignore[misc]
    assert Session.objects.filter(user__username="jl_applicant").count() == 3
    assert [is_in(client) for client in clients].count(True) == 3


def test_the_lock_is_let_go_when_a_try_is_refused() -> None:
    for _try in range(5):
        attempts.claim(attempts.SIGN_IN, "somebody", "198.51.100.1")
    with pytest.raises(attempts.TooMany):
        attempts.claim(attempts.SIGN_IN, "somebody", "198.51.100.1")
    attempts.claim(attempts.SIGN_IN, "somebody else", "198.51.100.1")
    assert Authenticator.objects.filter(user__username="jl_local").count() == 1
