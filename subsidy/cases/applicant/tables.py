"""The lists on the applicant's pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from subsidy.cases.applicant.words import state_tag
from subsidy.cases.models import Case, ClaimedLine
from subsidy.cases.province import WAITING
from subsidy.papers.columns import Column, Kind, Link, Tag


def _title(case: Case) -> str:
    return case.title or case.call.title


def _state(case: Any) -> Tag:
    """The state; `waits_for_province` is a column of the list (cases.province)."""
    tag = state_tag(case)
    return Tag(f"{tag.text} · {WAITING}", tag.tone) if case.waits_for_province else tag


def _line_address(line: ClaimedLine) -> str:
    return reverse("cases:line", args=[line.project.case.number, line.pk])


MINE = (
    Column("number", _("案件编号"), Kind.LINK, head=True, href=lambda c: reverse("cases:overview", args=[c.number])),
    Column("title", _("项目（群）"), css="zh-l", accessor=_title),
    Column("enterprise", _("申报单位"), css="zh"),
    Column("state", _("状态"), Kind.TAG, accessor=_state),
    Column("closes", _("申报截止"), Kind.DATETIME, accessor=lambda c: c.call.closes_at),
    Column("cap", _("政策上限"), Kind.MONEY_WAN),
)


def lines_columns(categories: dict[str, Any], notes: dict[int, str], *, editable: bool) -> tuple[Column, ...]:
    """Claimed lines (元); ``notes`` are what the platform remarks about a line, by its id."""
    columns = (
        Column("number", _("序号"), Kind.NUMBER, head=True),
        Column("project", _("项目"), css="zh", accessor=lambda line: line.project.project.name),
        Column("category", _("费用类别"), Kind.TAG, accessor=lambda line: _category(categories[line.category])),
        Column("summary", _("摘要"), css="zh"),
        Column("invoice", _("发票号码"), css="nw"),
        Column("dated", _("开票日期"), Kind.DATE),
        Column("gross", _("含税金额"), Kind.MONEY_YUAN, total=True),
        Column("paid", _("已付款"), Kind.MONEY_YUAN, total=True),
        Column("claimed", _("申报金额"), Kind.MONEY_YUAN, total=True),
        Column("note", _("系统提示"), css="zh", accessor=lambda line: notes.get(line.pk, "")),
    )
    if not editable:
        return columns
    return (*columns, Column("act", _("操作"), Kind.ACTIONS, accessor=_acts))


def _category(category: Any) -> Tag:
    return Tag(category.label, "" if category.counts else "you")


def _acts(line: ClaimedLine) -> list[Link]:
    address = _line_address(line)
    return [Link(_("修改"), address, f"{line.number}"), Link(_("删除"), f"{address}remove/", f"{line.number}")]
