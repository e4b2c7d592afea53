from typing import Any

import psycopg2
from django.core.management.base import BaseCommand, CommandError

from subsidy import database, embedded


class Command(BaseCommand):
    help = "Creates the three roles, the database and the rights of later tables; safe to repeat."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        logins = embedded.addresses()
        try:
            is_new = database.prepare(logins["admin"], logins["app"], logins["owner"], logins["reader"])
        except psycopg2.OperationalError as error:
            raise CommandError(f"no login as administrator, set DATABASE_ADMIN_URL: {error}") from error
        self.stdout.write(
            f"database {logins['app'].name}: {'created' if is_new else 'was there'}, roles and rights set"
        )
