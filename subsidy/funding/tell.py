"""Tell people about money through their inbox."""

from collections.abc import Iterable

from django.urls import reverse

from subsidy.accounts.models import Post, User
from subsidy.accounts.rights import Role
from subsidy.funding import texts
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
    wording = texts.PLAN_APPROVED.now()
    notify_each(
        Letter(people.get(payee, []), *wording.said(number=number), reverse("funding:payee", args=[number]))
        for number, payee in sorted({(share.award.case.number, share.payee_id) for share in shares})
    )  # fmt: skip


def tell_account(confirmation: PayeeConfirmation) -> None:
    """Tell everybody who files for the enterprise to which account its money now goes (trust.md row 8)."""
    number = confirmation.case.number
    people = filers([confirmation.enterprise_id]).get(confirmation.enterprise_id, [])
    said = texts.ACCOUNT.said(
        number=number, account=confirmation.account.masked_number, name=confirmation.confirmed_by.name
    )
    notify_each([Letter(people, *said, reverse("funding:payee", args=[number]))])


def tell_returned(payments: Iterable[Payment]) -> None:
    """Ask those whose payment came back to confirm their account anew, unless it has nothing to do with the account."""
    rows = [row for row in payments if row.returned_for == Payment.Cause.ACCOUNT]
    people = filers(row.payee_id for row in rows)
    numbers = {row.pk: row.instalment.award.case.number for row in rows}
    wording = texts.BOUNCED.now()
    notify_each(
        Letter(
            people.get(row.payee_id, []), *wording.said(number=numbers[row.pk], words=row.bank_words),
            reverse("funding:payee", args=[numbers[row.pk]]),
        )
        for row in rows
    )  # fmt: skip
