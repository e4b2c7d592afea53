"""The forms of the register of enterprises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.enterprises.models import Accident, Enterprise, Succession
from subsidy.enterprises.register import taken
from subsidy.reference import credit_code
from subsidy.reference.fields import CreditCodeField, DayField, TextField
from subsidy.reference.forms import PlainForm
from subsidy.reference.models import Industry
from workflow import clock

Choices = Sequence[tuple[str, str]]
SCAN = _("PDF、OFD、JPG 或 PNG，不超过 50 MB。")


class EnterpriseForm(PlainForm):
    """What the register says of an enterprise; the name only when it is new, later it changes with evidence."""

    credit_code = CreditCodeField(label=_("统一社会信用代码"), help_text=_("18 位，可直接粘贴，空格会自动去除。"))
    credit_code_reason = TextField(
        label=_("校验位不符的说明"), max_length=200, required=False,
        help_text=_("仅当校验位不符、而营业执照确为此代码时填写。"),
    )  # fmt: skip
    name = TextField(label=_("单位名称"), max_length=100, help_text=_("与营业执照逐字一致。"))
    legal_person = TextField(label=_("法定代表人"), max_length=50, required=False)
    area = forms.ChoiceField(label=_("注册地"))
    production_area = forms.ChoiceField(label=_("生产经营地"), required=False)
    address = TextField(label=_("地址"), max_length=200, required=False)
    established_on = DayField(label=_("成立日期"), required=False)
    is_branch = forms.BooleanField(label=_("是不具有法人资格的分支机构"), required=False)
    industry = TextField(
        label=_("行业代码"), max_length=8, required=False, help_text=_("国民经济行业分类（GB/T 4754），例如 3670。")
    )
    contact_name = TextField(label=_("联系人"), max_length=50, required=False)
    contact_phone = TextField(label=_("联系电话"), max_length=30, required=False)

    def __init__(self, *args: Any, places: Choices, row: Enterprise | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        known = dict(places)
        for name in ("area", "production_area"):
            now = getattr(row, name, "") if row else ""
            more = [(now, now)] if now and now not in known else []
            self.fields[name].choices = [("", _("请选择")), *more, *places]  # type: ignore[attr-defined]
        if row is not None:
            del self.fields["name"]

    def clean_credit_code(self) -> str:
        code: str = self.cleaned_data["credit_code"]
        found = Enterprise.objects.filter(credit_code=code).first()
        if found is not None and found != self.row:
            raise ValidationError(taken(code), code="taken")
        return code

    def clean_established_on(self) -> Any:
        day = self.cleaned_data["established_on"]
        if day is not None and day > clock.today():
            raise ValidationError(_("成立日期不能晚于今天，请核对。"))
        return day

    def clean_industry(self) -> str:
        code: str = self.cleaned_data["industry"]
        if code and not known_industry(code):
            raise ValidationError(_("没有行业代码“%(code)s”，请按国民经济行业分类填写。"), params={"code": code})
        return code

    def clean(self) -> dict[str, Any]:
        code = self.cleaned_data.get("credit_code")
        if code and (warning := credit_code.parse(code).warning) and not self.cleaned_data.get("credit_code_reason"):
            self.add_error("credit_code_reason", str(warning))
        return self.cleaned_data


class RenameForm(PlainForm):
    """Another name: because the enterprise took one, or because it was entered wrongly."""

    RENAMED, MISTAKE = "renamed", "mistake"
    why = forms.ChoiceField(
        label=_("原因"), widget=forms.RadioSelect, initial=RENAMED,
        choices=[(RENAMED, _("单位更名（原名称作为曾用名保留）")), (MISTAKE, _("登记时录入有误，更正名称"))],
    )  # fmt: skip
    name = TextField(label=_("新名称"), max_length=100)
    on = DayField(label=_("更名日期"), required=False, help_text=_("登记机关核准变更的日期；更正录入错误时不填。"))
    document = TextField(label=_("证明文件或说明"), max_length=120, help_text=_("例如 准予变更登记通知书及文号。"))
    file = forms.FileField(label=_("证明文件扫描件"), required=False, help_text=SCAN)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("why") == self.RENAMED and not self.errors:
            if self.cleaned_data.get("on") is None:
                self.add_error("on", _("请填写更名日期"))
            if not self.cleaned_data.get("file"):
                self.add_error("file", _("请上传更名的证明文件"))
        return self.cleaned_data


class SuccessionForm(PlainForm):
    """Who takes over, how, since when, and what proves it; `successor` is the enterprise afterwards."""

    kind = forms.ChoiceField(label=_("承继方式"), widget=forms.RadioSelect, choices=Succession.Kind.choices)
    code = CreditCodeField(
        label=_("承继单位的统一社会信用代码"),
        help_text=_("承继单位须已在名录中登记；由其他地区登记的，经该地区确认后生效。"),
    )
    effective_on = DayField(label=_("生效日期"))
    document = TextField(
        label=_("证明文件"), max_length=120, help_text=_("例如 合并协议、市场监管部门的登记文书及文号。")
    )
    file = forms.FileField(label=_("证明文件扫描件"), help_text=SCAN)
    successor: Enterprise

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        found = Enterprise.objects.filter(credit_code=code).first()
        if found is None:
            raise ValidationError(_("名录中没有 %(code)s，请先登记承继单位。"), params={"code": code})
        self.successor = found
        return code


class ConfirmForm(PlainForm):
    """The consent of the heir's keeper."""

    agreed = forms.BooleanField(
        label=_("已核对证明文件，确认由承继单位承担被承继单位的权利和义务，包括禁止申报、暂缓和应追回款项")
    )


class ReasonForm(PlainForm):
    """Why a row leaves the register or comes back."""

    reason = TextField(label=_("原因及依据"), max_length=300, widget=forms.Textarea)


class Reasoned(PlainForm):
    """What the forms that put something right share: why, last on the page."""

    reason = TextField(label=_("更正原因"), max_length=200, help_text=_("例如 录入有误，并写明依据。"))

    def columns(self) -> dict[str, Any]:
        """The columns of the row, without the reason."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


class AccidentForm(PlainForm):
    """An accident as a document or a public source has it."""

    kind = forms.ChoiceField(label=_("事故类别"), widget=forms.RadioSelect, choices=Accident.Kind.choices)
    happened_on = DayField(label=_("发生日期"))
    major = forms.BooleanField(label=_("属于重大事故"), required=False)
    document = TextField(label=_("认定文件或来源"), max_length=120, help_text=_("例如 应急管理部门的事故通报及文号。"))

    def clean_happened_on(self) -> Any:
        day = self.cleaned_data["happened_on"]
        if day > clock.today():
            raise ValidationError(_("发生日期不能晚于今天，请核对。"))
        return day


class AccidentCorrection(Reasoned, AccidentForm):
    """An accident put right."""


def known_industry(code: str) -> bool:
    """Whether the division of a code of GB/T 4754 exists."""
    return Industry.objects.filter(code=code.lstrip("ABCDEFGHIJKLMNOPQRST")[:2]).exists()
