"""Texts as they are taken in and compared."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from subsidy.reference.text import clean, differs_in_width_only, fold, mixed_scripts, same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲（公司）", "甲(公司)"),
        ("甲 〔公司〕 ", "甲【公司】"),
        ("ＡＢＣ科技", "abc 科技"),
        ("２５２２２０００", "25222000"),
        ("6222 0202 0011", "622202020011"),
        ("甲\u200b公司", "甲公司"),
    ],
)
def test_names_that_differ_only_in_width_case_brackets_or_blanks_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("甲公司", "乙公司"), ("甲（东莞）公司", "甲公司"), ("0123", "123"), ("O123", "0123"), ("堃", "坤"), ("垚", "尧")],
)
def test_names_that_differ_in_a_character_are_not_the_same(one: str, other: str) -> None:
    assert not same(one, other)


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "position", "code"),
    [("甲\u200b公司", 2, "200B"), ("\u202e甲公司", 1, "202E"), ("甲公司\x00乙", 4, "0000"), ("甲\ufeff乙", 2, "FEFF")],
)
def test_an_unseen_character_is_refused_and_named(text: str, position: int, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        clean(text)
    assert f"第 {position} 个字符" in refused.value.messages[0]
    assert f"U+{code}" in refused.value.messages[0]


@pytest.mark.parametrize("rare", ["堃喆垚䶮𬭎", "\U00031350", "\U0002ebf0"])
def test_rare_characters_in_names_are_taken_even_those_newer_than_the_program(rare: str) -> None:
    assert clean(rare) == rare


def test_a_line_break_is_refused_in_one_line_and_kept_in_many() -> None:
    assert clean("第一行\r\n第二行", multiline=True) == "第一行\n第二行"
    with pytest.raises(ValidationError):
        clean("第一行\n第二行")


def test_text_is_stored_composed_and_without_blanks_at_its_ends() -> None:
    assert clean("\u3000e\u0301 \n") == "é"


def test_a_name_with_other_brackets_is_pointed_out_before_the_bank_returns_the_payment() -> None:
    assert differs_in_width_only("甲(集团)公司", "甲（集团）公司")
    assert not differs_in_width_only("甲（集团）公司", "甲（集团）公司")
    assert not differs_in_width_only("甲公司", "乙公司")


def test_look_alike_letters_of_two_scripts_are_noticed() -> None:
    assert mixed_scripts("аdmin")
    assert not mixed_scripts("admin管理员")
