"""What runs in the child process of confine.py: opens one foreign file and prints one JSON text.

Imports nothing of ours, knows no address and no key. Standard output is {"answer": …} or {"refused": code}.
"""

import json
import re
import resource
import sys
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.parsers import expat

MEGABYTE = 1024 * 1024
CPU_SECONDS = 10
MEMORY = {"sheet": 400 * MEGABYTE, "pdf": 600 * MEGABYTE, "jpg": 1000 * MEGABYTE, "png": 1000 * MEGABYTE}
USUAL_MEMORY = 400 * MEGABYTE
ANSWER_LIMIT = 64 * MEGABYTE
MAX_ROWS, MAX_COLUMNS = 20_000, 200
SHEET_ENTRIES, SHEET_UNPACKED = 200, 100 * MEGABYTE
OFD_ENTRIES, OFD_UNPACKED = 5_000, 400 * MEGABYTE
MAX_SIDE, MAX_PIXELS = 10_000, 60_000_000
XML_DEPTH = 200
CHUNK = MEGABYTE
# An address is at most "XFD1048576"; the overlap keeps one that lies across two chunks whole.
OVERLAP = 256
CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]{0,200}?\br\s*=\s*["']([A-Za-z]{1,5})([0-9]{1,9})["']""")
ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]{0,200}?\br\s*=\s*["']([0-9]{1,9})["']""")
FORMULA = re.compile(
    rb"""<(?:\w+:)?c\b[^>]{0,200}?\br\s*=\s*["']([A-Za-z]{1,5}[0-9]{1,9})["'][^>]{0,100}>\s*<(?:\w+:)?f[\s/>]"""
)
MAX_FORMULAS = 50
SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
RELATIONS = "xl/_rels/workbook.xml.rels"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BROWSER_ROOTS = {"html", "svg", "xhtml"}


class Refused(Exception):
    """The file is not taken; the first argument is the code."""


def inspect(kind: str, path: str) -> dict[str, int | None]:
    """Check one upload by content; a picture is rewritten in place without anything but its pixels."""
    return {"pages": INSPECTORS[kind](Path(path))}


def _inspect_pdf(path: Path) -> int:
    import pikepdf

    with path.open("rb") as file:
        if file.read(5) != b"%PDF-":
            raise Refused("content")
    try:
        # An empty user password is no hindrance to a reader; any other is.
        with pikepdf.open(path) as document:
            pages = len(document.pages)
    except pikepdf.PasswordError as fault:
        raise Refused("encrypted") from fault
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError) as fault:
        raise Refused("broken") from fault
    if not pages:
        raise Refused("broken")
    return pages


def _inspect_jpg(path: Path) -> int:
    return _rewrite_picture(path, "JPEG", b"\xff\xd8\xff")


def _inspect_png(path: Path) -> int:
    return _rewrite_picture(path, "PNG", b"\x89PNG\r\n\x1a\n")


def _rewrite_picture(path: Path, form: str, magic: bytes) -> int:
    from PIL import Image, ImageOps

    if not path.read_bytes()[: len(magic)] == magic:
        raise Refused("content")
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(path, formats=[form]) as picture:
            if max(picture.size) > MAX_SIDE or picture.width * picture.height > MAX_PIXELS:
                raise Refused("pixels")
            upright = ImageOps.exif_transpose(picture)
            seen_through = form == "PNG" and ("A" in upright.mode or "transparency" in upright.info)
            mode = "RGBA" if seen_through else "RGB"
            clean = Image.new(mode, upright.size)
            clean.paste(upright.convert(mode))
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        raise Refused("broken") from fault
    clean.save(path, form, **({"quality": 92} if form == "JPEG" else {}))
    return 1


def _inspect_xlsx(path: Path) -> None:
    with _measured(path, SHEET_ENTRIES, SHEET_UNPACKED) as archive:
        names = {name.lower() for name in archive.namelist()}
        if any(name.endswith("vbaproject.bin") for name in names):
            raise Refused("macro")
        if not {"[content_types].xml", "xl/workbook.xml"} <= names:
            raise Refused("content")


def _inspect_ofd(path: Path) -> None:
    with _measured(path, OFD_ENTRIES, OFD_UNPACKED) as archive:
        if "OFD.xml" not in archive.namelist():
            raise Refused("content")
        root = _well_formed(archive.read("OFD.xml"))
    if root.lower() != "ofd":
        raise Refused("content")


def _inspect_xml(path: Path) -> None:
    if _well_formed(path.read_bytes()).lower() in BROWSER_ROOTS:
        raise Refused("content")


def _well_formed(text: bytes) -> str:
    """The root's local name of a document without a document type. Raises Refused."""
    roots: list[str] = []
    open_elements: list[str] = []

    def opened(name: str, attributes: dict[str, str]) -> None:
        if not open_elements:
            roots.append(name)
        open_elements.append(name)
        if len(open_elements) > XML_DEPTH:
            raise Refused("broken")

    def closed(name: str) -> None:
        open_elements.pop()

    def typed(*rest: object) -> None:
        raise Refused("content")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = typed
    try:
        parser.Parse(text, True)
    except expat.ExpatError as fault:
        raise Refused("broken" if roots else "content") from fault
    return roots[0].rpartition(":")[2]


def _measured(path: Path, entries: int, unpacked: int) -> zipfile.ZipFile:
    """A zip archive that says it is small enough. Raises Refused."""
    with path.open("rb") as file:
        start = file.read(8)
    if start == OLD_OFFICE:
        raise Refused("encrypted")
    if start[:4] != b"PK\x03\x04":
        raise Refused("content")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as fault:
        raise Refused("broken") from fault
    infos = archive.infolist()
    if len(infos) > entries or sum(info.file_size for info in infos) > unpacked:
        raise Refused("bomb")
    if any(info.flag_bits & 1 for info in infos):
        raise Refused("encrypted")
    return archive


def sheet(path: str) -> list[dict[str, Any]]:
    """Every sheet of a workbook: [{"name", "rows", "merged", "formulas"}], cells as in `_written`.

    `merged` are pairs of first and last row, `formulas` pairs of row and address, the first fifty of each.
    """
    import python_calamine

    _inspect_xlsx(Path(path))
    formulas: dict[str, list[tuple[int, str]]] = {}
    with _measured(Path(path), SHEET_ENTRIES, SHEET_UNPACKED) as archive:
        for name in archive.namelist():
            if SHEET_PART.fullmatch(name):
                formulas[name] = _measure_sheet(archive, name)
            elif name.lower().endswith((".xml", ".rels")):
                deque(_pieces(archive, name), maxlen=0)
        parts = _parts(archive)
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            return [
                {"name": name, **_content(book, name), "formulas": formulas.get(parts.get(name, ""), [])}
                for name in book.sheet_names
            ]
    except (python_calamine.CalamineError, OSError, ValueError) as fault:
        raise Refused("broken") from fault


def _content(book: Any, name: str) -> dict[str, Any]:
    found = book.get_sheet_by_name(name)
    if found.end is not None and (found.end[0] >= MAX_ROWS or found.end[1] >= MAX_COLUMNS):
        raise Refused("dimension", name)
    merged = sorted((start[0] + 1, end[0] + 1) for start, end in found.merged_cell_ranges or [])
    rows = found.to_python(skip_empty_area=False)
    return {"rows": [[_written(cell) for cell in row] for row in rows], "merged": merged[-MAX_FORMULAS:]}


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of a sheet → its part of the archive; document types were refused before."""
    from xml.etree import ElementTree as Tree

    try:
        targets = {
            one.get("Id", ""): one.get("Target", "")
            for one in Tree.fromstring(archive.read(RELATIONS))  # noqa: S314
        }
        book = Tree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    except (KeyError, Tree.ParseError) as fault:
        raise Refused("broken") from fault
    found = {}
    for one in book.iter():
        if one.tag.endswith("}sheet"):
            relation = next((value for key, value in one.attrib.items() if key.endswith("}id")), "")
            target = targets.get(relation, "")
            found[one.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _measure_sheet(archive: zipfile.ZipFile, name: str) -> list[tuple[int, str]]:
    """Read the addresses of all cells, unpacked piece by piece: what the file says of its own dimension is no proof.

    Gives the first formulas: row and address.
    """
    formulas: dict[str, int] = {}
    for text in _pieces(archive, name):
        for found in FORMULA.findall(text) if len(formulas) < MAX_FORMULAS else ():
            address = found.decode().upper()
            formulas[address] = int(address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        for letters, row in CELL.findall(text):
            if _column_number(letters) > MAX_COLUMNS or int(row) > MAX_ROWS:
                raise Refused("dimension", name)
        if any(int(row) > MAX_ROWS for row in ROW.findall(text)):
            raise Refused("dimension", name)
    return [(row, address) for address, row in formulas.items()]


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A part of the archive, unpacked in overlapping pieces. Raises Refused for a document type or an entity in it."""
    rest = b""
    try:
        with archive.open(name) as part:
            while chunk := part.read(CHUNK):
                text = rest + chunk
                if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                    raise Refused("content")
                yield text
                rest = text[-OVERLAP:]
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as fault:
        raise Refused("broken") from fault


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _written(cell: object) -> str | bool | list[str] | None:
    """Text and truth values as they are, emptiness as null, numbers as ["n", …], days ["d", …], moments ["t", …]."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool | str):
        return cell
    if isinstance(cell, int | float):
        return ["n", f"{Decimal(repr(cell)):f}".removesuffix(".0")]
    if isinstance(cell, datetime):
        return ["t", cell.isoformat()]
    if isinstance(cell, date):
        return ["d", cell.isoformat()]
    if isinstance(cell, time | timedelta):
        return str(cell)
    raise Refused("broken")


INSPECTORS: dict[str, Callable[[Path], int | None]] = {
    "pdf": _inspect_pdf,
    "jpg": _inspect_jpg,
    "png": _inspect_png,
    "xlsx": _inspect_xlsx,
    "ofd": _inspect_ofd,
    "xml": _inspect_xml,
}
JOBS: dict[str, Callable[..., Any]] = {"inspect": inspect, "sheet": sheet}


def _limit(job: str, first: str) -> None:
    memory = MEMORY.get(first if job == "inspect" else job, USUAL_MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(job: str, *arguments: str) -> None:
    """Do one job under its limits and print the answer."""
    _limit(job, arguments[0])
    try:
        text = json.dumps({"answer": JOBS[job](*arguments)}, ensure_ascii=False)
    except Refused as refused:
        text = json.dumps({"refused": refused.args[0], "detail": refused.args[1] if refused.args[1:] else ""})
    except (MemoryError, RecursionError):
        text = json.dumps({"refused": "heavy"})
    if len(text) > ANSWER_LIMIT:
        text = json.dumps({"refused": "bomb"})
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


if __name__ == "__main__":
    main(*sys.argv[1:])
