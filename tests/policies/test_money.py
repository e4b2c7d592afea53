"""Amounts: read, divided, written out."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.kit.money import AmountError, Apportionment, Claim, Entitlement, apportion, cents, in_words, parse, show

TAKEN = [
    ("0", "0.00"),
    ("0.00", "0.00"),
    ("0.5", "0.50"),
    ("0.01", "0.01"),
    ("7", "7.00"),
    ("100", "100.00"),
    ("1234567.89", "1234567.89"),
    ("1,234,567.89", "1234567.89"),
    ("1,000", "1000.00"),
    ("999,999", "999999.00"),
    ("12,345.6", "12345.60"),
    ("１２３４．５６", "1234.56"),
    ("１，２３４，５６７", "1234567.00"),
    ("１2３", "123.00"),
    ("  88.80 ", "88.80"),
    ("\u300088\u3000", "88.00"),
    ("1000000000000", "1000000000000.00"),
    ("1,000,000,000,000.00", "1000000000000.00"),
    ("999999999999.99", "999999999999.99"),
]
REFUSED = [
    ("", "请填写金额"),
    ("   ", "请填写金额"),
    ("1_000", "下划线"),
    ("1e3", "科学记数法"),
    ("1E3", "科学记数法"),
    ("1.5e-2", "负号"),
    ("１ｅ３", "科学记数法"),
    ("-5", "正负号"),
    ("+5", "正负号"),
    ("-0", "正负号"),
    ("-0.00", "正负号"),
    ("－５", "正负号"),
    ("−5", "正负号"),
    ("1.234", "两位小数"),
    ("0.001", "两位小数"),
    ("1.", "小数点前后"),
    (".5", "小数点前后"),
    ("007", "多余的 0"),
    ("00", "多余的 0"),
    ("1,23", "千分位"),
    ("12,34,567", "千分位"),
    ("1234,567", "千分位"),
    (",123", "千分位"),
    ("1 000", "空格"),
    ("¥100", "货币符号"),
    ("￥100", "货币符号"),
    ("100元", "货币符号"),
    ("1000000000000.01", "一万亿元"),
    ("9999999999999", "一万亿元"),
    ("9" * 60, "过长"),
    ("٣٤", "数字"),
    ("१२", "数字"),
    ("NaN", "数字"),
    ("Infinity", "数字"),
    ("0x10", "数字"),
    ("1\u200b0", "数字"),
    ("壹佰", "数字"),
    ("1.2.3", "数字"),
    ("一百", "数字"),
    ("½", "数字"),
    ("²", "数字"),
]


@pytest.mark.parametrize(("typed", "amount"), TAKEN)
def test_an_amount_is_taken(typed: str, amount: str) -> None:
    read = parse(typed)
    assert read == Decimal(amount)
    assert str(read) == amount


@pytest.mark.parametrize(("typed", "reason"), REFUSED)
def test_an_amount_is_refused_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(AmountError) as refusal:
        parse(typed)
    assert reason in refusal.value.message
    assert refusal.value.suggestion is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("12万", "120000.00"), ("1.5亿", "150000000.00"), ("12 万元", "120000.00"), ("１２万", "120000.00")],
)
def test_an_amount_in_ten_thousands_is_put_as_a_question(typed: str, meant: str) -> None:
    with pytest.raises(AmountError, match="吗？") as refusal:
        parse(typed)
    assert refusal.value.suggestion == Decimal(meant)
    assert meant in refusal.value.message


AMOUNTS = st.integers(0, 100_000_000_000_000).map(lambda fen: Decimal(fen).scaleb(-2).quantize(Decimal("0.01")))


@given(AMOUNTS)
def test_what_is_shown_is_read_back(amount: Decimal) -> None:
    assert parse(show(amount)) == amount
    assert parse(str(amount)) == amount


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_a_refusal(typed: str) -> None:
    with suppress(AmountError):
        amount = parse(typed)
        assert 0 <= amount <= Decimal(1000000000000)
        assert amount.as_tuple().exponent == -2


WORDS = [
    ("0", "人民币零元整"),
    ("0.01", "人民币壹分"),
    ("0.10", "人民币壹角"),
    ("0.11", "人民币壹角壹分"),
    ("1", "人民币壹元整"),
    ("10", "人民币壹拾元整"),
    ("10.05", "人民币壹拾元零伍分"),
    ("101", "人民币壹佰零壹元整"),
    ("110", "人民币壹佰壹拾元整"),
    ("1001", "人民币壹仟零壹元整"),
    ("1409.50", "人民币壹仟肆佰零玖元伍角"),
    ("6007.14", "人民币陆仟零柒元壹角肆分"),
    ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
    ("1680.32", "人民币壹仟陆佰捌拾元叁角贰分"),
    ("10000", "人民币壹万元整"),
    ("10001", "人民币壹万零壹元整"),
    ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
    ("1000100", "人民币壹佰万零壹佰元整"),
    ("10000000.10", "人民币壹仟万元壹角"),
    ("100000000", "人民币壹亿元整"),
    ("100005000", "人民币壹亿零伍仟元整"),
    ("100100010000", "人民币壹仟零壹亿零壹万元整"),
    ("120000000", "人民币壹亿贰仟万元整"),
    ("999999999999.99", "人民币玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ("1000000000000", "人民币壹万亿元整"),
]


@pytest.mark.parametrize(("amount", "words"), WORDS)
def test_an_amount_in_words(amount: str, words: str) -> None:
    assert in_words(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-0.01", "-0", "0.001", "1000000000000.01", "NaN", "Infinity"])
def test_words_are_refused_for_what_is_no_payable_amount(amount: str) -> None:
    with pytest.raises(AmountError):
        in_words(Decimal(amount))


DIGITS = {word: value for value, word in enumerate("零壹贰叁肆伍陆柒捌玖")}
SIZES = {"拾": 10, "佰": 100, "仟": 1000}


def from_words(words: str) -> Decimal:
    """Words back to a number, by another way than they were made."""
    words = words.removeprefix("人民币").removesuffix("整")
    yuan, _, rest = words.rpartition("元")
    jiao = DIGITS[rest[rest.index("角") - 1]] if "角" in rest else 0
    fen = DIGITS[rest[rest.index("分") - 1]] if "分" in rest else 0
    return _whole(yuan) + Decimal(jiao) / 10 + Decimal(fen) / 100


def _whole(words: str) -> int:
    for mark, size in (("亿", 10**8), ("万", 10**4)):
        if mark in words:
            head, _, tail = words.rpartition(mark)
            return _whole(head) * size + _whole(tail)
    total = digit = 0
    for letter in words:
        if letter in DIGITS:
            digit = DIGITS[letter]
        else:
            total += digit * SIZES[letter]
            digit = 0
    return total + digit


@given(AMOUNTS)
def test_words_say_the_amount(amount: Decimal) -> None:
    words = in_words(amount)
    assert from_words(words) == amount
    assert "零零" not in words
    assert words.endswith("整") is (amount == amount.to_integral_value())


def claims(*caps: str) -> list[Claim]:
    return [Claim(f"c{n}", n, Decimal(cap)) for n, cap in enumerate(caps, 1)]


def amounts(divided: Apportionment) -> list[str]:
    return [str(part.amount) for part in divided.parts]


def test_a_quota_that_covers_all_gives_each_its_own_cap() -> None:
    divided = apportion(Decimal("1000.00"), claims("123.45", "200.00"))
    assert amounts(divided) == ["123.45", "200.00"]
    assert divided.balance == Decimal("676.55")


def test_a_quota_that_just_covers_all_leaves_nothing() -> None:
    divided = apportion(Decimal("323.45"), claims("123.45", "200.00"))
    assert amounts(divided) == ["123.45", "200.00"]
    assert divided.balance == 0


def test_a_smaller_quota_gives_all_the_same_rate() -> None:
    divided = apportion(Decimal("3000.00"), claims("1000.00", "2000.00", "3000.00"))
    assert amounts(divided) == ["500.00", "1000.00", "1500.00"]
    assert divided.rate == Fraction(1, 2)


def test_the_remainder_goes_to_the_largest_fraction() -> None:
    divided = apportion(Decimal("1000.00"), claims("700.00", "500.00", "300.00"))
    assert amounts(divided) == ["500.00", "300.00", "200.00"]


def test_a_tie_goes_to_the_lower_number_in_the_plan() -> None:
    divided = apportion(Decimal("500.00"), claims("400.00", "400.00"))
    assert amounts(divided) == ["300.00", "200.00"]


def test_no_row_gets_more_than_its_own_cap() -> None:
    divided = apportion(Decimal("300.00"), claims("150.00", "150.00", "50.00"))
    assert amounts(divided) == ["100.00", "100.00", "0.00"]
    assert divided.balance == Decimal("100.00")


def test_what_a_cap_refuses_is_divided_again() -> None:
    rows = [
        Claim("a", 1, Decimal("100.00"), weight=Decimal("1000.00")),
        Claim("b", 2, Decimal("900.00"), weight=Decimal("1000.00")),
        Claim("c", 3, Decimal("900.00"), weight=Decimal("1000.00")),
    ]
    divided = apportion(Decimal("900.00"), rows)
    assert amounts(divided) == ["100.00", "400.00", "400.00"]
    assert [part.capped for part in divided.parts] == [True, False, False]


def test_a_quota_below_one_unit_stays_as_balance() -> None:
    divided = apportion(Decimal("99.99"), claims("500.00"))
    assert amounts(divided) == ["0.00"]
    assert divided.balance == Decimal("99.99")


def test_nothing_is_divided_among_nobody() -> None:
    assert apportion(Decimal("100.00"), []).balance == Decimal("100.00")


def test_the_formula_names_rate_and_unit() -> None:
    assert "0.50000000" in apportion(Decimal("500.00"), claims("1000.00")).formula
    assert "各按上限" in apportion(Decimal("5000.00"), claims("1000.00")).formula


@pytest.mark.parametrize(
    ("quota", "rows", "unit"),
    [
        ("-1.00", [], "100"),
        ("1.00", [], "0"),
        ("1.00", [Claim("a", 1, Decimal(1)), Claim("b", 1, Decimal(1))], "100"),
        ("1.00", [Claim("a", 1, Decimal(-1))], "100"),
    ],
)
def test_a_division_that_makes_no_sense_is_refused(quota: str, rows: list[Claim], unit: str) -> None:
    with pytest.raises(AmountError):
        apportion(Decimal(quota), rows, Decimal(unit))


FEN = st.integers(0, 5_000_000).map(lambda fen: Decimal(fen).scaleb(-2).quantize(Decimal("0.01")))
ROWS = st.lists(st.tuples(FEN, st.none() | FEN), max_size=12).map(
    lambda rows: [Claim(f"c{n}", n, cap, weight) for n, (cap, weight) in enumerate(rows)]
)
UNITS = st.sampled_from([Decimal("0.01"), Decimal("1.00"), Decimal("100.00"), Decimal("10000.00")])


@given(FEN, ROWS, UNITS)
def test_parts_and_balance_make_the_quota_and_no_part_passes_its_cap(
    quota: Decimal, rows: list[Claim], unit: Decimal
) -> None:
    divided = apportion(quota, rows, unit)
    assert sum((part.amount for part in divided.parts), Decimal(0)) == divided.total
    assert divided.total + divided.balance == quota
    assert all(0 <= part.amount <= part.cap for part in divided.parts)
    assert divided.balance >= 0


@given(FEN, ROWS, UNITS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(
    quota: Decimal, rows: list[Claim], unit: Decimal, random: object
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert apportion(quota, shuffled, unit) == apportion(quota, rows, unit)


@given(FEN, FEN, ROWS)
def test_raising_the_quota_lowers_nobody_before_rounding(quota: Decimal, more: Decimal, rows: list[Claim]) -> None:
    before, after = apportion(quota, rows), apportion(quota + more, rows)
    assert all(a.exact <= b.exact for a, b in zip(before.parts, after.parts, strict=True))


@given(FEN, FEN, ROWS)
def test_raising_the_quota_costs_nobody_more_than_the_last_unit(
    quota: Decimal, more: Decimal, rows: list[Claim]
) -> None:
    unit = Decimal("0.01")
    before, after = apportion(quota, rows, unit), apportion(quota + more, rows, unit)
    assert all(a.amount - unit <= b.amount for a, b in zip(before.parts, after.parts, strict=True))


@given(FEN, st.lists(FEN, min_size=1, max_size=12))
def test_a_short_quota_is_given_out_to_the_last_cent(quota: Decimal, caps: list[Decimal]) -> None:
    rows = [Claim(f"c{n}", n, cap) for n, cap in enumerate(caps)]
    divided = apportion(quota, rows, Decimal("0.01"))
    assert divided.total == min(quota, sum(caps))
    assert all(abs(part.exact - Fraction(part.amount)) < Fraction(1, 100) for part in divided.parts)


def test_cents_round_half_up_once() -> None:
    assert [str(cents(Decimal(text))) for text in ("0.005", "0.0049", "2.675", "1")] == ["0.01", "0.00", "2.68", "1.00"]


def test_an_entitlement_is_final_only_when_nothing_is_pending() -> None:
    assert Entitlement(cap=Decimal("1.00")).final
    assert not Entitlement(cap=None, pending="待省核定").final
