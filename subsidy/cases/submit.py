"""Submit a case, take it back within ten minutes, withdraw it, answer a correction notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from policies.kit import facts as kit
from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Role
from subsidy.cases import credit, receipts
from subsidy.cases.answering import answers_now, kept, unexplained
from subsidy.cases.assess import Result, figures, preview, store
from subsidy.cases.content import content_of, digest_of
from subsidy.cases.due import in_workdays
from subsidy.cases.fill import open_correction
from subsidy.cases.materials import slots, snapshot
from subsidy.cases.models import Case, Correction, Submission
from subsidy.cases.readiness import not_ready
from subsidy.cases.records import Level
from subsidy.cases.tell import tell_agency
from subsidy.cases.texts import SUBMITTED
from subsidy.enterprises.models import CreditCheck
from subsidy.reference import formats
from workflow import clock, perform
from workflow.perform import Refused


def submit(case: Case, actor: Actor, *, declaration: str, version: int | None = None) -> Submission:
    """File a draft: submission n with its digest, its assessment, the move, the papers and a message to the bureau.

    The clock is read inside the transaction; the closing instant itself is too late. Raises NotAllowed, Conflict
    (somebody submitted it meanwhile), or Refused with what is missing.
    """
    with transaction.atomic():
        locked = _lock(case)
        _check(locked, actor, "submit", version)
        credit.ask([locked], CreditCheck.Point.FILING, actor)
        result = preview(locked)
        _refuse_unready(locked, result)
        now = clock.now()
        submission = _freeze(locked, actor, result, declaration, now)
        assessment = store(submission, "submit", result)
        perform.perform(
            locked, "submit", actor, version=version, evidence=_evidence(submission),
            changes={
                "filed_at": now, "submitted_at": now, "due_at": in_workdays(locked.call.local_days), "opened_at": None,
                **figures(assessment, filing=True),
            },
        )  # fmt: skip
        _follow(locked, submission)
    return submission


def correct(
    case: Case, actor: Actor, *, declaration: str, explanations: Mapping[int, str] | None = None,
    version: int | None = None,
) -> Submission:  # fmt: skip
    """Answer the open correction notice: submission n+1, back to the level that asked.

    ``explanations``: place of an item in the notice (from 1) → why nothing was changed there; the submission keeps
    them. Raises as ``submit`` does; Refused for an item that is neither dealt with nor explained, and once the
    notice's deadline is past.
    """
    with transaction.atomic():
        locked = _lock(case)
        code = "correct_upper" if locked.correcting_level == Level.UPPER else "correct"
        _check(locked, actor, code, version)
        credit.ask([locked], CreditCheck.Point.FILING, actor)
        result = preview(locked)
        _refuse_unready(locked, result)
        now = clock.now()
        answer = _answer(locked, result, explanations or {})
        submission = _freeze(locked, actor, result, declaration, now, answer)
        assessment = store(submission, "correct", result)
        days = locked.call.upper_days if code == "correct_upper" else locked.call.local_days
        perform.perform(
            locked, code, actor, version=version, evidence=_evidence(submission),
            changes={
                "submitted_at": now, "due_at": in_workdays(days), "correcting_level": "",
                **figures(assessment, filing=True),
            },
        )  # fmt: skip
        Correction.objects.filter(case=locked, answered_by__isnull=True).update(answered_by=submission)
        _follow(locked, submission)
    return submission


def take_back(case: Case, actor: Actor, *, version: int | None = None) -> Case:
    """Within ten minutes of the first submission, back to the draft, with no mark against the applicant."""
    try:
        return perform.perform(
            case, "take_back", actor, version=version,
            changes={"filed_at": None, "submitted_at": None, "due_at": None, "handler_id": None},
        )  # fmt: skip
    except IntegrityError as error:
        raise Refused(_("您在本次申报中另有一份草稿，不能同时保留两份。请先撤回那份草稿。")) from error


def withdraw(case: Case, actor: Actor, *, reason: str = "", version: int | None = None) -> Case:
    """End a draft, or a filed case that the first review has not opened yet."""
    return perform.perform(
        case, "withdraw", actor, note=reason, version=version, changes={"due_at": None, "ended_reason": reason}
    )


def declaration_of(case: Case) -> str:
    """The promise an applicant makes with every submission, in full; it is stored with the submission."""
    return _(
        "本单位承诺：一、提交的申报信息、数据和材料真实、准确、完整，并承担申报主体责任；二、申报的投资未在其他财政资金项目中"
        "重复申报，已如实填写不计入的费用；三、不属于失信被执行人，未被列入经营异常名录和严重违法失信名单；四、获得资金后专款专用，"
        "接受工信、财政、审计等部门的监督检查和绩效评价；五、如有弄虚作假，愿意退回资金并承担相应法律责任。"
    )


def _lock(case: Case) -> Case:
    return (
        Case.objects.select_for_update(of=("self",))
        .select_related("call", "enterprise", "cluster", "measured", "local_agency")
        .get(pk=case.pk)
    )


def _check(case: Case, actor: Actor, code: str, version: int | None) -> None:
    """Who, state and guards first: a person who comes too late is told so before anything else is worked out."""
    reasons = perform.allowed(case, actor)
    if code in reasons and version is not None and version != case.version:
        raise perform.stale(case, _("提交"))
    if code not in reasons:
        # Raises whichever it is: not this person's, or no longer in this state.
        perform.perform(case, code, actor)
    if reason := reasons[code]:
        raise Refused(str(reason))


def _refuse_unready(case: Case, result: Result) -> None:
    if lacking := not_ready(case, result):
        raise Refused(_("尚不能提交：%(reasons)s") % {"reasons": "；".join(one.text for one in lacking[:5])})


def _answer(case: Case, result: Result, explanations: Mapping[int, str]) -> dict[str, Any]:
    """What is said about each item of the open notice."""
    notice = open_correction(case)
    if notice is None:
        return {}
    found = answers_now(case, notice, result)
    if missing := unexplained(found, explanations):
        labels = "、".join(one.item["label"] for one in missing)
        raise Refused(_("以下补正事项没有修改，请修改或逐项说明原因：%(labels)s。") % {"labels": labels})
    return {"correction": kept(notice, found, explanations)}


def _freeze(
    case: Case, actor: Actor, result: Result, declaration: str, now: datetime, answer: Mapping[str, Any] | None = None
) -> Submission:
    rows = list(case.projects.select_related("project__enterprise"))
    parts: dict[str, Any] = {
        "case": case.number,
        "number": case.submissions.count() + 1,
        "facts": kit.to_json(result.facts),
        "content": {**content_of(case, result, rows), **(answer or {})},
        "documents": snapshot(slots(case, rows)),
        "declaration": declaration,
        "submitted_at": now.isoformat(timespec="seconds"),
    }
    return Submission.objects.create(
        case=case, number=parts["number"], facts=parts["facts"], content=parts["content"], documents=parts["documents"],
        contact_phone=case.contact_phone,
        digest=digest_of(parts), declaration=declaration, submitted_by_id=actor.person_id, submitted_at=now,
    )  # fmt: skip


def _evidence(submission: Submission) -> dict[str, Any]:
    return {"submission": submission.number, "digest": submission.digest}


def _follow(case: Case, submission: Submission) -> None:
    receipts.order(submission)
    said = SUBMITTED.said(
        number=case.number, enterprise=case.enterprise.name, version=submission.number,
        time=formats.minute(submission.submitted_at),
    )  # fmt: skip
    tell_agency(case, case.local_agency_id, [Role.LOCAL_REVIEWER], *said)
