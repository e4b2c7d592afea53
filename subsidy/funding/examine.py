"""What may be paid, and what speaks against it: the rows a batch can be made of, each with its checks."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.cases.credit import decided_about, lists_of
from subsidy.cases.models import Case, Hold
from subsidy.enterprises.credit.snapshot import newest_checks
from subsidy.enterprises.models import CreditList, Enterprise
from subsidy.funding.award import parts_of_payees
from subsidy.funding.models import Instalment, PayeeConfirmation, Payment, Plan, Share
from subsidy.funding.selectors import OPEN_PAYMENTS, due_instalments
from subsidy.reference import formats
from subsidy.reference.text import differs_in_width_only, same


class Weight(StrEnum):
    """How much a check weighs: red keeps a row out, amber is for the checker's eye."""

    RED = "bad"
    AMBER = "you"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was found about a row; ``label`` is what rows are counted under that it keeps out."""

    weight: Weight
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """One payment that is due: an instalment's part for one payee (元), the account confirmed for it, the checks."""

    instalment: Instalment
    payee: Enterprise
    amount: Decimal
    confirmation: PayeeConfirmation | None
    checks: tuple[Check, ...] = field(default=())

    @property
    def key(self) -> str:
        return f"{self.instalment.pk}-{self.payee.pk}"

    @property
    def payable(self) -> bool:
        """Nothing red stands against it."""
        return self.confirmation is not None and all(check.weight != Weight.RED for check in self.checks)

    @property
    def barrier(self) -> str:
        """What keeps it out, in a few words; empty when nothing does."""
        return next((check.label for check in self.checks if check.weight == Weight.RED), "")

    @property
    def words(self) -> str:
        """What the checks say, or that they are clear."""
        return "；".join(check.text for check in self.checks) or _("户名一致，无异常")


@dataclass(frozen=True, slots=True)
class Standing:
    """How some payments stand: what can be paid (rows, cases, 元), and how many rows each barrier keeps out."""

    rows: int
    cases: int
    amount: Decimal
    barred_rows: int
    barred_cases: int
    barriers: Mapping[str, int]

    @property
    def words(self) -> str:
        """The barriers with their numbers of rows, the commonest first."""
        found = sorted(self.barriers.items(), key=lambda one: -one[1])
        return "、".join(_("%(why)s %(n)s 笔") % {"why": label, "n": count} for label, count in found)


def standing(rows: Iterable[Due]) -> Standing:
    """Count some payments that are due."""
    rows = list(rows)
    payable = [row for row in rows if row.payable]
    barred = [row for row in rows if not row.payable]
    return Standing(
        len(payable), len({row.instalment.award.case_id for row in payable}),
        sum((row.amount for row in payable), Decimal("0.00")),
        len(barred), len({row.instalment.award.case_id for row in barred}), Counter(row.barrier for row in barred),
    )  # fmt: skip


def owed(actor: Actor) -> list[Due]:
    """Every payment that one of the actor's agencies owes and that is in no open batch, of all plans."""
    return _due(due_instalments(actor))


def due(plan: Plan, agency_ids: Iterable[int]) -> list[Due]:
    """Every payment of a plan that some agencies owe and that is in no open batch; the same queries for any number."""
    owed_by = {"award__case__pay_maker_agency__in": list(agency_ids)}
    return _due(Instalment.objects.filter(state=Instalment.State.PAYABLE, award__plan=plan, **owed_by))


def _due(owed_: QuerySet[Instalment]) -> list[Due]:
    found_ = owed_.select_related("award__case__enterprise").order_by("award__case__number", "year")
    instalments = list(found_)
    shares = list(Share.objects.filter(award__in={one.award_id for one in instalments}).select_related("payee"))
    payees = {share.payee_id: share.payee for share in shares}
    cases = [one.award.case_id for one in instalments]
    accounts = newest_confirmations(cases)
    found = checks(cases, payees.values(), accounts)
    taken = set(
        Payment.objects.filter(instalment__in=instalments, state__in=OPEN_PAYMENTS).values_list(
            "instalment_id", "payee_id"
        )
    )
    return [
        Due(one, payees[payee], amount, accounts.get((one.award.case_id, payee)), found[one.award.case_id, payee])
        for one, payee, amount in _parts(instalments, shares)
        if (one.pk, payee) not in taken
    ]


def _parts(instalments: Sequence[Instalment], shares: Sequence[Share]) -> list[tuple[Instalment, int, Decimal]]:
    """Each instalment divided among payees; all instalments of an award count, so that the last one closes the gap."""
    held: dict[int, list[Share]] = {}
    for share in shares:
        held.setdefault(share.award_id, []).append(share)
    every: dict[int, list[Instalment]] = {}
    for one in Instalment.objects.filter(award__in=held):
        every.setdefault(one.award_id, []).append(one)
    due_ = {one.pk: one for one in instalments}
    return [
        (due_[pk], payee, amount)
        for award, own in held.items()
        for (pk, payee), amount in parts_of_payees(own, every[award]).items()
        if pk in due_
    ]


def newest_confirmations(case_ids: Iterable[int]) -> Mapping[tuple[int, int], PayeeConfirmation]:
    """(Case, enterprise) → the newest confirmation, with its account; ``changes`` on it counts the earlier accounts."""
    found: dict[tuple[int, int], PayeeConfirmation] = {}
    earlier: dict[tuple[int, int], set[int]] = {}
    rows = PayeeConfirmation.objects.filter(case__in=list(case_ids)).select_related("account").order_by("id")
    for row in rows:
        key = row.case_id, row.enterprise_id
        earlier.setdefault(key, set()).add(row.account_id)
        row.changes = len(earlier[key]) - 1  # type: ignore[attr-defined]
        found[key] = row
    return found


def checks(
    case_ids: Iterable[int],
    payees: Iterable[Enterprise],
    accounts: Mapping[tuple[int, int], PayeeConfirmation],
) -> Mapping[tuple[int, int], tuple[Check, ...]]:
    """(Case, enterprise) → what was found: account, name, holds on the case, credit; a constant number of queries."""
    cases, firms = set(case_ids), list(payees)
    held: dict[int, list[Check]] = {}
    for hold in Hold.objects.filter(case__in=cases, released_at__isnull=True):
        text = _("%(kind)s暂缓：%(reason)s") % {"kind": hold.get_kind_display(), "reason": hold.reason}
        label = _("%(kind)s暂缓") % {"kind": hold.get_kind_display()}
        held.setdefault(hold.case_id, []).append(Check(Weight.RED, text, label))
    listed = _listed(cases, firms)
    refused = _refused(cases)
    return {
        (case, firm.pk): (
            *_of_account(firm, accounts.get((case, firm.pk)), refused.get((case, firm.pk))),
            *held.get(case, ()),
            *listed.get((case, firm.pk), ()),
        )
        for case in cases
        for firm in firms
    }


def _refused(cases: Collection[int]) -> dict[tuple[int, int], Payment]:
    """(Case, payee) → the last payment that the bank returned for the account's sake; one query."""
    rows = (
        Payment.objects.filter(
            instalment__award__case__in=cases, state=Payment.State.RETURNED, returned_for=Payment.Cause.ACCOUNT
        ).select_related("instalment__award").order_by("returned_at", "pk")
    )  # fmt: skip
    return {(row.instalment.award.case_id, row.payee_id): row for row in rows}


def _of_account(firm: Enterprise, confirmation: PayeeConfirmation | None, refused: Payment | None) -> list[Check]:
    if confirmation is None:
        return [Check(Weight.RED, _("待确认收款账户：企业尚未确认"), _("待确认收款账户"))]
    holder, found = confirmation.account.holder, []
    if refused is not None:
        found.append(_of_return(refused, confirmation))
    if not same(holder, firm.name):
        found.append(Check(Weight.RED, _("户名不一致：%s") % holder, _("户名不一致")))
    elif differs_in_width_only(holder, firm.name):
        found.append(Check(Weight.AMBER, _("括号或全角、半角不同：%s") % holder))
    if confirmation.changes:  # type: ignore[attr-defined]
        found.append(Check(Weight.AMBER, _("账户曾变更 %s 次，请回拨核实") % confirmation.changes))  # type: ignore[attr-defined]
    return found


def _of_return(refused: Payment, confirmation: PayeeConfirmation) -> Check:
    """Red until the payee has confirmed an account anew; afterwards for the checker's eye."""
    words = {"day": formats.day(refused.returned_on), "words": refused.bank_words}
    if refused.returned_at is not None and confirmation.confirmed_at > refused.returned_at:
        same_one = confirmation.account_id == refused.account_id
        text = (
            _("%(day)s 曾退票（%(words)s），企业已重新确认原账户")
            if same_one
            else _("%(day)s 曾退票（%(words)s），企业已更正账户")
        )
        return Check(Weight.AMBER, text % words)
    text = _("待确认收款账户：%(day)s 被银行退回，%(words)s；企业重新确认前不能拨付")
    return Check(Weight.RED, text % words, _("待确认收款账户"))


def _listed(cases: Collection[int], firms: Sequence[Enterprise]) -> dict[tuple[int, int], list[Check]]:
    """A firm on a list that the case's measure asks: red, or for the checker's eye once a person has decided it."""
    calls = dict(Case.objects.filter(pk__in=cases).values_list("pk", "call_id"))
    asked, decided = lists_of(set(calls.values())), decided_about(cases)
    names = dict(CreditList.objects.values_list("code", "name"))
    found: dict[tuple[int, int], list[Check]] = {}
    for (firm, code), check in newest_checks(firm.pk for firm in firms).items():
        for case, call in calls.items():
            if not check.listed or code not in asked[call]:
                continue
            known = (case, firm, code) in decided
            text = _("信用异常（已核实）：%s") if known else _("信用异常：%s")
            row = Check(Weight.AMBER if known else Weight.RED, text % names[code], _("信用异常"))
            found.setdefault((case, firm), []).append(row)
    return found
