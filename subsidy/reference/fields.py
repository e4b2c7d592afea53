"""Form fields that take what people in this country type, and say in a sentence what is wrong.

MoneyField   元, through `policies.kit.money.parse`; `unit` is shown beside the box
DayField     20260520 · 2026-05-20 · 2026/5/20 · 2026.5.20 · 2026年5月20日, ASCII or full-width digits
NumberField  whole numbers, ASCII or full-width digits, thousands separators allowed
TextField    NFC, trimmed; zero-width, bidi and control characters refused
CreditCodeField  统一社会信用代码: spaces out, full width to half, upper case; length and letters checked
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.reference import credit_code
from subsidy.reference.text import clean

DAY_FORMS = (
    re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII),
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?", re.ASCII),
)
WHOLE = re.compile(r"\d{1,3}(,\d{3})+|\d+", re.ASCII)
MAX_DIGITS = 18
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as ASCII, the ideographic space as a space, and trimmed."""
    return text.translate(FULL_WIDTH).strip()


class MoneyInput(forms.TextInput):
    """The box for an amount: right-aligned, digits of equal width."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "money", "inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        return f"{value:,.2f}" if isinstance(value, Decimal) else super().format_value(value)


class MoneyField(forms.Field):
    """An amount in 元 with at most two decimals; an empty optional field is None."""

    widget = MoneyInput
    unit = _("元")

    def __init__(
        self,
        *,
        min_value: Decimal | None = None,
        max_value: Decimal | None = None,
        max_digits: int = MAX_DIGITS,
        decimal_places: int = 2,
        **kwargs: Any,
    ) -> None:
        self.min_value, self.max_value = min_value, max_value
        self.max_digits, self.decimal_places = max_digits, decimal_places
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        from policies.kit.money import AmountError, parse

        if value in self.empty_values or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, Decimal):
            return value
        try:
            return parse(str(value))
        except AmountError as problem:
            raise ValidationError(str(problem), code="amount") from problem

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value.adjusted() >= self.max_digits - self.decimal_places:
            raise ValidationError(_("金额位数过多，请核对后重新填写"), code="max_digits")
        if self.min_value is not None and value < self.min_value:
            raise ValidationError(
                _("金额不能小于 %(limit)s 元"), code="min_value", params={"limit": f"{self.min_value:,.2f}"}
            )
        if self.max_value is not None and value > self.max_value:
            raise ValidationError(
                _("金额不能大于 %(limit)s 元"), code="max_value", params={"limit": f"{self.max_value:,.2f}"}
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class DayInput(forms.TextInput):
    """One text box; the script adds a calendar button where the browser has one."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "day", "inputmode": "numeric", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else super().format_value(value)


class DayField(forms.Field):
    """A calendar day in any of the written forms above."""

    widget = DayInput
    default_error_messages = {
        "form": _("请按 2026-05-20 的样式填写日期"),
        "impossible": _("%(year)s年%(month)s月没有%(day)s日，请核对日期"),
        "month": _("一年没有%(month)s月，请核对日期"),
        "year": _("年份应在 1949 至 2099 之间，现为 %(year)s"),
    }

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        text = re.sub(r"\s", "", half_width(str(value)))
        if not text:
            return None
        for form in DAY_FORMS:
            if found := form.fullmatch(text):
                return self._made(*map(int, found.groups()))
        raise ValidationError(self.error_messages["form"], code="form")

    def _made(self, year: int, month: int, day: int) -> date:
        if not 1949 <= year <= 2099:
            raise ValidationError(self.error_messages["year"], code="year", params={"year": year})
        if not 1 <= month <= 12:
            raise ValidationError(self.error_messages["month"], code="month", params={"month": month})
        try:
            return date(year, month, day)
        except ValueError as problem:
            parts = {"year": year, "month": month, "day": day}
            raise ValidationError(self.error_messages["impossible"], code="impossible", params=parts) from problem


class NumberField(forms.IntegerField):
    """A whole number without sign; `min_value` and `max_value` give sentences."""

    widget = forms.TextInput
    default_error_messages = {"invalid": _("请填写整数，例如 12")}

    def __init__(self, *, unit: Any = "", **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "numeric")
        self.widget.attrs.setdefault("class", "count")

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or isinstance(value, int):
            return value if isinstance(value, int) else None
        text = half_width(str(value))
        if not text:
            return None
        if not WHOLE.fullmatch(text) or len(text) > MAX_DIGITS:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text.replace(",", ""))


class TextField(forms.CharField):
    """Text through `reference.text.clean`: what cannot be seen is refused; line breaks only in a text area."""

    default_error_messages = {
        "max_length": _("最多 %(limit_value)d 个字，现为 %(show_value)d 个字"),
        "min_length": _("至少 %(limit_value)d 个字，现为 %(show_value)d 个字"),
    }

    def __init__(self, *, max_length: int | None = None, min_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, min_length=min_length, **{**kwargs, "strip": False})
        for validator in self.validators:
            code = getattr(validator, "code", "")
            if code in {"max_length", "min_length"}:
                validator.message = self.error_messages[code]  # type: ignore[attr-defined]

    def to_python(self, value: Any) -> str | None:
        text = clean(str(super().to_python(value) or ""), multiline=isinstance(self.widget, forms.Textarea))
        return text or self.empty_value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No `maxlength`: the browser would cut a pasted text silently."""
        attrs = super().widget_attrs(widget)
        return {name: value for name, value in attrs.items() if name not in {"maxlength", "minlength"}}


class CreditCodeField(forms.CharField):
    """统一社会信用代码 as stored; a wrong check digit passes, `reference.credit_code.parse(…).warning` tells of it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "max_length": None, "strip": True})
        self.widget.attrs.update({"class": "code", "autocomplete": "off", "spellcheck": "false"})

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return credit_code.parse(text).text if text else self.empty_value
