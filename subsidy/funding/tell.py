"""Tell people about money through their inbox."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.models import Post, User
from subsidy.accounts.rights import Role
from subsidy.funding.models import PayeeConfirmation, Payment, Plan, Share
from subsidy.messages.notify import Letter, notify_each
from workflow import clock


def filers(enterprise_ids: Iterable[int]) -> dict[int, list[User]]:
    """Enterprise → the people who file for it today; one query."""
    posts = Post.objects.on(clock.today()).filter(enterprise__in=set(enterprise_ids), role=Role.APPLICANT)
    found: dict[int, list[User]] = {}
    for post in posts.select_related("user"):
        found.setdefault(post.enterprise_id or 0, []).append(post.user)
    return found


def tell_payees(plan: Plan) -> None:
    """Ask everybody who will be paid by a plan to confirm the account."""
    shares = Share.objects.filter(award__plan=plan).select_related("award__case")
    people = filers(share.payee_id for share in shares)
    notify_each(
        Letter(
            people.get(payee, []), _("资金方案已批准，请确认收款信息"),
            _("案件 %s 的资金方案已获批准，请核对并确认收款账户。") % number, reverse("funding:payee", args=[number]),
        )
        for number, payee in sorted({(share.award.case.number, share.payee_id) for share in shares})
    )  # fmt: skip


def tell_account(confirmation: PayeeConfirmation) -> None:
    """Tell everybody who files for the enterprise to which account its money now goes (trust.md row 8)."""
    words = {
        "number": confirmation.case.number, "account": confirmation.account.masked_number,
        "name": confirmation.confirmed_by.name,
    }  # fmt: skip
    notify_each(
        [
            Letter(
                filers([confirmation.enterprise_id]).get(confirmation.enterprise_id, []), _("收款账户已确认"),
                _("案件 %(number)s 的收款账户已由 %(name)s 确认为 %(account)s。有疑问的，请立即联系拨付单位。") % words,
                reverse("funding:payee", args=[confirmation.case.number]),
            )
        ]
    )  # fmt: skip


def tell_returned(payments: Iterable[Payment]) -> None:
    """Ask those whose payment came back to confirm their account anew, unless it has nothing to do with the account."""
    rows = [row for row in payments if row.returned_for == Payment.Cause.ACCOUNT]
    people = filers(row.payee_id for row in rows)
    numbers = {row.pk: row.instalment.award.case.number for row in rows}
    notify_each(
        Letter(
            people.get(row.payee_id, []), _("款项被银行退回，请核对收款账户"),
            _("案件 %(number)s 的款项被退回，银行说明：%(words)s。请核对并重新确认收款账户。")
            % {"number": numbers[row.pk], "words": row.bank_words},
            reverse("funding:payee", args=[numbers[row.pk]]),
        )
        for row in rows
    )  # fmt: skip
