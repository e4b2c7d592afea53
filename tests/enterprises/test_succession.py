"""A successor takes rights and duties with evidence; bars and debts follow (domain case 24)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from subsidy.cases import registers
from subsidy.cases.holds import against, hold
from subsidy.cases.models import Hold
from subsidy.cases.start import barred
from subsidy.enterprises.credit.bars import lift
from subsidy.enterprises.credit.imports import Document
from subsidy.enterprises.models import Bar, Enterprise, Succession
from subsidy.enterprises.register import Evidence
from subsidy.enterprises.succession import answers_for, heir_of, succeed
from tests.imports.books import upload
from tests.papers.test_files import pdf
from tests.world import World, actor, jilin_submitted, world
from workflow import clock
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused

__all__ = ["world"]

KEYS = ("head", "member1", "member2", "stranger")


def merge(world: World, old: str, new: str, *, who: str = "jl_upper", on: date | None = None) -> Succession:
    one, other = (Enterprise.objects.get(pk=world.enterprises[key].pk) for key in (old, new))
    evidence = Evidence.of("合并协议", upload(pdf(), "协议.pdf"))
    return succeed(
        one, other, actor(who), kind=Succession.Kind.MERGER, effective_on=on or date(2026, 5, 1), evidence=evidence,
        version=one.version,
    )  # fmt: skip


def bar(enterprise: Enterprise, **values: object) -> Bar:
    given = {"valid_from": date(2025, 1, 1), "reason": "提供虚假材料", "source": "第十三条", **values}
    return Bar.objects.create(enterprise=enterprise, **given)  # type: ignore[misc]


def test_a_merger_leaves_an_entry_with_both_and_ends_the_predecessor(world: World) -> None:
    made = merge(world, "member2", "head")
    old, new = made.predecessor, made.successor
    assert Enterprise.objects.get(pk=old.pk).state == "succeeded"
    moves = Event.objects.filter(subject_kind="enterprises.enterprise").order_by("pk").values_list("subject_id", "move")
    assert list(moves) == [(old.pk, "succeed"), (new.pk, "take_over")]
    assert Event.objects.get(subject_id=new.pk, move="take_over").evidence["predecessor"] == old.credit_code


def test_a_bar_on_the_predecessor_bars_the_successor(world: World) -> None:
    bar(world.enterprises["member2"])
    heir, call = world.enterprises["head"], world.calls["jilin"]
    assert barred(heir, call) == ""
    merge(world, "member2", "head")
    assert "延吉布尔哈通软件有限公司自 2025-01-01 起被停止申报资格" in barred(heir, call)


def test_the_rules_see_the_bars_of_predecessors_too(world: World) -> None:
    bar(world.enterprises["member2"], valid_to=date(2027, 1, 1))
    merge(world, "member2", "member1")
    merge(world, "member1", "head")
    (facts,) = registers.enterprise_facts([world.enterprises["head"]], clock.today())
    assert [one.ground for one in facts.bars] == ["提供虚假材料"]


def test_a_bar_that_was_lifted_or_ended_does_not_follow(world: World) -> None:
    bar(world.enterprises["member2"], valid_to=clock.today())
    wrong = bar(world.enterprises["member2"], agency=world.agencies["220000-gxt"])
    lift(wrong, actor("jl_upper"), reason="原决定已撤销", document=Document("a" * 64, "撤销决定.pdf"))
    merge(world, "member2", "head")
    assert barred(world.enterprises["head"], world.calls["jilin"]) == ""


def test_the_successor_of_a_successor_answers_for_all_before_it(world: World) -> None:
    ids = {key: world.enterprises[key].pk for key in KEYS}
    merge(world, "member2", "member1")
    merge(world, "member1", "head")
    answers = answers_for([ids["head"], ids["stranger"], ids["member1"]])
    assert answers[ids["head"]] == {ids["head"], ids["member1"], ids["member2"]}
    assert answers[ids["member1"]] == {ids["member1"], ids["member2"]}
    assert answers[ids["stranger"]] == {ids["stranger"]}
    assert heir_of(world.enterprises["member2"]).pk == ids["head"]
    assert heir_of(world.enterprises["head"]).pk == ids["head"]


def test_open_holds_on_the_predecessors_cases_stand_against_the_successor(world: World) -> None:
    case = jilin_submitted(world)
    hold([case.pk], Hold.Kind.CREDIT, actor("jl_upper"), reason="列入经营异常名录", source="信用中国")
    heir = world.enterprises["member1"]
    assert against([heir.pk]) == {}
    merge(world, "head", "member1")
    assert [one.reason for one in against([heir.pk])[heir.pk]] == ["列入经营异常名录"]


def test_nobody_succeeds_itself_or_one_that_is_gone(world: World) -> None:
    with pytest.raises(Refused, match="不能是该单位自己"):
        merge(world, "head", "head")
    merge(world, "member1", "head")
    with pytest.raises(Refused, match="已由其他单位承继，不能承继"):
        merge(world, "head", "member1")
    with pytest.raises(Conflict):
        merge(world, "member1", "member2")
    assert Enterprise.objects.get(pk=world.enterprises["head"].pk).state == "listed"


def test_a_succession_to_come_is_entered_when_it_has_come(world: World) -> None:
    with pytest.raises(Refused, match="不能晚于今天"):
        merge(world, "member1", "head", on=clock.today() + timedelta(days=1))


@pytest.mark.parametrize("who", ["jl_local", "zs_upper", "jl_applicant", "jl_issuer"])
def test_only_the_keeper_of_the_predecessors_place_enters_it(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        merge(world, "member1", "head", who=who)
    assert not Succession.objects.exists()


def test_a_succession_is_never_changed(world: World) -> None:
    merge(world, "member1", "head")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM enterprises_succession")
