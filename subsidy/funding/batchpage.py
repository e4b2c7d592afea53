"""What the pages of batches and issues show beside their rows: whose turn it is, and how long money has lain."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Right
from subsidy.calls.editions import policy_of
from subsidy.funding import selectors
from subsidy.funding.models import Issue, PaymentBatch, Plan
from subsidy.papers.columns import Link, Tag
from subsidy.reference.formats import yuan
from workflow import clock

PAY_DAYS = "pay_days"
USUAL_DAYS = 30


def sees_accounts(batch: PaymentBatch, actor: Actor) -> bool:
    """Whole account numbers are for those who prepare, check or enter results."""
    return actor.may(Right.MAKE_BATCH, batch.competence("pay_maker")) or actor.may(
        Right.CHECK_BATCH, batch.competence("pay_checker")
    )


def advice(batch: PaymentBatch, moves: Mapping[str, str | Promise | None], actor: Actor) -> list[str]:
    """The sentences in place of buttons: why a move is not the actor's now, and whose it is."""
    refused = [str(reason) for reason in moves.values() if reason]
    if refused or any(reason is None for reason in moves.values()):
        return refused
    waits: Mapping[str, str] = {
        PaymentBatch.State.DRAFT: _("待%(maker)s经办人核对并送复核。"),
        PaymentBatch.State.CHECKING: _("待%(checker)s由经办以外的人员复核。"),
        PaymentBatch.State.CHECKED: _("已复核，待%(maker)s经办人送出。"),
        PaymentBatch.State.EXPORTED: _("已送出，待%(maker)s登记银行结果。"),
        PaymentBatch.State.SETTLED: "",
        PaymentBatch.State.CANCELLED: "",
    }
    sentence = waits[batch.state] % {"maker": batch.agency.short_name, "checker": batch.checker_agency.short_name}
    return [sentence] if sentence else []


def issue_rows(actor: Actor) -> list[dict[str, Any]]:
    """One row a plan and paying agency, of measures whose money is issued to counties first (Jilin Art. 12)."""
    plans = {
        plan.pk: plan
        for plan in selectors.plans(actor)
        .filter(state=Plan.State.APPROVED)
        .select_related("call", "agency", "finance_agency")
        if policy_of(plan.call).payment.issue_first
    }
    rows = selectors.counties(plans.values())
    payers = Agency.objects.in_bulk({row["award__case__pay_maker_agency"] for row in rows})
    issues = {(one.plan_id, one.agency_id): one for one in selectors.issued(actor)}
    return [
        _row(plans[row["award__plan"]], payers[row["award__case__pay_maker_agency"]], row, issues, actor)
        for row in rows
        if _sees(plans[row["award__plan"]], row["award__case__pay_maker_agency"], actor)
    ]


def _sees(plan: Plan, agency_id: Any, actor: Actor) -> bool:
    """A county sees its own row, the upper agencies every row."""
    return agency_id in actor.agencies or bool({plan.agency_id, plan.finance_agency_id} & actor.agencies)


def _row(
    plan: Plan, agency: Agency, sums: Mapping[str, Any], issues: Mapping[tuple[int, int], Issue], actor: Actor
) -> dict[str, Any]:
    issue = issues.get((plan.pk, agency.pk))
    may = actor.may(Right.ISSUE_FUNDS, plan.competence("upper_finance"))
    links = [Link(_("下达"), reverse("funding:issue", args=[plan.pk, agency.pk]), agency.short_name)]
    return {
        "plan": plan, "agency": agency, "cases": sums["cases"], "amount": sums["whole"], "issue": issue,
        "done": sums["done"], "state": _progress(plan, sums, issue),
        "links": links if sums["waiting"] and may else [],
    }  # fmt: skip


def _progress(plan: Plan, sums: Mapping[str, Any], issue: Issue | None) -> Tag:
    """How far the issued money has come: paid, on its way, or still lying here, and for how many days."""
    if sums["waiting"] or issue is None:
        return Tag(_("待下达"), "you")
    if not sums["open"]:
        return Tag(_("已拨付"), "good") if sums["done"] else Tag(_("停止兑现"))
    days, limit = (clock.today() - issue.issued_on).days, limit_of(plan)
    words = {"days": days, "left": yuan(sums["left"]), "sent": yuan(sums["sent"])}
    if not sums["left"]:
        text = _("已下达 %(days)s 天，尚在途 %(sent)s 元")
    elif sums["sent"]:
        text = _("已下达 %(days)s 天，尚余 %(left)s 元未拨付，另在途 %(sent)s 元")
    elif sums["done"]:
        text = _("已下达 %(days)s 天，尚余 %(left)s 元未拨付")
    else:
        text = _("已下达 %(days)s 天，尚未拨付")
    return Tag(text % words, "bad" if days > limit else "run")


def limit_of(plan: Plan) -> int:
    """How many days after the issue the money should be paid: a setting of the call."""
    stored = plan.call.measure_settings.get(PAY_DAYS, {})
    known = {setting.key: setting.default for setting in policy_of(plan.call).settings}
    text = str(stored.get("value", "") if isinstance(stored, Mapping) else stored) or known.get(PAY_DAYS, "")
    return int(text) if text.isdigit() else USUAL_DAYS
