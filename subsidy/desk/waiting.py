"""What waits at the other desks: a table of rights, count, page. Each line is counted through its own selector."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from subsidy.accounts import access_log
from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls import selectors as calls
from subsidy.calls.models import Call
from subsidy.cases import letters
from subsidy.cases.models import ProvinceReport
from subsidy.desk import navigation
from subsidy.enterprises import selectors as enterprises
from subsidy.funding import selectors as funding
from subsidy.funding.batchpage import issue_rows
from subsidy.funding.examine import owed, standing
from subsidy.funding.models import Plan
from subsidy.funding.payments import PaymentBatch
from subsidy.funding.planpage import with_my_turn
from subsidy.notices import selectors as notices
from subsidy.notices.models import Notice, Objection
from subsidy.panels import selectors as panels
from subsidy.panels.models import Panel
from workflow import clock, seals
from workflow.models import Access

OPEN_OBJECTIONS = (Objection.State.RECEIVED, Objection.State.HANDLING)
REFUSALS = (access_log.REFUSED, access_log.NOT_FOUND)
READS = (access_log.READ, access_log.EXPORTED)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many wait, and beside it what cannot be done yet and why."""

    count: int
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Whoever has one of the rights sees how many of these wait, with the page where they are dealt with."""

    rights: frozenset[Right]
    label: str | Promise
    count: Callable[[Actor], int | Counted]
    page: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line: its label, where it leads, how many, and what stands beside it."""

    label: str
    href: str
    count: int
    hint: str = ""


def _desk(label: str | Promise, page: str, count: Callable[[Actor], int | Counted], *rights: Right) -> Desk:
    return Desk(frozenset(rights), label, count, page)


def _notices(state: Notice.State, right: Right) -> Callable[[Actor], int]:
    return lambda actor: notices.visible_to(actor).filter(state=state, agency__in=actor.agencies_with(right)).count()


def _reports(actor: Actor) -> int:
    open_states = (ProvinceReport.State.DRAFT, ProvinceReport.State.SENT)
    return letters.reports(actor).filter(state__in=open_states).count()


def _plans(actor: Actor) -> int:
    return funding.plans(actor).filter(state=Plan.State.DRAFT, agency__in=actor.agencies_with(Right.PLAN)).count()


def _made(state: PaymentBatch.State, right: Right) -> Callable[[Actor], int]:
    """Batches that the actor's agency prepares."""
    return lambda actor: funding.batches(actor).filter(state=state, agency__in=actor.agencies_with(right)).count()


def _payable(actor: Actor) -> Counted:
    """Cases of which something can be paid; those of which something cannot stand beside it with the reasons."""
    found = standing(owed(actor))
    hint = _t("另有 %(n)s 件暂不能拨付：%(why)s") % {"n": found.barred_cases, "why": found.words}
    return Counted(found.cases, hint if found.barred_cases else "")


def _checking(actor: Actor) -> int:
    mine = actor.agencies_with(Right.CHECK_BATCH)
    return funding.batches(actor).filter(state=PaymentBatch.State.CHECKING, checker_agency__in=mine).count()


def _accesses(kinds: Sequence[str]) -> QuerySet[Access]:
    """What was written down since the beginning of the day that pages show."""
    today = clock.on_business_clock(clock.real_now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return Access.objects.filter(kind__in=kinds, at__gte=clock.on_machine_clock(today))


DESKS: Sequence[Desk] = (
    _desk(
        _("待发布的申报通知"), "calls:list",
        lambda actor: calls.visible_to(actor).filter(state=Call.State.DRAFT).count(), Right.PUBLISH_CALL,
    ),
    _desk(
        _("待确认的承继"), "enterprises:proposals", lambda actor: enterprises.to_confirm(actor).count(),
        Right.KEEP_REGISTERS,
    ),
    _desk(_("待组织评审的案件"), "panels:list", panels.waiting_for_panel, Right.ORGANISE_PANEL),
    _desk(
        _("待开始评分的评审批次"), "panels:list",
        lambda actor: panels.panels_of(actor).filter(state=Panel.State.DRAFT).count(), Right.ORGANISE_PANEL,
    ),
    _desk(
        _("待结束评分的评审批次"), "panels:list",
        lambda actor: panels.to_close(actor).count(), Right.ORGANISE_PANEL,
    ),
    _desk(
        _("待确定结果的评审批次"), "panels:list",
        lambda actor: panels.panels_of(actor).filter(state=Panel.State.RANKED).count(), Right.RANK,
    ),
    _desk(
        _("待评分的评审"), "panels:mine",
        lambda actor: panels.assignments_of(actor).filter(
            panel__state=Panel.State.SCORING, finished_at__isnull=True
        ).count(), Right.SCORE,
    ),
    _desk(_("待公示的项目"), "notices:manage", lambda actor: notices.waiting(actor).count(), Right.BUILD_NOTICE),
    _desk(_("待送审的公示"), "notices:manage", _notices(Notice.State.DRAFT, Right.BUILD_NOTICE), Right.BUILD_NOTICE),
    _desk(
        _("待签发的公示"), "notices:manage", _notices(Notice.State.SIGNING, Right.PUBLISH_NOTICE), Right.PUBLISH_NOTICE
    ),
    _desk(
        _("公示期满待结束的公示"), "notices:manage", lambda actor: notices.ended(actor).count(), Right.BUILD_NOTICE
    ),
    _desk(
        _("待办异议"), "notices:objections",
        lambda actor: notices.objections_visible_to(actor).filter(state__in=OPEN_OBJECTIONS).count(),
        Right.HANDLE_OBJECTION,
    ),
    _desk(_("待上报省厅的案件"), "desk:report_list", letters.to_report, Right.REPORT_PROVINCE),
    _desk(_("待登记上报或批复的省厅名单"), "desk:report_list", _reports, Right.REPORT_PROVINCE),
    _desk(
        _("待编制资金方案的案件"), "funding:plans", lambda actor: funding.to_plan(actor).count(), Right.PLAN
    ),
    _desk(_("编制中的资金方案"), "funding:plans", _plans, Right.PLAN),
    _desk(_("待审批的资金方案"), "funding:plans", with_my_turn, Right.SIGN_PLAN, Right.RECORD_APPROVAL),
    _desk(
        _("待下达的资金"), "funding:issues",
        lambda actor: sum(1 for row in issue_rows(actor) if row["links"]), Right.ISSUE_FUNDS,
    ),
    _desk(_("待拨付的案件"), "funding:batches", _payable, Right.MAKE_BATCH),
    _desk(
        _("待送复核的拨付批次"), "funding:batches", _made(PaymentBatch.State.DRAFT, Right.MAKE_BATCH), Right.MAKE_BATCH
    ),
    _desk(_("待复核的拨付批次"), "funding:batches", _checking, Right.CHECK_BATCH),
    _desk(
        _("待送出的拨付批次"), "funding:batches", _made(PaymentBatch.State.CHECKED, Right.MAKE_BATCH), Right.MAKE_BATCH
    ),
    _desk(
        _("待登记结果的拨付批次"), "funding:batches", _made(PaymentBatch.State.EXPORTED, Right.ENTER_RESULTS),
        Right.ENTER_RESULTS,
    ),
    _desk(_("今日被拒绝的访问"), "ops:access", lambda actor: _accesses(REFUSALS).count(), Right.AUDIT),
    _desk(
        _("今日查看和导出敏感信息"), "ops:access",
        lambda actor: _accesses(READS).exclude(actor_id=actor.id).count(), Right.AUDIT,
    ),
    _desk(_("尚未封签的办理记录"), "ops:seals", lambda actor: seals.unsealed().count(), Right.AUDIT),
)  # fmt: skip
"""In the order in which a case passes them; the auditor's last."""


def waiting(actor: Actor) -> Iterator[Waiting]:
    """A line for each desk of the actor's that the menu leads to; one count each."""
    for desk in DESKS:
        if desk.rights & actor.rights and navigation.leads_to(actor, desk.page):
            found = desk.count(actor)
            line = found if isinstance(found, Counted) else Counted(found)
            yield Waiting(str(desk.label), navigation.address(desk.page), line.count, line.hint)
