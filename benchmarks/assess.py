"""The rules alone, without a database: python -m benchmarks.assess [--number 2000]

Cases a second on one core, from ready facts and from stored JSON to the result, against reading that JSON with
json.loads. Every answer is compared with the first one. The last line is one JSON object.
"""

import sys

if not __package__:
    sys.path[0] = sys.path[0].rpartition("/")[0]

import json
from argparse import ArgumentParser
from typing import Any

from benchmarks.documents import plain
from benchmarks.ground import interleaved, must, report
from policies.assess import assess, to_json
from policies.kit import facts as kit

FROM_FACTS, FROM_JSON = 10_000, 2_500
TURNS = 7


def measure(name: str, number: int) -> dict[str, Any]:
    """One measure's plain case, over and over."""
    policy, facts = plain(name)
    stored = json.dumps(kit.to_json(facts), ensure_ascii=False)
    first = to_json(assess(policy, facts))
    must(len(first["findings"]) > 5 and first["entitlement"]["cap"], f"{name}: the plain case has no findings or cap")
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
