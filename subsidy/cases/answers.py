"""Which questions a case is asked, whether an answer is there, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from policies.kit.facts import CaseFacts
from policies.kit.policy import Policy, Question, QuestionKind, Subject
from subsidy.reference import formats
from subsidy.reference.text import clean

Answers = Mapping[str, Any]
TEXT_LENGTH, LONG_TEXT_LENGTH, LARGEST = 200, 4000, 10**9
MONEY = re.compile(r"(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,2})?")


def asked(policy: Policy, facts: CaseFacts, step: str, about: Subject) -> list[Question]:
    """The questions of one step about the case or about each project."""
    return [q for q in policy.questions(facts) if q.step == step and q.about is about]


def applies(question: Question, answers: Answers) -> bool:
    """Whether a question is asked, given the other answers."""
    return question.when is None or answers.get(question.when.key) in question.when.among


def is_answered(question: Question, answers: Answers) -> bool:
    """Whether there is an answer; no is one."""
    return answers.get(question.key) not in (None, "", [], ())


def missing(questions: Iterable[Question], answers: Answers) -> list[Question]:
    """The required questions that are asked and have no answer."""
    return [q for q in questions if q.required and applies(q, answers) and not is_answered(q, answers)]


def in_words(question: Question, answers: Answers) -> str:
    """An answer as pages and papers print it; a dash without one."""
    value = answers.get(question.key)
    if value in (None, "", [], ()):
        return formats.NONE
    labels = {choice.key: choice.label for choice in question.choices}
    if question.kind is QuestionKind.YES_NO:
        return _("是") if value else _("否")
    if question.kind is QuestionKind.MONEY:
        return _("%(amount)s 元") % {"amount": formats.yuan(Decimal(value))}
    if question.kind is QuestionKind.CHOICES:
        return "、".join(labels.get(one, one) for one in value)
    return labels.get(value, str(value)) if question.kind is QuestionKind.CHOICE else str(value)


def written(questions: Sequence[Question], answers: Answers) -> list[list[str]]:
    """Label and answer of every question that is asked."""
    return [[question.label, in_words(question, answers)] for question in questions if applies(question, answers)]


# --- exact types: what is stored is read back by the rules as it stands ----------


def is_of_kind(question: Question, value: Any) -> bool:
    """Whether a stored value is an answer to the question, of exactly its JSON type; None is no answer and fits."""
    return value is None or KINDS[question.kind](question, value)


def misfits(questions: Iterable[Question], answers: Answers) -> list[Question]:
    """The questions whose stored answer is not of their kind."""
    return [question for question in questions if not is_of_kind(question, answers.get(question.key))]


def fitting(policy: Policy, facts: CaseFacts) -> CaseFacts:
    """The facts without answers that are not of their kind: the rules may rely on the types they asked for."""
    questions = policy.questions(facts)
    return replace(
        facts,
        answers=_without_misfits(questions, Subject.CASE, facts.answers),
        projects=tuple(
            replace(project, answers=_without_misfits(questions, Subject.PROJECT, project.answers))
            for project in facts.projects
        ),
    )


def _without_misfits(questions: Iterable[Question], about: Subject, answers: Answers) -> dict[str, Any]:
    stored = {key: list(value) if isinstance(value, tuple) else value for key, value in answers.items()}
    wrong = {question.key for question in misfits([q for q in questions if q.about is about], stored)}
    return {key: value for key, value in answers.items() if key not in wrong}


def unknown(policy: Policy, facts: CaseFacts, answers: Answers, about: Subject) -> list[str]:
    """Keys that no question of the edition has, on whichever track: what another track asked may stay behind."""
    asked_anywhere = {
        question.key
        for track in policy.tracks
        for question in policy.questions(replace(facts, track=track.key))
        if question.about is about
    }
    return sorted(set(answers) - asked_anywhere)


def _is_text(value: Any, most: int, *, lines: bool) -> bool:
    if type(value) is not str or not 0 < len(value) <= most:
        return False
    try:
        return clean(value, multiline=lines) == value
    except ValidationError:
        return False


def _is_choice(question: Question, value: Any) -> bool:
    return type(value) is str and value in {choice.key for choice in question.choices}


def _are_choices(question: Question, value: Any) -> bool:
    return type(value) is list and all(_is_choice(question, one) for one in value) and len(set(value)) == len(value)


def _is_day(value: Any) -> bool:
    try:
        return type(value) is str and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


KINDS: Mapping[QuestionKind, Callable[[Question, Any], bool]] = {
    QuestionKind.TEXT: lambda question, value: _is_text(value, TEXT_LENGTH, lines=False),
    QuestionKind.LONG_TEXT: lambda question, value: _is_text(value, LONG_TEXT_LENGTH, lines=True),
    QuestionKind.YES_NO: lambda question, value: type(value) is bool,
    QuestionKind.CHOICE: _is_choice,
    QuestionKind.CHOICES: _are_choices,
    QuestionKind.MONEY: lambda question, value: type(value) is str and MONEY.fullmatch(value) is not None,
    QuestionKind.NUMBER: lambda question, value: type(value) is int and abs(value) <= LARGEST,
    QuestionKind.DATE: lambda question, value: _is_day(value),
}
"""The JSON type of each kind, as `QuestionKind` names it (trust.md row 28)."""
