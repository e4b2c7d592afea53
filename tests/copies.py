"""Test databases: the owner migrates a template, and the application's role works on copies of it.

A flush would need TRUNCATE, which nobody has; so a test that commits gets a copy of its own, dropped after it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.testcases import TransactionTestCase

from subsidy import database, embedded

Fill = Callable[[], object]


class Copies:
    """All databases of one test run; their names begin with the run's own name, which a lock keeps alive.

    `fill` loads what the running test's copy must hold beyond the migrated tables; each is run once.
    """

    fill: Fill | None = None

    def __init__(self, *, kept: bool) -> None:
        self.admin = embedded.addresses()["admin"]
        self.run = f"subsidy_test_{os.getpid()}"
        self.template = f"subsidy_test_kept_{settings.ROOT.name}" if kept else f"{self.run}_template"
        self.kept = kept
        self._filled: dict[Fill, str] = {}
        self._count = 0
        self._guard = database.connect(self.admin)
        self._ask("SELECT pg_advisory_lock(hashtext(%s))", self.run)

    def _ask(self, statement: str, *values: str) -> list[tuple[object, ...]]:
        with self._guard.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def prepare(self, *, anew: bool) -> None:
        """Migrate the template; a kept one only gets the migrations that it lacks."""
        self.drop_left_over()
        logins = embedded.addresses()
        database.prepare_roles(self.admin, (logins["app"], logins["owner"], logins["reader"]))
        if self.kept:
            self._ask("SELECT pg_advisory_lock(hashtext(%s))", self.template)
        if anew:
            database.drop_database(self.admin, self.template)
        if not database.database_exists(self.admin, self.template):
            database.create_database(self.admin, self.template)
            database.prepare_rights(self.admin, self.template)
        use(self.template)
        call_command("migrate", verbosity=0, interactive=False)
        use(self.copy(self.template))
        if self.kept:
            self._ask("SELECT pg_advisory_unlock(hashtext(%s))", self.template)

    def copy(self, template: str) -> str:
        """Copy a database nobody is connected to; returns the new name."""
        self._count += 1
        name = f"{self.run}_{self._count}"
        database.create_database(self.admin, name, template)
        return name

    def start(self) -> str:
        """Use a fresh copy of the template, filled as the running test asks; returns the name used until now."""
        before = connection.settings_dict["NAME"]
        fill = type(self).fill
        use(self.copy(self._template_filled_by(fill) if fill else self.template))
        return before

    def end(self, before: str) -> None:
        """Drop the copy in use and go back to the one of before."""
        name = connection.settings_dict["NAME"]
        use(before)
        database.drop_database(self.admin, name)

    def _template_filled_by(self, fill: Fill) -> str:
        if fill not in self._filled:
            name = self.copy(self.template)
            use(name)
            fill()
            connection.close()
            self._filled[fill] = name
        return self._filled[fill]

    def close(self) -> None:
        """Drop everything that this run made, save a kept template."""
        self._drop(self.run)
        self._guard.close()

    def drop_left_over(self) -> None:
        """Drop what killed runs have left: databases whose run no longer holds its lock."""
        rows = self._ask(r"SELECT DISTINCT substring(datname from '^subsidy_test_\d+') FROM pg_database")
        for (run,) in rows:
            if run and run != self.run and self._ask("SELECT pg_try_advisory_lock(hashtext(%s))", str(run))[0][0]:
                self._drop(str(run))
                self._ask("SELECT pg_advisory_unlock(hashtext(%s))", str(run))

    def _drop(self, run: str) -> None:
        rows = self._ask("SELECT datname FROM pg_database WHERE datname LIKE %s", run.replace("_", r"\_") + r"\_%")
        for (name,) in rows:
            database.drop_database(self.admin, str(name))


def use(name: str) -> None:
    """Point every thread's next connection at this database."""
    connection.close()
    connection.settings_dict["NAME"] = name


def commit_into_copies(copies: Copies) -> Callable[[], None]:
    """Have Django's committing tests work on copies; returns what undoes it."""
    kept = TransactionTestCase._fixture_setup, TransactionTestCase._fixture_teardown
    befores: list[str] = []

    def set_up(cls: type[TransactionTestCase]) -> None:
        befores.append(copies.start())

    def tear_down(self: TransactionTestCase) -> None:
        copies.end(befores.pop())

    TransactionTestCase._fixture_setup = classmethod(set_up)
    TransactionTestCase._fixture_teardown = tear_down
    return partial(_restore, *kept)


def _restore(set_up: object, tear_down: object) -> None:
    TransactionTestCase._fixture_setup = set_up
    TransactionTestCase._fixture_teardown = tear_down
