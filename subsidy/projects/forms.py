"""The forms of the register of projects."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.enterprises.forms import Reasoned, known_industry
from subsidy.enterprises.models import Enterprise
from subsidy.projects.models import MeasuredApproval, MeasuredProject, OtherFunding, Partner, Project
from subsidy.reference.fields import CreditCodeField, DayField, MoneyField, NumberField, TextField
from subsidy.reference.forms import PlainForm

CENT = Decimal("0.01")
FIRST_YEAR, LAST_YEAR = 2000, 2099
UNKNOWN, YES, NO = "", "yes", "no"


class ProjectForm(PlainForm):
    """What the register says of a project."""

    enterprise_code = CreditCodeField(
        label=_("实施单位的统一社会信用代码"), help_text=_("该单位须已在企业名录中登记。")
    )
    name = TextField(label=_("项目名称"), max_length=120, help_text=_("与立项文件逐字一致。"))
    filing_kind = forms.ChoiceField(label=_("立项类型"), choices=Project.FilingKind.choices, widget=forms.RadioSelect)
    filing_number = TextField(label=_("立项文号"), max_length=80, help_text=_("一个立项文件只对应一个项目。"))
    filing_date = DayField(label=_("立项日期"), required=False)
    code = TextField(label=_("项目代码"), max_length=40, required=False)
    area = forms.ChoiceField(label=_("建设地点"))
    industry = TextField(
        label=_("行业代码"), max_length=8, required=False, help_text=_("国民经济行业分类（GB/T 4754）。")
    )
    total_investment = MoneyField(label=_("立项总投资"), min_value=CENT)
    expected_investment = MoneyField(label=_("预计完成总投资"), required=False)
    started_on = DayField(label=_("开工日期"), required=False)
    finished_on = DayField(label=_("完工日期"), required=False)

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], now: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        more = [(now, now)] if now and now not in dict(places) else []
        self.fields["area"].choices = [("", _("请选择")), *more, *places]  # type: ignore[attr-defined]

    def clean_enterprise_code(self) -> str:
        code: str = self.cleaned_data["enterprise_code"]
        self.enterprise = Enterprise.objects.filter(credit_code=code).first()
        if self.enterprise is None:
            raise ValidationError(_("企业名录中没有 %(code)s，请先登记该单位。"), params={"code": code})
        return code

    def clean_industry(self) -> str:
        code: str = self.cleaned_data["industry"]
        if code and not known_industry(code):
            raise ValidationError(_("没有行业代码“%(code)s”，请按国民经济行业分类填写。"), params={"code": code})
        return code

    def clean(self) -> dict[str, Any]:
        started, finished = self.cleaned_data.get("started_on"), self.cleaned_data.get("finished_on")
        if started and finished and finished < started:
            self.add_error("finished_on", _("完工日期不能早于开工日期。"))
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """The columns of the project."""
        columns = {name: value for name, value in self.cleaned_data.items() if name != "enterprise_code"}
        return {**columns, "enterprise": self.enterprise}


class YearForm(PlainForm):
    """What was completed in one year."""

    year = NumberField(label=_("年度"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    total = MoneyField(label=_("完成总投资"), min_value=Decimal(0))
    fixed_assets = MoneyField(label=_("其中新增固定资产投资"), min_value=Decimal(0))


class PartnerForm(PlainForm):
    """Somebody who takes part."""

    name = TextField(label=_("合作单位"), max_length=100)
    role = forms.ChoiceField(label=_("类别"), widget=forms.RadioSelect, choices=Partner.Role.choices)
    code = CreditCodeField(label=_("统一社会信用代码"), required=False)
    task = TextField(label=_("承担内容"), max_length=200, required=False)
    valid_from = DayField(label=_("自"), required=False)
    valid_to = DayField(label=_("至"), required=False)

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("valid_from"), self.cleaned_data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("结束日期不能早于开始日期。"))
        return self.cleaned_data


class AssetForm(PlainForm):
    """A fixed asset."""

    number = TextField(label=_("资产编号"), max_length=60)
    name = TextField(label=_("资产名称"), max_length=120)
    model = TextField(label=_("规格型号"), max_length=120, required=False)
    acquired_on = DayField(label=_("购置日期"), required=False)
    amount = MoneyField(label=_("原值"), min_value=CENT)
    supported = forms.BooleanField(label=_("已获其他财政资金支持"), required=False)


class InvoiceForm(PlainForm):
    """An invoice."""

    number = TextField(label=_("发票号码"), max_length=40)
    seller = TextField(label=_("销售方"), max_length=100)
    dated = DayField(label=_("开票日期"))
    summary = TextField(label=_("摘要"), max_length=120, required=False)
    gross = MoneyField(label=_("金额（含税）"), min_value=CENT)
    tax = MoneyField(label=_("其中税额"), min_value=Decimal(0))

    def clean(self) -> dict[str, Any]:
        gross, tax = self.cleaned_data.get("gross"), self.cleaned_data.get("tax")
        if gross is not None and tax is not None and tax >= gross:
            self.add_error("tax", _("税额应小于含税金额。"))
        return self.cleaned_data


class FundingForm(PlainForm):
    """Public money from elsewhere for the same fixed assets."""

    programme = TextField(label=_("资金名称"), max_length=120, help_text=_("与下达文件一致的资金或项目名称。"))
    level = forms.ChoiceField(label=_("级别"), widget=forms.RadioSelect, choices=OtherFunding.Level.choices)
    year = NumberField(label=_("年度"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    amount = MoneyField(label=_("金额"), min_value=CENT)
    document = TextField(label=_("文号"), max_length=80, required=False)


class PartnerCorrection(Reasoned, PartnerForm):
    """A partner put right."""


class AssetCorrection(Reasoned, AssetForm):
    """An asset put right."""


class InvoiceCorrection(Reasoned, InvoiceForm):
    """An invoice put right."""


class FundingCorrection(Reasoned, FundingForm):
    """Money from elsewhere put right."""


class MeasuredForm(PlainForm):
    """A measured project: kind and round, when it was reported, whether it was argued."""

    kind = forms.ChoiceField(label=_("类别"), widget=forms.RadioSelect, choices=MeasuredProject.Kind.choices)
    round = NumberField(label=_("测算年度"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    reported_on = DayField(label=_("上报日期"), required=False)
    argued = forms.ChoiceField(
        label=_("项目论证评估"), required=False,
        choices=[(UNKNOWN, _("尚无结论")), (YES, _("已通过")), (NO, _("未通过"))],
        help_text=_("重大先进制造业投资奖励须通过项目论证评估。"),
    )  # fmt: skip

    def clean_argued(self) -> bool | None:
        return {UNKNOWN: None, YES: True, NO: False}[self.cleaned_data["argued"]]


class ApprovalForm(PlainForm):
    """What the province decided."""

    outcome = forms.ChoiceField(label=_("结果"), widget=forms.RadioSelect, choices=MeasuredApproval.Outcome.choices)
    amount = MoneyField(label=_("省核定奖励额度"), min_value=Decimal(0), help_text=_("未通过的填 0。"))
    document = TextField(label=_("文号"), max_length=80)
    decided_on = DayField(label=_("核定日期"))
