"""The money's whole way, measure by measure, through the verbs."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from subsidy.funding.models import Award, Instalment, Payment, PaymentBatch, Plan
from subsidy.funding.results import Result, enter_results
from subsidy.journal.selectors import balances_of_cases
from tests.funding import factory
from tests.funding.factory import DAY, PAYERS
from tests.world import World, actor
from workflow.states import State


@pytest.mark.parametrize("measure", ["jilin", "zhongshan"])
def test_money_goes_from_the_quota_to_the_bank_and_the_case_is_paid(world: World, measure: str) -> None:
    plan, cases = factory.payable(world, measure, ["3000000.00", "1000000.00"])
    batch = factory.sent(world, plan, measure)
    rows = {row.pk: Result(True, DAY) for row in batch.payments.all()}
    batch = enter_results(batch, actor(PAYERS[measure][0]), results=rows, version=batch.version)
    assert batch.state == PaymentBatch.State.SETTLED
    for case, amount in zip(cases, ("3000000.00", "1000000.00"), strict=True):
        case.refresh_from_db()
        assert case.state == State.TRACKING
        assert balances_of_cases([case.pk])[case.pk]["paid"] == Decimal(amount)
    assert set(Payment.objects.values_list("state", flat=True)) == {"paid"}
    assert set(Instalment.objects.values_list("state", flat=True)) == {"paid"}
    assert Plan.objects.get(pk=plan.pk).state == Plan.State.APPROVED
    assert Award.objects.count() == 2
    call_command("check_journal")
