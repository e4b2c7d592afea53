"""审计: the history, the record of access, the seals. What the auditor reads is written down too (trust.md row 20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from subsidy.accounts import access_log
from subsidy.accounts.access import View, needs
from subsidy.accounts.models import Agency
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.ops import selectors, tables
from subsidy.ops.filters import AccessAsked, Asked, Choices, EventsAsked, access_choices, event_choices
from subsidy.ops.paging import pager
from subsidy.papers import sheets
from subsidy.papers.columns import Column, prepare
from subsidy.papers.serve import serve_history, serve_lines, serve_made
from subsidy.reference import formats
from workflow import clock, recheck, seals
from workflow.models import Access, Seal

SHEET_LIMIT = 20_000
"""A workbook of so many rows is made while somebody waits; more goes out as CSV, line by line."""
SEALS_SHOWN, PART = 10, 2000


def audits(view: View) -> View:
    """For auditors only; the page itself writes down what it was asked for."""
    marked = needs(Right.AUDIT)(view)
    marked.notes_its_reading = True  # type: ignore[attr-defined]
    return marked


@audits
@require_safe
def history(request: Request) -> HttpResponse:
    """Every entry of every subject, newest first, fifty at a time."""
    asked, choices = EventsAsked.read(request.GET), event_choices()
    page = selectors.page(asked.apply(selectors.events(request.actor)), request.GET.get("at", ""))
    table = prepare(tables.EVENTS, page.items, caption=_("办理记录"), name="history", empty=_("没有符合条件的记录。"))
    return _listed(request, "ops/history.html", asked, choices, page, table)


@audits
@require_safe
def history_sheet(request: Request) -> HttpResponseBase:
    """Exactly the entries that the address asks for."""
    asked = EventsAsked.read(request.GET)
    found = asked.apply(selectors.events(request.actor)).order_by("-pk")
    return _sheet(request, _("办理记录"), tables.EVENTS_SHEET, found, asked.words(event_choices()))


@audits
@require_safe
def access(request: Request) -> HttpResponse:
    """What was refused, read although sensitive, taken out or set, newest first."""
    asked, choices = AccessAsked.read(request.GET), access_choices()
    page = selectors.page(asked.apply(selectors.accesses(request.actor)), request.GET.get("at", ""))
    rows = _with_units(page.items)
    table = prepare(tables.ACCESSES, rows, caption=_("访问记录"), name="access", empty=_("没有符合条件的记录。"))
    return _listed(request, "ops/access.html", asked, choices, page, table)


@audits
@require_safe
def access_sheet(request: Request) -> HttpResponseBase:
    """Exactly the rows that the address asks for."""
    asked = AccessAsked.read(request.GET)
    found = asked.apply(selectors.accesses(request.actor)).order_by("-pk")
    return _sheet(request, _("访问记录"), tables.ACCESSES, found, asked.words(access_choices()))


@audits
@require_safe
def extract(request: Request, kind: str, pk: int) -> HttpResponseBase:
    """One subject's history with the last seal and the proofs, as ops/verify_history.py takes it."""
    first = selectors.events(request.actor).filter(subject_kind=kind, subject_id=pk).order_by("number").first()
    if first is None:
        raise Http404(kind)
    access_log.write(request, access_log.EXPORTED, first.subject_number, _("审计：办理记录摘录"))
    return serve_history(kind, pk, first.subject_number, request.GET.get("printed", ""))


@audits
@require_safe
def seal_list(request: Request) -> HttpResponse:
    """The last seals, looked at again, and what is not sealed yet."""
    found = list(Seal.objects.order_by("-number")[: SEALS_SHOWN + 1])
    faults = recheck.faults(found[:SEALS_SHOWN])
    sizes = [seal.size for seal in found[1:]] + [0]
    rows = [
        tables.seal_row(seal, before, faults[seal.number])
        for seal, before in zip(found[:SEALS_SHOWN], sizes, strict=False)
    ]
    access_log.write(request, access_log.READ, _("封签"), _("审计"))
    table = prepare(tables.SEALS, rows, caption=_("最近的封签"), name="seals", empty=_("还没有封签。"))
    context = {
        "table": table, "faulty": any(faults.values()), "head": found[0] if found else None,
        "waiting": seals.unsealed().count(),
    }  # fmt: skip
    return render(request, "ops/seals.html", context)


def _listed(
    request: Request, template: str, asked: Asked, choices: Mapping[str, Choices], page: selectors.Page, table: object
) -> HttpResponse:
    words = asked.words(choices)
    access_log.write(request, access_log.READ, "；".join(text for text, _name in words) or _("全部"), _("审计"))
    context = {
        "asked": asked, "choices": choices, "table": table, "pager": pager(page, request),
        "chips": [(text, _without(request, name)) for text, name in words],
    }  # fmt: skip
    return render(request, template, context)


def _without(request: Request, name: str) -> str:
    left = request.GET.copy()
    for key in (name, "at"):
        left.pop(key, None)
    return f"?{left.urlencode()}"


def _with_units(rows: Sequence[Access]) -> list[Access]:
    """The rows with the names of the agencies they were made for; one query."""
    names = dict(Agency.objects.filter(pk__in={row.agency_id for row in rows}).values_list("pk", "short_name"))
    for row in rows:
        row.unit = names.get(row.agency_id or 0, "")  # type: ignore[attr-defined]
    return list(rows)


def _sheet(
    request: Request, title: str, columns: Sequence[Column], found: QuerySet[Any], words: Sequence[tuple[str, str]]
) -> HttpResponseBase:
    asked = "；".join(text for text, _name in words) or _("全部")
    access_log.write(request, access_log.EXPORTED, f"{title} {asked}", _("审计"))
    name, count = f"{title}_{clock.today():%Y%m%d}", found.count()
    rows = _in_parts(found, with_units=found.model is Access)
    if count > SHEET_LIMIT:
        return serve_lines(sheets.csv_lines(columns, rows), f"{name}.csv", "csv")
    notes = [_("筛选：%(text)s") % {"text": asked}, _("共 %(n)s 条") % {"n": formats.count(count)},
             _("数据截至：%(time)s") % {"time": formats.minute(clock.now())}]  # fmt: skip
    return serve_made(sheets.write(title, columns, rows, notes=notes), f"{name}.xlsx", "xlsx")


def _in_parts(found: QuerySet[Any], *, with_units: bool) -> Iterator[Any]:
    """Every row, read in parts, so that memory does not grow with them."""
    rows = found.iterator(chunk_size=PART)
    while part := list(islice(rows, PART)):
        yield from _with_units(part) if with_units else part
