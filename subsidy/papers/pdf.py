"""The one door from HTML to PDF: our fonts and our style sheet only, the same bytes for the same text."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

import pylopdf_fonts_zh_cn
from django.conf import settings
from django.utils.translation import gettext as _
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

SCHEME = "paper"
STATIC = Path(settings.ROOT) / "static"
STYLES = frozenset({"papers.css"})
MISSING = ".notdef glyph rendered"
# Pango's font maps are not made for several threads at once.
_one_at_a_time = threading.Lock()


class MissingGlyph(Exception):
    """No font has this character; a paper with a box in a name must not be issued. The text is Chinese."""

    def __init__(self, characters: str) -> None:
        shown = "、".join(f"“{character}”（U+{ord(character):04X}）" for character in characters)
        super().__init__(_("字体缺少字符%(shown)s，文书未生成。请联系系统管理员补充字体。") % {"shown": shown})
        self.characters = characters


class ForeignReference(Exception):
    """The HTML asked for something that is neither our style sheet nor our font."""


class Rendered(NamedTuple):
    """A PDF and its number of pages."""

    content: bytes
    pages: int


def render(html: str) -> Rendered:
    """A PDF/A-2b of the page. Raises MissingGlyph or ForeignReference; nothing is fetched, nothing is attached."""
    with _one_at_a_time, _warnings() as warnings:
        try:
            source = HTML(string=html, base_url=f"{SCHEME}://static/", url_fetcher=_OwnFiles())
            document = source.render(font_config=_fonts(), presentational_hints=False)
            content = document.write_pdf(pdf_variant="pdf/a-2b", attachments=None)
        except FatalURLFetchingError as fault:
            raise ForeignReference(str(fault)) from fault
    missing = dict.fromkeys(record.args[0] for record in warnings if MISSING in str(record.msg))
    if missing:
        raise MissingGlyph("".join(missing))
    return Rendered(content, len(document.pages))


class _OwnFiles(URLFetcher):  # type: ignore[misc]
    """Knows the style sheets of papers by name, and nothing else: no web, no other file, no data address."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        name = unquote(parts.path).lstrip("/")
        if (parts.scheme, parts.netloc) != (SCHEME, "static") or name not in STYLES:
            raise FatalURLFetchingError(url[:200])
        return URLFetcherResponse(url, (STATIC / name).read_bytes(), {"Content-Type": "text/css"})


class _Collector(logging.Handler):
    """Keeps the records of one thread: others may be rendering in their own process-wide logger."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread_id = threading.get_ident()
        self.records: list[Any] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread_id:
            self.records.append(record)


@contextmanager
def _warnings() -> Iterator[list[Any]]:
    logger, collector = logging.getLogger("weasyprint"), _Collector()
    logger.addHandler(collector)
    try:
        yield collector.records
    finally:
        logger.removeHandler(collector)


@cache
def _fonts() -> FontConfiguration:
    """Only the fonts that come with us and those of PAPER_FONTS_FOLDER, so that every machine prints the same."""
    folders = [str(pylopdf_fonts_zh_cn.serif_path().parent), settings.PAPER_FONTS_FOLDER]
    listed = "".join(f"<dir>{escape(folder)}</dir>" for folder in folders if folder)
    before = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "fonts.conf"
        book.write_text(f"<fontconfig>{listed}<cachedir>{escape(folder)}</cachedir></fontconfig>", encoding="utf-8")
        os.environ["FONTCONFIG_FILE"] = str(book)
        try:
            return FontConfiguration()
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before
