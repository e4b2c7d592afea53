"""Whether the same invoice or project stands in another case (platform checks; domain case 22)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from subsidy.cases.models import Case, CaseProject, ClaimedLine
from subsidy.reference.text import fold
from workflow.states import State

NOT_FILED = (State.DRAFT, State.WITHDRAWN, State.DECLINED)
OVER = (*NOT_FILED, State.REPORTED, State.CLOSED)


def invoices_elsewhere(case: Case) -> Callable[[str], tuple[str, ...]]:
    """A function from an invoice number to the numbers of other filed cases that claim it. One query."""
    own = ClaimedLine.objects.filter(project__case=case).exclude(invoice_key="").values("invoice_key")
    rows = (
        ClaimedLine.objects.filter(invoice_key__in=own)
        .exclude(project__case=case)
        .exclude(project__case__state__in=NOT_FILED)
        .values_list("invoice_key", "project__case__number")
        .distinct()
    )
    found: dict[str, set[str]] = defaultdict(set)
    for key, number in rows:
        found[key].add(number)
    return lambda invoice: tuple(sorted(found.get(fold(invoice), ()))) if invoice else ()


def projects_elsewhere(case: Case, project_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Project id → numbers of other cases of the same kind that hold it and are not over. One query."""
    rows = (
        CaseProject.objects.filter(
            project__in=project_ids, status=CaseProject.Status.IN,
            case__measure=case.measure, case__track=case.track, case__call__kind=case.call.kind,
        )
        .exclude(case=case)
        .exclude(case__state__in=OVER)
        .values_list("project_id", "case__number")
    )  # fmt: skip
    found: dict[int, set[str]] = defaultdict(set)
    for project_id, number in rows:
        found[project_id].add(number)
    return {project_id: tuple(sorted(numbers)) for project_id, numbers in found.items()}
