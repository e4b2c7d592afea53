"""What holds for any amounts: instalments, deduction, settlement and recovery, to the 分."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies.kit.facts import (
    AwardFacts,
    Breach,
    BreachKind,
    CaseFacts,
    ProgressFacts,
    SettlementFacts,
    YearFacts,
    from_json,
)
from policies.kit.findings import Outcome
from policies.kit.kinds import Level
from policies.kit.money import ZERO, cents
from tests.policies.sheets import REGISTRY, altered, plain

JILIN, ZHONGSHAN = REGISTRY.of("jilin")[0], REGISTRY.of("zhongshan")[0]
GROUP = from_json(plain("jilin"))
CENT = Decimal("0.01")


def yuan(most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most * 100).map(lambda fen: Decimal(fen).scaleb(-2).quantize(CENT))


SHARES = st.integers(0, 12_000).map(lambda n: Decimal(n).scaleb(-4))
PROGRESS = st.lists(st.tuples(st.integers(2026, 2032), SHARES), max_size=5).map(
    lambda steps: tuple(ProgressFacts(*step) for step in steps)
)


@given(yuan(10**9), PROGRESS)
def test_instalments_and_what_lapses_never_pass_the_award(award: Decimal, progress: tuple[ProgressFacts, ...]) -> None:
    plan = JILIN.instalments(replace(GROUP, progress=progress), award)
    amounts = [row.amount for row in plan.rows]
    assert all(amount >= 0 and amount == amount.quantize(CENT) for amount in amounts)
    assert sum(amounts, ZERO) + plan.lapsed <= award
    assert len(amounts) <= 3
    years = [row.year for row in plan.rows]
    assert years == list(range(years[0], years[0] + len(years)))


@given(yuan(10**9), PROGRESS)
def test_when_no_later_year_may_pay_instalments_and_what_lapses_make_the_award(
    award: Decimal, progress: tuple[ProgressFacts, ...]
) -> None:
    plan = JILIN.instalments(replace(GROUP, progress=progress), award)
    paid = sum((row.amount for row in plan.rows), ZERO)
    over = len(plan.rows) == 3 or len(plan.rows) < len(progress)
    assert paid + plan.lapsed == award if over else plan.lapsed == ZERO
    if any(step.completed >= 1 for step in sorted(progress)[: len(plan.rows)]):
        assert paid == award


@given(yuan(10**9), st.lists(SHARES, min_size=3, max_size=3).map(sorted))
def test_after_each_year_so_much_is_paid_as_is_completed(award: Decimal, shares: list[Decimal]) -> None:
    progress = tuple(ProgressFacts(2027 + n, share) for n, share in enumerate(shares))
    plan = JILIN.instalments(replace(GROUP, progress=progress), award)
    paid = ZERO
    for row, share in zip(plan.rows, shares, strict=True):
        paid += row.amount
        assert paid == cents(award * min(share, Decimal(1)))


@given(yuan(10**9), PROGRESS, st.randoms(use_true_random=False))
def test_the_order_of_the_progress_does_not_matter(
    award: Decimal, progress: tuple[ProgressFacts, ...], random: Any
) -> None:
    shuffled = list(progress)
    random.shuffle(shuffled)
    once, again = (JILIN.instalments(replace(GROUP, progress=p), award) for p in (progress, tuple(shuffled)))
    assert once == again


AWARDS = st.lists(
    st.tuples(
        st.sampled_from(["universal", "major"]), st.sampled_from(["p1", "other"]), yuan(10**7), yuan(10**7), yuan(10**7)
    ),
    max_size=6,
).map(
    lambda rows: tuple(
        AwardFacts(f"a{n}", "zhongshan", track, project, 2022, allocated, paid, returned)
        for n, (track, project, allocated, paid, returned) in enumerate(rows)
    )
)


def major(base: Decimal, approved: Decimal, awards: tuple[AwardFacts, ...], order: str = "literal") -> CaseFacts:
    changes = {
        "track": "major",
        "call.window_from": "2021-01-01",
        "projects.p1.fixed_assets_audited": str(base),
        "projects.p1.fixed_assets_statistics": str(base),
        "measured.m1.track": "major",
        "measured.m1.argued": True,
        "measured.m1.approved_amount": str(approved),
        "call.settings": {"deduction_order": order},
    }
    return replace(from_json(altered(plain("zhongshan"), changes)), awards=awards)


def deducted(awards: tuple[AwardFacts, ...]) -> Decimal:
    mine = [one for one in awards if one.track == "universal" and one.project == "p1"]
    return sum((max(ZERO, max(one.allocated, one.paid) - one.returned) for one in mine), ZERO)


@given(yuan(10**9), yuan(10**8), AWARDS, st.sampled_from(["literal", "cap_first"]))
def test_a_major_award_with_what_was_deducted_stays_under_both_ceilings(
    base: Decimal, approved: Decimal, awards: tuple[AwardFacts, ...], order: str
) -> None:
    cap = ZHONGSHAN.entitlement(major(base, approved, awards, order)).cap
    assert cap is not None
    gross, minus = cents(base * Decimal("0.04")), deducted(awards)
    assert 0 <= cap <= min(gross, approved)
    assert cap == ZERO or cap + minus <= gross
    if order == "cap_first":
        assert cap == max(ZERO, min(gross, approved) - minus)
    else:
        assert cap == max(ZERO, min(gross - minus, approved))


@given(yuan(10**9), yuan(10**8), AWARDS, yuan(10**6))
def test_a_larger_universal_award_never_raises_the_major_one(
    base: Decimal, approved: Decimal, awards: tuple[AwardFacts, ...], more: Decimal
) -> None:
    extra = AwardFacts("more", "zhongshan", "universal", "p1", 2023, more)
    before = ZHONGSHAN.entitlement(major(base, approved, awards)).cap
    after = ZHONGSHAN.entitlement(major(base, approved, (*awards, extra))).cap
    assert before is not None
    assert after is not None
    assert before - more <= after <= before


@given(AWARDS, st.randoms(use_true_random=False))
def test_the_order_of_earlier_awards_does_not_matter(awards: tuple[AwardFacts, ...], random: Any) -> None:
    shuffled = list(awards)
    random.shuffle(shuffled)
    once, again = (major(Decimal(10**9), Decimal(10**8), tuple(rows)) for rows in (awards, shuffled))
    assert ZHONGSHAN.entitlement(once).cap == ZHONGSHAN.entitlement(again).cap


@given(AWARDS)
def test_major_awards_are_never_deducted_from_a_universal_one(awards: tuple[AwardFacts, ...]) -> None:
    """One way only: after a major award a universal one is refused, not lowered."""
    facts = replace(from_json(plain("zhongshan")), awards=awards)
    alone = ZHONGSHAN.entitlement(replace(facts, awards=()))
    assert ZHONGSHAN.entitlement(facts).cap == alone.cap
    refused = {f.outcome for f in ZHONGSHAN.eligibility(facts) if f.code == "after_major"}
    kept = any(one.track == "major" and one.project == "p1" and one.net > 0 for one in awards)
    assert refused == ({Outcome.NOT_MET} if kept else set())


YEARS = st.lists(st.tuples(st.integers(2019, 2027), yuan(10**9), yuan(10**9)), max_size=7).map(
    lambda rows: tuple(YearFacts(*row) for row in rows)
)


def settled(years: tuple[YearFacts, ...], awards: tuple[AwardFacts, ...]) -> SettlementFacts:
    project = replace(from_json(plain("zhongshan")).projects[0], years=years)
    return SettlementFacts(project, awards, date(2026, 7, 1), "universal", "粤工信技改函〔2026〕9号")


@given(YEARS, AWARDS)
def test_a_settlement_gives_what_is_due_less_what_was_issued_and_asks_back_no_more(
    years: tuple[YearFacts, ...], awards: tuple[AwardFacts, ...]
) -> None:
    found, issued = ZHONGSHAN.settlement(settled(years, awards)), deducted(awards)
    within = [year for year in years if 2021 <= year.year <= 2025]
    reached = sum((year.total for year in within), ZERO) >= 10**9
    due = cents(sum((year.fixed_assets for year in within), ZERO) * Decimal("0.02")) if reached else ZERO
    assert found.balance == due - issued
    assert {one.amount for one in found.receivables} == ({-found.balance} if found.balance < 0 else set())
    assert [one.debtor for one in found.receivables] == [Level.CITY, Level.ENTERPRISE][: 2 * (found.balance < 0)]
    assert -found.balance <= issued


@given(YEARS, AWARDS, st.randoms(use_true_random=False))
def test_the_order_of_years_and_awards_does_not_matter_to_a_settlement(
    years: tuple[YearFacts, ...], awards: tuple[AwardFacts, ...], random: Any
) -> None:
    other_years, other_awards = list(years), list(awards)
    random.shuffle(other_years)
    random.shuffle(other_awards)
    once = ZHONGSHAN.settlement(settled(years, awards))
    assert once == ZHONGSHAN.settlement(settled(tuple(other_years), tuple(other_awards)))


@given(AWARDS)
def test_a_recovery_asks_the_enterprise_for_what_it_has_and_the_city_for_what_was_issued(
    awards: tuple[AwardFacts, ...],
) -> None:
    facts = replace(from_json(plain("zhongshan")), awards=awards)
    breach = Breach(BreachKind.BELOW_THRESHOLD, date(2026, 7, 1), "firm", demand="粤工信技改函〔2026〕9号")
    found = ZHONGSHAN.recovery(facts, breach)
    mine = [one for one in awards if one.track == "universal" and one.project == "p1"]
    assert found.amount == sum((max(ZERO, one.paid - one.returned) for one in mine), ZERO)
    assert found.amount == sum((line.amount for line in found.lines), ZERO)
    owed = {one.debtor: one.amount for one in found.receivables}
    assert owed.get(Level.ENTERPRISE, ZERO) == found.amount
    assert owed.get(Level.CITY, ZERO) == deducted(awards) >= found.amount
