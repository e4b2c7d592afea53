"""Load the demo's people, registers and rounds; a second time does nothing."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from subsidy.ops.demo.load import is_loaded, load


class Command(BaseCommand):
    help = "Load invented enterprises, people and cases at every station (not in production)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=float, default=1, help="1 is the whole demo, 0 the smallest")

    def handle(self, *args: Any, scale: float, **options: Any) -> None:
        if settings.SUBSIDY_MODE == "production":
            raise CommandError("the demo is invented and its passwords are known: not in production")
        if is_loaded():
            self.stdout.write("the demo is loaded already; nothing was changed")
            return
        began = time.monotonic()

        def say(line: str) -> None:
            self.stdout.write(f"[{time.monotonic() - began:5.1f} s] {line}")
            self.stdout.flush()

        load(say, scale)
        say("the demo is loaded")
