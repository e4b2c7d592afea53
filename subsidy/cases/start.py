"""Start a case: a draft of one enterprise in one call, with the agencies that will handle it."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Right
from subsidy.accounts.routing import NoJurisdiction, route
from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call
from subsidy.calls.territory import serves
from subsidy.cases.models import Case
from subsidy.clusters.models import Cluster
from subsidy.enterprises.models import Bar, Enterprise
from subsidy.enterprises.succession import answers_for
from subsidy.reference import formats
from subsidy.reference.number import next_number
from workflow import clock, perform
from workflow.machine import Competence
from workflow.perform import NotAllowed, Refused

LOCAL, UPPER = "local", "upper"
TAKE_BACK = timedelta(minutes=10)


def start(
    actor: Actor, call: Call, enterprise: Enterprise, *, track: str, area: str, cluster: Cluster | None = None
) -> Case:
    """A draft case; the enterprise's draft in this call, if it has one already.

    Raises NotAllowed for somebody else's enterprise, Refused with the sentence when the call is not open, the
    enterprise is barred, the track or the area is not the measure's.
    """
    if not actor.may(Right.FILE, Competence(enterprises=frozenset({enterprise.pk}))):
        raise NotAllowed(_("您不是该单位的申报人，不能为其申报。"))
    existing = draft_of(call, enterprise)
    if existing is not None:
        return existing
    now = clock.now()
    if reason := closed(call) or barred(enterprise, call):
        raise Refused(reason)
    policy = policy_of(call)
    if track not in {choice.key for choice in policy.tracks}:
        raise Refused(_("请选择资助类别。"))
    if not serves(call, area):
        raise Refused(_("该地区不在本次申报通知的范围内，请核对所在地。"))
    agencies = handlers(call, area)
    try:
        with transaction.atomic():
            case = Case.objects.create(
                number=next_number(policy.prefix, now.year), call=call, measure=call.measure, track=track,
                enterprise=enterprise, cluster=cluster, area=area, answers={}, contact_name=enterprise.contact_name,
                contact_phone=enterprise.contact_phone, created_by_id=actor.person_id, created_at=now, **agencies,
            )  # fmt: skip
            perform.created(case, actor, evidence={"call": call.number, "enterprise": enterprise.credit_code})
    except IntegrityError:
        # The same person was faster in another window: one draft a call and enterprise.
        twin = draft_of(call, enterprise)
        if twin is None:
            raise
        return twin
    return case


def draft_of(call: Call, enterprise: Enterprise) -> Case | None:
    """The draft of an enterprise in a call, if there is one."""
    return Case.objects.filter(call=call, enterprise=enterprise, state="draft").first()


def closed(call: Call) -> str:
    """Why nothing can be filed in a call at this moment, or empty; opening counts, the closing instant does not."""
    now = clock.now()
    if call.state != Call.State.PUBLISHED:
        return _("该申报通知未发布或已废止，不能申报。")
    if now < call.opens_at:
        return _("申报于 %(time)s 开始，尚未开放。") % {"time": formats.minute(call.opens_at)}
    if now >= call.closes_at:
        return _("申报已于 %(time)s 截止。您的草稿已保留，可查看和下载，不能提交。") % {
            "time": formats.minute(call.closes_at)
        }
    return ""


def barred(enterprise: Enterprise, call: Call) -> str:
    """Why an enterprise may not file under the call's measure today, or empty; it answers for its predecessors."""
    answered = answers_for([enterprise.pk])[enterprise.pk]
    bars = Bar.in_force(clock.today()).filter(enterprise__in=answered, measure__in=["", call.measure])
    bar = bars.select_related("enterprise").order_by("valid_from", "pk").first()
    if bar is None:
        return ""
    until = _("至 %(day)s（不含）") % {"day": formats.day(bar.valid_to)} if bar.valid_to else _("无截止日期")
    return _("%(name)s自 %(from)s 起被停止申报资格，%(until)s：%(reason)s（%(source)s）。") % {
        "name": bar.enterprise.name, "from": formats.day(bar.valid_from), "until": until,
        "reason": bar.reason, "source": f"{bar.source} {bar.decision}".strip(),
    }  # fmt: skip


def handlers(call: Call, area: str) -> dict[str, Agency | None]:
    """The agencies of a case by column. Raises Refused when nobody is competent for a first review."""
    agencies = route(call.measure, area, clock.today())
    if LOCAL not in agencies or UPPER not in agencies:
        raise Refused(str(NoJurisdiction(_("区划 %(area)s 没有登记受理单位，请联系系统管理员。") % {"area": area})))
    return {
        "local_agency": agencies[LOCAL],
        "local_finance_agency": agencies.get("local_finance"),
        "upper_agency": agencies[UPPER],
        "upper_finance_agency": agencies.get("upper_finance"),
        "pay_maker_agency": agencies.get("pay_maker"),
        "pay_checker_agency": agencies.get("pay_checker"),
    }
