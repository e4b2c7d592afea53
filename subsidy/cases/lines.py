"""The claimed lines of a submission as they were submitted, with the amounts recognised at each level (元)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from subsidy.cases.models import Level, LineDecision, Submission


@dataclass(frozen=True, slots=True)
class Ruled:
    """One line with the newest decision of a level, and at the upper level the local one beside it."""

    key: UUID
    number: str
    project: str
    category: str
    counts: bool
    summary: str
    supplier: str
    invoice: str
    dated: str
    net: Decimal
    paid: Decimal
    claimed: Decimal
    decision: LineDecision | None = None
    below: LineDecision | None = None

    @property
    def recognised(self) -> Decimal:
        """What holds now: this level's decision, else the level's below, else all that was claimed."""
        newest = self.decision or self.below
        return self.claimed if newest is None else newest.recognised

    @property
    def reason(self) -> str:
        newest = self.decision or self.below
        return "" if newest is None else newest.reason


def lines_of(submission: Submission, level: str) -> list[Ruled]:
    """Every line of the submission in order; one query."""
    here: dict[UUID, LineDecision] = {}
    local: dict[UUID, LineDecision] = {}
    for row in submission.line_decisions.order_by("id"):
        (here if row.level == level else local)[row.line] = row
    below = local if level == Level.UPPER else {}
    return [_ruled(row, here, below) for row in submission.content["lines"]]


def _ruled(row: Mapping[str, Any], here: Mapping[UUID, LineDecision], below: Mapping[UUID, LineDecision]) -> Ruled:
    key = UUID(row["key"])
    return Ruled(
        key, str(row["number"]), row["project_name"], row["category_label"], row["counts"], row["summary"],
        row["supplier"], row["invoice"], row["dated"], Decimal(row["net"]), Decimal(row["paid"]),
        Decimal(row["claimed"]), here.get(key), below.get(key),
    )  # fmt: skip
