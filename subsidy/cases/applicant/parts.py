"""The step pages: what the platform itself asks in a step, put into one form with the measure's questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from policies.kit.policy import Subject
from subsidy.accounts.actor import Actor
from subsidy.cases.answers import asked
from subsidy.cases.applicant.forms import ApplicantForm, ClusterForm, GroupForm, TrackForm
from subsidy.cases.applicant.question_form import PREFIX, QuestionForm, initial
from subsidy.cases.assess import Result
from subsidy.cases.fill import asked_questions, save_answers
from subsidy.cases.group import is_group
from subsidy.cases.models import Case
from subsidy.clusters.models import Membership, Recognition
from subsidy.projects.models import MeasuredApproval, MeasuredProject
from subsidy.reference import formats
from workflow import clock

Values = dict[str, Any]
Asker = Callable[[Case, Result], Values]


@dataclass(frozen=True, slots=True)
class Part:
    """A step's own form: its class, what it is made with, what it shows, and the columns of the case it saves."""

    form: type[QuestionForm]
    made_with: Asker
    shows: Callable[[Case], Values]
    columns: Callable[[Mapping[str, Any]], Values]


def step_form(case: Case, result: Result, step: str, data: QueryDict | None, *, lenient: bool) -> QuestionForm:
    """The form of one step: the platform's fields, then the measure's questions."""
    part = part_of(result, step)
    questions = asked(result.policy, result.facts, step, Subject.CASE)
    only = asked_questions(case, step)
    if only is not None:
        questions, part = [q for q in questions if q.key in only], QUESTIONS_ALONE
    return part.form(
        data,
        questions=questions,
        initial=shown(case, result, step),
        lenient=lenient,
        **part.made_with(case, result),
    )


def shown(case: Case, result: Result, step: str) -> Values:
    """What the fields of a step show for what is stored."""
    questions = asked(result.policy, result.facts, step, Subject.CASE)
    return {**part_of(result, step).shows(case), **initial(questions, case.answers)}


def save_draft(case: Case, actor: Actor, step: str, form: QuestionForm, part: Part, *, version: int) -> None:
    """Save the fields of a bound form that are right, and leave the others as they are stored."""
    right = {name for name in form.fields if name not in form.errors}
    answers = {q.key: value for q, value in form.stored() if PREFIX + q.key in right}
    own = [name for name in form.base_fields if name not in right]
    columns = {} if own or asked_questions(case, step) is not None else part.columns(form.cleaned_data)
    save_answers(case, actor, step, answers, columns=columns, version=version)


def known(case: Case, result: Result, step: str) -> list[tuple[str, str]]:
    """What the registers say in a step, to be read beside the form."""
    return KNOWN[step](case, result) if step in KNOWN else []


def _unit(case: Case, result: Result) -> list[tuple[str, str]]:
    one = case.enterprise
    return [
        (_("单位名称"), one.name), (_("统一社会信用代码"), one.credit_code),
        (_("法定代表人"), one.legal_person or formats.NONE), (_("地址"), one.address or formats.NONE),
        (_("成立日期"), formats.day(one.established_on)), (_("受理单位"), case.local_agency.name),
    ]  # fmt: skip


def _recognised(case: Case, result: Result) -> list[tuple[str, str]]:
    cluster = result.facts.cluster
    if cluster is None:
        return []
    head = result.facts.applicant in cluster.heads
    return [
        (_("级别"), str(Recognition.Level(cluster.level.value).label)), (_("认定文件"), cluster.document),
        (_("认定日期"), formats.day(cluster.recognised_on)), (_("头部企业"), _("是") if head else _("否")),
    ]  # fmt: skip


def part_of(result: Result, step: str) -> Part:
    """The platform's part of a step; a step it does not know is questions alone."""
    if step == "projects" and not is_group(result.policy):
        return QUESTIONS_ALONE
    return PARTS.get(step, QUESTIONS_ALONE)


def _nothing(*_args: object) -> Values:
    return {}


def _clusters(case: Case, result: Result) -> Values:
    """The clusters the enterprise belongs to today, or runs as their organisation."""
    today = clock.today()
    rows = Membership.objects.filter(enterprise=case.enterprise_id, valid_from__lte=today).select_related("cluster")
    found = {row.cluster_id: row.cluster.name for row in rows if row.valid_to is None or row.valid_to > today}
    if case.cluster is not None:
        found.setdefault(case.cluster.pk, case.cluster.name)
    return {"clusters": [(str(pk), name) for pk, name in sorted(found.items())]}


def _measured(case: Case, result: Result) -> Values:
    rows = (
        MeasuredProject.objects.filter(project__enterprise=case.enterprise_id)
        .select_related("project").prefetch_related("approvals").order_by("-round", "pk")
    )  # fmt: skip
    return {
        "tracks": [(choice.key, choice.label) for choice in result.policy.tracks],
        "measured": [(str(row.pk), _described(row)) for row in rows],
    }


def _described(row: MeasuredProject) -> str:
    approval = max(row.approvals.all(), key=lambda one: (one.decided_on, one.pk), default=None)
    amount = _("待省核定")
    if approval is not None:
        said = {
            MeasuredApproval.Outcome.APPROVED: _("省核定额度 %(amount)s 元，%(document)s"),
            MeasuredApproval.Outcome.CUT: _("省核定额度 %(amount)s 元，已按核减后计，%(document)s"),
            MeasuredApproval.Outcome.REFUSED: _("省核定未通过，%(document)s"),
        }[MeasuredApproval.Outcome(approval.outcome)]
        amount = said % {"amount": formats.yuan(approval.amount), "document": approval.document}
    return _("%(round)s 年度　%(kind)s　%(project)s（%(amount)s）") % {
        "round": row.round, "kind": row.get_kind_display(), "project": row.project.name, "amount": amount,
    }  # fmt: skip


def _whole(text: str | None) -> int | None:
    return int(text) if text else None


KNOWN: Mapping[str, Callable[[Case, Result], list[tuple[str, str]]]] = {"applicant": _unit, "cluster": _recognised}
QUESTIONS_ALONE = Part(QuestionForm, _nothing, _nothing, _nothing)
PARTS: Mapping[str, Part] = {
    "applicant": Part(
        ApplicantForm,
        _nothing,
        lambda case: {"contact_name": case.contact_name, "contact_phone": case.contact_phone},
        lambda given: {"contact_name": given["contact_name"] or "", "contact_phone": given["contact_phone"] or ""},
    ),
    "cluster": Part(
        ClusterForm,
        _clusters,
        lambda case: {"cluster": str(case.cluster_id or "")},
        lambda given: {"cluster_id": _whole(given["cluster"])},
    ),
    "track": Part(
        TrackForm,
        _measured,
        lambda case: {"track": case.track, "measured": str(case.measured_id or "")},
        lambda given: (
            {"measured_id": _whole(given["measured"])} | ({"track": given["track"]} if given["track"] else {})
        ),
    ),
    "projects": Part(
        GroupForm,
        _nothing,
        lambda case: {"title": case.title},
        lambda given: {"title": given["title"] or ""},
    ),
}
