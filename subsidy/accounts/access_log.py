"""What was refused, read although sensitive, exported, or set by an administrator: one row each (trust.md row 52)."""

from django.http import HttpRequest
from django.utils.functional import Promise

from subsidy.accounts.models import User
from workflow import clock
from workflow.models import Access

REFUSED, NOT_FOUND, READ, EXPORTED = "refused", "not_found", "read", "exported"
ADMINISTERED = "administered"
SIGNED_IN = "signed_in"


def write(request: HttpRequest, kind: str, result: str, purpose: str | Promise = "") -> None:
    """Write down one access by whoever asks; ``kind`` is one of the names above, ``result`` says what came of it.

    ``purpose`` says what for, where something sensitive was read or taken out.
    """
    actor = request.actor  # type: ignore[attr-defined]
    Access.objects.create(
        kind=kind,
        actor_id=actor.id,
        actor_name=actor.name,
        agency_id=actor.agency_id,
        address=request.META.get("REMOTE_ADDR", ""),
        method=request.method or "",
        path=request.path[:500],
        result=result[:200],
        purpose=str(purpose)[:100],
        at=clock.real_now(),
    )
    request.is_written_down = True  # type: ignore[attr-defined]


def write_once(request: HttpRequest, kind: str, result: str) -> None:
    """The same, unless the view has written this request down in its own words."""
    if not getattr(request, "is_written_down", False):
        write(request, kind, result)


def write_for(request: HttpRequest, user: User, kind: str, result: str) -> None:
    """The same about somebody who is only just getting in, or not."""
    Access.objects.create(
        kind=kind,
        actor_id=user.pk,
        actor_name=user.name,
        address=request.META.get("REMOTE_ADDR", ""),
        method=request.method or "",
        path=request.path[:500],
        result=result[:200],
        at=clock.real_now(),
    )
