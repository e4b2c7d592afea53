"""The main menu: a table of which right opens which page. An entry whose page is not installed is left out."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.editions import latest
from subsidy.cases import letters


class Entry(NamedTuple):
    """One place to go."""

    label: str
    href: str
    current: bool = False


class Place(NamedTuple):
    """A row of the table: any of the rights opens it; no right named: everybody who is signed in.

    ``when`` says further whether there is anything to do there for this person, whose measures may not have the step.
    """

    rights: frozenset[Right]
    label: str | Promise
    name: str
    when: Callable[[Actor], bool] | None = None


def _place(label: str | Promise, name: str, *rights: Right, when: Callable[[Actor], bool] | None = None) -> Place:
    return Place(frozenset(rights), label, name, when)


CLUSTER_STEP = "cluster"
"""The step of a filing by which a measure shows that its applicants belong to clusters."""


def _has_clusters(actor: Actor) -> bool:
    """Whether a measure of the actor's agencies knows clusters."""
    return CLUSTER_STEP in (
        s.key for measure in actor.measures_with(Right.READ_REGISTERS) for s in latest(measure).steps
    )


PLACES: Sequence[Place] = (
    _place(_("工作台"), "desk:home"),
    _place(_("申报大厅"), "calls:hall", Right.FILE),
    _place(_("我的申报"), "cases:mine", Right.FILE),
    _place(_("本单位"), "enterprises:own", Right.FILE),
    _place(_("本单位信用"), "credit:own", Right.FILE),
    _place(_("案件队列"), "desk:queue", Right.REVIEW_LOCAL, Right.SIGN_FINANCE, Right.REVIEW_UPPER),
    _place(_("汇总上报"), "desk:joint_list", Right.SEND_JOINT, Right.SIGN_FINANCE, Right.REVIEW_UPPER),
    _place(_("上报省厅"), "desk:report_list", Right.REPORT_PROVINCE, when=letters.has_reports),
    _place(_("申报通知"), "calls:list", Right.PREPARE_CALL, Right.PUBLISH_CALL),
    _place(_("企业名录"), "enterprises:list", Right.READ_REGISTERS),
    _place(_("产业集群"), "clusters:list", Right.READ_REGISTERS, when=_has_clusters),
    _place(_("项目库"), "projects:list", Right.READ_REGISTERS),
    _place(_("信用与禁止申报"), "credit:lists", Right.READ_CREDIT),
    _place(_("暂缓事项"), "desk:holds", Right.REVIEW_LOCAL, Right.REVIEW_UPPER),
    _place(_("专家评审"), "panels:list", Right.ORGANISE_PANEL, Right.RANK),
    _place(_("我的评审"), "panels:mine", Right.SCORE),
    _place(_("公示与异议"), "notices:manage", Right.BUILD_NOTICE, Right.PUBLISH_NOTICE, Right.HANDLE_OBJECTION),
    _place(_("资金分配"), "funding:plans", Right.ENTER_QUOTA, Right.PLAN, Right.SIGN_PLAN, Right.RECORD_APPROVAL),
    _place(_("资金下达"), "funding:issues", Right.ISSUE_FUNDS),
    _place(_("资金拨付"), "funding:batches", Right.MAKE_BATCH, Right.CHECK_BATCH, Right.ENTER_RESULTS),
    _place(_("绩效"), "performance:list", Right.FILE, Right.REVIEW_LOCAL, Right.REVIEW_UPPER),
    _place(_("台账"), "desk:ledger", Right.READ_CASES),
    _place(_("机构与人员"), "desk:people", Right.ADMINISTER),
    _place(_("管辖"), "desk:jurisdictions", Right.ADMINISTER),
    _place(_("工作日历"), "calendar:now", Right.ADMINISTER),
    _place(_("消息文本"), "inbox:texts", Right.ADMINISTER),
    _place(_("基础资料"), "admin:index", Right.ADMINISTER),
    _place(_("安全管理"), "accounts:security", Right.SECURE),
    _place(_("办理记录"), "ops:history", Right.AUDIT),
    _place(_("访问记录"), "ops:access", Right.AUDIT),
    _place(_("封签核验"), "ops:seals", Right.AUDIT),
)
PUBLIC_PLACES: Sequence[Place] = (
    _place(_("公示公告"), "notices:list"),
    _place(_("申报大厅"), "calls:hall"),
    _place(_("政策原文"), "calls:measures"),
    _place(_("查询异议"), "notices:objection_lookup"),
    _place(_("核验文书"), "papers:check"),
)


def menu(actor: Actor, path: str = "") -> list[Entry]:
    """The entries for a person, in the order of the table; `path` marks the one it lies in."""
    return _entries([place for place in PLACES if _open_to(actor, place)], path)


def leads_to(actor: Actor, name: str) -> bool:
    """Whether the page is installed and the person's menu has it, or another right than the menu's opens it."""
    return bool(address(name)) and all(_open_to(actor, place) for place in PLACES if place.name == name)


def public_menu(path: str = "") -> list[Entry]:
    """The entries for anybody."""
    return _entries(PUBLIC_PLACES, path)


def _open_to(actor: Actor, place: Place) -> bool:
    allowed = not place.rights or bool(place.rights & actor.rights)
    return allowed and (place.when is None or place.when(actor))


@cache
def address(name: str) -> str:
    """The path of a named page, or empty when it is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _entries(places: Sequence[Place], path: str) -> list[Entry]:
    return [Entry(str(place.label), href, _within(path, href)) for place in places if (href := address(place.name))]


def _within(path: str, href: str) -> bool:
    return path == href or (href != "/" and path.startswith(href))
