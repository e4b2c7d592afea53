"""Regular expressions over what people type: none can take more than a few steps a character (trust.md row 36)."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

FOLDERS = ("subsidy", "workflow", "policies")
CALLS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
VALIDATORS = {"RegexValidator", "RegexField", "re_path"}
LOOKUPS = re.compile(r"__i?regex$")
SECONDS = 20


@dataclass(frozen=True)
class Written:
    """A pattern as it stands in the code."""

    where: str
    pattern: str | bytes
    whole: bool
    """Only ever held against a whole text, from its beginning: `match` and `fullmatch`."""

    @property
    def text(self) -> str:
        return self.pattern.decode() if isinstance(self.pattern, bytes) else self.pattern


def modules() -> Iterator[Path]:
    root = Path(settings.ROOT)
    for folder in FOLDERS:
        yield from (path for path in sorted((root / folder).rglob("*.py")) if "migrations" not in path.parts)


def written(path: Path) -> Iterator[Written]:
    """Every pattern of a module; one that cannot be read from the code is an error."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known, ways = _constants(tree), _ways(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_regex(node.func):
            given = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "regex"), None)
            where = f"{path.relative_to(settings.ROOT)}:{node.lineno}"
            patterns = _texts(given, known)
            assert patterns, f"{where}: write the pattern out, or as a constant of the module"
            whole = ways.get(node.lineno, {getattr(node.func, "attr", "")}) <= {"match", "fullmatch"}
            yield from (Written(where, pattern, whole) for pattern in patterns)


def _is_regex(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute):
        return isinstance(called.value, ast.Name) and called.value.id == "re" and called.attr in CALLS
    return isinstance(called, ast.Name) and called.id in VALIDATORS


def _constants(tree: ast.Module) -> dict[str, list[str | bytes]]:
    """Names of constants, and variables of a loop over pairs that are written out."""
    known: dict[str, list[str | bytes]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            known[node.targets[0].id] = _texts(node.value, {})
        if isinstance(node, ast.comprehension) and isinstance(node.target, ast.Tuple):
            rows = [row.elts for row in ast.walk(node.iter) if isinstance(row, ast.Tuple)]
            for place, name in enumerate(node.target.elts):
                cells = [row[place] for row in rows if len(row) == len(node.target.elts)]
                known[ast.unparse(name)] = [text for cell in cells for text in _texts(cell, {})]
    return known


def _ways(tree: ast.Module) -> dict[int, set[str]]:
    """Line of a compiled constant → the methods that its module calls on it; those of no constant are left out."""
    called: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            called.setdefault(node.value.id, set()).add(node.attr)
    return {
        node.value.lineno: called.get(node.targets[0].id, {"search"})
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call)
    }


def _texts(node: ast.expr | None, known: dict[str, list[str | bytes]]) -> list[str | bytes]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return [node.value]
    return known.get(node.id, []) if isinstance(node, ast.Name) else []


PATTERNS = [one for path in modules() for one in written(path)]


def test_the_patterns_are_found() -> None:
    """Those of amounts, days, telephones and document numbers are among them; no query takes a pattern."""
    found = {one.where.split(":")[0] for one in PATTERNS}
    assert {
        "policies/kit/money.py", "subsidy/reference/fields.py", "subsidy/reference/document_no.py",
        "subsidy/panels/blind.py", "subsidy/papers/child.py", "subsidy/cases/applicant/forms.py",
    } <= found  # fmt: skip
    assert len(PATTERNS) >= 45
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.keyword) and LOOKUPS.search(node.arg or "")), path


# --- no repeat inside a repeat ------------------------------------------------


def nested(pattern: str | bytes) -> bool:
    """Whether a part that may come several times holds one that may too, both in numbers that are not fixed."""
    return _nested(re._parser.parse(pattern), inside=False)  # type: ignore[attr-defined]


def _nested(parts: Any, *, inside: bool) -> bool:
    for kind, value in parts:
        repeats = str(kind) in {"MAX_REPEAT", "MIN_REPEAT"}
        open_ended = repeats and value[1] > 1 and value[0] != value[1]
        if open_ended and inside:
            return True
        if any(_nested(inner, inside=inside or open_ended) for inner in _inner(value)):
            return True
    return False


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, re._parser.SubPattern):  # type: ignore[attr-defined]
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _inner(one)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"(\w+\s?)*$", True), (r"(a+)+", True), (r"(a*)*b", True), (r"((a|b)+,)*", True), (r"(?:x{1,9}y)+", True),
        (rb"(\d+)*", True), (r"(?=(a+)+)b", True), (r"(a|b+)+?", True),
        (r"\d{1,3}(,\d{3})+", False), (r"(a+)?b", False), (r"a+b*c", False), (r"(ab){3}c+", False),
    ],
)  # fmt: skip
def test_a_repeat_inside_a_repeat_is_seen(pattern: str | bytes, expected: bool) -> None:
    assert nested(pattern) is expected


@pytest.mark.parametrize("one", PATTERNS, ids=lambda one: one.where)
def test_no_pattern_has_a_repeat_inside_a_repeat(one: Written) -> None:
    assert not nested(one.pattern)


# --- ten thousand hostile characters ------------------------------------------

SEEDS = [
    "1", "0", "a", "长", " ", "\t", "1,", "1.", "1,000", "-", "（", "（）", "(", ")", "有限公司", "公司（",
    "13", "91", "x ", "〔2026〕", "é", "2026-", "年1月", "<c ", "<row ", "<c r=", "<x:c", '"', "A1",
    "xl/worksheets/", "第", "号", "_", "e", "1e", "万", "**第一", "## ", "\n", "\0",
]  # fmt: skip
LENGTH = 10_000

RUN = """
import json, re, resource, sys
given = json.load(sys.stdin)
resource.setrlimit(resource.RLIMIT_CPU, (given["seconds"], given["seconds"]))
for text, is_bytes, is_whole in given["patterns"]:
    pattern = re.compile(text.encode() if is_bytes else text)
    for seed in given["seeds"]:
        whole = (seed * given["length"])[: given["length"]]
        for hostile in (whole, whole + "!", "!" + whole):
            hostile = hostile.encode() if is_bytes else hostile
            pattern.fullmatch(hostile)
            for _ in () if is_whole else pattern.finditer(hostile):
                pass
print("done", len(given["patterns"]))
"""


def run(patterns: list[Written], seconds: int = SECONDS) -> subprocess.CompletedProcess[str]:
    """Try every pattern on every hostile text, in a process that is ended when it takes too long in all."""
    given = {
        "patterns": [(one.text, isinstance(one.pattern, bytes), one.whole) for one in patterns],
        "seeds": SEEDS, "length": LENGTH, "seconds": seconds,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-I", "-c", RUN], input=json.dumps(given), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_pattern_that_never_ends_is_ended() -> None:
    assert run([Written("here", r"(a+)+b", whole=True)], seconds=1).returncode < 0


def test_every_pattern_gets_to_the_end_of_ten_thousand_hostile_characters() -> None:
    done = run(PATTERNS)
    assert (done.returncode, done.stdout) == (0, f"done {len(PATTERNS)}\n"), done.stderr
