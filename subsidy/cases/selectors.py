"""Every queryset of cases, all starting from who is asking."""

from django.db.models import Q, QuerySet
from django.http import Http404

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.cases.models import Case


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Cases the actor may see: an enterprise its own; an agency those filed that are routed to it.

    Experts see no case through here, only their panel's under its code.
    """
    agencies = actor.agencies_with(Right.READ_CASES)
    routed = (
        Q(local_agency__in=agencies) | Q(local_finance_agency__in=agencies)
        | Q(upper_agency__in=agencies) | Q(upper_finance_agency__in=agencies)
        | Q(pay_maker_agency__in=agencies) | Q(pay_checker_agency__in=agencies)
    )  # fmt: skip
    filed = Q(filed_at__isnull=False) & routed
    # Most people file nothing themselves; their lists are spared a condition that never holds.
    return Case.objects.filter(Q(enterprise__in=actor.enterprises) | filed if actor.enterprises else filed)


def own(actor: Actor) -> QuerySet[Case]:
    """Cases of the actor's own enterprises."""
    return visible_to(actor).filter(enterprise__in=actor.enterprises)


def handed_in(case: Case) -> set[int]:
    """Ids of the files that a submission of the case names: what others than its own enterprise may open."""
    return {row["id"] for submission in case.submissions.all() for row in submission.documents}


def staff(actor: Actor) -> QuerySet[Case]:
    """Cases routed to one of the actor's agencies."""
    cases = visible_to(actor)
    return cases.exclude(enterprise__in=actor.enterprises) if actor.enterprises else cases


def one(cases: QuerySet[Case], number: str) -> Case:
    """The case with this number among those given; otherwise Http404, which names nobody."""
    case = cases.select_related("call", "enterprise", "local_agency", "upper_agency").filter(number=number).first()
    if case is None:
        raise Http404(number)
    return case
