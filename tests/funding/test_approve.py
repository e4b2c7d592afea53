"""Approvals in their order, and what the last one does."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from policies.kit.facts import CaseFacts
from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.funding.approve import record_approval
from subsidy.funding.award import parts_of_payees, shares
from subsidy.funding.issue import issue
from subsidy.funding.models import Approval, Award, Instalment, Plan, Share
from subsidy.funding.pots import quota_pot
from subsidy.journal.selectors import balance, balances_of_cases
from subsidy.messages.models import Message
from tests.funding import factory
from tests.funding.factory import DAY
from tests.world import World, actor
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import State


def waiting(world: World, measure: str = "jilin") -> tuple[Plan, list[Case]]:
    cases = factory.reserved(world, measure, ["3000000.00", "1000000.00"])
    factory.quota(world, measure, "4000000.00")
    return factory.final(world, measure, cases, "4000000.00"), cases


def record(plan: Plan, who: str, step: str, **values: object) -> Plan:
    given_ = {"document": "吉政函〔2026〕7号", "dated": DAY, "scan": "0" * 64, "version": plan.version} | values
    return record_approval(plan, actor(who), step=step, **given_)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [("jilin", ["industry", "finance", "government", "budget"]), ("zhongshan", ["plan", "government"])],
)
def test_each_measure_asks_for_its_approvals_in_its_order(world: World, measure: str, expected: list[str]) -> None:
    plan, _cases = waiting(world, measure)
    plan = factory.approved(plan, measure)
    assert list(plan.approvals.values_list("step", flat=True)) == expected
    assert plan.state == Plan.State.APPROVED


def test_an_approval_out_of_order_is_refused(world: World) -> None:
    plan, _cases = waiting(world)
    with pytest.raises(Refused, match="须先完成：省工信厅签署分配方案"):
        record(plan, "jl_upper", "government")


@pytest.mark.parametrize(
    ("step", "strangers"),
    [
        (
            "industry",
            ["jl_upper", "jl_upper2", "jl_upper_finance", "zs_issuer", "jl_local", "jl_pay_maker", "jl_applicant"],
        ),
        ("finance", ["jl_upper", "jl_issuer", "zs_upper_finance", "jl_finance"]),
        ("government", ["jl_issuer", "jl_upper_finance", "zs_upper", "jl_pay_checker"]),
        ("budget", ["jl_issuer", "jl_upper_finance", "zs_upper", "jl_local"]),
    ],
)
def test_each_approval_is_recorded_by_those_whose_it_is(world: World, step: str, strangers: list[str]) -> None:
    plan, _cases = waiting(world)
    for stranger in strangers:
        with pytest.raises(NotAllowed):
            record(plan, stranger, step)
    assert not Approval.objects.exists()


def test_whoever_drew_up_a_plan_does_not_sign_it(world: World) -> None:
    plan, _cases = waiting(world)
    Plan.objects.filter(pk=plan.pk).update(made_by=actor("jl_issuer").id)
    with pytest.raises(NotAllowed):
        record(plan, "jl_issuer", "industry")


def test_an_approval_has_a_day_not_after_today_nor_before_the_one_ahead(world: World) -> None:
    plan, _cases = waiting(world)
    with pytest.raises(Refused, match="不能晚于今天"):
        record(plan, "jl_issuer", "industry", dated=date(2026, 5, 21))
    plan = record(plan, "jl_issuer", "industry")
    with pytest.raises(Refused, match="不能早于前一项审批"):
        record(plan, "jl_upper_finance", "finance", dated=date(2026, 5, 19))


def test_two_record_the_same_approval_and_the_second_is_told(world: World) -> None:
    plan, _cases = waiting(world)
    record(plan, "jl_issuer", "industry")
    with pytest.raises(Conflict):
        record(plan, "jl_issuer", "industry")


def test_a_refusal_gives_cases_and_money_back(world: World) -> None:
    plan, cases = waiting(world)
    plan = record(plan, "jl_issuer", "industry")
    with pytest.raises(Refused, match="请填写理由"):
        record(plan, "jl_upper_finance", "finance", granted=False)
    plan = record(plan, "jl_upper_finance", "finance", granted=False, note="额度另有安排")
    assert plan.state == Plan.State.REFUSED
    assert set(Case.objects.filter(pk__in=[case.pk for case in cases]).values_list("state", flat=True)) == {"reserved"}
    assert balance(quota_pot(plan)) == Decimal("4000000.00")
    assert not Award.objects.exists()
    again = factory.final(world, "jilin", cases, "4000000.00")
    assert factory.approved(again, "jilin").state == Plan.State.APPROVED


def test_the_last_approval_awards_and_jilin_waits_for_the_issue(world: World) -> None:
    plan, cases = waiting(world)
    factory.approved(plan, "jilin")
    assert set(Instalment.objects.values_list("state", flat=True)) == {"approved"}
    assert balances_of_cases([cases[0].pk])[cases[0].pk]["awarded"] == Decimal("3000000.00")
    cases[0].refresh_from_db()
    assert cases[0].state == State.APPROVED
    assert list(Award.objects.order_by("case").values_list("amount", flat=True)) == [
        Decimal("3000000.00"),
        Decimal("1000000.00"),
    ]


def test_in_zhongshan_the_money_is_payable_at_once(world: World) -> None:
    plan, cases = waiting(world, "zhongshan")
    factory.approved(plan, "zhongshan")
    assert set(Instalment.objects.values_list("state", flat=True)) == {"payable"}
    assert balances_of_cases([cases[0].pk])[cases[0].pk]["payable"] == Decimal("3000000.00")


def test_payees_are_asked_to_confirm_their_account(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00"])
    Case.objects.filter(pk=cases[0].pk).update(enterprise=world.enterprises["head"])
    factory.quota(world, "jilin", "4000000.00")
    factory.approved(factory.final(world, "jilin", cases, "3000000.00"), "jilin")
    told = Message.objects.filter(title="资金方案已批准，请确认收款信息")
    assert {message.recipient.username for message in told} >= {"jl_applicant"}


def test_the_shares_follow_what_each_project_counts_for(world: World) -> None:
    cases = factory.reserved(world, "jilin", ["600000.00"], with_facts=True)
    factory.quota(world, "jilin", "600000.00")
    factory.approved(factory.final(world, "jilin", cases, "600000.00"), "jilin")
    assert [f"{share.amount:f}" for share in Share.objects.order_by("project__position")] == [
        "100000.00", "200000.00", "300000.00",
    ]  # fmt: skip
    assert set(Share.objects.values_list("payee", flat=True)) == {cases[0].enterprise_id}


@given(
    st.integers(1, 10**11), st.lists(st.integers(0, 10**9), min_size=1, max_size=9), st.booleans(),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=3),
)  # fmt: skip
def test_the_shares_make_the_award_and_the_instalments_divide_like_them(
    fen: int, weights: list[int], members: bool, years: list[int]
) -> None:
    award = Award(pk=1, amount=Decimal(fen).scaleb(-2))
    case = Case(enterprise_id=1)
    rows = [
        SimpleNamespace(pk=place, project_id=place, case=case, project=SimpleNamespace(enterprise_id=1 + place % 3))
        for place in range(len(weights))
    ]
    facts = SimpleNamespace(
        projects=[
            SimpleNamespace(
                key=f"project-{place}", lines=[SimpleNamespace(category="e", claimed=Decimal(weight), recognised=None)]
            )
            for place, weight in enumerate(weights)
        ]
    )
    policy = SimpleNamespace(categories=[SimpleNamespace(key="e", counts=True)])
    held = _shares(award, rows, Call.Payee.MEMBER if members else Call.Payee.HEAD, facts, policy)
    assert sum(amount for _payee, amount in held) == award.amount
    plain = [Share(payee_id=payee, amount=amount) for payee, amount in held]
    instalments = _years(award.amount, years)
    parts = parts_of_payees(plain, instalments)
    for one in instalments:
        assert sum(amount for (pk, _payee), amount in parts.items() if pk == one.pk) == one.amount
    for payee in {share.payee_id for share in plain}:
        paid = sum(amount for (_pk, who), amount in parts.items() if who == payee)
        assert paid == sum(share.amount for share in plain if share.payee_id == payee)


def _shares(award: Award, rows: object, payee: str, facts: object, policy: object) -> list[tuple[int, Decimal]]:
    """The divided amounts; the rows are no model instances, so the shares are read before they become rows."""
    made: list[tuple[int, Decimal]] = []

    class Kept:
        def __init__(self, award: Award, project: object, amount: Decimal, payee_id: int) -> None:
            made.append((payee_id, amount))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("subsidy.funding.award.Share", Kept)
        shares(award, rows, payee, facts, policy)  # type: ignore[arg-type]
    return made


def _years(amount: Decimal, weights: list[int]) -> list[Instalment]:
    left, rows = amount, []
    for place, weight in enumerate(weights, start=1):
        last = place == len(weights)
        part = left if last else (amount * weight / sum(weights)).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
        left -= part
        if part > 0:
            rows.append(Instalment(pk=place, year=2025 + place, amount=part))
    return rows


def test_jilin_pays_over_the_years_as_the_group_progresses(world: World) -> None:
    from policies.kit.facts import ProgressFacts
    from subsidy.funding.award import years

    policy = policy_of(world.calls["jilin"])
    facts = factory.assessed(factory.reserved(world, "jilin", ["600000.00"])[0])
    from dataclasses import replace

    from policies.kit.facts import from_json

    seen: CaseFacts = replace(
        from_json(facts.facts), progress=(ProgressFacts(2027, Decimal("0.4")), ProgressFacts(2028, Decimal("1")))
    )
    assert years(Decimal("100000.01"), 2027, seen, policy) == [(2027, Decimal("40000.00")), (2028, Decimal("60000.01"))]
    assert years(Decimal("100000.01"), 2027, None, policy) == [(2027, Decimal("100000.01"))]


def test_the_issue_needs_a_target_for_every_case_and_happens_once(world: World) -> None:
    plan, cases = waiting(world)
    plan = factory.approved(plan, "jilin")
    payer, finance = world.agencies["222401-czj"], actor("jl_upper_finance")
    targets = [{"case": case.number, "target": "投资", "value": "10%"} for case in cases]
    values = {"document": "吉财产业指〔2026〕88号", "issued_on": DAY}
    with pytest.raises(Refused, match="JL-2026-00502 尚未分解绩效指标"):
        issue(plan, payer, finance, targets=targets[:1], **values)  # type: ignore[arg-type]
    for stranger in ("jl_upper", "jl_issuer", "jl_pay_maker", "zs_upper_finance"):
        with pytest.raises(NotAllowed):
            issue(plan, payer, actor(stranger), targets=targets, **values)  # type: ignore[arg-type]
    made = issue(plan, payer, finance, targets=targets, **values)  # type: ignore[arg-type]
    assert made.amount == Decimal("4000000.00")
    assert set(Instalment.objects.values_list("state", flat=True)) == {"payable"}
    with pytest.raises(Conflict):
        issue(plan, payer, finance, targets=targets, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["approved", "disbursing", "tracking"])
def test_the_database_refuses_a_case_in_a_state_of_money_without_money(world: World, state: str) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00"])
    way = ["allocated", "approved", "disbursing", "tracking"]

    def walk() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for step in way[: way.index(state) + 1]:
                cursor.execute("UPDATE cases_case SET state = %s WHERE id = %s", [step, cases[0].pk])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="money"):
        walk()


def test_approving_fifty_cases_takes_as_many_statements_as_five(world: World) -> None:
    from django.test.utils import CaptureQueriesContext

    counts = []
    for start, count in ((1, 1), (10, 5), (100, 50)):
        cases = factory.reserved(world, "jilin", ["1000000.00"] * count, start=start)
        factory.quota(world, "jilin", f"{count}000000.00", document=f"吉财预〔2026〕{start}号")
        with CaptureQueriesContext(connection) as captured:
            factory.approved(factory.final(world, "jilin", cases, f"{count}000000.00"), "jilin")
        counts.append(len(captured))
    assert counts[1] == counts[2]
