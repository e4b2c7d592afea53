"""What the watching machine asks for."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_process_that_takes_requests_says_so_without_a_login(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


def test_it_is_ready_when_database_and_broker_answer(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": True, "broker": True}


def test_without_a_broker_it_is_not_ready_and_says_which_one_is_missing(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": True, "broker": False}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/no-such-page", "/static/no-such-file.css"])
def test_every_answer_carries_the_policy_against_foreign_content(client: Client, path: str) -> None:
    response = client.get(path)

    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
