"""The applicant's pages: who may open which, what they show, and that lists cost the same however long they are."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.cases.assess import preview
from subsidy.cases.claim import add_line
from subsidy.cases.models import Case, ClaimedLine, Submission
from tests.signed_in import SignIn
from tests.world import LINES, World, actor, fresh, jilin_draft, jilin_submitted, zhongshan_draft
from workflow import clock

DRAFT_PAGES = ("tasks", "ceiling", "check", "project_add", "project_new", "withdraw")
STEPS = ("applicant", "cluster", "projects", "lines", "documents", "targets", "declarations")


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_every_page_of_a_draft_opens_for_its_own_people_and_for_nobody_else(sign_in: SignIn, world: World) -> None:
    case = jilin_draft(world)
    addresses = [reverse(f"cases:{name}", args=[case.number]) for name in DRAFT_PAGES]
    addresses += [reverse("cases:step", args=[case.number, step]) for step in STEPS]
    own, stranger, officer = sign_in("jl_applicant"), sign_in("jl_stranger"), sign_in("jl_local")
    for address in addresses:
        assert own.get(address).status_code == 200, address
        assert stranger.get(address).status_code == 404, address
        assert officer.get(address).status_code == 403, address
        assert Client().get(address).status_code == 302, address


def test_every_step_of_the_city_opens(sign_in: SignIn, world: World) -> None:
    case = zhongshan_draft(world)
    client = sign_in("zs_applicant")
    for step in ("applicant", "track", "projects", "lines", "documents", "targets", "declarations"):
        assert client.get(reverse("cases:step", args=[case.number, step])).status_code == 200, step
    assert "5,500,000.00" in client.get(reverse("cases:ceiling", args=[case.number])).content.decode()


def test_a_member_firm_does_not_see_the_heads_case(sign_in: SignIn, world: World) -> None:
    case = jilin_draft(world)
    assert sign_in("jl_member").get(reverse("cases:tasks", args=[case.number])).status_code == 404


def test_a_project_of_another_case_is_not_found_under_this_one(sign_in: SignIn, world: World) -> None:
    first = jilin_submitted(world)
    second = jilin_draft(world)
    row = first.projects.all()[0]
    assert sign_in("jl_applicant").get(reverse("cases:project", args=[second.number, row.pk])).status_code == 404


def test_without_cases_the_list_leads_to_the_hall(sign_in: SignIn, world: World) -> None:
    text = sign_in("jl_applicant").get(reverse("cases:mine")).content.decode()
    assert "您还没有申报" in text
    assert reverse("calls:hall") in text


def test_the_check_page_submits_once_for_a_double_click(sign_in: SignIn, world: World) -> None:
    case = jilin_draft(world)
    client, address = sign_in("jl_applicant"), reverse("cases:check", args=[case.number])
    sent = {"declared": "on", "once": "k", "version": case.version}
    answers = [client.post(address, sent) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0]["Location"] == answers[1]["Location"] == reverse("cases:submitted", args=[case.number])
    assert Submission.objects.count() == 1
    assert "案件编号 JL-2026-00001" in client.get(answers[0]["Location"]).content.decode()


def test_without_the_promise_nothing_is_submitted(sign_in: SignIn, world: World) -> None:
    case = jilin_draft(world)
    answer = sign_in("jl_applicant").post(
        reverse("cases:check", args=[case.number]), {"once": "k", "version": case.version}
    )
    assert answer.status_code == 422
    assert "请阅读并勾选" in answer.content.decode()
    assert fresh(case).state == "draft"


def test_after_closing_the_draft_can_be_read_and_printed_and_the_submit_button_is_gone(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = jilin_draft(world)
    monkeypatch.setattr(clock, "now", lambda: case.call.closes_at)
    client = sign_in("jl_applicant")
    text = client.get(reverse("cases:check", args=[case.number])).content.decode()
    assert "申报已于 2026-06-20 17:00 截止" in text
    assert "提交申报" not in text
    answer = client.get(reverse("cases:draft_paper", args=[case.number]))
    assert answer.content.startswith(b"%PDF")


def test_the_receipt_and_the_application_can_be_downloaded(sign_in: SignIn, world: World) -> None:
    case = jilin_submitted(world)
    client = sign_in("jl_applicant")
    for kind in ("receipt", "application"):
        answer = client.get(reverse("cases:paper", args=[case.number, kind]))
        assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert client.get(reverse("cases:paper", args=[case.number, "letter"])).status_code == 404


def test_the_progress_page_shows_stage_and_history_but_not_every_save(sign_in: SignIn, world: World) -> None:
    case = jilin_submitted(world)
    client = sign_in("jl_applicant")
    text = client.get(reverse("cases:overview", args=[case.number])).content.decode()
    assert 'aria-current="step"><span class="stage-name">初审' in text
    assert "提交申报" in text
    assert text.count("<h3>") == 2
    for tab in ("content", "materials", "corrections"):
        assert client.get(reverse("cases:overview", args=[case.number]) + f"?tab={tab}").status_code == 200


def test_taking_back_from_the_page_leads_to_the_task_list(sign_in: SignIn, world: World) -> None:
    case = jilin_submitted(world)
    answer = sign_in("jl_applicant").post(reverse("cases:take_back", args=[case.number]), {"version": case.version})
    assert answer["Location"] == reverse("cases:tasks", args=[case.number])
    assert fresh(case).state == "draft"


def test_withdrawing_needs_a_page_first_and_keeps_the_reason(sign_in: SignIn, world: World) -> None:
    case = jilin_submitted(world)
    client, address = sign_in("jl_applicant"), reverse("cases:withdraw", args=[case.number])
    assert "撤回后本案终止" in client.get(address).content.decode()
    assert client.post(address, {"reason": "长" * 301, "version": case.version}).status_code == 422
    assert client.post(address, {"reason": "项目调整", "version": case.version}).status_code == 303
    assert fresh(case).ended_reason == "项目调整"


def test_my_list_takes_the_same_number_of_queries_for_five_cases_and_for_fifty(sign_in: SignIn, world: World) -> None:
    client, address, pattern = sign_in("jl_applicant"), reverse("cases:mine"), jilin_submitted(world)

    def more(number: int) -> int:
        Case.objects.bulk_create(copy_of(pattern, place) for place in range(Case.objects.count(), number))
        return queries(client, address)

    assert more(5) == more(50)


def copy_of(case: Case, place: int) -> Case:
    """Another filed case of the same enterprise, without its parts."""
    names = [f.attname for f in Case._meta.concrete_fields if f.attname not in {"id", "number", "state"}]
    values: dict[str, Any] = {name: getattr(case, name) for name in names}
    return Case(**values, number=f"JL-2026-{place + 100:05d}", state="local_review")


@pytest.mark.parametrize("name", ["tasks", "ceiling", "check"])
def test_a_filing_page_takes_the_same_number_of_queries_for_nine_lines_and_for_fifty_nine(
    sign_in: SignIn, world: World, name: str
) -> None:
    case = jilin_draft(world)
    client, address = sign_in("jl_applicant"), reverse(f"cases:{name}", args=[case.number])
    few = queries(client, address)
    add_fifty_lines(case)
    assert queries(client, address) == few


def test_the_lines_page_takes_the_same_number_of_queries_for_nine_lines_and_for_fifty_nine(
    sign_in: SignIn, world: World
) -> None:
    case = jilin_draft(world)
    client, address = sign_in("jl_applicant"), reverse("cases:step", args=[case.number, "lines"])
    few = queries(client, address)
    add_fifty_lines(case)
    assert queries(client, address) == few


def add_fifty_lines(case: Case) -> None:
    row = case.projects.all()[0]
    category, summary, gross, tax = LINES[0]
    for place in range(50):
        values = {"category": category, "summary": summary, "invoice": f"9{place}", "dated": case.call.window_to}
        amounts = {"gross": gross, "tax": tax, "paid": gross, "claimed": gross - tax}
        add_line(row, actor("jl_applicant"), {**values, **amounts})


# --- the way through the steps --------------------------------------------------


def test_a_saved_step_leads_to_the_next_one_or_back_to_the_list(sign_in: SignIn, world: World) -> None:
    case = jilin_draft(world)
    client = sign_in("jl_applicant")
    here, following, tasks = (
        reverse("cases:step", args=[case.number, "applicant"]), reverse("cases:step", args=[case.number, "cluster"]),
        reverse("cases:tasks", args=[case.number]),
    )  # fmt: skip
    page = client.get(here).content.decode()
    assert page.index("保存，下一步") < page.index("保存并返回") < page.index("返回任务清单")
    assert "下一步：集群与牵头资格" in page
    for save, to in (("next", following), ("", tasks)):
        sent = {"contact_name": "李强", "contact_phone": "13800000000", "version": fresh(case).version, "save": save}
        answer = client.post(here, sent)
        assert (answer.status_code, answer["Location"]) == (303, to)
    assert "“单位信息”已保存。" in client.get(following).content.decode()


def test_a_step_without_a_form_leads_on_by_a_link(sign_in: SignIn, world: World) -> None:
    case = jilin_draft(world)
    page = sign_in("jl_applicant").get(reverse("cases:step", args=[case.number, "documents"])).content.decode()
    assert reverse("cases:step", args=[case.number, "targets"]) in page
    assert "下一步：绩效目标" in page


def test_every_step_but_the_last_offers_the_next(sign_in: SignIn, world: World) -> None:
    case = jilin_draft(world)
    client = sign_in("jl_applicant")
    pages = [client.get(reverse("cases:step", args=[case.number, step])).content.decode() for step in STEPS]
    assert [("下一步" in page) for page in pages] == [True] * (len(STEPS) - 1) + [False]


# --- before the first line --------------------------------------------------------


@pytest.mark.parametrize(("made", "who"), [(jilin_draft, "jl_applicant"), (zhongshan_draft, "zs_applicant")])
def test_without_lines_there_is_no_ceiling_and_nothing_about_lines_is_passed(
    sign_in: SignIn, world: World, made: Any, who: str
) -> None:
    case = made(world)
    client = sign_in(who)
    address = reverse("cases:ceiling", args=[case.number])
    before = client.get(address).content.decode()
    ClaimedLine.objects.filter(project__case=case).delete()
    page = client.get(address).content.decode()
    assert "尚无明细，政策上限不能计算" in page
    assert "政策上限：<strong" in before
    assert "政策上限：<strong" not in page
    for passed in ("未发现发票在其他案件中使用", "拟申请 "):
        assert passed in before
        assert passed not in page
    assert "投资明细均" not in page
    assert page.count("– 缺数据") == 3
    assert "政策上限 0.00" not in client.get(reverse("cases:check", args=[case.number])).content.decode()
    assert [one.code for one in preview(fresh(case)).blocking if one.code == "requested"] == []


def test_while_a_project_has_no_line_the_ceiling_is_provisional(sign_in: SignIn, world: World) -> None:
    case = jilin_draft(world)
    row = case.projects.order_by("position")[0]
    row.lines.all().delete()
    client = sign_in("jl_applicant")
    assert "暂估" in client.get(reverse("cases:step", args=[case.number, "lines"])).content.decode()
    page = client.get(reverse("cases:ceiling", args=[case.number])).content.decode()
    assert "暂估" in page
    assert f"{row.project.name}尚无明细" in page
