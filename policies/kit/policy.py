"""What a measure must offer: the `Policy` protocol and the values it answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

from policies.kit.awards import Instalments, Recovery, Settlement
from policies.kit.calendar import WorkCalendar
from policies.kit.facts import Breach, CallFacts, CallKind, CaseFacts, CreditKind, SettlementFacts
from policies.kit.findings import Finding, Source
from policies.kit.manifest import Manifest
from policies.kit.money import Entitlement
from policies.kit.parameters import Parameters
from policies.kit.performance import PerformanceFacts
from policies.kit.text import Article, Covered, Instrument


class QuestionKind(StrEnum):
    """What kind of answer a question takes; the stored JSON type is in brackets."""

    TEXT = "text"  # str
    LONG_TEXT = "long_text"  # str
    YES_NO = "yes_no"  # bool
    CHOICE = "choice"  # str, a choice's key
    CHOICES = "choices"  # list of str
    MONEY = "money"  # str, 元 with two decimals
    NUMBER = "number"  # int
    DATE = "date"  # str, ISO


class Subject(StrEnum):
    """What a question, a document or a line is about."""

    CASE = "case"
    PROJECT = "project"
    FIRM = "firm"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose: stored key and Chinese label."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class When:
    """Asked only when another question's answer is one of these."""

    key: str
    among: tuple[str | bool, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a measure asks beyond the registers; answers live in the facts' `answers` by key.

    `step` groups questions into one task of the applicant's list (see `Policy.steps`).
    """

    key: str
    kind: QuestionKind
    label: str
    help: str
    source: Source
    required: bool = True
    when: When | None = None
    choices: tuple[Choice, ...] = ()
    about: Subject = Subject.CASE
    step: str = "declarations"


class Form(StrEnum):
    """A material that the platform prints from the case; the applicant stamps it and brings it back."""

    TARGETS = "targets"
    PROMISE = "promise"


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """An entry of the list of materials; `kinds` are file endings; `form` is printed, quoting `quotes` as issued."""

    key: str
    label: str
    help: str
    source: Source
    required: bool = True
    when: When | None = None
    about: Subject = Subject.CASE
    kinds: tuple[str, ...] = ("pdf", "ofd", "jpg", "png")
    form: Form | None = None
    quotes: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class LineCategory:
    """A typed category of claimed lines; one that does not count stays out of every base."""

    key: str
    label: str
    counts: bool
    source: Source


class Desk(StrEnum):
    """Who does something, as a place in the procedure; agencies and people are the platform's."""

    APPLICANT = "applicant"
    LOCAL = "local"
    LOCAL_FINANCE = "local_finance"
    UPPER = "upper"
    UPPER_FINANCE = "upper_finance"
    EXPERTS = "experts"
    GOVERNMENT = "government"
    CONGRESS = "congress"
    PROVINCE = "province"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step that somebody decides. `state` is the case's state meanwhile.

    `after` are keys of stages that come first (stages with the same `after` run in parallel);
    `signature` marks a stage that must sign before the case leaves its state; `group` one that is
    done for many cases at once (joint submission, panel, report to the province).
    """

    key: str
    label: str
    state: str
    desk: Desk
    decides: str
    source: Source
    after: tuple[str, ...] = ()
    signature: bool = False
    group: bool = False
    days_setting: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the scorecard; `points` is its maximum."""

    key: str
    label: str
    points: Decimal
    guide: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What experts score. The points of all criteria make 100.

    `experts` is the least number that must score; extremes are dropped from `drop_from` experts on
    (0: never); a spread above `spread` asks for a discussion; comments are compulsory outside
    `comment_below`–`comment_above` (shares of a criterion's points).
    """

    key: str
    label: str
    criteria: tuple[Criterion, ...]
    source: Source
    pass_mark: Decimal = Decimal("60.00")
    experts: int = 5
    drop_from: int = 5
    spread: Decimal = Decimal("25.00")
    step: Decimal = Decimal("0.5")
    comment_below: Decimal = Decimal("0.6")
    comment_above: Decimal = Decimal("0.9")

    def __post_init__(self) -> None:
        if sum(c.points for c in self.criteria) != 100:
            raise ValueError(f"scorecard {self.key}: points do not make 100")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which something is due (that day included), and how it was counted in Chinese."""

    key: str
    label: str
    on: date
    counted: str
    source: Source


class SettingKind(StrEnum):
    """What a call setting holds; stored as text."""

    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    MONTH_DAY = "month_day"
    RATE = "rate"
    MONEY = "money"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class CallSetting:
    """A setting each call may change: its default, and the source shown beside it."""

    key: str
    label: str
    kind: SettingKind
    default: str
    source: Source
    why: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """One dated record with its document that must exist before money moves; in order."""

    key: str
    label: str
    desk: Desk
    document: str
    source: Source
    of: str = "plan"


@dataclass(frozen=True, slots=True)
class PaymentDuty:
    """Who prepares a payment batch, who checks it, and whether funds go down to counties first."""

    prepares: Desk
    checks: Desk
    issue_first: bool
    source: Source


@dataclass(frozen=True, slots=True)
class RecordDuty:
    """A record that somebody owes about a supported case, beside its reviews: targets, reports, ledgers."""

    key: str
    label: str
    desk: Desk
    source: Source


@dataclass(frozen=True, slots=True)
class StateLabel:
    """A state's three names."""

    staff: str
    applicant: str
    public: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What a measure calls things; `states` overrides the platform's names state by state."""

    local: str
    local_finance: str
    upper: str
    endorse: str
    reserve: str
    region: str
    notice: str = "拟支持"
    """What its public notices call the projects they list."""
    states: Mapping[str, StateLabel] = field(default_factory=dict)


@runtime_checkable
class Policy(Protocol):
    """One edition of one measure. A part it has no rule for answers with an empty value."""

    measure: str
    edition: str
    title: str
    short_title: str
    numbers: tuple[str, ...]
    valid_from: date
    valid_to: date
    validity: Source
    parameters: Parameters
    manifest: Manifest
    articles: Mapping[str, Article]
    instruments: Mapping[str, Instrument]
    coverage: Mapping[str, Covered]
    prefix: str
    tracks: tuple[Choice, ...]
    directions: tuple[Choice, ...]
    call_kinds: tuple[CallKind, ...]
    categories: tuple[LineCategory, ...]
    settings: tuple[CallSetting, ...]
    approvals: tuple[Approval, ...]
    payment: PaymentDuty
    records: tuple[RecordDuty, ...]
    credit_lists: tuple[CreditKind, ...]
    labels: Labels
    steps: tuple[Choice, ...]

    def altered(self, edition: str, numbers: str) -> Policy:
        """The same articles with other numbers (the text of a parameters.yaml), for simulation."""
        ...

    def questions(self, facts: CaseFacts) -> tuple[Question, ...]:
        """What the measure asks of this case beyond the registers."""
        ...

    def documents(self, facts: CaseFacts) -> tuple[RequiredDocument, ...]:
        """The list of materials of this case."""
        ...

    def eligibility(self, facts: CaseFacts, entitlement: Entitlement | None = None) -> tuple[Finding, ...]:
        """Every condition, as a finding with its article; `entitlement` if it is worked out already."""
        ...

    def entitlement(self, facts: CaseFacts) -> Entitlement:
        """What the measure allows at most, line by line."""
        ...

    def stages(self, kind: CallKind) -> tuple[Stage, ...]:
        """Who decides what, in order, for one kind of call."""
        ...

    def route(self, kind: CallKind) -> tuple[str, ...]:
        """The states a case goes through when all goes well."""
        ...

    def scorecard(self, kind: CallKind) -> Scorecard | None:
        """What experts score; None for a measure without experts."""
        ...

    def deadlines(self, facts: CaseFacts, calendar: WorkCalendar) -> tuple[Deadline, ...]:
        """Due days. Raises CalendarNotLoaded for a year whose holidays are not known."""
        ...

    def instalments(self, facts: CaseFacts, award: Decimal) -> Instalments:
        """How an award (元) is paid over the years."""
        ...

    def performance(self, facts: PerformanceFacts) -> tuple[Finding, ...]:
        """What a report says against the targets and the rules of use."""
        ...

    def settlement(self, facts: SettlementFacts) -> Settlement:
        """Settlement of one project across its cases."""
        ...

    def recovery(self, facts: CaseFacts, breach: Breach) -> Recovery:
        """What a breach leads to; empty while its conditions are not recorded."""
        ...


def setting(policy: Policy, call: CallFacts, key: str) -> str:
    """A call's setting as text, or the measure's default. Raises KeyError for a key it has not."""
    given = call.settings.get(key)
    if given is not None:
        return given
    for known in policy.settings:
        if known.key == key:
            return known.default
    raise KeyError(key)
