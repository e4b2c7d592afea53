"""What every test stands on: databases as tests/copies.py says, no way out to the network, a folder for files."""

from __future__ import annotations

import os
import pkgutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.test import Client

from subsidy import embedded
from tests.copies import Copies, commit_into_copies

# Playwright runs an event loop in the thread of the test, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

_force_login = Client.force_login


def _wholly(client: Client, user: Any, backend: str | None = None) -> None:
    """`force_login` stands for every step of signing in; tests/accounts walk through them one by one."""
    from subsidy.accounts import entry

    _force_login(client, user, backend)
    session = client.session
    session[entry.SIGN_IN] = entry.stamp(user, HttpRequest(), factor=True)
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key


Client.force_login = _wholly  # type: ignore[assignment, method-assign]

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tell the next copy what it has to hold."""
    marker = item.get_closest_marker("starts_from")
    Copies.fill = pkgutil.resolve_name(marker.args[0]) if marker else None


@pytest.fixture(scope="session")
def servers() -> None:
    """PostgreSQL and broker answer: those of DATABASE_URL and REDIS_URL, else the embedded ones."""
    embedded.hold(forgetful=True)


@pytest.fixture(scope="session")
def copies(servers: None, django_db_keepdb: bool) -> Iterator[Copies]:
    """The databases of this run."""
    made = Copies(kept=django_db_keepdb)
    yield made
    made.close()


@pytest.fixture(scope="session")
def django_db_setup(
    copies: Copies, django_test_environment: None, django_db_blocker: Any, django_db_createdb: bool
) -> Iterator[None]:
    """Migrate the template as owner and connect to a copy as the application."""
    with django_db_blocker.unblock():
        copies.prepare(anew=django_db_createdb)
        restore = commit_into_copies(copies)
        yield
        restore()
        connection.close()
        _forget_keys()


def _forget_keys() -> None:
    """Remove what this run put into the shared broker."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for key in client.scan_iter(match=f"*{settings.KEY_PREFIX}*", count=1000):
            client.delete(key)


@pytest.fixture
def fresh_database(transactional_db: None) -> None:
    """A database of the test's own, in which commits are real and threads and other processes see them."""


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> None:
    """Uploads of a test land in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(scope="session", autouse=True)
def no_way_out() -> Iterator[None]:
    """Refuse every connection to another machine, save to the servers that the environment names."""
    allowed = {urlsplit(os.environ.get(key, "")).hostname for key in ("DATABASE_URL", "REDIS_URL")} | LOOPBACK
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in allowed:
            raise PermissionError(f"tests must not reach {address[0]}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]
