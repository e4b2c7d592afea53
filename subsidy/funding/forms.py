"""Forms of quotas, plans and approvals. Amounts are typed in 元 unless the label says otherwise."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import Agency
from subsidy.calls.editions import latest
from subsidy.funding.models import Plan
from subsidy.papers.forms import ScanForm
from subsidy.reference.document_no import parse
from subsidy.reference.fields import DayField, MoneyField, NumberField, TextField, half_width
from subsidy.reference.forms import PlainForm
from workflow import clock

CENT = Decimal("0.01")


class DocumentField(TextField):
    """The number of an official document, any brackets; stored as GB/T 9704 writes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=80, help_text=_("例如 某财指〔2026〕88号"), **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return str(parse(text)) if text else ""


class PercentField(forms.Field):
    """A share in percent with at most four decimals, above 0 and at most 100; cleaned to 0–1."""

    widget = forms.TextInput
    unit = "%"
    shape = re.compile(r"\d{1,3}(\.\d{1,4})?", re.ASCII)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"class": "count", "inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        text = half_width(str(value)).removesuffix("%").strip()
        if not self.shape.fullmatch(text):
            raise ValidationError(_("请填写百分数，例如 80 或 76.34"), code="percent")
        share = Decimal(text) / 100
        if not 0 < share <= 1:
            raise ValidationError(_("执行比例应大于 0，且不超过政策上限（100%）"), code="range")
        return share


class QuotaForm(PlainForm):
    """A quota with its document."""

    holder = forms.ChoiceField(label=_("政策和持有单位"))
    year = NumberField(label=_("资金年度"), min_value=2020, max_value=2099)
    amount = MoneyField(label=_("额度"), min_value=CENT)
    document = DocumentField(label=_("下达文号"))
    received_on = DayField(label=_("下达日期"))

    def __init__(self, *args: Any, holders: Sequence[tuple[str, Agency]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holders = {f"{measure}:{agency.pk}": (measure, agency) for measure, agency in holders}
        choices = [
            (key, f"{latest(measure).short_title}（{agency.short_name}）")
            for key, (measure, agency) in self.holders.items()
        ]
        self.fields["holder"].choices = choices  # type: ignore[attr-defined]

    def clean_received_on(self) -> Any:
        return not_in_the_future(self.cleaned_data["received_on"])

    def values(self) -> dict[str, Any]:
        """The cleaned values as the verb takes them."""
        data = dict(self.cleaned_data)
        measure, agency = self.holders[data.pop("holder")]
        return {**data, "measure": measure, "agency": agency}


def not_in_the_future(day: Any) -> Any:
    """The day, unless it is after today."""
    if day and day > clock.today():
        raise ValidationError(_("日期不能晚于今天"), code="future")
    return day


class DraftForm(PlainForm):
    """Title and budget year of a new plan."""

    title = TextField(label=_("方案名称"), max_length=150)
    year = NumberField(label=_("资金年度"), min_value=2020, max_value=2099)


class ComputeForm(PlainForm):
    """By which rule, up to which share of the ceiling, how much money, in which unit, and why."""

    rule = forms.ChoiceField(label=_("分配规则"), choices=Plan.Rule.choices, widget=forms.RadioSelect)
    share = PercentField(
        label=_("执行比例（占政策上限）"),
        help_text=_("细则规定的是最高比例。执行比例由方案决定并说明理由，100 表示按上限执行。"),
    )
    amount = MoneyField(label=_("安排资金"), min_value=CENT, help_text=_("本方案使用的额度，不超过可用额度"))
    decimals = forms.TypedChoiceField(
        label=_("取整单位"), coerce=int,
        choices=[(2, _("0.01 万元（100 元）")), (1, _("0.1 万元（1,000 元）")), (0, _("1 万元（10,000 元）"))],
    )  # fmt: skip
    reason = TextField(label=_("执行比例和规则的理由"), max_length=1000, widget=forms.Textarea)


class AdjustForm(PlainForm):
    """Another amount for one line, and why."""

    amount = MoneyField(label=_("安排金额"))
    reason = TextField(label=_("调整理由"), max_length=300, widget=forms.Textarea)


class ApprovalForm(ScanForm):
    """An approval or a refusal with its document."""

    granted = forms.TypedChoiceField(
        label=_("审批结果"), coerce=lambda text: text == "yes", choices=[("yes", _("同意")), ("no", _("不同意"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    document = DocumentField(label=_("文号"))
    dated = DayField(label=_("文件日期"))
    note = TextField(
        label=_("说明"), max_length=300, required=False, widget=forms.Textarea, help_text=_("不同意的，请写明理由")
    )
    field_order = ["granted", "document", "dated", "note", "scan", "kept"]

    def clean_dated(self) -> Any:
        return not_in_the_future(self.cleaned_data["dated"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("granted") is False and not data.get("note"):
            self.add_error("note", ValidationError(_("不同意的，请写明理由"), code="required"))
        return data

    def values(self) -> dict[str, Any]:
        """The cleaned values as the verb takes them."""
        wanted = ("granted", "document", "dated", "note")
        return {name: self.cleaned_data[name] for name in wanted} | {"scan": self.digest}


class IssueForm(PlainForm):
    """The document of an issue; the targets are fields of their own, one pair a case."""

    document = DocumentField(label=_("下达文号"))
    issued_on = DayField(label=_("下达日期"))

    def __init__(self, *args: Any, cases: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = cases
        for case in cases:
            about = f"{case.number} {case.enterprise.name}"
            self.fields[f"target_{case.pk}"] = TextField(label=_("绩效指标：%s") % about, max_length=100)
            self.fields[f"value_{case.pk}"] = TextField(label=_("指标值：%s") % about, max_length=60)
            for name in ("target", "value"):
                field = self.fields[f"{name}_{case.pk}"]
                field.error_messages["required"] = _("请填写“%s”") % field.label

    def clean_issued_on(self) -> Any:
        return not_in_the_future(self.cleaned_data["issued_on"])

    def targets(self) -> list[dict[str, str]]:
        """The decomposed targets as the verb takes them."""
        data = self.cleaned_data
        return [
            {"case": case.number, "target": data[f"target_{case.pk}"], "value": data[f"value_{case.pk}"]}
            for case in self.cases
        ]


class ReasonForm(PlainForm):
    """A reason."""

    reason = TextField(label=_("理由"), max_length=300, widget=forms.Textarea)
