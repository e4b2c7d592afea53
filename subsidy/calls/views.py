"""Calls for staff: list, prepare, settings with their sources, materials, scorecard, publish."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from policies.kit.policy import Policy
from policies.kit.registry import NotInForce, RegistryError
from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.models import Agency, Jurisdiction
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls import selectors
from subsidy.calls.copy import standing_replacement
from subsidy.calls.editions import expired, in_force, latest, measures, policy_of
from subsidy.calls.forms import CallForm, PublishForm, ReplaceForm, VoidForm, call_initial, policy_initial
from subsidy.calls.models import Call
from subsidy.calls.preflight import checks
from subsidy.calls.prepare import change, prepare
from subsidy.calls.publish import publish, void
from subsidy.calls.row_forms import USUAL_KINDS, CriterionRows, DocumentRows, documents, scorecard
from subsidy.calls.settings_of import OWN_SOURCE, shown
from subsidy.calls.tables import calls_columns
from subsidy.papers.columns import prepare as prepare_table
from subsidy.reference.models import AreaCode
from subsidy.reference.selectors import area_names
from workflow import clock, perform
from workflow.once import once

STAFF = (Right.PREPARE_CALL, Right.PUBLISH_CALL)


@needs(*STAFF)
def listing(request: Request) -> HttpResponse:
    """The calls of my agencies."""
    columns = calls_columns(request.actor.agencies_with(Right.PREPARE_CALL))
    table = prepare_table(columns, selectors.listed(request.actor), caption=_("申报通知"), name="calls")
    return render(request, "calls/list.html", {"table": table, "may_prepare": request.actor.has(Right.PREPARE_CALL)})


@needs(Right.PREPARE_CALL)
def choose(request: Request) -> HttpResponse:
    """Which measure: those without an edition in force are shown with the article that ended them."""
    earlier = selectors.newest_by_measure(request.actor)
    rows = [
        {"policy": latest(measure), "refusal": _refusal(measure), "earlier": earlier.get(measure, [])}
        for measure in _measures_of(request)
    ]
    return render(request, "calls/choose.html", {"rows": rows})


@needs(Right.PREPARE_CALL)
def create(request: Request, measure: str) -> HttpResponse:
    """A new draft, prefilled by the measure; under an expired edition the article is shown instead."""
    if measure not in _measures_of(request):
        raise Http404(measure)
    try:
        policy = in_force(measure, clock.today())
    except NotInForce as refusal:
        return render(request, "calls/expired.html", expired(measure, refusal), status=422)
    agency = _agency(request, measure)
    form = _form(request, policy, agency, None, policy_initial(policy) | {"issuers": [str(agency.pk)]})
    context = {"policy": policy, "call": None, "version": 0}
    if request.method != "POST" or not form.is_valid():
        return pages.render_form(request, "calls/form.html", context, form)

    def act() -> str:
        call = prepare(request.actor, policy, agency, form.columns(), _chosen(form))
        return reverse("calls:detail", args=[call.pk])

    return pages.done(
        request, once(request.POST.get("once", ""), request.actor, act), _("申报通知已保存为草稿，发布前可继续修改。")
    )


@needs(*STAFF)
def detail(request: Request, pk: int) -> HttpResponse:
    """A call with its settings, each with its source."""
    call = selectors.one(selectors.visible_to(request.actor), pk)
    policy = policy_of(call)
    moves = perform.allowed(call, request.actor)
    context = {
        "call": call, "policy": policy, "settings": shown(call, policy), "issuers": list(call.issuers.all()),
        "areas": list(area_names(call.areas).values()), "moves": moves, "may_change": _may_change(request, call),
        "kinds": dict(Call.Kind.choices), "may_copy": selectors.may_copy(request.actor, call),
        "own": selectors.own(request.actor).filter(pk=pk).exists(),
        "replacement": standing_replacement(call),
    }  # fmt: skip
    return render(request, "calls/detail.html", context)


@needs(Right.PREPARE_CALL)
def edit(request: Request, pk: int) -> HttpResponse:
    """Change a draft's columns and settings."""
    call = _draft(request, pk)
    form = _form(request, policy_of(call), call.agency, call, call_initial(call))

    def act() -> None:
        # What the form does not ask (further conditions) stays.
        columns = form.columns()
        columns["measure_settings"] = call.measure_settings | columns["measure_settings"]
        change(call, request.actor, columns, version=pages.seen_version(request), issuers=_chosen(form))

    if request.method == "POST" and form.is_valid() and pages.attempt(form, act):
        return pages.done(request, reverse("calls:detail", args=[pk]), _("修改已保存。"))
    context = {"policy": policy_of(call), "call": call, "version": call.version}
    return pages.render_form(request, "calls/form.html", context, form)


@needs(Right.PREPARE_CALL)
def materials(request: Request, pk: int) -> HttpResponse:
    """The list of materials as rows."""
    call = _draft(request, pk)
    rows = DocumentRows(request.POST) if request.method == "POST" else DocumentRows(initial=call.documents)

    def act() -> None:
        values = {"documents": documents(rows, call.documents, OWN_SOURCE)}
        change(call, request.actor, values, version=pages.seen_version(request))

    if request.method == "POST" and rows.is_valid() and pages.attempt(rows, act):
        return pages.done(request, reverse("calls:detail", args=[pk]), _("材料目录已保存。"))
    context = {"call": call, "version": call.version, "usual": USUAL_KINDS}
    return pages.render_form(request, "calls/materials.html", context, rows)


@needs(Right.PREPARE_CALL)
def criteria(request: Request, pk: int) -> HttpResponse:
    """The scorecard as rows."""
    call = _draft(request, pk)
    rows = CriterionRows(request.POST) if request.method == "POST" else CriterionRows(initial=call.scorecard)

    def act() -> None:
        change(call, request.actor, {"scorecard": scorecard(rows)}, version=pages.seen_version(request))

    if request.method == "POST" and rows.is_valid() and pages.attempt(rows, act):
        return pages.done(request, reverse("calls:detail", args=[pk]), _("评分表已保存。"))
    return pages.render_form(request, "calls/scorecard.html", {"call": call, "version": call.version}, rows)


@needs(*STAFF)
def preflight(request: Request, pk: int) -> HttpResponse:
    """Every check before publishing, with what to do where one fails."""
    call = selectors.one(selectors.own(request.actor), pk)
    found = checks(call)
    context = {
        "call": call, "checks": found, "blocking": sum(check.blocks for check in found),
        "to_look_at": sum(bool(check.problem) and not check.blocks for check in found),
        "may_change": _may_change(request, call), "moves": perform.allowed(call, request.actor),
    }  # fmt: skip
    return render(request, "calls/checks.html", context)


@needs(Right.PUBLISH_CALL)
def release(request: Request, pk: int) -> HttpResponse:
    """Publish, after a page that says what it means."""
    call = selectors.one(selectors.visible_to(request.actor), pk)
    asks = ReplaceForm if selectors.ends_another(call) else PublishForm
    return _confirmed(
        request, call, "publish", "calls/publish.html", asks(request.POST if request.method == "POST" else None)
    )


@needs(Right.PUBLISH_CALL)
def revoke(request: Request, pk: int) -> HttpResponse:
    """Void a published call, with the reason."""
    call = selectors.one(selectors.visible_to(request.actor), pk)
    return _confirmed(
        request, call, "void", "calls/void.html", VoidForm(request.POST if request.method == "POST" else None)
    )


def _confirmed(request: Request, call: Call, code: str, template: str, form: Any) -> HttpResponse:
    refusal = perform.allowed(call, request.actor).get(code, _("此件现在不能办理这一步。"))
    context = {
        "call": call, "policy": policy_of(call), "refusal": refusal,
        "checks": [check for check in checks(call) if check.problem] if code == "publish" else [],
    }  # fmt: skip

    def act() -> None:
        version = pages.seen_version(request)
        if code == "publish":
            publish(call, request.actor, version=version, reason=form.cleaned_data.get("reason", ""))
        else:
            void(call, request.actor, reason=form.cleaned_data["reason"], version=version)

    if request.method != "POST" or not form.is_valid() or not pages.attempt(form, act):
        return pages.render_form(request, template, context, form)
    done = {"publish": _("申报通知已发布。"), "void": _("申报通知已废止。")}[code]
    return pages.done(request, reverse("calls:detail", args=[call.pk]), done)


def _measures_of(request: Request) -> list[str]:
    """The measures for which one of the actor's agencies does the upper review."""
    agencies = request.actor.agencies_with(Right.PREPARE_CALL)
    known = Jurisdiction.objects.on(clock.today()).filter(agency__in=agencies, stage=Jurisdiction.Stage.UPPER)
    competent = set(known.values_list("measure", flat=True))
    return [choice.key for choice in measures() if choice.key in competent]


def _agency(request: Request, measure: str) -> Agency:
    rows = Jurisdiction.objects.on(clock.today()).filter(
        agency__in=request.actor.agencies_with(Right.PREPARE_CALL), measure=measure, stage=Jurisdiction.Stage.UPPER
    )
    return rows.select_related("agency").order_by("pk")[0].agency


def _refusal(measure: str) -> str:
    try:
        in_force(measure, clock.today())
    except NotInForce as expired:
        return expired.message
    except RegistryError as unknown:
        return str(unknown)
    return ""


def _form(
    request: Request, policy: Policy, agency: Agency, call: Call | None, initial: dict[str, Any]
) -> CallForm:  # fmt: skip
    codes = Jurisdiction.objects.on(clock.today()).filter(measure=policy.measure)
    local = codes.filter(stage=Jurisdiction.Stage.LOCAL).values("area")
    upper = codes.filter(stage__in=[Jurisdiction.Stage.UPPER, Jurisdiction.Stage.UPPER_FINANCE]).values("agency")
    return CallForm(
        request.POST or None, policy=policy, initial=initial, agency=agency, call=call,
        issuers=list(Agency.objects.filter(pk__in=upper).order_by("pk")),
        areas=list(AreaCode.objects.filter(code__in=local).order_by("code").values_list("code", "name")),
    )  # fmt: skip


def _chosen(form: CallForm) -> list[Agency]:
    return list(Agency.objects.filter(pk__in=form.cleaned_data["issuers"]))


def _draft(request: Request, pk: int) -> Call:
    call = selectors.one(selectors.visible_to(request.actor), pk)
    if not _may_change(request, call):
        raise Http404(pk)
    return call


def _may_change(request: Request, call: Call) -> bool:
    return call.state == Call.State.DRAFT and call.agency_id in request.actor.agencies_with(Right.PREPARE_CALL)
