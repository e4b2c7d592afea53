"""The columns of the register of clusters."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from subsidy.clusters.models import Cluster, Membership, Recognition
from subsidy.papers.columns import Column, Kind, Link, Tag
from workflow import clock

TONES = {Cluster.State.LISTED: "good", Cluster.State.STRUCK: "done"}


def state_tag(row: Cluster) -> Tag:
    """Where it stands in the register."""
    return Tag(row.get_state_display(), TONES[Cluster.State(row.state)])


def address(row: Cluster) -> str:
    """The page of a cluster."""
    return reverse("clusters:detail", args=[row.pk])


def _holding(row: Cluster, day: date) -> list[Recognition]:
    return [one for one in row.recognitions.all()
            if one.valid_from <= day and (one.valid_to is None or day < one.valid_to)]  # fmt: skip


def _levels(row: Cluster) -> str:
    return "、".join(one.get_level_display() for one in _holding(row, clock.today()))


def _documents(row: Cluster) -> str:
    return "、".join(one.document for one in _holding(row, clock.today()))


CLUSTERS = (
    Column("name", _("集群名称"), Kind.LINK, css="zh", head=True, href=address),
    Column("code", _("集群编号"), css="nw"),
    Column("level", _("现行级别"), accessor=_levels),
    Column("document", _("认定文件"), accessor=_documents),
    Column("organisation", _("集群发展促进组织")),
    Column("members", _("现有成员"), Kind.NUMBER),
    Column("heads", _("头部企业"), Kind.NUMBER),
    Column("state", _("登记状态"), Kind.TAG, accessor=state_tag),
)


def _enterprise(row: Membership) -> str:
    return reverse("desk:enterprise", args=[row.enterprise_id])


def _role(row: Membership) -> Tag:
    return Tag(_("头部企业"), "run") if row.is_head else Tag(_("成员"))


MEMBERS = (
    Column("enterprise", _("单位名称"), Kind.LINK, css="zh", head=True, href=_enterprise),
    Column("credit_code", _("统一社会信用代码"), css="nw", accessor=lambda row: row.enterprise.credit_code),
    Column("role", _("身份"), Kind.TAG, accessor=_role),
    Column("valid_from", _("加入日期"), Kind.DATE),
    Column("valid_to", _("退出日期（不含）"), Kind.DATE),
)
RECOGNITIONS = (
    Column("level", _("级别"), head=True, accessor=lambda row: row.get_level_display()),
    Column("document", _("认定文件"), css="zh"),
    Column("valid_from", _("认定日期"), Kind.DATE),
    Column("valid_to", _("终止日期（不含）"), Kind.DATE),
)


def verbs_of(kind: str) -> Column:
    """The verbs of a dated row: it ends when it has no end yet, and can be put right."""

    def verbs(row: Membership | Recognition) -> list[Link]:
        at = [row.cluster_id, row.pk]
        ends = [Link(_("登记终止"), reverse(f"clusters:end_{kind}", args=at), str(row))] if row.valid_to is None else []
        return [*ends, Link(_("更正"), reverse(f"clusters:correct_{kind}", args=at), str(row))]

    return Column("actions", _("操作"), Kind.ACTIONS, accessor=verbs)
