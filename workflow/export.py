"""The history as lines that subsidy/ops/verify_history.py checks without the database (its docstring has the format).

Everything is written as it is stored, whether it is right or not: judging is the verifier's part.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

from workflow import clock, history, seals
from workflow.models import Seal

HISTORY, EXTRACT = "subsidy-history\t2", "subsidy-extract\t1"
CHUNK = 5000

_COLUMNS = ("id", *history.FIELDS, "digest", "canonical")
_SEALED = """
SELECT s.position, s.digest, {columns} FROM workflow_sealentry s LEFT JOIN workflow_event e ON e.id = s.event
ORDER BY s.position
"""
_UNSEALED = """
SELECT NULL::bigint, NULL::text, {columns} FROM workflow_event e
WHERE NOT EXISTS (SELECT FROM workflow_sealentry s WHERE s.event = e.id) ORDER BY e.id
"""
_OF_SUBJECT = """
SELECT s.position, s.digest, {columns} FROM workflow_event e LEFT JOIN workflow_sealentry s ON s.event = e.id
WHERE e.subject_kind = %s AND e.subject_id = %s ORDER BY e.number, e.id
"""
Row = tuple[int | None, str | None, dict[str, Any]]


def whole() -> Iterator[str]:
    """Every line of the whole history: entries in the order of sealing, each seal after its last entry, the rest."""
    waiting = list(Seal.objects.order_by("number"))
    yield f"{HISTORY}\t{_now()}\t{','.join(dict.fromkeys(seal.algorithm for seal in waiting))}"
    count, sealed = 0, len(waiting)
    for position, kept, entry in _rows(_SEALED):
        while waiting and position is not None and waiting[0].size <= position:
            yield _seal(waiting.pop(0))
        count += 1
        yield _entry("e", (str(position), _same(kept, entry["digest"])), entry) if entry["id"] else _gap(position, kept)
    yield from map(_seal, waiting)
    for _position, _kept, entry in _rows(_UNSEALED):
        count += 1
        yield _entry("u", (), entry)
    yield f"end\t{count}\t{sealed}"


def extract(kind: str, subject_id: int, printed: str = "") -> Iterator[str]:
    """The lines of one subject's history with the last seal and the proof of each entry.

    With the digest or root of an older seal, as somebody has it on paper, also the proof that the history went on from
    there. Raises Seal.DoesNotExist when there is no such seal.
    """
    head = seals.head()
    rows = list(_rows(_OF_SUBJECT, [kind, subject_id]))
    older = _known(printed) if printed else None
    if head is None or older == head or (older and older.algorithm != head.algorithm):
        older = None
    yield f"{EXTRACT}\t{_now()}"
    if head is not None:
        positions = [position for position, _kept, _event in rows if position is not None]
        tree = seals.tree(head, positions, older)
        yield _seal(head)
        if older is not None:
            yield "\t".join(("c", *_seal(older).split("\t")[1:], _path(tree.consistency(older.size))))
    for position, _kept, entry in rows:
        if position is None:
            yield _entry("u", (), entry)
        else:
            yield _entry("p", (str(position), _path(tree.inclusion(position))), entry)
    yield f"end\t{len(rows)}\t{sum(one is not None for one in (head, older))}"


def _known(printed: str) -> Seal:
    found = Seal.objects.filter(digest=printed).first() or Seal.objects.filter(root=printed).first()
    if found is None:
        raise Seal.DoesNotExist(printed)
    return found


def shown(entry: dict[str, Any]) -> bytes | None:
    """The canonical bytes of what the tables show, when these are not the ones that were written; else None."""
    stored = bytes(entry["canonical"])
    if history.canonical(entry) == stored:
        return None
    # The database writes some numbers and orders some keys in its own way.
    original = dict(zip(history.FIELDS, history.values_of(stored), strict=False)).get("evidence", "")
    try:
        is_same = json.loads(original) == entry["evidence"]
    except ValueError:
        is_same = False
    rebuilt = history.canonical({**entry, "evidence": original} if is_same else entry)
    return None if rebuilt == stored else rebuilt


def _rows(statement: str, values: Sequence[Any] = ()) -> Iterator[Row]:
    columns = ", ".join(f"e.{name}::text" if name == "evidence" else f"e.{name}" for name in _COLUMNS)
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement.format(columns=columns), list(values))
        while rows := cursor.fetchmany(CHUNK):
            for position, kept, *rest in rows:
                entry = dict(zip(_COLUMNS, rest, strict=True))
                entry["evidence"] = json.loads(entry["evidence"] or "null")
                yield position, kept, entry


def _entry(mark: str, before: Iterable[str], entry: dict[str, Any]) -> str:
    parts = [mark, *before, entry["digest"], _text(bytes(entry["canonical"]))]
    differs = shown(entry)
    return "\t".join(parts if differs is None else [*parts, _text(differs)])


def _gap(position: int | None, kept: str | None) -> str:
    return f"m\t{position}\t{kept}"


def _same(kept: str | None, digest: str) -> str:
    return "=" if kept == digest else str(kept)


def _seal(seal: Seal) -> str:
    return f"s\t{seal.digest}\t{_text(seals.canonical(seals.stated(seal)))}"


def _path(hashes: Iterable[bytes]) -> str:
    return ",".join(one.hex() for one in hashes)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _now() -> str:
    return history.text_of(clock.real_now())
