"""The Jinja2 environment of papers: Chinese whatever the reader's language, strict, and without a request.

It prints snapshots: amounts and dates come as the strings that the canonical JSON holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import segno
from django.conf import settings
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from policies.kit.money import in_words
from subsidy.reference import formats

HEAD_SIZES = ((11, "large"), (16, "middle"), (1000, "small"))
TITLE_WIDTH = 19
OPENING, CLOSING = frozenset("（《“〔"), frozenset("）》”〕、，。；：")
FOLDER = Path(settings.ROOT) / "templates"


class Square(NamedTuple):
    """A QR code as an SVG path on a grid of `size` units, quiet zone included."""

    size: int
    path: str


@cache
def environment() -> Environment:
    """Escapes everything and fails on an undefined name; templates are files, never data."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        yuan=lambda amount: formats.yuan(Decimal(amount)),
        wan=lambda amount: formats.wan(Decimal(amount)),
        words=lambda amount: in_words(Decimal(amount)),
        day=lambda day: formats.day_cn(date.fromisoformat(day)),
        minute=lambda moment: formats.minute_cn(datetime.fromisoformat(moment)),
        grouped=lambda text: grouped(text, 4),
        in_eights=lambda text: grouped(text, 8),
        head_size=head_size,
        balanced=balanced,
        qr=square,
    )
    return made


def page(name: str, context: dict[str, Any]) -> str:
    """The HTML of templates/papers/<name>.html."""
    return environment().get_template(f"papers/{name}.html").render(context)


def head_size(names: Sequence[str]) -> str:
    """How large agencies' names may be set so that each stays on one line of a letter (156 mm)."""
    longest = max(map(len, names))
    return next(size for limit, size in HEAD_SIZES if longest <= limit)


def balanced(title: str) -> list[str]:
    """A title in as many lines of about the same width as it needs; numbers and brackets stay whole."""
    number = -(-_width(title) // TITLE_WIDTH) or 1
    lines: list[str] = []
    line = ""
    for place, character in enumerate(title):
        line += character
        full = _width(line) >= _width(title) / number
        following = title[place + 1 : place + 2]
        joined = (character.isascii() and following.isascii()) or character in OPENING or following in CLOSING
        if full and following and not joined and len(lines) < number - 1:
            lines.append(line)
            line = ""
    return [*lines, line]


def _width(text: str) -> float:
    return sum(0.5 if character.isascii() else 1 for character in text)


def grouped(text: str, size: int) -> str:
    """Digits in groups, for reading aloud and comparing: 6222 0000 1234."""
    compact = "".join(text.split())
    return " ".join(compact[start : start + size] for start in range(0, len(compact), size))


def dashed(code: str) -> str:
    """A check code in groups of four: ABCD-EFGH-JKLM."""
    return grouped(code, 4).replace(" ", "-")


def square(text: str) -> Square:
    """A QR code of the text with middle error correction."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    rows = list(code.matrix_iter(border=4))
    path = "".join(_runs(bytes(row), line) for line, row in enumerate(rows))
    return Square(len(rows), path)


def _runs(row: bytes, line: int) -> str:
    strokes, column = [], 0
    for dark, cells in groupby(row):
        length = len(list(cells))
        if dark:
            strokes.append(f"M{column} {line}h{length}v1h-{length}z")
        column += length
    return "".join(strokes)
