"""Claim investment line by line; what the measure counts of it is worked out by the measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max

from subsidy.accounts.actor import Actor
from subsidy.cases.fill import editing
from subsidy.cases.models import Case, CaseProject, ClaimedLine
from subsidy.reference.text import fold

STEP = "lines"


def add_line(row: CaseProject, actor: Actor, values: Mapping[str, Any]) -> ClaimedLine:
    """A new line of a project, numbered after the last one of the case. ``values`` are columns of the line (元)."""
    return add_lines(row.case, actor, [(row, values)])[0]


def add_lines(case: Case, actor: Actor, lines: Sequence[tuple[CaseProject, Mapping[str, Any]]]) -> list[ClaimedLine]:
    """New lines of a case's projects in one act, numbered in their order after the last one of the case (元)."""
    with editing(case, actor, STEP, part="list") as work:
        last = ClaimedLine.objects.filter(project__case=work.case).aggregate(last=Max("number"))["last"] or 0
        return ClaimedLine.objects.bulk_create(
            ClaimedLine(project=row, number=place, invoice_key=fold(values.get("invoice", "")), **values)
            for place, (row, values) in enumerate(lines, start=last + 1)
        )


def change_line(
    line: ClaimedLine, actor: Actor, values: Mapping[str, Any], *, version: int | None = None, note: str = ""
) -> None:
    """Change a line; its number and key stay. Raises as ``fill.editing`` does."""
    with editing(line.project.case, actor, STEP, part=str(line.pk), version=version, note=note):
        ClaimedLine.objects.filter(pk=line.pk).update(invoice_key=fold(values.get("invoice", "")), **values)


def remove_line(line: ClaimedLine, actor: Actor) -> None:
    """Remove a line of a draft; submissions keep theirs."""
    with editing(line.project.case, actor, STEP, part=str(line.pk)):
        line.delete()
