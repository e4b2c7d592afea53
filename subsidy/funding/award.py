"""What an approved plan gives: awards, their shares by project and payee, their instalments by year."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from policies.kit.facts import CaseFacts
from policies.kit.money import Claim, apportion
from policies.kit.policy import Policy
from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call
from subsidy.cases.facts import project_key
from subsidy.cases.models import CaseProject
from subsidy.funding.models import Award, Instalment, Plan, PlanLine, Share
from subsidy.funding.working import facts_seen, newest, weight

CENT = Decimal("0.01")


def grant(plan: Plan, lines: Sequence[PlanLine], now: datetime) -> list[Instalment]:
    """Make awards, shares and planned instalments of a plan's lines, set-wise; the shares of an award make it exactly.

    The caller writes the instalments' first entries and moves them.
    """
    policy = policy_of(plan.call)
    facts = facts_seen(newest([line.case_id for line in lines]))
    awards = Award.objects.bulk_create(
        Award(case_id=line.case_id, plan=plan, amount=line.amount, decided_at=now) for line in lines
    )
    projects = _projects([line.case_id for line in lines])
    Share.objects.bulk_create(
        share
        for award in awards
        for share in shares(award, projects[award.case_id], plan.call.payee, facts.get(award.case_id), policy)
    )
    return Instalment.objects.bulk_create(
        Instalment(award=award, year=year, amount=amount)
        for award in awards
        for year, amount in years(award.amount, plan.year, facts.get(award.case_id), policy)
    )


def shares(
    award: Award, projects: Sequence[CaseProject], payee: str, facts: CaseFacts | None, policy: Policy
) -> list[Share]:
    """An award divided among the projects by what each counts for; without any weight, equally."""
    known = {project.key: project for project in facts.projects} if facts else {}
    weights = {
        row.pk: weight(known[key], policy) if (key := project_key(row.project_id)) in known else Decimal(0)
        for row in projects
    }
    if not any(weights.values()):
        weights = dict.fromkeys(weights, Decimal(1))
    claims = [Claim(str(row.pk), place, award.amount, weights[row.pk]) for place, row in enumerate(projects)]
    parts = {int(part.key): part.amount for part in apportion(award.amount, claims, CENT).parts}
    return [
        Share(
            award=award, project=row, amount=parts[row.pk],
            payee_id=row.project.enterprise_id if payee == Call.Payee.MEMBER else row.case.enterprise_id,
        )
        for row in projects
    ]  # fmt: skip


def years(amount: Decimal, year: int, facts: CaseFacts | None, policy: Policy) -> list[tuple[int, Decimal]]:
    """(Year, 元) of each instalment: as the measure says, else all in the plan's year (Jilin Art. 5)."""
    due = policy.instalments(facts, amount).rows if facts and facts.progress else ()
    return [(row.year, row.amount) for row in due if row.amount > 0] or [(year, amount)]


def parts_of_payees(held: Sequence[Share], instalments: Sequence[Instalment]) -> Mapping[tuple[int, int], Decimal]:
    """(Instalment, payee) → 元: each instalment divided as the shares are, the last one closing every gap."""
    left: dict[int, Decimal] = {}
    for share in held:
        left[share.payee_id] = left.get(share.payee_id, Decimal("0.00")) + share.amount
    whole = dict(left)
    parts: dict[tuple[int, int], Decimal] = {}
    for instalment in sorted(instalments, key=lambda one: one.year):
        claims = [Claim(str(payee), place, left[payee], whole[payee]) for place, payee in enumerate(sorted(left))]
        for part in apportion(instalment.amount, claims, CENT).parts:
            parts[instalment.pk, int(part.key)] = part.amount
            left[int(part.key)] -= part.amount
    return {key: amount for key, amount in parts.items() if amount > 0}


def _projects(case_ids: Sequence[int]) -> dict[int, list[CaseProject]]:
    rows = CaseProject.objects.filter(case__in=case_ids, status=CaseProject.Status.IN).select_related("project", "case")
    found: dict[int, list[CaseProject]] = {pk: [] for pk in case_ids}
    for row in rows.order_by("case", "position", "id"):
        found[row.case_id].append(row)
    return found
