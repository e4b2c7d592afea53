"""What somebody with every right does to the database behind the application's back, and what the verifier says of it.

The tests work on a copy as superuser, with the triggers switched off (trust.md rows 49 and 56).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from subsidy.calls.models import Call
from tests.ops.sealed import append_again, as_superuser, export, superuser, undone, verify
from workflow import recheck
from workflow.models import Event, Seal, SealEntry

__all__ = ["superuser", "undone"]

pytestmark = pytest.mark.usefixtures("undone")


def event(number: str, place: int) -> int:
    return Event.objects.get(subject_number=number, number=place).pk


def said_of(folder: Path, *options: str) -> str:
    code, said = verify(export(folder), *options)
    assert code == 1
    return said


def forget(number: str, since: int) -> None:
    """Have a subject's chain end before an entry, and its seals not know of what came after it."""
    gone = Event.objects.filter(subject_number=number, number__gte=since)
    ids = ", ".join(str(one.pk) for one in gone)
    head = Event.objects.get(subject_number=number, number=since - 1).digest if since > 1 else ""
    as_superuser(
        f"DELETE FROM workflow_event WHERE id IN ({ids})",
        f"UPDATE calls_call SET chain_length = {since - 1}, chain_head = '{head}' WHERE number = '{number}'",
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("note", "'另一句'"), ("move", "'approve'"), ("from_state", "'closed'"), ("to_state", "'approved'"),
        ("actor_id", "7"), ("actor_name", "'李四'"), ("agency_id", "7"), ("agency_name", "'他厅'"),
        ("address", "'10.0.0.1'"), ("evidence", "'{\"a\": 1}'"), ("business_at", "now() - interval '1 year'"),
        ("real_at", "now() - interval '1 year'"), ("subject_number", "'丁'"), ("algorithm", "'sm3'"),
    ],
)  # fmt: skip
def test_an_edited_column_is_named_with_its_entry(column: str, value: str, tmp_path: Path) -> None:
    as_superuser(f"UPDATE workflow_event SET {column} = {value} WHERE id = {event('甲', 2)}")
    said = said_of(tmp_path)
    assert "calls.call 甲" in said
    assert f"entry 2 (edit, {Event.objects.get(subject_number='乙', number=1).business_at:%Y-%m-%d}" in said
    assert f"the database shows another {column}\n" in said


@pytest.mark.parametrize(
    "change",
    [
        "canonical = overlay(canonical PLACING 'x'::bytea FROM 90)",
        "digest = repeat('0', 64)",
    ],
)
def test_altered_bytes_and_digests_are_named(change: str, tmp_path: Path) -> None:
    as_superuser(f"UPDATE workflow_event SET {change} WHERE id = {event('甲', 2)}")
    assert said_of(tmp_path).startswith("BROKEN: calls.call 甲")


@pytest.mark.parametrize(("number", "place", "position"), [("甲", 2, 1), ("甲", 4, 6), ("乙", 1, 2)])
def test_a_deleted_entry_is_missing_where_it_was_sealed(number: str, place: int, position: int, tmp_path: Path) -> None:
    digest = Event.objects.get(subject_number=number, number=place).digest
    as_superuser(f"DELETE FROM workflow_event WHERE id = {event(number, place)}")
    assert said_of(tmp_path) == f"BROKEN: an entry is missing: {digest} was sealed at position {position}\n"


def test_the_last_entries_dropped_with_their_membership_are_missed_by_the_seal(tmp_path: Path) -> None:
    as_superuser(f"DELETE FROM workflow_sealentry WHERE event = {event('甲', 4)}")
    forget("甲", 4)
    assert said_of(tmp_path).startswith("BROKEN: seal 3: the last 1 of its entries are missing")


def test_a_removed_chain_is_missed_even_if_its_membership_went_with_it(tmp_path: Path) -> None:
    ids = ", ".join(str(event("乙", place)) for place in (1, 2))
    as_superuser(f"DELETE FROM workflow_sealentry WHERE event IN ({ids})")
    forget("乙", 1)
    assert said_of(tmp_path).startswith("BROKEN: seal 1: the last 1 of its entries are missing")


def test_a_removed_chain_whose_positions_were_closed_up_is_missed_by_the_root(tmp_path: Path) -> None:
    as_superuser(
        f"DELETE FROM workflow_sealentry WHERE event = {event('丙', 1)}",
        f"UPDATE workflow_sealentry SET position = position - 1 WHERE event = {event('甲', 4)}",
        "UPDATE workflow_seal SET size = size - 1 WHERE number = 3",
    )
    forget("丙", 1)
    assert said_of(tmp_path).startswith("BROKEN: seal 3: altered")


def test_a_forked_chain_written_anew_from_the_middle_is_not_what_was_sealed(tmp_path: Path) -> None:
    positions = list(SealEntry.objects.filter(event__gt=0).values_list("event", "position"))
    old = {place: event("甲", place) for place in (2, 3, 4)}
    forget("甲", 2)
    append_again("甲", ["贰", "叁", "肆"])
    assert "is missing" in said_of(tmp_path)
    # The forger also puts the new entries where the old ones were sealed.
    as_superuser(
        *(
            f"UPDATE workflow_sealentry SET event = {event('甲', place)} WHERE position = {dict(positions)[pk]}"
            for place, pk in old.items()
        )
    )
    assert "entry 2 (edit" in (said := said_of(tmp_path))
    assert "forged; another entry was sealed at position 1" in said
    as_superuser("UPDATE workflow_sealentry s SET digest = e.digest FROM workflow_event e WHERE e.id = s.event")
    assert said_of(tmp_path) == "BROKEN: seal 1: entries 0 to 2 are not those that were sealed\n"


def test_a_second_entry_with_the_same_number_is_out_of_order(tmp_path: Path) -> None:
    last = Event.objects.get(subject_number="甲", number=3)
    as_superuser(
        "ALTER TABLE workflow_event DROP CONSTRAINT one_entry_per_number",
        f"UPDATE calls_call SET chain_length = 3, chain_head = '{last.digest}' WHERE number = '甲'",
    )
    append_again("甲", ["另一个四"])
    assert "entry 5: out of order; entry 4 stands in its place" in said_of(tmp_path)


def test_swapped_entries_are_not_what_was_sealed(tmp_path: Path) -> None:
    one, two = event("甲", 2), event("乙", 1)
    as_superuser(
        "UPDATE workflow_sealentry SET event = -1 WHERE position = 1",
        f"UPDATE workflow_sealentry SET event = {one} WHERE position = 2",
        f"UPDATE workflow_sealentry SET event = {two} WHERE position = 1",
    )
    assert "forged; another entry was sealed at position 1" in said_of(tmp_path)


def test_a_seal_taken_out_is_missed_by_the_next(tmp_path: Path) -> None:
    as_superuser("DELETE FROM workflow_seal WHERE number = 2")
    assert said_of(tmp_path) == "BROKEN: seal 3 stands behind seal 1: one is missing\n"


def test_a_seal_taken_out_and_the_next_renumbered_is_altered(tmp_path: Path) -> None:
    as_superuser("DELETE FROM workflow_seal WHERE number = 2", "UPDATE workflow_seal SET number = 2 WHERE number = 3")
    assert said_of(tmp_path) == "BROKEN: seal 2: altered\n"


def test_an_old_seal_replayed_as_the_newest_is_altered_or_comes_again(tmp_path: Path) -> None:
    as_superuser(
        "UPDATE workflow_seal n SET root = o.root, previous = o.previous, at = o.at, since = o.since,"
        " algorithm = o.algorithm, digest = repeat('0', 64) FROM workflow_seal o WHERE o.number = 1 AND n.number = 3"
    )
    assert said_of(tmp_path) == "BROKEN: seal 3: altered\n"


def test_the_last_seal_taken_away_with_all_it_covered_is_missed_by_whoever_has_it_on_paper(tmp_path: Path) -> None:
    printed = Seal.objects.get(number=3).digest
    positions = list(SealEntry.objects.filter(position__gte=5).values_list("event", flat=True))
    as_superuser(
        f"DELETE FROM workflow_event WHERE id IN ({', '.join(map(str, positions))})",
        "DELETE FROM workflow_sealentry WHERE position >= 5",
        "DELETE FROM workflow_seal WHERE number = 3",
    )
    assert verify(export(tmp_path))[0] == 0
    assert said_of(tmp_path, "--printed", printed) == f"BROKEN: the printed seal {printed} is none of this history\n"


def test_an_entry_pushed_into_an_old_seal_is_not_what_was_sealed(tmp_path: Path) -> None:
    append_again("丙", ["早就办了"])
    digest = Event.objects.get(subject_number="丙", number=2).digest
    as_superuser(
        "ALTER TABLE workflow_sealentry DROP CONSTRAINT workflow_sealentry_pkey",
        "UPDATE workflow_sealentry SET position = position + 1 WHERE position >= 5",
        f"INSERT INTO workflow_sealentry VALUES (5, {event('丙', 2)}, '{digest}')",
        "UPDATE workflow_seal SET size = size + 1 WHERE number >= 2",
    )
    assert said_of(tmp_path).startswith("BROKEN: ")


def test_the_head_of_a_chain_does_not_hide_what_was_cut_off(tmp_path: Path) -> None:
    assert Call.objects.get(number="甲").chain_length == 4
    forget("甲", 3)
    assert "was sealed at position 3" in said_of(tmp_path)


# --- what the auditor's page sees of it --------------------------------------------


def faults() -> dict[int, str]:
    return recheck.faults(list(Seal.objects.order_by("-number")))


def test_seals_that_are_right_are_without_fault_on_the_page() -> None:
    assert faults() == {3: "", 2: "", 1: ""}
    assert recheck.faults([]) == {}


@pytest.mark.parametrize(
    ("statement", "number", "sentence"),
    [
        ("UPDATE workflow_seal SET size = 8 WHERE number = 3", 3, "封签内容与摘要不符"),
        ("DELETE FROM workflow_seal WHERE number = 2", 3, "与上一封签不衔接"),
        ("DELETE FROM workflow_event WHERE subject_number = '丙'", 3, "有条目缺失或已被改动"),
        ("UPDATE workflow_event SET canonical = 'x' WHERE id = 1", 1, "有条目缺失或已被改动"),
        ("UPDATE workflow_sealentry SET digest = repeat('0', 64) WHERE position = 3", 2, "封入的条目与根不符"),
        ("DELETE FROM workflow_sealentry WHERE position = 0", 1, "封入的条目与根不符"),
    ],
)
def test_what_is_wrong_with_a_seal_stands_on_the_page(statement: str, number: int, sentence: str) -> None:
    as_superuser(statement)
    assert faults()[number] == sentence
