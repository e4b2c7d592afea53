"""Compute every stored assessment again from its stored facts and report what differs (product.md, point 1)."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.conf import settings

from policies import assess as rules
from policies.kit import facts as kit
from policies.kit.facts import FactsError
from policies.kit.registry import Registry, RegistryError, load
from subsidy.cases.models import Assessment


class Difference(NamedTuple):
    """One assessment that does not come out as it was stored, and what is different."""

    assessment: Assessment
    names: tuple[str, ...]


def replay(since: date | None = None, place: str = "") -> Iterator[Difference | None]:
    """One answer an assessment, oldest first: None when it comes out the same.

    ``place`` is a measure's key. A parameter or function that has changed since is named besides the findings and
    lines that come out otherwise; so is a stored line that was altered.
    """
    registry = load(settings.SUBSIDY_POLICIES)
    found = Assessment.objects.select_related("submission__case").order_by("pk")
    if since:
        found = found.filter(assessed_at__date__gte=since)
    if place:
        found = found.filter(submission__case__measure=place)
    for assessment in found.iterator(chunk_size=500):
        names = differences(assessment, registry)
        yield Difference(assessment, names) if names else None


def differences(assessment: Assessment, registry: Registry) -> tuple[str, ...]:
    """What differs between a stored assessment and one made from its facts now."""
    try:
        policy = registry.edition(assessment.edition)
        stored = rules.from_json(assessment.result)
        again = rules.assess(policy, kit.from_json(assessment.facts))
    except (FactsError, RegistryError, KeyError, ValueError, ArithmeticError) as error:
        return (f"unreadable: {error}",)
    names = again.differences(stored)
    return (*names, "cap") if again.entitlement.cap != assessment.cap else names
