"""Credit lists: dated snapshots that stay, matched by code, asked at four stations, followed when they change."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from subsidy.cases import credit
from subsidy.cases.assess import preview
from subsidy.cases.holds import conclude
from subsidy.cases.models import Assessment, Case, Hold
from subsidy.cases.review import ask_correction
from subsidy.cases.submit import correct, declaration_of, withdraw
from subsidy.enterprises.credit import imports
from subsidy.enterprises.credit.changes import news_of
from subsidy.enterprises.credit.models import CreditCheck, CreditList, ListEntry, ListImport
from subsidy.enterprises.credit.snapshot import snapshot, standing
from subsidy.enterprises.models import Enterprise
from subsidy.messages.models import Message
from tests.cases.reviewing import judge, open_findings, passed_upper, recommended, sent_up
from tests.enterprises.listing import (
    ABNORMAL,
    DISHONEST,
    SERIOUS,
    SOURCE,
    TODAY,
    book,
    document,
    draft,
    entries,
    looked_up,
    whole,
)  # fmt: skip
from tests.stations import twin
from tests.world import World, actor, fresh, jilin_draft, jilin_submitted, submitted, world, zhongshan_submitted
from workflow import clock
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import State

__all__ = ["world"]
EARLIER = date(2026, 5, 1)


@pytest.fixture
def head(world: World) -> Enterprise:
    return world.enterprises["head"]


def word(firm: Enterprise, code: str = DISHONEST) -> bool | None:
    found = standing([firm], [code]).get((firm.pk, code))
    return found.listed if found else None


def open_holds(case: Case) -> list[str]:
    return list(
        Hold.objects.filter(case=case, released_at__isnull=True).order_by("pk").values_list("reason", flat=True)
    )


# --- lists --------------------------------------------------------------------


def test_nothing_is_made_up_where_no_list_has_spoken(head: Enterprise) -> None:
    assert word(head) is None


def test_a_whole_list_also_says_who_is_not_on_it(world: World, head: Enterprise) -> None:
    whole(world, [world.enterprises["member1"]])
    assert (word(head), word(world.enterprises["member1"])) == (False, True)


def test_the_later_day_of_a_list_goes_before_the_earlier_whenever_it_was_recorded(
    world: World, head: Enterprise
) -> None:
    whole(world, [])
    whole(world, [head], as_of=EARLIER)
    assert word(head) is False


def test_a_look_up_speaks_of_its_enterprise_only(world: World, head: Enterprise) -> None:
    looked_up(world, head, listed=True)
    assert (word(head), word(world.enterprises["member1"])) == (True, None)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"listed": True, "listed_on": date(2026, 5, 20), "as_of": date(2026, 5, 19)}, "不能晚于查询日期"),
        ({"listed": False, "listed_on": date(2026, 5, 1)}, "不应有列入日期"),
        ({"listed": False, "reference": "（2026）执1号"}, "不应有案号或文号"),
        ({"listed": False, "as_of": date(2026, 5, 21)}, "不能晚于今天"),
    ],
)  # fmt: skip
def test_a_look_up_whose_parts_do_not_fit_is_refused(
    world: World, head: Enterprise, given: dict[str, Any], sentence: str
) -> None:
    values = {"source": SOURCE, "as_of": clock.today(), "document": document(), **given}
    agency, dishonest = world.agencies["220000-gxt"], CreditList.objects.get(code=DISHONEST)
    with pytest.raises(Refused, match=sentence):
        imports.look_up(actor("jl_upper"), agency, dishonest, head, **values)
    assert not ListImport.objects.exists()


def test_a_listing_on_the_day_of_the_look_up_is_kept_with_its_day_and_reference(world: World, head: Enterprise) -> None:
    imports.look_up(
        actor("jl_upper"), world.agencies["220000-gxt"], CreditList.objects.get(code=DISHONEST), head, listed=True,
        source=SOURCE, as_of=clock.today(), document=document(), reference="（2026）执1号", listed_on=clock.today(),
    )  # fmt: skip
    entry = ListEntry.objects.get()
    assert (entry.listed_on, entry.reference) == (clock.today(), "（2026）执1号")


def test_a_draft_and_a_discarded_import_count_for_nothing(world: World, head: Enterprise) -> None:
    row = draft(world, [head])
    assert word(head) is None
    imports.discard(row, actor("jl_upper"), version=row.version)
    assert word(head) is None
    with pytest.raises(Conflict):
        imports.record(row, actor("jl_upper"))


def test_a_name_alone_never_lists_an_enterprise(world: World, head: Enterprise) -> None:
    row = imports.bring_in(
        actor("jl_upper"), world.agencies["220000-gxt"], CreditList.objects.get(code=DISHONEST), source=SOURCE,
        as_of=TODAY, document=document(book([("", head.name, "（2026）执1号")]), "名单.xlsx"),
    )  # fmt: skip
    imports.read_list({"statement": row.pk})
    imports.record(ListImport.objects.get(pk=row.pk), actor("jl_upper"))
    assert word(head) is False


def test_wrong_rows_are_left_out_with_the_sentence_and_the_rest_is_read(world: World, head: Enterprise) -> None:
    rows = [
        (head.credit_code, head.name, "1", "2026年5月1日"), ("123", "短代码公司"), ("", ""), ("", "只有名称公司"),
        (head.credit_code, head.name), ("", "", "只有案号"), ("91220101MA0Y1234XO", "字母有误公司"),
    ]  # fmt: skip
    row = imports.bring_in(
        actor("jl_upper"), world.agencies["220000-gxt"], CreditList.objects.get(code=DISHONEST), source=SOURCE,
        as_of=TODAY, document=document(book(rows), "名单.xlsx"),
    )  # fmt: skip
    imports.read_list({"statement": row.pk})
    row.refresh_from_db()
    assert [(one.position, one.name, one.listed_on) for one in entries(row)] == [
        (2, head.name, date(2026, 5, 1)), (5, "只有名称公司", None),
    ]  # fmt: skip
    assert [fault["row"] for fault in row.faults] == [3, 6, 7, 8]
    assert "您输入了 3 位" in row.faults[0]["text"]
    assert "第 2 行" in row.faults[1]["text"]


@pytest.mark.parametrize("content", [b"no workbook", book([], ("名称", "代码"))], ids=["no workbook", "headings"])
def test_a_file_that_is_no_list_is_one_fault_and_cannot_be_recorded(world: World, content: bytes) -> None:
    row = imports.bring_in(
        actor("jl_upper"), world.agencies["220000-gxt"], CreditList.objects.get(code=DISHONEST), source=SOURCE,
        as_of=TODAY, document=document(content, "名单.xlsx"),
    )  # fmt: skip
    imports.read_list({"statement": row.pk})
    row = ListImport.objects.get(pk=row.pk)
    assert (row.rows, [fault["row"] for fault in row.faults]) == (0, [0])
    with pytest.raises(Refused, match="没有可入库的内容"):
        imports.record(row, actor("jl_upper"))


def test_reading_a_list_twice_makes_no_second_line(world: World, head: Enterprise) -> None:
    row = draft(world, [head])
    imports.read_list({"statement": row.pk})
    assert ListEntry.objects.filter(statement=row).count() == row.rows == 2


def test_the_list_of_tomorrow_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="不能晚于今天"):
        draft(world, [], as_of=date(2026, 5, 21))


def test_whole_lists_are_for_the_upper_bureau_and_look_ups_for_every_reviewer(world: World, head: Enterprise) -> None:
    looked_up(world, head, listed=False, who="jl_local", agency="222401-gxj")
    with pytest.raises(NotAllowed):
        imports.bring_in(
            actor("jl_local"), world.agencies["222401-gxj"], CreditList.objects.get(code=DISHONEST), source="x",
            as_of=TODAY, document=document(book([]), "x.xlsx"),
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        looked_up(world, head, listed=False, who="jl_finance", agency="222401-czj")
    with pytest.raises(NotAllowed):
        looked_up(world, head, listed=False, who="zs_upper")
    row = draft(world, [head])
    with pytest.raises(NotAllowed):
        imports.record(row, actor("jl_local"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE enterprises_listimport SET as_of = '2020-01-01'",
        "UPDATE enterprises_listimport SET evidence = 'x'",
        "DELETE FROM enterprises_listimport",
        "UPDATE enterprises_listentry SET listed = false",
        "DELETE FROM enterprises_listentry",
        "UPDATE enterprises_creditcheck SET listed = false",
        "UPDATE enterprises_listimport SET state = 'draft'",
    ],
)
def test_a_snapshot_is_kept_for_good_even_from_raw_statements(world: World, head: Enterprise, statement: str) -> None:
    whole(world, [head])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_a_list_changes_is_known_before_it_is_recorded(world: World, head: Enterprise) -> None:
    whole(world, [head], as_of=EARLIER)
    row = draft(world, [world.enterprises["member1"]])
    seen = Enterprise.objects.all()
    before = [(one.enterprise.pk, one.before, one.now) for one in news_of(row, seen)]
    assert before == [(world.enterprises["member1"].pk, False, True), (head.pk, True, False)] or before == [
        (head.pk, True, False), (world.enterprises["member1"].pk, False, True),
    ]  # fmt: skip
    row = imports.record(row, actor("jl_upper"))
    assert {(one.enterprise.pk, one.now) for one in news_of(row, seen)} == {(pk, now) for pk, _before, now in before}


# --- the four stations --------------------------------------------------------


def test_each_of_the_four_stations_writes_down_what_the_lists_say(world: World) -> None:
    whole(world, [])
    for code in (ABNORMAL, SERIOUS):
        whole(world, [], code=code)
    case = jilin_submitted(world)
    points = CreditCheck.objects.exclude(point="register").filter(statement__isnull=False)
    found = points.values_list("point", "list", "listed", "as_of", "source", "operator__username")
    assert set(found) == {
        ("filing", code, False, TODAY, SOURCE, "jl_applicant") for code in (DISHONEST, ABNORMAL, SERIOUS)
    }
    assert points.count() == 9, "three lists for the head enterprise and two members"
    sent_up(case)
    assert points.filter(point="upper_review").count() == 9
    row = points.filter(point="upper_review").first()
    assert row is not None
    assert len(row.evidence) == 64


def test_zhongshan_asks_its_one_list_only(world: World) -> None:
    for code in (DISHONEST, ABNORMAL, SERIOUS):
        whole(world, [], code=code, measure="zhongshan")
    zhongshan_submitted(world)
    assert set(CreditCheck.objects.filter(point="filing").values_list("list", flat=True)) == {DISHONEST}


def test_the_finding_says_what_the_list_said_and_when_and_does_not_keep_from_submitting(
    world: World, head: Enterprise
) -> None:
    whole(world, [head], as_of=date(2026, 5, 10))
    case = jilin_submitted(world)
    (waits,) = [one for one in open_findings(case, "jl_local") if one.finding.code == DISHONEST]
    assert "2026-05-10 查询时列入失信被执行人" in waits.finding.message
    assert dict(waits.finding.looked_at)["said_by"] == SOURCE
    assert open_holds(case) == [], "in the review the finding waits for a person"


def test_a_snapshot_takes_as_many_statements_for_fifty_enterprises_as_for_five(world: World) -> None:
    firms = Enterprise.objects.bulk_create(
        Enterprise(credit_code=f"91220000MA{n:08d}", name=f"单位{n}", name_key=f"单位{n}", area="222401")
        for n in range(50)
    )
    whole(world, firms[:10])

    def count(some: list[Enterprise]) -> int:
        with CaptureQueriesContext(connection) as made:
            snapshot(some, {DISHONEST, ABNORMAL}, clock.now(), CreditCheck.Point.FILING, operator_id=None)
        return len(made)

    assert count(firms[:5]) == count(firms) == 5


def test_a_list_of_the_measures_own_is_a_finding_for_an_officer(world: World) -> None:
    imports.keep_list(
        actor("zs_upper"), world.agencies["442000-gxj"], code="env-red", name="环保不良企业", authority="市生态环境局",
        measure="zhongshan", source="中工信〔2026〕31号",
    )  # fmt: skip
    looked_up(world, world.enterprises["zhongshan"], listed=True, code="env-red", who="zs_upper", agency="442000-gxj")
    case = zhongshan_submitted(world)
    assert [(one.code, one.subject) for one in preview(case).findings if one.code.startswith("own_list")] == [
        ("own_list_env-red", world.enterprises["zhongshan"].credit_code)
    ]
    judge(case, "zs_local")
    assert "own_list_env-red" not in {one.finding.code for one in open_findings(fresh(case), "zs_local")}


def test_the_same_code_makes_no_second_list_and_another_government_makes_none(world: World) -> None:
    values = {"code": "env-red", "name": "名单", "authority": "局", "measure": "zhongshan", "source": "x"}
    imports.keep_list(actor("zs_upper"), world.agencies["442000-gxj"], **values)
    with pytest.raises(Refused, match="已被名单"):
        imports.keep_list(actor("zs_upper"), world.agencies["442000-gxj"], **values)
    with pytest.raises(NotAllowed):
        imports.keep_list(actor("zs_local"), world.agencies["442000118-zj"], **{**values, "code": "b"})


# --- changes ------------------------------------------------------------------


def test_a_new_listing_holds_the_open_case_and_tells_whoever_is_at_work(world: World, head: Enterprise) -> None:
    case = jilin_submitted(world)
    Message.objects.all().delete()
    whole(world, [head])
    assert open_holds(case) == [f"{head.name}列入“失信被执行人”，（2026）执1号"]
    assert set(Message.objects.values_list("recipient__username", flat=True)) == {"jl_local", "jl_local2"}
    last = Event.objects.filter(subject_kind="cases.case", subject_id=case.pk, move="hold").get()
    assert (last.actor_name, last.evidence["kind"]) == ("吴敏", "credit")


def test_a_listed_member_of_the_group_holds_the_case(world: World) -> None:
    case = jilin_submitted(world)
    looked_up(world, world.enterprises["member2"], listed=True)
    assert len(open_holds(case)) == 1


def test_a_firm_whose_project_was_taken_out_does_not_hold_the_case(world: World) -> None:
    case = jilin_submitted(world)
    case.projects.filter(project__enterprise=world.enterprises["member2"]).update(status="rejected")
    looked_up(world, world.enterprises["member2"], listed=True)
    assert open_holds(case) == []


def test_drafts_and_ended_cases_are_never_held(world: World, head: Enterprise) -> None:
    ended = withdraw(jilin_submitted(world), actor("jl_applicant"))
    draft_case = jilin_draft(world)
    looked_up(world, head, listed=True)
    assert open_holds(ended) == open_holds(draft_case) == []


def test_an_enterprise_that_passed_is_not_held(world: World, head: Enterprise) -> None:
    case = jilin_submitted(world)
    looked_up(world, head, listed=False)
    whole(world, [])
    assert open_holds(case) == []
    assert not Message.objects.filter(title__contains="暂缓").exists()


def test_a_list_that_zhongshan_does_not_ask_holds_no_case_of_zhongshan(world: World) -> None:
    case = zhongshan_submitted(world)
    firm = world.enterprises["zhongshan"]
    looked_up(world, firm, listed=True, code=ABNORMAL, who="zs_upper", agency="442000-gxj")
    assert open_holds(case) == []
    looked_up(world, firm, listed=True, who="zs_upper", agency="442000-gxj")
    assert len(open_holds(case)) == 1


def test_taken_off_the_list_a_case_stays_held_until_a_person_concludes(world: World, head: Enterprise) -> None:
    case = jilin_submitted(world)
    looked_up(world, head, listed=True)
    Message.objects.all().delete()
    looked_up(world, head, listed=False)
    assert len(open_holds(case)) == 1
    title = "1 件暂缓案件的企业已移出名单，请作出结论"
    told = set(Message.objects.values_list("recipient__username", "title"))
    assert told == {("jl_local", title), ("jl_local2", title)}
    held = Hold.objects.get(case=case)
    with pytest.raises(NotAllowed):
        conclude(held, actor("jl_upper"), note="继续")
    with pytest.raises(NotAllowed):
        conclude(held, actor("jl_other_local"), note="继续")
    with pytest.raises(Refused, match="请填写"):
        conclude(held, actor("jl_local"), note=" ")
    conclude(held, actor("jl_local"), note="已履行义务并移出名单，继续办理")
    assert open_holds(case) == []
    with pytest.raises(Conflict, match="李明"):
        conclude(held, actor("jl_local"), note="再次")
    last = Event.objects.filter(subject_kind="cases.case", subject_id=case.pk).order_by("-number")[0]
    assert (last.move, last.note, last.evidence["hold"]) == ("release", "已履行义务并移出名单，继续办理", held.pk)


def test_an_objection_is_not_ended_by_a_conclusion_about_credit(world: World) -> None:
    case = jilin_submitted(world)
    held = Hold.objects.create(case=case, kind="objection", reason="x", source="y", set_by="z", set_at=clock.now())
    with pytest.raises(Refused, match="随来源事项"):
        conclude(held, actor("jl_local"), note="继续")


def test_a_held_case_goes_no_further(world: World, head: Enterprise) -> None:
    case = jilin_submitted(world)
    judge(case, "jl_local")
    looked_up(world, head, listed=True)
    judge(fresh(case), "jl_local")
    with pytest.raises(Refused, match="暂缓办理"):
        recommended(fresh(case))


def test_the_findings_of_a_case_under_review_follow_the_list(world: World, head: Enterprise) -> None:
    case = jilin_submitted(world)
    judge(case, "jl_local")
    assert open_findings(case, "jl_local") == []
    looked_up(world, head, listed=True)
    assert [one.finding.code for one in open_findings(fresh(case), "jl_local")] == [DISHONEST]
    assert Assessment.objects.filter(submission__case=case).order_by("-pk")[0].occasion == "credit"


def test_a_listing_in_the_upper_review_is_told_to_the_upper_bureau(world: World, head: Enterprise) -> None:
    case = sent_up(jilin_submitted(world))
    Message.objects.all().delete()
    whole(world, [head])
    assert set(Message.objects.values_list("recipient__username", flat=True)) == {"jl_upper", "jl_upper2"}
    conclude(Hold.objects.get(case=case), actor("jl_upper"), note="核实无误")


def test_many_cases_are_held_in_as_many_statements_as_few(world: World, head: Enterprise) -> None:
    first = jilin_submitted(world)

    def statements(numbers: range) -> int:
        for n in numbers:
            twin(fresh(first), f"JL-2026-{n:05d}", State.RESERVED)
        row = draft(world, [head])
        with CaptureQueriesContext(connection) as made:
            imports.record(row, actor("jl_upper"))
        looked_up(world, head, listed=False)
        return len(made)

    statements(range(790, 791))
    few = statements(range(800, 804))
    many = statements(range(810, 840))
    assert many == few
    assert Hold.objects.filter(kind="credit").count() == 2 + 6 + 36


def test_the_door_of_the_stations_takes_as_many_statements_for_many_cases(world: World) -> None:
    whole(world, [])
    first = jilin_submitted(world)
    cases = [first, *(twin(first, f"JL-2026-{n:05d}", State.PUBLIC_NOTICE) for n in range(800, 820))]

    def statements(some: list[Case]) -> int:
        with CaptureQueriesContext(connection) as made:
            credit.ask(some, CreditCheck.Point.NOTICE_END, actor("jl_upper"))
        return len(made)

    assert statements(cases[:2]) == statements(cases)


# --- the end of the notice and payment ----------------------------------------


def test_at_the_end_of_the_notice_a_listed_firm_that_nobody_decided_about_holds_its_case(
    world: World, head: Enterprise
) -> None:
    looked_up(world, head, listed=True)
    case = twin(jilin_submitted(world), "JL-2026-00800", State.PUBLIC_NOTICE)
    credit.ask([fresh(case)], CreditCheck.Point.NOTICE_END, actor("jl_upper"))
    assert len(open_holds(case)) == 1
    credit.ask([fresh(case)], CreditCheck.Point.NOTICE_END, actor("jl_upper"))
    assert len(open_holds(case)) == 1, "a second asking sets no second hold"
    conclude(Hold.objects.get(case=case), actor("jl_upper"), note="已核实")
    credit.ask([fresh(case)], CreditCheck.Point.PAYMENT, actor("jl_upper"))
    assert open_holds(case) == [], "what a person has concluded is not asked again"


def test_what_a_person_decided_in_the_review_does_not_hold_again(world: World, head: Enterprise) -> None:
    looked_up(world, head, listed=True)
    case = passed_upper(jilin_submitted(world))
    credit.ask([fresh(case)], CreditCheck.Point.NOTICE_END, actor("jl_upper"))
    assert open_holds(case) == []


def test_an_answer_to_a_correction_asks_the_lists_again(world: World) -> None:
    whole(world, [])
    case = jilin_submitted(world)
    item: dict[str, Any] = {"target": "x", "label": "单位信息", "problem": "缺", "requirement": "补", "source": ""}
    ask_correction(case, actor("jl_local"), items=[item])
    correct(fresh(case), actor("jl_applicant"), declaration=declaration_of(case), explanations={1: "填报无误"})
    assert CreditCheck.objects.filter(point="filing", list=DISHONEST).count() == 6


def test_a_refused_submission_leaves_no_snapshot(world: World) -> None:
    whole(world, [])
    case = jilin_draft(world)
    case.projects.filter(position=3).update(status="rejected")
    with pytest.raises(Refused), transaction.atomic():
        submitted(case, "jl_applicant")
    assert not CreditCheck.objects.filter(point="filing").exists()
