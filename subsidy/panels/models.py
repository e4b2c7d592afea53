"""Experts, panels, scoresheets, ranking and deliberation (Jilin Art. 9, Zhongshan Art. 11(三))."""

from datetime import date, time, timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflow.clock import SHANGHAI
from workflow.machine import Competence, Machine, MoveTable, StateField, append_only, never_deleted, state_trigger


class Expert(models.Model):
    """Somebody in the pool, with field and unit."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="expert")
    unit = models.CharField(_("工作单位"), max_length=100)
    unit_code = models.CharField(_("单位信用代码"), max_length=18, blank=True)
    fields = models.CharField(_("专业领域"), max_length=200)
    measures = models.CharField(max_length=100, blank=True, help_text="measure keys, comma separated; empty: all")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("评审专家")

    def __str__(self) -> str:
        return str(self.user)


PANEL_MOVES: MoveTable = {
    "open": (("draft",), "scoring"),
    "close": (("scoring",), "ranked"),
    "fix": (("ranked",), "fixed"),
    "void": (("scoring", "ranked"), "void"),
}


class Panel(Machine):
    """A panel of experts for the cases of one call: scorecard, quorum, method, all fixed before it opens."""

    MOVES = PANEL_MOVES

    class State(models.TextChoices):
        DRAFT = "draft", _("组建中")
        SCORING = "scoring", _("评分中")
        RANKED = "ranked", _("已排序")
        FIXED = "fixed", _("结果已确定")
        VOID = "void", _("作废")

    class Cut(models.TextChoices):
        RANK = "rank", _("按名次")
        SCORE = "score", _("按分数线")
        MONEY = "money", _("按资金额度")

    state = StateField(choices=State, default=State.DRAFT)
    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="panels")
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+")
    title = models.CharField(_("评审批次"), max_length=120)
    scorecard = models.JSONField(help_text="a copy of the call's scorecard as it stood")
    quorum = models.PositiveSmallIntegerField(_("每件最少评分人数"), default=3)
    drop_from = models.PositiveSmallIntegerField(_("去掉最高最低分的起始人数"), default=5, help_text="0: never")
    closes_at = models.DateTimeField(_("评分截止时间"), null=True, blank=True)
    ranked_at = models.DateTimeField(_("排序时间"), null=True, blank=True)
    cut = models.CharField(max_length=8, choices=Cut, blank=True)
    cut_value = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("评审组")
        triggers = [state_trigger(PANEL_MOVES), never_deleted()]

    def __str__(self) -> str:
        return self.title

    def in_hands_of(self) -> int | None:
        """Whoever organises it."""
        return self.made_by_id

    def competence(self, stage: str) -> Competence:
        return Competence(self.call.measure, stage, agencies=frozenset({self.agency_id}))

    @property
    def until(self) -> str:
        """The end of the scoring as people read it; midnight is 24:00 of the day before. Empty: without end."""
        if self.closes_at is None:
            return ""
        moment = self.closes_at.astimezone(SHANGHAI)
        return f"{self.last_day} 24:00" if moment.time() == time() else f"{moment:%Y-%m-%d %H:%M}"

    @property
    def last_day(self) -> date | None:
        """The last day on which experts may score."""
        return (self.closes_at - timedelta(microseconds=1)).astimezone(SHANGHAI).date() if self.closes_at else None


class PanelCase(models.Model):
    """A case before a panel, under a code of its own; its rank once the panel has closed."""

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="cases")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="panel_cases")
    code = models.CharField(max_length=8, help_text="what the experts see in place of a name")
    mean = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    spread = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    scores = models.PositiveSmallIntegerField(default=0)
    computed_rank = models.PositiveIntegerField(null=True)
    rank = models.PositiveIntegerField(null=True)
    rank_reason = models.CharField(max_length=300, blank=True)
    selected = models.BooleanField(null=True)

    class Meta:
        ordering = ["panel", "rank", "code"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "case"], name="case_once_in_a_panel"),
            models.UniqueConstraint(fields=["panel", "code"], name="code_once_in_a_panel"),
        ]

    def __str__(self) -> str:
        return self.code


class Assignment(models.Model):
    """An expert on a panel, with the declaration that comes before any case can be opened."""

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="assignments")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="assignments")
    letter = models.CharField(max_length=2, help_text="专家A, B, …")
    declared_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("提交全部评分时间"), null=True)
    released_at = models.DateTimeField(_("退出评审时间"), null=True, help_text="scores stay and no longer count")
    release_reason = models.CharField(_("退出评审原因"), max_length=300, blank=True)

    class Meta:
        ordering = ["panel", "id"]
        constraints = [models.UniqueConstraint(fields=["panel", "expert"], name="expert_once_in_a_panel")]

    def __str__(self) -> str:
        return f"{self.panel} {self.letter}"

    @property
    def name(self) -> str:
        """What everybody but the organiser sees in place of the expert's name."""
        return _("专家%(letter)s") % {"letter": self.letter}

    def competence(self) -> Competence:
        """The expert alone."""
        return Competence(self.panel.call.measure, "score", people=frozenset({self.expert.user_id}))


class Conflict(models.Model):
    """An expert's declared conflict with a case: that case is closed to the expert from then on."""

    append_only = True

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="conflicts")
    panel_case = models.ForeignKey(PanelCase, models.PROTECT, related_name="conflicts")
    reason = models.CharField(max_length=100)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "panel_case"], name="conflict_once")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.assignment} {self.panel_case}"


class Scoresheet(models.Model):
    """One expert's scores of one case. A draft never counts; submitted it does not change."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="sheets")
    panel_case = models.ForeignKey(PanelCase, models.PROTECT, related_name="sheets")
    scores = models.JSONField(default=dict, help_text="criterion key → points as text")
    comments = models.JSONField(default=dict)
    total = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("评分表")
        constraints = [
            models.UniqueConstraint(fields=["assignment", "panel_case"], name="sheet_once"),
            models.CheckConstraint(
                name="a_submitted_sheet_has_a_total", condition=Q(submitted_at__isnull=True) | Q(total__isnull=False)
            ),
        ]
        triggers = [
            never_deleted(),
            pgtrigger.Protect(
                name="submitted_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__submitted_at__isnull=False, new__submitted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.panel_case}"


class Deliberation(models.Model):
    """A meeting that confirmed a ranking (党组审议), with its document."""

    append_only = True

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="deliberations")
    body = models.CharField(_("审议机构"), max_length=60)
    held_on = models.DateField(_("会议日期"))
    document = models.CharField(_("会议纪要文号"), max_length=80)
    decision = models.TextField(_("审议意见"))
    ranking = models.CharField(max_length=64, help_text="digest of the list that lay before the meeting")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("审议")
        triggers = append_only()

    def __str__(self) -> str:
        return self.document
