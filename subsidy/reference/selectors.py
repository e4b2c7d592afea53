"""What pages and verbs ask the reference data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from subsidy.reference.models import AreaCode, Holiday, Industry

MANUFACTURING = "C"
DIVISION_DIGITS = 2
LEADING_DIGITS = re.compile(r"\d{6,12}", re.ASCII)


class UnknownArea(LookupError):
    """No such area code, or a retired one without a successor."""


def areas_on(day: date, kind: str | None = None) -> QuerySet[AreaCode]:
    """The places whose codes are in use on a day, of one kind or of all."""
    areas = AreaCode.objects.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day))
    areas = areas.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    return areas if kind is None else areas.filter(kind=kind)


def area_on(code: str, day: date) -> AreaCode:
    """The place that a code, perhaps retired, stands for on a day: 220381 → 220184. Raises UnknownArea."""
    seen: set[str] = set()
    while code and code not in seen:
        seen.add(code)
        area = AreaCode.objects.filter(code=code).first()
        if area is None:
            break
        if area.valid_to is None or day < area.valid_to:
            return area
        code = area.successor
    raise UnknownArea(code or max(seen))


def area_names(codes: list[str]) -> dict[str, str]:
    """Code → name, for a page's worth of codes in one query; unknown codes are left out."""
    return dict(AreaCode.objects.filter(code__in=codes).values_list("code", "name"))


def areas_meant(texts: Iterable[str], day: date) -> dict[str, str]:
    """What was typed → the code in use on a day, for many at once: a code (perhaps retired, perhaps with its name
    behind it) or a name that only one place bears. What means no place is left out.
    """
    asked = {text: (LEADING_DIGITS.match(text) or [""])[0] or text for text in texts if text}
    wanted = set(asked.values())
    rows = list(AreaCode.objects.filter(Q(code__in=wanted) | Q(name__in=wanted)))
    rows += list(AreaCode.objects.filter(code__in=[row.successor for row in rows if row.successor]))
    by_code = {row.code: row for row in rows}
    by_name: dict[str, list[AreaCode]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    meant = {}
    for text, key in asked.items():
        named = [row for row in by_name.get(key, []) if _in_use(row, day)]
        found = by_code.get(key) or (named[0] if len(named) == 1 else None)
        if found is not None and not _in_use(found, day):
            found = by_code.get(found.successor)
        if found is not None and _in_use(found, day):
            meant[text] = found.code
    return meant


def _in_use(area: AreaCode, day: date) -> bool:
    return (area.valid_from is None or area.valid_from <= day) and (area.valid_to is None or day < area.valid_to)


def is_manufacturing(industry_code: str) -> bool:
    """Whether a code of GB/T 4754 (letter, division or longer) belongs to section C, divisions 13–43."""
    if industry_code.startswith(MANUFACTURING):
        industry_code = industry_code[1:]
        if not industry_code:
            return True
    division = industry_code[:DIVISION_DIGITS]
    return Industry.objects.filter(code=division, section=MANUFACTURING).exists()


def last_holiday_year() -> int | None:
    """The last year whose days off are loaded; deadlines beyond it carry a warning."""
    last = Holiday.objects.order_by("-day").values_list("day", flat=True).first()
    return last.year if last else None
