"""docs/trust.md: every row is there, and every test that it names exists and can fail."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.ROOT)
ROWS = {
    int(match[1]): match[2]
    for match in re.finditer(r"^\| (\d+) \|(.*)\|$", (ROOT / "docs/trust.md").read_text(encoding="utf-8"), re.MULTILINE)
}
PROMISED = {
    *range(1, 21), 24, *range(26, 30), *range(36, 44), 45, 47, 50, *range(52, 58), 59, 61, *range(64, 67),
}  # fmt: skip
NAMED = sorted({(row, name) for row, text in ROWS.items() for name in re.findall(r"`(tests/[^`]+)`", text)})
CHECKS = {"raises", "expect"}


@cache
def functions(path: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_promised_row_is_shown_by_a_test() -> None:
    assert set(ROWS) == PROMISED
    assert {row for row, _name in NAMED} == PROMISED


@pytest.mark.parametrize(("row", "name"), NAMED)
def test_a_named_test_exists_and_asserts_something(row: int, name: str) -> None:
    path, _, function = name.partition("::")
    assert (ROOT / path).is_file(), f"row {row}: no file {path}"
    assert function in functions(path), f"row {row}: no test {name}"
    assert can_fail(path, functions(path)[function]), f"row {row}: {name} asserts nothing"


def asserts(function: ast.AST) -> bool:
    """Whether something in it can fail: an assertion, or a refusal that is waited for."""
    return any(
        isinstance(node, ast.Assert) or (node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")) in CHECKS
        for node in ast.walk(function)
    )


def whole_tree() -> list[tuple[str, ast.FunctionDef]]:
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    paths = [path.relative_to(ROOT).as_posix() for path in files]
    return [(path, one) for path in paths for name, one in functions(path).items() if name.startswith("test_")]


@cache
def looking() -> set[str]:
    """What the browser tests look with: the functions of tests/browser that can fail."""
    paths = [path for path in (ROOT / "tests/browser").glob("*.py") if not path.name.startswith("test_")]
    found = {name: one for path in paths for name, one in functions(path.relative_to(ROOT).as_posix()).items()}
    return {name for name, one in found.items() if asserts(one) or name.startswith("assert_")}


def can_fail(path: str, test: ast.FunctionDef) -> bool:
    """Directly, by waiting for a refusal, or through a function of its module or of the browser's that does."""
    helpers = {name for name, helper in functions(path).items() if asserts(helper)} | looking()
    called = {
        node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for node in ast.walk(test)
        if isinstance(node, ast.Call)
    }
    return asserts(test) or bool(called & helpers) or any(name.startswith("assert_") for name in called)


def test_no_test_of_the_tree_asserts_nothing() -> None:
    assert [f"{path}::{one.name}" for path, one in whole_tree() if not can_fail(path, one)] == []
