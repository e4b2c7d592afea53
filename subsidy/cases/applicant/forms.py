"""What the applicant types, beside the measure's own questions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.kit.facts import CallKind
from policies.kit.policy import LineCategory, Policy
from subsidy.cases.answering import EXPLANATION_LENGTH, Answer
from subsidy.cases.applicant.question_form import QuestionForm
from subsidy.cases.models import CaseProject, ClaimedLine
from subsidy.enterprises.models import Enterprise
from subsidy.projects.models import Project
from subsidy.reference.fields import CreditCodeField, MoneyField, TextField, half_width
from subsidy.reference.forms import PlainForm, PlainModelForm, plain_field
from subsidy.reference.selectors import is_manufacturing
from workflow import clock

CENT = Decimal("0.01")
PARTNERS = 3
PARTNER_ROLES = (
    ("university", gettext_lazy("高校")), ("institute", gettext_lazy("科研院所")),
    ("bank", gettext_lazy("金融机构")), ("enterprise", gettext_lazy("企业")),
)  # fmt: skip
MAJOR = "major"
FIXED_ASSETS = {
    "fixed_assets_audited": gettext_lazy("审计确认新增固定资产投资"),
    "fixed_assets_statistics": gettext_lazy("统计口径新增固定资产投资"),
}
MAJOR_MARKS = {
    "emerging": gettext_lazy("符合战略性新兴产业方向"),
    "supply_chain": gettext_lazy("属于稳产业链供应链项目"),
}
PHONE = r"[0-9+()\- ]{7,30}"
Choices = Sequence[tuple[Any, Any]]


class StartForm(PlainForm):
    """Whose case, which kind of award, and where: that decides who receives it."""

    enterprise = forms.ChoiceField(label=gettext_lazy("申报单位"))
    track = forms.ChoiceField(label=gettext_lazy("资助类别"), widget=forms.RadioSelect)
    area = forms.ChoiceField(
        label=gettext_lazy("所在地"), help_text=gettext_lazy("按实际生产经营地或项目实施地选择，由该地主管部门受理。")
    )

    def __init__(self, *args: Any, enterprises: Choices, tracks: Choices, areas: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("enterprise", enterprises), ("track", tracks), ("area", areas)):
            self.fields[name].choices = list(choices)  # type: ignore[attr-defined]
        self.fields["area"].choices.insert(0, ("", _("请选择")))  # type: ignore[attr-defined]


class ApplicantForm(QuestionForm):
    """Who can be asked about the filing."""

    contact_name = TextField(label=gettext_lazy("联系人"), max_length=50)
    contact_phone = TextField(
        label=gettext_lazy("联系电话"),
        max_length=30,
        help_text=gettext_lazy("手机或带区号的固定电话，例如 010-12345678。"),
    )

    def clean_contact_phone(self) -> str:
        """Digits, blanks, plus, brackets and hyphens; full-width ones were turned already."""
        phone = half_width(self.cleaned_data.get("contact_phone") or "")
        if phone and not re.fullmatch(PHONE, phone):
            raise ValidationError(_("联系电话只能由 7 至 30 位数字、空格和 + - ( ) 组成，例如 010-12345678。"))
        return phone


class ClusterForm(QuestionForm):
    """The recognised cluster the applicant leads."""

    cluster = forms.ChoiceField(label=gettext_lazy("集群名称"), help_text=gettext_lazy("从认定名录中选择。"))

    def __init__(self, *args: Any, clusters: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cluster"].choices = [("", _("请选择")), *clusters]  # type: ignore[attr-defined]


class TrackForm(QuestionForm):
    """The kind of award, and the measured project whose approved amount is the ceiling."""

    track = forms.ChoiceField(label=gettext_lazy("资助类别"), widget=forms.RadioSelect)
    measured = forms.ChoiceField(
        label=gettext_lazy("关联的测算项目"), required=False,
        help_text=gettext_lazy("测算项目经省审核后核定的额度，是本项目奖励的上限。"),
    )  # fmt: skip

    def __init__(self, *args: Any, tracks: Choices, measured: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].choices = list(tracks)  # type: ignore[attr-defined]
        self.fields["measured"].choices = [("", _("暂无")), *measured]  # type: ignore[attr-defined]


class GroupForm(QuestionForm):
    """What the group of projects is called."""

    title = TextField(label=gettext_lazy("项目群名称"), max_length=120)


class PickProjectForm(PlainForm):
    """A project that is registered already."""

    project = forms.ChoiceField(label=gettext_lazy("已登记的项目"))

    def __init__(self, *args: Any, projects: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].choices = [("", _("请选择")), *projects]  # type: ignore[attr-defined]


class NewProjectForm(PlainModelForm):
    """A project with its filing document; in a group the implementing enterprise is found by its credit code."""

    firm = CreditCodeField(
        label=gettext_lazy("实施单位统一社会信用代码"), help_text=gettext_lazy("18 位；须为已登记的集群内企业。")
    )
    area = forms.ChoiceField(label=gettext_lazy("建设地点"))

    class Meta:
        model = Project
        fields = (
            "name", "code", "area", "industry", "filing_kind", "filing_number", "filing_date", "total_investment",
            "expected_investment", "started_on", "finished_on",
        )  # fmt: skip
        formfield_callback = plain_field

    def __init__(self, *args: Any, areas: Choices, industries: Choices, own: Enterprise | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = own
        if own is not None:
            del self.fields["firm"]
        else:
            del self.fields["expected_investment"]
        self.fields["area"].choices = [("", _("请选择")), *areas]  # type: ignore[attr-defined]
        self.fields["industry"] = forms.ChoiceField(
            label=_("行业大类（GB/T 4754）"), choices=[("", _("请选择")), *industries]
        )
        self.fields["filing_date"].required = True
        self.fields["total_investment"].min_value = CENT  # type: ignore[attr-defined]
        if "expected_investment" in self.fields:
            self.fields["expected_investment"].label = _("“十四五”期间预计完成总投资")
        for name in ("filing_date", "industry"):
            self.fields[name].error_messages["required"] = _("请填写“%(label)s”") % {"label": self.fields[name].label}

    def clean_firm(self) -> Enterprise:
        """The registered enterprise with this code."""
        code = self.cleaned_data["firm"]
        found = Enterprise.objects.filter(credit_code=code).first()
        if found is None:
            raise ValidationError(
                _("没有登记统一社会信用代码为 %(code)s 的单位，请核对，或请该单位先登记。"), params={"code": code}
            )
        return found

    def clean_industry(self) -> str:
        """A division of the classification."""
        industry = str(self.cleaned_data["industry"])
        if industry and not is_manufacturing(industry):
            raise ValidationError(_("请选择制造业（C 门类）的行业大类。"))
        return industry

    def clean(self) -> dict[str, Any]:
        """The filing is not in the future; a project does not end before it starts."""
        cleaned = super().clean() or self.cleaned_data
        if (filed := cleaned.get("filing_date")) and filed > clock.today():
            self.add_error("filing_date", _("立项日期不能晚于今天，请核对。"))
        started, finished = cleaned.get("started_on"), cleaned.get("finished_on")
        if started and finished and finished < started:
            self.add_error("finished_on", _("完工日期不能早于开工日期 %(day)s。") % {"day": started.isoformat()})
        return cleaned

    def values(self) -> dict[str, Any]:
        """Columns of the project."""
        columns = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
        return {**columns, "enterprise": self.own or self.cleaned_data["firm"]}


class LineForm(PlainModelForm):
    """One invoice or contract line (元)."""

    class Meta:
        model = ClaimedLine
        fields = ("category", "summary", "supplier", "invoice", "dated", "gross", "tax", "paid", "claimed")
        formfield_callback = plain_field

    def __init__(self, *args: Any, categories: Sequence[LineCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"] = forms.ChoiceField(label=_("费用类别"), choices=_grouped(categories))
        self.fields["category"].error_messages["required"] = _("请选择“费用类别”")
        self.fields["category"].help_text = _("不计入的费用请如实填写，系统会自动剔除。")
        self.fields["gross"].min_value = CENT  # type: ignore[attr-defined]
        self.fields["paid"].help_text = _("截至申报之日已支付的金额。")
        self.fields["claimed"].help_text = _("不含税，不大于已付款金额。")

    def clean_invoice(self) -> str:
        """Letters, digits and hyphens; full width is turned to ASCII."""
        invoice = half_width(self.cleaned_data.get("invoice") or "")
        if invoice and not all(letter.isascii() and (letter.isalnum() or letter in "-/+ ") for letter in invoice):
            raise ValidationError(_("发票号码只能由字母、数字和连字符组成；数电发票为 20 位数字。"))
        return invoice

    def clean_dated(self) -> Any:
        """Not in the future."""
        dated = self.cleaned_data["dated"]
        if dated > clock.today():
            raise ValidationError(_("开票日期不能晚于今天，请核对。"))
        return dated

    def clean(self) -> dict[str, Any]:
        """Tax within the amount, payment within the amount, claim within the payment and without tax."""
        cleaned = super().clean() or self.cleaned_data
        gross, tax = cleaned.get("gross"), cleaned.get("tax")
        paid, claimed = cleaned.get("paid"), cleaned.get("claimed")
        if gross is not None and tax is not None and tax >= gross:
            self.add_error("tax", _("税额应小于含税金额 %(limit)s 元。") % {"limit": f"{gross:,.2f}"})
        if gross is not None and paid is not None and paid > gross:
            self.add_error("paid", _("已付款金额不能大于含税金额 %(limit)s 元。") % {"limit": f"{gross:,.2f}"})
        if paid is not None and claimed is not None and claimed > paid:
            self.add_error("claimed", _("申报金额不能大于付款金额 %(limit)s 元。") % {"limit": f"{paid:,.2f}"})
        elif gross is not None and tax is not None and claimed is not None and claimed > gross - tax:
            self.add_error("claimed", _("申报金额不能大于不含税金额 %(limit)s 元。") % {"limit": f"{gross - tax:,.2f}"})
        return cleaned

    def values(self) -> dict[str, Any]:
        """Columns of the line."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class UploadForm(PlainForm):
    """One file for one place in the list of materials."""

    file = forms.FileField(label=gettext_lazy("文件"), allow_empty_file=True)


class DeclareForm(PlainForm):
    """The promise; its full text stands on the page."""

    declared = forms.BooleanField(label=gettext_lazy("我已阅读并代表本单位作出上述承诺"))


class CorrectForm(DeclareForm):
    """The promise, and a word about each item of the notice at which nothing was changed."""

    def __init__(self, *args: Any, answers: Sequence[Answer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = {f"explanation_{one.place}": one.place for one in answers if not one.handled}
        labels = {one.place: one.item["label"] for one in answers}
        for name, place in self.asked.items():
            about = {"n": place, "label": labels[place]}
            self.fields[name] = TextField(
                label=_("第 %(n)s 项“%(label)s”没有修改，请说明") % about, max_length=EXPLANATION_LENGTH,
                error_messages={"required": _("第 %(n)s 项“%(label)s”没有修改，请修改或说明原因") % about},
            )  # fmt: skip
        self.order_fields([*self.asked, "declared"])

    def explanations(self) -> dict[int, str]:
        """Place of the item → what is said about it."""
        return {place: self.cleaned_data[name] for name, place in self.asked.items()}


class ReasonForm(PlainForm):
    """Why a case is withdrawn."""

    reason = TextField(label=gettext_lazy("撤回原因"), max_length=300, required=False)


def _grouped(categories: Sequence[LineCategory]) -> list[tuple[str, Any]]:
    counted = [(c.key, c.label) for c in categories if c.counts]
    left = [(c.key, c.label) for c in categories if not c.counts]
    return [("", _("请选择")), (_("计入"), counted), (_("不计入（系统自动剔除）"), left)]


def case_project_form(policy: Policy, track: str) -> type[QuestionForm]:
    """The form over what a case says of a project, with the parts this measure and kind of award know."""
    fields: dict[str, Any] = {}
    if policy.directions:
        directions = [(choice.key, choice.label) for choice in policy.directions]
        fields["direction"] = forms.ChoiceField(label=_("支持方向"), choices=directions, widget=forms.RadioSelect)
        for place in range(1, PARTNERS + 1):
            fields[f"partner_{place}"] = TextField(
                label=_("合作单位 %(n)s") % {"n": place}, max_length=100, required=False
            )
            fields[f"partner_{place}_role"] = forms.ChoiceField(
                label=_("合作单位 %(n)s 的类别") % {"n": place},
                choices=[("", _("请选择")), *PARTNER_ROLES],
                required=False,
            )
    if CallKind.MEASURING in policy.call_kinds:
        for name, label in FIXED_ASSETS.items():
            fields[name] = MoneyField(label=label, required=False, help_text=_("元，按本次申报的投资计算时段填写。"))
    if track == MAJOR:
        for name, label in MAJOR_MARKS.items():
            fields[name] = forms.ChoiceField(
                label=label, choices=[("yes", _("是")), ("no", _("否"))], widget=forms.RadioSelect, required=False
            )
    return type("CaseProjectForm", (QuestionForm,), fields)


def case_project_initial(row: CaseProject) -> dict[str, Any]:
    """What the fields show for a project in a case."""
    shown: dict[str, Any] = {"direction": row.direction}
    for place, partner in enumerate(row.partners[:PARTNERS], start=1):
        shown |= {f"partner_{place}": partner["name"], f"partner_{place}_role": partner["role"]}
    shown |= {name: getattr(row, name) for name in FIXED_ASSETS}
    return shown | {name: {True: "yes", False: "no", None: ""}[getattr(row, name)] for name in MAJOR_MARKS}


def case_project_columns(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of the project in the case; only what the form asked."""
    columns: dict[str, Any] = {name: cleaned[name] for name in FIXED_ASSETS if name in cleaned}
    columns |= {name: {"yes": True, "no": False}.get(cleaned[name]) for name in MAJOR_MARKS if name in cleaned}
    if "direction" in cleaned:
        columns["direction"] = cleaned["direction"] or ""
        pairs = [(cleaned[f"partner_{n}"], cleaned[f"partner_{n}_role"]) for n in range(1, PARTNERS + 1)]
        columns["partners"] = [{"name": name, "code": "", "role": role or "enterprise"} for name, role in pairs if name]
    return columns
