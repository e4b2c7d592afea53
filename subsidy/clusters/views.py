"""The register of clusters: list, sheet, page, recognitions and members by date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.chronicle import chronicle
from subsidy.accounts.register_row import may_keep
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import territory
from subsidy.clusters import register, selectors, tables
from subsidy.clusters.forms import (
    ClusterForm,
    EndForm,
    MemberForm,
    MembershipCorrection,
    RecognitionCorrection,
    RecognitionForm,
)
from subsidy.clusters.models import Cluster, Membership, Recognition, in_force
from subsidy.clusters.selectors import Filters
from subsidy.enterprises.forms import Reasoned, ReasonForm
from subsidy.papers.columns import prepare
from subsidy.papers.export import export
from subsidy.reference import keyset
from subsidy.reference.models import AreaCode
from workflow import clock, perform
from workflow.once import once

readers = needs(Right.READ_REGISTERS)
keepers = needs(Right.KEEP_REGISTERS)
both = require_http_methods(["GET", "HEAD", "POST"])
SHOWN = 200


def _counted(rows: QuerySet[Cluster]) -> QuerySet[Cluster]:
    """With organisation, recognitions, and how many members and heads there are today."""
    day = clock.today()
    now = Q(memberships__valid_from__lte=day) & (
        Q(memberships__valid_to__isnull=True) | Q(memberships__valid_to__gt=day)
    )
    counted = rows.annotate(
        members=Count("memberships", filter=now), heads=Count("memberships", filter=now & Q(memberships__is_head=True))
    )
    return counted.select_related("organisation").prefetch_related("recognitions")


@readers
@require_safe
def listing(request: Request) -> HttpResponse:
    """The clusters of my territory and above it."""
    filters = Filters.read(request.GET)
    page = keyset.page(_counted(filters.apply(selectors.visible_to(request.actor))), "code", request.GET.get("at", ""))
    levels = [(value, str(label)) for value, label in Recognition.Level.choices]
    states = [(value, str(label)) for value, label in Cluster.State.choices]
    context = {
        "title": _("产业集群"), "filters": filters, "hint": _("集群名称或编号的一部分"), "sheet": "clusters:sheet",
        "selects": [("level", _("级别"), levels, filters.level), ("state", _("登记状态"), states, filters.state)],
        "table": prepare(tables.CLUSTERS, page.items, caption=_("产业集群"), name="clusters"),
        "pager": pages.pager_at(request, len(page.items), page.previous, page.next),
        "keeper": request.actor.has(Right.KEEP_REGISTERS), "new": "clusters:new", "links": [],
        "kinds": [("clusters", _("导入认定名录")), ("members", _("导入成员"))],
    }  # fmt: skip
    return render(request, "registers/list.html", context)


@readers
@require_safe
def sheet(request: Request) -> HttpResponseBase:
    """The same list as a workbook."""
    filters = Filters.read(request.GET)
    rows = _counted(filters.apply(selectors.visible_to(request.actor))).order_by("code", "pk")
    return export(request, _("产业集群"), tables.CLUSTERS, rows, filters.words())


@needs(Right.READ_REGISTERS, Right.FILE)
@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    """A cluster: recognitions, today's members with the heads first, those of before, history for staff."""
    row = selectors.one(selectors.visible_to(request.actor), pk)
    keeps = may_keep(request.actor, *row.places())
    staff = request.actor.has(Right.READ_REGISTERS)
    members = _members(request, row)
    count = members.filter(in_force(clock.today())).count()
    caption = _("成员（现有 %(n)s 家）") % {"n": count}
    ends = [tables.verbs_of("recognition")] if keeps else []
    leaves = [tables.verbs_of("membership")] if keeps else []
    context = {
        "row": row, "state": tables.state_tag(row), "keeps": keeps, "staff": staff,
        "moves": perform.allowed(row, request.actor) if keeps else {},
        "recognitions": prepare(
            [*tables.RECOGNITIONS, *ends], row.recognitions.order_by("-valid_from", "pk"), caption=_("认定"),
            name="recognitions", empty=_("还没有登记认定文件。"),
        ),
        "members": prepare(
            [*tables.MEMBERS, *leaves], members.order_by("valid_to", "-is_head", "enterprise__name_key", "pk")[:SHOWN],
            caption=caption, name="members", empty=_("还没有登记成员。"),
        ),
        "entries": chronicle(row) if staff else [],
    }  # fmt: skip
    return render(request, "clusters/detail.html", context)


@readers
@require_safe
def members_sheet(request: Request, pk: int) -> HttpResponseBase:
    """All members of a cluster, those of before too, as a workbook."""
    row = selectors.one(selectors.visible_to(request.actor), pk)
    rows = _members(request, row).order_by("enterprise__name_key", "valid_from", "pk")
    return export(request, _("%(name)s成员") % {"name": row.name}, tables.MEMBERS, rows, [])


def _members(request: Request, row: Cluster) -> QuerySet[Membership]:
    """Staff see every member, an enterprise itself."""
    rows = row.memberships.select_related("enterprise")
    return rows if request.actor.has(Right.READ_REGISTERS) else rows.filter(enterprise__in=request.actor.enterprises)


@keepers
@both
def create(request: Request) -> HttpResponse:
    """Enter a cluster."""
    form = ClusterForm(request.POST or None, places=_places(request))
    if form.is_bound and form.is_valid():
        made: list[str] = []

        def act() -> str:
            return tables.address(register.add(request.actor, form.values()))

        if pages.attempted(form, lambda: made.append(once(request.POST.get("once", ""), request.actor, act))):
            return pages.done(request, made[0], _("集群已登记，请登记认定文件和成员。"))
    return _form(request, form, None, _("登记集群"))


@keepers
@both
def edit(request: Request, pk: int) -> HttpResponse:
    """Change what the register says of the cluster itself."""
    row = _kept(request, pk)
    code = row.organisation.credit_code if row.organisation else ""
    initial = {"code": row.code, "name": row.name, "area": row.area, "organisation_code": code}
    form = ClusterForm(request.POST or None, places=_places(request), initial=initial)
    return _act(request, form, row, _("修改登记"), lambda version: register.change(
        row, request.actor, form.values(), version=version))  # fmt: skip


@keepers
@both
def recognise(request: Request, pk: int) -> HttpResponse:
    """Enter a level with its document."""
    row = _kept(request, pk)
    form = RecognitionForm(request.POST or None)
    return _act(request, form, row, _("登记认定"), lambda version: register.recognise(
        row, request.actor, Recognition.Level(form.cleaned_data["level"]), form.cleaned_data["document"],
        form.cleaned_data["valid_from"], form.cleaned_data["valid_to"], version=version,
    ))  # fmt: skip


@keepers
@both
def add_member(request: Request, pk: int) -> HttpResponse:
    """Enter a member."""
    row = _kept(request, pk)
    form = MemberForm(request.POST or None)
    return _act(request, form, row, _("登记成员"), lambda version: register.add_member(
        row, request.actor, form.enterprise, form.cleaned_data["valid_from"], form.cleaned_data["valid_to"],
        is_head=form.cleaned_data["is_head"], version=version,
    ))  # fmt: skip


@keepers
@both
def end_recognition(request: Request, pk: int, one: int) -> HttpResponse:
    """A level ends."""
    row = _kept(request, pk)
    found = row.recognitions.select_related("cluster").filter(pk=one).first()
    if found is None:
        raise Http404(one)
    form = EndForm(request.POST or None)
    return _act(request, form, row, _("登记认定终止"), lambda version: register.end_recognition(
        found, request.actor, form.cleaned_data["on"], form.cleaned_data["reason"], version=version,
    ), f"{found.get_level_display()} {found.document}")  # fmt: skip


@keepers
@both
def end_membership(request: Request, pk: int, one: int) -> HttpResponse:
    """A member leaves, or is head no more."""
    row = _kept(request, pk)
    found = row.memberships.select_related("cluster", "enterprise").filter(pk=one).first()
    if found is None:
        raise Http404(one)
    form = EndForm(request.POST or None)
    return _act(request, form, row, _("登记成员退出"), lambda version: register.end_membership(
        found, request.actor, form.cleaned_data["on"], form.cleaned_data["reason"], version=version,
    ), found.enterprise.name)  # fmt: skip


@keepers
@both
def correct_recognition(request: Request, pk: int, one: int) -> HttpResponse:
    """Put right what was entered of a recognition."""
    row = _kept(request, pk)
    found = row.recognitions.select_related("cluster").filter(pk=one).first()
    return _correct(
        request, row, found, RecognitionCorrection, _("更正认定"), register.correct_recognition
    )  # fmt: skip


@keepers
@both
def correct_membership(request: Request, pk: int, one: int) -> HttpResponse:
    """Put right what was entered of a member."""
    row = _kept(request, pk)
    found = row.memberships.select_related("cluster", "enterprise").filter(pk=one).first()
    return _correct(request, row, found, MembershipCorrection, _("更正成员"), register.correct_membership)


def _correct(
    request: Request, row: Cluster, found: Any, asks: type[Reasoned], title: str, verb: Callable[..., None]
) -> HttpResponse:
    if found is None:
        raise Http404(row.pk)
    form = asks(request.POST or None, initial={name: getattr(found, name, "") for name in asks.base_fields})
    return _act(request, form, row, title, lambda version: verb(
        found, request.actor, form.columns(), form.cleaned_data["reason"], version=version), str(found))  # fmt: skip


@keepers
@both
def move(request: Request, pk: int, verb: str) -> HttpResponse:
    """Strike a cluster from the register, or restore it, with the reason."""
    row = _kept(request, pk)
    form = ReasonForm(request.POST or None)
    title = {"strike": _("撤销集群"), "restore": _("恢复集群")}[verb]
    return _act(request, form, row, title, lambda version: perform.perform(
        row, verb, request.actor, note=form.cleaned_data["reason"], version=version))  # fmt: skip


def _kept(request: Request, pk: int) -> Cluster:
    """A cluster that the person keeps; one that is only read is answered like one that is not there."""
    row = selectors.one(selectors.visible_to(request.actor), pk)
    if not may_keep(request.actor, *row.places()):
        raise Http404(pk)
    return row


def _act(request: Request, form: Any, row: Cluster, title: str, act: Any, about: str = "") -> HttpResponse:
    """The form, or its verb done and back to the cluster."""
    if form.is_bound and form.is_valid():
        version = pages.seen_version(request)
        if pages.attempted(form, lambda: act(version)):
            return pages.done(request, tables.address(row), _("已保存。"))
    return _form(request, form, row, title, about)


def _form(request: Request, form: Any, row: Cluster | None, title: str, about: str = "") -> HttpResponse:
    home = reverse("clusters:list")
    crumbs = [(_("产业集群"), home)] + ([(row.name, tables.address(row))] if row else [])
    context = {
        "title": title, "crumbs": [*crumbs, (title, "")], "version": row.version if row else None,
        "back": tables.address(row) if row else home, "about": about or (row.name if row else ""),
    }  # fmt: skip
    return pages.render_form(request, "registers/form.html", context, form)


def _places(request: Request) -> list[tuple[str, str]]:
    """The province or city for which the person keeps the register, and the places within."""
    stems = territory(request.actor, Right.KEEP_REGISTERS)
    whole = {one.ljust(6, "0") for one in stems}
    found = AreaCode.objects.filter(Q(code__in=whole) | Q(parent_code__in=whole)).order_by("code")
    return list(found.values_list("code", "name"))
