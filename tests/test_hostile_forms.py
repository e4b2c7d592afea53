"""Every form of every page, sent with what nobody should send: never a fault, and an answer in words.

The pages come from the table of tests/test_permissions.py, the forms from the pages themselves, so that a new page and
a new field are tried without being named here (trust.md row 45). Which value goes into which field follows from a seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import Resolver404, resolve

from tests.stations import Stations, files_apart, stations, undone
from tests.test_permissions import TABLE, address, sent
from tests.test_requests import body_of, opener

__all__ = ["files_apart", "stations", "undone"]

LONG = "长" * 5_000
FILE = object()
"""A file in place of a text, and a text in place of a file."""
HOSTILE: dict[str, Any] = {
    "empty": "", "blanks": " \t\u3000", "very long": LONG, "full width": "１２３４", "negative": "-1", "zero": "0",
    "minus zero": "-0.00", "trillions": "1000000000000000000000", "exponent": "1e400", "not a number": "NaN",
    "no such day": "2026-02-30", "a year too far": "99999-01-01", "text": "甲'\"<i>{{7*7}}%s", "NUL": "a\0b",
    "lone surrogate": b"\xed\xa0\x80", "half a character": b"\xe4\xb8", "unseen": "a\u202eb\u200b",
    "beyond": str(2**63),
    "list": ["1", "2", ""], "markup of a list": '[{"a":1}]', "null": "null", "another's": "another's", "file": FILE,
}  # fmt: skip
TOKEN = "csrfmiddlewaretoken"
ALWAYS = ("empty", "very long", "NUL", "file")
TOGETHER, SINGLY = 3, 8
"""How many more values all fields of a form get at once, and how often one field alone is spoilt."""
ANSWERS = {302, 303, 403, 404, 409, 422}
SAYING = {
    "papers:check", "papers:paper", "notices:objection_lookup", "cases:autosave", "panels:save",
    "accounts:recovery_new", "inbox:text",
}  # fmt: skip
"""Addresses that answer 200: what was found or that nothing was; what of a half-filled form could be kept; codes that
are shown once; the preview of a text."""


@dataclass
class Found:
    """A form as it stands on a page."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    bare: bool = False
    """From the table of addresses and not from a page: its own fields are not known."""


class Forms(HTMLParser):
    """Collects the forms of a page with the names and present values of their controls."""

    def __init__(self, page: str, path: str) -> None:
        super().__init__()
        self.found: dict[str, Found] = {}
        self.keeping: dict[str, str] = {}
        self.path, self.order, self.inside = path, [], ""
        self.select, self.area, self.chosen = "", "", False
        self.feed(page)
        for name, keeping in self.keeping.items():
            self.found[f"{name} kept"] = replace(self.found[name], action=keeping)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in given}
        if tag == "form":
            self.inside = values.get("id") or f"form {len(self.found)}"
            form = self.found.setdefault(self.inside, Found(self.path, "get"))
            form.action = values.get("action") or self.path
            form.method = values.get("method", "get").lower()
            if keeping := values.get("data-autosave"):
                self.keeping[self.inside] = keeping
        elif tag in {"input", "button", "select", "textarea"} and values.get("name"):
            self._control(tag, values)
        elif tag == "option" and self.select and ("selected" in values or not self.chosen):
            form = self._form({})
            if form is not None:
                form.fields[self.select] = [values.get("value", "")]
            self.chosen = self.chosen or "selected" in values

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = ""
        elif tag == "select":
            self.select, self.chosen = "", False
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        form = self._form({}) if self.area else None
        if form is not None:
            form.fields[self.area] = [data.removeprefix("\n")]

    def _form(self, values: dict[str, str]) -> Found | None:
        name = values.get("form") or self.inside
        return self.found.setdefault(name, Found(self.path, "get")) if name else None

    def _control(self, tag: str, values: dict[str, str]) -> None:
        name, kind = values["name"], values.get("type", "")
        form = self._form(values)
        if form is None:
            return
        if kind == "file":
            form.files.add(name)
            return
        held = form.fields.setdefault(name, [])
        if tag == "select":
            self.select = name
        elif tag == "textarea":
            self.area = name
        elif kind not in {"checkbox", "radio"}:
            form.fields[name] = [values.get("value", "")]
        elif "checked" in values or not held:
            # A radio that nobody has chosen yet gets its first choice, so that the rest of the form is looked at.
            if kind == "radio":
                held[:] = []
            held.append(values.get("value", "on"))


def every_form(stations: Stations) -> Iterator[tuple[str, str, Found]]:
    """(Address, who sends it, form): each once for each address, and the bare posts of the table."""
    seen: set[tuple[str, str, frozenset[str]]] = set()
    for name, row in TABLE.items():
        who = opener(name)
        path = address(stations, row, name)
        if row.post is not None:
            data = {key: [str(value)] for key, value in sent(stations, row.post).items()}
            yield name, who, Found(path, "post", {TOKEN: [""], "version": ["1"], **data}, bare=True)
            continue
        answer = stations.browser(who).get(path)
        page = body_of(answer)
        if "html" not in answer["Content-Type"]:
            continue
        for form in Forms(page.decode(), path).found.values():
            target = _named(form.action)
            once = (target, form.method, frozenset(form.fields) | form.files)
            if target and once not in seen:
                seen.add(once)
                yield target, who, form


def _named(action: str) -> str:
    try:
        found = resolve(urlsplit(action).path)
    except Resolver404:
        return ""
    return found.view_name


def test_no_form_has_a_fault_whatever_is_sent(stations: Stations) -> None:
    forms = list(every_form(stations))
    wrong, tried = {}, 0
    for name, who, form in forms:
        for what, data in spoilt(name, form):
            answer = send(stations, who, form, data)
            tried += 1
            if not fits(name, form, answer.status_code):
                wrong[f"{name} as {who or 'visitor'}: {what}"] = fault_of(answer)
    assert wrong == {}
    assert (len(forms) > 120, tried > 2000) == (True, True)


def fits(name: str, form: Found, status: int) -> bool:
    if form.method == "get":
        return status in {200, 204, 302, 400, 404, 422}
    # Django's own administration shows a form with errors as 200.
    return status in ANSWERS or (status == 200 and (name.startswith("admin:") or name in SAYING))


def fault_of(answer: Any) -> str:
    kind = getattr(answer, "exc_info", None)
    return f"{answer.status_code} {kind[1]!r}" if kind else str(answer.status_code)


def spoilt(name: str, form: Found) -> Iterator[tuple[str, dict[str, Any]]]:
    """All fields at once with a few hostile values, then single fields; the token stays, else nothing is looked at."""
    names = [one for one in (*form.fields, *form.files) if one != TOKEN]
    rng = random.Random(f"{name} {sorted(names)}")  # noqa: S311  the same values each time
    kept = {one: form.fields[one] for one in (TOKEN, "version") if one in form.fields}
    for what in [*ALWAYS, *rng.sample([what for what in HOSTILE if what not in ALWAYS], TOGETHER)]:
        yield f"all {what}", dict.fromkeys(names, HOSTILE[what]) | kept
    yield "nothing", {TOKEN: [""]}
    single = [(one, what) for one in names for what in HOSTILE]
    for one, what in rng.sample(single, min(SINGLY, len(single))):
        yield f"{one} {what}", {**form.fields, one: HOSTILE[what]}


ANOTHERS = ["zs_draft", "zs_row", "zs_line", "zs_file", "zs_batch", "zs_payment", "zs_plan", "zhongshan_call"]


def send(stations: Stations, who: str, form: Found, data: dict[str, Any]) -> Any:
    """Send the form; whatever it did is undone."""
    values = {key: _value(stations, key, value) for key, value in data.items()}
    browser = stations.browser(who)
    cookies = browser.cookies.copy()
    with transaction.atomic():
        if form.method == "get":
            answer = browser.get(f"{urlsplit(form.action).path}?{_encoded(values)}")
        elif any(isinstance(one, SimpleUploadedFile) for one in values.values()):
            answer = browser.post(form.action, values)
        else:
            answer = browser.generic("POST", form.action, _encoded(values), "application/x-www-form-urlencoded")
        body_of(answer)
        transaction.set_rollback(True)
    browser.cookies = cookies
    return answer


def _value(stations: Stations, key: str, value: Any) -> Any:
    if value is FILE:
        return SimpleUploadedFile("申报.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    if value == "another's":
        return str(stations[ANOTHERS[len(key) % len(ANOTHERS)]])
    return value


def _encoded(values: dict[str, Any]) -> str:
    plain = {key: "" if isinstance(value, SimpleUploadedFile) else value for key, value in values.items()}
    return urlencode(plain, doseq=True)


# --- columns past a form -----------------------------------------------------

SENTINELS = {"text": "past-the-form-7f3a", "number": "424242.42", "day": "2031-12-30"}
UNTOUCHED = {"workflow_access", "django_session", "django_admin_log"}


def columns() -> dict[str, str]:
    """Every column of every table of ours, under the names that a form could have for it, with a value to be found."""
    found = {}
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            kind = column.get_internal_type()
            value = SENTINELS["day" if "Date" in kind else "number" if "Decimal" in kind else "text"]
            found |= dict.fromkeys((column.name, column.attname), value)
    return found


def holding_sentinels() -> set[str]:
    """The tables in which one of them stands."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall() if name not in UNTOUCHED]
        cursor.execute(
            " UNION ALL ".join(f"(SELECT '{one}' FROM \"{one}\" t WHERE t::text ~ %s LIMIT 1)" for one in tables),
            ["|".join(SENTINELS.values())] * len(tables),
        )
        return {name for (name,) in cursor.fetchall()}


def test_no_column_is_written_past_a_form(stations: Stations) -> None:
    """Row 19: each form as its page gave it, and every column of every table beside its own fields."""
    beside, done = columns(), 0
    for name, who, form in every_form(stations):
        if form.method != "post" or form.bare:
            continue
        values = {**{key: value for key, value in beside.items() if key not in form.files}, **form.fields}
        browser = stations.browser(who)
        cookies = browser.cookies.copy()
        with transaction.atomic():
            answer = browser.generic(
                "POST", form.action, urlencode(values, doseq=True), "application/x-www-form-urlencoded"
            )
            body_of(answer)
            done += answer.status_code in {302, 303}
            assert holding_sentinels() == set(), name
            transaction.set_rollback(True)
        browser.cookies = cookies
    assert done > 25


# --- addresses ---------------------------------------------------------------

HOSTILE_PARTS = [quote(value) for value in ("0", "-1", "a\0b", "１", str(2**63), "../..", "长" * 300, b"\xed\xa0\x80")]


def test_no_address_has_a_fault_whatever_stands_in_it(stations: Stations) -> None:
    """Each argument of each address, for whoever gets through: not found, and nothing else."""
    wrong = {}
    for name, row in TABLE.items():
        path = address(stations, row, name)
        values = [quote(str(one[1:] if one.startswith("=") else stations[one])) for one in row.arguments]
        for place, value in enumerate(values):
            for part in HOSTILE_PARTS:
                odd = _with(path, values[:place], value, part)
                browser = stations.browser(opener(name))
                with transaction.atomic():
                    answer = browser.get(odd) if row.post is None else browser.post(odd, {"version": "1"})
                    body_of(answer)
                    transaction.set_rollback(True)
                # The administration reads full-width digits as a number; a visitor is sent to the login first.
                fine = {200, 302, 404} if name.startswith("admin:") else {302, 404, 405, 409}
                if answer.status_code not in fine:
                    wrong[f"{name}: {odd[:80]}"] = fault_of(answer)
    assert wrong == {}


def _with(path: str, before: list[str], value: str, part: str) -> str:
    """The address with one argument, the one after those `before`, in another form."""
    start = 0
    for one in before:
        start = path.index(f"/{one}/", start) + len(one) + 1
    at = path.index(f"/{value}", start)
    return f"{path[:at]}/{part}{path[at + len(value) + 1 :]}"


def test_more_fields_than_any_form_has_are_refused(stations: Stations) -> None:
    data = "&".join(f"f{number}=1" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
    answer = stations.browser("jl_local").generic(
        "POST", "/preferences/", data, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 400
