"""The outermost answers: error pages with reasons, lost sessions for htmx, headers that every answer carries."""

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers

from subsidy import pages
from subsidy.accounts import access_log
from subsidy.papers.pdf import MissingGlyph
from workflow.perform import NotAllowed, Refused

Answer = Callable[[HttpRequest], HttpResponse]

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class VisitorsAddress:
    """Put the visitor's address into REMOTE_ADDR where one of our own proxies passes the request on.

    Only `settings.TRUSTED_PROXIES` are believed, and of X-Forwarded-For only the last address that is none of them:
    what a visitor writes there himself stands further left and changes nothing (trust.md row 3).
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.proxies = [ipaddress.ip_network(one) for one in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_ours(request.META.get("REMOTE_ADDR", "")):
            passed_on = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            foreign = (one.strip() for one in reversed(passed_on) if not self._is_ours(one.strip()))
            request.META["REMOTE_ADDR"] = next(foreign, request.META["REMOTE_ADDR"])[:64]
        return self.get_response(request)

    def _is_ours(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.proxies)


class ErrorPages:
    """Turns refusals of a view into pages; faults go on to Django, which logs them and calls `pages.server_error`.

    Stands right after the security middleware, so that no answer goes out without the headers.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if pages.is_htmx(request):
            answer = self._lost_session(request, answer)
            patch_vary_headers(answer, ["HX-Request"])
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        # Whoever means a page to be kept says so in the view; everything else is private.
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, given: Any
    ) -> HttpResponse | None:
        """No address holds a NUL, and the database takes none: neither as a number to look up nor in the access log."""
        return pages.not_found(request) if "\0" in request.path else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed | PermissionDenied):
            access_log.write(request, access_log.REFUSED, str(exception))
            return pages.forbidden(request, exception)
        if isinstance(exception, Refused):
            return pages.conflict(request, exception)
        if isinstance(exception, MissingGlyph):
            return pages.error(request, 409, str(exception))
        if isinstance(exception, Http404):
            if request.user.is_authenticated:
                access_log.write(request, access_log.NOT_FOUND, str(exception))
            return pages.not_found(request, exception)
        return None

    def _lost_session(self, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
        """The login page must come as a page, never into a table cell."""
        login = resolve_url(settings.LOGIN_URL)
        if answer.status_code != 302 or urlsplit(answer.headers.get("Location", "")).path != login:
            return answer
        asked_from = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = pages.own_path(asked_from.path, "/")
        target = f"{login}?{urlencode({'next': back + (f'?{asked_from.query}' if asked_from.query else '')})}"
        return HttpResponse(status=204, headers={"HX-Redirect": target})
