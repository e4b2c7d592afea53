"""The columns of the register of enterprises."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.enterprises.models import Enterprise
from subsidy.papers.columns import Column, Kind, Tag

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
