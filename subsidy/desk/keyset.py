"""Pages of a list by the place of their first and last row: as quick on the last page as on the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.dateparse import parse_datetime

from subsidy.desk.listing import Found, Listing, Order

SIZE = 50


class Place(NamedTuple):
    """Where a page begins: after or before a row."""

    backwards: bool
    due_at: datetime | None
    pk: int


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page and the places of its neighbours; empty where there is none."""

    items: Sequence[Found]
    previous: str = ""
    next: str = ""


def page(listing: Listing, at: str, size: int = SIZE) -> Page:
    """One page in one statement; an address that makes no sense gives the first."""
    place = _read(at)
    backwards = place is not None and place.backwards
    found = listing.read(size + 1, _beyond(place, listing.order), backwards=backwards)
    more, items = len(found) > size, found[:size]
    if backwards:
        items = items[::-1]
    if not items:
        return Page([])
    before = more if backwards else place is not None
    after = True if backwards else more
    return Page(items, _written("<", items[0]) if before else "", _written(">", items[-1]) if after else "")


def _beyond(place: Place | None, order: Order) -> list[Q]:
    """The conditions of which rows behind a place fulfil one, as row comparisons, which an index follows."""
    if place is None:
        return [Q()]
    smaller = order.descending != place.backwards
    if not order.by_due:
        return [Q(pk__lt=place.pk) if smaller else Q(pk__gt=place.pk)]
    if place.due_at is None:
        undated = Q(due_at__isnull=True)
        return [undated & Q(pk__lt=place.pk), ~undated] if smaller else [undated & Q(pk__gt=place.pk)]
    here, there = Tuple(F("due_at"), F("pk")), (place.due_at, place.pk)
    if smaller:
        return [Q(TupleLessThan(here, there))]
    return [Q(TupleGreaterThan(here, there)), Q(due_at__isnull=True)]


def _written(direction: str, row: Found) -> str:
    return f"{direction}{row.due_at.isoformat() if row.due_at else ''}~{row.pk}"


def _read(text: str) -> Place | None:
    due_text, tilde, pk = text[1:].rpartition("~")
    if not text or text[0] not in "<>" or not tilde or not pk.isascii() or not pk.isdecimal() or len(pk) > 18:
        return None
    try:
        due_at = parse_datetime(due_text) if due_text else None
    except ValueError:
        return None
    if due_text and (due_at is None or due_at.tzinfo is None):
        return None
    try:
        return Place(text[0] == "<", due_at and due_at.astimezone(UTC), int(pk))
    except OverflowError:
        return None
