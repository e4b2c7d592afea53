"""Notices and objections: two people, a calendar, an objection that holds only its own row."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from subsidy.accounts.models import Agency
from subsidy.calls.models import Call
from subsidy.cases.models import Case, Hold
from subsidy.notices import build, objections, selectors, words
from subsidy.notices.close import close
from subsidy.notices.models import Notice, Objection
from subsidy.notices.publish import content_of, publish
from subsidy.notices.tables import rows_table
from subsidy.reference.models import AreaCode, Holiday
from tests.notices.factory import CONTACT, Publicity, at, publicity
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import State

pytestmark = pytest.mark.django_db
OBJECTOR = {
    "party": "person",
    "name": "赵六",
    "contact": "13800000000",
    "address": "",
    "facts": "该单位不属于该产业集群，特此提出异议，请予核实。",
}


@pytest.fixture(autouse=True)
def the_twentieth_of_may() -> Iterator[None]:
    clock.travel_to(at(20))
    yield
    clock.travel_back()


@pytest.fixture
def world() -> Publicity:
    return publicity()


def object_to(notice: Notice, position: int = 1) -> Objection:
    return objections.file_objection(notice, list(notice.rows.filter(position=position)), OBJECTOR)[0]


def states() -> list[str]:
    return list(Case.objects.order_by("number").values_list("state", flat=True))


def test_a_notice_of_seven_natural_days_counts_both_ends(world: Publicity) -> None:
    assert world.draft().ends_on == date(2026, 5, 26)


def test_a_notice_of_five_working_days_knows_the_dragon_boat_holiday(world: Publicity) -> None:
    Holiday.objects.create(day=date(2026, 6, 19), kind="off", name="端午节", source="国务院办公厅")
    Holiday.objects.create(day=date(2026, 10, 1), kind="off", name="国庆节", source="国务院办公厅")
    world.call.notice_day_kind, world.call.notice_days = "working", 5
    ends_on, counted = build.period(world.call, date(2026, 6, 17))
    assert ends_on == date(2026, 6, 24)
    assert "5 个工作日" in counted


def test_working_days_of_a_year_without_its_days_off_are_refused_in_words(world: Publicity) -> None:
    world.call.notice_day_kind = "working"
    world.call.save(update_fields=["notice_day_kind"])
    with pytest.raises(Refused, match="节假日安排"):
        build.period(world.call, date(2027, 1, 4))


def test_whoever_built_a_notice_cannot_publish_it(world: Publicity) -> None:
    notice = build.ask_signature(world.draft(), world.build, version=1)
    with pytest.raises((NotAllowed, Refused)):
        publish(notice, world.build, projects=3, version=notice.version)
    assert states() == [State.SHORTLISTED] * 3


def test_the_database_itself_wants_a_second_person(world: Publicity) -> None:
    notice = world.draft()
    with pytest.raises(DatabaseError, match="second_person"), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(published_by=world.builder)


def test_the_publisher_types_the_number_of_projects(world: Publicity) -> None:
    notice = build.ask_signature(world.draft(), world.build, version=1)
    with pytest.raises(Refused, match="共有 3 个项目"):
        publish(notice, world.sign, projects=4, version=notice.version)


def test_publishing_moves_every_case_and_keeps_the_content(world: Publicity) -> None:
    notice = world.published()
    assert states() == [State.PUBLIC_NOTICE] * 3
    assert notice.content["total"] == "300000.00"
    assert len(notice.digest) == 64
    with pytest.raises(Refused, match="不能修改"):
        build.change(notice, world.build, {"starts_on": date(2026, 5, 20)}, version=notice.version)


def test_whoever_signs_notices_does_not_change_their_words(world: Publicity) -> None:
    notice = world.draft()
    with pytest.raises(NotAllowed):
        build.change(notice, world.sign, {"starts_on": date(2026, 5, 20)}, version=notice.version)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"contact": {**CONTACT, "supervision_phone": ""}}, "监督电话"),
        ({"basis": "联系手机 13912345678"}, "个人信息"),
        ({"starts_on": date(2026, 5, 19)}, "已过"),
    ],
)
def test_a_faulty_notice_is_not_sent_to_sign(world: Publicity, changes: dict[str, Any], words: str) -> None:
    notice = world.draft()
    Notice.objects.filter(pk=notice.pk).update(**changes)
    notice.refresh_from_db()
    with pytest.raises(Refused, match=words):
        build.ask_signature(notice, world.build, version=notice.version)


def test_a_case_stands_on_one_notice_at_a_time(world: Publicity) -> None:
    world.draft()
    assert not selectors.waiting(world.build, world.call).exists()


def test_an_objection_holds_its_own_row_only(world: Publicity) -> None:
    notice = world.published()
    object_to(notice, 2)
    clock.travel_to(at(27))
    outcome = close(notice, world.build, version=notice.version)
    assert [case.number for case in outcome.done] == ["JL-2026-00000", "JL-2026-00002"]
    assert states() == [State.RESERVED, State.PUBLIC_NOTICE, State.RESERVED]


def test_the_last_second_is_in_time_and_the_next_is_not(world: Publicity) -> None:
    notice = world.published()
    clock.travel_to(at(26, 23, 59, 59))
    object_to(notice)
    clock.travel_to(at(27, 0, 0, 0))
    with pytest.raises(Refused, match="结束"):
        object_to(notice)
    assert Objection.objects.count() == 1


def test_a_notice_does_not_close_before_its_last_day_is_over(world: Publicity) -> None:
    notice = world.published()
    clock.travel_to(at(26, 23, 59, 58))
    with pytest.raises(Refused, match="尚未届满"):
        close(notice, world.build, version=notice.version)


def test_a_dismissed_objection_lets_its_row_go_on_after_the_end(world: Publicity) -> None:
    notice = world.published()
    objection = object_to(notice, 2)
    clock.travel_to(at(27))
    close(notice, world.build, version=notice.version)
    objection = objections.take_up(objection, world.build, version=objection.version)
    objections.settle(
        objection, world.build, upheld=False, conclusion="经核实，该单位为集群成员。", version=objection.version
    )
    assert states() == [State.RESERVED] * 3
    assert not Hold.objects.filter(released_at__isnull=True).exists()


def test_an_upheld_objection_declines_its_row_with_the_reason(world: Publicity) -> None:
    notice = world.published()
    objection = object_to(notice, 2)
    objection = objections.take_up(objection, world.build, version=objection.version)
    objections.settle(
        objection, world.build, upheld=True, conclusion="经核实，该单位不在集群内。", version=objection.version
    )
    declined = Case.objects.get(state=State.DECLINED)
    assert (declined.number, declined.ended_reason) == ("JL-2026-00001", "经核实，该单位不在集群内。")


def test_two_officers_settle_an_objection_only_once(world: Publicity) -> None:
    objection = object_to(world.published())
    taken = objections.take_up(objection, world.build, version=objection.version)
    objections.settle(taken, world.build, upheld=False, conclusion="经核实不成立，予以驳回。", version=taken.version)
    with pytest.raises(Conflict):
        objections.settle(taken, world.build, upheld=True, conclusion="经核实成立，予以采纳。", version=taken.version)


def test_an_objection_is_found_by_number_and_code_together(world: Publicity) -> None:
    notice = world.published()
    objection, code = objections.file_objection(notice, list(notice.rows.all()[:1]), OBJECTOR)
    assert objections.find(objection.number, code.lower()) == objection
    assert objections.find(objection.number, "0" * 10) is None
    assert objections.find("YY-2026-99999", code) is None


# --- pages --------------------------------------------------------------------


def test_the_public_reads_a_notice_without_signing_in(world: Publicity, client: Client) -> None:
    notice = world.published()
    page = client.get(f"/public/{notice.pk}/")
    assert page.status_code == 200
    assert "吉林第1制造有限公司" in page.content.decode()
    assert not page.cookies


def test_a_draft_is_not_public(world: Publicity, client: Client) -> None:
    notice = world.draft()
    assert client.get(f"/public/{notice.pk}/").status_code == 404
    assert client.get(f"/public/{notice.pk}/objection/").status_code == 404


def test_an_objection_goes_from_the_form_to_the_slip(world: Publicity, client: Client) -> None:
    notice = world.published()
    sent = {**OBJECTOR, "rows": ["2"], "once": "k1"}
    for _ in range(2):
        assert client.post(f"/public/{notice.pk}/objection/", sent).status_code == 303
    slip = client.get("/public/objection/receipt/").content.decode()
    found = Objection.objects.get()
    assert found.number in slip
    assert "赵六" not in slip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": []}, "请选择“有异议的项目”"), ({"name": ""}, "请填写“真实姓名或单位名称”"),
        ({"facts": "太短"}, "至少 20 个字"),
        ({"party": "robot"}, "选"), ({"rows": ["99"]}, "选"), ({"name": "赵\u202e六"}, "不可见"),
    ],
)  # fmt: skip
def test_bad_input_gets_a_sentence_and_loses_nothing(
    world: Publicity, client: Client, changes: Any, words: str
) -> None:
    notice = world.published()
    page = client.post(f"/public/{notice.pk}/objection/", {**OBJECTOR, "rows": ["1"], **changes})
    text = page.content.decode()
    assert page.status_code == 422
    assert words in text
    assert "13800000000" in text
    assert not Objection.objects.exists()


def test_after_the_period_the_form_says_so(world: Publicity, client: Client) -> None:
    notice = world.published()
    clock.travel_to(at(27))
    assert "仍可通过监督电话" in client.get(f"/public/{notice.pk}/objection/").content.decode()
    assert client.post(f"/public/{notice.pk}/objection/", {**OBJECTOR, "rows": ["1"]}).status_code == 422
    assert not Objection.objects.exists()


def test_the_pages_of_an_agency_lead_from_the_list_to_the_end(world: Publicity, client: Client) -> None:
    client.force_login(world.builder)
    assert "拟制公示" in client.get("/notices/").content.decode()
    form = {
        "title": "公示", "number": "", "basis": "依据", "procedure": "程序", "starts_on": "2026年5月20日", "once": "k",
        "cases": [case.pk for case in world.cases], **{f"contact_{key}": text for key, text in CONTACT.items()},
    }  # fmt: skip
    for _ in range(2):
        answer = client.post(f"/notices/new/{world.call.pk}/", form)
        assert answer.status_code == 303, answer.content.decode()
    notice = Notice.objects.get()
    assert client.get(f"/notices/{notice.pk}/").status_code == 200
    assert client.get(f"/notices/{notice.pk}/edit/").status_code == 200
    assert client.post(f"/notices/{notice.pk}/sign/", {"version": notice.version}).status_code == 303
    assert client.get(f"/notices/{notice.pk}/publish/").status_code == 403
    client.force_login(world.issuer)
    assert "发布后不能撤回" in client.get(f"/notices/{notice.pk}/publish/").content.decode()
    notice.refresh_from_db()
    wrong = client.post(f"/notices/{notice.pk}/publish/", {"projects": "2", "version": notice.version})
    assert (wrong.status_code, "共有 3 个项目" in wrong.content.decode()) == (422, True)
    assert (
        client.post(f"/notices/{notice.pk}/publish/", {"projects": "３", "version": notice.version}).status_code == 303
    )
    assert states() == [State.PUBLIC_NOTICE] * 3


def test_a_foreign_agency_finds_nothing(world: Publicity, client: Client) -> None:
    notice = world.published()
    objection = object_to(notice)
    other = publicity(1, "ZS")
    client.force_login(other.builder)
    for path in (f"/notices/{notice.pk}/", f"/notices/{notice.pk}/edit/", f"/notices/objections/{objection.pk}/"):
        assert client.get(path).status_code == 404, path
    assert client.post(f"/notices/{notice.pk}/close/", {"version": notice.version}).status_code == 404


def test_who_objects_is_shown_to_the_handler_only_and_the_reading_is_written_down(
    world: Publicity, client: Client
) -> None:
    from workflow.models import Access

    objection = object_to(world.published())
    client.force_login(world.builder)
    assert "赵六" not in client.get(f"/notices/objections/{objection.pk}/").content.decode()
    client.post(f"/notices/objections/{objection.pk}/", {"act": "take_up", "version": objection.version})
    assert "赵六" in client.get(f"/notices/objections/{objection.pk}/").content.decode()
    assert Access.objects.filter(kind="read", actor_id=world.builder.pk).count() == 1


@pytest.mark.parametrize("path", ["/notices/", "/public/"])
def test_a_list_costs_the_same_with_five_and_with_fifty(path: str, client: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    small = publicity(5, "A")
    client.force_login(small.builder)
    for case in small.cases:
        world_notice(small, case)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for case in publicity(45, "B").cases:
        world_notice(small, case)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(few) == len(many)


def world_notice(world: Publicity, case: Case) -> None:
    from subsidy.notices.models import NoticeRow

    notice = Notice.objects.create(
        batch=Notice.objects.count() + 1,
        call=world.call, agency=world.agency, title=case.number, basis="b", procedure="p", starts_on=date(2026, 5, 20),
        ends_on=date(2026, 5, 26), counted="c", contact=CONTACT, built_by=world.builder, published_by=world.issuer,
        published_at=clock.now(), state="published", content={"rows": []}, digest="0" * 64,
    )  # fmt: skip
    NoticeRow.objects.create(notice=notice, case=case, position=1, values={})


def test_notices_of_one_call_are_told_apart_by_their_number(world: Publicity, client: Client) -> None:
    first, second = world.draft(world.cases[:1]), world.draft(world.cases[1:])
    assert (first.batch, second.batch) == (1, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=second.pk).update(batch=1)
    client.force_login(world.builder)
    page = client.get("/notices/").content.decode()
    assert "第一批" in page
    assert "第二批" in page
    assert "吉工信公示〔2026〕3号" in page


def test_two_notices_of_one_call_do_not_go_out_under_one_title(world: Publicity) -> None:
    first, second = world.draft(world.cases[:1]), world.draft(world.cases[1:])
    build.ask_signature(first, world.build, version=1)
    with pytest.raises(Refused, match="标题相同，请在标题中注明批次：第一批"):
        build.ask_signature(second, world.build, version=1)


def test_the_suggested_title_names_the_batch_and_what_the_measure_calls_its_list(world: Publicity) -> None:
    given = words.suggested(world.call, 12)
    assert given["title"] == "关于2026年度集群奖补（第十二批）拟支持项目的公示"
    assert [words.batch_words(number) for number in (1, 10, 20, 21, 100)] == [
        "第一批", "第十批", "第二十批", "第二十一批", "第100批",
    ]  # fmt: skip


def test_a_list_is_called_what_the_measure_calls_it(world: Publicity) -> None:
    notice = world.draft()
    assert rows_table(content_of(notice)).caption == "拟支持项目表"
    Call.objects.filter(pk=world.call.pk).update(measure="zhongshan", edition="zhongshan-2023-73")
    notice = Notice.objects.get(pk=notice.pk)
    assert rows_table(content_of(notice)).caption == "拟入库项目表"


def test_a_row_names_the_place_and_not_the_agency(world: Publicity) -> None:
    AreaCode.objects.update_or_create(
        code="222401", defaults={"name": "延吉市", "kind": "county", "parent_code": "222400"}
    )
    Agency.objects.filter(code="JLc").update(short_name="延吉市工信局")
    cases = list(Case.objects.filter(pk__in=[case.pk for case in world.cases]))
    assert {row.values["area"] for row in world.draft(cases).rows.all()} == {"延吉市"}
