"""Notices whose period is counted in working days, for whoever changes the calendar it was counted by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from policies.kit.facts import DayRule
from subsidy.accounts.actor import Actor
from subsidy.messages.notify import notify
from subsidy.notices import texts
from subsidy.notices.build import period
from subsidy.notices.models import Notice
from subsidy.reference import formats
from workflow.perform import Refused, record

OPEN = (Notice.State.DRAFT, Notice.State.SIGNING, Notice.State.PUBLISHED)


def counted_in_workdays(since: date) -> list[Notice]:
    """Notices that are not closed, counted in working days, that end on ``since`` or later; with call; one query."""
    rule = {"call__notice_day_kind": DayRule.WORKING.value, "state__in": OPEN, "ends_on__gte": since}
    return list(Notice.objects.filter(**rule).select_related("call", "built_by").order_by("ends_on", "pk"))


@transaction.atomic
def recount(to: Mapping[int, tuple[date, date]], actor: Actor, *, reason: str, evidence: Mapping[str, Any]) -> None:
    """Count the periods of unpublished notices anew, by the calendar as it now stands: id → (day shown, new day).

    What is published is never changed. The caller has checked who may. Raises Refused when a notice is no longer what
    was shown.
    """
    for notice in Notice.objects.select_for_update(of=("self",)).filter(pk__in=to).select_related("call", "built_by"):
        shown, new = to[notice.pk]
        ends_on, counted = period(notice.call, notice.starts_on)
        if notice.ends_on != shown or ends_on != new or notice.state == Notice.State.PUBLISHED:
            raise Refused(_("《%(title)s》在此期间有变化，请重新核对。") % {"title": notice.title})
        record(
            notice, "recount", actor, note=reason, evidence=evidence, changes={"ends_on": new, "counted": counted},
            label=_("按工作日历重新计算公示期"),
        )  # fmt: skip
        said = texts.RECOUNTED.said(title=notice.title, day=formats.day(new), reason=reason)
        notify([notice.built_by], *said, f"/notices/{notice.pk}/")
