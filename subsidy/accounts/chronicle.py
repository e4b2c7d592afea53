"""What happened to a row of a register or to a person's account, as its page shows it, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow import moves
from workflow.history import DEPUTY_FOR
from workflow.machine import Machine
from workflow.models import Event

LATEST = 50
RECORDS: Mapping[str, str | Promise] = {
    "create": gettext_lazy("登记"),
    "change": gettext_lazy("修改登记"),
    "rename": gettext_lazy("更名"),
    "correct_name": gettext_lazy("更正名称"),
    "take_over": gettext_lazy("承继其他单位"),
    "propose_succession": gettext_lazy("提请由外地单位承继"),
    "offer_succession": gettext_lazy("被提请承继外地单位"),
    "decline_succession": gettext_lazy("承继未获确认"),
    "withdraw_succession": gettext_lazy("撤回承继提请"),
    "recognise": gettext_lazy("登记认定"),
    "end_recognition": gettext_lazy("登记认定终止"),
    "add_member": gettext_lazy("登记成员"),
    "end_membership": gettext_lazy("登记成员退出"),
    "set_year": gettext_lazy("登记年度完成情况"),
    "add_partner": gettext_lazy("登记合作单位"),
    "add_asset": gettext_lazy("登记资产"),
    "add_invoice": gettext_lazy("登记发票"),
    "add_funding": gettext_lazy("登记其他财政资金"),
    "correct_partner": gettext_lazy("更正合作单位"),
    "correct_asset": gettext_lazy("更正资产"),
    "correct_invoice": gettext_lazy("更正发票"),
    "correct_funding": gettext_lazy("更正其他财政资金"),
    "strike_funding": gettext_lazy("作废其他财政资金"),
    "add_accident": gettext_lazy("登记事故"),
    "correct_accident": gettext_lazy("更正事故"),
    "strike_accident": gettext_lazy("作废事故记录"),
    "correct_recognition": gettext_lazy("更正认定"),
    "correct_membership": gettext_lazy("更正成员"),
    "measure": gettext_lazy("登记测算项目"),
    "approve_measured": gettext_lazy("登记省核定结果"),
    "send_link": gettext_lazy("发送设置密码链接"),
    "give_post": gettext_lazy("设置岗位"),
    "end_post": gettext_lazy("终止岗位"),
    "take_leave": gettext_lazy("登记请假"),
    "end_leave": gettext_lazy("结束请假"),
}
"""Entries of a register's history that are no moves."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry as components/timeline.html prints it."""

    title: str
    at: datetime
    who: str
    note: str
    tone: str = ""
    links: tuple[object, ...] = ()


def chronicle(row: Machine) -> list[Happening]:
    """The latest entries of the row's own chain; one query."""
    events = Event.objects.filter(subject_kind=row.subject_kind(), subject_id=row.pk).order_by("-number")
    return [_happening(row, event) for event in events.defer("canonical", "digest", "previous")[:LATEST]]


def who_acted(event: Event) -> str:
    """Who wrote an entry: agency and name."""
    return f"{event.agency_name} {name_acted(event)}".strip()


def name_acted(event: Event) -> str:
    """The name under an entry; a deputy's with that of the absent person for whom it was."""
    absent = event.evidence.get(DEPUTY_FOR, {}).get("name", "")
    if not absent:
        return event.actor_name
    return _("%(deputy)s（代%(absent)s）") % {"deputy": event.actor_name, "absent": absent}


def _happening(row: Machine, event: Event) -> Happening:
    labels = {move.code: move.label for move in moves.of_machine(row.subject_kind())}
    title = str(labels.get(event.move) or RECORDS.get(event.move, event.move))
    who = who_acted(event)
    notes = [event.note, *_changes(row, event.evidence), *_origin(event.evidence)]
    return Happening(title, event.business_at, who, "；".join(note for note in notes if note))


def _changes(row: Machine, evidence: Mapping[str, Any]) -> list[str]:
    """Each changed column in words."""
    said = []
    for name, (before, after) in evidence.get("changes", {}).items():
        label = str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        said.append(
            _("%(label)s：%(before)s → %(after)s") % {"label": label, "before": _said(before), "after": _said(after)}
        )
    if "from" in evidence and "to" in evidence:
        said.append(f"{evidence['from']} → {evidence['to']}")
    if "what" in evidence:
        said.append(str(evidence["what"]))
    return said


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return _("空") if value in (None, "") else str(value)


def _origin(evidence: Mapping[str, Any]) -> list[str]:
    if "import" not in evidence:
        return []
    return [_("导入《%(file)s》第 %(row)s 行") % {"file": evidence["file"], "row": evidence["row"]}]
