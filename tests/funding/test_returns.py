"""What the bank sent back: whose turn it is, what keeps the money where it is, and what everybody sees of it."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from subsidy.accounts.models import User
from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.enterprises.models import Enterprise
from subsidy.funding import selectors
from subsidy.funding.batch import make
from subsidy.funding.examine import due, owed, standing
from subsidy.funding.models import Payment, PaymentBatch, Plan
from subsidy.funding.payee import confirm_account
from subsidy.funding.payments import NO_REFUSED_ACCOUNT
from subsidy.funding.results import Result, bounce, enter_results
from subsidy.funding.tables import outcome_tag
from subsidy.messages.models import Message
from tests.funding import factory
from tests.funding.factory import DAY
from tests.world import World, actor
from workflow.perform import Refused

PAID = Result(True, DAY)
WORDS = "户名与账号不符"
REFUSED = Result(False, DAY, WORDS)
DELAYED = Result(False, DAY, "国库系统维护", Payment.Cause.OTHER)


def answered(world: World, plan: Plan, *results: Result) -> PaymentBatch:
    batch = factory.sent(world, plan, "jilin")
    rows = batch.payments.filter(state="sent").order_by("position")
    given = {row.pk: result for row, result in zip(rows, results, strict=True)}
    return enter_results(batch, actor("jl_pay_maker"), results=given, version=batch.version)


def rows_of(world: World, plan: Plan) -> list:
    return due(plan, [world.agencies["222401-czj"].pk])


def page(who: str, name: str, *args: object) -> str:
    client = Client()
    client.force_login(User.objects.get(username=who))
    return client.get(reverse(f"funding:{name}", args=args)).content.decode()


def test_an_account_that_the_bank_refused_is_not_payable_before_it_is_confirmed_anew(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", ["3000000.00"])
    answered(world, plan, REFUSED)
    (row,) = rows_of(world, plan)
    assert not row.payable
    assert row.words == f"待确认收款账户：2026-05-20 被银行退回，{WORDS}；企业重新确认前不能拨付"
    with pytest.raises(Refused, match="待确认收款账户"):
        make(plan, world.agencies["222401-czj"], actor("jl_pay_maker"), keys=[row.key], purpose="x")
    shown = page("jl_pay_maker", "batch_new", plan.pk)
    assert f"待确认收款账户：2026-05-20 被银行退回，{WORDS}" in shown
    assert "户名一致" not in shown
    assert f'value="{row.key}"' not in shown
    factory.confirmed(cases)
    (row,) = rows_of(world, plan)
    assert row.payable
    assert row.words == f"2026-05-20 曾退票（{WORDS}），企业已重新确认原账户"


def test_another_account_is_as_good_and_the_checker_sees_that_it_is_another(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", ["3000000.00"])
    answered(world, plan, REFUSED)
    name = cases[0].enterprise.name
    confirm_account(
        cases[0], cases[0].enterprise, factory.filer_of(cases[0]), holder=name, number="6222000099990000", bank="工行"
    )
    (row,) = rows_of(world, plan)
    assert row.payable
    assert "企业已更正账户" in row.words


def test_the_database_refuses_a_payment_to_an_account_that_was_refused(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", ["3000000.00"])
    batch = answered(world, plan, REFUSED)
    old = batch.payments.get()
    again = {
        "batch": batch, "instalment": old.instalment, "payee": old.payee, "account": old.account, "position": 2,
        "amount": old.amount,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="not confirmed anew"), transaction.atomic():
        Payment.objects.create(**again)
    assert "returned_for = 'account'" in NO_REFUSED_ACCOUNT
    factory.confirmed(cases)
    assert Payment.objects.create(**again).pk


def test_the_database_refuses_a_return_without_a_cause(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00"])
    batch = answered(world, plan, REFUSED)
    with pytest.raises(IntegrityError, match="a_return_has_its_cause"), transaction.atomic():
        batch.payments.update(returned_for="")


def test_a_return_that_is_not_the_accounts_fault_asks_nothing_of_the_enterprise(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", ["3000000.00"])
    Message.objects.all().delete()
    answered(world, plan, DELAYED)
    assert rows_of(world, plan)[0].payable
    assert cases[0] not in selectors.to_confirm(factory.filer_of(cases[0]))
    assert not Message.objects.filter(title__contains="退回").exists()


def test_an_enterprise_is_asked_again_until_it_has_confirmed(world: World) -> None:
    plan, cases = factory.payable(world, "jilin", ["3000000.00"])
    filer = factory.filer_of(cases[0])
    assert cases[0] not in selectors.to_confirm(filer)
    answered(world, plan, REFUSED)
    assert cases[0] in selectors.to_confirm(filer)
    factory.confirmed(cases)
    assert cases[0] not in selectors.to_confirm(filer)


def test_what_one_member_confirms_does_not_answer_for_another(world: World) -> None:
    Call.objects.filter(pk=world.calls["jilin"].pk).update(payee="member")
    world.calls["jilin"].refresh_from_db()
    cases = factory.reserved(world, "jilin", ["600000.00"])
    firms = [world.enterprises[key] for key in ("head", "member1", "member2")]
    for row, firm in zip(cases[0].projects.order_by("position"), firms, strict=True):
        type(row.project).objects.filter(pk=row.project_id).update(enterprise=firm)
    factory.quota(world, "jilin", "600000.00")
    plan = factory.issued(world, factory.approved(factory.final(world, "jilin", cases, "600000.00"), "jilin"))
    for place, firm in enumerate(firms):
        _confirm(cases[0], firm, place)
    batch = factory.sent(world, plan, "jilin")
    results = {row.pk: REFUSED if row.payee == firms[2] else PAID for row in batch.payments.all()}
    enter_results(batch, actor("jl_pay_maker"), results=results, version=batch.version)
    _confirm(cases[0], firms[1], 7)
    assert not rows_of(world, plan)[0].payable
    assert cases[0] in selectors.to_confirm(_filer(firms[2]))
    assert cases[0] not in selectors.to_confirm(_filer(firms[1]))
    _confirm(cases[0], firms[2], 8)
    assert rows_of(world, plan)[0].payable


def _filer(firm: Enterprise) -> object:
    someone = actor("jl_applicant")
    seat = replace(someone.seats[0], enterprise_id=firm.pk)
    return replace(someone, seats=(seat,), enterprises=frozenset({firm.pk}))


def _confirm(case: Case, firm: Enterprise, place: int) -> None:
    confirm_account(case, firm, _filer(firm), holder=firm.name, number=f"622200000000{place:04d}", bank="工行")


def test_what_can_be_paid_is_counted_apart_from_what_cannot(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00", "1000000.00", "500000.00"])
    held = Case.objects.get(number="JL-2026-00503")
    batch = factory.sent(world, plan, "jilin")
    rows = list(batch.payments.order_by("position"))
    results = {rows[0].pk: DELAYED, rows[1].pk: REFUSED, rows[2].pk: DELAYED}
    enter_results(batch, actor("jl_pay_maker"), results=results, version=batch.version)
    held.holds.create(kind="objection", reason="异议核查", source="公示", set_by="甲", set_at=batch.made_at)
    found = standing(owed(actor("jl_pay_maker")))
    assert (found.rows, found.cases, str(found.amount)) == (1, 1, "3000000.00")
    assert (found.barred_rows, dict(found.barriers)) == (2, {"待确认收款账户": 1, "异议暂缓": 1})
    shown = page("jl_pay_maker", "batches")
    assert "可拨付 1 笔，3,000,000.00 元" in shown
    assert "暂不能拨付 2 笔：" in shown
    assert "待确认收款账户 1 笔" in shown


@pytest.mark.parametrize(
    ("results", "words"),
    [([PAID, PAID], "全部成功"), ([PAID, REFUSED], "部分成功，退票 1 笔"), ([REFUSED, DELAYED], "全部退票")],
)
def test_a_batch_is_called_the_same_on_the_list_on_its_page_and_on_the_plan(
    world: World, results: list[Result], words: str
) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00", "1000000.00"])
    batch = answered(world, plan, *results)
    tag = f">{words}<"
    assert tag in page("jl_pay_maker", "batches")
    assert tag in page("jl_pay_maker", "batch", batch.pk)
    assert tag in page("jl_upper", "plan", plan.pk)


def test_a_payment_that_came_back_has_the_day_of_its_return_and_no_day_of_arrival(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00"])
    batch = answered(world, plan, PAID)
    row = batch.payments.get()
    row = bounce(row, actor("jl_pay_maker"), on=DAY, words="账户已销户", version=row.version)
    assert (row.paid_on, row.returned_on, row.returned_for) == (DAY, DAY, "account")
    shown = page("jl_pay_maker", "batch", batch.pk)
    assert 'data-th="到账日期">–<' in shown.replace("\n", "")
    assert f'data-th="退票日期">{date(2026, 5, 20)}<' in shown.replace("\n", "")
    assert escape("收款账户原因：账户已销户") in shown
    assert outcome_tag(selectors.batch(actor("jl_pay_maker"), batch.pk)).text == "全部退票"
