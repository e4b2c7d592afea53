"""Two at once: one wins, the other is told, and the money is right."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection

from subsidy.accounts.models import Agency
from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.funding.batch import export, make
from subsidy.funding.examine import due
from subsidy.funding.models import Payment, PaymentBatch, Plan
from subsidy.funding.payee import confirm_account
from subsidy.funding.plan import finalise
from subsidy.journal.models import Account
from tests import world as worlds
from tests.funding import factory
from tests.world import World, actor
from workflow.once import once
from workflow.perform import Refused

pytestmark = [pytest.mark.starts_from("tests.funding.test_races:build"), pytest.mark.usefixtures("fresh_database")]


def build() -> None:
    """A checked batch, money that waits for one, and two drafts that want the same quota."""
    made = worlds.build()
    first, _cases = factory.payable(made, "jilin", ["3000000.00", "1000000.00"])
    factory.checked(factory.batch_of(made, first, "jilin"), "jilin")
    factory.payable(made, "zhongshan", ["2000000.00"])
    factory.quota(made, "jilin", "5000000.00", document="吉财预〔2026〕101号")
    for start in (20, 30):
        factory.drafted(made, "jilin", factory.reserved(made, "jilin", ["4000000.00"], start=start), "4000000.00")


@pytest.fixture
def made() -> World:
    """The world's agencies and calls as the copy holds them."""
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    calls = {call.measure: call for call in Call.objects.all()}
    return World(agencies, {}, None, {}, None, calls)  # type: ignore[arg-type]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each of several acts gave or raised, begun at the same moment on connections of their own."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            gate.wait()
            return act()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_people_send_the_same_batch_and_one_wins(made: World) -> None:
    batch = PaymentBatch.objects.get()
    maker = actor("jl_pay_maker")
    answers = at_once(*[lambda: export(batch, maker, version=batch.version)] * 4)
    assert sum(isinstance(answer, PaymentBatch) for answer in answers) == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == 3
    sent = Account.objects.filter(kind="sent", measure="jilin").values_list("balance", flat=True)
    assert sum(sent) == Decimal("4000000.00")
    call_command("check_journal")


def test_a_double_click_makes_one_batch(made: World) -> None:
    plan = Plan.objects.get(call=made.calls["zhongshan"])
    payer, maker = made.agencies["442000-gxj"], actor("zs_pay_maker")
    keys = [row.key for row in due(plan, [payer.pk])]

    def click() -> str:
        return once("same-page", maker, lambda: str(make(plan, payer, maker, keys=keys, purpose="x").pk))

    answers = at_once(*[click] * 8)
    assert len(set(answers)) == 1
    assert PaymentBatch.objects.filter(plan=plan).count() == 1


def test_two_people_put_the_same_money_into_batches_and_one_wins(made: World) -> None:
    plan = Plan.objects.get(call=made.calls["zhongshan"])
    payer, maker = made.agencies["442000-gxj"], actor("zs_pay_maker")
    keys = [row.key for row in due(plan, [payer.pk])]
    answers = at_once(*[lambda: make(plan, payer, maker, keys=keys, purpose="x")] * 6)
    assert sum(isinstance(answer, PaymentBatch) for answer in answers) == 1
    assert Payment.objects.filter(batch__plan=plan).count() == 1


def test_two_plans_want_the_same_quota_and_one_gets_it(made: World) -> None:
    drafts = list(Plan.objects.filter(state="draft"))
    planner = actor("jl_upper")
    answers = at_once(*[lambda plan=plan: finalise(plan, planner, version=plan.version) for plan in drafts])
    assert sum(isinstance(answer, Plan) for answer in answers) == 1
    assert Account.objects.get(kind="quota", measure="jilin").balance == Decimal("1000000.00")
    assert sorted(Plan.objects.filter(pk__in=[plan.pk for plan in drafts]).values_list("state", flat=True)) == [
        "draft",
        "final",
    ]
    call_command("check_journal")


def test_an_account_that_changes_while_a_batch_is_sent_never_meets_the_old_row_and_the_new_number(made: World) -> None:
    batch = PaymentBatch.objects.get()
    case = Case.objects.get(number="JL-2026-00501")
    maker, filer = actor("jl_pay_maker"), factory.filer_of(case)

    def change() -> object:
        return confirm_account(
            case, case.enterprise, filer, holder=case.enterprise.name, number="6222000099998888", bank="工行"
        )

    at_once(lambda: export(batch, maker, version=batch.version), change)
    row = batch.payments.get(position=1)
    assert row.state in {"sent", "dropped"}
    assert row.account.number != "6222000099998888"
    call_command("check_journal")
