"""Forms of notices and objections."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.notices.build import CONTACT_LABELS, REQUIRED_CONTACT
from subsidy.notices.models import Notice, Objection
from subsidy.reference.fields import DayField, NumberField, TextField
from subsidy.reference.forms import PlainForm, name_fields_in_messages


class NoticeForm(PlainForm):
    """The words, the first day and the contact of a notice."""

    title = TextField(label=_("标题"), max_length=150)
    number = TextField(label=_("发文字号"), max_length=80, required=False, help_text=_("例如 某工信公示〔2026〕3号"))
    basis = TextField(label=_("依据"), max_length=1000, widget=forms.Textarea)
    procedure = TextField(label=_("程序"), max_length=1000, widget=forms.Textarea)
    starts_on = DayField(label=_("公示开始日"), help_text=_("截止日按申报通知规定的天数自动推算"))

    def __init__(self, *args: Any, notice: Notice | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in CONTACT_LABELS.items():
            self.fields[f"contact_{key}"] = TextField(label=label, max_length=100, required=key in REQUIRED_CONTACT)
        name_fields_in_messages(self)
        if notice is not None:
            self.initial = {
                name: getattr(notice, name) for name in ("title", "number", "basis", "procedure", "starts_on")
            }
            self.initial |= {f"contact_{key}": text for key, text in notice.contact.items()}

    def values(self) -> dict[str, Any]:
        """The cleaned values as the verbs take them."""
        data = dict(self.cleaned_data)
        contact = {key: data.pop(f"contact_{key}") for key in CONTACT_LABELS}
        return {**data, "contact": contact}


class PublishForm(PlainForm):
    """The number of projects, typed once more by whoever publishes."""

    projects = NumberField(label=_("请输入项目数以确认"), min_value=1, max_value=100000)


class ReasonForm(PlainForm):
    """A reason."""

    reason = TextField(label=_("理由"), max_length=500, widget=forms.Textarea)


class SettleForm(PlainForm):
    """How an objection ends, and why."""

    result = forms.ChoiceField(
        label=_("结论"), widget=forms.RadioSelect,
        choices=[("dismiss", _("异议不成立")), ("uphold", _("异议成立，该项目不予支持"))],
    )  # fmt: skip
    conclusion = TextField(label=_("核实情况与理由"), min_length=10, max_length=2000, widget=forms.Textarea)


class ObjectionForm(PlainForm):
    """An objection with a real name; the fields are those that notices of both places ask for."""

    party = forms.ChoiceField(label=_("您的身份"), choices=Objection.Party.choices, widget=forms.RadioSelect)
    name = TextField(label=_("真实姓名或单位名称"), max_length=100)
    contact = TextField(label=_("联系方式"), max_length=100, help_text=_("手机号码或电子邮箱，仅供承办人核实使用"))
    address = TextField(label=_("通讯地址"), max_length=200, required=False)
    facts = TextField(
        label=_("事实与理由"), min_length=20, max_length=3000, widget=forms.Textarea, help_text=_("不少于 20 个字")
    )

    def __init__(self, *args: Any, notice: Notice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notice = notice
        choices = [
            (str(row["position"]), f"{row['position']}. {row['enterprise']} {row['title']}")
            for row in notice.content["rows"]
        ]
        rows = forms.MultipleChoiceField(label=_("有异议的项目"), widget=forms.CheckboxSelectMultiple, choices=choices)
        self.fields = {"rows": rows, **self.fields}
        name_fields_in_messages(self)

    def rows(self) -> list[Any]:
        """The rows objected to."""
        return list(self.notice.rows.filter(position__in=[int(p) for p in self.cleaned_data["rows"]]))

    def values(self) -> dict[str, Any]:
        """What the verb stores of the objector and the facts."""
        return {key: self.cleaned_data[key] for key in ("party", "name", "contact", "address", "facts")}


class LookupForm(PlainForm):
    """The number and the code on a receipt."""

    number = TextField(label=_("受理编号"), max_length=40)
    code = TextField(label=_("查询码"), max_length=20)
