"""The smallest demo: every station is reached through the verbs, the money holds, and nothing has to be believed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from stdnum.cn import uscc

from subsidy.accounts.models import User
from subsidy.cases.models import Case, Hold
from subsidy.enterprises.models import Bar, CreditCheck, Enterprise
from subsidy.funding.models import Payment, PaymentBatch, Plan, Quota
from subsidy.notices.models import Notice, Objection
from subsidy.ops.demo.demo import Demo, case_of
from subsidy.ops.demo.load import load
from subsidy.ops.demo.people import logins, password
from subsidy.ops.replay import replay
from subsidy.panels.models import Panel
from subsidy.projects.models import MeasuredApproval, Project
from workflow import clock
from workflow.models import Event, Job
from workflow.states import State

STATES = {
    "jilin_2026": {
        "paid": "tracking", "unconfirmed": "approved", "confirmed": "approved", "checking": "approved",
        "sent": "disbursing", "returned": "disbursing", "bounced": "disbursing", "not_issued": "approved",
        "allocated": "allocated", "reserved": "reserved", "objected": "tracking", "not_ranked": "declined",
        "declined_upper": "declined", "declined_local": "declined", "withdrawn": "withdrawn",
    },
    "jilin_2027": {
        "draft": "draft", "correcting": "correcting", "local_review": "local_review", "finance": "local_review",
        "endorsed": "endorsed", "upper_review": "upper_review", "upper_correcting": "correcting",
        "expert_review": "expert_review", "declined_local": "declined", "withdrawn": "withdrawn",
    },
    "zhongshan_2025": {
        "paid": "tracking", "objected": "declined", "not_ranked": "declined", "declined_local": "declined",
    },
    "zhongshan_2026": {
        "unconfirmed": "approved", "confirmed": "approved", "checking": "approved", "sent": "disbursing",
        "allocated": "allocated", "reserved": "reserved", "public_notice": "public_notice", "signing": "shortlisted",
        "shortlisted": "shortlisted", "not_ranked": "declined", "declined_upper": "declined",
    },
    "measuring_2027": {
        "draft": "draft", "correcting": "correcting", "answered": "closed", "reported": "reported",
        "expert_review": "expert_review", "upper_review": "upper_review", "endorsed": "endorsed",
        "local_review": "local_review", "withdrawn": "withdrawn",
    },
}  # fmt: skip
"""Round and station of rounds.yaml → the state in which a case that ends there must be."""

AWAITED = set(State.values) - {"stopped", "recovering", "recovered"}


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The smallest demo, loaded once for this module and rolled back after it."""
    from django.db import connection, transaction

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():  # type: ignore[attr-defined]
        patch.setattr(settings, "MEDIA_ROOT", tmp_path_factory.mktemp("media"))
        with transaction.atomic():
            yield load(lambda line: None, scale=0)
            transaction.set_rollback(True)
        connection.close()


def test_every_case_is_at_the_station_it_was_meant_for(demo: Demo) -> None:
    found = {
        (key, ticket.station, case_of(ticket).state) for key, tickets in demo.tickets.items() for ticket in tickets
    }
    assert found == {(key, station, state) for key, rows in STATES.items() for station, state in rows.items()}


def test_every_state_that_can_be_reached_today_has_a_case(demo: Demo) -> None:
    assert set(Case.objects.values_list("state", flat=True)) == AWAITED


def test_the_rounds_have_panels_notices_plans_batches_and_objections_on_their_way(demo: Demo) -> None:
    assert set(Panel.objects.values_list("state", flat=True)) == {"scoring", "fixed"}
    assert set(Notice.objects.values_list("state", flat=True)) == {"signing", "published", "closed"}
    assert set(Objection.objects.values_list("state", flat=True)) == {"received", "handling", "upheld", "dismissed"}
    assert set(Plan.objects.values_list("state", flat=True)) == {"final", "approved"}
    assert set(PaymentBatch.objects.values_list("state", flat=True)) == {"checking", "exported", "settled"}
    assert set(Payment.objects.values_list("state", flat=True)) == {"queued", "sent", "paid", "returned"}
    assert set(MeasuredApproval.objects.values_list("outcome", flat=True)) >= {"approved", "cut"}
    held = Hold.objects.filter(released_at__isnull=True).values_list("case__state", flat=True)
    assert {"public_notice", "reserved", "upper_review"} <= set(held)
    assert set(Bar.objects.values_list("state", flat=True)) == {"in_force", "lifted"}
    assert set(CreditCheck.objects.values_list("point", flat=True)) == set(CreditCheck.Point.values)


def test_the_money_of_the_demo_adds_up(demo: Demo) -> None:
    out = StringIO()
    call_command("check_journal", stdout=out)
    assert "every sum holds" in out.getvalue()


def test_every_assessment_of_the_demo_comes_out_the_same_again(demo: Demo) -> None:
    answers = list(replay())
    assert len(answers) >= Case.objects.exclude(state="draft").count()
    assert [answer for answer in answers if answer is not None] == []


def test_the_history_of_the_demo_is_verified_from_outside(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "history.txt"
    call_command("export_history", file, stdout=StringIO())
    verify = Path(settings.ROOT) / "subsidy" / "ops" / "verify_history.py"
    done = subprocess.run([sys.executable, str(verify), str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(Event.objects.count()) in done.stdout


def test_every_person_of_the_table_can_log_in(demo: Demo) -> None:
    table = list(logins())
    assert len(table) == 31
    assert {authenticate(username=row.username, password=row.password) is not None for row in table} == {True}
    assert not User.objects.filter(is_demo=False).exists()
    assert len(password()) >= 10


def test_the_table_of_people_names_role_agency_user_and_password(demo: Demo) -> None:
    out = StringIO()
    call_command("demo_people", address="http://demo.example/", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "http://demo.example/"
    line = next(line for line in lines if " chushen " in line)
    assert re.split(r"\s{2,}", line) == ["李明", "初审", "延吉市工业和信息化局", "chushen", password()]


def test_credit_codes_of_the_demo_have_right_check_digits(demo: Demo) -> None:
    codes = list(Enterprise.objects.values_list("credit_code", flat=True))
    assert codes
    assert [code for code in codes if code[-1] != uscc.calc_check_digit(code[:-1])] == []


def test_no_papers_wait_to_be_printed_for_the_cases_of_the_demo(demo: Demo) -> None:
    assert not Job.objects.exists()


def test_names_of_cases_and_projects_keep_place_and_brand_whole(demo: Demo) -> None:
    for case in Case.objects.filter(measure="jilin").select_related("enterprise"):
        place, brand = demo.short[case.enterprise.credit_code]
        assert case.title == "" or case.title.startswith(f"{place}{brand}")
        assert case.enterprise.name.startswith(f"{place}{brand}")
    for project in Project.objects.select_related("enterprise"):
        place, brand = demo.short[project.enterprise.credit_code]
        assert project.name.startswith((brand, f"{place}{brand}"))


def test_the_reason_of_every_plan_of_the_demo_is_true(demo: Demo) -> None:
    for plan in Plan.objects.select_related("call"):
        caps = sum(line.cap for line in plan.lines.all())
        assert plan.amount == caps * 8 // 10 // 10_000 * 10_000
        reserve = sum(
            case.cap or 0 for case in Case.objects.filter(call=plan.call, awards__isnull=False).distinct()
        ) + sum(case.cap or 0 for case in Case.objects.filter(call=plan.call, state__in=["reserved", "allocated"]))
        (quota,) = Quota.objects.filter(measure=plan.call.measure, year=plan.year)
        assert quota.amount == reserve * 8 // 10 // 10_000 * 10_000
        assert "八成" in plan.reason


def test_notices_of_the_demo_are_told_apart_by_their_titles(demo: Demo) -> None:
    titles = list(Notice.objects.values_list("title", flat=True))
    assert len(set(titles)) == len(titles)
    assert all("批）" in title for title in titles)


def test_loading_again_changes_nothing(demo: Demo) -> None:
    before = Event.objects.count()
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert "loaded already" in out.getvalue()
    assert Event.objects.count() == before


def test_the_clock_is_back_after_loading(demo: Demo) -> None:
    assert abs((clock.now() - clock.real_now()).total_seconds() - settings.CLOCK_OFFSET) < 5


def test_production_loads_no_demo_and_names_no_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SUBSIDY_MODE", "production")
    for command in ("load_demo", "demo_people"):
        with pytest.raises(CommandError):
            call_command(command)
    with pytest.raises(RuntimeError):
        load(lambda line: None)
