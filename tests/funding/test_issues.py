"""What is said of money that was issued to a county: how long it has lain there, and how much of it."""

from datetime import timedelta

import pytest

from subsidy.funding.batchpage import issue_rows
from subsidy.funding.models import Payment, Plan
from subsidy.funding.results import Result, enter_results
from tests.funding import factory
from tests.funding.factory import DAY
from tests.world import NOW, World, actor
from workflow import clock

PAID = Result(True, DAY)
LATER = Result(False, DAY, "国库系统维护", Payment.Cause.OTHER)
WORDS = {
    (): "已下达 99 天，尚未拨付",
    ("sent",): "已下达 99 天，尚在途 4,000,000.00 元",
    (PAID, LATER): "已下达 99 天，尚余 1,000,000.00 元未拨付",
    (PAID, None): "已下达 99 天，尚在途 1,000,000.00 元",
    (PAID, PAID): "已拨付",
}


def said(plan: Plan) -> str:
    clock.travel_to(NOW + timedelta(days=99))
    try:
        return next(row["state"].text for row in issue_rows(actor("jl_pay_maker")) if row["plan"] == plan)
    finally:
        clock.travel_to(NOW)


@pytest.mark.parametrize("answers", list(WORDS), ids=list(WORDS.values()))
def test_an_issue_says_how_much_lies_unpaid_and_since_when(world: World, answers: tuple) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00", "1000000.00"])
    if answers:
        batch = factory.sent(world, plan, "jilin")
        rows = batch.payments.order_by("position")
        results = {row.pk: one for row, one in zip(rows, answers, strict=False) if isinstance(one, Result)}
        if results:
            enter_results(batch, actor("jl_pay_maker"), results=results, version=batch.version)
    assert said(plan) == WORDS[answers]


def test_what_is_paid_is_what_the_bank_paid(world: World) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00", "1000000.00"])
    batch = factory.sent(world, plan, "jilin")
    results = dict(zip([row.pk for row in batch.payments.order_by("position")], [PAID, LATER], strict=True))
    enter_results(batch, actor("jl_pay_maker"), results=results, version=batch.version)
    (row,) = issue_rows(actor("jl_pay_maker"))
    assert (str(row["amount"]), str(row["done"])) == ("4000000.00", "3000000.00")
