"""The measures for anybody to read: the text, what becomes of each article, the numbers of a day."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from policies.kit.text import chinese
from subsidy.calls.editions import latest
from subsidy.calls.measures import HANDLED, handled, standing
from tests.world import NOW

pytestmark = pytest.mark.django_db


def page(measure: str, **asked: str) -> tuple[int, str]:
    answer = Client().get(reverse("calls:measure", args=[measure]), asked)
    assert not answer.cookies
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(("measure", "articles"), [("jilin", 19), ("zhongshan", 18)])
def test_every_article_stands_in_the_page_as_issued_and_in_order(measure: str, articles: int) -> None:
    status, text = page(measure)
    assert status == 200
    assert re.findall(r'<h3 id="art_\d+-label">(.*?)</h3>', text) == [
        f"第{chinese(n)}条" for n in range(1, articles + 1)
    ]
    for article in latest(measure).articles.values():
        for part in filter(str.strip, article.text.split("\n")):
            assert part.strip() in text


@pytest.mark.parametrize("measure", ["jilin", "zhongshan"])
def test_what_becomes_of_an_article_is_named_in_words(measure: str) -> None:
    policy = latest(measure)
    for row in handled(policy, policy.valid_from):
        covered = policy.coverage[row.article.ref]
        assert row.how == HANDLED[covered.how]
        assert len(row.steps) + len(row.rules) == len(covered.where), covered


@pytest.mark.parametrize("measure", ["jilin", "zhongshan"])
def test_every_page_that_the_register_names_is_an_address(measure: str) -> None:
    views = all_views(get_resolver())
    pages = {row.page for row in latest(measure).coverage.values()} - {"", "planned"}
    assert pages <= views


def all_views(resolver: URLResolver, space: str = "") -> set[str]:
    """The names of all addresses, as they are written in the register."""
    found: set[str] = set()
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            found |= all_views(one, f"{one.namespace}:" if one.namespace else space)
        elif one.name:
            found.add(space + one.name)
    return found


def test_the_signatures_of_jilin_are_told_beside_article_eight() -> None:
    (eighth,) = (row for row in handled(latest("jilin"), NOW.date()) if row.article.ref == "art_8")
    assert "两个签署缺一不可" in eighth.note
    assert eighth.rules == ("art_8_deadlines",)
    assert len(eighth.steps) == 3


def test_the_ceilings_of_a_day_stand_beside_article_five() -> None:
    (fifth,) = (row for row in handled(latest("jilin"), NOW.date()) if row.article.ref == "art_5")
    shown = {number.parameter.name: number.value for number in fifth.numbers}
    assert shown["cap_rate"] == "世界级 30%；国家级 30%；省级 10%"
    assert shown["group_minimum"] == "3"
    assert {number.since for number in fifth.numbers} == {"2024-12-05"}


def test_the_thresholds_of_zhongshan_are_written_with_separators() -> None:
    rows = {row.article.ref: row for row in handled(latest("zhongshan"), NOW.date())}
    shown = {number.parameter.name: number.value for number in rows["art_9"].numbers}
    assert shown["universal_threshold"] == "1,000,000,000"
    assert shown["major_rate"] == "4%"
    assert shown["period_to"] == "2025-12-31"


def test_before_the_first_day_a_number_is_missing_and_not_invented() -> None:
    policy = latest("jilin")
    eve = policy.valid_from - timedelta(days=1)
    status, text = page("jilin", on=eve.isoformat())
    assert status == 200
    assert "当日尚无数值" in text
    assert "30%" not in re.sub(r'<div lang="zh-CN">.*?</div>', "", text, flags=re.DOTALL)


@pytest.mark.parametrize("day", ["2026-02-30", "昨天", "'; --", "20260532"])
def test_a_day_that_does_not_exist_is_told_and_the_text_stays(day: str) -> None:
    status, text = page("jilin", on=day)
    assert status == 422
    assert "有 1 处需要修改" in text
    assert 'id="art_19"' in text


def test_an_unknown_measure_does_not_exist() -> None:
    assert page("beijing")[0] == 404


@pytest.mark.parametrize(
    ("day", "word"), [(-1, "尚未施行"), (0, "有效"), ("last", "有效"), ("after", "已过有效期")]
)  # fmt: skip
def test_an_edition_is_in_force_from_its_first_day_to_its_last(day: int | str, word: str) -> None:
    policy = latest("zhongshan")
    on = {"last": policy.valid_to, "after": policy.valid_to + timedelta(days=1)}
    asked = on[day] if isinstance(day, str) else policy.valid_from + timedelta(days=day)
    assert standing(policy, asked)[0] == word


def test_the_list_names_each_measure_with_its_numbers_and_validity() -> None:
    text = Client().get(reverse("calls:measures")).content.decode()
    for measure in ("jilin", "zhongshan"):
        assert latest(measure).title in text
        assert latest(measure).valid_to.isoformat() in text
