"""Named points at which the fault tests stop a process; nothing happens in production."""

import os
import signal

from django.conf import settings


def crash_point(name: str) -> None:
    """Kill this process when the environment names this point (trust.md, F1)."""
    if settings.SUBSIDY_MODE == "test" and os.environ.get("CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
