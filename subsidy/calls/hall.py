"""申报大厅: what can be filed now, for anybody, without a login."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from subsidy.accounts.access import public
from subsidy.calls import selectors
from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call
from subsidy.calls.settings_of import shown
from subsidy.reference.selectors import area_names
from workflow import clock


@public
def hall(request: HttpRequest) -> HttpResponse:
    """Open, coming and closed calls as cards."""
    found = selectors.hall_at(clock.now())
    groups = {
        name: [card(call) for call in calls]
        for name, calls in (("open", found.open), ("coming", found.coming), ("closed", found.closed[:20]))
    }
    return render(request, "calls/hall.html", groups)


@public
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One call: what it supports, what to have ready, when, and where to start; one that was replaced leads on."""
    if (new := selectors.successor(pk)) is not None:
        return redirect("calls:hall_call", new.pk)
    call = selectors.one(selectors.hall(), pk)
    return render(request, "calls/hall_call.html", page_of(call))


def page_of(call: Call) -> dict[str, Any]:
    """What the page of one call shows."""
    return {
        **card(call),
        "settings": shown(call, policy_of(call)),
        "documents": call.documents,
        "areas": list(area_names(call.areas).values()),
        "issuers": list(call.issuers.all()),
    }


def card(call: Call) -> dict[str, Any]:
    """What a card shows; days left count the day on which it closes as the last."""
    now = clock.now()
    return {
        "call": call,
        "policy": policy_of(call),
        "is_open": call.opens_at <= now < call.closes_at,
        "is_coming": now < call.opens_at,
        "days_left": (call.closes_at.astimezone(now.tzinfo).date() - now.date()).days,
        "start": reverse("calls:start", args=[call.pk]),
    }
