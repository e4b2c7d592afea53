"""The demo's clock: it begins on the demo's day and then runs on, so that both measures are in force."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGINS_AT = time(9, 0)


def offset(file: Path, day: str) -> float:
    """Seconds from real to business time: those fixed in `file`, else as if the demo began now; 0 without a day."""
    if not day:
        return 0.0
    if file.exists():
        return float(file.read_text())
    begin = datetime.combine(date.fromisoformat(day), BEGINS_AT, SHANGHAI)
    return float(round((begin - datetime.now(SHANGHAI)).total_seconds()))


def fix(file: Path, day: str) -> None:
    """Fix the offset once, so that every process of the demo has the same time and no later start turns it back."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(offset(file, day)))
