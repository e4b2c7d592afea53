"""Enterprises, their names over time, accounts, credit and bars."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.register_row import Entry
from subsidy.accounts.territory import keepers_of
from subsidy.enterprises.credit.models import Bar, CreditCheck, CreditList, ListEntry, ListImport
from subsidy.reference.search import Bigrams, Fold
from subsidy.reference.secret import EncryptedTextField, masked
from workflow.machine import (
    Competence,
    Machine,
    MoveTable,
    StateField,
    append_only,
    never_deleted,
    state_trigger,
)

__all__ = [
    "Accident", "BankAccount", "Bar", "CreditCheck", "CreditList", "Enterprise", "FormerName", "ListEntry",
    "ListImport", "Succession", "SuccessionProposal",
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
    "pass_on": ((EnterpriseState.LISTED,), EnterpriseState.SUCCEEDED),
}
HEIR = "heir"
"""The stage at which the keeper of the heir's place is competent."""


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

    def competence(self, stage: str) -> Competence:
        """The keepers of its places; to pass on to an heir elsewhere, whoever keeps the heir and has confirmed it."""
        if stage != HEIR:
            return super().competence(stage)
        confirmed = SuccessionProposal.State.CONFIRMED
        proposal = self.succession_proposals.filter(state=confirmed).select_related("heir").first()
        return proposal.competence(HEIR) if proposal else Competence(stage=stage)


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


PROPOSAL_MOVES: MoveTable = {
    "confirm": (("proposed",), "confirmed"),
    "decline": (("proposed",), "declined"),
    "withdraw": (("proposed",), "withdrawn"),
}


class SuccessionProposal(Machine):
    """An heir whose register somebody else keeps: the succession waits until a keeper there confirms or declines it."""

    MOVES = PROPOSAL_MOVES

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        DECLINED = "declined", _("未予确认")
        WITHDRAWN = "withdrawn", _("已撤回")

    state = StateField(choices=State, default=State.PROPOSED)
    predecessor = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="succession_proposals", verbose_name=_("被承继单位")
    )
    heir = models.ForeignKey(Enterprise, models.PROTECT, related_name="succession_offers", verbose_name=_("承继单位"))
    kind = models.CharField(_("承继方式"), max_length=12, choices=Succession.Kind)
    effective_on = models.DateField(_("生效日期"))
    document = models.CharField(_("证明文件"), max_length=120)
    evidence = models.CharField(max_length=64, help_text="digest of the kept file")
    evidence_name = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提请人")
    )
    proposed_at = models.DateTimeField(_("提请时间"))

    class Meta:
        verbose_name = _("承继提请")
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor"], condition=Q(state="proposed"), name="one_open_proposal_of_a_predecessor"
            ),
            models.CheckConstraint(
                name="nobody_is_proposed_as_its_own_heir", condition=~Q(predecessor=models.F("heir"))
            ),
        ]
        triggers = [
            state_trigger(PROPOSAL_MOVES),
            never_deleted(),
            pgtrigger.ReadOnly(
                name="a_proposal_stays_as_made",
                fields=[
                    "predecessor", "heir", "kind", "effective_on", "document", "evidence", "proposed_by", "proposed_at",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.heir}"

    def competence(self, stage: str) -> Competence:
        """The keepers of the heir's places; to take it back, those of the predecessor's."""
        side = self.heir if stage == HEIR else self.predecessor
        return Competence(stage=stage, agencies=keepers_of(side.places()))


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
    """An accident on record (Zhongshan Art. 9: quality, safety, environment); one entered wrongly is struck."""

    class Kind(models.TextChoices):
        QUALITY = "quality", _("质量")
        SAFETY = "safety", _("安全")
        ENVIRONMENT = "environment", _("环保")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="accidents")
    kind = models.CharField(_("事故类别"), max_length=12, choices=Kind)
    happened_on = models.DateField(_("发生日期"))
    major = models.BooleanField(_("重大事故"))
    document = models.CharField(_("认定文件或来源"), max_length=120, blank=True)
    struck = models.BooleanField(_("已作废"), default=False)

    class Meta:
        verbose_name = _("事故记录")
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_on:%Y-%m-%d}"
