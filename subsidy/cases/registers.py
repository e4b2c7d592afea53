"""What the registers say about the enterprises, the cluster and the measured project of a case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db.models import Q

from policies.kit import facts as kit
from subsidy.clusters.models import Cluster, Membership, Recognition
from subsidy.enterprises.models import Accident, Bar, CreditCheck, CreditList, Enterprise
from subsidy.enterprises.succession import answers_for
from subsidy.projects.models import MeasuredApproval, MeasuredProject
from workflow.clock import SHANGHAI

ONE_DAY = timedelta(days=1)
NATIONAL = frozenset(kit.CreditKind)
RANK = {Recognition.Level.WORLD: 0, Recognition.Level.NATIONAL: 1, Recognition.Level.PROVINCIAL: 2}


def enterprise_facts(
    enterprises: Iterable[Enterprise], day: date, measure: str = ""
) -> tuple[kit.EnterpriseFacts, ...]:
    """Each enterprise once, with credit checks, accidents, the clusters it belongs to on ``day``, and its bars.

    Bars of predecessors are the successor's. Of the lists that measures keep themselves only those of ``measure``
    are seen.
    """
    known = {one.pk: one for one in enterprises}
    credit, own_lists = _credit(known, measure)
    accidents: dict[int, list[kit.AccidentFacts]] = defaultdict(list)
    for accident in Accident.objects.filter(enterprise__in=known, struck=False).order_by("happened_on", "pk"):
        accidents[accident.enterprise_id].append(
            kit.AccidentFacts(kit.AccidentKind(accident.kind), accident.happened_on, accident.major, accident.document)
        )
    bars: dict[int, list[kit.BarFacts]] = defaultdict(list)
    answered = answers_for(known)
    rows = list(Bar.objects.filter(enterprise__in=frozenset().union(*answered.values())).order_by("valid_from", "pk"))
    for pk in known:
        found = (_bar(bar) for bar in rows if bar.enterprise_id in answered[pk])
        bars[pk] = [facts for facts in found if facts is not None]
    clusters = _clusters(known, day)
    return tuple(
        kit.EnterpriseFacts(
            key=one.credit_code,
            name=one.name,
            code=one.credit_code,
            registered_in=one.area,
            produces_in=one.production_area or one.area,
            established=not one.is_branch and (one.established_on is None or one.established_on <= day),
            clusters=tuple(clusters[pk]),
            credit=tuple(credit[pk]),
            accidents=tuple(accidents[pk]),
            bars=tuple(bars[pk]),
            own_lists=own_lists.get(pk, ()),
            industry=one.industry,
        )
        for pk, one in known.items()
    )


def _credit(
    known: Iterable[int], measure: str
) -> tuple[Mapping[int, list[kit.CreditFacts]], Mapping[int, tuple[kit.OwnListFacts, ...]]]:
    """Checks of the national lists by the day of the list, repetitions once; the newest word of each own list."""
    names = dict(CreditList.objects.filter(measure=measure).exclude(measure="").values_list("code", "name"))
    rows = CreditCheck.objects.filter(enterprise__in=list(known))
    credit: dict[int, list[kit.CreditFacts]] = defaultdict(list)
    own: dict[int, dict[str, kit.OwnListFacts]] = defaultdict(dict)
    for check in sorted(rows, key=lambda row: (_day_of(row), row.checked_at, row.pk)):
        if check.list in NATIONAL:
            facts = kit.CreditFacts(kit.CreditKind(check.list), _day_of(check), check.listed, check.source)
            said = [one for one in credit[check.enterprise_id] if one.kind == facts.kind]
            if not said or said[-1] != facts:
                credit[check.enterprise_id].append(facts)
        elif check.list in names:
            own[check.enterprise_id][check.list] = kit.OwnListFacts(
                check.list, names[check.list], _day_of(check), check.listed, check.source
            )
    return credit, {pk: tuple(lists[code] for code in sorted(lists)) for pk, lists in own.items()}


def _day_of(check: CreditCheck) -> date:
    """The day for which the list speaks; a check without one speaks for its own."""
    return check.as_of or check.checked_at.astimezone(SHANGHAI).date()


def _bar(bar: Bar) -> kit.BarFacts | None:
    """The register's end is the first free day, the facts' the last barred one; a bar lifted at once never was."""
    ends = [day for day in (bar.valid_to, bar.lifted_on) if day is not None]
    last = min(ends) - ONE_DAY if ends else None
    if last is not None and last < bar.valid_from:
        return None
    return kit.BarFacts(bar.valid_from, last, bar.measure, bar.reason)


def _in_force(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def _clusters(known: Iterable[int], day: date) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Membership.objects.filter(_in_force(day), enterprise__in=list(known)).order_by("cluster__code")
    for enterprise_id, code in rows.values_list("enterprise_id", "cluster__code"):
        found[enterprise_id].append(code)
    return found


def cluster_facts(cluster: Cluster | None, day: date) -> kit.ClusterFacts | None:
    """The cluster with its highest level in force on ``day``, else its last one; None without any recognition."""
    if cluster is None:
        return None
    recognitions = list(cluster.recognitions.order_by("-valid_from", "-pk"))
    if not recognitions:
        return None
    holding = [r for r in recognitions if r.valid_from <= day and (r.valid_to is None or day < r.valid_to)]
    chosen = min(holding, key=lambda r: RANK[Recognition.Level(r.level)]) if holding else recognitions[0]
    heads = Membership.objects.filter(_in_force(day), cluster=cluster, is_head=True).order_by("enterprise_id")
    organisation = cluster.organisation
    return kit.ClusterFacts(
        key=cluster.code,
        name=cluster.name,
        level=kit.ClusterLevel(chosen.level),
        recognised_on=chosen.valid_from,
        document=chosen.document,
        withdrawn_on=chosen.valid_to,
        heads=tuple(heads.values_list("enterprise__credit_code", flat=True)),
        organisation=organisation.credit_code if organisation else None,
    )


def measured_facts(measured: MeasuredProject | None) -> tuple[kit.MeasuredFacts, ...]:
    """The measured project with the province's newest decision; nothing when none is linked."""
    if measured is None:
        return ()
    decision = MeasuredApproval.objects.filter(measured=measured).order_by("-decided_on", "-pk").first()
    return (
        kit.MeasuredFacts(
            key=f"measured-{measured.pk}",
            project=f"project-{measured.project_id}",
            track=measured.kind,
            round=f"{measured.round}年度",
            state=kit.MeasuredState(decision.outcome) if decision else kit.MeasuredState.PENDING,
            approved_amount=decision.amount if decision else None,
            document=decision.document if decision else "",
            argued=measured.argued,
            year=measured.round,
        ),
    )
