"""What anybody may know of an issued paper."""

from __future__ import annotations

import hashlib
import unicodedata

from django.core.files.uploadedfile import UploadedFile

from subsidy.papers.models import Paper


def by_code(typed: str) -> Paper | None:
    """The paper with this check code, however it was typed: small letters, full width, hyphens and blanks."""
    flat = unicodedata.normalize("NFKC", typed).upper()
    code = "".join(letter for letter in flat if letter.isalnum())
    return Paper.objects.filter(check_code=code).first() if code else None


def latest_version(paper: Paper) -> Paper:
    """The newest version of the same document, perhaps this one."""
    return Paper.objects.filter(kind=paper.kind, number=paper.number).order_by("-version")[0]


def digest_of(upload: UploadedFile[bytes]) -> str:
    """SHA-256 of an upload, read piece by piece and kept nowhere."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()
