"""The databases of the tests: committing tests see their own commits, in threads too, and leave nothing behind."""

import socket
import threading
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from subsidy import database
from tests.copies import Copies
from workflow import clock


def write(key: str) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=clock.real_now())


def fill() -> None:
    write("loaded before")


def test_a_commit_is_seen_by_another_thread(fresh_database: None) -> None:
    write("committed")
    seen: list[int] = []

    def look() -> None:
        seen.append(Session.objects.count())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == [1]


@pytest.mark.django_db
def test_the_commit_of_another_test_is_gone() -> None:
    assert Session.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_marker_of_pytest_django_works_on_a_copy_too() -> None:
    write("committed")

    assert Session.objects.count() == 1
    assert not connection.in_atomic_block


@pytest.mark.starts_from("tests.test_setup_copies:fill")
@pytest.mark.parametrize("turn", [1, 2])
def test_a_copy_can_begin_with_loaded_data(fresh_database: None, turn: int) -> None:
    write(f"more in turn {turn}")

    assert sorted(Session.objects.values_list("session_key", flat=True)) == ["loaded before", f"more in turn {turn}"]


@pytest.mark.django_db
def test_what_a_killed_run_has_left_is_dropped_and_what_runs_is_kept(copies: Copies) -> None:
    living = connection.settings_dict["NAME"]
    database.create_database(copies.admin, "subsidy_test_1_left")
    copies.drop_left_over()

    assert not database.database_exists(copies.admin, "subsidy_test_1_left")
    assert database.database_exists(copies.admin, living)


def test_the_network_is_closed(no_way_out: Any) -> None:
    with pytest.raises(PermissionError, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
