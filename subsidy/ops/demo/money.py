"""Money in the demo: quota, plan, approvals, issue, accounts, batches, and what the bank answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Role
from subsidy.cases.models import Case
from subsidy.funding import batch as batches
from subsidy.funding.approve import record_approval
from subsidy.funding.examine import due
from subsidy.funding.issue import issue
from subsidy.funding.models import Payment, PaymentBatch, Plan
from subsidy.funding.payee import confirm_account
from subsidy.funding.plan import compute, draft, finalise
from subsidy.funding.quota import enter
from subsidy.funding.results import Result, bounce, enter_results
from subsidy.ops.demo.calls import AGENCIES, MAKERS
from subsidy.ops.demo.demo import Demo, Ticket, cases_of
from subsidy.ops.demo.fixtures import text
from subsidy.ops.demo.invent import CENT, WAN
from subsidy.ops.demo.moments import at

SIGNERS = {
    "jilin": {"industry": "qianfa", "finance": "shengcai", "government": "fushen", "budget": "fushen"},
    "zhongshan": {"plan": "zs_qianfa", "government": "zs_fushen"},
}
PURPOSE = {"jilin": "先进制造业集群奖补资金", "zhongshan": "制造业投资奖励资金"}
RATE = Decimal("0.8")


def quota(demo: Demo, round_: str, when: str, document: str) -> None:
    """A quota of four fifths of what the cases in reserve could get."""
    there, call = at(when), demo.calls[round_]
    caps = Case.objects.filter(call=call, state="reserved").values_list("cap", flat=True)
    enter(
        demo.person(MAKERS[call.measure][0]), measure=call.measure, year=call.fiscal_year,
        agency=demo.agencies[AGENCIES[call.measure][0]], amount=_money(sum(filter(None, caps), Decimal(0))),
        document=document, received_on=there.date(),
    )  # fmt: skip


def _money(caps: Decimal) -> Decimal:
    return (caps * RATE // WAN * WAN).quantize(CENT)


def make_plan(demo: Demo, round_: str, tickets: Sequence[Ticket], when: str, title: str) -> Plan:
    """A final plan over these cases, at one rate."""
    at(when)
    call = demo.calls[round_]
    person = demo.person(MAKERS[call.measure][0])
    cases = cases_of(tickets)
    plan = draft(call, person, title=title, year=call.fiscal_year, case_ids=[case.pk for case in cases])
    plan = compute(
        plan, person, rule=Plan.Rule.SAME_RATE, share=Decimal(1), decimals=call.plan_decimals,
        amount=_money(sum((case.cap or Decimal(0) for case in cases), Decimal(0))), reason=text("plan_reason"),
        version=plan.version,
    )  # fmt: skip
    return finalise(plan, person, version=plan.version)


def approve(demo: Demo, plan: Plan, steps: dict[str, tuple[str, str]]) -> Plan:
    """Record approvals in their order: step → (when, document)."""
    for step, (when, document) in steps.items():
        there = at(when)
        person = demo.person(SIGNERS[plan.call.measure][step])
        plan = record_approval(plan, person, step=step, document=document, dated=there.date(), version=plan.version)
    return plan


def issue_to(demo: Demo, plan: Plan, agencies: Sequence[Agency], when: str) -> None:
    """The province issues to these county finance bureaus, each case with its target."""
    there = at(when)
    for number, agency in enumerate(agencies, start=1):
        lines = plan.lines.filter(case__pay_maker_agency=agency, amount__gt=0).select_related("case")
        targets = [{"case": line.case.number, "target": "带动投资增长", "value": "不低于10%"} for line in lines]
        document = f"吉财演示指〔{there.year}〕{number}号"
        issue(plan, agency, demo.person("shengcai"), document=document, issued_on=there.date(), targets=targets)


def payers(tickets: Sequence[Ticket]) -> list[Agency]:
    """The agencies that pay some cases, each once."""
    found = {case.pay_maker_agency_id: case.pay_maker_agency for case in cases_of(tickets)}
    return [agency for _pk, agency in sorted(found.items()) if agency is not None]


def confirm(demo: Demo, tickets: Sequence[Ticket], when: str) -> None:
    """The applicants confirm their accounts."""
    at(when)
    for case in cases_of(tickets):
        confirm_account(
            case, case.enterprise, demo.filer(case.enterprise_id), holder=case.enterprise.name,
            number=demo.invent.account(), bank=f"{demo.invent.pick(demo.invent.given['banks'])}演示支行",
        )  # fmt: skip


def make_batches(demo: Demo, plan: Plan, tickets: Sequence[Ticket], when: str) -> list[PaymentBatch]:
    """A batch of each paying agency with what is due to these cases, handed to the checker."""
    made, wanted = [], {one.case_id for one in tickets}
    for agency in payers(tickets):
        at(when)
        maker = demo.at_agency(agency.pk, Role.PAY_MAKER)
        keys = [row.key for row in due(plan, [agency.pk]) if row.instalment.award.case_id in wanted]
        one = batches.make(plan, agency, maker, keys=keys, purpose=PURPOSE[plan.call.measure])
        made.append(batches.ask_check(one, maker, version=one.version))
    return made


def send(demo: Demo, made: Sequence[PaymentBatch], checked: str, sent: str) -> list[PaymentBatch]:
    """The second person checks, the first sends."""
    out = []
    for one in made:
        at(checked)
        ready = batches.check(one, demo.at_agency(one.checker_agency_id, Role.PAY_CHECKER), version=one.version)
        at(sent)
        out.append(batches.export(ready, demo.at_agency(one.agency_id, Role.PAY_MAKER), version=ready.version))
    return out


def answers(
    demo: Demo, sent: Sequence[PaymentBatch], when: str, *, returned: Callable[[Payment], bool] = lambda row: False
) -> None:
    """The bank answers every row of some batches: paid, save those that came back."""
    day: date = at(when).date()
    for one in sent:
        rows = one.payments.filter(state=Payment.State.SENT).select_related("instalment__award")
        results = {
            row.pk: Result(False, day, text("bank_words")) if returned(row) else Result(True, day) for row in rows
        }
        maker: Actor = demo.at_agency(one.agency_id, Role.PAY_MAKER)
        enter_results(one, maker, results=results, version=one.version)


def come_back(demo: Demo, tickets: Sequence[Ticket], when: str) -> None:
    """Payments booked as paid come back days later."""
    day = at(when).date()
    paid = Payment.objects.filter(
        instalment__award__case__in=[one.case_id for one in tickets], state=Payment.State.PAID
    )
    for row in paid.select_related("batch"):
        maker = demo.at_agency(row.batch.agency_id, Role.PAY_MAKER)
        bounce(row, maker, on=day, words=text("bank_words"), version=row.version)
