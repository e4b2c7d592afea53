"""What every benchmark stands on: a database of its own, requests through the whole stack, medians, and the last line.

Everything is measured in one process and one run against an empty view behind the whole middleware, so that a ratio
says something on any machine.
"""

import json
import os
import statistics
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from subsidy import database, embedded

PREFIX = "subsidy_bench"


class Wrong(Exception):
    """What was timed did not give what it had to give: its time means nothing."""


def start() -> None:
    """Django on the servers of the environment, or else on the embedded ones."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "subsidy.settings")
    os.environ.setdefault("SUBSIDY_STATEMENT_SECONDS", "600")
    if os.environ.get("SUBSIDY_MODE") == "production":
        sys.exit("benchmarks do not run in production: they move the business clock")
    embedded.hold()
    import django

    django.setup()


def arguments(description: str | None) -> ArgumentParser:
    """The options that all of them have."""
    parser = ArgumentParser(description=description)
    parser.add_argument("--cases", type=int, default=10_000, help="how many cases the database holds (10000)")
    parser.add_argument("--database", default="", help=f"its name; otherwise {PREFIX}_<cases>")
    parser.add_argument("--keep", action="store_true", help="keep the database for the next run")
    parser.add_argument("--anew", action="store_true", help="drop a kept database first")
    return parser


def name_of(cases: int, given: str = "") -> str:
    """The name of the benchmark's database; never the application's."""
    name = given or f"{PREFIX}_{cases}"
    if name in {address.name for address in embedded.addresses().values()}:
        sys.exit(f"{name} is the application's own database")
    return name


@contextmanager
def ground(name: str, cases: int, *, keep: bool, anew: bool) -> Iterator[None]:
    """Have the database there and filled, work on it as the application, and drop it unless it is to be kept."""
    from django.conf import settings

    from benchmarks import make_data

    settings.CLOCK_OFFSET = 0
    before = use(name)
    try:
        make_data.have(name, cases, anew=anew)
        with travelled(make_data.NOW):
            yield
    finally:
        use(before)
        if not keep:
            database.drop_database(embedded.addresses()["admin"], name)


@contextmanager
def travelled(moment: datetime) -> Iterator[None]:
    """The business clock at a moment."""
    from workflow import clock

    clock.travel_to(moment)
    try:
        yield
    finally:
        clock.travel_back()


def use(name: str) -> str:
    """Point Django at a database; returns the name of the one used until now."""
    from django.db import connection

    before: str = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    return before


@dataclass(frozen=True)
class Answer:
    """What came back, and the statements that it took with their parameters."""

    status: int
    body: bytes
    statements: Sequence[tuple[str, Any]] = ()

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """A signed-in person whose requests go through the WSGI handler, middleware and all."""

    username: str
    handler: Callable[..., Any] = field(init=False)
    cookie: str = field(init=False)

    def __post_init__(self) -> None:
        from django.conf import settings
        from django.core.handlers.wsgi import WSGIHandler
        from django.http import HttpRequest
        from django.test import Client

        from subsidy.accounts import entry
        from subsidy.accounts.models import User

        settings.ROOT_URLCONF = "benchmarks.urls"
        client, person = Client(), User.objects.get(username=self.username)
        client.force_login(person)
        session = client.session
        session[entry.SIGN_IN] = entry.stamp(person, HttpRequest(), factor=True)
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        self.handler = WSGIHandler()

    def get(self, path: str) -> Answer:
        """One request."""
        where, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": where, "QUERY_STRING": query, "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "HTTP_HOST": "localhost", "HTTP_COOKIE": self.cookie, "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": BytesIO(), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, "wsgi.version": (1, 0),
            "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False, "SCRIPT_NAME": "",
        }  # fmt: skip
        said: list[str] = []
        answer = self.handler(environ, lambda status, headers, exc_info=None: said.append(status))
        body = b"".join(answer)
        answer.close()
        return Answer(int(said[0].split()[0]), body)

    def watched(self, path: str) -> Answer:
        """The same with its statements."""
        with watching() as seen:
            answer = self.get(path)
        return Answer(answer.status, answer.body, seen)


@contextmanager
def watching() -> Iterator[list[tuple[str, Any]]]:
    """The statements that Django sends meanwhile."""
    from django.db import connection

    seen: list[tuple[str, Any]] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield seen


def bare(statements: Sequence[tuple[str, Any]]) -> Callable[[], None]:
    """Only the reading statements of a page, sent again without Django around them."""
    from django.db import connection

    reading = [(sql, params) for sql, params in statements if str(sql).lstrip().startswith("SELECT")]

    def ask() -> None:
        with connection.cursor() as cursor:
            for sql, params in reading:
                cursor.execute(sql, params)
                cursor.fetchall()

    return ask


def interleaved(repeat: int, *works: Callable[[], object]) -> list[float]:
    """The median milliseconds of each, run by turns so that a busy machine slows all of them alike."""
    times: list[list[float]] = [[] for _ in works]
    for turn in range(repeat + 1):
        for work, taken in zip(works, times, strict=True):
            begun = time.perf_counter()
            work()
            if turn:
                taken.append(time.perf_counter() - begun)
    return [statistics.median(taken) * 1000 for taken in times]


def must(holds: object, what: str) -> None:
    """Raise Wrong unless it holds."""
    if not holds:
        raise Wrong(what)


def report(name: str, cases: int, results: dict[str, Any], goals: dict[str, bool]) -> None:
    """The last line: one JSON object."""
    for goal, reached in goals.items():
        print(f"{'ok  ' if reached else 'MISS'} {goal}")
    print(json.dumps({"benchmark": name, "cases": cases, **results, "goals": goals}, ensure_ascii=False))
