"""Production refuses each unsafe value by name, and starts with safe ones."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from subsidy import safety

SAFE = {
    "SUBSIDY_MODE": "production",
    "SECRET_KEY": "q8Zr4Lw1Xc7Vb0Nm5Kj2Hg9Fd3Sa6Po1Iu8Yt4Re7Wq0Mn5Bv2Cx9",
    "FIELD_KEYS": "2026a:" + "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2,
    "FIELD_DIGEST_KEY": "00112233445566778899aabbccddeeff" * 2,
    "ALLOWED_HOSTS": "subsidy.example.gov.cn",
    "PUBLIC_ADDRESS": "https://subsidy.example.gov.cn",
    "DATABASE_URL": "postgresql://subsidy_app:Wm4Tq8Zr2Lx7@db.example/subsidy?sslmode=verify-full",
    "REDIS_URL": "rediss://:Wm4Tq8Zr2Lx7@broker.example:6380/0",
}

UNSAFE = [
    ("SECRET_KEY", "", "SECRET_KEY"),
    ("SECRET_KEY", safety.SAMPLE_SECRET_KEY, "SECRET_KEY"),
    ("SECRET_KEY", "short", "SECRET_KEY"),
    ("SECRET_KEY", "a" * 80, "SECRET_KEY"),
    ("FIELD_KEYS", "", "FIELD_KEYS"),
    ("FIELD_KEYS", safety.SAMPLE_FIELD_KEYS, "FIELD_KEYS"),
    ("FIELD_KEYS", "new:" + "0f" * 32 + "," + safety.SAMPLE_FIELD_KEYS, "FIELD_KEYS"),
    ("FIELD_DIGEST_KEY", "", "FIELD_DIGEST_KEY"),
    ("FIELD_DIGEST_KEY", safety.SAMPLE_DIGEST_KEY, "FIELD_DIGEST_KEY"),
    ("SUBSIDY_DEBUG", "1", "SUBSIDY_DEBUG"),
    ("SUBSIDY_DEMO_DAY", "2026-05-20", "SUBSIDY_DEMO_DAY"),
    ("SUBSIDY_JOBS_EAGER", "1", "SUBSIDY_JOBS_EAGER"),
    ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS"),
    ("PUBLIC_ADDRESS", "", "PUBLIC_ADDRESS"),
    ("PUBLIC_ADDRESS", "http://subsidy.example.gov.cn", "PUBLIC_ADDRESS"),
    ("ALLOWED_HOSTS", " , ", "ALLOWED_HOSTS"),
    ("ALLOWED_HOSTS", "a.example,*", "ALLOWED_HOSTS"),
    ("DATABASE_URL", "", "DATABASE_URL"),
    ("DATABASE_URL", "sqlite:///db.sqlite3", "DATABASE_URL"),
    ("DATABASE_URL", "postgresql://subsidy_app@localhost/subsidy", "no password"),
    ("DATABASE_URL", "postgresql://subsidy_app:subsidy_app@localhost/subsidy", "guessable"),
    ("DATABASE_URL", "postgresql://postgres:Wm4Tq8Zr2Lx7@localhost/subsidy", "superuser"),
    ("DATABASE_URL", "postgresql://subsidy_app:Wm4Tq8Zr2Lx7@db.example/subsidy", "without TLS"),
    ("DATABASE_URL", "postgresql://subsidy_app:Wm4Tq8Zr2Lx7@db.example/subsidy?sslmode=prefer", "without TLS"),
    ("DATABASE_OWNER_URL", "postgresql://subsidy_owner:owner@localhost/subsidy", "DATABASE_OWNER_URL"),
    ("REDIS_URL", "", "REDIS_URL"),
    ("REDIS_URL", "memory://", "REDIS_URL"),
    ("REDIS_URL", "redis://localhost:6379/0", "REDIS_URL has no password"),
    ("REDIS_URL", "rediss://:redis@broker.example/0", "REDIS_URL has no password, a guessable"),
    ("REDIS_URL", "redis://:Wm4Tq8Zr2Lx7@broker.example/0", "without TLS"),
]

ALLOWED = [
    ("DATABASE_URL", "postgresql://subsidy_app:Wm4Tq8Zr2Lx7@127.0.0.1/subsidy"),
    ("DATABASE_URL", "postgresql://subsidy_app:Wm4Tq8Zr2Lx7@/subsidy?host=/run/postgresql"),
    ("DATABASE_URL", "postgresql://subsidy_app:Wm4Tq8Zr2Lx7@db.example/subsidy?sslmode=require"),
    ("REDIS_URL", "redis://:Wm4Tq8Zr2Lx7@localhost:6379/0"),
    ("SUBSIDY_DEBUG", "0"),
]


def test_safe_values_are_not_refused() -> None:
    assert safety.refusals(SAFE) == []


@pytest.mark.parametrize(("key", "value", "reason"), UNSAFE)
def test_an_unsafe_value_is_the_only_one_refused_and_named(key: str, value: str, reason: str) -> None:
    found = safety.refusals({**SAFE, key: value})

    assert len(found) == 1
    assert reason in found[0]


@pytest.mark.parametrize(("key", "value"), ALLOWED)
def test_a_local_or_encrypted_server_is_not_refused(key: str, value: str) -> None:
    assert safety.refusals({**SAFE, key: value}) == []


@pytest.mark.parametrize(
    ("switch", "key", "value"),
    [
        ("SUBSIDY_ALLOW_PLAIN_DATABASE", "DATABASE_URL", "postgresql://subsidy_app:Wm4Tq8Zr2Lx7@database/subsidy"),
        ("SUBSIDY_ALLOW_PLAIN_REDIS", "REDIS_URL", "redis://:Wm4Tq8Zr2Lx7@broker/0"),
    ],
)
def test_a_plain_remote_server_needs_an_express_permission(switch: str, key: str, value: str) -> None:
    assert len(safety.refusals({**SAFE, key: value, switch: "0"})) == 1
    assert safety.refusals({**SAFE, key: value, switch: "1"}) == []


def test_refusals_never_repeat_a_secret() -> None:
    found = safety.refusals({**SAFE, "DATABASE_URL": "postgresql://subsidy_app:hunter2@localhost/subsidy"})

    assert "hunter2" not in " ".join(found)


def test_a_yes_or_no_variable_that_says_neither_is_an_error() -> None:
    with pytest.raises(ValueError, match="SUBSIDY_DEBUG must be 1 or 0"):
        safety.is_on({"SUBSIDY_DEBUG": "maybe"}, "SUBSIDY_DEBUG")


def load_settings(changes: dict[str, str], code: str = "") -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own, with nothing of ours in its environment."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-c", f"from django.conf import settings as s; s.DEBUG; {code}"],
        env={**kept, "DJANGO_SETTINGS_MODULE": "subsidy.settings", **changes},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_process_does_not_start_with_an_unsafe_value() -> None:
    done = load_settings({**SAFE, "SECRET_KEY": "short"})

    assert done.returncode != 0
    assert "unsafe for production: SECRET_KEY is too short" in done.stderr


def test_production_starts_with_safe_values_hardened() -> None:
    done = load_settings(
        SAFE,
        "print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS,"
        " s.CLOCK_OFFSET, s.ALLOWED_HOSTS, s.SESSION_COOKIE_NAME)",
    )

    assert done.stderr == ""
    assert done.stdout.split(" ", 6)[:6] == ["False", "True", "True", "True", "31536000", "0.0"]
    assert done.stdout.strip().endswith("['subsidy.example.gov.cn'] __Host-session")


def test_a_mode_that_does_not_exist_is_refused() -> None:
    done = load_settings({"SUBSIDY_MODE": "prod"})

    assert done.returncode != 0
    assert "SUBSIDY_MODE must be demo, test or production" in done.stderr


def test_django_finds_nothing_to_say_about_the_deployment() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={"PATH": os.environ["PATH"], **SAFE},
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
