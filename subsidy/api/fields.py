"""Which fields of a case the API shows to whom: a list each; a new column stays inside until named here."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from subsidy.accounts.actor import Actor
from workflow.states import APPLICANT_NAMES, State

APPLICANT: Mapping[str, str] = {
    "number": "number",
    "state": "state",
    "measure": "measure",
    "track": "track",
    "call": "call__number",
    "title": "title",
    "enterprise": "enterprise__name",
    "credit_code": "enterprise__credit_code",
    "area": "area",
    "requested": "requested",
    "claimed": "claimed",
    "cap": "cap",
    "filed_at": "filed_at",
    "submitted_at": "submitted_at",
    "due_at": "due_at",
}
"""What an enterprise sees of its own cases: key of the answer → column."""

STAFF: Mapping[str, str] = {
    **APPLICANT,
    "recognised": "recognised",
    "local_agency": "local_agency__short_name",
    "upper_agency": "upper_agency__short_name",
    "handler": "handler__name",
    "version": "version",
}
"""What an agency sees of the cases routed to it."""

COLUMNS = frozenset({*APPLICANT.values(), *STAFF.values(), "enterprise_id"})


def shown(row: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """The part of a row of `COLUMNS` that this person may see: their own enterprise's case as its applicant."""
    own = row["enterprise_id"] in actor.enterprises
    state = State(row["state"])
    names = APPLICANT if own else STAFF
    label = APPLICANT_NAMES[state] if own else state.label
    return {**{key: _written(row[column]) for key, column in names.items()}, "state_name": str(label)}


def _written(value: Any) -> Any:
    """Amounts as text with two decimals: a number in JSON would be read as binary floating point."""
    return f"{value:.2f}" if hasattr(value, "quantize") else value


class CaseFields(serializers.Serializer):
    """The shape of an answer, for the schema; what it holds is made by `shown`."""

    number = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    state_name = serializers.CharField()
    measure = serializers.CharField()
    track = serializers.CharField()
    call = serializers.CharField()
    title = serializers.CharField()
    enterprise = serializers.CharField()
    credit_code = serializers.CharField()
    area = serializers.CharField()
    requested = serializers.DecimalField(18, 2, allow_null=True)
    claimed = serializers.DecimalField(18, 2, allow_null=True)
    cap = serializers.DecimalField(18, 2, allow_null=True)
    filed_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    recognised = serializers.DecimalField(18, 2, allow_null=True, required=False)
    local_agency = serializers.CharField(required=False)
    upper_agency = serializers.CharField(required=False)
    handler = serializers.CharField(allow_null=True, required=False)
    version = serializers.IntegerField(required=False)
