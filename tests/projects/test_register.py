"""The register of projects: one filing document, one project; years, partners, assets, invoices; measured projects."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from subsidy.accounts.actor import Actor
from subsidy.cases import registers
from subsidy.cases.models import CaseProject
from subsidy.enterprises.models import Enterprise
from subsidy.imports import kinds, take
from subsidy.imports.kinds import Origin
from subsidy.imports.models import Import
from subsidy.imports.read import lines_of
from subsidy.projects import register, selectors
from subsidy.projects.models import (
    Asset,
    Invoice,
    MeasuredApproval,
    MeasuredProject,
    Partner,
    Project,
    ProjectYear,
)
from subsidy.projects.selectors import Filters
from subsidy.reference.text import fold
from tests.desk.browsing import SignIn, sign_in, text
from tests.imports.books import book, upload
from tests.world import World, actor, jilin_draft, world
from workflow import clock, perform
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused

__all__ = ["sign_in", "world"]

Outcome = MeasuredApproval.Outcome
PROJECTS = [
    "立项文号", "项目名称", "实施单位统一社会信用代码", "立项类型", "立项日期", "项目代码", "建设地点", "行业代码",
    "立项总投资（元）", "预计完成总投资（元）", "开工日期", "完工日期",
]  # fmt: skip
INVOICES = ["立项文号", "发票号码", "销售方", "开票日期", "摘要", "金额（含税，元）", "其中税额（元）"]
INVOICE = {
    "number": "25222000000000012345", "seller": "沈阳机床（集团）有限公司", "dated": date(2025, 9, 1),
    "summary": "加工中心", "gross": Decimal("1130000.00"), "tax": Decimal("130000.00"),
}  # fmt: skip


def keeper(measure: str = "jilin") -> Actor:
    return actor("jl_upper" if measure == "jilin" else "zs_upper")


def values(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "enterprise": world.enterprises["head"], "name": "激光雷达产线", "area": "222401", "filing_kind": "record",
        "filing_number": "2025-222401-36-03-000777", "total_investment": Decimal("5000000.00"), **changes,
    }  # fmt: skip


def moves(row: Project) -> list[str]:
    events = Event.objects.filter(subject_kind="projects.project", subject_id=row.pk).order_by("number")
    return list(events.values_list("move", flat=True))


# --- the project --------------------------------------------------------------


def test_one_filing_document_is_one_project_however_it_is_written(world: World) -> None:
    row = register.add(keeper(), values(world))
    assert moves(row) == ["create"]
    with pytest.raises(Refused, match="一个立项文件只对应一个项目"):
        register.add(keeper(), values(world, filing_number="２０２５-222401-36-03-000777 ", name="另一个"))
    other = world.projects["head"]
    with pytest.raises(Refused, match="一个立项文件只对应一个项目"):
        register.change(other, keeper(), {"filing_number": row.filing_number}, version=other.version)


def test_a_change_says_what_was_there_and_an_old_version_is_a_conflict(world: World) -> None:
    row = world.projects["head"]
    register.change(row, keeper(), {"total_investment": Decimal("21000000.00")}, version=0)
    event = Event.objects.get(subject_kind="projects.project", subject_id=row.pk)
    assert event.evidence["changes"] == {"total_investment": ["20000000.00", "21000000.00"]}
    with pytest.raises(Conflict):
        register.change(row, keeper(), {"name": "x"}, version=0)


def test_an_edit_that_changes_nothing_is_a_conflict_too_when_the_page_was_old(world: World) -> None:
    row = world.projects["head"]
    assert register.change(row, keeper(), {"name": row.name}, version=0).version == 0
    with pytest.raises(Conflict):
        register.change(row, keeper(), {"name": row.name}, version=3)


@pytest.mark.parametrize("who", ["jl_local", "jl_issuer", "zs_upper", "jl_applicant"])
def test_only_the_upper_bureau_of_its_place_keeps_it(world: World, who: str) -> None:
    row = world.projects["head"]
    for act in (
        lambda: register.add(actor(who), values(world)),
        lambda: register.change(row, actor(who), {"name": "x"}, version=0),
        lambda: register.add_invoice(row, actor(who), INVOICE, version=0),
        lambda: register.measure(row, actor(who), MeasuredProject.Kind.MAJOR, 2026, None, None, version=0),
        lambda: perform.perform(row, "strike", actor(who)),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_what_an_applicant_registers_with_a_case_stands_in_the_projects_own_history(world: World) -> None:
    from subsidy.cases.group import change_project, register_project

    case = jilin_draft(world)
    row = register_project(case, actor("jl_applicant"), values(world))
    change_project(row, actor("jl_applicant"), {}, {"name": "激光雷达智能产线"})
    assert moves(Project.objects.get(pk=row.project_id)) == ["create", "change"]
    event = Event.objects.get(subject_kind="projects.project", subject_id=row.project_id, move="change")
    assert (event.note, event.evidence["changes"]) == (case.number, {"name": ["激光雷达产线", "激光雷达智能产线"]})


def test_an_agency_reads_its_territory_and_an_enterprise_its_own(world: World) -> None:
    seen = {who: {row.name for row in selectors.visible_to(actor(who))} for who in (
        "jl_local", "jl_other_local", "jl_upper", "zs_local", "zs_upper", "jl_member", "zs_stranger", "auditor",
    )}  # fmt: skip
    ours = {world.projects[key].name for key in ("head", "member1", "member2")}
    theirs = {world.projects["zhongshan"].name}
    assert seen == {
        "jl_local": ours, "jl_other_local": set(), "jl_upper": ours, "zs_local": theirs, "zs_upper": theirs,
        "jl_member": {world.projects["member1"].name}, "zs_stranger": set(), "auditor": set(),
    }  # fmt: skip


def test_it_is_found_by_parts_of_name_document_and_enterprise(world: World) -> None:
    def found(q: str = "", area: str = "", measured: str = "", state: str = "") -> set[str]:
        rows = Filters(q, area, measured, state).apply(selectors.visible_to(actor("zs_upper")))
        return {row.name for row in rows}

    name = world.projects["zhongshan"].name
    assert found("动力电池") == found("香山新能源") == found(world.projects["zhongshan"].filing_number[5:]) == {name}
    assert found(area="442000") == found(measured="universal") == found(state="listed") == {name}
    assert found("智能底盘") == found(area="220000") == found(measured="major") == found(state="struck") == set()


# --- what hangs on it ---------------------------------------------------------


def test_an_invoice_is_registered_once_whatever_the_project_and_however_it_is_written(world: World) -> None:
    one, other = world.projects["head"], world.projects["member1"]
    register.add_invoice(one, keeper(), INVOICE, version=0)
    again = {**INVOICE, "number": "２５２２２000000000012345", "seller": "沈阳机床(集团)有限公司 "}
    for row, version in ((one, 1), (other, 0)):
        with pytest.raises(Refused, match="一张发票只能登记一次"):
            register.add_invoice(row, keeper(), again, version=version)
    register.add_invoice(other, keeper(), {**INVOICE, "seller": "另一销售方"}, version=0)
    assert Invoice.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.create(
            project=other, number_key=fold(INVOICE["number"]), seller_key=fold(INVOICE["seller"]), **INVOICE
        )


def test_partners_assets_and_years_are_registered_each_with_an_entry(world: World) -> None:
    row = world.projects["head"]
    partner = {
        "name": "延边大学",
        "role": "university",
        "code": "",
        "task": "算法",
        "valid_from": None,
        "valid_to": None,
    }
    register.add_partner(row, keeper(), partner, version=0)
    asset = {"number": "ZC-001", "name": "五轴加工中心", "model": "", "acquired_on": None, "supported": False}
    register.add_asset(row, keeper(), {**asset, "amount": Decimal("1000000.00")}, version=1)
    register.set_year(row, keeper(), 2025, Decimal("9.00"), Decimal("8.00"), version=2)
    register.set_year(row, keeper(), 2025, Decimal("10.00"), Decimal("8.00"), version=3)
    assert moves(row) == ["add_partner", "add_asset", "set_year", "set_year"]
    assert ProjectYear.objects.get(project=row).total == Decimal("10.00")
    with pytest.raises(Refused, match="已登记相同编号"):
        register.add_asset(row, keeper(), {**asset, "number": "zc-００１", "amount": Decimal("1.00")}, version=4)
    with pytest.raises(Refused, match="已登记"):
        register.add_partner(row, keeper(), partner, version=4)
    with pytest.raises(Refused, match="不能大于"):
        register.set_year(row, keeper(), 2026, Decimal("1.00"), Decimal("2.00"), version=4)
    assert moves(row)[4:] == []


# --- measured projects (Zhongshan Art. 3, 9) ----------------------------------


def decide(measured: MeasuredProject, outcome: Outcome, amount: str, *, version: int, on: date | None = None) -> Any:
    return register.approve_measured(
        measured, keeper("zhongshan"), outcome, Decimal(amount), "粤工信函〔2026〕80号", on or date(2026, 5, 10),
        version=version,
    )  # fmt: skip


def test_a_later_decision_is_a_new_row_and_the_newest_holds(world: World) -> None:
    measured = world.measured
    decide(measured, Outcome.CUT, "4000000.00", version=0)
    amounts = measured.approvals.order_by("pk").values_list("amount", flat=True)
    assert list(amounts) == [Decimal("5500000.00"), Decimal("4000000.00")]
    (facts,) = registers.measured_facts(measured)
    assert (facts.state.value, facts.approved_amount) == ("cut", Decimal("4000000.00"))
    assert moves(measured.project) == ["approve_measured"]


def test_the_database_refuses_to_change_or_delete_a_decision(world: World) -> None:
    for statement in ("UPDATE projects_measuredapproval SET amount = 1", "DELETE FROM projects_measuredapproval"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert world.measured.approvals.get().amount == Decimal("5500000.00")


def test_a_refusal_has_no_amount_and_an_approval_has_one(world: World) -> None:
    for outcome, amount in ((Outcome.REFUSED, "1.00"), (Outcome.APPROVED, "0.00"), (Outcome.CUT, "0.00")):
        with pytest.raises(Refused, match="未通过的，核定额度填 0"):
            decide(world.measured, outcome, amount, version=0)
    with pytest.raises(Refused, match="不能晚于今天"):
        decide(world.measured, Outcome.CUT, "1.00", version=0, on=clock.today() + timedelta(days=1))
    decide(world.measured, Outcome.REFUSED, "0.00", version=0)


def test_a_round_is_measured_once_and_what_was_said_of_it_is_put_right(world: World) -> None:
    row, kind = world.projects["zhongshan"], MeasuredProject.Kind.MAJOR
    register.measure(row, keeper("zhongshan"), kind, 2026, date(2026, 3, 1), None, version=0)
    register.measure(row, keeper("zhongshan"), kind, 2026, date(2026, 3, 1), True, version=1)
    assert row.measured.get(kind="major").argued is True
    assert moves(row) == ["measure", "measure"]


# --- from workbooks -----------------------------------------------------------


@pytest.fixture
def imported(world: World, django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[..., Import]:
    def run(kind: str, rows: list[list[Any]], who: str = "jl_upper") -> Import:
        headings = [str(one.label) for one in kinds.find(kind).columns]
        with django_capture_on_commit_callbacks(execute=True):
            made = take.take_in(kinds.find(kind), upload(book(headings, rows)), actor(who))
        made = Import.objects.get(pk=made.pk)
        if made.good:
            with django_capture_on_commit_callbacks(execute=True):
                take.confirm(made, actor(who))
        return Import.objects.get(pk=made.pk)

    return run


def project_row(world: World, number: int, **changes: Any) -> list[Any]:
    row = dict(zip(PROJECTS, [
        f"2025-222401-36-03-{number:06d}", f"第{number}项目", world.enterprises["head"].credit_code, "备案",
        date(2025, 1, 1), "", "222401 延吉市", "3421", "5000000.00", "", date(2025, 2, 1), "",
    ], strict=True))  # fmt: skip
    return list({**row, **changes}.values())


def test_projects_are_made_and_changed_and_come_again_without_effect(
    imported: Callable[..., Import], world: World
) -> None:
    rows = [project_row(world, n) for n in (1, 2)]
    assert imported("projects", rows).new == 2
    rows[1][8] = "6000000.00"
    again = imported("projects", rows)
    assert (again.changed, again.same) == (1, 1)
    row = Project.objects.get(name="第2项目")
    assert (row.total_investment, row.area, moves(row)) == (Decimal("6000000.00"), "222401", ["create", "change"])


def test_wrong_rows_of_projects_are_told(world: World) -> None:
    headings = [str(one.label) for one in kinds.find("projects").columns]
    assert headings == PROJECTS
    elsewhere = world.projects["zhongshan"].filing_number
    rows = [
        project_row(world, 1, 实施单位统一社会信用代码="91222401MA00000000"),
        project_row(world, 2, 建设地点="442000118"),
        project_row(world, 3, 立项文号=elsewhere), project_row(world, 4, **{"立项总投资（元）": "1e3"}),
        project_row(world, 5, 立项类型="口头"),
    ]  # fmt: skip
    lines = lines_of(io.BytesIO(book(headings, rows)), kinds.find("projects"), keeper())
    assert [set(dict(line.problems)) for line in lines] == [
        {"enterprise"}, {"area"}, {"filing_number"}, {"total_investment"}, {"filing_kind"},
    ]  # fmt: skip


def test_invoices_of_another_project_and_of_no_project_are_refused(
    imported: Callable[..., Import], world: World
) -> None:
    one, other = world.projects["head"].filing_number, world.projects["member1"].filing_number
    row = [one, "25222000000000012345", "沈阳机床", date(2025, 9, 1), "设备", "1130000.00", "130000.00"]
    assert imported("invoices", [row]).new == 1
    made = imported("invoices", [
        [other, *row[1:]], ["没有", "2", *row[2:]], [one, "3", *row[2:6], "1130000.00"], [*row[:4], "机床", *row[5:]],
    ])  # fmt: skip
    assert (made.new, made.changed, made.wrong) == (0, 0, 4)
    told = {(p["row"], p["column"]) for p in made.problems}
    assert {(2, "发票号码"), (3, "立项文号"), (4, "其中税额（元）")} <= told
    made = imported("invoices", [[*row[:4], "机床", *row[5:]]])
    assert made.changed == 1
    assert Invoice.objects.get().summary == "机床"


def test_the_other_lists_are_taken_too(imported: Callable[..., Import], world: World) -> None:
    of, town = world.projects["head"].filing_number, world.projects["zhongshan"].filing_number
    assert imported("years", [[of, 2024, 100, 80], [of, 2025, 100, 120]]).wrong == 1
    assert imported("partners", [[of, "延边大学", "高校", "", "算法", "", ""]]).new == 1
    assert imported("assets", [[of, "ZC-1", "机床", "", "", "100.00", "是"]]).new == 1
    rows = [[town, "重大", 2026, date(2026, 3, 1), "已通过"], [town, "普惠性", 2026, date(2026, 2, 1), ""]]
    made = imported("measured", rows, "zs_upper")
    assert (made.new, made.same) == (1, 1)
    assert (Partner.objects.get().role, Asset.objects.get().supported) == ("university", True)
    assert MeasuredProject.objects.get(kind="major").argued is True
    assert imported("measured", rows, "zs_upper").same == 2


def test_what_hangs_on_projects_costs_the_same_whatever_its_number(world: World) -> None:
    kind, counts, of = kinds.find("invoices"), [], world.projects["head"].filing_number
    for start, number in ((0, 5), (100, 50)):
        rows = [[of, f"N{start + n}", "沈阳机床", date(2025, 9, 1), "设备", "113.00", "13.00"] for n in range(number)]
        with CaptureQueriesContext(connection) as found:
            lines = lines_of(io.BytesIO(book(INVOICES, rows)), kind, keeper())
            kind.apply(lines, keeper(), Origin(1, "x", "y"))
        counts.append(len(found))
    assert counts[0] == counts[1]


# --- pages --------------------------------------------------------------------


def many(world: World, number: int) -> Project:
    row, start = world.projects["head"], Project.objects.count()
    firms = Enterprise.objects.bulk_create(
        Enterprise(credit_code=f"{n:018d}", name=f"{n}厂", name_key=f"{n}厂", area="222401")
        for n in range(start, start + number)
    )
    Project.objects.bulk_create(
        Project(enterprise=firm, name=f"第{n}项目", area="222401", filing_number=f"N{n}", filing_key=f"n{n}",
                total_investment=Decimal("1.00"))
        for n, firm in enumerate(firms, start=start)
    )  # fmt: skip
    span = range(start, start + number)
    Invoice.objects.bulk_create(
        Invoice(project=row, number_key=f"{n}", seller_key="s", **{**INVOICE, "number": f"{n}"}) for n in span
    )
    Asset.objects.bulk_create(
        Asset(project=row, number=f"{n}", number_key=f"{n}", name="机床", amount=Decimal("1.00")) for n in span
    )
    Partner.objects.bulk_create(Partner(project=row, name=f"{n}", name_key=f"{n}", role="bank") for n in span)
    measured = MeasuredProject.objects.bulk_create(
        MeasuredProject(project=row, kind="major", round=1000 + n) for n in span
    )
    MeasuredApproval.objects.bulk_create(
        MeasuredApproval(measured=one, outcome="cut", amount=Decimal("1.00"), document="x",
                         decided_on=date(2026, 1, 1), entered_at=clock.now())
        for one in measured
    )  # fmt: skip
    return row


def test_list_page_and_sheet_cost_the_same_at_five_and_at_fifty(world: World, sign_in: SignIn) -> None:
    browser, counts = sign_in("jl_upper"), []
    jilin_draft(world)
    for number in (5, 50):
        row, found = many(world, number), []
        for address in ("/projects/", "/projects/sheet/", f"/projects/{row.pk}/"):
            with CaptureQueriesContext(connection) as queries:
                answer = browser.get(address)
                answer.getvalue() if answer.streaming else answer.content
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]


def test_the_pages_enter_and_add_everything(world: World, sign_in: SignIn) -> None:
    browser = sign_in("zs_upper")
    data = {
        "enterprise_code": world.enterprises["zhongshan"].credit_code, "name": "储能项目", "filing_kind": "record",
        "filing_number": "2025-442000-38-03-000001", "area": "442000118", "total_investment": "1,200,000,000",
    }  # fmt: skip
    assert (
        browser.post("/projects/new/", {**data, "finished_on": "2020-01-01", "started_on": "2021-01-01"}).status_code
        == 422
    )
    home = browser.post("/projects/new/", data)["Location"]
    assert browser.post(f"{home}edit/", {**data, "name": "储能基地项目", "version": "1"}).status_code == 303
    given: list[tuple[str, dict[str, str]]] = [
        ("year/", {"year": "2025", "total": "100", "fixed_assets": "80"}),
        ("partner/", {"name": "中山大学", "role": "university"}),
        ("asset/", {"number": "ZC-1", "name": "涂布机", "amount": "100"}),
        ("invoice/", {"number": "1", "seller": "甲", "dated": "2025-01-01", "gross": "113", "tax": "13"}),
        ("measured/", {"kind": "universal", "round": "2026", "argued": ""}),
    ]
    for version, (path, sent) in enumerate(given, start=2):
        assert "version" in text(browser.get(f"{home}{path}"))
        assert browser.post(f"{home}{path}", {**sent, "version": str(version)}).status_code == 303, path
    measured = MeasuredProject.objects.get(project__name="储能基地项目")
    sent = {"outcome": "approved", "amount": "5,000,000", "document": "粤工信函〔2026〕1号", "decided_on": "2026-05-01"}
    address = f"{home}measured/{measured.pk}/approval/"
    assert browser.post(address, {**sent, "amount": "0", "version": "7"}).status_code == 422
    assert browser.post(address, {**sent, "version": "7"}).status_code == 303
    assert browser.post(f"{home}strike/", {"reason": "重复登记", "version": "8"}).status_code == 303
    page = text(browser.get(home))
    for said in ("储能基地项目", "中山大学", "涂布机", "5,000,000.00", "已作废", "登记省核定结果", "2026"):
        assert said in page, said


def test_the_page_of_a_project_shows_only_the_cases_of_the_reader(world: World, sign_in: SignIn) -> None:
    case = jilin_draft(world)
    row = world.projects["head"]
    assert CaseProject.objects.filter(project=row).exists()
    assert case.number not in text(sign_in("jl_local").get(f"/projects/{row.pk}/"))
    assert case.number in text(sign_in("jl_applicant").get(f"/projects/{row.pk}/"))
