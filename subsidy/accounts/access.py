"""The mark every view carries: public, for anybody signed in, or for posts with a right (default deny).

A mark says who may open a page at all; which objects it shows is the selector's part, and what may be done to them
the move's. A system check refuses a URL whose view has no mark.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.checks import Error, register
from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext as _

from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right

View = Callable[..., HttpResponseBase]

PUBLIC, SIGNED_IN = "public", "signed in"


def public(view: View) -> View:
    """Anybody may open the page, without signing in."""
    marked = login_not_required(view)
    marked.access = PUBLIC  # type: ignore[attr-defined]
    return marked


def signed_in(view: View) -> View:
    """Anybody signed in may open the page; it shows only what is the person's own."""
    view.access = SIGNED_IN  # type: ignore[attr-defined]
    return view


def needs(*rights: Right) -> Callable[[View], View]:
    """Only posts with one of these rights may open the page; everybody else gets 403 with the reason."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refuse_without(request, *rights)
            return view(request, *args, **kwargs)

        return asks_itself_for(*rights)(guarded)

    return mark


def asks_itself_for(*rights: Right) -> Callable[[View], View]:
    """The mark alone, for views that call `refuse_without` in their own place (the API answers in JSON)."""

    def mark(view: View) -> View:
        view.access = frozenset(rights)  # type: ignore[attr-defined]
        return view

    return mark


def refuse_without(request: Request, *rights: Right) -> None:
    """Raise PermissionDenied with the reason unless a post of the person has one of the rights."""
    if not any(request.actor.has(right) for right in rights):
        raise PermissionDenied(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))


def views(resolver: URLResolver | None = None, prefix: str = "", above: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every URL: its full name (namespaces included), its whole route, and its view's mark or None."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = above + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from views(pattern, namespace, route)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", route, getattr(pattern.callback, "access", None)


@register()
def every_view_is_marked(**kwargs: Any) -> list[Error]:
    """Refuse to start with a page about which nobody has said who may open it."""
    return [
        Error(f"{name} ({route}) has no access mark", id="accounts.E001")
        for name, route, access in views()
        if access is None
    ]
