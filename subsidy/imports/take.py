"""Take a workbook in, have it read, show what was found, and apply it once somebody has confirmed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import User
from subsidy.imports import blank, kinds
from subsidy.imports.kinds import Change, Kind, Line, Origin
from subsidy.imports.models import Import
from subsidy.imports.read import BadSheet, lines_of
from subsidy.papers import files
from subsidy.papers.sheets import SheetError
from workflow import clock, outbox
from workflow.crash import crash_point
from workflow.perform import Conflict, NotAllowed

CHECK, APPLY = "imports.check", "imports.apply"
XLSX = frozenset({"xlsx"})
SHOWN_PROBLEMS = 200
AT_ONCE = 500
PROGRESS_SECONDS = 3600


def take_in(kind: Kind, upload: UploadedFile[bytes], actor: Actor) -> Import:
    """Keep the workbook and have it read by a job.

    Raises NotAllowed, or ValidationError with a sentence when the file is no workbook.
    """
    agency = min(actor.agencies_with(kind.right), default=None)
    if agency is None:
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    kept = files.take(upload, XLSX)
    with transaction.atomic():
        made = Import.objects.create(
            kind=kind.key, file=(upload.name or "")[-200:], digest=kept.digest, agency_id=agency,
            asked_by_id=actor.person_id, asked_at=clock.now(), address=actor.address,
        )  # fmt: skip
        outbox.enqueue(CHECK, {"import": made.pk}, key=f"{CHECK}:{made.pk}", asked_by=actor.id)
    return made


def confirm(row: Import, actor: Actor) -> None:
    """Have the good lines of a checked workbook applied by a job. Raises NotAllowed or Conflict."""
    with transaction.atomic():
        locked = Import.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if locked.agency_id not in actor.agencies_with(kinds.find(locked.kind).right):
            raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
        if locked.is_waiting or locked.refusal or locked.applied_at or not locked.good:
            raise Conflict(_("此文件正在处理、已经导入或没有可导入的行，请刷新后查看。"))
        locked.confirmed_by_id, locked.confirmed_at, locked.notice = actor.person_id, clock.now(), ""
        locked.save(update_fields=["confirmed_by", "confirmed_at", "notice"])
        key = f"{APPLY}:{row.pk}:{locked.confirmed_at.isoformat()}"
        outbox.enqueue(APPLY, {"import": row.pk}, key=key, asked_by=actor.id)


def progress(row: Import) -> int:
    """How much of the workbook the job has done, in per cent."""
    return int(cache.get(_progress_key(row.pk), 0))


@outbox.handler(CHECK)
def check(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read one workbook and note what was found; a second time does nothing."""
    row = Import.objects.select_related("asked_by").get(pk=arguments["import"])
    if row.checked_at is None:
        kind, actor = kinds.find(row.kind), Actor.of(row.asked_by, row.address)
        try:
            lines = _lines(row, kind, actor)
        except (SheetError, BadSheet, FileNotFoundError) as refused:
            _refuse(row, refused)
        else:
            _note(row, kind, actor, lines)
    return {"good": row.good, "wrong": row.wrong}


@outbox.handler(APPLY)
def apply(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Apply the good lines of one workbook, all or none; a second time does nothing.

    When the register has changed since the preview, nothing is imported and a new preview is shown.
    """
    row = Import.objects.get(pk=arguments["import"])
    if row.confirmed_by_id is None or row.applied_at is not None:
        return {}
    kind = kinds.find(row.kind)
    actor = Actor.of(User.objects.get(pk=row.confirmed_by_id), row.address)
    with transaction.atomic():
        row = Import.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if row.applied_at is not None or row.confirmed_at is None:
            return {}
        if row.agency_id not in actor.agencies_with(kind.right):
            _refuse(row, NotAllowed(_("确认人已不再负责此项登记，未导入任何内容。")))
            return {}
        lines = _lines(row, kind, actor)
        if _digest(lines) != row.shown:
            row.confirmed_by = row.confirmed_at = None
            row.notice = _("预览之后登记的数据有了变化，未导入任何内容。请核对下面新的预览后再次确认。")
            _note(row, kind, actor, lines)
            return {}
        _apply_all(row, kind, actor, [line for line in lines if line.good and line.change is not Change.SAME])
        row.applied_at = clock.now()
        row.save(update_fields=["applied_at"])
        crash_point("before commit")
    return {"good": row.good}


def _apply_all(row: Import, kind: Kind, actor: Actor, lines: Sequence[Line]) -> None:
    origin = Origin(row.pk, row.file, row.digest)
    for first in range(0, len(lines), AT_ONCE):
        kind.apply(lines[first : first + AT_ONCE], actor, origin)
        cache.set(_progress_key(row.pk), 100 * min(first + AT_ONCE, len(lines)) // len(lines), PROGRESS_SECONDS)


def _lines(row: Import, kind: Kind, actor: Actor) -> list[Line]:
    with files.open_kept(row.digest) as file:
        return lines_of(file, kind, actor)


def _note(row: Import, kind: Kind, actor: Actor, lines: Sequence[Line]) -> None:
    """Keep what was found: counts, the first problems, and the wrong rows as a file."""
    wrong = [line for line in lines if not line.good]
    counts = {change: sum(line.good and line.change is change for line in lines) for change in Change}
    row.new, row.changed, row.same = counts[Change.NEW], counts[Change.CHANGED], counts[Change.SAME]
    row.wrong = len(wrong)
    row.problems = [
        {"row": line.number, "column": str(kind.column(key).label), "value": line.typed[key], "reason": reason}
        for line in wrong[:SHOWN_PROBLEMS] for key, reason in line.problems
    ][:SHOWN_PROBLEMS]  # fmt: skip
    row.wrong_rows = files.keep(blank.wrong_rows(kind, actor, wrong)) if wrong else ""
    row.shown, row.checked_at = _digest(lines), clock.now()
    row.save()


def _refuse(row: Import, refused: Exception) -> None:
    row.refusal = _("文件已不在，请重新上传。") if isinstance(refused, FileNotFoundError) else str(refused)[:500]
    row.checked_at = row.checked_at or clock.now()
    row.save(update_fields=["refusal", "checked_at"])


def _digest(lines: Sequence[Line]) -> str:
    """What the preview promises: which lines are good, and what each of them does."""
    marks = repr([line.mark for line in lines if line.good])
    return hashlib.sha256(marks.encode()).hexdigest()


def _progress_key(import_id: int) -> str:
    return f"imports:{import_id}"
