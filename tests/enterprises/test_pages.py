"""The pages of the register of enterprises."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subsidy.enterprises.models import BankAccount, Bar, Enterprise, FormerName, Succession, SuccessionProposal
from subsidy.funding.payee import PURPOSE
from subsidy.imports.models import Import
from subsidy.reference.secret import lookup_digest
from subsidy.reference.text import fold
from tests.desk.browsing import SignIn, sign_in, text
from tests.imports.books import book, upload
from tests.papers.test_files import pdf
from tests.world import World, actor, credit_code, jilin_submitted, world
from workflow import clock

__all__ = ["sign_in", "world"]

NAMES = re.compile(r'<a href="/enterprises/\d+/">([^<]+)</a>')


def many(count: int, area: str = "222401") -> list[Enterprise]:
    start = Enterprise.objects.count()
    rows = Enterprise.objects.bulk_create(
        Enterprise(
            credit_code=credit_code(area, f"{6000000 + n:07d}"), name=f"延吉第{n:05d}号厂", area=area,
            name_key=fold(f"延吉第{n:05d}号厂"), production_area=area,
        )
        for n in range(start, start + count)
    )  # fmt: skip
    FormerName.objects.bulk_create(
        FormerName(enterprise=row, name=f"旧{row.name}", valid_to=date(2020, 1, 1)) for row in rows
    )
    return rows


def shown(page: str) -> list[str]:
    return NAMES.findall(page)


# --- list ---------------------------------------------------------------------


def test_pages_follow_the_names_and_lose_nobody(world: World, sign_in: SignIn) -> None:
    many(120)
    browser, seen, address = sign_in("jl_upper"), [], "/enterprises/"
    while address:
        page = text(browser.get(address))
        seen += shown(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/enterprises/{following.group(1).replace('&amp;', '&')}" if following else ""
    wanted = Enterprise.objects.filter(area__startswith="22").order_by("name_key", "pk").values_list("name", flat=True)
    assert seen == list(wanted)
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back
    before = shown(text(browser.get(f"/enterprises/{back.group(1).replace('&amp;', '&')}")))
    assert before == seen[50:100]


@pytest.mark.parametrize("at", ["x", ">", ">~", ">a~b", "<x~99999999999999999999", ">%00~1", "", "~5"])
def test_a_place_that_makes_no_sense_gives_the_first_page(world: World, sign_in: SignIn, at: str) -> None:
    answer = sign_in("jl_local").get(f"/enterprises/?at={at}")
    assert answer.status_code == 200
    assert len(shown(text(answer))) == 3


def test_one_character_is_too_short_and_says_so(world: World, sign_in: SignIn) -> None:
    page = text(sign_in("jl_local").get("/enterprises/?q=长"))
    assert "请至少输入两个字" in page
    assert shown(text(sign_in("jl_local").get("/enterprises/?q=长白"))) == ["延边长白智能装备有限公司"]
    assert "没有符合条件的企业" in text(sign_in("jl_local").get("/enterprises/?q=不存在"))


def test_only_the_keeper_is_offered_to_register_and_import(world: World, sign_in: SignIn) -> None:
    assert "/enterprises/new/" in text(sign_in("jl_upper").get("/enterprises/"))
    assert "/imports/enterprises/" in text(sign_in("jl_upper").get("/enterprises/"))
    for who in ("jl_local", "jl_issuer", "jl_pay_maker"):
        page = text(sign_in(who).get("/enterprises/"))
        assert "/enterprises/new/" not in page
        assert "/imports/" not in page


@pytest.mark.parametrize("address", ["/enterprises/", "/enterprises/sheet/"])
def test_the_list_costs_the_same_at_five_and_at_fifty_rows(world: World, sign_in: SignIn, address: str) -> None:
    browser, counts = sign_in("jl_upper"), []
    for count in (5, 50):
        many(count)
        with CaptureQueriesContext(
            connection,
        ) as found:
            answer = browser.get(address)
            answer.getvalue() if answer.streaming else answer.content
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert counts[0] <= 14


# --- the page of one ----------------------------------------------------------


def full(world: World, number: int) -> Enterprise:
    """An enterprise with so many of everything."""
    row = world.enterprises["head"]
    FormerName.objects.bulk_create(
        FormerName(enterprise=row, name=f"旧名{n}", valid_to=date(2000 + n % 20, 1, 1)) for n in range(number)
    )
    BankAccount.objects.bulk_create(
        BankAccount(
            enterprise=row, holder=row.name, number=f"62220200000{n:07d}", bank="工行",
            given_by_id=actor("jl_upper").id,
            number_digest=lookup_digest(f"{n}", PURPOSE), given_at=clock.now(),
        )
        for n in range(number)
    )  # fmt: skip
    Bar.objects.bulk_create(
        Bar(enterprise=row, valid_from=date(2026, 1, 1), reason=f"原因{n}", source="来源") for n in range(number)
    )
    firms = many(number)
    Succession.objects.bulk_create(
        Succession(
            predecessor=one, successor=row, kind="merger", effective_on=date(2026, 1, 1), document="协议",
            evidence="a" * 64, evidence_name="a.pdf", recorded_by_id=actor("jl_upper").id, recorded_at=clock.now(),
        )
        for one in firms
    )  # fmt: skip
    SuccessionProposal.objects.bulk_create(
        SuccessionProposal(
            predecessor=one, heir=row, kind="merger", effective_on=date(2026, 1, 1), document="协议",
            evidence="a" * 64, evidence_name="a.pdf", proposed_by_id=actor("jl_upper").id, proposed_at=clock.now(),
        )
        for one in firms
    )  # fmt: skip
    return row


def test_the_page_costs_the_same_with_five_and_fifty_of_everything(world: World, sign_in: SignIn) -> None:
    jilin_submitted(world)
    browser, counts = sign_in("jl_upper"), []
    for number in (5, 50):
        row = full(world, number)
        with CaptureQueriesContext(connection) as found:
            assert browser.get(f"/enterprises/{row.pk}/").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_the_page_shows_what_the_register_knows_with_accounts_masked(world: World, sign_in: SignIn) -> None:
    case = jilin_submitted(world)
    row = full(world, 2)
    page = text(sign_in("jl_local").get(f"/enterprises/{row.pk}/"))
    for said in (
        row.credit_code,
        "延边智能装备产业集群",
        "头部企业",
        "旧名1",
        "原因1",
        case.number,
        "**** 0001",
        "承继“",
    ):
        assert said in page, said
    assert "62220200000" not in page
    assert "**** 0000" in page
    assert "13900000000" not in page
    assert "13900000000" in text(sign_in("jl_applicant").get(f"/enterprises/{row.pk}/"))
    assert "修改登记" not in page
    assert "修改登记" in text(sign_in("jl_upper").get(f"/enterprises/{row.pk}/"))


def test_a_reader_sees_only_the_cases_that_are_the_readers(world: World, sign_in: SignIn) -> None:
    case = jilin_submitted(world)
    row = world.enterprises["head"]
    assert case.number in text(sign_in("jl_local").get(f"/enterprises/{row.pk}/"))
    Enterprise.objects.filter(pk=row.pk).update(production_area="222403")
    page = text(sign_in("jl_other_local").get(f"/enterprises/{row.pk}/"))
    assert row.name in page
    assert case.number not in page


def test_an_enterprise_sees_itself_with_its_own_cases_and_no_history(world: World, sign_in: SignIn) -> None:
    case, browser = jilin_submitted(world), sign_in("jl_applicant")
    row = world.enterprises["head"]
    assert row.name in text(browser.get("/enterprises/own/"))
    page = text(browser.get(f"/enterprises/{row.pk}/"))
    assert f"/my/{case.number}/" in page or case.number in page
    assert "登记经过" not in page
    assert browser.get(f"/enterprises/{world.enterprises['member1'].pk}/").status_code == 404


# --- forms --------------------------------------------------------------------


def test_entering_by_the_page_and_what_was_typed_stays_when_it_is_refused(world: World, sign_in: SignIn) -> None:
    browser = sign_in("jl_upper")
    data = {"credit_code": "123", "name": "延吉帽儿山传感器有限公司", "area": "222401"}
    answer = browser.post("/enterprises/new/", data)
    assert answer.status_code == 422
    assert "应为 18 位，您输入了 3 位" in text(answer)
    assert "延吉帽儿山传感器有限公司" in text(answer)
    data["credit_code"] = credit_code("222401", "7770001")
    answer = browser.post("/enterprises/new/", {**data, "once": "k"})
    row = Enterprise.objects.get(name=data["name"])
    assert (answer.status_code, answer["Location"]) == (303, f"/enterprises/{row.pk}/")
    again = browser.post("/enterprises/new/", {**data, "once": "k", "credit_code": data["credit_code"]})
    assert again.status_code == 422
    assert Enterprise.objects.filter(name=data["name"]).count() == 1


def test_editing_renaming_succeeding_and_striking_by_the_pages(world: World, sign_in: SignIn) -> None:
    browser, row, heir = sign_in("jl_upper"), world.enterprises["member2"], world.enterprises["head"]
    home = f"/enterprises/{row.pk}/"
    page = text(browser.get(f"{home}edit/"))
    assert row.credit_code in page
    data = {"credit_code": row.credit_code, "area": "222401", "production_area": "222401", "legal_person": "新某"}
    assert browser.post(f"{home}edit/", {**data, "version": "0"}).status_code == 303
    assert browser.post(f"{home}edit/", {**data, "legal_person": "再某", "version": "0"}).status_code == 409
    given = {"why": "renamed", "name": "延吉新名软件有限公司", "document": "通知书", "version": "1"}
    assert "请填写更名日期" in text(browser.post(f"{home}name/", given))
    bad = {**given, "on": "2026-05-01", "file": upload(b"no pdf", "通知书.pdf")}
    assert "内容与扩展名不符" in text(browser.post(f"{home}name/", bad))
    good = {**given, "on": "2026-05-01", "file": upload(pdf(), "通知书.pdf")}
    assert browser.post(f"{home}name/", good).status_code == 303
    former = FormerName.objects.get(enterprise=row)
    scan = browser.get(f"{home}evidence/{former.evidence}/")
    assert scan["Content-Type"] == "application/pdf"
    scan.getvalue()
    assert browser.post(f"{home}strike/", {"reason": "注销", "version": "2"}).status_code == 303
    assert browser.post(f"{home}restore/", {"reason": "误登", "version": "3"}).status_code == 303
    given = {
        "kind": "merger",
        "code": heir.credit_code,
        "effective_on": "2026-05-02",
        "document": "协议",
        "version": "4",
    }
    answer = browser.post(f"{home}succession/", {**given, "file": upload(pdf(), "协议.pdf")})
    assert answer.status_code == 303
    assert "由“延边长白智能装备有限公司”" in text(browser.get(home))
    assert "登记经过" in text(browser.get(home))


@pytest.mark.parametrize("version", ["7", "", "x"])
def test_an_unchanged_edit_from_an_old_page_is_a_conflict_and_not_saved(
    world: World, sign_in: SignIn, version: str
) -> None:
    row = world.enterprises["member2"]
    data = {"credit_code": row.credit_code, "area": row.area, "production_area": row.production_area}
    home = f"/enterprises/{row.pk}/edit/"
    assert sign_in("jl_upper").post(home, {**data, "version": version}).status_code == 409
    assert sign_in("jl_upper").post(home, {**data, "version": "0"}).status_code == 303


def test_uploading_a_workbook_by_the_page_and_confirming_it(
    world: World, sign_in: SignIn, django_capture_on_commit_callbacks: object
) -> None:
    browser, commit = sign_in("jl_upper"), django_capture_on_commit_callbacks
    assert "下载导入模板" in text(browser.get("/imports/enterprises/"))
    answer = browser.post("/imports/enterprises/", {"file": upload(b"a,b", "名单.xlsx")})
    assert answer.status_code == 422
    assert "内容与扩展名不符" in text(answer)
    headings = ["统一社会信用代码", "单位名称", "注册地", "生产经营地", "法定代表人", "地址", "成立日期", "分支机构",
                "行业代码", "联系人", "校验位不符的说明"]  # fmt: skip
    rows = [[credit_code("222401", "7770001"), "延吉甲厂", "222401"], ["123", "延吉乙厂", "222401"]]
    with commit(execute=True):  # type: ignore[operator]
        answer = browser.post("/imports/enterprises/", {"file": upload(book(headings, rows))})
    page = text(browser.get(answer["Location"]))
    assert "共 2 行：可导入 1，无变化 0，需修改 1。" in page
    assert "仅导入正确的 1 行" in page
    row = Import.objects.get()
    with commit(execute=True):  # type: ignore[operator]
        assert browser.post(f"/imports/{row.pk}/accept/").status_code == 303
    assert "已导入：新增 1 行" in text(browser.get(f"/imports/{row.pk}/"))
    assert browser.post(f"/imports/{row.pk}/accept/").status_code == 409
    assert browser.get(f"/imports/{row.pk}/wrong-rows/").getvalue().startswith(b"PK")
    assert sign_in("zs_upper").get(f"/imports/{row.pk}/").status_code == 404
    assert browser.get("/imports/nothing/").status_code == 404
