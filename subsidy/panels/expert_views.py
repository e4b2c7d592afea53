"""Pages of the expert: own panels, declaration, blind scoring, submission."""

from collections.abc import Mapping
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.pages import attempt, done, go, render_form
from subsidy.panels import blind, score, scorecard, selectors, tables
from subsidy.panels.forms import DeclarationForm, RecuseForm, SheetForm
from subsidy.panels.models import Assignment, Panel, PanelCase, Scoresheet
from subsidy.papers import files
from subsidy.papers.columns import prepare
from subsidy.reference import formats
from subsidy.reference.forms import PlainForm

either = require_http_methods(["GET", "POST"])
expert = needs(Right.SCORE)
SANDBOX = "sandbox; default-src 'none'"
INLINE = frozenset({"pdf", "jpg", "png"})


@require_GET
@expert
def mine(request: Request) -> HttpResponse:
    """The expert's panels."""
    seats = selectors.mine(request.actor)
    table = prepare(tables.MINE, seats, caption=_("我的评审"), name="mine", empty=_("您没有待评审的项目。"))
    return render(request, "expert/mine.html", {"table": table})


@either
@expert
def declare(request: Request, panel_id: int) -> HttpResponse:
    """The declaration that comes before everything."""
    seat = selectors.my_assignment(request.actor, panel_id)
    units = selectors.units_before(seat.panel)
    form = DeclarationForm(_marked(request), units=list(units))
    if form.is_bound and form.is_valid():
        related = _cases_of(units, form.related())
        if attempt(form, lambda: score.declare(seat, request.actor, related)):
            return done(request, reverse("panels:expert_panel", args=[panel_id]), _("声明已提交，可以开始评分。"))
    return render_form(request, "expert/declare.html", {"panel": seat.panel, "seat": seat}, form)


@require_GET
@expert
def panel(request: Request, panel_id: int) -> HttpResponse:
    """The expert's cases with own scores only; first of all the declaration."""
    seat = selectors.my_assignment(request.actor, panel_id)
    if seat.declared_at is None and seat.panel.state == Panel.State.SCORING:
        return go(request, reverse("panels:declare", args=[panel_id]))
    selectors.declared(seat)
    rows = _own(seat)
    table = prepare(tables.own_cases(), rows, caption=_("评审项目"), name="own", empty=_("您没有待评审的项目。"))
    complete = sum(1 for row in rows if row.sheet and row.sheet.total is not None)
    context = {"panel": seat.panel, "seat": seat, "table": table, "complete": complete, "count": len(rows)}
    return render(request, "expert/panel.html", context | {"scoring": _scoring(seat), "tag": tables.my_tag(seat)})


@either
@expert
def case(request: Request, panel_id: int, code: str) -> HttpResponse:
    """One case, blind, beside the scoring form; saving goes on to the next one that is not complete."""
    seat = selectors.my_assignment(request.actor, panel_id)
    one = selectors.my_case(seat, code)
    card = scorecard.read(seat.panel.scorecard)
    sheet = Scoresheet.objects.filter(assignment=seat, panel_case=one).first()
    form = SheetForm(request.POST or None, card=card, sheet=sheet)
    if form.is_bound:
        sheet = score.save_sheet(seat, request.actor, one, scores=form.typed("score"), comments=form.typed("comment"))
        if form.is_valid():
            return done(request, _next(seat, code), _("项目 %(code)s 已保存。") % {"code": code})
    context = {
        "panel": seat.panel, "one": one, "card": card, "sheet": sheet, "scoring": _scoring(seat),
        "sight": blind.sight(one, blind.newest(one)), "missing": card.missing(sheet.scores if sheet else {}),
        "places": selectors.neighbours(seat, code),
    }  # fmt: skip
    return render_form(request, "expert/case.html", context, form)


@require_POST
@expert
def save(request: Request, panel_id: int, code: str) -> HttpResponse:
    """Keep the draft as it is typed; answers with the time and the total."""
    seat = selectors.my_assignment(request.actor, panel_id)
    one = selectors.my_case(seat, code)
    card = scorecard.read(seat.panel.scorecard)
    form = SheetForm(request.POST, card=card, sheet=None)
    sheet = score.save_sheet(seat, request.actor, one, scores=form.typed("score"), comments=form.typed("comment"))
    at = formats.minute(sheet.saved_at)[-5:]
    if sheet.total is not None:
        text = _("已自动保存 %(at)s，总分 %(total)s") % {"at": at, "total": scorecard.written(sheet.total)}
    else:
        text = _("已自动保存 %(at)s，未打分 %(n)s 项") % {"at": at, "n": card.missing(sheet.scores)}
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@either
@expert
def recuse(request: Request, panel_id: int, code: str) -> HttpResponse:
    """Step back from one case."""
    seat = selectors.my_assignment(request.actor, panel_id)
    one = selectors.my_case(seat, code)
    form = RecuseForm(request.POST or None)
    if (
        form.is_bound
        and form.is_valid()
        and attempt(form, lambda: score.recuse(seat, request.actor, one, reason=form.sentence()))
    ):
        return done(request, reverse("panels:expert_panel", args=[panel_id]), _("已声明回避，已告知组织单位。"))
    return render_form(request, "expert/recuse.html", {"panel": seat.panel, "one": one}, form)


@require_GET
@expert
def document(request: Request, panel_id: int, code: str, place: int) -> HttpResponseBase:
    """A document of a case under the name of its code."""
    seat = selectors.my_assignment(request.actor, panel_id)
    one = selectors.my_case(seat, code)
    materials = blind.sight(one, blind.newest(one)).materials
    found = next((material for material in materials if material.place == place), None)
    if found is None or not files.is_intact(found.digest):
        raise Http404(place)
    return FileResponse(
        files.open_kept(found.digest), as_attachment=found.kind not in INLINE, filename=found.name,
        content_type=files.CONTENT_TYPES[found.kind], headers={"Content-Security-Policy": SANDBOX},
    )  # fmt: skip


@either
@expert
def submit(request: Request, panel_id: int) -> HttpResponse:
    """Compare one's own scores a last time and submit all."""
    seat = selectors.declared(selectors.my_assignment(request.actor, panel_id))
    form = PlainForm(request.POST if request.method == "POST" else None)
    back = reverse("panels:expert_panel", args=[panel_id])
    if form.is_bound and form.is_valid() and attempt(form, lambda: score.submit_all(seat, request.actor)):
        return done(request, back, _("全部评分已提交，感谢您的评审。"))
    table = prepare(tables.own_cases(), _own(seat), caption=_("我的评分"), name="own")
    return render_form(request, "expert/submit.html", {"panel": seat.panel, "table": table, "back": back}, form)


@require_GET
@expert
def own_sheet(request: Request, panel_id: int) -> HttpResponse:
    """All of the expert's scores, to be printed and signed."""
    seat = selectors.declared(selectors.my_assignment(request.actor, panel_id))
    card = scorecard.read(seat.panel.scorecard)
    context = {"panel": seat.panel, "seat": seat, "card": card, "rows": _own(seat), "person": request.actor.name}
    return render(request, "expert/sheet.html", context)


def _marked(request: Request) -> Any:
    """What was sent; the button 全部无关系 stands for every unit."""
    if request.method != "POST":
        return None
    if "none" not in request.POST:
        return request.POST
    return {name: value for name, value in request.POST.items() if not name.startswith("unit_")}


def _cases_of(units: Mapping[str, list[PanelCase]], related: Mapping[str, str]) -> dict[PanelCase, str]:
    """Case → reason, from unit → reason."""
    return {one: f"{reason}（{name}）" for name, reason in related.items() for one in units[name]}


def _own(seat: Assignment) -> list[tables.Own]:
    cases, sheets = list(selectors.my_cases(seat)), selectors.my_sheets(seat)
    names = blind.names_of([one.case for one in cases])
    card = scorecard.read(seat.panel.scorecard)
    return [
        tables.Own(
            seat.panel_id, one.code, names[one.case_id].out_of(one.case.title), sheets.get(one.pk),
            card.missing(sheets[one.pk].scores) if one.pk in sheets else len(card.criteria),
        )
        for one in cases
    ]  # fmt: skip


def _scoring(seat: Assignment) -> bool:
    """Whether the expert can still change scores."""
    return seat.panel.state == Panel.State.SCORING and seat.finished_at is None


def _next(seat: Assignment, code: str) -> str:
    """The next case without a complete sheet, after this one first; else the list."""
    sheets = selectors.my_sheets(seat)
    cases = list(selectors.my_cases(seat))
    waiting = [one.code for one in cases if one.pk not in sheets or sheets[one.pk].total is None]
    following = [other for other in waiting if other > code] or [other for other in waiting if other != code]
    if following:
        return reverse("panels:score", args=[seat.panel_id, following[0]])
    return reverse("panels:expert_panel", args=[seat.panel_id])
