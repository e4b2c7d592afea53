"""The register of projects: list, sheet, forms. The page of one is made of several apps and lies on the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.register_row import may_keep
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import places_in, territory
from subsidy.enterprises.forms import Reasoned, ReasonForm
from subsidy.papers.columns import prepare
from subsidy.papers.export import export
from subsidy.projects import register, selectors, tables
from subsidy.projects.forms import (
    ApprovalForm,
    AssetCorrection,
    AssetForm,
    FundingCorrection,
    FundingForm,
    InvoiceCorrection,
    InvoiceForm,
    MeasuredForm,
    PartnerCorrection,
    PartnerForm,
    ProjectForm,
    YearForm,
)
from subsidy.projects.models import MeasuredApproval, MeasuredProject, Project
from subsidy.projects.selectors import Filters
from subsidy.reference import keyset
from subsidy.reference.selectors import area_names
from workflow import perform
from workflow.once import once

readers = needs(Right.READ_REGISTERS)
keepers = needs(Right.KEEP_REGISTERS)
both = require_http_methods(["GET", "HEAD", "POST"])


@readers
@require_safe
def listing(request: Request) -> HttpResponse:
    """The projects of my territory, by name."""
    filters = Filters.read(request.GET)
    page = keyset.page(filters.apply(selectors.visible_to(request.actor)), "name", request.GET.get("at", ""))
    names = area_names([row.area for row in page.items])
    places = list(places_in(territory(request.actor, Right.READ_REGISTERS)).values_list("code", "name"))
    kinds = [(value, str(label)) for value, label in MeasuredProject.Kind.choices]
    states = [(value, str(label)) for value, label in Project.State.choices]
    context = {
        "title": _("项目库"), "filters": filters, "sheet": "projects:sheet",
        "hint": _("项目名称、立项文号或实施单位的一部分"),
        "selects": [
            ("area", _("建设地点"), places, filters.area), ("measured", _("测算项目"), kinds, filters.measured),
            ("state", _("登记状态"), states, filters.state),
        ],
        "table": prepare(
            tables.columns(names), page.items, caption=_("项目库"), name="projects",
            empty=_("没有符合条件的项目。") if filters.active else _("本地区还没有登记的项目。"),
        ),
        "pager": pages.pager_at(request, len(page.items), page.previous, page.next),
        "keeper": request.actor.has(Right.KEEP_REGISTERS), "new": "projects:new", "links": [],
        "kinds": [
            ("projects", _("导入项目")), ("years", _("导入年度完成")), ("partners", _("导入合作单位")),
            ("assets", _("导入资产")), ("invoices", _("导入发票")), ("measured", _("导入测算项目")),
        ],
    }  # fmt: skip
    return render(request, "registers/list.html", context)


@readers
@require_safe
def sheet(request: Request) -> HttpResponseBase:
    """The same list as a workbook, however long."""
    filters = Filters.read(request.GET)
    names = dict(places_in(territory(request.actor, Right.READ_REGISTERS)).values_list("code", "name"))
    rows = filters.apply(selectors.visible_to(request.actor)).order_by("name", "pk")
    return export(request, _("项目库"), tables.sheet_columns(names), rows, filters.words(names))


@keepers
@both
def create(request: Request) -> HttpResponse:
    """Enter a project."""
    form = ProjectForm(request.POST or None, places=_places(request))
    if form.is_bound and form.is_valid():
        made: list[str] = []

        def act() -> str:
            return tables.address(register.add(request.actor, form.values()))

        if pages.attempted(form, lambda: made.append(once(request.POST.get("once", ""), request.actor, act))):
            return pages.done(request, made[0], _("项目已登记。"))
    return _form(request, form, None, _("登记项目"))


@keepers
@both
def edit(request: Request, pk: int) -> HttpResponse:
    """Change what the register says."""
    row = _kept(request, pk)
    names = [name for name in ProjectForm.base_fields if name != "enterprise_code"]
    initial = {name: getattr(row, name) for name in names} | {"enterprise_code": row.enterprise.credit_code}
    form = ProjectForm(request.POST or None, places=_places(request), now=row.area, initial=initial)
    return _act(request, form, row, _("修改登记"), lambda version: register.change(
        row, request.actor, form.values(), version=version))  # fmt: skip


@keepers
@both
def year(request: Request, pk: int) -> HttpResponse:
    """What was completed in a year; a year that is there is put right."""
    row, form = _kept(request, pk), YearForm(request.POST or None)
    return _act(request, form, row, _("登记年度完成情况"), lambda version: register.set_year(
        row, request.actor, **form.cleaned_data, version=version))  # fmt: skip


@keepers
@both
def partner(request: Request, pk: int) -> HttpResponse:
    """Somebody takes part."""
    row, form = _kept(request, pk), PartnerForm(request.POST or None)
    return _act(request, form, row, _("登记合作单位"), lambda version: register.add_partner(
        row, request.actor, form.cleaned_data, version=version))  # fmt: skip


@keepers
@both
def asset(request: Request, pk: int) -> HttpResponse:
    """An asset."""
    row, form = _kept(request, pk), AssetForm(request.POST or None)
    return _act(request, form, row, _("登记资产"), lambda version: register.add_asset(
        row, request.actor, form.cleaned_data, version=version))  # fmt: skip


@keepers
@both
def invoice(request: Request, pk: int) -> HttpResponse:
    """An invoice."""
    row, form = _kept(request, pk), InvoiceForm(request.POST or None)
    return _act(request, form, row, _("登记发票"), lambda version: register.add_invoice(
        row, request.actor, form.cleaned_data, version=version))  # fmt: skip


@keepers
@both
def funding(request: Request, pk: int) -> HttpResponse:
    """Public money from elsewhere."""
    row, form = _kept(request, pk), FundingForm(request.POST or None)
    return _act(request, form, row, _("登记其他财政资金"), lambda version: register.add_funding(
        row, request.actor, form.cleaned_data, version=version))  # fmt: skip


class Hanging(NamedTuple):
    """What hangs on a project and can be put right: its rows, the form, the verb, and the title of the page."""

    rows: str
    form: type[Reasoned]
    correct: Callable[..., None]
    title: str | Promise


HANGING = {
    "partner": Hanging("partners", PartnerCorrection, register.correct_partner, gettext_lazy("更正合作单位")),
    "asset": Hanging("assets", AssetCorrection, register.correct_asset, gettext_lazy("更正资产")),
    "invoice": Hanging("invoices", InvoiceCorrection, register.correct_invoice, gettext_lazy("更正发票")),
    "funding": Hanging("other_funding", FundingCorrection, register.correct_funding, gettext_lazy("更正其他财政资金")),
}


@keepers
@both
def correct(request: Request, pk: int, one: int, kind: str) -> HttpResponse:
    """Put right what was entered of a partner, an asset, an invoice or money from elsewhere."""
    row, held = _kept(request, pk), HANGING[kind]
    found = _hung(row, held.rows, one)
    form = held.form(request.POST or None, initial={name: getattr(found, name, "") for name in held.form.base_fields})
    return _act(request, form, row, str(held.title), lambda version: held.correct(
        found, request.actor, form.columns(), form.cleaned_data["reason"], version=version,
    ), f"{row.name}：{found}")  # fmt: skip


@keepers
@both
def strike_funding(request: Request, pk: int, one: int) -> HttpResponse:
    """Money that was never given to this project."""
    row, form = _kept(request, pk), ReasonForm(request.POST or None)
    found = _hung(row, "other_funding", one)
    return _act(request, form, row, _("作废其他财政资金"), lambda version: register.strike_funding(
        found, request.actor, form.cleaned_data["reason"], version=version), f"{row.name}：{found}")  # fmt: skip


def _hung(row: Project, rows: str, pk: int) -> Any:
    """One of the rows that hang on this project; otherwise Http404."""
    found = getattr(row, rows).select_related("project").filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


@keepers
@both
def measure(request: Request, pk: int) -> HttpResponse:
    """A measured project."""
    row, form = _kept(request, pk), MeasuredForm(request.POST or None)
    return _act(request, form, row, _("登记测算项目"), lambda version: register.measure(
        row, request.actor, MeasuredProject.Kind(form.cleaned_data["kind"]), form.cleaned_data["round"],
        form.cleaned_data["reported_on"], form.cleaned_data["argued"], version=version,
    ))  # fmt: skip


@keepers
@both
def approve_measured(request: Request, pk: int, measured: int) -> HttpResponse:
    """What the province decided about a measured project."""
    row = _kept(request, pk)
    found = row.measured.select_related("project").filter(pk=measured).first()
    if found is None:
        raise Http404(measured)
    form = ApprovalForm(request.POST or None)
    about = f"{row.name}，{tables.measured_name(found)}"
    return _act(request, form, row, _("登记省核定结果"), lambda version: register.approve_measured(
        found, request.actor, MeasuredApproval.Outcome(form.cleaned_data["outcome"]), form.cleaned_data["amount"],
        form.cleaned_data["document"], form.cleaned_data["decided_on"], version=version,
    ), about)  # fmt: skip


@keepers
@both
def move(request: Request, pk: int, verb: str) -> HttpResponse:
    """Strike a project from the register, or restore it, with the reason."""
    row, form = _kept(request, pk), ReasonForm(request.POST or None)
    title = {"strike": _("作废项目"), "restore": _("恢复项目")}[verb]
    return _act(request, form, row, title, lambda version: perform.perform(
        row, verb, request.actor, note=form.cleaned_data["reason"], version=version))  # fmt: skip


def _kept(request: Request, pk: int) -> Project:
    """A project that the person keeps."""
    row = selectors.one(selectors.visible_to(request.actor), pk)
    if not may_keep(request.actor, *row.places()):
        raise Http404(pk)
    return row


def _act(
    request: Request, form: Any, row: Project, title: str, act: Callable[[int], object], about: str = ""
) -> HttpResponse:
    """The form, or its verb done and back to the project."""
    if form.is_bound and form.is_valid():
        version = pages.seen_version(request)
        if pages.attempted(form, lambda: act(version)):
            return pages.done(request, tables.address(row), _("已保存。"))
    return _form(request, form, row, title, about)


def _form(request: Request, form: Any, row: Project | None, title: str, about: str = "") -> HttpResponse:
    home = reverse("projects:list")
    crumbs = [(_("项目库"), home)] + ([(row.name, tables.address(row))] if row else [])
    context = {
        "title": title, "crumbs": [*crumbs, (title, "")], "version": row.version if row else None,
        "back": tables.address(row) if row else home, "about": about or (row.name if row else ""),
    }  # fmt: skip
    return pages.render_form(request, "registers/form.html", context, form)


def _places(request: Request) -> list[tuple[str, str]]:
    return list(places_in(territory(request.actor, Right.KEEP_REGISTERS)).values_list("code", "name"))
