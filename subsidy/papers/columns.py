"""One description of a list for the HTML table, the Excel sheet and the column chooser.

A list's columns are a tuple of frozen `Column`s in an app's `tables.py`:

    COLUMNS = (
        Column("number", _("案件编号"), Kind.LINK, head=True, href=lambda row: reverse("cases:detail", args=[row.pk])),
        Column("claimed", _("拟申请额"), Kind.MONEY_WAN, total=True),
        Column("state", _("状态"), Kind.TAG, accessor=lambda row: Tag(row.state_label, "run")),
    )
    table = prepare(COLUMNS, rows, caption=_("待我办"), name="queue")        →  {{ ui.table(table) }}

`prepare` runs each accessor once and leaves only strings, so the template's row loop calls neither macro nor gettext.
For Excel use `Column.value(row)`: the raw value (money in 元 as Decimal; for MONEY_WAN divide by `YUAN_PER_WAN`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from subsidy.reference import formats

Label = str | Promise


class Kind(StrEnum):
    """What a column holds; money is always given in 元."""

    TEXT = "text"
    LINK = "link"
    MONEY_YUAN = "money_yuan"
    MONEY_WAN = "money_wan"
    DATE = "date"
    DATETIME = "datetime"
    NUMBER = "number"
    TAG = "tag"
    ACTIONS = "actions"


class Tag(NamedTuple):
    """The value of a TAG column; `tone` as in components/tags.html."""

    text: Label
    tone: str = ""


class Link(NamedTuple):
    """One verb of an ACTIONS column (its value is a list of these); `about` is read out after it: the case number."""

    text: Label
    href: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `key` names it in addresses and sheets and is read from the row unless `accessor` is given.

    `href` gives the address of a LINK; `total` puts the sum into the last row; `sort` is the value of ?sort= it offers;
    `head` makes it the row's header cell; `unit` is written behind the label; `optional` columns are off until chosen.
    """

    key: str
    label: Label
    kind: Kind = Kind.TEXT
    css: str = ""
    unit: Label = ""
    total: bool = False
    accessor: Callable[[Any], Any] | None = None
    href: Callable[[Any], str] | None = None
    sort: str = ""
    head: bool = False
    optional: bool = False

    def value(self, row: Any) -> Any:
        """The raw value of this column for a row (an object or a mapping)."""
        if self.accessor is not None:
            return self.accessor(row)
        return row[self.key] if isinstance(row, dict) else getattr(row, self.key)

    def title(self) -> str:
        """The heading with its unit."""
        return f"{self.label}（{self.unit}）" if self.unit else str(self.label)


class Cell(NamedTuple):
    """One written value; `label` is the heading it stands under, for phones."""

    text: str
    css: str
    label: str
    head: bool = False
    href: str = ""
    boxed: bool = False
    tone: str = ""
    links: Sequence[Link] = ()


class Head(NamedTuple):
    """One heading, with the address of another order if it offers one."""

    label: str
    css: str
    href: str = ""
    aria_sort: str = ""


class Row(NamedTuple):
    """The cells of one record; `pick` is the value of its check box."""

    cells: Sequence[Cell]
    css: str = ""
    anchor: str = ""
    pick: str = ""
    pick_label: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A list ready for components/tables.html: nothing but strings."""

    id: str
    caption: str
    unit: str
    heads: Sequence[Head]
    rows: Sequence[Row]
    foot: Sequence[Cell] = ()
    select: str = ""
    empty: str = ""


class Sorting(NamedTuple):
    """The order in force (`-due` for descending) and how to write the address of another one."""

    current: str
    address: Callable[[str], str]


class Picking(NamedTuple):
    """Check boxes before the rows: the field's name, a row's value (`id:version`; empty: none) and its label."""

    name: str
    value: Callable[[Any], str]
    label: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Marks:
    """What a row shows as a whole: its class (`overdue`) and its anchor, to come back to after the detail page."""

    css: Callable[[Any], str] = lambda row: ""
    anchor: Callable[[Any], str] = lambda row: ""


CSS: Mapping[Kind, str] = {
    Kind.TEXT: "",
    Kind.LINK: "",
    Kind.MONEY_YUAN: "num",
    Kind.MONEY_WAN: "num",
    Kind.DATE: "nw",
    Kind.DATETIME: "nw",
    Kind.NUMBER: "num",
    Kind.TAG: "nw",
    Kind.ACTIONS: "c-op",
}
WRITTEN: Mapping[Kind, Callable[[Any], str]] = {
    Kind.TEXT: lambda value: "" if value is None else str(value),
    Kind.LINK: lambda value: "" if value is None else str(value),
    Kind.MONEY_YUAN: formats.yuan,
    Kind.MONEY_WAN: formats.wan,
    Kind.DATE: formats.day,
    Kind.DATETIME: formats.minute,
    Kind.NUMBER: formats.count,
}


def prepare(
    columns: Sequence[Column],
    rows: Iterable[Any],
    *,
    caption: Label,
    name: str = "list",
    empty: Label = "",
    sorting: Sorting | None = None,
    picking: Picking | None = None,
    marks: Marks | None = None,
    totals: Mapping[str, Any] | None = None,
) -> Table:
    """The table of some rows. `totals` (by key) replaces the sums of these rows, for a list that goes on over pages."""
    items = list(rows)
    frames = [(column, css_of(column), str(column.label)) for column in columns]
    writers = [_writer(*frame) for frame in frames]
    marks = marks or Marks()
    return Table(
        id=name,
        caption=str(caption),
        unit=unit_note(columns),
        heads=[_head(column, css, sorting) for column, css, _label in frames],
        rows=[_row(writers, item, picking, marks) for item in items],
        foot=_foot(frames, items, totals),
        select=picking.name if picking else "",
        empty=str(empty) or _("没有符合条件的记录。"),
    )


def chosen(columns: Sequence[Column], keys: Sequence[str]) -> tuple[Column, ...]:
    """The columns a reader chose, in their own order; without a choice all that are not optional."""
    wanted = set(keys) & {column.key for column in columns}
    return tuple(column for column in columns if (column.key in wanted if wanted else not column.optional))


def unit_note(columns: Sequence[Column]) -> str:
    """`单位：万元` when all money of the list is in one unit, else nothing: then each heading says it."""
    kinds = {column.kind for column in columns} & {Kind.MONEY_YUAN, Kind.MONEY_WAN}
    if len(kinds) != 1:
        return ""
    return _("单位：万元") if kinds == {Kind.MONEY_WAN} else _("单位：元")


def css_of(column: Column) -> str:
    """The classes of a column's cells."""
    return f"{CSS[column.kind]} {column.css}".strip()


def sums(columns: Sequence[Column], rows: Sequence[Any]) -> dict[str, Any]:
    """The sum of each column that has a total; None counts as nothing."""
    return {
        column.key: sum((column.value(row) or 0 for row in rows), Decimal(0) if column.kind != Kind.NUMBER else 0)
        for column in columns
        if column.total
    }


def _head(column: Column, css: str, sorting: Sorting | None) -> Head:
    if not column.sort or sorting is None:
        return Head(column.title(), css)
    ascending, descending = column.sort, f"-{column.sort}"
    states = {ascending: ("ascending", descending), descending: ("descending", ascending)}
    state, following = states.get(sorting.current, ("none", ascending))
    return Head(column.title(), css, sorting.address(following), state)


Writer = Callable[[Any], Cell]


def _row(writers: Sequence[Writer], item: Any, picking: Picking | None, marks: Marks) -> Row:
    return Row(
        cells=[writer(item) for writer in writers],
        css=marks.css(item),
        anchor=marks.anchor(item),
        pick=picking.value(item) if picking else "",
        pick_label=picking.label(item) if picking else "",
    )


def _writer(column: Column, css: str, label: str) -> Writer:
    """What writes a column's cell of a row; all that is the same in every row is settled here."""
    value, head, href = column.value, column.head, column.href
    if column.kind is Kind.TAG:

        def tag(item: Any) -> Cell:
            held = value(item)
            if held is None:
                return Cell("", css, label, head)
            return Cell(str(held.text), css, label, head, "", True, held.tone)

        return tag
    if column.kind is Kind.ACTIONS:
        return lambda item: Cell("", css, label, head, links=value(item))
    written = WRITTEN[column.kind]
    if href is not None:
        return lambda item: Cell(written(value(item)), css, label, head, href(item))
    return lambda item: Cell(written(value(item)), css, label, head)


def _foot(
    frames: Sequence[tuple[Column, str, str]], items: Sequence[Any], totals: Mapping[str, Any] | None
) -> list[Cell]:
    """The totals row: one cell a column, so that nothing moves when print hides a column."""
    summed = [column for column, _css, _label in frames if column.total]
    if not summed or not items:
        return []
    values = sums(summed, items) if totals is None else totals
    cells = []
    for place, (column, css, label) in enumerate(frames):
        if column.total:
            cells.append(Cell(WRITTEN[column.kind](values[column.key]), css, label))
        elif place == 0:
            cells.append(Cell(_("合计"), css, "", head=True))
        else:
            cells.append(Cell("", css, ""))
    return cells
