"""Credit lists, their imports as dated snapshots, what was found about an enterprise, and bars on filing."""

from datetime import date

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflow.machine import Competence, Machine, MoveTable, StateField, append_only, never_deleted, state_trigger


class CreditList(models.Model):
    """A list enterprises may stand on: one of the three national ones (Jilin Art. 6), or one of a measure's own."""

    code = models.SlugField(max_length=24, primary_key=True)
    name = models.CharField(_("名单"), max_length=60)
    authority = models.CharField(_("发布单位"), max_length=100)
    measure = models.CharField(max_length=32, blank=True, help_text="empty: national, asked where an article says so")
    source = models.CharField(_("依据"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("信用名单")
        ordering = ["measure", "code"]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.name


IMPORT_MOVES: MoveTable = {"record": (("draft",), "recorded"), "discard": (("draft",), "discarded")}


class ListImport(Machine):
    """What a list said on one day, as it was brought in: the whole list, or some enterprises looked up in it."""

    MOVES = IMPORT_MOVES

    class State(models.TextChoices):
        DRAFT = "draft", _("待确认")
        RECORDED = "recorded", _("已入库")
        DISCARDED = "discarded", _("已放弃")

    class Coverage(models.TextChoices):
        WHOLE = "whole", _("整份名单")
        SOME = "some", _("个别查询")

    state = StateField(choices=State, default=State.DRAFT)
    number = models.CharField(_("编号"), max_length=40, unique=True)
    credit_list = models.ForeignKey(CreditList, models.PROTECT, related_name="imports", verbose_name=_("名单"))
    coverage = models.CharField(_("范围"), max_length=8, choices=Coverage)
    source = models.CharField(_("来源"), max_length=100)
    as_of = models.DateField(_("数据日期"))
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+", verbose_name=_("登记单位"))
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    made_at = models.DateTimeField(_("导入时间"))
    evidence = models.CharField(max_length=64, help_text="digest of the document")
    evidence_name = models.CharField(max_length=200)
    read_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    faults = models.JSONField(default=list, encoder=DjangoJSONEncoder, help_text="[{row, text}] that were left out")
    recorded_at = models.DateTimeField(_("入库时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("名单快照")
        ordering = ["-made_at", "-id"]
        indexes = [
            models.Index(
                fields=["credit_list", "-as_of", "-id"], condition=Q(state="recorded"), name="list_import_latest"
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="a_recorded_list_was_read_and_has_its_time",
                condition=~Q(state="recorded") | Q(read_at__isnull=False, recorded_at__isnull=False),
            ),
        ]
        triggers = [
            state_trigger(IMPORT_MOVES),
            never_deleted(),
            pgtrigger.ReadOnly(
                name="a_snapshot_stays",
                fields=["credit_list", "coverage", "source", "as_of", "agency", "operator", "made_at", "evidence"],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def competence(self, stage: str) -> Competence:
        """The agency that brought the list in."""
        return Competence(self.credit_list.measure, stage, agencies=frozenset({self.agency_id}))


class ListEntry(models.Model):
    """A line of an import. An enterprise is known by its credit code; the name is a hint only. Never changed."""

    append_only = True

    statement = models.ForeignKey(ListImport, models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    name = models.CharField(_("单位名称"), max_length=100, blank=True)
    name_key = models.CharField(max_length=120, blank=True)
    listed = models.BooleanField(default=True)
    reference = models.CharField(_("案号或文号"), max_length=100, blank=True)
    listed_on = models.DateField(_("列入日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("名单内容")
        ordering = ["statement", "position"]
        constraints = [models.UniqueConstraint(fields=["statement", "position"], name="one_entry_per_position")]
        indexes = [
            models.Index(fields=["credit_code", "statement"], name="list_entry_by_code"),
            models.Index(fields=["name_key"], condition=Q(credit_code=""), name="list_entry_by_name"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return self.name or self.credit_code


class CreditCheck(models.Model):
    """What a list said about an enterprise at a moment: source, operator, evidence. Never changed."""

    append_only = True

    class List(models.TextChoices):
        DISHONEST = "dishonest_debtor", _("失信被执行人")
        ABNORMAL = "abnormal_operation", _("经营异常名录")
        SERIOUS = "serious_violation", _("严重违法失信名单")

    class Point(models.TextChoices):
        REGISTER = "register", _("名单登记")
        FILING = "filing", _("提交申报")
        UPPER_REVIEW = "upper_review", _("进入复审")
        NOTICE_END = "notice_end", _("公示期满")
        PAYMENT = "payment", _("资金拨付")

    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="credit_checks")
    list = models.CharField(max_length=24, help_text="code of the CreditList")
    listed = models.BooleanField()
    source = models.CharField(_("来源"), max_length=100)
    checked_at = models.DateTimeField()
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    evidence = models.CharField(max_length=64, blank=True)
    point = models.CharField(_("环节"), max_length=16, choices=Point, default=Point.REGISTER)
    as_of = models.DateField(_("数据日期"), null=True, blank=True, help_text="day of the list; empty: day of the check")
    reference = models.CharField(_("案号或文号"), max_length=100, blank=True)
    statement = models.ForeignKey(ListImport, models.PROTECT, null=True, blank=True, related_name="checks")
    changed = models.BooleanField(default=False, help_text="the list says other than what was known before")

    class Meta:
        verbose_name = _("信用核查")
        indexes = [models.Index(fields=["enterprise", "list", "-checked_at"], name="credit_latest")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.enterprise} {self.list}"


BAR_MOVES: MoveTable = {"impose": (("draft",), "in_force"), "lift": (("in_force",), "lifted")}


class Bar(Machine):
    """A bar on filing: from a day, until (not including) a day, or without end; lifted only by a record."""

    MOVES = BAR_MOVES

    class State(models.TextChoices):
        DRAFT = "draft", _("拟定")
        IN_FORCE = "in_force", _("已登记")
        LIFTED = "lifted", _("已解除")

    class Ground(models.TextChoices):
        VIOLATION = "violation", _("违法违规，情节严重且难以整改和纠正")
        FRAUD = "fraud", _("弄虚作假或以不正当手段骗取资金")
        POOR_RATING = "poor_rating", _("绩效评价结果为“差”且难以整改")
        OTHER = "other", _("其他文件规定")

    state = StateField(choices=State, default=State.IN_FORCE)
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="bars")
    measure = models.CharField(max_length=32, blank=True, help_text="empty: every measure")
    valid_from = models.DateField(_("开始日期"))
    valid_to = models.DateField(null=True, blank=True, help_text="the first day on which filing is free again")
    ground = models.CharField(_("事由类别"), max_length=16, choices=Ground, default=Ground.OTHER)
    reason = models.CharField(_("理由"), max_length=300)
    source = models.CharField(_("依据"), max_length=200)
    decision = models.CharField(_("处理决定文号"), max_length=80, blank=True)
    evidence = models.CharField(max_length=64, blank=True, help_text="digest of the decision document")
    evidence_name = models.CharField(max_length=200, blank=True)
    appeal = models.TextField(_("救济途径"), blank=True)
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True)
    lifted_on = models.DateField(_("解除日期"), null=True, blank=True)
    lifted_by = models.CharField(max_length=200, blank=True)
    lift_reason = models.CharField(_("解除理由"), max_length=300, blank=True)
    lift_evidence = models.CharField(max_length=64, blank=True)
    lift_evidence_name = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("禁止申报")
        constraints = [
            models.CheckConstraint(
                name="a_bar_is_lifted_by_a_record",
                condition=Q(state="lifted", lifted_on__isnull=False) | ~Q(state="lifted") & Q(lifted_on__isnull=True),
            ),
            models.CheckConstraint(
                name="a_bar_ends_after_its_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["enterprise", "valid_from"], name="bar_by_enterprise")]
        triggers = [
            state_trigger(BAR_MOVES),
            never_deleted(),
            pgtrigger.ReadOnly(
                name="a_bar_stays_as_imposed",
                fields=[
                    "enterprise", "measure", "valid_from", "valid_to", "ground", "reason", "source", "decision",
                    "evidence", "agency", "made_by", "made_at",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.enterprise} {self.valid_from:%Y-%m-%d}"

    def competence(self, stage: str) -> Competence:
        """The agency that imposed the bar."""
        agencies = frozenset({self.agency_id}) if self.agency_id else frozenset()
        return Competence(self.measure, stage, agencies=agencies)

    @classmethod
    def in_force(cls, day: date) -> models.QuerySet["Bar"]:
        """Bars that hold on ``day``."""
        return cls.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
            Q(lifted_on__isnull=True) | Q(lifted_on__gt=day),
            valid_from__lte=day,
        ).exclude(state=cls.State.DRAFT)
