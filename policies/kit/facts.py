"""The frozen snapshots a measure may see, stored with each assessment. 元; dates in Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from policies.kit import codec
from policies.kit.codec import Amount, Answer, FactsError
from policies.kit.kinds import (
    AccidentKind,
    BaseRule,
    BreachKind,
    CallKind,
    ClusterLevel,
    CreditKind,
    DayRule,
    MeasuredState,
    PartnerRole,
    ProjectStatus,
)
from policies.kit.schema import schema as described

__all__ = [
    "AccidentFacts", "AccidentKind", "Answer", "AwardFacts", "BarFacts", "BaseRule", "Breach", "BreachKind",
    "CallFacts", "CallKind", "CaseFacts", "ClusterFacts", "ClusterLevel", "CreditFacts", "CreditKind",
    "DayRule", "EnterpriseFacts", "ExtraCondition", "FactsError", "FilingFacts", "FundingFacts", "LineFacts",
    "MeasuredFacts", "MeasuredState", "NoticeRule", "OwnListFacts", "PartnerFacts", "PartnerRole", "ProgressFacts",
    "ProjectFacts", "ProjectStatus", "SettlementFacts", "YearFacts", "from_json", "schema", "to_json",
]  # fmt: skip


class LineFacts(NamedTuple):
    """One claimed line 投资明细: an invoice or contract line of this submission.

    `invoiced` is without VAT; `recognised` is the latest line decision, or None; `used_in` names
    other cases that claim the same invoice; `provincial_money` says that the asset behind it was
    already funded by the province.
    """

    number: str
    category: str
    summary: str
    invoice: str
    dated: date | None
    invoiced: Amount
    tax: Amount
    paid: Amount
    claimed: Amount
    recognised: Amount | None = None
    reason: str = ""
    used_in: tuple[str, ...] = ()
    provincial_money: bool = False


class CreditFacts(NamedTuple):
    """One dated credit check; `listed` is True while the enterprise is on that list."""

    kind: CreditKind
    checked_on: date
    listed: bool
    source: str = ""


class OwnListFacts(NamedTuple):
    """What a list that the measure keeps or uses itself said about an enterprise when it was last asked."""

    key: str
    name: str
    checked_on: date
    listed: bool
    source: str = ""


class AccidentFacts(NamedTuple):
    """One accident on record."""

    kind: AccidentKind
    happened_on: date
    major: bool
    document: str = ""


class BarFacts(NamedTuple):
    """One bar 禁止申报: first and last barred day (None: no end); `measure` empty bars from all."""

    starts_on: date
    ends_on: date | None
    measure: str
    ground: str


class FundingFacts(NamedTuple):
    """Public money for the same fixed assets from elsewhere; `level`: province, city, country."""

    programme: str
    level: str
    year: int
    amount: Amount
    document: str = ""


class YearFacts(NamedTuple):
    """What a project completed in one year: total investment and new fixed-asset investment."""

    year: int
    total: Amount
    fixed_assets: Amount


class ProgressFacts(NamedTuple):
    """Share (0–1) of the group's planned investment completed by the end of an instalment year.

    `kept`: share of the approved investment still in the group; `projects`: their number, if less.
    """

    year: int
    completed: Decimal
    kept: Decimal = Decimal(1)
    projects: int | None = None


@dataclass(frozen=True)
class EnterpriseFacts:
    """An enterprise on the day of the facts: its area codes, the keys of its clusters, its main trade's code."""

    key: str
    name: str
    code: str
    registered_in: str
    produces_in: str
    established: bool = True
    clusters: tuple[str, ...] = ()
    credit: tuple[CreditFacts, ...] = ()
    accidents: tuple[AccidentFacts, ...] = ()
    bars: tuple[BarFacts, ...] = ()
    own_lists: tuple[OwnListFacts, ...] = ()
    industry: str = ""

    def last_check(self, kind: CreditKind, day: date) -> CreditFacts | None:
        """The newest check of one list made on or before a day."""
        newest = None
        for check in self.credit:
            if check.kind is kind and check.checked_on <= day:
                newest = check if newest is None or newest.checked_on <= check.checked_on else newest
        return newest


@dataclass(frozen=True)
class PartnerFacts:
    """A partner of a project: university, institute, bank or another enterprise."""

    name: str
    code: str
    role: PartnerRole


@dataclass(frozen=True)
class FilingFacts:
    """立项文件: kind is approval 审批, permit 核准 or record 备案; total investment as filed."""

    number: str
    kind: str
    filed_on: date
    total: Amount


@dataclass(frozen=True)
class ProjectFacts:
    """One project of a case. `firm` is the key of its implementing enterprise.

    `fixed_assets_audited` and `fixed_assets_statistics` are new FAI within the call's window, by
    audit and by statistics; `years` are the completed amounts year by year; `also_in` names other
    cases that hold the same project.
    """

    key: str
    name: str
    firm: str
    area: str
    status: ProjectStatus = ProjectStatus.IN
    direction: str | None = None
    industry: str | None = None
    filings: tuple[FilingFacts, ...] = ()
    total_expected: Amount | None = None
    fixed_assets_audited: Amount | None = None
    fixed_assets_statistics: Amount | None = None
    emerging: bool | None = None
    supply_chain: bool | None = None
    funding: tuple[FundingFacts, ...] = ()
    partners: tuple[PartnerFacts, ...] = ()
    years: tuple[YearFacts, ...] = ()
    lines: tuple[LineFacts, ...] = ()
    also_in: tuple[str, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True)
class ClusterFacts:
    """A recognised cluster with the keys of its head enterprises and of its 促进组织, if any.

    `withdrawn_on` is the first day without recognition.
    """

    key: str
    name: str
    level: ClusterLevel
    recognised_on: date
    document: str
    withdrawn_on: date | None = None
    heads: tuple[str, ...] = ()
    organisation: str | None = None


@dataclass(frozen=True)
class MeasuredFacts:
    """The measured project 测算项目 (one kind, one round) a support case is linked to."""

    key: str
    project: str
    track: str
    round: str
    state: MeasuredState
    approved_amount: Amount | None = None
    document: str = ""
    argued: bool | None = None
    year: int | None = None


@dataclass(frozen=True)
class AwardFacts:
    """An earlier award of one project: allocated, paid, and what was given back to the treasury."""

    key: str
    measure: str
    track: str
    project: str
    year: int
    allocated: Amount
    paid: Amount = Decimal("0.00")
    returned: Amount = Decimal("0.00")

    @property
    def net(self) -> Decimal:
        """Allocated or paid, whichever is more, net of what was returned."""
        return max(self.allocated, self.paid) - self.returned

    @property
    def held(self) -> Decimal:
        """What the recipient still has of it: paid less returned, never below zero."""
        return max(Decimal("0.00"), self.paid - self.returned)


@dataclass(frozen=True)
class ExtraCondition:
    """A condition of the call itself; `met` is an officer's answer, None while open."""

    key: str
    text: str
    clause: str
    met: bool | None = None


@dataclass(frozen=True)
class NoticeRule:
    """How long a notice runs; `first_day_counts`: the day of publication is day one."""

    days: int = 7
    counted: DayRule = DayRule.NATURAL
    first_day_counts: bool = True


@dataclass(frozen=True)
class CallFacts:
    """The call and its settings. Window days are included at both ends.

    `settings` holds the measure's own settings by key, as text; what is absent has the default the
    measure's `settings` names. `applied_rate` stays None until a plan has decided it with a reason.
    """

    key: str
    measure: str
    edition: str
    number: str
    kind: CallKind
    year: int
    published_on: date
    window_from: date
    window_to: date
    base_rule: BaseRule = BaseRule.LOWER
    applied_rate: Decimal | None = None
    extra_conditions: tuple[ExtraCondition, ...] = ()
    notice: NoticeRule = field(default_factory=NoticeRule)
    opens_on: date | None = None
    closes_on: date | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseFacts:
    """Everything a measure may know about a case on one day.

    `track` is the kind of award asked for (`group`, `universal`, `major`, `special`); `filed_on`
    the day of first submission (of the facts, while a draft); `facts_on` the day of the snapshot.
    """

    number: str
    measure: str
    track: str
    filed_on: date
    facts_on: date
    applicant: str
    call: CallFacts
    enterprises: tuple[EnterpriseFacts, ...]
    projects: tuple[ProjectFacts, ...]
    cluster: ClusterFacts | None = None
    measured: tuple[MeasuredFacts, ...] = ()
    awards: tuple[AwardFacts, ...] = ()
    progress: tuple[ProgressFacts, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @cached_property
    def by_key(self) -> Mapping[str, EnterpriseFacts]:
        """Enterprises by key."""
        return {e.key: e for e in self.enterprises}

    @cached_property
    def active(self) -> tuple[ProjectFacts, ...]:
        """Projects that are in the case, in order."""
        return tuple(p for p in self.projects if p.status is ProjectStatus.IN)

    @cached_property
    def concerned(self) -> tuple[EnterpriseFacts, ...]:
        """The applicant and every enterprise whose project is in the case, each once."""
        keys = dict.fromkeys([self.applicant, *(project.firm for project in self.active)])
        return tuple(self.by_key[key] for key in keys)


@dataclass(frozen=True)
class SettlementFacts:
    """One project across its cases, for settlement 清算.

    `demand` is the number of the province's document asking for the money back, or None.
    """

    project: ProjectFacts
    awards: tuple[AwardFacts, ...]
    settled_on: date
    track: str
    demand: str | None = None
    method: str = ""


@dataclass(frozen=True)
class Breach:
    """What was found. `serious` 情节严重 and `beyond_repair` 难以整改 are recorded findings, or None.

    `enterprise` is the key of the enterprise, or the name of the agency; `demand` the document of
    whoever demands the money back; `years` another bar than the article's, which needs `reason`.
    """

    kind: BreachKind
    found_on: date
    enterprise: str
    serious: bool | None = None
    beyond_repair: bool | None = None
    demand: str | None = None
    years: int | None = None
    reason: str = ""


def from_json(data: object) -> CaseFacts:
    """Case facts from decoded JSON (or YAML). Raises FactsError naming the place."""
    facts: CaseFacts = _READ(data)
    for project in facts.projects:
        if project.firm not in facts.by_key:
            raise FactsError("projects", f"项目“{project.name}”的实施单位 {project.firm} 不在企业清单中")
    if facts.applicant not in facts.by_key:
        raise FactsError("applicant", f"申报单位 {facts.applicant} 不在企业清单中")
    return facts


def to_json(facts: CaseFacts) -> dict[str, Any]:
    """Case facts as JSON data: amounts and dates as text, lines as arrays."""
    result: dict[str, Any] = _WRITE(facts)
    return result


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of case facts."""
    return described(CaseFacts)


_READ = codec.reader(CaseFacts)
_WRITE = codec.writer(CaseFacts)
