"""Attach materials: a new file, one in place of another, or one taken out. Every version stays."""

from __future__ import annotations

from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile

from subsidy.accounts.actor import Actor
from subsidy.cases.fill import editing
from subsidy.cases.materials import Slot
from subsidy.cases.models import Case, DocumentVersion
from subsidy.papers import files
from workflow import clock

STEP = "documents"
NAME_LENGTH = 200


def attach(
    case: Case,
    actor: Actor,
    slot: Slot,
    upload: UploadedFile[bytes],
    *,
    step: str = STEP,
    replaces: DocumentVersion | None = None,
) -> DocumentVersion:
    """Keep an upload under its digest as a version of a slot. Raises ValidationError with the sentence why not."""
    kept = files.take(upload, slot.kinds)
    now = clock.now()
    with editing(case, actor, step, part=slot.key):
        if replaces is not None:
            DocumentVersion.objects.filter(pk=replaces.pk, case=case).update(superseded_at=now)
        return DocumentVersion.objects.create(
            case=case, project=slot.project, requirement=slot.requirement,
            name=PurePath(upload.name or "").name[-NAME_LENGTH:], digest=kept.digest, size=kept.size, kind=kept.kind,
            pages=kept.pages, uploaded_by_id=actor.person_id, uploaded_at=now,
        )  # fmt: skip


def detach(version: DocumentVersion, actor: Actor, slot: Slot, *, step: str = STEP) -> None:
    """Take a file out of its slot; submissions that hold it keep it."""
    with editing(version.case, actor, step, part=slot.key):
        DocumentVersion.objects.filter(pk=version.pk).update(superseded_at=clock.now())
