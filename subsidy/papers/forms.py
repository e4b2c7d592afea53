"""The two forms of the check page (find a paper, compare a copy with it), and the form with a sealed scan."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from subsidy.papers.files import MEGABYTE, SENTENCES, take
from subsidy.papers.selectors import digest_of
from subsidy.reference.fields import TextField
from subsidy.reference.forms import PlainForm

SCANS = frozenset({"pdf", "jpg", "png", "ofd"})
DIGEST = re.compile(r"[0-9a-f]{64}")


class CodeForm(PlainForm):
    """The check code printed on a paper."""

    code = TextField(label=_("校验码"), max_length=40, help_text=_("文书底部的 12 位字母和数字，例如 ABCD-EFGH-JKLM。"))


class CompareForm(PlainForm):
    """A copy as a file, or its SHA-256; `digest()` is what to compare."""

    file = forms.FileField(label=_("文书文件"), required=False, help_text=_("系统只计算文件摘要用于比对，不保存文件。"))
    typed = TextField(label=_("文件摘要（SHA-256）"), max_length=100, required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > settings.UPLOAD_MAX_BYTES:
            raise ValidationError(
                SENTENCES["too_large"], params={"name": file.name, "limit": settings.UPLOAD_MAX_BYTES // MEGABYTE}
            )
        return file

    def clean_typed(self) -> str:
        typed = "".join(unicodedata.normalize("NFKC", self.cleaned_data["typed"]).lower().split())
        if typed and not DIGEST.fullmatch(typed):
            raise ValidationError(_("摘要应为 64 位十六进制数字（0–9、a–f）。"))
        return typed

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.cleaned_data.get("file") and not self.cleaned_data.get("typed"):
            raise ValidationError(_("请选择文书文件，或填写文件摘要。"))
        return self.cleaned_data

    def digest(self) -> str:
        """The digest of the file, or the one that was typed."""
        file = self.cleaned_data["file"]
        return digest_of(file) if file else self.cleaned_data["typed"]


class ScanForm(PlainForm):
    """A form with one sealed scan; what was uploaded once is kept over a page with errors."""

    scan = forms.FileField(
        label=_("盖章扫描件"), required=False, allow_empty_file=True, help_text=_("PDF、OFD 或图片，不超过 50 MB。")
    )
    kept = forms.CharField(widget=forms.HiddenInput, required=False)
    scan_needed = True
    scan_kinds = SCANS
    digest = ""
    scan_name = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scan"].required = self.scan_needed and not self.data.get("kept")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        upload = self.files.get("scan")
        try:
            if upload is not None:
                self.digest, self.scan_name = take(upload, self.scan_kinds).digest, upload.name or ""
                kept = signing.dumps([self.digest, self.scan_name], salt=type(self).__name__)
                self.data = MultiValueDict({**dict(self.data.lists()), "kept": [kept]})  # type: ignore[attr-defined]
            elif data.get("kept"):
                self.digest, self.scan_name = signing.loads(data["kept"], salt=type(self).__name__)
        except ValidationError as error:
            self.add_error("scan", error)
        except signing.BadSignature:
            self.digest = ""
        if self.scan_needed and not self.digest and "scan" not in self.errors:
            required = _("请选择要上传的“%(label)s”") % {"label": self.fields["scan"].label}
            self.add_error("scan", ValidationError(required, code="required"))
        return data
