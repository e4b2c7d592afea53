"""What must hold before the applicant's moves: the call is open, no bar, the ten minutes, the notice's deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from subsidy.calls.models import Call
from subsidy.cases.models import Case, Correction, Submission
from subsidy.cases.records import Level
from subsidy.cases.start import TAKE_BACK, barred, closed
from subsidy.reference import formats
from workflow import clock, moves
from workflow.protocols import Actor
from workflow.states import State

Reasons = Mapping[int, str | Promise]


@moves.guard(Case, "submit")
def the_call_is_open(cases: Sequence[Case], actor: Actor) -> Reasons:
    """Published, opened, and before the closing instant."""
    calls = Call.objects.in_bulk({case.call_id for case in cases})
    reasons = {case.pk: closed(calls[case.call_id]) for case in cases}
    return {pk: reason for pk, reason in reasons.items() if reason}


@moves.guard(Case, "submit")
def nobody_barred_submits(cases: Sequence[Case], actor: Actor) -> Reasons:
    """No bar in force against the applicant."""
    reasons = {case.pk: barred(case.enterprise, case.call) for case in cases}
    return {pk: reason for pk, reason in reasons.items() if reason}


@moves.guard(Case, "take_back")
def within_ten_minutes_of_the_first_submission(cases: Sequence[Case], actor: Actor) -> Reasons:
    """Back to the draft only right after the first submission (half-open)."""
    now = clock.now()
    answered = set(Correction.objects.filter(case__in=[case.pk for case in cases]).values_list("case_id", flat=True))
    return {
        case.pk: _("提交已超过十分钟，不能撤回到草稿。初审打开前，您可以撤回申报。")
        for case in cases
        if case.pk in answered or case.submitted_at is None or now >= case.submitted_at + TAKE_BACK
    }


@moves.guard(Case, "withdraw")
def before_the_first_review_opens(cases: Sequence[Case], actor: Actor) -> Reasons:
    """A filed case is the applicant's to withdraw until somebody reads it; a correction notice proves that."""
    reasons: dict[int, str] = {}
    for case in cases:
        if case.state == State.CORRECTING or (case.state != State.DRAFT and case.opened_at is not None):
            opened = formats.minute(case.opened_at or case.submitted_at)
            reasons[case.pk] = _("初审已于 %(time)s 开始，不能撤回申报。如确需撤回，请联系受理单位。") % {
                "time": opened
            }
    return reasons


@moves.guard(Case, "correct", "correct_upper")
def before_the_notice_runs_out(cases: Sequence[Case], actor: Actor) -> Reasons:
    """Half-open: the instant of the deadline is too late."""
    now = clock.now()
    open_notices = Correction.objects.filter(case__in=[case.pk for case in cases], answered_by__isnull=True)
    last = dict(open_notices.values("case").annotate(due=Max("due_at")).values_list("case", "due"))
    return {
        case.pk: _("补正期限已于 %(time)s 届满，不能再提交补正。请联系要求补正的单位。")
        % {"time": formats.minute(last[case.pk])}
        for case in cases
        if case.pk in last and now >= last[case.pk]
    }


@moves.guard(Case, "correct")
def asked_by_the_local_level(cases: Sequence[Case], actor: Actor) -> Reasons:
    """The answer goes to the level that asked."""
    return {case.pk: _("本次补正由上级部门要求。") for case in cases if case.correcting_level != Level.LOCAL}


@moves.guard(Case, "correct_upper")
def asked_by_the_upper_level(cases: Sequence[Case], actor: Actor) -> Reasons:
    """The answer goes to the level that asked."""
    return {case.pk: _("本次补正由初审单位要求。") for case in cases if case.correcting_level != Level.UPPER}


def last_submission(case: Case) -> Submission | None:
    """The newest submission of a case, or None while nothing was submitted."""
    return case.submissions.order_by("-number").first()
