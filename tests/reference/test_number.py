"""Numbers of cases and documents: never twice, no gap unexplained."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from subsidy.reference.models import DocumentNumber
from subsidy.reference.number import next_number, void_number


@pytest.mark.django_db
def test_numbers_of_a_series_count_up_and_each_year_begins_anew() -> None:
    assert [next_number("JL", 2026) for _ in range(2)] == ["JL-2026-00001", "JL-2026-00002"]
    assert next_number("JL", 2027) == "JL-2027-00001"
    assert next_number("ZS", 2026) == "ZS-2026-00001"


@pytest.mark.django_db
def test_a_document_number_has_hexagonal_brackets_and_belongs_to_its_agency() -> None:
    assert next_number("吉工信办联规", 2026, "220000-gxt") == "吉工信办联规〔2026〕1号"
    assert next_number("吉工信办联规", 2026, "220000-czt") == "吉工信办联规〔2026〕1号"


@pytest.mark.django_db
def test_a_voided_number_stays_with_its_reason_and_is_not_given_out_again() -> None:
    number = next_number("JL", 2026)
    void_number(number, "重复取号")
    kept = DocumentNumber.objects.get(text=number)
    assert kept.voided_at is not None
    assert kept.void_reason == "重复取号"
    assert next_number("JL", 2026) == "JL-2026-00002"


@pytest.mark.django_db
def test_a_number_cannot_be_voided_without_a_reason_or_twice() -> None:
    number = next_number("JL", 2026)
    with pytest.raises(ValueError, match="reason"):
        void_number(number, " ")
    void_number(number, "重复取号")
    with pytest.raises(ValueError, match="already"):
        void_number(number, "再次作废")


@pytest.mark.django_db
def test_a_number_taken_in_a_transaction_that_fails_is_given_to_the_next_one() -> None:
    def fail() -> None:
        with transaction.atomic():
            next_number("JL", 2026)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert next_number("JL", 2026) == "JL-2026-00001"


def test_many_who_ask_at_once_all_get_different_numbers_without_a_gap(fresh_database: None) -> None:
    def take(_turn: int) -> list[str]:
        try:
            return [next_number("JL", 2026) for _ in range(5)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as people:
        taken = [number for numbers in people.map(take, range(8)) for number in numbers]
    assert sorted(taken) == [f"JL-2026-{serial:05d}" for serial in range(1, 41)]
