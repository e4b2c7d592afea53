"""Every queryset of calls: the hall for anybody, the list for staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.models import Call


def hall() -> QuerySet[Call]:
    """Published calls, those that close last first."""
    return Call.objects.filter(state=Call.State.PUBLISHED).select_related("agency").order_by("-closes_at", "-pk")


@dataclass(frozen=True, slots=True)
class Hall:
    """The published calls by where they stand now; a deadline is half-open."""

    open: list[Call]
    coming: list[Call]
    closed: list[Call]


def hall_at(now: datetime) -> Hall:
    """The hall at a moment: open ones by deadline, coming ones by opening, then the closed."""
    calls = list(hall())
    opened = [call for call in calls if call.opens_at <= now]
    return Hall(
        sorted((c for c in opened if now < c.closes_at), key=lambda c: (c.closes_at, c.pk)),
        sorted((c for c in calls if now < c.opens_at), key=lambda c: (c.opens_at, c.pk)),
        [c for c in opened if c.closes_at <= now],
    )


def visible_to(actor: Actor) -> QuerySet[Call]:
    """Calls an officer sees: those of the own agencies in any state."""
    agencies = actor.agencies_with(Right.PREPARE_CALL) | actor.agencies_with(Right.PUBLISH_CALL)
    return Call.objects.filter(
        Q(agency__in=agencies) | Q(issuers__in=agencies, state__in=["published", "void"])
    ).distinct()


def own(actor: Actor) -> QuerySet[Call]:
    """Calls of the actor's own agencies, where they are prepared and published; not those they only issue with."""
    agencies = actor.agencies_with(Right.PREPARE_CALL) | actor.agencies_with(Right.PUBLISH_CALL)
    return Call.objects.filter(agency__in=agencies)


def listed(actor: Actor) -> QuerySet[Call]:
    """The staff list with the number of cases filed, newest first."""
    filed = Count("cases", filter=Q(cases__filed_at__isnull=False), distinct=True)
    return visible_to(actor).annotate(filed=filed).select_related("agency").order_by("-fiscal_year", "-pk")


def newest_by_measure(actor: Actor) -> dict[str, list[Call]]:
    """Measure → the newest call of each kind that the actor's agencies have published, to copy from; one query."""
    agencies = actor.agencies_with(Right.PREPARE_CALL)
    calls = (
        Call.objects.filter(agency__in=agencies, state=Call.State.PUBLISHED)
        .order_by("measure", "kind", "-fiscal_year", "-pk").distinct("measure", "kind")
    )  # fmt: skip
    found: dict[str, list[Call]] = {}
    for call in calls:
        found.setdefault(call.measure, []).append(call)
    return found


def may_copy(actor: Actor, call: Call) -> bool:
    """Whether the actor makes the next round's call from this one: of an own agency, and published once."""
    return call.state != Call.State.DRAFT and call.agency_id in actor.agencies_with(Right.PREPARE_CALL)


def one(calls: QuerySet[Call], pk: int) -> Call:
    """The call with this id among those given; otherwise Http404, which names nobody."""
    call = calls.select_related("agency", "prepared_by", "published_by", "replaces").filter(pk=pk).first()
    if call is None:
        raise Http404(pk)
    return call


def ends_another(call: Call) -> bool:
    """Whether publishing this call voids the one it replaces."""
    return call.replaces is not None and call.replaces.state == Call.State.PUBLISHED


def successor(pk: int) -> Call | None:
    """The published call that replaced a voided one."""
    return hall().filter(replaces=pk, replaces__state=Call.State.VOID).first()
