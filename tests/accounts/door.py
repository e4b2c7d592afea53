"""Somebody at the login page, step by step and from an address."""

from __future__ import annotations

from typing import Any

from django.test import Client

from subsidy.accounts.models import Authenticator, User
from tests.world import PASSWORD, SECRET, code_of

HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"
OLD_ENOUGH = "Qiang-Mi-Ma-2026"
"""A password that every profile takes."""


def browser(address: str = HOME) -> Client:
    """A browser in which nobody has signed in."""
    return Client(REMOTE_ADDR=address, headers={"user-agent": f"Browser at {address}"})


def password_step(client: Client, username: str, password: str = PASSWORD, **more: Any) -> Any:
    """Give user name and password."""
    return client.post("/login/", {"username": username, "password": password, "next": "/inbox/"}, **more)


def code_step(client: Client, code: str) -> Any:
    """Give a code."""
    return client.post("/login/code/", {"proof": code})


def sign_in(client: Client, username: str, password: str = PASSWORD) -> Client:
    """Go through all steps, with a code where the person has a phone."""
    password_step(client, username, password)
    if Authenticator.objects.filter(user__username=username).exists():
        code_step(client, code_of(username))
    assert is_in(client), username
    return client


def is_in(client: Client) -> bool:
    """Whether a page of signed-in people opens."""
    return bool(client.get("/inbox/").status_code == 200)


def with_phone(username: str) -> Authenticator:
    """Give somebody a phone."""
    phone: Authenticator = Authenticator.objects.create(
        user=User.objects.get(username=username), secret=SECRET, name="手机"
    )
    return phone


def messages_of(username: str) -> list[str]:
    """The titles in somebody's inbox, newest first."""
    from subsidy.messages.models import Message

    return list(Message.objects.filter(recipient__username=username).values_list("title", flat=True))
