"""What the tests of the desk's pages share."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from subsidy.accounts.models import User

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
SignIn = Callable[[str], Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """A browser in which this person has logged in."""

    def enter(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username))
        return client

    return enter


def text(answer: object) -> str:
    """The page as text."""
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def bare(answer: object) -> str:
    """The page without what differs from answer to answer: the tokens of its forms."""
    return TOKEN.sub("", text(answer))
