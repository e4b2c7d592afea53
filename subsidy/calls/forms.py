"""What an officer types about a call: its own columns, the measure's settings, the list of materials, the scorecard."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.kit.money import percent
from policies.kit.policy import CallSetting, Policy, SettingKind
from subsidy.accounts.models import Agency
from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call
from subsidy.calls.prepare import fault_of_number
from subsidy.calls.settings_of import UNIT_DECIMALS, kept, source_text, texts
from subsidy.reference import document_no
from subsidy.reference.fields import DayField, MoneyField, NumberField, TextField, half_width
from subsidy.reference.forms import PlainForm
from workflow.clock import SHANGHAI

PREFIX = "s_"
ROUND = (
    "title", "number", "fiscal_year", "opens_at", "closes_at", "paper_until", "window_from", "window_to",
)  # fmt: skip
DAYS = {"min_value": 1, "max_value": 365}
CLOCK = re.compile(r"(\d{1,2})[:.时](\d{2})分?", re.ASCII)
PERCENT = re.compile(r"\d{1,3}(?:\.\d{1,2})?", re.ASCII)
MONTH_DAY = re.compile(r"(\d{2})-(\d{2})", re.ASCII)


class MinuteField(DayField):
    """A moment to the minute in Asia/Shanghai: `2026-06-20 17:00`, the day in any written form."""

    widget = forms.TextInput  # type: ignore[assignment]
    default_error_messages = {
        "minute": gettext_lazy("请按 2026-06-20 17:00 的样式填写日期和时间"),
        "clock": gettext_lazy("时间应在 00:00 至 23:59 之间，请核对"),
    }

    def to_python(self, value: Any) -> Any:
        """An aware moment, or None."""
        if value in self.empty_values or isinstance(value, datetime):
            return value or None
        text = half_width(str(value)).replace("T", " ")
        if not text:
            return None
        day, _blank, clock = text.rpartition(" ")
        found = CLOCK.fullmatch(clock)
        if not day or not found:
            raise ValidationError(self.error_messages["minute"], code="minute")
        hour, minute = int(found[1]), int(found[2])
        if hour > 23 or minute > 59:
            raise ValidationError(self.error_messages["clock"], code="clock")
        on = super().to_python(day)
        return datetime.combine(on, time(hour, minute), SHANGHAI) if isinstance(on, date) else None

    def prepare_value(self, value: Any) -> Any:
        """A stored moment as it is typed."""
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value


class RateField(TextField):
    """A share typed in percent and kept as text between 0 and 1, with two to four decimals."""

    unit = "%"

    def to_python(self, value: Any) -> str | None:
        """The share as it is stored."""
        text = half_width(str(value or "")).removesuffix("%").strip()
        if not text:
            return ""
        share = Decimal(text) if PERCENT.fullmatch(text) else None
        if share is None or share > 100:
            raise ValidationError(_("请填写 0 至 100 之间的百分数，最多两位小数，例如 30 表示 30%%") % {})
        if 0 < share < 1:
            raise ValidationError(_("比例按百分数填写，%(text)s 表示 %(text)s%%；如为 30%% 请填 30") % {"text": text})
        whole, part = f"{share / 100:.4f}".split(".")
        return f"{whole}.{part.rstrip('0').ljust(2, '0')}"

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Both are in percent here."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class MonthDayField(TextField):
    """A day of every year as `MM-DD`."""

    def to_python(self, value: Any) -> str | None:
        """The day as it is stored."""
        text = half_width(str(value or ""))
        found = MONTH_DAY.fullmatch(text)
        if text and not found:
            raise ValidationError(_("请按 01-10 的样式填写月和日"))
        if found:
            try:
                date(2024, int(found[1]), int(found[2]))
            except ValueError as problem:
                raise ValidationError(_("没有 %(day)s 这一天，请核对") % {"day": text}) from problem
        return text


SETTING_FIELDS: Mapping[SettingKind, Callable[[CallSetting], forms.Field]] = {
    SettingKind.CHOICE: lambda s: forms.ChoiceField(
        choices=[(c.key, c.label) for c in s.choices], widget=forms.RadioSelect
    ),
    SettingKind.NUMBER: lambda s: NumberField(**DAYS),
    SettingKind.DATE: lambda s: DayField(required=False),
    SettingKind.RATE: lambda s: RateField(),
    SettingKind.MONEY: lambda s: MoneyField(min_value=Decimal("0.01")),
    SettingKind.YES_NO: lambda s: forms.ChoiceField(
        choices=[("yes", _("是")), ("no", _("否"))], widget=forms.RadioSelect
    ),
    SettingKind.MONTH_DAY: lambda s: MonthDayField(),
}


class RoundForm(PlainForm):
    """What is new in every round: title, number, year and the windows."""

    title = TextField(label=gettext_lazy("标题"), max_length=150)
    number = TextField(
        label=gettext_lazy("文号"),
        max_length=80,
        help_text=gettext_lazy("机关代字、年份和序号，例如 某工信〔2026〕12号"),
    )
    fiscal_year = NumberField(label=gettext_lazy("资金年度"), min_value=2020, max_value=2099)
    opens_at = MinuteField(label=gettext_lazy("申报开始时间"), help_text=gettext_lazy("例如 2026-06-20 17:00。"))
    closes_at = MinuteField(
        label=gettext_lazy("申报截止时间"),
        help_text=gettext_lazy("例如 2026-06-20 17:00。到这一刻为止；这一刻起不再受理，精确到秒。"),
    )
    paper_until = MinuteField(label=gettext_lazy("纸质材料截止时间"), required=False)
    window_from = DayField(label=gettext_lazy("投资计算起始日"))
    window_to = DayField(label=gettext_lazy("投资计算截止日"), help_text=gettext_lazy("首尾两日均计入。"))

    def __init__(self, *args: Any, agency: Agency, call: Call | None = None, **kwargs: Any) -> None:
        """`agency` issues the call; `call`: the draft that is changed."""
        self.agency, self.call = agency, call
        super().__init__(*args, **kwargs)

    def clean_number(self) -> str:
        """文号 in its official form, which no other call of the agency has."""
        number = str(document_no.parse(self.cleaned_data["number"]))
        if fault := fault_of_number(number, self.agency, self.call):
            raise ValidationError(fault, code="used")
        return number

    def clean(self) -> dict[str, Any]:
        """Opening before closing, the window in order."""
        cleaned = super().clean() or self.cleaned_data
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error(
                "closes_at", _("申报截止时间应晚于开始时间 %(time)s。") % {"time": f"{opens:%Y-%m-%d %H:%M}"}
            )
        first, last = cleaned.get("window_from"), cleaned.get("window_to")
        if first and last and last < first:
            self.add_error("window_to", _("投资计算截止日不能早于起始日 %(day)s。") % {"day": first.isoformat()})
        return cleaned

    def round_columns(self) -> dict[str, Any]:
        """The columns of a call that this form asks for."""
        return {name: self.cleaned_data[name] for name in ROUND}


class CallForm(RoundForm):
    """A call: number, issuers, windows, territory, and every setting of the measure with its source beside it."""

    kind = forms.ChoiceField(label=gettext_lazy("类别"), widget=forms.RadioSelect)
    issuers = forms.MultipleChoiceField(label=gettext_lazy("印发单位"), widget=forms.CheckboxSelectMultiple)
    areas = forms.MultipleChoiceField(
        label=gettext_lazy("申报地区"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("不选表示全部地区。"),
    )  # fmt: skip

    field_order = ("title", "number", "kind", "issuers")

    def __init__(
        self, *args: Any, policy: Policy, issuers: Sequence[Agency], areas: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        self.policy = policy
        super().__init__(*args, **kwargs)
        labels = dict(Call.Kind.choices)
        self.fields["kind"].choices = [(kind.value, labels[kind.value]) for kind in policy.call_kinds]  # type: ignore[attr-defined]
        self.fields["issuers"].choices = [(str(one.pk), one.name) for one in issuers]  # type: ignore[attr-defined]
        self.fields["areas"].choices = list(areas)  # type: ignore[attr-defined]
        for known in policy.settings:
            self.fields[PREFIX + known.key] = _setting_field(known)

    def clean(self) -> dict[str, Any]:
        """A unit the plan can be rounded to."""
        cleaned = super().clean()
        unit = cleaned.get(PREFIX + "plan_unit")
        if unit is not None and unit not in UNIT_DECIMALS:
            self.add_error(PREFIX + "plan_unit", _("取整单位只能是 10000、1000、100、10、1、0.1 或 0.01 元。"))
        return cleaned

    def columns(self) -> dict[str, Any]:
        """Columns of the call, the measure's settings and where each value comes from."""
        given = self.cleaned_data
        columns = {**self.round_columns(), "kind": given["kind"], "areas": given["areas"]}
        settings = {known.key: _as_text(given[PREFIX + known.key]) for known in self.policy.settings}
        return {**columns, **kept(self.policy, settings)}


def call_initial(call: Call) -> dict[str, Any]:
    """What the form shows for a stored call."""
    shown: dict[str, Any] = {name: getattr(call, name) for name in (*ROUND, "kind", "areas")}
    shown["issuers"] = [str(pk) for pk in call.issuers.values_list("pk", flat=True)]
    return shown | _as_typed(policy_of(call), texts(call))


def policy_initial(policy: Policy) -> dict[str, Any]:
    """What the form shows for a new call: the measure's defaults."""
    kinds = [kind.value for kind in policy.call_kinds]
    return {"kind": kinds[-1], **_as_typed(policy, {known.key: known.default for known in policy.settings})}


def _as_typed(policy: Policy, values: Mapping[str, str]) -> dict[str, Any]:
    """Settings as the form takes them: shares in percent."""
    rates = {known.key for known in policy.settings if known.kind is SettingKind.RATE}
    return {
        PREFIX + key: percent(Decimal(text)).removesuffix("%") if key in rates and text else text
        for key, text in values.items()
    }


def _setting_field(known: CallSetting) -> forms.Field:
    field = SETTING_FIELDS[known.kind](known)
    field.label = known.label
    why = f"{known.why}；" if known.why else ""
    field.help_text = _("%(why)s来源：%(source)s") % {"why": why, "source": source_text(known)}
    field.error_messages["required"] = _("请填写“%(label)s”") % {"label": known.label}
    return field


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


class PublishForm(PlainForm):
    """Nothing to type; the page says what publishing means."""


class VoidForm(PlainForm):
    """Why a call is voided."""

    reason = TextField(label=gettext_lazy("废止原因"), max_length=300)


class ReplaceForm(PlainForm):
    """Why the call that is replaced is voided."""

    reason = TextField(label=gettext_lazy("废止原通知的原因"), max_length=300)
