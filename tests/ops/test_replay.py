"""Replay: every stored assessment comes out again, and whatever was altered is named."""

import copy
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from policies import assess as rules
from policies.kit.registry import load
from subsidy.cases.models import Assessment
from subsidy.ops.replay import differences, replay
from tests.world import World, jilin_submitted, world, zhongshan_submitted

__all__ = ["world"]

REGISTRY = load(["policies.jilin:EDITIONS", "policies.zhongshan:EDITIONS"])


@pytest.fixture
def stored(world: World) -> Assessment:
    """The assessment of a submitted case of Jilin."""
    return Assessment.objects.get(submission__case=jilin_submitted(world))


def altered(stored: Assessment, **changes: Any) -> Assessment:
    """The assessment as somebody past the database's protection would leave it."""
    values = {"edition": stored.edition, "facts": stored.facts, "result": stored.result, "cap": stored.cap}
    return Assessment(submission=stored.submission, occasion=stored.occasion, **{**values, **changes})


def test_what_was_stored_comes_out_again(world: World) -> None:
    jilin_submitted(world)
    zhongshan_submitted(world)
    assert list(replay()) == [None, None]
    assert list(replay(place="zhongshan")) == [None]
    out = StringIO()
    call_command("replay", stdout=out)
    assert "2 assessments, 0 different" in out.getvalue()


def test_an_altered_line_is_named(stored: Assessment) -> None:
    result = copy.deepcopy(stored.result)
    line = result["entitlement"]["lines"][-1]
    line["amount"] = "1.00"
    assert any(
        line["label"] in name or "line" in name for name in differences(altered(stored, result=result), REGISTRY)
    )


def test_an_altered_ceiling_is_named(stored: Assessment) -> None:
    assert "cap" in differences(altered(stored, cap=stored.cap + 1), REGISTRY)


def test_altered_facts_change_the_result(stored: Assessment) -> None:
    facts = copy.deepcopy(stored.facts)
    facts["cluster"]["level"] = "provincial" if facts["cluster"]["level"] != "provincial" else "national"
    assert differences(altered(stored, facts=facts), REGISTRY)


def test_a_changed_parameter_is_named(stored: Assessment) -> None:
    policy = REGISTRY.edition(stored.edition)
    text = (policy_folder() / "parameters.yaml").read_text()
    changed = policy.altered(stored.edition, text.replace('"0.10"', '"0.11"').replace('"0.30"', '"0.31"'))  # type: ignore[attr-defined]
    again = rules.assess(changed, rules.kit_facts.from_json(stored.facts))
    names = again.differences(rules.from_json(stored.result))
    assert any("cap_rate" in name or "rate" in name for name in names)


def policy_folder() -> Any:
    from pathlib import Path

    import policies.jilin

    return Path(policies.jilin.__file__).parent


def test_a_changed_function_is_named(stored: Assessment) -> None:
    result = copy.deepcopy(stored.result)
    parts = result["manifest"]["parts"]
    name = next(key for key in parts if "art_5" in key)
    parts[name] = "0" * len(parts[name])
    assert name in differences(altered(stored, result=result), REGISTRY)


def test_facts_that_cannot_be_read_are_a_difference_and_no_crash(stored: Assessment) -> None:
    (name,) = differences(altered(stored, facts={"number": "x"}), REGISTRY)
    assert name.startswith("unreadable")


def test_the_database_refuses_to_alter_an_assessment(stored: Assessment) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Assessment.objects.filter(pk=stored.pk).update(cap=1)
