"""docs/edge-cases.md: each of the ninety-eight cases names what shows it, and that exists."""

from __future__ import annotations

import re

import pytest

from tests.policies import sheets
from tests.policies.register import ROOT, test_exists

TEXT = (ROOT / "docs/edge-cases.md").read_text(encoding="utf-8")
ROWS = {int(match[1]): match[2] for match in re.finditer(r"^\| (\d+) \|.*\| (.+) \|$", TEXT, re.MULTILINE)}
NAMED = [(number, name) for number, shown in ROWS.items() for name in re.findall(r"`([^`]+)`", shown)]
LATER = {
    "Notice and objection": range(69, 76),
    "Money and afterwards": range(76, 91),
    "Records and platform": range(91, 99),
}
NOT_YET = {3, 45, 64, 67, 68}
"""Cases of the earlier parts for which something is still missing; to be taken out of here, never added to."""
EXAMPLES = {
    f"tests/policies/{example.place}/{example.sheet}.yaml#{example.body['名称']}" for example in sheets.examples()
}


def test_the_table_has_every_case_once_and_in_order() -> None:
    assert list(ROWS) == list(range(1, 99))
    assert len(re.findall(r"^\| \d+ \|", TEXT, re.MULTILINE)) == 98


@pytest.mark.parametrize(("number", "name"), NAMED)
def test_what_shows_a_case_exists(number: int, name: str) -> None:
    assert name in EXAMPLES if "#" in name else test_exists(name), f"case {number}: there is no {name}"


@pytest.mark.parametrize("number", sorted(ROWS))
def test_a_case_without_a_test_belongs_to_a_later_part(number: int) -> None:
    shown = ROWS[number]
    if "`" in shown:
        assert number not in NOT_YET
        return
    later = re.fullmatch(r"\*later: (.+)\*", shown)
    assert number in LATER[later[1]] if later else (number in NOT_YET and shown.startswith("*not yet: "))


def test_no_two_examples_of_a_sheet_have_one_name() -> None:
    assert len(EXAMPLES) == sum(1 for _ in sheets.examples())
