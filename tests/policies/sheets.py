"""Reads the sheets of examples: one file per article, each example a change to the plain case."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from policies.assess import Assessment, assess
from policies.kit import codec
from policies.kit.awards import Instalments, Recovery, Settlement
from policies.kit.calendar import WorkCalendar
from policies.kit.facts import Breach, BreachKind, CaseFacts, LineFacts, SettlementFacts, from_json
from policies.kit.findings import Finding, Outcome
from policies.kit.kinds import Rating
from policies.kit.performance import PerformanceFacts, TargetFacts, UseFacts
from policies.kit.policy import Policy
from policies.kit.registry import load

HERE = Path(__file__).parent
PLACES = ("jilin", "zhongshan")
REGISTRY = load(f"policies.{place}:EDITIONS" for place in PLACES)
OUTCOMES = {"符合": Outcome.MET, "不符合": Outcome.NOT_MET, "待判": Outcome.FOR_OFFICER}
KEYS = {"名称", "改动", "删去", "奖补", "清算", "追回", "绩效", "应得"}
EXPECTED = {
    "发现",
    "说法",
    "依据",
    "基数",
    "上限",
    "拟定",
    "待定",
    "明细",
    "另读",
    "各年",
    "失效",
    "期限",
    "余额",
    "追回",
    "应收",
}


def days(*spans: str) -> list[date]:
    """Days of spans such as 2026-02-15/23 (the end is a day of the same month) or single days."""
    found = []
    for span in spans:
        first, _, last = span.partition("/")
        start = date.fromisoformat(first)
        end = start.replace(day=int(last)) if last else start
        found += [start.replace(day=n) for n in range(start.day, end.day + 1)]
    return found


CALENDAR = WorkCalendar(
    days(
        "2025-01-01", "2025-01-28/31", "2025-02-01/04", "2025-04-04/06", "2025-05-01/05", "2025-05-31", "2025-06-01/02",
        "2025-10-01/08",
        "2026-01-01/03", "2026-02-15/23", "2026-04-04/06", "2026-05-01/05", "2026-06-19/21", "2026-09-25/27",
        "2026-10-01/07",
    ),
    days(
        "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One example of a sheet."""

    place: str
    sheet: str
    body: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.place}/{self.sheet} {self.body['名称']}"

    @property
    def expected(self) -> dict[str, Any]:
        expected: dict[str, Any] = self.body["应得"]
        return expected

    @property
    def policy(self) -> Policy:
        return REGISTRY.of(self.place)[0]

    def facts(self) -> CaseFacts:
        return from_json(altered(plain(self.place), self.body.get("改动") or {}, self.body.get("删去") or ()))


def plain(place: str) -> dict[str, Any]:
    """The plain case of a place, as data; lines as mappings so that they can be altered by name."""
    return copy.deepcopy(_plain(place))


@cache
def _plain(place: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((HERE / place / "plain.yaml").read_text(encoding="utf-8"))
    for project in data["projects"]:
        lines = project.get("lines", [])
        project["lines"] = [dict(zip(LineFacts._fields, line, strict=False)) for line in lines]
    return data


def altered(data: dict[str, Any], changes: dict[str, Any], removed: Any = ()) -> dict[str, Any]:
    """The data with values set at paths such as projects.p1.lines.2.paid; “+” appends to a list."""
    for path, value in changes.items():
        *steps, last = path.split(".")
        place = data
        for step in steps:
            place = _step(place, step)
        if last == "+":
            place.append(value)  # type: ignore[attr-defined]
        elif isinstance(place, list):
            place[_position(place, last)] = value
        else:
            place[last] = value
    for path in removed:
        *steps, last = path.split(".")
        place = data
        for step in steps:
            place = _step(place, step)
        del place[_position(place, last) if isinstance(place, list) else last]
    return data


def _step(place: Any, step: str) -> Any:
    if isinstance(place, list):
        return place[_position(place, step)]
    return place.setdefault(step, [] if step in LISTS else {})


LISTS = {
    "awards",
    "measured",
    "funding",
    "years",
    "accidents",
    "bars",
    "progress",
    "lines",
    "credit",
    "extra_conditions",
    "partners",
}


def _position(place: list[Any], step: str) -> int:
    by_key = {item["key"]: n for n, item in enumerate(place) if isinstance(item, dict) and "key" in item}
    return by_key[step] if step in by_key else int(step) - 1


def examples() -> Iterator[Example]:
    """Every example of every sheet. A word the runner does not know is an error, not ignored."""
    for place in PLACES:
        for path in sorted((HERE / place).glob("art_*.yaml")):
            sheet = yaml.safe_load(path.read_text(encoding="utf-8"))
            assert set(sheet) == {"条款", "要点", "例"}, path
            for body in sheet["例"]:
                assert set(body) <= KEYS, (path, body)
                assert set(body["应得"]) <= EXPECTED, (path, body)
                yield Example(place, path.stem, body)


def outcomes(findings: tuple[Finding, ...], code: str) -> set[Outcome]:
    """The outcomes of all findings with a code; `code@subject` looks at one subject."""
    name, _, subject = code.partition("@")
    return {f.outcome for f in findings if f.code == name and (not subject or f.subject == subject)}


def settlement_facts(facts: CaseFacts, given: dict[str, Any]) -> SettlementFacts:
    """The facts of a settlement of the case's first project."""
    return SettlementFacts(
        facts.projects[0],
        facts.awards,
        given["清算日"],
        given.get("类别", "universal"),
        given.get("省的要求"),
    )


def performance_facts(facts: CaseFacts, given: dict[str, Any]) -> PerformanceFacts:
    """The facts of a report: 已拨付, and lists of 指标 and 支出 as the fields of their records, 评价."""
    targets, uses = codec.reader(tuple[TargetFacts, ...]), codec.reader(tuple[UseFacts, ...])
    paid = amount(given.get("已拨付", "0.00"))
    rating = Rating(given["评价"]) if "评价" in given else None
    reported = targets(given.get("指标", [])), uses(given.get("支出", []))
    return PerformanceFacts(facts, facts.facts_on, paid, *reported, rating)


@dataclass(frozen=True)
class Answers:
    """All that the rules answer to one example."""

    assessment: Assessment
    findings: tuple[Finding, ...]
    instalments: Instalments | None
    settlement: Settlement | None
    recovery: Recovery | None
    due: dict[str, date]


def answers(example: Example) -> Answers:
    """The rules applied to an example: what every case is asked, and what the example asks beside."""
    facts, policy, body = example.facts(), example.policy, example.body
    found = assess(policy, facts)
    instalments = policy.instalments(facts, amount(body["奖补"])) if "奖补" in body else None
    settlement = policy.settlement(settlement_facts(facts, body["清算"])) if "清算" in body else None
    recovery = policy.recovery(facts, breach(body["追回"])) if "追回" in body else None
    reported = policy.performance(performance_facts(facts, body["绩效"])) if "绩效" in body else ()
    beside = (part.findings for part in (instalments, settlement, recovery) if part is not None)
    due = {d.key: d.on for d in policy.deadlines(facts, CALENDAR)} if "期限" in example.expected else {}
    findings = (*found.findings, *chain.from_iterable(beside), *reported)
    return Answers(found, findings, instalments, settlement, recovery, due)


def breach(given: dict[str, Any]) -> Breach:
    """A breach as a sheet describes it."""
    read = codec.reader(Breach)
    result: Breach = read(given)
    assert isinstance(result.kind, BreachKind)
    return result


def amount(text: str) -> Decimal:
    """An expected amount; sheets quote them."""
    assert isinstance(text, str), "amounts in sheets are quoted"
    return Decimal(text)
