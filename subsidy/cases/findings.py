"""What the rules found about a submission, and what people decided about it at each level of review."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policies.assess import finding_from_json
from policies.kit.findings import Finding, Outcome
from subsidy.cases.models import Assessment, FindingDecision, Level, Submission

Decision = FindingDecision.Decision
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """One finding with the decision that holds at a level, and at the upper level the local one beside it."""

    finding: Finding
    decision: FindingDecision | None = None
    below: FindingDecision | None = None

    @property
    def key(self) -> Key:
        return self.finding.code, self.finding.subject

    @property
    def waits(self) -> bool:
        """A person must decide: the rules did not find it met, and nobody has decided yet."""
        return self.decision is None and self.finding.outcome is not Outcome.MET

    @property
    def unsigned(self) -> bool:
        """The rules propose that it is met, and nobody has signed that yet."""
        return self.decision is None and self.finding.outcome is Outcome.MET

    @property
    def outcome(self) -> Outcome:
        """What holds now: what a person decided, otherwise what the rules answered."""
        return self.finding.outcome if self.decision is None else decided(self.finding, self.decision.decision)

    @property
    def fails(self) -> bool:
        """A person has decided that it is not met."""
        return self.decision is not None and self.outcome is Outcome.NOT_MET


def decided(finding: Finding, decision: str) -> Outcome:
    """The outcome that a decision about a finding means."""
    return {
        Decision.AGREED: finding.outcome, Decision.MET: Outcome.MET, Decision.NOT_MET: Outcome.NOT_MET,
    }[Decision(decision)]  # fmt: skip


def overrules(finding: Finding, decision: str) -> bool:
    """Whether a decision goes against what the rules answered; discretion was never theirs."""
    return finding.outcome is not Outcome.FOR_OFFICER and decided(finding, decision) is not finding.outcome


def newest(submission: Submission) -> Assessment:
    """The newest assessment of a submission: the one that is shown and decided upon. Each submission has one."""
    return submission.assessments.order_by("-id")[0]


def findings_of(submission: Submission, level: str) -> list[Judged]:
    """The findings of the newest assessment with what was decided at ``level``; two queries.

    A decision about an older assessment still holds while the finding looks at the same facts with the same answer.
    """
    assessments = {one.pk: one for one in submission.assessments.order_by("id")}
    if not assessments:
        return []
    stored = {pk: _by_key(one.result["findings"]) for pk, one in assessments.items()}
    latest = stored[max(stored)]
    decisions = FindingDecision.objects.filter(assessment__in=stored).select_related("decided_by").order_by("id")
    valid = [one for one in decisions if _same(latest, stored[one.assessment_id], (one.code, one.subject))]
    here = _latest(valid, level)
    below = _latest(valid, Level.LOCAL) if level == Level.UPPER else {}
    return [Judged(finding, here.get(key), below.get(key)) for key, finding in latest.items()]


def waiting(judged: Iterable[Judged]) -> list[Judged]:
    """Those a person has still to decide."""
    return [one for one in judged if one.waits]


def unread(judged: Sequence[Judged], person: int | None) -> list[Judged]:
    """Those this person has still to confirm before signing a conclusion.

    What the rules found met and nobody has signed; where others have decided everything, all of it, so that nobody
    concludes a review without an act of their own on it.
    """
    if unsigned := [one for one in judged if one.unsigned]:
        return unsigned
    mine = any(one.decision is not None and one.decision.decided_by_id == person for one in judged)
    return [] if mine else [one for one in judged if one.decision is not None]


def _by_key(rows: Sequence[dict[str, object]]) -> dict[Key, Finding]:
    findings = [finding_from_json(row) for row in rows]
    return {(finding.code, finding.subject): finding for finding in findings}


def _same(latest: dict[Key, Finding], then: dict[Key, Finding], key: Key) -> bool:
    if key not in latest or key not in then:
        return False
    return (latest[key].outcome, latest[key].looked_at) == (then[key].outcome, then[key].looked_at)


def _latest(decisions: Iterable[FindingDecision], level: str) -> dict[Key, FindingDecision]:
    return {(one.code, one.subject): one for one in decisions if one.level == level}
