"""The register of enterprises: list, sheet, new rows, changes, names, successions.

The page of one enterprise is made of several apps and lies on the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import places_in, territory
from subsidy.enterprises import accidents, proposals, register, selectors, succession, tables
from subsidy.enterprises.forms import (
    AccidentCorrection,
    AccidentForm,
    EnterpriseForm,
    ReasonForm,
    RenameForm,
    SuccessionForm,
)
from subsidy.enterprises.models import Accident, Enterprise, Succession
from subsidy.enterprises.register import Evidence
from subsidy.enterprises.selectors import Filters
from subsidy.papers import files
from subsidy.papers.columns import prepare
from subsidy.papers.export import export
from subsidy.papers.serve import serve
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
    """The enterprises of my territory, by name."""
    filters = Filters.read(request.GET)
    rows = filters.apply(selectors.visible_to(request.actor)).prefetch_related("former_names")
    page = keyset.page(rows, "name_key", request.GET.get("at", ""))
    names = area_names([code for row in page.items for code in row.places()])
    table = prepare(
        tables.columns(names), page.items, caption=_("企业名录"), name="enterprises",
        empty=_("没有符合条件的企业。") if filters.active else _("本地区还没有登记的企业。"),
    )  # fmt: skip
    context = {
        "title": _("企业名录"), "filters": filters, "table": table, "selects": _selects(request, filters),
        "hint": _("单位名称、曾用名或代码的一部分，至少两个字"), "sheet": "enterprises:sheet",
        "pager": pages.pager_at(request, len(page.items), page.previous, page.next),
        "keeper": request.actor.has(Right.KEEP_REGISTERS), "new": "enterprises:new",
        "kinds": [("enterprises", _("导入"))],
        "links": [(_("承继提请"), reverse("enterprises:proposals"))],
    }  # fmt: skip
    return render(request, "registers/list.html", context)


@readers
@require_safe
def sheet(request: Request) -> HttpResponseBase:
    """The same list as a workbook, however long: exactly what is filtered."""
    filters = Filters.read(request.GET)
    rows = filters.apply(selectors.visible_to(request.actor)).prefetch_related("former_names")
    names = dict(places_in(territory(request.actor, Right.READ_REGISTERS)).values_list("code", "name"))
    rows = rows.order_by("name_key", "pk")
    return export(request, _("企业名录"), tables.sheet_columns(names), rows, filters.words(names))


@needs(Right.FILE)
@require_safe
def own(request: Request) -> HttpResponse:
    """What the register says of my enterprises."""
    rows = Enterprise.objects.filter(pk__in=request.actor.enterprises).prefetch_related("former_names")
    found = list(rows.order_by("name_key", "pk"))
    names = area_names([code for row in found for code in row.places()])
    table = prepare(tables.columns(names), found, caption=_("本单位"), name="own", empty=_("您的账号还没有关联单位。"))
    return render(request, "enterprises/own.html", {"table": table})


@keepers
@both
def create(request: Request) -> HttpResponse:
    """Register an enterprise."""
    form = EnterpriseForm(request.POST or None, places=_places(request))

    def act() -> str:
        return tables.address(register.add(request.actor, form.cleaned_data))

    if form.is_bound and form.is_valid():
        made: list[str] = []
        if pages.attempted(form, lambda: made.append(once(request.POST.get("once", ""), request.actor, act))):
            return pages.done(request, made[0], _("企业已登记。"))
    return _form(request, form, None, _("登记企业"), reverse("enterprises:list"))


@keepers
@both
def edit(request: Request, pk: int) -> HttpResponse:
    """Change what the register says, the name apart."""
    row = _kept(request, pk)
    initial = {name: getattr(row, name) for name in EnterpriseForm.base_fields}
    form = EnterpriseForm(request.POST or None, places=_places(request), row=row, initial=initial)
    if form.is_bound and form.is_valid():
        version = pages.seen_version(request)
        if pages.attempted(form, lambda: register.change(row, request.actor, form.cleaned_data, version=version)):
            return pages.done(request, tables.address(row), _("修改已保存。"))
    return _form(request, form, row, _("修改登记"), tables.address(row))


@keepers
@both
def rename(request: Request, pk: int) -> HttpResponse:
    """Another name, with date and evidence; or a mistake put right."""
    row = _kept(request, pk)
    form = RenameForm(request.POST or None, request.FILES or None, initial={"name": row.name})
    if form.is_bound and form.is_valid():
        version = pages.seen_version(request)
        if pages.attempted(form, lambda: _rename(request, row, form.cleaned_data, version)):
            return pages.done(request, tables.address(row), _("名称已变更。"))
    return _form(request, form, row, _("变更名称"), tables.address(row))


def _rename(request: Request, row: Enterprise, given: dict[str, Any], version: int) -> None:
    if given["why"] == RenameForm.MISTAKE:
        register.correct_name(row, request.actor, given["name"], given["document"], version=version)
        return
    evidence = Evidence.of(given["document"], given["file"])
    register.rename(row, request.actor, given["name"], given["on"], evidence, version=version)


@keepers
@both
def succeed(request: Request, pk: int) -> HttpResponse:
    """Another enterprise takes over."""
    row = _kept(request, pk)
    form = SuccessionForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        version = pages.seen_version(request)
        if pages.attempted(form, lambda: _succeed(request, row, form, version)):
            return pages.done(request, tables.address(row), _succeeded(request, form.successor))
    return _form(request, form, row, _("登记承继"), tables.address(row))


def _succeed(request: Request, row: Enterprise, form: SuccessionForm, version: int) -> None:
    given = form.cleaned_data
    verb = succession.succeed if succession.keeps(form.successor, request.actor) else proposals.propose
    verb(
        row, form.successor, request.actor, kind=Succession.Kind(given["kind"]), effective_on=given["effective_on"],
        evidence=Evidence.of(given["document"], given["file"]), version=version,
    )  # fmt: skip


def _succeeded(request: Request, heir: Enterprise) -> str:
    if succession.keeps(heir, request.actor):
        return _("承继已登记，禁止申报、暂缓和应追回款项由承继单位承担。")
    return _("承继已提请承继单位所在地区确认，确认后生效；答复将以消息通知。")


@keepers
@both
def move(request: Request, pk: int, verb: str) -> HttpResponse:
    """Strike a row from the register, or restore it, with the reason."""
    row = _kept(request, pk)
    form = ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        reason, version = form.cleaned_data["reason"], pages.seen_version(request)
        if pages.attempt(form, lambda: perform.perform(row, verb, request.actor, note=reason, version=version)):
            return pages.done(request, tables.address(row), _("登记状态已变更。"))
    return _form(request, form, row, {"strike": _("登记注销"), "restore": _("恢复登记")}[verb], tables.address(row))


@keepers
@both
def accident(request: Request, pk: int) -> HttpResponse:
    """Enter an accident."""
    row, form = _kept(request, pk), AccidentForm(request.POST or None)
    return _act(request, form, row, _("登记事故"), lambda version: accidents.add(
        row, request.actor, form.cleaned_data, version=version))  # fmt: skip


@keepers
@both
def correct_accident(request: Request, pk: int, one: int) -> HttpResponse:
    """Put right what was entered of an accident."""
    row = _kept(request, pk)
    found = _accident(row, one)
    initial = {name: getattr(found, name, "") for name in AccidentCorrection.base_fields}
    form = AccidentCorrection(request.POST or None, initial=initial)
    return _act(request, form, row, _("更正事故"), lambda version: accidents.put_right(
        found, request.actor, form.columns(), form.cleaned_data["reason"], version=version))  # fmt: skip


@keepers
@both
def strike_accident(request: Request, pk: int, one: int) -> HttpResponse:
    """An accident that was not this enterprise's."""
    row, form = _kept(request, pk), ReasonForm(request.POST or None)
    found = _accident(row, one)
    return _act(request, form, row, _("作废事故记录"), lambda version: accidents.strike(
        found, request.actor, form.cleaned_data["reason"], version=version))  # fmt: skip


def _accident(row: Enterprise, pk: int) -> Accident:
    found = row.accidents.select_related("enterprise").filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


def _act(request: Request, form: Any, row: Enterprise, title: str, act: Callable[[int], object]) -> HttpResponse:
    """The form, or its verb done and back to the enterprise."""
    if form.is_bound and form.is_valid():
        version = pages.seen_version(request)
        if pages.attempt(form, lambda: act(version)):
            return pages.done(request, tables.address(row), _("已保存。"))
    return _form(request, form, row, title, tables.address(row))


@needs(Right.READ_REGISTERS, Right.FILE)
@require_safe
def evidence(request: Request, pk: int, digest: str) -> HttpResponseBase:
    """The scan that proves a change of name or a succession of this enterprise."""
    row = selectors.one(selectors.visible_to(request.actor), pk)
    names = dict(row.former_names.values_list("evidence", "evidence_name"))
    for held in (row.successions, Succession.objects.filter(predecessor=row)):
        names |= dict(held.values_list("evidence", "evidence_name"))
    if not digest or digest not in names:
        raise Http404(digest)
    return serve(digest, names[digest], files.EXTENSIONS[Path(names[digest]).suffix.lower().lstrip(".")])


def _kept(request: Request, pk: int) -> Enterprise:
    """A row of the territory in which the person keeps the register."""
    return selectors.one(selectors.visible_to(request.actor).exclude(pk__in=request.actor.enterprises), pk)


def _form(request: Request, form: Any, row: Enterprise | None, title: str, back: str) -> HttpResponse:
    crumbs = [(_("企业名录"), reverse("enterprises:list"))] + ([(row.name, tables.address(row))] if row else [])
    context = {
        "title": title, "crumbs": [*crumbs, (title, "")], "version": row.version if row else None, "back": back,
        "about": f"{row.name}（{row.credit_code}）" if row else "",
    }  # fmt: skip
    return pages.render_form(request, "registers/form.html", context, form)


def _places(request: Request) -> list[tuple[str, str]]:
    rows = places_in(territory(request.actor, Right.KEEP_REGISTERS))
    return list(rows.values_list("code", "name"))


def _selects(request: Request, filters: Filters) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    places = places_in(territory(request.actor, Right.READ_REGISTERS)).values_list("code", "name")
    states = [(value, str(label)) for value, label in Enterprise.State.choices]
    return [("area", _("地区"), list(places), filters.area), ("state", _("登记状态"), states, filters.state)]
