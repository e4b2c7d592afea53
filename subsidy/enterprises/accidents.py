"""Accidents on record (Zhongshan Art. 9): entered, put right or struck by the keeper, each with its entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.register_row import check_keeper, correct
from subsidy.enterprises.models import Accident, Enterprise
from workflow import clock, perform
from workflow.perform import Refused


def add(row: Enterprise, actor: Actor, values: Mapping[str, Any], *, version: int) -> Accident:
    """An accident of an enterprise. Raises NotAllowed, Conflict, or Refused without a source or for a day to come."""
    check_keeper(actor, *row.places())
    _complete(values)
    made = Accident(enterprise=row, **values)
    what = f"{made} {made.document}" + (f" {_('重大事故')}" if made.major else "")
    with transaction.atomic():
        perform.record(row, "add_accident", actor, evidence={"what": what}, version=version, label=_("登记事故"))
        made.save(force_insert=True)
    return made


def put_right(one: Accident, actor: Actor, values: Mapping[str, Any], note: str, *, version: int) -> None:
    """Change what the register says of an accident. Raises as `register_row.correct`, and Refused once it is struck."""
    if one.struck:
        raise Refused(_("该记录已作废，不能更正。"))
    _complete(values)
    correct(one.enterprise, one, actor, "correct_accident", values, note=note, version=version)


def strike(one: Accident, actor: Actor, note: str, *, version: int) -> None:
    """It did not happen to this enterprise: it stays on record and counts no more. Raises as `register_row.correct`."""
    correct(one.enterprise, one, actor, "strike_accident", {"struck": True}, note=note, version=version)


def _complete(values: Mapping[str, Any]) -> None:
    if values["happened_on"] > clock.today():
        raise Refused(_("发生日期不能晚于今天，请核对。"))
    if not values["document"].strip():
        raise Refused(_("请写明认定文件或来源。"))
