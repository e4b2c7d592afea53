"""Files that come in, and all bytes that are kept: under their digest, so that what lies there can be proved."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from subsidy.papers import confine

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MEGABYTE = 1024 * 1024
EXTENSIONS: Mapping[str, str] = {
    "pdf": "pdf",
    "jpg": "jpg",
    "jpeg": "jpg",
    "png": "png",
    "xlsx": "xlsx",
    "ofd": "ofd",
    "xml": "xml",
}
CONTENT_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ofd": "application/ofd",
    "xml": "application/xml",
}
ALL_KINDS = frozenset(CONTENT_TYPES)
ZIP = "zip"
STARTS: Mapping[bytes, str] = {
    b"%PDF-": "pdf",
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"PK\x03\x04": ZIP,
}
"""How kept bytes begin, save XML; every upload was opened as its kind before it was kept."""
SENTENCES: Mapping[str, _StrPromise] = {
    "empty": _("《%(name)s》为空文件，请核对后重新上传。"),
    "too_large": _("《%(name)s》超过 %(limit)s MB，请拆分后上传。"),
    "extension": _("《%(name)s》的格式不在可接受的范围内，请上传 %(kinds)s 文件。"),
    "content": _("《%(name)s》的内容与扩展名不符，请用原程序另存为正确格式后重新上传。"),
    "encrypted": _("《%(name)s》已加密，请取消密码后重新上传。"),
    "broken": _("《%(name)s》已损坏或不完整，无法打开，请重新生成后上传。"),
    "pixels": _("《%(name)s》的像素过大，请压缩到每边不超过 10000 像素后上传。"),
    "macro": _("《%(name)s》含有宏，请另存为不含宏的工作簿后上传。"),
    "bomb": _("《%(name)s》解压后过大或条目过多，请拆分后上传。"),
    "heavy": _("《%(name)s》过于复杂，系统无法读取，请简化或拆分后上传。"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the media folder: SHA-256 of its bytes, how many they are, its kind, its pages (None: unknown)."""

    digest: str
    size: int
    kind: str
    pages: int | None


def take(upload: UploadedFile[bytes], kinds: frozenset[str] = ALL_KINDS) -> Kept:
    """Check an upload by size, extension, magic bytes and by opening it, then keep it.

    Pictures are re-encoded, so that position and camera data stay behind; everything else is kept as it came.
    Raises ValidationError with a sentence that names the file and what to do.
    """
    name = Path(upload.name or "").name
    kind = EXTENSIONS.get(Path(name).suffix.lower().lstrip("."), "")
    if kind not in kinds:
        raise _refusal("extension", name, kinds)
    if not upload.size:
        raise _refusal("empty", name)
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise _refusal("too_large", name)
    with tempfile.NamedTemporaryFile(suffix=f".{kind}") as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        try:
            seen = confine.run("inspect", kind, copy.name)
        except confine.Refused as refused:
            raise _refusal(refused.code if refused.code in SENTENCES else "broken", name) from refused
        content = Path(copy.name).read_bytes()
    return Kept(keep(content), len(content), kind, seen["pages"])


def keep(content: bytes) -> str:
    """Store bytes under their SHA-256 and give it; storing the same again does nothing."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    return digest


def open_kept(digest: str) -> BufferedReader:
    """The kept bytes, open for reading. Raises FileNotFoundError."""
    return path_of(digest).open("rb")


def kind_of(digest: str) -> str:
    """Which of our kinds the kept bytes are, by their beginning. Raises FileNotFoundError, ValueError for none."""
    with open_kept(digest) as file:
        start = file.read(max(map(len, STARTS)))
        kind = next((kind for magic, kind in STARTS.items() if start.startswith(magic)), "")
        if kind == ZIP:
            with zipfile.ZipFile(file) as archive:
                kind = "ofd" if "OFD.xml" in archive.namelist() else "xlsx"
    if not kind:
        raise ValueError("kept bytes of no kind that is taken in")
    return kind


def is_intact(digest: str) -> bool:
    """Whether the bytes lie there and still have this digest."""
    try:
        with open_kept(digest) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except FileNotFoundError:
        return False


def path_of(digest: str) -> Path:
    """Where the bytes with this digest lie. Raises ValueError for what is no digest."""
    if len(digest) != 64 or not all(letter in "0123456789abcdef" for letter in digest):
        raise ValueError("not a SHA-256 digest")
    return Path(settings.MEDIA_ROOT) / "kept" / digest[:2] / digest[2:4] / digest


def _refusal(code: str, name: str, kinds: frozenset[str] = frozenset()) -> ValidationError:
    return ValidationError(
        SENTENCES[code],
        code=code,
        params={
            "name": name[:100],
            "limit": settings.UPLOAD_MAX_BYTES // MEGABYTE,
            "kinds": "、".join(sorted(kinds)),
        },
    )
