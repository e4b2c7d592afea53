"""The end of the notice and the payment ask the lists through the same door, in both measures."""

from __future__ import annotations

import pytest

from subsidy.cases.holds import conclude
from subsidy.cases.models import Case, Hold
from subsidy.enterprises.credit.models import CreditCheck
from subsidy.funding.batch import export
from subsidy.funding.examine import due
from subsidy.notices import build
from subsidy.notices.close import close
from subsidy.notices.publish import publish
from tests.enterprises.listing import ABNORMAL, DISHONEST, looked_up, whole
from tests.funding import factory
from tests.notices.factory import CONTACT, START, at
from tests.stations import twin
from tests.world import World, actor, fresh, jilin_submitted, world
from workflow import clock
from workflow.states import State

__all__ = ["world"]
PAYERS = {"jilin": ("jl_pay_maker", "222401-czj"), "zhongshan": ("zs_pay_maker", "442000-gxj")}
UPPER = {"jilin": ("jl_upper", "220000-gxt"), "zhongshan": ("zs_upper", "442000-gxj")}


def test_the_end_of_the_notice_asks_and_a_listed_firm_stays_behind(world: World) -> None:
    looked_up(world, world.enterprises["head"], listed=True)
    whole(world, [], code=ABNORMAL)
    case = twin(jilin_submitted(world), "JL-2026-00800", State.SHORTLISTED)
    builder = actor("jl_upper")
    values = {
        "title": "公示", "number": "吉工信公示〔2026〕3号", "basis": "细则", "procedure": "经专家评审",
        "starts_on": START, "contact": CONTACT,
    }  # fmt: skip
    notice = build.draft(builder, world.calls["jilin"], [case], values)
    notice = build.ask_signature(notice, builder, version=notice.version)
    notice = publish(notice, actor("jl_issuer"), projects=1, version=notice.version)
    clock.travel_to(at(1, month=6))
    close(notice, actor("jl_upper"), version=notice.version)
    checks = CreditCheck.objects.filter(point="notice_end", enterprise=world.enterprises["head"])
    assert set(checks.values_list("list", "listed")) == {(DISHONEST, True), (ABNORMAL, False)}
    assert fresh(case).state == State.PUBLIC_NOTICE
    assert Hold.objects.filter(case=case, kind="credit", released_at__isnull=True).count() == 1


@pytest.mark.parametrize("measure", ["jilin", "zhongshan"])
def test_payment_asks_the_lists_of_its_measure(world: World, measure: str) -> None:
    for code in (DISHONEST, ABNORMAL):
        whole(world, [], code=code, measure=measure)
    plan, _cases = factory.payable(world, measure, ["600000.00"])
    factory.sent(world, plan, measure)
    asked = {"jilin": {DISHONEST, ABNORMAL}, "zhongshan": {DISHONEST}}[measure]
    assert set(CreditCheck.objects.filter(point="payment").values_list("list", flat=True)) == asked


@pytest.mark.parametrize("measure", ["jilin", "zhongshan"])
def test_listed_after_approval_only_its_own_row_stops_until_a_person_concludes(world: World, measure: str) -> None:
    plan, cases = factory.payable(world, measure, ["600000.00", "400000.00"])
    maker, agency = PAYERS[measure]
    batch = factory.checked(factory.batch_of(world, plan, measure), measure)
    who, upper = UPPER[measure]
    looked_up(world, cases[0].enterprise, listed=True, who=who, agency=upper)
    batch = export(batch, actor(maker), version=batch.version)
    assert list(batch.payments.order_by("position").values_list("state", flat=True)) == ["dropped", "sent"]
    (row,) = due(plan, [world.agencies[agency].pk])
    assert (row.payable, row.payee) == (False, cases[0].enterprise)
    assert "信用暂缓" in row.words
    conclude(Hold.objects.get(case=cases[0]), actor(who), note="已履行，准予拨付")
    (row,) = due(plan, [world.agencies[agency].pk])
    assert row.payable
    assert "信用异常（已核实）：失信被执行人" in row.words


def test_a_list_that_the_measure_does_not_ask_stops_no_payment(world: World) -> None:
    plan, cases = factory.payable(world, "zhongshan", ["600000.00"])
    looked_up(world, cases[0].enterprise, listed=True, code=ABNORMAL, who="zs_upper", agency="442000-gxj")
    (row,) = due(plan, [world.agencies["442000-gxj"].pk])
    assert row.payable
    assert not Hold.objects.filter(case__in=Case.objects.all()).exists()
