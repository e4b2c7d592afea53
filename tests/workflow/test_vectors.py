"""The bytes of the history as vectors in a file, for our code and for the program that stands outside of it.

tests/workflow/vectors/history.json was worked out apart from the code (trust.md rows 50 and 55): whoever writes a
second verifier can hold it against the same file.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from subsidy.ops import verify_history as outside
from workflow import history

VECTORS = json.loads((Path(__file__).parent / "vectors" / "history.json").read_text(encoding="utf-8"))
SINGLE = {one["name"]: one for one in VECTORS["single"]}


def entry(given: dict[str, Any]) -> dict[str, Any]:
    """The base with what a vector names."""
    return {name: _value(value) for name, value in {**VECTORS["base"], **given}.items()}


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if set(value) == {"time"}:
        return datetime.fromisoformat(value["time"])
    return Decimal(value["decimal"]) if set(value) == {"decimal"} else {k: _value(v) for k, v in value.items()}


def test_both_sides_write_the_fields_in_the_order_of_the_file() -> None:
    assert tuple(VECTORS["fields"]) == history.FIELDS == outside.FIELDS


@pytest.mark.parametrize("name", SINGLE)
def test_an_entry_has_the_bytes_and_the_digest_of_the_file(name: str) -> None:
    vector = SINGLE[name]
    written = entry(vector["entry"])
    data = history.canonical(written)
    assert data.decode() == vector["canonical"], vector["why"]
    first = history.genesis(
        written["subject_kind"], written["subject_id"], written["subject_number"], written["algorithm"]
    )
    assert first == vector["genesis"]
    assert history.chained(first, data, written["algorithm"]) == vector["digest"]


def test_what_only_looks_the_same_differs_and_what_is_the_same_does_not() -> None:
    for one, other in VECTORS["differ"]:
        assert SINGLE[one]["canonical"] != SINGLE[other]["canonical"], (one, other)
        assert SINGLE[one]["digest"] != SINGLE[other]["digest"], (one, other)
    for one, other in VECTORS["equal"]:
        assert SINGLE[one]["canonical"] == SINGLE[other]["canonical"], (one, other)


def test_the_chain_of_the_file_changes_its_algorithm_and_holds() -> None:
    previous = history.genesis("cases.case", 8, "ZS-2026-00008", "sha256")
    for vector in VECTORS["chain"]:
        written = entry(vector["entry"])
        assert history.canonical(written).decode() == vector["canonical"]
        previous = history.chained(previous, history.canonical(written), written["algorithm"])
        assert previous == vector["digest"]


# --- the program outside ------------------------------------------------------


def lines(chains: list[list[dict[str, Any]]]) -> list[str]:
    """An export of these chains, written here and not by the command."""
    found = [f"{outside.HISTORY.decode()}2026-05-20T02:00:00.000000+00:00\t"]
    for chain in chains:
        found += [f"u\t{one['digest']}\t{base64.b64encode(one['canonical'].encode()).decode()}" for one in chain]
    return [*found, f"end\t{len(found) - 1}\t0"]


def verified(folder: Path, text: list[str]) -> tuple[int, str]:
    file = folder / "history"
    file.write_text("\n".join(text) + "\n", encoding="utf-8")
    program = Path(settings.ROOT) / "subsidy/ops/verify_history.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), str(file)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


ALL = [*([one] for one in VECTORS["single"]), VECTORS["chain"]]


def test_the_program_outside_finds_the_file_whole(tmp_path: Path) -> None:
    for chain in ALL:
        code, said = verified(tmp_path, lines([chain]))
        assert (code, said.startswith(f"whole: {len(chain)} entries of 1 subjects")) == (0, True), said


def test_the_program_outside_reads_the_same_fields() -> None:
    for vector in VECTORS["single"]:
        read = outside.fields(vector["canonical"].encode())
        assert read == {name: history.text_of(value) for name, value in entry(vector["entry"]).items()}


@pytest.mark.parametrize(("one", "other"), [pair for pair in VECTORS["differ"] if "sm3" not in pair])
def test_the_program_outside_refuses_one_for_the_other(one: str, other: str, tmp_path: Path) -> None:
    """The digest of one over the bytes of the other: `"1.0"` for `"1.00"`, `ab|c` for `a|bc`."""
    swapped = {**SINGLE[one], "canonical": SINGLE[other]["canonical"]}
    code, said = verified(tmp_path, lines([[swapped]]))
    assert (code, "entry 1 (" in said, said.endswith("): altered\n")) == (1, True, True), said


def test_the_program_outside_refuses_a_length_that_is_not_written_plainly(tmp_path: Path) -> None:
    """`01:a,` and `+1:a,` would read as the same field; the digest is taken over the bytes and tells them apart."""
    for odd in ("010:cases.case", "+10:cases.case", " 10:cases.case"):
        vector = {**SINGLE["plain"]}
        vector["canonical"] = vector["canonical"].replace("10:cases.case", odd, 1)
        code, said = verified(tmp_path, lines([[vector]]))
        assert (code, "altered" in said) == (1, True), said
