"""Ask the measure about a case: a preview, of which nothing is stored, or an assessment of a submission."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from policies import assess as rules
from policies.kit import facts as kit
from policies.kit.facts import CaseFacts
from policies.kit.findings import Finding, Outcome
from policies.kit.money import Entitlement
from policies.kit.policy import Policy
from subsidy.calls.editions import policy_of
from subsidy.cases.answers import fitting
from subsidy.cases.facts import facts_of
from subsidy.cases.models import Assessment, Case, Submission
from workflow import clock

NOT_BARRED = "not_barred"
ABOUT_LINES = frozenset({"left_out", "same_invoice", "requested", "applied_rate"})
"""Findings about what is claimed; without a claimed line they have nothing to look at."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an edition says about a case: findings, and the computation line by line."""

    policy: Policy
    facts: CaseFacts
    answered: rules.Assessment

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the articles."""
        return self.answered.findings

    @property
    def entitlement(self) -> Entitlement:
        """The ceiling with its lines."""
        return self.answered.entitlement

    @property
    def without_lines(self) -> tuple[str, ...]:
        """The names of the projects in the case that have no claimed line yet."""
        return tuple(project.name for project in self.facts.active if not project.lines)

    @property
    def has_lines(self) -> bool:
        """Whether anything is claimed at all."""
        return any(project.lines for project in self.facts.active)

    @property
    def unanswered(self) -> tuple[Finding, ...]:
        """What the rules cannot say before anything is claimed, whatever their answer about nothing is."""
        return () if self.has_lines else tuple(one for one in self.findings if one.code in ABOUT_LINES)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What keeps the applicant from submitting: whatever is not met and is the filing's own matter, and a bar.

        What a register says about an enterprise (credit, accidents) is shown, and decided by a person in the review.
        """
        return tuple(
            finding
            for finding in self.answered.not_met
            if (finding.code == NOT_BARRED or finding.subject not in self.facts.by_key)
            and finding not in self.unanswered
        )

    @property
    def advisory(self) -> tuple[Finding, ...]:
        """What a person will look at in the review: not met although it does not block, or for an officer."""
        elsewhere = (*self.blocking, *self.unanswered)
        return tuple(f for f in self.findings if f.outcome is not Outcome.MET and f not in elsewhere)


def preview(case: Case) -> Result:
    """What the measure says about the case as it stands; nothing is stored."""
    return _answer(case, fitting(policy_of(case.call), facts_of(case)))


def review(submission: Submission) -> Result:
    """What the measure says today about a submission with the amounts recognised so far; nothing is stored."""
    return _answer(submission.case, facts_of(submission.case, submission=submission))


def assess(submission: Submission, occasion: str) -> Assessment:
    """Store what the measure says about a submission today: facts, findings, lines, ceiling, digests of the rules.

    The case itself is not touched: put ``figures(…)`` into the changes of the move that goes with it.
    """
    result = review(submission)
    return store(submission, occasion, result)


def store(submission: Submission, occasion: str, result: Result) -> Assessment:
    """Store a result that was worked out already."""
    answered = rules.to_json(result.answered)
    return Assessment.objects.create(
        submission=submission,
        occasion=occasion,
        edition=result.policy.edition,
        facts=kit.to_json(result.facts),
        result=answered,
        manifest=answered["manifest"],
        cap=result.entitlement.cap,
        assessed_at=clock.now(),
    )


def stored(assessment: Assessment) -> rules.Assessment:
    """The findings and lines of a stored assessment."""
    return rules.from_json(assessment.result)


def figures(assessment: Assessment, *, filing: bool = False) -> dict[str, Decimal | None]:
    """Columns of the case that follow from an assessment (元).

    At filing the base is what the applicant claims, and nothing is recognised yet; afterwards it is the recognised one.
    """
    base = stored(assessment).entitlement.base
    if filing:
        return {"claimed": base, "recognised": None, "cap": assessment.cap}
    return {"recognised": base, "cap": assessment.cap}


def _answer(case: Case, facts: CaseFacts) -> Result:
    policy = policy_of(case.call)
    return Result(policy, facts, rules.assess(policy, facts))
