"""The public site: notices without a login, objections with a real name, and how they stand."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from subsidy.accounts.access import public
from subsidy.accounts.actor import Actor
from subsidy.notices import objections, paper, selectors, tables
from subsidy.notices.forms import LookupForm, ObjectionForm
from subsidy.notices.models import Notice
from subsidy.pages import go, render_form
from subsidy.papers import sheets
from subsidy.papers.columns import prepare
from subsidy.papers.serve import serve_made, serve_paper
from workflow.once import once
from workflow.perform import Refused


@require_GET
@public
def notice_list(request: HttpRequest) -> HttpResponse:
    """Notices that run, then those that ended."""
    empty = _("当前没有正在公示的项目。")
    table = prepare(tables.PUBLIC_NOTICES, selectors.published(), caption=_("公示公告"), name="notices", empty=empty)
    return render(request, "notices/public_list.html", {"table": table})


@require_GET
@public
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice as published."""
    shown = _published(pk)
    context = {
        "notice": shown, "content": shown.content, "table": tables.rows_table(shown.content),
        "open": selectors.takes_objections(shown),
    }  # fmt: skip
    return render(request, "notices/public.html", context)


@require_GET
@public
def notice_sheet(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The list of a notice as a workbook, as published."""
    shown = _published(pk)
    rows = tables.rows_of(shown.content)
    notes = [shown.content["counted"], _("内容摘要 %(digest)s") % {"digest": shown.digest}]
    return serve_made(sheets.write(shown.title, tables.ROWS, rows, notes=notes), f"{shown.title}.xlsx", "xlsx")


@require_GET
@public
def notice_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A notice as an official paper, with the code by which anybody can check it."""
    return serve_paper(paper.paper(_published(pk)))


def _published(pk: int) -> Notice:
    return get_object_or_404(selectors.published(), pk=pk)


@require_http_methods(["GET", "POST"])
@public
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """File an objection while the period runs; afterwards the page says so."""
    shown = _published(pk)
    if not selectors.takes_objections(shown):
        return render(
            request, "notices/too_late.html", {"notice": shown}, status=200 if request.method == "GET" else 422
        )
    form = ObjectionForm(request.POST or None, notice=shown)
    if request.POST and form.is_valid():
        try:
            return go(
                request, once(request.POST.get("once", ""), Actor(None, ""), lambda: _filed(request, shown, form))
            )
        except Refused as refused:
            form.add_error(None, str(refused))
    return render_form(request, "notices/object.html", {"notice": shown}, form)


def _filed(request: HttpRequest, shown: Notice, form: ObjectionForm) -> str:
    objection, code = objections.file_objection(shown, form.rows(), form.values())
    request.session["objection"] = {"number": objection.number, "code": code}
    return reverse("notices:receipt")


@require_GET
@public
def receipt(request: HttpRequest) -> HttpResponse:
    """The slip of the objection just filed: number and query code, no identity."""
    return render(request, "notices/receipt.html", {"slip": request.session.get("objection")})


@require_http_methods(["GET", "POST"])
@public
def lookup(request: HttpRequest) -> HttpResponse:
    """How an objection stands, by number and code."""
    form = LookupForm(request.POST or None)
    found = None
    if request.POST and form.is_valid():
        found = objections.find(form.cleaned_data["number"], form.cleaned_data["code"])
        if found is None:
            form.add_error("code", _("受理编号或查询码不正确，请核对回执"))
    return render_form(request, "notices/lookup.html", {"found": found}, form)
