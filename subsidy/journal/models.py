"""Double entry: every yuan from quota to recovery is a balanced pair of lines, and the database holds the sums."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflow.machine import append_only, never_deleted


class TransactionId(models.Func):
    """The id of the running transaction."""

    template = "txid_current()"
    output_field = models.BigIntegerField()


class Account(models.Model):
    """A pot of money per measure and year, and where it applies per agency or case. Only postings move it."""

    class Kind(models.TextChoices):
        SOURCE = "source", _("财政来源")
        QUOTA = "quota", _("资金额度")
        PLANNED = "planned", _("方案已分配")
        AWARDED = "awarded", _("已批准未兑现")
        PAYABLE = "payable", _("应付")
        SENT = "sent", _("支付在途")
        PAID = "paid", _("已付")
        RECEIVABLE = "receivable", _("应收回")
        RECOVERED = "recovered", _("已收回")

    kind = models.CharField(max_length=12, choices=Kind)
    measure = models.CharField(max_length=32)
    year = models.PositiveSmallIntegerField()
    agency_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    balance = models.DecimalField(max_digits=20, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("账户")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "measure", "year", "agency_id", "case_id"], name="one_account", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="only_the_source_may_be_below_zero", condition=Q(kind="source") | Q(balance__gte=0)
            ),
        ]
        indexes = [models.Index(fields=["case_id", "kind"], name="account_by_case")]
        triggers = [
            never_deleted(),
            pgtrigger.Trigger(
                name="only_postings_move_it",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF pg_trigger_depth() = 1
                       AND NEW.balance <> (CASE TG_OP WHEN 'UPDATE' THEN OLD.balance ELSE 0 END) THEN
                        RAISE EXCEPTION 'a balance changes through postings only' USING ERRCODE = '23514';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.measure} {self.year} {self.case_id or ''}"


class Entry(models.Model):
    """Something that happened to money, with what it rests on."""

    append_only = True

    what = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    transaction = models.BigIntegerField(db_default=TransactionId())

    class Meta:
        verbose_name = _("分录")
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="entry_by_subject")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.what} {self.subject_kind}:{self.subject_id}"


class Posting(models.Model):
    """One line of an entry: an amount in 元 into (+) or out of (−) an account."""

    append_only = True

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings")
    amount = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("分录行")
        constraints = [models.CheckConstraint(name="posting_is_not_zero", condition=~Q(amount=0))]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="entry_balances",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="""
                    IF (SELECT sum(amount) FROM journal_posting WHERE entry_id = NEW.entry_id) <> 0 THEN
                        RAISE EXCEPTION 'journal entry % does not balance', NEW.entry_id USING ERRCODE = '23514';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="moves_balances",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (SELECT 1 FROM added a JOIN journal_entry e ON e.id = a.entry_id
                               WHERE e.transaction <> txid_current()) THEN
                        RAISE EXCEPTION 'a posting may only be added with its entry' USING ERRCODE = '23514';
                    END IF;
                    UPDATE journal_account x SET balance = x.balance + s.total
                    FROM (SELECT account_id, sum(amount) AS total FROM added GROUP BY account_id) s
                    WHERE x.id = s.account_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"
