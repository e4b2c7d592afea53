"""Numbers of official documents as GB/T 9704-2012 has them: 机关代字〔年〕N号, no 第, no leading zeros."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FORM = re.compile(r"(?P<agency>[^\W\d_]{2,20})\((?P<year>\d{4})\)第?(?P<serial>\d{1,6})号?")
BRACKETS = str.maketrans("〔〕[]【】〖〗｛｝{}〈〉<>", "()()()()()()()()")
EARLIEST_YEAR = 1949


@dataclass(frozen=True, order=True)
class DocumentNo:
    """The agency's short name in numbers (吉工信办联规), the year and the running number."""

    agency: str
    year: int
    serial: int

    def __str__(self) -> str:
        return format_no(self.agency, self.year, self.serial)


def format_no(agency: str, year: int, serial: int) -> str:
    """吉工信办联规〔2024〕80号."""
    return f"{agency}〔{year}〕{serial}号"


def parse(typed: str) -> DocumentNo:
    """The number that was typed, with any brackets, 第, blanks and leading zeros forgiven. Raises ValidationError."""
    flat = "".join(unicodedata.normalize("NFKC", typed).translate(BRACKETS).split())
    match = FORM.fullmatch(flat)
    if not match or int(match["serial"]) == 0 or int(match["year"]) < EARLIEST_YEAR:
        raise ValidationError(_("文号应形如“吉工信办联规〔2024〕80号”：机关代字、年份、序号。"), code="document_no")
    return DocumentNo(match["agency"], int(match["year"]), int(match["serial"]))
