"""Whoever has no business with an act is told so before anything about the form is said (trust.md rows 17 and 52)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from tests.stations import Stations, files_apart, stations, undone
from tests.test_permissions import SIGNED_IN, TABLE, TWINS, address
from tests.test_requests import body_of
from workflow.models import Access

__all__ = ["files_apart", "stations", "undone"]

REFUSALS = {403, 404, 405}


EMPTY = {"version": ""}
"""A browser always sends something: at least the form's token."""


def posted(stations: Stations, who: str, path: str, data: Mapping[str, Any]) -> tuple[int, int]:
    """The status of a form sent by this person, and how many refusals were written down."""
    browser = stations.browser(who)
    written = Access.objects.filter(kind__in=["refused", "not_found"])
    before = written.count()
    with transaction.atomic():
        answer: Any = browser.post(path, data)
        body_of(answer)
        found = answer.status_code, written.count() - before
        transaction.set_rollback(True)
    return found


def test_an_empty_form_of_somebody_without_the_role_is_refused_before_it_is_judged(stations: Stations) -> None:
    wrong = {}
    for name, row in TABLE.items():
        for who in set(SIGNED_IN.split()) - set(row.opens.split()) - set(TWINS):
            status, written = posted(stations, who, address(stations, row, name), EMPTY)
            if status not in REFUSALS or (status != 405 and not written):
                wrong[f"{name} {who}"] = (status, written)
    assert not wrong, "\n".join(f"{where}: {found}" for where, found in sorted(wrong.items()))
