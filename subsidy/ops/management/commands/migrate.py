from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from subsidy import embedded
from subsidy.ops.rendering import rendering_little


class Command(migrate.Command):
    help = f"{migrate.Command.help} Connects as the owner (DATABASE_OWNER_URL): the application's role may not."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Django's own command on a connection of the owner, without limits on a statement's time."""
        connection = connections[options["database"]]
        if connection.in_atomic_block:
            raise CommandError("migrate opens a connection of its own and cannot run inside a transaction")
        kept = dict(connection.settings_dict)
        owner = embedded.addresses()["owner"].named(kept["NAME"])
        connection.close()
        connection.settings_dict.update(owner.settings())
        connection.settings_dict["OPTIONS"] = {"connect_timeout": 5, **dict(owner.options)}
        try:
            with rendering_little():
                super().handle(*args, **options)
        finally:
            connection.close()
            connection.settings_dict.update(kept)
