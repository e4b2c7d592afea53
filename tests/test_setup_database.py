"""The three roles: what the application's login may and may not do to the tables it works on."""

from collections.abc import Iterator

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from subsidy import database, embedded
from subsidy.ops import rights

pytestmark = pytest.mark.django_db


def refused(statement: str) -> str:
    """What the database says to a statement that it must not carry out."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(caught.value)


def owner_does(*statements: str) -> None:
    owner = embedded.addresses()["owner"].named(connection.settings_dict["NAME"])
    session = database.connect(owner)
    with session.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    session.close()


def test_the_suite_itself_works_as_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (database.APP,)


def test_the_history_is_append_only() -> None:
    assert "workflow_event" in rights.append_only_tables()


def test_no_append_only_table_can_be_changed_emptied_or_shortened() -> None:
    for table in rights.append_only_tables():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}" LIMIT 0')
            column = cursor.description[0].name
        assert "permission denied" in refused(f'UPDATE "{table}" SET "{column}" = "{column}"')
        assert "permission denied" in refused(f'DELETE FROM "{table}"')
        assert "permission denied" in refused(f'TRUNCATE "{table}" CASCADE')


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("TRUNCATE django_session", "permission denied"),
        ("DROP TABLE django_session", "must be owner"),
        ("ALTER TABLE workflow_event DISABLE TRIGGER ALL", "must be owner"),
        ("ALTER TABLE workflow_event ADD COLUMN more int", "must be owner"),
        ("CREATE TABLE extra (id int)", "permission denied"),
        ("CREATE SCHEMA extra", "permission denied"),
        ("SET session_replication_role = replica", "permission denied"),
        ("SET ROLE subsidy_owner", "permission denied"),
        ("CREATE ROLE extra", "permission denied"),
    ],
)
def test_the_application_cannot_widen_its_rights(statement: str, answer: str) -> None:
    assert answer in refused(statement)


def test_a_right_that_the_application_gives_itself_has_no_effect() -> None:
    with connection.cursor() as cursor:
        cursor.execute("GRANT UPDATE ON workflow_event TO subsidy_app")

    assert "permission denied" in refused("UPDATE workflow_event SET note = 'changed'")


def test_the_check_of_the_rights_passes_on_a_migrated_database(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_database_rights")

    assert "rights are as they should be" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("grant", "complaint"),
    [
        ("GRANT UPDATE ON workflow_event TO subsidy_app", "workflow_event: UPDATE allowed"),
        ("GRANT UPDATE (note) ON workflow_event TO subsidy_app", "workflow_event: UPDATE allowed"),
        ("GRANT DELETE ON workflow_event TO subsidy_app", "workflow_event: DELETE allowed"),
        ("GRANT TRUNCATE ON django_session TO subsidy_app", "django_session: TRUNCATE allowed"),
        ("GRANT TRIGGER ON workflow_event TO PUBLIC", "workflow_event: TRIGGER allowed"),
        ("REVOKE INSERT ON workflow_event FROM subsidy_app", "workflow_event: SELECT or INSERT refused"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "may create tables in schema public"),
    ],
)
def test_the_check_names_a_right_too_many(fresh_database: None, grant: str, complaint: str) -> None:
    owner_does(grant)

    with pytest.raises(CommandError) as caught:
        call_command("check_database_rights")
    assert complaint in str(caught.value)


@pytest.fixture
def as_owner() -> Iterator[None]:
    """The application logs in as the owner by mistake."""
    kept = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = database.OWNER
    yield
    connection.close()
    connection.settings_dict["USER"] = kept


def test_the_check_finds_that_the_application_is_the_owner(fresh_database: None, as_owner: None) -> None:
    found = rights.violations()

    assert "workflow_event: owned by the role" in found
    assert f"the role is a member of {database.OWNER}" in found


def test_the_reader_reads_and_nothing_else() -> None:
    reader = embedded.addresses()["reader"].named(connection.settings_dict["NAME"])
    session = database.connect(reader)
    with session.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM workflow_event")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("DELETE FROM django_session")
    session.close()


def test_statements_of_a_page_are_cut_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name IN"
            " ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') ORDER BY name"
        )
        limits = dict(cursor.fetchall())

    assert limits == {
        "idle_in_transaction_session_timeout": "180000",
        "lock_timeout": "30000",
        "statement_timeout": "60000",
    }


def test_a_committing_test_has_a_copy_of_its_own(fresh_database: None) -> None:
    name = connection.settings_dict["NAME"]
    call_command("shell", "-c", "pass", verbosity=0)

    assert name.startswith("subsidy_test_")
    assert not connection.in_atomic_block


def test_models_and_migrations_agree(capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with SystemExit(1) and names what is missing when they do not."""
    call_command("makemigrations", "--check", "--dry-run")
    assert capsys.readouterr().out == "No changes detected\n"
