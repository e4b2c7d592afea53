from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from subsidy.cases.models import Case
from tests.cases.reviewing import endorsed, recommended
from tests.desk.browsing import SignIn, text
from tests.stations import twin
from tests.world import World, jilin_draft, jilin_submitted, prepare_jilin, publish_call
from workflow.states import State


def test_everybody_has_a_workbench(world: World, sign_in: SignIn) -> None:
    for who in ("jl_local", "jl_finance", "jl_upper", "jl_issuer", "jl_pay_maker", "expert1", "admin", "jl_stranger"):
        assert (who, sign_in(who).get("/").status_code) == (who, 200)


def test_the_administrator_finds_the_way_to_the_administration(world: World, sign_in: SignIn) -> None:
    assert 'href="/admin/"' in text(sign_in("admin").get("/"))
    assert 'href="/admin/"' not in text(sign_in("jl_upper").get("/"))


def test_a_reviewer_sees_what_waits_with_its_count(world: World, sign_in: SignIn) -> None:
    recommended(jilin_submitted(world))
    assert "待我办" in text(sign_in("jl_finance").get("/"))
    assert "1 件" in text(sign_in("jl_finance").get("/"))
    assert "1 件" not in text(sign_in("jl_other_finance").get("/"))


def test_endorsed_cases_wait_for_their_letter(world: World, sign_in: SignIn) -> None:
    endorsed(jilin_submitted(world))
    page = text(sign_in("jl_local").get("/"))
    assert "待上报" in page
    assert "已初审，等待编制上报文" in page


def test_an_applicant_sees_the_own_cases_alone(world: World, sign_in: SignIn) -> None:
    case = jilin_draft(world)
    assert case.number in text(sign_in("jl_applicant").get("/"))
    stranger = text(sign_in("jl_stranger").get("/"))
    assert case.number not in stranger
    assert "您目前没有待办事项" in stranger


def test_a_case_that_waits_for_somebody_else_is_no_task_of_the_applicant(world: World, sign_in: SignIn) -> None:
    number = jilin_submitted(world).number
    page = text(sign_in("jl_applicant").get("/"))
    assert "您目前没有待办事项" in page
    assert page.index("其他申报案件") < page.index(number)


def test_the_issuer_sees_what_waits_for_a_signature(world: World, sign_in: SignIn) -> None:
    prepare_jilin(world.agencies, number="吉工信办联规〔2026〕13号")
    page = text(sign_in("jl_issuer").get("/"))
    assert "待发布的申报通知" in page
    assert "1 件" in page
    assert "待发布的申报通知" not in text(sign_in("jl_local").get("/"))


def test_the_list_to_the_province_is_offered_where_the_measure_has_one(world: World, sign_in: SignIn) -> None:
    assert "上报省厅" not in text(sign_in("jl_upper").get("/"))
    assert "上报省厅" in text(sign_in("zs_upper").get("/"))


def test_clusters_stand_in_the_menu_of_those_whose_measure_has_them(world: World, sign_in: SignIn) -> None:
    address = 'href="/clusters/"'
    for who in ("jl_local", "jl_upper"):
        assert (who, address in text(sign_in(who).get("/"))) == (who, True)
    for who in ("zs_local", "zs_upper"):
        assert (who, address in text(sign_in(who).get("/"))) == (who, False)


def test_cases_of_one_title_are_told_apart_by_number_call_and_project(world: World, sign_in: SignIn) -> None:
    first = jilin_submitted(world)
    second = twin(first, "JL-2026-00901", State.UPPER_REVIEW)
    Case.objects.filter(pk=second.pk).update(
        call=publish_call(prepare_jilin(world.agencies, number="吉工信〔2026〕77号"))
    )
    row = second.projects.order_by("position", "pk")[0]
    page = text(sign_in("jl_applicant").get("/"))
    assert page.count(f">{first.title}</a>") == 2
    for case, call in ((first, first.call.number), (second, "吉工信〔2026〕77号")):
        hint = f"{case.number} · {call} · {case.enterprise.name} · {row.project.name}等 3 个项目"
        assert hint in page


def test_the_applicants_workbench_costs_the_same_however_many_cases_there_are(world: World, sign_in: SignIn) -> None:
    first = jilin_submitted(world)
    browser = sign_in("jl_applicant")
    browser.get("/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/")
    for place in range(8):
        twin(first, f"JL-2026-0090{place}", State.UPPER_REVIEW)
    with CaptureQueriesContext(connection) as many:
        browser.get("/")
    assert len(many) == len(few)
