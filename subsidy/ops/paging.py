"""The addresses of the pages beside a page; the other parameters stay."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from subsidy.ops.selectors import Page
from subsidy.pages import Pager


def pager(page: Page, request: HttpRequest) -> Pager:
    """The pager of a page by keys."""
    return Pager(
        _("本页 %(n)s 条") % {"n": len(page.items)}, _address(request, page.previous), _address(request, page.next)
    )


def _address(request: HttpRequest, place: str) -> str:
    if not place:
        return ""
    there = request.GET.copy()
    there["at"] = place
    return f"?{there.urlencode()}"
