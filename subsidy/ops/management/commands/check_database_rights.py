from typing import Any

from django.core.management.base import BaseCommand, CommandError

from subsidy.ops import rights


class Command(BaseCommand):
    help = "Fails, naming each, when the application's database role has a right that it must not have."

    def handle(self, *args: Any, **options: Any) -> None:
        if found := rights.violations():
            raise CommandError("\n".join(found))
        self.stdout.write(f"rights are as they should be; {len(rights.append_only_tables())} append-only tables")
