"""A row of a register: kept by the upper agency of its place, with a history of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import covers, keepers_of, territory
from subsidy.reference.secret import EncryptedTextField
from workflow.machine import Competence, Machine
from workflow.perform import NotAllowed, stale

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
    """Raise Conflict unless the row is as the person saw it, also where nothing would change; None: not asked."""
    if version is not None and version != row.version:
        raise stale(row, label)


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


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return str(value) if isinstance(value, date | Decimal) else value
