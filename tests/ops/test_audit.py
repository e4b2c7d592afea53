"""The auditor's pages: what they find, what they never widen, what they cost, and that they are written down."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.calls.models import Call
from subsidy.ops import audit
from subsidy.ops.filters import event_choices
from subsidy.papers.sheets import read
from tests.desk.browsing import SignIn, sign_in, text
from tests.ops.sealed import verify
from tests.world import World, jilin_submitted, world
from workflow import clock, seals
from workflow.models import Access, Event, Seal
from workflow.perform import record
from workflow.protocols import SYSTEM

__all__ = ["sign_in", "world"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(world: World, sign_in: SignIn) -> Client:
    return sign_in("auditor")


def listed(client: Client, name: str = "history", **query: str) -> int:
    answer = client.get(reverse(f"ops:{name}"), query)
    assert answer.status_code == 200
    return text(answer).count("<tr") - 1 if "<table" in text(answer) else 0


def rows_of(answer: Any) -> list[tuple[Any, ...]]:
    return list(read(io.BytesIO(answer.content))[0].rows)


# --- the history --------------------------------------------------------------


def test_every_filter_narrows_and_stands_in_the_address(world: World, auditor: Client) -> None:
    case = jilin_submitted(world)
    every = Event.objects.count()
    assert listed(auditor) == every <= 50
    own = Event.objects.filter(subject_kind="cases.case", subject_id=case.pk)
    today, tomorrow = clock.today(), clock.today() + timedelta(days=1)
    person = User.objects.get(username="jl_applicant")
    for query, expected in (
        ({"kind": "cases.case"}, Event.objects.filter(subject_kind="cases.case").count()),
        ({"number": case.number}, own.filter(subject_number=case.number).count()),
        ({"person": person.name}, Event.objects.filter(actor_id=person.pk).count()),
        ({"person": "jl_applicant"}, Event.objects.filter(actor_id=person.pk).count()),
        ({"agency": "省工信厅"}, Event.objects.filter(agency_name="省工信厅").count()),
        ({"move": "submit"}, Event.objects.filter(move="submit").count()),
        ({"since": str(today)}, Event.objects.filter(business_at__date__gte=today).count()),
        ({"until": str(today)}, every),
        ({"since": str(tomorrow)}, 0),
        ({"address": "127.0.0.1"}, Event.objects.filter(address="127.0.0.1").count()),
        ({"address": "10.9.9.9"}, 0),
        ({"kind": "cases.case", "move": "submit", "person": "jl_applicant"}, own.filter(move="submit").count()),
    ):
        assert (query, listed(auditor, **query)) == (query, expected)
    page = text(auditor.get(reverse("ops:history"), {"move": "submit", "at": ">999999"}))
    assert "办理动作：提交" in page
    assert 'value="submit" selected' in page
    assert "草稿 → " in text(auditor.get(reverse("ops:history"), {"move": "submit"}))


@pytest.mark.parametrize(
    "query",
    [
        "since=x", "since=2026-13-45", "until=0001-01-01", "until=9999-12-31", "at=x", "at=%3E", "at=%3C-1",
        f"at=%3E{'9' * 30}", "kind=", "nothing=1", "number=%00", "person=", "move=&move=",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_never_widens_and_never_fails(world: World, auditor: Client, query: str) -> None:
    jilin_submitted(world)
    every = {entry.pk for entry in Event.objects.all()}
    answer = auditor.get(f"{reverse('ops:history')}?{query}")
    assert answer.status_code == 200
    assert text(answer).count("<tr") - 1 <= len(every)
    assert listed(auditor, kind="' OR 1=1 --") == 0


def test_pages_follow_one_another_without_a_gap_and_keep_the_filter(
    world: World, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_entries(world, 9)
    monkeypatch.setattr("subsidy.ops.selectors.page.__defaults__", (4,))
    newest = list(Event.objects.filter(move="edit").order_by("-pk").values_list("note", flat=True))
    seen, address = [], f"{reverse('ops:history')}?move=edit"
    for _page in range(3):
        page = text(auditor.get(address))
        seen += [note for note in newest if f">{note}<" in page.replace("\n", "")]
        following = page.rpartition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        address = f"{reverse('ops:history')}{following}"
    assert seen == newest
    back = page.rpartition('rel="prev" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "move=edit" in back
    assert f">{newest[4]}<" in text(auditor.get(f"{reverse('ops:history')}{back}"))


def write_entries(world: World, count: int) -> Call:
    call = world.calls["jilin"]
    for place in range(count):
        record(call, "edit", SYSTEM, note=f"第 {place} 次改动")
    return call


@pytest.mark.parametrize("name", ["history", "access", "history_sheet", "access_sheet"])
def test_five_rows_cost_as_many_queries_as_fifty(world: World, auditor: Client, name: str) -> None:
    costs = []
    for count in (5, 45):
        write_entries(world, count)
        for place in range(count):
            Access.objects.create(kind="read", path=f"/{place}", result="", at=clock.real_now(), agency_id=place)
        with CaptureQueriesContext(connection) as captured:
            answer = auditor.get(reverse(f"ops:{name}"))
            assert answer.status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 10


# --- the workbook -------------------------------------------------------------


def test_the_workbook_holds_exactly_what_is_filtered(world: World, auditor: Client) -> None:
    case = jilin_submitted(world)
    answer = auditor.get(reverse("ops:history_sheet"), {"kind": "cases.case", "move": "submit", "at": ">3"})
    found = rows_of(answer)
    assert "筛选：类别：" in str(found[1][0])
    assert "共 1 条" in str(found[2][0])
    numbers = [row[2] for row in found if case.number in row]
    assert numbers == [case.number]
    event = Event.objects.get(subject_kind="cases.case", move="submit")
    assert any(event.digest in row for row in found)


def test_what_is_too_long_for_a_workbook_goes_out_line_by_line(
    world: World, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(world.calls["jilin"], "edit", SYSTEM, note="=1+1")
    monkeypatch.setattr(audit, "SHEET_LIMIT", 2)
    monkeypatch.setattr(audit, "PART", 2)
    answer = auditor.get(reverse("ops:history_sheet"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(lines) == Event.objects.count() + 1
    assert any("'=1+1" in line for line in lines)


# --- what was read ------------------------------------------------------------


def test_the_auditors_own_reading_is_written_down_with_what_was_asked(world: World, auditor: Client) -> None:
    jilin_submitted(world)
    for name, query, kind, result in (
        ("history", {"move": "submit"}, "read", "办理动作：提交"),
        ("history", {}, "read", "全部"),
        ("history_sheet", {"move": "submit"}, "exported", "办理记录 办理动作：提交"),
        ("access", {"kind": "refused"}, "read", "类别：拒绝：无权限"),
        ("access_sheet", {}, "exported", "访问记录 全部"),
        ("seals", {}, "read", "封签"),
    ):
        before = Access.objects.count()
        auditor.get(reverse(f"ops:{name}"), query)
        assert Access.objects.count() == before + 1
        row = Access.objects.order_by("-pk")[0]
        assert (row.kind, row.path, row.purpose) == (kind, reverse(f"ops:{name}"), "审计")
        assert result in row.result
        assert row.actor_name == User.objects.get(username="auditor").name


def test_the_auditor_sees_who_was_refused_where_and_who_read_what_for(world: World, sign_in: SignIn) -> None:
    case = jilin_submitted(world)
    sign_in("jl_applicant").get("/review/")
    sign_in("jl_other_local").get(f"/cases/{case.number}/")
    sign_in("jl_local").get(f"/cases/{case.number}/content/")
    page = text(sign_in("auditor").get(reverse("ops:access")))
    for words in (
        "拒绝：无权限",
        "/review/",
        "拒绝：不在范围内",
        f"/cases/{case.number}/",
        "查看敏感信息",
        "审核：联系人电话",
    ):
        assert words in page
    assert listed(sign_in("auditor"), "access", kind="refused") == 1
    assert listed(sign_in("auditor"), "access", person="jl_other_local") == 1
    assert listed(sign_in("auditor"), "access", path="/review/") == 1


def test_nobody_else_has_these_pages(world: World, sign_in: SignIn) -> None:
    for who in ("admin", "security", "jl_upper", "jl_applicant", "expert1"):
        for name in ("history", "access", "seals", "history_sheet", "access_sheet"):
            assert sign_in(who).get(reverse(f"ops:{name}")).status_code == 403


def test_the_auditors_workbench_leads_to_what_is_to_be_looked_at(
    world: World, auditor: Client, sign_in: SignIn
) -> None:
    case = jilin_submitted(world)
    auditor.get("/review/")
    sign_in("jl_local").get(f"/cases/{case.number}/content/")
    page = text(auditor.get("/"))
    for words in ("今日被拒绝的访问", "1 件", "今日查看和导出敏感信息", "尚未封签的办理记录"):
        assert words in page
    for name in ("history", "access", "seals"):
        assert f'href="{reverse(f"ops:{name}")}"' in page


# --- extracts -----------------------------------------------------------------


@pytest.mark.parametrize("who", ["auditor", "jl_local"])
def test_a_cases_own_history_goes_out_with_its_proof(world: World, sign_in: SignIn, who: str, tmp_path: Any) -> None:
    case = jilin_submitted(world)
    seal = sealed_by_hand()
    address = (
        reverse("ops:extract", args=["cases.case", case.pk])
        if who == "auditor"
        else reverse("desk:history_extract", args=[case.number])
    )
    answer = sign_in(who).get(address, {"printed": f" {seal.digest.upper()}"})
    assert answer["Content-Disposition"].startswith("attachment")
    file = tmp_path / "extract"
    file.write_bytes(answer.content)
    count = Event.objects.filter(subject_kind="cases.case", subject_id=case.pk).count()
    code, said = verify(file, "--printed", seal.digest)
    assert (code, said.startswith(f"whole: {count} entries of 1 subjects, 1 seals")) == (0, True)
    assert Access.objects.filter(kind="exported", result__contains=case.number).count() == 1


def sealed_by_hand() -> Seal:
    """A seal over everything, also what this test's own transaction has written."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(seals, "_pending", lambda at: seals.Pending(at, 1 << 62, 0))
        seal = seals.take()
    assert seal is not None
    return seal


def test_a_seal_that_is_none_is_said_to_be_none(world: World, sign_in: SignIn) -> None:
    case = jilin_submitted(world)
    sealed_by_hand()
    answer = sign_in("jl_local").get(reverse("desk:history_extract", args=[case.number]), {"printed": "f" * 64})
    assert answer.status_code == 409
    assert "没有这个封签" in text(answer)
    assert sign_in("auditor").get(reverse("ops:extract", args=["cases.case", 0])).status_code == 404


# --- seals --------------------------------------------------------------------


def test_the_last_seal_stands_on_public_pages_and_whoever_asks_gets_the_list(world: World, client: Client) -> None:
    assert "封签" not in text(client.get(reverse("notices:list")))
    seal = sealed_by_hand()
    for address in (
        reverse("notices:list"),
        reverse("calls:hall"),
        reverse("papers:check"),
        reverse("ops:public_seals"),
    ):
        assert seal.digest in text(client.get(address))
    feed = client.get(reverse("ops:seal_feed")).json()
    (published,) = feed["seals"]
    assert published["digest"] == seals.digest_of(published) == seal.digest
    assert feed["next"] == ""
    assert client.get(reverse("ops:seal_feed"), {"at": f">{seal.number}"}).json() == {"seals": [], "next": ""}


def test_the_page_of_seals_costs_the_same_for_three_as_for_twelve(world: World, auditor: Client) -> None:
    costs = []
    for count in (3, 12):
        for _seal in range(count):
            write_entries(world, 2)
            sealed_by_hand()
        with CaptureQueriesContext(connection) as captured:
            page = text(auditor.get(reverse("ops:seals")))
        costs.append(len(captured))
        assert "最近的封签与办理记录相符" in page
    assert costs[0] == costs[1]


def test_every_act_stands_once_in_the_filter_and_finds_all_that_are_called_so(world: World, auditor: Client) -> None:
    options = event_choices()["move"]
    labels, codes = [label for _code, label in options], [code for code, _label in options]
    assert len(set(labels)) == len(labels)
    assert len(set(codes)) == len(codes)
    call = world.calls["jilin"]
    for kind, move in (
        ("cases.case", "approve"), ("funding.plan", "approve"), ("funding.instalment", "approve"),
        ("funding.instalment", "release"), ("cases.case", "release"),
    ):  # fmt: skip
        write_as(call, kind, move)
    by_label = {label: code for code, label in options}
    assert listed(auditor, move=by_label["方案获批"]) == 2
    assert listed(auditor, move=by_label["批准兑现"]) == 1
    assert listed(auditor, move=by_label["可拨付"]) == 1
    assert listed(auditor, move=by_label["解除暂缓"]) == 1


def write_as(call: Call, kind: str, move: str) -> None:
    """An entry like the call's last one, of another kind and move."""
    event = Event.objects.filter(subject_kind=Call.subject_kind(), subject_id=call.pk).order_by("-pk")[0]
    event.pk, event.subject_kind, event.move, event.subject_id = None, kind, move, 900_000 + Event.objects.count()
    event.save(force_insert=True)


def test_in_the_demo_every_moment_is_of_its_own_clock(world: World, auditor: Client, settings: object) -> None:
    settings.CLOCK_OFFSET = -180 * 86_400  # type: ignore[attr-defined]
    auditor.get(reverse("ops:history"))
    day = (clock.real_now() - timedelta(days=180)).astimezone(clock.SHANGHAI).date()
    page = text(auditor.get(reverse("ops:access"), {"since": str(day), "until": str(day)}))
    assert "审计" in page
    assert str(clock.real_now().astimezone(clock.SHANGHAI).date()) not in page
    assert "演示时钟：" in page
