"""A call as an enterprise will see it, before anybody does: its page, and what each kind of award has to fill in."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies import assess as rules
from policies.kit.policy import Choice, Subject
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls import hall, selectors
from subsidy.calls.editions import policy_of
from subsidy.calls.facts import call_facts
from subsidy.calls.materials import documents_for, nothing_filed
from subsidy.calls.models import Call
from subsidy.cases.assess import Result
from subsidy.cases.materials import places
from subsidy.cases.models import Case
from subsidy.cases.readiness import Filing, tasks
from workflow import clock

EVERY = {
    Subject.PROJECT.value: gettext_lazy("每个项目"),
    Subject.FIRM.value: gettext_lazy("每个单位"),
}


@needs(Right.PREPARE_CALL, Right.PUBLISH_CALL)
def preview_call(request: Request, pk: int) -> HttpResponse:
    """The page in the hall, and task list and materials by kind of award; nothing is stored."""
    call = selectors.one(selectors.own(request.actor), pk)
    policy = policy_of(call)
    context = {**hall.page_of(call), "start": "", "tracks": [_track(call, track) for track in policy.tracks]}
    return render(request, "cases/preview_call.html", context)


def empty_filing(call: Call, track: str) -> Filing:
    """A case of this kind of award in which nothing has been filled in; it is never saved."""
    policy, facts = policy_of(call), nothing_filed(call_facts(call), track, clock.today())
    case = Case(call=call, measure=call.measure, track=track)
    return Filing(case, Result(policy, facts, rules.assess(policy, facts)), [], places(case, [], {}))


def _track(call: Call, track: Choice) -> dict[str, Any]:
    return {"key": track.key, "label": track.label, "tasks": _tasks(call, track), "documents": _documents(call, track)}


def _tasks(call: Call, track: Choice) -> list[dict[str, Any]]:
    found = [
        {
            "label": task.label, "href": "", "hint": "", "status": _("未开始"), "tone": "",
            "missing": [{"text": lack.text, "href": ""} for lack in task.lacks],
        }
        for task in tasks(empty_filing(call, track.key))
    ]  # fmt: skip
    last = {"label": _("核对并提交"), "href": "", "hint": "", "status": _("暂不能开始"), "tone": "", "missing": []}
    return [*found, last]


def _documents(call: Call, track: Choice) -> list[dict[str, Any]]:
    return [
        {
            "label": row["label"], "required": row["required"], "help": row["help"], "source": row["source"],
            "kinds": row["kinds"], "about": EVERY.get(row["about"], ""), "depends": bool(row["when"]),
        }
        for row in documents_for(call, track.key)
    ]  # fmt: skip
