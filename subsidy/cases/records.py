"""The records of review: decisions, signatures, corrections, holds, and what sends cases up in a group."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.cases.kept_on_case import conclusion_kept, signature_kept
from workflow.machine import Competence, Machine, MoveTable, StateField, append_only, never_deleted, state_trigger

__all__ = [
    "Correction", "FindingDecision", "Hold", "JointItem", "JointSubmission", "LineDecision", "ProvinceItem",
    "ProvinceReport", "Review", "Signature",
]  # fmt: skip


class Level(models.TextChoices):
    """At which level something was decided."""

    LOCAL = "local", _("初审")
    UPPER = "upper", _("复审")


class FindingDecision(models.Model):
    """What a person decided about one finding; the newest of a level holds. Automatic results are none of these."""

    append_only = True

    class Decision(models.TextChoices):
        AGREED = "agreed", _("认可")
        MET = "met", _("符合")
        NOT_MET = "not_met", _("不符合")

    assessment = models.ForeignKey("cases.Assessment", models.PROTECT, related_name="decisions")
    code = models.CharField(max_length=64)
    subject = models.CharField(max_length=64, blank=True)
    level = models.CharField(max_length=8, choices=Level)
    decision = models.CharField(max_length=12, choices=Decision)
    reason_code = models.CharField(max_length=24, blank=True)
    note = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("发现的认定")
        ordering = ["id"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.code} {self.decision}"


class LineDecision(models.Model):
    """The amount recognised of one claimed line (元), with its reason; the newest of a level holds."""

    append_only = True

    submission = models.ForeignKey("cases.Submission", models.PROTECT, related_name="line_decisions")
    line = models.UUIDField(help_text="key of the claimed line in the submission's snapshot")
    level = models.CharField(max_length=8, choices=Level)
    recognised = models.DecimalField(max_digits=18, decimal_places=2)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("明细认定")
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="recognised_is_not_negative", condition=Q(recognised__gte=0))]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.line} {self.recognised}"


class Review(models.Model):
    """The conclusion of one level of review about one submission."""

    append_only = True

    class Outcome(models.TextChoices):
        RECOMMENDED = "recommended", _("推荐")
        CORRECTION = "correction", _("退回补正")
        RETURNED = "returned", _("退回下级")
        DECLINED = "declined", _("不予支持")

    submission = models.ForeignKey("cases.Submission", models.PROTECT, related_name="reviews")
    level = models.CharField(max_length=8, choices=Level)
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome)
    opinion = models.TextField(blank=True)
    source = models.CharField(_("依据"), max_length=120, blank=True)
    recognised = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("审核意见")
        ordering = ["id"]
        triggers = [*append_only(), conclusion_kept()]

    def __str__(self) -> str:
        return f"{self.submission} {self.get_outcome_display()}"


class Signature(models.Model):
    """A signature of one agency under one submission, for or against (Jilin Art. 8)."""

    append_only = True

    submission = models.ForeignKey("cases.Submission", models.PROTECT, related_name="signatures")
    stage = models.CharField(max_length=16)
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    opinion = models.TextField(blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("会签")
        ordering = ["id"]
        triggers = [*append_only(), signature_kept()]

    def __str__(self) -> str:
        return f"{self.agency} {self.agrees}"


class Correction(models.Model):
    """A correction notice: everything that is asked, in one go, with its deadline."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="corrections")
    submission = models.ForeignKey("cases.Submission", models.PROTECT, related_name="corrections")
    number = models.CharField(_("文书编号"), max_length=40, unique=True)
    level = models.CharField(max_length=8, choices=Level)
    items = models.JSONField(help_text="[{target, label, problem, requirement, source}]")
    letter = models.JSONField(default=dict, help_text="what else the paper says, as it was on the day it was sent")
    due_at = models.DateTimeField()
    extensions = models.JSONField(default=list, help_text="[{at, due_at, days, reason}]")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    answered_by = models.ForeignKey("cases.Submission", models.PROTECT, null=True, related_name="answers_correction")

    class Meta:
        verbose_name = _("补正通知")
        ordering = ["id"]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.number


class Hold(models.Model):
    """Why a case, or one row of it, may not move or be paid for now. Whoever moves looks here, never further."""

    class Kind(models.TextChoices):
        OBJECTION = "objection", _("异议")
        CREDIT = "credit", _("信用")
        FREEZE = "freeze", _("冻结")
        BAR = "bar", _("禁止申报")
        RATING = "rating", _("绩效评价")
        RECUSAL = "recusal", _("回避")
        DUPLICATE = "duplicate", _("重复资助核查")

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="holds")
    row_kind = models.CharField(max_length=64, blank=True)
    row_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=12, choices=Kind)
    reason = models.CharField(max_length=300)
    source = models.CharField(max_length=120)
    set_by = models.CharField(max_length=100)
    set_at = models.DateTimeField()
    released_by = models.CharField(max_length=100, blank=True)
    released_at = models.DateTimeField(null=True)
    release_note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("暂缓")
        indexes = [models.Index(fields=["case"], condition=Q(released_at__isnull=True), name="hold_open")]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reason}"


JOINT_MOVES: MoveTable = {"send": (("draft",), "sent"), "release": (("sent",), "released")}


class JointSubmission(Machine):
    """A joint submission of reviewed cases upwards, by one letter of both bureaus (Jilin Art. 8)."""

    MOVES = JOINT_MOVES

    class State(models.TextChoices):
        DRAFT = "draft", _("编制中")
        SENT = "sent", _("已上报")
        RELEASED = "released", _("已撤回")

    state = StateField(choices=State, default=State.DRAFT)
    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="joint_submissions")
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+")
    finance_agency = models.ForeignKey("accounts.Agency", models.PROTECT, null=True, related_name="+")
    numbers = ArrayField(models.CharField(max_length=80), default=list, verbose_name=_("发文字号"))
    dated = models.DateField(_("成文日期"), null=True, blank=True)
    signer = models.CharField(_("签发人"), max_length=50, blank=True)
    scan = models.CharField(max_length=64, blank=True, help_text="digest of the sealed scan")
    letter = models.JSONField(default=dict, help_text="what the letter says, as it was when it was sent")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("联合上报")
        triggers = [state_trigger(JOINT_MOVES), never_deleted()]

    def __str__(self) -> str:
        return "、".join(self.numbers) or f"{self.pk}"

    def in_hands_of(self) -> int | None:
        """Whoever drew it up."""
        return self.made_by_id

    def competence(self, stage: str) -> Competence:
        """The local bureau that sends; at stage "upper" the agency that may release it."""
        agency = self.call.agency_id if stage == "upper" else self.agency_id
        return Competence(self.call.measure, stage, agencies=frozenset({agency}))


class JointItem(models.Model):
    """A case in a joint submission, in its order."""

    joint = models.ForeignKey(JointSubmission, models.PROTECT, related_name="items")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="joint_items")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["joint", "position"]
        constraints = [models.UniqueConstraint(fields=["joint", "case"], name="case_once_in_a_joint_submission")]

    def __str__(self) -> str:
        return f"{self.joint} {self.position}"


REPORT_MOVES: MoveTable = {"send": (("draft",), "sent"), "answer": (("sent",), "answered")}


class ProvinceReport(Machine):
    """A list the city reports to the province (Zhongshan Art. 11(三)); no plan without it."""

    MOVES = REPORT_MOVES

    class State(models.TextChoices):
        DRAFT = "draft", _("编制中")
        SENT = "sent", _("已上报")
        ANSWERED = "answered", _("省厅已批复")

    state = StateField(choices=State, default=State.DRAFT)
    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="province_reports")
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+")
    number = models.CharField(_("文号"), max_length=80, blank=True)
    dated = models.DateField(_("上报日期"), null=True, blank=True)
    document = models.CharField(max_length=64, blank=True)
    answer_number = models.CharField(_("省厅文号"), max_length=80, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("上报省厅")
        triggers = [state_trigger(REPORT_MOVES), never_deleted()]

    def __str__(self) -> str:
        return self.number or f"{self.pk}"

    def in_hands_of(self) -> int | None:
        """Whoever drew it up."""
        return self.made_by_id

    def competence(self, stage: str) -> Competence:
        return Competence(self.call.measure, stage, agencies=frozenset({self.agency_id}))


class ProvinceItem(models.Model):
    """A case on a list reported to the province."""

    report = models.ForeignKey(ProvinceReport, models.PROTECT, related_name="items")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="province_items")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["report", "position"]
        constraints = [models.UniqueConstraint(fields=["report", "case"], name="case_once_in_a_report")]

    def __str__(self) -> str:
        return f"{self.report} {self.position}"
