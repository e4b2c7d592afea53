"""The numbers of the law: quoted, dated, read by somebody on some day; and what identifies the rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from policies.kit.manifest import Manifest, manifest
from policies.kit.parameters import ParameterError, Parameters, load, read
from tests.policies.sheets import HERE, PLACES, REGISTRY

POLICIES = HERE.parents[1] / "policies"


def one(value: str, more: str = "") -> str:
    return f"""
rate:
  article: 第五条
  read_on: 2026-11-16
  values:
    - since: 2024-12-05
      value: {value}
{more}"""


CHANGED = one('"0.30"', '    - since: 2026-01-01\n      value: "0.25"\n')


def test_a_value_holds_from_its_day_until_the_next() -> None:
    parameters = read(CHANGED)
    assert parameters.number("rate", date(2024, 12, 5)) == Decimal("0.30")
    assert parameters.number("rate", date(2025, 12, 31)) == Decimal("0.30")
    assert parameters.number("rate", date(2026, 1, 1)) == Decimal("0.25")


def test_a_day_before_the_first_value_is_an_error() -> None:
    with pytest.raises(ParameterError, match="rate has no value on 2024-12-04"):
        read(CHANGED).number("rate", date(2024, 12, 4))


def test_an_unknown_parameter_is_an_error() -> None:
    with pytest.raises(ParameterError, match="no parameter speed"):
        read(CHANGED).number("speed", date(2025, 1, 1))


@pytest.mark.parametrize(
    "value", ["0.30", "3", "1e3", "true", "~", "[1]", "1_000", "{a: 0.3}", "{a: x}", "2024-12-05T00:00:00"]
)
def test_a_number_without_quotes_is_a_load_error(value: str) -> None:
    with pytest.raises(ParameterError, match="rate"):
        read(one(value))


def test_each_kind_of_value_is_asked_for_by_its_kind() -> None:
    day = date(2025, 1, 1)
    assert read(one("2024-12-05")).day("rate", day) == date(2024, 12, 5)
    assert read(one("2024-12-05")).first_day("rate") == date(2024, 12, 5)
    assert read(one('{a: "1", b: "2.5"}')).table("rate", day) == {"a": Decimal(1), "b": Decimal("2.5")}
    assert read(one('"06-30"')).text("rate", day) == "06-30"
    assert read(one('"22"')).text("rate", day) == "22"
    assert read(one('"3"')).count("rate", day) == 3


@pytest.mark.parametrize(
    ("kind", "value"), [("number", "2024-12-05"), ("table", '"1"'), ("day", '"1"'), ("text", "2024-12-05")]
)
def test_a_value_of_another_kind_is_an_error(kind: str, value: str) -> None:
    with pytest.raises(ParameterError, match="rate is not a"):
        getattr(read(one(value)), kind)("rate", date(2025, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "rate: 3",
        "rate: {article: 第五条, values: []}",
        "rate: {article: 第五条, read_on: 2026-11-16, values: []}",
        "rate: {article: 第五条, read_on: today, values: [{since: 2024-12-05, value: '1'}]}",
        "rate: {article: 第五条, read_on: 2026-11-16, values: [{since: soon, value: '1'}]}",
        "rate: {article: 第五条, read_on: 2026-11-16, values: [{value: '1'}]}",
        one('"1"', "    - since: 2026-01-01\n      value: ~\n"),
        one('"1"', "    - since: 2026-01-01\n"),
        one('"1"', '    - since: 2026-01-01\n      value: {a: "1"}\n'),
        one('{a: "1", b: "2"}', '    - since: 2026-01-01\n      value: {a: "1"}\n'),
        one('"1"') + "  words: 5年\n",
        one('"1"') + "  words: [5]\n",
        one('"1"') + "  labels: {a: 甲}\n",
        one('"1"', '    - since: 2024-12-05\n      value: "2"\n'),
        one('"1"', '    - since: 2024-01-01\n      value: "2"\n'),
        "rate: 1\nrate: 2",
        "rate: [",
    ],
)
def test_a_file_that_is_wrong_is_refused(text: str) -> None:
    with pytest.raises(ParameterError):
        read(text)


@pytest.mark.parametrize("place", PLACES)
def test_every_parameter_names_an_article_of_the_text(place: str) -> None:
    text = (POLICIES / place / "measure.md").read_text(encoding="utf-8")
    for parameter in load(POLICIES / place / "parameters.yaml").entries.values():
        article = parameter.article.split("第（")[0]
        assert f"**{article}**" in text, parameter.name
        assert parameter.read_on >= parameter.values[0].since


JILIN = (POLICIES / "jilin" / "parameters.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("article: 第十三条", "article: 第二十条", "bar_years: there is no 第二十条"),
        ("article: 第十三条", "article: 某通知", "bar_years: there is no 某通知"),
        ("bar_years:", "bar_decades:", "bar_decades is not known"),
        ('value: {world: "0.30", national: "0.30", provincial: "0.10"}',
         'value: {world: "0.30", national: "0.30"}', "labels must name each key"),
        ('unit: 个项目（含）\n  values:\n    - since: 2024-12-05',
         'unit: 个项目（含）\n  values:\n    - since: 2025-01-01',
         "group_minimum: has a gap from 2024-12-05 to 2025-01-01"),
        ('value: "5"', "value: 5.0", "bar_years: 5.0 must be quoted"),
        ('value: "3"', "value: 3", "group_minimum: 3 must be quoted"),
    ],
)  # fmt: skip
def test_a_measure_refuses_numbers_that_do_not_fit_its_text(old: str, new: str, fault: str) -> None:
    assert old in JILIN
    with pytest.raises(ParameterError, match=fault):
        REGISTRY.of("jilin")[0].altered("jilin-simulated", JILIN.replace(old, new, 1))


def test_a_number_that_is_missing_is_named() -> None:
    data = yaml.safe_load(JILIN)
    del data["bar_years"]
    with pytest.raises(ParameterError, match="bar_years is missing"):
        REGISTRY.of("jilin")[0].altered("jilin-simulated", yaml.safe_dump(data, allow_unicode=True))


def test_falling_dates_are_named_with_their_number() -> None:
    falling = JILIN.replace('value: "5"', 'value: "5"\n    - since: 2024-12-04\n      value: "3"')
    with pytest.raises(ParameterError, match="bar_years: dates of effect do not rise"):
        REGISTRY.of("jilin")[0].altered("jilin-simulated", falling)


def test_the_first_day_of_all_numbers_is_known() -> None:
    assert read(CHANGED).since == date(2024, 12, 5)
    assert Parameters({}).since == date.min


def folder(path: Path, code: str, numbers: str) -> Path:
    (path / "articles.py").write_text(code, encoding="utf-8")
    (path / "parameters.yaml").write_text(numbers, encoding="utf-8")
    return path


CODE = "LIMIT = 1\n\n\ndef art_1() -> int:\n    return 1\n\n\ndef art_2() -> int:\n    return 2\n"


def test_the_manifest_names_an_altered_function(tmp_path: Path) -> None:
    before = manifest("a", folder(tmp_path, CODE, CHANGED))
    after = manifest("a", folder(tmp_path, CODE.replace("return 2", "return 3"), CHANGED))
    assert before.differences(after) == ("articles.art_2",)
    assert before.digest != after.digest


def test_the_manifest_names_an_altered_constant_and_a_new_function(tmp_path: Path) -> None:
    before = manifest("a", folder(tmp_path, CODE, CHANGED))
    altered = CODE.replace("LIMIT = 1", "LIMIT: int = 2") + "\n\ndef art_3() -> int:\n    return 3\n"
    assert before.differences(manifest("a", folder(tmp_path, altered, CHANGED))) == ("articles.LIMIT", "articles.art_3")


def test_the_manifest_names_an_altered_number(tmp_path: Path) -> None:
    before = manifest("a", folder(tmp_path, CODE, CHANGED))
    after = manifest("a", tmp_path, CHANGED.replace("0.25", "0.2"))
    assert before.differences(after) == ("parameters.rate",)


def test_the_same_rules_have_the_same_digest_and_survive_being_stored(tmp_path: Path) -> None:
    first = manifest("a", folder(tmp_path, CODE, CHANGED))
    assert manifest("a", tmp_path) == first
    assert Manifest.from_json(first.to_json()) == first


def test_parameters_are_empty_for_a_measure_without_numbers() -> None:
    assert Parameters({}).entries == {}
