"""案件队列: what waits, by whose turn it is; everything about a view of it is in the address."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from subsidy.accounts.access import needs
from subsidy.accounts.actor import Actor
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.desk import keyset, tables
from subsidy.desk.filters import Filters, options
from subsidy.desk.queue_rows import rows
from subsidy.desk.queueing import TABS, Scope, Surroundings, surroundings
from subsidy.pages import Pager
from subsidy.papers import sheets
from subsidy.papers.columns import Marks, Sorting, prepare
from subsidy.papers.serve import serve_made
from subsidy.reference import formats
from workflow import clock

reviewers = needs(Right.REVIEW_LOCAL, Right.SIGN_FINANCE, Right.REVIEW_UPPER)
SHEET_LIMIT = 5000


@reviewers
@require_safe
def queue(request: Request) -> HttpResponse:
    """The queue of the person's agencies: tabs with capped counts, filters, fifty rows."""
    scope = Scope.of(request.actor)
    filters, around = Filters.read(request.GET), surroundings(scope)
    page = keyset.page(filters.listing(scope), request.GET.get("at", ""))
    context = {
        "tabs": _tabs(scope, filters, around), "filters": filters, "options": options(around),
        "chips": _chips(filters, request.GET, around), "pager": _pager(page, request.GET), "scope": scope,
        "table": prepare(
            tables.queue_columns(scope.level), rows(page.items, filters.tab == "mine", around.calendar),
            caption=TABS[filters.tab].label(scope), name="queue",
            sorting=Sorting(filters.sort, lambda sort: _address(request.GET, sort=sort, at="")),
            marks=Marks(css=lambda row: "overdue" if row.overdue else "", anchor=lambda row: row.number),
            empty=_("没有符合条件的案件。") if filters.active else TABS[filters.tab].empty,
        ),
    }  # fmt: skip
    return render(request, "desk/queue.html", context)


@reviewers
@require_safe
def sheet(request: Request) -> HttpResponse:
    """The filtered queue as a workbook, with the filters in its heading."""
    scope = Scope.of(request.actor)
    filters, around = Filters.read(request.GET), surroundings(scope)
    found = filters.listing(scope).read(SHEET_LIMIT)
    title = TABS[filters.tab].label(scope)
    words = "；".join(text for text, _name in filters.words(around))
    notes = [_("筛选：%(text)s") % {"text": words or _("无")},
             _("数据截至：%(time)s") % {"time": formats.minute(clock.now())}]  # fmt: skip
    book = sheets.write(title, tables.queue_columns(scope.level), rows(found, False, around.calendar), notes=notes)
    return serve_made(book, f"{title}_{clock.today():%Y%m%d}.xlsx", "xlsx")


def next_number(actor: Actor) -> str | None:
    """The case that waits longest for this person; None when nothing does."""
    found = Filters.read(QueryDict()).listing(Scope.of(actor)).read(1)
    return found[0].number if found else None


def _tabs(scope: Scope, filters: Filters, around: Surroundings) -> list[dict[str, Any]]:
    return [
        {
            "label": tab.label(scope), "href": f"?tab={code}", "current": code == filters.tab,
            "count": around.counts[code],
        }
        for code, tab in TABS.items()
    ]  # fmt: skip


def _chips(filters: Filters, query: QueryDict, around: Surroundings) -> list[tuple[str, str]]:
    return [(text, _address(query, **{name: "", "at": ""})) for text, name in filters.words(around)]


def _pager(page: keyset.Page, query: QueryDict) -> Pager:
    previous, following = (_address(query, at=place) if place else "" for place in (page.previous, page.next))
    return Pager(_("本页 %(n)s 件") % {"n": len(page.items)}, previous, following)


def _address(query: QueryDict, **changes: str) -> str:
    """The page's own address with some of its parameters changed, or taken out by an empty value."""
    there = query.copy()
    for name, value in changes.items():
        there.pop(name, None)
        if value:
            there[name] = value
    return f"{reverse('desk:queue')}?{there.urlencode()}"
