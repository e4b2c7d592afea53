from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from subsidy.cases.models import Assessment, Case, Submission
from subsidy.cases.review import ask_correction, decline, return_to_local, sign
from subsidy.desk import keyset
from subsidy.desk.filters import Filters
from subsidy.desk.listing import ORDERS
from subsidy.desk.queueing import Scope
from subsidy.enterprises.models import Enterprise
from subsidy.papers.sheets import read
from tests.cases.reviewing import passed_upper, recommended, sent_up
from tests.desk.browsing import SignIn, text
from tests.world import World, actor, credit_code, fresh, jilin_submitted, zhongshan_submitted
from workflow import clock

BUDGET = 8
"""Session, person, posts, counts with choices and days, rows, unread messages, competence, session written back."""
ITEM = {"target": "", "label": "营业执照", "problem": "不清晰", "requirement": "请重新上传", "source": ""}


@pytest.fixture
def case(world: World) -> Iterator[Case]:
    yield jilin_submitted(world)
    cache.clear()


def copies(case: Case, number: int) -> list[Case]:
    """More cases in the same review, each of an enterprise of its own, with the same submission."""
    submission, made = case.submissions.get(), []
    for place in range(number):
        firm = Enterprise.objects.create(
            credit_code=credit_code("222401", f"{900000 + place:07d}"), name=f"延吉第{place}机械有限公司", area="222401"
        )
        twin = Case.objects.get(pk=case.pk)
        twin.pk, twin.number, twin.enterprise = None, f"JL-2026-1{place:04d}", firm
        twin.due_at = case.due_at + timedelta(days=place % 7)
        twin.save()
        copy = Submission.objects.get(pk=submission.pk)
        copy.pk, copy.case = None, twin
        copy.save()
        made.append(twin)
    return made


def listed(page: str) -> list[str]:
    """The numbers of the rows in their order."""
    return re.findall(r'<tr[^>]* id="([^"]+)"', page)


def of(case: Case, sign_in: SignIn, who: str, tab: str = "mine") -> bool:
    return case.number in listed(text(sign_in(who).get(f"/review/?tab={tab}")))


def test_a_filed_case_waits_for_its_own_county_only(case: Case, sign_in: SignIn) -> None:
    assert of(case, sign_in, "jl_local")
    assert not of(case, sign_in, "jl_other_local")
    assert not of(case, sign_in, "jl_upper")
    assert of(case, sign_in, "jl_finance", "joint")
    assert not of(case, sign_in, "jl_finance")


def test_after_the_industry_bureau_has_signed_the_case_waits_for_finance(case: Case, sign_in: SignIn) -> None:
    case = recommended(case)
    assert of(case, sign_in, "jl_finance")
    assert of(case, sign_in, "jl_local", "joint")
    assert not of(case, sign_in, "jl_local")


def test_what_was_sent_up_waits_for_the_province_and_is_done_for_the_county(case: Case, sign_in: SignIn) -> None:
    case = sent_up(case)
    assert of(case, sign_in, "jl_upper")
    assert of(case, sign_in, "jl_local", "done")


def test_after_the_upper_conclusion_the_case_waits_for_a_panel(case: Case, sign_in: SignIn) -> None:
    case = passed_upper(case)
    assert not of(case, sign_in, "jl_upper")
    assert of(case, sign_in, "jl_upper", "joint")


def test_correcting_and_ended_cases_have_their_tabs(world: World, case: Case, sign_in: SignIn) -> None:
    ask_correction(case, actor("jl_local"), items=[ITEM])
    assert of(case, sign_in, "jl_local", "correcting")
    assert "补正中，暂停计时" in text(sign_in("jl_local").get("/review/?tab=correcting"))
    town = zhongshan_submitted(world)
    decline(town, actor("zs_local"), reason="不合格", source="第九条")
    assert of(town, sign_in, "zs_local", "closed")


def test_an_overdue_case_is_tinted_and_says_so_in_words(case: Case, sign_in: SignIn) -> None:
    clock.travel_to(case.due_at + timedelta(days=1))
    page = text(sign_in("jl_local").get("/review/"))
    assert 'class="overdue"' in page
    assert "超期 1 个工作日" in page


def test_only_reviewers_have_a_queue(case: Case, sign_in: SignIn) -> None:
    for who in ("jl_applicant", "jl_issuer", "jl_pay_maker", "auditor", "admin"):
        assert (who, sign_in(who).get("/review/").status_code) == (who, 403)
        assert (who, sign_in(who).get("/review/sheet/").status_code) == (who, 403)


def test_filters_narrow_and_nonsense_never_widens(case: Case, sign_in: SignIn) -> None:
    browser = sign_in("jl_local")
    everything = set(listed(text(browser.get("/review/"))))
    assert everything == {case.number}
    for query in ("q=JL-2026", "q=长白智能", f"call={case.call_id}", "state=local_review", "due=", "q=", "call="):
        assert set(listed(text(browser.get(f"/review/?{query}")))) == everything, query
    for query in ("q=不存在的企业", "call=999999", "state=closed", "due=overdue", "agency=999999"):
        assert listed(text(browser.get(f"/review/?{query}"))) == [], query
    for query in (
        "tab=nothing", "state=everything", "due=never", "call=x", "agency=-1", "call=1&call=", "at=x", "at=%3E~",
        "at=%3E2026-13-45T00:00~5", "at=%3C~99999999999999999999", "q=%00", "tab=",
        "at=%3E0001-01-01T00:00:00%2B23:59~5", "at=%3C9999-12-31T23:59:59-23:59~5",
    ):  # fmt: skip
        answer = browser.get(f"/review/?{query}")
        assert answer.status_code == 200, query
        assert set(listed(text(answer))) <= everything, query


def test_a_search_finds_parts_of_words_numbers_and_codes(case: Case, sign_in: SignIn) -> None:
    made = copies(case, 3)
    Case.objects.filter(pk=made[0].pk).update(title="Ａ（光电）协同项目群")
    browser = sign_in("jl_local")
    firm, project = case.enterprise, case.projects.first()

    def found(text_: str) -> set[str]:
        return set(listed(text(browser.get("/review/", {"q": text_}))))

    everything = {case.number, *(one.number for one in made)}
    assert found("光电") == found("a(光 电)") == {made[0].number}
    assert found("第1") == {made[1].number}
    assert found("机械有限") == {one.number for one in made}
    assert found(firm.credit_code.lower()) == found(firm.credit_code[4:]) == found(firm.name[1:4]) == {case.number}
    assert found(case.number.lower()) == {case.number}
    assert found(made[2].number[-5:]) == {made[2].number}
    assert found("JL-2026") == everything
    assert found(project.project.name[:4]) == found(project.project.filing_number) == {case.number}
    for nothing in ("光", "鬱龘", "%%", "__", "不存在的企业"):
        assert found(nothing) == set(), nothing


def test_a_search_with_many_hits_finds_the_same(case: Case, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    copies(case, 6)
    browser = sign_in("jl_local")
    views = ("q=延吉", "q=机械有限", "q=延吉&sort=-number", "q=JL-2026-1", "q=智能&due=soon", "q=91222")
    few = [listed(text(browser.get(f"/review/?{view}"))) for view in views]
    monkeypatch.setattr("subsidy.desk.search.MANY", 1)
    assert [listed(text(browser.get(f"/review/?{view}"))) for view in views] == few
    assert any(few)


def test_applied_filters_are_shown_and_can_be_taken_off(case: Case, sign_in: SignIn) -> None:
    page = text(sign_in("jl_local").get("/review/?q=%E9%95%BF%E7%99%BD&due=soon&tab=mine"))
    assert "关键字：长白" in page
    assert "时限：3 日内到期" in page
    assert "没有符合条件的案件" in page


def test_pages_follow_every_order_and_lose_nobody(case: Case) -> None:
    made = copies(case, 11)
    Case.objects.filter(pk__in=[made[0].pk, made[1].pk]).update(due_at=None)
    scope = Scope.of(actor("jl_local"))
    for sort in ORDERS:
        listing = Filters.read(QueryDict(f"sort={sort}")).listing(scope)
        wanted = [one.number for one in listing.read(100)]
        assert len(wanted) == 12
        seen, place, pages = [], "", []
        while True:
            page = keyset.page(listing, place, 5)
            pages.append([one.number for one in page.items])
            seen += pages[-1]
            if not page.next:
                break
            place = page.next
        assert (sort, seen) == (sort, wanted)
        assert [len(one) for one in pages] == [5, 5, 2]
        back = keyset.page(listing, page.previous, 5)
        assert [one.number for one in back.items] == pages[1]
        first = keyset.page(listing, back.previous, 5)
        assert ([one.number for one in first.items], first.previous) == (pages[0], "")


def test_the_orders_are_what_they_say(case: Case) -> None:
    made = copies(case, 3)
    Case.objects.filter(pk=made[1].pk).update(due_at=None)
    scope = Scope.of(actor("jl_local"))

    def order(sort: str) -> list[str]:
        return [one.number for one in Filters.read(QueryDict(f"sort={sort}")).listing(scope).read(9)]

    due = [case.number, made[0].number, made[2].number, made[1].number]
    ids = [case.number, *(one.number for one in made)]
    assert (order("due"), order("-due")) == (due, due[::-1])
    assert (order("number"), order("-number")) == (ids, ids[::-1])
    assert order("title") == order("") == due


def test_what_the_row_of_a_case_keeps_is_what_its_records_say(case: Case) -> None:
    def kept() -> tuple[list[str], str]:
        return tuple(Case.objects.values_list("signed", "queue_state").get(pk=case.pk))  # type: ignore[return-value]

    assert kept() == ([], "local_review")
    signed_by_local = recommended(case)
    assert kept() == (["local"], "local_signed")
    sign(signed_by_local, actor("jl_finance"), agrees=False, opinion="材料不全")
    assert kept() == ([], "local_review")
    up = passed_upper(fresh(case))
    assert kept() == (["local", "local_finance", "upper"], "upper_concluded")
    return_to_local(up, actor("jl_upper"), reason="重新初审")
    assert kept() == ([], "local_review")
    newest = Assessment.objects.filter(submission__case=case).latest("pk")
    outcomes = [one["outcome"] for one in newest.result["findings"]]
    row = fresh(case)
    assert (row.to_decide, row.not_met) == (outcomes.count("for_officer"), outcomes.count("not_met"))


def test_the_queue_asks_as_often_for_fifty_rows_as_for_five(case: Case, sign_in: SignIn) -> None:
    copies(case, 4)
    browser = sign_in("jl_local")
    few = asked(browser, 5)
    for place in range(45):
        copy_of(fresh(case), place)
    assert asked(browser, 50) == few
    assert few <= BUDGET


def test_no_reader_and_no_view_of_the_queue_asks_more_than_its_budget(case: Case, sign_in: SignIn) -> None:
    copies(case, 2)
    views = (
        "", "?tab=done", "?tab=closed&sort=number", "?sort=-due", "?due=soon", "?state=local_review",
        f"?call={case.call_id}", f"?call={case.call_id}&agency={case.local_agency_id}&due=overdue",
        f"?at=%3E{case.due_at.isoformat().replace('+', '%2B')}~{case.pk}",
    )  # fmt: skip
    for who in ("jl_local", "jl_finance", "jl_upper", "zs_local", "zs_upper"):
        browser = sign_in(who)
        for view in views:
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(f"/review/{view}").status_code == 200
            assert (who, view, statements(queries)) <= (who, view, BUDGET)


def copy_of(case: Case, place: int) -> None:
    firm = Enterprise.objects.create(
        credit_code=credit_code("222401", f"{800000 + place:07d}"), name=f"延吉{place}号厂", area="222401"
    )
    case.pk, case.number, case.enterprise = None, f"JL-2026-2{place:04d}", firm
    case.save()


def asked(browser: object, rows: int) -> int:
    with CaptureQueriesContext(connection) as queries:
        page = browser.get("/review/")  # type: ignore[attr-defined]
    assert len(listed(text(page))) == rows
    return statements(queries)


def statements(queries: CaptureQueriesContext) -> int:
    return sum("SAVEPOINT" not in query["sql"] for query in queries)


def test_the_workbook_holds_what_is_filtered(case: Case, sign_in: SignIn, tmp_path: object) -> None:
    from io import BytesIO

    copies(case, 2)
    answer = sign_in("jl_local").get("/review/sheet/?q=%E9%95%BF%E7%99%BD")
    assert answer.status_code == 200
    (sheet,) = read(BytesIO(answer.content))
    cells = [cell for row in sheet.rows for cell in row]
    assert case.number in cells
    assert "JL-2026-10000" not in cells
    assert any("长白" in str(cell) and "筛选" in str(cell) for cell in cells)
