"""What `make demo` says and does when one of its processes ends by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from subsidy import demo_server, embedded


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Nothing is waited for or printed; what is started is kept, with the signals as they were."""
    started: list[subprocess.Popen[bytes]] = []
    monkeypatch.setattr(demo_server, "wait_until_ready", lambda port, processes: None)
    monkeypatch.setattr(demo_server, "run", lambda step: None)
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    monkeypatch.setenv("PORT", "")
    return started


def starts(monkeypatch: pytest.MonkeyPatch, kept: list[subprocess.Popen[bytes]], **programs: str) -> None:
    """Start a line of Python in place of gunicorn and celery."""
    by_module = {"gunicorn": programs["web"], "celery": programs["worker"]}

    def start(command: list[str], more: dict[str, str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", by_module[command[0]]], start_new_session=True)
        kept.append(process)
        return process

    monkeypatch.setattr(demo_server, "start", start)


WAITS = "import time; time.sleep(60)"


def test_the_process_that_ended_is_named_with_its_exit_code_and_the_other_is_ended(
    quiet: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    starts(monkeypatch, quiet, web=WAITS, worker="raise SystemExit(3)")
    with pytest.raises(RuntimeError, match=r"^worker ended by itself with exit code 3, its message is above$"):
        demo_server.serve()
    assert [process.poll() for process in quiet] == [-signal.SIGTERM, 3]


def test_a_process_that_was_killed_is_named_with_the_signal(
    quiet: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    starts(monkeypatch, quiet, web="import os; os.kill(os.getpid(), 9)", worker=WAITS)
    with pytest.raises(RuntimeError, match=r"^web ended by itself with signal 9 \(SIGKILL\)"):
        demo_server.serve()
    assert [process.poll() for process in quiet] == [-signal.SIGKILL, -signal.SIGTERM]


def test_a_web_server_that_ends_before_it_answers_is_named_too() -> None:
    web = subprocess.Popen([sys.executable, "-c", "raise SystemExit(4)"])
    web.wait()
    with pytest.raises(RuntimeError, match=r"^web ended by itself with exit code 4"):
        demo_server.wait_until_ready(1, {"web": web})


def test_the_demo_itself_then_ends_with_a_code_that_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def serve() -> None:
        raise RuntimeError("worker ended by itself with exit code 3, its message is above")

    monkeypatch.setattr(os, "chdir", lambda path: None)
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    for name in ("hold", "let_go"):
        monkeypatch.setattr(embedded, name, lambda: None)
    monkeypatch.setattr(embedded, "var_folder", lambda: tmp_path)
    monkeypatch.setattr(demo_server, "hand_over", lambda: None)
    monkeypatch.setattr(demo_server, "run", lambda step: None)
    monkeypatch.setattr(demo_server, "serve", serve)
    assert demo_server.main([]) == 1
    assert "worker ended by itself with exit code 3" in capsys.readouterr().err
