"""Enterprises, their names over time, accounts, credit and bars."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.register_row import Entry
from subsidy.enterprises.credit.models import Bar, CreditCheck, CreditList, ListEntry, ListImport
from subsidy.reference.search import Bigrams, Fold
from subsidy.reference.secret import EncryptedTextField, masked
from workflow.machine import MoveTable, StateField, append_only, never_deleted, state_trigger

__all__ = [
    "Accident", "BankAccount", "Bar", "CreditCheck", "CreditList", "Enterprise", "FormerName", "ListEntry",
    "ListImport", "Succession",
]  # fmt: skip


class EnterpriseState(models.TextChoices):
    """Where an enterprise stands in the register."""

    LISTED = "listed", _("存续")
    STRUCK = "struck", _("已注销")
    SUCCEEDED = "succeeded", _("已由其他单位承继")


ENTERPRISE_MOVES: MoveTable = {
    "strike": ((EnterpriseState.LISTED,), EnterpriseState.STRUCK),
    "restore": ((EnterpriseState.STRUCK,), EnterpriseState.LISTED),
    "succeed": ((EnterpriseState.LISTED,), EnterpriseState.SUCCEEDED),
}


class Enterprise(Entry):
    """An enterprise or other organisation that files, implements or partners."""

    MOVES = ENTERPRISE_MOVES
    State = EnterpriseState

    state = StateField(_("登记状态"), choices=EnterpriseState, default=EnterpriseState.LISTED)

    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, unique=True)
    credit_code_reason = models.CharField(_("校验位不符的说明"), max_length=200, blank=True)
    name = models.CharField(_("单位名称"), max_length=100)
    name_key = models.CharField(max_length=120, help_text="reference.text.fold of the name")
    legal_person = models.CharField(_("法定代表人"), max_length=50, blank=True)
    area = models.CharField(_("注册地区划代码"), max_length=12)
    production_area = models.CharField(_("生产经营地区划代码"), max_length=12, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    established_on = models.DateField(_("成立日期"), null=True, blank=True)
    is_branch = models.BooleanField(_("分支机构"), default=False)
    industry = models.CharField(_("行业代码"), max_length=8, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=50, blank=True)
    contact_phone = EncryptedTextField(_("联系电话"), default="", blank=True)

    class Meta:
        verbose_name = _("企业")
        indexes = [
            models.Index(fields=["name_key", "id"], name="enterprise_by_name"),
            GinIndex(Bigrams(Fold("name")), name="enterprise_name_pairs"),
            GinIndex(OpClass("credit_code", "gin_trgm_ops"), name="enterprise_code_parts"),
        ]
        triggers = [state_trigger(ENTERPRISE_MOVES), never_deleted()]

    def __str__(self) -> str:
        return self.name

    @property
    def chain_number(self) -> str:
        """What its history begins with."""
        return f"{self.credit_code} {self.name}"

    def places(self) -> tuple[str, ...]:
        """Where it is registered, and where it produces."""
        return tuple(code for code in (self.area, self.production_area) if code)


class FormerName(models.Model):
    """A name an enterprise had until (not including) the day it changed, with the document that says so."""

    append_only = True

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=100)
    valid_to = models.DateField(_("更名日期"))
    document = models.CharField(_("证明文件"), max_length=120, blank=True)
    evidence = models.CharField(max_length=64, blank=True, help_text="digest of the kept file")
    evidence_name = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("曾用名")
        triggers = append_only()

    def __str__(self) -> str:
        return self.name


class Succession(models.Model):
    """One enterprise takes over rights and duties of another from a day on, with the evidence (domain case 24)."""

    append_only = True

    class Kind(models.TextChoices):
        MERGER = "merger", _("合并")
        RENEWAL = "renewal", _("改制或更名后换发代码")

    predecessor = models.OneToOneField(Enterprise, models.PROTECT, related_name="succeeded_by")
    successor = models.ForeignKey(Enterprise, models.PROTECT, related_name="successions")
    kind = models.CharField(_("承继方式"), max_length=12, choices=Kind)
    effective_on = models.DateField(_("生效日期"))
    document = models.CharField(_("证明文件"), max_length=120)
    evidence = models.CharField(max_length=64)
    evidence_name = models.CharField(max_length=200)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("承继")
        constraints = [
            models.CheckConstraint(name="nobody_succeeds_itself", condition=~Q(predecessor=models.F("successor"))),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class BankAccount(models.Model):
    """A receiving account as the enterprise gave it. A change is a new row; the old one stays."""

    append_only = True

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="accounts")
    holder = models.CharField(_("户名"), max_length=100)
    number = EncryptedTextField(_("账号"))
    number_digest = models.CharField(max_length=64)
    bank = models.CharField(_("开户行"), max_length=100)
    bank_code = models.CharField(_("联行号"), max_length=12, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("收款账户")
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.bank} {self.masked_number}"

    @property
    def masked_number(self) -> str:
        """The number with all but its last four digits hidden."""
        return masked(self.number)


class Accident(models.Model):
    """An accident on record (Zhongshan Art. 9: quality, safety, environment)."""

    class Kind(models.TextChoices):
        QUALITY = "quality", _("质量")
        SAFETY = "safety", _("安全")
        ENVIRONMENT = "environment", _("环保")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="accidents")
    kind = models.CharField(max_length=12, choices=Kind)
    happened_on = models.DateField()
    major = models.BooleanField(_("重大事故"))
    document = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("事故记录")
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.happened_on:%Y-%m-%d}"
