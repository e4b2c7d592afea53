"""State machines: a table of moves, a protected state, a version, and the head of the subject's own chain.

A machine is declared by its table; the empty transitions of django-fsm and the trigger by which the database
refuses every other change of state are both derived from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django_fsm import FSMField, transition

from workflow.states import State

MoveTable = Mapping[str, tuple[tuple[str, ...], str]]
"""Move code → (states it leaves, state it reaches)."""


@dataclass(frozen=True, slots=True)
class Competence:
    """Who may act on a subject at one stage: agencies, the enterprises it belongs to, or named people."""

    measure: str = ""
    stage: str = ""
    area: str = ""
    agencies: frozenset[int] = frozenset()
    enterprises: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()


class StateField(FSMField):
    """A protected state: nothing assigns it but a transition."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 24)
        kwargs["protected"] = True
        super().__init__(*args, **kwargs)


def state_trigger(moves: MoveTable, field: str = "state") -> pgtrigger.FSM:
    """The last line of defence: the database refuses a change of state that no move of the table makes."""
    pairs = sorted({(str(source), str(target)) for sources, target in moves.values() for source in sources})
    return pgtrigger.FSM(name="moves_only", field=field, transitions=pairs)


def never_deleted() -> pgtrigger.Protect:
    """A trigger that refuses DELETE, for rows that stay for good (trust.md row 83)."""
    return pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)


def append_only() -> list[pgtrigger.Trigger]:
    """Triggers that refuse UPDATE, DELETE and TRUNCATE (trust.md row 54)."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="never_truncated",
            operation=pgtrigger.Truncate,
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            func="RAISE EXCEPTION 'this table is append-only';",
        ),
    ]


class Machine(models.Model):
    """A subject with a state. Subclasses set ``MOVES`` and a ``state`` field, and answer ``competence``."""

    MOVES: ClassVar[MoveTable] = {}

    version = models.PositiveIntegerField(default=0)
    chain_length = models.PositiveIntegerField(default=0)
    chain_head = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for code, (sources, target) in cls.__dict__.get("MOVES", {}).items():
            setattr(cls, code, _empty_transition(code, sources, target))

    def competence(self, stage: str) -> Competence:
        """Who is competent for this subject at ``stage``."""
        raise TypeError(f"{type(self).__name__} does not say who is competent")

    def in_hands_of(self) -> int | None:
        """The person who has this subject in hand: a deputy who acts on it acts for that person."""
        return None

    @property
    def chain_number(self) -> str:
        """The number that the first entry of this subject's chain carries."""
        return str(self)

    @classmethod
    def subject_kind(cls) -> str:
        """The name under which history and jobs know subjects of this class, as in "cases.case"."""
        return cls._meta.label_lower

    def refresh_from_db(self, using: str | None = None, fields: Any = None, from_queryset: Any = None) -> None:
        """Read the row again. The shared field object stays protected all the while."""
        names = None if fields is None else set(fields)
        machine_fields = [
            f.attname
            for f in self._meta.concrete_fields
            if isinstance(f, FSMField) and (names is None or f.name in names)
        ]
        kept = {name: self.__dict__.pop(name) for name in machine_fields if name in self.__dict__}
        wanted = fields if fields is not None else [f.attname for f in self._meta.concrete_fields]
        try:
            super().refresh_from_db(using=using, fields=wanted, from_queryset=from_queryset)
        except BaseException:
            self.__dict__.update(kept)
            raise


def _empty_transition(code: str, sources: Iterable[str], target: str) -> Any:
    def move(self: Machine) -> None:
        pass

    move.__name__ = code
    move.__qualname__ = code
    move.__doc__ = f"{', '.join(sources)} → {target}"
    return transition(field="state", source=list(sources), target=target)(move)


_S = State
CASE_MOVES: MoveTable = {
    "submit": ((_S.DRAFT,), _S.LOCAL_REVIEW),
    "take_back": ((_S.LOCAL_REVIEW,), _S.DRAFT),
    "withdraw": ((_S.DRAFT, _S.LOCAL_REVIEW, _S.CORRECTING), _S.WITHDRAWN),
    "ask_correction": ((_S.LOCAL_REVIEW,), _S.CORRECTING),
    "ask_correction_upper": ((_S.UPPER_REVIEW,), _S.CORRECTING),
    "correct": ((_S.CORRECTING,), _S.LOCAL_REVIEW),
    "correct_upper": ((_S.CORRECTING,), _S.UPPER_REVIEW),
    "endorse": ((_S.LOCAL_REVIEW,), _S.ENDORSED),
    "decline_local": ((_S.LOCAL_REVIEW,), _S.DECLINED),
    "send_up": ((_S.ENDORSED,), _S.UPPER_REVIEW),
    "return_to_local": ((_S.UPPER_REVIEW,), _S.LOCAL_REVIEW),
    "decline_upper": ((_S.UPPER_REVIEW,), _S.DECLINED),
    "send_to_experts": ((_S.UPPER_REVIEW,), _S.EXPERT_REVIEW),
    "shortlist": ((_S.EXPERT_REVIEW,), _S.SHORTLISTED),
    "shortlist_without_experts": ((_S.UPPER_REVIEW,), _S.SHORTLISTED),
    "decline_by_ranking": ((_S.EXPERT_REVIEW,), _S.DECLINED),
    "report_to_province": ((_S.EXPERT_REVIEW,), _S.REPORTED),
    "close_reported": ((_S.REPORTED,), _S.CLOSED),
    "publish": ((_S.SHORTLISTED,), _S.PUBLIC_NOTICE),
    "reserve": ((_S.PUBLIC_NOTICE,), _S.RESERVED),
    "decline_by_objection": ((_S.PUBLIC_NOTICE,), _S.DECLINED),
    "allocate": ((_S.RESERVED,), _S.ALLOCATED),
    "refuse_plan": ((_S.ALLOCATED,), _S.RESERVED),
    "approve": ((_S.ALLOCATED,), _S.APPROVED),
    "start_payment": ((_S.APPROVED,), _S.DISBURSING),
    "first_paid": ((_S.DISBURSING,), _S.TRACKING),
    "payment_returned": ((_S.TRACKING,), _S.DISBURSING),
    "close": ((_S.TRACKING,), _S.CLOSED),
    "stop": ((_S.APPROVED, _S.DISBURSING, _S.TRACKING), _S.STOPPED),
    "start_recovery": ((_S.TRACKING, _S.STOPPED, _S.CLOSED), _S.RECOVERING),
    "end_recovery": ((_S.RECOVERING,), _S.RECOVERED),
}
"""The moves of a case, the same for every measure (product.md, "One machine, two routes")."""


class CaseMachine(Machine):
    """The machine of a case: abstract, so that the engine does not know what a case is made of."""

    MOVES = CASE_MOVES

    state = StateField(choices=State.choices, default=State.DRAFT)

    class Meta:
        abstract = True
