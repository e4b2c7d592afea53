"""Who must not judge whom: known from data before anybody declares anything (domain case 59)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from subsidy.accounts.models import Post
from subsidy.cases.models import Case, CaseProject, Level, Review, Signature
from subsidy.panels.models import Expert, Panel
from subsidy.reference.text import fold


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """An organisation that takes part in a case; `code` is its credit code, perhaps unknown."""

    name: str
    code: str


def units_of(cases: Iterable[Case]) -> dict[int, set[Unit]]:
    """Case id → applicant, firms of its projects, and their partners; two queries."""
    found: dict[int, set[Unit]] = defaultdict(set)
    ids = [case.pk for case in cases]
    for pk, name, code in Case.objects.filter(pk__in=ids).values_list(
        "pk", "enterprise__name", "enterprise__credit_code"
    ):
        found[pk].add(Unit(name, code))
    rows = CaseProject.objects.filter(case__in=ids).values_list(
        "case_id", "project__enterprise__name", "project__enterprise__credit_code", "partners"
    )
    for pk, name, code, partners in rows:
        found[pk].add(Unit(name, code))
        found[pk] |= {_partner(partner) for partner in partners if partner.get("name")}
    return dict(found)


def excluded(experts: Sequence[Expert], cases: Sequence[Case], *, organiser: int) -> dict[int, str]:
    """Expert id → why the expert cannot be on a panel for these cases of this organising agency.

    By the credit code of the unit, or its name where a code is missing; by a post at an applicant, a member firm or
    the organiser; by an earlier opinion or signature on one of the cases. Five queries, however many there are.
    """
    units = {unit for those in units_of(cases).values() for unit in those}
    posts = _posts(experts, {unit.code for unit in units}, organiser)
    reviewers = _reviewers(cases)
    reasons: dict[int, str] = {}
    for expert in experts:
        unit = _own(expert, units)
        if unit is not None:
            reasons[expert.pk] = _("工作单位与参评单位“%(unit)s”相同") % {"unit": unit.name}
        elif expert.user_id in posts:
            reasons[expert.pk] = _("在参评单位或组织单位任职（%(unit)s）") % {"unit": posts[expert.user_id]}
        elif expert.user_id in reviewers:
            reasons[expert.pk] = _("曾办理参评案件的审核")
    return reasons


def why_not(panel: Panel, people: frozenset[int]) -> str:
    """Why none of these people may organise or decide this panel: one sits on it, or has reviewed a case locally."""
    if panel.assignments.filter(expert__user__in=people).exists():
        return _("您是本批次的评审专家，不能组织或确定评审结果。")
    mine = Q(submission__case__panel_cases__panel=panel)
    reviewed = Review.objects.filter(mine, reviewed_by__in=people, level=Level.LOCAL).exists()
    if reviewed or Signature.objects.filter(mine, signed_by__in=people).exists():
        return _("您办理过参评案件的初审，不能组织或确定评审结果。")
    return ""


def _partner(partner: Mapping[str, str]) -> Unit:
    return Unit(partner["name"], partner.get("code") or partner.get("credit_code") or "")


def _own(expert: Expert, units: Iterable[Unit]) -> Unit | None:
    code, name = fold(expert.unit_code), fold(expert.unit)
    for unit in sorted(units):
        if code and unit.code:
            if fold(unit.code) == code:
                return unit
        elif fold(unit.name) == name:
            return unit
    return None


def _posts(experts: Sequence[Expert], codes: set[str], organiser: int) -> dict[int, str]:
    at = Q(enterprise__credit_code__in=codes - {""}) | Q(agency=organiser)
    rows = Post.objects.filter(at, user__in=[expert.user_id for expert in experts])
    return {
        user: enterprise or agency
        for user, enterprise, agency in rows.values_list("user_id", "enterprise__name", "agency__name")
    }


def _reviewers(cases: Sequence[Case]) -> set[int]:
    ours = {"submission__case__in": [case.pk for case in cases]}
    return set(Review.objects.filter(**ours).values_list("reviewed_by_id", flat=True)) | set(
        Signature.objects.filter(**ours).values_list("signed_by_id", flat=True)
    )
