"""Prepare payments, have a second person check them, send them: preparer, checker and approver differ."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Right
from subsidy.calls.editions import policy_of
from subsidy.cases import credit
from subsidy.cases.models import Case
from subsidy.enterprises.models import CreditCheck
from subsidy.funding.examine import Due, Weight, checks, due, newest_confirmations
from subsidy.funding.models import Instalment, Payment, PaymentBatch, Plan
from subsidy.funding.paper import batch_ahead, batch_paper
from subsidy.funding.pots import case_pot
from subsidy.journal.models import Account
from subsidy.journal.post import Pair, post
from subsidy.papers.issue import Ahead
from subsidy.reference.number import next_number
from workflow import clock
from workflow.machine import Competence
from workflow.perform import (
    Conflict,
    NotAllowed,
    Refused,
    allowed,
    created,
    created_many,
    perform,
    perform_many,
    record,
)
from workflow.states import State

ID_DIGITS = 18


def make(plan: Plan, agency: Agency, actor: Actor, *, keys: Iterable[str], purpose: str) -> PaymentBatch:
    """A draft batch of payments that are due (``examine.Due.key``); their amounts and accounts are fixed here.

    Raises NotAllowed, Conflict when a row is in another batch already, or Refused when something red stands against it.
    """
    if not actor.may(Right.MAKE_BATCH, Competence(plan.call.measure, "pay_maker", agencies=frozenset({agency.pk}))):
        raise NotAllowed(_("您的岗位不能编制此单位的拨付批次。"))
    wanted = list(dict.fromkeys(keys))
    try:
        with transaction.atomic():
            rows = _chosen(plan, agency, wanted)
            batch = PaymentBatch.objects.create(
                number=next_number(f"{policy_of(plan.call).prefix}BF", plan.year), plan=plan, agency=agency,
                checker_agency_id=_checker(rows), purpose=purpose, made_by_id=actor.person_id, made_at=clock.now(),
            )  # fmt: skip
            payments = Payment.objects.bulk_create(
                Payment(
                    batch=batch, instalment=row.instalment, payee=row.payee, account=row.confirmation.account,  # type: ignore[union-attr]
                    position=place, amount=row.amount,
                )
                for place, row in enumerate(rows, start=1)
            )  # fmt: skip
            created(batch, actor, evidence={"rows": len(rows), "total": f"{sum(row.amount for row in rows):f}"})
            created_many(payments, actor, evidence={"batch": batch.number})
    except IntegrityError as error:
        raise Conflict(_("所选款项已在其他批次中，请刷新后重新选择。")) from error
    return batch


def _chosen(plan: Plan, agency: Agency, wanted: Sequence[str]) -> list[Due]:
    if not wanted:
        raise Refused(_("请至少选择一笔可拨付的款项。"))
    parts = [key.partition("-")[0] for key in wanted]
    # A key that somebody made up is none of the rows below.
    ids = {int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) <= ID_DIGITS}
    list(Instalment.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    rows = {row.key: row for row in due(plan, [agency.pk])}
    if any(key not in rows for key in wanted):
        raise Conflict(_("所选款项中有的已在其他批次中或已不可拨付，请刷新后重新选择。"))
    for key in wanted:
        if not rows[key].payable:
            raise Refused(
                _("%(payee)s 不能加入批次：%(why)s。") % {"payee": rows[key].payee.name, "why": rows[key].words}
            )
    return [rows[key] for key in wanted]


def _checker(rows: Sequence[Due]) -> int:
    checkers = {row.instalment.award.case.pay_checker_agency_id for row in rows}
    if len(checkers) != 1 or None in checkers:
        raise Refused(_("所选款项的复核单位不同或未登记，请分批编制。"))
    return checkers.pop()  # type: ignore[return-value]


def ask_check(batch: PaymentBatch, actor: Actor, *, version: int) -> PaymentBatch:
    """Hand the batch to the checker."""
    return perform(batch, "ask_check", actor, version=version)


def send_back(batch: PaymentBatch, actor: Actor, *, reason: str, version: int) -> PaymentBatch:
    """Give the batch back to whoever prepared it, with the reason."""
    if not reason.strip():
        raise Refused(_("请说明退回的理由。"))
    changes = {"checked_by": None, "checked_at": None}
    return perform(batch, "send_back", actor, note=reason, changes=changes, version=version)


def cancel(batch: PaymentBatch, actor: Actor, *, reason: str, version: int) -> PaymentBatch:
    """Give a draft up; its rows are free again."""
    with transaction.atomic():
        batch = perform(batch, "cancel", actor, note=reason, version=version)
        perform_many(Payment, [row.pk for row in waiting(batch)], "drop", actor, note=reason)
    return batch


def take_out(batch: PaymentBatch, actor: Actor, *, payment_id: int, version: int) -> PaymentBatch:
    """Take one row out of a draft."""
    with transaction.atomic():
        locked = PaymentBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if locked.state != PaymentBatch.State.DRAFT or locked.version != version:
            raise Conflict(
                _("此批次现为“%s”或已由他人修改，请刷新后重新办理。") % locked.get_state_display(), locked.version
            )
        row = locked.payments.get(pk=payment_id)
        perform(row, "drop", actor, evidence={"batch": locked.number})
        return record(locked, "take_out", actor, evidence={"row": row.position, "amount": f"{row.amount:f}"})


def check(batch: PaymentBatch, actor: Actor, *, version: int) -> PaymentBatch:
    """The second person's yes. Raises Refused for the maker, for whoever approved the plan, and for rows gone stale."""
    with transaction.atomic():
        if stale := gone_stale(waiting(batch)):
            place, why = next(iter(stale.values()))
            raise Refused(_("第 %(place)s 行：%(why)s，请退回经办。") % {"place": place, "why": why})
        changes = {"checked_by": actor.person_id, "checked_at": clock.now()}
        return perform(batch, "confirm", actor, changes=changes, version=version)


def waiting(batch: PaymentBatch) -> list[Payment]:
    """The rows that are still to be sent, with all a paper shows of them."""
    rows = batch.payments.filter(state=Payment.State.QUEUED).select_related(
        "account", "payee", "instalment__award__case"
    )
    return list(rows.order_by("position"))


def gone_stale(rows: Sequence[Payment]) -> dict[int, tuple[int, str]]:
    """Payment → its place and why it may not go: another account was confirmed since, or something red turned up."""
    cases = {row.instalment.award.case_id for row in rows}
    newest = newest_confirmations(cases)
    found = checks(cases, {row.payee for row in rows}, newest)
    stale: dict[int, tuple[int, str]] = {}
    for row in rows:
        key = row.instalment.award.case_id, row.payee_id
        reasons = [check.text for check in found[key] if check.weight == Weight.RED]
        if key in newest and newest[key].account_id != row.account_id:
            reasons.insert(0, _("收款账户已变更"))
        if reasons:
            stale[row.pk] = (row.position, reasons[0])
    return stale


def export(batch: PaymentBatch, actor: Actor, *, version: int) -> PaymentBatch:
    """Send a checked batch: paper issued, rows sent, cases disbursing, payable → sent. The first of two wins.

    A row whose account changed or against which something red turned up since drops out (trust.md row 71).
    Raises NotAllowed, Conflict, or Refused when no row is left.
    """
    made_at = clock.now()
    ahead = _first_export_ahead(batch, actor, version, made_at)
    with transaction.atomic():
        batch = perform(
            batch, "export", actor, version=version, changes={"exports": 1, "exported_at": clock.now()},
            evidence={"export": 1},
        )  # fmt: skip
        rows = waiting(batch)
        credit.ask(_lock_cases(rows), CreditCheck.Point.PAYMENT, actor)
        stale = gone_stale(rows)
        perform_many(
            Payment, list(stale), "drop", actor, note="；".join(sorted({why for _place, why in stale.values()}))
        )
        going = [row for row in rows if row.pk not in stale]
        if not going:
            raise Refused(_("批次内各行均有异常，没有可送出的款项，请退回经办。"))
        perform_many(Payment, [row.pk for row in going], "send", actor, evidence={"batch": batch.number})
        cases = {row.instalment.award.case_id for row in going if row.instalment.award.case.state == State.APPROVED}
        perform_many(Case, sorted(cases), "start_payment", actor, evidence={"batch": batch.number})
        post("sent", batch, pairs(batch, going, Account.Kind.PAYABLE, Account.Kind.SENT), actor)
        return _with_paper(batch, going, actor, 1, made_at, ahead)


def export_again(batch: PaymentBatch, actor: Actor, *, version: int) -> PaymentBatch:
    """Print a batch that was sent once more, marked with the number of the export; nothing else changes."""
    made_at = clock.now()
    may = (
        bool(batch.exports) and batch.version == version and actor.may(Right.MAKE_BATCH, batch.competence("pay_maker"))
    )
    ahead = batch_ahead(batch, sent_rows(batch), batch.exports + 1, made_at) if may else None
    with transaction.atomic():
        locked = PaymentBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if not actor.may(Right.MAKE_BATCH, locked.competence("pay_maker")):
            raise NotAllowed(_("您的岗位不能导出此批次。"))
        if not locked.exports or locked.version != version:
            raise Conflict(
                _("此批次现为“%s”或已由他人办理，请刷新后重新办理。") % locked.get_state_display(), locked.version
            )
        number = locked.exports + 1
        locked = record(locked, "export_again", actor, evidence={"export": number}, changes={"exports": number})
        return _with_paper(locked, sent_rows(locked), actor, number, made_at, ahead)


def sent_rows(batch: PaymentBatch) -> list[Payment]:
    """The rows that went out, in order, whatever became of them."""
    out = (Payment.State.SENT, Payment.State.PAID, Payment.State.RETURNED)
    rows = batch.payments.filter(state__in=out).select_related("account", "payee", "instalment__award__case")
    return list(rows.order_by("position"))


def pairs(batch: PaymentBatch, rows: Iterable[Payment], source: Account.Kind, target: Account.Kind) -> list[Pair]:
    """What moves in the journal for some payments."""
    return [
        Pair(case_pot(source, batch.plan, case), case_pot(target, batch.plan, case), row.amount)
        for row in rows
        for case in [row.instalment.award.case_id]
    ]


def total(rows: Iterable[Payment]) -> Decimal:
    """The sum of some payments in 元."""
    return sum((row.amount for row in rows), Decimal("0.00"))


def _lock_cases(rows: Sequence[Payment]) -> list[Case]:
    ids = {row.instalment.award.case_id for row in rows}
    return list(Case.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))


def _first_export_ahead(batch: PaymentBatch, actor: Actor, version: int, made_at: datetime) -> Ahead | None:
    """The pages, printed before the locks, if it looks as if the export will go through; the locks decide."""
    if batch.version != version or allowed(batch, actor).get("export", "") is not None:
        return None
    rows = waiting(batch)
    stale = gone_stale(rows)
    return batch_ahead(batch, [row for row in rows if row.pk not in stale], 1, made_at)


def _with_paper(
    batch: PaymentBatch, rows: Sequence[Payment], actor: Actor, export: int, made_at: datetime, ahead: Ahead | None
) -> PaymentBatch:  # fmt: skip
    paper = batch_paper(batch, rows, export, made_at, ahead)
    evidence = {"paper": paper.number, "version": paper.version, "digest": paper.digest}
    batch = record(batch, "paper", actor, evidence=evidence, changes={"paper": paper})
    batch.refresh_from_db()
    return batch
