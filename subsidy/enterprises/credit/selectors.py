"""Every queryset of lists, enterprises and bars on these pages, all starting from who is asking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404, QueryDict

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import territory, within
from subsidy.enterprises.credit.models import Bar, CreditCheck, CreditList, ListEntry, ListImport
from subsidy.enterprises.credit.snapshot import by_day
from subsidy.enterprises.models import Enterprise
from subsidy.enterprises.succession import answers_for
from subsidy.reference.text import fold
from workflow import clock

TEXT_LIMIT = 60


def enterprises(actor: Actor) -> QuerySet[Enterprise]:
    """An enterprise sees itself; an agency those that are registered or produce in its territory."""
    there = within(territory(actor, Right.READ_CREDIT), "area", "production_area")
    return Enterprise.objects.filter(Q(pk__in=actor.enterprises) | there)


def lists(actor: Actor) -> QuerySet[CreditList]:
    """The national lists, and those of the measures for which the actor's agencies are competent."""
    return CreditList.objects.filter(measure__in=["", *actor.measures_with(Right.READ_CREDIT)])


def imports(actor: Actor) -> QuerySet[ListImport]:
    """What was brought in under these lists: what counts, and the own agencies' drafts."""
    own = Q(agency__in=actor.agencies_with(Right.READ_CREDIT))
    seen = Q(state=ListImport.State.RECORDED) | own
    return ListImport.objects.filter(seen, credit_list__in=lists(actor)).select_related(
        "credit_list", "agency", "operator"
    )


def bars(actor: Actor) -> QuerySet[Bar]:
    """Bars on enterprises one sees, those one's agencies imposed, and for staff those that cover every measure."""
    seen = Q(enterprise__in=enterprises(actor)) | Q(enterprise__in=_answered(actor))
    if agencies := actor.agencies_with(Right.READ_CREDIT):
        seen |= Q(measure="") | Q(agency__in=agencies)
    return Bar.objects.filter(seen).exclude(state=Bar.State.DRAFT).select_related("enterprise", "agency")


def own_bars(actor: Actor) -> QuerySet[Bar]:
    """The bars on the actor's own enterprises and on those for which they answer, the newest first."""
    rows = Bar.objects.filter(enterprise__in=_answered(actor)).exclude(state=Bar.State.DRAFT)
    return rows.select_related("enterprise", "agency").order_by("-valid_from", "-pk")


def _answered(actor: Actor) -> frozenset[int]:
    """The actor's own enterprises with their predecessors; no query for staff."""
    if not actor.enterprises:
        return frozenset()
    return frozenset[int]().union(*answers_for(actor.enterprises).values())


def checks(enterprise: Enterprise, codes: Iterable[str]) -> QuerySet[CreditCheck]:
    """The credit history of an enterprise on some lists, the newest first."""
    rows = CreditCheck.objects.filter(enterprise=enterprise, list__in=list(codes))
    return rows.select_related("operator", "statement").order_by("-checked_at", "-pk")


def listed_now(actor: Actor, codes: Iterable[str]) -> QuerySet[CreditCheck]:
    """The newest check of each list about the enterprises one sees, where it says listed."""
    newest = by_day(CreditCheck.objects.filter(enterprise=OuterRef("enterprise"), list=OuterRef("list")))
    rows = CreditCheck.objects.filter(
        listed=True, list__in=list(codes), enterprise__in=enterprises(actor),
        pk=Subquery(newest.order_by("-day", "-checked_at", "-pk").values("pk")[:1]),
    )  # fmt: skip
    return rows.select_related("enterprise", "statement").order_by("enterprise__name_key", "list")


def hints(statement: ListImport, actor: Actor) -> list[tuple[ListEntry, Enterprise]]:
    """Lines without a code whose name is that of an enterprise one sees: for a person to look up. Two queries."""
    lines = (
        statement.entries.filter(credit_code="").exclude(name_key="").order_by("position").select_related("statement")
    )
    named: dict[str, list[Enterprise]] = {}
    for firm in enterprises(actor).filter(name_key__in=lines.values("name_key")):
        named.setdefault(firm.name_key, []).append(firm)
    return [(line, firm) for line in lines for firm in named.get(line.name_key, ())]


def agency_with(actor: Actor, right: Right) -> Agency | None:
    """The agency for which the actor acts with a right; the first when there are several."""
    return Agency.objects.filter(pk__in=actor.agencies_with(right)).order_by("pk").first()


def one_import(actor: Actor, pk: int) -> ListImport:
    """One import that the actor may see; otherwise Http404."""
    found = imports(actor).filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


def one_bar(actor: Actor, pk: int) -> Bar:
    """One bar that the actor may see; otherwise Http404."""
    found = bars(actor).filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


@dataclass(frozen=True, slots=True)
class BarFilters:
    """What the address of the list of bars asks for; what makes no sense asks for nothing."""

    q: str
    measure: str
    now: str

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        now = query.get("now", "")
        return cls(
            query.get("q", "").replace("\0", "").strip()[:TEXT_LIMIT], query.get("measure", "")[:32].replace("\0", ""),
            now if now in ("in_force", "coming", "over", "lifted") else "",
        )  # fmt: skip

    @property
    def active(self) -> bool:
        return bool(self.q or self.measure or self.now)

    def apply(self, rows: QuerySet[Bar]) -> QuerySet[Bar]:
        """The bars that pass: by name, code or decision; by scope; by whether they run today."""
        today = clock.today()
        if self.q:
            rows = rows.filter(
                Q(enterprise__name_key__contains=fold(self.q)) | Q(enterprise__credit_code__contains=self.q.upper())
                | Q(decision__contains=self.q)
            )  # fmt: skip
        if self.measure:
            rows = rows.filter(measure="" if self.measure == "all" else self.measure)
        if self.now == "lifted":
            return rows.filter(state=Bar.State.LIFTED)
        if self.now == "coming":
            return rows.filter(state=Bar.State.IN_FORCE, valid_from__gt=today)
        if self.now == "over":
            return rows.filter(state=Bar.State.IN_FORCE, valid_to__lte=today)
        if self.now == "in_force":
            return rows.filter(pk__in=Bar.in_force(today))
        return rows
