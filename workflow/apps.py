from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class WorkflowConfig(AppConfig):
    """The engine: state machines, moves, history, outbox. Knows cases only as "a subject with a state"."""

    name = "workflow"
    verbose_name = _("流程引擎")

    def ready(self) -> None:
        from workflow import checks  # noqa: F401  registers the system checks

        autodiscover_modules("moves", "tasks")
        post_migrate.connect(take_write_rights_away, dispatch_uid="append_only")
        post_migrate.connect(let_no_trigger_be_ignored, sender=self, dispatch_uid="never_ignored")


def take_write_rights_away(using: str, **kwargs: object) -> None:
    """Leave the app role only SELECT and INSERT on every append-only table (trust.md rows 24 and 54)."""
    connection = connections[using]
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if getattr(model, "append_only", False) and model._meta.db_table in connection.introspection.table_names()
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'subsidy_app'")
        if cursor.fetchone() is None:
            return
        for table in tables:
            name = connection.ops.quote_name(table)
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {name} FROM subsidy_app")


def let_no_trigger_be_ignored(using: str, **kwargs: object) -> None:
    """Triggers of django-pgtrigger ask a function whether a setting of the session, which anybody may make, names them.

    The answer is no for good (trust.md §0.1). Installing a trigger writes the function anew: so after each `migrate`.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('public._pgtrigger_should_ignore(name)') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean"
                " LANGUAGE plpgsql AS $$ BEGIN RETURN FALSE; END $$"
            )
