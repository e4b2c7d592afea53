"""What staff fill in on the case page. Verbs check again; a form's part is the sentence beside its field."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from policies.kit.policy import Policy
from subsidy.cases.findings import Decision
from subsidy.cases.lines import Ruled
from subsidy.cases.review import OverruleReason, Ruling
from subsidy.pages import version_in
from subsidy.reference.fields import MoneyField, NumberField, TextField
from subsidy.reference.forms import PlainForm

AGREE_WORDS = _("材料齐全，符合条件，同意推荐。")


class VersionField(forms.Field):
    """The hidden version of the page; never an error of the form: what is missing or no number fits no row."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> int:
        return version_in(value)


class ActForm(PlainForm):
    """A form about a case as it was seen: `version` is what the page showed."""

    version = VersionField()


class ConclusionForm(PlainForm):
    """What a person found about a hold, and why the case may go on."""

    note = TextField(label=_("核实情况和结论"), max_length=300, widget=forms.Textarea)


class OpinionForm(ActForm):
    """A conclusion in favour."""

    opinion = TextField(label=_("审核意见"), max_length=500, widget=forms.Textarea)


class SignForm(ActForm):
    """The second signature; the button says which way. Agreeing needs the tick, a refusal its reason.

    The tick is never set in advance: a button pressed twice cannot sign the case that opens next.
    """

    agrees = forms.TypedChoiceField(
        choices=[("yes", _("同意联合上报")), ("no", _("不同意"))],
        coerce=lambda value: value == "yes",
        label=_("会审结论"),
        error_messages={"invalid_choice": _("请选择“会审结论”")},
    )
    opinion = TextField(
        label=_("会审意见"),
        max_length=500,
        required=False,
        widget=forms.Textarea,
        help_text=_("不同意时必须写明理由。"),
    )
    read = forms.BooleanField(required=False, label=_("我已核阅此件的规则发现和工信初审意见"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("agrees") is False and not cleaned.get("opinion"):
            self.add_error("opinion", _("不同意联合上报须填写理由。"))
        if cleaned.get("agrees") and not cleaned.get("read"):
            self.add_error("read", _("请先核阅此件，并勾选“我已核阅”后再签署。"))
        return cleaned

    @property
    def given(self) -> dict[str, Any]:
        """What the verb takes."""
        return {name: self.cleaned_data[name] for name in ("agrees", "opinion", "version")}


class FindingForm(ActForm):
    """A decision about one finding."""

    code = forms.CharField(widget=forms.HiddenInput)
    subject = forms.CharField(widget=forms.HiddenInput, required=False)
    decision = forms.ChoiceField(choices=Decision.choices, label=_("认定"))
    reason_code = forms.ChoiceField(
        choices=[("", _("请选择")), *OverruleReason.choices], required=False, label=_("改判理由")
    )
    note = TextField(label=_("说明"), max_length=300, required=False)


class DeclineForm(ActForm):
    """An end of the case: reason and article."""

    source = forms.ChoiceField(label=_("依据条款"))
    reason = TextField(
        label=_("理由"), max_length=500, widget=forms.Textarea, help_text=_("将告知申报单位，请写明事实。")
    )

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [("", _("请选择")), *articles(policy)]  # type: ignore[attr-defined]


class ReturnForm(ActForm):
    """Why the lower level has to review again."""

    reason = TextField(label=_("退回理由"), max_length=500, widget=forms.Textarea)


class AskForm(ActForm):
    """Sending a correction notice: whom the applicant may call about it."""

    phone = TextField(
        label=_("联系电话"), max_length=40, required=False, help_text=_("印在补正通知书上，供申报单位咨询。")
    )


class ExtensionForm(ActForm):
    """More time for a correction."""

    days = NumberField(label=_("自今日起的工作日"), unit=_("个工作日"), min_value=1, max_value=30)
    reason = TextField(label=_("延长理由"), max_length=300)


class ItemForm(PlainForm):
    """One item of a correction notice; an empty one is left out."""

    include = forms.BooleanField(required=False, label=_("列入"))
    target = forms.ChoiceField(required=False, label=_("材料或字段"))
    problem = TextField(required=False, max_length=300, label=_("问题"))
    requirement = TextField(required=False, max_length=300, label=_("要求"))
    source = TextField(required=False, max_length=120, label=_("依据"))

    def __init__(self, *args: Any, targets: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = [("", _("其他")), *targets]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("include"):
            for name in ("problem", "requirement"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("请填写“%(label)s”") % {"label": self.fields[name].label})
        return cleaned


ItemForms = forms.formset_factory(ItemForm, extra=2, max_num=200, absolute_max=200, validate_max=True)


class LineForm(PlainForm):
    """The amount recognised of one line, never above the claim, and why it is less."""

    recognised = MoneyField(label=_("认定金额"))
    reason = TextField(label=_("理由"), max_length=300, required=False)

    def __init__(self, *args: Any, line: Ruled, **kwargs: Any) -> None:
        self.line = line
        kwargs.setdefault("initial", {"recognised": line.recognised, "reason": line.reason})
        super().__init__(*args, prefix=str(line.key), **kwargs)
        names = {"number": line.number}
        self.fields["recognised"].label = _("明细 %(number)s 的认定金额") % names
        self.fields["reason"].label = _("明细 %(number)s 的理由") % names

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        amount = cleaned.get("recognised")
        if amount is not None and amount > self.line.claimed:
            self.add_error("recognised", _("明细 %(n)s 的认定金额不能超过申报金额。") % {"n": self.line.number})
        elif amount is not None and amount != self.line.claimed and not cleaned.get("reason"):
            self.add_error("reason", _("明细 %(n)s 的认定金额与申报金额不同，请填写理由。") % {"n": self.line.number})
        return cleaned

    def ruling(self) -> Ruling | None:
        """The decision if it says something new."""
        cleaned = self.cleaned_data
        if (cleaned["recognised"], cleaned["reason"]) == (self.line.recognised, self.line.reason):
            return None
        return Ruling(self.line.key, cleaned["recognised"], cleaned["reason"])


def articles(policy: Policy) -> list[tuple[str, str]]:
    """Every article of a measure as a source to cite, as (stored text, label)."""
    number = policy.numbers[0]
    return [(text := f"{number} {article.label}", text) for article in policy.articles.values()]
