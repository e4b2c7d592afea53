"""What a case submits and what the rules answer: the plain case of the tests' sheets, as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from policies import assess as rules
from policies.kit import facts as kit
from policies.kit.facts import CaseFacts, ProjectFacts
from policies.kit.findings import Outcome
from policies.kit.parameters import load_yaml
from policies.kit.policy import Policy
from policies.kit.registry import load

SHEETS = Path(__file__).resolve().parent.parent / "tests" / "policies"


def plain(measure: str) -> tuple[Policy, CaseFacts]:
    """The plain case of a measure and the edition of the day it was filed."""
    facts = kit.from_json(load_yaml((SHEETS / measure / "plain.yaml").read_text(encoding="utf-8")))
    return load([f"policies.{measure}:EDITIONS"]).on(measure, facts.filed_on), facts


@dataclass(frozen=True, slots=True)
class Documents:
    """The JSON of a submission and its assessment, in full and short."""

    edition: str
    facts: Mapping[str, Any]
    content: Mapping[str, Any]
    short_content: Mapping[str, Any]
    result: Mapping[str, Any]
    short_result: Mapping[str, Any]

    @classmethod
    def plain(cls) -> "Documents":
        """Those of the plain Jilin case, which meets everything."""
        policy, facts = plain("jilin")
        answered = rules.assess(policy, facts)
        if any(finding.outcome is not Outcome.MET for finding in answered.findings):
            raise ValueError("the plain case is no longer plain")
        result = rules.to_json(answered)
        projects = [_project(place, one, facts) for place, one in enumerate(facts.projects, start=1)]
        content = {
            "enterprise": facts.by_key[facts.applicant].name, "answers": {}, "projects": projects,
            "sections": [{"step": "applicant", "title": "申报单位", "answers": [["所在地", "长春市"]]}],
            "lines": [line for place, one in enumerate(facts.projects, start=1) for line in _lines(place, one, policy)],
        }  # fmt: skip
        short = {**content, "projects": projects[:1], "lines": []}
        few = {**result, "findings": result["findings"][:2]}
        return cls(policy.edition, kit.to_json(facts), content, short, result, few)


def _project(place: int, one: ProjectFacts, facts: CaseFacts) -> dict[str, Any]:
    firm = facts.by_key[one.firm]
    return {
        "id": place, "project": place, "name": one.name, "firm": firm.name, "credit_code": firm.code,
        "direction": one.direction, "status": "in", "raw": {}, "answers": [["实施单位", firm.name]],
    }  # fmt: skip


def _lines(place: int, one: ProjectFacts, policy: Policy) -> list[dict[str, Any]]:
    categories = {category.key: category for category in policy.categories}
    return [
        {
            "key": str(UUID(int=place * 100 + number)), "number": number, "project": place, "project_name": one.name,
            "category": line.category, "category_label": categories[line.category].label,
            "counts": categories[line.category].counts, "summary": line.summary, "supplier": "某供应商",
            "invoice": line.invoice, "dated": str(line.dated), "gross": f"{line.invoiced + line.tax:f}",
            "tax": f"{line.tax:f}", "net": f"{line.invoiced:f}", "paid": f"{line.paid:f}",
            "claimed": f"{line.claimed:f}",
        }
        for number, line in enumerate(one.lines, start=1)
    ]  # fmt: skip
