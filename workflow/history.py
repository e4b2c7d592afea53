"""The history: one chain per subject over canonical bytes (trust.md rows 52–55).

An entry's canonical bytes are its fields, each as ``<length>:<bytes>,`` in a fixed order: UTF-8 in NFC, numbers as
written, times in UTC. Its digest is taken over the previous digest and those bytes; the first "previous" digest is
taken over the kind, the id and the number of the subject, so that a chain cannot be given to another subject.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from workflow import clock
from workflow.machine import Machine
from workflow.protocols import Actor

FIELDS = (
    "subject_kind", "subject_id", "subject_number", "number", "move", "from_state", "to_state", "actor_id",
    "actor_name", "agency_id", "agency_name", "address", "note", "evidence", "business_at", "real_at", "algorithm",
)  # fmt: skip
"""The order of the fields in the canonical bytes; the outside verifier has the same."""

DEPUTY_FOR = "deputy_for"
"""Evidence of an entry by a deputy: id and name of the absent person who has the subject in hand."""

_COLUMNS = (*FIELDS, "previous", "digest", "canonical")


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to one subject: the part of an entry that differs from row to row.

    ``evidence`` is added to what all of them have in common; ``note`` takes the place of the common one.
    """

    subject: Machine
    from_state: str
    to_state: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    agency: tuple[int | None, str] | None = None
    """Id and name of the agency for which the actor acts here; None: the one of the actor's first post."""
    note: str = ""


def text_of(value: Any) -> str:
    """How a value is written in the canonical bytes: NFC text, UTC times, JSON with sorted keys, "" for none."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Mapping):
        value = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return unicodedata.normalize("NFC", str(value))


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The bytes an entry's digest is taken over."""
    return b"".join(netstring(text_of(entry[name]).encode()) for name in FIELDS)


def netstring(data: bytes) -> bytes:
    """One field of canonical bytes."""
    return b"%d:%s," % (len(data), data)


def values_of(data: bytes) -> list[str]:
    """The fields of canonical bytes in their order; what is not of the form ends the list."""
    values: list[str] = []
    while data:
        length, separator, rest = data.partition(b":")
        if not separator or not length.isdigit() or rest[int(length) : int(length) + 1] != b",":
            break
        values.append(rest[: int(length)].decode(errors="replace"))
        data = rest[int(length) + 1 :]
    return values


def genesis(kind: str, subject_id: int, number: str, algorithm: str) -> str:
    """The "previous" digest of a subject's first entry."""
    data = b"".join(netstring(text.encode()) for text in (kind, str(subject_id), number))
    return hashlib.new(algorithm, data).hexdigest()


def chained(previous: str, data: bytes, algorithm: str) -> str:
    """The digest of an entry: over the previous digest and the canonical bytes."""
    return hashlib.new(algorithm, previous.encode() + b"\n" + data).hexdigest()


def append(steps: Iterable[Step], move: str, actor: Actor, note: str, evidence: Mapping[str, Any]) -> None:
    """Write one entry for each step, in one statement, and move each subject's chain head in memory.

    The subjects must be locked by the caller, who saves their ``chain_length`` and ``chain_head`` afterwards.
    """
    algorithm = settings.HISTORY_ALGORITHM
    business_at, real_at = clock.now(), clock.real_now()
    rows: list[dict[str, Any]] = []
    for step in steps:
        subject = step.subject
        agency_id, agency_name = step.agency or (actor.agency_id, actor.agency_name)
        named = subject.chain_number[:200]
        previous = subject.chain_head or genesis(subject.subject_kind(), subject.pk, named, algorithm)
        absent = actor.deputy_for(subject.in_hands_of())
        acted_for = {DEPUTY_FOR: {"id": subject.in_hands_of(), "name": absent}} if absent else {}
        entry: dict[str, Any] = {
            "subject_kind": subject.subject_kind(), "subject_id": subject.pk, "subject_number": named,
            "number": subject.chain_length + 1, "move": move, "from_state": step.from_state, "to_state": step.to_state,
            "actor_id": actor.id, "actor_name": actor.name,
            "agency_id": agency_id, "agency_name": agency_name, "address": actor.address,
            "note": unicodedata.normalize("NFC", step.note or note),
            "evidence": {**evidence, **step.evidence, **acted_for},
            "business_at": business_at, "real_at": real_at, "algorithm": algorithm,
        }  # fmt: skip
        data = canonical(entry)
        entry |= {"previous": previous, "digest": chained(previous, data, algorithm), "canonical": data}
        subject.chain_length, subject.chain_head = entry["number"], entry["digest"]
        rows.append(entry)
    _insert(rows)


_INSERT = """
INSERT INTO workflow_event (
    subject_kind, subject_id, subject_number, number, move, from_state, to_state, actor_id, actor_name, agency_id,
    agency_name, address, note, evidence, business_at, real_at, algorithm, previous, digest, canonical)
SELECT * FROM unnest(
    %s::text[], %s::bigint[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[],
    %s::bigint[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::timestamptz[], %s::timestamptz[], %s::text[],
    %s::text[], %s::text[], %s::bytea[])
"""


def _insert(rows: list[dict[str, Any]]) -> None:
    columns = [[row[name] for row in rows] for name in _COLUMNS]
    where = _COLUMNS.index("evidence")
    columns[where] = [json.dumps(e, cls=DjangoJSONEncoder, ensure_ascii=False) for e in columns[where]]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
