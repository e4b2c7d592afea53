"""Frozen dataclasses and NamedTuples to JSON data, back, and to a JSON Schema.

Readers and writers are built once per type, from its annotations: no reflection while reading.
Amounts and dates are text; NamedTuples are arrays (a mapping is accepted too, for people).
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from operator import call
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin, get_type_hints

Answer: TypeAlias = "str | int | bool | tuple[str, ...] | None"
"""A stored answer: text (amounts and dates too), whole number, yes or no, none, several choices."""

Amount: TypeAlias = Annotated[Decimal, "not negative"]
"""An amount of money in 元, 0 or more."""

Read: TypeAlias = Callable[[object], Any]
Write: TypeAlias = Callable[[Any], Any]

_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,10})?")
_DECIMAL = re.compile(f"-?{_AMOUNT.pattern}")
_is_amount, _is_decimal = _AMOUNT.fullmatch, _DECIMAL.fullmatch
_is_date = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_MISSING = object()


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
        return _optional_reader(reader(_only(arguments)))
    if origin is tuple:
        return _items_reader(reader(arguments[0]))
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
        write = writer(_only(arguments))
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


def schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `reader(kind)` takes."""
    shelf: dict[str, Any] = {}
    top = _schema(kind, shelf)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **top, "$defs": shelf}


def _only(arguments: tuple[Any, ...]) -> Any:
    kinds = [kind for kind in arguments if kind is not type(None)]
    if len(kinds) != 1:
        raise TypeError(f"only optional unions are stored, not {arguments}")
    return kinds[0]


def _fields(kind: Any) -> list[tuple[str, Any, Any]]:
    """Name, type and default (or _MISSING, or a factory's product) of a record's fields."""
    hints = get_type_hints(kind, include_extras=True)
    for name in list(hints):
        if kind.__annotations__.get(name) == "Mapping[str, Answer]":
            hints[name] = _ANSWERS
    if dataclasses.is_dataclass(kind):
        return [(f.name, hints[f.name], _default(f)) for f in dataclasses.fields(kind)]
    defaults = vars(kind)["_field_defaults"]
    return [(name, hints[name], defaults.get(name, _MISSING)) for name in vars(kind)["_fields"]]


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return _MISSING


def _record_reader(kind: Any) -> Read:
    parts = [(name, reader(type_), default) for name, type_, default in _fields(kind)]
    from_mapping = _mapping_record_reader(kind, parts)
    if dataclasses.is_dataclass(kind):
        return from_mapping
    from_array = _array_record_reader(kind, parts)
    return lambda data: from_array(data) if type(data) is list else from_mapping(data)


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
            value = data.get(name, _MISSING)
            if value is _MISSING:
                if default is _MISSING:
                    raise FactsError(name, "缺少此项")
                values.append(default)
                continue
            try:
                values.append(part(value))
            except FactsError as error:
                raise error.under(name) from None
        return kind(*values)

    return read


def _array_record_reader(kind: Any, parts: list[tuple[str, Read, Any]]) -> Read:
    needed = sum(default is _MISSING for _, _, default in parts)
    reads = [part for _, part, _ in parts]

    def read(data: list[object]) -> Any:
        if len(data) > len(parts):
            raise FactsError("", f"最多 {len(parts)} 项，现有 {len(data)} 项")
        if len(data) < needed:
            raise FactsError(parts[len(data)][0], "缺少此项")
        try:
            return kind(*map(call, reads, data))
        except FactsError:
            raise _named(parts, data) from None

    return read  # type: ignore[return-value]


def _named(parts: list[tuple[str, Read, Any]], data: list[object]) -> FactsError:
    """The first mistake in an array, with the name of its field."""
    for (name, part, _), value in zip(parts, data, strict=False):
        try:
            part(value)
        except FactsError as error:
            return error.under(name)
    raise AssertionError("an array that was refused can be read")


def _record_writer(kind: Any) -> Write:
    parts = [(name, writer(type_)) for name, type_, _ in _fields(kind)]
    if dataclasses.is_dataclass(kind):
        return lambda value: {name: write(getattr(value, name)) for name, write in parts}
    writes = [write for _, write in parts]
    defaults = [default for _, _, default in _fields(kind)]
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
        result = []
        for position, item in enumerate(data):
            try:
                result.append(read(item))
            except FactsError as error:
                raise error.under(f"[{position + 1}]") from None
        return tuple(result)

    return items


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
    if type(data) is not str or not _is_date(data):
        raise FactsError("", f"应为日期，例如 2026-05-20，现为{_called(data)}")
    try:
        return date.fromisoformat(data)
    except ValueError:
        raise FactsError("", f"没有 {data} 这一天") from None


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


_ANSWERS: Any = object()
_NUMBER_SCHEMA = {"type": "string", "pattern": f"^{_DECIMAL.pattern}$"}
_AMOUNT_SCHEMA = {"type": "string", "pattern": f"^{_AMOUNT.pattern}$"}
_ANSWER_SCHEMA = {
    "anyOf": [
        {"type": ["string", "integer", "boolean", "null"]},
        {"type": "array", "items": {"type": "string"}},
    ]
}
_READERS: dict[Any, Read] = {
    str: _text,
    int: _whole,
    bool: _yes_no,
    Decimal: _decimal,
    Amount: _amount,
    date: _date,
    _ANSWERS: _mapping_reader(_answer),
}
_WRITERS: dict[Any, Write] = {
    str: lambda value: value,
    int: lambda value: value,
    bool: lambda value: value,
    Decimal: lambda value: format(value, "f"),
    Amount: lambda value: format(value, "f"),
    date: lambda value: value.isoformat(),
    _ANSWERS: lambda value: {key: list(item) if isinstance(item, tuple) else item for key, item in value.items()},
}
_SCHEMAS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Decimal: _NUMBER_SCHEMA,
    Amount: _AMOUNT_SCHEMA,
    date: {"type": "string", "format": "date"},
    _ANSWERS: {"type": "object", "additionalProperties": _ANSWER_SCHEMA},
}


def _schema(kind: Any, shelf: dict[str, Any]) -> dict[str, Any]:
    if kind in _SCHEMAS:
        return _SCHEMAS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, Union):
        return {"anyOf": [_schema(_only(arguments), shelf), {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0], shelf)}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _schema(arguments[1], shelf)}
    if issubclass(kind, Enum):
        return {"type": "string", "enum": [member.value for member in kind]}
    if kind.__name__ not in shelf:
        shelf[kind.__name__] = {}
        shelf[kind.__name__] = _record_schema(kind, shelf)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _record_schema(kind: Any, shelf: dict[str, Any]) -> dict[str, Any]:
    fields = _fields(kind)
    required = [name for name, _, default in fields if default is _MISSING]
    table: dict[str, Any] = {
        "type": "object",
        "properties": {name: _schema(type_, shelf) for name, type_, _ in fields},
        "required": required,
        "additionalProperties": False,
    }
    if doc := (kind.__doc__ or "").strip():
        table["description"] = doc.splitlines()[0]
    if dataclasses.is_dataclass(kind):
        return table
    array = {
        "type": "array",
        "prefixItems": [_schema(type_, shelf) for _, type_, _ in fields],
        "minItems": len(required),
        "maxItems": len(fields),
    }
    return {"anyOf": [array, table]}
