from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from subsidy.accounts import access_log, entry
from subsidy.accounts.access import PUBLIC
from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Role


class CurrentActor:
    """Put ``request.actor`` in place, read only when somebody asks for it; write down whatever leaves as a file."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: Actor.of(request.user, request.META.get("REMOTE_ADDR", "")))  # type: ignore[attr-defined]
        answer = self.get_response(request)
        if answer.has_header("Content-Disposition") and request.user.is_authenticated:
            access_log.write_once(request, access_log.EXPORTED, answer["Content-Type"])
        return answer


class WholeSignIn:
    """End a session that is not, or no longer, what the person's posts ask for, before any page of theirs is made.

    One signs in through `entry` alone, which opens no session before the last step; this is the second lock on that
    door, and the one that shuts when a post is lost meanwhile (trust.md rows 4 and 11).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, given: Any) -> HttpResponse | None:
        if getattr(view, "access", None) == PUBLIC or not request.user.is_authenticated:
            return None
        reason = entry.fault(request)
        if not reason:
            if not getattr(view, "notes_its_reading", False):
                self._note_reading(request)
            return None
        logout(request)
        request.actor = Actor.of(AnonymousUser(), request.META.get("REMOTE_ADDR", ""))  # type: ignore[attr-defined]
        if not getattr(view, "login_required", True):
            # The API answers a visitor itself.
            return None
        messages.error(request, reason)
        return redirect_to_login(request.get_full_path())

    def _note_reading(self, request: HttpRequest) -> None:
        """Row 20: what the auditor reads is written down too."""
        if request.method == "GET" and Role.AUDITOR in request.actor.roles:  # type: ignore[attr-defined]
            access_log.write(request, access_log.READ, "")
