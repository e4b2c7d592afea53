"""What the application's database role must not be able to do, asked of the database itself."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from subsidy.database import OWNER

ROLE_RIGHTS = {
    "rolsuper": "is a superuser",
    "rolcreaterole": "may create roles",
    "rolcreatedb": "may create databases",
    "rolreplication": "may replicate",
    "rolbypassrls": "gets past row security",
}


def violations() -> list[str]:
    """Every right that the connected role has and must not have, or lacks and needs; one sentence each."""
    return [*_role(), *_schema(), *_tables(), *_triggers()]


def append_only_tables() -> list[str]:
    """The tables that take new rows and never let a row change: the models that say `append_only = True`."""
    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))


def _role() -> list[str]:
    columns = ", ".join(ROLE_RIGHTS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM pg_roles WHERE rolname = current_user")  # noqa: S608  column names of ours
        row = cursor.fetchone()
        found = [text for text, has in zip(ROLE_RIGHTS.values(), row, strict=True) if has]
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(oid, 'MEMBER')", [OWNER])
        if cursor.fetchone():
            found.append(f"is a member of {OWNER}")
        cursor.execute("SELECT to_regprocedure('has_parameter_privilege(text, text)') IS NOT NULL")  # from 15 on
        if cursor.fetchone()[0]:
            cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
            if cursor.fetchone()[0]:
                found.append("may set session_replication_role, which switches triggers off")
    return [f"the role {text}" for text in found]


def _schema() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_schema_privilege('public', 'CREATE'), has_database_privilege(current_database(), 'CREATE')"
        )
        may_in_schema, may_in_database = cursor.fetchone()
    found = ["the role may create tables in schema public"] if may_in_schema else []
    return found + (["the role may create schemas in the database"] if may_in_database else [])


def _tables() -> list[str]:
    """TRUNCATE and ownership on no table at all; UPDATE and DELETE on no append-only one, by table or by column."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, pg_has_role(c.relowner, 'MEMBER'), has_table_privilege(c.oid, 'TRUNCATE'),
                   has_table_privilege(c.oid, 'DELETE'), has_any_column_privilege(c.oid, 'UPDATE'),
                   has_table_privilege(c.oid, 'TRIGGER'),
                   has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
            FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
            """
        )
        rows = {name: rights for name, *rights in cursor.fetchall()}
    protected = append_only_tables()
    found = [f"{name}: the table does not exist" for name in protected if name not in rows]
    for name, (owns, may_truncate, may_delete, may_update, may_trigger, may_work) in rows.items():
        is_protected = name in protected
        complaints = {
            "owned by the role": owns,
            "TRUNCATE allowed": may_truncate,
            "TRIGGER allowed": may_trigger,
            "DELETE allowed": is_protected and may_delete,
            "UPDATE allowed": is_protected and may_update,
            "SELECT or INSERT refused": not may_work,
        }
        found += [f"{name}: {text}" for text, applies in complaints.items() if applies]
    return found


def _triggers() -> list[str]:
    """The function that every trigger asks must not look at `pgtrigger.ignore`, a setting that any session may make."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_proc WHERE proname = '_pgtrigger_should_ignore' AND prosrc LIKE '%CURRENT_SETTING%'"
        )
        return ["a setting of the session switches triggers off: run migrate"] if cursor.fetchone() else []
