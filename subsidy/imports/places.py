"""Areas and trades in workbooks: what many kinds of lists have in common."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import covers, places_in, territory
from subsidy.imports.kinds import Line
from subsidy.reference.models import Industry
from subsidy.reference.selectors import areas_meant
from workflow import clock


def places(actor: Actor) -> list[str]:
    """The drop-down list of areas: code and name of those in which the person keeps the registers."""
    return [f"{area.code} {area.name}" for area in places_in(territory(actor, Right.KEEP_REGISTERS))]


def take_places(lines: Sequence[Line], *columns: str) -> None:
    """Put the code in use in place of what was typed for an area; refuse what means none. Three queries for all."""
    meant = areas_meant((line.values[column] for line in lines for column in columns), clock.today())
    for line in lines:
        for column in columns:
            typed = line.values[column]
            line.values[column] = meant.get(typed, "")
            if typed and typed not in meant:
                line.refuse(column, _("没有此区划，请填写区划代码，或从模板的下拉列表中选择"))


def refuse_elsewhere(lines: Sequence[Line], actor: Actor, *columns: str) -> None:
    """Refuse rows of which no place lies where the person keeps the registers. One query."""
    stems = territory(actor, Right.KEEP_REGISTERS)
    for line in lines:
        if line.good and not covers(stems, *(line.values[column] for column in columns)):
            line.refuse(columns[0], _("该地区不由您所在的单位负责登记"))


def take_industries(lines: Sequence[Line]) -> None:
    """Refuse codes of trades that GB/T 4754 does not have. One query."""
    divisions = set(Industry.objects.values_list("code", flat=True))
    for line in lines:
        code = line.values["industry"]
        if code and code.lstrip("ABCDEFGHIJKLMNOPQRST")[:2] not in divisions:
            line.refuse("industry", _("没有此行业代码，请按国民经济行业分类（GB/T 4754）填写"))
