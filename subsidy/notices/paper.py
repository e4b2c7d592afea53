"""公示 as an official paper: the published content, printed when somebody first opens it; of a draft a preview."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from subsidy.notices.models import Notice
from subsidy.notices.publish import content_of
from subsidy.papers import issue, pdf
from subsidy.papers.contents import Grid, Heading
from subsidy.papers.contents import Notice as NoticeContent
from subsidy.papers.models import Paper
from subsidy.reference import formats
from workflow import clock

HEADINGS = (
    Heading("序号", 7, "center"), Heading("所在地", 11, "center"), Heading("单位名称", 29), Heading("项目名称", 21),
    Heading("认定投资额", 16, "right"), Heading("支持金额上限", 16, "right"),
)  # fmt: skip
OBJECTIONS = (
    "对公示项目有异议的，请在公示期内提出。个人应提供真实姓名和联系方式；单位应提供单位名称、联系人和联系方式，并加盖公章。"
    "匿名、无法核实或逾期提出的，可能不予受理。我们对异议人信息保密。"
)
CONTACTS = (
    ("person", "联系人"), ("phone", "电话"), ("address", "地址"), ("postcode", "邮编"), ("mail", "电子邮箱"),
)  # fmt: skip


def paper(notice: Notice) -> Paper:
    """The paper of a published notice: the one that was issued, or issued now. Raises ValueError for a draft."""
    if notice.published_at is None:
        raise ValueError("a draft has no paper")
    content = _content(notice.content, notice.published_at)
    return issue.issue(_header(notice, notice.content), content, notice.published_at, version=1)


def draft(notice: Notice) -> pdf.Rendered:
    """The pages as they would be published now, with 草稿 across them; nothing is stored."""
    content, now = content_of(notice), clock.now()
    return issue.preview(_header(notice, content), _content(content, now), now)


def _header(notice: Notice, content: Mapping[str, Any]) -> issue.Header:
    number = f"GS-{notice.call.fiscal_year}-{notice.pk:05d}"
    return issue.Header(
        Paper.Kind.NOTICE, number, content["title"], content["agency"], Notice.subject_kind(), str(notice.pk),
        notice.agency.code,
    )  # fmt: skip


def _content(content: Mapping[str, Any], moment: datetime) -> NoticeContent:
    return NoticeContent(
        document_no=content["number"], paragraphs=(content["basis"], content["procedure"]),
        first_day=date.fromisoformat(content["starts_on"]), last_day=date.fromisoformat(content["ends_on"]),
        counted=content["counted"], closing=(OBJECTIONS, *_contacts(content["contact"])), signer=content["agency"],
        signed_on=moment.astimezone(clock.SHANGHAI).date(), grid=_grid(content),
    )  # fmt: skip


def _contacts(contact: Mapping[str, str]) -> tuple[str, str]:
    given = "　".join(f"{label}：{contact[key]}" for key, label in CONTACTS if contact.get(key))
    return given, f"监督电话：{contact['supervision_phone']}"


def _grid(content: Mapping[str, Any]) -> Grid:
    rows = tuple(
        (
            str(row["position"]), row["area"], row["enterprise"], row["title"], formats.wan(Decimal(row["recognised"])),
            formats.wan(Decimal(row["cap"])),
        )
        for row in content["rows"]
    )  # fmt: skip
    recognised = sum((Decimal(row["recognised"]) for row in content["rows"]), Decimal("0.00"))
    total = ("", "合计", f"{len(rows)} 个项目", "", formats.wan(recognised), formats.wan(Decimal(content["total"])))
    return Grid(HEADINGS, rows, total, "单位：万元")
