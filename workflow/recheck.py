"""The last seals looked at again in the database itself; the proof against it is the export and its verifier."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.db import connection
from django.utils.translation import gettext as _

from workflow import seals
from workflow.models import Seal

_WRONG = """
SELECT (SELECT min(n) FROM unnest(%s::bigint[], %s::bigint[]) AS seal(n, size) WHERE size > s.position)
FROM workflow_sealentry s LEFT JOIN workflow_event e ON e.id = s.event
WHERE s.position >= %s AND s.position < %s
AND (e.digest IS DISTINCT FROM s.digest OR e.digest <> encode(CASE WHEN e.algorithm = 'sha256'
     THEN sha256(convert_to(e.previous || E'\\n', 'UTF8') || e.canonical) ELSE decode(e.digest, 'hex') END, 'hex'))
"""
"""Entries that are gone, or are not what was sealed, or whose digest is not that of their bytes (SHA-256 only)."""


def faults(found: Sequence[Seal]) -> dict[int, str]:
    """What is wrong with each of these seals, in one sentence, or nothing; a number of queries that does not grow.

    `found` are seals that follow one another, newest first. Not looked at are the columns beside the stored bytes.
    """
    if not found:
        return {}
    answer = {seal.number: "" for seal in found}
    before = Seal.objects.filter(number=found[-1].number - 1).first()
    for seal, older in zip(found, [*found[1:], before], strict=True):
        if seal.digest != seals.digest_of(seals.stated(seal)):
            answer[seal.number] = _("封签内容与摘要不符")
        elif seal.previous != (older.digest if older else "") or (older is None and seal.number != 1):
            answer[seal.number] = _("与上一封签不衔接")
    for number in _with_wrong_roots(found):
        answer[number] = answer[number] or _("封入的条目与根不符")
    for number in _with_wrong_entries(found, before.size if before else 0):
        answer[number] = answer[number] or _("有条目缺失或已被改动")
    return answer


def _with_wrong_roots(found: Sequence[Seal]) -> Iterable[int]:
    by_algorithm = sorted(found, key=lambda seal: (seal.algorithm, -seal.number))
    for _algorithm, group in groupby(by_algorithm, key=lambda seal: seal.algorithm):
        newest, *others = group
        tree = seals.tree(newest, [seal.size - 1 for seal in others])
        for seal in (newest, *others):
            try:
                is_right = tree.root(seal.size).hex() == seal.root
            except IndexError:
                # Membership is missing: there is no such leaf to hash.
                is_right = False
            if not is_right:
                yield seal.number


def _with_wrong_entries(found: Sequence[Seal], before: int) -> set[int]:
    newest = found[0]
    numbers, sizes = [seal.number for seal in found], [seal.size for seal in found]
    with connection.cursor() as cursor:
        cursor.execute(_WRONG, (numbers, sizes, before, newest.size))
        return {number for (number,) in cursor.fetchall() if number is not None}
