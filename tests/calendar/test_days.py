"""A year as the State Council's notice gives it: how it is typed, and what cannot be right about it."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from django.core.exceptions import ValidationError

from subsidy.accounts.actor import Actor
from subsidy.calendar import imports
from subsidy.calendar.days import (
    Arrangement,
    Span,
    Special,
    days_in,
    one_day_problem,
    problems,
    spans_in,
    spans_of,
    written,
)
from tests.imports.books import book

FIXTURE = Path(__file__).parents[2] / "fixtures" / "holidays.yaml"
HEAD = ["类别", "名称", "开始日期", "结束日期"]
NOBODY = Actor(None, "")


def year(**more: object) -> Arrangement:
    """2026, made wrong by what is given."""
    given = {
        "off": (
            Span("元旦", date(2026, 1, 1), date(2026, 1, 3)), Span("劳动节", date(2026, 5, 1), date(2026, 5, 5)),
            Span("国庆节", date(2026, 10, 1), date(2026, 10, 7)),
        ),
        "worked": (date(2026, 1, 4), date(2026, 5, 9), date(2026, 10, 10)),
    } | more  # fmt: skip
    return Arrangement(2026, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line",
    [
        "春节 2026-02-15 至 2026-02-23", "春节：2026年2月15日至2026年2月23日",
        "春节　２０２６－０２－１５～２０２６－０２－２３",
        "春节 20260215 20260223", "春节 2026.2.15 — 2026.2.23",
    ],
)  # fmt: skip
def test_a_holiday_is_read_however_it_is_written(line: str) -> None:
    assert spans_in(line) == [Span("春节", date(2026, 2, 15), date(2026, 2, 23))]


def test_a_name_of_two_holidays_and_a_single_day_are_read() -> None:
    assert spans_in("国庆节、中秋节 2025-10-01 至 2025-10-08\n\n清明节 2023-04-05") == [
        Span("国庆节、中秋节", date(2025, 10, 1), date(2025, 10, 8)),
        Span("清明节", date(2023, 4, 5), date(2023, 4, 5)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line", ["春节", "2026-02-15 至 2026-02-23", "春节 2026-02-15 至 2026-02-23 共9天", "春节 2026-02-30", "a 1 2"]
)
def test_a_line_that_is_none_is_named(line: str) -> None:
    with pytest.raises(ValidationError, match="第 2 行"):
        spans_in(f"元旦 2026-01-01\n{line}")


def test_days_worked_are_read_one_or_several_a_line() -> None:
    assert days_in("2026-01-04\n2026-02-14、2026-02-28") == [date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28)]
    with pytest.raises(ValidationError, match="应只有日期"):
        days_in("2026-01-04（星期日）")


def test_every_year_of_the_fixture_can_be_right_and_is_written_as_it_is_read() -> None:
    for one in yaml.safe_load(FIXTURE.read_text(encoding="utf-8")):
        off = tuple(Span(*span) for span in one["days_off"])
        given = Arrangement(one["year"], off, tuple(one["days_worked"]))
        assert problems(given) == []
        assert tuple(spans_in(written(off))) == off
        assert spans_of(given.days()) == list(off)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"worked": (date(2026, 1, 5),)}, "2026-01-05 是周一至周五"),
        ({"worked": (date(2026, 1, 3),)}, "2026-01-03 出现了两次"),
        ({"worked": (date(2027, 1, 9),)}, "不属于这一年度"),
        ({"off": (Span("元旦", date(2026, 1, 1), date(2026, 1, 3)),)}, "缺少国庆节（2026-10-01）"),
        ({"off": (*year().off, Span("端午节", date(2026, 6, 21), date(2026, 6, 19)))}, "早于开始日期"),
        ({"off": (*year().off, Span("端午节", date(2026, 6, 1), date(2026, 6, 21)))}, "超过 20 天"),
        ({"off": (*year().off, Span("元旦", date(2026, 12, 31), date(2027, 1, 2)))}, "不属于这一年度"),
    ],
)
def test_what_cannot_be_right_is_said(wrong: dict[str, object], sentence: str) -> None:
    assert any(sentence in found for found in problems(year(**wrong)))


def test_new_years_days_off_may_begin_in_the_december_before() -> None:
    assert problems(Arrangement(2023, (Span("元旦", date(2022, 12, 31), date(2023, 1, 2)),
                                       Span("劳动节", date(2023, 5, 1), date(2023, 5, 3)),
                                       Span("国庆节", date(2023, 10, 1), date(2023, 10, 6))), ())) == []  # fmt: skip


def test_a_day_off_by_law_is_no_working_day_and_a_weekday_is_not_made_up() -> None:
    assert "法定节假日" in one_day_problem(date(2026, 10, 1), None)
    assert "无需登记" in one_day_problem(date(2026, 6, 22), Special("work", "调休上班"))
    assert one_day_problem(date(2026, 6, 22), Special("off", "端午节")) == ""


# --- files --------------------------------------------------------------------


def test_a_workbook_fills_the_form() -> None:
    rows: list[list[object]] = [
        ["放假", "元旦", "2027-01-01", "2027-01-03"], ["放假", "清明节", date(2027, 4, 5), None],
        ["调休上班", None, "2027-01-09", None],
    ]  # fmt: skip
    assert imports.read(BytesIO(book(HEAD, rows)), "2027.xlsx", NOBODY) == {
        "days_off": "元旦 2027-01-01 至 2027-01-03\n清明节 2027-04-05", "days_worked": "2027-01-09",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["假日", "元旦", "2027-01-01", None], "第 2 行“类别”"),
        (["放假", "元旦", "2027-02-30", None], "2027年2月没有30日"),
        (["放假", None, "2027-01-01", None], "应写明节日名称"),
        (["调休上班", None, "2027-01-09", "2027-01-10"], "请逐日填写"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_taken(row: list[str | None], sentence: str) -> None:
    with pytest.raises(imports.NotAYear, match=sentence):
        imports.read(BytesIO(book(HEAD, [row])), "2027.xlsx", NOBODY)


def test_json_of_the_fixture_s_shape_fills_the_form() -> None:
    one = yaml.safe_load(FIXTURE.read_text(encoding="utf-8"))[-1]
    content = json.dumps(one, default=str).encode()
    found = imports.read(BytesIO(content), "2026.json", NOBODY)
    assert (found["year"], found["source"]) == ("2026", one["source"])
    assert spans_in(found["days_off"]) == [Span(*span) for span in one["days_off"]]
    assert days_in(found["days_worked"]) == one["days_worked"]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"year": 2027}', b'{"days_off": [["a"]]}', b"\xff\xfe", b"[" * 200_000]
)
def test_json_of_another_shape_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(imports.NotAYear, match="JSON 文件应含"):
        imports.read(BytesIO(content), "2027.json", NOBODY)


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(imports.NotAYear, match="xlsx"):
        imports.read(BytesIO(b"x"), "2027.csv", NOBODY)
