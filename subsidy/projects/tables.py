"""The columns of the register of projects and of what hangs on one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from subsidy.papers.columns import Column, Kind, Link, Tag
from subsidy.projects.models import MeasuredProject, Project

TONES = {Project.State.LISTED: "good", Project.State.STRUCK: "done"}
ARGUED = {True: _("已通过"), False: _("未通过"), None: ""}


def state_tag(row: Project) -> Tag:
    """Where it stands in the register."""
    return Tag(row.get_state_display(), TONES[Project.State(row.state)])


def address(row: Project) -> str:
    """The page of a project; it is made of several apps and lies on the desk."""
    return reverse("desk:project", args=[row.pk])


def columns(places: Mapping[str, str]) -> tuple[Column, ...]:
    """The list's columns; `places` are names of areas by code."""
    return (
        Column("name", _("项目名称"), Kind.LINK, css="zh", head=True, href=address),
        Column("enterprise", _("实施单位"), css="zh"),
        Column("filing_number", _("立项文号"), css="docno"),
        Column("area", _("建设地点"), accessor=lambda row: places.get(row.area, row.area)),
        Column("filing_date", _("立项日期"), Kind.DATE),
        Column("total_investment", _("立项总投资"), Kind.MONEY_WAN),
        Column("state", _("登记状态"), Kind.TAG, accessor=state_tag),
    )


def sheet_columns(places: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns of the workbook: those of the list, and what only the page shows."""
    return (
        *columns(places),
        Column("credit_code", _("实施单位统一社会信用代码"), accessor=lambda row: row.enterprise.credit_code),
        Column("code", _("项目代码")),
        Column("filing_kind", _("立项类型"), accessor=lambda row: row.get_filing_kind_display()),
        Column("industry", _("行业代码")),
        Column("expected_investment", _("预计完成总投资"), Kind.MONEY_WAN),
        Column("started_on", _("开工日期"), Kind.DATE),
        Column("finished_on", _("完工日期"), Kind.DATE),
    )


YEARS = (
    Column("year", _("年度"), head=True, accessor=lambda row: str(row.year)),
    Column("total", _("完成总投资"), Kind.MONEY_WAN, total=True),
    Column("fixed_assets", _("新增固定资产投资"), Kind.MONEY_WAN, total=True),
)
PARTNERS = (
    Column("name", _("合作单位"), css="zh", head=True),
    Column("role", _("类别"), accessor=lambda row: row.get_role_display()),
    Column("code", _("统一社会信用代码"), css="nw"),
    Column("task", _("承担内容"), css="zh"),
    Column("valid_from", _("自"), Kind.DATE),
    Column("valid_to", _("至"), Kind.DATE),
)
ASSETS = (
    Column("number", _("资产编号"), head=True),
    Column("name", _("资产名称"), css="zh"),
    Column("model", _("规格型号")),
    Column("acquired_on", _("购置日期"), Kind.DATE),
    Column("amount", _("原值"), Kind.MONEY_YUAN),
    Column("supported", _("其他财政资金"), accessor=lambda row: _("已获支持") if row.supported else ""),
)
INVOICES = (
    Column("number", _("发票号码"), css="nw", head=True),
    Column("seller", _("销售方"), css="zh"),
    Column("dated", _("开票日期"), Kind.DATE),
    Column("summary", _("摘要"), css="zh"),
    Column("gross", _("金额（含税）"), Kind.MONEY_YUAN),
    Column("tax", _("其中税额"), Kind.MONEY_YUAN),
)
FUNDING = (
    Column("programme", _("资金名称"), css="zh", head=True),
    Column("level", _("级别"), accessor=lambda row: row.get_level_display()),
    Column("year", _("年度"), accessor=lambda row: str(row.year)),
    Column("amount", _("金额"), Kind.MONEY_YUAN),
    Column("document", _("文号"), css="docno"),
    Column(
        "struck",
        _("状态"),
        Kind.TAG,
        accessor=lambda row: Tag(_("已作废"), "done") if row.struck else Tag(_("有效"), "good"),
    ),
)
APPROVALS = (
    Column("measured", _("测算项目"), head=True, accessor=lambda row: measured_name(row.measured)),
    Column("outcome", _("结果"), accessor=lambda row: row.get_outcome_display()),
    Column("amount", _("省核定奖励额度（核减的，为核减后）"), Kind.MONEY_YUAN),
    Column("document", _("文号"), css="docno"),
    Column("decided_on", _("核定日期"), Kind.DATE),
)


def measured_name(row: MeasuredProject) -> str:
    """Kind and round of a measured project."""
    return f"{row.get_kind_display()} {row.round}"


def _verbs(row: MeasuredProject) -> list[Link]:
    href = reverse("projects:approve_measured", args=[row.project_id, row.pk])
    return [Link(_("登记省核定结果"), href, measured_name(row))]


def measured_columns(keeps: bool) -> tuple[Column, ...]:
    """Measured projects; the keeper may add the province's decision."""
    shown = (
        Column("kind", _("类别"), head=True, accessor=lambda row: row.get_kind_display()),
        Column("round", _("测算年度"), accessor=lambda row: str(row.round)),
        Column("reported_on", _("上报日期"), Kind.DATE),
        Column("argued", _("项目论证评估"), accessor=lambda row: ARGUED[row.argued]),
    )
    return (*shown, Column("actions", _("操作"), Kind.ACTIONS, accessor=_verbs)) if keeps else shown


def corrected(columns: tuple[Column, ...], code: str, keeps: bool) -> tuple[Column, ...]:
    """What hangs on a project; the keeper may put it right, and strike what can be struck."""

    def verbs(row: Any) -> list[Link]:
        if getattr(row, "struck", False):
            return []
        found = [Link(_("更正"), reverse(f"projects:correct_{code}", args=[row.project_id, row.pk]), str(row))]
        if hasattr(row, "struck"):
            found.append(Link(_("作废"), reverse(f"projects:strike_{code}", args=[row.project_id, row.pk]), str(row)))
        return found

    return (*columns, Column("actions", _("操作"), Kind.ACTIONS, accessor=verbs)) if keeps else columns
