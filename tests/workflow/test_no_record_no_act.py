"""No record, no act: when the history takes no entry, nothing happens (trust.md row 53)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from subsidy import database, embedded
from subsidy.calls.models import Call
from tests.workflow.test_seals import call
from workflow import moves
from workflow.machine import Competence
from workflow.models import Event, Job
from workflow.perform import created, perform, record
from workflow.protocols import SYSTEM, SystemActor

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.fixture
def closed_history() -> None:
    """The application may no longer write to the history."""
    owner = database.connect(embedded.addresses()["owner"].named(connection.settings_dict["NAME"]))
    with owner.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON workflow_event FROM subsidy_app")
    owner.close()


@pytest.mark.parametrize("act", ["create", "record", "publish"])
def test_nothing_happens_without_its_entry(act: str, request: pytest.FixtureRequest) -> None:
    subject = call()
    before = Call.objects.values().get()
    request.getfixturevalue("closed_history")
    move = moves.find("calls.call", "publish")
    guards, move.guards[:] = list(move.guards), []
    acts = {
        "create": lambda: created(subject, SYSTEM),
        "record": lambda: record(subject, "edit", SYSTEM, changes={"title": "别的"}),
        "publish": lambda: perform(subject, "publish", Everything()),
    }
    try:
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            acts[act]()
    finally:
        move.guards[:] = guards
    assert Call.objects.values().get() == before
    assert (Event.objects.count(), Job.objects.count()) == (0, 0)


class Everything(SystemActor):
    """Somebody who may everything, so that only the missing entry can stop the act."""

    def may(self, right: str, competence: Competence) -> bool:
        return True
