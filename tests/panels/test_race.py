"""Two people at once: real commits, two connections."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Role
from subsidy.cases.models import Case
from subsidy.panels import rank, score
from subsidy.panels.models import Panel, Scoresheet
from tests.panels import factory
from tests.panels.test_trip import deliberate
from workflow.models import Event
from workflow.perform import Conflict, Refused


def together(*acts: Callable[[], object]) -> list[Exception | None]:
    """Run all at the same time; what each was refused with."""
    start = threading.Barrier(len(acts))
    outcomes: list[Exception | None] = [None] * len(acts)

    def run(place: int) -> None:
        start.wait()
        try:
            acts[place]()
        except Refused as refused:
            outcomes[place] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.usefixtures("fresh_database")
def test_of_two_officers_who_fix_at_once_one_wins_and_the_other_sees_who() -> None:
    here = factory.ground()
    second = factory.person("second", "吴复审", Role.UPPER_REVIEWER, agency=here.agency)
    panel = factory.scored(here, ["90", "80"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=Decimal(1))
    deliberate(panel, here.actor)
    seen = Panel.objects.get(pk=panel.pk)
    actors = [here.actor, Actor.of(second)]

    outcomes = together(*(lambda actor=actor: rank.fix(seen, actor, version=seen.version) for actor in actors))

    refused = [outcome for outcome in outcomes if outcome is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], Conflict)
    winner = actors[outcomes.index(None)].name
    assert f"此件已由 {winner}" in str(refused[0])
    assert sorted(Case.objects.values_list("state", flat=True)) == ["declined", "shortlisted"]
    assert Event.objects.filter(subject_kind="cases.case", move__in=["shortlist", "decline_by_ranking"]).count() == 2


@pytest.mark.usefixtures("fresh_database")
def test_a_submission_and_the_close_at_once_leave_no_sheet_half_counted() -> None:
    here = factory.ground()
    panel = factory.new_panel(here, [factory.add_case(here, 1)], [factory.expert(n) for n in range(1, 5)], quorum=3)
    for letter in "ABCD":
        factory.give(panel, letter, {"01": "90" if letter == "D" else "80"}, submit=letter != "D")
    seat = factory.seat(panel, "D")
    acting = factory.acting(seat)

    outcomes = together(lambda: rank.close(panel, here.actor), lambda: score.submit_all(seat, acting))

    assert outcomes[0] is None
    submitted = Scoresheet.objects.filter(submitted_at__isnull=False).count()
    one = factory.by_code(panel)["01"]
    assert submitted == (3 if outcomes[1] else 4)
    assert (one.scores, one.mean) == (submitted, Decimal("80.00") if submitted == 3 else Decimal("82.50"))
