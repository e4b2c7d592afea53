"""What the lists say about enterprises: `standing` reads it, `snapshot` writes it down at a station of a case."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce, TruncDate

from subsidy.enterprises.credit.models import CreditCheck, ListEntry, ListImport
from subsidy.enterprises.models import Enterprise
from workflow import clock
from workflow.clock import SHANGHAI

Key = tuple[int, str]
"""Id of an enterprise, code of a list."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the newest word of a list is about one enterprise, and where it stands written."""

    listed: bool
    as_of: date
    statement: ListImport
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a snapshot wrote, by (enterprise, list): the checks, and the keys of which no list has said anything."""

    checks: Mapping[Key, CreditCheck]
    silent: frozenset[Key]
    turned: frozenset[Key]
    """Keys whose newest check before said otherwise, or that had none."""

    @property
    def listed(self) -> frozenset[Key]:
        """Where an enterprise stands on a list."""
        return frozenset(key for key, check in self.checks.items() if check.listed)


def standing(
    enterprises: Iterable[Enterprise], lists: Collection[str], *, at: datetime | None = None, without: int | None = None
) -> dict[Key, Standing]:
    """The newest word of each list about each enterprise, by credit code; no entry where no list has spoken.

    A whole list also says who is not on it; a single look-up speaks of its enterprise only. The later day of the
    list goes before the earlier one, whenever they were recorded. `at`
    asks what was on record at a moment, by default now; `without` leaves one import out. Three queries.
    """
    codes = {one.credit_code: one.pk for one in enterprises}
    recorded = ListImport.objects.filter(state=ListImport.State.RECORDED, credit_list__in=lists)
    recorded = recorded.filter(recorded_at__lte=at or clock.now())
    if without is not None:
        recorded = recorded.exclude(pk=without)
    wholes = {
        one.credit_list_id: one
        for one in recorded.filter(coverage=ListImport.Coverage.WHOLE).order_by("credit_list", "as_of", "id")
        .select_related("credit_list")
    }  # fmt: skip
    on = ListEntry.objects.filter(credit_code__in=codes)
    found: dict[Key, Standing] = {}
    listed = {(row.statement_id, row.credit_code): row for row in on.filter(statement__in=wholes.values())}
    for whole in wholes.values():
        for code, pk in codes.items():
            row = listed.get((whole.pk, code))
            found[pk, whole.credit_list_id] = Standing(
                row is not None, whole.as_of, whole, row.reference if row else ""
            )
    single = on.filter(statement__in=recorded.filter(coverage=ListImport.Coverage.SOME))
    for row in single.select_related("statement__credit_list").order_by("statement__as_of", "statement_id", "position"):
        key, word = (codes[row.credit_code], row.statement.credit_list_id), row.statement
        if key not in found or _later(word, found[key].statement):
            found[key] = Standing(row.listed, word.as_of, word, row.reference)
    return found


def _later(one: ListImport, other: ListImport) -> bool:
    return (one.as_of, one.pk) >= (other.as_of, other.pk)


def snapshot(
    enterprises: Collection[Enterprise],
    lists: Collection[str],
    at: datetime,
    point: CreditCheck.Point,
    *,
    operator_id: int | None,
) -> Taken:
    """Write down what the lists say about some enterprises at a moment: dated checks with source and evidence.

    One INSERT, and as many queries for one enterprise as for many. What no list has said is not made up: it is
    counted as silent, and a finding asks a person.
    """
    known = {one.pk: one for one in enterprises}
    before = newest_checks(known, lists)
    words = standing(known.values(), lists, at=at)
    rows = {
        key: CreditCheck(
            enterprise=known[key[0]], list=key[1], listed=word.listed, source=word.statement.source, checked_at=at,
            operator_id=operator_id, evidence=word.statement.evidence, point=point, as_of=word.as_of,
            reference=word.reference, statement=word.statement,
        )
        for key, word in words.items()
    }  # fmt: skip
    CreditCheck.objects.bulk_create(rows.values())
    turned = {key for key, row in rows.items() if key not in before or before[key].listed != row.listed}
    silent = {(pk, code) for pk in known for code in lists} - rows.keys()
    return Taken(rows, frozenset(silent), frozenset(turned))


def by_day(rows: QuerySet[CreditCheck]) -> QuerySet[Any]:
    """Checks with the `day` for which the list speaks; one without speaks for the day of the check."""
    return rows.annotate(day=Coalesce("as_of", TruncDate("checked_at", tzinfo=SHANGHAI)))


def newest_checks(enterprise_ids: Iterable[int], lists: Collection[str] | None = None) -> dict[Key, CreditCheck]:
    """The newest check of each list about each enterprise, whatever wrote it; one query."""
    rows = CreditCheck.objects.filter(enterprise__in=list(enterprise_ids))
    if lists is not None:
        rows = rows.filter(list__in=lists)
    newest = by_day(rows).order_by("enterprise", "list", "-day", "-checked_at", "-pk").distinct("enterprise", "list")
    return {(row.enterprise_id, row.list): row for row in newest}
