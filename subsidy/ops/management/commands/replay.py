"""Compute every stored assessment again; ends with 1 at a difference."""

import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from subsidy.ops.replay import replay


class Command(BaseCommand):
    help = "Compute every stored assessment again from its stored facts and name what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, help="only assessments from this day on")
        parser.add_argument("--place", default="", help="only this measure, such as jilin")

    def handle(self, *args: Any, since: date | None, place: str, **options: Any) -> None:
        count = different = 0
        for answer in replay(since, place):
            count += 1
            if answer is None:
                continue
            different += 1
            self.stdout.write(f"{answer.assessment.submission.case.number}: {', '.join(answer.names)}")
        self.stdout.write(f"{count} assessments, {different} different")
        if different:
            sys.exit(1)
