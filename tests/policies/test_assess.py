"""Assessing without a database: the command, the stored result, replay."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from policies.assess import Assessment, assess, from_json, main, to_json
from policies.kit import facts as kit_facts
from policies.kit.facts import FactsError
from tests.policies.sheets import HERE, PLACES, REGISTRY, altered, plain

ROOT = HERE.parents[1]
JILIN, ZHONGSHAN = "policies.jilin:EDITIONS", "policies.zhongshan:EDITIONS"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def written(folder: Path, text: str) -> str:
    path = folder / "facts.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_command_prints_findings_and_lines(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "--measure", ZHONGSHAN, "--on", "2025-05-01", str(HERE / "zhongshan" / "plain.yaml"))
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert result["manifest"]["edition"] == "zhongshan-2023-73"
    assert result["entitlement"]["cap"] == "6000000.00"
    assert {finding["outcome"] for finding in result["findings"]} == {"met"}
    assert "细则第七条" in out


def test_the_command_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--schema")
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))
    assert json.loads(out)["$ref"] == "#/$defs/CaseFacts"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "键值对"),
        ("[1, 2]", "键值对"),
        ("a: [", "不是有效的 YAML"),
        ("a: 1\na: 2", "twice"),
        ("? [1]\n: 2", "不是有效的 YAML"),
        ("[" * 1500, "嵌套过深"),
        ("!!python/object:os.system {}", "不是有效的 YAML"),
        ("a: 2026-13-45", "不是有效的 YAML"),
        ("measure: jilin", "缺少此项"),
    ],
)
def test_bad_facts_are_one_line_and_code_two(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, words: str
) -> None:
    code, out, err = run(capsys, "--measure", JILIN, "--on", "2026-05-20", written(tmp_path, text))
    assert (code, out) == (2, "")
    assert err.startswith("错误：")
    assert err.count("\n") == 1
    assert words in err
    assert "Traceback" not in err


def test_a_wrong_value_names_its_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = (HERE / "jilin" / "plain.yaml").read_text(encoding="utf-8").replace('"1500000.00", "195000.00"', "1.5, 2")
    code, _, err = run(capsys, "--measure", JILIN, "--on", "2026-05-20", written(tmp_path, text))
    assert code == 2
    assert "projects[2].lines[1].invoiced" in err


@pytest.mark.parametrize(
    ("measure", "on", "words"),
    [
        (JILIN, "2026-07-01", "第十八条"),
        (JILIN, "2024-12-04", "尚未生效"),
        (JILIN, "yesterday", "--on"),
        (ZHONGSHAN, "2025-05-01", "measure"),
        ("policies.beijing:EDITIONS", "2025-05-01", "beijing"),
        ("nonsense", "2025-05-01", "module:NAME"),
    ],
)
def test_a_wrong_measure_or_day_is_one_line_and_code_two(
    capsys: pytest.CaptureFixture[str], measure: str, on: str, words: str
) -> None:
    code, _, err = run(capsys, "--measure", measure, "--on", on, str(HERE / "jilin" / "plain.yaml"))
    assert code == 2
    assert words in err


def test_a_missing_file_is_one_line_and_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "--measure", JILIN, "--on", "2026-05-20", "nowhere.yaml")
    assert code == 2
    assert "nowhere.yaml" in err


def test_without_facts_the_usage_is_shown() -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--measure", JILIN])
    assert stop.value.code == 2


def test_the_command_runs_without_django() -> None:
    code = (
        "import sys; from policies.assess import main; "
        f"code = main(['--measure', '{JILIN}', '--on', '2026-05-20', 'tests/policies/jilin/plain.yaml']); "
        "sys.exit(code or any(name.startswith(('django', 'rest_framework', 'celery')) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["entitlement"]["cap"] == "1500000.00"


def assessed(place: str, changes: dict[str, Any] | None = None) -> Assessment:
    return assess(REGISTRY.of(place)[0], kit_facts.from_json(altered(plain(place), changes or {})))


@pytest.mark.parametrize("place", PLACES)
def test_a_stored_assessment_is_read_back_as_it_was(place: str) -> None:
    once = assessed(place)
    again = from_json(json.loads(json.dumps(to_json(once))))
    assert again == once
    assert again.differences(once) == ()


def test_a_replay_names_the_finding_that_changed() -> None:
    difference = assessed("jilin").differences(assessed("jilin", {"projects.p3.status": "withdrawn"}))
    assert "finding group_size" in difference
    assert "line “新产品推广”计入投资" in difference
    assert "cap" in difference


def test_a_replay_names_the_parameter_that_changed() -> None:
    policy = REGISTRY.of("jilin")[0]
    numbers = (ROOT / "policies/jilin/parameters.yaml").read_text(encoding="utf-8").replace('"0.30"', '"0.25"')
    changed = policy.altered("jilin-simulated", numbers)
    facts = kit_facts.from_json(plain("jilin"))
    before, after = assess(policy, facts), assess(changed, facts)
    assert after.entitlement.cap == Decimal("1250000.00")
    assert before.manifest.digest != after.manifest.digest
    assert before.differences(after) == ("parameters.cap_rate", "line 政策上限", "cap")


def test_an_assessment_sorts_what_is_not_met_and_what_is_open() -> None:
    found = assessed("jilin", {"projects.p3.status": "rejected", "enterprises.member.credit": []})
    assert [finding.code for finding in found.not_met] == ["group_size"]
    assert {finding.subject for finding in found.for_officer} == {"member"}


def test_a_track_the_measure_does_not_have_is_refused() -> None:
    with pytest.raises(FactsError, match="universal、major、special"):
        assessed("zhongshan", {"track": "group"})


@pytest.mark.parametrize(("place", "first"), [("jilin", "2024-12-05"), ("zhongshan", "2023-03-07")])
def test_a_filing_before_the_first_number_is_refused_with_its_place(place: str, first: str) -> None:
    eve = str(date.fromisoformat(first) - timedelta(days=1))
    with pytest.raises(FactsError, match=first) as mistake:
        assessed(place, {"filed_on": eve})
    assert mistake.value.place == "filed_on"
    assert assessed(place, {"filed_on": first}).findings


def test_an_amount_asked_for_that_is_no_amount_is_refused() -> None:
    with pytest.raises(FactsError, match=r"answers\.requested"):
        assessed("jilin", {"answers.requested": "1e6"})


def test_the_same_facts_give_the_same_bytes() -> None:
    assert json.dumps(to_json(assessed("zhongshan"))) == json.dumps(to_json(assessed("zhongshan")))
