"""Requests that try something: two ids that do not belong together, odd parameters, no token, markup in names.

The addresses and who may open them come from the table of tests/test_permissions.py (trust.md rows 16, 18, 19, 37–39,
43, 44 and 46).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from subsidy.accounts.access import PUBLIC, views
from subsidy.accounts.models import User
from subsidy.calls.models import Call
from subsidy.cases.models import Case, ClaimedLine, DocumentVersion
from subsidy.enterprises.models import Enterprise
from subsidy.funding.models import PaymentBatch, Plan
from subsidy.messages.models import Message
from subsidy.notices.models import Notice, Objection
from subsidy.panels.models import Panel
from subsidy.projects.models import Project
from tests.stations import Stations, files_apart, stations, twin, undone
from tests.test_permissions import TABLE, address
from workflow.models import Access
from workflow.states import State

__all__ = ["files_apart", "stations", "undone"]

LOGS = {"workflow_access", "django_session", "django_admin_log"}
MARKS = {name: mark for name, _route, mark in views()}
ROUTES = {name: route for name, route, _mark in views()}
PROBE = '"><i id=x>{{7*7}}'


def opener(name: str) -> str:
    """Somebody who gets through; the empty name is the visitor's."""
    return "" if MARKS[name] == PUBLIC else TABLE[name].opens.split()[0]


def body_of(answer: Any) -> bytes:
    """What was answered, read to its end: closing an answer unread would close the connection as well."""
    body: bytes = answer.getvalue() if answer.streaming else answer.content
    return body


def contents() -> dict[str, str]:
    """A digest of every table's rows, logs apart."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [table for (table,) in cursor.fetchall() if table not in LOGS]
        parts = [
            f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{table}\" t"
            for table in tables
        ]
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {table for table in before if before[table] != after[table]}


# --- safe and unsafe methods --------------------------------------------------


def test_asking_for_pages_changes_nothing(stations: Stations) -> None:
    """Every address, by whoever gets through and by a visitor.

    The first opening of a review is noted before, and a paper is printed before, as when it is first opened.
    """
    for name, row in TABLE.items():
        if "paper" in name:
            body_of(stations.browser(opener(name)).get(address(stations, row, name)))
    before = contents()
    for name, row in TABLE.items():
        for who in {opener(name), ""}:
            answer = stations.browser(who).get(address(stations, row, name))
            assert answer.status_code < 500, (name, who)
            body_of(answer)
    assert changed(before, contents()) == set()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_address_takes_an_unsafe_request_without_its_token(stations: Stations, method: str) -> None:
    strict = {who: _strict(who) for who in {opener(name) for name in TABLE}}
    before = contents()
    for name, row in TABLE.items():
        written = Access.objects.count()
        answer = getattr(strict[opener(name)], method)(address(stations, row, name))
        if opener(name) and answer.status_code == 403:
            assert Access.objects.count() == written + 1, name
        # The API refuses what is not JSON before it looks for the token.
        assert answer.status_code in ({403, 415} if name.startswith("api:") else {403}), (name, answer.status_code)
    assert changed(before, contents()) == set()


def _strict(who: str) -> Client:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if who:
        client.force_login(User.objects.get(username=who))
    return client


# --- headers ------------------------------------------------------------------

POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
    "font-src": "'self'", "connect-src": "'self'", "form-action": "'self'", "base-uri": "'none'",
    "object-src": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip
FIXED = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
}  # fmt: skip


def test_every_answer_carries_the_headers_and_private_ones_are_kept_nowhere(stations: Stations) -> None:
    for name, row in TABLE.items():
        for who in {opener(name), "auditor", ""}:
            answer = stations.browser(who).get(address(stations, row, name))
            _carries(answer, name)
            if MARKS[name] != PUBLIC:
                assert "no-store" in answer["Cache-Control"], name
            body_of(answer)
    for path in ("/no/such/page/", "/cases/", "/admin/no/such/", "/api/no/", "/%00"):
        for who in ("", "jl_local"):
            answer = stations.browser(who).get(path)
            assert answer.status_code in {302, 403, 404}, path
            _carries(answer, path)


def _carries(answer: Any, where: str) -> None:
    for header, value in FIXED.items():
        assert answer[header] == value, (where, header)
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy, where
    if policy.startswith("sandbox") or "sandbox" in policy:
        assert answer["Content-Type"] != "text/html", where
        return
    assert dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip()) == POLICY, where


# --- public pages -------------------------------------------------------------

WITH_FORM = {
    "notices:object", "notices:objection_lookup", "papers:paper", "notices:receipt",
    *(name for name in MARKS if name.startswith("login")),
}  # fmt: skip
"""They hold a form with a token, or what the visitor has just filed, and so a cookie."""
NO_PAGES = {"healthz", "readyz", "calls:start"}
READ_BY_ALL = sorted(name for name, mark in MARKS.items() if mark == PUBLIC and name not in WITH_FORM | NO_PAGES)


@pytest.mark.parametrize("name", READ_BY_ALL)
def test_a_public_page_is_the_same_for_everybody_and_leaves_no_cookie(stations: Stations, name: str) -> None:
    path = address(stations, TABLE[name], name)
    plain = stations.browser("").get(path)
    assert plain.status_code == 200
    assert not plain.cookies
    body = body_of(plain)
    odd = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "10.9.8.7", "X-Original-URL": "/admin/"}
    for answer in (
        stations.browser("jl_upper").get(path),
        stations.browser("jl_applicant").get(path),
        stations.browser("").get(path, headers=odd),
        stations.browser("").get(f"{path}?utm=1&next=//evil.example"),
    ):
        assert body_of(answer) == body
        assert "csrf" not in answer.cookies
    assert stations.browser("").get(path, headers={"Host": "evil.example"}).status_code == 400


# --- two ids in one request ---------------------------------------------------


ENDED_FIRST = {"panels:move"}
"""Says first that the panel is still scoring."""


def mixed(stations: Stations) -> dict[str, tuple[str, list[object]]]:
    """Who asks, and ids that are each their own (or not there) and do not belong together."""
    ours, draft, first = stations["jl_case"], stations["jl_draft"], stations["jl_first"]
    elsewhere = DocumentVersion.objects.filter(case__number=first).order_by("pk")[0].pk
    row, line, file = stations["jl_row"], stations["jl_line"], stations["jl_file"]
    return {
        "desk:document": ("jl_local", [ours, elsewhere]),
        "desk:correction_paper": ("jl_local", [ours, stations["zs_correction"]]),
        "cases:correction_paper": ("zs_applicant", [stations["zs_draft"], stations["zs_correction"]]),
        "cases:project": ("jl_applicant", [ours, row]),
        "cases:project_remove": ("jl_applicant", [ours, row]),
        "cases:project_restore": ("jl_applicant", [ours, row]),
        "cases:line_add": ("jl_applicant", [ours, row]),
        "cases:line": ("jl_applicant", [ours, line]),
        "cases:line_remove": ("jl_applicant", [ours, line]),
        "cases:file": ("jl_applicant", [ours, file]),
        "cases:file_remove": ("jl_applicant", [ours, file]),
        "cases:step": ("jl_applicant", [draft, "no-such-step"]),
        "cases:autosave": ("jl_applicant", [draft, "no-such-step"]),
        "cases:upload": ("jl_applicant", [draft, "no-such-requirement"]),
        "cases:slot_paper": ("jl_applicant", [draft, "no-such-requirement"]),
        "cases:paper": ("jl_applicant", [first, "no-such-paper"]),
        "desk:section": ("jl_local", [ours, "no-such-section"]),
        "desk:article": ("jl_local", ["jilin", "999"]),
        "enterprises:evidence": ("jl_upper", [stations["firm"], stations["scan"]]),
        "clusters:end_recognition": ("jl_upper", [stations["cluster"], 999_999]),
        "clusters:end_membership": ("jl_upper", [stations["cluster"], 999_999]),
        "clusters:correct_recognition": ("jl_upper", [stations["cluster"], 999_999]),
        "clusters:correct_membership": ("jl_upper", [stations["cluster"], 999_999]),
        "enterprises:correct_accident": ("jl_upper", [stations["renamed"], stations["accident"]]),
        "enterprises:strike_accident": ("jl_upper", [stations["renamed"], stations["accident"]]),
        "projects:correct_partner": ("jl_upper", [stations["other_project"], stations["partner"]]),
        "projects:correct_asset": ("jl_upper", [stations["other_project"], stations["asset"]]),
        "projects:correct_invoice": ("jl_upper", [stations["other_project"], stations["invoice"]]),
        "projects:correct_funding": ("jl_upper", [stations["other_project"], stations["funding"]]),
        "projects:strike_funding": ("jl_upper", [stations["other_project"], stations["funding"]]),
        "projects:approve_measured": ("jl_upper", [stations["project"], stations["measured"]]),
        "panels:release": ("jl_upper", [stations["panel"], "Z"]),
        "panels:unlock": ("jl_upper", [stations["panel"], "Z"]),
        "panels:move": ("jl_upper", [stations["draft_panel"], "99"]),
        "panels:score": ("expert1", [stations["panel"], "99"]),
        "panels:save": ("expert1", [stations["panel"], "99"]),
        "panels:recuse": ("expert1", [stations["panel"], "99"]),
        "panels:document": ("expert1", [stations["panel"], "99", 1]),
        "calendar:document": ("admin", [2022, 999]),
        "ops:extract": ("auditor", ["no.such_kind", stations["jilin_call"]]),
        "funding:line": ("jl_upper", [stations["draft_plan"], stations["plan_line"]]),
        "funding:approval": ("jl_upper", [stations["final_plan"], "no-such-step"]),
        "funding:issue": ("jl_upper_finance", [stations["plan"], stations["other_county"]]),
        "funding:batch_move": ("jl_pay_maker", [stations["batch"], "no-such-verb"]),
        "funding:batch_reason": ("jl_pay_maker", [stations["batch"], "no-such-verb"]),
        "funding:drop": ("jl_pay_maker", [stations["batch"], stations["zs_payment"]]),
        "desk:post_end": ("admin", [stations["person"], 999_999]),
        "funding:bounce": ("zs_pay_maker", [stations["zs_batch"], stations["payment"]]),
    }


def test_ids_that_do_not_belong_together_are_not_found(stations: Stations) -> None:
    table = mixed(stations)
    assert set(table) == {name for name, route in ROUTES.items() if route.count("<") > 1}
    before = contents()
    for name, (who, ids) in table.items():
        path = reverse(name, args=ids)
        asked = stations.browser(who).get(path).status_code
        if name in ENDED_FIRST:
            assert (asked, stations.browser(who).post(path, {"reason": "x", "rank": "1"}).status_code) == (409, 409)
            continue
        assert asked in {404, 405}, (name, asked)
        done = stations.browser(who).post(path, {"version": "1", "reason": "x", "confirm": "1"}).status_code
        assert done in {404, 405}, (name, done)
        assert 404 in {asked, done}, name
    assert changed(before, contents()) == set()


# --- parameters never widen ---------------------------------------------------

LISTS = [
    name for name, row in TABLE.items()
    if not row.arguments and row.post is None and MARKS[name] != PUBLIC and not name.startswith(("admin:", "api:"))
]  # fmt: skip
ODD = [
    "x=", "@permissions=", "tab=", "tab=&tab=all", "tab=null", "tab=0", "page=", "page=0", "page=-1", "page=1&page=2",
    "after=", "after=null", "after=0", "sort=", "sort=enterprise", "q=", "q=%25", "q=%00", "agency=", "agency=0",
    "agency=1&agency=2", "call=", "call=null", "measure=", "state=", "state=all", "all=1", "enterprise=0", "mine=0",
]  # fmt: skip
NUMBER = re.compile(r"\b(?:JL|ZS)-2026-\d{5}\b")


@pytest.mark.parametrize("name", LISTS)
def test_odd_parameters_never_widen_a_list(stations: Stations, name: str) -> None:
    """Nobody of one measure reads a number of the other, and officers of other counties read none at all."""
    path = address(stations, TABLE[name], name)
    for who in _watchers(name):
        allowed = _own_numbers(who)
        for query in ["", *ODD]:
            answer = stations.browser(who).get(f"{path}?{query}")
            assert answer.status_code in {200, 400, 404, 422}, (who, query, answer.status_code)
            shown = set(NUMBER.findall(body_of(answer).decode("utf-8", "replace")))
            assert shown <= allowed, (who, query, shown - allowed)


def _watchers(name: str) -> list[str]:
    watched = "jl_other_local jl_local zs_local jl_upper jl_stranger jl_applicant zs_pay_maker expert1"
    return [who for who in watched.split() if who in TABLE[name].opens.split()]


def _own_numbers(who: str) -> set[str]:
    """Written by hand: whose cases each of them may read about."""
    everything = set(Case.objects.values_list("number", "state", "enterprise__name", "local_agency__code"))
    filed = {row for row in everything if row[1] != State.DRAFT}
    rules = {
        "jl_local": {row for row in filed if row[3] == "222401-gxj"},
        "jl_upper": {row for row in filed if row[0].startswith("JL")},
        "zs_local": {row for row in filed if row[3] == "442000118-zj"},
        "zs_pay_maker": {row for row in filed if row[0].startswith("ZS")},
        "jl_applicant": {row for row in everything if row[2] == "延边长白智能装备有限公司"},
    }
    return {row[0] for row in rules.get(who, set())}


# --- what is posted beside the form -------------------------------------------


def test_columns_that_a_form_does_not_have_cannot_be_posted(stations: Stations) -> None:
    before = Case.objects.filter(number=stations["jl_draft"]).values().get()
    data = {field.attname: "1" for field in Case._meta.concrete_fields if field.attname != "version"}
    data |= {"version": str(before["version"]), "state": "reserved"}
    data |= {"contact_name": "改名", "contact_phone": "13800000001"}
    path = reverse("cases:step", args=[stations["jl_draft"], "applicant"])
    answer = stations.browser("jl_applicant").post(path, data)
    assert answer.status_code in {302, 303}, answer.content.decode()
    after = Case.objects.filter(number=stations["jl_draft"]).values().get()
    differ = {name for name in before if before[name] != after[name]}
    assert {"contact_name", "contact_phone"} <= differ
    assert differ <= {"contact_name", "contact_phone", "answers", "version", "chain_length", "chain_head"}


@pytest.mark.parametrize("to", ["//evil.example/", "/\\evil.example/", "https://evil.example/", "javascript:alert(1)"])
def test_one_is_sent_to_pages_of_this_site_only(stations: Stations, to: str) -> None:
    answer = stations.browser("jl_local").post("/preferences/", {"next": to, "size": "large"})
    assert answer["Location"] == "/"
    answer = stations.browser("jl_local").get(f"/login/?{urlencode({'next': to})}")
    assert (answer.status_code, answer["Location"]) == (302, "/")


# --- markup in texts ----------------------------------------------------------


def test_markup_in_any_text_stays_text_on_every_page(stations: Stations) -> None:
    number = _poisoned(stations)
    seen = set()
    for name, row in TABLE.items():
        if name in {"healthz", "readyz", "api:schema"}:
            continue
        values = [number if one == "jl_case" else one for one in row.arguments]
        ids = {number: number}
        path = reverse(name, args=[v[1:] if v.startswith("=") else ids.get(v) or stations[v] for v in values])
        answer = stations.browser(opener(name)).get(path)
        body_of(answer)
        if answer.streaming or "html" not in answer["Content-Type"]:
            continue
        page = answer.content.decode()
        assert "<i id=x>" not in page, name
        assert not re.search(r"id=x(&gt;|>)49", page), name
        if "{{7*7}}" in page:
            seen.add(name)
    expected = {
        "desk:case", "desk:section", "desk:queue", "cases:overview", "cases:mine", "calls:hall", "panels:panel",
        "panels:score", "notices:detail", "notices:objection", "funding:plan", "funding:batch", "inbox:list",
    }  # fmt: skip
    assert expected <= seen, expected - seen


def _poisoned(stations: Stations) -> str:
    """The probe in every text of a case and of what stands around it; the number of the case."""
    source = stations.case("jl_case")
    with transaction.atomic():
        Enterprise.objects.update(name=PROBE, legal_person=PROBE, address=PROBE, contact_name=PROBE)
        Project.objects.update(name=PROBE)
        ClaimedLine.objects.update(summary=PROBE, supplier=PROBE, invoice=PROBE)
        DocumentVersion.objects.update(name=PROBE)
        case = twin(source, "JL-2026-00666", State.LOCAL_REVIEW, text=PROBE)
        Case.objects.update(title=PROBE, contact_name=PROBE, ended_reason=PROBE, ended_source=PROBE)
        Call.objects.update(title=PROBE, number=PROBE[:10])
        Panel.objects.update(title=PROBE)
        Notice.objects.update(title=PROBE, basis=PROBE, procedure=PROBE, number=PROBE)
        Objection.objects.update(facts=PROBE, name=PROBE, address=PROBE)
        Plan.objects.update(title=PROBE, reason=PROBE)
        PaymentBatch.objects.update(purpose=PROBE)
        Message.objects.update(title=PROBE, body=PROBE)
    return case.number
