"""Pages of the organiser up to the end of the scoring."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.pages import attempt, done, render_form, seen_version
from subsidy.panels import conflicts, organise, rank, scorecard, selectors, tables
from subsidy.panels.forms import ExpertForm, ExtendForm, PanelForm, ReasonForm, end_of
from subsidy.panels.models import Assignment, Expert, Panel
from subsidy.papers.columns import prepare
from subsidy.reference.forms import PlainForm
from workflow.once import once
from workflow.perform import Refused, allowed

either = require_http_methods(["GET", "POST"])
organiser = needs(Right.ORGANISE_PANEL)


@require_GET
@needs(Right.ORGANISE_PANEL, Right.RANK)
def index(request: Request) -> HttpResponse:
    """Panels of one's agencies, and the calls with cases that wait for one."""
    empty = _("尚未建立评审批次。")
    panels = prepare(tables.PANELS, selectors.listed(request.actor), caption=_("评审批次"), name="panels", empty=empty)
    calls = prepare(
        tables.CALLS, selectors.calls_for_panels(request.actor), caption=_("可组织评审的申报通知"), name="calls",
        empty=_("目前没有经复审推荐、待专家评审的案件。"),
    )  # fmt: skip
    return render(request, "panels/list.html", {"panels": panels, "calls": calls})


@either
@organiser
def make(request: Request, call_id: int) -> HttpResponse:
    """A new panel for cases of a call."""
    call = selectors.call_for_panel(request.actor, call_id)
    card = _card_of(call)
    cases, experts = list(selectors.candidates(call)), selectors.pool(call.measure)
    form = _panel_form(request, call, cases, experts, initial=_suggested(call, cases))
    if form.is_bound and form.is_valid() and card:
        made: list[str] = []

        def act() -> str:
            panel = organise.make_panel(
                request.actor, call, form.chosen_cases(), form.chosen_experts(), scorecard=card, **form.values()
            )
            return reverse("panels:panel", args=[panel.pk])

        if attempt(form, lambda: made.append(once(request.POST.get("once", ""), request.actor, act))):
            return done(request, made[0], _("评审批次已建立，请核对后开始评分。"))
    return render_form(request, "panels/make.html", {"call": call, "card": card, "back": reverse("panels:list")}, form)


@either
@organiser
def change(request: Request, panel_id: int) -> HttpResponse:
    """Cases, experts and settings of a panel that has not been opened."""
    panel = _in_state(request, panel_id, Panel.State.DRAFT)
    cases, experts = list(selectors.candidates(panel.call)), selectors.pool(panel.call.measure)
    form = _panel_form(request, panel.call, cases, experts, initial=_present(panel))
    back = reverse("panels:panel", args=[panel.pk])
    if form.is_bound and form.is_valid():
        chosen = form.chosen_cases(), form.chosen_experts()
        values = form.values() | {"version": seen_version(request)}
        if attempt(form, lambda: organise.change_panel(panel, request.actor, *chosen, **values)):
            return done(request, back, _("评审批次已修改。"))
    context = {"call": panel.call, "card": scorecard.read(panel.scorecard), "back": back, "panel": panel}
    return render_form(request, "panels/make.html", context, form)


@require_GET
@needs(Right.ORGANISE_PANEL, Right.RANK)
def panel(request: Request, panel_id: int) -> HttpResponse:
    """A panel: its settings, its experts, and who has scored what."""
    one = selectors.one(request.actor, panel_id)
    state = selectors.progress(one)
    ours = request.actor.may(Right.ORGANISE_PANEL, one.competence("upper"))
    editable = ours and one.state == Panel.State.SCORING
    experts = prepare(
        tables.experts(one, state, editable=editable), state.assignments, caption=_("评审专家"), name="experts"
    )
    matrix = prepare(tables.matrix(state, one.quorum), state.cases, caption=_("评审进度"), name="progress")
    context = {
        "panel": one, "card": scorecard.read(one.scorecard), "experts": experts, "matrix": matrix, "editable": editable,
        "moves": allowed(one, request.actor), "state": tables.state_tag(one), "late": rank.waiting_after_hold(one),
    }  # fmt: skip
    return render(request, "panels/panel.html", context)


@either
@organiser
def open_(request: Request, panel_id: int) -> HttpResponse:
    """Confirm that the scoring begins."""
    one = _in_state(request, panel_id, Panel.State.DRAFT)
    form = PlainForm(request.POST if request.method == "POST" else None)
    back = reverse("panels:panel", args=[one.pk])
    if (
        form.is_bound
        and form.is_valid()
        and attempt(form, lambda: organise.open_panel(one, request.actor, version=seen_version(request)))
    ):
        return done(request, back, _("评分已开始，已通知各位专家。"))
    facts = [
        (_("评审批次"), one.title), (_("参评案件"), one.cases.count()), (_("专家"), one.assignments.count()),
        (_("每件最少评分人数"), one.quorum), (_("评分截止"), one.until or _("不设期限")),
    ]  # fmt: skip
    consequence = _("开始评分后，参评案件转入“专家评审中”，专家将收到通知，评分表和计分方法不能再改。")
    return _confirm(request, one, form, _("开始评分"), consequence, facts)


@either
@organiser
def close(request: Request, panel_id: int) -> HttpResponse:
    """Confirm that the scoring ends."""
    one = _in_state(request, panel_id, Panel.State.SCORING)
    form = PlainForm(request.POST if request.method == "POST" else None)
    if (
        form.is_bound
        and form.is_valid()
        and attempt(form, lambda: rank.close(one, request.actor, version=seen_version(request)))
    ):
        return done(request, reverse("panels:ranking", args=[one.pk]), _("评分已结束，已生成排序。"))
    state = selectors.progress(one)
    waiting = sum(len(state.missing(case)) for case in state.cases)
    facts = [
        (_("评审批次"), one.title), (_("参评案件"), len(state.cases)), (_("已提交评分表"), len(state.submitted)),
        (_("尚未提交评分表"), waiting),
    ]  # fmt: skip
    consequence = _("结束后专家不能再评分，未提交的草稿不计入成绩。")
    return _confirm(request, one, form, _("结束评分并排序"), consequence, facts)


@either
@organiser
def void(request: Request, panel_id: int) -> HttpResponse:
    """Confirm, with a reason, that a panel is given up."""
    one = _in_state(request, panel_id, Panel.State.SCORING, Panel.State.RANKED)
    form = ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        given = {"reason": form.cleaned_data["reason"], "version": seen_version(request)}
        if attempt(form, lambda: organise.void(one, request.actor, **given)):
            return done(request, reverse("panels:list"), _("评审批次已作废，案件可另行组织评审。"))
    consequence = _("作废后本批次的评分保留备查，不再计入成绩；参评案件可另行组织评审。")
    return _confirm(request, one, form, _("作废本批次"), consequence, [(_("评审批次"), one.title)])


@either
@organiser
def extend(request: Request, panel_id: int) -> HttpResponse:
    """Another last day of scoring."""
    one = _in_state(request, panel_id, Panel.State.SCORING)
    form = ExtendForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        until = end_of(form.cleaned_data["last_day"])
        if attempt(form, lambda: organise.extend(one, request.actor, closes_at=until, version=seen_version(request))):
            return done(request, reverse("panels:panel", args=[one.pk]), _("评分截止时间已调整。"))
    facts = [(_("评审批次"), one.title), (_("现截止时间"), one.until or _("不设期限"))]
    return _confirm(request, one, form, _("调整截止时间"), _("调整后立即生效，记入办理经过。"), facts)


@require_POST
@organiser
def remind(request: Request, panel_id: int) -> HttpResponse:
    """Remind who has not submitted."""
    one = selectors.one(request.actor, panel_id)
    count = organise.remind(one, request.actor)
    return done(request, reverse("panels:panel", args=[one.pk]), _("已催办 %(n)s 名专家。") % {"n": count})


@either
@organiser
def add_expert(request: Request, panel_id: int) -> HttpResponse:
    """One more expert."""
    one = _in_state(request, panel_id, Panel.State.SCORING)
    present = set(one.assignments.values_list("expert_id", flat=True))
    free = [expert for expert in selectors.pool(one.call.measure) if expert.pk not in present]
    form = ExpertForm(request.POST or None, experts=free)
    if (
        form.is_bound
        and form.is_valid()
        and attempt(form, lambda: organise.add_expert(one, request.actor, form.chosen(), version=seen_version(request)))
    ):
        return done(request, reverse("panels:panel", args=[one.pk]), _("已补充专家并通知本人。"))
    consequence = _("专家须对全部参评单位无关系；补充后立即收到通知。")
    return _confirm(request, one, form, _("补充专家"), consequence, [(_("评审批次"), one.title)])


@either
@organiser
def release(request: Request, panel_id: int, letter: str) -> HttpResponse:
    """Let an expert leave."""
    seat = _seat(request, panel_id, letter)
    form = ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        given = {"reason": form.cleaned_data["reason"], "version": seen_version(request)}
        if attempt(form, lambda: organise.release(seat, request.actor, **given)):
            return done(request, reverse("panels:panel", args=[panel_id]), _("专家已退出评审。"))
    consequence = _("退出后该专家不能再查看本批次，其全部评分保留备查，不再计入成绩。")
    return _confirm(request, seat.panel, form, _("专家退出评审"), consequence, _seat_facts(seat))


@either
@organiser
def unlock(request: Request, panel_id: int, letter: str) -> HttpResponse:
    """Give an expert the submitted sheets back."""
    seat = _seat(request, panel_id, letter)
    form = ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        given = {"reason": form.cleaned_data["reason"], "version": seen_version(request)}
        if attempt(form, lambda: organise.unlock(seat, request.actor, **given)):
            return done(request, reverse("panels:panel", args=[panel_id]), _("评分已退回专家修改。"))
    consequence = _("退回后该专家的评分转为草稿，重新提交前不计入成绩。")
    return _confirm(request, seat.panel, form, _("退回修改评分"), consequence, _seat_facts(seat))


def _in_state(request: Request, panel_id: int, *states: str) -> Panel:
    """A panel of one's own in one of the states; a refusal with the reason otherwise."""
    one = selectors.one(request.actor, panel_id)
    if one.state not in states:
        raise Refused(_("本批次现为“%(state)s”，不能再办理此步骤。") % {"state": one.get_state_display()})
    return one


def _confirm(
    request: Request, one: Panel, form: PlainForm, label: str, consequence: str, facts: Sequence[tuple[str, Any]]
) -> HttpResponse:
    context = {"panel": one, "label": label, "consequence": consequence, "facts": facts}
    return render_form(request, "panels/confirm.html", context, form)


def _seat(request: Request, panel_id: int, letter: str) -> Assignment:
    one = selectors.one(request.actor, panel_id)
    seat = one.assignments.filter(letter=letter).select_related("expert__user").first()
    if seat is None:
        raise Http404(letter)
    seat.panel = one
    return seat


def _seat_facts(seat: Assignment) -> list[tuple[str, Any]]:
    return [(_("评审批次"), seat.panel.title), (_("专家"), f"{seat.name}　{seat.expert.user.name}")]


def _card_of(call: Call) -> scorecard.Card | None:
    try:
        return scorecard.of_call(call)
    except Refused:
        return None


def _panel_form(
    request: Request, call: Call, cases: Sequence[Case], experts: Sequence[Expert], *, initial: dict[str, Any]
) -> PanelForm:
    related = conflicts.excluded(experts, cases, organiser=call.agency_id)
    return PanelForm(request.POST or None, cases=cases, experts=experts, related=related, initial=initial)


def _suggested(call: Call, cases: Sequence[Case]) -> dict[str, Any]:
    proposed = scorecard.proposed_numbers(call)
    title = _("%(title)s专家评审") % {"title": call.title}
    return {"title": title[:120], "cases": [str(case.pk) for case in cases], **proposed}


def _present(panel: Panel) -> dict[str, Any]:
    return {
        "title": panel.title, "quorum": panel.quorum, "drop_from": panel.drop_from,
        "cases": [str(pk) for pk in panel.cases.values_list("case_id", flat=True)],
        "experts": [str(pk) for pk in panel.assignments.values_list("expert_id", flat=True)],
        "last_day": panel.last_day,
    }  # fmt: skip
