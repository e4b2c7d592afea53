"""Read the fixtures of places, trades and days off into the database; running it again changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import models, transaction

from subsidy.reference.models import AreaCode, Holiday, Industry
from subsidy.reference.workcalendar import work_calendar

FOLDER = Path(settings.ROOT) / "fixtures"
CHILD_KINDS = {
    "prefectures": AreaCode.Kind.PREFECTURE,
    "counties": AreaCode.Kind.COUNTY,
    "towns": AreaCode.Kind.TOWN,
    "zones": AreaCode.Kind.ZONE,
}


def read(name: str) -> Any:
    """The content of one fixture file."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@transaction.atomic
def load_all() -> dict[str, int]:
    """Load areas, industries and the holidays of years not loaded yet; the number of rows of each."""
    return {
        "areas": merge(AreaCode, list(areas()), key="code"),
        "industries": merge(Industry, list(industries()), key="code"),
        "holidays": merge(Holiday, list(holidays(besides=work_calendar().years)), key="day"),
    }


def merge(model: type[models.Model], rows: list[models.Model], key: str, fields: Sequence[str] = ()) -> int:
    """Insert the rows, or update those with the same key, in one statement; rows with other keys are left alone.

    `fields` are those that the fixture decides, by default all; the others keep what people have entered.
    """
    decided = fields or [f.name for f in model._meta.concrete_fields if not f.primary_key and f.name != key]
    model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=[key], update_fields=list(decided))
    return len(rows)


def areas() -> Iterator[AreaCode]:
    """All places, today's and retired ones."""
    tree = read("areas")
    # A successor's code came into use on the day its predecessor's ended.
    began = {row["successor"]: row["valid_to"] for row in tree["retired"]}
    for province in tree["provinces"]:
        yield AreaCode(code=province["code"], name=province["name"], kind=AreaCode.Kind.PROVINCE)
        for parent in [province, *province["prefectures"]]:
            yield from _children(parent, began)
    for row in tree["retired"]:
        yield AreaCode(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            parent_code=row["parent"],
            valid_from=began.get(row["code"]),
            valid_to=row["valid_to"],
            successor=row["successor"],
        )


def industries() -> Iterator[Industry]:
    """Sections under their letter, divisions under their two digits."""
    for letter, section in read("industries").items():
        yield Industry(code=letter, name=section["name"], section=letter)
        for code, name in section["divisions"].items():
            yield Industry(code=code, name=name, section=letter)


def holidays(besides: Collection[int] = ()) -> Iterator[Holiday]:
    """Every single day off, and every weekend day that is worked; years that are there already are left to people."""
    for year in read("holidays"):
        if year["year"] in besides:
            continue
        for name, first, last in year["days_off"]:
            for number in range((last - first).days + 1):
                day = first + timedelta(days=number)
                yield Holiday(day=day, kind=Holiday.Kind.OFF, name=name, source=year["source"])
        for day in year["days_worked"]:
            yield Holiday(day=day, kind=Holiday.Kind.WORK, name="调休上班", source=year["source"])


def _children(parent: dict[str, Any], began: dict[str, date]) -> Iterator[AreaCode]:
    for group, kind in CHILD_KINDS.items():
        for code, name in named(parent.get(group, {})):
            yield AreaCode(code=code, name=name, kind=kind, parent_code=parent["code"], valid_from=began.get(code))


def named(children: dict[str, str] | list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Code and name of each child, written as a mapping or, if they have children themselves, as a list."""
    if isinstance(children, dict):
        yield from children.items()
    else:
        yield from ((child["code"], child["name"]) for child in children)
