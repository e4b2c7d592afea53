"""The page of a project: what the register says, and the cases in which it stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from subsidy.accounts.access import needs
from subsidy.accounts.chronicle import chronicle
from subsidy.accounts.register_row import may_keep
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases import selectors as cases
from subsidy.desk.enterprise import CASES, NO_CASES, OWN_CASES, Link
from subsidy.enterprises import selectors as enterprises
from subsidy.papers.columns import Table, prepare
from subsidy.projects import selectors, tables
from subsidy.projects.models import MeasuredApproval, Project
from subsidy.reference import formats
from subsidy.reference.selectors import area_names
from workflow import perform

LATEST = 100


@needs(Right.READ_REGISTERS, Right.FILE)
@require_safe
def project(request: Request, pk: int) -> HttpResponse:
    """One project with everything that the reader may see of it."""
    row = selectors.one(selectors.visible_to(request.actor), pk)
    is_own = row.enterprise_id in request.actor.enterprises
    keeps = may_keep(request.actor, *row.places())
    context = {
        "sees_enterprise": enterprises.visible_to(request.actor).filter(pk=row.enterprise_id).exists(),
        "row": row, "state": tables.state_tag(row), "facts": _facts(row), "is_own": is_own,
        "links": _links(request, row) if keeps else [], "tables": _tables(request, row, is_own, keeps),
        "entries": [] if is_own else chronicle(row),
    }  # fmt: skip
    return render(request, "desk/project.html", context)


def _facts(row: Project) -> list[tuple[str, str]]:
    names = area_names([row.area])
    facts = [
        (_("立项文号"), row.filing_number),
        (_("立项类型"), row.get_filing_kind_display()),
        (_("立项日期"), formats.day(row.filing_date)),
        (_("项目代码"), row.code),
        (_("建设地点"), names.get(row.area, row.area)),
        (_("行业代码"), row.industry),
        (_("立项总投资（万元）"), formats.wan(row.total_investment)),
        (_("预计完成总投资（万元）"), formats.wan(row.expected_investment)),
        (_("开工日期"), formats.day(row.started_on)),
        (_("完工日期"), formats.day(row.finished_on)),
    ]
    return [(str(label), str(value)) for label, value in facts if value and value != formats.NONE]


def _links(request: Request, row: Project) -> list[Link]:
    """What the keeper may do."""
    allowed = perform.allowed(row, request.actor)
    verbs = {
        "edit": _("修改登记"), "year": _("登记年度完成"), "partner": _("登记合作单位"), "asset": _("登记资产"),
        "invoice": _("登记发票"), "funding": _("登记其他财政资金"), "measure": _("登记测算项目"),
    }  # fmt: skip
    moves = {"strike": _("作废项目"), "restore": _("恢复项目")}
    verbs |= {code: label for code, label in moves.items() if code in allowed}
    return [Link(label, reverse(f"projects:{code}", args=[row.pk])) for code, label in verbs.items()]


def _tables(request: Request, row: Project, is_own: bool, keeps: bool) -> list[Table]:
    found = cases.visible_to(request.actor).filter(projects__project=row).select_related("call").distinct()
    approvals = MeasuredApproval.objects.filter(measured__project=row).select_related("measured")
    lists: list[tuple[str, Any, Any, str]] = [
        ("cases", OWN_CASES if is_own else CASES, found.order_by("-pk")[:LATEST], _("申报案件")),
        ("years", tables.YEARS, row.years.order_by("year"), _("年度完成情况")),
        ("measured", tables.measured_columns(keeps), row.measured.order_by("-round", "kind"), _("测算项目")),
        ("approvals", tables.APPROVALS, approvals.order_by("-decided_on", "-pk"), _("省核定结果")),
        (
            "partners",
            tables.corrected(tables.PARTNERS, "partner", keeps),
            row.partners.order_by("name_key"),
            _("合作单位"),
        ),
        (
            "assets",
            tables.corrected(tables.ASSETS, "asset", keeps),
            row.assets.order_by("number_key")[:LATEST],
            _("资产"),
        ),
        (
            "invoices",
            tables.corrected(tables.INVOICES, "invoice", keeps),
            row.invoices.order_by("-dated", "-pk")[:LATEST],
            _("发票"),
        ),
        (
            "funding",
            tables.corrected(tables.FUNDING, "funding", keeps),
            row.other_funding.order_by("-year", "-pk"),
            _("其他财政资金"),
        ),
    ]
    made = [
        prepare(columns, rows, caption=caption, name=name, empty=NO_CASES) for name, columns, rows, caption in lists
    ]
    return [table for table in made if table.rows or table.id == "cases"]
