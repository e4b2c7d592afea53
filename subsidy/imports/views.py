"""Import a list: template, upload, preview, confirm, wrong rows. The same pages for every kind."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subsidy import pages
from subsidy.accounts.access import asks_itself_for, needs, refuse_without
from subsidy.accounts.request import Request
from subsidy.imports import blank, kinds, selectors
from subsidy.imports.forms import UploadForm
from subsidy.imports.kinds import Kind
from subsidy.imports.tables import IMPORTS, PROBLEMS
from subsidy.imports.take import SHOWN_PROBLEMS, confirm, progress, take_in
from subsidy.papers.columns import prepare
from subsidy.papers.serve import serve, serve_made
from workflow.once import once
from workflow.perform import Refused

RIGHTS = sorted({kind.right for kind in kinds.known()})
LATEST = 10


@asks_itself_for(*RIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: Request, kind: str) -> HttpResponse:
    """Upload a workbook of one kind, and the latest that my agency uploaded."""
    found = _kind(request, kind)
    form = UploadForm(request.POST or None, request.FILES or None)
    latest = selectors.visible_to(request.actor).filter(kind=kind).select_related("asked_by")[:LATEST]
    table = prepare(IMPORTS, latest, caption=_("最近的导入"), name="imports", empty=_("还没有导入过。请先下载模板。"))
    context = {"kind": found, "table": table}
    if request.method != "POST" or not form.is_valid():
        return pages.render_form(request, "imports/start.html", context, form)

    def act() -> str:
        return reverse("imports:one", args=[take_in(found, form.cleaned_data["file"], request.actor).pk])

    try:
        address = once(request.POST.get("once", ""), request.actor, act)
    except ValidationError as problem:
        form.add_error("file", problem)
        return pages.render_form(request, "imports/start.html", context, form)
    return pages.done(request, address)


@asks_itself_for(*RIGHTS)
@require_safe
def template(request: Request, kind: str) -> HttpResponse:
    """The empty workbook of one kind."""
    found = _kind(request, kind)
    return serve_made(blank.template(found, request.actor), f"{found.label}_{_('导入模板')}.xlsx", "xlsx")


@needs(*RIGHTS)
@require_safe
def one(request: Request, pk: int) -> HttpResponse:
    """What was found in one workbook; while a job is at it, how far it is (asked for again by the page itself)."""
    row = selectors.one(request.actor, pk)
    kind = kinds.find(row.kind)
    caption = _("需要修改的内容")
    if len(row.problems) >= SHOWN_PROBLEMS:
        caption = _("需要修改的内容（前 %(n)s 处，全部见下载的文件）") % {"n": SHOWN_PROBLEMS}
    context = {
        "row": row, "kind": kind, "problems": prepare(PROBLEMS, row.problems, caption=caption, name="problems"),
        "progress": progress(row) if row.is_waiting and row.confirmed_at else None,
        "failed": row.is_waiting and selectors.has_failed(row),
    }  # fmt: skip
    if pages.is_htmx(request):
        return pages.fragment(request, "imports/one.html", "found", context)
    return render(request, "imports/one.html", context)


@needs(*RIGHTS)
@require_POST
def accept(request: Request, pk: int) -> HttpResponse:
    """Import the good lines."""
    row = selectors.one(request.actor, pk)
    try:
        confirm(row, request.actor)
    except Refused as refusal:
        return pages.error(request, 409, str(refusal))
    return pages.done(request, reverse("imports:one", args=[pk]))


@needs(*RIGHTS)
@require_safe
def wrong_rows(request: Request, pk: int) -> HttpResponseBase:
    """The rows that have to be mended, each with its reasons."""
    row = selectors.one(request.actor, pk)
    if not row.wrong_rows:
        raise Http404(pk)
    return serve(row.wrong_rows, _("需修改的行_%(file)s") % {"file": row.file}, "xlsx")


def _kind(request: Request, key: str) -> Kind:
    """The kind of the address, if it is the person's to import; the right of another kind is no right for it."""
    try:
        kind = kinds.find(key)
    except KeyError:
        refuse_without(request, *RIGHTS)
        raise Http404(key) from None
    refuse_without(request, kind.right)
    return kind
