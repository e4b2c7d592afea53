"""Which agencies handle a case of a measure in an area: dated jurisdictions (domain case 63)."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from subsidy.accounts.models import Agency, Jurisdiction


class NoJurisdiction(Exception):
    """No agency is competent for this area, measure and stage on this day."""


def codes_above(area: str) -> list[str]:
    """An area's code and those of the areas above it, the nearest first."""
    codes = [area, *(area[:n].ljust(len(area), "0") for n in (9, 6, 4, 2) if n < len(area))]
    return codes + [code[:6] for code in codes]


def route(measure: str, area: str, on: date) -> dict[str, Agency]:
    """Stage → competent agency for an area code on a day.

    A row for the area itself goes before one for the area above it (the first six, four or two digits).
    """
    codes = codes_above(area)
    rows = (
        Jurisdiction.objects.on(on).filter(measure=measure, area__in=set(codes)).select_related("agency")
    )  # fmt: skip
    best: dict[str, tuple[int, Agency]] = {}
    for row in rows:
        rank = codes.index(row.area)
        if row.stage not in best or rank < best[row.stage][0]:
            best[row.stage] = (rank, row.agency)
    return {stage: agency for stage, (rank, agency) in best.items()}


def competent(measure: str, area: str, stage: str, on: date) -> Agency:
    """The one agency competent at a stage. Raises NoJurisdiction with the sentence to show."""
    agencies = route(measure, area, on)
    if stage not in agencies:
        raise NoJurisdiction(_("区划 %(area)s 没有登记受理单位，请联系系统管理员。") % {"area": area})
    return agencies[stage]


def nearest(area: str, among: Collection[str]) -> str:
    """Of some codes the one that goes before the others for an area: its own or the nearest above; empty: none."""
    return next((code for code in codes_above(area) if code in among), "")
