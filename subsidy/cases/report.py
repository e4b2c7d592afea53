"""The lists that Zhongshan reports to the province: measured projects, and the library (Art. 4, 11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases.models import Case, CaseProject, ProvinceItem, ProvinceReport
from subsidy.projects.models import MeasuredApproval, MeasuredProject
from workflow import clock
from workflow.perform import NotAllowed, Refused, created, perform, perform_many
from workflow.states import State

REPORTED_FROM: Mapping[str, State] = {
    Call.Kind.SUPPORT: State.RESERVED,
    Call.Kind.MEASURING: State.EXPERT_REVIEW,
}
"""The state of a case that may be on a list, by the kind of its call."""


@dataclass(frozen=True, slots=True)
class Approved:
    """What the province decided about one measured case: outcome and amount (元)."""

    outcome: str
    amount: Decimal


def reportable(call: Call) -> Sequence[Case]:
    """The cases of a call that can go on a list now: in the state for it, and on no list yet."""
    return list(
        Case.objects.filter(call=call, state=REPORTED_FROM[call.kind], province_items__isnull=True)
        .select_related("enterprise").order_by("number")
    )  # fmt: skip


@transaction.atomic
def prepare(
    call: Call, actor: Actor, *, cases: Sequence[int], number: str = "", dated: date | None = None, document: str = ""
) -> ProvinceReport:
    """A draft list of some cases of one call, in the order given. Raises NotAllowed or Refused."""
    if not actor.may(Right.REPORT_PROVINCE, call.competence("upper")):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    if not cases:
        raise Refused(_("请至少选择一件案件。"))
    known = {case.pk for case in reportable(call)}
    if missing := [pk for pk in cases if pk not in known]:
        raise Refused(_("所选案件中有 %(count)s 件不能上报或已在其他名单中，请刷新后重选。") % {"count": len(missing)})
    report = ProvinceReport.objects.create(
        call=call, agency_id=call.agency_id, number=number, dated=dated, document=document,
        made_by_id=actor.person_id, made_at=clock.now(),
    )  # fmt: skip
    ProvinceItem.objects.bulk_create(
        ProvinceItem(report=report, case_id=pk, position=place)
        for place, pk in enumerate(dict.fromkeys(cases), start=1)
    )
    created(report, actor, evidence={"cases": list(cases)})
    return report


@transaction.atomic
def send(
    report: ProvinceReport, actor: Actor, *, number: str, dated: date, document: str = "", version: int | None = None
) -> ProvinceReport:
    """Send the list with its number and date. Measuring cases become reported; supported ones stay in the library.

    Raises Refused without number or with a date in the future.
    """
    if not number or dated > clock.today():
        raise Refused(_("请填写上报文号，上报日期不能晚于今天。"))
    changes = {"number": number, "dated": dated, "document": document or report.document}
    sent = perform(report, "send", actor, version=version, changes=changes, evidence={"number": number})
    ids = list(sent.items.values_list("case", flat=True))
    evidence = {"report": sent.pk, "number": number}
    if sent.call.kind == Call.Kind.MEASURING:
        perform_many(Case, ids, "report_to_province", actor, evidence=evidence, changes={"due_at": None})
        _measured(sent, ids)
    elif Case.objects.filter(pk__in=ids, state=State.RESERVED).count() < len(ids):
        raise Refused(_("名单中有案件已不在项目库内，请核对后重新编制。"))
    return sent


@transaction.atomic
def answer(
    report: ProvinceReport, actor: Actor, *, answer_number: str, answered_on: date,
    decisions: Mapping[int, Approved] | None = None, version: int | None = None,
) -> ProvinceReport:  # fmt: skip
    """Record the province's answer. A measuring list needs a decision for each case, and its cases are closed.

    ``decisions`` by case id; each becomes an approval of the measured project, which is never changed afterwards.
    """
    if not answer_number or (report.dated and answered_on < report.dated):
        raise Refused(_("请填写省厅文号，批复日期不能早于上报日期。"))
    changes = {"answer_number": answer_number, "answered_on": answered_on}
    answered = perform(report, "answer", actor, version=version, changes=changes, evidence={"number": answer_number})
    if answered.call.kind != Call.Kind.MEASURING:
        return answered
    ids = list(answered.items.values_list("case", flat=True))
    given = decisions or {}
    if missing := [pk for pk in ids if pk not in given]:
        raise Refused(_("还有 %(count)s 个测算项目未登记省核定结果。") % {"count": len(missing)})
    _approve(answered, {pk: given[pk] for pk in ids}, actor, answered_on)
    perform_many(Case, ids, "close_reported", actor, evidence={"report": answered.pk, "number": answer_number})
    return answered


def _measured(report: ProvinceReport, ids: Sequence[int]) -> None:
    """The measured project of each case's project: per project, kind and round."""
    rows = CaseProject.objects.filter(case__in=ids, status=CaseProject.Status.IN).select_related("case")
    MeasuredProject.objects.bulk_create(
        (
            MeasuredProject(
                project_id=row.project_id, kind=row.case.track, round=report.call.fiscal_year, reported_on=report.dated
            )
            for row in rows if row.case.track in MeasuredProject.Kind.values
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def _approve(report: ProvinceReport, given: Mapping[int, Approved], actor: Actor, day: date) -> None:
    now = clock.now()
    rows = CaseProject.objects.filter(case__in=given, status=CaseProject.Status.IN).select_related("case")
    measured = {
        (one.project_id, one.kind): one
        for one in MeasuredProject.objects.filter(
            round=report.call.fiscal_year, project__in=[row.project_id for row in rows]
        )
    }
    MeasuredApproval.objects.bulk_create(
        MeasuredApproval(
            measured=measured[row.project_id, row.case.track], outcome=given[row.case_id].outcome,
            amount=given[row.case_id].amount, document=report.answer_number, decided_on=day,
            entered_by_id=actor.person_id, entered_at=now,
        )
        for row in rows if (row.project_id, row.case.track) in measured
    )  # fmt: skip
