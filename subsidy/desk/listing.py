"""Cases in one of the orders that an index holds, read in one statement however many there are.

An index of the case leads with an agency or a call, goes on with the queue state, and ends with (due_at, id) or (id).
A list is therefore read in pieces, one for each leading value and queue state: each piece is a walk along the index
that stops after a page, and the pieces are merged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from subsidy.cases.models import Case
from subsidy.cases.province import undecided


class Order(NamedTuple):
    """By due date, cases without one last, or by id; each also the other way round."""

    by_due: bool
    descending: bool = False


ORDERS = {
    "due": Order(by_due=True), "-due": Order(by_due=True, descending=True),
    "number": Order(by_due=False), "-number": Order(by_due=False, descending=True),
}  # fmt: skip
"""What an address may ask for: nothing that has no index."""


class Found(NamedTuple):
    """What a row of a list needs of a case."""

    pk: int
    number: str
    version: int
    state: str
    due_at: datetime | None
    title: str
    claimed: Decimal | None
    recognised: Decimal | None
    requested: Decimal | None
    to_decide: int
    not_met: int
    signed: list[str]
    edition: str
    kind: str
    enterprise: str
    agency: str
    handler: str | None
    waits: bool


COLUMNS = (
    "pk", "number", "version", "state", "due_at", "title", "claimed", "recognised", "requested", "to_decide",
    "not_met", "signed", "call__edition", "call__kind", "enterprise__name", "local_agency__short_name",
    "handler__name", "waits_for_province",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """Cases of some queue states under some values of the column that leads the index, in an order.

    `few`: the filters name so few cases by themselves that no index needs to be walked.
    """

    cases: QuerySet[Case]
    leads: str
    values: Sequence[int]
    states: Sequence[str]
    order: Order
    few: bool = False

    def read(self, size: int, where: Sequence[Q] = (Q(),), *, backwards: bool = False) -> list[Found]:
        """The first rows of those that pass one of the conditions in `where`; one statement."""
        if not self.values:
            return []
        descending = self.order.descending != backwards
        names = ("due_at", "pk") if self.order.by_due else ("pk",)
        turned = [f"-{name}" if descending else name for name in names]
        if self.few:
            beyond = reduce(or_, where)
            cases = self.cases.filter(beyond, **{f"{self.leads}__in": self.values}, queue_state__in=self.states)
        else:
            chosen = RawSQL(*self._merged(size, where, turned))  # noqa: S611 - compiled by the querysets below
            cases = Case.objects.filter(pk__in=chosen)
        shown = cases.annotate(waits_for_province=undecided()).order_by(*turned)
        return [Found(*row) for row in shown.values_list(*COLUMNS)[:size]]

    def _merged(self, size: int, where: Sequence[Q], turned: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        piece = self.cases.filter(**{self.leads: RawSQL("piece.first", ()), "queue_state": RawSQL("state.code", ())})
        found = [piece.filter(one).order_by(*turned).values_list("pk", "due_at")[:size] for one in where]
        compiled = [one.query.sql_with_params() for one in found]
        rows = " UNION ALL ".join(
            "SELECT walk.id, walk.due_at FROM unnest(%s::bigint[]) AS piece(first), unnest(%s::text[]) AS state(code),"  # noqa: S608
            f" LATERAL ({sql}) AS walk(id, due_at)"
            for sql, _given in compiled
        )
        order = ", ".join(
            f"{name.removeprefix('-').replace('pk', 'id')} {'DESC' if name.startswith('-') else 'ASC'}"
            for name in turned
        )
        params = [value for _sql, given in compiled for value in (list(self.values), list(self.states), *given)]
        return f"SELECT id FROM ({rows}) AS merged ORDER BY {order} LIMIT %s", (*params, size)  # noqa: S608
