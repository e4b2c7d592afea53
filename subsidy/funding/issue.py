"""The province issues money to a county with the decomposed performance targets (Jilin Art. 12)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Right
from subsidy.funding.approve import make_payable
from subsidy.funding.models import Instalment, Issue, Plan
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused, perform_many, record

Target = Mapping[str, str]
"""One decomposed target: ``case`` (number), ``target`` and ``value``."""


def issue(
    plan: Plan, agency: Agency, actor: Actor, *, document: str, issued_on: date, targets: Sequence[Target]
) -> Issue:
    """Issue what an approved plan gives the cases this agency pays: their instalments become payable.

    Every case needs at least one target. Raises NotAllowed, Conflict when it was issued already, or Refused.
    """
    with transaction.atomic():
        plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        if not actor.may(Right.ISSUE_FUNDS, plan.competence("upper_finance")):
            raise NotAllowed(_("您的岗位不能下达此方案的资金。"))
        if issued_on > clock.today():
            raise Refused(_("下达日期不能晚于今天。"))
        due = list(
            Instalment.objects.filter(
                award__plan=plan, state=Instalment.State.APPROVED, award__case__pay_maker_agency=agency
            ).order_by("pk")
        )
        if not due:
            raise Conflict(_("没有待下达给%s的资金，可能已由他人下达。") % agency.name)
        wanted = {one.award.case.number for one in due}
        if missing := sorted(wanted - {target["case"] for target in targets}):
            raise Refused(_("%s 尚未分解绩效指标。") % "、".join(missing))
        made = Issue.objects.create(
            plan=plan, agency=agency, amount=sum((one.amount for one in due), Decimal("0.00")), document=document,
            issued_on=issued_on, targets=list(targets), issued_by_id=actor.person_id, issued_at=clock.now(),
        )  # fmt: skip
        evidence = {"document": document, "agency": agency.name, "issue": made.pk}
        perform_many(
            Instalment, [one.pk for one in due], "issue", actor, evidence=evidence, changes={"due_on": issued_on}
        )
        make_payable(plan, due, actor)
        record(plan, "issue", actor, evidence={**evidence, "amount": f"{made.amount:f}"})
    return made
