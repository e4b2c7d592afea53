"""Enter an enterprise, change what the register says of it, and change its name with a date and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.register_row import check_keeper, check_seen, differences
from subsidy.enterprises.models import Enterprise, FormerName
from subsidy.papers import files
from subsidy.reference import formats
from subsidy.reference.text import fold
from workflow import clock, perform
from workflow.perform import Refused

EVIDENCE_KINDS = frozenset({"pdf", "jpg", "png", "ofd"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """The document that proves something, and its scan."""

    document: str
    digest: str
    name: str

    @classmethod
    def of(cls, document: str, upload: UploadedFile[bytes]) -> Evidence:
        """Keep the scan. Raises ValidationError with a sentence that names the file."""
        return cls(document, files.take(upload, EVIDENCE_KINDS).digest, (upload.name or "")[-200:])


def add(actor: Actor, values: Mapping[str, Any]) -> Enterprise:
    """A new row.

    Raises NotAllowed outside the keeper's territory, Refused when the code is registered or the founding is to come.
    """
    check_keeper(actor, values["area"], values.get("production_area", ""))
    if fault := fault_of_founding(values.get("established_on"), None):
        raise Refused(fault)
    try:
        with transaction.atomic():
            row = Enterprise.objects.create(**values, name_key=fold(values["name"]))
            perform.created(row, actor, evidence={"credit_code": row.credit_code, "name": row.name})
    except IntegrityError as error:
        raise Refused(taken(values["credit_code"])) from error
    return row


def change(row: Enterprise, actor: Actor, values: Mapping[str, Any], *, version: int) -> Enterprise:
    """Change columns other than the name. Raises NotAllowed, Conflict for an old version, or Refused for a code that
    another row has and for a founding after today or after the first change of name.
    """
    check_keeper(actor, *row.places())
    check_keeper(actor, values.get("area", row.area), values.get("production_area", row.production_area))
    changes = differences(row, values)
    if not changes:
        check_seen(row, version, _("修改登记"))
        return row
    if "established_on" in changes:
        first = row.former_names.aggregate(first=Min("valid_to"))["first"]
        if fault := fault_of_founding(values["established_on"], first):
            raise Refused(fault)
    try:
        with transaction.atomic():
            return perform.record(
                row, "change", actor, evidence={"changes": changes}, version=version, label=_("修改登记"),
                changes={name: values[name] for name in changes},
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused(taken(values["credit_code"])) from error


def rename(row: Enterprise, actor: Actor, name: str, on: date, evidence: Evidence, *, version: int) -> Enterprise:
    """The enterprise bears another name from a day on; the old one stays on record with the evidence.

    Raises NotAllowed, Conflict, or Refused (the same name, a day after today, before the founding or the last change).
    """
    check_keeper(actor, *row.places())
    if name == row.name:
        raise Refused(_("新名称与现名称相同，无需更名。"))
    last = row.former_names.order_by("-valid_to").first()
    if on > clock.today() or (last is not None and on <= last.valid_to):
        raise Refused(_("更名日期应在上一次更名之后，且不能晚于今天。"))
    if row.established_on is not None and on < row.established_on:
        raise Refused(_("更名日期不能早于成立日期 %(day)s，请核对。") % {"day": formats.day(row.established_on)})
    with transaction.atomic():
        renamed = perform.record(
            row, "rename", actor, note=evidence.document, version=version, label=_("更名"),
            evidence={"from": row.name, "to": name, "on": on, "digest": evidence.digest},
            changes={"name": name, "name_key": fold(name)},
        )  # fmt: skip
        FormerName.objects.create(
            enterprise=row, name=row.name, valid_to=on, document=evidence.document, evidence=evidence.digest,
            evidence_name=evidence.name,
        )  # fmt: skip
    return renamed


def correct_name(row: Enterprise, actor: Actor, name: str, note: str, *, version: int) -> Enterprise:
    """The name was entered wrongly; it never was the enterprise's, so no former name stays. Raises as `rename`."""
    check_keeper(actor, *row.places())
    if name == row.name:
        raise Refused(_("新名称与现名称相同，无需更正。"))
    return perform.record(
        row, "correct_name", actor, note=note, version=version, label=_("更正名称"),
        evidence={"changes": {"name": [row.name, name]}}, changes={"name": name, "name_key": fold(name)},
    )  # fmt: skip


def fault_of_founding(day: date | None, first_rename: date | None) -> str:
    """Why an enterprise cannot have been founded on a day: it has not come, or there was a former name before."""
    if day is not None and day > clock.today():
        return _("成立日期不能晚于今天，请核对。")
    if day is not None and first_rename is not None and day > first_rename:
        return _("成立日期不能晚于已登记的更名日期 %(day)s，请核对。") % {"day": formats.day(first_rename)}
    return ""


def taken(code: str) -> str:
    """What to say when a code stands in the register already."""
    return _("统一社会信用代码 %(code)s 已登记，请在企业名录中查找，不要重复登记。") % {"code": code}
