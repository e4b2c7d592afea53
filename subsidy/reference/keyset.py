"""Pages of a long list by the place of their first and last row: as quick on the last page as on the first.

The order is (column, id), both upwards; the column must hold no NULL. Texts, numbers and days are all taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

SIZE = 50
PK_DIGITS = 18
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of a page and the places of its neighbours; empty where there is none."""

    items: Sequence[Row]
    previous: str = ""
    next: str = ""


def page(rows: QuerySet[Row], column: str, at: str, size: int = SIZE) -> Page[Row]:
    """One page; a place that makes no sense gives the first."""
    place = _read(rows.model, column, at)
    backwards = place is not None and at.startswith("<")
    order = (f"-{column}", "-pk") if backwards else (column, "pk")
    found = rows.order_by(*order)
    if place is not None:
        beyond = (TupleLessThan if backwards else TupleGreaterThan)(Tuple(F(column), F("pk")), place)
        found = found.filter(Q(beyond))
    items = list(found[: size + 1])
    more, items = len(items) > size, items[:size]
    if backwards:
        items.reverse()
    if not items:
        return Page([])
    before = more if backwards else place is not None
    after = True if backwards else more
    return Page(
        items,
        _written("<", items[0], column) if before else "",
        _written(">", items[-1], column) if after else "",
    )


def _written(direction: str, row: models.Model, column: str) -> str:
    return f"{direction}{getattr(row, column)}~{row.pk}"


def _read(model: type[models.Model], column: str, text: str) -> tuple[Any, int] | None:
    value, tilde, pk = text[1:].rpartition("~")
    if not tilde or text[0] not in "<>" or "\0" in value:
        return None
    if not (pk.isascii() and pk.isdecimal() and len(pk) <= PK_DIGITS):
        return None
    try:
        return model._meta.get_field(column).to_python(value), int(pk)  # type: ignore[union-attr]
    except ValidationError:
        return None
