"""Earlier awards of a project, for the facts a measure sees: what was allocated and what was paid."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Sum

from policies.kit.facts import AwardFacts
from policies.kit.money import cents
from subsidy.cases import facts
from subsidy.cases.models import Case
from subsidy.funding.models import Payment, Share


def earlier_awards(case: Case, project_ids: Sequence[int]) -> Iterable[AwardFacts]:
    """Awards of these projects in other cases (元), one per share; two queries."""
    shares = list(
        Share.objects.filter(project__project__in=project_ids).exclude(award__case=case)
        .select_related("award__case", "award__plan", "project").order_by("pk")
    )  # fmt: skip
    paid = _paid({share.award_id for share in shares})
    return [
        AwardFacts(
            key=f"award-{share.award_id}-{share.pk}", measure=share.award.case.measure, track=share.award.case.track,
            project=facts.project_key(share.project.project_id), year=share.award.plan.year, allocated=share.amount,
            paid=_part(paid.get(share.award_id, Decimal("0.00")), share),
        )
        for share in shares
    ]  # fmt: skip


def _paid(award_ids: Iterable[int]) -> dict[int, Decimal]:
    rows = (
        Payment.objects.filter(state=Payment.State.PAID, instalment__award__in=list(award_ids))
        .values("instalment__award").annotate(total=Sum("amount")).order_by()
    )  # fmt: skip
    return {row["instalment__award"]: row["total"] for row in rows}


def _part(paid: Decimal, share: Share) -> Decimal:
    """A project's part of what was paid of its award: as large as its part of the award, rounded to 分."""
    return cents(paid * share.amount / share.award.amount)
