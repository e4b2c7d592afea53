"""A plan: what it may give, how it divides, and what stands in its way."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy.cases.models import Case, Hold, ProvinceItem
from subsidy.funding import ready
from subsidy.funding.models import Plan, PlanLine
from subsidy.funding.plan import adjust, compute, draft, finalise, take_out
from subsidy.funding.planpage import figures
from subsidy.funding.pots import quota_pot
from subsidy.funding.quota import enter
from subsidy.funding.share import Ask, divide, unit_of
from subsidy.journal.selectors import balance, balances_of_cases
from subsidy.projects.models import MeasuredApproval
from tests.funding import factory
from tests.world import World, actor
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import State


def amounts(plan: Plan) -> list[str]:
    return [f"{line.amount:f}" for line in plan.lines.order_by("position")]


def test_a_quota_that_is_enough_gives_each_line_its_ceiling_in_whole_units(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["1234567.89", "1000000.00"])
    factory.quota(world, "jilin", "9000000.00")
    plan = factory.drafted(world, "jilin", cases, "9000000.00")
    assert amounts(plan) == ["1234500.00", "1000000.00"]


def test_a_quota_that_is_short_gives_all_the_same_rate_and_is_used_to_the_last_unit(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["1000000.00", "1000000.00", "1000000.00"])
    factory.quota(world, "jilin", "1000000.00")
    plan = factory.drafted(world, "jilin", cases, "1000000.00")
    assert amounts(plan) == ["333400.00", "333300.00", "333300.00"]
    assert plan.total == Decimal("1000000.00")
    assert plan.rate == "0.33333333"


def test_the_decided_share_comes_before_the_quota(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["1000000.00"])
    factory.quota(world, "jilin", "9000000.00")
    plan = factory.drafted(world, "jilin", cases, "9000000.00", share="0.8")
    assert amounts(plan) == ["800000.00"]


def test_by_rank_the_first_get_all_and_the_last_what_is_left(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["500000.00", "400000.00", "300000.00"])
    factory.quota(world, "jilin", "750050.00")
    plan = factory.drafted(world, "jilin", cases, "750050.00", rule="by_rank")
    assert amounts(plan) == ["500000.00", "250000.00", "0.00"]


@pytest.mark.parametrize(("decimals", "expected"), [(2, "123400.00"), (1, "123000.00"), (0, "120000.00")])
def test_the_unit_follows_the_decimals_of_the_plan(world: World, decimals: int, expected: str) -> None:
    cases = factory.reserved(world, "jilin", ["123456.78"])
    factory.quota(world, "jilin", "9000000.00")
    plan = factory.drafted(world, "jilin", cases, "9000000.00")
    plan = compute(
        plan, actor("jl_upper"), rule="same_rate", share=Decimal(1), decimals=decimals, amount=Decimal("9000000.00"),
        reason="取整", version=plan.version,
    )  # fmt: skip
    assert amounts(plan) == [expected]


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=30), st.integers(0, 10**10),
    st.sampled_from(list(Plan.Rule)), st.sampled_from([0, 1, 2]),
)  # fmt: skip
def test_no_line_is_above_its_ceiling_and_the_sum_never_above_the_quota(
    caps: list[int], quota: int, rule: Plan.Rule, decimals: int
) -> None:
    unit = unit_of(decimals)
    asked = [Decimal(cap).scaleb(-2) // unit * unit for cap in caps]
    asks = [Ask(str(place), place, cap, cap) for place, cap in enumerate(asked)]
    amount = Decimal(quota).scaleb(-2)
    division = divide(rule, amount, asks, unit)
    given_ = [division.given[ask.key].amount for ask in asks]
    assert all(0 <= part <= cap for part, cap in zip(given_, asked, strict=True))
    assert sum(given_) == division.total <= amount
    assert all(part % unit == 0 for part in given_)
    assert division.balance == amount - division.total
    assert division.total == sum(asked) or amount - division.total < unit


def test_a_share_needs_a_reason_and_is_at_most_the_whole_ceiling(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["1000000.00"])
    plan = factory.drafted(world, "jilin", cases, "100.00")
    values = {"rule": "same_rate", "decimals": 2, "amount": Decimal(100), "version": plan.version}
    with pytest.raises(Refused, match="理由"):
        compute(plan, actor("jl_upper"), share=Decimal(1), reason=" ", **values)
    with pytest.raises(Refused, match="不超过政策上限"):
        compute(plan, actor("jl_upper"), share=Decimal("1.01"), reason="x", **values)


def test_a_line_is_adjusted_below_its_ceiling_with_a_reason_only(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["1000000.00"])
    factory.quota(world, "jilin", "9000000.00")
    plan = factory.drafted(world, "jilin", cases, "9000000.00")
    line = plan.lines.get()

    def to(amount: str, reason: str) -> Plan:
        return adjust(
            plan, actor("jl_upper"), line_id=line.pk, amount=Decimal(amount), reason=reason, version=plan.version
        )

    with pytest.raises(Refused, match="超过该项政策上限"):
        to("1000100.00", "多给")
    with pytest.raises(Refused, match="整数倍"):
        to("900050.00", "少给")
    with pytest.raises(Refused, match="理由"):
        to("900000.00", "  ")
    assert to("900000.00", "已完成九成").total == Decimal("900000.00")


def test_the_database_refuses_a_line_above_its_ceiling(world: World) -> None:
    from django.db import IntegrityError, transaction

    cases = factory.reserved(world, "jilin", ["1000000.00"])
    plan = factory.drafted(world, "jilin", cases, "9000000.00")
    with pytest.raises(IntegrityError, match="never_above_the_cap"), transaction.atomic():
        PlanLine.objects.filter(plan=plan).update(amount=Decimal("1000000.01"))


def test_a_final_plan_takes_its_sum_from_the_quota_and_its_cases_from_the_reserve(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00", "2000000.00", "1000000.00"])
    factory.quota(world, "jilin", "5000000.00")
    plan = factory.final(world, "jilin", cases, "5000000.00", rule="by_rank")
    assert balance(quota_pot(plan)) == Decimal("0.00")
    states = dict(Case.objects.filter(call=plan.call).values_list("number", "state"))
    assert states == {"JL-2026-00501": "allocated", "JL-2026-00502": "allocated", "JL-2026-00503": "reserved"}
    assert balances_of_cases([cases[1].pk])[cases[1].pk] == {"planned": Decimal("2000000.00")}
    assert plan.paper is not None
    assert plan.paper.number == plan.number


def test_a_plan_never_passes_its_quota(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00"])
    factory.quota(world, "jilin", "2000000.00")
    plan = factory.drafted(world, "jilin", cases, "3000000.00")
    with pytest.raises(Refused, match=r"超出可用额度 2,000,000\.00 元"):
        finalise(plan, actor("jl_upper"), version=plan.version)
    assert Plan.objects.get(pk=plan.pk).state == Plan.State.DRAFT


def test_a_plan_without_computing_is_not_final(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00"])
    plan = draft(world.calls["jilin"], actor("jl_upper"), title="方案", year=2027, case_ids=[cases[0].pk])
    with pytest.raises(Refused, match="尚未试算"):
        finalise(plan, actor("jl_upper"), version=plan.version)


def test_a_hold_keeps_a_case_out_of_new_plans_and_stops_a_draft(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00", "1000000.00"])
    factory.quota(world, "jilin", "9000000.00")
    plan = factory.drafted(world, "jilin", cases[:1], "3000000.00")
    for case in cases:
        Hold.objects.create(case=case, kind="objection", reason="异议", source="公示", set_by="甲", set_at=clock.now())
    assert "JL-2026-00501 有未解除的暂缓事项" in next(ready.problems(plan))
    with pytest.raises(Conflict):
        draft(world.calls["jilin"], actor("jl_upper"), title="方案", year=2027, case_ids=[cases[1].pk])


def test_a_case_is_in_one_open_plan_only(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00"])
    factory.drafted(world, "jilin", cases, "3000000.00")
    with pytest.raises(Conflict, match="已列入其他方案"):
        factory.drafted(world, "jilin", cases, "3000000.00")


def test_a_case_that_was_taken_out_can_go_into_another_plan(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00", "1000000.00"])
    plan = factory.drafted(world, "jilin", cases, "3000000.00")
    line = plan.lines.get(case=cases[1])
    plan = take_out(plan, actor("jl_upper"), line_id=line.pk, version=plan.version)
    assert plan.rate == ""
    assert factory.drafted(world, "jilin", cases[1:], "1000000.00").lines.count() == 1


def test_in_zhongshan_no_plan_is_final_before_the_province_has_the_list(world: World) -> None:
    cases = factory.reserved(world, "zhongshan", ["3000000.00"])
    factory.quota(world, "zhongshan", "9000000.00")
    ProvinceItem.objects.all().delete()
    plan = factory.drafted(world, "zhongshan", cases, "3000000.00")
    with pytest.raises(Refused, match="尚未列入已上报省厅的名单"):
        finalise(plan, actor("zs_upper"), version=plan.version)


def test_in_zhongshan_no_plan_is_final_before_the_province_has_approved_the_amount(world: World) -> None:
    cases = factory.reserved(world, "zhongshan", ["3000000.00"])
    factory.quota(world, "zhongshan", "9000000.00")
    plan = factory.drafted(world, "zhongshan", cases, "3000000.00")
    Case.objects.filter(pk=cases[0].pk).update(measured=None)
    assert MeasuredApproval.objects.exists()
    with pytest.raises(Refused, match="待省核定奖励额度"):
        finalise(plan, actor("zs_upper"), version=plan.version)


def test_only_the_agency_of_the_call_plans_it(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00"])
    for stranger in ("zs_upper", "jl_local", "jl_upper_finance", "jl_pay_maker"):
        with pytest.raises(NotAllowed):
            draft(world.calls["jilin"], actor(stranger), title="方案", year=2027, case_ids=[cases[0].pk])


def test_two_officers_at_one_plan_the_second_is_told(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00"])
    plan = factory.drafted(world, "jilin", cases, "3000000.00")
    seen = plan.version
    values = {
        "rule": "same_rate",
        "share": Decimal(1),
        "decimals": 2,
        "amount": Decimal(100),
        "reason": "x",
        "version": seen,
    }
    compute(plan, actor("jl_upper"), **values)
    with pytest.raises(Conflict, match="已由 吴敏 于 05-20 10:00 办理"):
        compute(plan, actor("jl_upper2"), **values)


def test_a_document_gives_its_quota_once(world: World) -> None:
    factory.quota(world, "jilin", "100.00")
    with pytest.raises(Refused, match="已经录入"):
        factory.quota(world, "jilin", "100.00")


def test_nobody_enters_a_quota_for_another_agency(world: World) -> None:
    with pytest.raises(NotAllowed):
        enter(
            actor("zs_upper"), measure="jilin", year=2027, agency=world.agencies["220000-gxt"], amount=Decimal(1),
            document="x", received_on=factory.DAY,
        )  # fmt: skip


def test_the_working_of_a_line_names_the_article_of_its_ceiling(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00"], with_facts=True)
    plan = factory.drafted(world, "jilin", cases, "3000000.00")
    working = plan.lines.get().working
    assert {step["clause"] for step in working["ceiling"]} == {"细则第五条"}
    assert working["share"] == "3,000,000.00 × 100% = 3,000,000.00"
    assert cases[0].state == State.RESERVED


def test_the_page_says_whether_the_free_quota_is_before_or_after_the_plan(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00"])
    factory.quota(world, "jilin", "5000000.00")
    plan = factory.drafted(world, "jilin", cases, "3000000.00")
    before = figures(plan)
    assert (before.label, str(before.available)) == ("2027 年度可用额度（未扣本方案）", "5000000.00")
    after = figures(finalise(plan, actor("jl_upper"), version=plan.version))
    assert (after.label, str(after.available)) == ("2027 年度可用额度（已扣本方案）", "2000000.00")
