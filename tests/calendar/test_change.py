"""What a change of the calendar does to time limits that are running: later or not at all, never earlier."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from subsidy.calendar.change import Ground, correct_day, enter_year
from subsidy.calendar.days import Arrangement, Span, Special
from subsidy.calendar.effect import Effect, Fate, effect_of
from subsidy.calendar.models import Year
from subsidy.cases import correction_letter
from subsidy.cases.due import day_of
from subsidy.cases.models import Case, Correction
from subsidy.cases.review import ask_correction
from subsidy.messages.models import Message
from subsidy.notices import build
from subsidy.notices.models import Notice
from subsidy.notices.publish import publish
from subsidy.reference.models import Holiday
from subsidy.reference.workcalendar import work_calendar
from tests.notices.factory import CONTACT
from tests.papers.test_files import picture
from tests.signed_in import SignIn
from tests.stations import twin
from tests.world import World, actor, fresh, jilin_submitted
from workflow import clock
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import State

OFF = Special("off", "临时放假")
WORKED = Special("work", "调休上班")
GROUND = Ground("国办发明电〔2026〕9号", "", "", "国务院办公厅临时调整")
MONDAY, SATURDAY = date(2026, 5, 25), date(2026, 5, 23)
"""Within the correction time of somebody asked on Wednesday 20 May, five working days: due on 27 May."""


def due(case: Case) -> date:
    found = fresh(case).due_at
    assert found is not None
    return day_of(found)


def correcting(world: World) -> Case:
    case = jilin_submitted(world)
    item = {"target": "", "label": "材料", "problem": "缺页", "requirement": "补传", "source": "细则第五条"}
    ask_correction(case, actor("jl_local"), items=[item], version=case.version)
    assert due(case) == date(2026, 5, 27)
    return fresh(case)


def correct(day: date, special: Special | None, *, version: int = 0, seen: str = "") -> Effect:
    """As somebody who has read what the change does."""
    seen = seen or effect_of({day: special}).digest
    return correct_day(actor("admin"), day, special, GROUND, version=version, seen=seen)


def published(world: World, starts_on: date) -> Notice:
    """Counted in five working days."""
    notice = drafted(world, starts_on)
    notice = build.ask_signature(notice, actor("jl_upper"), version=notice.version)
    return publish(notice, actor("jl_issuer"), projects=1, version=notice.version)


def drafted(world: World, starts_on: date) -> Notice:
    call = world.calls["jilin"]
    type(call).objects.filter(pk=call.pk).update(notice_day_kind="working", notice_days=5)
    call.refresh_from_db()
    case = twin(jilin_submitted(world), "JL-2026-00801", State.SHORTLISTED)
    values = {
        "title": "拟支持项目公示", "number": "吉工信公示〔2026〕8号", "basis": "细则", "procedure": "经评审",
        "starts_on": starts_on, "contact": CONTACT,
    }  # fmt: skip
    return build.draft(actor("jl_upper"), call, [case], values)


# --- limits of cases ----------------------------------------------------------


def test_a_new_day_off_gives_the_applicant_another_day(world: World) -> None:
    case = correcting(world)
    before = Message.objects.filter(recipient__username="jl_applicant").count()
    effect = correct(MONDAY, OFF)
    assert [(one.number, one.before, one.after, one.fate) for one in effect.limits] == [
        (case.number, date(2026, 5, 27), date(2026, 5, 28), Fate.MOVED)
    ]
    notice = Correction.objects.get(case=case)
    assert due(case) == day_of(notice.due_at) == date(2026, 5, 28)
    told = Message.objects.filter(recipient__username="jl_applicant").order_by("-pk")
    assert told.count() == before + 1
    assert "2026-05-28" in told[0].title
    entry = Event.objects.filter(subject_kind="cases.case", subject_id=case.pk).order_by("-number")[0]
    assert (entry.move, entry.from_state, entry.to_state) == ("recount_due", "correcting", "correcting")
    assert entry.evidence["due"] == ["2026-05-27", "2026-05-28"]


def test_the_next_version_of_the_correction_notice_says_so(world: World) -> None:
    case = correcting(world)
    correct(MONDAY, OFF)
    notice = Correction.objects.get(case=case)
    text = correction_letter._asked(notice, notice.letter)
    assert "延长至2026年5月28日 23:59（自2026年5月20日的次日起 5 个工作日）" in text
    assert "国办发明电〔2026〕9号" in text


def test_a_new_working_day_takes_nothing_from_the_applicant(world: World) -> None:
    case = correcting(world)
    effect = correct(SATURDAY, WORKED)
    assert [(one.fate, one.after) for one in effect.limits] == [(Fate.KEPT, date(2026, 5, 27))]
    assert "2026-05-26" in effect.limits[0].why
    assert due(case) == date(2026, 5, 27)
    assert work_calendar().is_workday(SATURDAY)


def test_the_time_of_a_review_is_counted_anew_too(world: World) -> None:
    case = jilin_submitted(world)
    assert due(case) == date(2026, 6, 10)
    correct(date(2026, 6, 5), OFF)
    assert due(case) == date(2026, 6, 11)


def test_two_changes_one_after_the_other_both_count(world: World) -> None:
    case = correcting(world)
    correct(MONDAY, OFF)
    correct(date(2026, 5, 26), OFF, version=Year.objects.get(year=2026).version)
    assert due(case) == date(2026, 5, 29)
    assert len(Correction.objects.get(case=case).extensions) == 2


@pytest.mark.parametrize("day", [date(2026, 5, 20), date(2026, 5, 18), date(2026, 5, 28)])
def test_a_day_outside_the_time_changes_nothing(world: World, day: date) -> None:
    correcting(world)
    assert effect_of({day: OFF}).limits == []


def test_a_past_day_inside_the_time_counts_even_when_the_time_is_over(world: World) -> None:
    case = correcting(world)
    clock.travel_to(clock.now() + timedelta(days=9))
    correct(MONDAY, OFF)
    assert due(case) == date(2026, 5, 28)


def test_a_limit_that_would_end_in_a_year_not_loaded_forbids_the_change(world: World) -> None:
    case = correcting(world)
    Case.objects.filter(pk=case.pk).update(due_at=clock.now().replace(month=12, day=31, hour=23))
    effect = effect_of({date(2026, 12, 30): OFF})
    assert [(one.fate, "2027 年" in one.why) for one in effect.limits] == [(Fate.BLOCKED, True)]
    with pytest.raises(Refused, match="1 项正在计算的期限不允许"):
        correct(date(2026, 12, 30), OFF)


# --- notices ------------------------------------------------------------------


def test_a_published_notice_that_would_end_later_forbids_the_change(world: World) -> None:
    notice = published(world, date(2026, 5, 20))
    assert notice.ends_on == date(2026, 5, 26)
    with pytest.raises(Refused, match=notice.number):
        correct(MONDAY, OFF)
    assert not Holiday.objects.filter(day=MONDAY).exists()
    assert not Year.objects.exists()
    notice.refresh_from_db()
    assert notice.ends_on == date(2026, 5, 26)


def test_a_published_notice_is_never_shortened(world: World) -> None:
    notice = published(world, date(2026, 5, 20))
    effect = correct(SATURDAY, WORKED)
    assert Fate.KEPT in {one.fate for one in effect.limits if one.number == notice.number}
    notice.refresh_from_db()
    assert (notice.ends_on, notice.content["ends_on"]) == (date(2026, 5, 26), "2026-05-26")


@pytest.mark.parametrize(("day", "special", "ends_on"), [(MONDAY, OFF, 27), (SATURDAY, WORKED, 25)])
def test_a_notice_that_is_not_out_yet_is_counted_anew(world: World, day: date, special: Special, ends_on: int) -> None:
    notice = drafted(world, date(2026, 5, 20))
    version = notice.version
    correct(day, special)
    notice.refresh_from_db()
    assert notice.ends_on == date(2026, 5, ends_on)
    assert f"2026-05-{ends_on}" in notice.counted
    assert notice.version == version + 1
    assert Message.objects.filter(recipient__username="jl_upper", title__contains=f"2026-05-{ends_on}").exists()


def test_a_notice_in_natural_days_does_not_care(world: World) -> None:
    notice = published(world, date(2026, 5, 20))
    type(notice.call).objects.filter(pk=notice.call_id).update(notice_day_kind="natural")
    assert not [one for one in effect_of({MONDAY: OFF}).limits if one.number == notice.number]


def test_a_closing_time_that_was_published_stays_and_is_shown(world: World) -> None:
    effect = effect_of({date(2026, 6, 10): OFF})
    assert [(one.number, one.fate) for one in effect.limits] == [("中工信〔2026〕31号", Fate.KEPT)]
    assert "申报截止时间" in effect.limits[0].why


# --- who, and what must be read -----------------------------------------------


@pytest.mark.parametrize("who", ["jl_upper", "security", "auditor", "jl_issuer"])
def test_only_a_system_administrator_changes_the_calendar(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        correct_day(actor(who), MONDAY, OFF, GROUND, version=0)


def test_what_was_not_read_is_not_done(world: World) -> None:
    case = correcting(world)
    with pytest.raises(Refused, match="还没有核对"):
        correct(MONDAY, OFF, seen="of another list")
    seen = effect_of({MONDAY: OFF}).digest
    with pytest.raises(Refused, match="还没有核对"):
        correct_day(actor("admin"), MONDAY, OFF, GROUND._replace(reason=" "), version=0, seen=seen)
    assert due(case) == date(2026, 5, 27)


def test_whoever_comes_second_is_told(world: World) -> None:
    correct(date(2026, 7, 1), OFF)
    with pytest.raises(Conflict, match="管理员"):
        correct(date(2026, 7, 2), OFF)


@pytest.mark.parametrize(
    ("day", "special", "sentence"),
    [
        (date(2026, 10, 1), None, "法定节假日"),
        (MONDAY, WORKED, "无需登记调休"),
        (date(2026, 6, 19), Special("off", "假日"), "已经是这样登记"),
        (date(2027, 3, 1), OFF, "2027 年尚未录入"),
    ],
)
def test_a_day_that_cannot_be_so_is_refused(world: World, day: date, special: Special, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        correct(day, special)


def test_a_day_taken_back_is_what_its_weekday_says(world: World) -> None:
    correct(date(2026, 6, 19), None)
    assert work_calendar().is_workday(date(2026, 6, 19))
    assert not Holiday.objects.filter(day=date(2026, 6, 19)).exists()


# --- a year -------------------------------------------------------------------

SPANS = (
    Span("元旦", date(2026, 12, 31), date(2027, 1, 2)), Span("劳动节", date(2027, 5, 1), date(2027, 5, 5)),
    Span("国庆节", date(2027, 10, 1), date(2027, 10, 7)),
)  # fmt: skip
NEXT = Arrangement(2027, SPANS, (date(2027, 10, 9),))


def test_a_year_is_entered_and_entered_anew_with_its_history(world: World) -> None:
    enter_year(actor("admin"), NEXT, GROUND, version=0)
    assert 2027 in work_calendar().years
    assert not work_calendar().is_workday(date(2026, 12, 31))
    year = Year.objects.get(year=2027)
    assert (year.state, year.source) == ("entered", GROUND.source)
    shorter = Arrangement(2027, (Span("元旦", date(2027, 1, 1), date(2027, 1, 2)), *SPANS[1:]), ())
    enter_year(actor("admin"), shorter, GROUND, version=year.version)
    assert work_calendar().is_workday(date(2026, 12, 31))
    assert not work_calendar().is_workday(date(2027, 10, 9))
    moves = Event.objects.filter(subject_kind="calendar.year", subject_id=year.pk).order_by("number")
    assert [entry.move for entry in moves] == ["create", "enter", "enter_again"]
    assert moves[2].evidence["days"] == {
        "2026-12-31": [["off", "元旦"], None],
        "2027-10-09": [["work", "调休上班"], None],
    }


def test_other_years_are_left_alone(world: World) -> None:
    before = list(Holiday.objects.order_by("day").values_list("day", "kind", "name", "source"))
    enter_year(actor("admin"), NEXT, GROUND, version=0)
    assert list(Holiday.objects.filter(day__lt=date(2026, 12, 20)).order_by("day").values_list(
        "day", "kind", "name", "source")) == before  # fmt: skip


def test_a_year_that_cannot_be_right_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="缺少国庆节"):
        enter_year(actor("admin"), Arrangement(2027, SPANS[:2], ()), GROUND, version=0)


# --- at the screen ------------------------------------------------------------


def document() -> SimpleUploadedFile:
    return SimpleUploadedFile("通知.jpg", picture(), content_type="image/jpeg")


def sent(client: Client, path: str, **values: Any) -> Any:
    return client.post(path, {"source": GROUND.source, "scan": document(), "version": "0", **values})


def page(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_the_page_shows_what_moves_and_acts_only_after_the_tick(world: World, sign_in: SignIn) -> None:
    case, client = correcting(world), sign_in("admin")
    given = {"kind": "off", "name": "临时放假", "reason": "临时调整"}
    answer = sent(client, f"/calendar/days/{MONDAY}/", **given)
    assert answer.status_code == 422
    assert case.number in page(answer)
    assert "有 1 项期限将延后" in page(answer)
    assert due(case) == date(2026, 5, 27)
    seen = effect_of({MONDAY: OFF}).digest
    assert f'name="seen" value="{seen}"' in page(answer)
    assert sent(client, f"/calendar/days/{MONDAY}/", **given, accept="on", seen="old").status_code == 422
    answer = sent(client, f"/calendar/days/{MONDAY}/", **given, accept="on", seen=seen)
    assert (answer.status_code, answer["Location"]) == (303, "/calendar/2026/")
    assert due(case) == date(2026, 5, 28)
    shown = page(client.get("/calendar/2026/"))
    for words in ("更正日期", "2026-05-25：按星期 → 放假（临时放假）", "延后期限 1 项", "临时调整"):
        assert words in shown
    entry = Event.objects.get(subject_kind="calendar.year", move="correct_day")
    document_page = client.get(f"/calendar/2026/document/{entry.number}/")
    assert document_page.getvalue()[:3] == b"\xff\xd8\xff"
    assert client.get("/calendar/2026/document/1/").status_code == 404


def test_a_refused_change_says_why_and_keeps_what_was_typed(world: World, sign_in: SignIn) -> None:
    published(world, date(2026, 5, 20))
    answer = sent(sign_in("admin"), f"/calendar/days/{MONDAY}/", kind="off", name="临时放假", reason="临时调整")
    assert answer.status_code == 422
    assert "公示已发布，内容和截止日不能更改" in page(answer)
    assert "临时调整</textarea>" in page(answer)
    assert 'name="accept"' not in page(answer)


def test_an_old_page_is_a_conflict(world: World, sign_in: SignIn) -> None:
    correct(date(2026, 7, 1), OFF)
    answer = sent(sign_in("admin"), "/calendar/days/2026-07-02/", kind="off", name="放假", reason="调整")
    assert answer.status_code == 409


@pytest.mark.parametrize("left_out", ["source", "scan", "reason", "kind", "name"])
def test_a_correction_needs_its_parts(world: World, sign_in: SignIn, left_out: str) -> None:
    given = {"kind": "off", "name": "放假", "reason": "调整", left_out: ""}
    assert sent(sign_in("admin"), "/calendar/days/2026-07-02/", **given).status_code == 422
    assert not Year.objects.exists()


@pytest.mark.parametrize(
    "path",
    ["1999/", "9999/enter/", "days/2026-02-30/", "days/nichts/", "days/0001-01-01/", "2026/document/1/"],
)
def test_what_does_not_exist_is_not_found(world: World, sign_in: SignIn, path: str) -> None:
    assert sign_in("admin").get(f"/calendar/{path}").status_code == 404


def test_a_file_fills_the_form_and_keeps_nothing_until_it_is_saved(world: World, sign_in: SignIn) -> None:
    client = sign_in("admin")
    content = (
        '{"year": 2027, "source": "国办发明电〔2026〕7号", "days_worked": ["2027-10-09"], "days_off":'
        ' [["元旦", "2027-01-01", "2027-01-01"], ["劳动节", "2027-05-01", "2027-05-05"],'
        ' ["国庆节", "2027-10-01", "2027-10-07"]]}'
    ).encode()
    upload = SimpleUploadedFile("2027.json", content)
    answer = client.post("/calendar/2027/enter/", {"read": "1", "file": upload})
    assert answer.status_code == 200
    assert "劳动节 2027-05-01 至 2027-05-05" in page(answer)
    assert "尚未保存" in page(answer)
    assert 2027 not in work_calendar().years
    values = {"year": "2027", "days_off": "元旦 2027-01-01\n劳动节 2027-05-01\n国庆节 2027-10-01", "days_worked": ""}
    assert sent(client, "/calendar/2027/enter/", **values).status_code == 303
    assert 2027 in work_calendar().years
    bad = client.post("/calendar/2027/enter/", {"read": "1", "file": SimpleUploadedFile("2027.json", b"{}")})
    assert bad.status_code == 422
    assert "JSON 文件应含" in page(bad)


def test_the_template_comes_back_filled_in(world: World, sign_in: SignIn) -> None:
    answer = sign_in("admin").get("/calendar/template/")
    assert answer.content[:2] == b"PK"


def test_a_wrong_year_is_said_line_by_line(world: World, sign_in: SignIn) -> None:
    values = {"year": "2027", "days_off": "元旦 2027-01-01\n春节", "days_worked": "2027-01-04"}
    answer = sent(sign_in("admin"), "/calendar/2027/enter/", **values)
    assert answer.status_code == 422
    assert "第 2 行“春节”" in page(answer)


def test_outside_the_loaded_years_the_page_warns(world: World, sign_in: SignIn) -> None:
    client = sign_in("admin")
    warning = "2027 年的节假日安排尚未录入"
    assert warning not in page(client.get("/calendar/"))
    assert "2027 年尚未录入" in page(client.get("/calendar/2027/"))
    clock.travel_to(clock.now().replace(month=10, day=15))
    assert warning in page(client.get("/calendar/"))


def test_fifty_limits_cost_as_many_questions_as_five(world: World, sign_in: SignIn) -> None:
    client, case = sign_in("admin"), correcting(world)
    given = {"kind": "off", "name": "临时放假", "reason": "临时调整"}
    counts = []
    for copies in (5, 50):
        for place in range(copies):
            copied(case, copies * 100 + place)
        with CaptureQueriesContext(connection) as queries:
            answer = sent(client, f"/calendar/days/{MONDAY}/", **given)
        assert answer.status_code == 422
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_moving_fifty_limits_costs_as_many_questions_as_five(world: World) -> None:
    case = correcting(world)
    counts = []
    for copies, day in ((5, MONDAY), (45, date(2026, 5, 26))):
        for place in range(copies):
            copied(case, copies * 100 + place)
        row = Year.objects.filter(year=2026).first()
        with CaptureQueriesContext(connection) as queries:
            effect = correct(day, OFF, version=row.version if row else 0)
        assert len(effect.having(Fate.MOVED)) == (6 if copies == 5 else 51)
        counts.append(sum("SAVEPOINT" not in query["sql"] for query in queries))
    # The first change makes the year's row and its first entry.
    assert counts[1] <= counts[0]


def copied(case: Case, place: int) -> None:
    """Another case in correction, with its own notice, asked at the same time."""
    notice = Correction.objects.filter(case__number=case.number).get()
    copy = twin(case, f"JL-2026-{place:05d}", State.CORRECTING)
    Case.objects.filter(pk=copy.pk).update(due_at=case.due_at, correcting_level="local")
    notice.pk, notice.case, notice.number = None, copy, f"{notice.number}-{place}"
    notice.submission = copy.submissions.get()
    notice.save()
