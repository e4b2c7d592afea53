"""The columns of the register of enterprises."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.enterprises.models import Accident, Enterprise, SuccessionProposal
from subsidy.papers.columns import Column, Kind, Link, Tag

TONES = {Enterprise.State.LISTED: "good", Enterprise.State.STRUCK: "done", Enterprise.State.SUCCEEDED: "exp"}


def state_tag(row: Enterprise) -> Tag:
    """Where it stands in the register."""
    return Tag(row.get_state_display(), TONES[Enterprise.State(row.state)])


def address(row: Enterprise) -> str:
    """The page of an enterprise; it is made of several apps and lies on the desk."""
    return reverse("desk:enterprise", args=[row.pk])


def columns(places: Mapping[str, str]) -> tuple[Column, ...]:
    """The list's columns; `places` are names of areas by code. Former names must be prefetched."""
    return (
        Column("name", _("单位名称"), Kind.LINK, css="zh", head=True, href=address),
        Column("credit_code", _("统一社会信用代码"), css="nw"),
        Column("area", _("注册地"), accessor=lambda row: places.get(row.area, row.area)),
        Column("production_area", _("生产经营地"), accessor=lambda row: places.get(row.production_area, "")),
        Column("legal_person", _("法定代表人"), css="nw"),
        Column("former", _("曾用名"), accessor=lambda row: "、".join(one.name for one in row.former_names.all())),
        Column("state", _("登记状态"), Kind.TAG, accessor=state_tag),
    )


def sheet_columns(places: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns of the workbook: those of the list, and what only the page shows."""
    return (
        *columns(places),
        Column("address", _("地址")),
        Column("established_on", _("成立日期"), Kind.DATE),
        Column("industry", _("行业代码")),
        Column("contact_name", _("联系人")),
    )


PROPOSAL_TONES = {"proposed": "you", "confirmed": "good", "declined": "bad", "withdrawn": "done"}


def proposal_tag(row: SuccessionProposal) -> Tag:
    """What became of a proposed succession."""
    return Tag(row.get_state_display(), PROPOSAL_TONES[row.state])


PROPOSALS = (
    Column("predecessor", gettext_lazy("被承继单位"), Kind.LINK, css="zh", head=True,
           href=lambda row: reverse("enterprises:proposal", args=[row.pk])),
    Column("heir", gettext_lazy("承继单位"), css="zh"),
    Column("kind", gettext_lazy("承继方式"), accessor=lambda row: row.get_kind_display()),
    Column("effective_on", gettext_lazy("生效日期"), Kind.DATE),
    Column("proposed_at", gettext_lazy("提请时间"), Kind.DATETIME),
    Column("proposed_by", gettext_lazy("提请人"), accessor=lambda row: row.proposed_by.name),
    Column("state", gettext_lazy("状态"), Kind.TAG, accessor=proposal_tag),
)  # fmt: skip
FOLLOWING_BARS = (
    Column("reason", gettext_lazy("禁止申报的原因"), head=True),
    Column("enterprise", gettext_lazy("被处理单位")),
    Column("source", gettext_lazy("来源")),
    Column("valid_from", gettext_lazy("自"), Kind.DATE),
    Column("valid_to", gettext_lazy("至（不含）"), Kind.DATE),
)
"""The bars in force on an enterprise, as its page and a proposed succession show them."""


def accident_columns(keeps: bool) -> tuple[Column, ...]:
    """Accidents on record; the keeper may put one right or strike it."""
    shown = (
        Column("kind", _("事故类别"), head=True, accessor=lambda row: row.get_kind_display()),
        Column("happened_on", _("发生日期"), Kind.DATE),
        Column("major", _("重大事故"), accessor=lambda row: _("是") if row.major else _("否")),
        Column("document", _("认定文件或来源"), css="zh"),
        Column(
            "struck", _("状态"), Kind.TAG,
            accessor=lambda row: Tag(_("已作废"), "done") if row.struck else Tag(_("有效"), "good"),
        ),
    )  # fmt: skip
    return (*shown, Column("actions", _("操作"), Kind.ACTIONS, accessor=_accident_verbs)) if keeps else shown


def _accident_verbs(row: Accident) -> list[Link]:
    if row.struck:
        return []
    at = [row.enterprise_id, row.pk]
    return [
        Link(_("更正"), reverse("enterprises:correct_accident", args=at), str(row)),
        Link(_("作废"), reverse("enterprises:strike_accident", args=at), str(row)),
    ]
