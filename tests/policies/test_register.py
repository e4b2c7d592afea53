"""Each clause of each text has its row, each row names what exists; and what is missing is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from policies.kit.parameters import Dated, Parameter
from policies.kit.text import Article, Covered, clauses
from tests.policies import register as registers
from tests.policies.register import Register, faults
from tests.policies.sheets import PLACES, REGISTRY


@cache
def real(place: str) -> Register:
    return registers.register(place)


@pytest.mark.parametrize("place", PLACES)
def test_every_clause_has_its_row_and_every_row_names_what_exists(place: str) -> None:
    assert list(faults(real(place))) == []


def test_the_clauses_of_an_article_are_read_down_to_the_third_level() -> None:
    jilin, zhongshan = (REGISTRY.of(place)[0].articles for place in PLACES)
    assert list(clauses(jilin["art_6"])) == ["art_6_1", "art_6_2", "art_6_3"]
    assert list(clauses(jilin["art_5"])) == []
    nine = clauses(zhongshan["art_9"])
    assert [ref for ref in nine if ref.count("_") == 2] == ["art_9_1", "art_9_2", "art_9_3"]
    assert [ref for ref in nine if ref.startswith("art_9_2_")] == [
        "art_9_2_1",
        *(f"art_9_2_1_{n}" for n in range(1, 7)),
        "art_9_2_2",
    ]
    assert nine["art_9_1_1_4"].startswith("(4) 项目单位近 3 年来")
    assert list(clauses(zhongshan["art_11"])) == ["art_11_1", "art_11_2", "art_11_3"]


def row(one: Register, ref: str, **changes: object) -> Register:
    changed = replace(one.rows[ref], **changes)  # type: ignore[arg-type]
    return replace(one, rows={**one.rows, ref: changed})


def number(article: str, words: tuple[str, ...]) -> Parameter:
    return Parameter("speed", article, date(2026, 11, 16), "", (Dated(date(2024, 12, 5), Decimal(1)),), {}, words)


BROKEN: list[tuple[str, Callable[[Register], Register]]] = [
    ("art_6_2: no row", lambda one: replace(one, rows={k: v for k, v in one.rows.items() if k != "art_6_2"})),
    ("art_19: no row", lambda one: replace(one, rows={k: v for k, v in one.rows.items() if k != "art_19"})),
    (
        "art_6_4: a row for what is not in the text",
        lambda one: replace(one, rows={**one.rows, "art_6_4": Covered("art_6_4", "no_effect", (), "无")}),
    ),
    (
        "art_20: no row",
        lambda one: replace(one, articles={**one.articles, "art_20": Article("art_20", "第二十条", "第二十条 略。")}),
    ),
    ("art_14: planned is no way to handle it", lambda one: row(one, "art_14", how="planned")),
    ("art_1: no reason why it has no effect", lambda one: row(one, "art_1", note="")),
    (
        "art_4: there is no function policies.jilin.articles:art_4_colour",
        lambda one: row(one, "art_4", where=("policies.jilin.articles:art_4_colour",)),
    ),
    ("art_9: there is no step stage:court", lambda one: row(one, "art_9", where=("stage:court",))),
    ("art_9: there is no step desk:upper", lambda one: row(one, "art_9", where=("desk:upper",))),
    ("art_3: names no function", lambda one: row(one, "art_3", where=("stage:local",))),
    ("art_9: names no step, or no test that fails when it is skipped", lambda one: row(one, "art_9", tests=())),
    (
        "art_9: there is no test tests/panels/test_rank.py::test_nothing",
        lambda one: row(one, "art_9", tests=("tests/panels/test_rank.py::test_nothing",)),
    ),
    (
        "art_9: there is no test tests/nowhere.py::test_nothing",
        lambda one: row(one, "art_9", tests=("tests/nowhere.py::test_nothing",)),
    ),
    ("art_9: names no page where a user meets it", lambda one: row(one, "art_9", page="")),
    ("art_12: names no page where a user meets it", lambda one: row(one, "art_12", page="planned")),
    (
        "policies.jilin.articles:art_3_recognised: in no row",
        lambda one: row(one, "art_3", where=("policies.jilin.articles:art_4_scope",)),
    ),
    (
        "policies.jilin.articles:art_20_moon: no sheet of its article is about it",
        lambda one: replace(one, functions=one.functions | {"policies.jilin.articles:art_20_moon"}),
    ),
    (
        "policies.jilin.article_5:art_5_cap: no sheet of its article is about it",
        lambda one: replace(one, sheeted=one.sheeted - {"policies.jilin.article_5:art_5_cap"}),
    ),
    (
        "art_13: 5年 is no parameter",
        lambda one: replace(one, parameters={k: v for k, v in one.parameters.items() if k != "bar_years"}),
    ),
    (
        "speed: there is no 第二十条",
        lambda one: replace(one, parameters={**one.parameters, "speed": number("第二十条", ("5年",))}),
    ),
    (
        "speed: there is no 第六条第（四）项",
        lambda one: replace(one, parameters={**one.parameters, "speed": number("第六条第（四）项", ("企业",))}),
    ),
    (
        "speed: its words do not stand in 第二条",
        lambda one: replace(one, parameters={**one.parameters, "speed": number("第二条", ("原则上5年内",))}),
    ),
    (
        "speed: nowhere in the text: 最高40%",
        lambda one: replace(one, parameters={**one.parameters, "speed": number("第五条", ("最高30%", "最高40%"))}),
    ),
]


@pytest.mark.parametrize(("fault", "break_it"), BROKEN, ids=[fault for fault, _ in BROKEN])
def test_what_is_missing_is_found(fault: str, break_it: Callable[[Register], Register]) -> None:
    assert fault in list(faults(break_it(real("jilin"))))


def test_a_function_counts_as_shown_only_by_a_sheet_of_its_own_article() -> None:
    """Every case runs through every rule; that alone is no example."""
    shown = registers.sheeted("jilin")
    assert shown == frozenset(registers.functions("jilin"))
    assert all(name in shown for name in real("jilin").functions)


@pytest.mark.parametrize("place", PLACES)
def test_an_articles_row_also_has_the_places_of_its_clauses(place: str) -> None:
    rows = real(place).rows
    for ref, one in rows.items():
        if ref.count("_") > 1:
            assert set(one.where) <= set(rows["_".join(ref.split("_")[:2])].where)
