"""Accidents on record: entered, put right and struck by the keeper of the enterprise's place (Zhongshan Art. 9)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subsidy.cases import registers
from subsidy.enterprises import accidents
from subsidy.enterprises.models import Accident, Enterprise
from tests.desk.browsing import SignIn, sign_in, text
from tests.world import World, actor, world
from workflow import clock
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused

__all__ = ["sign_in", "world"]

GIVEN: dict[str, Any] = {
    "kind": "safety", "happened_on": date(2025, 3, 1), "major": True, "document": "应急管理局通报〔2025〕3号",
}  # fmt: skip


def firm(world: World) -> Enterprise:
    return Enterprise.objects.get(pk=world.enterprises["zhongshan"].pk)


def add(world: World, who: str = "zs_upper", **changes: Any) -> Accident:
    row = firm(world)
    return accidents.add(row, actor(who), GIVEN | changes, version=row.version)


def seen(world: World) -> list[bool]:
    (facts,) = registers.enterprise_facts([firm(world)], clock.today())
    return [one.major for one in facts.accidents]


def last(world: World) -> Event:
    events = Event.objects.filter(subject_kind="enterprises.enterprise", subject_id=firm(world).pk)
    return events.order_by("-number")[0]


def test_the_rules_see_an_accident_from_its_entry_until_it_is_struck(world: World) -> None:
    one = add(world)
    assert seen(world) == [True]
    accidents.put_right(
        one, actor("zs_upper"), GIVEN | {"major": False}, "经核实不属于重大事故", version=firm(world).version
    )
    assert seen(world) == [False]
    event = last(world)
    assert (event.move, event.evidence["fields"]) == ("correct_accident", {"major": [True, False]})
    one.refresh_from_db()
    accidents.strike(one, actor("zs_upper"), "系另一单位的事故", version=firm(world).version)
    assert seen(world) == []
    assert (last(world).move, last(world).note) == ("strike_accident", "系另一单位的事故")
    one.refresh_from_db()
    with pytest.raises(Refused, match="已作废"):
        accidents.put_right(one, actor("zs_upper"), GIVEN, "x", version=firm(world).version)


@pytest.mark.parametrize("who", ["jl_upper", "zs_local", "zs_issuer", "zs_applicant", "admin"])
def test_only_the_keeper_of_its_place_enters_corrects_and_strikes(world: World, who: str) -> None:
    one = add(world)
    version = firm(world).version
    with pytest.raises(NotAllowed):
        add(world, who)
    with pytest.raises(NotAllowed):
        accidents.put_right(one, actor(who), GIVEN | {"major": False}, "x", version=version)
    with pytest.raises(NotAllowed):
        accidents.strike(one, actor(who), "x", version=version)


@pytest.mark.parametrize(
    ("changes", "sentence"), [({"document": " "}, "认定文件或来源"), ({"happened_on": None}, "不能晚于今天")]
)
def test_an_accident_has_a_source_and_a_day_that_has_come(world: World, changes: dict[str, Any], sentence: str) -> None:
    if "happened_on" in changes:
        changes = {"happened_on": clock.today() + timedelta(days=1)}
    with pytest.raises(Refused, match=sentence):
        add(world, **changes)
    assert not Accident.objects.exists()


def test_an_old_page_changes_nothing(world: World) -> None:
    one = add(world)
    for act in (
        lambda: accidents.put_right(one, actor("zs_upper"), GIVEN, "x", version=0),
        lambda: accidents.strike(one, actor("zs_upper"), "x", version=0),
        lambda: accidents.add(firm(world), actor("zs_upper"), GIVEN, version=0),
    ):
        with pytest.raises(Conflict):
            act()


def test_the_pages_enter_correct_and_strike(world: World, sign_in: SignIn) -> None:
    browser, row = sign_in("zs_upper"), firm(world)
    home = f"/enterprises/{row.pk}/"
    assert "登记事故" in text(browser.get(home))
    given = {"kind": "safety", "happened_on": "2025-03-01", "document": "通报", "version": str(row.version)}
    tomorrow = {**given, "happened_on": "2026-05-21"}
    answer = browser.post(f"{home}accidents/new/", tomorrow)
    assert answer.status_code == 422
    assert "发生日期不能晚于今天" in text(answer)
    assert browser.post(f"{home}accidents/new/", given).status_code == 303
    one = Accident.objects.get()
    page = text(browser.get(home))
    assert "事故记录" in page
    assert f"{home}accidents/{one.pk}/strike/" in page
    version = str(firm(world).version)
    right = {**given, "major": "on", "version": version}
    assert browser.post(f"{home}accidents/{one.pk}/", right).status_code == 422
    assert browser.post(f"{home}accidents/{one.pk}/", {**right, "reason": "补正"}).status_code == 303
    assert "重大事故 否 → 是" in text(browser.get(home))
    version = str(firm(world).version)
    assert browser.post(f"{home}accidents/{one.pk}/strike/", {"reason": "误登", "version": version}).status_code == 303
    assert "已作废" in text(browser.get(home))
    own = text(sign_in("zs_applicant").get(home))
    assert "事故记录" in own
    assert "/strike/" not in own


def test_the_page_costs_the_same_with_five_and_fifty_accidents(world: World, sign_in: SignIn) -> None:
    browser, row, counts = sign_in("zs_upper"), firm(world), []
    for number in (5, 45):
        Accident.objects.bulk_create(Accident(enterprise=row, **GIVEN) for _one in range(number))
        with CaptureQueriesContext(connection) as found:
            assert browser.get(f"/enterprises/{row.pk}/").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
