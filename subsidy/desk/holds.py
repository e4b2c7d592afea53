"""暂缓事项: what credit and bars hold, and the conclusion by which a person ends a hold."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases import selectors
from subsidy.cases.credit import concerned_by
from subsidy.cases.holds import CONCLUDED_BY_A_PERSON, conclude, may_conclude
from subsidy.cases.models import Hold
from subsidy.desk import tables
from subsidy.desk.forms import ConclusionForm
from subsidy.pages import attempt, done, pager_of, render_form
from subsidy.papers import sheets
from subsidy.papers.columns import prepare
from subsidy.papers.serve import serve_made
from subsidy.reference import formats
from workflow import clock

reviewers = needs(Right.REVIEW_LOCAL, Right.REVIEW_UPPER)
PAGE = 50
SHEET_LIMIT = 5000


@reviewers
@require_safe
def listing(request: Request) -> HttpResponse:
    """Holds on the cases one sees: open ones first, the oldest on top."""
    kept = request.GET.get("ended") == "1"
    page = Paginator(_rows(request, ended=kept), PAGE).get_page(request.GET.get("page"))
    empty = _("没有已作结论的暂缓事项。") if kept else _("没有待作结论的暂缓事项。")
    context = {
        "kept": kept, "pager": pager_of(request, page),
        "table": prepare(
            tables.HOLDS if kept else tables.OPEN_HOLDS, page, caption=_("暂缓事项"), name="holds", empty=empty
        ),
    }  # fmt: skip
    return render(request, "desk/holds.html", context)


@reviewers
@require_safe
def sheet(request: Request) -> HttpResponse:
    """The same list as a workbook."""
    rows = _rows(request, ended=request.GET.get("ended") == "1")
    notes = [_("数据截至：%(time)s") % {"time": formats.minute(clock.now())}]
    book = sheets.write(_("暂缓事项"), tables.HOLDS, rows[:SHEET_LIMIT], notes=notes)
    return serve_made(book, f"{_('暂缓事项')}_{clock.today():%Y%m%d}.xlsx", "xlsx")


@reviewers
@require_http_methods(["GET", "POST"])
def one(request: Request, pk: int) -> HttpResponse:
    """One hold: why, since when, and the conclusion of whoever is at work on the case."""
    held = _visible(request).filter(pk=pk).first()
    if held is None:
        raise Http404(pk)
    mine = may_conclude(held.case, request.actor) and held.released_at is None
    form = ConclusionForm(request.POST or None)
    if request.POST and form.is_valid():
        note = form.cleaned_data["note"]
        if attempt(form, lambda: conclude(held, request.actor, note=note)):
            address = reverse("desk:case", args=[held.case.number])
            return done(request, address, _("已作出结论，暂缓解除，可以继续办理。"))
    firm, present = concerned_by(held)
    context = {"held": held, "mine": mine, "firm": firm, "present": present}
    return render_form(request, "desk/hold.html", context, form)


def _visible(request: Request) -> QuerySet[Hold]:
    rows = Hold.objects.filter(case__in=selectors.staff(request.actor), kind__in=CONCLUDED_BY_A_PERSON)
    return rows.select_related("case__enterprise", "case__call")


def _rows(request: Request, *, ended: bool) -> QuerySet[Hold]:
    rows = _visible(request).filter(released_at__isnull=not ended)
    return rows.order_by("-released_at", "-pk") if ended else rows.order_by("set_at", "pk")
