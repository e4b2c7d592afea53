"""Measures are found by name, day and code; what does not fit is refused at loading."""

from __future__ import annotations

import sys
from datetime import date
from types import ModuleType

import pytest

from policies.kit.policy import Policy
from policies.kit.registry import Expired, NotYetInForce, Registry, RegistryError, load
from tests.policies.invented import InventedPolicy

BOTH = ["policies.jilin:EDITIONS", "policies.zhongshan:EDITIONS"]


def test_both_measures_load() -> None:
    registry = load(BOTH)
    assert registry.measures == ("jilin", "zhongshan")
    assert [policy.edition for policy in registry.editions] == ["jilin-2024-80", "zhongshan-2023-73"]


@pytest.mark.parametrize(
    ("measure", "day"),
    [
        ("jilin", date(2024, 12, 5)),
        ("jilin", date(2026, 6, 30)),
        ("zhongshan", date(2023, 3, 7)),
        ("zhongshan", date(2028, 3, 6)),
    ],
)
def test_an_edition_is_in_force_on_its_first_and_last_day(measure: str, day: date) -> None:
    assert load(BOTH).on(measure, day).measure == measure


@pytest.mark.parametrize(
    ("measure", "day", "clause"),
    [("jilin", date(2026, 7, 1), "细则第十八条"), ("zhongshan", date(2028, 3, 7), "细则第十八条")],
)
def test_the_day_after_the_last_the_article_is_named(measure: str, day: date, clause: str) -> None:
    with pytest.raises(Expired, match="已过期，不能开放新的申报通知") as expired:
        load(BOTH).on(measure, day)
    assert expired.value.clause == clause
    assert clause in expired.value.message


def test_the_day_before_the_first_nothing_is_in_force() -> None:
    with pytest.raises(NotYetInForce, match="2024-12-05"):
        load(BOTH).on("jilin", date(2024, 12, 4))


def test_a_running_case_finds_its_edition_by_code_for_ever() -> None:
    assert load(BOTH).edition("jilin-2024-80").valid_to == date(2026, 6, 30)
    with pytest.raises(RegistryError, match="jilin-1999"):
        load(BOTH).edition("jilin-1999")


def test_an_unknown_measure_is_refused() -> None:
    with pytest.raises(RegistryError, match="beijing"):
        load(BOTH).of("beijing")


def test_two_editions_of_one_measure_may_follow_each_other() -> None:
    registry = Registry(
        [
            InventedPolicy("b", date(2026, 1, 1), date(2026, 12, 31)),
            InventedPolicy("a", date(2025, 1, 1), date(2025, 12, 31)),
        ]
    )
    assert registry.on("invented", date(2025, 12, 31)).edition == "a"
    assert registry.on("invented", date(2026, 1, 1)).edition == "b"


def test_a_gap_between_editions_is_expired() -> None:
    registry = Registry(
        [
            InventedPolicy("a", date(2025, 1, 1), date(2025, 12, 31)),
            InventedPolicy("b", date(2026, 2, 1), date(2026, 12, 31)),
        ]
    )
    with pytest.raises(Expired, match="2025-12-31"):
        registry.on("invented", date(2026, 1, 15))


def test_two_editions_in_force_on_one_day_are_refused() -> None:
    with pytest.raises(RegistryError, match="both in force on 2025-12-31"):
        Registry(
            [
                InventedPolicy("a", date(2025, 1, 1), date(2025, 12, 31)),
                InventedPolicy("b", date(2025, 12, 31), date(2026, 12, 31)),
            ]
        )


def test_an_edition_twice_is_refused() -> None:
    with pytest.raises(RegistryError, match="twice"):
        load([*BOTH, BOTH[0]])


def test_an_edition_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(RegistryError, match="ends before"):
        Registry([InventedPolicy("a", date(2026, 1, 2), date(2026, 1, 1))])


class HalfPolicy:
    """Knows its name, and nothing else."""

    measure = "half"
    edition = "half-1"


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("shelf_of_measures")
    monkeypatch.setitem(sys.modules, "shelf_of_measures", module)
    return module


@pytest.mark.parametrize("content", [HalfPolicy(), "text", 5, InventedPolicy], ids=["half", "text", "number", "class"])
def test_what_is_no_policy_is_refused(shelf: ModuleType, content: object) -> None:
    shelf.EDITIONS = (content,)  # type: ignore[attr-defined]
    with pytest.raises(RegistryError, match="no Policy"):
        load(["shelf_of_measures:EDITIONS"])


@pytest.mark.parametrize("content", ["EDITIONS", 5, {"a": 1}, None])
def test_what_is_no_list_of_editions_is_refused(shelf: ModuleType, content: object) -> None:
    shelf.EDITIONS = content  # type: ignore[attr-defined]
    with pytest.raises(RegistryError, match="not a list"):
        load(["shelf_of_measures:EDITIONS"])


@pytest.mark.parametrize(
    "name", ["policies.jilin", "policies.jilin:", ":EDITIONS", "policies.beijing:EDITIONS", "policies.jilin:NOTHING"]
)
def test_a_name_that_leads_nowhere_is_refused(name: str) -> None:
    with pytest.raises(RegistryError, match=name.partition(":")[0] or name):
        load([name])


def test_the_invented_measure_is_a_policy() -> None:
    assert isinstance(InventedPolicy("a", date(2025, 1, 1), date(2025, 12, 31)), Policy)
