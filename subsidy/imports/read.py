"""A workbook as lines of a kind: the heading is looked for, every cell goes through its column's field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts.actor import Actor
from subsidy.imports.kinds import Column, Kind, Line
from subsidy.papers import sheets
from subsidy.papers.sheets import Cell, Sheet, SheetError
from subsidy.reference.text import fold

HEADING_WITHIN = 20
NAMED = 5
REASON = gettext_lazy("原因")
"""The last column of the file of wrong rows; passed over when that comes back."""


class BadSheet(ValueError):
    """A workbook that holds no such list; the text says what to mend."""


def lines_of(file: IO[bytes], kind: Kind, actor: Actor) -> list[Line]:
    """Every line of the workbook, examined. Raises SheetError or BadSheet when it is not taken as a whole."""
    lines = read(sheets.read(file), kind)
    _refuse_repeated(lines, kind)
    kind.examine([line for line in lines if line.good], actor)
    return lines


def read(found: Sequence[Sheet], kind: Kind) -> list[Line]:
    """The lines of the sheet that has the heading of the kind. Raises BadSheet."""
    sheet, head = _headed(found, kind)
    places = _places(sheet, head, kind)
    _refuse_merged(sheet, head)
    _refuse_formulas(sheet, head)
    lines = [
        _line(number, row, kind, places)
        for number, row in enumerate(sheet.rows[head + 1 :], start=head + 2)
        if any(cell is not None and str(cell).strip() for cell in row)
    ]
    if not lines:
        raise BadSheet(_("表头下面没有数据，请填写后重新上传。"))
    return lines


def _headed(found: Sequence[Sheet], kind: Kind) -> tuple[Sheet, int]:
    """The sheet and the row that name the most columns."""
    wanted = {fold(str(column.label)) for column in kind.columns}
    places = [
        (len(wanted & {_key(cell) for cell in row}), sheet, number)
        for sheet in found
        for number, row in enumerate(sheet.rows[:HEADING_WITHIN])
    ]
    hits, sheet, number = max(places, key=lambda place: place[0], default=(0, None, 0))
    if sheet is None or not hits:
        raise BadSheet(
            _("没有找到表头。请下载模板填写，表头应为：%(columns)s。")
            % {"columns": "、".join(str(column.label) for column in kind.columns)}
        )
    return sheet, number


def _places(sheet: Sheet, head: int, kind: Kind) -> dict[str, int]:
    """Column key → place in the row. Every column must be there once, and nothing that would be lost silently."""
    headings = [_key(cell) for cell in sheet.rows[head]]
    wanted = {fold(str(column.label)): column for column in kind.columns}
    missing = [str(column.label) for text, column in wanted.items() if text not in headings]
    if missing:
        raise BadSheet(_("缺少列：%(columns)s。请使用下载的模板，不要删除或改名。") % {"columns": "、".join(missing)})
    unknown = [str(sheet.rows[head][place]) for place, text in enumerate(headings) if text and text not in wanted]
    unknown = [text for text in unknown if fold(text) != fold(str(REASON))]
    if unknown:
        raise BadSheet(
            _("有模板中没有的列：%(columns)s。请删除这些列后重新上传。") % {"columns": "、".join(unknown[:NAMED])}
        )
    twice = [str(column.label) for text, column in wanted.items() if headings.count(text) > 1]
    if twice:
        raise BadSheet(_("列名重复：%(columns)s。请只保留一列。") % {"columns": "、".join(twice)})
    return {column.key: headings.index(text) for text, column in wanted.items()}


def _refuse_merged(sheet: Sheet, head: int) -> None:
    for first, last in sheet.merged:
        if last > head + 1:
            rows = {"first": first, "last": last}
            raise BadSheet(_("第 %(first)s 行至第 %(last)s 行有合并单元格，请取消合并、逐行填写后重新上传。") % rows)


def _refuse_formulas(sheet: Sheet, head: int) -> None:
    cells = [address for row, address in sheet.formulas if row > head + 1]
    if cells:
        raise BadSheet(
            _("%(cells)s 等 %(n)s 处是公式，请复制后“选择性粘贴”为数值，再重新上传。")
            % {"cells": "、".join(cells[:NAMED]), "n": len(cells)}
        )


def _line(number: int, row: Sequence[Cell], kind: Kind, places: dict[str, int]) -> Line:
    cells = {column.key: _cell(row, places[column.key]) for column in kind.columns}
    line = Line(number, {key: _typed(cell) for key, cell in cells.items()})
    for column in kind.columns:
        _take(line, column, cells[column.key])
    return line


def _take(line: Line, column: Column, cell: Cell) -> None:
    try:
        line.values[column.key] = column.take(cell)
    except ValidationError as refused:
        required = any(error.code == "required" for error in refused.error_list)
        line.refuse(column.key, _("此列必填") if required else "；".join(refused.messages))
    except SheetError as refused:
        line.refuse(column.key, str(refused))


def _refuse_repeated(lines: Sequence[Line], kind: Kind) -> None:
    """One row for one thing: a later row with the same identity says which one was first."""
    first: dict[tuple[str, ...], int] = {}
    for line in lines:
        if not line.good:
            continue
        identity = tuple(fold(str(line.values[key])) for key in kind.identity)
        before = first.setdefault(identity, line.number)
        if before != line.number:
            line.refuse(kind.identity[0], _("与第 %(row)s 行重复，请只保留一行") % {"row": before})


def _cell(row: Sequence[Cell], place: int) -> Cell:
    return row[place] if place < len(row) else None


def _typed(cell: Cell) -> str:
    """What stands in a cell, for people; a number that lost its end is shown as it is."""
    return "" if cell is None else f"{cell:f}" if hasattr(cell, "as_tuple") else str(cell)


def _key(cell: Cell) -> str:
    return fold(str(cell)).rstrip("*") if cell is not None else ""
