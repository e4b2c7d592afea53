"""消息文本 (A5): what the system writes to people, worded by the administrators."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts import access_log
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.messages import texts
from subsidy.messages.forms import FromForm, WordingForm
from subsidy.messages.models import TextVersion
from subsidy.messages.reword import reword
from subsidy.messages.texts import Text, Wording
from subsidy.pages import attempt, done, render_form, seen_version
from workflow import clock

administrators = needs(Right.ADMINISTER)
both = require_http_methods(["GET", "HEAD", "POST"])


@administrators
@require_safe
def listing(request: Request) -> HttpResponse:
    """Every text with the wording in force."""
    held: dict[str, TextVersion] = {}
    for version in TextVersion.in_force(clock.today()):
        held.setdefault(version.key, version)
    rows = [
        {"text": text, "title": text.worded(held.get(text.key)).title, "own": _own(held.get(text.key))}
        for text in texts.known()
    ]
    return render(request, "inbox/texts.html", {"rows": rows})


@administrators
@both
def text(request: Request, key: str) -> HttpResponse:
    """One text: its wording, the fields, a preview, its versions; a new wording from a day on."""
    found = _found(key)
    present = found.now()
    initial = {"title": present.title, "body": present.body, "valid_from": clock.today()}
    form = WordingForm(request.POST or None, initial=initial, text=found)
    only_shown = "preview" in request.POST
    if only_shown:
        form.ask_only_for_words()
    if form.is_bound and form.is_valid() and not only_shown:
        values = {"valid_from": form.cleaned_data["valid_from"], "reason": form.cleaned_data["reason"]}
        if attempt(form, lambda: reword(request.actor, found, form.wording(), version=seen_version(request), **values)):
            access_log.write(request, access_log.ADMINISTERED, f"worded {key}")
            return done(request, reverse("inbox:text", args=[key]), _("新的文本已保存。"))
    shown = form.wording() if form.is_bound and not form.errors.keys() & {"title", "body"} else present
    return render_form(request, "inbox/text.html", _context(found, shown), form)


@administrators
@both
def standard(request: Request, key: str) -> HttpResponse:
    """Back to the standard text from a day on."""
    found = _found(key)
    form = FromForm(request.POST or None, initial={"valid_from": clock.today()})
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        if attempt(form, lambda: reword(request.actor, found, None, version=seen_version(request), **values)):
            access_log.write(request, access_log.ADMINISTERED, f"back to the standard text of {key}")
            return done(request, reverse("inbox:text", args=[key]), _("已恢复标准文本。"))
    return render_form(request, "inbox/text_standard.html", _context(found, found.standard), form)


def _found(key: str) -> Text:
    try:
        return texts.find(key)
    except KeyError as unknown:
        raise Http404(key) from unknown


def _own(version: TextVersion | None) -> bool:
    return version is not None and not version.standard


def _context(found: Text, shown: Wording) -> dict[str, Any]:
    versions = list(TextVersion.objects.filter(key=found.key).select_related("made_by").order_by("-number"))
    begun = [one for one in versions if one.valid_from <= clock.today()]
    held = max(begun, key=lambda one: (one.valid_from, one.number), default=None)
    title, body = found.example(shown)
    return {
        "text": found, "version": versions[0].number if versions else 0,
        "preview_title": title, "preview_body": body, "versions": versions,
        "held": held, "today": clock.today(), "own": _own(held),
    }  # fmt: skip
