"""Whether a case waits for the province: its measured project has no decision yet (domain case 36)."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from policies.kit.facts import CallKind
from subsidy.cases.models import Case
from subsidy.projects.models import MeasuredApproval
from workflow.states import ENDS

WAITING: Final = _("等待省级批复结果")


def waits(case: Case) -> bool:
    """Whether money is asked for a measured project about which the province has not decided; one query at most."""
    if case.measured_id is None or case.call.kind != CallKind.SUPPORT or case.state in ENDS:
        return False
    return not MeasuredApproval.objects.filter(measured=case.measured_id).exists()


def undecided() -> ExpressionWrapper[Any]:
    """The same as a column of a list of cases."""
    decided = Exists(MeasuredApproval.objects.filter(measured=OuterRef("measured")))
    asked = Q(measured__isnull=False, call__kind=CallKind.SUPPORT)
    return ExpressionWrapper(asked & ~Q(state__in=ENDS) & ~Q(decided), output_field=BooleanField())
