"""Forms of the message texts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.messages.texts import Text, Wording
from subsidy.reference.fields import DayField, TextField
from subsidy.reference.forms import PlainForm
from workflow import clock


class FromForm(PlainForm):
    """From when, and why; alone it goes back to the standard text."""

    valid_from = DayField(label=_("启用日期"), help_text=_("不早于今天；此前发送的消息不变"))
    reason = TextField(label=_("修改理由"), max_length=200)

    def clean_valid_from(self) -> Any:
        day = self.cleaned_data["valid_from"]
        if day is not None and day < clock.today():
            raise ValidationError(_("启用日期不能早于今天。"), code="past")
        return day


class WordingForm(FromForm):
    """Title and body with fields in braces."""

    title = TextField(label=_("标题"), max_length=120)
    body = TextField(
        label=_("内容"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("花括号里是字段，发送时换成实际内容；可用的字段见下表。"),
    )  # fmt: skip
    field_order = ["title", "body", "valid_from", "reason"]

    def __init__(self, *args: Any, text: Text, **kwargs: Any) -> None:
        self.text = text
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"title", "body"} <= data.keys():
            for place, sentence in self.text.problems(self.wording()):
                self.add_error(place, ValidationError(sentence, code="wording"))
        return data

    def ask_only_for_words(self) -> None:
        """For a preview neither day nor reason is needed."""
        for name in ("valid_from", "reason"):
            self.fields[name].required = False

    def wording(self) -> Wording:
        """What was typed."""
        return Wording(self.cleaned_data.get("title", ""), self.cleaned_data.get("body", ""))
