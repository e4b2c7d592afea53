"""What the auditor reads: the whole history, every access that was written down, the seals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from workflow.models import Access, Event, Seal

SIZE = 50
Row = TypeVar("Row", bound=Model)


def events(actor: Actor) -> QuerySet[Event]:
    """The entries of every subject's history, for whoever audits; nobody else sees any here."""
    found = Event.objects.defer("canonical", "previous", "algorithm")
    return found if actor.has(Right.AUDIT) else found.none()


def accesses(actor: Actor) -> QuerySet[Access]:
    """What was refused, read although sensitive, taken out, or set: for whoever audits."""
    return Access.objects.all() if actor.has(Right.AUDIT) else Access.objects.none()


@dataclass(frozen=True, slots=True)
class Page:
    """Rows newest first, with the addresses' part (`<17`, `>17`) of the pages beside it; empty where there is none."""

    items: Sequence[Any]
    previous: str = ""
    next: str = ""


def page(found: QuerySet[Row], at: str, size: int = SIZE) -> Page:
    """One page by the key of its first or last row: as quick on the last as on the first. Nonsense gives the first."""
    place = int(at[1:]) if at[:1] in {"<", ">"} and at[1:].isascii() and at[1:].isdecimal() and len(at) < 19 else None
    if place is not None and at[0] == "<":
        rows = list(found.filter(pk__gt=place).order_by("pk")[: size + 1])
        has_more, has_after = len(rows) > size, True
        rows = rows[:size][::-1]
    else:
        rows = list((found.filter(pk__lt=place) if place is not None else found).order_by("-pk")[: size + 1])
        has_more, has_after = place is not None, len(rows) > size
        rows = rows[:size]
    if not rows:
        return Page([])
    return Page(rows, f"<{rows[0].pk}" if has_more else "", f">{rows[-1].pk}" if has_after else "")


def published_seals() -> QuerySet[Seal]:
    """The seals, which are for everybody."""
    return Seal.objects.all()
