"""联合上报文: the letter that takes cases up, with its list, as it was when it was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from subsidy.calls.editions import policy_of
from subsidy.cases.models import Case, JointSubmission
from subsidy.cases.signatures import standing
from subsidy.cases.stages import signing_stages
from subsidy.papers import issue, pdf
from subsidy.papers.contents import Grid, Heading, Letter
from subsidy.papers.models import Paper
from subsidy.reference import formats
from workflow import clock

HEADINGS = (
    Heading("序号", 6, "center"), Heading("案件编号", 17, "center"), Heading("申报单位", 25), Heading("项目（群）", 17),
    Heading("签署", 7, "center"), Heading("认定投资额", 14, "right"), Heading("拟申请额", 14, "right"),
)  # fmt: skip


def written(joint: JointSubmission) -> dict[str, Any]:
    """What the letter and its list say now; amounts in 元 as text."""
    cases = [item.case for item in joint.items.select_related("case__enterprise")]
    signed, asked, call = standing(cases), len(signing_stages(joint.call)), joint.call
    bureaus = [joint.agency, *([joint.finance_agency] if joint.finance_agency and asked > 1 else [])]
    receivers = sorted(call.issuers.all(), key=lambda one: (one.pk != call.agency_id, one.pk))
    return {
        "agency_code": joint.agency.code, "issuers": [one.name for one in bureaus],
        "addressee": "、".join(one.name for one in receivers) or call.agency.name,
        "call": call.title, "call_number": call.number, "year": call.fiscal_year,
        "measure": policy_of(call).short_title, "asked": asked, "sent_at": clock.now().isoformat(),
        "rows": [_row(case, len(signed[case.pk].agreed)) for case in cases],
    }  # fmt: skip


def shown(joint: JointSubmission) -> Mapping[str, Any]:
    """What was sent, or what a draft (or a letter from before letters were kept) would say now."""
    letter: Mapping[str, Any] = joint.letter
    return letter or written(joint)


def paper(joint: JointSubmission) -> Paper:
    """The letter that was sent: the paper that was issued, or issued now."""
    facts = shown(joint)
    made = datetime.fromisoformat(facts["sent_at"]) if joint.letter else joint.made_at
    return issue.issue(_header(joint, facts), _content(joint, facts), made, version=1)


def draft(joint: JointSubmission) -> pdf.Rendered:
    """The pages of a draft with 草稿 across them; nothing is stored."""
    facts = shown(joint)
    return issue.preview(_header(joint, facts), _content(joint, facts))


def _row(case: Case, signatures: int) -> dict[str, Any]:
    recognised = case.claimed if case.recognised is None else case.recognised
    return {
        "number": case.number, "enterprise": case.enterprise.name, "title": case.title, "signatures": signatures,
        "recognised": str(recognised or Decimal("0.00")), "requested": str(case.requested or Decimal("0.00")),
    }  # fmt: skip


def _header(joint: JointSubmission, facts: Mapping[str, Any]) -> issue.Header:
    verb = "上报" if len(facts["issuers"]) > 1 else "推荐"
    return issue.Header(
        Paper.Kind.LETTER, f"SB-{joint.call.fiscal_year}-{joint.pk:05d}",
        f"关于{verb}{facts['year']}年{facts['measure']}项目的报告", "、".join(facts["issuers"]),
        JointSubmission.subject_kind(), str(joint.pk), facts["agency_code"],
    )  # fmt: skip


def _content(joint: JointSubmission, facts: Mapping[str, Any]) -> Letter:
    rows: Sequence[Mapping[str, Any]] = facts["rows"]
    recognised, requested = _sum(rows, "recognised"), _sum(rows, "requested")
    signed = "工信、财政部门会审并签署" if len(facts["issuers"]) > 1 else "我单位初审并签署"
    told = (
        f"按照《{facts['call']}》（{facts['call_number']}）的要求，现将{facts['measure']}申报案件 {len(rows)} 件上报。"
        f"上述案件均经{signed}，认定投资额合计 {formats.wan(recognised)} 万元，"
        f"拟申请额合计 {formats.wan(requested)} 万元，详见附件。"
    )
    return Letter(
        issuers=tuple(facts["issuers"]), document_nos=tuple(joint.numbers), addressee=facts["addressee"],
        paragraphs=(told, "请予审核。"), approver=joint.signer, signed_on=joint.dated or clock.today(),
        annex=_grid(facts, recognised, requested), annex_title=f"{facts['measure']}申报案件汇总表",
    )  # fmt: skip


def _grid(facts: Mapping[str, Any], recognised: Decimal, requested: Decimal) -> Grid:
    rows = tuple(
        (
            str(place), row["number"], row["enterprise"], row["title"] or formats.NONE,
            f"{row['signatures']}/{facts['asked']}", formats.wan(Decimal(row["recognised"])),
            formats.wan(Decimal(row["requested"])),
        )
        for place, row in enumerate(facts["rows"], start=1)
    )  # fmt: skip
    total = ("", "合计", f"{len(rows)} 件", "", "", formats.wan(recognised), formats.wan(requested))
    return Grid(HEADINGS, rows, total, "单位：万元")


def _sum(rows: Sequence[Mapping[str, Any]], key: str) -> Decimal:
    return sum((Decimal(row[key]) for row in rows), Decimal("0.00"))
