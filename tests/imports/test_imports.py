"""Importing a list, whatever it holds: an invented kind that writes days off, taken in by Jilin's upper bureau."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.imports import kinds, selectors, take
from subsidy.imports.kinds import Change, ChosenField, Column, Kind, Line, Origin
from subsidy.imports.models import Import
from subsidy.imports.read import lines_of
from subsidy.papers import files, sheets
from subsidy.reference.fields import DayField, MoneyField, TextField
from subsidy.reference.models import Holiday
from tests.imports.books import book, upload
from tests.papers.samples import workbook
from tests.world import World, actor, world
from workflow import outbox
from workflow.models import Job
from workflow.perform import Conflict, NotAllowed

__all__ = ["world"]

HEADINGS = ("日期", "类别", "名称", "加班费")
GOOD = [[date(2027, 1, 1), "放假", "元旦", "300.00"], ["2027年1月2日", "放假", "元旦", 0]]
BAD = [["2027-02-30", "放假", "春节", ""], [date(2027, 2, 6), "周末", "", "1,2"]]
Commit = Callable[..., Any]


def examine(lines: Sequence[Line], actor: Actor) -> None:
    known = Holiday.objects.in_bulk([line.values["day"] for line in lines], field_name="day")
    for line in lines:
        line.found = known.get(line.values["day"])
        if line.found is not None:
            same = (line.found.kind, line.found.name) == (line.values["kind"], line.values["name"])
            line.change = Change.SAME if same else Change.CHANGED


def apply(lines: Sequence[Line], actor: Actor, origin: Origin) -> None:
    for line in lines:
        values = {key: line.values[key] for key in ("kind", "name")}
        Holiday.objects.update_or_create(
            day=line.values["day"], defaults={**values, "source": f"{origin.file}#{origin.of(line)['row']}"}
        )


DAYS = Kind(
    key="days", label="节假日", right=Right.KEEP_REGISTERS, back="desk:home", identity=("day",),
    columns=(
        Column("day", "日期", DayField()),
        Column("kind", "类别", ChosenField([("off", "放假"), ("work", "上班")])),
        Column("name", "名称", TextField(max_length=30)),
        Column("pay", "加班费", MoneyField(required=False)),
    ),
    examine=examine, apply=apply,
)  # fmt: skip


@pytest.fixture
def days(world: World, monkeypatch: pytest.MonkeyPatch) -> Kind:
    monkeypatch.setitem(kinds._kinds, "days", DAYS)
    return DAYS


@pytest.fixture
def take_in(days: Kind, django_capture_on_commit_callbacks: Commit) -> Callable[..., Import]:
    """Upload as somebody, and have the job done."""

    def taken(content: bytes, who: str = "jl_upper") -> Import:
        with django_capture_on_commit_callbacks(execute=True):
            row = take.take_in(days, upload(content), actor(who))
        return Import.objects.get(pk=row.pk)

    return taken


@pytest.fixture
def confirm(django_capture_on_commit_callbacks: Commit) -> Callable[..., Import]:
    def confirmed(row: Import, who: str = "jl_upper") -> Import:
        with django_capture_on_commit_callbacks(execute=True):
            take.confirm(row, actor(who))
        return Import.objects.get(pk=row.pk)

    return confirmed


def counts(row: Import) -> tuple[int, int, int, int]:
    return row.new, row.changed, row.same, row.wrong


# --- what is found ------------------------------------------------------------


def test_good_rows_and_rows_to_mend_are_told_apart_and_nothing_is_imported_yet(
    take_in: Callable[..., Import],
) -> None:
    row = take_in(book(HEADINGS, GOOD + BAD))
    assert counts(row) == (2, 0, 0, 2)
    assert [(one["row"], one["column"], one["value"]) for one in row.problems] == [
        (4, "日期", "2027-02-30"), (5, "类别", "周末"), (5, "名称", ""), (5, "加班费", "1,2"),
    ]  # fmt: skip
    assert "2027年2月没有30日" in row.problems[0]["reason"]
    assert "“放假”、“上班”" in row.problems[1]["reason"]
    assert row.problems[2]["reason"] == "此列必填"
    assert not Holiday.objects.filter(day__year=2027).exists()


def test_a_row_that_stands_twice_is_named_with_the_first_one(take_in: Callable[..., Import]) -> None:
    row = take_in(book(HEADINGS, [*GOOD, ["20270101", "放假", "元旦", ""]]))
    assert counts(row) == (2, 0, 0, 1)
    assert row.problems[0]["reason"] == "与第 2 行重复，请只保留一行"


def test_a_title_above_the_heading_and_empty_rows_are_passed_over(take_in: Callable[..., Import]) -> None:
    rows = [["填表人", "张三"], [], list(HEADINGS), [], *GOOD]

    def title(made: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 3, "二〇二七年节假日")

    row = take_in(book(["二〇二七年节假日"], rows, more=title))
    assert (row.refusal, counts(row)) == ("", (2, 0, 0, 0))


# --- workbooks that are not taken ---------------------------------------------


def merged(made: Any, sheet: Any) -> None:
    sheet.merge_range(1, 2, 2, 2, "元旦")


def formula(made: Any, sheet: Any) -> None:
    sheet.write_formula(1, 3, "=100*3", None, 300)
    sheet.write_formula(2, 3, "=D2", None, 300)


BAD_BOOKS: dict[str, tuple[bytes, str]] = {
    "no heading": (book(["甲", "乙"], [[1, 2]]), "没有找到表头。请下载模板填写，表头应为：日期、类别、名称、加班费。"),
    "a column missing": (book(HEADINGS[:3], [GOOD[0][:3]]), "缺少列：加班费。请使用下载的模板"),
    "a column too many": (book([*HEADINGS, "备注"], GOOD), "有模板中没有的列：备注。请删除这些列后重新上传。"),
    "a column twice": (book([*HEADINGS, "名称"], GOOD), "列名重复：名称。请只保留一列。"),
    "nothing below": (book(HEADINGS, []), "表头下面没有数据"),
    "merged cells": (book(HEADINGS, GOOD, more=merged), "第 2 行至第 3 行有合并单元格"),
    "formulas": (book(HEADINGS, GOOD, more=formula), "D2、D3 等 2 处是公式"),
    "a hundred thousand rows": (workbook("".join(f'<row r="{n}"/>' for n in range(1, 100_001))).getvalue(), "20000 行"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BAD_BOOKS))
def test_a_workbook_that_is_no_such_list_is_refused_as_a_whole_with_a_sentence(
    take_in: Callable[..., Import], name: str
) -> None:
    content, sentence = BAD_BOOKS[name]
    row = take_in(content)
    assert sentence in row.refusal
    assert counts(row) == (0, 0, 0, 0)
    with pytest.raises(Conflict):
        take.confirm(row, actor("jl_upper"))
    assert not Holiday.objects.filter(day__year=2027).exists()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("名单.xlsx", b"PK\x03\x04" + bytes(100), "请重新生成后上传"),
        ("名单.xlsx", b"a,b\n1,2\n", "内容与扩展名不符"),
        ("名单.xls", b"\xd0\xcf\x11\xe0", "请上传 xlsx 文件"),
        ("名单.zip", b"PK\x03\x04", "请上传 xlsx 文件"),
        ("名单.xlsx", b"", "为空文件"),
    ],
)
def test_what_is_no_workbook_is_refused_at_the_door(days: Kind, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        take.take_in(days, upload(content, name), actor("jl_upper"))
    assert sentence in refused.value.messages[0]
    assert not Import.objects.exists()


def test_another_zip_under_the_name_of_a_workbook_is_refused(days: Kind) -> None:
    import zipfile

    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(ValidationError) as refused:
        take.take_in(days, upload(other.getvalue()), actor("jl_upper"))
    assert "内容与扩展名不符" in refused.value.messages[0]


# --- applying -----------------------------------------------------------------


def test_only_the_good_rows_are_imported_and_a_second_time_changes_nothing(
    take_in: Callable[..., Import], confirm: Callable[..., Import]
) -> None:
    row = confirm(take_in(book(HEADINGS, GOOD + BAD)))
    assert row.applied_at is not None
    assert list(Holiday.objects.filter(day__year=2027).order_by("day").values_list("name", "source")) == [
        ("元旦", "名单.xlsx#2"), ("元旦", "名单.xlsx#3"),
    ]  # fmt: skip
    again = take_in(book(HEADINGS, GOOD + BAD))
    assert counts(again) == (0, 0, 2, 2)
    with pytest.raises(Conflict):
        take.confirm(again, actor("jl_upper"))
    assert Holiday.objects.filter(day__year=2027).count() == 2


def test_the_wrong_rows_come_as_a_file_that_can_be_mended_and_uploaded(
    take_in: Callable[..., Import], confirm: Callable[..., Import]
) -> None:
    row = confirm(take_in(book(HEADINGS, GOOD + BAD)))
    with files.open_kept(row.wrong_rows) as file:
        sheet = sheets.read(file)[0]
    assert sheet.rows[0] == (*HEADINGS, "原因")
    assert sheet.rows[1][:3] == ("2027-02-30", "放假", "春节")
    assert str(sheet.rows[2][4]).startswith("类别：请填写")
    mended = [["2027-02-28", "放假", "春节", "", sheet.rows[1][4]], ["2027-02-06", "上班", "春节", "12", ""]]
    again = confirm(take_in(book([str(one) for one in sheet.rows[0]], mended)))
    assert counts(again) == (2, 0, 0, 0)
    assert Holiday.objects.filter(day__year=2027).count() == 4


def test_when_the_register_changed_after_the_preview_nothing_is_imported_and_a_new_preview_shown(
    take_in: Callable[..., Import], confirm: Callable[..., Import]
) -> None:
    row = take_in(book(HEADINGS, GOOD))
    Holiday.objects.create(day=date(2027, 1, 1), kind="off", name="新年", source="x")
    row = confirm(row)
    assert (row.applied_at, row.confirmed_at) == (None, None)
    assert counts(row) == (1, 1, 0, 0)
    assert "有了变化" in row.notice
    assert Holiday.objects.get(day=date(2027, 1, 1)).name == "新年"
    assert confirm(row).applied_at is not None


def test_a_fault_in_one_row_leaves_none_of_them(
    take_in: Callable[..., Import], confirm: Callable[..., Import], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = take_in(book(HEADINGS, GOOD))

    def fails_late(lines: Sequence[Line], actor: Actor, origin: Origin) -> None:
        apply(lines[:1], actor, origin)
        raise RuntimeError("the power went out")

    monkeypatch.setitem(kinds._kinds, "days", Kind(**{**_values(DAYS), "apply": fails_late}))
    row = confirm(row)
    assert row.applied_at is None
    assert not Holiday.objects.filter(day__year=2027).exists()
    monkeypatch.setitem(kinds._kinds, "days", DAYS)
    outbox.run(Job.objects.get(name=take.APPLY).pk)
    assert Import.objects.get(pk=row.pk).applied_at is not None
    assert Holiday.objects.filter(day__year=2027).count() == 2


def _values(kind: Kind) -> dict[str, Any]:
    return {name: getattr(kind, name) for name in Kind.__slots__}


def test_a_job_that_is_delivered_twice_imports_once(
    take_in: Callable[..., Import], confirm: Callable[..., Import]
) -> None:
    row = confirm(take_in(book(HEADINGS, GOOD)))
    assert take.apply({"import": row.pk}) == {}
    assert take.check({"import": row.pk}) == {"good": 2, "wrong": 0}


def test_whoever_lost_the_right_meanwhile_imports_nothing(
    take_in: Callable[..., Import], confirm: Callable[..., Import], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = take_in(book(HEADINGS, GOOD))
    from subsidy.accounts.models import Post
    from workflow import clock

    before = take.apply

    def late(arguments: Any) -> Any:
        Post.objects.filter(user__username="jl_upper").update(valid_to=clock.today())
        return before(arguments)

    monkeypatch.setitem(outbox._handlers, take.APPLY, late)
    row = confirm(row)
    assert "不再负责" in row.refusal
    assert not Holiday.objects.filter(day__year=2027).exists()


# --- who ----------------------------------------------------------------------


def test_only_whoever_has_the_right_takes_in_and_colleagues_of_the_agency_confirm(
    take_in: Callable[..., Import], confirm: Callable[..., Import]
) -> None:
    for who in ("jl_local", "jl_applicant", "auditor"):
        with pytest.raises(NotAllowed):
            take.take_in(DAYS, upload(book(HEADINGS, GOOD)), actor(who))
    row = take_in(book(HEADINGS, GOOD))
    with pytest.raises(NotAllowed):
        take.confirm(row, actor("zs_upper"))
    assert confirm(row, "jl_upper2").applied_at is not None
    assert list(selectors.visible_to(actor("jl_upper2"))) == [row]
    assert list(selectors.visible_to(actor("zs_upper"))) == []


def test_nineteen_thousand_rows_are_read_and_noted(days: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    start = date(1950, 1, 1).toordinal()
    rows = [[date.fromordinal(start + n), "放假", "假日", ""] for n in range(19_000)]
    lines = lines_of(io.BytesIO(book(HEADINGS, rows)), days, actor("jl_upper"))
    assert (len(lines), sum(line.good for line in lines)) == (19_000, 19_000)
