"""Notices and objections, by who is asking; the public sees what was published and nothing else."""

from datetime import datetime, time, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases import selectors as cases
from subsidy.cases.models import Case
from subsidy.notices.models import Notice, NoticeRow, Objection
from subsidy.reference.models import AreaCode
from workflow import clock
from workflow.states import State

STAFF_RIGHTS = (Right.BUILD_NOTICE, Right.PUBLISH_NOTICE, Right.HANDLE_OBJECTION)


def visible_to(actor: Actor) -> QuerySet[Notice]:
    """Notices of the agencies at which the actor builds, publishes or handles objections."""
    agencies = frozenset[int]().union(*(actor.agencies_with(right) for right in STAFF_RIGHTS))
    return Notice.objects.filter(agency__in=agencies)


def published() -> QuerySet[Notice]:
    """Notices anybody may read: those running first, newest first."""
    return (
        Notice.objects.filter(state__in=[Notice.State.PUBLISHED, Notice.State.CLOSED])
        .select_related("agency", "call")
        .order_by("-state", "-published_at")
    )


def objections_visible_to(actor: Actor) -> QuerySet[Objection]:
    """Objections to notices of agencies at which the actor handles them."""
    return Objection.objects.filter(notice__agency__in=actor.agencies_with(Right.HANDLE_OBJECTION))


def waiting(actor: Actor, call: Call | None = None) -> QuerySet[Case]:
    """Shortlisted cases (of a call) on no notice being built or running, where the actor builds notices."""
    on_a_notice = NoticeRow.objects.exclude(notice__state=Notice.State.CLOSED).values("case")
    return (
        cases.staff(actor)
        .filter(state=State.SHORTLISTED, **({"call": call} if call else {}))
        .filter(call__agency__in=actor.agencies_with(Right.BUILD_NOTICE))
        .exclude(pk__in=on_a_notice)
        .select_related("enterprise", "local_agency")
        .annotate(area_name=Subquery(AreaCode.objects.filter(code=OuterRef("area")).values("name")[:1]))
        .order_by("number")
    )


def calls_with_waiting(actor: Actor) -> QuerySet[Call]:
    """Calls of the actor's agencies with shortlisted cases that wait for a notice."""
    return (
        Call.objects.filter(agency__in=actor.agencies_with(Right.BUILD_NOTICE))
        .annotate(waiting=Count("cases", filter=Q(cases__state=State.SHORTLISTED)))
        .filter(waiting__gt=0)
        .order_by("-fiscal_year", "pk")
    )


def ended(actor: Actor) -> QuerySet[Notice]:
    """Published notices whose period is over and which one of the actor's agencies has still to close."""
    own = Notice.objects.filter(agency__in=actor.agencies_with(Right.BUILD_NOTICE))
    return own.filter(state=Notice.State.PUBLISHED, ends_on__lt=clock.today())


def rows_of(notice: Notice) -> QuerySet[NoticeRow]:
    """The rows of a notice in order, with their cases."""
    return notice.rows.select_related("case__enterprise", "case__local_agency").order_by("position")


def last_instant(notice: Notice) -> datetime:
    """The first instant that is too late for an objection: midnight after the last day."""
    return datetime.combine(notice.ends_on + timedelta(days=1), time(), tzinfo=clock.SHANGHAI)


def takes_objections(notice: Notice) -> bool:
    """Whether the period runs at this moment."""
    return notice.state == Notice.State.PUBLISHED and clock.is_before(last_instant(notice))
