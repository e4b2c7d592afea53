"""The register of clusters: levels with their documents, heads and members, everything by date (Jilin Art. 2–3)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from subsidy.clusters import register, selectors
from subsidy.clusters.models import Cluster, Membership, Recognition
from subsidy.clusters.selectors import Filters
from subsidy.enterprises.models import Enterprise
from subsidy.imports import kinds, take
from subsidy.imports.kinds import Origin
from subsidy.imports.models import Import
from subsidy.imports.read import lines_of
from subsidy.papers import sheets
from subsidy.reference.text import fold
from tests.desk.browsing import SignIn, sign_in, text
from tests.imports.books import book, upload
from tests.world import World, actor, credit_code, world
from workflow import perform
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused

__all__ = ["sign_in", "world"]

NATIONAL = Recognition.Level.NATIONAL
LEVELS = [
    "集群编号",
    "集群名称",
    "所在地区",
    "级别",
    "认定文件",
    "认定日期",
    "终止日期",
    "集群发展促进组织的统一社会信用代码",
]
MEMBERS = ["集群编号", "统一社会信用代码", "单位名称", "头部企业", "加入日期", "退出日期"]


def fresh(row: Cluster) -> Cluster:
    return Cluster.objects.get(pk=row.pk)


def moves(row: Cluster) -> list[str]:
    events = Event.objects.filter(subject_kind="clusters.cluster", subject_id=row.pk).order_by("number")
    return list(events.values_list("move", flat=True))


# --- entering -----------------------------------------------------------------


def test_a_cluster_gets_its_level_from_a_document_and_loses_it_on_a_day(world: World) -> None:
    keeper = actor("jl_upper")
    row = register.add(
        keeper, {"code": "JL-2026-01", "name": "长春光电产业集群", "area": "220000", "organisation": None}
    )
    made = register.recognise(row, keeper, NATIONAL, "工信部规〔2026〕3号", date(2026, 1, 1), None, version=row.version)
    with pytest.raises(Conflict):
        register.end_recognition(made, keeper, date(2026, 6, 1), "撤销认定", version=row.version)
    register.end_recognition(made, keeper, date(2026, 6, 1), "撤销认定", version=fresh(row).version)
    made.refresh_from_db()
    assert made.valid_to == date(2026, 6, 1)
    assert moves(row) == ["create", "recognise", "end_recognition"]
    with pytest.raises(Refused, match="已经登记，不能再改"):
        register.end_recognition(made, keeper, date(2026, 7, 1), "", version=fresh(row).version)


@pytest.mark.parametrize(
    ("since", "until"),
    [(date(2025, 3, 1), None), (date(2024, 1, 1), date(2025, 3, 2)), (date(2026, 1, 1), date(2026, 2, 1))],
)
def test_periods_of_one_level_do_not_overlap(world: World, since: date, until: date | None) -> None:
    row = world.cluster
    with pytest.raises(Refused, match="重叠"):
        register.recognise(row, actor("jl_upper"), Recognition.Level.PROVINCIAL, "x", since, until, version=0)
    assert row.recognitions.count() == 1
    assert moves(row) == []


def test_another_level_and_a_period_that_ends_the_day_before_are_no_overlap(world: World) -> None:
    row, keeper = world.cluster, actor("jl_upper")
    register.recognise(row, keeper, NATIONAL, "工信部规〔2026〕3号", date(2026, 1, 1), None, version=0)
    provincial = Recognition.Level.PROVINCIAL
    register.recognise(row, keeper, provincial, "旧文件", date(2020, 1, 1), date(2025, 3, 1), version=1)
    assert row.recognitions.count() == 3


def test_a_member_becomes_head_by_a_new_period(world: World) -> None:
    row, keeper, firm = world.cluster, actor("jl_upper"), world.enterprises["member1"]
    with pytest.raises(Refused, match="重叠"):
        register.add_member(row, keeper, firm, date(2026, 5, 1), None, is_head=True, version=0)
    old = row.memberships.get(enterprise=firm)
    register.end_membership(old, keeper, date(2026, 5, 1), "转为头部企业", version=0)
    made = register.add_member(row, keeper, firm, date(2026, 5, 1), None, is_head=True, version=1)
    assert (made.is_head, made.valid_to) == (True, None)
    assert moves(row) == ["end_membership", "add_member"]


def test_an_edit_that_changes_nothing_is_a_conflict_too_when_the_page_was_old(world: World) -> None:
    row = fresh(world.cluster)
    assert register.change(row, actor("jl_upper"), {"name": row.name}, version=row.version).version == row.version
    with pytest.raises(Conflict):
        register.change(row, actor("jl_upper"), {"name": row.name}, version=row.version + 1)


def test_a_period_ends_after_it_began(world: World) -> None:
    old = world.cluster.memberships.get(enterprise=world.enterprises["member1"])
    with pytest.raises(Refused, match="应晚于开始日期"):
        register.end_membership(old, actor("jl_upper"), old.valid_from, "", version=0)
    with pytest.raises(DatabaseError), transaction.atomic():
        Membership.objects.filter(pk=old.pk).update(valid_to=old.valid_from)


def test_nothing_of_a_cluster_is_deleted(world: World) -> None:
    for row in (world.cluster.recognitions.all()[0], world.cluster.memberships.all()[0]):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()


@pytest.mark.parametrize("who", ["jl_local", "jl_issuer", "zs_upper", "jl_applicant"])
def test_only_the_upper_bureau_keeps_it(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        register.change(world.cluster, actor(who), {"name": "x"}, version=0)
    with pytest.raises(NotAllowed):
        perform.perform(world.cluster, "strike", actor(who))


def test_counties_read_the_provinces_clusters_and_members_their_own(world: World) -> None:
    Cluster.objects.create(code="GD-1", name="中山光电产业集群", area="442000")
    seen = {who: {row.code for row in selectors.visible_to(actor(who))} for who in (
        "jl_upper", "jl_local", "jl_other_local", "zs_upper", "zs_local", "jl_member", "jl_stranger", "auditor",
    )}  # fmt: skip
    ours, theirs = {"JL-2025-03"}, {"GD-1"}
    assert seen == {
        "jl_upper": ours, "jl_local": ours, "jl_other_local": ours, "zs_upper": theirs, "zs_local": theirs,
        "jl_member": ours, "jl_stranger": set(), "auditor": set(),
    }  # fmt: skip
    found = Filters("智能", "provincial", "listed").apply(selectors.visible_to(actor("jl_upper")))
    assert [row.code for row in found] == ["JL-2025-03"]
    assert not Filters("", "national", "").apply(selectors.visible_to(actor("jl_upper")))


# --- from and to workbooks ----------------------------------------------------


@pytest.fixture
def imported(world: World, django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[..., Import]:
    def run(kind: str, headings: list[str], *rows: list[Any]) -> Import:
        with django_capture_on_commit_callbacks(execute=True):
            made = take.take_in(kinds.find(kind), upload(book(headings, rows)), actor("jl_upper"))
        made = Import.objects.get(pk=made.pk)
        if made.good:
            with django_capture_on_commit_callbacks(execute=True):
                take.confirm(made, actor("jl_upper"))
        return Import.objects.get(pk=made.pk)

    return run


def level(
    code: str, name: str, since: date, document: str = "吉工信产业〔2026〕1号", *, rank: str = "省级"
) -> list[Any]:
    return [code, name, "220000", rank, document, since, "", ""]


def test_recognitions_make_their_clusters_and_come_again_without_effect(imported: Callable[..., Import]) -> None:
    rows = [
        level("JL-2026-01", "长春光电产业集群", date(2026, 1, 1)),
        level("JL-2026-01", "长春光电产业集群", date(2026, 1, 1), rank="国家级"),
        level("JL-2026-02", "吉林化工产业集群", date(2026, 1, 1)),
    ]
    made = imported("clusters", LEVELS, *rows)
    assert (made.new, made.wrong) == (3, 0)
    cluster = Cluster.objects.get(code="JL-2026-01")
    assert cluster.recognitions.count() == 2
    assert moves(cluster) == ["create", "recognise"]
    assert imported("clusters", LEVELS, *rows).same == 3
    rows[2][6] = date(2026, 5, 1)
    again = imported("clusters", LEVELS, *rows)
    assert (again.changed, again.same) == (1, 2)
    assert Recognition.objects.get(cluster__code="JL-2026-02").valid_to == date(2026, 5, 1)


def reasons(kind: str, headings: list[str], *rows: list[Any]) -> list[dict[str, str]]:
    lines = lines_of(io.BytesIO(book(headings, rows)), kinds.find(kind), actor("jl_upper"))
    return [dict(line.problems) for line in lines]


def test_rows_that_contradict_the_register_or_each_other_are_refused(world: World) -> None:
    since = date(2026, 1, 1)
    ended = level("A", "甲集群", since)
    ended[6] = date(2025, 1, 1)
    found = reasons(
        "clusters", LEVELS, level("JL-2025-03", "延边智能装备产业集群", since), level("B", "乙集群", since),
        level("B", "丙集群", date(2027, 1, 1), rank="国家级"), ended,
        [*level("C", "丁集群", since)[:7], credit_code("222401", "1234567")],
    )  # fmt: skip
    assert "重叠" in found[0]["valid_from"]
    assert found[1] == {}
    assert "不一致" in found[2]["name"]
    assert found[3] == {"valid_to": "应晚于开始日期"}
    assert "请先登记该单位" in found[4]["organisation"]


def test_members_come_by_code_with_their_registered_name(imported: Callable[..., Import], world: World) -> None:
    firm, stranger = world.enterprises["member1"], world.enterprises["stranger"]
    rows = [
        ["JL-2025-03", stranger.credit_code, stranger.name, "是", date(2026, 1, 1), ""],
        ["JL-2025-03", firm.credit_code, firm.name, "否", date(2025, 3, 1), date(2026, 5, 1)],
        ["JL-2025-03", firm.credit_code, firm.name, "是", date(2026, 5, 1), ""],
        ["JL-2025-03", credit_code("222401", "1234567"), "没有登记的厂", "", date(2026, 1, 1), ""],
        ["JL-2025-03", stranger.credit_code, "别的名字", "", date(2020, 1, 1), date(2021, 1, 1)],
        ["X", stranger.credit_code, stranger.name, "", date(2020, 1, 1), ""],
    ]
    made = imported("members", MEMBERS, *rows)
    assert (made.new, made.changed, made.wrong) == (2, 1, 3)
    assert set(world.cluster.memberships.filter(is_head=True, valid_to=None).values_list("enterprise", flat=True)) == {
        world.enterprises["head"].pk, firm.pk, stranger.pk,
    }  # fmt: skip
    event = Event.objects.get(subject_kind="clusters.cluster", subject_id=world.cluster.pk)
    assert (event.move, event.evidence["what"][:3]) == ("add_member", "3 家")


def test_members_cost_the_same_whatever_their_number(world: World) -> None:
    kind, counts = kinds.find("members"), []
    for start, number in ((0, 5), (100, 50)):
        firms = Enterprise.objects.bulk_create(
            Enterprise(credit_code=credit_code("222401", f"{start + n:07d}"), name=f"第{start + n}厂", area="222401",
                       name_key=fold(f"第{start + n}厂"))
            for n in range(number)
        )  # fmt: skip
        rows = [["JL-2025-03", one.credit_code, one.name, "", date(2026, 1, 1), ""] for one in firms]
        with CaptureQueriesContext(connection) as found:
            lines = lines_of(io.BytesIO(book(MEMBERS, rows)), kind, actor("jl_upper"))
            kind.apply(lines, actor("jl_upper"), Origin(1, "x", "y"))
        counts.append(len(found))
    assert counts[0] == counts[1]


# --- pages --------------------------------------------------------------------


def many(world: World, number: int) -> None:
    start = Cluster.objects.count()
    clusters = Cluster.objects.bulk_create(
        Cluster(code=f"JL-{n:05d}", name=f"第{n}集群", area="220000", organisation=world.enterprises["head"])
        for n in range(start, start + number)
    )
    Recognition.objects.bulk_create(
        Recognition(cluster=one, level="provincial", document="文件", valid_from=date(2025, 1, 1)) for one in clusters
    )
    firms = Enterprise.objects.bulk_create(
        Enterprise(credit_code=f"{n:018d}", name=f"{n}厂", name_key=f"{n}厂", area="222401")
        for n in range(start, start + number)
    )
    Membership.objects.bulk_create(
        Membership(cluster=world.cluster, enterprise=one, valid_from=date(2025, 1, 1)) for one in firms
    )


def test_list_page_and_sheets_cost_the_same_at_five_and_at_fifty(world: World, sign_in: SignIn) -> None:
    browser, counts = sign_in("jl_upper"), []
    home = f"/clusters/{world.cluster.pk}/"
    for number in (5, 50):
        many(world, number)
        found = []
        for address in ("/clusters/", "/clusters/sheet/", home, f"{home}members/sheet/"):
            with CaptureQueriesContext(connection) as queries:
                answer = browser.get(address)
                answer.getvalue() if answer.streaming else answer.content
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]


def test_the_pages_enter_change_and_end(world: World, sign_in: SignIn) -> None:
    browser, firm = sign_in("jl_upper"), world.enterprises["stranger"]
    data = {"code": "JL-9", "name": "通化医药产业集群", "area": "220000", "organisation_code": firm.credit_code}
    assert "企业名录中没有" in text(
        browser.post("/clusters/new/", {**data, "organisation_code": credit_code("222401", "1234567")})
    )
    home = browser.post("/clusters/new/", data)["Location"]
    row = Cluster.objects.get(code="JL-9")
    assert browser.post(f"{home}edit/", {**data, "name": "通化生物医药产业集群", "version": "1"}).status_code == 303
    given = {"level": "provincial", "document": "吉工信产业〔2026〕9号", "valid_from": "2026-01-01", "version": "2"}
    assert browser.post(f"{home}recognitions/new/", given).status_code == 303
    assert "重叠" in text(browser.post(f"{home}recognitions/new/", {**given, "version": "3"}))
    member = {"code": firm.credit_code, "is_head": "on", "valid_from": "2026-01-01", "version": "3"}
    assert browser.post(f"{home}members/new/", member).status_code == 303
    one = row.memberships.get()
    assert "登记终止" in text(browser.get(home))
    ended = {"on": "2026-05-01", "reason": "退出", "version": "4"}
    assert browser.post(f"{home}members/{one.pk}/end/", ended).status_code == 303
    level_ = row.recognitions.get()
    ended = {"on": "2026-05-01", "reason": "撤销", "version": "5"}
    assert browser.post(f"{home}recognitions/{level_.pk}/end/", ended).status_code == 303
    assert browser.post(f"{home}strike/", {"reason": "撤销", "version": "6"}).status_code == 303
    page = text(browser.get(home))
    for said in ("已撤销", "通化生物医药产业集群", firm.name, "登记认定终止", "集群名称：通化医药产业集群 →"):
        assert said in page, said


def test_recognitions_and_members_are_put_right_with_the_reason(world: World, sign_in: SignIn) -> None:
    browser, row = sign_in("jl_upper"), fresh(world.cluster)
    home, level_, one = f"/clusters/{row.pk}/", row.recognitions.get(), row.memberships.order_by("pk")[0]
    page = text(browser.get(home))
    assert f"{home}recognitions/{level_.pk}/" in page
    given = {
        "level": level_.level, "document": "吉工信产业〔2025〕31号", "valid_from": level_.valid_from.isoformat(),
        "version": str(row.version),
    }  # fmt: skip
    assert browser.post(f"{home}recognitions/{level_.pk}/", given).status_code == 422
    assert browser.post(f"{home}recognitions/{level_.pk}/", {**given, "reason": "文号有误"}).status_code == 303
    assert "→ 吉工信产业〔2025〕31号" in text(browser.get(home))
    stale = {"valid_from": "2024-01-01", "valid_to": "2026-01-01", "reason": "日期有误", "version": str(row.version)}
    assert browser.post(f"{home}members/{one.pk}/", stale).status_code == 409
    given = {**stale, "version": str(fresh(row).version)}
    assert "终止日期应晚于" in text(browser.post(f"{home}members/{one.pk}/", {**given, "valid_to": "2024-01-01"}))
    assert browser.post(f"{home}members/{one.pk}/", given).status_code == 303
    one.refresh_from_db()
    assert (one.is_head, one.valid_to) == (False, date(2026, 1, 1))
    assert moves(row)[-2:] == ["correct_recognition", "correct_membership"]


def test_a_corrected_period_does_not_overlap_another(world: World) -> None:
    row, keeper = fresh(world.cluster), actor("jl_upper")
    old = row.memberships.order_by("pk")[0]
    register.end_membership(old, keeper, date(2026, 5, 1), "转为头部企业", version=row.version)
    register.add_member(row, keeper, old.enterprise, date(2026, 5, 1), None, is_head=True, version=row.version + 1)
    old.refresh_from_db()
    values = {"is_head": False, "valid_from": old.valid_from, "valid_to": date(2026, 5, 2)}
    with pytest.raises(Refused, match="重叠"):
        register.correct_membership(old, keeper, values, "日期有误", version=fresh(row).version)
    assert moves(row)[-1] == "add_member"


def test_a_member_sees_the_cluster_and_itself_in_it_only(world: World, sign_in: SignIn) -> None:
    page = text(sign_in("jl_member").get(f"/clusters/{world.cluster.pk}/"))
    assert world.enterprises["member1"].name in page
    assert world.enterprises["member2"].name not in page
    assert "登记经过" not in page


def test_the_sheet_of_members_holds_those_of_before_too(world: World, sign_in: SignIn) -> None:
    Membership.objects.filter(enterprise=world.enterprises["member2"]).update(valid_to=date(2026, 1, 1))
    answer = sign_in("jl_local").get(f"/clusters/{world.cluster.pk}/members/sheet/")
    (sheet,) = sheets.read(io.BytesIO(answer.getvalue()))
    assert {str(row[0]) for row in sheet.rows[4:]} == {
        world.enterprises[key].name for key in ("head", "member1", "member2")
    }
