"""文号: as typed, and as the standard has them."""

import pytest
from django.core.exceptions import ValidationError

from subsidy.reference.document_no import parse


@pytest.mark.parametrize(
    "typed",
    [
        "吉工信办联规〔2024〕80号",
        "吉工信办联规[2024]80号",
        "吉工信办联规【2024】80号",
        "吉工信办联规(2024)80号",
        "吉工信办联规（２０２４）８０号",
        " 吉工信办联规〔2024〕 第080号 ",
        "吉工信办联规〔2024〕80",
    ],
)
def test_any_brackets_become_hexagonal_ones(typed: str) -> None:
    assert str(parse(typed)) == "吉工信办联规〔2024〕80号"


def test_the_parts_of_a_number_can_be_asked_for() -> None:
    number = parse("中工信〔2023〕73号")
    assert (number.agency, number.year, number.serial) == ("中工信", 2023, 73)


@pytest.mark.parametrize(
    "typed", ["", "吉工信办联规2024年80号", "〔2024〕80号", "吉工信〔24〕80号", "吉工信〔2024〕0号", "吉工信〔2024〕号"]
)
def test_what_is_no_document_number_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parse(typed)
    assert "吉工信办联规〔2024〕80号" in refused.value.messages[0]
