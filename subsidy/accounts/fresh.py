"""Some acts ask for the code once more when the last one is older than ten minutes (trust.md row 8)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from subsidy import pages
from subsidy.accounts import entry
from subsidy.accounts.access import View
from subsidy.accounts.forms import ProofForm
from subsidy.accounts.request import Request

PREFIX = "again"
PROOF = f"{PREFIX}-proof"
LOST = f"{PREFIX}-file"
"""The fields whose files did not come along: a page cannot hold them while it asks for the proof."""
LEFT_OUT = {"csrfmiddlewaretoken", PROOF, LOST}


def always(**kwargs: Any) -> bool:
    """Whatever the address names."""
    return True


def asks_again(when: Callable[..., bool] = always) -> Callable[[View], View]:
    """The page needs a fresh code, or password from whoever has no phone bound; `when` sees the address's arguments.

    What was typed is kept: a form that comes too late is sent again together with the code. A file is not: the form
    then comes back as it was typed and asks for the file, and nothing was done without it.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not when(**kwargs) or entry.is_fresh(request):
                return view(request, *args, **kwargs)
            if request.method == "POST" and not pages.is_htmx(request):
                return _in_place(view, request, *args, **kwargs)
            return pages.go(request, f"{reverse('accounts:again')}?{urlencode({'next': request.get_full_path()})}")

        return guarded

    return mark


def _in_place(view: View, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
    given = request.POST if PROOF in request.POST else None
    form = ProofForm(given, prefix=PREFIX, user=request.user, address=request.META.get("REMOTE_ADDR", ""))
    if given is not None and form.is_valid():
        entry.refresh(request)
        _without_proof(request)
        return view(request, *args, **kwargs)
    typed = [(name, value) for name, values in request.POST.lists() if name not in LEFT_OUT for value in values]
    lost = request.POST.getlist(LOST) or list(request.FILES)
    context = {"form": form, "typed": typed, "lost_field": LOST, "lost": lost, "has_errors": bool(form.errors)}
    return render(request, "accounts/again.html", context, status=422)


def _without_proof(request: Request) -> None:
    """The form as it was sent first; in place of a file that was lost stands an empty one, which no form takes."""
    kept = request.POST.copy()
    lost = kept.getlist(LOST)
    for name in (PROOF, LOST):
        kept.pop(name, None)
    request.POST = kept  # type: ignore[assignment]
    if lost:
        told = _("身份已验证。文件没有随表单保留，请重新选择文件后再提交；其余内容都在。")
        messages.warning(request, told)
        empty = {name: [SimpleUploadedFile("file", b"")] for name in lost}
        request._files = MultiValueDict(empty)  # type: ignore[attr-defined]  # noqa: SLF001 - what FILES reads
