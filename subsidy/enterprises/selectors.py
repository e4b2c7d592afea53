"""Every queryset of enterprises, all starting from who is asking."""

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
from subsidy.enterprises.models import Enterprise, FormerName, SuccessionProposal
from subsidy.reference.text import fold

LEAST = 2
TEXT_LIMIT = 60


def visible_to(actor: Actor) -> QuerySet[Enterprise]:
    """An enterprise sees itself; an agency those that are registered or produce in its territory."""
    there = within(territory(actor, Right.READ_REGISTERS), "area", "production_area")
    return Enterprise.objects.filter(Q(pk__in=actor.enterprises) | there)


def one(enterprises: QuerySet[Enterprise], pk: int) -> Enterprise:
    """The enterprise with this id among those given; otherwise Http404, which names nobody."""
    found = enterprises.filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


SIDES = ("predecessor__area", "predecessor__production_area", "heir__area", "heir__production_area")


def proposals(actor: Actor) -> QuerySet[SuccessionProposal]:
    """Proposed successions of which one side lies in the territory that an agency reads."""
    there = within(territory(actor, Right.READ_REGISTERS), *SIDES)
    return SuccessionProposal.objects.filter(there).select_related("predecessor", "heir", "proposed_by")


def to_confirm(actor: Actor) -> QuerySet[SuccessionProposal]:
    """Those that wait for the keeper of the heir's place."""
    mine = within(territory(actor, Right.KEEP_REGISTERS), "heir__area", "heir__production_area")
    return proposals(actor).filter(mine, state=SuccessionProposal.State.PROPOSED)


def one_proposal(actor: Actor, pk: int) -> SuccessionProposal:
    """One proposal that the person may see; otherwise Http404."""
    found = proposals(actor).filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


def open_proposals(row: Enterprise) -> list[SuccessionProposal]:
    """What is proposed of an enterprise, as predecessor or as heir, and not answered yet; one query."""
    either = Q(predecessor=row) | Q(heir=row)
    found = SuccessionProposal.objects.filter(either, state=SuccessionProposal.State.PROPOSED)
    return list(found.select_related("predecessor", "heir").order_by("proposed_at", "pk"))


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for. What makes no sense asks for nothing, and nothing ever widens the scope."""

    q: str
    area: str
    state: str

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """The filters in an address."""
        area, state = query.get("area", ""), query.get("state", "")
        return cls(
            query.get("q", "").replace("\0", "").strip()[:TEXT_LIMIT],
            area if area.isascii() and area.isdecimal() else "",
            state if state in Enterprise.State.values else "",
        )

    @property
    def too_short(self) -> bool:
        """Whether there is a text, of one character only."""
        return 0 < len(self.q) < LEAST

    @property
    def active(self) -> bool:
        return bool(self.q or self.area or self.state)

    def apply(self, rows: QuerySet[Enterprise]) -> QuerySet[Enterprise]:
        """The enterprises that pass: by part of the name, of a former name, or of the code; by place; by state."""
        if self.q and not self.too_short:
            former = FormerName.objects.filter(enterprise=OuterRef("pk"), name__icontains=self.q)
            text = Q(name_key__contains=fold(self.q)) | Q(credit_code__contains=self.q.upper()) | Exists(former)
            rows = rows.filter(text)
        if self.area:
            rows = rows.filter(within([stem(self.area)], "area", "production_area"))
        if self.state:
            rows = rows.filter(state=self.state)
        return rows

    def words(self, names: dict[str, str]) -> Sequence[str]:
        """Each filter in words, for the heading of the sheet."""
        said = [_("关键字：%(text)s") % {"text": self.q}] if self.q and not self.too_short else []
        if self.area:
            said.append(_("地区：%(text)s") % {"text": names.get(self.area, self.area)})
        if self.state:
            said.append(_("状态：%(text)s") % {"text": Enterprise.State(self.state).label})
        return said
