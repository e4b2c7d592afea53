"""The one door for state: ``allowed``, ``perform``, ``perform_many``, ``record``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_fsm import can_proceed
from psycopg2 import sql

from workflow import history, moves
from workflow.crash import crash_point
from workflow.machine import Machine
from workflow.models import Event
from workflow.protocols import Actor

Subject = TypeVar("Subject", bound=Machine)


class Refused(Exception):
    """A move that was not made; the text says why and what to do, in the user's language."""


class NotAllowed(Refused):
    """The actor's posts do not include this move."""


class Conflict(Refused):
    """Somebody else was faster: the state or the version is not what the actor saw; `version` is the one it is now."""

    def __init__(self, sentence: str, version: int | None = None) -> None:
        super().__init__(sentence)
        self.version = version


@dataclass(slots=True)
class Outcome:
    """What became of a set: the subjects moved, and for each id left out the reason."""

    done: list[Any] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def allowed(subject: Machine, actor: Actor) -> dict[str, str | Promise | None]:
    """Each move that leaves the present state and that the actor's post may make → None, or why not now.

    Moves that are not the actor's at all are left out: a page shows what the person can do, and the sentence
    in place of what cannot be done yet.
    """
    return {move.code: why_not(subject, move, actor) for move in offered(subject, actor)}


def offered(subject: Machine, actor: Actor) -> list[moves.Move]:
    """The moves that leave the present state and that the actor's post may make, whatever their guards say."""
    return [
        move
        for move in moves.of_machine(subject.subject_kind())
        if can_proceed(getattr(subject, move.code)) and actor.may(move.right, subject.competence(move.stage))
    ]


def why_not(subject: Machine, move: moves.Move, actor: Actor) -> str | Promise | None:
    """The sentence of the first guard that refuses an offered move now."""
    reasons = (guard([subject], actor).get(subject.pk) for guard in move.guards)
    return next((reason for reason in reasons if reason), None)


def may(subject: Machine, code: str, actor: Actor) -> bool:
    """Whether the actor's posts include this move at all, whatever the state."""
    move = moves.find(subject.subject_kind(), code)
    return actor.may(move.right, subject.competence(move.stage))


def perform(
    subject: Subject,
    code: str,
    actor: Actor,
    *,
    note: str = "",
    evidence: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Subject:
    """Make one move and return the subject as it now stands.

    ``changes`` are columns that change with the state; ``version`` is the one the actor saw.
    Raises NotAllowed, Conflict or Refused; then nothing has changed.
    """
    outcome = perform_many(
        type(subject), [subject.pk], code, actor,
        note=note, evidence=evidence, changes=changes, versions=None if version is None else {subject.pk: version},
    )  # fmt: skip
    return outcome.done[0]  # type: ignore[no-any-return]


def perform_many(
    machine: type[Subject],
    ids: Sequence[int],
    code: str,
    actor: Actor,
    *,
    note: str = "",
    evidence: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    versions: Mapping[int, int] | None = None,
    each: bool = False,
) -> Outcome:
    """Make one move on a set, in a number of statements that does not grow with it.

    All or nothing, unless ``each``: then whoever cannot move is left out with the reason.
    """
    move = moves.find(machine.subject_kind(), code)
    with transaction.atomic():
        crash_point("before lock")
        locked = _lock(machine, ids)
        crash_point("after lock")
        reasons = _reasons(locked, move, actor, versions or {})
        missing = set(ids) - {subject.pk for subject in locked}
        reasons |= {pk: Conflict(_("没有找到要办理的事项，可能已被删除。")) for pk in missing}
        if reasons and not each:
            raise next(iter(reasons.values()))
        going = [subject for subject in locked if subject.pk not in reasons]
        if going:
            _move(going, move, actor, note, evidence or {}, changes or {})
        crash_point("before commit")
    return Outcome(going, {pk: str(error) for pk, error in reasons.items()})


def record(
    subject: Subject,
    code: str,
    actor: Actor,
    *,
    note: str = "",
    evidence: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    version: int | None = None,
    label: str | Promise = "",
) -> Subject:
    """Write an entry for something that happens to a subject without changing its state.

    The caller has checked who may. Raises Conflict when the version is not the one the actor saw; ``label`` is
    what the act is called then.
    """
    with transaction.atomic():
        (locked,) = _lock(type(subject), [subject.pk])
        if version is not None and locked.version != version:
            raise _stale(locked, str(label) or code)
        state = locked.state  # type: ignore[attr-defined]
        history.append([history.Step(locked, state, state)], code, actor, note, evidence or {})
        _save([locked], state, [state], changes or {})
    return locked


def created(subject: Machine, actor: Actor, *, note: str = "", evidence: Mapping[str, Any] | None = None) -> None:
    """Write the first entry of a new subject's chain, in the transaction that made it."""
    record(subject, "create", actor, note=note, evidence=evidence)
    subject.refresh_from_db(fields=["version", "chain_length", "chain_head"])


def created_many(
    subjects: Sequence[Machine],
    actor: Actor,
    *,
    evidence: Mapping[str, Any] | None = None,
    each: Mapping[int, Mapping[str, Any]] | None = None,
) -> None:
    """Write the first entries of many new subjects of one class, in a constant number of statements."""
    if subjects:
        record_many(type(subjects[0]), [one.pk for one in subjects], "create", actor, evidence=evidence, each=each)


def record_many(
    machine: type[Subject],
    ids: Iterable[int],
    code: str,
    actor: Actor,
    *,
    note: str = "",
    evidence: Mapping[str, Any] | None = None,
    each: Mapping[int, Mapping[str, Any]] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> list[Subject]:
    """Write an entry for something that happens to a set without changing any state, and the columns that change.

    ``each`` adds evidence by id. The caller has checked who may. Statements grow with the number of states only.
    """
    own = each or {}
    with transaction.atomic():
        locked = _lock(machine, list(ids))
        for state in sorted({subject.state for subject in locked}):  # type: ignore[attr-defined]
            group = [subject for subject in locked if subject.state == state]  # type: ignore[attr-defined]
            steps = [history.Step(one, state, state, own.get(one.pk, {})) for one in group]
            history.append(steps, code, actor, note, evidence or {})
            _save(group, state, [state], changes or {})
    return locked


def record_each(
    machine: type[Subject], entries: Sequence[tuple[int, str, Mapping[str, Any]]], code: str, actor: Actor
) -> None:
    """Write entries (id of the subject, note, evidence) that change no state; one UPDATE for each state met.

    The caller has checked who may. A subject can have several entries.
    """
    with transaction.atomic():
        locked = {subject.pk: subject for subject in _lock(machine, list({pk for pk, _note, _evidence in entries}))}
        states = {pk: subject.state for pk, subject in locked.items()}  # type: ignore[attr-defined]
        history.append(
            [history.Step(locked[pk], states[pk], states[pk], evidence, note=note) for pk, note, evidence in entries],
            code, actor, "", {},
        )  # fmt: skip
        for state in sorted(set(states.values())):
            _save([subject for subject in locked.values() if states[subject.pk] == state], state, [state], {})


def stale(subject: Machine, label: str | Promise) -> Conflict:
    """The conflict of somebody who comes too late: it names who acted last, when, and the state as it is now."""
    return _stale(subject, str(label))


def _lock(machine: type[Subject], ids: Sequence[int]) -> list[Subject]:
    rows = machine._default_manager.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk")
    return list(rows)


def _reasons(
    subjects: Sequence[Machine], move: moves.Move, actor: Actor, versions: Mapping[int, int]
) -> dict[int, Refused]:
    reasons: dict[int, Refused] = {}
    for subject in subjects:
        if not actor.may(move.right, subject.competence(move.stage)):
            reasons[subject.pk] = NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
        elif (
            not can_proceed(getattr(subject, move.code)) or versions.get(subject.pk, subject.version) != subject.version
        ):
            reasons[subject.pk] = _stale(subject, str(move.label))
    asked = [subject for subject in subjects if subject.pk not in reasons]
    for guard in move.guards if asked else ():
        for pk, reason in guard(asked, actor).items():
            reasons.setdefault(pk, Refused(str(reason)))
    return reasons


def _stale(subject: Machine, label: str) -> Conflict:
    last = (
        Event.objects.filter(subject_kind=subject.subject_kind(), subject_id=subject.pk)
        .order_by("-number").values("actor_name", "business_at").first()
    )  # fmt: skip
    state = subject.get_state_display()  # type: ignore[attr-defined]
    if last is None:
        sentence = _("此件现为“%(state)s”，不能执行“%(move)s”。") % {"state": state, "move": label}
        return Conflict(sentence, subject.version)
    return Conflict(
        _("此件已由 %(name)s 于 %(time)s 办理，现为“%(state)s”，不能再执行“%(move)s”。")
        % {
            "name": last["actor_name"], "time": f"{last['business_at'].astimezone():%m-%d %H:%M}",
            "state": state, "move": label,
        },
        subject.version,
    )  # fmt: skip


def _move(
    subjects: Sequence[Machine],
    move: moves.Move,
    actor: Actor,
    note: str,
    evidence: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> None:
    model = type(subjects[0])
    steps = []
    for subject in subjects:
        source: str = subject.state  # type: ignore[attr-defined]
        getattr(subject, move.code)()
        agency = actor.agency_for(move.right, subject.competence(move.stage))
        steps.append(history.Step(subject, source, subject.state, agency=agency))  # type: ignore[attr-defined]
    crash_point("after state")
    history.append(steps, move.code, actor, note, evidence)
    sources, target = model.MOVES[move.code]
    _save(subjects, target, sources, changes)
    crash_point("after event")
    performed = moves.Performed(move.code, subjects, actor, note, evidence)
    for follow in move.effects:
        follow(performed)
    crash_point("after effects")


def _save(subjects: Sequence[Machine], target: str, sources: Sequence[str], changes: Mapping[str, Any]) -> None:
    """One UPDATE for the whole set, with the states it may leave in its WHERE."""
    model = type(subjects[0])
    columns: list[sql.Composable] = []
    values: list[Any] = []
    for name, value in changes.items():
        field_: models.Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
        columns.append(sql.SQL(", {} = %s").format(sql.Identifier(field_.column)))
        bare = value.pk if isinstance(value, models.Model) else value
        values.append(field_.get_db_prep_save(bare, connection))
    statement = sql.SQL(
        "UPDATE {table} t SET state = %s, version = t.version + 1, chain_length = v.length, chain_head = v.head"
        "{changes} FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS v(id, length, head)"
        " WHERE t.id = v.id AND t.state = ANY(%s)"
    ).format(table=sql.Identifier(model._meta.db_table), changes=sql.SQL("").join(columns))
    chain = ([s.pk for s in subjects], [s.chain_length for s in subjects], [s.chain_head for s in subjects])
    with connection.cursor() as cursor:
        cursor.execute(statement, [str(target), *values, *chain, [str(s) for s in sources]])
        if cursor.rowcount != len(subjects):
            raise Conflict(_("办理过程中状态发生了变化，请刷新后重试。"))
    for subject in subjects:
        subject.version += 1
        for name, value in changes.items():
            column = model._meta.get_field(name)
            setattr(subject, column.name if isinstance(value, models.Model) else column.attname, value)  # type: ignore[union-attr]
