"""Sessions in the database that end: by themselves, by their owner, by the security officer (trust.md rows 9 to 12).

A session is a row with its person, so it can be listed and ended at once; the row goes, and the next request with the
old cookie is a visitor's. The cookie holds the key, the database only its digest, so whoever reads the table cannot
step into a session. `settings.SESSION_ENGINE` names this module.
"""

from __future__ import annotations

import hashlib
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from subsidy.accounts.credentials import Session
from workflow import clock

SIGN_IN = "sign_in"
"""What a session says about how it began: see `subsidy.accounts.entry.stamp`."""
DIGEST_LETTERS = 40


def digest_of(key: str) -> str:
    """Under what a session's key is kept."""
    return hashlib.sha256(key.encode()).hexdigest()[:DIGEST_LETTERS]


class SessionStore(db.SessionStore):
    """Django's sessions in the database, under digests, with the columns by which they are found."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        key = digest_of(self.session_key or "")
        found = Session.objects.filter(session_key=key, expire_date__gt=clock.real_now()).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=digest_of(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        made = cast(Session, super().create_model_instance(data))
        began = data.get(SIGN_IN, {})
        made.session_key = digest_of(made.session_key)
        made.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        made.address, made.agent = began.get("address", ""), began.get("agent", "")
        made.began_at = parse_datetime(began.get("at", ""))
        made.seen_at = clock.real_now()
        return made

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(session_key=digest_of(key)).delete()

    def get_session_cookie_age(self) -> int:
        """The seconds that are left: of the idle time, or of the whole if that is less."""
        began = parse_datetime(self.get(SIGN_IN, {}).get("at", ""))
        if began is None:
            return settings.SESSION_COOKIE_AGE
        gone = int((clock.real_now() - began).total_seconds())
        return min(settings.SESSION_COOKIE_AGE, max(settings.SESSION_TOTAL_AGE - gone, 0))


def open_sessions() -> QuerySet[Session]:
    """The sessions of signed-in people that have not run out, the one seen last first."""
    running = Session.objects.filter(user__isnull=False, expire_date__gt=clock.real_now())
    return running.order_by("-seen_at", "session_key")


def end(sessions: QuerySet[Session]) -> int:
    """End these sessions now; how many they were."""
    return sessions.delete()[0]


def end_all_of(user_id: int, *, but: str = "") -> int:
    """End every session of a person, save the one with the key `but`; how many they were."""
    sessions = Session.objects.filter(user_id=user_id)
    return end(sessions.exclude(session_key=digest_of(but)) if but else sessions)
