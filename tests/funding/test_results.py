"""The bank's answers: paid, returned, and back again."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subsidy.calls.models import Call
from subsidy.cases.facts import facts_of
from subsidy.cases.models import Case
from subsidy.funding.examine import due
from subsidy.funding.models import Instalment, Payment, PaymentBatch
from subsidy.funding.payee import confirm_account
from subsidy.funding.results import Result, bounce, enter_results
from subsidy.journal.selectors import balances_of_cases
from subsidy.messages.models import Message
from tests.funding import factory
from tests.funding.factory import DAY
from tests.world import World, actor
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import State

PAID = Result(True, DAY)
RETURNED = Result(False, DAY, "户名不符")


def answered(batch: PaymentBatch, *results: Result | None) -> PaymentBatch:
    rows = batch.payments.filter(state="sent").order_by("position")
    given = {row.pk: result for row, result in zip(rows, results, strict=True) if result is not None}
    return enter_results(batch, actor("jl_pay_maker"), results=given, version=batch.version)


def state_of(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def test_paid_and_returned_rows_go_their_own_way(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", ["3000000.00", "1000000.00"])
    batch = answered(factory.sent(world, plan, "jilin"), PAID, RETURNED)
    assert [state_of(case) for case in cases] == [State.TRACKING, State.DISBURSING]
    held = balances_of_cases([case.pk for case in cases])
    assert held[cases[0].pk]["paid"] == Decimal("3000000.00")
    assert held[cases[1].pk]["payable"] == Decimal("1000000.00")
    assert batch.state == PaymentBatch.State.SETTLED
    assert list(Instalment.objects.order_by("award__case").values_list("state", flat=True)) == ["paid", "payable"]
    call_command("check_journal")


def test_a_row_without_an_answer_stays_on_its_way(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00", "1000000.00"])
    batch = answered(factory.sent(world, plan, "jilin"), PAID, None)
    assert batch.state == PaymentBatch.State.EXPORTED
    batch.refresh_from_db()
    assert answered(batch, PAID).state == PaymentBatch.State.SETTLED


def test_a_returned_payment_can_be_paid_again_once_only(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", ["3000000.00"])
    answered(factory.sent(world, plan, "jilin"), RETURNED)
    factory.confirmed(cases)
    again = factory.sent(world, plan, "jilin")
    assert not due(plan, [world.agencies["222401-czj"].pk])
    answered(again, PAID)
    assert not due(plan, [world.agencies["222401-czj"].pk])
    assert state_of(cases[0]) == State.TRACKING
    assert balances_of_cases([cases[0].pk])[cases[0].pk]["paid"] == Decimal("3000000.00")
    assert list(Payment.objects.order_by("pk").values_list("state", flat=True)) == ["returned", "paid"]


def test_what_bounces_after_it_was_paid_takes_the_case_back(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", ["3000000.00"])
    answered(factory.sent(world, plan, "jilin"), PAID)
    row = Payment.objects.get()
    with pytest.raises(Refused, match="银行退票说明"):
        bounce(row, actor("jl_pay_maker"), on=DAY, words=" ", version=row.version)
    bounce(row, actor("jl_pay_maker"), on=DAY, words="账户已销户", version=row.version)
    assert state_of(cases[0]) == State.DISBURSING
    assert Instalment.objects.get().state == Instalment.State.PAYABLE
    held = balances_of_cases([cases[0].pk])[cases[0].pk]
    assert (held["paid"], held["payable"]) == (Decimal("0.00"), Decimal("3000000.00"))
    factory.confirmed(cases)
    answered(factory.sent(world, plan, "jilin"), PAID)
    assert state_of(cases[0]) == State.TRACKING
    call_command("check_journal")


def test_members_are_paid_their_shares_and_one_return_leaves_the_case_paid(world: World) -> None:
    Call.objects.filter(pk=world.calls["jilin"].pk).update(payee="member")
    world.calls["jilin"].refresh_from_db()
    cases = factory.reserved(world, "jilin", ["600000.00"])
    rows = list(cases[0].projects.order_by("position"))
    for row, key in zip(rows, ("head", "member1", "member2"), strict=True):
        type(row.project).objects.filter(pk=row.project_id).update(enterprise=world.enterprises[key])
    factory.assessed(cases[0])
    factory.quota(world, "jilin", "600000.00")
    plan = factory.issued(world, factory.approved(factory.final(world, "jilin", cases, "600000.00"), "jilin"))
    for place, key in enumerate(("head", "member1", "member2")):
        firm = world.enterprises[key]
        confirm_account(
            cases[0], firm, _filer(firm.pk), holder=firm.name, number=f"6222000000000{place:03d}", bank="工行"
        )
    batch = factory.sent(world, plan, "jilin")
    assert list(batch.payments.order_by("amount").values_list("amount", flat=True)) == [
        Decimal("100000.00"), Decimal("200000.00"), Decimal("300000.00"),
    ]  # fmt: skip
    answered(batch, PAID, PAID, RETURNED)
    assert state_of(cases[0]) == State.TRACKING
    assert Instalment.objects.get().state == Instalment.State.PAYABLE
    back = Payment.objects.get(state="returned").payee
    confirm_account(cases[0], back, _filer(back.pk), holder=back.name, number="6222000000000999", bank="工行")
    answered(factory.sent(world, plan, "jilin"), PAID)
    assert Instalment.objects.get().state == Instalment.State.PAID


def _filer(enterprise: int) -> object:
    from dataclasses import replace

    someone = actor("jl_applicant")
    return replace(
        someone, seats=(replace(someone.seats[0], enterprise_id=enterprise),), enterprises=frozenset({enterprise})
    )


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (Result(True, date(2026, 5, 21)), "送出日"), (Result(True, date(2026, 5, 19)), "送出日"),
        (Result(False, DAY, " "), "请填写银行说明"),
    ],
)  # fmt: skip
def test_an_answer_has_a_possible_day_and_a_return_its_reason(world: World, result: Result, message: str) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00"])
    batch = factory.sent(world, plan, "jilin")
    with pytest.raises(Refused, match=message):
        answered(batch, result)


def test_the_same_answers_twice_change_nothing_the_second_time(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00"])
    batch = factory.sent(world, plan, "jilin")
    given = {batch.payments.get().pk: PAID}
    enter_results(batch, actor("jl_pay_maker"), results=given, version=batch.version)
    with pytest.raises(Conflict):
        enter_results(batch, actor("jl_pay_maker"), results=given, version=batch.version)


def test_only_the_paying_agency_enters_results(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00"])
    batch = factory.sent(world, plan, "jilin")
    given = {batch.payments.get().pk: PAID}
    for stranger in ("jl_pay_checker", "zs_pay_maker", "jl_upper", "jl_upper_finance"):
        with pytest.raises(NotAllowed):
            enter_results(batch, actor(stranger), results=given, version=batch.version)


def test_the_enterprise_is_told_of_a_return(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00"])
    Case.objects.filter(pk=cases[0].pk).update(enterprise=world.enterprises["head"])
    cases[0].refresh_from_db()
    factory.quota(world, "jilin", "3000000.00")
    plan = factory.issued(world, factory.approved(factory.final(world, "jilin", cases, "3000000.00"), "jilin"))
    factory.confirmed(cases)
    answered(factory.sent(world, plan, "jilin"), RETURNED)
    message = Message.objects.filter(title="款项被银行退回，请核对收款账户").first()
    assert message is not None
    assert "户名不符" in message.body
    assert message.link == "/my/cases/JL-2026-00501/payee/"


def test_an_award_is_among_the_facts_of_the_next_case_with_its_project(world: World) -> None:
    plan, cases = factory.payable(world, "zhongshan", ["3000000.00"])
    batch = factory.sent(world, plan, "zhongshan")
    enter_results(batch, actor("zs_pay_maker"), results={batch.payments.get().pk: PAID}, version=batch.version)
    (another,) = factory.reserved(world, "zhongshan", ["1.00"], start=9)
    another.projects.update(project=cases[0].projects.get().project)
    (award,) = facts_of(another).awards
    assert (award.allocated, award.paid, award.year) == (Decimal("3000000.00"), Decimal("3000000.00"), 2026)
    assert not facts_of(cases[0]).awards


def test_fifty_answers_take_as_many_statements_as_five(world: World) -> None:
    counts = []
    for start, count in ((1, 5), (100, 50)):
        cases = factory.reserved(world, "jilin", ["1000000.00"] * count, start=start)
        factory.quota(world, "jilin", f"{count}000000.00", document=f"吉财预〔2026〕{start}号")
        plan = factory.issued(
            world, factory.approved(factory.final(world, "jilin", cases, f"{count}000000.00"), "jilin")
        )
        factory.confirmed(cases)
        batch = factory.sent(world, plan, "jilin")
        with CaptureQueriesContext(connection) as captured:
            answered(batch, *[PAID] * (count - 1), RETURNED)
        counts.append(len(captured))
    assert counts[0] == counts[1]
