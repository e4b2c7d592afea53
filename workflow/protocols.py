"""What the engine asks of an actor; the subject's side is ``workflow.machine.Machine``."""

from typing import Protocol

from workflow.machine import Competence


class Actor(Protocol):
    """Somebody who acts: a person at a post, or the system itself."""

    @property
    def id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def agency_id(self) -> int | None: ...
    @property
    def agency_name(self) -> str: ...
    @property
    def address(self) -> str: ...

    @property
    def person_id(self) -> int:
        """The id of the person who acts. Raises TypeError when nobody does."""
        ...

    @property
    def one_with(self) -> frozenset[int]:
        """The person and, today, whomever it is deputy for or has as a deputy: none of them checks another's work."""
        ...

    def deputy_for(self, person: int | None) -> str:
        """The name of somebody absent for whom the actor is deputy today; empty for everybody else."""
        ...

    def may(self, right: str, competence: Competence) -> bool:
        """Whether one of the actor's posts has the right and is the competent one."""
        ...

    def agency_for(self, right: str, competence: Competence) -> tuple[int | None, str]:
        """Id and short name of the agency of that post; none where an enterprise or a person is competent."""
        ...


class SystemActor:
    """The platform acting on a clock or a message, never on a person's wish: it may what nobody must decide."""

    id: int | None = None
    name = "系统"
    agency_id: int | None = None
    agency_name = ""
    address = ""
    one_with: frozenset[int] = frozenset()

    def deputy_for(self, person: int | None) -> str:
        """The system is nobody's deputy."""
        return ""

    @property
    def person_id(self) -> int:
        """Nobody: what needs a person cannot be done by the system."""
        raise TypeError("the system is not a person")

    def may(self, right: str, competence: Competence) -> bool:
        """The system acts only through moves registered as its own."""
        return right == SYSTEM_RIGHT

    def agency_for(self, right: str, competence: Competence) -> tuple[int | None, str]:
        """The system has no agency."""
        return None, ""


SYSTEM_RIGHT = "system"
SYSTEM = SystemActor()
