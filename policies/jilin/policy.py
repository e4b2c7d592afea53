"""The Jilin measure: articles put together, nothing decided here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from policies.jilin import article_5 as five
from policies.jilin import articles as a
from policies.jilin import forms
from policies.kit import checks, text
from policies.kit.awards import Instalments, Recovery, Settlement
from policies.kit.calendar import WorkCalendar
from policies.kit.facts import Breach, BreachKind, CallKind, CaseFacts, CreditKind, SettlementFacts
from policies.kit.findings import Finding, Source
from policies.kit.manifest import Manifest, manifest
from policies.kit.money import Entitlement
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
    Policy,
    Question,
    RecordDuty,
    RequiredDocument,
    Scorecard,
    Stage,
    StateLabel,
    setting,
)

FOLDER = Path(__file__).parent

STAGES = (
    Stage(
        "local",
        "县市工信部门初审",
        "local_review",
        Desk.LOCAL,
        "材料是否齐全真实，是否推荐",
        a.ART_8,
        signature=True,
        days_setting="local_review_days",
    ),
    Stage(
        "local_finance",
        "县市财政部门会审",
        "local_review",
        Desk.LOCAL_FINANCE,
        "是否同意与工信部门联合上报",
        a.ART_8,
        after=("local",),
        signature=True,
        days_setting="local_review_days",
    ),
    Stage(
        "joint_submission",
        "联合行文上报",
        "endorsed",
        Desk.LOCAL,
        "汇总符合条件的项目，联合行文",
        a.ART_8,
        after=("local", "local_finance"),
        group=True,
    ),
    Stage(
        "upper",
        "省工信厅复审",
        "upper_review",
        Desk.UPPER,
        "是否符合申报要求",
        a.ART_9,
        after=("joint_submission",),
        days_setting="upper_review_days",
    ),
    Stage(
        "experts",
        "专家评审",
        "expert_review",
        Desk.EXPERTS,
        "评审打分，根据结果确定拟支持项目",
        a.ART_9,
        after=("upper",),
        group=True,
    ),
)
ROUTE = (
    "draft",
    "local_review",
    "endorsed",
    "upper_review",
    "expert_review",
    "shortlisted",
    "public_notice",
    "reserved",
    "allocated",
    "approved",
    "disbursing",
    "tracking",
    "closed",
)
APPROVALS = (
    Approval("industry", "省工信厅签署分配方案", Desk.UPPER, "资金分配方案（省工信厅签署）", a.ART_11),
    Approval("finance", "省财政厅会签分配方案", Desk.UPPER_FINANCE, "资金分配方案（省财政厅会签）", a.ART_11),
    Approval("government", "省政府审批", Desk.GOVERNMENT, "省政府批复", a.ART_11),
    Approval("budget", "省级人民代表大会批准预算", Desk.CONGRESS, "预算批准文件", a.ART_12),
    Approval("issue", "下达资金并分解绩效指标", Desk.UPPER_FINANCE, "资金下达文件及绩效指标表", a.ART_12, of="issue"),
)
PAYMENT = PaymentDuty(Desk.LOCAL_FINANCE, Desk.LOCAL_FINANCE, issue_first=True, source=a.ART_12)
RECORDS = (
    RecordDuty("supervision", "推荐程序的监督检查记录", Desk.UPPER, a.ART_14),
    RecordDuty("targets", "绩效目标及分解", Desk.UPPER, a.ART_15),
    RecordDuty("monitoring", "绩效运行监控", Desk.LOCAL, a.ART_15),
    RecordDuty("self_evaluation", "属地绩效自评", Desk.LOCAL, a.ART_15),
    RecordDuty("overall", "整体绩效自评", Desk.UPPER, a.ART_15),
    RecordDuty("report", "资金使用和绩效报告", Desk.APPLICANT, a.ART_15),
    RecordDuty("evaluation", "绩效评价", Desk.UPPER, a.ART_16),
)
LABELS = Labels(
    local="县市工信部门",
    local_finance="县市财政部门",
    upper="省工信厅",
    endorse="联合行文上报",
    reserve="项目储备",
    region="县（市、区）",
    states={
        "local_review": StateLabel("待初审（工信、财政）", "已提交，县市审核中", "审核中"),
        "endorsed": StateLabel("已会签，待联合上报", "县市已同意，待上报", "审核中"),
        "upper_review": StateLabel("待省级复审", "已上报，省级复审中", "审核中"),
        "reserved": StateLabel("已储备", "已纳入项目储备", "已储备"),
        "allocated": StateLabel("方案报批中", "资金方案报批中", "已储备"),
        "approved": StateLabel("方案已批准，待下达拨付", "资金方案已批准，请确认收款信息", "拟拨付"),
    },
)


class JilinPolicy:
    """吉工信办联规〔2024〕80号 as a `Policy`."""

    measure: str = five.KEY
    title: str = "吉林省先进制造业集群奖补实施细则（暂行）"
    short_title: str = "集群奖补"
    numbers: tuple[str, ...] = ("吉工信办联规〔2024〕80号",)
    validity: Source = a.ART_18
    prefix: str = "JL"
    tracks: tuple[Choice, ...] = forms.TRACKS
    directions: tuple[Choice, ...] = forms.DIRECTIONS
    call_kinds: tuple[CallKind, ...] = (CallKind.SUPPORT,)
    categories: tuple[LineCategory, ...] = forms.CATEGORIES
    settings: tuple[CallSetting, ...] = forms.SETTINGS
    approvals: tuple[Approval, ...] = APPROVALS
    payment: PaymentDuty = PAYMENT
    records: tuple[RecordDuty, ...] = RECORDS
    credit_lists: tuple[CreditKind, ...] = a.ART_6_LISTS
    labels: Labels = LABELS
    steps: tuple[Choice, ...] = forms.STEPS

    def __init__(self, edition: Manifest, parameters: Parameters) -> None:
        self.manifest = edition
        self.edition: str = edition.edition
        self.parameters = parameters
        self.valid_from: date = parameters.first_day("valid_from")
        self.valid_to: date = parameters.first_day("valid_to")
        self.articles: Mapping[str, text.Article] = text.articles(FOLDER)
        self.instruments: Mapping[str, text.Instrument] = text.instruments(FOLDER)
        self.coverage: Mapping[str, text.Covered] = text.coverage(FOLDER)

    def altered(self, edition: str, numbers: str) -> JilinPolicy:
        """The same articles with other numbers (the text of a parameters.yaml)."""
        return JilinPolicy(manifest(edition, FOLDER, numbers), text.numbers(FOLDER, numbers))

    def questions(self, facts: CaseFacts) -> tuple[Question, ...]:
        """What is asked beyond the registers."""
        return forms.QUESTIONS

    def documents(self, facts: CaseFacts) -> tuple[RequiredDocument, ...]:
        """The list of materials."""
        return forms.DOCUMENTS

    def eligibility(self, facts: CaseFacts, entitlement: Entitlement | None = None) -> tuple[Finding, ...]:
        """Every condition, article by article, then the platform's own checks."""
        allowed = entitlement or self.entitlement(facts)
        return (
            a.art_3_recognised(facts),
            *a.art_4_scope(facts),
            a.art_4_after_the_fact(facts),
            five.art_5_lead(facts),
            five.art_5_group(facts, self.parameters),
            five.art_5_left_out(allowed.counted),
            *five.art_5_requested(facts, allowed),
            *a.art_6_1_member(facts, self.parameters),
            *a.art_6_2_credit(facts),
            *a.art_6_3_call(facts),
            *a.art_7_filing(facts),
            *a.art_13_bar(facts),
            a.art_18_validity(facts, self.parameters),
            *checks.no_project_elsewhere(facts),
            *checks.no_invoice_elsewhere(facts),
            *checks.own_lists(facts, checks.firms(facts)),
        )

    def entitlement(self, facts: CaseFacts) -> Entitlement:
        """The ceiling of Art. 5."""
        return five.art_5_cap(facts, self.parameters)

    def stages(self, kind: CallKind) -> tuple[Stage, ...]:
        """County signatures, joint submission, province, experts."""
        return STAGES

    def route(self, kind: CallKind) -> tuple[str, ...]:
        """The states of a case that is supported."""
        return ROUTE

    def scorecard(self, kind: CallKind) -> Scorecard | None:
        """What experts score."""
        return forms.SCORECARD

    def deadlines(self, facts: CaseFacts, calendar: WorkCalendar) -> tuple[Deadline, ...]:
        """Days of Art. 7, 8 and 10."""
        days = int(setting(self, facts.call, "local_review_days"))
        return (
            *a.art_7_deadlines(facts, self.parameters),
            *a.art_8_deadlines(facts, days, calendar),
            *a.art_10_deadlines(facts, self.parameters, setting(self, facts.call, "reserve_by")),
        )

    def instalments(self, facts: CaseFacts, award: Decimal) -> Instalments:
        """Year by year with the group's progress."""
        return five.art_5_instalments(facts, award, self.parameters)

    def performance(self, facts: PerformanceFacts) -> tuple[Finding, ...]:
        """Targets, money within what was filed, and the rating."""
        return (*a.art_15_targets(facts), *a.art_15_use(facts), a.art_16_rated(facts))

    def settlement(self, facts: SettlementFacts) -> Settlement:
        """The measure knows no settlement."""
        return Settlement()

    def recovery(self, facts: CaseFacts, breach: Breach) -> Recovery:
        """Art. 13, 16 and 17; empty for any other breach."""
        if breach.kind is BreachKind.VIOLATION:
            return a.art_13_violation(facts, breach, self.parameters)
        if breach.kind is BreachKind.POOR_RATING:
            return a.art_16_rating(breach)
        if breach.kind is BreachKind.FRAUD:
            return a.art_17_fraud(facts, breach)
        if breach.kind is BreachKind.WITHHOLDING:
            return a.art_17_withholding(breach)
        return Recovery()


EDITIONS: tuple[Policy, ...] = (JilinPolicy(manifest("jilin-2024-80", FOLDER), text.numbers(FOLDER)),)
