"""Whoever has no business with an act is told so before anything about the form is said (trust.md rows 17 and 52)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import resolve

from tests.pages.reading import Sent, forms_of
from tests.pages.test_versions import TYPING, Form
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


def test_who_may_read_a_page_and_not_act_on_it_is_refused_whatever_the_form_holds(stations: Stations) -> None:
    """Each form of each page, sent by whoever reads the page without being shown the form: filled in, then empty."""
    wrong, refused = {}, set()
    for (action, _names), (sent, shown) in offered(stations).items():
        name = resolve(action).view_name
        form = Form(name, shown[0], sent)
        filled = form.data(stations) if name in TYPING else sent.data()
        for who in set(TABLE[name].opens.split()) - set(shown) - set(TWINS):
            full, _written = posted(stations, who, action, filled)
            empty, written = posted(stations, who, action, EMPTY)
            refused |= {name} if full in REFUSALS else set()
            if full in REFUSALS and (empty not in REFUSALS or not written):
                wrong[f"{name} {who}"] = (full, empty, written)
    assert not wrong, "\n".join(f"{where}: {found}" for where, found in sorted(wrong.items()))
    assert {"desk:lines", "funding:line"} <= refused


def offered(stations: Stations) -> dict[tuple[str, tuple[str, ...]], tuple[Sent, list[str]]]:
    """Every form of every page that is sent by POST, with the people to whom the page offers it."""
    found: dict[tuple[str, tuple[str, ...]], tuple[Sent, list[str]]] = {}
    for name, row in TABLE.items():
        if name.startswith(("admin:", "api:")) or row.opens.split()[:2] == SIGNED_IN.split()[:2]:
            continue
        path = address(stations, row, name)
        for who in set(row.opens.split()) - {"visitor"}:
            answer = stations.browser(who).get(path)
            page = body_of(answer)
            if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
                continue
            for sent in forms_of(page.decode(), path):
                if sent.method == "post":
                    found.setdefault((sent.action, tuple(sent.data())), (sent, []))[1].append(who)
    return found
