"""Open foreign files in a child process that has little memory, little time and no way back but one JSON text."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

CHILD = Path(__file__).with_name("child.py")
WALL_SECONDS = 30
ANSWER_LIMIT = 64 * 1024 * 1024
OUT_OF_TIME = {-signal.SIGXCPU, -signal.SIGKILL}


class Refused(Exception):
    """The child would not take the file; `code` says why, `detail` where (a sheet's name, a number)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def run(job: str, *arguments: str) -> Any:
    """The answer of one job of child.py. Raises Refused, with code "heavy" when a limit stopped the child."""
    # No inherited environment: the child needs no address, no key and no proxy.
    environment = {"LANG": "C.UTF-8", "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(CHILD), job, *arguments],
            capture_output=True,
            timeout=WALL_SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise Refused("heavy") from late
    if done.returncode or len(done.stdout) > ANSWER_LIMIT:
        raise Refused("heavy" if done.returncode in OUT_OF_TIME or b"emory" in done.stderr else "broken")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise Refused(answer["refused"], answer.get("detail", ""))
    return answer["answer"]
