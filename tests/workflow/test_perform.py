"""The one door: who may, what must hold, what is written, and what the database refuses."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from subsidy.accounts.actor import Actor, Seat
from subsidy.accounts.models import Agency, User
from subsidy.accounts.rights import RIGHTS, Role
from subsidy.calls.models import Call
from workflow import clock, history, moves, outbox
from workflow.models import Answer, Event, Job
from workflow.once import once
from workflow.perform import Conflict, NotAllowed, Refused, allowed, created, perform, perform_many, record


@pytest.fixture
def agency() -> Agency:
    return Agency.objects.create(
        code="a", name="省工信厅", short_name="省工信厅", kind="industry", level="province", area="220000"
    )


@pytest.fixture
def people() -> tuple[User, User]:
    return User.objects.create_user("drafter", name="张三"), User.objects.create_user("issuer", name="李四")


def actor(user: User, agency: Agency, role: Role) -> Actor:
    seat = Seat(role, agency.pk, agency.short_name, None, RIGHTS[role])
    return Actor(user.pk, user.name, (seat,), "127.0.0.1", frozenset({agency.pk}))


def draft(agency: Agency, maker: User, number: str = "吉工信办联〔2025〕1号") -> Call:
    now = clock.now()
    return Call.objects.create(
        measure="jilin", edition="jilin-2024", title="申报通知", number=number, agency=agency, fiscal_year=2026,
        opens_at=now, closes_at=now + timedelta(days=30), window_from=now.date(), window_to=now.date(),
        prepared_by=maker,
    )  # fmt: skip


@pytest.fixture
def issuer(agency: Agency, people: tuple[User, User]) -> Actor:
    return actor(people[1], agency, Role.ISSUER)


@pytest.fixture
def call(agency: Agency, people: tuple[User, User]) -> Call:
    return draft(agency, people[0])


@pytest.fixture
def changes(people: tuple[User, User]) -> dict[str, Any]:
    return {"published_by": people[1], "published_at": clock.now()}


@pytest.fixture
def extra() -> Iterator[moves.Move]:
    """The move of publishing, to hang guards and effects on for one test."""
    move = moves.find("calls.call", "publish")
    guards, effects = list(move.guards), list(move.effects)
    move.guards.clear()
    yield move
    move.guards[:], move.effects[:] = guards, effects


pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("extra")
def test_a_move_changes_state_version_and_chain_at_once(call: Call, issuer: Actor, changes: dict[str, Any]) -> None:
    moved = perform(call, "publish", issuer, note="印发", evidence={"文号": "1"}, changes=changes)
    stored = Call.objects.get()
    event = Event.objects.get()
    assert (stored.state, stored.version, stored.chain_length) == ("published", 1, 1)
    assert stored.chain_head == event.digest == moved.chain_head
    assert (event.from_state, event.to_state, event.actor_name, event.agency_name) == (
        "draft",
        "published",
        "李四",
        "省工信厅",
    )
    assert (event.note, event.evidence, event.address) == ("印发", {"文号": "1"}, "127.0.0.1")


@pytest.mark.usefixtures("extra")
def test_a_role_without_the_right_is_refused_and_nothing_changes(
    call: Call, agency: Agency, people: tuple[User, User], changes: dict[str, Any]
) -> None:
    with pytest.raises(NotAllowed):
        perform(call, "publish", actor(people[1], agency, Role.PAY_MAKER), changes=changes)
    assert Call.objects.get().state == "draft"
    assert not Event.objects.exists()


@pytest.mark.usefixtures("extra")
def test_the_right_role_at_another_agency_is_refused(
    call: Call, people: tuple[User, User], changes: dict[str, Any]
) -> None:
    other = Agency.objects.create(
        code="b", name="外省厅", short_name="外省厅", kind="industry", level="province", area="440000"
    )
    with pytest.raises(NotAllowed):
        perform(call, "publish", actor(people[1], other, Role.ISSUER), changes=changes)


def test_a_role_here_and_a_role_there_are_not_one_role_everywhere(
    call: Call, agency: Agency, people: tuple[User, User]
) -> None:
    other = Agency.objects.create(
        code="b", name="外省厅", short_name="外省厅", kind="industry", level="province", area="440000"
    )
    seats = (
        Seat(Role.ISSUER, other.pk, "外省厅", None, RIGHTS[Role.ISSUER]),
        Seat(Role.PAY_MAKER, agency.pk, "省工信厅", None, RIGHTS[Role.PAY_MAKER]),
    )
    both = Actor(people[1].pk, "李四", seats, "", frozenset({agency.pk, other.pk}))
    assert allowed(call, both) == {}


def test_a_second_officer_is_told_who_was_faster(
    call: Call, issuer: Actor, changes: dict[str, Any], extra: moves.Move
) -> None:
    perform(call, "publish", issuer, changes=changes)
    with pytest.raises(Conflict, match="李四"):
        perform(call, "publish", issuer, changes=changes)
    assert Event.objects.count() == 1


@pytest.mark.usefixtures("extra")
def test_a_stale_version_is_a_conflict(call: Call, issuer: Actor, changes: dict[str, Any]) -> None:
    record(call, "edit", issuer)
    with pytest.raises(Conflict):
        perform(call, "publish", issuer, changes=changes, version=call.version)


def test_a_guard_speaks_in_a_sentence_and_stops_the_move(
    call: Call, issuer: Actor, changes: dict[str, Any], extra: moves.Move
) -> None:
    extra.guards.append(lambda subjects, who: {s.pk: "还缺少印发单位" for s in subjects})
    assert allowed(call, issuer) == {"publish": "还缺少印发单位"}
    with pytest.raises(Refused, match="还缺少印发单位"):
        perform(call, "publish", issuer, changes=changes)
    assert Call.objects.get().state == "draft"


def test_an_effect_that_fails_takes_the_move_with_it(
    call: Call, issuer: Actor, changes: dict[str, Any], extra: moves.Move
) -> None:
    def fail(performed: moves.Performed) -> None:
        raise ValueError("no")

    extra.effects.append(fail)
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        perform(call, "publish", issuer, changes=changes)
    assert Call.objects.get().state == "draft"
    assert not Event.objects.exists()


@pytest.mark.parametrize("size", [2, 40])
def test_many_moves_cost_the_same_number_of_statements(
    size: int, agency: Agency, people: tuple[User, User], issuer: Actor, changes: dict[str, Any],
    extra: moves.Move, django_assert_num_queries: Any,
) -> None:  # fmt: skip
    ids = [draft(agency, people[0], f"第{n}号").pk for n in range(size)]
    extra.effects.clear()
    with django_assert_num_queries(5):
        outcome = perform_many(Call, ids, "publish", issuer, changes=changes)
    assert len(outcome.done) == size
    assert Call.objects.filter(state="published").count() == size
    assert Event.objects.count() == size


def test_a_set_moves_all_or_nothing_unless_each_is_asked_for(
    agency: Agency, people: tuple[User, User], issuer: Actor, changes: dict[str, Any], extra: moves.Move
) -> None:
    good, bad = draft(agency, people[0], "甲"), draft(agency, people[0], "乙")
    extra.guards.append(lambda subjects, who: {s.pk: "缺材料" for s in subjects if s.number == "乙"})
    with pytest.raises(Refused, match="缺材料"):
        perform_many(Call, [good.pk, bad.pk], "publish", issuer, changes=changes)
    assert not Call.objects.filter(state="published").exists()
    outcome = perform_many(Call, [good.pk, bad.pk], "publish", issuer, changes=changes, each=True)
    assert [c.number for c in outcome.done] == ["甲"]
    assert outcome.refused == {bad.pk: "缺材料"}


def test_the_chain_links_each_entry_to_the_one_before(call: Call, issuer: Actor) -> None:
    created(call, issuer)
    record(call, "edit", issuer, note="修改标题")
    record(call, "edit", issuer, note="修改窗口")
    first, second, third = Event.objects.order_by("number")
    assert first.previous == history.genesis("calls.call", call.pk, call.number, "sha256")
    assert (second.previous, third.previous) == (first.digest, second.digest)
    assert third.digest == history.chained(third.previous, bytes(third.canonical), "sha256")


def test_canonical_bytes_tell_apart_what_only_looks_the_same() -> None:
    base = dict.fromkeys(history.FIELDS, "") | {"note": "ab", "move": "c", "evidence": {"amount": "1.0"}}
    assert history.canonical(base) != history.canonical(base | {"note": "a", "move": "bc"})
    assert history.canonical(base) != history.canonical(base | {"evidence": {"amount": "1.00"}})
    assert history.canonical(base | {"note": "é"}) == history.canonical(base | {"note": "e\u0301"})
    moment = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)
    assert b"2026-05-20T01:00:00.000000+00:00" in history.canonical(
        base | {"real_at": moment.astimezone(clock.SHANGHAI)}
    )


def test_sm3_can_take_the_place_of_sha256_and_a_mixed_chain_holds(call: Call, issuer: Actor, settings: Any) -> None:
    record(call, "edit", issuer)
    settings.HISTORY_ALGORITHM = "sm3"
    record(call, "edit", issuer)
    first, second = Event.objects.order_by("number")
    assert (first.algorithm, second.algorithm) == ("sha256", "sm3")
    assert second.digest == history.chained(first.digest, bytes(second.canonical), "sm3")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workflow_event SET note = 'x'", "DELETE FROM workflow_event", "TRUNCATE workflow_event",
        "ALTER TABLE workflow_event DISABLE TRIGGER ALL", "SET session_replication_role = replica",
    ],
)  # fmt: skip
def test_the_application_cannot_change_the_history(statement: str, call: Call, issuer: Actor) -> None:
    record(call, "edit", issuer)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().note == ""


def test_no_record_no_act(
    call: Call, issuer: Actor, changes: dict[str, Any], extra: moves.Move, monkeypatch: Any
) -> None:
    def broken(rows: Any) -> None:
        raise DatabaseError("permission denied for table workflow_event")

    monkeypatch.setattr(history, "_insert", broken)
    with pytest.raises(DatabaseError), transaction.atomic():
        perform(call, "publish", issuer, changes=changes)
    assert Call.objects.get().state == "draft"


def test_raw_sql_cannot_skip_a_state(call: Call) -> None:
    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE calls_call SET state = 'void' WHERE id = %s", [call.pk])


def test_refreshing_keeps_the_state_protected(call: Call) -> None:
    call.refresh_from_db()
    with pytest.raises(AttributeError):
        call.state = "published"
    with pytest.raises(Call.DoesNotExist):
        Call(pk=-1, state="draft").refresh_from_db()
    with pytest.raises(AttributeError):
        call.state = "published"


def test_equal_requests_get_the_answer_of_the_first(issuer: Actor) -> None:
    made: list[int] = []

    def act() -> str:
        made.append(1)
        return f"/made/{len(made)}/"

    assert [once("k", issuer, act), once("k", issuer, act)] == ["/made/1/", "/made/1/"]
    assert once("other", issuer, act) == "/made/2/"
    assert once("odd\0key", issuer, act) == once("oddkey", issuer, act) == "/made/3/"
    assert Answer.objects.count() == 3


def test_a_request_that_failed_may_be_sent_again(issuer: Actor) -> None:
    def fail() -> str:
        raise Refused("no")

    with pytest.raises(Refused):
        once("k", issuer, fail)
    assert once("k", issuer, lambda: "/made/") == "/made/"


def test_a_job_is_done_once_however_often_it_is_delivered() -> None:
    done: list[int] = []
    outbox.handler("test.count")(lambda arguments: done.append(arguments["n"]) or {"n": len(done)})  # type: ignore[func-returns-value]
    job = outbox.enqueue("test.count", {"n": 7}, key="only")
    again = outbox.enqueue("test.count", {"n": 7}, key="only")
    for _ in range(3):
        outbox.run(job.pk)
    assert again.pk == job.pk
    assert done == [7]
    assert Job.objects.get().state == "done"


def test_a_poisoned_job_is_listed_as_dead_after_its_tries() -> None:
    def poison(arguments: Any) -> None:
        raise ValueError("bad")

    outbox.handler("test.poison")(poison)
    job = outbox.enqueue("test.poison", {})
    for _ in range(outbox.TRIES + 2):
        outbox.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.tries) == ("dead", outbox.TRIES)
    assert "bad" in job.error


@pytest.mark.usefixtures("extra")
@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_wins_and_the_other_is_told(
    call: Call, issuer: Actor, changes: dict[str, Any]
) -> None:
    answers: list[str] = []
    start = threading.Barrier(2)

    def go() -> None:
        start.wait()
        try:
            perform(Call.objects.get(pk=call.pk), "publish", issuer, changes=changes)
            answers.append("done")
        except Conflict:
            answers.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["conflict", "done"]
    assert Event.objects.count() == 1
