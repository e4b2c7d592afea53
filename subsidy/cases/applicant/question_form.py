"""One generic form for whatever a measure asks: a field for each question, answers out as JSON of the exact kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from policies.kit.policy import Question, QuestionKind
from subsidy.cases.answers import LARGEST, LONG_TEXT_LENGTH, TEXT_LENGTH
from subsidy.reference.fields import DayField, MoneyField, NumberField, TextField
from subsidy.reference.forms import PlainForm

YES, NO = "yes", "no"
PREFIX = "q_"


class QuestionForm(PlainForm):
    """A form over questions; ``answers()`` gives what is stored.

    ``lenient`` saves a draft: nothing is required, but whatever is there must be right.
    """

    questions: Sequence[Question] = ()

    def __init__(self, *args: Any, questions: Sequence[Question] = (), lenient: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions, self.lenient = questions, lenient
        for question in questions:
            self.fields[PREFIX + question.key] = _field(question)
        if lenient:
            for field in self.fields.values():
                field.required = False
        for name, field in self.fields.items():
            if not field.required or name not in self.base_fields:
                _name_in_message(field)

    def clean(self) -> dict[str, Any]:
        """A conditional question is required only when it is asked, and dropped when it is not."""
        cleaned = super().clean() or self.cleaned_data
        given = {q.key: _stored(q, cleaned.get(PREFIX + q.key)) for q in self.questions}
        for question in self.questions:
            when, name = question.when, PREFIX + question.key
            if when is None or when.key not in given:
                continue
            if given[when.key] not in when.among:
                cleaned[name] = None
            elif question.required and not self.lenient and name not in self.errors and not cleaned.get(name):
                self.add_error(name, ValidationError(_("请填写“%(label)s”"), params={"label": question.label}))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """The answers by key as they are stored: text, yes or no, number, list; None for no answer."""
        return {question.key: value for question, value in self.stored()}

    def stored(self) -> list[tuple[Question, Any]]:
        """Each question with its answer as it is stored."""
        return [(q, _stored(q, self.cleaned_data.get(PREFIX + q.key))) for q in self.questions]


def initial(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields show for stored answers."""
    return {PREFIX + q.key: _shown(q, answers.get(q.key)) for q in questions}


def _field(question: Question) -> forms.Field:
    field = FIELDS[question.kind](question)
    field.label = question.label
    # A question that hangs on another one is required by `clean`, when it is asked.
    field.required = question.required and question.when is None
    field.help_text = _("%(help)s（%(clause)s）") % {"help": question.help, "clause": question.source.clause}
    return field


def _name_in_message(field: forms.Field) -> None:
    chosen = isinstance(field, forms.ChoiceField | forms.MultipleChoiceField)
    sentence = _("请选择“%(label)s”") if chosen else _("请填写“%(label)s”")
    field.error_messages["required"] = sentence % {"label": field.label}


def _choices(question: Question) -> list[tuple[str, str]]:
    return [(choice.key, choice.label) for choice in question.choices]


FIELDS: Mapping[QuestionKind, Callable[[Question], forms.Field]] = {
    QuestionKind.TEXT: lambda q: TextField(max_length=TEXT_LENGTH),
    QuestionKind.LONG_TEXT: lambda q: TextField(max_length=LONG_TEXT_LENGTH, widget=forms.Textarea),
    QuestionKind.YES_NO: lambda q: forms.ChoiceField(choices=[(YES, _("是")), (NO, _("否"))], widget=forms.RadioSelect),
    QuestionKind.CHOICE: lambda q: forms.ChoiceField(choices=_choices(q), widget=forms.RadioSelect),
    QuestionKind.CHOICES: lambda q: forms.MultipleChoiceField(choices=_choices(q), widget=forms.CheckboxSelectMultiple),
    QuestionKind.MONEY: lambda q: MoneyField(),
    QuestionKind.NUMBER: lambda q: NumberField(max_value=LARGEST),
    QuestionKind.DATE: lambda q: DayField(),
}


def _stored(question: Question, value: Any) -> Any:
    if value in (None, "", []):
        return None
    if question.kind is QuestionKind.YES_NO:
        return value == YES
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return list(dict.fromkeys(value)) if question.kind is QuestionKind.CHOICES else value


def _shown(question: Question, value: Any) -> Any:
    if value is None:
        return None
    if question.kind is QuestionKind.YES_NO:
        return YES if value else NO
    if question.kind is QuestionKind.MONEY:
        return Decimal(value)
    return value
