"""Pages of bars: list, one bar with its history, imposing and lifting; and what an applicant sees of its own."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts.access import needs
from subsidy.accounts.models import Agency
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.enterprises.credit import bars, measures, selectors, tables
from subsidy.enterprises.credit.forms import BarForm, LiftForm
from subsidy.enterprises.credit.history import entries
from subsidy.enterprises.credit.models import Bar, CreditList
from subsidy.enterprises.credit.selectors import BarFilters
from subsidy.enterprises.credit.snapshot import newest_checks
from subsidy.enterprises.credit.views import serve_document, sheet_of
from subsidy.enterprises.models import Enterprise
from subsidy.pages import done, outcome, pager_of, render_form, seen_version
from subsidy.papers.columns import prepare
from subsidy.reference import formats
from workflow import clock
from workflow.once import once
from workflow.perform import allowed

readers = needs(Right.READ_CREDIT)
PAGE = 50


@readers
@require_safe
def listing(request: Request) -> HttpResponse:
    """Bars, those that began last first, with filters."""
    filters = BarFilters.read(request.GET)
    page = Paginator(_ordered(request, filters), PAGE).get_page(request.GET.get("page"))
    empty = _("没有符合条件的禁止申报记录。") if filters.active else _("没有禁止申报记录。")
    context = {
        "filters": filters, "pager": pager_of(request, page), "bars": request.actor.has(Right.BAR),
        "table": prepare(tables.BARS, page, caption=_("禁止申报"), name="bars", empty=empty),
        "scopes": [*measures.titles().items(), ("all", _("全部政策"))], "nows": _nows(),
    }  # fmt: skip
    return render(request, "credit/bars.html", context)


@readers
@require_safe
def sheet(request: Request) -> HttpResponse:
    """The filtered list as a workbook."""
    return sheet_of(
        request, _("禁止申报"), tables.BARS_SHEET, _ordered(request, BarFilters.read(request.GET)), []
    )  # fmt: skip


def _ordered(request: Request, filters: BarFilters) -> QuerySet[Bar]:
    return filters.apply(selectors.bars(request.actor)).order_by("-valid_from", "-pk")


def _nows() -> list[tuple[str, str]]:
    return [("in_force", _("执行中")), ("coming", _("尚未开始")), ("over", _("已期满")), ("lifted", _("已解除"))]


@readers
@require_safe
def one_bar(request: Request, pk: int) -> HttpResponse:
    """One bar with all its parts and its history."""
    bar = selectors.one_bar(request.actor, pk)
    context = {
        "bar": bar, "tag": tables.bar_tag(bar), "facts": facts(bar), "entries": entries(bar),
        "moves": allowed(bar, request.actor),
    }  # fmt: skip
    return render(request, "credit/bar.html", context)


def facts(bar: Bar) -> list[tuple[str, str]]:
    """A bar as label and text."""
    given = [
        (_("企业"), f"{bar.enterprise.name}（{bar.enterprise.credit_code}）"),
        (_("适用范围"), measures.title(bar.measure)),
        (_("开始日期"), formats.day(bar.valid_from)), (_("期限"), bars.until(bar)),
        (_("事由类别"), bar.get_ground_display()), (_("理由"), bar.reason), (_("依据条款"), bar.source),
        (_("处理决定文号"), bar.decision), (_("作出单位"), bar.agency.name if bar.agency else ""),
        (_("救济途径"), bar.appeal), (_("解除日期"), formats.day(bar.lifted_on) if bar.lifted_on else ""),
        (_("解除理由"), bar.lift_reason),
    ]  # fmt: skip
    return [(label, text) for label, text in given if text]


@require_http_methods(["GET", "POST"])
@needs(Right.BAR)
def impose(request: Request) -> HttpResponse:
    """Bar an enterprise from filing."""
    mine = bars.scopes(request.actor.agencies_with(Right.BAR))
    if not mine:
        raise PermissionDenied(_("本单位没有负责的政策，不能登记禁止申报。如需协助请联系系统管理员。"))
    form = BarForm(
        request.POST or None, request.FILES or None,
        initial={"code": request.GET.get("code", ""), "valid_from": clock.today()},
        measures={key: title for key, title in measures.titles().items() if key in mine}, everywhere="" in mine,
        firms=selectors.enterprises(request.actor),
    )  # fmt: skip
    if request.POST and form.is_valid():

        def act() -> str:
            given = form.values()
            agency = Agency.objects.get(pk=mine[given["measure"]])
            made = bars.impose(request.actor, agency, form.enterprise, **given)
            return reverse("credit:bar", args=[made.pk])

        address = outcome(form, lambda: once(request.POST.get("once", ""), request.actor, act))
        if address is not None:
            return done(request, address, _("禁止申报已登记，企业和经办人员将收到通知。"))
    return render_form(request, "credit/form.html", _form_page(_("登记禁止申报"), reverse("credit:bars")), form)


@require_http_methods(["GET", "POST"])
@needs(Right.BAR)
def lift(request: Request, pk: int) -> HttpResponse:
    """Lift a bar before its time."""
    bar = selectors.one_bar(request.actor, pk)
    address = reverse("credit:bar", args=[bar.pk])
    if bar.agency_id not in request.actor.agencies_with(Right.BAR):
        raise Http404(pk)
    form = LiftForm(request.POST or None, request.FILES or None)
    if request.POST and form.is_valid():
        reason = form.cleaned_data["reason"]
        made = outcome(
            form,
            lambda: bars.lift(bar, request.actor, reason=reason, document=form.document, version=seen_version(request)),
        )
        if made is not None:
            return done(request, address, _("禁止申报已解除。被暂缓的案件须由经办人员作出结论。"))
    context = _form_page(_("解除禁止申报"), address) | {"version": bar.version, "about": str(bar.enterprise)}
    return render_form(request, "credit/form.html", context, form)


@needs(Right.READ_CREDIT, Right.FILE)
@require_safe
def document(request: Request, pk: int) -> HttpResponseBase:
    """The decision of a bar; `?which=lift`: the document by which it was lifted."""
    bar = selectors.one_bar(request.actor, pk)
    if request.GET.get("which") == "lift":
        return serve_document(bar.lift_evidence, bar.lift_evidence_name)
    return serve_document(bar.evidence, bar.evidence_name)


@needs(Right.FILE)
@require_safe
def own(request: Request) -> HttpResponse:
    """What is on record about one's own enterprises: bars with the way to appeal, and the lists' last word."""
    firms = list(Enterprise.objects.filter(pk__in=request.actor.enterprises).order_by("name_key", "pk"))
    names = dict(CreditList.objects.filter(measure="").values_list("code", "name"))
    newest = newest_checks([firm.pk for firm in firms], names)
    context = {
        "bars": [(bar, tables.bar_tag(bar), facts(bar)) for bar in selectors.own_bars(request.actor)],
        "firms": [(firm, [(name, newest.get((firm.pk, code))) for code, name in names.items()]) for firm in firms],
    }  # fmt: skip
    return render(request, "credit/own.html", context)


def _form_page(title: str, back: str) -> dict[str, object]:
    crumbs = [
        (_("工作台"), reverse("desk:home")), (_("信用与禁止申报"), reverse("credit:lists")),
        (_("禁止申报"), reverse("credit:bars")), (title, ""),
    ]  # fmt: skip
    return {"title": title, "crumbs": crumbs, "back": back, "template": False, "version": None, "about": ""}
