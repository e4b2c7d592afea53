"""The joint submissions and province reports a person may see."""

from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.editions import latest
from subsidy.calls.models import Call
from subsidy.cases.models import Case, JointSubmission, ProvinceReport
from subsidy.cases.report import REPORTED_FROM
from subsidy.cases.stages import policy_reports, reports_to_province
from workflow.states import State


def joints(actor: Actor) -> QuerySet[JointSubmission]:
    """Letters of the actor's own bureau; of those sent, also the ones to the actor's upper bureau."""
    own = actor.agencies_with(Right.SEND_JOINT) | actor.agencies_with(Right.SIGN_FINANCE)
    upper = actor.agencies_with(Right.REVIEW_UPPER)
    sent = ~Q(state=JointSubmission.State.DRAFT)
    found = JointSubmission.objects.filter(
        Q(agency__in=own) | Q(finance_agency__in=own) | (Q(call__agency__in=upper) & sent)
    )
    return found.select_related("call", "agency").annotate(size=Count("items", distinct=True)).order_by("-pk")


def endorsed(actor: Actor) -> QuerySet[Case]:
    """Cases that wait for a letter of the actor's bureau and are in none that is being prepared."""
    drafted = Q(joint_items__joint__state=JointSubmission.State.DRAFT)
    cases = Case.objects.filter(local_agency__in=actor.agencies_with(Right.SEND_JOINT), state=State.ENDORSED)
    return cases.exclude(drafted).select_related("call", "enterprise").order_by("call", "number")


def to_report(actor: Actor) -> int:
    """How many cases of the actor's calls can go on a list to the province now."""
    calls = Call.objects.filter(agency__in=actor.agencies_with(Right.REPORT_PROVINCE))
    ready = [Q(call=call, state=REPORTED_FROM[call.kind]) for call in calls if reports_to_province(call)]
    if not ready:
        return 0
    return Case.objects.filter(reduce(or_, ready), province_items__isnull=True).count()


def has_reports(actor: Actor) -> bool:
    """Whether a measure of the actor's agencies has lists to the province at all."""
    return any(policy_reports(latest(measure)) for measure in actor.measures_with(Right.REPORT_PROVINCE))


def reports(actor: Actor) -> QuerySet[ProvinceReport]:
    """Lists of the actor's bureau to the province."""
    found = ProvinceReport.objects.filter(agency__in=actor.agencies_with(Right.REPORT_PROVINCE))
    return found.select_related("call").annotate(size=Count("items")).order_by("-pk")
