"""The list of materials and the scorecard of a call, edited as rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.kit.policy import Subject
from subsidy.calls.materials import Row
from subsidy.papers.files import ALL_KINDS
from subsidy.reference.fields import MoneyField, TextField
from subsidy.reference.forms import PlainForm

FULL_MARKS = Decimal(100)
ABOUT = (
    (Subject.CASE.value, gettext_lazy("整个申报")), (Subject.PROJECT.value, gettext_lazy("每个项目")),
    (Subject.FIRM.value, gettext_lazy("每个单位")),
)  # fmt: skip
USUAL_KINDS = ["pdf", "ofd", "jpg", "png"]


class DocumentRowForm(PlainForm):
    """One entry of the list of materials; an empty label leaves the row out."""

    key = forms.SlugField(widget=forms.HiddenInput, required=False)
    label = TextField(label=gettext_lazy("材料名称"), max_length=60, required=False)
    help = TextField(label=gettext_lazy("说明"), max_length=200, required=False)
    about = forms.ChoiceField(label=gettext_lazy("按什么提交"), choices=ABOUT)
    required = forms.BooleanField(label=gettext_lazy("必须提交"), required=False)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("文件格式"), choices=[(kind, kind) for kind in sorted(ALL_KINDS)], required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A named material takes at least one kind of file."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("label") and not cleaned.get("kinds") and "kinds" not in self.errors:
            self.add_error("kinds", _("请至少选择一种文件格式。"))
        return cleaned


class CriterionRowForm(PlainForm):
    """One criterion; an empty label leaves the row out."""

    key = forms.SlugField(widget=forms.HiddenInput, required=False)
    label = TextField(label=gettext_lazy("指标"), max_length=40, required=False)
    points = MoneyField(label=gettext_lazy("满分"), required=False, max_value=FULL_MARKS)
    guide = TextField(label=gettext_lazy("评分要点"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["points"].unit = _("分")  # type: ignore[attr-defined]
        self.fields["points"].widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "count"})

    def clean(self) -> dict[str, Any]:
        """A named criterion has points above zero."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("label") and "points" not in self.errors and not cleaned.get("points"):
            self.add_error("points", _("请填写“%(label)s”的满分。") % {"label": cleaned["label"]})
        return cleaned


class ScorecardRows(forms.BaseFormSet):  # type: ignore[type-arg]
    """The criteria together make 100 points."""

    def clean(self) -> None:
        if any(self.errors):
            return
        total = sum((row["points"] for row in named(self)), Decimal(0))
        if total != FULL_MARKS:
            raise ValidationError(
                _("评分表各项满分合计应为 100 分，现为 %(total)s 分。"), params={"total": f"{total.normalize():f}"}
            )


DocumentRows = forms.formset_factory(DocumentRowForm, extra=3, max_num=40, absolute_max=60, validate_max=True)
CriterionRows = forms.formset_factory(
    CriterionRowForm, formset=ScorecardRows, extra=2, max_num=20, absolute_max=40, validate_max=True
)


def named(rows: forms.BaseFormSet[Any]) -> list[dict[str, Any]]:
    """The cleaned rows that have a label."""
    return [form.cleaned_data for form in rows.forms if form.cleaned_data.get("label")]


def documents(rows: forms.BaseFormSet[Any], before: list[Row], source: str) -> list[Row]:
    """The rows as the call stores them; what a form does not ask (condition, tracks, source) stays as it was."""
    known = {row["key"]: row for row in before}
    new: Row = {"when": None, "source": source, "tracks": []}
    return [
        {
            **known.get(given["key"], new), "key": given["key"] or f"own{place}", "label": given["label"],
            "help": given["help"], "required": given["required"], "about": given["about"], "kinds": given["kinds"],
        }
        for place, given in enumerate(named(rows), start=1)
    ]  # fmt: skip


def scorecard(rows: forms.BaseFormSet[Any]) -> list[Row]:
    """The criteria as the call stores them."""
    return [
        {
            "key": given["key"] or f"own{place}",
            "label": given["label"],
            "points": f"{given['points']:f}",
            "guide": given["guide"],
        }
        for place, given in enumerate(named(rows), start=1)
    ]
