"""The Zhongshan measure: articles put together, nothing decided here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

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
from policies.zhongshan import article_9 as nine
from policies.zhongshan import article_9_3 as special
from policies.zhongshan import article_9_award as standard
from policies.zhongshan import articles as a
from policies.zhongshan import forms

FOLDER = Path(__file__).parent

_TOWN = Stage(
    "town",
    "镇街初审",
    "local_review",
    Desk.LOCAL,
    "材料是否齐全真实，是否合格并推荐",
    a.ART_11_2,
    signature=True,
    days_setting="local_review_days",
)
_CITY = Stage(
    "city",
    "市工信局审查",
    "upper_review",
    Desk.UPPER,
    "是否符合申报要求",
    a.ART_11_3,
    after=("town",),
    days_setting="upper_review_days",
)
_EXPERTS = Stage(
    "experts",
    "专家评审",
    "expert_review",
    Desk.EXPERTS,
    "评审打分，根据结果确定名单",
    a.ART_11_3,
    after=("city",),
    group=True,
)
_REPORT = Stage(
    "province_report",
    "报送省工信厅",
    "reserved",
    Desk.UPPER,
    "项目入库名单报送省工信厅",
    a.ART_11_3,
    after=("experts",),
    group=True,
)
_MEASURED_REPORT = Stage(
    "province_report",
    "测算项目上报省厅",
    "expert_review",
    Desk.UPPER,
    "遴选测算项目并上报，由省核定额度",
    a.ART_4,
    after=("experts",),
    group=True,
)
_START = ("draft", "local_review", "endorsed", "upper_review", "expert_review")
ROUTES: Mapping[CallKind, tuple[str, ...]] = {
    CallKind.MEASURING: (*_START, "reported", "closed"),
    CallKind.SUPPORT: (
        *_START,
        "shortlisted",
        "public_notice",
        "reserved",
        "allocated",
        "approved",
        "disbursing",
        "tracking",
        "closed",
    ),
}
STAGES: Mapping[CallKind, tuple[Stage, ...]] = {
    CallKind.MEASURING: (_TOWN, _CITY, _EXPERTS, _MEASURED_REPORT),
    CallKind.SUPPORT: (_TOWN, _CITY, _EXPERTS, _REPORT),
}
APPROVALS = (
    Approval("province_report", "入库名单报送省工信厅", Desk.UPPER, "报送文件和入库名单", a.ART_11_3, of="list"),
    Approval("quota", "省工信厅下达资金额度", Desk.PROVINCE, "省下达额度的文件", a.ART_11_3, of="quota"),
    Approval("plan", "市工信局制定资助计划", Desk.UPPER, "资助计划", a.ART_11_3),
    Approval("government", "市政府审批", Desk.GOVERNMENT, "市政府批复", a.ART_11_3),
)
PAYMENT = PaymentDuty(Desk.UPPER, Desk.UPPER_FINANCE, issue_first=False, source=a.ART_4)
RECORDS = (
    RecordDuty("targets", "绩效目标", Desk.UPPER, a.ART_12),
    RecordDuty("monitoring", "绩效跟踪督查", Desk.LOCAL, a.ART_12),
    RecordDuty("evaluation", "绩效评价及整改", Desk.UPPER, a.ART_12),
    RecordDuty("use", "资金用途填报", Desk.APPLICANT, a.ART_13),
    RecordDuty("vouchers", "财务及绩效凭证", Desk.APPLICANT, a.ART_14),
    RecordDuty("ledger", "资金项目台账", Desk.LOCAL, a.ART_15),
)
LABELS = Labels(
    local="镇街工信主管部门",
    local_finance="",
    upper="市工信局",
    endorse="推荐",
    reserve="入库",
    region="镇街",
    notice="拟入库",
    states={
        "local_review": StateLabel("待镇街初审", "已提交，镇街初审中", "审核中"),
        "endorsed": StateLabel("镇街已推荐", "镇街已推荐，待市级审查", "审核中"),
        "upper_review": StateLabel("待市级审查", "市级审查中", "审核中"),
        "reserved": StateLabel("已入库", "已纳入项目库", "已入库"),
        "allocated": StateLabel("资助计划报批中", "资助计划报批中", "已入库"),
        "approved": StateLabel("资助计划已批准，待拨付", "资助计划已批准，请确认收款信息", "拟拨付"),
        "reported": StateLabel("已上报省厅", "已上报省工信厅，待核定", "已上报"),
    },
)


class ZhongshanPolicy:
    """中工信〔2023〕73号 as a `Policy`."""

    measure: str = nine.KEY
    title: str = "中山市省级先进制造业发展专项资金（制造业投资奖励）管理实施细则"
    short_title: str = "制造业投资奖励"
    numbers: tuple[str, ...] = ("中工信〔2023〕73号", "中工信规字〔2023〕2号")
    validity: Source = a.ART_18
    prefix: str = "ZS"
    tracks: tuple[Choice, ...] = forms.TRACKS
    directions: tuple[Choice, ...] = ()
    call_kinds: tuple[CallKind, ...] = (CallKind.MEASURING, CallKind.SUPPORT)
    categories: tuple[LineCategory, ...] = forms.CATEGORIES
    settings: tuple[CallSetting, ...] = forms.SETTINGS
    approvals: tuple[Approval, ...] = APPROVALS
    payment: PaymentDuty = PAYMENT
    records: tuple[RecordDuty, ...] = RECORDS
    credit_lists: tuple[CreditKind, ...] = nine.LISTS
    labels: Labels = LABELS
    steps: tuple[Choice, ...] = forms.STEPS

    def __init__(self, edition: Manifest, parameters: Parameters) -> None:
        self.manifest = edition
        self.edition: str = edition.edition
        self.parameters = parameters
        self.valid_from: date
        self.valid_to: date
        self.valid_from, self.valid_to = a.art_18_term(parameters)
        self.articles: Mapping[str, text.Article] = text.articles(FOLDER)
        self.instruments: Mapping[str, text.Instrument] = text.instruments(FOLDER)
        self.coverage: Mapping[str, text.Covered] = text.coverage(FOLDER)

    def altered(self, edition: str, numbers: str) -> ZhongshanPolicy:
        """The same articles with other numbers (the text of a parameters.yaml)."""
        return ZhongshanPolicy(manifest(edition, FOLDER, numbers), text.numbers(FOLDER, numbers))

    def questions(self, facts: CaseFacts) -> tuple[Question, ...]:
        """What is asked beyond the registers, by track."""
        return forms.questions(facts)

    def documents(self, facts: CaseFacts) -> tuple[RequiredDocument, ...]:
        """The list of materials, by track."""
        return forms.documents(facts)

    def eligibility(self, facts: CaseFacts, entitlement: Entitlement | None = None) -> tuple[Finding, ...]:
        """Every condition, article by article, then the platform's own checks."""
        reading, allowed = self._reading(facts), entitlement or self.entitlement(facts)
        return (
            a.art_7_enterprise(facts, self.parameters),
            a.art_8_after_the_fact(facts),
            *nine.art_9_1_manufacturing(facts, self.parameters),
            *nine.art_9_main_business(facts, self.parameters),
            *self._scale(facts),
            *nine.art_9_measured(facts),
            *nine.art_9_record(facts, self.parameters),
            *nine.art_9_earlier_money(facts, not reading.by_asset),
            *nine.art_9_call(facts),
            *nine.art_9_after_major(facts),
            standard.left_out(facts, allowed.counted),
            *standard.art_9_rate(facts, allowed),
            *special.art_9_3_consent(facts),
            *a.art_10_library(facts),
            *a.art_11_1_filing(facts),
            a.art_18_validity(facts, self.parameters),
            *checks.not_barred(facts, checks.firms(facts), checks.platform(nine.KEY, "bar")),
            *checks.no_invoice_elsewhere(facts),
            *checks.own_lists(facts, checks.firms(facts)),
        )

    def entitlement(self, facts: CaseFacts) -> Entitlement:
        """The standard of Art. 9 as the call reads it; one case, one decision within the province's rules."""
        if facts.track == "special":
            return special.art_9_3_award(facts, self.parameters, self._reading(facts))
        return standard.art_9_award(facts, self.parameters, self._reading(facts))

    def stages(self, kind: CallKind) -> tuple[Stage, ...]:
        """Town, city, experts, report to the province."""
        return STAGES[kind]

    def route(self, kind: CallKind) -> tuple[str, ...]:
        """The states of a case that goes well; a measuring case ends reported and closed."""
        return ROUTES[kind]

    def scorecard(self, kind: CallKind) -> Scorecard | None:
        """What experts score."""
        return forms.SCORECARD

    def deadlines(self, facts: CaseFacts, calendar: WorkCalendar) -> tuple[Deadline, ...]:
        """The town's review, and the ledgers of the year."""
        days = int(setting(self, facts.call, "local_review_days"))
        ledgers = tuple(setting(self, facts.call, key) for key in ("ledger_first", "ledger_second"))
        return (
            *a.art_11_2_deadlines(facts, days, calendar),
            *a.art_15_ledger_deadlines(facts, ledgers),
        )

    def instalments(self, facts: CaseFacts, award: Decimal) -> Instalments:
        """One sum."""
        return a.art_11_3_payment(facts, award)

    def performance(self, facts: PerformanceFacts) -> tuple[Finding, ...]:
        """Targets, purposes, vouchers."""
        return (*a.art_12_targets(facts), *a.art_13_use(facts), *a.art_14_vouchers(facts))

    def settlement(self, facts: SettlementFacts) -> Settlement:
        """Art. 15, for universal awards."""
        return a.art_15_settlement(facts, self.parameters)

    def recovery(self, facts: CaseFacts, breach: Breach) -> Recovery:
        """Art. 15 and 16; empty for any other breach."""
        if breach.kind is BreachKind.BELOW_THRESHOLD:
            return a.art_15_recovery(facts, breach)
        return a.art_16_violation(breach) if breach.kind in a.VIOLATIONS else Recovery()

    def _scale(self, facts: CaseFacts) -> tuple[Finding, ...]:
        """Condition (2) of the track; 一事一议 has none, its consent is for an officer to check."""
        if facts.track == "special":
            return ()
        rule = nine.art_9_2_scale if facts.track == "major" else nine.art_9_1_total
        return rule(facts, self.parameters)

    def _reading(self, facts: CaseFacts) -> standard.Reading:
        return standard.Reading(
            cumulative=setting(self, facts.call, "base_period") == "cumulative",
            cap_first=setting(self, facts.call, "deduction_order") == "cap_first",
            by_asset=setting(self, facts.call, "provincial_money") == "assets",
        )


EDITIONS: tuple[Policy, ...] = (ZhongshanPolicy(manifest("zhongshan-2023-73", FOLDER), text.numbers(FOLDER)),)
