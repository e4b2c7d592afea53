"""Telephones, bank accounts and identity numbers lie in the database encrypted only (trust.md row 47)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from subsidy.cases.models import Case
from subsidy.enterprises.models import BankAccount
from subsidy.notices.models import Objection
from subsidy.papers.models import Paper
from tests.stations import ACCOUNT, CALLER, IDENTITY, PHONE, Stations, files_apart, stations, undone

__all__ = ["files_apart", "stations", "undone"]

FILED_PHONE = "13900000000"
"""What tests.world gives as the telephone of an enterprise and of a filing."""
SENT_ACCOUNT = "6222000000000000"
"""The first account that tests.funding.factory confirms; its batch was exported and partly paid."""
KNOWN = {
    "a telephone of a draft": PHONE, "a telephone that was submitted": FILED_PHONE, "an account": ACCOUNT,
    "an account that was paid": SENT_ACCOUNT, "an identity number": IDENTITY, "a telephone of an objector": CALLER,
}  # fmt: skip


def rows() -> dict[str, str]:
    """Every row of every table as text, by table; binary columns as hexadecimal digits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [table for (table,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(row_to_json(t)::text, ' '), '') FROM \"{table}\" t")
            found[table] = cursor.fetchone()[0]
    return found


@pytest.mark.parametrize("what", list(KNOWN))
def test_no_table_holds_it_as_it_is(stations: Stations, what: str) -> None:
    value = KNOWN[what]
    forms = {value, value.encode().hex(), " ".join(value[place : place + 4] for place in range(0, len(value), 4))}
    assert [table for table, text in rows().items() if any(form in text for form in forms)] == []


def test_the_search_would_find_what_lies_open(stations: Stations) -> None:
    held = [table for table, text in rows().items() if "延边长白智能装备有限公司" in text]
    assert {"enterprises_enterprise", "cases_submission"} <= set(held)
    # The history keeps its canonical bytes, which come out as hexadecimal digits.
    assert stations["jl_case"].encode().hex() in rows()["workflow_event"]


def test_whoever_may_read_them_does(stations: Stations) -> None:
    assert stations.case("jl_draft").contact_phone == PHONE
    assert Objection.objects.get().contact == CALLER
    assert IDENTITY in Objection.objects.get().name
    assert ACCOUNT in {account.number for account in BankAccount.objects.all()}


def test_a_submission_keeps_the_telephone_as_it_was_given(stations: Stations) -> None:
    submission = stations.case("jl_first").submissions.get()
    assert submission.contact_phone == FILED_PHONE
    shown = dict(pair for part in submission.content["sections"] for pair in part["answers"])
    assert shown["联系电话"] == "**** 0000"
    assert submission.content["contact"][1] != FILED_PHONE
    Case.objects.filter(number=stations["jl_first"]).update(contact_phone="13600000000")
    assert stations.case("jl_first").submissions.get().contact_phone == FILED_PHONE


def test_the_printed_application_and_the_bureau_have_the_whole_number(stations: Stations) -> None:
    paper = Paper.objects.get(kind=Paper.Kind.APPLICATION, number=f"{stations['jl_first']}-1")
    assert FILED_PHONE in paper.snapshot
    page = stations.browser("jl_local").get(reverse("desk:section", args=[stations["jl_case"], "content"]))
    assert FILED_PHONE in page.content.decode()


def test_experts_see_no_telephone_at_all(stations: Stations) -> None:
    page = stations.browser("expert1").get(reverse("panels:score", args=[stations["panel"], stations["code"]]))
    assert page.status_code == 200
    assert FILED_PHONE not in page.content.decode()
    assert "**** 0000" not in page.content.decode()


def test_accounts_are_shown_masked_but_to_those_who_pay(stations: Stations) -> None:
    address = reverse("funding:batch", args=[stations["batch"]])
    assert ACCOUNT not in stations.browser("jl_upper").get(address).content.decode()
    assert ACCOUNT not in stations.browser("jl_upper_finance").get(address).content.decode()
