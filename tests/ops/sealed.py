"""A sealed history for the tests of the export, and what somebody with every right could do to it."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from subsidy import embedded
from subsidy.accounts.models import Agency, User
from subsidy.calls.models import Call
from tests.copies import Copies
from workflow import clock, history, seals
from workflow.perform import record
from workflow.protocols import SYSTEM

PROGRAM = Path(settings.ROOT) / "subsidy/ops/verify_history.py"


@override_settings(SEAL_CLOCK_SLACK=0)
def build() -> None:
    """Three seals over the calls 甲, 乙 and 丙 (4, 3 and 1 entries), the second with SM3, and an entry in no seal."""
    agency = Agency.objects.create(
        code="a", name="省厅", short_name="省厅", kind="industry", level="province", area="22"
    )
    person = User.objects.create_user("p", name="张三")
    first, second, third = (_call(number, agency, person) for number in ("甲", "乙", "丙"))
    write(first, "一", "二")
    write(second, "一")
    seals.take()
    with override_settings(HISTORY_ALGORITHM="sm3"):
        write(first, "三")
        write(second, "二")
        seals.take()
    write(third, "一")
    write(first, "四")
    seals.take()
    write(second, "三")


def _call(number: str, agency: Agency, person: User) -> Call:
    now = clock.now()
    return Call.objects.create(
        measure="jilin", edition="e", title=number, number=number, agency=agency, fiscal_year=2026, opens_at=now,
        closes_at=now.replace(year=2099), window_from=now.date(), window_to=now.date(), prepared_by=person,
    )  # fmt: skip


def write(subject: Call, *notes: str) -> None:
    for note in notes:
        record(subject, "edit", SYSTEM, note=note)


def append_again(number: str, notes: Sequence[str]) -> None:
    """Write entries as the application would, onto whatever chain head the subject has now."""
    with transaction.atomic():
        subject = Call.objects.select_for_update().get(number=number)
        for note in notes:
            history.append([history.Step(subject, "draft", "draft")], "edit", SYSTEM, note, {})
        Call.objects.filter(pk=subject.pk).update(chain_length=subject.chain_length, chain_head=subject.chain_head)


@pytest.fixture(scope="module")
def superuser(copies: Copies, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A copy with the sealed history for this module, on which Django itself is logged in with every right."""
    with django_db_blocker.unblock():
        kept, Copies.fill = Copies.fill, build
        before = copies.start()
        Copies.fill = kept
        login = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}
        admin = embedded.addresses()["admin"].settings()
        connection.settings_dict.update({name: admin[name] for name in login})
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(login)
            copies.end(before)


@pytest.fixture
def undone(superuser: None) -> Iterator[None]:
    """The triggers are off, and whatever a test does is rolled back."""
    with transaction.atomic():
        as_superuser("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)


def as_superuser(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def export(folder: Path) -> Path:
    file = folder / "history"
    call_command("export_history", str(file), stdout=StringIO())
    return file


def verify(file: Path, *options: str) -> tuple[int, str]:
    """Run the program as an auditor would: alone, isolated from every library."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(PROGRAM), str(file), *options], capture_output=True, text=True, check=False
    )
    assert not done.stderr
    return done.returncode, done.stdout


def altered(encoded: str, before: str, after: str) -> str:
    """Stored bytes with one text put in the place of another."""
    return base64.b64encode(base64.b64decode(encoded).replace(before.encode(), after.encode())).decode()
