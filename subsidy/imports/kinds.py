"""What can be imported from a workbook: each kind of list is a table of columns, in its app's own room `imports`.

    ENTERPRISES = register(Kind(
        key="enterprises", label=_("企业"), right=Right.KEEP_REGISTERS, back="enterprises:list",
        columns=(
            Column("credit_code", _("统一社会信用代码"), CreditCodeField()),
            Column("name", _("单位名称"), TextField(max_length=100)),
            Column("branch", _("分支机构"), ChosenField([(True, _("是")), (False, _("否"))], required=False)),
        ),
        identity=("credit_code",), examine=examine, apply=apply,
    ))

The columns' form fields take the cells, so a workbook passes the same doors as a page. `examine(lines, actor)` looks at
all lines that can be read, in a constant number of queries: it refuses some (`line.refuse("name", sentence)`), sets
`line.change`, and may leave in `line.found` what it found. `apply(lines, actor, origin)` makes or changes what the good
lines say, some hundreds at a time, in one transaction for all; each change leaves its entry, with `origin.of(line)`.
Pages, jobs, template, preview, wrong rows and repetition are the same for all kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.papers.columns import Label
from subsidy.papers.sheets import Cell, as_text
from subsidy.reference.fields import DayField
from subsidy.reference.text import fold


class ChosenField(forms.Field):
    """One of some words; gives the value behind it, `empty` for an empty cell."""

    def __init__(self, choices: Iterable[tuple[Any, Label]], *, empty: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choices = list(choices)
        self.empty = empty

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return self.empty
        for meant, word in self.choices:
            if fold(str(value)) == fold(str(word)):
                return meant
        raise ValidationError(
            _("请填写%(words)s中的一项"), params={"words": "、".join(f"“{word}”" for _value, word in self.choices)}
        )


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a workbook: the heading, the form field that takes its cells, and what the template says of it.

    `offered` gives the words of the drop-down list in the template, by default those of a ChosenField.
    """

    key: str
    label: Label
    field: forms.Field
    note: Label = ""
    offered: Callable[[Actor], Sequence[str]] | None = None

    def take(self, cell: Cell) -> Any:
        """The value meant by a cell. Raises ValidationError or LostDigits with the sentence to show."""
        if isinstance(self.field, DayField) and isinstance(cell, date):
            return cell.date() if isinstance(cell, datetime) else cell
        return self.field.clean(as_text(cell))

    def words(self, actor: Actor) -> Sequence[str]:
        """What the template offers for this column; empty for anything."""
        if self.offered is not None:
            return self.offered(actor)
        return [str(word) for _value, word in self.field.choices] if isinstance(self.field, ChosenField) else ()


class Change(StrEnum):
    """What a line would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


class Problem(NamedTuple):
    """Why a line cannot be imported: the key of the column and a sentence."""

    column: str
    reason: str


@dataclass(slots=True)
class Line:
    """A row of the workbook: its number there, what stands in it, and what became of it."""

    number: int
    typed: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    change: Change = Change.NEW
    found: Any = None

    def refuse(self, column: str, reason: Label) -> None:
        """This line has to be mended, and why."""
        self.problems.append(Problem(column, str(reason)))

    @property
    def good(self) -> bool:
        """Whether it can be imported."""
        return not self.problems

    @property
    def mark(self) -> tuple[int, str, tuple[str, ...]]:
        """What must still be so when it is applied."""
        return self.number, str(self.change), tuple(self.typed.values())


@dataclass(frozen=True, slots=True)
class Origin:
    """The import from which a change comes, for the entries in the history."""

    import_id: int
    file: str
    digest: str

    def of(self, line: Line) -> dict[str, Any]:
        """The evidence of one line."""
        return {"import": self.import_id, "file": self.file, "digest": self.digest, "row": line.number}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of list; see above. `back` is the named page to return to, `notes` are lines for the template."""

    key: str
    label: Label
    right: Right
    back: str
    columns: tuple[Column, ...]
    identity: tuple[str, ...]
    examine: Callable[[Sequence[Line], Actor], None]
    apply: Callable[[Sequence[Line], Actor, Origin], None]
    notes: tuple[Label, ...] = ()

    def column(self, key: str) -> Column:
        """The column with this key."""
        return next(one for one in self.columns if one.key == key)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known. Raises ValueError when its key is taken or an identity is no column."""
    if kind.key in _kinds:
        raise ValueError(f"{kind.key} is registered twice")
    if missing := set(kind.identity) - {column.key for column in kind.columns}:
        raise ValueError(f"{kind.key} has no columns {missing}")
    _kinds[kind.key] = kind
    return kind


def find(key: str) -> Kind:
    """The kind with this key. Raises KeyError."""
    return _kinds[key]


def known() -> tuple[Kind, ...]:
    """Every kind, in the order in which the apps stand on one another."""
    return tuple(_kinds.values())
