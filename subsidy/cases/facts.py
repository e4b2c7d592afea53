"""The facts of a case for the measures: what was filed, and what the registers say on the day.

Every reading takes the same number of queries, however many projects, firms and lines a case has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from policies.kit import facts as kit
from policies.kit.facts import AwardFacts, CaseFacts, LineFacts, ProjectFacts
from subsidy.calls.facts import call_facts
from subsidy.cases.elsewhere import invoices_elsewhere, projects_elsewhere
from subsidy.cases.models import Case, CaseProject, ClaimedLine, LineDecision, Submission
from subsidy.cases.registers import cluster_facts, enterprise_facts, measured_facts
from subsidy.projects.models import OtherFunding, Project, ProjectYear
from workflow import clock
from workflow.clock import SHANGHAI

AwardSource = Callable[[Case, Sequence[int]], Iterable[AwardFacts]]
"""A case and the ids of its projects → earlier awards of these projects, in one query."""

facts_sources: list[AwardSource] = []
"""Filled by the app that knows awards."""


def project_key(project_id: int) -> str:
    """The key under which facts know a project of the register, in every case it is in."""
    return f"project-{project_id}"


def facts_of(case: Case, *, submission: Submission | None = None) -> CaseFacts:
    """The facts of a case today.

    Without a submission the draft as it stands; with one, what was submitted then, with the newest recognised
    amounts and what the registers say now.
    """
    today = clock.today()
    filed_on = case.filed_at.astimezone(SHANGHAI).date() if case.filed_at else today
    rows = list(case.projects.select_related("project__enterprise"))
    projects = _submitted(rows, submission) if submission else _drafted(case, rows)
    registers = _Registers(case, rows)
    return CaseFacts(
        number=case.number,
        measure=case.measure,
        track=case.track,
        filed_on=filed_on,
        facts_on=today,
        applicant=case.enterprise.credit_code,
        call=call_facts(case.call),
        enterprises=enterprise_facts(
            [case.enterprise, *(row.project.enterprise for row in rows)], filed_on, case.measure
        ),
        projects=tuple(registers.complete(project) for project in projects),
        cluster=cluster_facts(case.cluster, filed_on),
        measured=measured_facts(case.measured),
        awards=tuple(award for source in facts_sources for award in source(case, [row.project_id for row in rows])),
        answers=answers_of(submission.content["answers"] if submission else case.answers),
    )


def answers_of(stored: Mapping[str, Any]) -> dict[str, kit.Answer]:
    """Stored answers as facts keep them: lists become tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()}


def line_facts(line: ClaimedLine) -> LineFacts:
    """One claimed line; the invoiced amount is without VAT."""
    return LineFacts(
        number=str(line.number),
        category=line.category,
        summary=line.summary,
        invoice=line.invoice,
        dated=line.dated,
        invoiced=line.gross - line.tax,
        tax=line.tax,
        paid=line.paid,
        claimed=line.claimed,
    )


def _drafted(case: Case, rows: Sequence[CaseProject]) -> list[ProjectFacts]:
    lines: dict[int, list[LineFacts]] = defaultdict(list)
    for line in ClaimedLine.objects.filter(project__case=case):
        lines[line.project_id].append(line_facts(line))
    return [_project(row, tuple(lines[row.pk])) for row in rows]


def _project(row: CaseProject, lines: tuple[LineFacts, ...]) -> ProjectFacts:
    project = row.project
    return ProjectFacts(
        key=project_key(project.pk),
        name=project.name,
        firm=project.enterprise.credit_code,
        area=project.area,
        status=kit.ProjectStatus(row.status),
        direction=row.direction or None,
        industry=project.industry or None,
        filings=_filings(project),
        total_expected=project.expected_investment,
        fixed_assets_audited=row.fixed_assets_audited,
        fixed_assets_statistics=row.fixed_assets_statistics,
        emerging=row.emerging,
        supply_chain=row.supply_chain,
        partners=tuple(
            kit.PartnerFacts(one["name"], one.get("code", ""), kit.PartnerRole(one["role"])) for one in row.partners
        ),
        lines=lines,
        answers=answers_of(row.answers),
    )


def _filings(project: Project) -> tuple[kit.FilingFacts, ...]:
    if not project.filing_number or project.filing_date is None:
        return ()
    return (kit.FilingFacts(project.filing_number, project.filing_kind, project.filing_date, project.total_investment),)


def _submitted(rows: Sequence[CaseProject], submission: Submission) -> list[ProjectFacts]:
    """The projects as they were submitted; whether each is still in the case, and what was recognised, as it is now."""
    recognised = newest_decisions(submission)
    numbers = {line["number"]: recognised.get(line["key"]) for line in submission.content["lines"]}
    statuses = {project_key(row.project_id): kit.ProjectStatus(row.status) for row in rows}
    return [
        replace(
            project,
            status=statuses.get(project.key, project.status),
            lines=tuple(_decided(line, numbers.get(int(line.number))) for line in project.lines),
        )
        for project in kit.from_json(submission.facts).projects
    ]


def newest_decisions(submission: Submission) -> dict[str, LineDecision]:
    """Line key → the newest decision about it; the upper level goes before the local one."""
    decisions = LineDecision.objects.filter(submission=submission).order_by("-level", "-id")
    # "upper" sorts after "local", so that descending order puts its newest first.
    newest: dict[str, LineDecision] = {}
    for decision in decisions:
        newest.setdefault(str(decision.line), decision)
    return newest


def _decided(line: LineFacts, decision: LineDecision | None) -> LineFacts:
    if decision is None:
        return line._replace(recognised=None, reason="")
    return line._replace(recognised=decision.recognised, reason=decision.reason)


class _Registers:
    """What the registers know about the projects of a case, read once for all of them."""

    def __init__(self, case: Case, rows: Sequence[CaseProject]) -> None:
        ids = [row.project_id for row in rows]
        self.funding: dict[str, list[kit.FundingFacts]] = defaultdict(list)
        for money in OtherFunding.objects.filter(project__in=ids, struck=False).order_by("pk"):
            self.funding[project_key(money.project_id)].append(
                kit.FundingFacts(money.programme, money.level, money.year, money.amount, money.document)
            )
        self.years: dict[str, list[kit.YearFacts]] = defaultdict(list)
        for year in ProjectYear.objects.filter(project__in=ids).order_by("year"):
            self.years[project_key(year.project_id)].append(kit.YearFacts(year.year, year.total, year.fixed_assets))
        self.also_in = {project_key(pk): numbers for pk, numbers in projects_elsewhere(case, ids).items()}
        self.used_in = invoices_elsewhere(case)

    def complete(self, project: ProjectFacts) -> ProjectFacts:
        key = project.key
        return replace(
            project,
            funding=tuple(self.funding[key]),
            years=tuple(self.years[key]),
            also_in=self.also_in.get(key, ()),
            lines=tuple(line._replace(used_in=self.used_in(line.invoice)) for line in project.lines),
        )


def day_of(case: Case) -> date:
    """The day on which a case was first filed; today while it is a draft."""
    return case.filed_at.astimezone(SHANGHAI).date() if case.filed_at else clock.today()
