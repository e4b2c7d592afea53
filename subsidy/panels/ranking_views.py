"""Pages from the ranking to the fixed list."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.pages import attempt, done, fragment, is_htmx, render_form, seen_version
from subsidy.panels import rank, ranking, scorecard, selectors, tables
from subsidy.panels.forms import CountForm, CutForm, DeliberationForm, MoveForm, TieForm
from subsidy.panels.models import Panel, PanelCase, Scoresheet
from subsidy.papers import sheets
from subsidy.papers.columns import prepare
from workflow.perform import Refused, allowed

either = require_http_methods(["GET", "POST"])
ranker = needs(Right.RANK)
ENDED = (Panel.State.RANKED, Panel.State.FIXED)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@ranker
def ranking_page(request: Request, panel_id: int) -> HttpResponse:
    """The ranking, and with ?by=&value= what another line would take."""
    panel = _ended(request, panel_id)
    cases = ranking.ordered(panel)
    form = CutForm(request.GET if "by" in request.GET else None, initial=_line_of(panel))
    context = {"strip": _strip(panel, cases, form), "panel": panel, "form": form, "has_errors": bool(form.errors)}
    if is_htmx(request):
        return fragment(request, "panels/ranking.html", "strip", context)
    return render(request, "panels/ranking.html", context | _list_context(request, panel, cases))


@require_POST
@ranker
def cut(request: Request, panel_id: int) -> HttpResponse:
    """Draw the line."""
    panel = _ended(request, panel_id)
    form = CutForm(request.POST)
    if form.is_valid():
        given = {"by": form.cleaned_data["by"], "value": form.cleaned_data["number"], "version": seen_version(request)}
        if attempt(form, lambda: rank.cut(panel, request.actor, **given)):
            return done(request, reverse("panels:ranking", args=[panel.pk]), _("已按入选线生成名单。"))
    cases = ranking.ordered(panel)
    context = {"strip": _strip(panel, cases, form), "panel": panel} | _list_context(request, panel, cases)
    return render_form(request, "panels/ranking.html", context, form)


@either
@ranker
def move(request: Request, panel_id: int, code: str) -> HttpResponse:
    """Put a case on another place, with a reason."""
    panel = _ended(request, panel_id)
    one = panel.cases.filter(code=code).select_related("case__enterprise").first()
    if one is None:
        raise Http404(code)
    form = MoveForm(request.POST or None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data | {"code": code, "version": seen_version(request)}
        if attempt(form, lambda: rank.move(panel, request.actor, **given)):
            return done(request, reverse("panels:ranking", args=[panel.pk]), _("名次已调整。"))
    facts = [
        (_("案件"), f"{one.case.number}　{one.case.enterprise.name}"), (_("现名次"), one.rank),
        (_("原名次"), one.computed_rank), (_("均分"), one.mean),
    ]  # fmt: skip
    context = {
        "panel": panel,
        "label": _("调整名次"),
        "facts": facts,
        "back": reverse("panels:ranking", args=[panel.pk]),
    }
    context["consequence"] = _("调整后保留原名次，理由随名单一并公开给审议机构。")
    return render_form(request, "panels/confirm.html", context, form)


@either
@ranker
def tie(request: Request, panel_id: int) -> HttpResponse:
    """Put the cases that stand equal at the line in order, with a reason."""
    panel = _ended(request, panel_id)
    ties = ranking.open_ties(ranking.ordered(panel)) if panel.cut else []
    if not ties:
        raise Refused(_("入选线上没有同分案件。"))
    form = TieForm(request.POST or None, cases=ties)
    if form.is_bound and form.is_valid():
        given = {"order": form.order(), "reason": form.cleaned_data["reason"], "version": seen_version(request)}
        if attempt(form, lambda: rank.resolve_tie(panel, request.actor, **given)):
            return done(request, reverse("panels:ranking", args=[panel.pk]), _("同分案件已排序。"))
    facts = [(_("同分案件"), len(ties)), (_("均分"), ties[0].mean), (_("名次"), ranking.places(ties))]
    consequence = _("请为每个案件填写先后（1 为最先），并说明所依据的规则。")
    context = {"panel": panel, "label": _("确定同分排序"), "facts": facts, "consequence": consequence}
    context["back"] = reverse("panels:ranking", args=[panel.pk])
    return render_form(request, "panels/confirm.html", context, form)


@either
@ranker
def deliberate(request: Request, panel_id: int) -> HttpResponse:
    """Record the meeting that saw the list."""
    panel = _ended(request, panel_id)
    form = DeliberationForm(request.POST or None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data | {"version": seen_version(request)}
        if attempt(form, lambda: rank.record_deliberation(panel, request.actor, **given)):
            return done(request, reverse("panels:ranking", args=[panel.pk]), _("审议意见已登记。"))
    facts = _totals(panel, ranking.ordered(panel))
    context = {
        "panel": panel,
        "label": _("登记审议意见"),
        "facts": facts,
        "back": reverse("panels:ranking", args=[panel.pk]),
    }
    context["consequence"] = ranking.why_not_deliberated(panel) or _("登记后名单如有变动，须重新审议并登记。")
    return render_form(request, "panels/confirm.html", context, form)


@either
@ranker
def fix(request: Request, panel_id: int) -> HttpResponse:
    """Confirm the list by typing how many it takes."""
    panel = _ended(request, panel_id)
    cases = ranking.ordered(panel)
    expected = sum(1 for one in cases if one.selected)
    form = CountForm(request.POST or None, expected=expected)
    if (
        form.is_bound
        and form.is_valid()
        and attempt(form, lambda: rank.fix(panel, request.actor, version=seen_version(request)))
    ):
        return done(request, reverse("panels:ranking", args=[panel.pk]), _("评审结果已确定。"))
    context = {"panel": panel, "label": _("确定结果"), "facts": _totals(panel, cases)}
    context["consequence"] = ranking.why_not_fixed(panel) or _(
        "确定后不能撤回：列入的案件进入拟支持名单，未列入的案件转为不予支持。"
    )
    context["back"] = reverse("panels:ranking", args=[panel.pk])
    return render_form(request, "panels/confirm.html", context, form)


@require_POST
@ranker
def late(request: Request, panel_id: int) -> HttpResponse:
    """Shortlist the cases of a fixed list whose hold has been released."""
    panel = _ended(request, panel_id)
    count = rank.shortlist_released(panel, request.actor)
    return done(request, reverse("panels:panel", args=[panel.pk]), _("已将 %(n)s 件列入拟支持。") % {"n": count})


@require_GET
@ranker
def result_sheet(request: Request, panel_id: int) -> HttpResponse:
    """The ranking as a workbook: codes of experts, never names."""
    panel = _ended(request, panel_id)
    rows, letters = _rows(panel, ranking.ordered(panel))
    notes = [panel.title, method(panel), _("评分标准来源：%(source)s") % {"source": panel.scorecard["source"]}]
    content = sheets.write(_("评审结果表"), tables.results(letters), rows, notes=notes)
    headers = {"Content-Disposition": f'attachment; filename="panel-{panel.pk}-results.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def method(panel: Panel) -> str:
    """How the mean was worked out, in a sentence."""
    if not panel.drop_from:
        return _("均分为有效评分的算术平均，保留两位小数。")
    return _("有效评分不少于 %(n)s 份的，去掉一个最高分和一个最低分后取算术平均；其余取算术平均，保留两位小数。") % {
        "n": panel.drop_from
    }


def _ended(request: Request, panel_id: int) -> Panel:
    """A panel of one's own whose scoring has ended; nobody sees a part of the ranking before."""
    panel = selectors.one(request.actor, panel_id)
    if panel.state not in ENDED:
        raise Refused(_("本批次现为“%(state)s”，排序在评分结束后显示。") % {"state": panel.get_state_display()})
    return panel


def _line_of(panel: Panel) -> dict[str, Any]:
    if panel.cut_value is None:
        return {"by": Panel.Cut.RANK, "value": ""}
    written = f"{panel.cut_value:,.2f}" if panel.cut == Panel.Cut.MONEY else scorecard.written(panel.cut_value)
    return {"by": panel.cut, "value": written}


def _strip(panel: Panel, cases: list[PanelCase], form: CutForm) -> dict[str, Any]:
    """What the line in force, or the one that is tried, takes: count, ceilings, and money left or lacking."""
    taken: dict[str, bool | None] = {one.code: one.selected for one in cases}
    by, value = panel.cut, panel.cut_value
    if form.is_bound and form.is_valid() and "number" in form.cleaned_data:
        by, value = form.cleaned_data["by"], form.cleaned_data["number"]
        try:
            taken = ranking.line(panel, cases, by, value).taken
        except ValueError as problem:
            form.add_error("value", str(problem))
    total = ranking.total_cap(cases, taken)
    left = value - total if by == Panel.Cut.MONEY and value is not None else None
    return {
        "drawn": bool(by),
        "count": sum(1 for one in taken.values() if one),
        "total": total,
        "quota": None if left is None else value,
        "left": left,
        "over": -left if left is not None and left < 0 else Decimal(0),
        "tied": [code for code, one in taken.items() if one is None] if by else [],
    }


def _totals(panel: Panel, cases: list[PanelCase]) -> list[tuple[str, Any]]:
    taken: dict[str, bool | None] = {one.code: one.selected for one in cases}
    count = sum(1 for one in cases if one.selected)
    total = _("%(n)s 元") % {"n": f"{ranking.total_cap(cases, taken):,.2f}"}
    return [
        (_("评审批次"), panel.title),
        (_("参评案件"), len(cases)),
        (_("拟支持"), count),
        (_("不列入"), len(cases) - count),
        (_("拟支持案件政策上限合计"), total),
    ]


def _list_context(request: Request, panel: Panel, cases: list[PanelCase]) -> dict[str, Any]:
    editable = panel.state == Panel.State.RANKED
    rows, letters = _rows(panel, cases)
    columns = tables.ranking(letters, moved=any(row.moved for row in rows), editable=editable)
    table = prepare(columns, rows, caption=_("评审排序"), name="ranking")
    return {
        "table": table, "method": method(panel), "card": scorecard.read(panel.scorecard), "editable": editable,
        "deliberations": list(panel.deliberations.select_related("recorded_by").order_by("-pk")),
        "lacking": ranking.why_not_fixed(panel) if editable else "", "moves": allowed(panel, request.actor),
        "state": tables.state_tag(panel),
    }  # fmt: skip


def _rows(panel: Panel, cases: list[PanelCase]) -> tuple[list[tables.Ranked], list[str]]:
    given = selectors.totals_of(panel)
    wide = scorecard.read(panel.scorecard).spread
    letters = sorted({x for rows in given.values() for x, _sheet in rows}, key=lambda x: (len(x), x))
    return [_ranked(one, given[one.pk], wide, drawn=bool(panel.cut)) for one in cases], letters


def _ranked(one: PanelCase, given: list[tuple[str, Scoresheet]], wide: Decimal, *, drawn: bool) -> tables.Ranked:
    points = {letter: sheet.total for letter, sheet in given if sheet.total is not None}
    return tables.Ranked(one, points, one.spread is not None and one.spread > wide, _moved(one), drawn)


def _moved(one: PanelCase) -> str:
    if not one.rank_reason:
        return ""
    if one.rank == one.computed_rank:
        return _("第 %(rank)s 名：%(why)s") % {"rank": one.rank, "why": one.rank_reason}
    return _("原第 %(before)s 名，调整至第 %(rank)s 名：%(why)s") % {
        "before": one.computed_rank, "rank": one.rank, "why": one.rank_reason,
    }  # fmt: skip
