"""A third measure nobody issued: two parallel reviewers, no experts, tiered amounts.

It shows that a measure goes in without touching kit, workflow or the platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from policies.kit.awards import Instalments, Recovery, Settlement
from policies.kit.calendar import WorkCalendar
from policies.kit.facts import Breach, CallKind, CaseFacts, CreditKind, SettlementFacts
from policies.kit.findings import Finding, look, met_if
from policies.kit.manifest import Manifest
from policies.kit.money import ZERO, Entitlement, Line
from policies.kit.parameters import Parameters
from policies.kit.performance import PerformanceFacts
from policies.kit.policy import (
    Approval,
    CallSetting,
    Choice,
    Deadline,
    Desk,
    Labels,
    LineCategory,
    PaymentDuty,
    Question,
    QuestionKind,
    RecordDuty,
    RequiredDocument,
    Scorecard,
    Stage,
)
from policies.kit.text import Article, Covered, Instrument, article

KEY = "invented"
ART_1, ART_2 = article(KEY, 1), article(KEY, 2)
TIERS = ((Decimal(10_000_000), Decimal(500_000)), (Decimal(5_000_000), Decimal(200_000)), (Decimal(0), Decimal(50_000)))


class InventedPolicy:
    """One edition of the invented measure."""

    measure: str = KEY
    title: str = "某市首台套装备奖励办法"
    short_title: str = "首台套奖励"
    numbers: tuple[str, ...] = ("某工信〔2025〕1号",)
    validity = ART_2
    prefix: str = "TS"
    tracks: tuple[Choice, ...] = (Choice("first", "首台套装备"),)
    directions: tuple[Choice, ...] = ()
    call_kinds: tuple[CallKind, ...] = (CallKind.SUPPORT,)
    categories: tuple[LineCategory, ...] = (LineCategory("sales", "销售合同", True, ART_1),)
    settings: tuple[CallSetting, ...] = ()
    approvals: tuple[Approval, ...] = (Approval("plan", "市工信局批准", Desk.UPPER, "批复", ART_2),)
    payment: PaymentDuty = PaymentDuty(Desk.UPPER, Desk.UPPER_FINANCE, issue_first=False, source=ART_2)
    records: tuple[RecordDuty, ...] = ()
    credit_lists: tuple[CreditKind, ...] = ()
    labels: Labels = Labels("区工信局", "区财政局", "市工信局", "推荐", "入库", "区")
    steps: tuple[Choice, ...] = (Choice("declarations", "声明"),)

    def __init__(self, edition: str, valid_from: date, valid_to: date) -> None:
        self.edition: str = edition
        self.valid_from: date = valid_from
        self.valid_to: date = valid_to
        self.parameters = Parameters({})
        self.manifest = Manifest(edition, "0" * 64, {})
        self.articles: Mapping[str, Article] = {
            "art_1": Article("art_1", "第一条", "第一条 按销售额分档奖励。"),
            "art_2": Article("art_2", "第二条", "第二条 本办法自发布之日起施行。"),
        }
        self.instruments: Mapping[str, Instrument] = {}
        self.coverage: Mapping[str, Covered] = {}

    def altered(self, edition: str, numbers: str) -> InventedPolicy:
        return InventedPolicy(edition, self.valid_from, self.valid_to)

    def questions(self, facts: CaseFacts) -> tuple[Question, ...]:
        return (Question("first", QuestionKind.YES_NO, "是否为首台套", "请对照目录。", ART_1),)

    def documents(self, facts: CaseFacts) -> tuple[RequiredDocument, ...]:
        return (RequiredDocument("contract", "销售合同", "", ART_1),)

    def eligibility(self, facts: CaseFacts, entitlement: Entitlement | None = None) -> tuple[Finding, ...]:
        first = facts.answers.get("first") is True
        return (Finding(ART_1, "first", met_if(first), "是否为首台套装备", look(first=first)),)

    def entitlement(self, facts: CaseFacts) -> Entitlement:
        """A fixed sum by tier of what was sold."""
        sold = sum((line.claimed for project in facts.active for line in project.lines), ZERO)
        amount = next(award for floor, award in TIERS if sold >= floor)
        return Entitlement((Line(ART_1, "分档奖励", "按销售额所在档次", look(sold=sold), amount),), sold, None, amount)

    def stages(self, kind: CallKind) -> tuple[Stage, ...]:
        """Two reviewers at once; the city after both."""
        return (
            Stage("industry", "区工信局初审", "local_review", Desk.LOCAL, "是否推荐", ART_1, signature=True),
            Stage("finance", "区财政局初审", "local_review", Desk.LOCAL_FINANCE, "是否推荐", ART_1, signature=True),
            Stage("city", "市工信局复审", "upper_review", Desk.UPPER, "是否支持", ART_1, after=("industry", "finance")),
        )

    def route(self, kind: CallKind) -> tuple[str, ...]:
        return (
            "draft",
            "local_review",
            "endorsed",
            "upper_review",
            "shortlisted",
            "public_notice",
            "reserved",
            "allocated",
        )

    def scorecard(self, kind: CallKind) -> Scorecard | None:
        return None

    def deadlines(self, facts: CaseFacts, calendar: WorkCalendar) -> tuple[Deadline, ...]:
        return ()

    def instalments(self, facts: CaseFacts, award: Decimal) -> Instalments:
        return Instalments()

    def performance(self, facts: PerformanceFacts) -> tuple[Finding, ...]:
        return ()

    def settlement(self, facts: SettlementFacts) -> Settlement:
        return Settlement()

    def recovery(self, facts: CaseFacts, breach: Breach) -> Recovery:
        return Recovery()


EDITIONS = (InventedPolicy("invented-2025-1", date(2025, 1, 1), date(2027, 12, 31)),)
