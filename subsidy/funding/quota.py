"""Enter money that was given for a measure and year (Zhongshan Art. 11(三), Jilin Art. 11)."""

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Right
from subsidy.funding.models import Quota
from subsidy.journal.models import Account
from subsidy.journal.post import Pair, Pot, post
from workflow import clock
from workflow.machine import Competence
from workflow.perform import NotAllowed, Refused


def enter(
    actor: Actor, *, measure: str, year: int, agency: Agency, amount: Decimal, document: str, received_on: date
) -> Quota:
    """Record a quota (元) with its document and post source → quota.

    Raises NotAllowed, or Refused when the document was entered for this measure and year already.
    """
    if not actor.may(Right.ENTER_QUOTA, Competence(measure, "upper", agencies=frozenset({agency.pk}))):
        raise NotAllowed(_("您的岗位不能录入此政策的资金额度。"))
    try:
        with transaction.atomic():
            quota = Quota.objects.create(
                measure=measure, year=year, agency=agency, amount=amount, document=document, received_on=received_on,
                entered_by_id=actor.person_id, entered_at=clock.now(),
            )  # fmt: skip
            source = Pot(Account.Kind.SOURCE, measure, year, agency.pk)
            target = Pot(Account.Kind.QUOTA, measure, year, agency.pk)
            post("quota", quota, [Pair(source, target, amount)], actor)
    except IntegrityError as error:
        raise Refused(_("文号 %s 的额度已经录入，不能重复录入。") % document) from error
    return quota
