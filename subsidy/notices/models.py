"""Public notices and objections (Jilin Art. 10)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.reference.secret import EncryptedTextField
from workflow.machine import Competence, Machine, MoveTable, StateField, never_deleted, state_trigger

NOTICE_MOVES: MoveTable = {
    "ask_signature": (("draft",), "signing"),
    "send_back": (("signing",), "draft"),
    "publish": (("signing",), "published"),
    "close": (("published",), "closed"),
}


class Notice(Machine):
    """A public notice. Published it does not change; a correction is a notice of its own, linked both ways."""

    MOVES = NOTICE_MOVES

    class State(models.TextChoices):
        DRAFT = "draft", _("拟制中")
        SIGNING = "signing", _("待签发")
        PUBLISHED = "published", _("公示中")
        CLOSED = "closed", _("公示结束")

    state = StateField(choices=State, default=State.DRAFT)
    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="notices")
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+")
    batch = models.PositiveSmallIntegerField(_("批次"), help_text="the n-th notice of its call")
    number = models.CharField(_("发文字号"), max_length=80, blank=True)
    title = models.CharField(_("标题"), max_length=150)
    basis = models.TextField(_("依据"))
    procedure = models.TextField(_("程序"))
    starts_on = models.DateField(_("公示开始日"))
    ends_on = models.DateField(_("公示截止日"), help_text="objections until the end of this day")
    counted = models.CharField(_("期限的计算"), max_length=200)
    contact = models.JSONField(help_text="{person, phone, address, postcode, mail, supervision_phone}")
    columns = models.JSONField(default=list)
    content = models.JSONField(default=dict, help_text="what was published, as published")
    digest = models.CharField(max_length=64, blank=True)
    built_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrections")

    class Meta:
        verbose_name = _("公示")
        constraints = [
            models.CheckConstraint(
                name="notice_published_by_a_second_person",
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("built_by")),
            ),
            models.UniqueConstraint(fields=["call", "batch"], name="a_notice_has_its_number_in_its_call"),
            models.CheckConstraint(name="notice_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="a_published_notice_has_its_content",
                condition=Q(state__in=["draft", "signing"]) | (Q(published_at__isnull=False) & ~Q(digest="")),
            ),
        ]
        triggers = [state_trigger(NOTICE_MOVES), never_deleted()]

    def __str__(self) -> str:
        return self.title

    def in_hands_of(self) -> int | None:
        """Whoever drew it up."""
        return self.built_by_id

    def competence(self, stage: str) -> Competence:
        return Competence(self.call.measure, stage, agencies=frozenset({self.agency_id}))


class NoticeRow(models.Model):
    """A case on a notice: amount in 元, and the values as published."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="rows")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="notice_rows")
    position = models.PositiveIntegerField()
    values = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("公示项目")
        ordering = ["notice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "case"], name="case_once_on_a_notice"),
            models.UniqueConstraint(fields=["notice", "position"], name="one_row_per_position"),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.notice} {self.position}"


OBJECTION_MOVES: MoveTable = {
    "take_up": (("received",), "handling"),
    "refuse": (("received",), "lead"),
    "uphold": (("handling",), "upheld"),
    "dismiss": (("handling",), "dismissed"),
}


class Objection(Machine):
    """An objection from anybody to rows of a notice. Who objects is for the handler only."""

    MOVES = OBJECTION_MOVES

    class State(models.TextChoices):
        RECEIVED = "received", _("已受理登记")
        HANDLING = "handling", _("核实中")
        UPHELD = "upheld", _("成立")
        DISMISSED = "dismissed", _("不成立")
        LEAD = "lead", _("转为线索")

    class Party(models.TextChoices):
        PERSON = "person", _("个人")
        UNIT = "unit", _("单位")

    state = StateField(choices=State, default=State.RECEIVED)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="objections")
    rows = models.ManyToManyField(NoticeRow, related_name="objections")
    number = models.CharField(_("受理编号"), max_length=40, unique=True)
    query_digest = models.CharField(max_length=64)
    party = models.CharField(max_length=8, choices=Party)
    name = EncryptedTextField(_("姓名或单位名称"))
    contact = EncryptedTextField(_("联系方式"))
    address = EncryptedTextField(_("通讯地址"), default="")
    facts = models.TextField(_("事实与理由"))
    evidence = models.JSONField(default=list, help_text="[{name, digest, size}]")
    received_at = models.DateTimeField()
    conclusion = models.TextField(blank=True)
    concluded_at = models.DateTimeField(null=True)
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("异议")
        constraints = [
            models.CheckConstraint(
                name="a_settled_objection_has_its_conclusion",
                condition=Q(state__in=["received", "handling"]) | ~Q(conclusion=""),
            ),
        ]
        triggers = [state_trigger(OBJECTION_MOVES), never_deleted()]

    def __str__(self) -> str:
        return self.number

    def in_hands_of(self) -> int | None:
        """Whoever took it up."""
        return self.handler_id

    def competence(self, stage: str) -> Competence:
        return Competence(self.notice.call.measure, stage, agencies=frozenset({self.notice.agency_id}))
