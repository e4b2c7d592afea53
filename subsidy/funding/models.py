"""Quota, plan, approvals, awards and instalments. All amounts in 元. What is paid of them: funding/payments.py."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.funding.columns import Amount, Knowing
from subsidy.funding.payments import Issue, PayeeConfirmation, Payment, PaymentBatch
from workflow.machine import Competence, Machine, MoveTable, StateField, append_only, never_deleted, state_trigger

__all__ = [
    "Approval", "Award", "Instalment", "Issue", "PayeeConfirmation", "Payment", "PaymentBatch", "Plan", "PlanLine",
    "Quota", "Share",
]  # fmt: skip


class Quota(models.Model):
    """Money that was given for a measure and year, by a document. A second batch is a second row."""

    append_only = True

    measure = models.CharField(max_length=32)
    year = models.PositiveSmallIntegerField(_("资金年度"))
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+")
    amount = Amount(_("额度（元）"))
    document = models.CharField(_("下达文号"), max_length=80)
    received_on = models.DateField(_("下达日期"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("资金额度")
        constraints = [
            models.CheckConstraint(name="quota_is_positive", condition=Q(amount__gt=0)),
            models.UniqueConstraint(fields=["measure", "year", "document"], name="quota_once_per_document"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.document} {self.amount}"


PLAN_MOVES: MoveTable = {
    "finalise": (("draft",), "final"),
    "approve": (("final",), "approved"),
    "refuse": (("final",), "refused"),
}


class Plan(Machine):
    """An allocation plan: how a quota is shared out among reserved cases, by which rule and for what reason."""

    MOVES = PLAN_MOVES

    class State(models.TextChoices):
        DRAFT = "draft", _("编制中")
        FINAL = "final", _("报批中")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("未批准")

    class Rule(models.TextChoices):
        SAME_RATE = "same_rate", _("同比例折算")
        BY_RANK = "by_rank", _("按名次依次安排")

    state = StateField(choices=State, default=State.DRAFT)
    number = models.CharField(_("方案编号"), max_length=40, unique=True)
    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="plans")
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+")
    finance_agency = models.ForeignKey("accounts.Agency", models.PROTECT, null=True, related_name="+")
    title = models.CharField(_("方案名称"), max_length=150)
    year = models.PositiveSmallIntegerField(_("资金年度"))
    rule = models.CharField(_("分配规则"), max_length=16, choices=Rule, default=Rule.SAME_RATE)
    decimals = models.PositiveSmallIntegerField(_("金额小数位（万元）"), default=2)
    amount = Amount(_("安排资金（元）"), null=True, blank=True)
    reason = models.TextField(_("比例与规则的理由"), blank=True)
    share = models.DecimalField(
        _("执行比例（占政策上限）"),
        max_digits=7,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="0–1; decided, never assumed",
    )
    rate = models.CharField(_("折算系数"), max_length=40, blank=True)
    working = models.TextField(_("计算过程"), blank=True)
    total = Amount(default=0)
    paper = models.ForeignKey("papers.Paper", models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = Knowing("call")

    class Meta:
        verbose_name = _("资金分配方案")
        constraints = [
            models.CheckConstraint(
                name="a_final_plan_has_its_reason", condition=Q(state="draft") | (~Q(reason="") & Q(total__gt=0))
            ),
            models.CheckConstraint(
                name="a_share_is_at_most_one", condition=Q(share__isnull=True) | (Q(share__gt=0) & Q(share__lte=1))
            ),
        ]
        triggers = [state_trigger(PLAN_MOVES), never_deleted()]

    def __str__(self) -> str:
        return self.title

    def in_hands_of(self) -> int | None:
        """Whoever drew it up."""
        return self.made_by_id

    def competence(self, stage: str) -> Competence:
        """Stage "upper" is the agency that made the plan, "upper_finance" the one beside it, "approvers" either."""
        agencies = {
            "upper": (self.agency_id,),
            "upper_finance": (self.finance_agency_id,),
            "approvers": (self.agency_id, self.finance_agency_id),
        }[stage]
        return Competence(self.call.measure, stage, agencies=frozenset(filter(None, agencies)))


class PlanLine(models.Model):
    """A case in a plan: its ceiling, what the rule gave, what the plan says, with the working."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="lines")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="plan_lines")
    position = models.PositiveIntegerField()
    cap = Amount()
    computed = Amount()
    amount = Amount()
    working = models.JSONField(default=dict, help_text="rule, inputs, formula and rounding as shown")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("方案行")
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "case"], name="case_once_in_a_plan"),
            models.CheckConstraint(name="never_above_the_cap", condition=Q(amount__gte=0) & Q(amount__lte=F("cap"))),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.position}"


class Approval(models.Model):
    """A dated record, with its document, of one of the approvals that come before money."""

    append_only = True

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="approvals")
    step = models.CharField(max_length=32, help_text="key of the measure's approval")
    label = models.CharField(max_length=80)
    granted = models.BooleanField(default=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    document = models.CharField(_("文号"), max_length=80)
    dated = models.DateField(_("日期"))
    scan = models.CharField(max_length=64, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("审批记录")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "step"], condition=Q(granted=True), name="approved_once_per_step")
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.label} {self.document}"


class Award(models.Model):
    """What a plan gave a case. One award a case and plan."""

    append_only = True

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="awards")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="awards")
    amount = Amount()
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("奖补决定")
        constraints = [
            models.UniqueConstraint(fields=["case", "plan"], name="one_award_per_case_and_plan"),
            models.CheckConstraint(name="award_is_positive", condition=Q(amount__gt=0)),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.case} {self.amount}"


class Share(models.Model):
    """The part of an award that belongs to one project, and who is paid for it."""

    append_only = True

    award = models.ForeignKey(Award, models.PROTECT, related_name="shares")
    project = models.ForeignKey("cases.CaseProject", models.PROTECT, related_name="+")
    payee = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    amount = Amount()

    class Meta:
        verbose_name = _("奖补份额")
        constraints = [models.CheckConstraint(name="share_is_not_negative", condition=Q(amount__gte=0))]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.payee} {self.amount}"


INSTALMENT_MOVES: MoveTable = {
    "approve": (("planned",), "approved"),
    "issue": (("approved",), "payable"),
    "release": (("approved",), "payable"),
    "settle": (("payable",), "paid"),
    "reopen": (("paid",), "payable"),
    "lapse": (("planned", "approved", "payable"), "lapsed"),
    "stop": (("planned", "approved", "payable"), "stopped"),
}


class Instalment(Machine):
    """What is due of an award in one year (Jilin Art. 5: at most three consecutive years)."""

    MOVES = INSTALMENT_MOVES

    class State(models.TextChoices):
        PLANNED = "planned", _("待批准")
        APPROVED = "approved", _("已批准，待下达")
        PAYABLE = "payable", _("可拨付")
        PAID = "paid", _("已拨付")
        LAPSED = "lapsed", _("已失效")
        STOPPED = "stopped", _("停止兑现")

    state = StateField(choices=State, default=State.PLANNED)
    award = models.ForeignKey(Award, models.PROTECT, related_name="instalments")
    year = models.PositiveSmallIntegerField()
    due_on = models.DateField(null=True, blank=True)
    amount = Amount()

    objects = Knowing("award__case")

    class Meta:
        verbose_name = _("年度兑现")
        constraints = [
            models.UniqueConstraint(fields=["award", "year"], name="one_instalment_a_year"),
            models.CheckConstraint(name="instalment_is_positive", condition=Q(amount__gt=0)),
        ]
        triggers = [state_trigger(INSTALMENT_MOVES), never_deleted()]

    def __str__(self) -> str:
        return f"{self.award} {self.year}"

    def competence(self, stage: str) -> Competence:
        return self.award.case.competence(stage)
