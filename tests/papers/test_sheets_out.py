"""Workbooks and CSV that go out: numbers are numbers, nothing else is ever run."""

import csv
import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from subsidy.papers import sheets
from subsidy.papers.columns import Column, Kind, Link, Tag
from workflow.clock import SHANGHAI

COLUMNS = (
    Column("number", "案件编号", Kind.LINK, head=True, href=lambda row: "/cases/1/"),
    Column("name", "收款单位"),
    Column("account", "账号"),
    Column("amount", "金额", Kind.MONEY_YUAN, total=True),
    Column("plan", "计划", Kind.MONEY_WAN, total=True),
    Column("count", "笔数", Kind.NUMBER),
    Column("day", "日期", Kind.DATE),
    Column("moment", "时间", Kind.DATETIME),
    Column("state", "状态", Kind.TAG, accessor=lambda row: Tag("已拨付", "done")),
    Column("verbs", "操作", Kind.ACTIONS, accessor=lambda row: [Link("审核", "/x/")]),
)
HOSTILE = [
    '=cmd|" /C calc"!A0',
    "{=1+1}",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "＝1+1",
    "http://127.0.0.1/x",
    "internal:Sheet1!A1",
    "external:c:/x.xlsx",
    "mailto:a@b",
    "file:///etc/passwd",
]


def row(name: str = "甲公司", amount: str = "1225600.00") -> SimpleNamespace:
    return SimpleNamespace(
        number="JL-2026-00017",
        name=name,
        account="6222020200112233445",
        amount=Decimal(amount),
        plan=Decimal("123456.00"),
        count=3,
        day=date(2026, 5, 20),
        moment=datetime(2026, 5, 20, 14, 5, tzinfo=SHANGHAI),
    )


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_workbook_read_back_holds_what_was_written() -> None:
    content = sheets.write(
        "拨付汇总表", COLUMNS, [row(), row(amount="0.05")], notes=["状态：已拨付", "截至 2026-05-20"]
    )
    (sheet,) = sheets.read(io.BytesIO(content))
    assert sheet.name == "拨付汇总表"
    assert sheet.rows[0][0] == "拨付汇总表"
    assert sheet.rows[1][0] == "状态：已拨付"
    assert sheet.rows[3] == (
        "案件编号",
        "收款单位",
        "账号",
        "金额（元）",
        "计划（万元）",
        "笔数",
        "日期",
        "时间",
        "状态",
    )
    assert sheet.rows[4] == (
        "JL-2026-00017",
        "甲公司",
        "6222020200112233445",
        Decimal("1225600"),
        Decimal("12.3456"),
        Decimal("3"),
        date(2026, 5, 20),
        datetime(2026, 5, 20, 14, 5),  # noqa: DTZ001
        "已拨付",
    )
    assert sheet.rows[6][0] == "合计"
    assert sheet.rows[6][3:5] == (Decimal("1225600.05"), Decimal("24.6912"))


def test_an_account_number_is_text_and_an_amount_is_a_number() -> None:
    text = parts(sheets.write("表", COLUMNS, [row()]))["xl/worksheets/sheet1.xml"]
    assert re.search(r't="inlineStr"[^<]*><is><t[^>]*>6222020200112233445</t>', text)
    assert re.search(r'<c r="D3"[^>]*><v>1225600(\.0+)?</v>', text)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_that_looks_like_a_formula_or_a_link_stays_a_text(name: str) -> None:
    files = parts(sheets.write("表", COLUMNS, [row(name=name)]))
    text = files["xl/worksheets/sheet1.xml"]
    assert "<f>" not in text
    assert "<f " not in text
    assert "hyperlink" not in text.lower()
    assert not any("worksheets/_rels" in part for part in files)
    (sheet,) = sheets.read(io.BytesIO(sheets.write("表", COLUMNS, [row(name=name)])))
    assert str(sheet.rows[2][1]).split() == name.split()


@hypothesis_settings(deadline=None, max_examples=40)
@given(st.text(max_size=50))
def test_no_text_at_all_becomes_a_formula(name: str) -> None:
    assert "<f" not in parts(sheets.write(name, COLUMNS, [row(name=name)], notes=[name]))["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("拨付/汇总[1]*?", "拨付汇总1"),
        ("", "Sheet1"),
        ("History", "Sheet1"),
        ("表" * 40, "表" * 31),
        ("𬭎" * 20, "𬭎" * 15),
    ],
)
def test_a_sheet_is_called_after_its_title_as_far_as_a_workbook_allows(title: str, name: str) -> None:
    (sheet,) = sheets.read(io.BytesIO(sheets.write(title, COLUMNS, [row()])))
    assert sheet.name == name


def test_the_same_rows_give_the_same_bytes_at_any_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    first = sheets.write("表", COLUMNS, [row()])
    monkeypatch.setenv("TZ", "America/New_York")
    assert sheets.write("表", COLUMNS, [row()]) == first
    assert "2000-01-01T00:00:00Z" in parts(first)["docProps/core.xml"]


def test_the_heading_is_frozen_and_repeated_on_every_printed_page() -> None:
    files = parts(sheets.write("表", COLUMNS, [row()], notes=["说明"]))
    assert 'ySplit="3"' in files["xl/worksheets/sheet1.xml"]
    assert "Print_Titles" in files["xl/workbook.xml"]


def test_the_totals_of_a_list_over_several_pages_can_be_given() -> None:
    totals = {"amount": Decimal("9.00"), "plan": Decimal("10000.00")}
    (sheet,) = sheets.read(io.BytesIO(sheets.write("表", COLUMNS, [row()], totals=totals)))
    assert sheet.rows[-1][3:5] == (Decimal("9"), Decimal("1"))


def test_a_list_without_rows_is_a_heading_without_totals() -> None:
    (sheet,) = sheets.read(io.BytesIO(sheets.write("表", COLUMNS, [])))
    assert len(sheet.rows) == 2


def test_an_empty_value_is_an_empty_cell() -> None:
    empty = row()
    empty.amount = empty.day = empty.name = None
    (sheet,) = sheets.read(io.BytesIO(sheets.write("表", COLUMNS, [empty])))
    assert sheet.rows[2][1] is None
    assert sheet.rows[2][3] is None
    assert sheet.rows[2][6] is None


@pytest.mark.parametrize("name", HOSTILE[:9])
def test_a_text_in_csv_that_a_program_might_run_begins_with_an_apostrophe(name: str) -> None:
    text = sheets.write_csv(COLUMNS, [row(name=name)]).decode("utf-8-sig")
    cell = next(iter(list(csv.reader(io.StringIO(text, newline="")))[1:]))[1]
    if name == "{=1+1}":
        assert cell == name
    else:
        assert cell == f"'{name}"


def test_csv_has_plain_numbers_and_iso_days() -> None:
    lines = list(csv.reader(io.StringIO(sheets.write_csv(COLUMNS, [row()]).decode("utf-8-sig"))))
    assert lines[1] == [
        "JL-2026-00017", "甲公司", "6222020200112233445", "1225600.00", "12.35", "3", "2026-05-20",
        "2026-05-20 14:05", "已拨付",
    ]  # fmt: skip


def test_a_negative_amount_in_csv_stays_a_number() -> None:
    assert '"-5.00"' in sheets.write_csv(COLUMNS, [row(amount="-5.00")]).decode()
