"""The sections of the case page and what each one shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies.kit.money import Line
from subsidy.cases import words
from subsidy.cases.assess import stored
from subsidy.cases.content import opened
from subsidy.cases.decide import RIGHTS
from subsidy.cases.findings import newest
from subsidy.cases.models import Correction
from subsidy.desk.casefile import CaseFile, Citation
from subsidy.desk.timeline import timeline
from subsidy.reference import formats
from workflow.states import State

SECTIONS: Mapping[str, str | Promise] = {
    "findings": _("规则发现"), "content": _("申报内容"), "lines": _("投资明细"), "documents": _("佐证材料"),
    "assessment": _("上限测算"), "corrections": _("补正"), "history": _("办理经过"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tab:
    """One section in the row of tabs."""

    label: str
    href: str
    current: bool
    count: None = None


class Working(NamedTuple):
    """One line of the computation: label, formula, inputs by name, amount (元), source."""

    label: str
    formula: str
    inputs: list[tuple[str, str]]
    amount: str
    source: Citation


class Sum(NamedTuple):
    """A label with its value, as components/summaries.html has it."""

    label: str
    value: str
    href: str = ""


def tabs(file: CaseFile, current: str) -> list[Tab]:
    """Every section with its own address."""
    return [Tab(str(label), address(file, name), name == current) for name, label in SECTIONS.items()]


def address(file: CaseFile, name: str) -> str:
    """Where a section of the case page is."""
    number = file.case.number
    own = {"findings": "desk:case", "lines": "desk:lines"}
    return reverse(own[name], args=[number]) if name in own else reverse("desk:section", args=[number, name])


def content(file: CaseFile) -> dict[str, Any]:
    """What was submitted, section by section and project by project."""
    shown = file.content
    return {
        "parts": [(part["title"], _sums(opened(part["answers"], file.submission))) for part in shown["sections"]],
        "projects": [(one["name"], _sums(one["answers"])) for one in shown["projects"]],
        "submission": file.submission,
    }


def documents(file: CaseFile) -> dict[str, Any]:
    """The documents of the submission by requirement."""
    number = file.case.number
    return {
        "documents": [
            {
                **row,
                "href": reverse("desk:document", args=[number, row["id"]]),
                "kb": formats.count(row["size"] // 1024),
            }
            for row in file.submission.documents
        ]
    }


def assessment(file: CaseFile) -> dict[str, Any]:
    """The stored computation: each line with formula, inputs and source."""
    found = newest(file.submission)
    entitlement = stored(found).entitlement
    return {
        "assessment": found,
        "lines": [_working(file, line) for line in entitlement.lines],
        "readings": [_working(file, line) for line in entitlement.readings],
        "pending": entitlement.pending,
        "cap": entitlement.cap,
    }


def corrections(file: CaseFile) -> dict[str, Any]:
    """Every correction notice, newest first, with the version that answered it."""
    rows = file.case.corrections.select_related("sent_by", "answered_by", "submission").order_by("-id")
    may_extend = file.case.state == State.CORRECTING and file.actor.may(
        RIGHTS[file.level], file.case.competence(file.level)
    )
    return {"corrections": [(notice, _replies(notice)) for notice in rows], "may_extend": may_extend}


def _replies(notice: Correction) -> list[tuple[dict[str, str], dict[str, Any] | None]]:
    """Each item with what the answering version says about it; None while there is no answer."""
    answer = notice.answered_by.content.get("correction", {}) if notice.answered_by else {}
    said = answer.get("items", []) if answer.get("number") == notice.number else []
    return list(zip_longest(notice.items, said))


def history(file: CaseFile) -> dict[str, Any]:
    """办理经过."""
    return {"entries": timeline(file.case, file.policy)}


READERS: Mapping[str, Callable[[CaseFile], dict[str, Any]]] = {
    "content": content,
    "documents": documents,
    "assessment": assessment,
    "corrections": corrections,
    "history": history,
}


def _sums(answers: Iterable[Sequence[str]]) -> list[Sum]:
    return [Sum(label, value) for label, value in answers]


def _working(file: CaseFile, line: Line) -> Working:
    amount: Decimal = line.amount
    return Working(
        line.label, line.formula, words.figures(line.inputs), formats.yuan(amount), file.citation(line.source)
    )
