"""Opening the pages as somebody."""

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse


def client_of(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def text_of(client: Client, name: str, *args: object, status: int = 200) -> str:
    answer = client.get(reverse(f"panels:{name}", args=args))
    assert answer.status_code == status, (name, args, answer.status_code)
    return answer.content.decode()


def plain(page: str) -> str:
    """A page without the token that differs each time."""
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page)


def cost(client: Client, name: str, args: tuple[object, ...]) -> int:
    client.get(reverse(f"panels:{name}", args=args))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(f"panels:{name}", args=args)).status_code == 200
    return len(queries)
