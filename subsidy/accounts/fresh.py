"""Some acts ask for the code once more when the last one is older than ten minutes (trust.md row 8)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from subsidy import pages
from subsidy.accounts import entry
from subsidy.accounts.access import View
from subsidy.accounts.forms import ProofForm
from subsidy.accounts.request import Request

PREFIX = "again"
PROOF = f"{PREFIX}-proof"
LEFT_OUT = {"csrfmiddlewaretoken", PROOF}


def always(**kwargs: Any) -> bool:
    """Whatever the address names."""
    return True


def asks_again(when: Callable[..., bool] = always) -> Callable[[View], View]:
    """The page needs a fresh code, or password from whoever has no phone bound; `when` sees the address's arguments.

    What was typed is kept: a form that comes too late is sent again together with the code.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not when(**kwargs) or entry.is_fresh(request):
                return view(request, *args, **kwargs)
            if request.method == "POST" and not request.FILES and not pages.is_htmx(request):
                return _in_place(view, request, *args, **kwargs)
            return pages.go(request, f"{reverse('accounts:again')}?{urlencode({'next': request.get_full_path()})}")

        return guarded

    return mark


def _in_place(view: View, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
    given = request.POST if PROOF in request.POST else None
    form = ProofForm(given, prefix=PREFIX, user=request.user, address=request.META.get("REMOTE_ADDR", ""))
    if given is not None and form.is_valid():
        entry.refresh(request)
        kept = request.POST.copy()
        del kept[PROOF]
        request.POST = kept  # type: ignore[assignment]
        return view(request, *args, **kwargs)
    typed = [(name, value) for name, values in request.POST.lists() if name not in LEFT_OUT for value in values]
    context = {"form": form, "typed": typed, "has_errors": bool(form.errors)}
    return render(request, "accounts/again.html", context, status=422)
