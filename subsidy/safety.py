"""What production refuses to start with."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from .database import Address

SAMPLE_SECRET_KEY = "sample-key-of-the-demo-never-for-production-0123456789"
SAMPLE_FIELD_KEYS = "sample:" + "5a" * 32
SAMPLE_DIGEST_KEY = "a5" * 32
SHORTEST_SECRET = 50
SHORTEST_PASSWORD = 12
GUESSED_PASSWORDS = frozenset({"postgres", "password", "subsidy", "subsidy_app", "redis", "changeme", "secret"})


def refusals(environment: Mapping[str, str]) -> list[str]:
    """Every reason not to start in production, one sentence each; empty when the environment is safe."""
    return [
        *_secrets(environment),
        *_web(environment),
        *_database(environment, "DATABASE_URL"),
        *(_database(environment, "DATABASE_OWNER_URL") if environment.get("DATABASE_OWNER_URL") else []),
        *_redis(environment),
    ]


def _secrets(environment: Mapping[str, str]) -> list[str]:
    found = []
    secret = environment.get("SECRET_KEY", "")
    if not secret or secret == SAMPLE_SECRET_KEY:
        found.append("SECRET_KEY is missing or the sample of the demo")
    elif len(secret) < SHORTEST_SECRET or len(set(secret)) < 10:
        found.append(f"SECRET_KEY is too short or too even: at least {SHORTEST_SECRET} random characters")
    keys = environment.get("FIELD_KEYS", "")
    if not keys or SAMPLE_FIELD_KEYS.partition(":")[2] in keys:
        found.append("FIELD_KEYS is missing or the sample of the demo")
    digest_key = environment.get("FIELD_DIGEST_KEY", "")
    if not digest_key or digest_key == SAMPLE_DIGEST_KEY:
        found.append("FIELD_DIGEST_KEY is missing or the sample of the demo")
    return found


def _web(environment: Mapping[str, str]) -> list[str]:
    found = []
    if is_on(environment, "SUBSIDY_DEBUG"):
        found.append("SUBSIDY_DEBUG shows code and settings to visitors")
    hosts = [host.strip() for host in environment.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
    if not hosts or "*" in hosts:
        found.append("ALLOWED_HOSTS must name the hosts, without *")
    if not environment.get("PUBLIC_ADDRESS", "").startswith("https://"):
        found.append("PUBLIC_ADDRESS must be the https:// address of the site: papers and mailed links carry it")
    if environment.get("SUBSIDY_DEMO_DAY"):
        found.append("SUBSIDY_DEMO_DAY turns the clock of the demo on")
    if is_on(environment, "SUBSIDY_JOBS_EAGER"):
        found.append("SUBSIDY_JOBS_EAGER runs jobs inside the request")
    return found


def _database(environment: Mapping[str, str], key: str) -> list[str]:
    try:
        address = Address.parse(environment.get(key, ""))
    except ValueError:
        return [f"{key} is missing or no PostgreSQL address"]
    found = []
    if is_weak(address.password):
        found.append(f"{key} has no password, a guessable or a short one (at least {SHORTEST_PASSWORD} characters)")
    if address.user in {"postgres", "root"}:
        found.append(f"{key} logs in as a superuser, who gets past every right")
    encrypted = dict(address.options).get("sslmode") in {"require", "verify-ca", "verify-full"}
    if not address.is_local and not encrypted and not is_on(environment, "SUBSIDY_ALLOW_PLAIN_DATABASE"):
        found.append(f"{key} reaches another machine without TLS: add sslmode=verify-full")
    return found


def _redis(environment: Mapping[str, str]) -> list[str]:
    url = urlsplit(environment.get("REDIS_URL", ""))
    if url.scheme not in {"redis", "rediss"}:
        return ["REDIS_URL is missing or no Redis address"]
    found = []
    if is_weak(url.password or ""):
        found.append(f"REDIS_URL has no password, a guessable or a short one (at least {SHORTEST_PASSWORD} characters)")
    local = url.hostname in {"localhost", "127.0.0.1", "::1"}
    if not local and url.scheme != "rediss" and not is_on(environment, "SUBSIDY_ALLOW_PLAIN_REDIS"):
        found.append("REDIS_URL reaches another machine without TLS: use rediss://")
    return found


def refuse_demo_people() -> None:
    """Raise ImproperlyConfigured when production would run on a database with accounts whose password all know."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    if settings.SUBSIDY_MODE != "production":
        return
    try:
        found = list(get_user_model().objects.filter(is_demo=True).values_list("username", flat=True)[:5])
    except OperationalError:
        # No database yet: /readyz says so, and the login refuses demo people one by one.
        return
    if found:
        raise ImproperlyConfigured(f"unsafe for production: accounts of the demo: {', '.join(found)}")


def is_weak(password: str) -> bool:
    """Whether a password of a server is missing, short or one that everybody tries first."""
    return len(password) < SHORTEST_PASSWORD or password.lower() in GUESSED_PASSWORDS


def is_on(environment: Mapping[str, str], key: str) -> bool:
    """Whether a yes-or-no variable says yes; raises ValueError for anything but 1, 0, true, false, empty."""
    value = environment.get(key, "").strip().lower()
    if value not in {"", "0", "1", "true", "false"}:
        raise ValueError(f"{key} must be 1 or 0, not {value!r}")
    return value in {"1", "true"}
