"""The one form: which workbook."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.reference.forms import PlainForm


class UploadForm(PlainForm):
    """A workbook to be read."""

    file = forms.FileField(label=_("填好的工作簿（xlsx）"))
