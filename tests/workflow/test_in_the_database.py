"""What the database itself refuses: states that no move reaches, moves without a record, changes of what was written.

Works on a copy with something at every station, in which the superuser has taken away what ties a state to other
columns, so that any row can be put into any state first; what is tried then is tried as application or as owner.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from subsidy import database, embedded
from subsidy.ops import rights
from tests import stations
from tests.copies import Copies
from tests.workflow.test_moves import EXPECTED, MACHINES
from workflow import clock, moves
from workflow.machine import Machine
from workflow.models import Event
from workflow.perform import perform

Session = Any

BARE = """
DO $$ DECLARE r record; BEGIN
    FOR r IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
        WHERE contype = 'c' AND connamespace = 'public'::regnamespace
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.t, r.conname); END LOOP;
    FOR r IN SELECT indexrelid::regclass AS i FROM pg_index WHERE indisunique AND indpred IS NOT NULL
    LOOP EXECUTE format('DROP INDEX %s', r.i); END LOOP;
END $$
"""


def login(role: str) -> Session:
    """A session of another role on the database in use."""
    return database.connect(embedded.addresses()[role].named(connection.settings_dict["NAME"]))


@pytest.fixture(scope="module")
def superuser(copies: Copies, django_db_setup: None, django_db_blocker: Any) -> Iterator[Session]:
    with stations.on_a_copy(copies, django_db_blocker, stations.make):
        session = login("admin")
        with session.cursor() as cursor:
            cursor.execute(BARE)
        yield session
        session.close()


class Everybody:
    """An actor with every right everywhere: what is refused to them is refused to all."""

    id = person_id = agency_id = None
    name, agency_name, address = "任何人", "", ""
    one_with: frozenset[int] = frozenset()

    def deputy_for(self, person: int | None) -> str:
        return ""

    def may(self, right: str, competence: object) -> bool:
        return True

    def agency_for(self, right: str, competence: object) -> tuple[None, str]:
        return None, ""


def put(superuser: Session, model: type[Machine], state: str) -> Machine:
    """A row of the machine, put into a state past every trigger."""
    pk = model._default_manager.order_by("pk").values_list("pk", flat=True)[0]
    with superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f'UPDATE "{model._meta.db_table}" SET state = %s WHERE id = %s', [state, pk])
        cursor.execute("SET session_replication_role = origin")
    return model._default_manager.get(pk=pk)


def states(model: type[Machine]) -> list[str]:
    return [str(value) for value, _label in model._meta.get_field("state").choices]


# --- row 61: every state × every state, by raw SQL; every move × every state, by the door ---


@pytest.mark.parametrize("model", MACHINES, ids=lambda model: model.subject_kind())
def test_raw_sql_reaches_only_the_states_that_a_move_of_the_table_reaches(
    superuser: Session, model: type[Machine]
) -> None:
    table = EXPECTED[model.subject_kind()]
    reached: dict[str, set[str]] = {}
    for state in states(model):
        row = put(superuser, model, state)
        reached[state] = {to for to in states(model) if to != state and _updated(row, to)}
    assert reached == {state: {str(model.MOVES[code][1]) for code in codes} for state, codes in table.items()}


def _updated(row: Machine, state: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{row._meta.db_table}" SET state = %s WHERE id = %s', [state, row.pk])
            transaction.set_rollback(True)
    except DatabaseError as error:
        if "Invalid transition" not in str(error):
            raise
        return False
    return True


def barred(model: type[Machine]) -> tuple[str, str] | None:
    """A change of state that no move makes; None for a register with a single state."""
    table = EXPECTED[model.subject_kind()]
    pairs = [(one, to) for one in states(model) for to in states(model) if one != to]
    return next(((one, to) for one, to in pairs if to not in {str(model.MOVES[code][1]) for code in table[one]}), None)


@pytest.mark.parametrize("model", [one for one in MACHINES if barred(one)], ids=lambda model: model.subject_kind())
def test_no_setting_of_a_session_gets_past_the_table(superuser: Session, model: type[Machine]) -> None:
    """The triggers' library would look for their names in a setting that anybody may make."""
    state, other = barred(model) or ("", "")
    row = put(superuser, model, state)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(tgname)::text FROM pg_trigger WHERE tgrelid = %s::regclass", [model._meta.db_table]
        )
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, false)", cursor.fetchone())
        try:
            assert not _updated(row, other)
        finally:
            cursor.execute("RESET pgtrigger.ignore")


@pytest.mark.parametrize("model", MACHINES, ids=lambda model: model.subject_kind())
def test_the_door_makes_only_the_moves_of_the_table(
    superuser: Session, model: type[Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    bare(model, monkeypatch)
    made: dict[str, set[str]] = {}
    for state in states(model):
        row = put(superuser, model, state)
        made[state] = {code for code in model.MOVES if _performed(row, code) == ""}
    assert made == EXPECTED[model.subject_kind()]


def bare(model: type[Machine], monkeypatch: pytest.MonkeyPatch) -> None:
    """The moves without what their owners ask and do: only the table is left."""
    for move in moves.of_machine(model.subject_kind()):
        monkeypatch.setattr(move, "guards", [])
        monkeypatch.setattr(move, "effects", [])


def _performed(row: Machine, code: str) -> str:
    """Make the move and undo it; empty, or the kind of refusal."""
    before = Event.objects.count()
    try:
        with transaction.atomic():
            perform(row, code, Everybody())  # type: ignore[arg-type]
            assert Event.objects.count() == before + 1
            transaction.set_rollback(True)
    except Exception as error:  # noqa: BLE001  its kind is what is compared
        return type(error).__name__
    return ""


# --- row 53: no record, no act ------------------------------------------------


@pytest.fixture
def without_the_right_to_record(superuser: Session) -> Iterator[None]:
    with superuser.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON workflow_event FROM subsidy_app")
        yield
        cursor.execute("GRANT INSERT ON workflow_event TO subsidy_app")


@pytest.mark.parametrize("model", MACHINES, ids=lambda model: model.subject_kind())
def test_without_its_record_no_move_is_made_and_nothing_changes(
    superuser: Session, model: type[Machine], without_the_right_to_record: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare(model, monkeypatch)
    for code, (sources, _target) in model.MOVES.items():
        for state in sources:
            row = put(superuser, model, str(state))
            before = whole(model)
            with pytest.raises(DatabaseError, match="permission denied for table workflow_event"):
                perform(row, code, Everybody())  # type: ignore[arg-type]
            assert whole(model) == before, (code, state)


def whole(model: type[Machine]) -> object:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT md5(string_agg(t::text, chr(10) ORDER BY t.id)), (SELECT count(*) FROM workflow_event),"
            f' (SELECT count(*) FROM workflow_job) FROM "{model._meta.db_table}" t'
        )
        return cursor.fetchone()


# --- row 54: what was written stays -------------------------------------------

FILLED = {
    "cases_assessment", "cases_findingdecision", "cases_review", "cases_signature", "cases_submission",
    "enterprises_bankaccount", "enterprises_creditcheck", "funding_approval", "funding_award", "funding_issue",
    "funding_payeeconfirmation", "funding_quota", "funding_share", "journal_entry", "journal_posting", "papers_paper",
    "projects_measuredapproval", "workflow_event",
}  # fmt: skip
"""Append-only tables with rows in them at this station; a trigger for rows says nothing of an empty table."""


def attempts(table: str, column: str) -> list[str]:
    return [
        f'UPDATE "{table}" SET "{column}" = "{column}"', f'DELETE FROM "{table}"', f'TRUNCATE "{table}" CASCADE',
        f'SET pgtrigger.ignore = \'{{"{table}"}}\'; TRUNCATE "{table}" CASCADE',
    ]  # fmt: skip


def filled(session: Session) -> dict[str, str]:
    """Append-only tables that hold something, and a column of each."""
    found = {}
    with session.cursor() as cursor:
        for table in rights.append_only_tables():
            cursor.execute(f'SELECT * FROM "{table}" LIMIT 1')
            if cursor.fetchone():
                found[table] = cursor.description[1].name
    return found


def answer_to(session: Session, statement: str) -> str:
    """What the database says against a statement, or that it took it."""
    try:
        with session.cursor() as cursor:
            cursor.execute(statement)
    except psycopg2.Error as refusal:
        return str(refusal)
    return "taken"


@pytest.mark.parametrize(
    ("role", "answer"), [("app", "permission denied"), ("owner", "append-only|Cannot update or delete")]
)
def test_what_was_written_is_changed_emptied_and_shortened_by_nobody(
    superuser: Session, role: str, answer: str
) -> None:
    session = login(role)
    tables = filled(superuser)
    said: dict[str, str] = {}
    assert set(tables) >= FILLED
    for table, column in tables.items():
        for statement in attempts(table, column):
            said[statement] = answer_to(session, statement)
    session.close()
    assert {statement: text for statement, text in said.items() if not re.search(answer, text)} == {}
    assert filled(superuser) == tables


def test_every_append_only_table_refuses_its_owner_too_even_an_empty_one(superuser: Session) -> None:
    with superuser.cursor() as cursor:
        # tgtype: 1 for each row, 8 DELETE, 16 UPDATE.
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgtype & 25 = 25")
        assert {table for (table,) in cursor.fetchall()} >= set(rights.append_only_tables())
    session = login("owner")
    for table in rights.append_only_tables():
        with pytest.raises(psycopg2.Error, match="append-only"), session.cursor() as cursor:
            cursor.execute(f'TRUNCATE "{table}" CASCADE')
    session.close()


def test_the_check_names_triggers_that_a_setting_switches_off(superuser: Session) -> None:
    assert rights.violations() == []
    with superuser.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('public._pgtrigger_should_ignore(name)'::regprocedure)")
        (kept,) = cursor.fetchone()
        cursor.execute(kept.replace("RETURN FALSE", "RETURN CURRENT_SETTING('pgtrigger.ignore', true) IS NOT NULL"))
        try:
            assert rights.violations() == ["a setting of the session switches triggers off: run migrate"]
        finally:
            cursor.execute(kept)


@pytest.fixture(autouse=True)
def on_its_day(superuser: Session) -> None:
    clock.travel_to(stations.NOW)
