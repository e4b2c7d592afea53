"""What a rule answers: a finding, with the article it rests on and the facts it looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

Shown: TypeAlias = "str | int | bool | tuple[str, ...] | None"
"""A looked-at value as it is stored and printed: amounts and dates are already text."""


class SourceKind(StrEnum):
    """Where a rule or a setting comes from."""

    ARTICLE = "article"
    CALL = "call"
    INSTRUMENT = "instrument"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Source:
    """What a finding, a line or a setting rests on.

    `measure` is the measure's key; `ref` names the place inside it (an article's anchor such as
    `art_5`, a call setting's key, an instrument's key in sources.yaml, or a platform check);
    `clause` is what people read: “细则第五条”.
    """

    kind: SourceKind
    measure: str
    ref: str
    clause: str


class Outcome(StrEnum):
    """The three answers a rule can give; discretion is for an officer, never decided by code."""

    MET = "met"
    NOT_MET = "not_met"
    FOR_OFFICER = "for_officer"


OUTCOME_LABELS: Mapping[Outcome, str] = {
    Outcome.MET: "符合",
    Outcome.NOT_MET: "不符合",
    Outcome.FOR_OFFICER: "待人工判定",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's answer about one subject.

    `code` is stable English; `message` is Chinese; `subject` is empty for the whole case, otherwise
    the key of the project or enterprise, or the number of the line, that the finding is about.
    """

    source: Source
    code: str
    outcome: Outcome
    message: str
    looked_at: Mapping[str, Shown]
    subject: str = ""


def met_if(condition: bool) -> Outcome:
    """MET or NOT_MET."""
    return Outcome.MET if condition else Outcome.NOT_MET


def look(**facts: object) -> dict[str, Shown]:
    """Facts as a finding keeps them: amounts and dates become text, collections tuples of text."""
    return {name: value if type(value) in _AS_IT_IS else _shown(value) for name, value in facts.items()}  # type: ignore[misc]


def plain(amount: Decimal) -> str:
    """An amount or share as stored text, never with an exponent."""
    text = str(amount)
    return text if "E" not in text else format(amount, "f")


_AS_IT_IS: frozenset[type] = frozenset({str, int, bool, type(None)})


def _shown(value: object) -> Shown:
    write = _WRITTEN.get(type(value))
    if write is not None:
        return write(value)
    if isinstance(value, StrEnum):
        return str(value)
    raise TypeError(f"a finding cannot keep a {type(value).__name__}")


def _each(values: Iterable[object]) -> tuple[str, ...]:
    return tuple([value if type(value) is str else str(_shown(value)) for value in values])


_WRITTEN: Mapping[type, Callable[[Any], Shown]] = {
    **{kind: lambda value: value for kind in _AS_IT_IS},
    Decimal: plain,
    date: date.isoformat,
    **dict.fromkeys((tuple, list, frozenset, set), _each),
}
