"""Which materials a case has to bring, by the call's list, and which it has brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policies.kit.policy import Subject
from subsidy.calls.materials import documents_for
from subsidy.cases.models import Case, CaseProject, DocumentVersion


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for a material: of the whole case, of one project, or of one firm.

    A firm's material hangs on the firm's first project in the case; the applicant's own on the case.
    """

    requirement: str
    label: str
    help: str
    source: str
    required: bool
    kinds: frozenset[str]
    about: str
    project: CaseProject | None
    files: tuple[DocumentVersion, ...] = field(default=())

    @property
    def project_id(self) -> int | None:
        """The case project it belongs to, or None."""
        return self.project.pk if self.project else None

    @property
    def key(self) -> str:
        """What addresses and forms call the slot."""
        return f"{self.requirement}:{self.project_id}" if self.project else self.requirement

    @property
    def owner(self) -> str:
        """Whose material it is, for the label: the project, the firm, or nothing."""
        if self.project is None:
            return ""
        return self.project.project.enterprise.name if self.about == Subject.FIRM else self.project.project.name

    @property
    def missing(self) -> bool:
        """Required, and nothing was uploaded."""
        return self.required and not self.files


def slots(case: Case, rows: Sequence[CaseProject] | None = None) -> list[Slot]:
    """Every slot of a case in the call's order, with its present files. Two queries at most."""
    projects = [
        row
        for row in (case.projects.select_related("project__enterprise") if rows is None else rows)
        if row.status == CaseProject.Status.IN
    ]
    kept: dict[tuple[str, int | None], list[DocumentVersion]] = {}
    for version in DocumentVersion.objects.filter(case=case, superseded_at__isnull=True).select_related("uploaded_by"):
        kept.setdefault((version.requirement, version.project_id), []).append(version)
    return places(case, projects, kept)


def places(
    case: Case,
    projects: Sequence[CaseProject],
    kept: Mapping[tuple[str, int | None], Sequence[DocumentVersion]],
) -> list[Slot]:
    """The slots of a case with these projects; ``kept`` are the files by requirement and case project."""
    return [
        Slot(
            row["key"], row["label"], row["help"], row["source"], row["required"], frozenset(row["kinds"]),
            row["about"], owner, tuple(kept.get((row["key"], owner.pk if owner else None), ())),
        )
        for row in documents_for(case.call, case.track)
        for owner in _owners(row, case, projects)
        if _asked(row["when"], case, owner)
    ]  # fmt: skip


def slot(case: Case, key: str) -> Slot | None:
    """The slot with this key, or None."""
    return next((one for one in slots(case) if one.key == key), None)


def snapshot(found: Iterable[Slot]) -> list[dict[str, Any]]:
    """The present files as a submission keeps them."""
    return [
        {
            "id": version.pk, "requirement": one.requirement, "label": one.label, "project": one.project_id,
            "project_name": one.owner, "name": version.name, "digest": version.digest, "size": version.size,
            "pages": version.pages, "kind": version.kind,
        }
        for one in found
        for version in one.files
    ]  # fmt: skip


def _owners(row: Mapping[str, Any], case: Case, projects: Sequence[CaseProject]) -> list[CaseProject | None]:
    if row["about"] == Subject.CASE:
        return [None]
    if row["about"] == Subject.PROJECT:
        return list(projects)
    firms = {p.project.enterprise_id: p for p in reversed(projects) if p.project.enterprise_id != case.enterprise_id}
    return [None, *sorted(firms.values(), key=lambda p: (p.position, p.pk))]


def _asked(when: Mapping[str, Any] | None, case: Case, owner: CaseProject | None) -> bool:
    if not when:
        return True
    answers = {**case.answers, **(owner.answers | {"direction": owner.direction} if owner else {})}
    return answers.get(when["key"]) in when["among"]
