"""Territories: the areas for which an agency is competent today, as the digits that all codes within them share."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Jurisdiction
from subsidy.reference.models import AreaCode
from subsidy.reference.selectors import areas_on
from workflow import clock

COUNTY_DIGITS = 6


def stem(code: str) -> str:
    """The digits that all areas within an area share: 220100 → 2201; a town's nine digits are all needed."""
    while len(code) <= COUNTY_DIGITS and code.endswith("00"):
        code = code[:-2]
    return code


def around(code: str) -> list[str]:
    """An area and those above it: 442000118 → 442000118, 442000, 440000."""
    above = [code, *(code[:n].ljust(COUNTY_DIGITS, "0") for n in (6, 4, 2) if n < len(code))]
    return list(dict.fromkeys(above))


def territory(actor: Actor, right: str) -> frozenset[str]:
    """The stems of the areas of the agencies at which a person has a right; one query, none without the right."""
    agencies = actor.agencies_with(right)
    if not agencies:
        return frozenset()
    areas = Jurisdiction.objects.on(clock.today()).filter(agency__in=agencies).values_list("area", flat=True)
    return frozenset(stem(area) for area in areas)


def within(stems: Iterable[str], *columns: str) -> Q:
    """Rows of which one of the columns holds the code of an area in a territory; none in an empty one."""
    found = Q(pk__in=[])
    for column in columns:
        for one in stems:
            found |= Q(**{f"{column}__startswith": one})
    return found


def covers(stems: Iterable[str], *codes: str) -> bool:
    """Whether one of the areas lies in a territory."""
    return any(code.startswith(one) for one in stems for code in codes if code)


def places_in(stems: Iterable[str]) -> QuerySet[AreaCode]:
    """The counties, towns and zones of a territory that are in use today, by code."""
    kinds = (AreaCode.Kind.COUNTY, AreaCode.Kind.TOWN, AreaCode.Kind.ZONE)
    return areas_on(clock.today()).filter(within(stems, "code"), kind__in=kinds).order_by("code")


def keepers_of(codes: Iterable[str]) -> frozenset[int]:
    """The upper agencies that keep the registers for some areas today."""
    places = {above for code in codes if code for above in around(code)}
    upper = Jurisdiction.objects.on(clock.today()).filter(area__in=places, stage=Jurisdiction.Stage.UPPER)
    return frozenset(upper.values_list("agency", flat=True))
