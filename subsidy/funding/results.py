"""What the bank answered: paid or returned, row by row. A returned payment is payable again (domain case 78)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.cases.models import Case
from subsidy.funding.batch import pairs
from subsidy.funding.models import Instalment, Payment, PaymentBatch
from subsidy.funding.tell import tell_returned
from subsidy.journal.models import Account
from subsidy.journal.post import post
from subsidy.journal.selectors import balances_of_cases
from workflow import clock
from workflow.perform import Conflict, Refused, perform, perform_many, record
from workflow.states import State

Kind = Account.Kind


@dataclass(frozen=True, slots=True)
class Result:
    """The answer about one payment: paid or returned, on which day, in the bank's words.

    Unless somebody says that a return has nothing to do with the account, the account has to be confirmed anew.
    """

    paid: bool
    on: date
    words: str = ""
    cause: str = Payment.Cause.ACCOUNT

    @property
    def changes(self) -> dict[str, object]:
        """What the answer writes on its payment."""
        if self.paid:
            return {"paid_on": self.on, "bank_words": self.words}
        return {"bank_words": self.words, **returned(self.on, self.cause)}


def returned(on: date, cause: str) -> dict[str, object]:
    """What a return writes on a payment: the bank's day, the cause, and when it was entered."""
    return {"returned_on": on, "returned_for": Payment.Cause(cause), "returned_at": clock.now()}


def enter_results(batch: PaymentBatch, actor: Actor, *, results: Mapping[int, Result], version: int) -> PaymentBatch:
    """Record answers (payment id → result) for rows that are on their way.

    Paid rows settle instalments and bring cases to tracking, returned ones make the money payable again; the batch is
    settled once every row is answered. Raises NotAllowed, Conflict or Refused; then nothing has changed.
    """
    with transaction.atomic():
        locked = PaymentBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if locked.version != version or locked.state != PaymentBatch.State.EXPORTED:
            raise Conflict(
                _("此批次现为“%s”或已由他人办理，请刷新后重新办理。") % locked.get_state_display(), locked.version
            )
        rows = _rows(locked, results)
        _lock_cases(rows)
        for row in rows:
            _check(locked, row, results[row.pk])
        _answer(rows, results, actor)
        paid = [row for row in rows if results[row.pk].paid]
        back = [row for row in rows if not results[row.pk].paid]
        post("paid", locked, pairs(locked, paid, Kind.SENT, Kind.PAID), actor)
        post("returned", locked, pairs(locked, back, Kind.SENT, Kind.PAYABLE), actor)
        _settle_instalments({row.instalment_id for row in paid}, actor)
        _first_paid({row.instalment.award.case_id for row in paid}, locked, actor)
        _note_returned(back, actor)
        tell_returned(back)
        if not locked.payments.filter(state=Payment.State.SENT).exists():
            locked = perform(locked, "settle", actor)
    return locked


def bounce(
    payment: Payment, actor: Actor, *, on: date, words: str, version: int, cause: str = Payment.Cause.ACCOUNT
) -> Payment:
    """A payment that was booked as paid came back: instalment and money are payable again, in one transaction.

    A case of which nothing is paid any more goes back to disbursing. Raises NotAllowed, Conflict or Refused.
    """
    with transaction.atomic():
        row = _full(Payment.objects.filter(pk=payment.pk))[0]
        if not words.strip():
            raise Refused(_("请填写银行退票说明。"))
        if on > clock.today() or (row.paid_on and on < row.paid_on):
            raise Refused(_("退票日期应在拨付日期之后，且不能晚于今天。"))
        _lock_cases([row])
        changes = {"bank_words": words, **returned(on, cause)}
        evidence = {"on": on, "cause": cause}
        row = perform(row, "bounce", actor, version=version, note=words, changes=changes, evidence=evidence)
        row = _full(Payment.objects.filter(pk=row.pk))[0]
        post("bounced", row, pairs(row.batch, [row], Kind.PAID, Kind.PAYABLE), actor)
        if row.instalment.state == Instalment.State.PAID:
            perform(row.instalment, "reopen", actor, note=words, evidence={"payment": row.pk})
        case = row.instalment.award.case
        left = balances_of_cases([case.pk])[case.pk].get(Kind.PAID, 0)
        if case.state == State.TRACKING and not left:
            perform(case, "payment_returned", actor, note=words, evidence=_why(row))
        else:
            _note_returned([row], actor)
        tell_returned([row])
    return row


def _full(rows: object) -> list[Payment]:
    return list(rows.select_related("instalment__award__case", "batch__plan__call", "payee"))  # type: ignore[attr-defined]


def _rows(batch: PaymentBatch, results: Mapping[int, Result]) -> list[Payment]:
    if not results:
        raise Refused(_("请至少登记一行结果。"))
    rows = _full(batch.payments.filter(pk__in=list(results), state=Payment.State.SENT))
    if len(rows) != len(results):
        raise Conflict(_("有的行已登记结果或不在途，请刷新后重新办理。"))
    return rows


def _check(batch: PaymentBatch, row: Payment, result: Result) -> None:
    sent_on = (batch.exported_at or batch.made_at).astimezone(clock.SHANGHAI).date()
    if not sent_on <= result.on <= clock.today():
        raise Refused(
            _("第 %(place)s 行：日期应在送出日 %(sent)s 至今天之间。") % {"place": row.position, "sent": sent_on}
        )
    if not result.paid and not result.words.strip():
        raise Refused(_("第 %s 行：退票的，请填写银行说明。") % row.position)


def _answer(rows: Sequence[Payment], results: Mapping[int, Result], actor: Actor) -> None:
    """One set of moves for each distinct answer; most batches have one."""
    alike: dict[Result, list[int]] = {}
    for row in rows:
        alike.setdefault(results[row.pk], []).append(row.pk)
        row.bank_words, row.returned_for = results[row.pk].words, "" if results[row.pk].paid else results[row.pk].cause
    for result, ids in alike.items():
        evidence = {"on": result.on} if result.paid else {"on": result.on, "cause": result.cause}
        perform_many(
            Payment, ids, "pay" if result.paid else "refuse", actor, note=result.words, changes=result.changes,
            evidence=evidence,
        )  # fmt: skip


def _lock_cases(rows: Iterable[Payment]) -> None:
    """Whoever exports or confirms an account locks the case too, so that a return is seen before or waits."""
    ids = {row.instalment.award.case_id for row in rows}
    list(Case.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))


def _note_returned(rows: Sequence[Payment], actor: Actor) -> None:
    """In the case's own history, once a case and payee: that the bank sent the money back, and in which words."""
    for row in {(row.instalment.award.case_id, row.payee_id): row for row in rows}.values():
        record(row.instalment.award.case, "payment_refused", actor, note=row.bank_words, evidence=_why(row))


def _why(row: Payment) -> dict[str, object]:
    return {"payment": row.pk, "payee": row.payee_id, "cause": row.returned_for}


def _settle_instalments(ids: Iterable[int], actor: Actor) -> None:
    """Those of which every payee has been paid."""
    whole = (
        Instalment.objects.filter(pk__in=list(ids), state=Instalment.State.PAYABLE, payments__state=Payment.State.PAID)
        .annotate(paid=Sum("payments__amount")).filter(paid=F("amount")).values_list("pk", flat=True)
    )  # fmt: skip
    perform_many(Instalment, sorted(whole), "settle", actor)


def _first_paid(case_ids: Iterable[int], batch: PaymentBatch, actor: Actor) -> None:
    waiting = Case.objects.filter(pk__in=list(case_ids), state=State.DISBURSING).values_list("pk", flat=True)
    perform_many(Case, sorted(waiting), "first_paid", actor, evidence={"batch": batch.number})
