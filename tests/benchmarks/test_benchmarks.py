"""Each benchmark runs at a tiny size and checks what it times; how long it takes is not asked here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from benchmarks import assess, ground, make_data, move, queue
from subsidy.cases.models import Case, SearchText
from subsidy.cases.signatures import standing
from workflow import history
from workflow.models import Event

CASES = 400


@pytest.fixture
def filled(fresh_database: None, settings: Any) -> Iterator[None]:
    """A database of the test's own with a few cases, and the site with the empty views."""
    before = settings.ROOT_URLCONF
    make_data.fill(CASES)
    with ground.travelled(make_data.NOW):
        yield
    settings.ROOT_URLCONF = before
    cache.clear()


def last_line(printed: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed.rstrip().splitlines()[-1])
    return found


def test_the_data_are_what_the_system_itself_would_have_written(filled: None) -> None:
    cases = list(Case.objects.all())
    assert len(cases) == CASES
    assert len({case.state for case in cases}) > 10
    signed, digest = standing(cases), ""
    for case in cases:
        assert set(case.signed) - {"upper"} == set(signed[case.pk].agreed), case
    for event in Event.objects.order_by("subject_id", "number"):
        entry = {name: getattr(event, name) for name in history.FIELDS}
        assert history.canonical(entry) == bytes(event.canonical)
        first = history.genesis(event.subject_kind, event.subject_id, event.subject_number, event.algorithm)
        assert event.previous == (digest if event.number > 1 else first)
        digest = history.chained(event.previous, bytes(event.canonical), event.algorithm)
        assert event.digest == digest
    assert SearchText.objects.count() == CASES


def test_the_queue_is_measured_and_its_content_checked(filled: None, capsys: pytest.CaptureFixture[str]) -> None:
    queue.run(CASES, repeat=1)
    found = last_line(capsys.readouterr().out)
    assert found["cases"] == CASES
    assert set(found["readers"]) == {"local-222401", "province"}
    for result in found["readers"].values():
        assert all(one["ratio"] > 0 and one["statements"] <= 8 for one in result["views"].values())
    assert sum(one["rows"] for one in found["readers"]["province"]["views"].values()) > 100


def test_a_queue_that_shows_something_else_is_no_result(filled: None) -> None:
    browser = ground.Browser("province")
    with pytest.raises(ground.Wrong, match="rows"):
        queue.check(browser.get("/review/?tab=closed"), (["JL-2026-00000001"], {}), "closed")


def test_moves_are_measured_and_their_chains_checked(filled: None, capsys: pytest.CaptureFixture[str]) -> None:
    move.run(CASES, 5, repeat=2)
    found = last_line(capsys.readouterr().out)
    assert found["moves"] == 5
    assert found["one_statements"] <= 6
    assert found["many_statements"] <= 8
    with pytest.raises(ground.Wrong, match="did not move"):
        move.check_moved(list(Case.objects.filter(state="closed").values_list("pk", flat=True)[:1]),
                         move.lengths_of(list(Case.objects.values_list("pk", flat=True))))  # fmt: skip


def test_the_rules_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assess.run(2)
    assert set(last_line(capsys.readouterr().out)["measures"]) == {"jilin", "zhongshan"}


def test_the_applications_own_database_is_never_taken() -> None:
    from subsidy import embedded

    with pytest.raises(SystemExit, match="own database"):
        ground.name_of(10, embedded.addresses()["app"].name)
    assert ground.name_of(10) == "subsidy_bench_10"
