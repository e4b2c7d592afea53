"""Seals over the history (trust.md rows 56 and 57): taking them, and the tree that proves what is in them.

A seal takes every entry whose transaction has ended since the last one, in the order of writing. Which those are is
known without looking at the whole history: each entry carries the number of its transaction, and a seal remembers from
which number the next one goes on. What is still in flight has a higher number and comes into the next seal.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from workflow import clock, merkle
from workflow.history import netstring, text_of
from workflow.models import Event, Seal, SealBlock, SealEntry

log = logging.getLogger(__name__)

FIELDS = ("number", "size", "root", "previous", "at", "since", "algorithm")
"""The order of the fields in a seal's canonical bytes; the outside verifier has the same."""
CHUNK = 200 * merkle.BLOCK

_HORIZON = """
SELECT coalesce(min(x::text::bigint), max(pg_snapshot_xmax(s)::text::bigint)), max(pg_snapshot_xmax(s)::text::bigint)
FROM (SELECT pg_current_snapshot() AS s) AS now
LEFT JOIN LATERAL pg_snapshot_xip(s) AS x ON NOT EXISTS (
    SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.transactionid = x::xid
    AND a.datid <> (SELECT oid FROM pg_database WHERE datname = current_database()))
"""
"""The oldest transaction in flight, or the next to come; those of other databases write no history of ours."""

_OLDEST = "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database()"

_TAKE = """
INSERT INTO workflow_sealentry (position, event, digest)
SELECT %s - 1 + row_number() OVER (ORDER BY e.id), e.id, e.digest FROM workflow_event e
WHERE {range} AND NOT EXISTS (SELECT FROM workflow_sealentry s WHERE s.event = e.id)
"""
_GOES_ON = "e.transaction >= %s AND e.transaction < %s"
# The counter of transactions has begun anew: the database was restored into another server.
_BEGINS_ANEW = "(e.transaction < %s OR e.transaction >= %s)"


class ClockWentBack(Exception):
    """The machine's clock is before the last seal; nothing is sealed until it has caught up."""


class Pending(NamedTuple):
    """What a seal may take: transactions below `horizon`, entries before `since` without exception."""

    since: datetime
    horizon: int
    counter: int


def canonical(seal: Mapping[str, Any]) -> bytes:
    """The bytes a seal's digest is taken over."""
    return b"".join(netstring(text_of(seal[name]).encode()) for name in FIELDS)


def stated(seal: Seal) -> dict[str, Any]:
    """The fields of a stored seal that its digest covers."""
    return {name: getattr(seal, name) for name in FIELDS}


def published(seal: Seal) -> dict[str, Any]:
    """What anybody may know of a seal, its texts as the digest has them, so that it can be computed again."""
    texts = {name: text_of(getattr(seal, name)) for name in FIELDS}
    return {**texts, "number": seal.number, "size": seal.size, "digest": seal.digest}


def digest_of(seal: Mapping[str, Any]) -> str:
    """The digest of a seal, in hexadecimal."""
    return merkle.hasher(seal["algorithm"])(canonical(seal)).hex()


def head() -> Seal | None:
    """The last seal, or None while there is none."""
    return Seal.objects.order_by("-number").first()


def head_at(moment: datetime) -> Seal | None:
    """The last seal made until a moment of business time, whenever it is asked for."""
    return Seal.objects.filter(business_at__lte=moment).order_by("-number").first()


def unsealed() -> QuerySet[Event]:
    """The entries that no seal covers yet."""
    last = head()
    sealed = SealEntry.objects.filter(event=OuterRef("pk"))
    return Event.objects.filter(~Exists(sealed), transaction__gte=last.horizon if last else 0)


def take() -> Seal | None:
    """Seal every finished entry that is in no seal yet; None when there is none, or another process is at it.

    Raises ClockWentBack.
    """
    with transaction.atomic():
        if not _alone():
            return None
        last, at = head(), clock.real_now()
        if last is not None and at < last.at:
            raise ClockWentBack(f"seal {last.number} was made at {last.at}, now it is {at}")
        pending = _pending(at)
        before = last.size if last else 0
        count = _take_entries(last, before, pending)
        if not count:
            return None
        root = _root(settings.HISTORY_ALGORITHM, before, before + count)
        values = {
            "number": last.number + 1 if last else 1, "size": before + count, "root": root.hex(),
            "previous": last.digest if last else "", "at": at, "since": pending.since,
            "algorithm": settings.HISTORY_ALGORITHM,
        }  # fmt: skip
        return Seal.objects.create(**values, digest=digest_of(values), horizon=pending.horizon, business_at=clock.now())


def tree(seal: Seal, positions: Iterable[int] = (), older: Seal | None = None) -> merkle.Tree:
    """The tree of a seal, ready to prove these positions and that it goes on from an older seal."""
    ends = [seal.size, *([older.size] if older else [])]
    wanted = {position // merkle.BLOCK for position in (*positions, *(end - 1 for end in ends))}
    leaves = _leaves(seal.algorithm, wanted, seal.size)
    return merkle.Tree(seal.algorithm, seal.size, _blocks(seal.algorithm, seal.size), lambda block: leaves[block])


def _alone() -> bool:
    """Whether no other process is sealing; and leave this transaction the time that a first seal may take."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '600s', true)")
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('workflow.seal'))")
        return bool(cursor.fetchone()[0])


def _pending(at: datetime) -> Pending:
    """First the oldest transaction's beginning, then what is in flight: in this order nothing slips between them."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        oldest = min(cursor.fetchone()[0] or at, at)
        cursor.execute(_HORIZON)
        horizon, counter = cursor.fetchone()
    return Pending(oldest - timedelta(seconds=settings.SEAL_CLOCK_SLACK), horizon, counter)


def _take_entries(last: Seal | None, before: int, pending: Pending) -> int:
    goes_on = last is None or last.horizon <= pending.counter
    if not goes_on:
        log.warning("the counter of transactions is behind the last seal; every entry is looked at")
    condition, values = (
        (_GOES_ON, [last.horizon if last else 0, pending.horizon])
        if goes_on
        else (_BEGINS_ANEW, [pending.horizon, pending.counter])
    )
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(range=condition), [before, *values])
        return int(cursor.rowcount)


def _root(algorithm: str, before: int, size: int) -> bytes:
    """The root over all sealed entries; what became a whole block is kept."""
    known = _blocks(algorithm, before)
    begun = len(known) * merkle.BLOCK
    digest = merkle.hasher(algorithm)
    found = SealEntry.objects.filter(position__gte=begun, position__lt=size).order_by("position")
    block: list[bytes] = []
    made: list[bytes] = []
    for text in found.values_list("digest", flat=True).iterator(chunk_size=CHUNK):
        block.append(merkle.leaf(digest, text.encode()))
        if len(block) == merkle.BLOCK:
            made.append(merkle.root_of(digest, block))
            block = []
    numbered = enumerate(made, len(known))
    SealBlock.objects.bulk_create(
        [SealBlock(algorithm=algorithm, number=number, digest=one.hex()) for number, one in numbered], batch_size=5000
    )
    return merkle.Tree(algorithm, size, [*known, *made], lambda _number: block).root()


def _blocks(algorithm: str, size: int) -> list[bytes]:
    """The whole blocks of the first `size` entries; none of an algorithm that is new, whose first seal reads all."""
    kept = SealBlock.objects.filter(algorithm=algorithm, number__lt=size // merkle.BLOCK).order_by("number")
    return [bytes.fromhex(text) for text in kept.values_list("digest", flat=True)]


def _leaves(algorithm: str, blocks: Iterable[int], size: int) -> dict[int, Sequence[bytes]]:
    digest = merkle.hasher(algorithm)
    found: dict[int, list[bytes]] = {block: [] for block in blocks}
    positions = [place for block in found for place in range(block * merkle.BLOCK, (block + 1) * merkle.BLOCK)]
    rows = SealEntry.objects.filter(position__in=positions, position__lt=size).order_by("position")
    for position, text in rows.values_list("position", "digest"):
        found[position // merkle.BLOCK].append(merkle.leaf(digest, text.encode()))
    return dict(found)
