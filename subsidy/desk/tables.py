"""The columns of the desk's lists."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.desk.queue_rows import QueueRow
from subsidy.desk.queueing import UPPER
from subsidy.papers.columns import Column, Kind, Link, Table, Tag, prepare

VERB = gettext_lazy("审核")
"""The same object in every row: what is written is made when the page is."""
NUMBER = "XX-0000-00000"


@cache
def _pattern() -> str:
    return reverse("desk:case", args=[NUMBER])


def _case(row: QueueRow) -> str:
    return _pattern().replace(NUMBER, row.number)


def _verbs(row: QueueRow) -> list[Link]:
    return [Link(VERB, _case(row), row.number)]


QUEUE: Sequence[Column] = (
    Column("due", gettext_lazy("剩余时限"), Kind.TAG, sort="due"),
    Column("number", gettext_lazy("案件编号"), Kind.LINK, css="nw docno", head=True, href=_case, sort="number"),
    Column("enterprise", gettext_lazy("申报单位"), css="zh"),
    Column("title", gettext_lazy("项目（群）"), css="zh"),
    Column("agency", gettext_lazy("受理单位")),
    Column("recognised", gettext_lazy("认定投资额"), Kind.MONEY_WAN),
    Column("requested", gettext_lazy("拟申请额"), Kind.MONEY_WAN),
    Column("findings", gettext_lazy("规则预审"), css="nw"),
    Column("signed", gettext_lazy("会审"), css="nw"),
    Column("state", gettext_lazy("状态"), Kind.TAG),
    Column("handler", gettext_lazy("经办人"), css="nw"),
    Column("actions", gettext_lazy("操作"), Kind.ACTIONS, accessor=_verbs),
)

HOLDS: Sequence[Column] = (
    Column(
        "case", gettext_lazy("案件编号"), Kind.LINK, css="nw docno", head=True,
        accessor=lambda held: held.case.number, href=lambda held: reverse("desk:hold", args=[held.pk]),
    ),
    Column("enterprise", gettext_lazy("申报单位"), css="zh", accessor=lambda held: held.case.enterprise.name),
    Column("kind", gettext_lazy("类别"), Kind.TAG, accessor=lambda held: Tag(held.get_kind_display(), "bad")),
    Column("reason", gettext_lazy("原因"), css="zh-l"),
    Column("source", gettext_lazy("来源"), css="zh"),
    Column("set_at", gettext_lazy("暂缓时间"), Kind.DATETIME),
    Column("released_by", gettext_lazy("作出结论"), css="nw"),
    Column("released_at", gettext_lazy("结论时间"), Kind.DATETIME),
    Column("release_note", gettext_lazy("结论"), css="zh"),
)  # fmt: skip
OPEN_HOLDS = HOLDS[:-3]
"""Without the conclusion that is still to come."""


def queue_columns(level: str) -> Sequence[Column]:
    """The queue's columns; the upper bureau sees which county or town a case comes from instead of who has it there."""
    hidden = "handler" if level == UPPER else "agency"
    return [column for column in QUEUE if column.key != hidden]


JOINT: Sequence[Column] = (
    Column("position", gettext_lazy("序号"), Kind.NUMBER),
    Column(
        "number", gettext_lazy("案件编号"), Kind.LINK, css="nw docno", head=True,
        href=lambda row: reverse("desk:case", args=[row["number"]]),
    ),
    Column("enterprise", gettext_lazy("申报单位"), css="zh"),
    Column("title", gettext_lazy("项目（群）"), css="zh"),
    Column("signed", gettext_lazy("签署"), css="nw"),
    Column("recognised", gettext_lazy("认定投资额"), Kind.MONEY_WAN, total=True),
    Column("requested", gettext_lazy("拟申请额"), Kind.MONEY_WAN, total=True),
)  # fmt: skip


def joint_table(letter: Mapping[str, Any]) -> Table:
    """The list of a letter as `cases.joint_letter` writes it."""
    rows = [
        {
            **row, "position": place, "signed": f"{row['signatures']}/{letter['asked']}",
            "recognised": Decimal(row["recognised"]), "requested": Decimal(row["requested"]),
        }
        for place, row in enumerate(letter["rows"], start=1)
    ]  # fmt: skip
    return prepare(JOINT, rows, caption=_("汇总表"), name="items", empty=_("此文没有案件。"))
