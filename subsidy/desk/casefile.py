"""A case as staff see it: read once for every section of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from policies.kit.findings import Finding, Outcome, SourceKind
from policies.kit.findings import Source as KitSource
from policies.kit.policy import Policy
from policies.kit.text import article_of
from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.editions import policy_of
from subsidy.cases import due, words
from subsidy.cases.decide import LEVELS, RIGHTS
from subsidy.cases.findings import Judged, findings_of, unread
from subsidy.cases.holds import may_conclude
from subsidy.cases.models import Case, Hold, Level, Submission
from subsidy.cases.province import WAITING, waits
from subsidy.cases.signatures import Standing, recommended_upper, standing
from subsidy.cases.stages import signing_stages
from subsidy.desk import wording
from subsidy.desk.actions import Offer, offers
from subsidy.papers.columns import Tag
from subsidy.reference import formats
from subsidy.reference.workcalendar import work_calendar
from workflow.states import State

UPPER_STATES = frozenset(State) - {
    State.DRAFT, State.LOCAL_REVIEW, State.ENDORSED, State.WITHDRAWN,
}  # fmt: skip

LOCAL_DESKS = (("local", Right.REVIEW_LOCAL), ("local_finance", Right.SIGN_FINANCE))
UPPER_DESKS = (("upper", Right.REVIEW_UPPER),)


@dataclass(frozen=True, slots=True)
class Chip:
    """One bureau's signature as a mark on the page."""

    label: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A source as the page shows it; platform checks have no article to open."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One finding as components/findings.html prints it, with what its form needs."""

    code: str
    subject: str
    anchor: str
    outcome: str
    title: str
    sentence: str
    figures: Sequence[tuple[str, str]]
    sources: Sequence[Citation]
    decided: str
    waits: bool
    rule: str
    evidence: Sequence[Citation] = ()

    @property
    def attention(self) -> bool:
        """Whether it is shown in full: not met, still to decide, or decided against the rules."""
        return self.outcome != "pass" or self.rule != "pass"


@dataclass
class CaseFile:
    """A case with what its sections need; everything heavy is read when a section asks for it."""

    case: Case
    actor: Actor
    extras: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def policy(self) -> Policy:
        return policy_of(self.case.call)

    @cached_property
    def submission(self) -> Submission:
        return self.case.submissions.order_by("-number")[0]

    @property
    def content(self) -> Mapping[str, Any]:
        content: Mapping[str, Any] = self.submission.content
        return content

    @property
    def level(self) -> Level:
        """The level whose decisions the page shows."""
        if self.case.state == State.CORRECTING:
            return Level(self.case.correcting_level)
        return Level.UPPER if self.case.state in UPPER_STATES else Level.LOCAL

    @cached_property
    def judged(self) -> list[Judged]:
        return findings_of(self.submission, self.level)

    @cached_property
    def offers(self) -> list[Offer]:
        return offers(self.case, self.actor, self.judged, self.signed)

    @property
    def mine(self) -> bool:
        """Whether the case is at a desk of the actor's."""
        stages = {State.LOCAL_REVIEW: LOCAL_DESKS, State.UPPER_REVIEW: UPPER_DESKS}.get(State(self.case.state), ())
        return any(self.actor.may(right, self.case.competence(stage)) for stage, right in stages)

    @cached_property
    def may_decide(self) -> bool:
        """Whether the actor reviews here and nothing has been signed yet."""
        if self.case.state not in LEVELS or not self.actor.may(RIGHTS[self.level], self.case.competence(self.level)):
            return False
        return not (recommended_upper([self.case]) if self.level == Level.UPPER else self.signed.agreed)

    @cached_property
    def signed(self) -> Standing:
        return standing([self.case])[self.case.pk]

    @property
    def chips(self) -> list[Chip]:
        """The sign-off marks, one for each bureau that must sign."""
        return [self._chip(stage.desk.value, wording.desk_name(self.policy, stage.desk)) for stage in
                signing_stages(self.case.call)]  # fmt: skip

    @cached_property
    def holds(self) -> list[Hold]:
        return list(self.case.holds.filter(released_at__isnull=True))

    @property
    def concludes(self) -> bool:
        """Whether the actor is the one who ends holds about credit and bars by a conclusion."""
        return may_conclude(self.case, self.actor)

    @property
    def state(self) -> Tag:
        return Tag(wording.state_name(self.policy, self.case.state), wording.tone(self.case.state, self.mine))

    @cached_property
    def waits(self) -> Tag | None:
        """That the province has still to decide about the measured project."""
        return Tag(WAITING, "run") if waits(self.case) else None

    @cached_property
    def due(self) -> Tag | None:
        """How much time is left, in working days and words."""
        if self.case.due_at is None:
            return None
        days = due.workdays_left(self.case.due_at, work_calendar())
        return wording.due_tag(self.case.state, self.case.due_at, days)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The strip on top of the page; amounts in 万元."""
        case = self.case
        return [
            (_("申报单位"), case.enterprise.name),
            (_("受理单位"), case.local_agency.short_name),
            (_("申报通知"), case.call.number),
            (_("申报版本"), _("第 %(n)s 版") % {"n": self.submission.number}),
            (_("计入投资（万元）"), formats.wan(case.recognised if case.recognised is not None else case.claimed)),
            (_("政策上限（万元）"), formats.wan(case.cap)),
            (_("拟申请（万元）"), formats.wan(case.requested)),
        ]

    @property
    def counts(self) -> dict[str, int]:
        """Findings by what holds now."""
        fail = sum(one.outcome is Outcome.NOT_MET for one in self.judged)
        ask = sum(one.outcome is Outcome.FOR_OFFICER for one in self.judged)
        return {"fail": fail, "ask": ask, "pass": len(self.judged) - fail - ask}

    @property
    def unread(self) -> int:
        """How many findings the reader has still to confirm before a conclusion."""
        return len(unread(self.judged, self.actor.id))

    @property
    def proposed(self) -> bool:
        """Whether what is to be confirmed are passes that nobody has signed, not decisions of colleagues."""
        return any(one.unsigned for one in self.judged)

    @property
    def cards(self) -> list[Card]:
        """Findings in the order of what needs attention: not met, to decide, met."""
        order = {Outcome.NOT_MET: 0, Outcome.FOR_OFFICER: 1, Outcome.MET: 2}
        return [self._card(one) for one in sorted(self.judged, key=lambda one: (not one.waits, order[one.outcome]))]

    def citation(self, source: KitSource) -> Citation:
        """The chip of a source; an article opens its verbatim text."""
        if source.kind is SourceKind.ARTICLE:
            href = reverse("desk:article", args=[source.measure, article_of(source.ref)])
            return Citation(f"{self.policy.numbers[0]} {source.clause.removeprefix('细则')}", href)
        if source.kind is SourceKind.PLATFORM:
            return Citation(_("平台核查项（无直接条款）"))
        return Citation(source.clause)

    def _chip(self, stage: str, label: str) -> Chip:
        signature = self.signed.agreed.get(stage)
        if signature is not None:
            text = f"✓ {signature.signed_by.name} {formats.minute(signature.signed_at)[5:10]}"
            return Chip(label, text, "good")
        refused = self.signed.refused
        if refused is not None and refused.stage == stage:
            return Chip(label, _("✕ 不同意 %(name)s") % {"name": refused.signed_by.name}, "bad")
        return Chip(label, _("待签署"), "you" if self.case.state == State.LOCAL_REVIEW else "")

    def _card(self, one: Judged) -> Card:
        finding = one.finding
        return Card(
            finding.code, finding.subject, f"f-{finding.code}-{finding.subject}".rstrip("-"),
            wording.CARD_OUTCOMES[one.outcome], self._title(finding), wording.standing_of(one),
            words.figures(finding.looked_at), [self.citation(finding.source)], self._decided(one), one.waits,
            wording.CARD_OUTCOMES[finding.outcome],
        )  # fmt: skip

    def _title(self, finding: Finding) -> str:
        """The finding's sentence, with the project or firm it is about when the sentence does not name it."""
        name = subject_name(finding, self.content)
        return finding.message if not name or name in finding.message else f"{name}：{finding.message}"

    def _decided(self, one: Judged) -> str:
        return "；".join(
            wording.decision_line(decision, wording.LEVELS[level])
            for decision, level in ((one.below, Level.LOCAL), (one.decision, self.level)) if decision is not None
        )  # fmt: skip


def subject_name(finding: Finding, content: Mapping[str, Any]) -> str:
    """What a finding is about, by name: a project or an enterprise of the submission."""
    names: dict[str, str] = {f"project-{one['project']}": one["name"] for one in content["projects"]}
    names |= {one["credit_code"]: one["firm"] for one in content["projects"]}
    return names.get(finding.subject, "")
