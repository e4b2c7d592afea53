"""Endorsed cases go up by one letter: joint submission (Jilin Art. 8), the town's recommendation (Zhongshan Art. 11).

Both bureaus number the letter in Jilin, one in Zhongshan: as many numbers as signatures the measure asks for.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right, Role
from subsidy.calls.models import Call
from subsidy.cases import due, joint_letter, tell, texts
from subsidy.cases.models import Case, JointItem, JointSubmission, Level, Review, Submission
from subsidy.cases.stages import signing_stages
from workflow import clock
from workflow.machine import Competence
from workflow.perform import NotAllowed, Refused, created, perform, perform_many, record
from workflow.states import State


def numbers_asked(call: Call) -> int:
    """How many document numbers the letter has: one for each bureau that signs."""
    return len(signing_stages(call))


@transaction.atomic
def prepare(
    call: Call, actor: Actor, *, agency_id: int, cases: Sequence[int], numbers: Sequence[str] = (),
    dated: date | None = None, signer: str = "", scan: str = "",
) -> JointSubmission:  # fmt: skip
    """A draft letter of one local bureau with some of its endorsed cases, in the order given.

    Raises NotAllowed for another bureau, Refused when a case is not endorsed, not of this call or not of this bureau.
    """
    if not actor.may(Right.SEND_JOINT, Competence(call.measure, "local", agencies=frozenset({agency_id}))):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    chosen = _chosen(call, agency_id, cases)
    joint = JointSubmission.objects.create(
        call=call, agency_id=agency_id, finance_agency_id=chosen[0].local_finance_agency_id, numbers=list(numbers),
        dated=dated, signer=signer, scan=scan, made_by_id=actor.person_id, made_at=clock.now(),
    )  # fmt: skip
    _put(joint, chosen)
    created(joint, actor, evidence={"cases": [case.number for case in chosen]})
    return joint


@transaction.atomic
def change(
    joint: JointSubmission, actor: Actor, *, cases: Sequence[int], numbers: Sequence[str], dated: date | None,
    signer: str, scan: str = "", version: int | None = None,
) -> JointSubmission:  # fmt: skip
    """Choose and order a draft's cases anew and fill in the letter. What was sent is locked: Raises Refused."""
    if not actor.may(Right.SEND_JOINT, joint.competence("local")):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    chosen = _chosen(joint.call, joint.agency_id, cases)
    changes = {"numbers": list(numbers), "dated": dated, "signer": signer, "scan": scan or joint.scan}
    evidence = {"cases": [case.number for case in chosen]}
    locked = record(joint, "change", actor, evidence=evidence, changes=changes, version=version, label=_("修改上报文"))
    if locked.state != JointSubmission.State.DRAFT:
        raise Refused(_("已上报的文件不能修改。"))
    locked.items.all().delete()
    _put(locked, chosen)
    return locked


@transaction.atomic
def send(joint: JointSubmission, actor: Actor, *, version: int | None = None) -> JointSubmission:
    """Send the letter with its cases to the upper bureau; from then on it is locked.

    All cases move in one act, or none does. Raises Refused when the letter is incomplete.
    """
    _complete(joint)
    letter = joint_letter.written(joint)
    sent = perform(
        joint, "send", actor, version=version, changes={"letter": letter}, evidence={"numbers": list(joint.numbers)}
    )
    ids = list(sent.items.values_list("case", flat=True))
    evidence = {"joint": sent.pk, "numbers": list(sent.numbers)}
    changes = {"due_at": due.in_workdays(sent.call.upper_days)}
    moved = perform_many(Case, ids, "send_up", actor, evidence=evidence, changes=changes).done
    said = texts.SENT_UP.said(agency=sent.agency.short_name, count=len(moved), numbers="、".join(sent.numbers))
    tell.tell_agency(moved[0], sent.call.agency_id, [Role.UPPER_REVIEWER], *said)
    return sent


@transaction.atomic
def release(joint: JointSubmission, actor: Actor, *, reason: str, version: int | None = None) -> JointSubmission:
    """The upper bureau lets a letter go back: its cases return to the local review, signatures void. Needs a reason.

    Raises Refused when a case has gone further than the upper review.
    """
    if not reason.strip():
        raise Refused(_("请填写准予撤回的理由。"))
    cases = list(Case.objects.filter(joint_items__joint=joint).order_by("joint_items__position"))
    if gone := [case.number for case in cases if case.state != State.UPPER_REVIEW]:
        raise Refused(_("%(numbers)s 已进入后续环节，不能整批撤回。") % {"numbers": "、".join(gone)})
    released = perform(joint, "release", actor, note=reason, version=version)
    evidence = {"joint": joint.pk}
    changes = {"due_at": due.in_workdays(joint.call.local_days)}
    ids = [case.pk for case in cases]
    perform_many(Case, ids, "return_to_local", actor, note=reason, evidence=evidence, changes=changes)
    _returned(cases, actor, reason)
    said = texts.RELEASED.said(numbers="、".join(joint.numbers), reason=reason)
    tell.tell_agency(cases[0], joint.agency_id, [Role.LOCAL_REVIEWER], *said)
    return released


def _chosen(call: Call, agency_id: int, ids: Sequence[int]) -> list[Case]:
    """The cases in the order given: endorsed ones of this call and this bureau."""
    if not ids:
        raise Refused(_("请至少选择一件已初审的案件。"))
    found = Case.objects.filter(call=call, local_agency=agency_id, state=State.ENDORSED).in_bulk(ids)
    if missing := len(set(ids)) - len(found):
        raise Refused(_("所选案件中有 %(count)s 件不在待上报状态，请刷新后重选。") % {"count": missing})
    return [found[pk] for pk in dict.fromkeys(ids)]


def _put(joint: JointSubmission, cases: Sequence[Case]) -> None:
    JointItem.objects.bulk_create(
        JointItem(joint=joint, case=case, position=place) for place, case in enumerate(cases, start=1)
    )


def _complete(joint: JointSubmission) -> None:
    asked = numbers_asked(joint.call)
    if len([number for number in joint.numbers if number]) < asked:
        raise Refused(_("上报文须有 %(count)s 个发文字号。") % {"count": asked})
    if joint.dated is None or not joint.signer:
        raise Refused(_("请填写成文日期和签发人。"))
    if joint.dated > clock.today():
        raise Refused(_("成文日期不能晚于今天。"))


def _returned(cases: Sequence[Case], actor: Actor, reason: str) -> None:
    newest = {}
    for submission in Submission.objects.filter(case__in=[case.pk for case in cases]).order_by("number"):
        newest[submission.case_id] = submission
    now = clock.now()
    Review.objects.bulk_create(
        Review(
            submission=newest[case.pk], level=Level.UPPER, agency_id=case.upper_agency_id,
            outcome=Review.Outcome.RETURNED, opinion=reason, recognised=case.recognised,
            reviewed_by_id=actor.person_id, reviewed_at=now,
        )
        for case in cases
    )  # fmt: skip
