"""Workbooks as people make them, for tests of importing."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile


def book(
    headings: Sequence[str], rows: Sequence[Sequence[Any]], *, more: Callable[[Any, Any], None] | None = None
) -> bytes:
    """A workbook with these headings and rows in its first sheet; `more` may write on (book, sheet)."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as made:
        sheet = made.add_worksheet("数据")
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate([headings, *rows]):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(line, place, value, day)
                else:
                    sheet.write(line, place, value)
        if more is not None:
            more(made, sheet)
    return buffer.getvalue()


def upload(content: bytes, name: str = "名单.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
