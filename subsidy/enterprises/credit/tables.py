"""The lists on the pages of credit and bars."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from subsidy.enterprises.credit import bars, measures
from subsidy.enterprises.credit.models import Bar, CreditCheck, ListEntry, ListImport
from subsidy.enterprises.models import Enterprise
from subsidy.papers.columns import Column, Kind, Link, Tag
from workflow import clock

IMPORT_TONES = {"draft": "you", "recorded": "good", "discarded": "done"}


def said(listed: bool) -> Tag:
    """What a list says, as a tag."""
    return Tag(_("列入"), "bad") if listed else Tag(_("未列入"), "good")


def bar_tag(bar: Bar) -> Tag:
    """Whether a bar runs today."""
    today = clock.today()
    if bar.state == Bar.State.LIFTED:
        return Tag(_("已解除"), "done")
    if bar.valid_from > today:
        return Tag(_("尚未开始"), "you")
    if bar.valid_to is not None and bar.valid_to <= today:
        return Tag(_("已期满"), "done")
    return Tag(_("执行中"), "bad")


def import_tag(row: ListImport) -> Tag:
    """Where an import stands."""
    return Tag(row.get_state_display(), IMPORT_TONES[row.state])


def enterprise_address(pk: int) -> str:
    """The page of an enterprise's credit history."""
    return reverse("credit:enterprise", args=[pk])


LISTS = (
    Column("name", _("名单"), head=True),
    Column("authority", _("发布单位"), css="zh"),
    Column(
        "measure",
        _("适用政策"),
        accessor=lambda row: measures.title(row.measure) if row.measure else _t("各政策按条款"),
    ),
    Column("as_of", _("最近一份数据日期"), Kind.DATE, accessor=lambda row: row.newest_as_of),
    Column("count", _("快照数"), Kind.NUMBER, accessor=lambda row: row.snapshots),
)
IMPORTS = (
    Column(
        "number", _("编号"), Kind.LINK, css="nw", head=True, href=lambda row: reverse("credit:import", args=[row.pk])
    ),
    Column("credit_list", _("名单"), accessor=lambda row: row.credit_list.name),
    Column("coverage", _("范围"), accessor=lambda row: row.get_coverage_display()),
    Column("as_of", _("数据日期"), Kind.DATE),
    Column("source", _("来源"), css="zh"),
    Column("rows", _("行数"), Kind.NUMBER),
    Column("agency", _("登记单位"), accessor=lambda row: row.agency.short_name),
    Column("operator", _("经办人"), accessor=lambda row: row.operator.name),
    Column("made_at", _("登记时间"), Kind.DATETIME),
    Column("state", _("状态"), Kind.TAG, accessor=import_tag),
)
ENTRIES = (
    Column("position", _("行号"), Kind.NUMBER, head=True),
    Column("credit_code", _("统一社会信用代码"), css="nw"),
    Column("name", _("单位名称"), css="zh"),
    Column("listed", _("结果"), Kind.TAG, accessor=lambda row: said(row.listed)),
    Column("reference", _("案号或文号"), css="zh"),
    Column("listed_on", _("列入日期"), Kind.DATE),
)
FAULTS = (
    Column("row", _("行号"), Kind.NUMBER, head=True),
    Column("text", _("未收入的原因"), css="zh-l"),
)
CHANGES = (
    Column(
        "name",
        _("企业"),
        Kind.LINK,
        css="zh",
        head=True,
        accessor=lambda row: row.enterprise.name,
        href=lambda row: enterprise_address(row.enterprise.pk),
    ),
    Column("code", _("统一社会信用代码"), css="nw", accessor=lambda row: row.enterprise.credit_code),
    Column(
        "before", _("此前"), Kind.TAG, accessor=lambda row: Tag(_("无记录")) if row.before is None else said(row.before)
    ),
    Column("now", _("本次"), Kind.TAG, accessor=lambda row: said(row.now)),
)
HINTS = (
    Column("line", _("名单中的名称"), css="zh", head=True, accessor=lambda row: row[0].name),
    Column("name", _("同名企业"), css="zh", accessor=lambda row: row[1].name),
    Column("code", _("统一社会信用代码"), css="nw", accessor=lambda row: row[1].credit_code),
    Column("act", _("操作"), Kind.ACTIONS, accessor=lambda row: [_look_up(*row)]),
)


def check_columns(names: Mapping[str, str]) -> tuple[Column, ...]:
    """A credit history; `names` are the lists' by code."""
    return (
        Column("checked_at", _("核查时间"), Kind.DATETIME, head=True),
        Column("point", _("环节"), accessor=lambda row: row.get_point_display()),
        Column("list", _("名单"), accessor=lambda row: names[row.list]),
        Column("listed", _("结果"), Kind.TAG, accessor=lambda row: said(row.listed)),
        Column("reference", _("案号或文号"), css="zh"),
        Column("as_of", _("数据日期"), Kind.DATE, accessor=lambda row: row.as_of or row.checked_at),
        Column("source", _("来源"), css="zh"),
        Column("operator", _("经办人"), accessor=lambda row: row.operator.name if row.operator else _t("系统")),
        Column("statement", _("依据快照"), Kind.LINK, css="nw", accessor=_number, href=_statement),
    )


def listed_columns(names: Mapping[str, str]) -> tuple[Column, ...]:
    """Enterprises that stand on a list now."""
    return (
        Column(
            "enterprise", _("企业"), Kind.LINK, css="zh", head=True,
            accessor=lambda row: row.enterprise.name, href=lambda row: enterprise_address(row.enterprise_id),
        ),
        Column("code", _("统一社会信用代码"), css="nw", accessor=lambda row: row.enterprise.credit_code),
        Column("list", _("名单"), accessor=lambda row: names[row.list]),
        Column("reference", _("案号或文号"), css="zh"),
        Column("as_of", _("数据日期"), Kind.DATE, accessor=lambda row: row.as_of or row.checked_at),
        Column("source", _("来源"), css="zh"),
    )  # fmt: skip


def _look_up(line: ListEntry, firm: Enterprise) -> Link:
    address = reverse("credit:look_up")
    return Link(_t("登记查询"), f"{address}?code={firm.credit_code}&list={line.statement.credit_list_id}", firm.name)


def _number(row: CreditCheck) -> str:
    return row.statement.number if row.statement else ""


def _statement(row: CreditCheck) -> str:
    return reverse("credit:import", args=[row.statement_id]) if row.statement_id else ""


BARS = (
    Column(
        "enterprise", _("企业"), Kind.LINK, css="zh", head=True,
        accessor=lambda row: row.enterprise.name, href=lambda row: reverse("credit:bar", args=[row.pk]),
    ),
    Column("code", _("统一社会信用代码"), css="nw", accessor=lambda row: row.enterprise.credit_code),
    Column("measure", _("适用范围"), accessor=lambda row: measures.title(row.measure)),
    Column("valid_from", _("开始日期"), Kind.DATE),
    Column("until", _("期限"), accessor=bars.until),
    Column("source", _("依据"), css="zh"),
    Column("decision", _("处理决定文号"), css="nw"),
    Column("state", _("状态"), Kind.TAG, accessor=bar_tag),
)  # fmt: skip
BARS_SHEET = (
    *BARS,
    Column("reason", _("理由")),
    Column("agency", _("登记单位"), accessor=lambda row: row.agency.short_name if row.agency else ""),
    Column("lifted_on", _("解除日期"), Kind.DATE),
    Column("lift_reason", _("解除理由")),
)
