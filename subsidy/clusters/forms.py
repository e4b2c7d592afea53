"""The forms of the register of clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.clusters.models import Recognition
from subsidy.enterprises.forms import Reasoned
from subsidy.enterprises.models import Enterprise
from subsidy.reference.fields import CreditCodeField, DayField, TextField
from subsidy.reference.forms import PlainForm


def registered(code: str) -> Enterprise:
    """The enterprise with this code. Raises ValidationError with the sentence to show."""
    found = Enterprise.objects.filter(credit_code=code).first()
    if found is None:
        raise ValidationError(_("企业名录中没有 %(code)s，请先登记该单位。"), params={"code": code})
    return found


class ClusterForm(PlainForm):
    """What the register says of a cluster itself."""

    code = TextField(label=_("集群编号"), max_length=32)
    name = TextField(label=_("集群名称"), max_length=100, help_text=_("与认定文件逐字一致。"))
    area = forms.ChoiceField(label=_("所在地区"))
    organisation_code = CreditCodeField(
        label=_("集群发展促进组织的统一社会信用代码"), required=False, help_text=_("该组织须已在企业名录中登记。")
    )

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", _("请选择")), *places]  # type: ignore[attr-defined]
        self.organisation: Enterprise | None = None

    def clean_organisation_code(self) -> str:
        code: str = self.cleaned_data["organisation_code"]
        self.organisation = registered(code) if code else None
        return code

    def values(self) -> dict[str, Any]:
        """The columns of the cluster."""
        return {
            **{name: self.cleaned_data[name] for name in ("code", "name", "area")},
            "organisation_id": self.organisation.pk if self.organisation else None,
        }


class RecognitionForm(PlainForm):
    """A level with its document and dates."""

    level = forms.ChoiceField(label=_("级别"), widget=forms.RadioSelect, choices=Recognition.Level.choices)
    document = TextField(label=_("认定文件"), max_length=120, help_text=_("文号或名称，例如 吉工信产业〔2025〕30号。"))
    valid_from = DayField(label=_("认定日期"))
    valid_to = DayField(label=_("终止日期"), required=False, help_text=_("自该日起不再有效；没有期限的不填。"))


class MemberForm(PlainForm):
    """A member with its dates; `enterprise` afterwards."""

    code = CreditCodeField(label=_("统一社会信用代码"))
    is_head = forms.BooleanField(label=_("是头部企业"), required=False)
    valid_from = DayField(label=_("加入日期"))
    valid_to = DayField(label=_("退出日期"), required=False, help_text=_("自该日起不再是成员；仍是成员的不填。"))
    enterprise: Enterprise

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        self.enterprise = registered(code)
        return code


class RecognitionCorrection(Reasoned, RecognitionForm):
    """A recognition put right."""


class MembershipCorrection(Reasoned):
    """A member's part and dates put right; another enterprise is another member."""

    is_head = forms.BooleanField(label=_("是头部企业"), required=False)
    valid_from = DayField(label=_("加入日期"))
    valid_to = DayField(label=_("退出日期"), required=False, help_text=_("自该日起不再是成员；仍是成员的不填。"))
    field_order = ["is_head", "valid_from", "valid_to", "reason"]


class EndForm(PlainForm):
    """The day on which something ends, and why."""

    on = DayField(label=_("终止日期"), help_text=_("自该日起不再有效。"))
    reason = TextField(label=_("原因及依据"), max_length=300, widget=forms.Textarea)
