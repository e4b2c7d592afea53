"""What pages and verbs ask the journal: balances in 元, never computed from anything but postings."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import Sum

from subsidy.journal.models import Account
from subsidy.journal.post import Pot

ZERO = Decimal("0.00")


def balance(pot: Pot) -> Decimal:
    """What one pot holds; zero when nothing was ever posted to it."""
    found = Account.objects.filter(**_columns(pot)).values_list("balance", flat=True).first()
    return ZERO if found is None else found


def locked_balance(pot: Pot) -> Decimal:
    """The same, with the pot locked until the transaction ends."""
    account = Account.objects.select_for_update().filter(**_columns(pot)).first()
    return ZERO if account is None else account.balance


def balances_of_cases(case_ids: Iterable[int]) -> Mapping[int, Mapping[str, Decimal]]:
    """Case → kind of account → what it holds over all years; one query."""
    held: dict[int, dict[str, Decimal]] = {}
    rows = (
        Account.objects.filter(case_id__in=list(case_ids))
        .values("case_id", "kind")
        .annotate(held=Sum("balance"))
        .order_by()
    )
    for row in rows:
        held.setdefault(int(row["case_id"] or 0), {})[row["kind"]] = row["held"]
    return held


def quotas(measures: Iterable[str]) -> Mapping[tuple[str, int, int | None], Decimal]:
    """(Measure, year, agency) → what of its quota no plan has taken yet."""
    rows = Account.objects.filter(kind=Account.Kind.QUOTA, measure__in=list(measures))
    return {(row.measure, row.year, row.agency_id): row.balance for row in rows}


def _columns(pot: Pot) -> dict[str, object]:
    return {
        "kind": pot.kind,
        "measure": pot.measure,
        "year": pot.year,
        "agency_id": pot.agency_id,
        "case_id": pot.case_id,
    }
