"""The projects of a case: the list, adding one from the register or new, what the case says of each."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from policies.kit.findings import Outcome
from policies.kit.policy import Subject
from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls.editions import policy_of
from subsidy.cases.answers import missing
from subsidy.cases.applicant.forms import (
    NewProjectForm,
    PickProjectForm,
    case_project_columns,
    case_project_form,
    case_project_initial,
)
from subsidy.cases.applicant.keep import FormPage, Save, is_draft_save, keep, mine
from subsidy.cases.applicant.mine import areas_of
from subsidy.cases.applicant.question_form import QuestionForm, initial
from subsidy.cases.assess import Result, preview
from subsidy.cases.fill import locked_reason
from subsidy.cases.group import STEP, add_project, change_project, is_group, register_project, remove_project
from subsidy.cases.models import Case, CaseProject
from subsidy.projects.models import Project
from subsidy.reference.models import AreaCode, Industry
from workflow.once import once
from workflow.perform import Refused


def listed(case: Case, result: Result) -> dict[str, Any]:
    """The projects in the case as cards, and the measure's word on the group."""
    rows = list(case.projects.select_related("project__enterprise"))
    questions = [q for q in result.policy.questions(result.facts) if q.about is Subject.PROJECT]
    group = next((f for f in result.findings if f.code == "group_size"), None)
    return {
        "extra": "projects",
        "list_locked": locked_reason(case, STEP, "list"),
        "is_group": is_group(result.policy),
        "may_add": is_group(result.policy) or not any(row.status == CaseProject.Status.IN for row in rows),
        "rows": [row for row in rows if row.status == CaseProject.Status.IN],
        "removed": [row for row in rows if row.status == CaseProject.Status.WITHDRAWN],
        "open_questions": {row.pk: len(missing(questions, row.answers)) for row in rows},
        "directions": {choice.key: choice.label for choice in result.policy.directions},
        "group": group,
        "group_met": group is not None and group.outcome is Outcome.MET,
    }


@needs(Right.FILE)
def add(request: Request, number: str) -> HttpResponse:
    """Add a registered project, or go on to register a new one."""
    case = mine(request, number)
    form = PickProjectForm(request.POST or None, projects=_known(case))
    page = FormPage("cases/my/project_add.html", {"case": case, "locked": locked_reason(case, STEP, "list")})
    if request.method != "POST" or not form.is_valid():
        return pages.render_form(request, page.template, page.context, form)
    project = Project.objects.get(pk=form.cleaned_data["project"])
    try:
        row = add_project(case, request.actor, project)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return pages.render_form(request, page.template, page.context, form)
    return pages.done(
        request, reverse("cases:project", args=[number, row.pk]), _("已添加项目“%(name)s”。") % {"name": project.name}
    )


@needs(Right.FILE)
def new(request: Request, number: str) -> HttpResponse:
    """Register a project with its filing document and add it."""
    case = mine(request, number)
    form = _register_form(case, request.POST or None)
    context = {"case": case, "locked": locked_reason(case, STEP, "list")}
    if request.method != "POST" or not form.is_valid():
        return pages.render_form(request, "cases/my/project_new.html", context, form)

    def act() -> str:
        row = register_project(case, request.actor, form.values())
        return reverse("cases:project", args=[number, row.pk])

    try:
        address = once(request.POST.get("once", ""), request.actor, act)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return pages.render_form(request, "cases/my/project_new.html", context, form)
    return pages.done(request, address, _("项目已登记并加入本次申报。"))


@needs(Right.FILE)
def one(request: Request, number: str, pk: int) -> HttpResponse:
    """What the case says of one project: direction, amounts, the measure's questions."""
    case = mine(request, number)
    row, result = row_of(case, pk), preview(case)
    questions = [q for q in result.policy.questions(result.facts) if q.about is Subject.PROJECT]
    lenient = is_draft_save(request)
    form: QuestionForm = case_project_form(result.policy, case.track)(
        request.POST or None, questions=questions, lenient=lenient,
        initial={**case_project_initial(row), **initial(questions, row.answers)},
    )  # fmt: skip
    page = FormPage(
        "cases/my/project.html",
        {"case": case, "row": row, "locked": locked_reason(case, STEP, str(pk)), "fields": bool(form.fields)},
        to=reverse("cases:step", args=[number, STEP]),
        sentence=_("“%(name)s”已保存。") % {"name": row.project.name},
    )

    def act(save: Save) -> None:
        values = {**case_project_columns(form.cleaned_data), "answers": {**row.answers, **form.answers()}}
        change_project(row, request.actor, values, {}, version=save.version, note=save.note)

    def stored() -> tuple[int, dict[str, Any]]:
        now = row_of(mine(request, number), pk)
        return now.case.version, {**case_project_initial(now), **initial(questions, now.answers)}

    return keep(request, page, form, case.version, act, stored)


@needs(Right.FILE)
def remove(request: Request, number: str, pk: int) -> HttpResponse:
    """Take a project out, after a page that says what goes with it."""
    case = mine(request, number)
    row = row_of(case, pk)
    if request.method == "POST":
        try:
            remove_project(row, request.actor)
        except Refused as refusal:
            return pages.error(request, 409, str(refusal))
        return pages.done(
            request,
            reverse("cases:step", args=[number, STEP]),
            _("已移除项目“%(name)s”，可在列表下方恢复。") % {"name": row.project.name},
        )
    context = {
        "case": case,
        "row": row,
        "lines": row.lines.count(),
        "files": row.documents.filter(superseded_at=None).count(),
    }
    return render(request, "cases/my/project_remove.html", context)


@needs(Right.FILE)
def restore(request: Request, number: str, pk: int) -> HttpResponse:
    """Bring a removed project back with its lines and materials."""
    case = mine(request, number)
    row = row_of(case, pk)
    if request.method != "POST":
        raise Http404
    try:
        add_project(case, request.actor, row.project)
    except Refused as refusal:
        return pages.error(request, 409, str(refusal))
    return pages.done(
        request, reverse("cases:step", args=[number, STEP]), _("已恢复项目“%(name)s”。") % {"name": row.project.name}
    )


def row_of(case: Case, pk: int) -> CaseProject:
    """A project of this case, or 404: two ids in one address belong together."""
    row = case.projects.select_related("project__enterprise", "case__call").filter(pk=pk).first()
    if row is None:
        raise Http404(pk)
    return row


def _known(case: Case) -> list[tuple[str, str]]:
    """Registered projects of the applicant, and in a cluster of its members, that are not in the case."""
    firms = Q(enterprise=case.enterprise_id)
    if case.cluster_id:
        firms |= Q(enterprise__memberships__cluster=case.cluster_id)
    taken = case.projects.filter(status=CaseProject.Status.IN).values("project")
    rows = Project.objects.filter(firms).exclude(pk__in=taken).select_related("enterprise").distinct().order_by("name")
    return [(str(row.pk), f"{row.name}（{row.enterprise.name}，{row.filing_number}）") for row in rows]


def _register_form(case: Case, data: Any) -> NewProjectForm:
    own = None if is_group(policy_of(case.call)) else case.enterprise
    industries = Industry.objects.filter(section="C").exclude(code="C").order_by("code")
    return NewProjectForm(
        data, areas=areas_of(case.call) or list(AreaCode.objects.values_list("code", "name")), own=own,
        industries=[(row.code, str(row)) for row in industries], initial={"area": case.area},
    )  # fmt: skip
