"""Build a notice from shortlisted cases and check it before anybody is asked to sign."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.kit.calendar import CalendarNotLoaded, WorkCalendar
from policies.kit.facts import DayRule, NoticeRule
from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.notices import selectors, words
from subsidy.notices.models import Notice, NoticeRow
from subsidy.reference.selectors import area_names
from subsidy.reference.workcalendar import work_calendar
from workflow import clock
from workflow.perform import NotAllowed, Refused, created, perform, record

ALLOWED_COLUMNS = ("area", "enterprise", "title", "recognised", "cap")
"""What may stand on a notice. Account, telephone, identity, expert and score are not in it and never can be."""

PERSONAL = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx]|\d{16,19})(?!\d)")
"""A mobile number, an identity number, or an account number."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check before signing: what was checked, and what is wrong, or nothing."""

    label: str
    problem: str = ""


def period(call: Call, starts_on: date, calendar: WorkCalendar | None = None) -> tuple[date, str]:
    """The last day of a notice by the call's rule, and how it was counted, in Chinese; by today's calendar or another.

    Raises Refused when the days off of a year it needs are not loaded.
    """
    kind = DayRule(call.notice_day_kind)
    try:
        ends_on = (calendar or work_calendar()).notice_end(starts_on, NoticeRule(call.notice_days, kind))
    except CalendarNotLoaded as missing:
        raise Refused(str(missing)) from missing
    return ends_on, words.counted(starts_on, ends_on, call.notice_days, kind)


def draft(actor: Actor, call: Call, cases: Sequence[Case], values: dict[str, Any]) -> Notice:
    """A new notice with one row for each case; ``values`` are title, number, basis, procedure, starts_on, contact.

    Raises Refused when there is no case.
    """
    if not cases:
        raise Refused(_("请至少选择一个项目"))
    ends_on, counted = period(call, values["starts_on"])
    with transaction.atomic():
        locked = Call.objects.select_for_update().get(pk=call.pk)
        notice = Notice.objects.create(
            call=call, batch=next_batch(locked), agency_id=call.agency_id, ends_on=ends_on, counted=counted,
            columns=list(ALLOWED_COLUMNS), built_by_id=actor.person_id, **values,
        )  # fmt: skip
        names = area_names([case.area for case in cases])
        NoticeRow.objects.bulk_create(
            NoticeRow(notice=notice, case=case, position=position, values=row_values(case, names))
            for position, case in enumerate(cases, start=1)
        )
        created(notice, actor, evidence={"cases": [case.number for case in cases]})
    return notice


def next_batch(call: Call) -> int:
    """The number of the next notice of a call, from 1."""
    last = Notice.objects.filter(call=call).aggregate(last=Max("batch"))["last"]
    return (last or 0) + 1


def row_values(case: Case, areas: Mapping[str, str]) -> dict[str, str]:
    """What a row prints about a case, with the names of areas by code; amounts in 元 as text."""
    return {
        "area": areas.get(case.area) or case.local_agency.short_name,
        "enterprise": case.enterprise.name,
        "title": case.title,
        "recognised": str(case.recognised if case.recognised is not None else case.claimed or Decimal("0.00")),
        "cap": str(case.cap or Decimal("0.00")),
    }


def change(notice: Notice, actor: Actor, values: dict[str, Any], *, version: int) -> Notice:
    """Change the words and dates of a notice that is still being built. Raises Conflict, NotAllowed or Refused."""
    if notice.agency_id not in actor.agencies_with(Right.BUILD_NOTICE):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    if notice.state != Notice.State.DRAFT:
        raise Refused(_("公示已送审，不能修改。请先由签发人退回。"))
    ends_on, counted = period(notice.call, values["starts_on"])
    changes = {**values, "ends_on": ends_on, "counted": counted}
    return record(notice, "edit", actor, version=version, changes=changes, label=_("修改公示"))


def checks(notice: Notice) -> list[Check]:
    """Everything that must be right before a notice goes out; the same list is shown to builder and publisher."""
    rows = list(selectors.rows_of(notice))
    names = [row.values["enterprise"] for row in rows]
    renamed = [row.values["enterprise"] for row in rows if row.values["enterprise"] != row.case.enterprise.name]
    untitled = {
        name for name, row in zip(names, rows, strict=True) if not row.values["title"] and names.count(name) > 1
    }
    empty = [row.values["enterprise"] for row in rows if Decimal(row.values["cap"]) <= 0]
    prose = " ".join([notice.title, notice.basis, notice.procedure, *(v for row in rows for v in row.values.values())])
    lacking = [str(CONTACT_LABELS[key]) for key in sorted(REQUIRED_CONTACT) if not notice.contact.get(key)]
    twins = Notice.objects.filter(call=notice.call_id, title=notice.title).exclude(pk=notice.pk)
    alike = [words.batch_words(one.batch) for one in twins.exclude(state=Notice.State.DRAFT)]
    going_out = notice.state in {Notice.State.DRAFT, Notice.State.SIGNING}
    past = [str(notice.starts_on)] if going_out and notice.starts_on < clock.today() else []
    return [
        Check(_("至少有一个项目"), "" if rows else _("名单为空")),
        Check(_("标题与其他各批公示不同"), _listed(_("标题相同，请在标题中注明批次"), alike)),
        Check(_("单位名称与登记一致"), _listed(_("登记名称已变更"), renamed)),
        Check(_("没有重复的项目"), _listed(_("同一单位的项目没有名称，无法区分"), untitled)),
        Check(_("每个项目都有认定的上限金额"), _listed(_("缺少金额"), empty)),
        Check(_("不含手机号、身份证号、银行账号"), _listed(_("发现疑似个人信息"), PERSONAL.findall(prose))),
        Check(_("联系方式齐全"), _listed(_("缺少"), lacking)),
        Check(_("公示开始日不早于今天"), _listed(_("公示开始日已过，请改为今天或以后"), past)),
    ]


def _listed(what: str, items: Iterable[str]) -> str:
    found = "、".join(items)
    return f"{what}：{found}" if found else ""


CONTACT_LABELS = {
    "person": gettext_lazy("联系人"), "phone": gettext_lazy("联系电话"), "address": gettext_lazy("地址"),
    "postcode": gettext_lazy("邮编"), "mail": gettext_lazy("电子邮箱"), "supervision_phone": gettext_lazy("监督电话"),
}  # fmt: skip
REQUIRED_CONTACT = frozenset({"person", "phone", "address", "supervision_phone"})


def ask_signature(notice: Notice, actor: Actor, *, version: int) -> Notice:
    """Hand a notice to whoever publishes. Raises Refused naming the first check that fails."""
    refuse_faulty(notice)
    return perform(notice, "ask_signature", actor, version=version)


def send_back(notice: Notice, actor: Actor, *, reason: str, version: int) -> Notice:
    """Give a notice back to its builder, with the reason."""
    return perform(notice, "send_back", actor, note=reason, version=version)


def refuse_faulty(notice: Notice) -> None:
    """Raise Refused with the first failed check."""
    problem = next((check.problem for check in checks(notice) if check.problem), "")
    if problem:
        raise Refused(problem)
