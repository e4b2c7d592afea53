"""Who is competent where, and the page on which that changes: shown with its consequences before it is done."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from subsidy import pages
from subsidy.accounts import access_log
from subsidy.accounts.access import needs
from subsidy.accounts.fresh import asks_again
from subsidy.accounts.models import Jurisdiction
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases import transfer
from subsidy.desk.administration import tables
from subsidy.desk.administration.filters import JurisdictionFilters, id_in
from subsidy.desk.administration.forms import JurisdictionForm
from subsidy.papers.columns import prepare
from subsidy.reference import formats, keyset
from subsidy.reference.selectors import area_names
from workflow import clock
from workflow.once import once

administrators = needs(Right.ADMINISTER)


@administrators
@require_safe
def listing(request: Request) -> HttpResponse:
    """The jurisdictions of today, or those that have ended, by area."""
    filters = JurisdictionFilters.read(request.GET)
    rows = filters.apply(Jurisdiction.objects.select_related("agency"))
    page = keyset.page(rows, "area", request.GET.get("at", ""))
    columns = tables.jurisdiction_columns(area_names([row.area for row in page.items]), tables.measure_names())
    table = prepare(
        columns, page.items, caption=_("管辖"), name="jurisdictions", empty=_("没有符合条件的管辖。")
    )  # fmt: skip
    context = {
        "title": _("管辖"), "filters": filters, "table": table, "selects": _selects(filters),
        "hint": _("单位名称的一部分，或区划代码的开头"), "sheet": "", "keeper": True, "kinds": [],
        "pager": pages.pager_at(request, len(page.items), page.previous, page.next),
        "new": "desk:jurisdiction_new", "new_label": _("登记或移交管辖"),
    }  # fmt: skip
    return render(request, "registers/list.html", context)


@administrators
@require_http_methods(["GET", "HEAD", "POST"])
@asks_again()
def create(request: Request) -> HttpResponse:
    """Asked with GET it shows what would follow, and how many cases go over; sent back, it is done in one act."""
    given = request.POST if request.method == "POST" else request.GET if "agency" in request.GET else None
    form = JurisdictionForm(given, initial=_initial(request))
    found = None
    if form.is_bound and form.is_valid():
        if request.method == "POST" and (to := pages.outcome(form, lambda: _assign(request, form))) is not None:
            return pages.done(request, to, _("管辖已登记，在办案件已移交，已通知有关人员。"))
        found = pages.outcome(form, lambda: transfer.preview(form.change())) if request.method != "POST" else None
    context = {
        "facts": _facts(form, found) if found else [], "told": _told(found) if found else "",
        "hidden": [*_sent(form), ("seen", found.seen)] if found else [],
    }  # fmt: skip
    return pages.render_form(request, "administration/jurisdiction.html", context, form)


def _assign(request: Request, form: JurisdictionForm) -> str:
    def act() -> str:
        made = transfer.assign(form.change(), request.actor, seen=request.POST.get("seen", ""))
        access_log.write(request, access_log.ADMINISTERED, f"jurisdiction {made.pk}")
        return reverse("desk:jurisdictions")

    return once(request.POST.get("once", ""), request.actor, act)


def _initial(request: Request) -> dict[str, Any]:
    """What stands in the form: the row that a link of the list names, from today."""
    pk = id_in(request.GET, "row")
    row = Jurisdiction.objects.filter(pk=pk).first() if pk is not None else None
    start = {"on": clock.today()}
    return start | {"measure": row.measure, "stage": row.stage, "area": row.area} if row else start


def _told(found: transfer.Handover) -> str:
    if not found.cases:
        return _("没有在办案件需要移交。登记后不能撤销，只能再次移交。")
    told = _(
        "%s 件在办案件将在同一步骤移交新单位，逐件记入办理经过并通知双方人员和申报单位。登记后不能撤销，只能再次移交。"
    )
    return told % len(found.cases)


def _facts(form: JurisdictionForm, found: transfer.Handover) -> list[tuple[str, str]]:
    asked = form.change()
    ends = found.ends
    place = area_names([asked.area]).get(asked.area, "")
    now = _("无")
    if ends is not None:
        now = _("%(agency)s（自 %(day)s 起）") % {"agency": ends.agency, "day": formats.day(ends.valid_from)}
    return [
        (_("政策"), tables.measure_names()[asked.measure]), (_("环节"), str(Jurisdiction.Stage(asked.stage).label)),
        (_("区划"), f"{asked.area} {place}".strip()), (_("原受理单位"), now),
        (_("新受理单位"), asked.agency.name), (_("生效日期"), formats.day(asked.on)),
        (_("依据文件"), asked.document), (_("移交在办案件"), _("%s 件") % len(found.cases)),
    ]  # fmt: skip


def _sent(form: JurisdictionForm) -> list[tuple[str, str]]:
    """What was asked, to be sent back with the confirmation."""
    return [(bound.name, str(bound.data or "")) for bound in form]


def _selects(filters: JurisdictionFilters) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    stages = [(stage.value, str(stage.label)) for stage in Jurisdiction.Stage]
    return [
        ("measure", _("政策"), list(tables.measure_names().items()), filters.measure),
        ("stage", _("环节"), stages, filters.stage),
        ("ended", _("已终止的"), [("1", _("只看已终止的"))], "1" if filters.ended else ""),
    ]
