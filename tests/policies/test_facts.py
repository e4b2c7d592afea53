"""Facts: read, written, described; a mistake names its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.kit import codec
from policies.kit.awards import BarTerm
from policies.kit.facts import (
    AwardFacts,
    CaseFacts,
    ClusterLevel,
    CreditKind,
    FactsError,
    LineFacts,
    from_json,
    schema,
    to_json,
)
from policies.kit.findings import Outcome, Source, SourceKind, look, met_if
from tests.policies.sheets import PLACES, altered, plain


@pytest.mark.parametrize("place", PLACES)
def test_facts_survive_being_stored(place: str) -> None:
    facts = from_json(plain(place))
    assert from_json(json.loads(json.dumps(to_json(facts)))) == facts


def test_lines_are_stored_as_arrays() -> None:
    stored = to_json(from_json(plain("jilin")))
    assert stored["projects"][0]["lines"][0][:3] == ["1", "equipment", "冲压线"]


@pytest.mark.parametrize("place", PLACES)
def test_the_schema_takes_what_the_reader_takes(place: str) -> None:
    described = schema()
    jsonschema.Draft202012Validator.check_schema(described)
    stored = json.loads(json.dumps(to_json(from_json(plain(place)))))
    assert list(jsonschema.Draft202012Validator(described).iter_errors(stored)) == []


MISTAKES = [
    ("filed_on", "2026-02-30", "filed_on", "没有 2026-02-30 这一天"),
    ("filed_on", "20260520", "filed_on", "应为日期"),
    ("filed_on", 20260520, "filed_on", "应为日期"),
    ("call.kind", "other", "call.kind", "measuring、support"),
    ("call.year", "2027", "call.year", "应为整数"),
    ("call.year", True, "call.year", "应为整数"),
    ("call.applied_rate", 0.3, "call.applied_rate", "加引号"),
    ("call.applied_rate", "1e-1", "call.applied_rate", "数字"),
    ("call.applied_rate", "1_0", "call.applied_rate", "数字"),
    ("call.applied_rate", "NaN", "call.applied_rate", "数字"),
    ("cluster.level", "county", "cluster.level", "world、national、provincial"),
    ("cluster.heads", "head", "cluster.heads", "应为列表"),
    ("enterprises", [], "projects", "不在企业清单中"),
    ("applicant", "nobody", "applicant", "不在企业清单中"),
    ("projects.p2.lines.1.paid", 12.5, "projects[2].lines[1].paid", "浮点数"),
    ("projects.p2.lines.1.paid", "-0.01", "projects[2].lines[1].paid", "不能为负"),
    ("projects.p2.lines.1.invoiced", "-1", "projects[2].lines[1].invoiced", "不能为负"),
    ("projects.p2.lines.1.claimed", "-1500000.00", "projects[2].lines[1].claimed", "不能为负"),
    ("projects.p2.lines.1.recognised", "-0.01", "projects[2].lines[1].recognised", "不能为负"),
    ("projects.p2.lines.1.tax", "-0.00", "projects[2].lines[1].tax", "不能为负"),
    ("projects.p2.total_expected", "-1", "projects[2].total_expected", "不能为负"),
    ("projects.p2.years.+", [2024, "-1.00", "0.00"], "projects[2].years[1].total", "不能为负"),
    ("projects.p2.funding.+", ["某资金", "province", 2024, "-1.00"], "projects[2].funding[1].amount", "不能为负"),
    (
        "awards.+",
        {"key": "a", "measure": "jilin", "track": "group", "project": "p1", "year": 2026, "allocated": "-1.00"},
        "awards[1].allocated",
        "不能为负",
    ),
    ("projects.p2.lines.1", ["1", "equipment"], "projects[2].lines[1].summary", "缺少此项"),
    ("projects.p2.lines.1", ["1"] * 20, "projects[2].lines[1]", "最多 13 项"),
    ("projects.p2.lines.1", "x", "projects[2].lines[1]", "键值对"),
    ("projects.p2.colour", "red", "projects[2].colour", "没有这个字段"),
    ("projects.p2.emerging", "true", "projects[2].emerging", "true 或 false"),
    ("projects.p2.name", 5, "projects[2].name", "应为文字"),
    ("projects.p2.firm", "nobody", "projects", "不在企业清单中"),
    ("answers", ["a"], "answers", "键值对"),
    ("answers.requested", 1.5, "answers.requested", "浮点数"),
    ("answers.requested", {"a": 1}, "answers.requested", "键值对"),
    ("call.settings.notice_days", 7, "call.settings.notice_days", "应为文字"),
]


@pytest.mark.parametrize(("path", "value", "place", "problem"), MISTAKES)
def test_a_mistake_names_its_place(path: str, value: object, place: str, problem: str) -> None:
    with pytest.raises(FactsError) as mistake:
        from_json(altered(plain("jilin"), {path: value}))
    assert mistake.value.place == place
    assert problem in mistake.value.problem
    assert place in str(mistake.value)


@pytest.mark.parametrize(
    ("missing", "place"),
    [
        ("projects.p2.lines.1.paid", "projects[2].lines[1].paid"),
        ("projects.p2.firm", "projects[2].firm"),
        ("enterprises.member.name", "enterprises[2].name"),
        ("call.window_from", "call.window_from"),
        ("cluster.level", "cluster.level"),
    ],
)
def test_what_is_missing_deep_inside_is_named_with_its_path(missing: str, place: str) -> None:
    with pytest.raises(FactsError) as mistake:
        from_json(altered(plain("jilin"), {}, (missing,)))
    assert (mistake.value.place, mistake.value.problem) == (place, "缺少此项")


@pytest.mark.parametrize("missing", ["measure", "call", "enterprises", "projects", "applicant"])
def test_what_is_missing_is_named(missing: str) -> None:
    with pytest.raises(FactsError) as mistake:
        from_json(altered(plain("jilin"), {}, (missing,)))
    assert mistake.value.place == missing


@pytest.mark.parametrize("data", [None, [], "facts", 1, 1.5, True])
def test_what_is_no_case_is_refused(data: object) -> None:
    with pytest.raises(FactsError, match="键值对"):
        from_json(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PATHS = ["call", "cluster", "enterprises", "projects", "projects.p1.lines", "projects.p1.lines.1", "answers", "number"]


@given(st.sampled_from(PATHS), JSON)
def test_anything_else_in_a_place_is_taken_or_refused_with_words(path: str, value: object) -> None:
    with suppress(FactsError):
        assert from_json(altered(plain("jilin"), {path: value})).measure == "jilin"


CELLS = st.sampled_from(
    ["1", "0.50", "-1", "1\n2", "", "2025-01-01", "2025-02-30", "x", None, 1, 1.5, True, ["a"], "1e3", "0012"]
)
WIDTH = len(LineFacts._fields)
GOOD = ["1", "equipment", "x", "2", "2025-01-01", "1.00", "0.13", "1.13", "1.00", "0.90", "", ["a"], False]
TABLES = st.lists(st.tuples(st.integers(0, WIDTH - 1), CELLS, st.integers(7, WIDTH)), max_size=5).map(
    lambda cells: [[*GOOD[:place], cell, *GOOD[place + 1 :]][:width] for place, cell, width in cells]
)


@given(TABLES, st.booleans())
def test_lines_read_together_are_what_they_are_one_by_one(rows: list[list[object]], even: bool) -> None:
    rows = [row + GOOD[len(row) :] for row in rows] if even else rows
    one, together = codec.reader(LineFacts), codec.reader(tuple[LineFacts, ...])
    singly = [answer(one, row) for row in rows]
    mistakes = [(f"[{n}].{found[0]}".rstrip("."), found[1]) for n, (found, _) in enumerate(singly, 1) if found]
    assert answer(together, rows) == ((mistakes[0], None) if mistakes else ((), tuple(line for _, line in singly)))


def answer(read: Callable[[object], Any], data: object) -> tuple[tuple[str, ...], Any]:
    """Place and problem of the refusal, or what was read."""
    try:
        return (), read(data)
    except FactsError as mistake:
        return (mistake.place, mistake.problem), None


def test_an_array_ends_with_the_last_value_that_is_not_its_default() -> None:
    line = from_json(plain("jilin")).projects[0].lines[0]
    write, read = codec.writer(LineFacts), codec.reader(LineFacts)
    assert len(write(line)) == 9
    assert write(line._replace(used_in=("JL-1",)))[9:] == [None, "", ["JL-1"]]
    assert read(write(line._replace(recognised=Decimal("0.00")))).recognised == 0


def test_a_union_that_is_not_optional_cannot_be_stored() -> None:
    with pytest.raises(TypeError, match="optional"):
        codec.reader(int | str)


def test_a_date_may_be_a_date_or_text() -> None:
    read: Callable[[object], Any] = codec.reader(date)
    assert read("2026-05-20") == read(date(2026, 5, 20)) == date(2026, 5, 20)


def test_a_record_with_a_source_is_stored_too() -> None:
    term = BarTerm(
        "head", date(2026, 5, 20), None, "jilin", Source(SourceKind.ARTICLE, "jilin", "art_13", "细则第十三条")
    )
    assert codec.reader(BarTerm)(codec.writer(BarTerm)(term)) == term


def test_active_projects_and_enterprises_follow_the_status() -> None:
    facts = from_json(altered(plain("jilin"), {"projects.p1.status": "rejected"}))
    assert [project.key for project in facts.active] == ["p2", "p3"]
    assert [firm.key for firm in facts.concerned] == ["head", "member"]


def test_an_award_counts_net_whether_allocated_or_paid() -> None:
    award = AwardFacts("a", "zhongshan", "universal", "p", 2024, Decimal(5), Decimal(3), Decimal(1))
    assert award.net == 4
    assert replace(award, paid=Decimal(6)).net == 5


def test_the_newest_credit_check_up_to_the_day_counts() -> None:
    firm = from_json(plain("jilin")).enterprises[0]
    check = firm.last_check(CreditKind.DISHONEST_DEBTOR, date(2026, 5, 20))
    assert check is not None
    assert check.checked_on == date(2026, 5, 18)
    assert firm.last_check(CreditKind.DISHONEST_DEBTOR, date(2026, 5, 17)) is None


def test_facts_cannot_be_changed() -> None:
    facts = from_json(plain("jilin"))
    with pytest.raises(AttributeError):
        facts.number = "JL-2026-99999"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        facts.projects[0].lines[0].paid = Decimal(1)  # type: ignore[misc]


def test_a_finding_keeps_text_of_amounts_dates_and_kinds() -> None:
    seen = look(
        amount=Decimal("1E+3"),
        day=date(2026, 5, 20),
        level=ClusterLevel.WORLD,
        names=["甲", "乙"],
        number=3,
        met=True,
        none=None,
    )
    assert seen == {
        "amount": "1000",
        "day": "2026-05-20",
        "level": "world",
        "names": ("甲", "乙"),
        "number": 3,
        "met": True,
        "none": None,
    }
    assert type(seen["level"]) is str


def test_a_finding_refuses_what_it_cannot_keep() -> None:
    with pytest.raises(TypeError, match="float"):
        look(rate=0.3)


def test_met_if() -> None:
    assert met_if(True) is Outcome.MET
    assert met_if(False) is Outcome.NOT_MET


def test_types_of_the_facts() -> None:
    facts = from_json(plain("jilin"))
    assert isinstance(facts, CaseFacts)
    assert isinstance(facts.projects[0].lines[0], LineFacts)
    assert facts.projects[0].lines[0].paid == Decimal("2260000.00")
