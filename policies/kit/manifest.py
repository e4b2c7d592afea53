"""Which rules worked something out: an edition's code and digests of its numbers and functions."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.kit.parameters import load_yaml


@dataclass(frozen=True, slots=True)
class Manifest:
    """The identity of an edition's rules.

    `digest` is over the text of parameters.yaml and of articles.py (with any article_<n>.py beside
    it); `parts` has a short digest for each parameter (`parameters.cap_rate`) and each function or
    constant (`articles.art_5_cap`).
    """

    edition: str
    digest: str
    parts: Mapping[str, str]

    def differences(self, other: Manifest) -> tuple[str, ...]:
        """Names of the parameters and functions that are not the same in both."""
        names = sorted(set(self.parts) | set(other.parts))
        return tuple(name for name in names if self.parts.get(name) != other.parts.get(name))

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        return {"edition": self.edition, "digest": self.digest, "parts": dict(self.parts)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Manifest:
        """From JSON data as stored."""
        return cls(str(data["edition"]), str(data["digest"]), dict(data["parts"]))


def manifest(edition: str, folder: Path, numbers: str | None = None) -> Manifest:
    """The manifest of the measure in a folder with articles.py and parameters.yaml.

    `numbers` stands in for the text of parameters.yaml (a simulated edition).
    """
    if numbers is None:
        numbers = (folder / "parameters.yaml").read_text(encoding="utf-8")
    whole, parts = hashlib.sha256(numbers.encode()), _parameters(numbers)
    for path in sorted(folder.glob("article*.py")):
        source = path.read_text(encoding="utf-8")
        whole.update(b"\0" + source.encode())
        parts |= _functions(path.stem, source)
    return Manifest(edition, whole.hexdigest(), parts)


def _functions(module: str, source: str) -> dict[str, str]:
    parts = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            parts[f"{module}.{node.name}"] = _short(ast.get_source_segment(source, node) or "")
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            parts[f"{module}.{ast.unparse(target)}"] = _short(ast.get_source_segment(source, node) or "")
    return parts


def _parameters(text: str) -> dict[str, str]:
    data = load_yaml(text)
    if not isinstance(data, dict):
        return {}
    return {f"parameters.{name}": _short(repr(body["values"])) for name, body in data.items()}


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
