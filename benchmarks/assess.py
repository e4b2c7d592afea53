"""The rules alone, without a database: python -m benchmarks.assess [--number 2000]

A case has 120 claimed lines (Jilin: three projects of forty; Zhongshan: one project), each with an invoice, a day and
amounts of its own. Cases a second on one core, from ready facts and from stored JSON to the result, against reading
that JSON with json.loads. Every answer is compared with the first one. The last line is one JSON object.
"""

import sys

if not __package__:
    sys.path[0] = sys.path[0].rpartition("/")[0]

import json
from argparse import ArgumentParser
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from benchmarks.documents import plain
from benchmarks.ground import interleaved, must, report
from policies.assess import assess, to_json
from policies.kit import facts as kit
from policies.kit.facts import CaseFacts, LineFacts
from policies.kit.money import CENT
from policies.kit.policy import Policy

FROM_FACTS, FROM_JSON = 10_000, 2_500
TURNS = 7


def with_lines(policy: Policy, facts: CaseFacts, lines: int = 120) -> CaseFacts:
    """The case with so many lines, divided among its projects; one in ten is of a kind that does not count."""
    each, first = lines // len(facts.projects), facts.call.window_from
    kinds = sorted((kind.counts, kind.key) for kind in policy.categories)
    counting, other = [key for counts, key in kinds if counts], next(key for counts, key in kinds if not counts)

    def line(place: int, number: int) -> LineFacts:
        net, serial = Decimal(10_000 + 7 * number * place) / 100 + 90_000, place * 1000 + number
        tax, kind = (net * Decimal("0.13")).quantize(CENT), counting[number % len(counting)] if number % 10 else other
        return LineFacts(str(number), kind, f"设备 {serial}", f"25222000{serial:012d}", first + timedelta(days=number),
                         net, tax, net + tax, net)  # fmt: skip

    return replace(facts, projects=tuple(
        replace(project, lines=tuple(line(place, number) for number in range(1, each + 1)))
        for place, project in enumerate(facts.projects, start=1)
    ))  # fmt: skip


def measure(name: str, number: int) -> dict[str, Any]:
    """One measure's plain case with many lines, over and over."""
    policy, facts = plain(name)
    facts = with_lines(policy, facts)
    stored = json.dumps(kit.to_json(facts), ensure_ascii=False)
    first = to_json(assess(policy, facts))
    must(len(first["findings"]) > 5 and first["entitlement"]["cap"], f"{name}: the case has no findings or cap")
    must(kit.from_json(json.loads(stored)) == facts, f"{name}: stored facts are others")

    def from_facts() -> None:
        for _ in range(number):
            answer = assess(policy, facts)
        must(to_json(answer) == first, f"{name}: another answer")

    def from_json() -> None:
        for _ in range(number):
            answer = assess(policy, kit.from_json(json.loads(stored)))
        must(to_json(answer) == first, f"{name}: another answer")

    def loads() -> None:
        for _ in range(number):
            json.loads(stored)

    ready, parsed, bare = (took / number for took in interleaved(TURNS, from_facts, from_json, loads))
    return {
        "facts_per_s": round(1000 / ready), "json_per_s": round(1000 / parsed), "loads_per_s": round(1000 / bare),
        "facts_to_loads": round(ready / bare, 2), "json_to_loads": round(parsed / bare, 2), "bytes": len(stored),
    }  # fmt: skip


def goals(measures: dict[str, dict[str, Any]]) -> dict[str, bool]:
    """The table of goals."""
    return {
        f"{FROM_FACTS} cases a second from ready facts":
            min(one["facts_per_s"] for one in measures.values()) >= FROM_FACTS,
        f"{FROM_JSON} cases a second from stored JSON":
            min(one["json_per_s"] for one in measures.values()) >= FROM_JSON,
    }  # fmt: skip


def run(number: int) -> dict[str, dict[str, Any]]:
    """Both measures."""
    measures = {name: measure(name, number) for name in ("jilin", "zhongshan")}
    for name, found in measures.items():
        print(name, found)
    report("assess", number, {"measures": measures}, goals(measures))
    return measures


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1000, help="assessments in one turn (1000)")
    run(parser.parse_args().number)


if __name__ == "__main__":
    main()
