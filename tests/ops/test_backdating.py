"""Entries written with a false time and whole histories written anew: what only a seal before them can show."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from subsidy import database, embedded
from tests.ops.sealed import append_again, export, verify
from workflow import seals
from workflow.models import Event, Seal

pytestmark = [pytest.mark.usefixtures("fresh_database"), pytest.mark.starts_from("tests.ops.sealed:build")]


def said_of(folder: Path, *options: str) -> str:
    code, said = verify(export(folder), *options)
    assert code == 1
    return said


def test_a_history_forged_as_a_whole_is_not_the_one_on_paper(tmp_path: Path) -> None:
    printed = Seal.objects.get(number=2).root
    admin = database.connect(embedded.addresses()["admin"].named(connection.settings_dict["NAME"]))
    with admin.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in ("event", "sealentry", "sealblock", "seal"):
            cursor.execute(f"DELETE FROM workflow_{table}")
        cursor.execute("UPDATE calls_call SET chain_length = 0, chain_head = ''")
    admin.close()
    for number in ("甲", "乙", "丙"):
        append_again(number, ["一", "二"])
    assert seals.take()
    assert verify(export(tmp_path))[0] == 0
    assert "none of this history" in said_of(tmp_path, "--printed", printed)


def backdated(number: str, ago: str) -> str:
    """An entry written as the application writes it, with the clock put back."""
    with pytest.MonkeyPatch.context() as patched:
        early = Seal.objects.get(number=1).at
        patched.setattr("workflow.clock.real_now", lambda: early)
        append_again(number, [ago])
    return Event.objects.get(subject_number=number, note=ago).digest


@override_settings(SEAL_CLOCK_SLACK=0)
def test_an_entry_back_dated_between_two_seals_is_named_before_and_after_it_is_sealed(tmp_path: Path) -> None:
    backdated("丙", "早就办了")
    assert "丙" in (said := said_of(tmp_path))
    assert "entry 2 (edit, " in said
    assert "back-dated" in said
    assert seals.take()
    assert "back-dated" in said_of(tmp_path)


@override_settings(SEAL_CLOCK_SLACK=60)
def test_what_was_written_within_the_slack_of_the_clocks_is_not_called_back_dated(tmp_path: Path) -> None:
    assert seals.take()
    append_again("乙", ["四"])
    assert seals.take()
    assert verify(export(tmp_path))[0] == 0
