"""Where a case is, what the applicant owes now, and what was filed."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.kit.facts import CallKind
from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls.editions import policy_of
from subsidy.cases.applicant.keep import mine
from subsidy.cases.applicant.shown import entitlement_shown, lines_shown
from subsidy.cases.applicant.words import name_of, stage_name, state_tag
from subsidy.cases.assess import stored
from subsidy.cases.filing_guards import last_submission
from subsidy.cases.fill import open_correction
from subsidy.cases.models import Case, Submission
from subsidy.cases.province import WAITING, waits
from subsidy.reference import formats
from workflow import moves, perform
from workflow.models import Event
from workflow.states import State

TABS = (
    ("overview", gettext_lazy("概况")), ("content", gettext_lazy("申报内容")),
    ("materials", gettext_lazy("材料")), ("corrections", gettext_lazy("补正")),
)  # fmt: skip
OWN_MOVES = frozenset({"create", "submit", "take_back", "withdraw", "correct", "correct_upper", "confirm_account"})
RETURNED = ("payment_refused", "payment_returned")
NOT_THE_ACCOUNT = "other"
"""The cause of a return, as its entry has it, after which nothing is asked of the applicant."""
BAD = frozenset({"decline_local", "decline_upper", "decline_by_ranking", "decline_by_objection", "stop", *RETURNED})
RECORDS = {
    "create": gettext_lazy("建立申报"), "confirm_account": gettext_lazy("确认收款信息"),
    "payment_refused": gettext_lazy("退票"), "migrate": gettext_lazy("随通知替换转入新通知"),
    "transfer": gettext_lazy("移交受理单位"),
}  # fmt: skip
"""Entries of the history that are no moves and concern the applicant."""


@needs(Right.FILE)
def overview(request: Request, number: str) -> HttpResponse:
    """The case for its applicant; a draft leads to its task list."""
    case = mine(request, number)
    if case.state == State.DRAFT:
        return pages.go(request, reverse("cases:tasks", args=[number]))
    submission = last_submission(case)
    tab = request.GET.get("tab", "overview")
    asked = perform.allowed(case, request.actor)
    context = {
        "case": case,
        "tag": state_tag(case),
        "waits": WAITING if waits(case) else "",
        "submission": submission,
        "tab": tab,
        "tabs": _tabs(case, tab),
        "stages": stages(case),
        "duty": duty(case, submission),
        "timeline": timeline(case),
        "corrections": list(case.corrections.select_related("answered_by").order_by("-id"))
        if tab == "corrections"
        else [],
        "may_withdraw": asked.get("withdraw", "–") is None,
        "may_take_back": asked.get("take_back", "–") is None,
        "entitlement": _entitlement(submission),
        "lines": lines_shown(submission.content) if submission else [],
    }
    return render(request, "cases/my/overview.html", context)


def duty(case: Case, submission: Submission | None) -> dict[str, str] | None:
    """What the applicant has to do now, or None."""
    if case.state == State.CORRECTING and (notice := open_correction(case)):
        text = _("请您于 %(time)s 前补正 %(n)s 项内容。") % {
            "time": formats.minute_cn(notice.due_at), "n": len(notice.items),
        }  # fmt: skip
        return {"text": text, "href": reverse("cases:correction", args=[case.number]), "label": _("开始补正")}
    if case.state in {State.APPROVED, State.DISBURSING, State.TRACKING}:
        return _account_duty(case)
    return None


def _account_duty(case: Case) -> dict[str, str] | None:
    """To confirm the account, or to do so anew after the bank refused it; by what happened last to the applicant."""
    events = Event.objects.filter(subject_kind=Case.subject_kind(), subject_id=case.pk)
    own = Q(evidence__payee=case.enterprise_id) | ~Q(evidence__has_key="payee")
    said = events.filter(own, move__in=["confirm_account", *RETURNED]).exclude(evidence__cause=NOT_THE_ACCOUNT)
    last = said.order_by("-number").first()
    href = _address("funding:payee", case)
    if last is None and case.state == State.TRACKING:
        return None
    if last is None:
        return {"text": _("资金方案已批准，请确认收款信息。"), "href": href, "label": _("确认收款信息")}
    if last.move in RETURNED:
        text = _("款项被银行退回：%(words)s。请核对并重新确认收款账户，确认前不能再次拨付。") % {"words": last.note}
        return {"text": text, "href": href, "label": _("更正收款账户")}
    return None


def stages(case: Case) -> list[dict[str, str]]:
    """The route of the measure with how far the case has come; an end off the route stands last."""
    route = [State(code) for code in policy_of(case.call).route(CallKind(case.call.kind))]
    state = State(case.state)
    if state == State.CORRECTING:
        state = State.UPPER_REVIEW if case.correcting_level == "upper" else State.LOCAL_REVIEW
    if state not in route:
        return [
            {"label": stage_name(case, route[1]), "status": "done", "note": ""},
            {"label": name_of(case, state), "status": "now", "note": ""},
        ]
    here = route.index(state)
    words = {True: "done", False: "todo"}
    return [
        {"label": stage_name(case, one), "status": "now" if place == here else words[place < here], "note": ""}
        for place, one in enumerate(route)
    ]


def timeline(case: Case) -> list[dict[str, Any]]:
    """What happened, newest first, without anything internal: agencies not persons, and no notes but the own."""
    labels = {move.code: str(move.label) for move in moves.of_machine(Case.subject_kind())} | RECORDS
    events = Event.objects.filter(subject_kind=Case.subject_kind(), subject_id=case.pk, move__in=labels).order_by(
        "-number"
    )
    return [
        {
            "title": labels[event.move],
            "at": event.business_at,
            "who": event.agency_name or (event.actor_name if event.move in OWN_MOVES else _("系统")),
            "note": event.note if event.move in OWN_MOVES else "",
            "tone": "bad" if event.move in BAD else "",
            "links": (),
        }
        for event in events
    ]


def _tabs(case: Case, current: str) -> list[dict[str, Any]]:
    base = reverse("cases:overview", args=[case.number])
    return [
        {"label": label, "href": f"{base}?tab={key}", "current": key == current, "count": None} for key, label in TABS
    ]


def _entitlement(submission: Submission | None) -> dict[str, Any] | None:
    if submission is None:
        return None
    assessment = submission.assessments.order_by("-id").first()
    return entitlement_shown(stored(assessment).entitlement) if assessment else None


def _address(name: str, case: Case) -> str:
    """The page of an upper app, if it is there."""
    try:
        return reverse(name, args=[case.number])
    except NoReverseMatch:
        return ""
