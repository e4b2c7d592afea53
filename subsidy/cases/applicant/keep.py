"""One way to save a page of the filing: 422 with what is wrong, 409 with what somebody else changed, else onward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from subsidy import pages
from subsidy.accounts.request import Request
from subsidy.cases import selectors
from subsidy.cases.fill import Changed
from subsidy.cases.models import Case
from subsidy.reference.text import seen
from workflow.perform import Refused

DRAFT, NEXT = "draft", "next"
REASON_LENGTH = 200


class Save(NamedTuple):
    """What a save carries: the version the person saw, and why it goes over somebody else's."""

    version: int
    note: str


@dataclass(slots=True)
class FormPage:
    """A page with one form: template, context, and where it goes on."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    to: str = ""
    sentence: str = ""


def mine(request: Request, number: str) -> Case:
    """The actor's own case with this number, or 404."""
    return selectors.one(selectors.own(request.actor).select_related("cluster", "measured"), number)


def is_draft_save(request: Request) -> bool:
    """Whether the person saves what there is, complete or not."""
    return request.POST.get("save") == DRAFT


def goes_on(request: Request) -> bool:
    """Whether the person saves and goes on to the next step."""
    return request.POST.get("save") == NEXT


def keep(
    request: Request,
    page: FormPage,
    form: forms.BaseForm,
    version: int,
    act: Callable[[Save], object],
    stored: Callable[[], tuple[int, dict[str, Any]]] | None = None,
) -> HttpResponse:
    """Show the form, or save it. ``stored`` gives the present version and initial values, to show a conflict."""
    context = {"conflict": "", "differences": (), "version": version, **page.context}
    if request.method == "POST":
        # Until the conflict has been shown, the page stays the one the person saw.
        context["version"] = pages.seen_version(request)
    if request.method != "POST" or not form.is_valid():
        return pages.render_form(request, page.template, context, form)
    try:
        act(_save(request))
    except Changed as conflict:
        now, theirs = stored() if stored else (version, {})
        # The bound form must show the new version, not the one it was sent with.
        context |= {"conflict": str(conflict), "differences": pages.differences(form, theirs), "version": now}
        return render(request, page.template, {"form": form, "has_errors": False, **context}, status=409)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return pages.render_form(request, page.template, context, form)
    return pages.done(request, page.to, page.sentence)


def _save(request: Request) -> Save:
    return Save(pages.seen_version(request), seen(request.POST.get("overwrite_reason", "")).strip()[:REASON_LENGTH])
