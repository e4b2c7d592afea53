"""A measure's numbers by date of effect, from parameters.yaml.

Each entry names its article and the day somebody last read the text. Numbers are quoted: a number
without quotes would pass through binary floating point, so it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Value: TypeAlias = "Decimal | date | str | Mapping[str, Decimal]"
_DISGUISED = re.compile(r"[-+.]?[0-9][0-9_.]*[eE][-+]?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


class ParameterError(ValueError):
    """A parameter file that is wrong, or a value asked for that does not exist on that day."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A value and its first day."""

    since: date
    value: Value


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the law: its article, when the text was last read, its unit, its values.

    `labels` are the Chinese names of a table's keys; `words` the phrases of the text it stands in.
    """

    name: str
    article: str
    read_on: date
    unit: str
    values: tuple[Dated, ...]
    labels: Mapping[str, str]
    words: tuple[str, ...] = ()

    @property
    def is_share(self) -> bool:
        """Whether it is a part of something, to be written as a percentage."""
        return self.unit.startswith("占")

    def at(self, day: date) -> Value:
        """The value in effect on a day; asking for a day before the first value is an error."""
        for dated in reversed(self.values):
            if dated.since <= day:
                return dated.value
        raise ParameterError(f"{self.name} has no value on {day}, the first is of {self.values[0].since}")


class Parameters:
    """All parameters of one edition. `since` is the first day on which every one of them has a value."""

    def __init__(self, entries: Mapping[str, Parameter]) -> None:
        self.entries = entries
        self.since = max((entry.values[0].since for entry in entries.values()), default=date.min)

    def at(self, name: str, day: date) -> Value:
        """The value of `name` on `day`. Raises ParameterError if it does not exist."""
        try:
            entry = self.entries[name]
        except KeyError:
            raise ParameterError(f"there is no parameter {name}") from None
        return entry.at(day)

    def number(self, name: str, day: date) -> Decimal:
        """A single number on a day (元, a share, a count or years, as its unit says)."""
        value = self.at(name, day)
        if not isinstance(value, Decimal):
            raise ParameterError(f"{name} is not a single number")
        return value

    def count(self, name: str, day: date) -> int:
        """A whole number on a day."""
        return int(self.number(name, day))

    def table(self, name: str, day: date) -> Mapping[str, Decimal]:
        """Numbers by key on a day."""
        value = self.at(name, day)
        if not isinstance(value, Mapping):
            raise ParameterError(f"{name} is not a table")
        return value

    def text(self, name: str, day: date) -> str:
        """A text on a day (a code made of digits too)."""
        value = self.at(name, day)
        if isinstance(value, (str, Decimal)):
            return str(value)
        raise ParameterError(f"{name} is not a text")

    def first_day(self, name: str) -> date:
        """A parameter that is itself a date, by its first value."""
        return self.day(name, self.entries[name].values[0].since)

    def day(self, name: str, day: date) -> date:
        """A date on a day."""
        value = self.at(name, day)
        if not isinstance(value, date):
            raise ParameterError(f"{name} is not a date")
        return value


def load(path: Path) -> Parameters:
    """The parameters of a file. Raises ParameterError naming the entry that is wrong."""
    return read(path.read_text(encoding="utf-8"), path.name)


def read(text: str, where: str = "parameters.yaml") -> Parameters:
    """The parameters in a YAML text."""
    try:
        data = load_yaml(text)
    except yaml.YAMLError as error:
        raise ParameterError(f"{where}: {error}") from error
    if not isinstance(data, dict):
        raise ParameterError(f"{where}: not a mapping")
    return Parameters({name: _entry(f"{where}: {name}", name, body) for name, body in data.items()})


class _Unique(yaml.SafeLoader):
    """SafeLoader that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key is not a word", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value} is given twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load_yaml(text: str) -> object:
    """Safe YAML in which no key may come twice. Raises yaml.YAMLError."""
    loader = _Unique(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _entry(where: str, name: str, body: object) -> Parameter:
    if not isinstance(body, dict) or not {"article", "read_on", "values"} <= set(body):
        raise ParameterError(f"{where}: needs article, read_on and values")
    if type(body["read_on"]) is not date:
        raise ParameterError(f"{where}: read_on is not a date")
    if not isinstance(body["values"], list) or not body["values"]:
        raise ParameterError(f"{where}: has no values")
    values = tuple(_dated(where, item) for item in body["values"])
    if any(a.since >= b.since for a, b in pairwise(values)):
        raise ParameterError(f"{where}: dates of effect do not rise")
    if any(_kind(a.value) != _kind(b.value) for a, b in pairwise(values)):
        raise ParameterError(f"{where}: a later value has a gap, or is of another kind")
    labels = _labels(where, body.get("labels", {}), values)
    words = body.get("words", [])
    if not isinstance(words, list) or not all(isinstance(phrase, str) for phrase in words):
        raise ParameterError(f"{where}: words must be a list of phrases")
    article, unit = str(body["article"]), str(body.get("unit", ""))
    return Parameter(name, article, body["read_on"], unit, values, labels, tuple(words))


def _labels(where: str, given: object, values: Iterable[Dated]) -> Mapping[str, str]:
    keys = {key for dated in values if isinstance(dated.value, Mapping) for key in dated.value}
    if not isinstance(given, dict) or (given and set(given) != keys):
        raise ParameterError(f"{where}: labels must name each key of its tables: {', '.join(sorted(keys)) or 'none'}")
    return {key: str(label) for key, label in given.items()}


def _kind(value: Value) -> object:
    """What later values of a number must have in common: the kind, and the keys of a table."""
    return frozenset(value) if isinstance(value, Mapping) else type(value)


def _dated(where: str, item: object) -> Dated:
    if not isinstance(item, dict) or set(item) != {"since", "value"}:
        raise ParameterError(f"{where}: each value needs since and value")
    if type(item["since"]) is not date:
        raise ParameterError(f"{where}: since is not a date")
    return Dated(item["since"], _value(where, item["value"]))


def _value(where: str, value: object) -> Value:
    if isinstance(value, dict):
        table = {str(key): _value(where, part) for key, part in value.items()}
        return {key: _decimal(where, part) for key, part in table.items()}
    if type(value) is date:
        return value
    if isinstance(value, str) and not _DISGUISED.fullmatch(value):
        return Decimal(value) if _NUMBER.fullmatch(value) else value
    raise ParameterError(f"{where}: {value!r} must be quoted, and written out")


def _decimal(where: str, value: Value) -> Decimal:
    if not isinstance(value, Decimal):
        raise ParameterError(f"{where}: {value!r} is not a number")
    return value
