"""Read the fixtures of agencies and of who is competent where; running it again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from subsidy.accounts.models import Agency, Jurisdiction
from subsidy.reference.load import merge, read
from subsidy.reference.models import AreaCode

DISTRICT_ENDINGS = ("区",)
PROVINCE_DIGITS = 2
DECIDED = ("name", "short_name", "kind", "level", "area")


@transaction.atomic
def load_agencies() -> dict[str, int]:
    """Load agencies and jurisdictions; the areas must be there. Gives the number of rows that the fixtures name."""
    rows = list(agencies())
    merge(Agency, [agency for agency, _parent in rows], key="code", fields=DECIDED)
    _hang({agency.code: parent for agency, parent in rows})
    return {"agencies": len(rows), "jurisdictions": _merge_jurisdictions(list(jurisdictions()))}


def agencies() -> Iterator[tuple[Agency, str]]:
    """Every agency, unsaved, with the code of the one above it (empty at the top)."""
    book = read("agencies")
    for row in book["fixed"]:
        yield _agency(row, row["code"], row["area"], row, book["valid_from"]), row.get("parent", "")
    for pattern in book["patterns"]:
        for area in _places(pattern["under"], pattern["each"]):
            words = {"place": _full_name(area), "office": _office(area, book["offices"])}
            written = {key: pattern[key].format(**words) for key in ("name", "short_name")}
            code = f"{area.code}-{pattern['suffix']}"
            yield _agency(pattern, code, area.code, written, book["valid_from"]), _above(pattern, area, book["direct"])


def jurisdictions() -> Iterator[Jurisdiction]:
    """Every competence, unsaved; the agencies must be there."""
    ids = dict(Agency.objects.values_list("code", "pk"))
    for measure in read("jurisdictions"):
        for rule in measure["rules"]:
            for agency_code, area in _matched(rule):
                for stage in rule["stages"]:
                    yield Jurisdiction(
                        agency_id=ids[agency_code],
                        area=area,
                        measure=measure["measure"],
                        stage=stage,
                        valid_from=measure["valid_from"],
                    )


def _agency(row: dict[str, Any], code: str, area: str, written: dict[str, Any], valid_from: Any) -> Agency:
    return Agency(
        code=code,
        name=written["name"],
        short_name=written["short_name"],
        kind=row["kind"],
        level=row["level"],
        area=area,
        valid_from=valid_from,
    )


def _places(under: str, kind: str) -> list[AreaCode]:
    province = under[:PROVINCE_DIGITS]
    return list(AreaCode.objects.filter(code__startswith=province, kind=kind, valid_to__isnull=True))


def _full_name(area: AreaCode) -> str:
    """A district with its city's name before it: several cities have a 铁西区."""
    if area.kind != AreaCode.Kind.COUNTY or not area.name.endswith(DISTRICT_ENDINGS):
        return area.name
    return AreaCode.objects.get(code=area.parent_code).name + area.name


def _office(area: AreaCode, offices: dict[str, str]) -> str:
    return next((office for ending, office in offices.items() if area.name.endswith(ending)), "")


def _above(pattern: dict[str, Any], area: AreaCode, direct: list[str]) -> str:
    if area.code in direct:
        return f"{pattern['under']}-{pattern['direct_parent']}"
    return f"{area.parent_code}-{pattern['parent']}"


def _matched(rule: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "agency" in rule:
        yield rule["agency"], rule["area"]
        return
    for kind in rule["each"]:
        for area in _places(rule["under"], kind):
            if area.code not in rule.get("except", []):
                yield f"{area.code}-{rule['suffix']}", area.code


def _hang(parents: dict[str, str]) -> None:
    known = Agency.objects.in_bulk(field_name="code")
    for code, parent in parents.items():
        known[code].parent_id = known[parent].pk if parent else None
    Agency.objects.bulk_update([known[code] for code in parents], ["parent"])


def _merge_jurisdictions(rows: list[Jurisdiction]) -> int:
    Jurisdiction.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
