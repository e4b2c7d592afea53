"""Money as double entry: what the door refuses, what the database refuses, and what the proof finds."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subsidy.accounts.models import User
from subsidy.journal.models import Account, Entry, Posting
from subsidy.journal.post import NotCovered, Pair, Pot, post
from subsidy.journal.selectors import balance, balances_of_cases
from workflow.protocols import SYSTEM

Kind = Account.Kind
SOURCE = Pot(Kind.SOURCE, "jilin", 2026, 1)
QUOTA = Pot(Kind.QUOTA, "jilin", 2026, 1)


@pytest.fixture
def subject(db: None) -> User:
    return User.objects.create(username="someone", name="某人")


def planned(case: int) -> Pot:
    return Pot(Kind.PLANNED, "jilin", 2026, None, case)


def give(subject: User, amount: str) -> None:
    post("quota", subject, [Pair(SOURCE, QUOTA, Decimal(amount))], SYSTEM)


def test_a_pair_takes_from_one_pot_and_gives_to_the_other(subject: User) -> None:
    give(subject, "100.00")
    assert balance(SOURCE) == Decimal("-100.00")
    assert balance(QUOTA) == Decimal("100.00")
    assert Entry.objects.get().subject_id == subject.pk


def test_a_pot_never_gives_what_it_does_not_hold(subject: User) -> None:
    give(subject, "100.00")
    with pytest.raises(NotCovered, match=r"100\.00 元，不足以支付本次 100\.01 元"):
        post(
            "planned",
            subject,
            [Pair(QUOTA, planned(1), Decimal("60.00")), Pair(QUOTA, planned(2), Decimal("40.01"))],
            SYSTEM,
        )
    assert balance(QUOTA) == Decimal("100.00")


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_nothing_and_less_are_not_posted(subject: User, amount: str) -> None:
    with pytest.raises(ValueError, match="above zero"):
        give(subject, amount)


def test_five_pairs_cost_as_many_statements_as_fifty(subject: User, django_assert_num_queries: object) -> None:
    give(subject, "1000.00")
    for count in (5, 50):
        pairs = [Pair(QUOTA, planned(100 * count + n), Decimal("1.00")) for n in range(count)]
        with django_assert_num_queries(7):  # type: ignore[operator]
            post("planned", subject, pairs, SYSTEM)
        assert {balance(pair.target) for pair in pairs} == {Decimal("1.00")}
    assert balance(QUOTA) == Decimal("945.00")


def test_the_database_refuses_an_entry_that_does_not_balance(subject: User) -> None:
    give(subject, "100.00")
    entry = Entry.objects.create(what="wrong", subject_kind="x", subject_id=1, at=Entry.objects.get().at)

    def add_a_line() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            Posting.objects.create(entry=entry, account=Account.objects.get(kind=Kind.QUOTA), amount=Decimal("5.00"))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="does not balance"):
        add_a_line()


def test_a_balance_moves_through_postings_only(subject: User) -> None:
    give(subject, "100.00")
    with pytest.raises(IntegrityError, match="through postings only"), transaction.atomic():
        Account.objects.filter(kind=Kind.QUOTA).update(balance=Decimal("999.00"))
    with pytest.raises(IntegrityError, match="through postings only"), transaction.atomic():
        Account.objects.create(kind=Kind.PAID, measure="jilin", year=2026, balance=Decimal("1.00"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_posting SET amount = 1", "DELETE FROM journal_posting", "TRUNCATE journal_posting CASCADE",
        "UPDATE journal_entry SET what = ''", "DELETE FROM journal_entry", "DELETE FROM journal_account",
    ],
)  # fmt: skip
def test_the_application_cannot_change_what_was_posted(subject: User, statement: str) -> None:
    give(subject, "100.00")
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_proof_holds_for_what_the_door_posted(subject: User, capsys: pytest.CaptureFixture[str]) -> None:
    give(subject, "100.00")
    post("planned", subject, [Pair(QUOTA, planned(1), Decimal("60.00"))], SYSTEM)
    call_command("check_journal")
    assert "2 entries, every sum holds" in capsys.readouterr().out


def test_the_proof_names_an_entry_with_one_line(subject: User) -> None:
    Entry.objects.create(what="empty", subject_kind="x", subject_id=1, at="2026-05-20T10:00+08:00")
    with pytest.raises(CommandError, match="1 entries with fewer than two lines"):
        call_command("check_journal")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 10_000)), min_size=1, max_size=12))
def test_whatever_is_posted_the_pots_make_zero_together(subject: User, moves: list[tuple[int, int]]) -> None:
    with transaction.atomic():
        give(subject, "100000.00")
        for case, fen in moves:
            post("planned", subject, [Pair(QUOTA, planned(case), Decimal(fen).scaleb(-2))], SYSTEM)
        held = balances_of_cases(range(1, 5))
        assert sum(row.balance for row in Account.objects.all()) == 0
        assert sum(pots[Kind.PLANNED] for pots in held.values()) == Decimal("100000.00") - balance(QUOTA)
        transaction.set_rollback(True)
