"""Forms of accounts, batches and the bank's answers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.enterprises.models import Enterprise
from subsidy.funding.forms import not_in_the_future
from subsidy.funding.models import Payment
from subsidy.funding.payee import is_number, normalised
from subsidy.funding.results import Result
from subsidy.papers.forms import ScanForm
from subsidy.reference.fields import DayField, NumberField, TextField
from subsidy.reference.forms import PlainForm
from subsidy.reference.text import same


class PayeeForm(ScanForm):
    """The account money goes to; the number is typed twice."""

    holder = TextField(label=_("户名"), max_length=100, help_text=_("与开户行留存的户名逐字一致"))
    number = TextField(label=_("账号"), max_length=40, help_text=_("8 至 30 位数字，可以带空格"))
    number_again = TextField(label=_("再次输入账号"), max_length=40)
    bank = TextField(label=_("开户行"), max_length=100, help_text=_("写到支行，例如 工商银行某某支行"))
    bank_code = TextField(label=_("联行号"), max_length=12, required=False, help_text=_("12 位数字"))
    scan_needed = False
    field_order = ["holder", "number", "number_again", "bank", "bank_code", "scan", "kept"]

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enterprise = enterprise
        self.fields["scan"].label = _("开户许可证或基本存款账户信息")
        for name in ("number", "number_again"):
            self.fields[name].widget.attrs |= {"class": "code", "autocomplete": "off", "inputmode": "numeric"}

    def clean_holder(self) -> str:
        holder: str = self.cleaned_data["holder"]
        if not same(holder, self.enterprise.name):
            raise ValidationError(
                _("户名“%(holder)s”与单位名称“%(name)s”不一致，不能作为收款账户"),
                code="name", params={"holder": holder, "name": self.enterprise.name},
            )  # fmt: skip
        return holder

    def clean_number(self) -> str:
        number = normalised(self.cleaned_data["number"])
        if not is_number(number):
            raise ValidationError(
                _("账号应为 8 至 30 位数字，现为 %(count)s 位"), code="number", params={"count": len(number)}
            )
        return number

    def clean_bank_code(self) -> str:
        code = normalised(self.cleaned_data["bank_code"])
        if code and not (code.isascii() and code.isdigit() and len(code) == 12):
            raise ValidationError(_("联行号应为 12 位数字"), code="bank_code")
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        again = data.get("number_again")
        if again and data.get("number") and normalised(again) != data["number"]:
            self.add_error("number_again", ValidationError(_("两次输入的账号不一致，请核对"), code="again"))
        return data

    def values(self) -> dict[str, Any]:
        """The cleaned values as the verb takes them."""
        wanted = ("holder", "number", "bank", "bank_code")
        return {name: self.cleaned_data[name] for name in wanted} | {"receipt": self.digest}


class BatchForm(PlainForm):
    """What a batch is for."""

    purpose = TextField(label=_("用途"), max_length=120, help_text=_("印在拨付汇总表每一行"))


class ExportForm(PlainForm):
    """The number of payments, typed once more by whoever sends them."""

    count = NumberField(label=_("请输入笔数以确认"), min_value=1, max_value=100_000)

    def __init__(self, *args: Any, expected: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_count(self) -> int:
        count: int = self.cleaned_data["count"]
        if count != self.expected:
            raise ValidationError(_("笔数不符：批次内共 %(count)s 笔"), code="count", params={"count": self.expected})
        return count


class AnswerForm(PlainForm):
    """What holds for rows that say nothing of their own: the day, and whether they are paid."""

    on = DayField(label=_("银行处理日期"), help_text=_("各行未另填日期的，按此日期登记"))
    all_paid = forms.BooleanField(label=_("未逐行选择结果的，全部登记为拨付成功"), required=False)

    def clean_on(self) -> Any:
        return not_in_the_future(self.cleaned_data["on"])


class ResultForm(PlainForm):
    """What the bank answered about one payment; without an answer the row stays on its way."""

    outcome = forms.ChoiceField(
        label=_("结果"), required=False,
        choices=[
            ("", _("未答复")), ("paid", _("拨付成功")),
            ("account", _("退票：账户原因")), ("other", _("退票：其他原因")),
        ],
    )  # fmt: skip
    on = DayField(label=_("日期"), required=False)
    words = TextField(label=_("银行说明"), max_length=200, required=False)

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payment = payment
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{self.fields[name].label} {payment.position}"

    def clean_on(self) -> Any:
        return not_in_the_future(self.cleaned_data["on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        place = {"place": self.payment.position}
        if data.get("outcome") in Payment.Cause.values and not data.get("words"):
            self.add_error(
                "words", ValidationError(_("第 %(place)s 行：退票的，请填写银行说明"), code="required", params=place)
            )
        return data

    def result(self, usual: AnswerForm) -> Result | None:
        """The row's own answer, else the usual one; None while there is none."""
        data, other = self.cleaned_data, usual.cleaned_data
        outcome = data["outcome"] or ("paid" if other["all_paid"] else "")
        if not outcome:
            return None
        cause = Payment.Cause.OTHER if outcome == Payment.Cause.OTHER else Payment.Cause.ACCOUNT
        return Result(outcome == "paid", data["on"] or other["on"], data["words"], cause)


class BounceForm(PlainForm):
    """When a payment came back, and in which words."""

    on = DayField(label=_("退票日期"))
    cause = forms.ChoiceField(
        label=_("退票原因"), choices=Payment.Cause.choices, widget=forms.RadioSelect,
        help_text=_("属账户原因的（户名账号不符、销户、冻结等），企业重新确认收款账户前不能再次拨付"),
    )  # fmt: skip
    words = TextField(label=_("银行说明"), max_length=200)

    def clean_on(self) -> Any:
        return not_in_the_future(self.cleaned_data["on"])


def results_of(usual: AnswerForm, rows: Sequence[ResultForm]) -> dict[int, Result]:
    """Payment id → answer, of the rows that have one."""
    answered = ((one.payment.pk, one.result(usual)) for one in rows)
    return {pk: result for pk, result in answered if result is not None}
