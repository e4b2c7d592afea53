"""Lists of notices and objections."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from subsidy.notices.models import Notice, Objection
from subsidy.notices.words import batch_words
from subsidy.papers.columns import Column, Kind, Table, Tag, prepare

NOTICE_TONES = {"draft": "", "signing": "you", "published": "pub", "closed": "done"}
OBJECTION_TONES = {"received": "you", "handling": "run", "upheld": "bad", "dismissed": "done", "lead": "done"}


def _notice_tag(notice: Notice) -> Tag:
    return Tag(notice.get_state_display(), NOTICE_TONES[notice.state])


def _objection_tag(objection: Objection) -> Tag:
    return Tag(objection.get_state_display(), OBJECTION_TONES[objection.state])


def _batch(notice: Notice) -> str:
    return batch_words(notice.batch)


def _named(notice: Notice) -> str:
    """The title of a notice with what tells it from others of the same title."""
    return f"{notice.title}（{notice.number or batch_words(notice.batch)}）"


NOTICES = (
    Column(
        "title", _("公示"), Kind.LINK, css="zh-l", head=True,
        href=lambda notice: reverse("notices:detail", args=[notice.pk]),
    ),
    Column("batch", _("批次"), css="nw", accessor=_batch),
    Column("number", _("发文字号"), css="docno"),
    Column("state", _("状态"), Kind.TAG, accessor=_notice_tag),
    Column("count", _("项目数"), Kind.NUMBER),
    Column("starts_on", _("开始日"), Kind.DATE),
    Column("ends_on", _("截止日"), Kind.DATE),
    Column("open_objections", _("未结异议"), Kind.NUMBER),
)  # fmt: skip

PUBLIC_NOTICES = (
    Column(
        "title", _("公示"), Kind.LINK, css="zh-l", head=True,
        href=lambda notice: reverse("notices:public", args=[notice.pk]),
    ),
    Column("batch", _("批次"), css="nw", accessor=_batch),
    Column("number", _("发文字号"), css="docno"),
    Column("agency", _("发布单位"), accessor=lambda notice: notice.agency.name),
    Column("state", _("状态"), Kind.TAG, accessor=_notice_tag),
    Column("starts_on", _("开始日"), Kind.DATE),
    Column("ends_on", _("截止日"), Kind.DATE),
)  # fmt: skip

CASES = (
    Column("number", _("案件编号"), head=True),
    Column("enterprise", _("单位名称"), css="zh", accessor=lambda case: case.enterprise.name),
    Column("area", _("所在地"), accessor=lambda case: case.area_name or case.local_agency.short_name),
    Column("title", _("项目"), css="zh"),
    Column("cap", _("政策上限"), Kind.MONEY_WAN, total=True),
)


ROWS = (
    Column("position", _("序号"), Kind.NUMBER, head=True),
    Column("area", _("所在地")),
    Column("enterprise", _("单位名称"), css="zh"),
    Column("title", _("项目名称"), css="zh"),
    Column("recognised", _("认定投资额"), Kind.MONEY_WAN, total=True),
    Column("cap", _("支持金额上限"), Kind.MONEY_WAN, total=True),
)

OBJECTIONS = (
    Column(
        "number", _("受理编号"), Kind.LINK, head=True,
        href=lambda objection: reverse("notices:objection", args=[objection.pk]),
    ),
    Column("state", _("状态"), Kind.TAG, accessor=_objection_tag),
    Column("notice", _("公示"), css="zh", accessor=lambda objection: _named(objection.notice)),
    Column("received_at", _("收到时间"), Kind.DATETIME),
)  # fmt: skip


def rows_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a notice's content with amounts as numbers (元)."""
    return [{**row, "recognised": Decimal(row["recognised"]), "cap": Decimal(row["cap"])} for row in content["rows"]]


def rows_table(content: Mapping[str, Any]) -> Table:
    """The list of a notice as its page shows it, under the measure's own name for what is listed."""
    caption = _t("%(what)s项目表") % {"what": content.get("what", "")}
    return prepare(ROWS, rows_of(content), caption=caption, name="rows", empty=_("名单为空"))
