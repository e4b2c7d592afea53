"""The one door by which kept bytes leave: as a download of exactly its type, in which nothing runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import IO, TypeVar

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from subsidy.papers import files
from subsidy.papers.models import Paper
from workflow import export
from workflow.models import Seal
from workflow.perform import Refused

CONTENT_TYPES = {**files.CONTENT_TYPES, "csv": "text/csv; charset=utf-8", "txt": "text/plain; charset=utf-8"}
GUARDS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}
log = logging.getLogger("subsidy.faults")
Answer = TypeVar("Answer", bound=HttpResponseBase)


def serve(digest: str, name: str, kind: str) -> FileResponse:
    """A kept file under its own name. The caller has checked that the asker may have it.

    Bytes that are gone are written to the log as a fault, and the page says 404. Raises KeyError for an unknown kind.
    """
    try:
        content = files.open_kept(digest)
    except FileNotFoundError as gone:
        log.error("kept file %s is gone", digest)
        raise Http404 from gone
    return _guarded(FileResponse(content, content_type=CONTENT_TYPES[kind]), name)


def serve_paper(paper: Paper) -> FileResponse:
    """An issued paper as PDF, named by its number and title."""
    return serve(paper.digest, f"{paper.number} {paper.title}.pdf", "pdf")


def serve_made(content: bytes, name: str, kind: str) -> HttpResponse:
    """Bytes made just now: a workbook, a list or plain lines (`kind` xlsx, csv, pdf or txt)."""
    return _guarded(HttpResponse(content, content_type=CONTENT_TYPES[kind]), name)


def serve_spooled(file: IO[bytes], name: str) -> FileResponse:
    """A workbook that lies in a temporary file, sent piece by piece; it is closed afterwards."""
    return _guarded(FileResponse(file, content_type=CONTENT_TYPES["xlsx"]), name)


def serve_lines(lines: Iterator[bytes], name: str, kind: str) -> StreamingHttpResponse:
    """A list that is made while it is sent."""
    return _guarded(StreamingHttpResponse(lines, content_type=CONTENT_TYPES[kind]), name)


def serve_history(kind: str, subject_id: int, number: str, printed: str = "") -> HttpResponse:
    """One subject's history with the last seal and the proofs; ops/verify_history.py checks it without the database.

    With the digest of a seal that somebody has on paper, also the proof that the history went on from it. Raises
    Refused when there is no such seal. The caller has checked that the asker may have it.
    """
    try:
        lines = list(export.extract(kind, subject_id, "".join(printed.split()).lower()))
    except Seal.DoesNotExist as unknown:
        raise Refused(_("没有这个封签，请核对文书或公示页上印的摘要后重新下载。")) from unknown
    return serve_made("".join(f"{line}\n" for line in lines).encode(), f"{number}-history.txt", "txt")


def _guarded(answer: Answer, name: str) -> Answer:
    # Neither path separators nor line ends can lead a browser astray; RFC 6266 carries the rest of the name.
    safe = "".join("_" if letter in '/\\:*?"<>|' or not letter.isprintable() else letter for letter in name)
    answer["Content-Disposition"] = content_disposition_header(True, safe) or "attachment"
    for header, value in GUARDS.items():
        answer[header] = value
    return answer
