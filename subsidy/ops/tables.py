"""The columns of the auditor's lists and of the public list of seals."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from subsidy.accounts import access_log
from subsidy.accounts.chronicle import name_acted
from subsidy.desk import wording
from subsidy.ops.filters import KINDS_OF_ACCESS
from subsidy.papers.columns import Column, Kind, Link, Tag
from workflow import clock
from workflow.models import Access, Event, Seal


def _kind(row: Event) -> str:
    try:
        return str(apps.get_model(row.subject_kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return row.subject_kind


def _states(row: Event) -> str:
    """The state, or from which to which, as the kind of subject calls them."""
    try:
        names = dict(apps.get_model(row.subject_kind)._meta.get_field("state").flatchoices)
    except (LookupError, ValueError):
        names = {}
    before, after = (str(names.get(state, state)) for state in (row.from_state, row.to_state))
    return after if before == after else f"{before} → {after}"


def _evidence(row: Event) -> str:
    return "；".join(f"{key}={value}" for key, value in row.evidence.items())[:500]


def _extract(row: Event) -> list[Link]:
    return [Link(_("下载摘录"), reverse("ops:extract", args=[row.subject_kind, row.subject_id]), row.subject_number)]


def _access(row: Access) -> Tag:
    is_refusal = row.kind in {access_log.REFUSED, access_log.NOT_FOUND}
    return Tag(KINDS_OF_ACCESS.get(row.kind, row.kind), "bad" if is_refusal else "")


EVENTS: Sequence[Column] = (
    Column("business_at", _("办理时间"), Kind.DATETIME),
    Column("kind", _("事项类别"), accessor=_kind),
    Column("subject_number", _("编号"), css="zh", head=True),
    Column("number", _("序号"), Kind.NUMBER),
    Column("move", _("办理动作"), accessor=lambda row: wording.entry_name(row.subject_kind, row.move), css="zh"),
    Column("states", _("状态"), accessor=_states, css="zh"),
    Column("actor_name", _("人员"), css="nw", accessor=name_acted),
    Column("agency_name", _("单位"), css="zh"),
    Column("address", _("IP 地址"), css="nw"),
    Column("note", _("意见"), css="zh"),
    Column("actions", _("操作"), Kind.ACTIONS, accessor=_extract),
)
EVENTS_SHEET: Sequence[Column] = (
    *EVENTS,
    Column("evidence", _("依据"), accessor=_evidence),
    Column("real_at", _("系统时间"), Kind.DATETIME),
    Column("digest", _("摘要"), css="digest"),
)
ACCESSES: Sequence[Column] = (
    Column("at", _("时间"), Kind.DATETIME, accessor=lambda row: clock.on_business_clock(row.at)),
    Column("kind", _("类别"), Kind.TAG, accessor=_access),
    Column("actor_name", _("人员"), css="nw", head=True),
    Column("unit", _("单位"), css="zh"),
    Column("address", _("IP 地址"), css="nw"),
    Column("method", _("方式"), css="nw"),
    Column("path", _("页面地址"), css="nw"),
    Column("result", _("内容或结果"), css="zh"),
    Column("purpose", _("用途"), css="zh"),
)
PUBLIC_SEALS: Sequence[Column] = (
    Column("number", _("序号"), Kind.NUMBER, head=True),
    Column("business_at", _("封签时间"), Kind.DATETIME),
    Column("size", _("累计条数"), Kind.NUMBER),
    Column("algorithm", _("算法"), css="nw"),
    Column("digest", _("封签摘要"), css="digest"),
    Column("root", _("根"), css="digest"),
)
SEALS: Sequence[Column] = (
    *PUBLIC_SEALS[:3],
    Column("count", _("本次条数"), Kind.NUMBER),
    PUBLIC_SEALS[3],
    Column("checked", _("核验"), Kind.TAG),
    PUBLIC_SEALS[4],
)


def seal_row(seal: Seal, before: int, fault: str) -> dict[str, Any]:
    """A seal with what became of looking at it again; `before` is the size of the one before."""
    checked = Tag(fault, "bad") if fault else Tag(_("相符"), "good")
    return {
        "number": seal.number, "business_at": seal.business_at, "size": seal.size, "count": seal.size - before,
        "algorithm": seal.algorithm, "checked": checked, "digest": seal.digest,
    }  # fmt: skip
