"""The exported history and the small program that verifies it without the database: what it says of an altered file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from subsidy.calls.models import Call
from tests.ops.sealed import PROGRAM, altered, export, superuser, undone, verify
from workflow import export as lines_of
from workflow import seals
from workflow.models import Event, Seal

__all__ = ["superuser", "undone"]

pytestmark = pytest.mark.usefixtures("undone")

Alter = Callable[[list[str]], list[str]]
# Lines: 0 the header, 1 to 3 entries, 4 the first seal, 5 and 6, 7 the second, 8 and 9, 10 the third, 11 unsealed, end.


def parts(line: str) -> list[str]:
    return line.rstrip("\n").split("\t")


def joined(fields: list[str]) -> str:
    return "\t".join(fields) + "\n"


def changed(lines: list[str], place: int, line: str) -> list[str]:
    return [*lines[:place], line, *lines[place + 1 :]]


def change_note(lines: list[str]) -> list[str]:
    *rest, data = parts(lines[2])
    return changed(lines, 2, joined([*rest, altered(data, "二", "贰")]))


def flip_digest(lines: list[str]) -> list[str]:
    mark, place, same, digest, data = parts(lines[2])
    return changed(lines, 2, joined([mark, place, same, ("0" if digest[0] != "0" else "1") + digest[1:], data]))


def leave_out(lines: list[str]) -> list[str]:
    return [*lines[:2], *lines[3:]]


def leave_out_and_move_up(lines: list[str]) -> list[str]:
    *_rest, same, digest, data = parts(lines[3])
    return [*lines[:2], joined(["e", "1", same, digest, data]), *lines[4:]]


def swap(lines: list[str]) -> list[str]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def swap_with_positions(lines: list[str]) -> list[str]:
    one, two = parts(lines[2]), parts(lines[3])
    return [*lines[:2], joined(["e", "1", *two[2:]]), joined(["e", "2", *one[2:]]), *lines[4:]]


def insert_again(lines: list[str]) -> list[str]:
    return [*lines[:3], lines[2], *lines[3:]]


def drop_the_last_sealed(lines: list[str]) -> list[str]:
    return [*lines[:9], *lines[10:]]


def drop_the_unsealed(lines: list[str]) -> list[str]:
    return [*lines[:11], lines[12]]


def take_a_seal_out(lines: list[str]) -> list[str]:
    return [*lines[:7], *lines[8:]]


def replay_an_old_seal(lines: list[str]) -> list[str]:
    return changed(lines, 10, lines[4])


def alter_a_seal(lines: list[str]) -> list[str]:
    mark, digest, data = parts(lines[4])
    return changed(lines, 4, joined([mark, digest, altered(data, "1:3,", "1:4,")]))


def unreadable(lines: list[str]) -> list[str]:
    return changed(lines, 2, joined([*parts(lines[2])[:4], "!!!"]))


def cut_file(lines: list[str]) -> list[str]:
    return lines[:-1]


def go_on_after_the_end(lines: list[str]) -> list[str]:
    return [*lines[:11], lines[12].replace("8", "7"), lines[11]]


def another_file(lines: list[str]) -> list[str]:
    return ["something else\n", *lines[1:]]


def no_such_algorithm(lines: list[str]) -> list[str]:
    return [lines[0].replace("sm3", "md5"), *lines[1:]]


def test_an_untouched_export_is_whole_with_both_algorithms(tmp_path: Path) -> None:
    head = seals.head()
    assert head is not None
    assert set(Seal.objects.values_list("algorithm", flat=True)) == {"sha256", "sm3"}
    assert set(Event.objects.values_list("algorithm", flat=True)) == {"sha256", "sm3"}
    code, said = verify(export(tmp_path))
    assert code == 0
    assert said.startswith("whole: 8 entries of 3 subjects, 1 of them not sealed yet, 3 seals; last seal 3 of ")
    assert said.endswith(f": {head.digest}\n")


@pytest.mark.parametrize(
    ("alter", "named"),
    [
        (change_note, "甲 (id {first}), entry 2 (edit, "),
        (flip_digest, "甲 (id {first}), entry 2 (edit, "),
        (leave_out, "position 1 is missing; calls.call 乙"),
        (leave_out_and_move_up, "seal 1: the last 1 of its entries are missing"),
        (swap, "position 0 is missing; calls.call 甲 (id {first}), entry 2 (edit, "),
        (swap_with_positions, "seal 1: entries 0 to 2 are not those that were sealed"),
        (insert_again, "entry 2 (edit, "),
        (drop_the_last_sealed, "seal 3: the last 1 of its entries are missing"),
        (drop_the_unsealed, "there are 7 entries and 3 seals, not 8 and 3"),
        (take_a_seal_out, "seal 3 stands behind seal 1: one is missing"),
        (replay_an_old_seal, "seal 1 stands behind seal 2: it is old"),
        (alter_a_seal, "seal 1: altered"),
        (unreadable, "line 3 cannot be read"),
        (cut_file, "cut off"),
        (go_on_after_the_end, "something after its last line"),
        (another_file, "does not begin"),
        (no_such_algorithm, "seal 2: the first line does not name sm3"),
    ],
)
def test_the_first_broken_entry_is_named(alter: Alter, named: str, tmp_path: Path) -> None:
    file = export(tmp_path)
    file.write_text("".join(alter(file.read_text().splitlines(keepends=True))))
    code, said = verify(file)
    assert code == 1
    assert named.format(first=Call.objects.get(number="甲").pk) in said


def test_a_seal_on_paper_is_found_by_digest_and_by_root_and_another_is_not(tmp_path: Path) -> None:
    file = export(tmp_path)
    for seal in Seal.objects.all():
        spaced = " ".join(seal.digest[start : start + 8] for start in range(0, 64, 8))
        assert verify(file, "--printed", spaced.upper(), "--printed", seal.root)[0] == 0
    code, said = verify(file, "--printed", "0" * 64)
    assert (code, said) == (1, f"BROKEN: the printed seal {'0' * 64} is none of this history\n")


def test_the_quick_check_compares_blocks_and_names_what_the_chains_can_name(tmp_path: Path) -> None:
    file = export(tmp_path)
    assert verify(file, "--quick") == (0, "as it was written: 1 blocks\n")
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(change_note(lines)))
    assert "甲" in verify(file, "--quick")[1]
    file.write_text("".join(lines) + "\n")
    assert "after the last block" in verify(file, "--quick")[1]
    file.write_text("".join([lines[0].replace("T", "t"), *lines[1:]]))
    assert "block 1 (from line 1) is not as it was written" in verify(file, "--quick")[1]


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    done: Any = subprocess.run([sys.executable, str(PROGRAM), str(tmp_path / "none")], capture_output=True, check=False)
    assert done.returncode == 2


# --- the extract of one subject -----------------------------------------------


def extracted(folder: Path, number: str, printed: str = "") -> Path:
    file = folder / "extract"
    subject = Call.objects.get(number=number)
    file.write_text("".join(f"{line}\n" for line in lines_of.extract("calls.call", subject.pk, printed)))
    return file


def test_an_extract_proves_each_entry_against_the_last_seal(tmp_path: Path) -> None:
    head = seals.head()
    assert head is not None
    code, said = verify(extracted(tmp_path, "乙"), "--printed", head.digest)
    assert (code, said.split(";")[0]) == (0, "whole: 3 entries of 1 subjects, 1 of them not sealed yet, 1 seals")


def test_an_extract_proves_that_the_history_went_on_from_a_printed_seal(tmp_path: Path) -> None:
    old = Seal.objects.get(number=1)
    file = extracted(tmp_path, "甲", old.root)
    assert verify(file, "--printed", old.digest, "--printed", old.root)[0] == 0
    assert verify(file, "--printed", Seal.objects.get(number=2).digest)[0] == 1
    with pytest.raises(Seal.DoesNotExist):
        extracted(tmp_path, "甲", "f" * 64)
    lines = file.read_text().splitlines(keepends=True)
    mark, digest, data, proof = parts(lines[2])
    file.write_text("".join(changed(lines, 2, joined([mark, digest, data, proof[65:]]))))
    assert "seal 3 does not go on from seal 1" in verify(file)[1]


@pytest.mark.parametrize(
    ("place", "change", "named"),
    [
        (3, lambda fields: [*fields[:4], altered(fields[4], "二", "贰")], "entry 2 (edit, "),
        (3, lambda fields: [fields[0], "2", *fields[2:]], "is not what was sealed at position 2"),
        (3, lambda fields: [*fields[:2], "", *fields[3:]], "is not what was sealed at position 1"),
        (1, lambda fields: [fields[0], fields[1], altered(fields[2], "1:7,", "1:8,")], "seal 3: altered"),
    ],
)
def test_an_altered_extract_is_named(place: int, change: Any, named: str, tmp_path: Path) -> None:
    file = extracted(tmp_path, "甲")
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(changed(lines, place, joined(change(parts(lines[place]))))))
    code, said = verify(file)
    assert code == 1
    assert named in said
