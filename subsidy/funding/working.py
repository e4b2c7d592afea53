"""How a ceiling came about, and what each project of a case counts for: both from the newest stored assessment."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from policies.kit import facts as kit
from policies.kit.facts import CaseFacts, ProjectFacts
from policies.kit.policy import Policy
from subsidy.cases.assess import stored
from subsidy.cases.models import Assessment
from subsidy.cases.words import figures


def newest(case_ids: Iterable[int]) -> Mapping[int, Assessment]:
    """Case → its newest assessment; one query."""
    rows = (
        Assessment.objects.filter(submission__case__in=list(case_ids))
        .select_related("submission").order_by("submission__case", "-id").distinct("submission__case")
    )  # fmt: skip
    return {row.submission.case_id: row for row in rows}


def ceilings(case_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Case → the lines of its ceiling as they are shown: label, formula, inputs, amount (元), article."""
    ids = list(case_ids)
    shown: dict[int, list[dict[str, Any]]] = {pk: [] for pk in ids}
    for pk, assessment in newest(ids).items():
        shown[pk] = [
            {
                "label": line.label, "formula": line.formula, "amount": f"{line.amount:f}",
                "clause": line.source.clause, "ref": line.source.ref,
                "inputs": [list(pair) for pair in figures(line.inputs)],
            }
            for line in stored(assessment).entitlement.lines
        ]  # fmt: skip
    return shown


def facts_seen(assessments: Mapping[int, Assessment]) -> dict[int, CaseFacts]:
    """Case → the facts its newest assessment saw."""
    return {pk: kit.from_json(assessment.facts) for pk, assessment in assessments.items()}


def weight(project: ProjectFacts, policy: Policy) -> Decimal:
    """What a project counts for (元): its lines of categories that count, as recognised, else as claimed."""
    counted = {category.key for category in policy.categories if category.counts}
    amounts = (
        line.claimed if line.recognised is None else line.recognised
        for line in project.lines
        if line.category in counted
    )
    return sum(amounts, Decimal("0.00"))
