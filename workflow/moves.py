"""The register of moves: who may make each, what must hold, and what follows.

Each app registers what it owns in its own ``moves`` module; a system check refuses a move of a machine's table that
nobody owns. Guards and effects work on sets, so that many moves cost no more statements than one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from workflow.machine import Machine
from workflow.protocols import Actor

Guard = Callable[[Sequence[Any], Actor], Mapping[int, str | Promise]]
"""Locked subjects and the actor → for each subject's id that must not move, the sentence why."""


@dataclass(frozen=True, slots=True)
class Performed:
    """A move that was made on a set of subjects, as effects see it."""

    move: str
    subjects: Sequence[Any]
    actor: Actor
    note: str
    evidence: Mapping[str, Any]


Effect = Callable[[Performed], None]


@dataclass(slots=True)
class Move:
    """One registered move: the right it needs, the stage whose agency is competent, its label and its hooks."""

    machine: str
    code: str
    right: str
    stage: str
    label: str | Promise
    guards: list[Guard] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)


_moves: dict[tuple[str, str], Move] = {}
_late_guards: list[tuple[str, str, Guard]] = []
_late_effects: list[tuple[str, str, Effect]] = []


def register(machine: type[Machine], code: str, *, right: str, stage: str, label: str | Promise) -> None:
    """Own a move. Raises ValueError when the machine has no such move or somebody owns it already."""
    kind = machine.subject_kind()
    if code not in machine.MOVES:
        raise ValueError(f"{kind} has no move {code}")
    if (kind, code) in _moves:
        raise ValueError(f"{kind}.{code} is registered twice")
    _moves[kind, code] = Move(kind, code, right, stage, label)


def guard(machine: type[Machine], *codes: str) -> Callable[[Guard], Guard]:
    """Register a guard for moves that this app or a lower one owns."""

    def add(function: Guard) -> Guard:
        _late_guards.extend((machine.subject_kind(), code, function) for code in codes)
        return function

    return add


def effect(machine: type[Machine], *codes: str) -> Callable[[Effect], Effect]:
    """Register what follows, in the same transaction, from moves that this app or a lower one owns."""

    def add(function: Effect) -> Effect:
        _late_effects.extend((machine.subject_kind(), code, function) for code in codes)
        return function

    return add


def find(kind: str, code: str) -> Move:
    """The registered move with its guards and effects. Raises KeyError when nobody owns it."""
    _attach()
    return _moves[kind, code]


def of_machine(kind: str) -> list[Move]:
    """All registered moves of a machine, in the order of its table."""
    _attach()
    return [move for (machine, _), move in _moves.items() if machine == kind]


def owned() -> set[tuple[str, str]]:
    """Kind and code of every registered move."""
    return set(_moves)


def _attach() -> None:
    """Put hooks registered before their move in place; apps load in an order of their own."""
    while _late_guards:
        kind, code, function = _late_guards.pop(0)
        _moves[kind, code].guards.append(function)
    while _late_effects:
        kind, code, action = _late_effects.pop(0)
        _moves[kind, code].effects.append(action)
