"""What the trips have in common: the ground they start from, the clock, and what must hold at their end."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import datetime
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from subsidy.accounts.models import User
from subsidy.panels.models import Expert
from tests.world import World, registers
from workflow import clock
from workflow.clock import SHANGHAI


def ground() -> World:
    """Registers, people and a pool of experts; no call yet."""
    made = registers()
    people = User.objects.filter(username__startswith="expert").order_by("username")
    Expert.objects.bulk_create(
        Expert(user=user, unit=f"第{place}研究院", fields="智能制造") for place, user in enumerate(people, start=1)
    )
    return made


def it_is(*moment: int) -> None:
    """Move the business clock, for all threads of the process: year, month, day, hour, minute."""
    clock.travel_to(datetime(*moment, tzinfo=SHANGHAI))  # type: ignore[misc, arg-type]


def all_is_in_order(folder: Path) -> None:
    """The sums of the journal hold, every stored assessment comes out again, the exported history is whole."""
    assert "every sum holds" in _said("check_journal")
    assert re.fullmatch(r"[1-9]\d* assessments, 0 different", _said("replay").strip())
    file = folder / "history"
    entries = _said("export_history", str(file)).split()[0]
    program = Path(settings.ROOT) / "subsidy/ops/verify_history.py"
    verified = subprocess.run(
        [sys.executable, "-I", "-S", str(program), str(file)], capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stdout
    assert verified.stdout.startswith(f"whole: {entries} entries of ")


def _said(command: str, *arguments: str) -> str:
    call_command(command, *arguments, stdout=(out := StringIO()))
    return out.getvalue()
