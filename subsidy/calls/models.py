"""Calls for cases: a measure's edition, fixed by the day of publication, with its windows and settings."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from workflow.machine import Competence, Machine, MoveTable, StateField, never_deleted, state_trigger

CALL_MOVES: MoveTable = {
    "publish": (("draft",), "published"),
    "void": (("published",), "void"),
}


class Call(Machine):
    """A call. What practice changes every round is data here, each setting with its source."""

    MOVES = CALL_MOVES

    class State(models.TextChoices):
        DRAFT = "draft", _("拟制中")
        PUBLISHED = "published", _("已发布")
        VOID = "void", _("已废止")

    class Kind(models.TextChoices):
        SUPPORT = "support", _("支持项目")
        MEASURING = "measuring", _("测算项目")

    class NoticeDays(models.TextChoices):
        NATURAL = "natural", _("自然日")
        WORKING = "working", _("工作日")

    class Payee(models.TextChoices):
        HEAD = "head", _("头部企业（申报单位）")
        MEMBER = "member", _("各项目实施单位")

    state = StateField(choices=State, default=State.DRAFT)
    measure = models.CharField(_("政策"), max_length=32)
    edition = models.CharField(_("政策版本"), max_length=64)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind, default=Kind.SUPPORT)
    title = models.CharField(_("标题"), max_length=150)
    number = models.CharField(_("文号"), max_length=80)
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="calls")
    issuers = models.ManyToManyField("accounts.Agency", related_name="+", verbose_name=_("印发单位"))
    fiscal_year = models.PositiveSmallIntegerField(_("资金年度"))
    areas = ArrayField(models.CharField(max_length=12), default=list, help_text="empty: the whole territory")
    opens_at = models.DateTimeField(_("申报开始时间"))
    closes_at = models.DateTimeField(_("申报截止时间"), help_text="half-open: this instant is too late")
    paper_until = models.DateTimeField(_("纸质材料截止时间"), null=True, blank=True)
    window_from = models.DateField(_("投资计算起始日"))
    window_to = models.DateField(_("投资计算截止日"))
    correction_days = models.PositiveSmallIntegerField(_("补正期限（工作日）"), default=5)
    local_days = models.PositiveSmallIntegerField(_("初审期限（工作日）"), default=10)
    upper_days = models.PositiveSmallIntegerField(_("复审期限（工作日）"), default=15)
    notice_days = models.PositiveSmallIntegerField(_("公示天数"), default=7)
    notice_day_kind = models.CharField(_("公示天数口径"), max_length=8, choices=NoticeDays, default=NoticeDays.NATURAL)
    payee = models.CharField(_("收款单位"), max_length=8, choices=Payee, default=Payee.HEAD)
    plan_decimals = models.PositiveSmallIntegerField(_("方案金额小数位（万元）"), default=2)
    documents = models.JSONField(_("材料目录"), default=list)
    scorecard = models.JSONField(_("评分表"), default=list)
    measure_settings = models.JSONField(_("其他设定"), default=dict, help_text="key → {value, source}")
    sources = models.JSONField(_("设定来源"), default=dict, help_text="column → where its value comes from")
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta:
        verbose_name = _("申报通知")
        constraints = [
            models.CheckConstraint(name="call_closes_after_opening", condition=Q(closes_at__gt=F("opens_at"))),
            models.CheckConstraint(name="call_window_in_order", condition=Q(window_to__gte=F("window_from"))),
            models.CheckConstraint(
                name="call_published_by_a_second_person",
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("prepared_by")),
            ),
            models.CheckConstraint(
                name="call_published_has_date", condition=Q(state="draft") | Q(published_at__isnull=False)
            ),
        ]
        triggers = [state_trigger(CALL_MOVES), never_deleted()]

    def __str__(self) -> str:
        return self.title

    def in_hands_of(self) -> int | None:
        """Whoever prepares it."""
        return self.prepared_by_id

    @property
    def chain_number(self) -> str:
        return self.number

    def competence(self, stage: str) -> Competence:
        return Competence(self.measure, stage, agencies=frozenset({self.agency_id}))
