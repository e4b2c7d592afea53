"""The workbook of a credit list: four columns by their headings, one enterprise a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from subsidy.papers import files, sheets
from subsidy.papers.columns import Column, Kind
from subsidy.reference import credit_code
from subsidy.reference.fields import DayField
from subsidy.reference.text import clean

CODE, NAME, REFERENCE, SINCE = "统一社会信用代码", "单位名称", "案号或文号", "列入日期"
HEADINGS = (CODE, NAME, REFERENCE, SINCE)
HEADING_ROWS = 10
MOST_FAULTS = 1000
LONGEST = {NAME: 100, REFERENCE: 100}

TEMPLATE = (
    Column("code", CODE),
    Column("name", NAME),
    Column("reference", REFERENCE),
    Column("since", SINCE, Kind.DATE),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list; `row` is its number in the workbook."""

    row: int
    credit_code: str
    name: str
    reference: str
    listed_on: date | None


class WrongRow(ValueError):
    """A row that cannot be used; the text says why."""


def template() -> bytes:
    """An empty workbook with the headings."""
    return sheets.write(_("信用名单"), TEMPLATE, [])


def read_kept(digest: str) -> tuple[list[Line], list[dict[str, Any]]]:
    """Lines and faults of a kept workbook; a workbook that cannot be read at all is one fault of row 0."""
    try:
        with files.open_kept(digest) as file:
            return read(sheets.read(file))
    except sheets.SheetError as error:
        return [], [{"row": 0, "text": str(error)}]


def read(found: Sequence[sheets.Sheet]) -> tuple[list[Line], list[dict[str, Any]]]:
    """Lines and faults of the first sheet with the headings. A row without any code is kept for its name."""
    for sheet in found:
        for top, row in enumerate(sheet.rows[:HEADING_ROWS]):
            places = _places(row)
            if CODE in places and NAME in places:
                return _lines(sheet.rows[top + 1 :], top + 2, places)
    text = _("没有找到表头“%(code)s”和“%(name)s”，请使用模板填写。") % {"code": CODE, "name": NAME}
    return [], [{"row": 0, "text": text}]


def _places(row: Sequence[sheets.Cell]) -> dict[str, int]:
    return {cell.strip(): place for place, cell in enumerate(row) if isinstance(cell, str) and cell.strip() in HEADINGS}


def _lines(
    rows: Sequence[Sequence[sheets.Cell]], first: int, places: Mapping[str, int]
) -> tuple[list[Line], list[dict[str, Any]]]:
    lines: list[Line] = []
    faults: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=first):
        try:
            line = _line(number, row, places)
        except (WrongRow, ValidationError, sheets.SheetError) as error:
            faults.append({"row": number, "text": "；".join(_words(error))})
            continue
        if line is None:
            continue
        if line.credit_code and line.credit_code in seen:
            text = _("与第 %(row)s 行的统一社会信用代码重复。") % {"row": seen[line.credit_code]}
            faults.append({"row": number, "text": text})
            continue
        seen[line.credit_code] = number
        lines.append(line)
    return lines, faults[:MOST_FAULTS]


def _words(error: Exception) -> Iterator[str]:
    if isinstance(error, ValidationError):
        yield from error.messages
    else:
        yield str(error)


def _line(number: int, row: Sequence[sheets.Cell], places: Mapping[str, int]) -> Line | None:
    cells = {name: row[place] if place < len(row) else None for name, place in places.items()}
    code, name, reference = (clean(sheets.as_text(cells.get(key))) for key in (CODE, NAME, REFERENCE))
    if not (code or name or reference):
        return None
    if not code and not name:
        raise WrongRow(_("没有统一社会信用代码，也没有单位名称。"))
    for key, text in ((NAME, name), (REFERENCE, reference)):
        if len(text) > LONGEST[key]:
            raise WrongRow(_("“%(column)s”超过 %(most)s 个字。") % {"column": key, "most": LONGEST[key]})
    return Line(number, credit_code.parse(code).text if code else "", name, reference, _day(cells.get(SINCE)))


def _day(cell: sheets.Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    return DayField(required=False).clean(sheets.as_text(cell))  # type: ignore[no-any-return]
