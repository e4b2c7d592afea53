"""Database addresses, and the three roles that share one database.

The owner migrates, the app works without being able to change what is append-only, the reader only reads.
Nothing here needs Django: the launcher and the tests call it before settings exist.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import psycopg2
from psycopg2 import sql

OWNER, APP, READER = "subsidy_owner", "subsidy_app", "subsidy_reader"
EXTENSIONS = ("pg_trgm", "btree_gist")


@dataclass(frozen=True)
class Address:
    """One PostgreSQL address, taken apart."""

    user: str
    password: str
    host: str
    port: str
    name: str
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, url: str) -> Address:
        """Take apart ``postgresql://user:password@host:port/name?sslmode=…``; a socket folder goes in ``?host=``.

        Raises ValueError for another scheme or a missing database name.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"postgres", "postgresql"}:
            raise ValueError(f"not a PostgreSQL address: scheme {parts.scheme!r}")
        options = dict(parse_qsl(parts.query))
        host = options.pop("host", "") or parts.hostname or ""
        name = unquote(parts.path.lstrip("/"))
        if not name:
            raise ValueError("the PostgreSQL address names no database")
        return cls(
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            host=host,
            port=str(parts.port or ""),
            name=name,
            options=tuple(sorted(options.items())),
        )

    @property
    def url(self) -> str:
        """The address as one line again."""
        login = quote(self.user, safe="") + (f":{quote(self.password, safe='')}" if self.password else "")
        options = dict(self.options)
        host = self.host
        if host.startswith("/"):
            options["host"], host = host, ""
        elif ":" in host:
            host = f"[{host}]"
        port = f":{self.port}" if self.port else ""
        query = f"?{urlencode(options, safe='/')}" if options else ""
        return f"postgresql://{login}@{host}{port}/{quote(self.name, safe='')}{query}"

    @property
    def is_local(self) -> bool:
        """Whether no network lies between us and the server."""
        return not self.host or self.host.startswith("/") or self.host in {"localhost", "127.0.0.1", "::1"}

    def named(self, name: str) -> Address:
        """The same login on another database of the server."""
        return replace(self, name=name)

    def as_role(self, role: str, password: str = "") -> Address:
        """Another login on the same database."""
        return replace(self, user=role, password=password)

    def settings(self) -> dict[str, object]:
        """The keys of Django's DATABASES entry that come from the address."""
        return {
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": self.port,
        }


def connect(address: Address) -> psycopg2.extensions.connection:
    """Open the address outside Django, every statement on its own."""
    connection = psycopg2.connect(
        dbname=address.name,
        user=address.user or None,
        password=address.password or None,
        host=address.host or None,
        port=address.port or None,
        connect_timeout=5,
        **dict(address.options),
    )
    connection.autocommit = True
    return connection


def prepare_roles(admin: Address, logins: tuple[Address, ...]) -> None:
    """Create the three roles without any special right; set the passwords that the addresses carry."""
    passwords = {login.user: login.password for login in logins}
    with connect(admin) as connection, connection.cursor() as cursor:
        # Two processes may prepare at once: CREATE ROLE has no IF NOT EXISTS.
        cursor.execute("SELECT pg_advisory_lock(hashtext('subsidy roles'))")
        for role in (OWNER, APP, READER):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            statement = verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
            cursor.execute(sql.SQL(statement).format(sql.Identifier(role)))
            if passwords.get(role):
                cursor.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(passwords[role]))
                )
        cursor.execute("SELECT pg_advisory_unlock(hashtext('subsidy roles'))")
    connection.close()


def database_exists(admin: Address, name: str) -> bool:
    """Whether the server has a database of that name."""
    connection = connect(admin)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return cursor.fetchone() is not None
    finally:
        connection.close()


def create_database(admin: Address, name: str, template: str = "template0") -> None:
    """Create a database that belongs to the owner; from `template` it is an exact copy."""
    statement = "CREATE DATABASE {} OWNER {} TEMPLATE {}"
    if template == "template0":
        statement += " ENCODING 'UTF8'"
    _on_server(admin, sql.SQL(statement).format(*map(sql.Identifier, (name, OWNER, template))))


def drop_database(admin: Address, name: str) -> None:
    """Drop the database if it is there, whoever is connected."""
    _on_server(admin, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _on_server(admin: Address, statement: sql.Composed) -> None:
    connection = connect(admin)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def prepare_rights(admin: Address, name: str) -> None:
    """Say what each role may do with tables that the owner makes later; add the extensions."""
    connection = connect(admin.named(name))
    try:
        with connection.cursor() as cursor:
            for extension in EXTENSIONS:
                cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
            for statement in _rights():
                cursor.execute(statement.format(**_names(name)))
    finally:
        connection.close()


def _names(database: str) -> dict[str, sql.Identifier]:
    values = {"database": database, "owner": OWNER, "app": APP, "reader": READER}
    return {key: sql.Identifier(value) for key, value in values.items()}


def _rights() -> list[sql.SQL]:
    default = "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT "
    return [
        sql.SQL(text)
        for text in (
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {database} TO {app}, {reader}",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            "GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
            "GRANT USAGE ON SCHEMA public TO {app}, {reader}",
            default + "SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
            default + "USAGE, SELECT ON SEQUENCES TO {app}",
            default + "SELECT ON TABLES TO {reader}",
        )
    ]


def prepare(admin: Address, app: Address, owner: Address, *others: Address) -> bool:
    """Make roles, database, extensions and default rights; safe to repeat. Returns whether the database is new."""
    prepare_roles(admin, (app, owner, *others))
    is_new = not database_exists(admin, app.name)
    if is_new:
        create_database(admin, app.name)
    prepare_rights(admin, app.name)
    return is_new
