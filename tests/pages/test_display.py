"""How a person wants pages shown."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from subsidy.accounts.models import User
from subsidy.desk import preferences


@pytest.fixture
def lisi(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_user("lisi", name="李四"))
    return client


def test_a_choice_is_kept_in_a_cookie_that_no_script_reads(lisi: Client) -> None:
    answer = lisi.post("/preferences/", {"size": "large", "density": "compact", "theme": "auto", "next": "/?a=1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?a=1")
    assert answer.cookies["size"].value == "large"
    assert answer.cookies["size"]["httponly"]
    assert 'data-size="large" data-density="compact" data-theme="auto"' in lisi.get("/").text


def test_an_unknown_choice_counts_as_the_usual_one(lisi: Client) -> None:
    answer = lisi.post("/preferences/", {"size": '"><i>', "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
    assert answer.cookies["size"].value == "normal"


def test_a_forged_cookie_is_not_repeated_on_the_page() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["size"] = '"><i>'
    assert preferences.display(request) == []


def test_looking_at_the_address_changes_nothing(lisi: Client) -> None:
    assert lisi.get("/preferences/").status_code == 405


def test_the_page_greets_by_name_and_says_when_one_was_here_before(lisi: Client) -> None:
    assert "李四" in lisi.get("/").text
