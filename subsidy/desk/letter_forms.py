"""Forms of the letters that send cases up: joint submission, report to the province."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.cases.models import Case
from subsidy.desk.forms import ActForm
from subsidy.papers import files
from subsidy.projects.models import MeasuredApproval
from subsidy.reference import document_no
from subsidy.reference.fields import DayField, MoneyField, TextField
from subsidy.reference.forms import PlainForm
from workflow import clock

SCANS = frozenset({"pdf", "jpg", "png", "ofd"})


class DocumentNoField(TextField):
    """A 文号 with any brackets; kept with 〔〕."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return str(document_no.parse(text)) if text else ""


class PastDayField(DayField):
    """A day that is not in the future."""

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and day > clock.today():
            raise ValidationError(_("日期不能晚于今天。"), code="future")
        return day


class ScanField(forms.FileField):
    """A sealed scan; cleaned to the digest under which it is kept, or empty."""

    def clean(self, data: Any, initial: Any = None) -> str:
        upload = super().clean(data, initial)
        return files.take(upload, SCANS).digest if upload else ""


class JointForm(ActForm):
    """The letter of a joint submission, and the place of each chosen case in it (empty: not chosen)."""

    def __init__(self, *args: Any, cases: Sequence[Case], numbers: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = cases
        labels = [_("工信部门发文字号"), _("财政部门发文字号")] if numbers > 1 else [_("发文字号")]
        for place, label in enumerate(labels):
            help_text = _("例如 某工信联〔2026〕3号") if place == 0 else ""
            self.fields[f"number_{place}"] = DocumentNoField(label=label, required=False, help_text=help_text)
        self.fields["dated"] = PastDayField(label=_("成文日期"), required=False)
        self.fields["signer"] = TextField(label=_("签发人"), max_length=50, required=False)
        self.fields["scan"] = ScanField(label=_("盖章扫描件"), required=False, help_text=_("PDF、OFD 或图片。"))
        for case in cases:
            self.fields[f"case_{case.pk}"] = forms.IntegerField(
                label=_("%(number)s 的序号") % {"number": case.number}, required=False, min_value=1, max_value=9999,
                widget=forms.TextInput(attrs={"class": "count", "inputmode": "numeric", "aria-label": case.number}),
            )  # fmt: skip

    def rows(self) -> list[tuple[Case, forms.BoundField]]:
        """Each case with the control of its place."""
        return [(case, self[f"case_{case.pk}"]) for case in self.cases]

    def letter(self) -> list[forms.BoundField]:
        """The controls of the letter itself."""
        return [bound for bound in self.visible_fields() if not bound.name.startswith("case_")]

    def values(self) -> dict[str, Any]:
        """What the verbs take."""
        cleaned = self.cleaned_data
        placed = [(cleaned[f"case_{case.pk}"], case.pk) for case in self.cases if cleaned.get(f"case_{case.pk}")]
        numbers = [cleaned[name] for name in sorted(cleaned) if name.startswith("number_") and cleaned[name]]
        return {
            "cases": [pk for _place, pk in sorted(placed)], "numbers": numbers, "dated": cleaned["dated"],
            "signer": cleaned["signer"], "scan": cleaned["scan"],
        }  # fmt: skip


class ReasonForm(ActForm):
    """A reason for an act that needs nothing else."""

    reason = TextField(label=_("理由"), max_length=300, widget=forms.Textarea)


class ReportCasesForm(PlainForm):
    """Which cases go on a list to the province."""

    cases = forms.ModelMultipleChoiceField(Case.objects.none(), label=_("案件"), error_messages={
        "required": _("请至少选择一件案件。"), "invalid_choice": _("所选案件不能上报，请刷新后重选。"),
    })  # fmt: skip

    def __init__(self, *args: Any, cases: Sequence[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["cases"]
        field.queryset = Case.objects.filter(pk__in=[case.pk for case in cases])  # type: ignore[attr-defined]


class ReportForm(ActForm):
    """Number, date and document of a list that is sent."""

    number = DocumentNoField(label=_("上报文号"))
    dated = PastDayField(label=_("上报日期"))
    document = ScanField(label=_("上报文件"), required=False)


class AnswerForm(ActForm):
    """The province's answer."""

    answer_number = DocumentNoField(label=_("省厅文号"))
    answered_on = PastDayField(label=_("批复日期"))


class ApprovedForm(PlainForm):
    """What the province decided about one measured case."""

    outcome = forms.ChoiceField(label=_("省核定结果"), choices=[("", _("请选择")), *MeasuredApproval.Outcome.choices])
    amount = MoneyField(label=_("核定额度"), min_value=Decimal(0))

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"case{case.pk}", **kwargs)
        self.case = case
