"""From the approved plan to the bank: issue, confirmed accounts, batches and payments. All amounts in 元."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.funding.columns import Amount, Knowing
from workflow.machine import Competence, Machine, MoveTable, StateField, append_only, never_deleted, state_trigger


class Issue(models.Model):
    """Money issued to a county with the decomposed performance targets (Jilin Art. 12)."""

    append_only = True

    plan = models.ForeignKey("funding.Plan", models.PROTECT, related_name="issues")
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+")
    amount = Amount()
    document = models.CharField(_("下达文号"), max_length=80)
    issued_on = models.DateField(_("下达日期"))
    targets = models.JSONField(default=list, help_text="[{case, target, value}]")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    class Meta:
        verbose_name = _("资金下达")
        constraints = [models.UniqueConstraint(fields=["plan", "agency"], name="issued_once_to_an_agency")]
        triggers = append_only()

    def __str__(self) -> str:
        return self.document


class PayeeConfirmation(models.Model):
    """An enterprise's confirmation of the account its money goes to. A change is a new row."""

    append_only = True

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="payee_confirmations")
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    account = models.ForeignKey("enterprises.BankAccount", models.PROTECT, related_name="+")
    receipt = models.CharField(max_length=64, blank=True, help_text="digest of the receipt or application scan")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("收款信息确认")
        ordering = ["id"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.case} {self.account}"


BATCH_MOVES: MoveTable = {
    "ask_check": (("draft",), "checking"),
    "send_back": (("checking", "checked"), "draft"),
    "cancel": (("draft",), "cancelled"),
    "confirm": (("checking",), "checked"),
    "export": (("checked",), "exported"),
    "settle": (("exported",), "settled"),
}


class PaymentBatch(Machine):
    """Payments that are prepared by one person, checked by another, exported once and answered by the bank."""

    MOVES = BATCH_MOVES

    class State(models.TextChoices):
        DRAFT = "draft", _("编制中")
        CHECKING = "checking", _("待复核")
        CHECKED = "checked", _("已复核")
        EXPORTED = "exported", _("已送出")
        SETTLED = "settled", _("已办结")
        CANCELLED = "cancelled", _("已取消")

    state = StateField(choices=State, default=State.DRAFT)
    number = models.CharField(_("批次号"), max_length=40, unique=True)
    plan = models.ForeignKey("funding.Plan", models.PROTECT, related_name="batches")
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+", verbose_name=_("经办单位"))
    checker_agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="+", verbose_name=_("复核单位"))
    purpose = models.CharField(_("用途"), max_length=120)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    exports = models.PositiveSmallIntegerField(default=0)
    exported_at = models.DateTimeField(null=True)
    paper = models.ForeignKey("papers.Paper", models.PROTECT, null=True, related_name="+")

    objects = Knowing("plan__call")

    class Meta:
        verbose_name = _("拨付批次")
        constraints = [
            models.CheckConstraint(
                name="checker_is_not_maker", condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by"))
            ),
            models.CheckConstraint(
                name="a_checked_batch_has_its_checker",
                condition=Q(state__in=["draft", "checking", "cancelled"]) | Q(checked_by__isnull=False),
            ),
        ]
        triggers = [state_trigger(BATCH_MOVES), never_deleted()]

    def __str__(self) -> str:
        return self.number

    def in_hands_of(self) -> int | None:
        """Whoever made it."""
        return self.made_by_id

    def competence(self, stage: str) -> Competence:
        """Stage "pay_maker" is the agency that prepares, "pay_checker" the one that checks."""
        agency = self.checker_agency_id if stage == "pay_checker" else self.agency_id
        return Competence(self.plan.call.measure, stage, agencies=frozenset({agency}))


NO_REFUSED_ACCOUNT = """
IF NEW.state NOT IN ('queued', 'sent') THEN RETURN NEW; END IF;
SELECT a.case_id INTO of_case
FROM funding_instalment i JOIN funding_award a ON a.id = i.award_id WHERE i.id = NEW.instalment_id;
IF EXISTS (
    SELECT 1 FROM funding_payment p
    JOIN funding_instalment i ON i.id = p.instalment_id JOIN funding_award a ON a.id = i.award_id
    WHERE a.case_id = of_case AND p.payee_id = NEW.payee_id AND p.state = 'returned' AND p.returned_for = 'account'
    AND NOT EXISTS (
        SELECT 1 FROM funding_payeeconfirmation c
        WHERE c.case_id = of_case AND c.enterprise_id = p.payee_id AND c.confirmed_at > p.returned_at
    )
) THEN
    RAISE EXCEPTION 'the account of payee % in case % was refused and is not confirmed anew', NEW.payee_id, of_case
    USING ERRCODE = '23514';
END IF;
RETURN NEW;
"""
"""After a return for the account's sake nothing is paid until the payee has confirmed an account anew."""


PAYMENT_MOVES: MoveTable = {
    "send": (("queued",), "sent"),
    "pay": (("sent",), "paid"),
    "refuse": (("sent",), "returned"),
    "bounce": (("paid",), "returned"),
    "drop": (("queued",), "dropped"),
}


class Payment(Machine):
    """One payment of one instalment to one payee's account as it was when the batch was made."""

    MOVES = PAYMENT_MOVES

    class State(models.TextChoices):
        QUEUED = "queued", _("待送出")
        SENT = "sent", _("支付在途")
        PAID = "paid", _("已拨付")
        RETURNED = "returned", _("已退票")
        DROPPED = "dropped", _("已移出批次")

    class Cause(models.TextChoices):
        """Why the bank sent money back: the account must be confirmed anew, or it has nothing to do with it."""

        ACCOUNT = "account", _("收款账户原因")
        OTHER = "other", _("其他原因")

    state = StateField(choices=State, default=State.QUEUED)
    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="payments")
    instalment = models.ForeignKey("funding.Instalment", models.PROTECT, related_name="payments")
    payee = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    account = models.ForeignKey("enterprises.BankAccount", models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    amount = Amount()
    paid_on = models.DateField(null=True)
    bank_words = models.CharField(_("银行说明"), max_length=200, blank=True)
    returned_for = models.CharField(_("退票原因"), max_length=8, choices=Cause, blank=True)
    returned_on = models.DateField(_("退票日期"), null=True)
    returned_at = models.DateTimeField(null=True, help_text="business time at which the return was entered")

    objects = Knowing("batch__plan__call")

    class Meta:
        verbose_name = _("拨付")
        ordering = ["batch", "position"]
        constraints = [
            models.CheckConstraint(name="payment_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="a_return_has_its_cause_and_day",
                condition=~Q(state="returned")
                | (~Q(returned_for="") & Q(returned_on__isnull=False) & Q(returned_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["instalment", "payee"],
                condition=Q(state__in=["queued", "sent", "paid"]),
                name="an_instalment_is_paid_once_to_a_payee",
            ),
        ]
        triggers = [
            state_trigger(PAYMENT_MOVES), never_deleted(),
            pgtrigger.Trigger(
                name="no_refused_account",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                when=pgtrigger.Before, declare=[("of_case", "bigint")], func=NO_REFUSED_ACCOUNT,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.batch} {self.position}"

    def competence(self, stage: str) -> Competence:
        return self.batch.competence(stage)
