"""Fill a database of its own with a realistic spread of cases: python -m benchmarks.make_data --cases 1000000 --keep

Agencies and competences are those of the fixtures; firms, calls, cases in their states, submissions with what the rules
answered, signatures, a history with valid chains and a balanced journal are written set by set in SQL, with triggers
and indexes away meanwhile, and checked afterwards. The same number gives the same data.
"""

import sys

if not __package__:
    sys.path[0] = sys.path[0].rpartition("/")[0]

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2

from benchmarks import ground
from subsidy import database, embedded

NOW = datetime(2026, 5, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def have(name: str, cases: int, *, anew: bool = False) -> None:
    """Have a database of this name with this many cases; one that is there with another number is an error."""
    logins = {role: address.named(name) for role, address in embedded.addresses().items()}
    admin = embedded.addresses()["admin"]
    if anew:
        database.drop_database(admin, name)
    if not database.prepare(admin, logins["app"], logins["owner"], logins["reader"]):
        with database.connect(logins["app"]) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cases_case")
            found = cursor.fetchone()[0]
        connection.close()
        ground.must(found == cases, f"{name} holds {found} cases, not {cases}: --anew drops it first")
        return
    from django.core.management import call_command

    begun = time.perf_counter()
    call_command("migrate", verbosity=0, interactive=False)
    print(f"{time.perf_counter() - begun:7.1f} s  migrated {name}")
    fill(cases)


def fill(cases: int) -> None:
    """Fill the migrated, empty database that Django uses now."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import cases_in_sql, checks, registers

    begun = time.perf_counter()
    with ground.travelled(NOW):
        call_command("load_reference", verbosity=0, stdout=sys.stderr)
        registers.people()
        registers.calls()
    name = connection.settings_dict["NAME"]
    connection.close()
    admin = database.connect(embedded.addresses()["admin"].named(name))
    try:
        with admin.cursor() as cursor:
            registers.firms(cursor, max(10, cases // 5))
            for label, step in cases_in_sql.steps(cases):
                _timed(cursor, label, step)
            _timed(cursor, "checked", lambda one: checks.all_of(one, cases))
    finally:
        admin.close()
    print(f"{time.perf_counter() - begun:7.1f} s  {cases} cases in {name}")


def _timed(cursor: Any, label: str, step: Any) -> None:
    begun = time.perf_counter()
    try:
        step(cursor)
    except psycopg2.Error as error:
        raise RuntimeError(f"{label}: {error}") from error
    print(f"{time.perf_counter() - begun:7.1f} s  {label}", flush=True)


def main() -> None:
    parser = ground.arguments(__doc__)
    parser.add_argument("--drop", action="store_true", help="only drop the database")
    options = parser.parse_args()
    ground.start()
    name = ground.name_of(options.cases, options.database)
    if options.drop:
        database.drop_database(embedded.addresses()["admin"], name)
        return
    with ground.ground(name, options.cases, keep=options.keep, anew=options.anew):
        pass


if __name__ == "__main__":
    main()
