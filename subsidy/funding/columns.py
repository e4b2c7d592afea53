"""What the tables of this app are made of: amounts in 元, and rows that bring along what they are asked."""

from typing import Any, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class Amount(models.DecimalField):  # type: ignore[type-arg]
    """An amount in 元 with 分."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"max_digits": 18, "decimal_places": 2}))


class Knowing(models.Manager[Row]):
    """Rows with what their competence is asked of, so that a set costs one query."""

    def __init__(self, *paths: str) -> None:
        super().__init__()
        self.paths = paths

    def get_queryset(self) -> models.QuerySet[Row]:
        return super().get_queryset().select_related(*self.paths)
