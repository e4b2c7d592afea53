"""The JSON Schema of what the codec reads, made from the same annotations."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Union, get_args, get_origin

from policies.kit.codec import ANSWERS, DECIMAL, MISSING, Amount, fields_of, only_kind
from policies.kit.columns import AMOUNT

_NUMBER_SCHEMA = {"type": "string", "pattern": f"^{DECIMAL.pattern}$"}
_AMOUNT_SCHEMA = {"type": "string", "pattern": f"^{AMOUNT.pattern}$"}
_ANSWER_SCHEMA = {
    "anyOf": [
        {"type": ["string", "integer", "boolean", "null"]},
        {"type": "array", "items": {"type": "string"}},
    ]
}


def schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `reader(kind)` takes."""
    shelf: dict[str, Any] = {}
    top = _schema(kind, shelf)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **top, "$defs": shelf}


_SCHEMAS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Decimal: _NUMBER_SCHEMA,
    Amount: _AMOUNT_SCHEMA,
    date: {"type": "string", "format": "date"},
    ANSWERS: {"type": "object", "additionalProperties": _ANSWER_SCHEMA},
}


def _schema(kind: Any, shelf: dict[str, Any]) -> dict[str, Any]:
    if kind in _SCHEMAS:
        return _SCHEMAS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, Union):
        return {"anyOf": [_schema(only_kind(arguments), shelf), {"type": "null"}]}
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
    fields = fields_of(kind)
    required = [name for name, _, default in fields if default is MISSING]
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
