"""A year out of a workbook or a JSON file, for the form that enters it: nothing is kept here.

JSON has the shape of one year of fixtures/holidays.yaml:
{"year": 2027, "source": "…", "days_off": [["元旦", "2027-01-01", "2027-01-03"], …], "days_worked": ["2027-01-09", …]}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calendar.days import NAME_LENGTH, OFF, WORK, Span, line_of, written
from subsidy.imports.kinds import ChosenField, Column, Kind, Line, Origin
from subsidy.imports.read import BadSheet, lines_of
from subsidy.papers.sheets import SheetError
from subsidy.reference.fields import DayField, TextField

LARGEST = 1 << 20
SHAPE = gettext_lazy(
    "JSON 文件应含 year（年度）、source（依据）、days_off（[名称, 开始日期, 结束日期] 的列表）和 days_worked"
    "（调休上班日期的列表），日期形如 2027-01-01。"
)


class NotAYear(ValueError):
    """A file that holds no year of the calendar; the text says what to mend."""


def _examine(lines: Sequence[Line], actor: Actor) -> None:
    for line in lines:
        first, last = line.values["first"], line.values["last"] or line.values["first"]
        if line.values["kind"] == OFF and not line.values["name"]:
            line.refuse("name", _("放假应写明节日名称"))
        if line.values["kind"] == WORK and first != last:
            line.refuse("last", _("调休上班请逐日填写"))


def _apply(lines: Sequence[Line], actor: Actor, origin: Origin) -> None:
    raise TypeError("a year is entered through its form")


SHEET = Kind(
    key="calendar", label=gettext_lazy("工作日历"), right=Right.ADMINISTER, back="calendar:now",
    columns=(
        Column("kind", gettext_lazy("类别"), ChosenField(
            [(OFF, gettext_lazy("放假")), (WORK, gettext_lazy("调休上班"))]), gettext_lazy("放假或调休上班")),
        Column("name", gettext_lazy("名称"), TextField(max_length=NAME_LENGTH, required=False),
               gettext_lazy("节日名称，调休上班可不填")),
        Column("first", gettext_lazy("开始日期"), DayField(), gettext_lazy("例如 2027-02-06")),
        Column("last", gettext_lazy("结束日期"), DayField(required=False), gettext_lazy("只有一天时可不填")),
    ),
    identity=("kind", "first"), examine=_examine, apply=_apply,
)  # fmt: skip
"""The columns of the workbook; not registered among the imports, whose pages are not the administrator's."""


def read(file: IO[bytes], name: str, actor: Actor) -> dict[str, str]:
    """What the form is filled with: days_off, days_worked, and from JSON also year and source. Raises NotAYear."""
    if name.lower().endswith(".json"):
        return _from_json(file.read(LARGEST + 1))
    if name.lower().endswith(".xlsx"):
        return _from_workbook(file, actor)
    raise NotAYear(_("请选择 xlsx 工作簿或 JSON 文件。"))


def _from_workbook(file: IO[bytes], actor: Actor) -> dict[str, str]:
    try:
        lines = lines_of(file, SHEET, actor)
    except (SheetError, BadSheet) as problem:
        raise NotAYear(str(problem)) from problem
    if wrong := [line for line in lines if not line.good]:
        label, reason = SHEET.column(wrong[0].problems[0].column).label, wrong[0].problems[0].reason
        sentence = _("第 %(row)s 行“%(column)s”：%(reason)s。共 %(n)s 行需要修改，请改好后重新上传。")
        raise NotAYear(sentence % {"row": wrong[0].number, "column": label, "reason": reason, "n": len(wrong)})
    off = [_span(line.values) for line in lines if line.values["kind"] == OFF]
    worked = [line.values["first"].isoformat() for line in lines if line.values["kind"] == WORK]
    return {"days_off": written(off), "days_worked": "\n".join(worked)}


def _span(values: Mapping[str, Any]) -> Span:
    return Span(values["name"], values["first"], values["last"] or values["first"])


def _from_json(content: bytes) -> dict[str, str]:
    if len(content) > LARGEST:
        raise NotAYear(_("文件过大，一年的安排不会超过 1 MB。"))
    try:
        given = json.loads(content.decode("utf-8-sig"))
        off = [(str(name), str(first), str(last)) for name, first, last in given["days_off"]]
        worked = [str(day) for day in given["days_worked"]]
        year, source = str(given["year"]), str(given["source"])
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise NotAYear(str(SHAPE)) from problem
    lines = [line_of(*span) for span in off]
    return {"year": year, "source": source, "days_off": "\n".join(lines), "days_worked": "\n".join(worked)}
