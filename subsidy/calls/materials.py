"""The list of materials and the scorecard of a call: prefilled from the measure, then the call's own rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from policies.kit.facts import CallFacts, CallKind, CaseFacts, EnterpriseFacts
from policies.kit.policy import Policy, RequiredDocument
from subsidy.calls.models import Call

Row = dict[str, Any]


def documents_of(policy: Policy, kind: CallKind, day: date) -> list[Row]:
    """The measure's list of materials as rows of a call; ``tracks`` names the kinds of award that ask for a row."""
    call = CallFacts("call", policy.measure, policy.edition, "", kind, day.year, day, day, day)
    rows: dict[str, Row] = {}
    for track in policy.tracks:
        for document in policy.documents(nothing_filed(call, track.key, day)):
            rows.setdefault(document.key, _row(document))["tracks"].append(track.key)
    return list(rows.values())


def documents_for(call: Call, track: str) -> list[Row]:
    """The rows of a call's list that it asks of one kind of award."""
    return [row for row in call.documents if not row["tracks"] or track in row["tracks"]]


def scorecard_of(policy: Policy, kind: CallKind) -> list[Row]:
    """The measure's scorecard as rows; empty for a measure without experts."""
    card = policy.scorecard(kind)
    if card is None:
        return []
    return [{"key": c.key, "label": c.label, "points": format(c.points, "f"), "guide": c.guide} for c in card.criteria]


def points(scorecard: list[Row]) -> Decimal:
    """The points of all criteria together; they have to make 100."""
    return sum((Decimal(row["points"]) for row in scorecard), Decimal(0))


def _row(document: RequiredDocument) -> Row:
    when = document.when
    return {
        "key": document.key,
        "label": document.label,
        "help": document.help,
        "required": document.required,
        "about": document.about.value,
        "kinds": list(document.kinds),
        "when": {"key": when.key, "among": list(when.among)} if when else None,
        "source": document.source.clause,
        "tracks": [],
    }


def nothing_filed(call: CallFacts, track: str, day: date) -> CaseFacts:
    """Facts of a case in which nothing has been filled in, to ask a measure what it wants to see."""
    firm = EnterpriseFacts("firm", "", "firm", "", "")
    return CaseFacts("", call.measure, track, day, day, "firm", call, (firm,), ())
