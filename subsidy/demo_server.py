"""`make demo`: servers, database, demo data, web, worker; one process that stops what it has started.

python -m subsidy.demo_server             all of it, until Ctrl-C
python -m subsidy.demo_server --prepare   everything but serving
python -m subsidy.demo_server --reset     from the beginning again, without serving
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from . import demo_clock, embedded

ROOT = Path(__file__).resolve().parent.parent
HOST = os.environ.get("HOST", "127.0.0.1")
FIRST_PORT = int(os.environ.get("PORT", "8000"))
READY_SECONDS = 60
STOP_SECONDS = 15
# In a container everybody is root; tasks are JSON, which is what that warning is about.
NO_WARNING = "ignore:You're running the worker with superuser privileges"


class Stop(Exception):
    """Somebody asked to stop."""


def main(arguments: list[str]) -> int:
    """Do what the argument says. Returns the exit code."""
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "subsidy.settings")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        with only_one():
            if "--reset" in arguments:
                reset()
            embedded.hold()
            hand_over()
            run("prepare")
            if "--reset" not in arguments and "--prepare" not in arguments:
                serve()
    except Stop:
        print("\nstopping", flush=True)
    except (embedded.ServerFailure, RuntimeError) as problem:
        print(f"demo: {problem}", file=sys.stderr)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        embedded.let_go()
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop


@contextmanager
def only_one() -> Iterator[None]:
    """Refuse to run twice over the same data."""
    embedded.var_folder().mkdir(parents=True, exist_ok=True)
    with (embedded.var_folder() / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError("it is running already; stop it first (Ctrl-C in its window)") from None
        yield


def reset() -> None:
    """Remove the embedded databases, the uploads and the clock of the demo."""
    if os.environ.get("DATABASE_URL"):
        raise RuntimeError("DATABASE_URL is set: drop that database yourself, then make demo")
    embedded.reset()
    shutil.rmtree(embedded.var_folder() / "media", ignore_errors=True)
    (embedded.var_folder() / "demo-clock").unlink(missing_ok=True)


def hand_over() -> None:
    """Give web and worker the addresses, so that they start nothing themselves."""
    logins = embedded.addresses()
    os.environ["DATABASE_URL"] = logins["app"].url
    os.environ["DATABASE_OWNER_URL"] = logins["owner"].url
    os.environ["DATABASE_ADMIN_URL"] = logins["admin"].url
    os.environ.setdefault("REDIS_URL", embedded.redis_url())


def run(step: str) -> None:
    """Run one of the steps below in a process of its own, which needs Django only for that long."""
    done = subprocess.run([sys.executable, "-c", f"from subsidy import demo_server as d; d.{step}()"], check=False)
    if done.returncode:
        raise RuntimeError(f"could not {step}; the message is above")


def prepare() -> None:
    """Make database and tables; load the demo if there is nobody in it yet."""
    os.environ["SUBSIDY_STATEMENT_SECONDS"] = "600"
    import django
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command, get_commands

    demo_clock.fix(embedded.var_folder() / "demo-clock", os.environ.get("SUBSIDY_DEMO_DAY", "2026-05-20"))
    django.setup()
    call_command("prepare_database")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("check_database_rights")
    if settings.SUBSIDY_MODE != "demo":
        print("no demo data: SUBSIDY_MODE is not demo")
    elif "load_demo" not in get_commands():
        print("no demo data: there is no command load_demo yet")
    elif get_user_model()._default_manager.exists():
        print("the demo data are loaded already (make demo-reset starts over)")
    else:
        call_command("load_demo")


def introduce() -> None:
    """Print who can log in."""
    import django
    from django.core.management import call_command, get_commands

    django.setup()
    if "demo_people" in get_commands():
        call_command("demo_people")


def serve() -> None:
    """Run web and worker until one of them ends or Stop is raised."""
    port = free_port()
    bind = f"[{HOST}]:{port}" if ":" in HOST else f"{HOST}:{port}"
    web = ["gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--bind", bind]
    web += ["--log-level", "warning", "--no-control-socket", "subsidy.wsgi"]
    schedule = str(embedded.var_folder() / "celerybeat-schedule")
    worker = ["celery", "--quiet", "-A", "subsidy", "worker", "--beat", "--schedule", schedule, "--concurrency", "2"]
    worker += ["--loglevel", "WARNING"]
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        processes["web"] = start(web, {})
        processes["worker"] = start(worker, {"SUBSIDY_STATEMENT_SECONDS": "300", "PYTHONWARNINGS": NO_WARNING})
        wait_until_ready(port, processes)
        os.environ["PORT"] = str(port)  # for the table of people, which begins with the address
        run("introduce")
        print(f"\n    http://{bind}/    Ctrl-C stops everything\n", flush=True)
        while not (ended := how_ended(processes)):
            time.sleep(0.5)
        raise RuntimeError(ended)
    finally:
        stop(list(processes.values()))


def how_ended(processes: Mapping[str, subprocess.Popen[bytes]]) -> str:
    """Which of the processes ended by themselves, and how; empty while all run."""
    codes = {name: process.poll() for name, process in processes.items()}
    return "; ".join(
        f"{name} ended by itself with {_code(code)}, its message is above"
        for name, code in codes.items() if code is not None
    )  # fmt: skip


def _code(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code} ({signal.Signals(-code).name})"


def start(command: list[str], more: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a program of .venv in a session of its own, so that Ctrl-C reaches only us, who stop it in order."""
    return subprocess.Popen([sys.executable, "-m", *command], env={**os.environ, **more}, start_new_session=True)


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask every process to end, and end those that do not; a second Ctrl-C does not leave any behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port() -> int:
    """The first free port from PORT (8000) on."""
    for port in range(FIRST_PORT, FIRST_PORT + 20):
        with socket.socket(socket.AF_INET6 if ":" in HOST else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port from {FIRST_PORT} on: set PORT")


def wait_until_ready(port: int, processes: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Wait until the web server takes connections. Raises RuntimeError when it does not."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(HOST, HOST)  # noqa: S104  compared, not bound
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and not how_ended(processes):
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(how_ended(processes) or f"web does not answer after {READY_SECONDS} seconds")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
