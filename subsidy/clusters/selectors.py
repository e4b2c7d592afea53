"""Every queryset of clusters, all starting from who is asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import around, territory, within
from subsidy.clusters.models import Cluster, Membership, Recognition, in_force
from workflow import clock

TEXT_LIMIT = 60


def visible_to(actor: Actor) -> QuerySet[Cluster]:
    """The clusters of one's territory and of those above it; an enterprise those to which it belongs or belonged."""
    stems = territory(actor, Right.READ_REGISTERS)
    above = {code for one in stems for code in around(one.ljust(6, "0"))}
    own = Membership.objects.filter(cluster=OuterRef("pk"), enterprise__in=actor.enterprises)
    run = Q(organisation__in=actor.enterprises)
    return Cluster.objects.filter(within(stems, "area") | Q(area__in=above) | Exists(own) | run)


def one(clusters: QuerySet[Cluster], pk: int) -> Cluster:
    """The cluster with this id among those given; otherwise Http404, which names nobody."""
    found = clusters.select_related("organisation").filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; nonsense asks for nothing."""

    q: str
    level: str
    state: str
    too_short: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """The filters in an address."""
        level, state = query.get("level", ""), query.get("state", "")
        return cls(
            query.get("q", "").replace("\0", "").strip()[:TEXT_LIMIT],
            level if level in Recognition.Level.values else "",
            state if state in Cluster.State.values else "",
        )

    @property
    def active(self) -> bool:
        return bool(self.q or self.level or self.state)

    def apply(self, rows: QuerySet[Cluster]) -> QuerySet[Cluster]:
        """The clusters that pass: by part of name or code, by a level in force today, by state."""
        if self.q:
            rows = rows.filter(Q(name__icontains=self.q) | Q(code__icontains=self.q))
        if self.level:
            holding = Recognition.objects.filter(in_force(clock.today()), cluster=OuterRef("pk"), level=self.level)
            rows = rows.filter(Exists(holding))
        if self.state:
            rows = rows.filter(state=self.state)
        return rows

    def words(self) -> Sequence[str]:
        """Each filter in words, for the heading of the sheet."""
        said = [_("关键字：%(text)s") % {"text": self.q}] if self.q else []
        if self.level:
            said.append(_("级别：%(text)s") % {"text": Recognition.Level(self.level).label})
        if self.state:
            said.append(_("状态：%(text)s") % {"text": Cluster.State(self.state).label})
        return said
