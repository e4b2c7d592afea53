"""The workbook to fill in, empty or with the rows that have to be mended."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.imports.kinds import Column, Kind, Line
from subsidy.imports.read import REASON
from subsidy.papers.sheets import CREATED
from subsidy.reference.fields import DayField, MoneyField

LAST_ROW = 19_999
INLINE_LIMIT = 255
WIDTH = 20
FORMATS = {DayField: "yyyy-mm-dd", MoneyField: "#,##0.00"}
"""Every other column is text, so that a long number keeps its end and a code its zeros."""


def template(kind: Kind, actor: Actor) -> bytes:
    """An empty workbook: heading, formats, drop-down lists, and a second sheet that explains each column."""
    return _book(kind, actor, ())


def wrong_rows(kind: Kind, actor: Actor, lines: Sequence[Line]) -> bytes:
    """The lines that have problems, as they were typed, with the reasons behind each; it can be uploaded again."""
    return _book(kind, actor, [line for line in lines if not line.good])


def _book(kind: Kind, actor: Actor, lines: Sequence[Line]) -> bytes:
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": str(kind.label), "created": CREATED.replace(tzinfo=None)})
        sheet = book.add_worksheet(str(kind.label))
        _head(book, sheet, kind, reasons=bool(lines))
        for row, line in enumerate(lines, start=1):
            for place, text in enumerate([*line.typed.values(), _reasons(kind, line)]):
                sheet.write_string(row, place, text)
        lists = {column.key: column.words(actor) for column in kind.columns}
        _explain(book, kind, lists)
        _offer(book, sheet, kind, lists)
    return buffer.getvalue()


def _head(book: Any, sheet: Any, kind: Kind, reasons: bool) -> None:
    look = {"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"}
    needed = book.add_format({**look, "bg_color": "#DCE6F1"})
    optional = book.add_format({**look, "bg_color": "#F2F2F2", "bold": False})
    for place, column in enumerate(kind.columns):
        number_format = next((form for kind_, form in FORMATS.items() if isinstance(column.field, kind_)), "@")
        sheet.set_column(place, place, WIDTH, book.add_format({"num_format": number_format}))
        sheet.write_string(0, place, str(column.label), needed if column.field.required else optional)
    if reasons:
        place = len(kind.columns)
        sheet.set_column(place, place, 3 * WIDTH, book.add_format({"num_format": "@", "text_wrap": True}))
        sheet.write_string(0, place, str(REASON), book.add_format({**look, "bg_color": "#F8D7DA"}))
    sheet.freeze_panes(1, 0)


def _reasons(kind: Kind, line: Line) -> str:
    return "；".join(_("%(column)s：%(reason)s") % {"column": kind.column(key).label, "reason": reason}
                     for key, reason in line.problems)  # fmt: skip


def _explain(book: Any, kind: Kind, lists: dict[str, Sequence[str]]) -> None:
    sheet = book.add_worksheet(_("填写说明"))
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, WIDTH, wrap)
    sheet.set_column(2, 2, 4 * WIDTH, wrap)
    rows = [(_("列"), _("是否必填"), _("说明"))]
    for column in kind.columns:
        said = [str(column.note), "、".join(lists[column.key]) if len(lists[column.key]) <= 12 else ""]
        needed = _("必填") if column.field.required else _("选填")
        rows.append((str(column.label), needed, "；".join(text for text in said if text)))
    rows += [(_("注意"), "", str(note)) for note in (*kind.notes, *_usual(kind))]
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            sheet.write_string(number, place, text)


def _usual(kind: Kind) -> list[str]:
    same = "、".join(str(kind.column(key).label) for key in kind.identity)
    return [
        _("“%(columns)s”相同的行视为同一条记录：已登记的更新，未登记的新增；重复导入不会产生重复记录。")
        % {"columns": same},
        _("请勿删除或改名列，不要使用公式和合并单元格；一次最多 19999 行。"),
    ]


def _offer(book: Any, sheet: Any, kind: Kind, lists: dict[str, Sequence[str]]) -> None:
    """Drop-down lists: short ones in place, long ones on a sheet of their own."""
    longer: list[tuple[int, Column]] = []
    for place, column in enumerate(kind.columns):
        words = list(lists[column.key])
        if words and len(",".join(words)) <= INLINE_LIMIT:
            sheet.data_validation(1, place, LAST_ROW, place, {"validate": "list", "source": words})
        elif words:
            longer.append((place, column))
    if not longer:
        return
    name = _("可选值")
    values = book.add_worksheet(name)
    for at, (place, column) in enumerate(longer):
        words = list(lists[column.key])
        values.write_string(0, at, str(column.label))
        for row, word in enumerate(words, start=1):
            values.write_string(row, at, word)
        letter = xlsxwriter.utility.xl_col_to_name(at, col_abs=True)
        source = f"='{name}'!{letter}$2:{letter}${len(words) + 1}"
        sheet.data_validation(1, place, LAST_ROW, place, {"validate": "list", "source": source})
