"""Load places, trades, days off, agencies and competences from fixtures/*.yaml; can be run as often as wanted."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from subsidy.accounts.load import load_agencies
from subsidy.reference.load import load_all


class Command(BaseCommand):
    help = "Load the reference data of fixtures/*.yaml."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for name, number in (load_all() | load_agencies()).items():
            self.stdout.write(f"{name}: {number}")
