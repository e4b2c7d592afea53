"""The public list of seals: whoever keeps one can later hold it against the history."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from subsidy.accounts.access import public
from subsidy.ops import selectors, tables
from subsidy.ops.paging import pager
from subsidy.papers.columns import prepare
from workflow.seals import published


@public
@require_safe
def seal_list(request: HttpRequest) -> HttpResponse:
    """The seals, newest first."""
    page = selectors.page(selectors.published_seals(), request.GET.get("at", ""))
    table = prepare(tables.PUBLIC_SEALS, page.items, caption=_("办理记录封签"), name="seals", empty=_("还没有封签。"))
    return render(request, "ops/public_seals.html", {"table": table, "pager": pager(page, request)})


@public
@require_safe
def seal_feed(request: HttpRequest) -> HttpResponse:
    """The same for programs that keep them: fifty seals with what their digests are taken over, and where to go on."""
    page = selectors.page(selectors.published_seals(), request.GET.get("at", ""))
    return JsonResponse({"seals": [published(seal) for seal in page.items], "next": page.next})
