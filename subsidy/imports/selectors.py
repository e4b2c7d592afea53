"""Every queryset of imports, all starting from who is asking."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from subsidy.accounts.actor import Actor
from subsidy.imports import kinds
from subsidy.imports.models import Import
from subsidy.imports.take import APPLY, CHECK
from workflow.models import Job


def visible_to(actor: Actor) -> QuerySet[Import]:
    """The imports of the person's agency, of the kinds that are the person's to import."""
    seen = Q(pk__in=[])
    for kind in kinds.known():
        seen |= Q(kind=kind.key, agency__in=actor.agencies_with(kind.right))
    return Import.objects.filter(seen)


def one(actor: Actor, pk: int) -> Import:
    """The import with this id, if the person may see it; otherwise Http404, which names nobody."""
    row = visible_to(actor).select_related("asked_by", "confirmed_by", "agency").filter(pk=pk).first()
    if row is None:
        raise Http404(pk)
    return row


def has_failed(row: Import) -> bool:
    """Whether its job was given up after several tries."""
    key = f"{APPLY}:{row.pk}:" if row.confirmed_at else f"{CHECK}:{row.pk}"
    return Job.objects.filter(key__startswith=key, state=Job.State.DEAD).exists()
