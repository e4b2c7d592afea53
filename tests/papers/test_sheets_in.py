"""Workbooks that come in: measured first, read by a child with little memory and time."""

import io
import resource
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from subsidy.papers import sheets
from tests.papers.samples import workbook


def cell(address: str, value: str = "1") -> str:
    row = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{row}"><c r="{address}"><v>{value}</v></c></row>'


def test_numbers_come_as_exact_decimals_and_texts_as_they_are() -> None:
    text = '<c r="A1" t="inlineStr"><is><t>１２３</t></is></c>'
    numbers = '<c r="B1"><v>820000.1</v></c><c r="C1"><v>12</v></c><c r="D1" t="b"><v>1</v></c>'
    (sheet,) = sheets.read(workbook(f'<row r="1">{text}{numbers}</row>'))
    assert sheet.rows == (("１２３", Decimal("820000.1"), Decimal("12"), True),)


def test_row_and_column_numbers_are_those_of_the_sheet() -> None:
    (sheet,) = sheets.read(workbook(cell("C4", "7")))
    assert len(sheet.rows) == 4
    assert sheet.rows[3] == (None, None, Decimal("7"))


def test_an_empty_sheet_has_no_rows() -> None:
    (sheet,) = sheets.read(workbook(""))
    assert sheet.rows == ()


@pytest.mark.parametrize("address", ["GR20000", "A20000", "GR1"])
def test_two_hundred_columns_and_twenty_thousand_rows_are_taken(address: str) -> None:
    (sheet,) = sheets.read(workbook(cell(address)))
    assert sheet.rows[-1][-1] == Decimal("1")


@pytest.mark.parametrize("address", ["GS1", "A20001", "CV1048576", "XFD1048576", "A1048576"])
def test_one_cell_far_away_is_refused_before_it_costs_memory(address: str) -> None:
    with pytest.raises(sheets.TooLarge) as refused:
        sheets.read(workbook(cell("A1") + cell(address)))
    assert "20000 行、200 列" in str(refused.value)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 600 * 1024


@pytest.mark.parametrize("entry", ["r = 'CV1048576'", 'r="&#67;V1048576"', 'x="1" r="CV1048576"'])
def test_a_far_cell_cannot_hide_behind_another_way_of_writing(entry: str) -> None:
    with pytest.raises(sheets.SheetError):
        sheets.read(workbook(cell("A1") + f'<row r="1048576"><c {entry}><v>1</v></c></row>'))


def test_a_far_cell_in_a_row_without_a_number_is_refused_by_the_limits_at_the_latest() -> None:
    with pytest.raises(sheets.SheetError):
        sheets.read(workbook(cell("A1") + '<row><c r="&#67;V1048576"><v>1</v></c></row>'))


def test_a_sheet_of_eight_million_rows_is_refused() -> None:
    rows = "".join(f'<row r="{number}"/>' for number in range(1, 20_003))
    with pytest.raises(sheets.TooLarge):
        sheets.read(workbook(rows))


def test_a_zip_bomb_is_refused_by_its_unpacked_size() -> None:
    bomb = workbook("", **{"xl/media/x.bin": bytes(101 * 1024 * 1024)})
    with pytest.raises(sheets.TooLarge):
        sheets.read(bomb)


def test_a_zip_bomb_that_lies_about_its_size_costs_no_more_than_it_said() -> None:
    content = workbook("<row/>" * 2_000_000).getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = content.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lie != content
    with pytest.raises(sheets.SheetError):
        sheets.read(io.BytesIO(lie))


def test_two_hundred_and_one_entries_are_refused() -> None:
    with pytest.raises(sheets.TooLarge):
        sheets.read(workbook("", **{f"xl/media/{number}": b"" for number in range(200)}))


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "docProps/app.xml", "xl/worksheets/sheet2.xml"])
def test_a_document_type_in_any_part_is_refused(part: str) -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>'
    with pytest.raises(sheets.NotAWorkbook):
        sheets.read(workbook("", **{part: laughs}))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", sheets.NotAWorkbook),
        (b"a,b,c\n1,2,3\n", sheets.NotAWorkbook),
        (b"%PDF-1.7", sheets.NotAWorkbook),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), sheets.Locked),
        (b"PK\x03\x04" + bytes(100), sheets.SheetError),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_sentence(content: bytes, kind: type[sheets.SheetError]) -> None:
    with pytest.raises(kind) as refused:
        sheets.read(io.BytesIO(content))
    assert "请" in str(refused.value)


def test_macros_under_the_wrong_name_are_refused() -> None:
    with pytest.raises(sheets.HasMacros):
        sheets.read(workbook("", **{"xl/vbaProject.bin": b"x"}))


def test_a_long_number_that_lost_its_end_is_not_taken_for_an_invoice_number() -> None:
    (sheet,) = sheets.read(workbook(cell("A1", "25222000000000012345")))
    with pytest.raises(sheets.LostDigits) as refused:
        sheets.as_text(sheet.rows[0][0])
    assert "文本格式" in str(refused.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("007", "007"),
        (Decimal("12"), "12"),
        (Decimal("123456789012345"), "123456789012345"),
        (date(2026, 5, 20), "2026-05-20"),
    ],
)
def test_a_cell_can_be_taken_as_the_text_that_was_meant(value: sheets.Cell, text: str) -> None:
    assert sheets.as_text(value) == text
