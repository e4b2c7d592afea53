"""The page of an enterprise: what the register says, and what cases, clusters and projects know of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.access import needs
from subsidy.accounts.chronicle import chronicle
from subsidy.accounts.register_row import may_keep
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases import selectors as cases
from subsidy.enterprises import selectors
from subsidy.enterprises.models import Bar, Enterprise, Succession
from subsidy.enterprises.succession import answers_for
from subsidy.enterprises.tables import FOLLOWING_BARS, accident_columns, state_tag
from subsidy.papers.columns import Column, Kind, Table, Tag, prepare
from subsidy.reference.secret import masked
from subsidy.reference.selectors import area_names
from workflow import clock, perform
from workflow.states import APPLICANT_NAMES, State

LATEST = 50
NO_CASES = gettext_lazy("没有您可以查看的申报案件。")


class Link(NamedTuple):
    """One thing that can be done here."""

    label: str
    href: str


CASES = (
    Column("number", gettext_lazy("案件编号"), Kind.LINK, css="nw docno", head=True,
           href=lambda case: reverse("desk:case", args=[case.number])),
    Column("title", gettext_lazy("项目（群）"), css="zh", accessor=lambda case: case.title or case.call.title),
    Column("state", gettext_lazy("状态"), Kind.TAG, accessor=lambda case: Tag(APPLICANT_NAMES[State(case.state)], "")),
    Column("filed_at", gettext_lazy("提交时间"), Kind.DATETIME),
)  # fmt: skip
OWN_CASES = (replace(CASES[0], href=lambda case: reverse("cases:overview", args=[case.number])), *CASES[1:])
NAMES = (
    Column("name", gettext_lazy("曾用名"), head=True),
    Column("valid_to", gettext_lazy("更名日期"), Kind.DATE),
    Column("document", gettext_lazy("证明文件"), Kind.LINK,
           href=lambda row: _evidence(row.enterprise_id, row.evidence)),
)  # fmt: skip
ACCOUNTS = (
    Column("holder", gettext_lazy("户名"), head=True),
    Column("masked_number", gettext_lazy("账号"), css="nw"),
    Column("bank", gettext_lazy("开户行")),
    Column("given_at", gettext_lazy("提供时间"), Kind.DATETIME),
)
MEMBERSHIPS = (
    Column(
        "cluster",
        gettext_lazy("集群"),
        Kind.LINK,
        head=True,
        href=lambda row: reverse("clusters:detail", args=[row.cluster_id]),
    ),
    Column("is_head", gettext_lazy("身份"), accessor=lambda row: _("头部企业") if row.is_head else _("成员")),
    Column("valid_from", gettext_lazy("自"), Kind.DATE),
    Column("valid_to", gettext_lazy("至（不含）"), Kind.DATE),
)
PROJECTS = (
    Column(
        "name", gettext_lazy("项目名称"), Kind.LINK, head=True, href=lambda row: reverse("desk:project", args=[row.pk])
    ),
    Column("filing_number", gettext_lazy("立项文号"), css="nw"),
    Column("total_investment", gettext_lazy("立项总投资"), Kind.MONEY_WAN),
)


@needs(Right.READ_REGISTERS, Right.FILE)
@require_safe
def enterprise(request: Request, pk: int) -> HttpResponse:
    """One enterprise with everything that the reader may see of it."""
    row = selectors.one(selectors.visible_to(request.actor), pk)
    is_own = pk in request.actor.enterprises
    keeps = not is_own and may_keep(request.actor, *row.places())
    context = {
        "row": row, "state": state_tag(row), "facts": _facts(row, is_own or keeps), "is_own": is_own,
        "links": _links(request, row, keeps), "tables": _tables(request, row, is_own, keeps),
        "successor": Succession.objects.filter(predecessor=row).select_related("successor").first(),
        "predecessors": list(row.successions.select_related("predecessor").order_by("effective_on", "pk")),
        "proposals": selectors.open_proposals(row),
        "entries": [] if is_own else chronicle(row),
    }  # fmt: skip
    return render(request, "desk/enterprise.html", context)


def _facts(row: Enterprise, whole: bool) -> list[tuple[str, str]]:
    """What the register says; the telephone as a whole for the enterprise and its keeper only."""
    names = area_names([row.area, row.production_area])
    facts = [
        (_("统一社会信用代码"), row.credit_code),
        (_("校验位不符的说明"), row.credit_code_reason),
        (_("法定代表人"), row.legal_person),
        (_("注册地"), names.get(row.area, row.area)),
        (_("生产经营地"), names.get(row.production_area, row.production_area)),
        (_("地址"), row.address),
        (_("成立日期"), row.established_on.isoformat() if row.established_on else ""),
        (_("分支机构"), _("是") if row.is_branch else ""),
        (_("行业代码"), row.industry),
        (_("联系人"), row.contact_name),
        (_("联系电话"), row.contact_phone if whole or not row.contact_phone else masked(row.contact_phone)),
    ]
    return [(str(label), value) for label, value in facts if value]


def _links(request: Request, row: Enterprise, keeps: bool) -> list[Link]:
    """Where a reader finds the credit history, and what the keeper may do with the row."""
    may_read = request.actor.has(Right.READ_CREDIT)
    credit = [Link(_("信用记录"), reverse("credit:enterprise", args=[row.pk]))] if may_read else []
    if not keeps:
        return credit
    links = [
        *credit,
        Link(_("修改登记"), reverse("enterprises:edit", args=[row.pk])),
        Link(_("变更名称"), reverse("enterprises:rename", args=[row.pk])),
        Link(_("登记事故"), reverse("enterprises:accident", args=[row.pk])),
    ]
    verbs = {"succeed": _("登记承继"), "strike": _("登记注销"), "restore": _("恢复登记")}
    allowed = perform.allowed(row, request.actor)
    return links + [
        Link(verbs[code], reverse(f"enterprises:{code}", args=[row.pk])) for code in verbs if code in allowed
    ]


def _tables(request: Request, row: Enterprise, is_own: bool, keeps: bool) -> list[Table]:
    found = cases.visible_to(request.actor).filter(enterprise=row).select_related("call").order_by("-pk")[:LATEST]
    bars = Bar.in_force(clock.today()).filter(enterprise__in=answers_for([row.pk])[row.pk])
    members = row.memberships.select_related("cluster").order_by("-valid_from", "pk")
    lists: list[tuple[str, Any, Any, str]] = [
        (
            "bars",
            FOLLOWING_BARS,
            bars.select_related("enterprise").order_by("valid_from", "pk"),
            _("正在执行的禁止申报"),
        ),
        ("accidents", accident_columns(keeps), row.accidents.order_by("-happened_on", "-pk"), _("事故记录")),
        ("cases", OWN_CASES if is_own else CASES, found, _("申报案件")),
        ("names", NAMES, row.former_names.order_by("-valid_to"), _("曾用名")),
        ("members", MEMBERSHIPS, members, _("所属集群")),
        ("projects", PROJECTS, row.projects.order_by("-pk")[:LATEST], _("项目")),
        ("accounts", ACCOUNTS, row.accounts.order_by("-pk"), _("收款账户")),
    ]
    made = [
        prepare(columns, rows, caption=caption, name=name, empty=NO_CASES) for name, columns, rows, caption in lists
    ]
    return [table for table in made if table.rows or table.id == "cases"]


def _evidence(pk: int, digest: str) -> str:
    return reverse("enterprises:evidence", args=[pk, digest]) if digest else ""
