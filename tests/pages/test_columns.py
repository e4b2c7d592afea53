"""A list made once out of its columns."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace as Row
from typing import Any

from django.template import engines

from subsidy.papers.columns import Column, Kind, Link, Picking, Sorting, Table, Tag, chosen, prepare, sums

COLUMNS = (
    Column("number", "案件编号", Kind.LINK, head=True, href=lambda row: f"/cases/{row.number}/"),
    Column("base", "认定投资额", Kind.MONEY_WAN, total=True, sort="base"),
    Column("filed", "提交日期", Kind.DATE),
    Column("sent", "上报时间", Kind.DATETIME, optional=True),
    Column("state", "状态", Kind.TAG, accessor=lambda row: Tag("待初审", "you")),
    Column("do", "操作", Kind.ACTIONS, accessor=lambda row: [Link("审核", f"/cases/{row.number}/review/", row.number)]),
)


def rows() -> list[Any]:
    filed, sent = date(2026, 5, 18), datetime(2026, 5, 18, 6, 5, tzinfo=UTC)
    return [
        Row(number="JL-2026-00017", base=Decimal("122256000.00"), filed=filed, sent=sent),
        Row(number="JL-2026-00018", base=None, filed=None, sent=None),
    ]


def html(table: Table) -> str:
    return str(engines["jinja2"].from_string("{{ ui.table(table) }}").render({"table": table}))


def test_a_row_holds_the_written_values() -> None:
    first, second = prepare(COLUMNS, rows(), caption="待我办").rows
    assert [cell.text for cell in first.cells] == [
        "JL-2026-00017",
        "12,225.60",
        "2026-05-18",
        "2026-05-18 14:05",
        "待初审",
        "",
    ]
    assert [cell.text for cell in second.cells][1:4] == ["–", "–", "–"]


def test_the_totals_row_has_a_cell_for_every_column() -> None:
    foot = prepare(COLUMNS, rows(), caption="待我办").foot
    assert [cell.text for cell in foot] == ["合计", "12,225.60", "", "", "", ""]


def test_given_totals_stand_for_a_list_that_goes_on() -> None:
    foot = prepare(COLUMNS, rows(), caption="待我办", totals={"base": Decimal(900000000)}).foot
    assert foot[1].text == "90,000.00"


def test_a_sum_leaves_out_what_is_missing() -> None:
    assert sums(COLUMNS, rows()) == {"base": Decimal("122256000.00")}


def test_one_unit_of_money_is_said_in_the_caption() -> None:
    assert prepare(COLUMNS, rows(), caption="待我办").unit == "单位：万元"
    both = (*COLUMNS, Column("paid", "已付", Kind.MONEY_YUAN, accessor=lambda row: None, unit="元"))
    table = prepare(both, rows(), caption="待我办")
    assert table.unit == ""
    assert table.heads[-1].label == "已付（元）"


def test_a_list_is_a_table_with_caption_scopes_and_names_for_phones() -> None:
    picking = Picking("case", lambda row: f"{row.number}:3", lambda row: f"选择 {row.number}")
    text = html(
        prepare(COLUMNS, rows(), caption="待我办", picking=picking, sorting=Sorting("base", lambda key: f"?sort={key}"))
    )
    assert '<caption id="list-caption">待我办' in text
    assert '<th scope="row" data-th="案件编号"><a href="/cases/JL-2026-00017/">JL-2026-00017</a>' in text
    assert '<td class="num" data-th="认定投资额">12,225.60</td>' in text
    assert 'value="JL-2026-00017:3" aria-label="选择 JL-2026-00017"' in text
    assert 'aria-sort="ascending"><a href="?sort=-base">' in text
    assert '<span class="tag you">待初审</span>' in text
    assert '审核<span class="vh">JL-2026-00017</span>' in text


def test_an_empty_list_says_so_instead_of_showing_a_head() -> None:
    text = html(prepare(COLUMNS, [], caption="待我办", empty="待我办已清空。"))
    assert "待我办已清空。" in text
    assert "<table" not in text


def test_a_reader_chooses_columns_and_a_wrong_choice_counts_as_none() -> None:
    assert [column.key for column in chosen(COLUMNS, ["base", "number"])] == ["number", "base"]
    assert [column.key for column in chosen(COLUMNS, ["password"])] == ["number", "base", "filed", "state", "do"]
