"""What a reviewer decides one by one: findings and claimed lines. Each decision is a row that stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.kit.findings import Outcome
from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.cases.assess import assess, figures
from subsidy.cases.findings import Decision, Judged, findings_of, newest, overrules, unread
from subsidy.cases.lines import Ruled, lines_of
from subsidy.cases.models import Case, FindingDecision, Level, LineDecision, Submission
from subsidy.cases.signatures import recommended_upper, standing
from workflow import clock
from workflow.perform import NotAllowed, Refused, record, stale
from workflow.states import State

LEVELS: Mapping[str, Level] = {State.LOCAL_REVIEW: Level.LOCAL, State.UPPER_REVIEW: Level.UPPER}
RIGHTS: Mapping[Level, Right] = {Level.LOCAL: Right.REVIEW_LOCAL, Level.UPPER: Right.REVIEW_UPPER}


class OverruleReason(TextChoices):
    """Why a person decides otherwise than the rules answered."""

    EVIDENCE = "evidence", gettext_lazy("另有材料佐证")
    DATA = "data", gettext_lazy("登记数据有误或未更新")
    MENDED = "mended", gettext_lazy("情况已整改")
    READING = "reading", gettext_lazy("条款适用理解不同")
    OTHER = "other", gettext_lazy("其他，见说明")


@dataclass(frozen=True, slots=True)
class Ruling:
    """The amount (元) recognised of one claimed line, and why it differs from what was claimed."""

    line: UUID
    recognised: Decimal
    reason: str = ""


def newest_submission(case: Case) -> Submission:
    """The submission that is under review."""
    return case.submissions.order_by("-number")[0]


def level_of(case: Case, actor: Actor) -> Level:
    """The level at which the case is reviewed now, if the actor reviews there. Raises Conflict or NotAllowed."""
    if case.state not in LEVELS:
        raise stale(case, _("审核"))
    level = LEVELS[case.state]
    if not actor.may(RIGHTS[level], case.competence(level)):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    return level


@transaction.atomic
def decide_finding(
    case: Case, actor: Actor, *, code: str, decision: str, subject: str = "", reason_code: str = "", note: str = "",
    version: int | None = None,
) -> FindingDecision:  # fmt: skip
    """Decide one finding: agree with the rules, or met, or not met.

    To go against an automatic answer needs a reason code and a note. Raises Refused, NotAllowed or Conflict.
    """
    level = level_of(case, actor)
    submission = newest_submission(case)
    assessment = newest(submission)
    judged = _one(findings_of(submission, level), code, subject)
    _check_decision(judged, decision, reason_code, note)
    evidence = {"code": code, "subject": subject, "decision": decision, "submission": submission.number}
    locked = record(
        case, "decide_finding", actor, note=judged.finding.message, evidence=evidence, version=version,
        label=_("认定规则发现"),
    )  # fmt: skip
    _unsigned(locked, level)
    return FindingDecision.objects.create(
        assessment=assessment, code=code, subject=subject, level=level, decision=decision,
        reason_code=reason_code if overrules(judged.finding, decision) else "", note=note,
        decided_by_id=actor.person_id, decided_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def confirm_automatic(case: Case, actor: Actor, *, version: int | None = None) -> int:
    """Sign what the person has still to confirm (findings.unread); returns how many. One INSERT."""
    level = level_of(case, actor)
    submission = newest_submission(case)
    locked = record(
        case, "confirm_automatic", actor, evidence={"submission": submission.number}, version=version,
        label=_("确认自动通过"),
    )  # fmt: skip
    _unsigned(locked, level)
    assessment, now = newest(submission), clock.now()
    rows = FindingDecision.objects.bulk_create(
        FindingDecision(
            assessment=assessment, code=one.finding.code, subject=one.finding.subject, level=level,
            **_restated(one.decision), decided_by_id=actor.person_id, decided_at=now,
        )
        for one in unread(findings_of(submission, level), actor.person_id)
    )  # fmt: skip
    return len(rows)


def _restated(decision: FindingDecision | None) -> dict[str, str]:
    """What a confirmation says: with the rules, or the same as the colleague who decided."""
    if decision is None:
        return {"decision": Decision.AGREED}
    return {"decision": decision.decision, "reason_code": decision.reason_code, "note": decision.note}


def decide_line(
    case: Case, actor: Actor, *, line: UUID, recognised: Decimal, reason: str = "", version: int | None = None
) -> LineDecision:
    """Recognise an amount (元) of one claimed line, not above what was claimed; less needs a reason."""
    return decide_lines(case, actor, rulings=[Ruling(line, recognised, reason)], version=version)[0]


@transaction.atomic
def decide_lines(
    case: Case, actor: Actor, *, rulings: Sequence[Ruling], version: int | None = None
) -> list[LineDecision]:
    """Recognise amounts of several lines in one act, then work out the ceiling again.

    Raises Refused when an amount is above the claim, or differs from it without a reason.
    """
    level = level_of(case, actor)
    submission = newest_submission(case)
    known = {ruled.key: ruled for ruled in lines_of(submission, level)}
    for ruling in rulings:
        _check_ruling(ruling, known)
    evidence = {"lines": len(rulings), "submission": submission.number}
    locked = record(case, "decide_lines", actor, evidence=evidence, version=version, label=_("认定投资明细"))
    _unsigned(locked, level)
    now = clock.now()
    rows = LineDecision.objects.bulk_create(
        LineDecision(
            submission=submission, line=ruling.line, level=level, recognised=ruling.recognised, reason=ruling.reason,
            decided_by_id=actor.person_id, decided_at=now,
        )
        for ruling in rulings
    )  # fmt: skip
    assessment = assess(submission, f"lines_{level}")
    record(locked, "assess", actor, evidence={"assessment": assessment.pk}, changes=figures(assessment))
    return rows


def _one(findings: Sequence[Judged], code: str, subject: str) -> Judged:
    found = next((one for one in findings if one.key == (code, subject)), None)
    if found is None:
        raise Refused(_("没有找到这条规则发现，可能已随重新测算更新，请刷新后重试。"))
    return found


def _check_decision(judged: Judged, decision: str, reason_code: str, note: str) -> None:
    if decision not in Decision.values:
        raise Refused(_("请选择认定结果。"))
    if decision == Decision.AGREED and judged.finding.outcome is Outcome.FOR_OFFICER:
        raise Refused(_("此项由人工判定，请选择“符合”或“不符合”。"))
    if not overrules(judged.finding, decision):
        return
    if reason_code not in OverruleReason.values or not note.strip():
        raise Refused(_("改判规则结论须选择理由并填写说明。"))


def _check_ruling(ruling: Ruling, known: Mapping[UUID, Ruled]) -> None:
    if ruling.line not in known:
        raise Refused(_("没有找到这条投资明细，请刷新后重试。"))
    line = known[ruling.line]
    names = {"number": line.number, "summary": line.summary}
    if not 0 <= ruling.recognised <= line.claimed:
        raise Refused(_("明细 %(number)s“%(summary)s”的认定金额不能超过申报金额。") % names)
    if ruling.recognised != line.claimed and not ruling.reason.strip():
        raise Refused(_("明细 %(number)s“%(summary)s”的认定金额与申报金额不同，请填写理由。") % names)


def _unsigned(case: Case, level: Level) -> None:
    """What has been signed is not changed under the signature."""
    if level == Level.LOCAL and standing([case])[case.pk].agreed:
        raise Refused(_("初审意见已签署，认定不能再改。如需修改，请由会审单位退回后重新办理。"))
    if level == Level.UPPER and recommended_upper([case]):
        raise Refused(_("复审意见已签署，认定不能再改。如需修改，请退回补正或退回下级。"))
