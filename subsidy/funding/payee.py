"""The enterprise confirms the account its money goes to. A change is a new row; the old one stays."""

import re
import unicodedata

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.cases.models import Case
from subsidy.enterprises.models import BankAccount, Enterprise
from subsidy.funding.models import PayeeConfirmation, Share
from subsidy.funding.tell import tell_account
from subsidy.reference.secret import lookup_digest
from subsidy.reference.text import differs_in_width_only, same
from workflow import clock
from workflow.machine import Competence
from workflow.perform import NotAllowed, Refused, record

PURPOSE = "enterprises.bankaccount.number"
NUMBER = re.compile(r"[0-9]{8,30}", re.ASCII)


def normalised(number: str) -> str:
    """The digits of an account number that was typed with blanks, hyphens or full-width digits."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", number))


def is_number(number: str) -> bool:
    """Whether a normalised number has 8 to 30 digits and nothing else."""
    return NUMBER.fullmatch(number) is not None


def width_note(holder: str, name: str) -> str:
    """What to tell when the holder's name differs from the enterprise's in width or brackets only."""
    if not differs_in_width_only(holder, name):
        return ""
    sentence = _(
        "户名“%(holder)s”与单位名称“%(name)s”仅括号或全角、半角不同，银行可能因此退票，请与开户行留存的户名逐字核对。"
    )
    return sentence % {"holder": holder, "name": name}


def confirm_account(
    case: Case, enterprise: Enterprise, actor: Actor, *, holder: str, number: str, bank: str, bank_code: str = "",
    receipt: str = "",
) -> PayeeConfirmation:  # fmt: skip
    """Record the account of an enterprise that is paid a share of the case's award.

    Raises NotAllowed, or Refused when the holder is not the enterprise (domain case 76), the number is none, or
    nothing is awarded to it.
    """
    if not actor.may(Right.FILE, Competence(case.measure, "applicant", enterprises=frozenset({enterprise.pk}))):
        raise NotAllowed(_("您的岗位不能确认此单位的收款信息。"))
    number = normalised(number)
    if not same(holder, enterprise.name):
        raise Refused(_("户名须与单位名称一致：%s。") % enterprise.name)
    if not is_number(number):
        raise Refused(_("账号应为 8 至 30 位数字。"))
    with transaction.atomic():
        # An export that is running has locked the case too: it sends to the account of before, or to this one.
        case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if not Share.objects.filter(award__case=case, payee=enterprise).exists():
            raise Refused(_("此案件没有支付给贵单位的奖补资金。"))
        account = _account(enterprise, actor, holder, number, bank, bank_code)
        made = PayeeConfirmation.objects.create(
            case=case, enterprise=enterprise, account=account, receipt=receipt, confirmed_by_id=actor.person_id,
            confirmed_at=clock.now(),
        )  # fmt: skip
        record(
            case, "confirm_account", actor,
            evidence={"enterprise": enterprise.name, "payee": enterprise.pk, "account": account.masked_number},
        )  # fmt: skip
        tell_account(made)
    return made


def _account(enterprise: Enterprise, actor: Actor, holder: str, number: str, bank: str, bank_code: str) -> BankAccount:
    digest = lookup_digest(number, PURPOSE)
    values = {"holder": holder, "bank": bank, "bank_code": bank_code}
    known = BankAccount.objects.filter(enterprise=enterprise, number_digest=digest, **values).order_by("-pk").first()
    return known or BankAccount.objects.create(
        enterprise=enterprise,
        number=number,
        number_digest=digest,
        given_by_id=actor.person_id,
        given_at=clock.now(),
        **values,
    )
