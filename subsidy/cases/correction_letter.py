"""补正通知书: the paper of a correction notice, from what was stored when it was sent.

Every extension of the time makes the next version; version 1 has the first day due, whenever it is printed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from subsidy.accounts.models import Agency
from subsidy.calls.editions import policy_of
from subsidy.cases.models import Correction, Level
from subsidy.papers import issue
from subsidy.papers.contents import Grid, Heading, Letter
from subsidy.papers.models import Paper
from subsidy.reference import formats
from workflow import clock

SUBJECT = "cases.correction"
NEEDED = ("case__call", "case__enterprise", "case__local_agency", "case__upper_agency", "submission", "sent_by")
"""What of a notice's surroundings the paper reads."""
TITLE = "补正通知书"
NO_ARTICLE = "平台核查项（无直接条款）"
HEADINGS = (
    Heading("序号", 8, "center"), Heading("补正事项", 18), Heading("存在问题", 27), Heading("补正要求", 27),
    Heading("依据", 20),
)  # fmt: skip


def written(notice: Correction, phone: str) -> dict[str, Any]:
    """Everything the paper says besides number and items, by the names of the day; for a notice about to be sent."""
    case, agency = notice.case, _agency(notice)
    return {
        "agency": agency.name, "agency_code": agency.code, "enterprise": case.enterprise.name, "case": case.number,
        "submission": notice.submission.number, "call": case.call.title, "call_number": case.call.number,
        "measure": policy_of(case.call).title, "days": case.call.correction_days,
        "due_at": notice.due_at.isoformat(), "person": notice.sent_by.name, "phone": phone,
    }  # fmt: skip


def extension(due_at: datetime, days: int, reason: str) -> dict[str, Any]:
    """One extension as it is stored with the notice."""
    return {"at": clock.now().isoformat(), "due_at": due_at.isoformat(), "days": days, "reason": reason}


def paper(notice: Correction) -> Paper:
    """The notice as it stands, with the last extension: the paper that was issued, or issued now."""
    made = notice.extensions[-1]["at"] if notice.extensions else notice.sent_at.isoformat()
    facts = _facts(notice)
    header = issue.Header(
        Paper.Kind.CORRECTION, notice.number, TITLE, facts["agency"], SUBJECT, str(notice.pk), facts["agency_code"]
    )
    moment = datetime.fromisoformat(made)
    return issue.issue(header, _content(notice, facts, moment), moment, version=len(notice.extensions) + 1)


def _facts(notice: Correction) -> dict[str, Any]:
    """What was stored; notices from before papers were printed are written from their rows."""
    return notice.letter or written(notice, "")


def _agency(notice: Correction) -> Agency:
    case = notice.case
    agency: Agency = case.local_agency if notice.level == Level.LOCAL else case.upper_agency
    return agency


def _content(notice: Correction, facts: dict[str, Any], moment: datetime) -> Letter:
    rows = tuple(
        (str(place), item["label"], item["problem"], item["requirement"], item["source"] or NO_ARTICLE)
        for place, item in enumerate(notice.items, start=1)
    )
    return Letter(
        issuers=(facts["agency"],), document_nos=(notice.number,), addressee=facts["enterprise"],
        paragraphs=(_found(facts, len(rows)), _asked(notice, facts)), grid=Grid(HEADINGS, rows),
        closing=("表列以外的申报内容已锁定，无需修改。", _contact(facts)), signed_on=_day(moment),
    )  # fmt: skip


def _found(facts: dict[str, Any], count: int) -> str:
    return (
        f"你单位依据《{facts['call']}》（{facts['call_number']}）提交的申报材料（案件编号：{facts['case']}，"
        f"第 {facts['submission']} 版）收悉。经审核，按照《{facts['measure']}》及申报通知的要求，"
        f"有 {count} 项内容需要补正，现一次性告知如下表。"
    )


def _asked(notice: Correction, facts: dict[str, Any]) -> str:
    first = formats.minute_cn(datetime.fromisoformat(facts["due_at"]))
    if not notice.extensions:
        return (
            f"请于{first}前登录平台完成补正并重新提交（期限为 {facts['days']} 个工作日，自发出本通知的次日起计算）。"
            "补正期间，审核时限暂停计算。"
        )
    last = notice.extensions[-1]
    until = formats.minute_cn(datetime.fromisoformat(last["due_at"]))
    since = formats.day_cn(datetime.fromisoformat(last["at"]))
    counted = f"（自{since}的次日起 {last['days']} 个工作日）" if last["days"] else ""
    return (
        f"原定补正期限为{first}。经同意，期限延长至{until}{counted}，"
        f"理由：{last['reason'].rstrip('。')}。请在此之前登录平台完成补正并重新提交。补正期间，审核时限暂停计算。"
    )


def _contact(facts: dict[str, Any]) -> str:
    phone = f"　联系电话：{facts['phone']}" if facts["phone"] else ""
    return f"联系单位：{facts['agency']}　联系人：{facts['person']}{phone}"


def _day(moment: datetime) -> Any:
    return moment.astimezone(clock.SHANGHAI).date()
