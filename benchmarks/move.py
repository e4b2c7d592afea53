"""Moves through the engine, history included: python -m benchmarks.move [--moves 5000]

One move; many at once; the same one by one; and balanced postings at once and one by one. Each against an empty view
behind the login and against the bare statements, in one run. The rows, the chains and the balances are checked before
a time counts. The last line is one JSON object.
"""

import sys

if not __package__:
    sys.path[0] = sys.path[0].rpartition("/")[0]

import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks import ground
from benchmarks.ground import Browser, interleaved, must, watching

BACK = "return_to_local"
NOTE = "重新初审"
STATEMENTS_ONE, STATEMENTS_MANY = 6, 8
TIMES_ONE, TIMES_MANY, TIMES_POSTED, SECONDS = 3, 25, 20, 1.0
SAMPLE = 500


def seconds(work: Callable[[], object]) -> float:
    """How long it takes once."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def prepared(number: int) -> list[int]:
    """Ids of so many cases in the upper review, in an order that is not that of the table."""
    from subsidy.cases.models import Case
    from workflow.states import State

    ids = list(Case.objects.filter(state=State.UPPER_REVIEW).order_by("chain_head").values_list("pk", flat=True))
    must(len(ids) >= number, f"only {len(ids)} cases stand in the upper review, {number} are needed")
    return ids[:number]


def check_moved(ids: Sequence[int], lengths: dict[int, int]) -> None:
    """Each case moved once, with one entry that follows from the one before by the history's own rule."""
    from subsidy.cases.models import Case
    from workflow import history
    from workflow.models import Event
    from workflow.states import State

    rows = {case.pk: case for case in Case.objects.filter(pk__in=ids)}
    events = {
        (event.subject_id, event.number): event
        for event in Event.objects.filter(subject_kind="cases.case", subject_id__in=ids)
    }
    for pk in ids:
        case, length = rows[pk], lengths[pk] + 1
        must(case.state == State.LOCAL_REVIEW and case.chain_length == length, f"case {pk} did not move once")
        event, before = events[pk, length], events[pk, length - 1]
        entry = {name: getattr(event, name) for name in history.FIELDS}
        must((event.move, event.note, event.previous) == (BACK, NOTE, before.digest), f"case {pk}: another entry")
        must(history.canonical(entry) == bytes(event.canonical), f"case {pk}: other bytes")
        chained = history.chained(before.digest, bytes(event.canonical), event.algorithm)
        must(chained == event.digest == case.chain_head, f"case {pk}: the chain does not hold")


def lengths_of(ids: Sequence[int]) -> dict[int, int]:
    """How long each chain is."""
    from subsidy.cases.models import Case

    return dict(Case.objects.filter(pk__in=ids).values_list("pk", "chain_length"))


def moves(number: int, actor: Any, repeat: int) -> dict[str, Any]:
    """One, many at once, and a sample one by one."""
    from subsidy.cases.models import Case
    from workflow.perform import perform, perform_many

    singles = min(number, SAMPLE)
    ids = prepared(number + singles + repeat + 2)
    lengths = lengths_of(ids)
    at_once, rest = ids[:number], ids[number:]
    with watching() as one_seen:
        perform(Case(pk=rest[0]), BACK, actor, note=NOTE)
    with watching() as many_seen:
        together = seconds(lambda: perform_many(Case, at_once, BACK, actor, note=NOTE))
    alone = rest[1 : singles + 1]
    apart = seconds(lambda: [perform(Case(pk=pk), BACK, actor, note=NOTE) for pk in alone]) / singles
    browser, left = Browser("province"), iter(rest[singles + 1 :])
    one, empty = interleaved(
        repeat, lambda: perform(Case(pk=next(left)), BACK, actor, note=NOTE), lambda: browser.get("/benchmark/empty/")
    )
    moved = [*at_once, *rest[: singles + 1], *rest[singles + 1 : singles + 2 + repeat]]
    check_moved(moved, lengths)
    bare = seconds(lambda: _bare(number))
    return {
        "moves": number, "empty_ms": round(empty, 2), "one_ms": round(one, 2), "one_ratio": round(one / empty, 2),
        "one_statements": _without_transaction(one_seen), "many_s": round(together, 3),
        "many_statements": _without_transaction(many_seen), "each_ms": round(together / number * 1000, 3),
        "apart_each_ms": round(apart * 1000, 2), "times_one_by_one": round(apart * number / together, 1),
        "bare_s": round(bare, 3), "to_bare": round(together / bare, 2),
    }  # fmt: skip


def _without_transaction(seen: Sequence[tuple[str, Any]]) -> int:
    return sum(not str(sql).startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for sql, _params in seen)


def _bare(number: int) -> None:
    """The least that a database does for it: the rows locked, changed, and as many rows written; rolled back."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "WITH taken AS (SELECT id FROM cases_case WHERE state = 'local_review' ORDER BY id LIMIT %s FOR UPDATE)"
            " UPDATE cases_case c SET version = version + 1, due_at = now() FROM taken WHERE c.id = taken.id",
            [number],
        )
        must(cursor.rowcount == number, "the bare statement did not change as many rows")
        cursor.execute(
            "INSERT INTO workflow_event (subject_kind, subject_id, subject_number, number, move, from_state, to_state,"
            " actor_id, actor_name, agency_id, agency_name, address, note, evidence, business_at, real_at, algorithm,"
            " previous, digest, canonical) SELECT 'bare', i, 'bare', 1, 'bare', '', '', NULL, '', NULL, '', '', '',"
            " '{}', now(), now(), 'sha256', '', '', ''::bytea FROM generate_series(1, %s) AS i",
            [number],
        )
        transaction.set_rollback(True)


def postings(number: int, actor: Any) -> dict[str, Any]:
    """Balanced pairs from the source to the pots of cases, at once and one by one."""
    from decimal import Decimal

    from django.db.models import Sum

    from subsidy.calls.models import Call
    from subsidy.cases.models import Case
    from subsidy.journal.models import Account, Entry, Posting
    from subsidy.journal.post import Pair, Pot, post

    ids = list(Case.objects.order_by("pk").values_list("pk", flat=True)[: number + min(number, SAMPLE)])
    singles = len(ids) - number
    must(singles > 0, "too few cases to post for")
    call, amount, year = Call.objects.earliest("pk"), Decimal("12.34"), 2099
    source = Pot(Account.Kind.SOURCE, call.measure, year, call.agency_id)
    pairs = [Pair(source, Pot(Account.Kind.QUOTA, call.measure, year, None, pk), amount) for pk in ids]
    before = Entry.objects.count()
    together = seconds(lambda: post("benchmark", call, pairs[:number], actor))
    apart = seconds(lambda: [post("benchmark", call, [pair], actor) for pair in pairs[number:]]) / singles
    must(Entry.objects.count() == before + len(ids), "not every pair became an entry")
    must(not Posting.objects.values("entry").annotate(total=Sum("amount")).exclude(total=0).exists(), "unbalanced")
    held = Account.objects.filter(year=year, kind="quota").aggregate(total=Sum("balance"))["total"]
    must(held == amount * len(ids), "the balances are not what was posted")
    return {
        "postings_s": round(together, 3), "posting_apart_ms": round(apart * 1000, 2),
        "postings_times_one_by_one": round(apart * number / together, 1),
    }  # fmt: skip


def goals(found: dict[str, Any]) -> dict[str, bool]:
    """The table of goals."""
    return {
        f"one move: at most {STATEMENTS_ONE} statements": found["one_statements"] <= STATEMENTS_ONE,
        f"one move: at most {TIMES_ONE} × the empty view": found["one_ratio"] <= TIMES_ONE,
        f"many: at most {STATEMENTS_MANY} statements": found["many_statements"] <= STATEMENTS_MANY,
        f"many: at least {TIMES_MANY} × quicker than one by one": found["times_one_by_one"] >= TIMES_MANY,
        f"many: at most {SECONDS} s": found["many_s"] <= SECONDS,
        f"postings: at least {TIMES_POSTED} × quicker than one by one":
            found["postings_times_one_by_one"] >= TIMES_POSTED,
    }  # fmt: skip


def run(cases: int, number: int, repeat: int) -> dict[str, Any]:
    """On the database that Django uses now; the cases it moves stay moved."""
    from subsidy.accounts.actor import Actor
    from subsidy.accounts.models import User

    actor = Actor.of(User.objects.get(username="province"), "127.0.0.1")
    found = {**moves(number, actor, repeat), **postings(number, actor)}
    for name, value in found.items():
        print(f"{name:28} {value}")
    ground.report("move", cases, found, goals(found))
    return found


def main() -> None:
    parser = ground.arguments(__doc__)
    parser.add_argument("--moves", type=int, default=5000, help="how many at once (5000)")
    parser.add_argument("--repeat", type=int, default=50, help="runs of the one move (50)")
    parser.set_defaults(cases=100_000)
    options = parser.parse_args()
    ground.start()
    name = ground.name_of(options.cases, options.database)
    with ground.ground(name, options.cases, keep=options.keep, anew=options.anew):
        run(options.cases, options.moves, options.repeat)


if __name__ == "__main__":
    main()
