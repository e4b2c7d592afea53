"""Every example of every sheet, against the rules."""

from __future__ import annotations

from typing import Any

import pytest

from policies.assess import assess, from_json, to_json
from policies.kit.text import article_of, chinese, coverage
from tests.policies import sheets
from tests.policies.sheets import HERE, OUTCOMES, PLACES, REGISTRY, Example, amount

ALL = list(sheets.examples())


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.name)
def test_example(example: Example) -> None:
    facts, expected = example.facts(), example.expected
    found = assess(example.policy, facts)
    findings = list(found.findings)
    if "奖补" in example.body:
        plan = example.policy.instalments(facts, amount(example.body["奖补"]))
        findings += plan.findings
        assert {row.year: row.amount for row in plan.rows} == {y: amount(a) for y, a in expected["各年"].items()}
        assert plan.lapsed == amount(expected.get("失效", "0.00"))
    if "清算" in example.body:
        settled = example.policy.settlement(sheets.settlement_facts(facts, example.body["清算"]))
        findings += settled.findings
        assert settled.balance == amount(expected["余额"])
    if "追回" in example.body:
        check_recovery(example, expected["追回"], findings)
    if "期限" in expected:
        due = {d.key: d.on for d in example.policy.deadlines(facts, sheets.CALENDAR)}
        assert {key: due.get(key) for key in expected["期限"]} == expected["期限"]
    check_findings(tuple(findings), expected)
    check_amounts(found.entitlement, expected)
    assert from_json(to_json(found)) == found


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


def check_recovery(example: Example, expected: dict[str, Any], findings: list[Any]) -> None:
    recovery = example.policy.recovery(example.facts(), sheets.breach(example.body["追回"]))
    findings += recovery.findings
    assert recovery.amount == amount(expected["金额"])
    assert recovery.stop is expected["停止兑现"]
    bar = recovery.bar
    got = "不禁止" if bar is None else ("没有期限" if bar.ends_on is None else bar.ends_on)
    assert got == expected["禁止申报至"]


@pytest.mark.parametrize("place", PLACES)
def test_every_article_has_its_row_in_the_register(place: str) -> None:
    assert set(coverage(HERE.parents[1] / "policies" / place)) == set(REGISTRY.of(place)[0].articles)


@pytest.mark.parametrize("place", PLACES)
def test_every_article_has_a_sheet(place: str) -> None:
    by_function = {ref for ref, row in coverage(HERE.parents[1] / "policies" / place).items() if row.how == "function"}
    sheeted = {article_of(path.stem) for path in (HERE / place).glob("art_*.yaml")}
    assert by_function == sheeted


@pytest.mark.parametrize("place", PLACES)
def test_a_sheet_names_the_article_it_is_about(place: str) -> None:
    for path in (HERE / place).glob("art_*.yaml"):
        number = int(path.stem.split("_")[1])
        assert f"条款: 第{chinese(number)}条" in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("place", PLACES)
def test_every_function_of_an_article_is_in_the_register(place: str) -> None:
    manifest = REGISTRY.of(place)[0].manifest
    functions = {name for name in manifest.parts if name.split(".")[1].startswith("art_")}
    rows = coverage(HERE.parents[1] / "policies" / place).values()
    registered = {where.removeprefix(f"policies.{place}.").replace(":", ".") for row in rows for where in row.where}
    assert functions <= registered
    assert {name for name in registered if name.startswith("article")} <= set(manifest.parts)


@pytest.mark.parametrize("place", PLACES)
def test_every_step_the_register_names_exists(place: str) -> None:
    policy = REGISTRY.of(place)[0]
    steps = {f"stage:{stage.key}" for kind in policy.call_kinds for stage in policy.stages(kind)}
    steps |= {f"approval:{approval.key}" for approval in policy.approvals}
    steps |= {f"setting:{setting.key}" for setting in policy.settings}
    rows = coverage(HERE.parents[1] / "policies" / place).values()
    named = {where for row in rows for where in row.where if where.split(":")[0] in {"stage", "approval", "setting"}}
    assert named <= steps


@pytest.mark.parametrize("place", PLACES)
def test_an_article_left_to_the_procedure_names_a_step(place: str) -> None:
    for row in coverage(HERE.parents[1] / "policies" / place).values():
        assert row.how in {"function", "procedure", "no_effect", "planned"}
        assert bool(row.where) is (row.how in {"function", "procedure"}), row.ref
