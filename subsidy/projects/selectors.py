"""Every queryset of projects, all starting from who is asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import stem, territory, within
from subsidy.projects.models import MeasuredProject, Project
from subsidy.reference.text import fold

TEXT_LIMIT = 60


def visible_to(actor: Actor) -> QuerySet[Project]:
    """An enterprise sees its own projects; an agency those that are built in its territory."""
    there = within(territory(actor, Right.READ_REGISTERS), "area")
    return Project.objects.filter(Q(enterprise__in=actor.enterprises) | there)


def one(projects: QuerySet[Project], pk: int) -> Project:
    """The project with this id among those given; otherwise Http404, which names nobody."""
    found = projects.select_related("enterprise").filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; nonsense asks for nothing."""

    q: str
    area: str
    measured: str
    state: str
    too_short: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """The filters in an address."""
        area, measured, state = (query.get(name, "") for name in ("area", "measured", "state"))
        return cls(
            query.get("q", "").replace("\0", "").strip()[:TEXT_LIMIT],
            area if area.isascii() and area.isdecimal() else "",
            measured if measured in MeasuredProject.Kind.values else "",
            state if state in Project.State.values else "",
        )

    @property
    def active(self) -> bool:
        return bool(self.q or self.area or self.measured or self.state)

    def apply(self, rows: QuerySet[Project]) -> QuerySet[Project]:
        """The projects that pass: by part of the name, the filing document or the enterprise; by place and kind."""
        if self.q:
            key = fold(self.q)
            text = Q(name__icontains=self.q) | Q(filing_key__contains=key) | Q(enterprise__name_key__contains=key)
            rows = rows.filter(text | Q(code__iexact=self.q))
        if self.area:
            rows = rows.filter(within([stem(self.area)], "area"))
        if self.measured:
            rows = rows.filter(Exists(MeasuredProject.objects.filter(project=OuterRef("pk"), kind=self.measured)))
        if self.state:
            rows = rows.filter(state=self.state)
        return rows.select_related("enterprise")

    def words(self, names: dict[str, str]) -> Sequence[str]:
        """Each filter in words, for the heading of the sheet."""
        said = [_("关键字：%(text)s") % {"text": self.q}] if self.q else []
        if self.area:
            said.append(_("地区：%(text)s") % {"text": names.get(self.area, self.area)})
        if self.measured:
            said.append(_("测算项目：%(text)s") % {"text": MeasuredProject.Kind(self.measured).label})
        if self.state:
            said.append(_("状态：%(text)s") % {"text": Project.State(self.state).label})
        return said
