"""Fill in a draft, or what a correction notice asks: one door for every change, so that nobody's work is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.editions import policy_of
from subsidy.cases.facts import facts_of
from subsidy.cases.models import Case, ClaimedLine, Correction
from subsidy.cases.targets import DOCUMENT, LINE, PROJECT, QUESTION, STEP, parse
from subsidy.reference import formats
from workflow import perform
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import State

FILL = "fill"
ANSWERS = ""
STEP_OF_TARGET = {PROJECT: "projects", LINE: "lines", DOCUMENT: "documents"}


class Changed(Conflict):
    """Somebody saved the same part of the filing after this person had opened it."""


@dataclass(slots=True)
class Editing:
    """A locked case while a part of it is being changed; ``changes`` are columns of the case saved with it."""

    case: Case
    changes: dict[str, Any] = field(default_factory=dict)


@contextmanager
def editing(
    case: Case, actor: Actor, step: str, *, part: str = "", version: int | None = None, note: str = ""
) -> Iterator[Editing]:
    """Change one step of a filing (``part`` narrows it, to one project or line).

    ``version`` is the one the person saw. Raises NotAllowed, Refused when the step cannot be changed in this state,
    Changed when somebody else saved the same part meanwhile; then nothing has changed.
    """
    with transaction.atomic():
        locked = (
            Case.objects.select_for_update(of=("self",))
            .select_related("call", "enterprise", "cluster", "measured").get(pk=case.pk)
        )  # fmt: skip
        if not actor.may(Right.FILE, locked.competence("applicant")):
            raise NotAllowed(_("您不是该单位的申报人，不能修改。"))
        if reason := locked_reason(locked, step, part):
            raise Refused(reason)
        if version is not None:
            _nobody_else(locked, step, part, version)
        work = Editing(locked)
        yield work
        evidence = {"step": step, "part": part}
        perform.record(locked, FILL, actor, note=note, evidence=evidence, changes=work.changes)


def locked_reason(case: Case, step: str, part: str | None = None) -> str:
    """Why a step (or one part of it) cannot be changed now, or empty.

    Drafts are open; while correcting only what the notice asks. ``part`` None asks about the step as a whole.
    """
    if case.state == State.DRAFT:
        return ""
    if case.state != State.CORRECTING:
        return _("此件已提交，不能再修改申报内容。")
    parts = asked_parts(case)
    if step not in parts:
        return _("本次补正没有要求修改此部分，内容已锁定。")
    asked = parts[step]
    if part is None or part == ANSWERS or asked is None or any(covers(one, part) for one in asked):
        return ""
    return _("本次补正只要求修改指定的内容，此处已锁定。")


def open_correction(case: Case) -> Correction | None:
    """The correction notice the applicant still has to answer."""
    return case.corrections.filter(answered_by__isnull=True).order_by("-id").first()


def asked_parts(case: Case) -> dict[str, frozenset[str] | None]:
    """Step → the parts of it that the open correction notice asks for; None: all of the step."""
    notice = open_correction(case)
    found: dict[str, frozenset[str] | None] = {}
    for item in notice.items if notice else ():
        step, part = step_of(case, item["target"]), part_of(case, item["target"])
        if not step:
            continue
        before = found.get(step, frozenset())
        found[step] = None if part is None or before is None else before | {part}
    return found


def covers(asked: str, part: str) -> bool:
    """Whether what was asked is this part: a material asked without its project is asked of every project."""
    return part == asked or part.startswith(f"{asked}:")


def part_of(case: Case, target: str) -> str | None:
    """The part of its step that a target names, as ``editing`` is told it; None: the whole step."""
    found = parse(target)
    if found.kind == LINE:
        line = ClaimedLine.objects.filter(project__case=case, key=found.ref).values_list("pk", flat=True).first()
        return str(line or "")
    if found.kind == PROJECT:
        return found.ref
    if found.kind == DOCUMENT:
        return found.ref if found.project is None else f"{found.ref}:{found.project}"
    return None


def asked_questions(case: Case, step: str) -> frozenset[str] | None:
    """The questions of a step that a notice asks for one by one; None when the step is open as a whole."""
    notice = open_correction(case)
    if case.state != State.CORRECTING or notice is None:
        return None
    targets = [parse(item["target"]) for item in notice.items if step_of(case, item["target"]) == step]
    if any(target.kind == STEP for target in targets):
        return None
    return frozenset(target.ref for target in targets if target.kind == QUESTION)


def step_of(case: Case, target: str) -> str:
    """The step at which an item of a notice is mended; empty for free text."""
    found = parse(target)
    if found.kind == STEP:
        return found.ref
    if found.kind == QUESTION:
        return _step_of_question(case, found.ref)
    if found.kind == DOCUMENT and found.ref in _steps(case):
        return found.ref
    return STEP_OF_TARGET.get(found.kind, "")


def _steps(case: Case) -> frozenset[str]:
    return frozenset(step.key for step in policy_of(case.call).steps)


def _step_of_question(case: Case, key: str) -> str:
    questions = policy_of(case.call).questions(facts_of(case))
    return next((question.step for question in questions if question.key == key), "")


def save_answers(
    case: Case,
    actor: Actor,
    step: str,
    answers: Mapping[str, Any],
    *,
    version: int | None = None,
    note: str = "",
    columns: Mapping[str, Any] | None = None,
) -> None:
    """Save the answers of one step, and columns of the case that the same page asks (contact, title, cluster).

    Answers of other steps stay. Raises as ``editing`` does.
    """
    with editing(case, actor, step, part=ANSWERS, version=version, note=note) as work:
        only = asked_questions(work.case, step)
        if only is not None and (set(answers) - only or columns):
            raise Refused(_("本次补正只要求修改指定的内容，此处已锁定。"))
        merged = {**work.case.answers, **answers}
        work.changes |= {"answers": merged, **(columns or {})}
        if "requested" in answers:
            work.changes["requested"] = Decimal(answers["requested"]) if answers["requested"] else None


def _nobody_else(case: Case, step: str, part: str, version: int) -> None:
    """A save conflicts only with what touched the same part since the version that was seen; no version saw nothing."""
    if version == case.version:
        return
    if not 0 <= version < case.version:
        raise Changed(_("保存未完成：无法确认您打开此页时的内容是否仍是最新。您填写的内容仍在下方，请核对后再保存。"))
    since = Event.objects.filter(subject_kind=Case.subject_kind(), subject_id=case.pk, number__gt=version)
    same = Q(evidence__step=step, evidence__part=part)
    last = since.filter(~Q(move=FILL) | same).order_by("-number").first()
    if last is not None:
        raise Changed(
            _("保存未完成：%(name)s 已于 %(time)s 修改了此件。您填写的内容仍在下方。")
            % {"name": last.actor_name, "time": formats.minute(last.business_at)}
        )
