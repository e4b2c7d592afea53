"""The register of enterprises from a workbook and into one."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subsidy.enterprises import register, tables
from subsidy.enterprises.models import Enterprise
from subsidy.enterprises.register import Evidence
from subsidy.imports import blank, kinds, take
from subsidy.imports.kinds import Change, Line, Origin
from subsidy.imports.models import Import
from subsidy.imports.read import lines_of
from subsidy.papers import files, sheets
from subsidy.reference.models import AreaCode
from tests.desk.browsing import sign_in
from tests.imports.books import book, upload
from tests.world import World, actor, credit_code, world
from workflow.models import Access, Event

__all__ = ["sign_in", "world"]

HEADINGS = [
    "统一社会信用代码", "单位名称", "注册地", "生产经营地", "法定代表人", "地址", "成立日期", "分支机构", "行业代码",
    "联系人", "校验位不符的说明",
]  # fmt: skip


def row(serial: int, name: str = "", area: str = "222401", **changes: Any) -> list[Any]:
    values = dict(zip(HEADINGS, [credit_code("222401", f"{5000000 + serial:07d}"), name or f"延吉第{serial}机械厂",
                                 area, area, "金某", "延吉市", date(2015, 6, 1), "否", "3421", "朴某", ""],
                      strict=True))  # fmt: skip
    return list({**values, **changes}.values())


def lines(*rows: list[Any], who: str = "jl_upper") -> list[Line]:
    return lines_of(io.BytesIO(book(HEADINGS, rows)), kinds.find("enterprises"), actor(who))


def reasons(line: Line) -> dict[str, str]:
    return dict(line.problems)


@pytest.fixture
def imported(world: World, django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[..., Import]:
    """Upload, have it read, confirm, have it applied."""

    def run(*rows: list[Any]) -> Import:
        with django_capture_on_commit_callbacks(execute=True):
            made = take.take_in(kinds.find("enterprises"), upload(book(HEADINGS, rows)), actor("jl_upper"))
        made = Import.objects.get(pk=made.pk)
        if made.good:
            with django_capture_on_commit_callbacks(execute=True):
                take.confirm(made, actor("jl_upper"))
        return Import.objects.get(pk=made.pk)

    return run


# --- in -----------------------------------------------------------------------


def test_new_rows_are_registered_each_with_its_entry_that_names_file_and_row(imported: Callable[..., Import]) -> None:
    made = imported(row(1), row(2, area="敦化市"))
    assert (made.new, made.wrong) == (2, 0)
    found = Enterprise.objects.get(name="延吉第2机械厂")
    assert (found.area, found.industry, found.established_on) == ("222403", "3421", date(2015, 6, 1))
    event = Event.objects.get(subject_kind="enterprises.enterprise", subject_id=found.pk)
    assert (event.move, event.evidence["row"], event.evidence["import"]) == ("create", 3, made.pk)


def test_a_founding_after_a_change_of_name_or_after_today_is_refused_in_its_row(
    imported: Callable[..., Import],
) -> None:
    imported(row(1), row(2))
    firm = Enterprise.objects.get(name="延吉第1机械厂")
    scan = Evidence("通知书", "a" * 64, "a.pdf")
    register.rename(firm, actor("jl_upper"), "延吉第一机械厂", date(2020, 3, 1), scan, version=firm.version)
    given = lines(
        row(1, "延吉第一机械厂", 成立日期=date(2020, 3, 2)), row(2, 成立日期=date(2026, 5, 21)),
        row(3, 成立日期=date(2026, 5, 20)),
    )  # fmt: skip
    assert "不能晚于已登记的更名日期 2020-03-01" in reasons(given[0])["established_on"]
    assert "不能晚于今天" in reasons(given[1])["established_on"]
    assert given[2].good


def test_a_second_import_changes_only_what_differs_and_says_what_was_there(imported: Callable[..., Import]) -> None:
    imported(row(1), row(2))
    again = imported(row(1), row(2, 法定代表人="崔某"))
    assert (again.new, again.changed, again.same) == (0, 1, 1)
    found = Enterprise.objects.get(name="延吉第2机械厂")
    assert (found.legal_person, found.version) == ("崔某", 2)
    event = Event.objects.get(subject_kind="enterprises.enterprise", subject_id=found.pk, move="change")
    assert event.evidence["changes"] == {"legal_person": ["金某", "崔某"]}
    assert Enterprise.objects.filter(name__startswith="延吉第").count() == 2


def test_a_code_of_another_place_or_another_name_is_not_taken_over(world: World) -> None:
    ours, theirs = world.enterprises["head"], world.enterprises["zhongshan"]
    renamed, foreign, outside = lines(
        row(1, "另一个名字有限公司", 统一社会信用代码=ours.credit_code),
        row(2, theirs.name, 统一社会信用代码=theirs.credit_code),
        row(3, area="442000118"),
    )
    assert "单位更名请在企业页面办理" in reasons(renamed)["name"]
    assert reasons(foreign) == {"credit_code": "该代码已由其他地区登记"}
    assert reasons(outside) == {"area": "该地区不由您所在的单位负责登记"}


def test_what_is_wrong_in_a_row_is_told_column_by_column(world: World) -> None:
    bad = row(1, 注册地="天池镇", 行业代码="9900", 成立日期="去年", 分支机构="不详", 单位名称="", 联系人="甲\u202e")
    (line,) = lines(bad)
    assert set(reasons(line)) == {"name", "established_on", "is_branch", "contact_name"}
    (line,) = lines(row(1, 注册地="天池镇", 行业代码="9900"))
    assert set(reasons(line)) == {"area", "industry"}


def test_a_wrong_check_digit_needs_its_reason_in_the_row(world: World) -> None:
    wrong = credit_code("222401", "5000001")
    wrong = wrong[:-1] + ("1" if wrong[-1] != "1" else "2")
    without, explained = lines(
        row(1, 统一社会信用代码=wrong), row(2, 统一社会信用代码=wrong[:-1] + "3", 校验位不符的说明="执照如此")
    )
    assert "校验位不符" in reasons(without)["credit_code"]
    assert explained.good


def test_a_credit_code_of_digits_stored_as_a_number_has_lost_its_end(world: World) -> None:
    (line,) = lines(row(1, 统一社会信用代码=912224010000000012))
    assert "末位已失真" in reasons(line)["credit_code"]


def test_a_retired_area_code_becomes_todays(world: World) -> None:
    AreaCode.objects.create(
        code="222402", name="老延吉县", kind="county", valid_to=date(2020, 1, 1), successor="222401"
    )
    (line,) = lines(row(1, area="222402"))
    assert (line.good, line.values["area"]) == (True, "222401")


def test_a_code_that_stands_twice_in_the_workbook_is_refused_once(world: World) -> None:
    first, second = lines(row(1), row(1, "别名有限公司"))
    assert first.good
    assert reasons(second) == {"credit_code": "与第 2 行重复，请只保留一行"}


def test_the_number_of_statements_does_not_grow_with_the_rows(world: World) -> None:
    kind, origin = kinds.find("enterprises"), Origin(1, "名单.xlsx", "0" * 64)
    counts = []
    for start, number in ((100, 5), (200, 50)):
        content = [row(start + n) for n in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as reading:
            found = lines(*content)
        with CaptureQueriesContext(connection) as new:
            kind.apply(found, actor("jl_upper"), origin)
        changed = lines(*[[*one[:4], "改某", *one[5:]] for one in content])
        assert {line.change for line in changed} == {Change.CHANGED}
        with CaptureQueriesContext(connection) as changing:
            kind.apply(changed, actor("jl_upper"), origin)
        counts.append((len(reading), len(new), len(changing)))
    assert counts[0] == counts[1]


# --- the template -------------------------------------------------------------


def test_the_template_comes_back_as_it_went_out_and_offers_the_places_of_the_keeper(world: World) -> None:
    content = blank.template(kinds.find("enterprises"), actor("jl_upper"))
    found = {sheet.name: sheet.rows for sheet in sheets.read(io.BytesIO(content))}
    assert list(found["企业"][0]) == HEADINGS
    said = {str(one[0]): one for one in found["填写说明"]}
    assert said["统一社会信用代码"][1] == "必填"
    assert "222401 延吉市" in str(said["注册地"][2])
    assert "小榄镇" not in str(found)
    assert blank.template(kinds.find("enterprises"), actor("jl_upper")) == content


# --- out ----------------------------------------------------------------------


def test_the_sheet_holds_exactly_what_is_filtered_and_the_export_is_noted(world: World, sign_in: Any) -> None:
    scan = Evidence("通知书", files.keep(b"x"), "x.pdf")
    head = world.enterprises["head"]
    register.rename(head, actor("jl_upper"), "=长白装备有限公司", date(2026, 5, 1), scan, version=0)
    answer = sign_in("jl_upper").get("/enterprises/sheet/?q=长白")
    (sheet,) = sheets.read(io.BytesIO(answer.getvalue()))
    assert sheet.rows[1][0] == "筛选：关键字：长白"
    assert [str(cell) for cell in sheet.rows[3][:3]] == ["单位名称", "统一社会信用代码", "注册地"]
    assert [one[:3] for one in sheet.rows[4:]] == [("=长白装备有限公司", head.credit_code, "延吉市")]
    assert Access.objects.filter(kind="exported", path="/enterprises/sheet/").count() == 1


def test_twenty_thousand_rows_are_exported_in_a_constant_number_of_queries(world: World, sign_in: Any) -> None:
    made = [
        Enterprise(credit_code=f"{n:018d}", name=f"第{n}号", name_key=f"第{n}号", area="222403") for n in range(20_500)
    ]
    Enterprise.objects.bulk_create(made, batch_size=2000)
    answer = sign_in("jl_other_local").get("/enterprises/sheet/")
    content = answer.getvalue()
    assert answer.streaming
    assert len(content) > 500_000
    assert len(tables.columns({})) == 7
