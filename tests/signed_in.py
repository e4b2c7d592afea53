"""Fixtures that several folders share: the world, somebody signed in, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from subsidy.accounts.models import User
from tests.world import World, world
from workflow import clock

__all__ = ["SignIn", "sign_in", "stand_at", "world"]

SignIn = Callable[[str], Client]


@pytest.fixture
def sign_in(world: World) -> SignIn:
    """A browser in which this person is signed in."""

    def entered(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username))
        return client

    return entered


@pytest.fixture
def stand_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Stop the business clock at a moment."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)
