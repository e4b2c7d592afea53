"""Forms of credit lists, look-ups and bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from subsidy.enterprises.credit.imports import Document, fault_of_listing
from subsidy.enterprises.credit.models import Bar, CreditList
from subsidy.enterprises.models import Enterprise
from subsidy.papers.forms import SCANS, ScanForm
from subsidy.reference.fields import CreditCodeField, DayField, TextField
from subsidy.reference.forms import PlainForm
from workflow import clock

ONE_DAY = timedelta(days=1)
ALL = "all"
APPEAL = _(
    "对本决定不服的，可以自收到决定书之日起六十日内依法申请行政复议，或者六个月内依法提起行政诉讼；"
    "也可以向作出决定的单位提交书面陈述和证据，申请提前解除。"
)


class PastDayField(DayField):
    """A day that is not in the future."""

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and day > clock.today():
            raise ValidationError(_("日期不能晚于今天。"), code="future")
        return day


def document_field(label: Any, help_text: Any = "") -> forms.FileField:
    """The field of a `DocumentForm`, by the name its page gives it."""
    said = help_text or _("PDF、OFD 或图片，不超过 50 MB。")
    return forms.FileField(label=label, required=False, allow_empty_file=True, help_text=said)


class DocumentForm(ScanForm):
    """A form with one document; `document` is what was kept of it."""

    scan = document_field(_("依据文件"))

    @property
    def document(self) -> Document:
        return Document(self.digest, self.scan_name)


class OneFirm:
    """What the forms about one enterprise share: it is found by its credit code among those one sees."""

    firms: QuerySet[Enterprise]
    enterprise: Enterprise

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]  # type: ignore[attr-defined]
        found = self.firms.filter(credit_code=code).first()
        if found is None:
            raise ValidationError(_("本地区没有登记此代码的单位，请核对统一社会信用代码。"), code="unknown")
        self.enterprise = found
        return code


class ListForm(PlainForm):
    """A list that a measure keeps or uses itself."""

    code = forms.SlugField(
        label=_("代码"), max_length=24, help_text=_("小写字母、数字和连字符，例如 env-red-card，保存后不能修改。"),
        error_messages={"invalid": _("代码只能含有字母、数字、连字符和下划线。")},
    )  # fmt: skip
    name = TextField(label=_("名单名称"), max_length=60)
    authority = TextField(label=_("发布单位"), max_length=100)
    measure = forms.ChoiceField(label=_("适用政策"))
    source = TextField(label=_("依据"), max_length=200, help_text=_("要求核查此名单的条款或申报通知"))

    def __init__(self, *args: Any, measures: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = list(measures.items())  # type: ignore[attr-defined]


class ImportForm(DocumentForm):
    """A whole list as a workbook: it is the evidence too."""

    scan_kinds = frozenset({"xlsx"})
    scan = document_field(
        _("名单文件"), _("按模板填写的 xlsx 工作簿，最多 20000 行。未在名单中的企业视为数据日期当日未被列入。")
    )
    credit_list = forms.ChoiceField(label=_("名单"))
    source = TextField(label=_("来源"), max_length=100, help_text=_("从何处取得，例如 中国执行信息公开网"))
    as_of = PastDayField(label=_("数据日期"), help_text=_("名单反映的是哪一天的情况"))
    field_order = ["credit_list", "source", "as_of", "scan", "kept"]

    def __init__(self, *args: Any, lists: Iterable[CreditList], **kwargs: Any) -> None:
        self.lists = {one.code: one for one in lists}
        super().__init__(*args, **kwargs)
        self.fields["credit_list"].choices = [(one.code, one.name) for one in self.lists.values()]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The cleaned values as the verb takes them."""
        data = self.cleaned_data
        return {
            "credit_list": self.lists[data["credit_list"]], "source": data["source"], "as_of": data["as_of"],
            "document": self.document,
        }  # fmt: skip


class LookUpForm(OneFirm, DocumentForm):
    """What a list says about one enterprise, with the page that was looked at."""

    scan_kinds = SCANS
    scan = document_field(_("查询结果文件"), _("查询页面的截图或打印件：PDF、OFD 或图片，不超过 50 MB。"))
    code = CreditCodeField(label=_("统一社会信用代码"))
    credit_list = forms.ChoiceField(label=_("名单"))
    listed = forms.TypedChoiceField(
        label=_("查询结果"), coerce=lambda text: text == "yes", choices=[("no", _("未列入")), ("yes", _("已列入"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reference = TextField(label=_("案号或文号"), max_length=100, required=False)
    listed_on = PastDayField(label=_("列入日期"), required=False)
    source = TextField(label=_("来源"), max_length=100, help_text=_("例如 国家企业信用信息公示系统"))
    as_of = PastDayField(label=_("查询日期"))
    field_order = ["code", "credit_list", "listed", "reference", "listed_on", "source", "as_of", "scan", "kept"]

    def __init__(
        self, *args: Any, lists: Iterable[CreditList], firms: QuerySet[Enterprise], **kwargs: Any
    ) -> None:  # fmt: skip
        self.lists, self.firms = {one.code: one for one in lists}, firms
        super().__init__(*args, **kwargs)
        self.fields["credit_list"].choices = [(one.code, one.name) for one in self.lists.values()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "listed" in data:
            given = (data.get("reference", ""), data.get("listed_on"), data.get("as_of"))
            if fault := fault_of_listing(data["listed"], *given):
                self.add_error(*fault)
        return data

    def values(self) -> dict[str, Any]:
        """The cleaned values as the verb takes them."""
        wanted = ("listed", "reference", "listed_on", "source", "as_of")
        given = {name: self.cleaned_data[name] for name in wanted}
        return given | {
            "credit_list": self.lists[self.cleaned_data["credit_list"]], "enterprise": self.enterprise,
            "document": self.document,
        }  # fmt: skip


class BarForm(OneFirm, DocumentForm):
    """A bar: whom, for how long, where it applies, why, and by which document."""

    scan = document_field(_("处理决定"))
    code = CreditCodeField(label=_("统一社会信用代码"))
    measure = forms.ChoiceField(label=_("适用范围"))
    ground = forms.ChoiceField(label=_("事由类别"), choices=Bar.Ground.choices, widget=forms.RadioSelect)
    serious = forms.BooleanField(label=_("已认定“情节严重”"), required=False)
    beyond_repair = forms.BooleanField(label=_("已认定“难以整改和纠正”"), required=False)
    reason = TextField(label=_("理由"), max_length=300, widget=forms.Textarea)
    source = TextField(label=_("依据条款"), max_length=200, help_text=_("例如 吉工信办联规〔2024〕80号 第十三条"))
    decision = TextField(label=_("处理决定文号"), max_length=80)
    valid_from = DayField(label=_("开始日期"), help_text=_("一般为处理决定的日期，当日起不能申报"))
    last_day = DayField(
        label=_("最后一个禁止申报日"), required=False,
        help_text=_("例如自 2026-05-20 起五年，填 2031-05-19。不填表示没有截止日期。"),
    )  # fmt: skip
    appeal = TextField(label=_("救济途径"), max_length=500, widget=forms.Textarea, initial=APPEAL)
    field_order = [
        "code", "measure", "ground", "serious", "beyond_repair", "reason", "source", "decision", "valid_from",
        "last_day", "appeal", "scan", "kept",
    ]  # fmt: skip

    def __init__(
        self, *args: Any, measures: Mapping[str, str], everywhere: bool, firms: QuerySet[Enterprise], **kwargs: Any
    ) -> None:  # fmt: skip
        self.firms = firms
        super().__init__(*args, **kwargs)
        choices = [*measures.items(), *([(ALL, _("全部政策"))] if everywhere else [])]
        self.fields["measure"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("valid_from"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", ValidationError(_("最后一个禁止申报日不能早于开始日期。"), code="order"))
        return data

    def values(self) -> dict[str, Any]:
        """The cleaned values as the verb takes them."""
        wanted = ("ground", "serious", "beyond_repair", "reason", "source", "decision", "valid_from", "appeal")
        last: date | None = self.cleaned_data["last_day"]
        return {name: self.cleaned_data[name] for name in wanted} | {
            "measure": "" if self.cleaned_data["measure"] == ALL else self.cleaned_data["measure"],
            "valid_to": last + ONE_DAY if last else None, "document": self.document,
        }  # fmt: skip


class LiftForm(DocumentForm):
    """Why a bar ends before its time, with the document."""

    scan = document_field(_("解除依据"))
    reason = TextField(label=_("解除理由"), max_length=300, widget=forms.Textarea)
    field_order = ["reason", "scan", "kept"]
