"""Seals: what they take, what they leave for the next one, what they prove, and that nobody alters them."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2 import errors

from subsidy import database, embedded
from subsidy.accounts.models import Agency, User
from subsidy.calls.models import Call
from subsidy.ops import verify_history as outside
from workflow import clock, merkle, seals
from workflow.models import Event, Seal, SealBlock, SealEntry
from workflow.perform import record
from workflow.protocols import SYSTEM

committing = pytest.mark.usefixtures("fresh_database")


def call(number: str = "甲") -> Call:
    agency, _made = Agency.objects.get_or_create(
        code="a", defaults={"name": "省厅", "short_name": "省厅", "kind": "industry", "level": "province", "area": "22"}
    )
    person = User.objects.filter(username="p").first() or User.objects.create_user("p", name="张三")
    now = clock.now()
    return Call.objects.create(
        measure="jilin", edition="e", title=number, number=number, agency=agency, fiscal_year=2026, opens_at=now,
        closes_at=now.replace(year=2099), window_from=now.date(), window_to=now.date(), prepared_by=person,
    )  # fmt: skip


def write(subject: Call, count: int) -> None:
    for place in range(count):
        record(subject, "edit", SYSTEM, note=f"第{place}次")


def sealed() -> list[str]:
    return list(SealEntry.objects.order_by("position").values_list("digest", flat=True))


def reference(texts: list[str], algorithm: str = "sha256") -> bytes:
    """The root straight from the definition of RFC 9162 §2.1.1."""

    def over(part: list[str]) -> bytes:
        if len(part) == 1:
            return hashlib.new(algorithm, b"\0" + part[0].encode()).digest()
        middle = 1
        while middle * 2 < len(part):
            middle *= 2
        return hashlib.new(algorithm, b"\1" + over(part[:middle]) + over(part[middle:])).digest()

    return over(texts)


# --- the tree -----------------------------------------------------------------


def tree_of(texts: list[str], algorithm: str = "sha256") -> merkle.Tree:
    digest = merkle.hasher(algorithm)
    leaves = [merkle.leaf(digest, text.encode()) for text in texts]
    parts = [leaves[start : start + merkle.BLOCK] for start in range(0, len(leaves), merkle.BLOCK)]
    blocks = [merkle.root_of(digest, part) for part in parts if len(part) == merkle.BLOCK]
    return merkle.Tree(algorithm, len(texts), blocks, lambda block: parts[block])


def seal_of(tree: merkle.Tree, size: int, algorithm: str) -> dict[str, str]:
    return {"algorithm": algorithm, "size": str(size), "root": tree.root(size).hex()}


@settings(deadline=None, max_examples=60)
@given(data=st.data(), size=st.integers(1, 1500), algorithm=st.sampled_from(["sha256", "sm3"]))
def test_every_proof_holds_outside_and_no_other_one(data: st.DataObject, size: int, algorithm: str) -> None:
    texts = [f"{number:064x}" for number in range(size)]
    tree = tree_of(texts, algorithm)
    seal = seal_of(tree, size, algorithm)
    assert tree.root() == reference(texts, algorithm)
    place, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path, proof = tree.inclusion(place), tree.consistency(old)
    older = seal_of(tree, old, algorithm)
    assert older["root"] == reference(texts[:old], algorithm).hex()
    assert outside.included(seal, place, texts[place].encode(), path)
    assert outside.continued(older, seal, proof)
    assert not outside.included(seal, place, b"another", path)
    assert not outside.included(seal, (place + 1) % (size + 1), texts[place].encode(), path)
    assert not outside.included(seal, place, texts[place].encode(), [*path, path[0] if path else b"x" * 32])
    if old < size:
        forked = seal_of(tree_of(["f" * 64, *texts[1:old]], algorithm), old, algorithm)
        assert not outside.continued(forked, seal, proof)
        assert not outside.continued(older, seal, proof[:-1])


def test_the_proofs_of_rfc_9162() -> None:
    """The tree of seven leaves of §2.1.5: its paths and its proofs by name."""
    digest = merkle.hasher("sha256")
    texts = [f"{number}" for number in range(7)]
    a, b, c, d, e, f, j = (merkle.leaf(digest, text.encode()) for text in texts)
    node = lambda left, right: digest(b"\1" + left + right)  # noqa: E731
    g, h, i = node(a, b), node(c, d), node(e, f)
    k, el = node(g, h), node(i, j)
    tree = tree_of(texts)
    assert tree.root() == node(k, el)
    assert tree.inclusion(0) == [b, h, el]
    assert tree.inclusion(3) == [c, g, el]
    assert tree.inclusion(4) == [f, j, k]
    assert tree.inclusion(6) == [i, k]
    assert tree.consistency(3) == [c, d, g, el]
    assert tree.consistency(4) == [el]
    assert tree.consistency(6) == [i, j, k]
    assert tree.consistency(7) == []
    with pytest.raises(ValueError, match="no such leaf"):
        tree.inclusion(7)
    with pytest.raises(ValueError, match="no such tree"):
        tree.consistency(8)


# --- taking -------------------------------------------------------------------


@committing
def test_a_seal_takes_what_was_written_since_the_last_and_names_it() -> None:
    assert seals.take() is None
    first, second = call("甲"), call("乙")
    write(first, 3)
    one = seals.take()
    assert one is not None
    write(second, 2)
    write(first, 1)
    two = seals.take()
    assert two is not None
    assert seals.take() is None
    digests = list(Event.objects.order_by("pk").values_list("digest", flat=True))
    assert sealed() == digests
    assert (one.number, one.size, one.previous) == (1, 3, "")
    assert (two.number, two.size, two.previous) == (2, 6, one.digest)
    assert one.root == reference(digests[:3]).hex()
    assert two.root == reference(digests).hex()
    assert two.digest == hashlib.sha256(seals.canonical(seals.stated(two))).hexdigest()
    assert seals.head() == two


@committing
def test_a_long_transaction_open_across_a_seal_is_in_the_next_one() -> None:
    slow, quick = call("慢"), call("快")
    written, go_on = threading.Event(), threading.Event()

    def linger() -> None:
        with transaction.atomic():
            record(slow, "edit", SYSTEM, note="迟到")
            written.set()
            go_on.wait(20)
        connections.close_all()

    thread = threading.Thread(target=linger)
    thread.start()
    assert written.wait(20)
    write(quick, 2)
    # The quick entries have higher numbers of transaction than the one in flight: they wait with it.
    assert seals.take() is None
    go_on.set()
    thread.join()
    made = seals.take()
    assert made is not None
    assert made.size == 3
    assert sealed() == list(Event.objects.order_by("pk").values_list("digest", flat=True))


@committing
def test_what_ended_before_the_long_transaction_began_is_sealed_while_it_runs() -> None:
    slow, quick = call("慢"), call("快")
    write(quick, 2)
    late = connections.create_connection("default")
    try:
        with late.cursor() as cursor:
            late.set_autocommit(False)
            cursor.execute("SELECT pg_current_xact_id()")
            began = clock.real_now()
            made = seals.take()
            assert made is not None
            assert made.size == 2
            # What such a transaction still writes is not called back-dated.
            assert made.since < began
            late.rollback()
    finally:
        late.close()
    write(slow, 1)
    following = seals.take()
    assert following is not None
    assert following.size == 3


@committing
def test_a_transaction_in_another_database_of_the_server_delays_nothing() -> None:
    other = database.connect(embedded.addresses()["admin"].named("postgres"))
    other.autocommit = False
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
            write(call(), 2)
            made = seals.take()
    finally:
        other.rollback()
        other.close()
    assert made is not None
    assert made.size == 2


@committing
def test_two_processes_make_one_seal() -> None:
    write(call(), 3)
    with transaction.atomic():
        made = seals.take()
        answers: list[Seal | None] = []

        def again() -> None:
            answers.append(seals.take())
            connections.close_all()

        thread = threading.Thread(target=again)
        thread.start()
        thread.join()
    assert made is not None
    assert answers == [None]
    assert Seal.objects.count() == 1


@committing
def test_a_clock_that_went_back_seals_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = call()
    write(subject, 1)
    assert seals.take()
    write(subject, 1)
    before = clock.real_now() - timedelta(hours=1)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "real_now", lambda: before)
        with pytest.raises(seals.ClockWentBack):
            seals.take()
    made = seals.take()
    assert made is not None
    assert made.size == 2


@committing
def test_after_a_restore_into_a_server_with_a_lower_counter_all_is_taken_once() -> None:
    subject = call()
    write(subject, 2)
    assert seals.take()
    as_superuser("UPDATE workflow_seal SET horizon = horizon + 1000000000")
    as_superuser("UPDATE workflow_event SET transaction = transaction + 1000000000")
    record(subject, "edit", SYSTEM)
    as_superuser("UPDATE workflow_event SET transaction = transaction + 900000000 WHERE number = 3")
    write(subject, 1)
    made = seals.take()
    assert made is not None
    assert made.size == 4
    write(subject, 1)
    made = seals.take()
    assert made is not None
    assert made.size == 5
    assert sealed() == list(Event.objects.order_by("pk").values_list("digest", flat=True))


@committing
def test_blocks_are_kept_and_prove_across_seals(django_assert_num_queries: Any) -> None:
    subject = call()
    fill(subject, 700)
    first = seals.take()
    fill(subject, 50)
    fill(subject, 300)
    second = seals.take()
    assert first is not None
    assert second is not None
    digests = sealed()
    assert (first.size, second.size, SealBlock.objects.count()) == (700, 1050, 4)
    assert second.root == reference(digests).hex()
    with django_assert_num_queries(2):
        tree = seals.tree(second, [0, 699, 1049], first)
        proofs = [tree.inclusion(place) for place in (0, 699, 1049)]
        proof = tree.consistency(first.size)
    stated = {name: str(value) for name, value in seals.stated(second).items()}
    for place, path in zip((0, 699, 1049), proofs, strict=True):
        assert outside.included(stated, place, digests[place].encode(), path)
    assert outside.continued({name: str(value) for name, value in seals.stated(first).items()}, stated, proof)


@committing
def test_seals_of_two_algorithms_follow_one_another(settings: Any) -> None:
    subject = call()
    fill(subject, 300)
    assert seals.take()
    settings.HISTORY_ALGORITHM = "sm3"
    write(subject, 2)
    sm3 = seals.take()
    settings.HISTORY_ALGORITHM = "sha256"
    fill(subject, 300)
    last = seals.take()
    assert sm3 is not None
    assert last is not None
    assert sm3.root == reference(sealed()[:302], "sm3").hex()
    assert last.root == reference(sealed()).hex()
    assert last.previous == sm3.digest


# --- nobody alters them -------------------------------------------------------


@committing
@pytest.mark.parametrize("model", [Seal, SealEntry, SealBlock])
@pytest.mark.parametrize("statement", ["UPDATE {} SET digest = ''", "DELETE FROM {}", "TRUNCATE {}"])
def test_seals_are_never_changed_by_the_application_nor_by_the_owner(model: Any, statement: str) -> None:
    fill(call(), 260)
    assert seals.take()
    text = statement.format(model._meta.db_table)
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(text)
    owner = database.connect(embedded.addresses()["owner"].named(connection.settings_dict["NAME"]))
    try:
        with owner.cursor() as cursor, pytest.raises(psycopg2.errors.RaiseException):
            cursor.execute(text)
    finally:
        owner.close()


@committing
def test_an_entry_is_sealed_once_and_a_position_is_taken_once() -> None:
    fill(call(), 3)
    assert seals.take()
    for event, position in ((Event.objects.order_by("pk")[0].pk, 77), (999, 2)):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            SealEntry.objects.create(position=position, event=event, digest="")
        assert isinstance(caught.value.__cause__, errors.UniqueViolation)


def fill(subject: Call, count: int) -> None:
    """Many entries of one subject in one statement."""
    from workflow import history

    with transaction.atomic():
        locked = Call.objects.select_for_update().get(pk=subject.pk)
        history.append([history.Step(locked, "draft", "draft") for _ in range(count)], "edit", SYSTEM, "", {})
        Call.objects.filter(pk=subject.pk).update(chain_length=locked.chain_length, chain_head=locked.chain_head)


def as_superuser(statement: str) -> None:
    """What somebody with every right does to this database, triggers switched off."""
    admin = database.connect(embedded.addresses()["admin"].named(connection.settings_dict["NAME"]))
    with admin.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
    admin.close()
