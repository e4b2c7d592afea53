"""The one door for money: balanced pairs into the journal, in a number of statements that does not grow with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from policies.kit.money import show
from subsidy.journal.models import Account, Entry, Posting
from workflow import clock
from workflow.perform import Refused
from workflow.protocols import Actor


class Pot(NamedTuple):
    """What an account is known by: its kind, measure and budget year, and where it applies an agency or a case."""

    kind: Account.Kind
    measure: str
    year: int
    agency_id: int | None = None
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Money (元, above zero) that goes from one pot to another."""

    source: Pot
    target: Pot
    amount: Decimal


class NotCovered(Refused):
    """A pot does not hold what should leave it; nothing was posted."""


def post(what: str, subject: models.Model, pairs: Sequence[Pair], actor: Actor) -> list[Entry]:
    """Post each pair as an entry of its own about ``subject``, in the running transaction; accounts appear as needed.

    Six statements for any number of pairs. Raises NotCovered when a pot other than the source would fall below
    zero, ValueError for an amount that is not above zero.
    """
    if not pairs:
        return []
    if any(pair.amount <= 0 for pair in pairs):
        raise ValueError("a pair carries an amount above zero")
    with transaction.atomic():
        accounts = _locked_accounts({pot for pair in pairs for pot in (pair.source, pair.target)})
        _refuse_if_not_covered(pairs, accounts)
        return _write(what, subject, pairs, accounts, actor)


def _locked_accounts(pots: Iterable[Pot]) -> dict[Pot, Account]:
    """Make what is missing, then lock in one order: accounts of cases by id, then those everybody shares."""
    wanted = sorted(pots, key=lambda pot: tuple(str(part) for part in pot))
    columns = [list(column) for column in zip(*wanted, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_account (kind, measure, year, agency_id, case_id, balance)"
            " SELECT k.*, 0 FROM unnest(%s::text[], %s::text[], %s::smallint[], %s::bigint[], %s::bigint[]) AS k"
            " ON CONFLICT DO NOTHING",
            [[str(kind) for kind in columns[0]], *columns[1:]],
        )
    cases = {pot.case_id for pot in wanted if pot.case_id is not None}
    shared = [pot for pot in wanted if pot.case_id is None]
    found = list(Account.objects.select_for_update().filter(case_id__in=cases).order_by("pk"))
    if shared:
        kinds, measures, years = ({pot[place] for pot in shared} for place in (0, 1, 2))
        same = Q(case_id__isnull=True, kind__in=kinds, measure__in=measures, year__in=years)
        found += Account.objects.select_for_update().filter(same).order_by("pk")
    return {Pot(Account.Kind(a.kind), a.measure, a.year, a.agency_id, a.case_id): a for a in found}


def _refuse_if_not_covered(pairs: Sequence[Pair], accounts: dict[Pot, Account]) -> None:
    left = {pot: account.balance for pot, account in accounts.items()}
    for pair in pairs:
        left[pair.source] -= pair.amount
        left[pair.target] += pair.amount
    for pot, rest in left.items():
        if rest < 0 and pot.kind != Account.Kind.SOURCE:
            raise NotCovered(
                _("“%(account)s”现有 %(held)s 元，不足以支付本次 %(wanted)s 元。")
                % {
                    "account": pot.kind.label,
                    "held": show(accounts[pot].balance),
                    "wanted": show(accounts[pot].balance - rest),
                }
            )


def _write(
    what: str, subject: models.Model, pairs: Sequence[Pair], accounts: dict[Pot, Account], actor: Actor
) -> list[Entry]:
    now = clock.now()
    entries = Entry.objects.bulk_create(
        Entry(what=what, subject_kind=subject._meta.label_lower, subject_id=subject.pk, at=now, actor_id=actor.id)
        for _pair in pairs
    )
    Posting.objects.bulk_create(
        Posting(entry=entry, account=accounts[pot], amount=amount)
        for entry, pair in zip(entries, pairs, strict=True)
        for pot, amount in ((pair.source, -pair.amount), (pair.target, pair.amount))
    )
    return entries
