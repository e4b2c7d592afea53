"""Rows with a validity."""

from __future__ import annotations

from datetime import date
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

Dated_co = TypeVar("Dated_co", bound=models.Model, covariant=True)


class InForce(models.QuerySet[Dated_co]):
    """Rows with a validity: half-open, from the first day until the day after the last."""

    def on(self, day: date) -> Self:
        """Those in force on ``day``."""
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
