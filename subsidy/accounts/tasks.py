"""Registers the jobs of this app with the outbox, and removes what counts no more."""

from celery import shared_task

from subsidy.accounts import attempts, links, sessions, tell

JOBS = (links.ASKED, links.STARTED, tell.MAIL)


@shared_task(name="accounts.clear")  # type: ignore[untyped-decorator]
def clear() -> None:
    """Remove sessions that ran out and tries that count no more."""
    sessions.SessionStore.clear_expired()
    attempts.forget_old()
