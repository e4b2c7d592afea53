"""Prints the addresses of the real servers on their local default ports, or why there are none (exit code 1)."""

import hashlib
import os
import sys
from pathlib import Path

import psycopg2
import redis

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from subsidy import database

ADMIN = os.environ.get("DATABASE_ADMIN_URL") or "postgresql://postgres@127.0.0.1:5432/postgres"
BROKER = "redis://127.0.0.1:6379/15"


def main() -> int:
    """Try both servers."""
    admin = database.Address.parse(ADMIN)
    try:
        connection = database.connect(admin)
    except psycopg2.OperationalError as error:
        print(f"PostgreSQL on port 5432: {str(error).splitlines()[0]}")
        return 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (is_admin,) = cursor.fetchone() or (False,)
    connection.close()
    if not is_admin:
        print("PostgreSQL on port 5432: the login is no administrator's")
        return 1
    try:
        with redis.Redis.from_url(BROKER) as client:
            client.ping()
    except redis.RedisError as error:
        print(f"Redis on port 6379: {error}")
        return 1
    # A server that asks its administrator for a password asks everybody.
    password = hashlib.sha256(admin.password.encode()).hexdigest()[:32] if admin.password else ""
    database_name = admin.named("subsidy")
    print(f"DATABASE_ADMIN_URL={admin.url}")
    print(f"DATABASE_URL={database_name.as_role(database.APP, password).url}")
    print(f"DATABASE_OWNER_URL={database_name.as_role(database.OWNER, password).url}")
    print(f"DATABASE_READER_URL={database_name.as_role(database.READER, password).url}")
    print(f"REDIS_URL={BROKER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
