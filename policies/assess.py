"""Assess one case without a database: python -m policies.assess --measure … --on DAY FACTS.yaml"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from policies.kit import facts as kit_facts
from policies.kit.facts import CaseFacts, FactsError
from policies.kit.findings import Finding, Outcome, Source, SourceKind, plain
from policies.kit.manifest import Manifest
from policies.kit.money import Entitlement, Line
from policies.kit.parameters import ParameterError, load_yaml
from policies.kit.policy import Policy
from policies.kit.registry import NotInForce, Registry, RegistryError, editions


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an edition says about one case: every finding, and every line of the computation."""

    manifest: Manifest
    findings: tuple[Finding, ...]
    entitlement: Entitlement

    @property
    def not_met(self) -> tuple[Finding, ...]:
        """Findings that are not met."""
        return tuple(f for f in self.findings if f.outcome is Outcome.NOT_MET)

    @property
    def for_officer(self) -> tuple[Finding, ...]:
        """Findings that an officer must decide."""
        return tuple(f for f in self.findings if f.outcome is Outcome.FOR_OFFICER)

    def differences(self, other: Assessment) -> tuple[str, ...]:
        """What differs: altered parameters and functions, then findings and lines by name."""
        names = list(self.manifest.differences(other.manifest))
        mine, theirs = _named(self), _named(other)
        names += [key for key in {**mine, **theirs} if mine.get(key) != theirs.get(key)]
        return tuple(names)


def assess(policy: Policy, facts: CaseFacts) -> Assessment:
    """Apply one edition to frozen facts.

    Raises FactsError for a track the edition does not have, and for a day of filing on which its
    numbers do not exist yet.
    """
    if facts.track not in {track.key for track in policy.tracks}:
        known = "、".join(track.key for track in policy.tracks)
        raise FactsError("track", f"应为 {known} 之一，现为“{facts.track}”")
    if facts.filed_on < policy.parameters.since:
        raise FactsError("filed_on", f"{facts.filed_on} 早于细则数值的最早日期 {policy.parameters.since}")
    entitlement = policy.entitlement(facts)
    return Assessment(policy.manifest, policy.eligibility(facts, entitlement), entitlement)


def to_json(assessment: Assessment) -> dict[str, Any]:
    """An assessment as JSON data, to be stored and replayed."""
    return {
        "manifest": assessment.manifest.to_json(),
        "findings": [finding_to_json(finding) for finding in assessment.findings],
        "entitlement": entitlement_to_json(assessment.entitlement),
    }


def from_json(data: Mapping[str, Any]) -> Assessment:
    """The stored assessment."""
    return Assessment(
        Manifest.from_json(data["manifest"]),
        tuple(finding_from_json(item) for item in data["findings"]),
        entitlement_from_json(data["entitlement"]),
    )


def source_to_json(source: Source) -> list[str]:
    """[kind, measure, ref, clause]."""
    return [source.kind.value, source.measure, source.ref, source.clause]


def source_from_json(data: Sequence[str]) -> Source:
    """The source stored as a list."""
    kind, measure, ref, clause = data
    return Source(SourceKind(kind), measure, ref, clause)


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """A finding as JSON data."""
    return {
        "source": source_to_json(finding.source),
        "code": finding.code,
        "outcome": finding.outcome.value,
        "message": finding.message,
        "looked_at": _listed(finding.looked_at),
        "subject": finding.subject,
    }


def finding_from_json(data: Mapping[str, Any]) -> Finding:
    """The stored finding."""
    return Finding(
        source_from_json(data["source"]),
        data["code"],
        Outcome(data["outcome"]),
        data["message"],
        _frozen(data["looked_at"]),
        data["subject"],
    )


def line_to_json(line: Line) -> dict[str, Any]:
    """A line of a computation as JSON data."""
    return {
        "source": source_to_json(line.source),
        "label": line.label,
        "formula": line.formula,
        "inputs": _listed(line.inputs),
        "amount": plain(line.amount),
    }


def line_from_json(data: Mapping[str, Any]) -> Line:
    """The stored line."""
    return Line(
        source_from_json(data["source"]),
        data["label"],
        data["formula"],
        _frozen(data["inputs"]),
        Decimal(data["amount"]),
    )


def entitlement_to_json(entitlement: Entitlement) -> dict[str, Any]:
    """An entitlement as JSON data."""
    return {
        "lines": [line_to_json(line) for line in entitlement.lines],
        "base": plain(entitlement.base),
        "rate": _text(entitlement.rate),
        "cap": _text(entitlement.cap),
        "applied": _text(entitlement.applied),
        "pending": entitlement.pending,
        "readings": [line_to_json(line) for line in entitlement.readings],
    }


def entitlement_from_json(data: Mapping[str, Any]) -> Entitlement:
    """The stored entitlement."""
    return Entitlement(
        tuple(line_from_json(item) for item in data["lines"]),
        Decimal(data["base"]),
        _decimal(data["rate"]),
        _decimal(data["cap"]),
        _decimal(data["applied"]),
        data["pending"],
        tuple(line_from_json(item) for item in data["readings"]),
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _listed(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in shown.items()}


def _frozen(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in stored.items()}


def _named(assessment: Assessment) -> dict[str, object]:
    """Findings and lines by a name that a person can find again."""
    named: dict[str, object] = {}
    for finding in assessment.findings:
        named[f"finding {finding.code} {finding.subject}".strip()] = finding
    for line in assessment.entitlement.lines:
        named[f"line {line.label}"] = line
    named["cap"] = (assessment.entitlement.cap, assessment.entitlement.pending)
    return named


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Prints JSON; a mistake in the input is one line on stderr and code 2."""
    options = _options(arguments)
    try:
        result = kit_facts.schema() if options.schema else _result(options)
    except (FactsError, NotInForce, RegistryError, ParameterError) as error:
        print("错误：" + " ".join(str(error).split()), file=sys.stderr)
        return 2
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m policies.assess", description=__doc__)
    parser.add_argument("facts", nargs="?", help="事实文件（YAML 或 JSON）")
    parser.add_argument("--measure", help="政策，例如 policies.zhongshan:EDITIONS")
    parser.add_argument("--on", help="按哪一天有效的版本，例如 2025-05-01")
    parser.add_argument("--schema", action="store_true", help="输出事实文件的 JSON Schema")
    options = parser.parse_args(arguments)
    if not options.schema and not (options.facts and options.measure and options.on):
        parser.error("需要 --measure、--on 和事实文件，或 --schema")
    return options


def _result(options: argparse.Namespace) -> dict[str, Any]:
    policy = _edition(options.measure, options.on)
    facts = kit_facts.from_json(_read(options.facts))
    if facts.measure != policy.measure:
        raise FactsError("measure", f"事实属于 {facts.measure}，不是 {policy.measure}")
    return to_json(assess(policy, facts))


def _edition(name: str, on: str) -> Policy:
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise FactsError("--on", f"应为日期，例如 2025-05-01，现为“{on}”") from None
    found = editions(name)
    if not found:
        raise RegistryError(f"{name}: 没有任何版本")
    return Registry(found).on(found[0].measure, day)


def _read(path: str) -> object:
    try:
        return load_yaml(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise FactsError(path, f"不能读取（{error}）") from None
    except (yaml.YAMLError, ValueError) as error:
        raise FactsError(path, f"不是有效的 YAML（{error}）") from None
    except RecursionError:
        raise FactsError(path, "嵌套过深") from None


if __name__ == "__main__":
    sys.exit(main())
