"""A row of a register: kept by the upper agency of its place, with a history of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import covers, keepers_of, territory
from subsidy.reference.secret import EncryptedTextField
from workflow.machine import Competence, Machine
from workflow.perform import NotAllowed, Refused, record, stale

KEEPER = "keeper"
HIDDEN = "****"


class Entry(Machine):
    """A row of a register. Subclasses say in which areas it lies; whoever keeps the register there may change it."""

    class Meta:
        abstract = True

    def places(self) -> tuple[str, ...]:
        """The codes of the areas in which it lies."""
        raise TypeError(f"{type(self).__name__} does not say where it lies")

    def competence(self, stage: str) -> Competence:
        """The upper agencies of its places, whatever the measure."""
        return Competence(stage=stage, agencies=keepers_of(self.places()))


def may_keep(actor: Actor, *places: str) -> bool:
    """Whether the person keeps the register for one of these areas."""
    return covers(territory(actor, Right.KEEP_REGISTERS), *places)


def check_keeper(actor: Actor, *places: str) -> None:
    """Raise NotAllowed unless the person keeps the register for one of these areas."""
    if not may_keep(actor, *places):
        raise NotAllowed(_("您的岗位不负责该地区的登记。如需协助请联系系统管理员。"))


def check_seen(row: Entry, version: int | None, label: str) -> None:
    """Raise Conflict unless the row still is as the person saw it, where nothing would change; None: not asked."""
    now = type(row)._default_manager.get(pk=row.pk)
    if version is not None and version != now.version:
        raise stale(now, label)


def differences(row: models.Model, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Column → [before, after] for what would change, as the history keeps it; encrypted texts are not shown in it."""
    changes = {}
    for name, after in values.items():
        before = getattr(row, name)
        if before == after or (before in (None, "") and after in (None, "")):
            continue
        secret = isinstance(row._meta.get_field(name), EncryptedTextField)
        changes[name] = [HIDDEN, HIDDEN] if secret else [_plain(before), _plain(after)]
    return changes


def correct(
    row: Entry, one: models.Model, actor: Actor, code: str, values: Mapping[str, Any], *, note: str, version: int,
    keys: Mapping[str, Any] | None = None, twice: str = "",
) -> None:  # fmt: skip
    """Put right what hangs on a row of a register: the change stands in the row's history, in words and as it was.

    ``keys`` are columns that follow from the values. Raises NotAllowed, Conflict for an old version, or Refused without
    a reason, and with ``twice`` when it would then be there twice.
    """
    check_keeper(actor, *row.places())
    if not note.strip():
        raise Refused(_("请写明更正的原因。"))
    changes = differences(one, values)
    if not changes:
        check_seen(row, version, _("更正"))
        return
    what = f"{one}：{'，'.join(_in_words(one, name, *pair) for name, pair in changes.items())}"
    evidence = {"what": what, "row": one.pk, "fields": changes}
    try:
        with transaction.atomic():
            record(row, code, actor, note=note, evidence=evidence, version=version, label=_("更正"))
            type(one)._default_manager.filter(pk=one.pk).update(**values, **(keys or {}))
    except IntegrityError as error:
        raise Refused(twice or _("更正后与已登记的内容重复，请核对。")) from error


def _in_words(one: models.Model, name: str, before: Any, after: Any) -> str:
    field = one._meta.get_field(name)
    labels = dict(getattr(field, "flatchoices", ())) | {True: _("是"), False: _("否"), None: _("空"), "": _("空")}
    told = [str(labels.get(value, value)) for value in (before, after)]
    return f"{field.verbose_name} {' → '.join(told)}"  # type: ignore[union-attr]


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return str(value) if isinstance(value, date | Decimal) else value
