"""Put projects into a case, change what the case says of them, take them out and back in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from policies.kit.policy import Policy
from subsidy.accounts.actor import Actor
from subsidy.calls.editions import policy_of
from subsidy.calls.territory import serves
from subsidy.cases.fill import Editing, editing
from subsidy.cases.models import Case, CaseProject
from subsidy.cases.start import handlers
from subsidy.projects.models import Project
from subsidy.projects.register import write
from subsidy.reference.text import fold
from workflow import clock, perform
from workflow.perform import Refused

STEP = "projects"


def is_group(policy: Policy) -> bool:
    """Whether a case of the measure holds a group of projects led by a cluster's head, or a single project."""
    return any(step.key == "cluster" for step in policy.steps)


def add_project(case: Case, actor: Actor, project: Project) -> CaseProject:
    """Put a registered project into a case; one taken out before comes back with its lines and materials.

    Raises Refused when the project is in it already, or the measure takes one project only.
    """
    with editing(case, actor, STEP, part="list") as work:
        row = work.case.projects.filter(project=project).first()
        if row is not None and row.status == CaseProject.Status.IN:
            raise Refused(_("“%(name)s”已在本次申报中。") % {"name": project.name})
        _room(work.case)
        if row is None:
            last = work.case.projects.aggregate(last=Max("position"))["last"] or 0
            row = CaseProject.objects.create(
                case=work.case, project=project, position=last + 1, status_since=clock.today()
            )
        else:
            row.status, row.status_since, row.status_reason = CaseProject.Status.IN, clock.today(), ""
            row.save(update_fields=["status", "status_since", "status_reason"])
        _lead(work, project)
    return row


def register_project(case: Case, actor: Actor, values: Mapping[str, Any]) -> CaseProject:
    """Register a new project with its filing document and put it into the case.

    Raises Refused when the filing document is a registered project's already: one document, one project.
    """
    try:
        with transaction.atomic():
            project = Project.objects.create(**values, filing_key=fold(values["filing_number"]))
            perform.created(project, actor, evidence={"case": case.number})
    except IntegrityError as error:
        raise Refused(
            _("立项文号 %(number)s 已登记为另一个项目，请从“已登记的项目”中选择；一个立项文件只对应一个项目。")
            % {"number": values["filing_number"]}
        ) from error
    return add_project(case, actor, project)


def change_project(
    row: CaseProject,
    actor: Actor,
    values: Mapping[str, Any],
    register: Mapping[str, Any],
    *,
    version: int | None = None,
    note: str = "",
) -> None:
    """Change what a case says of a project (``values``) and the project's register entry (``register``)."""
    with editing(row.case, actor, STEP, part=str(row.pk), version=version, note=note) as work:
        CaseProject.objects.filter(pk=row.pk).update(**values)
        if register:
            write(Project.objects.get(pk=row.project_id), actor, register, note=work.case.number)
            _lead(work, Project.objects.get(pk=row.project_id))


def remove_project(row: CaseProject, actor: Actor) -> None:
    """Take a project out of a draft; its lines and materials wait, should it come back."""
    with editing(row.case, actor, STEP, part="list") as work:
        CaseProject.objects.filter(pk=row.pk).update(
            status=CaseProject.Status.WITHDRAWN, status_since=clock.today(), status_reason=_("申报单位移除")
        )
        measured = work.case.measured
        if measured is not None and measured.project_id == row.project_id:
            work.changes["measured_id"] = None


def _room(case: Case) -> None:
    if is_group(policy_of(case.call)):
        return
    if case.projects.filter(status=CaseProject.Status.IN).exists():
        raise Refused(_("一个案件只申报一个项目。如需更换，请先移除原项目。"))


def _lead(work: Editing, project: Project) -> None:
    """A case of a single project bears its name and is handled where it stands."""
    case = work.case
    if is_group(policy_of(case.call)):
        return
    work.changes["title"] = project.name
    if project.area == case.area:
        return
    if not serves(case.call, project.area):
        raise Refused(_("该项目的建设地点不在本次申报通知的范围内，请核对。"))
    work.changes["area"] = project.area
    work.changes |= {
        f"{column}_id": agency.pk if agency else None for column, agency in handlers(case.call, project.area).items()
    }
