"""Words found by any two neighbouring characters of theirs: Chinese has no blanks to split at.

`Bigrams` is the set of such pairs of a folded text, as an SQL expression that an index holds and that is therefore
never out of date. pg_trgm needs three characters and serves numbers and codes.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import ArrayContains  # type: ignore[attr-defined]
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import Contains

LEAST = 2


class Fold(Func):
    """`reference.text.fold` in SQL, for texts that are stored as written."""

    function = "reference_fold"
    output_field: models.Field[Any, Any] = models.TextField()


class Bigrams(Func):
    """The pairs of neighbouring characters in a text."""

    function = "reference_bigrams"
    output_field: models.Field[Any, Any] = ArrayField(models.TextField())


def pairs(text: str) -> list[str]:
    """Every two neighbouring characters of a text."""
    return sorted({text[place : place + 2] for place in range(len(text) - 1)})


def holding(column: str | Fold, text: str) -> Q:
    """Rows whose folded column has this folded text in it; two characters at least. Answered by a GIN index."""
    folded = F(column) if isinstance(column, str) else column
    return Q(ArrayContains(Bigrams(folded), pairs(text))) & Q(Contains(folded, text))
