"""What an item of a correction notice points at: one text, so that the reviewer's item opens the right page.

step:<key>   question:<key>   project:<case project id>   line:<key>
document:<requirement>   document:<requirement>:<case project id>   (empty: free text, answered in a note)
"""

from __future__ import annotations

from dataclasses import dataclass

STEP, QUESTION, PROJECT, LINE, DOCUMENT, FREE = "step", "question", "project", "line", "document", ""
KINDS = frozenset({STEP, QUESTION, PROJECT, LINE, DOCUMENT})


@dataclass(frozen=True, slots=True)
class Target:
    """A part of a filing: its kind, what it is called there, and for a document the case project it belongs to."""

    kind: str
    ref: str = ""
    project: int | None = None

    def __str__(self) -> str:
        parts = [self.kind, self.ref, *([str(self.project)] if self.project is not None else [])]
        return ":".join(parts) if self.kind else ""


def parse(text: str) -> Target:
    """The target that a text names; what is none of the known kinds is free text."""
    kind, _colon, rest = text.partition(":")
    if kind not in KINDS or not rest:
        return Target(FREE)
    ref, _colon, project = rest.partition(":")
    return Target(kind, ref, int(project) if kind == DOCUMENT and project.isdecimal() else None)
