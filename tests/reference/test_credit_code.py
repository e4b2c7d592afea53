"""Unified social credit codes: refused by form, warned of by arithmetic."""

import pytest
from django.core.exceptions import ValidationError

from subsidy.reference.credit_code import parse


@pytest.mark.parametrize(
    "code", ["12220000412760962A", "11220821MB19804932", "9131000063159284XQ", "91350100M000100Y43"]
)
def test_a_code_with_the_right_check_digit_passes_without_a_word(code: str) -> None:
    assert parse(code).text == code
    assert parse(code).warning is None


@pytest.mark.parametrize("code", ["91350211M0000XUF46", "91350100M0001TGQXM"])
def test_a_really_issued_code_that_fails_the_arithmetic_is_taken_with_a_warning(code: str) -> None:
    found = parse(code)
    assert found.text == code
    assert "校验位" in str(found.warning)


def test_a_pasted_code_in_full_width_small_letters_and_blanks_is_understood() -> None:
    assert parse(" ９１２２０１０１ma0y1234x5 ").text == "91220101MA0Y1234X5"


@pytest.mark.parametrize(("code", "count"), [("9122010", "7"), ("91220101MA0Y1234X50", "19"), ("", "0")])
def test_a_code_of_wrong_length_is_refused_with_the_count(code: str, count: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parse(code)
    assert f"您输入了 {count} 位" in refused.value.messages[0]


@pytest.mark.parametrize(
    ("code", "position"),
    [("912201O1MA0Y1234X5", 7), ("91220101MI0Y1234X5", 10), ("91220101MA0Y1234S5", 17), ("91220101中A0Y1234X5", 9)],
)
def test_a_letter_that_does_not_occur_is_refused_with_its_position(code: str, position: int) -> None:
    with pytest.raises(ValidationError) as refused:
        parse(code)
    assert f"第 {position} 位" in refused.value.messages[0]
