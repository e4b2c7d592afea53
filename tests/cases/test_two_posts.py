"""One person, two posts: a right is that of the post which is competent for this case (trust.md row 17)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency, Post, User
from subsidy.accounts.rights import RIGHTS, Right, Role
from subsidy.cases.models import Case
from tests.stations import Stations, files_apart, stations, twin, undone
from tests.test_permissions import TABLE, address, kind_of, sent
from tests.test_requests import body_of
from tests.world import SINCE
from workflow import moves
from workflow.models import Event
from workflow.perform import NotAllowed, allowed, perform
from workflow.states import State

__all__ = ["files_apart", "stations", "undone"]

HERE, THERE = "222401-gxj", "222403-czj"
ACTS = [name for name, row in TABLE.items() if row.opens == "jl_local" and row.arguments[:1] == ("jl_case",)]
"""What the local reviewer alone may do with the case."""


@pytest.fixture
def both(stations: Stations) -> Actor:
    """Reviewer of 延吉, and only reader (paymaster) of 敦化."""
    user = User.objects.create_user("both", name="两岗")
    for code, role in ((THERE, Role.PAY_MAKER), (HERE, Role.LOCAL_REVIEWER)):
        Post.objects.create(user=user, agency=Agency.objects.get(code=code), role=role, valid_from=SINCE)
    assert Right.READ_CASES in RIGHTS[Role.PAY_MAKER]
    assert Right.REVIEW_LOCAL not in RIGHTS[Role.PAY_MAKER]
    return Actor.of(user)


@pytest.fixture
def there(stations: Stations) -> Case:
    """The same case, filed in 敦化."""
    case = twin(stations.case("jl_case"), "JL-2026-00801", State.LOCAL_REVIEW)
    local, money = Agency.objects.get(code="222403-gxj"), Agency.objects.get(code=THERE)
    Case.objects.filter(pk=case.pk).update(
        area="222403", local_agency=local, local_finance_agency=money, pay_maker_agency=money, pay_checker_agency=money
    )
    return Case.objects.get(pk=case.pk)


def browser() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username="both"))
    return client


def asked(stations: Stations, name: str, number: str) -> str:
    """What the person is answered on an act with the case; what it did is undone."""
    row = TABLE[name]
    path = address(stations, row, name).replace(stations["jl_case"], number)
    with transaction.atomic():
        answer: Any = browser().get(path) if row.post is None else browser().post(path, sent(stations, row.post))
        body_of(answer)
        transaction.set_rollback(True)
    return kind_of(answer)


def test_the_case_of_the_other_place_is_read(stations: Stations, both: Actor, there: Case) -> None:
    assert browser().get(f"/cases/{there.number}/").status_code == 200
    assert browser().get(f"/cases/{stations['jl_case']}/").status_code == 200


@pytest.mark.parametrize("name", ACTS)
def test_the_reviewer_of_one_place_does_not_review_in_another(
    stations: Stations, both: Actor, there: Case, name: str
) -> None:
    assert (asked(stations, name, stations["jl_case"]), asked(stations, name, there.number)) == ("through", "403")
    assert Case.objects.get(pk=there.pk).version == there.version


def test_every_act_of_the_reviewer_is_among_them() -> None:
    assert {
        "desk:decide_finding", "desk:confirm_automatic", "desk:conclude", "desk:ask_correction", "desk:decline",
    } <= set(ACTS)  # fmt: skip


def test_no_move_of_the_reviewer_is_made_in_the_other_place(stations: Stations, both: Actor, there: Case) -> None:
    here = stations.case("jl_case")
    codes = {"ask_correction", "decline_local", "endorse"}
    assert codes <= set(allowed(here, both))
    assert not codes & set(allowed(there, both))
    before = Event.objects.count()
    for move in moves.of_machine("cases.case"):
        if move.stage in {"local", "signatories"}:
            with pytest.raises(NotAllowed):
                perform(there, move.code, both)
    assert Event.objects.count() == before


def test_the_history_names_the_agency_of_the_post_that_acted(stations: Stations, both: Actor) -> None:
    """The paymaster's post is the first of the two; the reviewer's is the one that declines."""
    assert both.agency_name == Agency.objects.get(code=THERE).short_name
    here = stations.case("jl_case")
    perform(here, "decline_local", both, changes={"ended_reason": "不符合条件"})
    event = Event.objects.filter(subject_kind="cases.case", subject_id=here.pk).latest("number")
    assert (event.agency_name, event.agency_id) == ("延吉市工信局", Agency.objects.get(code=HERE).pk)


def test_the_queue_of_the_reviewer_has_no_case_of_the_other_place(stations: Stations, both: Actor, there: Case) -> None:
    page = body_of(browser().get("/review/")).decode()
    assert stations["jl_case"] in page
    assert there.number not in page
