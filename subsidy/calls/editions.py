"""The measures in use, as the settings name them, and the edition a call stands under."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from django.conf import settings

from policies.kit.policy import Choice, Policy
from policies.kit.registry import NotInForce, Registry, load
from subsidy.calls.models import Call


def registry() -> Registry:
    """Every edition of every measure named in ``settings.SUBSIDY_POLICIES``."""
    return _loaded(tuple(settings.SUBSIDY_POLICIES))


@cache
def _loaded(names: tuple[str, ...]) -> Registry:
    return load(names)


def policy_of(call: Call) -> Policy:
    """The edition a call was published under, in force or not: its cases keep it to their end."""
    return registry().edition(call.edition)


def in_force(measure: str, day: date) -> Policy:
    """The edition in force on a day. Raises ``policies.kit.registry.NotInForce`` with the sentence and the article."""
    return registry().on(measure, day)


def latest(measure: str) -> Policy:
    """The edition that is or was last in force, to name a measure by."""
    return registry().of(measure)[-1]


def expired(measure: str, refusal: NotInForce) -> dict[str, Any]:
    """What the page shows when no edition is in force: the sentence, the last edition and the article that ended it."""
    policy = latest(measure)
    article = policy.articles["_".join(policy.validity.ref.split("_")[:2])]
    return {"sentence": refusal.message, "policy": policy, "article": article}


def measures() -> tuple[Choice, ...]:
    """Every measure by key and title."""
    return tuple(Choice(key, latest(key).title) for key in registry().measures)
