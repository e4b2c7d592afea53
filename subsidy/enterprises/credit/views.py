"""Pages of credit lists: what there is, one snapshot, a look-up, and an enterprise's credit history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subsidy.accounts import access_log
from subsidy.accounts.access import needs
from subsidy.accounts.models import Agency
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.enterprises.credit import imports, measures, selectors, tables, workbook
from subsidy.enterprises.credit.changes import news_of
from subsidy.enterprises.credit.forms import ImportForm, ListForm, LookUpForm
from subsidy.enterprises.credit.models import ListImport
from subsidy.enterprises.credit.snapshot import newest_checks
from subsidy.enterprises.succession import answers_for
from subsidy.pages import done, outcome, pager_of, render_form, seen_version
from subsidy.papers import files, sheets
from subsidy.papers.columns import Column, prepare
from subsidy.papers.serve import serve, serve_made
from subsidy.reference import formats
from workflow import clock
from workflow.once import once
from workflow.perform import allowed

readers = needs(Right.READ_CREDIT)
PAGE = 50
SHEET_LIMIT = 20_000


@readers
@require_safe
def listing(request: Request) -> HttpResponse:
    """The lists with their newest snapshots, the enterprises that stand on one, and every import."""
    actor = request.actor
    lists = selectors.lists(actor).annotate(
        newest_as_of=Max("imports__as_of", filter=_counts), snapshots=Count("imports", filter=_counts)
    )
    names = {one.code: one.name for one in lists}
    page = Paginator(selectors.imports(actor).order_by("-made_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    listed = list(selectors.listed_now(actor, names)[: PAGE + 1])
    context = {
        "lists": prepare(tables.LISTS, lists, caption=_("信用名单"), name="lists"),
        "listed": prepare(
            tables.listed_columns(names), listed[:PAGE], caption=_("列入名单的企业"), name="listed",
            empty=_("本地区没有列入名单的企业。"),
        ),
        "more": len(listed) > PAGE,
        "imports": prepare(
            tables.IMPORTS, page, caption=_("名单快照"), name="imports", empty=_("还没有导入名单，请先导入或登记查询。")
        ),
        "pager": pager_of(request, page), "keeps": actor.has(Right.KEEP_LISTS),
        "looks_up": actor.has(Right.LOOK_UP_CREDIT),
    }  # fmt: skip
    return render(request, "credit/lists.html", context)


_counts = Q(imports__state=ListImport.State.RECORDED, imports__coverage=ListImport.Coverage.WHOLE)


@require_http_methods(["GET", "POST"])
@needs(Right.KEEP_LISTS)
def list_new(request: Request) -> HttpResponse:
    """A list of a measure's own."""
    agency = _agency(request, Right.KEEP_LISTS)
    mine = request.actor.measures_with(Right.KEEP_LISTS)
    form = ListForm(
        request.POST or None, measures={key: title for key, title in measures.titles().items() if key in mine}
    )
    if request.POST and form.is_valid():
        made = outcome(form, lambda: imports.keep_list(request.actor, agency, **form.cleaned_data))
        if made is not None:
            return done(request, reverse("credit:lists"), _("名单已建立，可以导入或登记查询。"))
    return render_form(request, "credit/form.html", _form_page(_("新建名单")), form)


@require_http_methods(["GET", "POST"])
@needs(Right.KEEP_LISTS)
def import_new(request: Request) -> HttpResponse:
    """Bring in a whole list; the next page shows what it would change."""
    agency = _agency(request, Right.KEEP_LISTS)
    form = ImportForm(request.POST or None, request.FILES or None, lists=selectors.lists(request.actor))
    if request.POST and form.is_valid():

        def act() -> str:
            made = imports.bring_in(request.actor, agency, **form.values())
            return reverse("credit:import", args=[made.pk])

        address = outcome(form, lambda: once(request.POST.get("once", ""), request.actor, act))
        if address is not None:
            return done(request, address, _("名单已上传，请核对后确认入库。"))
    context = _form_page(_("导入名单")) | {"template": True}
    return render_form(request, "credit/form.html", context, form)


@require_safe
@needs(Right.KEEP_LISTS)
def template(request: Request) -> HttpResponse:
    """An empty workbook with the headings."""
    return serve_made(workbook.template(), _("信用名单模板.xlsx"), "xlsx")


@readers
@require_safe
def one_import(request: Request, pk: int) -> HttpResponse:
    """One snapshot: where it comes from, what it changes, what was left out, what only its name hints at."""
    row = selectors.one_import(request.actor, pk)
    page = Paginator(row.entries.order_by("position"), PAGE).get_page(request.GET.get("page"))
    news = news_of(row, selectors.enterprises(request.actor)) if row.read_at else []
    hints = selectors.hints(row, request.actor)
    caption = _("本次变化") if row.state == ListImport.State.RECORDED else _("入库后的变化")
    context = {
        "row": row, "tag": tables.import_tag(row), "moves": allowed(row, request.actor), "facts": _facts(row),
        "news": prepare(tables.CHANGES, news[:PAGE], caption=caption, name="news", empty=_("本地区企业没有变化。")),
        "news_count": len(news), "shown": min(len(news), PAGE),
        "faults": prepare(tables.FAULTS, row.faults[:PAGE], caption=_("未收入的行"), name="faults"),
        "hints": prepare(
            tables.HINTS, hints[:PAGE], caption=_("名称相同、没有代码的记录"), name="hints"
        ),
        "entries": prepare(tables.ENTRIES, page, caption=_("名单内容"), name="entries", empty=_("没有内容。")),
        "pager": pager_of(request, page),
    }  # fmt: skip
    return render(request, "credit/import.html", context)


@require_POST
@needs(Right.LOOK_UP_CREDIT)
def record(request: Request, pk: int) -> HttpResponse:
    """Make a snapshot count."""
    row = selectors.one_import(request.actor, pk)
    row = imports.record(row, request.actor, version=seen_version(request))
    return done(request, reverse("credit:import", args=[row.pk]), _("名单已入库，相关案件已暂缓并通知经办人员。"))


@require_POST
@needs(Right.LOOK_UP_CREDIT)
def discard(request: Request, pk: int) -> HttpResponse:
    """Give a snapshot up before it counts."""
    row = selectors.one_import(request.actor, pk)
    imports.discard(row, request.actor, version=seen_version(request))
    return done(request, reverse("credit:lists"), _("已放弃导入，文件仍留存。"))


@readers
@require_safe
def import_sheet(request: Request, pk: int) -> HttpResponse:
    """The content of a snapshot as a workbook."""
    row = selectors.one_import(request.actor, pk)
    notes = [f"{label}：{value}" for label, value in _facts(row)]
    return sheet_of(
        request, f"{row.credit_list.name} {row.number}", tables.ENTRIES, row.entries.order_by("position"), notes
    )


@readers
@require_safe
def import_document(request: Request, pk: int) -> HttpResponseBase:
    """The document a snapshot rests on."""
    row = selectors.one_import(request.actor, pk)
    return serve_document(row.evidence, row.evidence_name)


@require_http_methods(["GET", "POST"])
@needs(Right.LOOK_UP_CREDIT)
def look_up(request: Request) -> HttpResponse:
    """Enter what a list says about one enterprise; recorded at once."""
    agency = _agency(request, Right.LOOK_UP_CREDIT)
    initial = {
        "code": request.GET.get("code", ""), "credit_list": request.GET.get("list", ""), "as_of": clock.today(),
    }  # fmt: skip
    form = LookUpForm(
        request.POST or None, request.FILES or None, initial=initial, lists=selectors.lists(request.actor),
        firms=selectors.enterprises(request.actor),
    )  # fmt: skip
    if request.POST and form.is_valid():

        def act() -> str:
            made = imports.look_up(request.actor, agency, **form.values())
            return reverse("credit:import", args=[made.pk])

        address = outcome(form, lambda: once(request.POST.get("once", ""), request.actor, act))
        if address is not None:
            return done(request, address, _("查询结果已登记。"))
    return render_form(request, "credit/form.html", _form_page(_("登记查询")), form)


@readers
@require_safe
def listed_sheet(request: Request) -> HttpResponse:
    """The enterprises that stand on a list now, as a workbook."""
    names = dict(selectors.lists(request.actor).values_list("code", "name"))
    rows = selectors.listed_now(request.actor, names)
    return sheet_of(request, _("列入名单的企业"), tables.listed_columns(names), rows, [])


@readers
@require_safe
def enterprise(request: Request, pk: int) -> HttpResponse:
    """An enterprise: what each list said last, every check, and its bars."""
    firm = get_object_or_404(selectors.enterprises(request.actor), pk=pk)
    names = dict(selectors.lists(request.actor).values_list("code", "name"))
    page = Paginator(selectors.checks(firm, names), PAGE).get_page(request.GET.get("page"))
    newest = newest_checks([pk], names)
    columns = tables.check_columns(names)
    own = selectors.bars(request.actor).filter(enterprise__in=answers_for([pk])[pk]).order_by("-valid_from", "-pk")
    context = {
        "firm": firm,
        "now": [(name, newest.get((pk, code))) for code, name in names.items()],
        "checks": prepare(columns, page, caption=_("核查记录"), name="checks", empty=_("还没有核查记录。")),
        "bars": prepare(tables.BARS, own, caption=_("禁止申报"), name="bars", empty=_("没有禁止申报记录。")),
        "pager": pager_of(request, page), "looks_up": request.actor.has(Right.LOOK_UP_CREDIT),
    }  # fmt: skip
    return render(request, "credit/enterprise.html", context)


@readers
@require_safe
def enterprise_sheet(request: Request, pk: int) -> HttpResponse:
    """The credit history of an enterprise as a workbook."""
    firm = get_object_or_404(selectors.enterprises(request.actor), pk=pk)
    names = dict(selectors.lists(request.actor).values_list("code", "name"))
    rows = selectors.checks(firm, names)
    notes = [f"{firm.name} {firm.credit_code}"]
    return sheet_of(request, _("信用核查记录"), tables.check_columns(names), rows, notes)


def serve_document(digest: str, name: str) -> HttpResponseBase:
    """A kept document under the name it came with; 404 when there is none."""
    kind = files.EXTENSIONS.get(Path(name).suffix.lower().lstrip("."))
    if not digest or kind is None:
        raise Http404
    return serve(digest, name, kind)


def _facts(row: ListImport) -> list[tuple[str, str]]:
    return [
        (_("名单"), row.credit_list.name), (_("范围"), row.get_coverage_display()), (_("来源"), row.source),
        (_("数据日期"), formats.day(row.as_of)), (_("行数"), formats.count(row.rows)),
        (_("登记单位"), row.agency.short_name), (_("经办人"), row.operator.name),
        (_("登记时间"), formats.minute(row.made_at)),
        (_("入库时间"), formats.minute(row.recorded_at)), (_("文件摘要"), row.evidence[:16]),
    ]  # fmt: skip


def sheet_of(request: Request, title: str, columns: tuple[Column, ...], rows: Any, notes: list[str]) -> HttpResponse:
    """Some rows as a workbook; noted as an export."""
    said = [*notes, _("数据截至：%(time)s") % {"time": formats.minute(clock.now())}]
    book = sheets.write(title, columns, rows[:SHEET_LIMIT], notes=said)
    access_log.write(request, access_log.EXPORTED, title)
    return serve_made(book, f"{title}_{clock.today():%Y%m%d}.xlsx", "xlsx")


def _form_page(title: str) -> dict[str, Any]:
    crumbs = [(_("工作台"), reverse("desk:home")), (_("信用与禁止申报"), reverse("credit:lists")), (title, "")]
    back = reverse("credit:lists")
    return {"title": title, "crumbs": crumbs, "back": back, "template": False, "version": None, "about": ""}


def _agency(request: Request, right: Right) -> Agency:
    agency = selectors.agency_with(request.actor, right)
    if agency is None:
        raise PermissionDenied
    return agency
