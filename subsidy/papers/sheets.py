"""Workbooks and CSV: one door out, one door in.

Out: what a table's columns say, numbers as numbers, everything else as text; no formula, no link, same bytes for the
same data. In: measured first, then read in a child process with little memory and time.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils.functional import Promise
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from xlsxwriter.worksheet import Worksheet

from subsidy.papers import confine
from subsidy.papers.columns import WRITTEN, Column, Kind
from subsidy.reference import formats
from workflow.clock import SHANGHAI

# Excel keeps fifteen digits of a number; whatever is longer has lost its end already.
EXACT_DIGITS = 15
CELL_LIMIT = 32_767
SHEET_NAME_LIMIT = 31
RESERVED_NAME = "history"
FORBIDDEN_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
CONTROL_STARTS = ("\t", "\r", "\n")
BLANKS = " \u00a0\u3000\ufeff"
MAX_BYTES = 20 * 1024 * 1024
CREATED = datetime(2000, 1, 1, tzinfo=SHANGHAI)
WIDTHS: Mapping[Kind, int] = {
    Kind.TEXT: 24,
    Kind.LINK: 20,
    Kind.MONEY_YUAN: 18,
    Kind.MONEY_WAN: 16,
    Kind.DATE: 12,
    Kind.DATETIME: 17,
    Kind.NUMBER: 10,
    Kind.TAG: 16,
}
NUMBER_FORMATS: Mapping[Kind, str] = {
    Kind.MONEY_YUAN: "#,##0.00",
    Kind.MONEY_WAN: "#,##0.00####",
    Kind.NUMBER: "#,##0",
    Kind.DATE: "yyyy-mm-dd",
    Kind.DATETIME: "yyyy-mm-dd hh:mm",
}

Cell = str | bool | Decimal | date | datetime | None
READERS: Mapping[str, Callable[[str], Cell]] = {"n": Decimal, "d": date.fromisoformat, "t": datetime.fromisoformat}


class SheetError(ValueError):
    """A workbook that was not taken; the text is a Chinese sentence that says what to do."""

    sentence: Promise = gettext_lazy("工作簿无法读取，请用表格软件另存为 xlsx 后重新上传。")

    def __init__(self, detail: str = "") -> None:
        super().__init__(str(self.sentence))
        self.detail = detail


class NotAWorkbook(SheetError):
    """Not an xlsx file, or one with a document type in it."""

    sentence = gettext_lazy("该文件不是 xlsx 工作簿，请下载模板填写后上传。")


class Locked(SheetError):
    """Encrypted, or of the old xls kind, which look the same from outside."""

    sentence = gettext_lazy("工作簿已加密或为旧版 xls 格式，请取消密码并另存为 xlsx 后重新上传。")


class HasMacros(SheetError):
    """A workbook with macros under the wrong name."""

    sentence = gettext_lazy("工作簿含有宏，请另存为不含宏的 xlsx 后重新上传。")


class TooLarge(SheetError):
    """More than 20,000 rows or 200 columns, too much when unpacked, or too heavy to read."""

    sentence = gettext_lazy("工作簿过大：每张表最多 20000 行、200 列。请删去多余的行列或拆分后重新上传。")


class LostDigits(SheetError):
    """A number of more than fifteen digits, of which the program that stored it kept only fifteen."""

    sentence = gettext_lazy("号码被存成了数字，末位已失真；请把该列设为文本格式后重新填写。")


ERRORS: Mapping[str, type[SheetError]] = {
    "content": NotAWorkbook,
    "encrypted": Locked,
    "macro": HasMacros,
    "bomb": TooLarge,
    "dimension": TooLarge,
    "heavy": TooLarge,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as it was read: row and column numbers as in the program that made it, empty cells as None.

    `merged`: first and last row of merged cells; `formulas`: row and address; both counted from 1, the first fifty.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[tuple[int, int], ...] = ()
    formulas: tuple[tuple[int, str], ...] = ()


def write(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    *,
    notes: Sequence[str] = (),
    totals: Mapping[str, Any] | None = None,
    created: datetime = CREATED,
) -> bytes:
    """A workbook with one sheet: title, notes (filters, as-of date), frozen heading, rows, totals.

    Money comes in 元; MONEY_WAN columns are written in 万元, unrounded. `totals` (by key) replaces the sums.
    """
    buffer = io.BytesIO()
    _write_into(buffer, title, columns, rows, notes, totals, created)
    return buffer.getvalue()


def spool(title: str, columns: Sequence[Column], rows: Iterable[Any], *, notes: Sequence[str] = ()) -> IO[bytes]:
    """The same for a long list: row by row into a temporary file, which is gone when it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    _write_into(file, title, columns, rows, notes, None, CREATED)
    file.seek(0)
    return file


def _write_into(
    buffer: IO[bytes],
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    notes: Sequence[str],
    totals: Mapping[str, Any] | None,
    created: datetime,
) -> None:
    shown = [column for column in columns if column.kind is not Kind.ACTIONS]
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
        "tmpdir": tempfile.gettempdir(),
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": _fitting(title), "created": created.replace(tzinfo=None)})
        sheet = book.add_worksheet(_sheet_name(title))
        _fill(sheet, _Looks(book), title, shown, rows, [note for note in notes if note], totals)


def write_csv(columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    """The same list as CSV in UTF-8 with a mark for Excel; a text that a program might run gets an apostrophe first."""
    return b"".join(csv_lines(columns, rows))


def csv_lines(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """The lines of such a CSV one by one, for lists that are too long for a workbook."""
    shown = [column for column in columns if column.kind is not Kind.ACTIONS]
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.title() for column in shown])
    yield buffer.getvalue().encode("utf-8-sig")
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([_csv_text(column, column.value(row)) for column in shown])
        yield buffer.getvalue().encode()


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula, blanks before the sign included."""
    dangerous = text.startswith(CONTROL_STARTS) or text.lstrip(BLANKS).startswith(FORMULA_STARTS)
    return f"'{text}" if dangerous else text


def read(file: IO[bytes]) -> tuple[Sheet, ...]:
    """All sheets of a workbook that came in. Raises a SheetError whose text can be shown."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise TooLarge()
        copy.write(content)
        copy.flush()
        try:
            sheets = confine.run("sheet", copy.name)
        except confine.Refused as refused:
            raise ERRORS.get(refused.code, SheetError)(refused.detail) from refused
    return tuple(
        Sheet(
            sheet["name"],
            tuple(tuple(_cell(cell) for cell in row) for row in sheet["rows"]),
            tuple((first, last) for first, last in sheet["merged"]),
            tuple((row, address) for row, address in sheet["formulas"]),
        )
        for sheet in sheets
    )


def as_text(cell: Cell) -> str:
    """A cell as the text that was meant: 12 for the number 12, ISO for days.

    Raises LostDigits when a long number (invoice, account) was stored as a number.
    """
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        if len(cell.as_tuple().digits) > EXACT_DIGITS or cell >= Decimal(10) ** EXACT_DIGITS:
            raise LostDigits()
        return f"{cell:f}"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


class _Looks:
    """The cell formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        plain = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
        boxed = {**plain, "border": 1}
        self.title = book.add_format({**plain, "font_size": 16, "align": "center"})
        self.note = book.add_format({**plain, "font_color": "#444444"})
        self.head = book.add_format(
            {**boxed, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#EEF2F6"}
        )
        self.text = book.add_format({**boxed, "num_format": "@", "text_wrap": True})
        self.sum_text = book.add_format({**boxed, "bold": True})
        self.number = {kind: book.add_format({**boxed, "num_format": form}) for kind, form in NUMBER_FORMATS.items()}
        self.sum = {
            kind: book.add_format({**boxed, "bold": True, "num_format": form}) for kind, form in NUMBER_FORMATS.items()
        }


def _fill(
    sheet: Worksheet,
    looks: _Looks,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    notes: Sequence[str],
    totals: Mapping[str, Any] | None,
) -> None:
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS[column.kind])
    sheet.write_string(0, 0, _fitting(title), looks.title)
    for line, note in enumerate(notes, start=1):
        sheet.write_string(line, 0, _fitting(note), looks.note)
    head = len(notes) + 1
    for place, column in enumerate(columns):
        sheet.write_string(head, place, _fitting(_title(column)), looks.head)
    sheet.freeze_panes(head + 1, 0)
    sheet.repeat_rows(head)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    line, sums = head, {column.key: Decimal(0) for column in columns if column.total}
    for line, row in enumerate(rows, start=head + 1):
        for place, column in enumerate(columns):
            value = column.value(row)
            _write(sheet, looks, line, place, column.kind, value)
            if column.total:
                sums[column.key] += value or 0
    if sums and line > head:
        _foot(sheet, looks, line + 1, columns, sums if totals is None else totals)


def _foot(sheet: Worksheet, looks: _Looks, line: int, columns: Sequence[Column], sums: Mapping[str, Any]) -> None:
    for place, column in enumerate(columns):
        if column.total:
            sheet.write_number(line, place, _number(column.kind, sums[column.key]), looks.sum[column.kind])
        else:
            sheet.write_string(line, place, _("合计") if place == 0 else "", looks.sum_text)


def _write(sheet: Worksheet, looks: _Looks, line: int, place: int, kind: Kind, value: Any) -> None:
    if value is None:
        sheet.write_blank(line, place, None, looks.text)
    elif kind in {Kind.MONEY_YUAN, Kind.MONEY_WAN, Kind.NUMBER}:
        sheet.write_number(line, place, _number(kind, value), looks.number[kind])
    elif kind in {Kind.DATE, Kind.DATETIME}:
        sheet.write_datetime(line, place, _moment(kind, value), looks.number[kind])
    else:
        sheet.write_string(line, place, _fitting(value.text if kind is Kind.TAG else value), looks.text)


def _number(kind: Kind, value: Decimal | int) -> Decimal | int:
    return value / formats.YUAN_PER_WAN if kind is Kind.MONEY_WAN else value


def _moment(kind: Kind, value: date | datetime) -> date | datetime:
    if isinstance(value, datetime):
        local = (localtime(value) if is_aware(value) else value).replace(tzinfo=None, second=0, microsecond=0)
        return local if kind is Kind.DATETIME else local.date()
    return value


def _title(column: Column) -> str:
    units = {Kind.MONEY_YUAN: _("元"), Kind.MONEY_WAN: _("万元")}
    return f"{column.label}（{units[column.kind]}）" if column.kind in units and not column.unit else column.title()


def _sheet_name(title: str) -> str:
    """The title as a sheet may be called: without forbidden characters, at most 31 units of UTF-16."""
    units = title.translate(FORBIDDEN_IN_NAMES).encode("utf-16-le", "replace")[: 2 * SHEET_NAME_LIMIT]
    name = units.decode("utf-16-le", "ignore").strip()
    return "Sheet1" if not name or name.lower() == RESERVED_NAME else name


def _fitting(value: Any) -> str:
    return str(value)[:CELL_LIMIT]


def _csv_text(column: Column, value: Any) -> str:
    if column.kind is Kind.TAG:
        return harmless("" if value is None else str(value.text))
    if column.kind in NUMBER_FORMATS:
        return "" if value is None else WRITTEN[column.kind](value).replace(",", "")
    return harmless(WRITTEN[column.kind](value))


def _cell(cell: str | bool | list[str] | None) -> Cell:
    """What child.py wrote, as a value again."""
    if not isinstance(cell, list):
        return cell
    kind, text = cell
    return READERS[kind](text)
