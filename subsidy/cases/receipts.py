"""The papers of a submission: the receipt and the application, printed from its snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from subsidy.cases.content import opened
from subsidy.cases.models import Submission
from subsidy.papers import issue, pdf
from subsidy.papers.contents import Answer, Application, Grid, Heading, Receipt, Section
from subsidy.papers.models import Paper
from subsidy.reference import formats
from workflow import outbox

JOB = "cases.receipts"
SUBJECT = "cases.submission"


def order(submission: Submission) -> None:
    """Have both papers printed after the commit; asking again does nothing."""
    outbox.enqueue(
        JOB, {"submission": submission.pk}, key=f"{JOB}:{submission.pk}", asked_by=submission.submitted_by_id
    )


@outbox.handler(JOB)
def print_papers(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Print the papers of one submission; running twice gives the same papers."""
    submission = _read(arguments["submission"])
    return {"receipt": receipt(submission).pk, "application": application(submission).pk}


def receipt(submission: Submission) -> Paper:
    """受理回执 of a submission: the one that was issued, or issued now."""
    return _issued(Paper.Kind.RECEIPT, submission) or issue.issue(
        _header(Paper.Kind.RECEIPT, "受理回执", submission), _receipt(submission), submission.submitted_at
    )


def application(submission: Submission) -> Paper:
    """申报书 of a submission: the one that was issued, or issued now."""
    return _issued(Paper.Kind.APPLICATION, submission) or issue.issue(
        _header(Paper.Kind.APPLICATION, "奖补资金申报书", submission), _application(submission), submission.submitted_at
    )


def draft(submission: Submission) -> pdf.Rendered:
    """The application of an unsaved submission with 草稿 across it; nothing is stored."""
    return issue.preview(_header(Paper.Kind.APPLICATION, "奖补资金申报书", submission), _application(submission))


def number_of(submission: Submission) -> str:
    """The number of a submission's papers: the case's number and n."""
    return f"{submission.case.number}-{submission.number}"


def _issued(kind: Paper.Kind, submission: Submission) -> Paper | None:
    return Paper.objects.filter(kind=kind, number=number_of(submission)).order_by("-version").first()


def _read(pk: int) -> Submission:
    return Submission.objects.select_related("case__call", "case__enterprise", "case__local_agency").get(pk=pk)


def _header(kind: Paper.Kind, title: str, submission: Submission) -> issue.Header:
    agency = submission.case.local_agency
    return issue.Header(
        kind, number_of(submission), title, agency.name, SUBJECT, str(submission.pk or ""), agency_code=agency.code
    )


def _receipt(submission: Submission) -> Receipt:
    case, content = submission.case, submission.content
    finance = "（工信、财政会审）" if case.local_finance_agency_id else ""
    return Receipt(
        case_number=case.number,
        call=f"{content['call']}（{content['call_number']}）",
        measure=content["measure"],
        enterprise=content["enterprise"],
        credit_code=content["credit_code"],
        receiver=case.local_agency.name,
        submission=submission.number,
        submitted_at=submission.submitted_at,
        submission_digest=submission.digest,
        next_steps=(
            f"{case.local_agency.name}将在 {case.call.local_days} 个工作日内完成初审{finance}。",
            "如需补正，系统将一次性告知全部事项，请留意消息。",
            "提交后十分钟内可撤回到草稿；初审打开前可申请撤回申报。",
        ),
        documents=_documents(submission),
    )


def _application(submission: Submission) -> Application:
    content = submission.content
    sections = [Section(one["title"], _answers(opened(one["answers"], submission))) for one in content["sections"]]
    sections += [
        Section(f"项目{place}：{project['name']}", _answers(project["answers"]))
        for place, project in enumerate(content["projects"], start=1)
    ]
    if content["lines"]:
        sections.append(Section("投资明细", grid=_lines(content["lines"])))
    return Application(
        case_number=submission.case.number,
        call=f"{content['call']}（{content['call_number']}）",
        measure=content["measure"],
        enterprise=content["enterprise"],
        credit_code=content["credit_code"],
        submission=submission.number,
        submitted_at=submission.submitted_at,
        submission_digest=submission.digest,
        sections=tuple(sections),
        documents=_documents(submission),
        commitment=submission.declaration,
    )


def _answers(rows: Iterable[Sequence[str]]) -> tuple[Answer, ...]:
    return tuple(Answer(label, text) for label, text in rows)


def _documents(submission: Submission) -> tuple[str, ...]:
    return tuple(
        f"{one['label']}{'（' + one['project_name'] + '）' if one['project_name'] else ''}：{one['name']}"
        for one in submission.documents
    )


def _lines(lines: list[dict[str, Any]]) -> Grid:
    headings = (
        Heading("序号", 6, "center"), Heading("项目", 18), Heading("类别", 12), Heading("摘要", 18),
        Heading("发票号码", 16), Heading("不含税金额", 15, "right"), Heading("申报金额", 15, "right"),
    )  # fmt: skip
    rows = tuple(
        (
            str(line["number"]), line["project_name"],
            line["category_label"] + ("" if line["counts"] else "（不计入）"), line["summary"],
            line["invoice"] or formats.NONE, formats.yuan(Decimal(line["net"])), formats.yuan(Decimal(line["claimed"])),
        )
        for line in lines
    )  # fmt: skip
    net = sum((Decimal(line["net"]) for line in lines), Decimal("0.00"))
    claimed = sum((Decimal(line["claimed"]) for line in lines), Decimal("0.00"))
    return Grid(headings, rows, ("合计", "", "", "", "", formats.yuan(net), formats.yuan(claimed)), "单位：元")
