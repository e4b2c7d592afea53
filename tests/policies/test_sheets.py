"""Every example of every sheet, against the rules."""

from __future__ import annotations

from typing import Any

import pytest

from policies.assess import from_json, to_json
from policies.kit.awards import Receivable, Recovery
from policies.kit.text import chinese
from tests.policies import sheets
from tests.policies.sheets import HERE, OUTCOMES, PLACES, Example, amount

ALL = list(sheets.examples())


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.name)
def test_example(example: Example) -> None:
    given, expected = sheets.answers(example), example.expected
    if given.instalments is not None:
        assert {row.year: row.amount for row in given.instalments.rows} == {
            year: amount(wanted) for year, wanted in expected["各年"].items()
        }
        assert given.instalments.lapsed == amount(expected.get("失效", "0.00"))
    if given.settlement is not None:
        assert given.settlement.balance == amount(expected["余额"])
        check_receivables(given.settlement.receivables, expected)
    if given.recovery is not None:
        check_recovery(given.recovery, expected["追回"])
        check_receivables(given.recovery.receivables, expected)
    if "期限" in expected:
        assert {key: given.due.get(key) for key in expected["期限"]} == expected["期限"]
    check_findings(given.findings, expected)
    check_amounts(given.assessment.entitlement, expected)
    assert from_json(to_json(given.assessment)) == given.assessment


def check_receivables(receivables: tuple[Receivable, ...], expected: dict[str, Any]) -> None:
    """应收 is written as {city: amount, enterprise: amount}: who owes what to the level above."""
    if "应收" in expected:
        owed = {str(one.debtor): one.amount for one in receivables}
        assert owed == {debtor: amount(wanted) for debtor, wanted in expected["应收"].items()}


def check_findings(findings: tuple[Any, ...], expected: dict[str, Any]) -> None:
    for code, word in expected.get("发现", {}).items():
        wanted = set() if word == "无" else {OUTCOMES[word]}
        assert sheets.outcomes(findings, code) == wanted, code
    for code, words in expected.get("说法", {}).items():
        assert any(f.code == code and words in f.message for f in findings), (code, words)
    for code, clause in expected.get("依据", {}).items():
        assert {f.source.clause for f in findings if f.code == code} == {clause}


def check_amounts(entitlement: Any, expected: dict[str, Any]) -> None:
    if "基数" in expected:
        assert entitlement.base == amount(expected["基数"])
    if "上限" in expected:
        wanted = expected["上限"]
        assert entitlement.cap == (None if wanted == "待定" else amount(wanted))
    if "拟定" in expected:
        wanted = expected["拟定"]
        assert entitlement.applied == (None if wanted == "无" else amount(wanted))
    if "待定" in expected:
        assert entitlement.pending == expected["待定"]
    lines = {line.label: line.amount for line in entitlement.lines}
    for label, wanted in expected.get("明细", {}).items():
        assert lines[label] == amount(wanted), label
    if "另读" in expected:
        wanted = expected["另读"]
        assert [line.amount for line in entitlement.readings] == ([] if wanted == "无" else [amount(wanted)])


def check_recovery(recovery: Recovery, expected: dict[str, Any]) -> None:
    assert recovery.amount == amount(expected["金额"])
    assert recovery.stop is expected["停止兑现"]
    bar = recovery.bar
    got = "不禁止" if bar is None else ("没有期限" if bar.ends_on is None else bar.ends_on)
    assert got == expected["禁止申报至"]


@pytest.mark.parametrize("place", PLACES)
def test_a_sheet_names_the_article_it_is_about(place: str) -> None:
    for path in (HERE / place).glob("art_*.yaml"):
        number = int(path.stem.split("_")[1])
        assert f"条款: 第{chinese(number)}条" in path.read_text(encoding="utf-8"), path
