"""Forms of organisers and experts."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from policies.kit.money import AmountError, parse
from policies.kit.policy import Criterion
from subsidy.cases.models import Case
from subsidy.panels.models import Expert, Panel, PanelCase, Scoresheet
from subsidy.panels.scorecard import COMMENT_LENGTH, Card
from subsidy.reference import formats
from subsidy.reference.fields import DayField, NumberField, TextField, half_width
from subsidy.reference.forms import PlainForm, name_fields_in_messages
from workflow.clock import SHANGHAI

CONFLICT_REASONS = (
    ("", _("无关系")),
    ("post", _("需回避：任职")),
    ("shares", _("需回避：持股")),
    ("work", _("需回避：合作")),
    ("family", _("需回避：亲属")),
    ("other", _("需回避：其他")),
)


class PanelForm(PlainForm):
    """Cases, experts and settings of a panel."""

    title = TextField(label=_("评审批次名称"), max_length=120)
    cases = forms.MultipleChoiceField(label=_("参评案件"), widget=forms.CheckboxSelectMultiple)
    experts = forms.MultipleChoiceField(label=_("评审专家"), widget=forms.CheckboxSelectMultiple)
    quorum = NumberField(label=_("每件最少评分人数"), unit=_("名"), min_value=1, max_value=99)
    drop_from = NumberField(
        label=_("去掉最高最低分的起始人数"), unit=_("名"), max_value=99,
        help_text=_("一件案件的有效评分达到此数时，去掉一个最高分和一个最低分后取平均。填 0 表示不去掉。"),
    )  # fmt: skip
    last_day = DayField(label=_("评分截止日"), required=False, help_text=_("当日 24:00 截止。不填表示不设期限。"))

    def __init__(
        self, data: Any, *, cases: Sequence[Case], experts: Sequence[Expert], related: dict[int, str], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.known_cases = {str(case.pk): case for case in cases}
        self.known_experts = {str(expert.pk): expert for expert in experts}
        _choices(self, "cases", [(key, case_label(case)) for key, case in self.known_cases.items()])
        labels = [(key, expert_label(e, related.get(e.pk, ""))) for key, e in self.known_experts.items()]
        _choices(self, "experts", labels)

    def values(self) -> dict[str, Any]:
        """What the verb takes besides cases and experts."""
        kept = self.cleaned_data
        return {
            "title": kept["title"], "quorum": kept["quorum"], "drop_from": kept["drop_from"],
            "closes_at": end_of(kept["last_day"]),
        }  # fmt: skip

    def chosen_cases(self) -> list[Case]:
        """The cases ticked."""
        return [self.known_cases[key] for key in self.cleaned_data["cases"]]

    def chosen_experts(self) -> list[Expert]:
        """The experts ticked."""
        return [self.known_experts[key] for key in self.cleaned_data["experts"]]


class ReasonForm(PlainForm):
    """Why."""

    reason = TextField(label=_("原因"), max_length=300, widget=forms.Textarea)


class ExtendForm(PlainForm):
    """Another last day, or, when it is said so, none."""

    last_day = DayField(label=_("评分截止日"), required=False, help_text=_("当日 24:00 截止。"))
    without_end = forms.BooleanField(label=_("取消截止时间，不再设期限"), required=False)

    def clean(self) -> dict[str, Any]:
        kept = cast(dict[str, Any], super().clean())
        if "last_day" not in kept:
            return kept
        if kept["last_day"] is None and not kept.get("without_end"):
            self.add_error("last_day", gettext("请填写“评分截止日”；确需取消的，请勾选“取消截止时间，不再设期限”"))
        elif kept["last_day"] is not None and kept.get("without_end"):
            self.add_error("without_end", gettext("已填写评分截止日，不能同时取消截止时间，请只选一项"))
        return kept


class ExpertForm(PlainForm):
    """One more expert."""

    expert = forms.ChoiceField(label=_("补充专家"))

    def __init__(self, data: Any, *, experts: Sequence[Expert], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.known = {str(expert.pk): expert for expert in experts}
        options = [(key, expert_label(expert, "")) for key, expert in self.known.items()]
        _choices(self, "expert", [("", gettext("请选择")), *options])

    def chosen(self) -> Expert:
        """The expert chosen."""
        return self.known[self.cleaned_data["expert"]]


class CutForm(PlainForm):
    """Where the line goes: a kind and its number."""

    by = forms.ChoiceField(label=_("划线方式"), choices=Panel.Cut.choices)
    value = TextField(
        label=_("数值"), max_length=24, help_text=_("名次填件数，分数线填分数，资金额度填元（可写 1200万）。")
    )

    def clean(self) -> dict[str, Any]:
        kept = cast(dict[str, Any], super().clean())
        if "by" in kept and "value" in kept:
            try:
                kept["number"] = _number(kept["by"], kept["value"])
            except AmountError as problem:
                if problem.suggestion is None:
                    self.add_error("value", str(problem))
                else:
                    kept["number"] = problem.suggestion
            except (ValueError, InvalidOperation):
                self.add_error("value", gettext("请填写数字，例如名次 18、分数线 75 或额度 10,000,000.00"))
        return kept


class MoveForm(PlainForm):
    """Another place in the list."""

    to = NumberField(label=_("调整到第几名"), unit=_("名"), min_value=1)
    reason = TextField(label=_("调整理由"), max_length=300, widget=forms.Textarea)


class TieForm(PlainForm):
    """An order for cases that stand equal at the line."""

    def __init__(self, data: Any, *, cases: Sequence[PanelCase], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.codes = [one.code for one in cases]
        for one in cases:
            label = gettext("%(code)s %(name)s") % {"code": one.code, "name": one.case.enterprise.name}
            self.fields[f"place_{one.code}"] = NumberField(label=label, min_value=1, max_value=len(cases))
        self.fields["reason"] = TextField(label=_("排序理由"), max_length=300, widget=forms.Textarea)
        name_fields_in_messages(self)

    def clean(self) -> dict[str, Any]:
        kept = cast(dict[str, Any], super().clean())
        places = [kept.get(f"place_{code}") for code in self.codes]
        if None not in places and sorted(cast(list[int], places)) != list(range(1, len(places) + 1)):
            self.add_error(None, gettext("请用 1–%(n)s 为各案件排出先后，不能重复。") % {"n": len(places)})
        return kept

    def order(self) -> list[str]:
        """The codes, first place first."""
        return sorted(self.codes, key=lambda code: self.cleaned_data[f"place_{code}"])


class DeliberationForm(PlainForm):
    """A meeting and what it decided."""

    body = TextField(label=_("审议机构"), max_length=60, help_text=_("例如 党组会议。"))
    held_on = DayField(label=_("会议日期"))
    document = TextField(label=_("会议纪要文号"), max_length=80)
    decision = TextField(label=_("审议意见"), max_length=2000, widget=forms.Textarea)


class CountForm(PlainForm):
    """The number typed before what cannot be undone."""

    count = NumberField(label=_("请输入拟支持件数以确认"), unit=_("件"))

    def __init__(self, data: Any, *, expected: int, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.expected = expected

    def clean_count(self) -> int:
        if self.cleaned_data["count"] != self.expected:
            raise forms.ValidationError(gettext("拟支持件数为 %(n)s，请核对后重新输入。") % {"n": self.expected})
        return self.expected


class DeclarationForm(PlainForm):
    """For each unit whether the expert is related to it, and the promise."""

    promise = forms.BooleanField(
        label=_("本人承诺：独立、客观、公正评审；对评审内容和结果保密；不与申报单位私下接触。以上声明真实完整。")
    )

    def __init__(self, data: Any, *, units: Sequence[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.units = {f"unit_{place}": name for place, name in enumerate(units)}
        for key, name in self.units.items():
            self.fields[key] = forms.ChoiceField(label=name, choices=CONFLICT_REASONS, required=False)

    def rows(self) -> list[forms.BoundField]:
        """One choice for each unit."""
        return [self[key] for key in self.units]

    def related(self) -> dict[str, str]:
        """Unit → reason, for those the expert is related to."""
        labels = dict(CONFLICT_REASONS)
        chosen = {name: self.cleaned_data[key] for key, name in self.units.items()}
        return {name: str(labels[value]) for name, value in chosen.items() if value}


class RecuseForm(PlainForm):
    """Why an expert steps back from one case."""

    reason = forms.ChoiceField(label=_("回避原因"), choices=[("", _("请选择")), *CONFLICT_REASONS[1:]])

    def sentence(self) -> str:
        """The reason as it is kept."""
        return str(dict(CONFLICT_REASONS)[self.cleaned_data["reason"]])


class SheetForm(PlainForm):
    """Points and a comment for each criterion of a card."""

    def __init__(self, data: Any, *, card: Card, sheet: Scoresheet | None, **kwargs: Any) -> None:
        kept = sheet or Scoresheet(scores={}, comments={})
        initial = {f"score_{key}": value for key, value in kept.scores.items()}
        initial |= {f"comment_{key}": value for key, value in kept.comments.items()}
        super().__init__(data, initial=initial, **kwargs)
        self.card = card
        for one in card.criteria:
            box = forms.TextInput(attrs={"class": "count", "inputmode": "decimal", "autocomplete": "off"})
            label = gettext("%(label)s得分") % {"label": one.label}
            self.fields[f"score_{one.key}"] = forms.CharField(label=label, widget=box, required=False)
            label = gettext("%(label)s评语") % {"label": one.label}
            self.fields[f"comment_{one.key}"] = TextField(label=label, required=False, max_length=COMMENT_LENGTH)

    def rows(self) -> list[tuple[Criterion, forms.BoundField, forms.BoundField]]:
        """Each criterion with its two boxes."""
        return [(c, self[f"score_{c.key}"], self[f"comment_{c.key}"]) for c in self.card.criteria]

    def typed(self, what: str) -> dict[str, str]:
        """Criterion's key → the text typed for its score or comment, as far as the database takes it."""
        return {c.key: self.data.get(f"{what}_{c.key}", "").replace("\0", "") for c in self.card.criteria}

    def clean(self) -> dict[str, Any]:
        kept = cast(dict[str, Any], super().clean())
        for (what, key), sentence in self.card.faults(self.typed("score"), self.typed("comment")).items():
            if f"{what}_{key}" not in self.errors:
                self.add_error(f"{what}_{key}", sentence)
        return kept


def case_label(case: Case) -> str:
    """A case in a list of choices."""
    return gettext("%(number)s　%(firm)s　%(title)s　认定投资 %(base)s 万元　政策上限 %(cap)s 万元") % {
        "number": case.number, "firm": case.enterprise.name, "title": case.title,
        "base": formats.wan(case.recognised), "cap": formats.wan(case.cap),
    }  # fmt: skip


def expert_label(expert: Expert, related: str) -> str:
    """An expert in a list of choices, with why not."""
    plain = gettext("%(name)s　%(unit)s　%(fields)s") % {
        "name": expert.user.name, "unit": expert.unit, "fields": expert.fields,
    }  # fmt: skip
    return gettext("%(plain)s　（须回避：%(why)s）") % {"plain": plain, "why": related} if related else plain


def end_of(day: Any) -> datetime | None:
    """The instant at which a day is over."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = choices


def _number(by: str, text: str) -> Decimal:
    if by == Panel.Cut.MONEY:
        return parse(text)
    flat = half_width(text)
    if not flat.isascii() or not flat.replace(".", "", by == Panel.Cut.SCORE).isdigit():
        raise ValueError(text)
    return Decimal(flat)
