"""The end of a notice period: cases without an open hold go to the reserve, the others stay until theirs is settled."""

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.cases import credit
from subsidy.cases.models import Case, Hold
from subsidy.enterprises.models import CreditCheck
from subsidy.notices import selectors
from subsidy.notices.models import Notice
from workflow import clock
from workflow.perform import Outcome, Refused, perform, perform_many
from workflow.states import State


def close(notice: Notice, actor: Actor, *, version: int) -> Outcome:
    """Close a notice whose period has ended and reserve what is not held. Raises Refused before the end."""
    if clock.is_before(selectors.last_instant(notice)):
        raise Refused(_("公示期至 %(day)s 24:00 止，尚未届满") % {"day": notice.ends_on})
    with transaction.atomic():
        perform(notice, "close", actor, version=version)
        return reserve_free(notice, actor)


def reserve_free(notice: Notice, actor: Actor) -> Outcome:
    """Ask the credit lists, then move to the reserve every case of a closed notice that no open hold keeps back."""
    waiting = list(Case.objects.filter(notice_rows__notice=notice, state=State.PUBLIC_NOTICE).order_by("pk"))
    credit.ask(waiting, CreditCheck.Point.NOTICE_END, actor)
    ids = list(
        notice.rows.filter(case__state=State.PUBLIC_NOTICE)
        .exclude(case__in=Hold.objects.filter(released_at__isnull=True).values("case"))
        .values_list("case_id", flat=True)
    )
    if not ids:
        return Outcome()
    return perform_many(Case, ids, "reserve", actor, evidence={"notice": notice.pk, "ended_on": str(notice.ends_on)})
