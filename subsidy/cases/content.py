"""What a submission shows of a case: sections of questions and answers, projects, lines; frozen as JSON.

Amounts are text in 元, dates ISO text; the labels are those of the day. The telephone stands masked and as a keyed
digest here; as it was given it lies encrypted beside the content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from policies.kit.policy import Subject
from subsidy.cases.answers import asked, written
from subsidy.cases.assess import Result
from subsidy.cases.models import Case, CaseProject, ClaimedLine, Submission
from subsidy.reference import formats
from subsidy.reference.secret import lookup_digest, masked
from subsidy.reference.selectors import area_names

PHONE = "cases.case.contact_phone"


def content_of(case: Case, result: Result, rows: Sequence[CaseProject]) -> dict[str, Any]:
    """Everything that was filled in, in the order of the task list."""
    lines = list(ClaimedLine.objects.filter(project__case=case).order_by("number", "pk"))
    areas = area_names([case.area, *(row.project.area for row in rows)])
    return {
        "enterprise": case.enterprise.name,
        "credit_code": case.enterprise.credit_code,
        "title": case.title,
        "call": case.call.title,
        "call_number": case.call.number,
        "measure": result.policy.title,
        "edition": result.policy.edition,
        "track": case.track,
        "cluster": case.cluster_id,
        "measured": case.measured_id,
        "area": case.area,
        "contact": [case.contact_name, lookup_digest(case.contact_phone, PHONE)],
        "answers": case.answers,
        "sections": _sections(case, result, areas.get(case.area, case.area)),
        "projects": [_project(row, result, areas) for row in rows],
        "lines": [_line(line, rows, result) for line in lines],
    }


def opened(answers: Sequence[Sequence[str]], submission: Submission) -> list[tuple[str, str]]:
    """Label and text of frozen answers, with the telephone as it was given: for papers and for those who review."""
    hidden = masked(submission.contact_phone) if submission.contact_phone else None
    return [(label, submission.contact_phone if text == hidden else text) for label, text in answers]


def digest_of(parts: dict[str, Any]) -> str:
    """SHA-256 over one text for one content: sorted keys, no blanks."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _sections(case: Case, result: Result, area: str) -> list[dict[str, Any]]:
    own = {"applicant": _applicant(case, area), "cluster": _cluster(case, result), "track": _track(case, result)}
    sections = []
    for step in result.policy.steps:
        questions = asked(result.policy, result.facts, step.key, Subject.CASE)
        answers = [*own.get(step.key, []), *written(questions, case.answers)]
        if answers:
            sections.append({"step": step.key, "title": step.label, "answers": answers})
    return sections


def _applicant(case: Case, area: str) -> list[list[str]]:
    return [
        [_("单位名称"), case.enterprise.name],
        [_("统一社会信用代码"), case.enterprise.credit_code],
        [_("法定代表人"), case.enterprise.legal_person or formats.NONE],
        [_("所在地"), area],
        [_("联系人"), case.contact_name or formats.NONE],
        [_("联系电话"), masked(case.contact_phone) if case.contact_phone else formats.NONE],
    ]


def _cluster(case: Case, result: Result) -> list[list[str]]:
    cluster = result.facts.cluster
    if cluster is None or case.cluster is None:
        return []
    levels = dict(case.cluster.recognitions.model.Level.choices)
    return [
        [_("集群"), cluster.name],
        [_("级别"), str(levels[cluster.level.value])],
        [_("认定文件"), cluster.document],
    ]


def _track(case: Case, result: Result) -> list[list[str]]:
    labels = {choice.key: choice.label for choice in result.policy.tracks}
    rows = [[_("资助类别"), labels[case.track]]]
    for measured in result.facts.measured:
        amount = formats.yuan(measured.approved_amount)
        rows.append([_("测算项目"), f"{measured.round}　{measured.document or formats.NONE}"])
        rows.append([_("省核定奖励额度"), _("%(amount)s 元") % {"amount": amount}])
    return rows


def _project(row: CaseProject, result: Result, areas: dict[str, str]) -> dict[str, Any]:
    project = row.project
    directions = {choice.key: choice.label for choice in result.policy.directions}
    questions = [q for q in result.policy.questions(result.facts) if q.about is Subject.PROJECT]
    answers = [
        [_("实施单位"), project.enterprise.name],
        [_("建设地点"), areas.get(project.area, project.area)],
        [_("立项文件"), _filing(row)],
        [_("立项总投资"), _money(project.total_investment)],
        *([[_("支持方向"), directions.get(row.direction, formats.NONE)]] if directions else []),
        *[[label, _money(value)] for label, value in (() if directions else _invested(row)) if value is not None],
        *[[_("合作单位"), one["name"]] for one in row.partners],
        *[[label, _("是") if value else _("否")] for label, value in _marks(row) if value is not None],
        *written(questions, row.answers),
    ]
    return {
        "id": row.pk, "project": project.pk, "name": project.name, "firm": project.enterprise.name,
        "credit_code": project.enterprise.credit_code, "direction": row.direction, "status": row.status,
        "raw": row.answers, "answers": answers,
    }  # fmt: skip


def _filing(row: CaseProject) -> str:
    project = row.project
    return f"{project.get_filing_kind_display()} {project.filing_number}（{formats.day(project.filing_date)}）"


def _invested(row: CaseProject) -> list[tuple[str, Decimal | None]]:
    return [
        (_("“十四五”期间预计完成总投资"), row.project.expected_investment),
        (_("审计确认新增固定资产投资"), row.fixed_assets_audited),
        (_("统计口径新增固定资产投资"), row.fixed_assets_statistics),
    ]


def _marks(row: CaseProject) -> list[tuple[str, bool | None]]:
    return [(_("符合战略性新兴产业方向"), row.emerging), (_("属于稳产业链供应链项目"), row.supply_chain)]


def _money(amount: Decimal) -> str:
    return _("%(amount)s 元") % {"amount": formats.yuan(amount)}


def _line(line: ClaimedLine, rows: Sequence[CaseProject], result: Result) -> dict[str, Any]:
    names = {row.pk: row.project.name for row in rows}
    categories = {category.key: category for category in result.policy.categories}
    return {
        "key": str(line.key), "number": line.number, "project": line.project_id,
        "project_name": names.get(line.project_id, ""), "category": line.category,
        "category_label": categories[line.category].label, "counts": categories[line.category].counts,
        "summary": line.summary, "supplier": line.supplier, "invoice": line.invoice, "dated": line.dated.isoformat(),
        "gross": f"{line.gross:f}", "tax": f"{line.tax:f}", "net": f"{line.gross - line.tax:f}",
        "paid": f"{line.paid:f}", "claimed": f"{line.claimed:f}",
    }  # fmt: skip
