"""Gets a machine ready: .venv from the hashed lock, and the system libraries that papers need.

Runs with the machine's own Python before anything is installed, so it knows only the standard library.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
FONTS = Path("/usr/share/fonts")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class NotReady(Exception):
    """Something is missing that we cannot get ourselves; the text is the one line that says what to do."""


def main(arguments: list[str]) -> int:
    """Prepare the machine; `--browser` adds what the browser tests need. Returns the exit code."""
    try:
        if sys.version_info < (3, 11):
            raise NotReady(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}: make PYTHON=python3.11")
        install_packages()
        install_system_packages(with_browser="--browser" in arguments)
    except NotReady as problem:
        print(f"set-up: {problem}", file=sys.stderr)
        return 1
    return 0


def install_packages() -> None:
    """Fill .venv from requirements.txt, unless it was filled from that very file before."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes()).hexdigest()
    record = ENVIRONMENT / "installed-from"
    python = ENVIRONMENT / "bin" / "python"
    if python.exists() and record.exists() and record.read_text().strip() == digest:
        return
    print("set-up: installing the locked packages into .venv", flush=True)
    if not python.exists():
        make_environment()
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    if subprocess.run([*command, "-r", str(ROOT / "requirements.txt")], check=False).returncode:
        raise NotReady("pip could not install requirements.txt; its message is above")
    record.write_text(digest + "\n")


def make_environment() -> None:
    """Make an empty .venv; Debian keeps the module for it in a package of its own."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        install_with_apt(["python3-venv"], "python3-venv")
    command = [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]
    if subprocess.run(command, check=False).returncode:
        raise NotReady(f"{venv.__name__} could not make .venv; its message is above")


def install_system_packages(*, with_browser: bool) -> None:
    """Install what is missing of Pango and, for browser tests, Chromium."""
    missing = [package for library, package in LIBRARIES.items() if not is_loadable(library)]
    if with_browser and not any(shutil.which(name) for name in BROWSERS):
        missing.append("chromium")
    if with_browser and not has_chinese_font():
        missing.append("fonts-noto-cjk")
    if missing:
        install_with_apt(missing, " ".join(missing))


def has_chinese_font() -> bool:
    """Whether a font for Chinese lies where the browser looks; without one a page is a row of boxes."""
    known = ("*CJK*", "wqy-*", "*SourceHan*", "simsun*", "msyh*")
    return any(next(FONTS.rglob(pattern), None) for pattern in known)


def is_loadable(library: str) -> bool:
    """Whether the system finds the shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_with_apt(packages: list[str], wanted: str) -> None:
    """Install through apt where that is permitted. Raises NotReady with the command to type where it is not."""
    advice = NotReady(f"please install: sudo apt-get install {wanted}   (or the like on your system)")
    apt = shutil.which("apt-get")
    if apt is None:
        raise advice
    prefix: list[str] = []
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if sudo is None or subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode:
            raise advice
        prefix = [sudo, "-n"]
    print(f"set-up: installing {wanted} through apt", flush=True)
    prefix += ["env", "DEBIAN_FRONTEND=noninteractive", apt, "-q", "-y"]
    subprocess.run([*prefix, "update"], check=False, capture_output=True)
    if subprocess.run([*prefix, "install", "--no-install-recommends", *packages], check=False).returncode:
        raise advice


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
