"""A call is issued anew: its cases move to the replacement at once, and each is looked at again under it.

The moving is set-wise and part of the publication; the second look is a job, since it asks the measure about each
case. Nothing is refused or ended by it: what no longer passes is told to the applicant and shown to the officers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Role
from subsidy.calls.models import Call
from subsidy.calls.territory import serves
from subsidy.cases.assess import Result, figures, preview, review, store
from subsidy.cases.models import Case, JointSubmission
from subsidy.cases.tell import tell_agency, tell_applicant
from subsidy.messages.notify import notify
from subsidy.reference import formats
from workflow import moves, outbox
from workflow.models import Event
from workflow.perform import record, record_many
from workflow.protocols import Actor as AnyActor
from workflow.states import State

JOB = "cases.recheck"
MIGRATE, RECHECK = "migrate", "recheck"
MOVING = (State.DRAFT, State.LOCAL_REVIEW, State.CORRECTING, State.ENDORSED, State.UPPER_REVIEW)
ENDED = (State.WITHDRAWN, State.DECLINED, State.CLOSED, State.RECOVERED)
"""The others are past the reviews: experts, notices and money stand on the call they were begun under."""


@moves.guard(Call, "publish")
def no_case_is_past_the_reviews(calls: Sequence[Call], actor: AnyActor) -> Mapping[int, str | Promise]:
    """A call whose cases have gone to the experts, or lie in a letter not yet sent, is not replaced."""
    replaced = {call.replaces_id: call.pk for call in calls if call.replaces_id}
    if not replaced:
        return {}
    late = Case.objects.filter(call__in=replaced).exclude(state__in=[*MOVING, *ENDED])
    counts = dict(late.values_list("call").annotate(n=Count("pk")))
    letters = JointSubmission.objects.filter(call__in=replaced, state=JointSubmission.State.DRAFT, items__isnull=False)
    reasons: dict[int, str | Promise] = {
        replaced[pk]: _("原通知有拟报未发的上报文，请先由受理单位发出或移出其中的案件。")
        for pk in letters.values_list("call", flat=True)
    }
    return reasons | {
        replaced[pk]: _("原通知已有 %(n)s 件进入专家评审或以后的环节，不能随通知转移，因此不能替换。") % {"n": n}
        for pk, n in counts.items()
    }


@moves.effect(Call, "publish")
def move_cases(performed: moves.Performed) -> None:
    """All cases of the replaced call that are still under way stand under the new one, each with its entry."""
    replacing = [call for call in performed.subjects if call.replaces_id]
    old = Call.objects.in_bulk({call.replaces_id for call in replacing})
    for call in replacing:
        under_way = Case.objects.filter(call=call.replaces_id, state__in=MOVING).order_by("pk")
        ids = list(under_way.select_for_update(of=("self",)).values_list("pk", flat=True))
        evidence = {"from": old[call.replaces_id].number, "to": call.number}
        record_many(Case, ids, MIGRATE, performed.actor, note=performed.note, evidence=evidence, changes={"call": call})
        outbox.enqueue(JOB, {"call": call.pk}, key=f"{JOB}:{call.pk}", asked_by=performed.actor.id)


@outbox.handler(JOB)
def recheck_all(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Look again at every case that came with a replacement; one that was looked at already is left out."""
    call = Call.objects.select_related("replaces", "published_by", "prepared_by").get(pk=arguments["call"])
    if call.replaces is None or call.published_by is None:
        return {}
    actor = Actor.of(call.published_by)
    came = events(call, MIGRATE)
    seen = events(call, RECHECK)
    failing = 0
    cases = Case.objects.filter(pk__in=came.keys() - seen.keys(), call=call).select_related("enterprise", "cluster")
    for case in cases.order_by("pk"):
        failing += bool(recheck(case, call, call.replaces, actor))
    if came and not seen:
        title = _("%(n)s 件已转入 %(number)s，其中 %(failing)s 件有不符合项")
        sentence = title % {"n": len(came), "number": call.number, "failing": failing}
        notify([call.prepared_by, call.published_by], sentence, link=reverse("cases:migrated", args=[call.pk]))
    return {"cases": len(came), "failing": failing}


@transaction.atomic
def recheck(case: Case, call: Call, old: Call, actor: Actor) -> list[str]:
    """What a case no longer meets under its new call; a submitted one gets a new assessment. Tells whom it concerns."""
    submission = case.submissions.order_by("-number").first()

    def asked(under: Call) -> Result:
        case.call = under
        if case.state == State.DRAFT or submission is None:
            return preview(case)
        submission.case = case
        return review(submission)

    before, after = asked(old), asked(call)
    lost = unmet(case, before, after)
    evidence: dict[str, Any] = {"from": old.number, "to": call.number, "unmet": lost}
    changes = {}
    if submission is not None and case.state != State.DRAFT:
        assessment = store(submission, MIGRATE, after)
        evidence |= {"submission": submission.number, "cap": _written(after), "cap_before": _written(before)}
        changes = figures(assessment, filing=case.recognised is None)
    record(case, RECHECK, actor, evidence=evidence, changes=changes)
    _tell(case, old, lost)
    return lost


def unmet(case: Case, before: Result, after: Result) -> list[str]:
    """The sentences of what held under the old call and does not under the new one."""
    known = {(finding.code, finding.subject) for finding in before.answered.not_met}
    lost = [
        _("%(message)s（%(clause)s）") % {"message": finding.message, "clause": finding.source.clause}
        for finding in after.answered.not_met
        if (finding.code, finding.subject) not in known
    ]
    if not serves(case.call, case.area):
        lost.append(_("所在地不在新通知的申报地区内。"))
    if case.track not in {track.key for track in after.policy.tracks}:
        lost.append(_("新通知没有该资助类别。"))
    return lost


def _written(result: Result) -> str | None:
    cap = result.entitlement.cap
    return None if cap is None else f"{cap:f}"


def _tell(case: Case, old: Call, lost: Sequence[str]) -> None:
    names = {"case": case.number, "old": old.number, "new": case.call.number}
    body = _("%(old)s 已废止，由 %(new)s 替换。您的申报 %(case)s 已转入新通知，原填写内容和材料不变。") % names
    if case.state == State.DRAFT:
        body += _("申报截止时间为 %(time)s。") % {"time": formats.minute(case.call.closes_at)}
    if lost:
        body += _("按新通知，下列各项不符合：%(lost)s") % {"lost": "；".join(lost)}
    tell_applicant(case, _("申报 %(case)s 已转入 %(new)s") % names, body)
    if lost and case.state != State.DRAFT:
        upper = case.state == State.UPPER_REVIEW
        agency = case.upper_agency_id if upper else case.local_agency_id
        role = Role.UPPER_REVIEWER if upper else Role.LOCAL_REVIEWER
        title = _("%(case)s 随通知替换转入 %(new)s，有 %(n)s 项不再符合") % {**names, "n": len(lost)}
        tell_agency(case, agency, [role], title, "；".join(lost))


def events(call: Call, code: str) -> dict[int, Event]:
    """Case id → its newest entry of this kind that names the call it is in now; one query."""
    found = Event.objects.filter(
        subject_kind=Case.subject_kind(), subject_id__in=Case.objects.filter(call=call).values("pk"), move=code,
        evidence__to=call.number,
    )  # fmt: skip
    return {event.subject_id: event for event in found.order_by("number")}
