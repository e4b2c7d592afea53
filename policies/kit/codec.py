"""Frozen dataclasses and NamedTuples to JSON data and back.

Readers and writers are built once per type, from its annotations: no reflection while reading.
Amounts and dates are text; NamedTuples are arrays (a mapping is accepted too, for people).
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from itertools import starmap
from operator import call
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from policies.kit.columns import AMOUNT, amounts, texts

Answer: TypeAlias = "str | int | bool | tuple[str, ...] | None"
"""A stored answer: text (amounts and dates too), whole number, yes or no, none, several choices."""

Amount: TypeAlias = Annotated[Decimal, "not negative"]
"""An amount of money in 元, 0 or more."""

Read: TypeAlias = Callable[[object], Any]
Write: TypeAlias = Callable[[Any], Any]

DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,10})?")
_is_amount, _is_decimal = AMOUNT.fullmatch, DECIMAL.fullmatch
_is_date = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
MISSING = object()


class FactsError(ValueError):
    """Facts that cannot be read; `place` is the path to it, such as `projects[2].lines[1].paid`."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place or '事实'}：{problem}")
        self.place = place
        self.problem = problem

    def under(self, step: str) -> FactsError:
        """The same error, seen from one level further up."""
        joint = "" if not self.place or self.place.startswith("[") else "."
        return FactsError(f"{step}{joint}{self.place}", self.problem)


def reader(kind: Any) -> Read:
    """A function from JSON data to a value of this type; raises FactsError with the place."""
    special = _READERS.get(kind)
    if special is not None:
        return special
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, Union):
        return _optional_reader(reader(only_kind(arguments)))
    if origin is tuple:
        items = _items_reader(reader(arguments[0]))
        return _table_reader(arguments[0], items) if hasattr(arguments[0], "_fields") else items
    if origin is Mapping:
        return _mapping_reader(reader(arguments[1]))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum_reader(kind)
    return _record_reader(kind)


def writer(kind: Any) -> Write:
    """A function from a value of this type to JSON data."""
    special = _WRITERS.get(kind)
    if special is not None:
        return special
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, Union):
        write = writer(only_kind(arguments))
        return lambda value: None if value is None else write(value)
    if origin is tuple:
        write = writer(arguments[0])
        return lambda value: [write(item) for item in value]
    if origin is Mapping:
        write = writer(arguments[1])
        return lambda value: {key: write(item) for key, item in value.items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: value.value
    return _record_writer(kind)


def only_kind(arguments: tuple[Any, ...]) -> Any:
    """The kind of an optional field. Raises TypeError for any other union."""
    kinds = [kind for kind in arguments if kind is not type(None)]
    if len(kinds) != 1:
        raise TypeError(f"only optional unions are stored, not {arguments}")
    return kinds[0]


def fields_of(kind: Any) -> list[tuple[str, Any, Any]]:
    """Name, type and default (or MISSING, or a factory's product) of a record's fields."""
    hints = get_type_hints(kind, include_extras=True)
    for name in list(hints):
        if kind.__annotations__.get(name) == "Mapping[str, Answer]":
            hints[name] = ANSWERS
    if dataclasses.is_dataclass(kind):
        return [(f.name, hints[f.name], _default(f)) for f in dataclasses.fields(kind)]
    defaults = vars(kind)["_field_defaults"]
    return [(name, hints[name], defaults.get(name, MISSING)) for name in vars(kind)["_fields"]]


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return MISSING


def _record_reader(kind: Any) -> Read:
    parts = [(name, reader(type_), default) for name, type_, default in fields_of(kind)]
    from_mapping = _mapping_record_reader(kind, parts)
    return from_mapping if dataclasses.is_dataclass(kind) else _array_record_reader(kind, parts, from_mapping)


def _mapping_record_reader(kind: Any, parts: list[tuple[str, Read, Any]]) -> Read:
    names = frozenset(name for name, _, _ in parts)

    def read(data: object) -> Any:
        if not isinstance(data, dict):
            raise FactsError("", f"应为键值对，现为{_called(data)}")
        if not names.issuperset(data):
            unknown = sorted(str(key) for key in data if key not in names)
            raise FactsError(unknown[0], "没有这个字段，请核对拼写")
        values = []
        for name, part, default in parts:
            value = data.get(name, MISSING)
            if value is MISSING:
                if default is MISSING:
                    raise FactsError(name, "缺少此项")
                values.append(default)
                continue
            try:
                values.append(part(value))
            except FactsError as error:
                raise error.under(name) from None
        return kind(*values)

    return read


def _array_record_reader(kind: Any, parts: list[tuple[str, Read, Any]], from_mapping: Read) -> Read:
    needed, most = sum(default is MISSING for _, _, default in parts), len(parts)
    reads = [part for _, part, _ in parts]

    def read(data: object) -> Any:
        if type(data) is not list:
            return from_mapping(data)
        if not needed <= len(data) <= most:
            raise _of_length(parts, data)
        try:
            return kind(*map(call, reads, data))
        except FactsError:
            raise _named(parts, data) from None

    return read


def _of_length(parts: list[tuple[str, Read, Any]], data: list[object]) -> FactsError:
    """An array that is too long, or the field that it does not reach."""
    if len(data) > len(parts):
        return FactsError("", f"最多 {len(parts)} 项，现有 {len(data)} 项")
    return FactsError(parts[len(data)][0], "缺少此项")


def _named(parts: list[tuple[str, Read, Any]], data: list[object]) -> FactsError:
    """The first mistake in an array, with the name of its field."""
    for (name, part, _), value in zip(parts, data, strict=False):
        try:
            part(value)
        except FactsError as error:
            return error.under(name)
    raise AssertionError("an array that was refused can be read")


def _record_writer(kind: Any) -> Write:
    parts = [(name, writer(type_)) for name, type_, _ in fields_of(kind)]
    if dataclasses.is_dataclass(kind):
        return lambda value: {name: write(getattr(value, name)) for name, write in parts}
    writes = [write for _, write in parts]
    defaults = [default for _, _, default in fields_of(kind)]
    return lambda value: list(map(call, writes, _without_defaults(value, defaults)))


def _without_defaults(values: Sequence[Any], defaults: list[Any]) -> Sequence[Any]:
    """An array up to the last value that is not its field's default."""
    end = len(values)
    while end and values[end - 1] == defaults[end - 1]:
        end -= 1
    return values[:end]


def _optional_reader(read: Read) -> Read:
    return lambda data: None if data is None else read(data)


def _items_reader(read: Read) -> Read:
    def items(data: object) -> tuple[Any, ...]:
        if not isinstance(data, (list, tuple)):
            raise FactsError("", f"应为列表，现为{_called(data)}")
        result: list[Any] = []
        try:
            result.extend(map(read, data))
        except FactsError as error:
            raise error.under(f"[{len(result) + 1}]") from None
        return tuple(result)

    return items


def _table_reader(kind: Any, one_by_one: Read) -> Read:
    """Arrays of equal length are read column by column; anything else, and any mistake, one by one."""
    fields = fields_of(kind)
    needed, columns = sum(default is MISSING for _, _, default in fields), [_column(type_) for _, type_, _ in fields]

    def table(data: object) -> Any:
        if type(data) is list and data and set(map(type, data)) == {list}:
            widths = set(map(len, data))
            if len(widths) == 1 and needed <= min(widths) <= len(columns):
                with suppress(FactsError, TypeError, ValueError):
                    return tuple(starmap(kind, zip(*map(call, columns, zip(*data, strict=True)), strict=True)))
        return one_by_one(data)

    return table


def _column(kind: Any) -> Callable[[Any], Any]:
    """How all values of one field are read; refuses as `reader` does, or with TypeError or ValueError."""
    read = reader(kind)
    if get_origin(kind) in (types.UnionType, Union):
        column = _column(only_kind(get_args(kind)))
        return lambda values: map(read, values) if None in values else column(values)
    return _COLUMNS.get(kind, lambda values: map(read, values))


def _mapping_reader(read: Read) -> Read:
    def mapping(data: object) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise FactsError("", f"应为键值对，现为{_called(data)}")
        result = {}
        for key, item in data.items():
            try:
                result[_text(key)] = read(item)
            except FactsError as error:
                raise error.under(str(key)) from None
        return result

    return mapping


def _enum_reader(kind: type[Enum]) -> Read:
    members = {member.value: member for member in kind}

    def enum(data: object) -> Enum:
        member = members.get(data) if isinstance(data, str) else None
        if member is None:
            raise FactsError("", f"应为 {'、'.join(members)} 之一，现为{_called(data)}")
        return member

    return enum


def _text(data: object) -> str:
    if type(data) is not str:
        raise FactsError("", f"应为文字（请加引号），现为{_called(data)}")
    return data


def _whole(data: object) -> int:
    if type(data) is not int:
        raise FactsError("", f"应为整数，现为{_called(data)}")
    return data


def _yes_no(data: object) -> bool:
    if type(data) is not bool:
        raise FactsError("", f"应为 true 或 false，现为{_called(data)}")
    return data


def _decimal(data: object) -> Decimal:
    if type(data) is not str or not _is_decimal(data):
        raise FactsError("", f'应为带引号的数字，例如 "1234.56"，现为{_called(data)}')
    return Decimal(data)


def _amount(data: object) -> Decimal:
    if type(data) is str and _is_amount(data):
        return Decimal(data)
    _decimal(data)
    raise FactsError("", f"金额不能为负，现为{_called(data)}")


def _date(data: object) -> date:
    if type(data) is date:
        return data
    if type(data) is not str:
        raise FactsError("", f"应为日期，例如 2026-05-20，现为{_called(data)}")
    return _day(data)


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    """A day as it is written; the lines of a project share a few hundred of them."""
    if not _is_date(text):
        raise FactsError("", f"应为日期，例如 2026-05-20，现为{_called(text)}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FactsError("", f"没有 {text} 这一天") from None


def _answer(data: object) -> Answer:
    if data is None or type(data) in (str, int, bool):
        return data  # type: ignore[return-value]
    if isinstance(data, (list, tuple)):
        return tuple(_text(item) for item in data)
    raise FactsError("", f"不能作为答复，现为{_called(data)}")


def _called(data: object) -> str:
    """What was found, in words."""
    kind = type(data)
    if kind in (dict, list, tuple):
        return "键值对" if kind is dict else "列表"
    if data is None:
        return "空值"
    if kind is float:
        return f"浮点数 {data}（金额和比例请加引号）"
    if isinstance(data, (date, datetime)):
        return f"日期 {data}"
    return f"“{str(data)[:40]}”"


ANSWERS: Any = object()
_READERS: dict[Any, Read] = {
    str: _text,
    int: _whole,
    bool: _yes_no,
    Decimal: _decimal,
    Amount: _amount,
    date: _date,
    ANSWERS: _mapping_reader(_answer),
}
_COLUMNS: dict[Any, Callable[[Any], Any]] = {
    str: texts,
    Amount: amounts,
    date: lambda values: map(_day, texts(values)),
}
_WRITERS: dict[Any, Write] = {
    str: lambda value: value,
    int: lambda value: value,
    bool: lambda value: value,
    Decimal: lambda value: format(value, "f"),
    Amount: lambda value: format(value, "f"),
    date: lambda value: value.isoformat(),
    ANSWERS: lambda value: {key: list(item) if isinstance(item, tuple) else item for key, item in value.items()},
}
