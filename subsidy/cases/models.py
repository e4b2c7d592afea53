"""A case and what belongs to it: projects, claimed lines, submissions, documents, assessments."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from subsidy.cases.kept_on_case import findings_counted, search_text_kept, submission_unsigned
from subsidy.cases.records import (
    Correction,
    FindingDecision,
    Hold,
    JointItem,
    JointSubmission,
    Level,
    LineDecision,
    ProvinceItem,
    ProvinceReport,
    Review,
    Signature,
)
from subsidy.reference.search import Bigrams
from subsidy.reference.secret import EncryptedTextField
from workflow.machine import CASE_MOVES, CaseMachine, Competence, append_only, never_deleted, state_trigger
from workflow.states import State

__all__ = [
    "Assessment",
    "Case",
    "CaseProject",
    "ClaimedLine",
    "Correction",
    "DocumentVersion",
    "FindingDecision",
    "Hold",
    "JointItem",
    "JointSubmission",
    "Level",
    "LineDecision",
    "ProvinceItem",
    "ProvinceReport",
    "Review",
    "SearchText",
    "Signature",
    "Submission",
]  # fmt: skip

DECLARED = [("firm", "bigint"), ("of_measure", "text"), ("filed", "date")]
FILED = """
IF NEW.state IN ('draft', 'withdrawn') THEN RETURN NEW; END IF;
IF TG_OP = 'UPDATE' THEN IF OLD.state <> 'draft' THEN RETURN NEW; END IF; END IF;
firm := NEW.enterprise_id; of_measure := NEW.measure;
filed := (NEW.filed_at AT TIME ZONE 'Asia/Shanghai')::date;
PERFORM 1 FROM enterprises_enterprise WHERE id = firm FOR SHARE;
"""
SUBMITTED = """
IF NEW.number > 1 THEN RETURN NEW; END IF;
SELECT enterprise_id, measure INTO firm, of_measure FROM cases_case WHERE id = NEW.case_id;
filed := (NEW.submitted_at AT TIME ZONE 'Asia/Shanghai')::date;
PERFORM 1 FROM enterprises_enterprise WHERE id = firm FOR SHARE;
"""
REFUSED_IF_BARRED = """
IF EXISTS (
    SELECT 1 FROM enterprises_bar b
    WHERE b.enterprise_id IN (SELECT enterprises_answers_for(firm)) AND b.measure IN ('', of_measure)
    AND b.state <> 'draft' AND b.valid_from <= filed
    AND (b.valid_to IS NULL OR b.valid_to > filed) AND (b.lifted_on IS NULL OR b.lifted_on > filed)
) THEN
    RAISE EXCEPTION 'enterprise % is barred from filing on %', firm, filed USING ERRCODE = '23514';
END IF;
RETURN NEW;
"""


def barred_cannot_file() -> pgtrigger.Trigger:
    """The last line of defence: no case of a barred enterprise leaves the draft, whatever the path.

    The lock makes a submission wait for a bar that is being imposed at this moment (`credit.bars.impose`).
    """
    return pgtrigger.Trigger(
        name="barred_cannot_file",
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
        when=pgtrigger.Before,
        declare=DECLARED,
        func=FILED + REFUSED_IF_BARRED,
    )


def barred_cannot_submit() -> pgtrigger.Trigger:
    """No first submission of a barred enterprise's case; a correction of what was filed before is none."""
    return pgtrigger.Trigger(
        name="barred_cannot_submit",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        declare=DECLARED,
        func=SUBMITTED + REFUSED_IF_BARRED,
    )


LOCAL_SIGNED, UPPER_CONCLUDED = "local_signed", "upper_concluded"


class Case(CaseMachine):
    """One applicant in one call.

    `signed`, `to_decide` and `not_met` are written by the triggers of `cases/kept_on_case.py` alone; `queue_state` is
    the state, told apart in the two reviews by whether their own bureau has signed.
    """

    number = models.CharField(_("案件编号"), max_length=20, unique=True)
    # Foreign keys without an index of their own are led by one of the queue's indexes.
    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="cases", db_index=False)
    measure = models.CharField(max_length=32)
    track = models.CharField(_("资助类别"), max_length=16)
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="cases")
    cluster = models.ForeignKey("clusters.Cluster", models.PROTECT, null=True, blank=True, related_name="cases")
    measured = models.ForeignKey(
        "projects.MeasuredProject",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("测算项目"),
    )
    title = models.CharField(_("项目（群）名称"), max_length=120, blank=True)
    area = models.CharField(_("所在地区划代码"), max_length=12)
    local_agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+", db_index=False)
    local_finance_agency = models.ForeignKey(
        "accounts.Agency", models.PROTECT, null=True, related_name="+", db_index=False
    )
    upper_agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+", db_index=False)
    upper_finance_agency = models.ForeignKey("accounts.Agency", models.PROTECT, null=True, related_name="+")
    pay_maker_agency = models.ForeignKey("accounts.Agency", models.PROTECT, null=True, related_name="+")
    pay_checker_agency = models.ForeignKey("accounts.Agency", models.PROTECT, null=True, related_name="+")
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answers = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    contact_name = models.CharField(_("联系人"), max_length=50, blank=True)
    contact_phone = EncryptedTextField(_("联系电话"), default="", blank=True)
    requested = models.DecimalField(_("申请金额"), max_digits=18, decimal_places=2, null=True, blank=True)
    claimed = models.DecimalField(_("申报投资额"), max_digits=18, decimal_places=2, null=True, blank=True)
    recognised = models.DecimalField(_("认定投资额"), max_digits=18, decimal_places=2, null=True, blank=True)
    cap = models.DecimalField(_("政策上限"), max_digits=18, decimal_places=2, null=True, blank=True)
    due_at = models.DateTimeField(_("办理期限"), null=True, blank=True)
    correcting_level = models.CharField(max_length=8, choices=Level, blank=True)
    filed_at = models.DateTimeField(_("首次提交时间"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("最近提交时间"), null=True, blank=True)
    opened_at = models.DateTimeField(_("初审首次打开时间"), null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    ended_source = models.CharField(max_length=120, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    signed = ArrayField(models.CharField(max_length=16), default=list, editable=False)
    to_decide = models.PositiveSmallIntegerField(default=0, editable=False)
    not_met = models.PositiveSmallIntegerField(default=0, editable=False)
    queue_state = models.GeneratedField(
        expression=models.Case(
            When(state=State.LOCAL_REVIEW, signed__contains=[Level.LOCAL.value], then=Value(LOCAL_SIGNED)),
            When(state=State.UPPER_REVIEW, signed__contains=[Level.UPPER.value], then=Value(UPPER_CONCLUDED)),
            default=F("state"),
            output_field=models.CharField(max_length=24),
        ),
        output_field=models.CharField(max_length=24),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("申报案件")
        constraints = [
            models.UniqueConstraint(
                fields=["call", "enterprise"], condition=Q(state="draft"), name="one_draft_per_call_and_enterprise"
            ),
            models.CheckConstraint(
                name="a_filed_case_has_its_time",
                condition=Q(state__in=[State.DRAFT, State.WITHDRAWN]) | Q(filed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="correcting_remembers_the_level", condition=~Q(state=State.CORRECTING) | ~Q(correcting_level="")
            ),
            models.CheckConstraint(
                name="a_declined_case_has_its_reason", condition=~Q(state=State.DECLINED) | ~Q(ended_reason="")
            ),
        ]
        indexes = [
            *(
                models.Index(fields=[agency, "queue_state", *order, "id"], name=f"case_{name}_{kind}")
                for agency, name in (
                    ("local_agency", "local"),
                    ("local_finance_agency", "finance"),
                    ("upper_agency", "upper"),
                    ("call", "call"),
                )
                for order, kind in ((["due_at"], "due"), ([], "newest"))
            ),
        ]
        triggers = [state_trigger(CASE_MOVES), never_deleted(), search_text_kept(), barred_cannot_file()]

    def __str__(self) -> str:
        return self.number

    def in_hands_of(self) -> int | None:
        """Whoever opened the review."""
        return self.handler_id

    def competence(self, stage: str) -> Competence:
        """The agency for a stage of review or payment; for "applicant" the enterprise."""
        agencies = {
            "applicant": (),
            "local": (self.local_agency_id,),
            "local_finance": (self.local_finance_agency_id,),
            "signatories": (self.local_agency_id, self.local_finance_agency_id),
            "upper": (self.upper_agency_id,),
            "upper_finance": (self.upper_finance_agency_id,),
            "approvers": (self.upper_agency_id, self.upper_finance_agency_id),
            "pay_maker": (self.pay_maker_agency_id,),
            "pay_checker": (self.pay_checker_agency_id,),
        }[stage]
        enterprises = frozenset({self.enterprise_id}) if stage == "applicant" else frozenset()
        return Competence(self.measure, stage, self.area, frozenset(a for a in agencies if a), enterprises)


class SearchText(models.Model):
    """What the search looks at of a case; written by a trigger of the case alone."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="search_text")
    number = models.CharField(max_length=20)
    text = models.TextField(help_text="the title, folded")

    class Meta:
        verbose_name = _("案件检索")
        indexes = [
            GinIndex(Bigrams("text"), name="case_text_pairs"),
            GinIndex(OpClass("number", "gin_trgm_ops"), name="case_number_parts"),
        ]

    def __str__(self) -> str:
        return self.number


class CaseProject(models.Model):
    """A project in a case, with a dated status."""

    class Status(models.TextChoices):
        IN = "in", _("在项目群内")
        REJECTED = "rejected", _("不予认定")
        REPLACED = "replaced", _("已替换")
        WITHDRAWN = "withdrawn", _("已退出")

    case = models.ForeignKey(Case, models.PROTECT, related_name="projects")
    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="in_cases")
    position = models.PositiveSmallIntegerField(default=1)
    direction = models.CharField(_("支持方向"), max_length=24, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.IN)
    status_since = models.DateField()
    status_reason = models.CharField(max_length=300, blank=True)
    fixed_assets_audited = models.DecimalField(
        _("审计确认新增固定资产投资"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    fixed_assets_statistics = models.DecimalField(
        _("统计口径新增固定资产投资"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    emerging = models.BooleanField(_("符合战略性新兴产业方向"), null=True, blank=True)
    supply_chain = models.BooleanField(_("属于稳产业链供应链项目"), null=True, blank=True)
    partners = models.JSONField(default=list)
    answers = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("案件项目")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "project"], name="a_project_once_in_a_case")]

    def __str__(self) -> str:
        return str(self.project)


class ClaimedLine(models.Model):
    """An invoice or contract line the applicant claims (元). What was submitted is frozen in the submission."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(CaseProject, models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField(_("序号"))
    category = models.CharField(_("费用类别"), max_length=24)
    summary = models.CharField(_("摘要"), max_length=120)
    supplier = models.CharField(_("供应商"), max_length=100, blank=True)
    invoice = models.CharField(_("发票号码"), max_length=40, blank=True)
    invoice_key = models.CharField(max_length=60, blank=True, db_index=True)
    dated = models.DateField(_("开票日期"))
    gross = models.DecimalField(_("金额（含税）"), max_digits=18, decimal_places=2)
    tax = models.DecimalField(_("其中税额"), max_digits=18, decimal_places=2, default=0)
    paid = models.DecimalField(_("已付款金额"), max_digits=18, decimal_places=2)
    claimed = models.DecimalField(_("申报金额"), max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("投资明细")
        ordering = ["number", "id"]
        constraints = [
            models.CheckConstraint(
                name="amounts_of_a_line_are_not_negative",
                condition=Q(gross__gt=0) & Q(tax__gte=0) & Q(paid__gte=0) & Q(claimed__gte=0) & Q(tax__lt=F("gross")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.summary}"


class DocumentVersion(models.Model):
    """One version of an uploaded document; its bytes lie under their digest. A replaced one stays."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="documents")
    project = models.ForeignKey(CaseProject, models.PROTECT, null=True, blank=True, related_name="documents")
    requirement = models.CharField(max_length=64)
    name = models.CharField(_("文件名"), max_length=200)
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    pages = models.PositiveIntegerField(null=True, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("佐证材料")
        ordering = ["requirement", "id"]
        indexes = [models.Index(fields=["digest"], name="document_by_digest")]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.name


class Submission(models.Model):
    """What was submitted, the n-th time: a snapshot with its digest. A correction makes n+1."""

    append_only = True

    case = models.ForeignKey(Case, models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    facts = models.JSONField(encoder=DjangoJSONEncoder)
    content = models.JSONField(encoder=DjangoJSONEncoder, help_text="what the page and the paper show of it")
    documents = models.JSONField(default=list, help_text="[{requirement, name, digest, size, pages}]")
    contact_phone = EncryptedTextField(_("联系电话"), default="", blank=True)
    digest = models.CharField(max_length=64)
    declaration = models.TextField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("申报版本")
        ordering = ["case", "number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="submission_numbered")]
        triggers = [*append_only(), submission_unsigned(), barred_cannot_submit()]

    def __str__(self) -> str:
        return f"{self.case} 第 {self.number} 版"


class Assessment(models.Model):
    """What the rules answered about a submission: findings, lines and ceiling, with the facts they saw."""

    append_only = True

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="assessments")
    occasion = models.CharField(max_length=24)
    edition = models.CharField(max_length=64)
    facts = models.JSONField(encoder=DjangoJSONEncoder)
    result = models.JSONField(encoder=DjangoJSONEncoder, help_text="findings and lines as the rules returned them")
    manifest = models.JSONField(default=dict, help_text="digests of parameters and functions")
    cap = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    assessed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("规则测算")
        ordering = ["id"]
        triggers = [*append_only(), findings_counted()]

    def __str__(self) -> str:
        return f"{self.submission} {self.occasion}"
