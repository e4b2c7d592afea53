"""What has been done about each item of a correction notice: dealt with, or explained in a word by the applicant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from policies.kit.policy import Question
from subsidy.calls.editions import policy_of
from subsidy.cases.answers import in_words
from subsidy.cases.assess import Result
from subsidy.cases.changes import Change, Content, Documents, changes, texts
from subsidy.cases.content import content_of
from subsidy.cases.facts import facts_of
from subsidy.cases.fill import step_of
from subsidy.cases.materials import slots, snapshot
from subsidy.cases.models import Case, Correction
from subsidy.cases.targets import DOCUMENT, LINE, PROJECT, QUESTION, STEP, Target, parse
from subsidy.reference import formats

DOCUMENTS, LINES, PROJECTS = "documents", "lines", "projects"
EXPLANATION_LENGTH = 300
Filing = tuple[Content, Documents]
"""What was filled in, and the files: as a submission keeps them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An item: its place in the notice (from 1), what it asks, what the seen version says, and what is another now."""

    place: int
    item: Mapping[str, str]
    step: str
    old: str
    changes: Sequence[Change]

    @property
    def handled(self) -> bool:
        """Whether anything at this item is another than in the version that was looked at."""
        return bool(self.changes)


def answers_now(case: Case, notice: Correction, result: Result) -> list[Answer]:
    """The items of an open notice against the filing as it is now; ``result`` is its preview."""
    rows = list(case.projects.select_related("project__enterprise"))
    return answers(case, notice, content_of(case, result, rows), snapshot(slots(case, rows)))


def answers(case: Case, notice: Correction, content: Content, documents: Documents) -> list[Answer]:
    """The items of a notice against a filing."""
    before: Filing = (notice.submission.content, notice.submission.documents)
    asked = {one.key: one for one in policy_of(case.call).questions(facts_of(case))}
    found = []
    for place, item in enumerate(notice.items, start=1):
        target, step = parse(item["target"]), step_of(case, item["target"])
        changed = list(_changed(target, before, (content, documents), asked))
        found.append(Answer(place, item, step, _old(target, before, asked), changed))
    return found


def unexplained(found: Sequence[Answer], explanations: Mapping[int, str]) -> list[Answer]:
    """Items that are neither dealt with nor explained; ``explanations`` by place."""
    return [one for one in found if not one.handled and not explanations.get(one.place, "").strip()]


def kept(notice: Correction, found: Sequence[Answer], explanations: Mapping[int, str]) -> dict[str, Any]:
    """What the answering submission says about the notice, as JSON."""
    items = [
        {
            "label": one.item["label"], "handled": one.handled, "changes": [list(change) for change in one.changes],
            "explanation": "" if one.handled else explanations[one.place].strip(),
        }
        for one in found
    ]  # fmt: skip
    return {"number": notice.number, "items": items}


def _changed(target: Target, before: Filing, after: Filing, asked: Mapping[str, Question]) -> Iterator[Change]:
    if target.kind == QUESTION:
        question = asked.get(target.ref)
        if question is not None:
            one, other = (in_words(question, content["answers"]) for content, _documents in (before, after))
            yield from texts({question.label: one}, {question.label: other})
        return
    (content, documents), (content_now, documents_now) = (_part(target, *filing) for filing in (before, after))
    yield from changes(content, content_now, documents, documents_now)
    if target == Target(STEP, PROJECTS):
        yield from texts({_("项目（群）名称"): before[0]["title"]}, {_("项目（群）名称"): after[0]["title"]})
    if target == Target(STEP, "applicant") and before[0]["contact"][1] != after[0]["contact"][1]:
        # The telephone stands masked in the content; another one can look the same.
        yield Change(_("联系电话"), _("原号码"), _("已更换"))


def _part(target: Target, content: Content, documents: Documents) -> Filing:
    """A filing narrowed to what a target names."""
    whole = target.ref if target.kind == STEP else ""
    return {
        "sections": [one for one in content["sections"] if one["step"] == whole],
        "projects": [
            one for one in content["projects"]
            if whole == PROJECTS or (target.kind == PROJECT and str(one["id"]) == target.ref)
        ],
        "lines": [
            one for one in content["lines"] if whole == LINES or (target.kind == LINE and one["key"] == target.ref)
        ],
    }, [one for one in documents if whole == DOCUMENTS or whole == one["requirement"] or _is(target, one)]  # fmt: skip


def _is(target: Target, document: Mapping[str, Any]) -> bool:
    same = target.kind == DOCUMENT and document["requirement"] == target.ref
    return same and target.project in (None, document["project"])


def _old(target: Target, filing: Filing, asked: Mapping[str, Question]) -> str:
    """What the submission that was looked at says there; empty when the target is a whole step or free text."""
    content, documents = filing
    if target.kind == LINE:
        line = next((one for one in content["lines"] if one["key"] == target.ref), None)
        shown = _("%(category_label)s，%(summary)s，%(claimed)s 元")
        return shown % {**line, "claimed": formats.yuan(Decimal(line["claimed"]))} if line else ""
    if target.kind == DOCUMENT:
        return "、".join(one["name"] for one in documents if _is(target, one)) or formats.NONE
    if target.kind == PROJECT:
        return next((one["name"] for one in content["projects"] if str(one["id"]) == target.ref), "")
    if target.kind == QUESTION and target.ref in asked:
        return in_words(asked[target.ref], content["answers"])
    return ""
