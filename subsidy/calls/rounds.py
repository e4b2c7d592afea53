"""A call made from an earlier one: that of the next round, or one that replaces it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from policies.kit.registry import NotInForce
from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls import selectors
from subsidy.calls.copy import copy, replacement, standing_replacement, suggested, unchanged
from subsidy.calls.days import ends_on_days_off, not_loaded
from subsidy.calls.editions import expired, in_force
from subsidy.calls.forms import RoundForm
from subsidy.calls.models import Call
from subsidy.reference.workcalendar import work_calendar
from workflow import clock
from workflow.once import once


@needs(Right.PREPARE_CALL)
def next_round(request: Request, pk: int) -> HttpResponse:
    """A copy of a call with title, number, year and windows of the next round."""
    source = _source(request, pk)
    return _prepared(request, source, suggested(source), replacing=False)


@needs(Right.PREPARE_CALL)
def replace(request: Request, pk: int) -> HttpResponse:
    """The draft that takes the place of a call; the one that does so already, if there is one."""
    source = _source(request, pk)
    if request.method != "POST" and (other := standing_replacement(source)):
        messages.info(request, _("替换此通知的是 %(number)s。") % {"number": other.number})
        return redirect("calls:detail", other.pk)
    return _prepared(request, source, unchanged(source), replacing=True)


def _prepared(request: Request, source: Call, new: dict[str, Any], *, replacing: bool) -> HttpResponse:
    try:
        policy = in_force(source.measure, clock.today())
    except NotInForce as refusal:
        return render(request, "calls/expired.html", expired(source.measure, refusal), status=422)
    form = RoundForm(request.POST or None, initial=new, agency=source.agency)
    calendar = work_calendar()
    context = {
        "source": source, "policy": policy, "another_edition": policy.edition != source.edition,
        "days_off": ends_on_days_off(calendar, new), "not_loaded": not_loaded(calendar, new), "replacing": replacing,
    }  # fmt: skip
    made: list[str] = []

    def act() -> None:
        made.append(once(request.POST.get("once", ""), request.actor, make))

    def make() -> str:
        verb = replacement if replacing else copy
        return reverse("calls:detail", args=[verb(request.actor, source, policy, form.round_columns()).pk])

    if request.method == "POST" and form.is_valid() and pages.attempt(form, act):
        return pages.done(
            request, made[0], _("已按 %(number)s 复制为草稿，发布前可继续修改。") % {"number": source.number}
        )
    return pages.render_form(request, "calls/copy.html", context, form)


def _source(request: Request, pk: int) -> Call:
    """A call of the own agency that was published once; 404 for any other."""
    call = selectors.one(selectors.visible_to(request.actor), pk)
    if not selectors.may_copy(request.actor, call):
        raise Http404(pk)
    return call
