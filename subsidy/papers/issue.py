"""Issue a paper: number it by version, print it, keep its bytes, and remember what was printed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from subsidy.papers import files, layout, pdf
from subsidy.papers.contents import Content, canonical, plain
from subsidy.papers.models import Paper
from workflow import clock, seals
from workflow.clock import SHANGHAI

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12
CODE_SALT = "subsidy.papers.check_code"
TRIES = 3


@dataclass(frozen=True, slots=True)
class Header:
    """What every paper has: kind, number, title, issuing agency, and what it is about (kind and id, bare)."""

    kind: Paper.Kind
    number: str
    title: str
    agency_name: str
    subject_kind: str
    subject_id: str
    agency_code: str = ""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Pages printed before the locks were taken, with the snapshot they show."""

    snapshot: dict[str, Any]
    rendered: pdf.Rendered


def issue(
    header: Header, content: Content, made_at: datetime | None = None, *,
    version: int | None = None, ahead: Ahead | None = None,
) -> Paper:  # fmt: skip
    """The paper with this content: the one already issued if nothing differs, otherwise a new version.

    `made_at` is business time, by default now. With `version`, the paper of that version, issued now if it is not yet.
    `ahead` spares the printing when it shows the same. Raises pdf.MissingGlyph; then nothing was stored.
    """
    made_at = _second(made_at)
    for left in reversed(range(TRIES)):
        try:
            return _issue_next(header, content, made_at, version, ahead)
        except IntegrityError:
            # Somebody else took the version in between; the table allows no row locks.
            if not left:
                raise
    raise AssertionError("unreachable")


def preview(header: Header, content: Content, made_at: datetime | None = None) -> pdf.Rendered:
    """The same pages with 草稿 across them, without code or number; nothing is stored."""
    return _print(_snapshot(header, content, _second(made_at), version=0, draft=True))


def print_ahead(header: Header, content: Content, made_at: datetime) -> Ahead:
    """The pages that `issue` would print now, for a caller who is about to lock rows; nothing is stored."""
    digest = _digest(canonical({"header": _facts(header), "content": plain(content)}))
    latest = _latest(header)
    version = latest.version + (latest.snapshot_digest != digest) if latest else 1
    snapshot = _snapshot(header, content, _second(made_at), version, draft=False)
    return Ahead(snapshot, _print(snapshot))


def reprint(paper: Paper) -> pdf.Rendered:
    """The paper printed anew from its snapshot: the same bytes, as long as program and fonts are the same."""
    return _print(paper.printed)


def check_address(code: str) -> str:
    """Where the public checks a paper."""
    return f"{settings.PUBLIC_ADDRESS}/check/{code}/"


def _issue_next(
    header: Header, content: Content, made_at: datetime, version: int | None, ahead: Ahead | None
) -> Paper:  # fmt: skip
    digest = _digest(canonical({"header": _facts(header), "content": plain(content)}))
    with transaction.atomic():
        latest = _latest(header, version)
        if latest is not None and (version or latest.snapshot_digest == digest):
            return latest
        version = version or (latest.version + 1 if latest else 1)
        snapshot = _snapshot(header, content, made_at, version, draft=False)
        rendered = ahead.rendered if ahead and ahead.snapshot == snapshot else _print(snapshot)
        return Paper.objects.create(
            **_facts(header),
            version=version,
            snapshot=canonical(snapshot),
            snapshot_digest=digest,
            digest=files.keep(rendered.content),
            check_code=snapshot["paper"]["check_code"].replace("-", ""),
            size=len(rendered.content),
            pages=rendered.pages,
            made_at=made_at,
        )


def _latest(header: Header, version: int | None = None) -> Paper | None:
    found = Paper.objects.filter(kind=header.kind, number=header.number)
    return (found.filter(version=version) if version else found).order_by("-version").first()


def _second(moment: datetime | None) -> datetime:
    return (moment or clock.now()).astimezone(SHANGHAI).replace(microsecond=0)


def _snapshot(header: Header, content: Content, made_at: datetime, version: int, draft: bool) -> dict[str, Any]:
    code = "" if draft else check_code(f"{header.kind}|{header.number}|{version}|{canonical(plain(content))}")
    paper = {
        **_facts(header),
        "version": version,
        "made_at": made_at.isoformat(timespec="seconds"),
        "draft": draft,
        "check_code": layout.dashed(code),
        "check_address": check_address(code) if code else "",
        "seal": "" if draft else _seal(made_at),
    }
    return {"paper": paper, "data": plain(content), "template": content.template}


def _seal(made_at: datetime) -> str:
    """The last seal of the history before the paper was made: whoever keeps the paper keeps it too."""
    seal = seals.head_at(made_at)
    return f"第 {seal.number} 号 {seal.digest}" if seal else ""


def _print(snapshot: dict[str, Any]) -> pdf.Rendered:
    return pdf.render(layout.page(snapshot["template"], {"paper": snapshot["paper"], "data": snapshot["data"]}))


def _facts(header: Header) -> dict[str, str]:
    return {
        "kind": str(header.kind),
        "number": header.number,
        "title": header.title,
        "agency_code": header.agency_code,
        "agency_name": header.agency_name,
        "subject_kind": header.subject_kind,
        "subject_id": str(header.subject_id),
    }


def check_code(text: str) -> str:
    """Twelve letters (60 bits) that follow from the text and our key: the same for the same paper, unguessable."""
    value = int.from_bytes(salted_hmac(CODE_SALT, text, algorithm="sha256").digest(), "big")
    letters = []
    for _place in range(CODE_LENGTH):
        value, rest = divmod(value, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[rest])
    return "".join(letters)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
