"""What the fields take, and the sentences with which they refuse."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import engines
from django.test import RequestFactory

from subsidy import pages
from subsidy.reference.fields import CreditCodeField, DayField, MoneyField, NumberField, TextField
from subsidy.reference.forms import PlainForm, error_items


class Sample(PlainForm):
    name = TextField(label="项目名称", max_length=5, help_text="与立项文件一致")
    amount = MoneyField(label="申报金额", min_value=Decimal("0.01"))
    way = forms.ChoiceField(label="支持方向", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
    note = TextField(label="说明", required=False, widget=forms.Textarea)
    promise = forms.BooleanField(label="承诺")

    def clean(self) -> dict[str, Any]:
        if self.data.get("name") == "重复":
            raise ValidationError("该项目已在清单中")
        return super().clean() or {}


def refusal(field: forms.Field, typed: str) -> str:
    with pytest.raises(ValidationError) as raised:
        field.clean(typed)
    return str(raised.value.messages[0])


@pytest.mark.parametrize(
    "typed",
    ["20260520", "2026-05-20", "2026-5-20", "2026/5/20", "2026.5.20", "2026年5月20日", " ２０２６－０５－２０ "],
)
def test_a_day_is_taken_in_every_way_it_is_written(typed: str) -> None:
    assert DayField().clean(typed) == date(2026, 5, 20)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-02-30", "2026年2月没有30日，请核对日期"),
        ("20260229", "2026年2月没有29日，请核对日期"),
        ("2026-13-01", "一年没有13月，请核对日期"),
        ("0026-05-20", "年份应在 1949 至 2099 之间，现为 26"),
        ("20.5.2026", "请按 2026-05-20 的样式填写日期"),
        ("٢٠٢٦-٠٥-٢٠", "请按 2026-05-20 的样式填写日期"),
        ("明天", "请按 2026-05-20 的样式填写日期"),
    ],
)
def test_an_impossible_day_is_explained(typed: str, sentence: str) -> None:
    assert refusal(DayField(), typed) == sentence


def test_the_last_day_of_a_leap_february_is_a_day() -> None:
    assert DayField().clean("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize("typed", ["1,234,567.89", "1234567.89", "１２３４５６７．８９"])
def test_an_amount_is_taken_with_and_without_separators(typed: str) -> None:
    assert MoneyField().clean(typed) == Decimal("1234567.89")


@pytest.mark.parametrize("typed", ["1_000", "1e3", "٣٤", "-1", "+1", "1.234", "NaN", "12,34"])
def test_an_amount_that_nobody_writes_like_that_is_refused(typed: str) -> None:
    assert refusal(MoneyField(), typed)


def test_twelve_wan_is_answered_with_a_question() -> None:
    assert "120,000.00 元" in refusal(MoneyField(), "12万")


def test_an_amount_below_the_least_is_refused() -> None:
    assert refusal(MoneyField(min_value=Decimal("0.01")), "0") == "金额不能小于 0.01 元"


def test_an_empty_amount_that_may_be_missing_is_none() -> None:
    assert MoneyField(required=False).clean("  ") is None


@pytest.mark.parametrize(("typed", "number"), [("12", 12), ("１２", 12), ("1,240", 1240), (" 0 ", 0)])
def test_a_number_is_taken_with_full_width_digits(typed: str, number: int) -> None:
    assert NumberField().clean(typed) == number


@pytest.mark.parametrize("typed", ["1.5", "-3", "1_000", "三", "٣", "9" * 30])
def test_what_is_no_whole_number_is_refused(typed: str) -> None:
    assert refusal(NumberField(), typed) == "请填写整数，例如 12"


@pytest.mark.parametrize("typed", ["智能\u200b底盘", "智能\u202e底盘", "智能\u0007底盘", "智能\ufeff底盘"])
def test_text_with_something_unseen_is_refused_with_its_place(typed: str) -> None:
    assert refusal(TextField(), typed).startswith("第 3 个字符")


def test_text_is_kept_in_one_form_and_its_rare_characters_with_it() -> None:
    assert TextField().clean(" e\u0301 䶮𬭎 ") == "\u00e9 䶮𬭎"


def test_a_line_break_belongs_into_a_text_area_alone() -> None:
    assert TextField(widget=forms.Textarea).clean("一\r\n二") == "一\n二"
    assert refusal(TextField(), "一\n二")


def test_text_that_is_too_long_is_told_the_count() -> None:
    assert refusal(TextField(max_length=5), "智能底盘二期") == "最多 5 个字，现为 6 个字"


def test_a_pasted_credit_code_is_put_right() -> None:
    assert CreditCodeField().clean(" ９１２２０１０１ma0y1234x5 ") == "91220101MA0Y1234X5"


def test_a_missing_answer_is_asked_for_by_its_name() -> None:
    assert [item.message for item in error_items(Sample({}))] == [
        "请填写“项目名称”",
        "请填写“申报金额”",
        "请选择“支持方向”",
        "请阅读并勾选“承诺”",
    ]


def test_every_line_of_the_summary_leads_to_its_control() -> None:
    assert [item.anchor for item in error_items(Sample({}))] == ["id_name", "id_amount", "id_way_0", "id_promise"]


def test_a_form_that_was_not_sent_has_no_errors_to_show() -> None:
    assert error_items(Sample()) == []


def test_what_concerns_the_whole_form_comes_first_and_leads_nowhere() -> None:
    first = error_items(Sample({"name": "重复", "amount": "1", "way": "a", "promise": "on"}))[0]
    assert (first.anchor, first.message) == ("", "该项目已在清单中")


def rendered(form: forms.Form) -> str:
    source = "{{ ui.error_summary(form) }}{{ ui.form_fields(form) }}"
    return str(engines["jinja2"].from_string(source).render({"form": form}))


def test_a_field_with_an_error_is_tied_to_its_hint_and_its_message() -> None:
    text = rendered(Sample({"name": "", "amount": "12万"}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in text
    assert 'id="id_name_helptext"' in text
    assert 'id="id_name_error"' in text
    assert text.count('aria-invalid="true"') >= 2
    assert "有 4 处需要修改" in text
    assert 'value="12万"' in text


def test_only_what_may_be_left_out_says_so() -> None:
    assert rendered(Sample()).count("（选填）") == 1


def test_a_sent_form_with_errors_answers_422_and_keeps_what_was_typed() -> None:
    request = RequestFactory().post("/")
    form = Sample({"name": "智能底盘", "amount": "12万"})
    answer = pages.render_form(request, "accounts/login.html", {"next": ""}, form)
    assert answer.status_code == 422
    assert "<title>错误：登录" in answer.text
    assert 'value="智能底盘"' in answer.text
    assert pages.render_form(request, "accounts/login.html", {"next": ""}, Sample()).status_code == 200
