"""The deadline is the server's and Shanghai's, whatever a browser says; twenty equal requests make one case.

Rows 64 and 65 of trust.md.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from subsidy.accounts.models import User
from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.enterprises.models import Enterprise
from tests.signed_in import SignIn
from tests.world import ENTERPRISES, JILIN_CLOSES, NOW, World, fresh, jilin_draft
from workflow import clock
from workflow.models import Event

StandAt = Callable[[datetime], None]
ELSEWHERE = ["America/New_York", "Pacific/Kiritimati", "Europe/London", "UTC"]
"""The first and the third have a summer time."""
CLAIMS = {"Date": "Wed, 20 May 2026 10:00:00 GMT", "X-Timezone": "America/New_York", "If-Unmodified-Since": "0"}


def sends(client: Client, case: Case) -> int:
    """What the page of submission answers to a browser that has its own idea of the time."""
    data = {"declared": "on", "version": case.version, "submitted_at": "2026-05-20 10:00", "filed_at": "2026-05-20"}
    status: int = client.post(reverse("cases:check", args=[case.number]), data, headers=CLAIMS).status_code
    return status


@pytest.mark.parametrize("zone", ELSEWHERE)
def test_the_closing_instant_is_the_servers_in_every_zone(
    world: World, sign_in: SignIn, stand_at: StandAt, zone: str
) -> None:
    case, client = jilin_draft(world), sign_in("jl_applicant")
    with timezone.override(ZoneInfo(zone)):
        stand_at(JILIN_CLOSES.astimezone(ZoneInfo(zone)))
        assert sends(client, case) in {409, 422}
        assert fresh(case).state == "draft"
        stand_at((JILIN_CLOSES - timedelta(milliseconds=1)).astimezone(UTC))
        assert sends(client, case) == 303
    assert fresh(case).state == "local_review"
    assert fresh(case).filed_at == JILIN_CLOSES - timedelta(milliseconds=1)


def test_a_page_that_was_opened_in_time_is_sent_too_late(world: World, sign_in: SignIn, stand_at: StandAt) -> None:
    """Opening the page, or beginning an upload, is not submitting."""
    case, client = jilin_draft(world), sign_in("jl_applicant")
    stand_at(JILIN_CLOSES - timedelta(seconds=1))
    assert client.get(reverse("cases:check", args=[case.number])).status_code == 200
    stand_at(JILIN_CLOSES)
    assert sends(client, case) in {409, 422}
    assert fresh(case).state == "draft"


def test_midnight_belongs_to_the_next_day(world: World, sign_in: SignIn, stand_at: StandAt) -> None:
    """23:59:59.999 is in time and 00:00:00 is not, when the call ends with a day."""
    midnight = JILIN_CLOSES.replace(hour=0, minute=0) + timedelta(days=1)
    Call.objects.filter(pk=world.calls["jilin"].pk).update(closes_at=midnight)
    case, client = jilin_draft(world), sign_in("jl_applicant")
    stand_at(midnight)
    assert sends(client, case) in {409, 422}
    stand_at(midnight - timedelta(milliseconds=1))
    assert sends(client, case) == 303


@pytest.mark.starts_from("tests.world:build")
def test_twenty_equal_requests_at_once_make_one_case_and_get_one_answer(fresh_database: None) -> None:
    clock.travel_to(NOW)
    call = Call.objects.get(measure="jilin")
    head = Enterprise.objects.get(name=ENTERPRISES["head"][0])
    sent = {"enterprise": head.pk, "track": "group", "area": "222401", "once": "the same page"}
    browsers = [Client() for _ in range(20)]
    for browser in browsers:
        browser.force_login(User.objects.get(username="jl_applicant"))
    start = Barrier(len(browsers))

    def press(browser: Client) -> tuple[int, Any]:
        start.wait()
        try:
            answer = browser.post(reverse("cases:start", args=[call.pk]), sent)
            return answer.status_code, answer.headers.get("Location")
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(len(browsers)) as hands:
            answers = set(hands.map(press, browsers))
    finally:
        clock.travel_back()
    case = Case.objects.get()
    assert answers == {(303, reverse("cases:tasks", args=[case.number]))}
    assert Event.objects.filter(subject_kind="cases.case").count() == 1
