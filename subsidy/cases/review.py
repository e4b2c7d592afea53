"""Review at both levels: recommend, sign, ask for a correction, decline, return. Each act is a row and a move.

Decisions about single findings and lines are in ``cases/decide.py`` and reached from here too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Right, Role
from subsidy.cases import correction_letter, due, tell, texts
from subsidy.cases.decide import (
    RIGHTS,
    OverruleReason,
    Ruling,
    confirm_automatic,
    decide_finding,
    decide_line,
    decide_lines,
    level_of,
    newest_submission,
)
from subsidy.cases.findings import Judged, findings_of, unread, waiting
from subsidy.cases.holds import held
from subsidy.cases.models import Case, Correction, Level, Review, Signature, Submission
from subsidy.cases.signatures import Standing, local_hands, recommended_upper, standing
from subsidy.cases.stages import has_experts, signing_stages
from subsidy.reference.number import next_number
from workflow import clock
from workflow.perform import NotAllowed, Refused, perform, record
from workflow.states import State

__all__ = [
    "OverruleReason", "Ruling", "ask_correction", "confirm_automatic", "decide_finding", "decide_line", "decide_lines",
    "decline", "extend_correction", "first_opening", "recommend", "recommend_upper", "return_to_local", "sign",
    "why_not_conclude", "why_not_sign",
]  # fmt: skip

Item = Mapping[str, str]
PARTS = ("target", "label", "problem", "requirement", "source")
LOCAL_STAGE, FINANCE_STAGE = "local", "local_finance"
LONGEST_EXTENSION = 30


def first_opening(case: Case, actor: Actor) -> Case:
    """Note who opened a case first for its review: from then on the applicant cannot simply take it back."""
    if case.opened_at or case.state != State.LOCAL_REVIEW:
        return case
    if not actor.may(Right.REVIEW_LOCAL, case.competence("local")):
        return case
    return record(case, "open", actor, changes={"opened_at": clock.now(), "handler_id": actor.id})


@transaction.atomic
def recommend(case: Case, actor: Actor, *, opinion: str, version: int | None = None) -> Case:
    """The industry bureau's conclusion and signature; with no other signature asked the case is endorsed at once.

    Raises Refused while a finding waits for a person, one is not met, or the actor has confirmed none of them: who
    presses the same button twice does not sign the case that opens next.
    """
    _at(case, actor, Level.LOCAL)
    submission = newest_submission(case)
    locked = record(
        case, "recommend", actor, note=opinion, evidence={"submission": submission.number}, version=version,
        label=_("签署初审意见"), changes=_as_recognised(case),
    )  # fmt: skip
    _refuse(why_not_conclude(locked, actor, findings_of(submission, Level.LOCAL)))
    _review(locked, submission, Level.LOCAL, actor, Review.Outcome.RECOMMENDED, opinion)
    _signature(locked, submission, LOCAL_STAGE, actor, opinion)
    return _endorse_when_signed(locked, actor)


@transaction.atomic
def sign(case: Case, actor: Actor, *, agrees: bool, opinion: str = "", version: int | None = None) -> Case:
    """The finance bureau's signature. A refusal needs its reason, voids what was signed and tells the reviewer.

    Raises Refused when the industry bureau has not signed yet, or when the same person has.
    """
    if not actor.may(Right.SIGN_FINANCE, case.competence(FINANCE_STAGE)):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    submission = newest_submission(case)
    if not agrees and not opinion.strip():
        raise Refused(_("不同意联合上报须填写理由。"))
    locked = record(
        case, "sign" if agrees else "refuse_to_sign", actor, note=opinion,
        evidence={"submission": submission.number}, version=version, label=_("财政会审"),
    )  # fmt: skip
    _refuse(why_not_sign(locked, actor))
    first = standing([locked])[locked.pk].agreed[LOCAL_STAGE]
    _signature(locked, submission, FINANCE_STAGE, actor, opinion, agrees=agrees)
    if agrees:
        return _endorse_when_signed(locked, actor)
    tell.tell(locked, [first.signed_by], *texts.NOT_SIGNED.said(number=locked.number, reason=opinion))
    return locked


@transaction.atomic
def recommend_upper(case: Case, actor: Actor, *, opinion: str, version: int | None = None) -> Case:
    """The upper bureau's conclusion. A measure without experts goes on to the shortlist, the others to a panel."""
    _at(case, actor, Level.UPPER)
    submission = newest_submission(case)
    locked = record(
        case, "recommend_upper", actor, note=opinion, evidence={"submission": submission.number}, version=version,
        label=_("复审通过"), changes={"due_at": None, **_as_recognised(case)},
    )  # fmt: skip
    _refuse(why_not_conclude(locked, actor, findings_of(submission, Level.UPPER)))
    _review(locked, submission, Level.UPPER, actor, Review.Outcome.RECOMMENDED, opinion)
    if has_experts(locked.call):
        return locked
    return perform(locked, "shortlist_without_experts", actor, note=opinion)


@transaction.atomic
def ask_correction(
    case: Case, actor: Actor, *, items: Sequence[Item], phone: str = "", opinion: str = "", version: int | None = None
) -> Correction:
    """Send one numbered notice with everything that is to be corrected, due in the call's working days.

    ``items`` have target, label, problem, requirement and source; ``phone`` is printed as the contact's. Raises Refused
    without any item, or with an empty one.
    """
    level = level_of(case, actor)
    asked = _checked(items)
    submission = newest_submission(case)
    due_at = due.in_workdays(case.call.correction_days)
    number = _correction_number(case, level)
    move = "ask_correction" if level == Level.LOCAL else "ask_correction_upper"
    evidence = {"correction": number, "items": len(asked), "submission": submission.number}
    moved = perform(
        case, move, actor, note=opinion, evidence=evidence, version=version,
        changes={"correcting_level": level, "due_at": due_at},
    )  # fmt: skip
    _review(moved, submission, level, actor, Review.Outcome.CORRECTION, opinion)
    notice = Correction(
        case=moved, submission=submission, number=number, level=level, items=asked, due_at=due_at,
        sent_by_id=actor.person_id, sent_at=clock.now(),
    )  # fmt: skip
    notice.letter = correction_letter.written(notice, phone)
    notice.save()
    body = "\n".join(f"{place}. {item['label']}：{item['problem']}" for place, item in enumerate(asked, start=1))
    day = due.day_of(due_at).isoformat()
    tell.tell_applicant(moved, *texts.CORRECTION.said(number=moved.number, count=len(asked), day=day, items=body))
    return notice


@transaction.atomic
def extend_correction(case: Case, actor: Actor, *, days: int, reason: str, version: int | None = None) -> Correction:
    """Give the applicant ``days`` working days from today for the open notice, by the level that sent it.

    Raises Refused without a reason, when no notice is open or nothing would be longer, NotAllowed for another level.
    """
    level = Level(case.correcting_level or Level.LOCAL)
    if not actor.may(RIGHTS[level], case.competence(level)):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    notice = case.corrections.filter(answered_by__isnull=True).order_by("-id").first()
    if case.state != State.CORRECTING or notice is None:
        raise Refused(_("此件没有待答复的补正通知。"))
    if not reason.strip() or not 1 <= days <= LONGEST_EXTENSION:
        raise Refused(_("请填写延长理由，延长天数为 1 至 %(most)s 个工作日。") % {"most": LONGEST_EXTENSION})
    before, notice.due_at = notice.due_at, due.in_workdays(days)
    notice.extensions = [*notice.extensions, correction_letter.extension(notice.due_at, days, reason)]
    evidence = {"correction": notice.number, "due_at": notice.due_at}
    record(
        case, "extend_correction", actor, note=reason, evidence=evidence, changes={"due_at": notice.due_at},
        version=version, label=_("延长补正期限"),
    )  # fmt: skip
    if notice.due_at <= before:
        raise Refused(_("自今天起算 %(days)s 个工作日不晚于原期限 %(day)s，请填写更多天数。") % {
            "days": days, "day": due.day_of(before).isoformat(),
        })  # fmt: skip
    notice.save(update_fields=["due_at", "extensions"])
    day = due.day_of(notice.due_at).isoformat()
    tell.tell_applicant(case, *texts.EXTENDED.said(number=case.number, day=day, reason=reason))
    return notice


@transaction.atomic
def decline(case: Case, actor: Actor, *, reason: str, source: str, version: int | None = None) -> Case:
    """Not recommended, or not supported: an end, with the reason and the article. Raises Refused without either."""
    level = level_of(case, actor)
    if not reason.strip() or not source.strip():
        raise Refused(_("不予推荐、不予支持须填写理由并注明依据条款。"))
    submission = newest_submission(case)
    move = "decline_local" if level == Level.LOCAL else "decline_upper"
    moved = perform(
        case, move, actor, note=reason, evidence={"source": source, "submission": submission.number}, version=version,
        changes={"ended_reason": reason, "ended_source": source, "due_at": None},
    )  # fmt: skip
    _review(moved, submission, level, actor, Review.Outcome.DECLINED, reason, source)
    tell.tell_applicant(moved, *texts.DECLINED.said(number=moved.number, reason=reason, source=source))
    return moved


@transaction.atomic
def return_to_local(case: Case, actor: Actor, *, reason: str, version: int | None = None) -> Case:
    """The upper bureau has the local one review again; its signatures no longer hold. Needs a reason."""
    if not reason.strip():
        raise Refused(_("退回下级须填写理由。"))
    submission = newest_submission(case)
    changes = {"due_at": due.in_workdays(case.call.local_days)}
    moved = perform(
        case, "return_to_local", actor, note=reason, evidence={"submission": submission.number}, version=version,
        changes=changes,
    )  # fmt: skip
    _review(moved, submission, Level.UPPER, actor, Review.Outcome.RETURNED, reason)
    said = texts.RETURNED.said(number=moved.number, reason=reason)
    tell.tell_agency(moved, moved.local_agency_id, [Role.LOCAL_REVIEWER], *said)
    return moved


def why_not_conclude(case: Case, actor: Actor, judged: Sequence[Judged], signed: Standing | None = None) -> str:
    """Why the actor cannot sign a conclusion in favour now; empty when nothing stands against it.

    ``signed`` is the case's standing if the caller has read it already.
    """
    if already := _signed_already(case, actor, signed or standing([case])[case.pk]):
        return already
    if open_ones := waiting(judged):
        return _("还有 %(count)s 项规则发现待人工认定，请先逐项认定。") % {"count": len(open_ones)}
    if failing := [one for one in judged if one.fails]:
        names = {"message": failing[0].finding.message, "source": failing[0].finding.source.clause}
        return _("已认定不符合：%(message)s（%(source)s）。请退回补正或不予推荐。") % names
    if open_ones := unread(judged, actor.id):
        return _("还有 %(count)s 项规则发现未经您确认，请核阅后先点确认。") % {"count": len(open_ones)}
    return str(held([case], actor).get(case.pk, ""))


def why_not_sign(case: Case, actor: Actor, signed: Standing | None = None) -> str:
    """Why finance cannot sign now: the industry bureau's signature comes first, and from another person."""
    agreed = (signed or standing([case])[case.pk]).agreed
    if case.state != State.LOCAL_REVIEW or LOCAL_STAGE not in agreed:
        return _("工信部门尚未签署初审意见，暂不能会审。")
    if FINANCE_STAGE in agreed:
        return _("财政会审意见已签署，不必重复签署。")
    if agreed[LOCAL_STAGE].signed_by_id in actor.one_with:
        return _("初审意见由您签署，请由另一名工作人员会审。")
    return ""


def _at(case: Case, actor: Actor, level: Level) -> None:
    if level_of(case, actor) != level:
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))


def _signed_already(case: Case, actor: Actor, signed: Standing) -> str:
    if case.state == State.LOCAL_REVIEW:
        return _("初审意见已签署，不必重复签署。") if LOCAL_STAGE in signed.agreed else ""
    if case.pk in recommended_upper([case]):
        return _("复审意见已签署，不必重复签署。")
    if local_hands([case])[case.pk] & actor.one_with:
        return _("此件由您初审或会审，请由另一名工作人员复审。")
    return ""


def _refuse(reason: str) -> None:
    if reason:
        raise Refused(reason)


def _as_recognised(case: Case) -> dict[str, Any]:
    """Whoever recommends a case recognises what was claimed (元), as far as no line was decided otherwise."""
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    return {"recognised": locked.claimed if locked.recognised is None else locked.recognised}


def _endorse_when_signed(case: Case, actor: Actor) -> Case:
    asked = {stage.desk.value for stage in signing_stages(case.call)}
    if asked - standing([case])[case.pk].agreed.keys():
        title = _("%(number)s 待财政会审") % {"number": case.number}
        tell.tell_agency(case, case.local_finance_agency_id, [Role.LOCAL_FINANCE], title)
        return case
    return perform(case, "endorse", actor, changes={"due_at": None})


def _review(
    case: Case, submission: Submission, level: Level, actor: Actor, outcome: str, opinion: str, source: str = ""
) -> Review:
    agency = case.local_agency_id if level == Level.LOCAL else case.upper_agency_id
    return Review.objects.create(
        submission=submission, level=level, agency_id=agency, outcome=outcome, opinion=opinion, source=source,
        recognised=case.recognised, reviewed_by_id=actor.person_id, reviewed_at=clock.now(),
    )  # fmt: skip


def _signature(
    case: Case, submission: Submission, stage: str, actor: Actor, opinion: str, *, agrees: bool = True
) -> Signature:
    (agency,) = case.competence(stage).agencies
    return Signature.objects.create(
        submission=submission, stage=stage, agency_id=agency, agrees=agrees, opinion=opinion,
        signed_by_id=actor.person_id, signed_at=clock.now(),
    )  # fmt: skip


def _checked(items: Sequence[Item]) -> list[dict[str, str]]:
    """The items as they are stored. Raises Refused when there is none, or one without problem or requirement."""
    if not items:
        raise Refused(_("请至少列出一项补正内容。"))
    checked: list[dict[str, Any]] = [{part: item.get(part, "").strip() for part in PARTS} for item in items]
    if any(not item["problem"] or not item["requirement"] for item in checked):
        raise Refused(_("每项补正内容都要写明问题和要求。"))
    return checked


def _correction_number(case: Case, level: Level) -> str:
    agency: Agency = case.local_agency if level == Level.LOCAL else case.upper_agency
    return next_number(_("%(agency)s补正") % {"agency": agency.short_name}, clock.today().year, agency.code)
