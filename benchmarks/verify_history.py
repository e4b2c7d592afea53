"""How quickly an exported history is verified, against SHA-256 of its bytes in the same run.

    .venv/bin/python benchmarks/verify_history.py [--entries 1000000] [--file kept-export]

Makes a history of chains of ten entries, sealed every thousand, without a database; checks that the verifier counted
what was made and that one altered byte is found; prints a line a measurement and a JSON object with the ratios at last.
The goals are those of performance: entry by entry at most 12 times, the quick check at most 1.5 times.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "subsidy.settings")

import django

django.setup()

from subsidy.ops import verify_history as verifier
from subsidy.ops.management.commands.export_history import write_blocks
from workflow import history

CHAIN, SEAL = 10, 1000
STATES = ("draft", "local_review", "endorsed", "upper_review", "expert_review", "shortlisted")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def lines(entries: int) -> Iterator[bytes]:
    """An export as manage.py export_history writes it."""
    yield b"%s2026-12-31T00:00:00.000000+00:00\tsha256\n" % verifier.HISTORY
    root, last = verifier.Root("sha256"), {"number": 0, "digest": ""}
    heads, leaves = dict[int, str](), list[bytes]()
    chains = max(1, entries // CHAIN)
    for place in range(entries):
        entry = entry_of(place % chains + 1, place // chains + 1, BEGAN + timedelta(seconds=place))
        data = history.canonical(entry)
        previous = heads.get(entry["subject_id"]) or history.genesis(
            "cases.case", entry["subject_id"], entry["subject_number"], "sha256"
        )
        digest = heads[entry["subject_id"]] = history.chained(previous, data, "sha256")
        leaves.append(digest.encode())
        yield b"e\t%d\t=\t%s\t%s\n" % (place, digest.encode(), base64.b64encode(data))
        if (place + 1) % SEAL == 0 or place + 1 == entries:
            last = seal_of(last, place + 1, root.value(leaves), entry["real_at"])
            leaves.clear()
            yield b"s\t%s\t%s\n" % (last["digest"].encode(), base64.b64encode(last["data"]))
    yield b"end\t%d\t%d\n" % (entries, last["number"])


def entry_of(subject: int, number: int, at: datetime) -> dict:
    """One entry with a note and evidence of the usual length."""
    return {
        "subject_kind": "cases.case", "subject_id": subject, "subject_number": f"JL-2026-{subject:06d}",
        "number": number, "move": "endorse", "from_state": STATES[number % 6], "to_state": STATES[(number + 1) % 6],
        "actor_id": 17, "actor_name": "张三", "agency_id": 5, "agency_name": "延吉市工信局", "address": "10.1.2.3",
        "note": "经核对材料与现场，同意推荐。", "evidence": {"submission": number, "digest": "ab" * 32},
        "business_at": at, "real_at": at, "algorithm": "sha256",
    }  # fmt: skip


def seal_of(before: dict, size: int, root: str, at: datetime) -> dict:
    """The seal over everything so far."""
    stated = (
        before["number"] + 1, size, root, before["digest"], at, at - timedelta(minutes=1), "sha256",
    )  # fmt: skip
    data = b"".join(history.netstring(history.text_of(value).encode()) for value in stated)
    return {"number": stated[0], "digest": hashlib.sha256(data).hexdigest(), "data": data}


def make(file: Path, entries: int) -> None:
    """Write the export and its manifest of blocks."""
    with file.open("wb") as out:
        out.writelines(lines(entries))
    write_blocks(file)


def timed(work: Callable[[], object], times: int = 3) -> tuple[float, object]:
    """The best of some runs, in seconds of the processor, with what the last one gave."""
    best, answer = float("inf"), None
    for _run in range(times):
        began = time.process_time()
        answer = work()
        best = min(best, time.process_time() - began)
    return best, answer


def plain(file: Path) -> str:
    """SHA-256 of the bytes, which is what everything is measured against."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def finds_an_altered_byte(file: Path) -> bool:
    """Whether both checks name one byte changed in the middle, and the file is put back."""
    size, found = file.stat().st_size, 0
    with file.open("r+b") as out:
        out.seek(size // 2)
        kept = out.read(1)
        out.seek(size // 2)
        out.write(b"A" if kept != b"A" else b"B")
        out.flush()
        for is_quick in (False, True):
            try:
                verifier.check(file, [], is_quick)
            except verifier.Broken:
                found += 1
        out.seek(size // 2)
        out.write(kept)
    return found == 2


def measure(file: Path, entries: int) -> dict[str, float | int]:
    """Every measurement with its check."""
    base, _digest = timed(lambda: plain(file))
    each, said = timed(lambda: verifier.check(file, [], False), 2)
    quick, _said = timed(lambda: verifier.check(file, [], True))
    if not str(said).startswith(f"whole: {entries} entries of "):
        raise SystemExit(f"the verifier counted something else: {said}")
    if not finds_an_altered_byte(file):
        raise SystemExit("an altered byte was not found")
    for name, seconds in (("sha256 of the bytes", base), ("entry by entry", each), ("quick check", quick)):
        print(f"{name:22} {seconds:8.3f} s  {seconds / base:6.2f} ×")
    return {
        "entries": entries, "bytes": file.stat().st_size, "sha256_seconds": round(base, 3),
        "entry_by_entry_seconds": round(each, 3), "entry_by_entry_ratio": round(each / base, 2),
        "quick_seconds": round(quick, 3), "quick_ratio": round(quick / base, 2),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the verification of an exported history.")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--file", type=Path, help="where to keep the export; a temporary file by default")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = given.file or Path(folder) / "history"
        make(file, given.entries)
        print(json.dumps(measure(file, given.entries)))


if __name__ == "__main__":
    main()
