"""Forms of the calendar: a year out of a file, a year, a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.calendar.change import Ground
from subsidy.calendar.days import (
    EARLIEST,
    LATEST,
    NAME_LENGTH,
    OFF,
    WORK,
    WORKED_NAME,
    Arrangement,
    Special,
    days_in,
    problems,
    spans_in,
)
from subsidy.papers.forms import ScanForm
from subsidy.reference.fields import NumberField, TextField
from subsidy.reference.forms import PlainForm

PLAIN = "plain"
ACCEPT = "accept"


class FileForm(PlainForm):
    """A file that fills the form of a year."""

    file = forms.FileField(label=_("工作簿或 JSON 文件"), help_text=_("读取后先显示在下面的表单里，核对无误再保存。"))


class GroundForm(ScanForm):
    """What every change of the calendar carries: source, document, reason; and the consent to moving time limits."""

    scan = forms.FileField(
        label=_("依据文件"), required=False, allow_empty_file=True, help_text=_("PDF、OFD 或图片，不超过 50 MB。")
    )
    source = TextField(
        label=_("依据"), max_length=120,
        help_text=_("文件名称和文号，例如 国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"),
    )  # fmt: skip
    accept = forms.BooleanField(label=_("我已核对下表中受影响的期限，同意延后"), required=False)

    def ground(self) -> Ground:
        """The cleaned values as the verbs take them."""
        return Ground(self.cleaned_data["source"], self.digest, self.scan_name, self.cleaned_data["reason"])


class YearForm(GroundForm):
    """All days off and worked weekend days of a year."""

    year = NumberField(label=_("年度"), min_value=EARLIEST, max_value=LATEST)
    days_off = TextField(
        label=_("放假"), max_length=2000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("每行一个节日：名称 开始日期 至 结束日期，例如 春节 2026-02-15 至 2026-02-23"),
    )  # fmt: skip
    days_worked = TextField(
        label=_("调休上班"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}), required=False,
        help_text=_("周末上班的日期，每行一个，例如 2026-02-14"),
    )  # fmt: skip
    reason = TextField(
        label=_("理由"), max_length=300, required=False, help_text=_("更改已录入的年度或延后期限时填写"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    field_order = ["year", "days_off", "days_worked", "source", "scan", "kept", "reason", ACCEPT]

    def clean_days_off(self) -> Any:
        return self._read("days_off", spans_in)

    def clean_days_worked(self) -> Any:
        return self._read("days_worked", days_in)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if {"year", "days_off", "days_worked"} <= data.keys():
            for sentence in problems(self.arrangement()):
                self.add_error("days_off", ValidationError(sentence, code="year"))
        return data

    def arrangement(self) -> Arrangement:
        """The year that was typed."""
        data = self.cleaned_data
        return Arrangement(data["year"], tuple(data["days_off"]), tuple(data["days_worked"]))

    def _read(self, name: str, read: Callable[[str], Any]) -> Any:
        return read(self.cleaned_data[name] or "")


class DayForm(GroundForm):
    """What one day is."""

    kind = forms.ChoiceField(
        label=_("更正为"), widget=forms.RadioSelect,
        choices=[(PLAIN, _("按星期：周一至周五上班，周末休息")), (OFF, _("放假")), (WORK, _("调休上班"))],
    )  # fmt: skip
    name = TextField(
        label=_("名称"), max_length=NAME_LENGTH, required=False, help_text=_("放假时填写节日名称，例如 端午节")
    )
    reason = TextField(label=_("更正理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    field_order = ["kind", "name", "source", "scan", "kept", "reason", ACCEPT]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == OFF and not data.get("name"):
            self.add_error("name", ValidationError(_("请填写节日名称"), code="required"))
        return data

    def special(self) -> Special | None:
        """What the day is to be; None: what its weekday says."""
        kind = self.cleaned_data["kind"]
        if kind == PLAIN:
            return None
        return Special(kind, self.cleaned_data["name"] if kind == OFF else WORKED_NAME)
