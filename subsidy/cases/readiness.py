"""The task list of a filing: what is done, what is begun, what is missing before it can be submitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _

from policies.kit.facts import CallKind
from policies.kit.policy import Subject
from subsidy.cases.answers import asked, is_answered, misfits, missing, unknown
from subsidy.cases.assess import Result
from subsidy.cases.materials import Slot, slots
from subsidy.cases.models import Case, CaseProject

PROJECTS, LINES, DOCUMENTS, TRACK, CLUSTER, APPLICANT = (
    "projects",
    "lines",
    "documents",
    "track",
    "cluster",
    "applicant",
)
WITHOUT_MEASURED = frozenset({"special"})
STEP_OF_FINDING: Mapping[str, str] = {
    "group_size": PROJECTS, "direction": PROJECTS, "same_project": PROJECTS, "manufacturing": PROJECTS,
    "sited_in_city": PROJECTS, "filing": PROJECTS, "total_investment": PROJECTS, "library": PROJECTS,
    "cluster_recognised": CLUSTER, "led_by_head": CLUSTER, "measured": TRACK, "city_consent": TRACK,
    "requested": LINES, "major_scale": PROJECTS,
}  # fmt: skip
"""Where a finding can be mended; a measure's own codes may be absent, then the check page shows them alone."""


class Status(StrEnum):
    """Where a task stands."""

    TODO = "todo"
    FILLING = "filling"
    MEND = "mend"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Lack:
    """Something missing or not met: the sentence, and the step where it is mended (empty: nowhere)."""

    text: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One task of the list: how much of it is answered, and what is missing."""

    key: str
    label: str
    done: int = 0
    wanted: int = 0
    lacks: tuple[Lack, ...] = ()
    faults: tuple[Lack, ...] = ()

    @property
    def status(self) -> Status:
        """Done when nothing is missing; a fault of a finished task has to be mended."""
        if self.faults:
            return Status.MEND
        if not self.lacks:
            return Status.DONE
        return Status.FILLING if self.done else Status.TODO


@dataclass(slots=True)
class Filing:
    """A case with what its tasks need, read once."""

    case: Case
    result: Result
    rows: Sequence[CaseProject]
    slots: Sequence[Slot] = field(default=())

    @property
    def active(self) -> list[CaseProject]:
        """The projects still in the case."""
        return [row for row in self.rows if row.status == CaseProject.Status.IN]


def filing_of(case: Case, result: Result) -> Filing:
    """Read the projects and materials of a case; three queries."""
    rows = list(case.projects.select_related("project__enterprise"))
    return Filing(case, result, rows, slots(case, rows))


def tasks(filing: Filing) -> list[Task]:
    """The tasks in the measure's order; a step without anything to do is left out."""
    found = []
    for step in filing.result.policy.steps:
        checks = _checks(filing, step.key)
        if not checks:
            continue
        lacks = tuple(Lack(text, step.key) for text, is_done in checks if not is_done)
        done = sum(is_done for _text, is_done in checks)
        # A condition that is not met is only a fault once the task itself has been filled in.
        faults = () if lacks else tuple(one for one in _not_met(filing.result) if one.step == step.key)
        found.append(Task(step.key, step.label, done, len(checks), lacks, faults))
    return found


def not_ready(case: Case, result: Result) -> list[Lack]:
    """Everything that keeps a case from being submitted, in the order of the tasks."""
    return lacking(filing_of(case, result))


def lacking(filing: Filing) -> list[Lack]:
    """What is missing task by task, then the conditions that are not met."""
    return [*(lack for task in tasks(filing) for lack in task.lacks), *_unknown(filing), *_not_met(filing.result)]


def _unknown(filing: Filing) -> list[Lack]:
    """Stored answers to what the edition does not ask."""
    policy, facts = filing.result.policy, filing.result.facts
    keys = unknown(policy, facts, filing.case.answers, Subject.CASE)
    keys += [key for row in filing.active for key in unknown(policy, facts, row.answers, Subject.PROJECT)]
    return (
        [Lack(_("申报内容中有本政策没有的问题（%(keys)s），请联系系统管理员。") % {"keys": "、".join(keys)})]
        if keys
        else []
    )


def _not_met(result: Result) -> list[Lack]:
    steps = {step.key for step in result.policy.steps}
    return [
        Lack(
            _("%(message)s（%(clause)s）") % {"message": finding.message, "clause": finding.source.clause},
            step if (step := STEP_OF_FINDING.get(finding.code, "")) in steps else "",
        )
        for finding in result.blocking
    ]


Checks = list[tuple[str, bool]]
"""What is wanted, as a sentence for when it is missing, and whether it is there."""


def _checks(filing: Filing, step: str) -> Checks:
    own = OWN_CHECKS.get(step)
    checks = [*(own(filing) if own else []), *_questions(filing, step)]
    return checks + [_uploaded(one) for one in filing.slots if one.requirement == step and one.required]


def _questions(filing: Filing, step: str) -> Checks:
    policy, facts = filing.result.policy, filing.result.facts
    case_questions = asked(policy, facts, step, Subject.CASE)
    project_questions = asked(policy, facts, step, Subject.PROJECT)
    checks: Checks = [
        (_("请重新填写“%(label)s”，保存的内容不符合要求") % {"label": question.label}, False)
        for questions, answers in [
            (case_questions, filing.case.answers), *((project_questions, row.answers) for row in filing.active)
        ]
        for question in misfits(questions, answers)
    ]  # fmt: skip
    for question in case_questions:
        if question.required and (
            question in missing([question], filing.case.answers) or is_answered(question, filing.case.answers)
        ):
            checks.append(
                (_("请填写“%(label)s”") % {"label": question.label}, is_answered(question, filing.case.answers))
            )
    for row in filing.active:
        for question in project_questions:
            if question.required and (question.when is None or missing([question], row.answers)):
                text = _("请填写“%(project)s”的“%(label)s”") % {"project": row.project.name, "label": question.label}
                checks.append((text, is_answered(question, row.answers)))
    return checks


def _applicant(filing: Filing) -> Checks:
    case = filing.case
    return [(_("请填写联系人"), bool(case.contact_name)), (_("请填写联系电话"), bool(case.contact_phone))]


def _cluster(filing: Filing) -> Checks:
    return [(_("请选择集群"), filing.case.cluster_id is not None)]


def _track(filing: Filing) -> Checks:
    case = filing.case
    if case.call.kind == CallKind.MEASURING or case.track in WITHOUT_MEASURED:
        return [(_("请选择资助类别"), bool(case.track))]
    return [(_("请关联测算项目"), case.measured_id is not None)]


def _projects(filing: Filing) -> Checks:
    policy = filing.result.policy
    checks = [(_("请添加项目"), bool(filing.active)), (_("请填写项目（群）名称"), bool(filing.case.title))]
    if policy.directions:
        checks += [
            (_("请选择“%(project)s”的支持方向") % {"project": row.project.name}, bool(row.direction))
            for row in filing.active
        ]
    return checks


def _lines(filing: Filing) -> Checks:
    lines = {project.key: bool(project.lines) for project in filing.result.facts.projects}
    return [
        (
            _("请填写“%(project)s”的投资明细") % {"project": row.project.name},
            lines.get(f"project-{row.project_id}", False),
        )
        for row in filing.active
    ] or [(_("请先添加项目，再填写投资明细"), False)]


def _documents(filing: Filing) -> Checks:
    steps = {step.key for step in filing.result.policy.steps}
    return [_uploaded(one) for one in filing.slots if one.required and one.requirement not in steps]


def _uploaded(one: Slot) -> tuple[str, bool]:
    name = f"{one.label}（{one.owner}）" if one.owner else one.label
    return _("请上传“%(name)s”") % {"name": name}, not one.missing


OWN_CHECKS: Mapping[str, Callable[[Filing], Checks]] = {
    APPLICANT: _applicant,
    CLUSTER: _cluster,
    TRACK: _track,
    PROJECTS: _projects,
    LINES: _lines,
    DOCUMENTS: _documents,
}
"""What the platform itself asks in a step, beside the measure's questions."""
