"""The pages of money: who sees them, what they say, what they refuse, and what they cost."""

import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.accounts.models import Post, User
from subsidy.cases.models import Case
from subsidy.funding.models import Award, PayeeConfirmation, Payment, PaymentBatch, Plan, Quota
from subsidy.papers import sheets
from tests.funding import factory
from tests.world import World
from workflow.states import State

Login = Callable[[str], Client]
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx"
    b"\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def login() -> Login:
    def enter(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username))
        return client

    return enter


def url(name: str, *args: object) -> str:
    return reverse(f"funding:{name}", args=args)


def test_without_a_quota_the_page_says_what_comes_first(world: World, login: Login) -> None:
    assert "省下达额度未录入，先录入额度" in login("jl_upper").get(url("plans")).content.decode()


@pytest.mark.parametrize(
    ("name", "allowed", "refused"),
    [
        ("plans", ["jl_upper", "jl_issuer", "jl_upper_finance", "zs_upper"], ["jl_local", "jl_pay_maker", "auditor"]),
        ("quotas", ["jl_upper", "jl_upper_finance"], ["jl_local", "jl_applicant", "jl_pay_checker"]),
        ("issues", ["jl_upper_finance", "jl_pay_maker", "jl_upper"], ["jl_local", "jl_applicant", "jl_pay_checker"]),
        ("batches", ["jl_pay_maker", "jl_pay_checker", "zs_pay_maker", "jl_upper"], ["jl_local", "expert1"]),
    ],
)  # fmt: skip
def test_the_lists_open_for_those_whose_work_they_are(
    world: World, login: Login, name: str, allowed: list[str], refused: list[str]
) -> None:
    assert {login(who).get(url(name)).status_code for who in allowed} == {200}
    assert {login(who).get(url(name)).status_code for who in refused} == {403}


def test_another_place_sees_neither_plan_nor_batch(world: World, login: Login) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00"])
    batch = factory.sent(world, plan, "jilin")
    for address in (url("plan", plan.pk), url("plan_pdf", plan.pk), url("plan_sheet", plan.pk)):
        assert login("zs_upper").get(address).status_code == 404
        assert login("zs_pay_maker").get(address).status_code == 404
    for address in (url("batch", batch.pk), url("batch_pdf", batch.pk), url("batch_sheet", batch.pk)):
        assert login("zs_pay_maker").get(address).status_code == 404


def test_a_batch_is_a_link_only_for_those_who_may_open_it(world: World, login: Login) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00"])
    batch = factory.sent(world, plan, "jilin")
    for who, opens in (("jl_issuer", False), ("jl_upper", True), ("jl_pay_maker", True)):
        page = login(who).get(url("plan", plan.pk)).content.decode()
        assert batch.number in page
        assert (who, f'href="{url("batch", batch.pk)}"' in page) == (who, opens)
        assert (who, login(who).get(url("batch", batch.pk)).status_code) == (who, 200 if opens else 403)


def test_made_up_rows_of_a_batch_are_refused_in_words(world: World, login: Login) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00"])
    for key in ("x", "²-1", "9" * 400, "\0", "1-1-1"):
        answer = login("jl_pay_maker").post(url("batch_new", plan.pk), {"purpose": "拨付", "rows": [key]})
        assert (key, answer.status_code) == (key, 409)


def test_whole_account_numbers_are_for_those_who_pay(world: World, login: Login) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00"])
    batch = factory.sent(world, plan, "jilin")
    assert "6222 0000 0000 0000" in login("jl_pay_checker").get(url("batch", batch.pk)).content.decode()
    seen = login("jl_upper").get(url("batch", batch.pk)).content.decode()
    assert "**** 0000" in seen
    assert "6222 0000" not in seen
    assert login("jl_upper").get(url("batch_pdf", batch.pk)).status_code == 404


def test_the_whole_trip_through_the_pages(world: World, login: Login) -> None:
    cases = factory.reserved(world, "jilin", ["3000000.00", "2000000.00"])
    upper = login("jl_upper")
    holder = f"jilin:{world.agencies['220000-gxt'].pk}"
    quota = {
        "holder": holder,
        "year": "2027",
        "amount": "4,000,000.00",
        "document": "吉财预[2026]100号",
        "received_on": "20260520",
        "once": "q",
    }
    assert upper.post(url("quotas"), quota).status_code == 303
    assert upper.post(url("quotas"), quota).status_code == 303
    assert Quota.objects.get().document == "吉财预〔2026〕100号"
    draft = {"title": "方案", "year": "2027", "cases": [str(case.pk) for case in cases], "once": "d"}
    assert upper.post(url("plan_new", world.calls["jilin"].pk), draft).status_code == 303
    plan = Plan.objects.get()
    compute = {
        "rule": "same_rate",
        "share": "100",
        "amount": "4000000",
        "decimals": "2",
        "reason": "额度不足",
        "version": plan.version,
    }
    assert upper.post(url("plan", plan.pk), compute).status_code == 303
    plan.refresh_from_db()
    page = upper.get(url("plan", plan.pk)).content.decode()
    assert "同一折算系数 0.80000000" in page
    assert page.count("折算系数") == 1
    assert upper.post(url("finalise", plan.pk), {"version": plan.version}).status_code == 303
    for step, who in factory.SIGNERS["jilin"].items():
        plan.refresh_from_db()
        values = {"granted": "yes", "document": "吉政函〔2026〕7号", "dated": "2026年5月20日", "version": plan.version}
        answer = login(who).post(url("approval", plan.pk, step), values | {"scan": SimpleUploadedFile("批复.png", PNG)})
        assert answer.status_code == 303, answer.content.decode()
    payer = world.agencies["222401-czj"].pk
    targets = {f"{kind}_{case.pk}": "带动投资" for case in cases for kind in ("target", "value")}
    issue = {"document": "吉财产业指〔2026〕88号", "issued_on": "2026-05-20", **targets}
    assert login("jl_upper_finance").post(url("issue", plan.pk, payer), issue).status_code == 303
    _pay(login, plan, cases)


def _pay(login: Login, plan: Plan, cases: list[Case]) -> None:
    """From the confirmed account to the last answer."""
    factory.confirmed(cases)
    maker, checker = login("jl_pay_maker"), login("jl_pay_checker")
    keys = [f"{award.instalments.get().pk}-{award.case.enterprise_id}" for award in Award.objects.all()]
    make = {"rows": keys, "purpose": "2027年集群奖补", "once": "b"}
    first, second = (maker.post(url("batch_new", plan.pk), make) for _time in range(2))
    assert (first.status_code, first["Location"]) == (303, second["Location"])
    batch = PaymentBatch.objects.get()
    maker.post(url("batch_move", batch.pk, "ask_check"), {"version": batch.version})
    batch.refresh_from_db()
    assert "待延吉市财政局由经办以外的人员复核" in maker.get(url("batch", batch.pk)).content.decode()
    checker.post(url("batch_move", batch.pk, "check"), {"version": batch.version})
    batch.refresh_from_db()
    assert maker.post(url("export", batch.pk), {"count": "3", "version": batch.version}).status_code == 422
    assert maker.post(url("export", batch.pk), {"count": "2", "version": batch.version}).status_code == 303
    batch.refresh_from_db()
    assert maker.get(url("batch_pdf", batch.pk)).content.startswith(b"%PDF")
    results = {"on": "2026-05-20", "all_paid": "on", "version": batch.version}
    assert maker.post(url("results", batch.pk), results).status_code == 303
    assert set(Case.objects.filter(pk__in=[c.pk for c in cases]).values_list("state", flat=True)) == {State.TRACKING}
    assert "全部成功" in maker.get(url("batches")).content.decode()


def test_the_workbook_has_accounts_as_text_and_amounts_as_numbers(world: World, login: Login) -> None:
    plan, _cases = factory.payable(world, "jilin", ["3000000.00"])
    batch = factory.sent(world, plan, "jilin")
    (sheet,) = sheets.read(io.BytesIO(login("jl_pay_maker").get(url("batch_sheet", batch.pk)).content))
    cells = [cell for row in sheet.rows for cell in row]
    assert "6222 0000 0000 0000" in cells
    assert Decimal(3000000) in cells


BAD_AMOUNTS = ["", "１２万", "-1", "0", "1000000000001", "1e3", "1_000", "十元"]


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
def test_a_wrong_amount_of_a_quota_gets_a_sentence_and_keeps_the_rest(world: World, login: Login, amount: str) -> None:
    values = {
        "holder": "jilin:0",
        "year": "2027",
        "amount": amount,
        "document": "吉财预〔2026〕100号",
        "received_on": "2026-02-30",
    }
    answer = login("jl_upper").post(url("quotas"), values)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "2月没有30日" in page
    assert 'value="吉财预〔2026〕100号"' in page
    assert not Quota.objects.exists()


@pytest.mark.parametrize("share", ["", "0", "101", "-5", "八十", "1e2", "50.12345"])
def test_a_wrong_share_gets_a_sentence(world: World, login: Login, share: str) -> None:
    plan = factory.drafted(world, "jilin", factory.reserved(world, "jilin", ["100000.00"]), "100000.00")
    values = {
        "rule": "same_rate",
        "share": share,
        "amount": "100",
        "decimals": "2",
        "reason": "x",
        "version": plan.version,
    }
    assert login("jl_upper").post(url("plan", plan.pk), values).status_code == 422


def payee(world: World, login: Login) -> tuple[Client, str, Case]:
    _plan, cases = factory.payable(world, "jilin", ["3000000.00"])
    person = User.objects.get(username="jl_stranger")
    Post.objects.filter(user=person).update(enterprise=cases[0].enterprise)
    return login("jl_stranger"), url("payee", cases[0].number), cases[0]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"holder": "别家有限公司"}, "与单位名称"), ({"number": "123"}, "账号应为 8 至 30 位数字，现为 3 位"),
        ({"number_again": "6222000012345679"}, "两次输入的账号不一致"), ({"bank_code": "12"}, "联行号应为 12 位数字"),
        ({"bank": ""}, "请填写“开户行”"), ({"holder": "延边\u200b公司"}, "不可见字符"),
    ],
)  # fmt: skip
def test_a_wrong_account_gets_a_sentence(world: World, login: Login, changed: dict[str, str], sentence: str) -> None:
    client, address, case = payee(world, login)
    values = {
        "holder": case.enterprise.name, "number": "６２２２ ０000 1234 5678", "number_again": "6222000012345678",
        "bank": "工行",
    } | changed  # fmt: skip
    answer = client.post(address, values)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_corrected_account_is_a_new_row_and_the_old_one_stays(world: World, login: Login) -> None:
    client, address, case = payee(world, login)
    values = {
        "holder": case.enterprise.name.replace("（", "(").replace("）", ")"), "number": "６２２２ ０000 1234 5678",
        "number_again": "6222-0000-1234-5678", "bank": "工行", "once": "p",
    }  # fmt: skip
    assert client.post(address, values).status_code == 303
    assert client.post(address, values).status_code == 303
    assert PayeeConfirmation.objects.count() == 2
    page = client.get(address).content.decode()
    assert "仅括号或全角、半角不同" in page
    assert "**** 5678" in page


def test_a_stranger_does_not_find_the_page_of_anothers_account(world: World, login: Login) -> None:
    _plan, cases = factory.payable(world, "jilin", ["3000000.00"])
    assert login("jl_applicant").get(url("payee", cases[0].number)).status_code == 404
    assert login("jl_pay_maker").get(url("payee", cases[0].number)).status_code == 403


def test_a_scan_that_was_uploaded_is_kept_over_a_page_with_errors(world: World, login: Login) -> None:
    plan = factory.final(world, "jilin", *_funded(world))
    client, address = login("jl_issuer"), url("approval", plan.pk, "industry")
    values = {"granted": "yes", "document": "吉政函", "dated": "2026-05-20", "version": str(plan.version)}
    answer = client.post(address, values | {"scan": SimpleUploadedFile("批复.png", PNG)})
    assert answer.status_code == 422
    kept = _kept(answer.content.decode())
    assert "已收到《批复.png》" in answer.content.decode()
    answer = client.post(address, values | {"document": "吉政函〔2026〕7号", "kept": kept})
    assert answer.status_code == 303
    assert client.post(address, values | {"kept": "forged"}).status_code in {303, 422}


def _kept(page: str) -> str:
    start = page.index('name="kept" value="') + len('name="kept" value="')
    return page[start : page.index('"', start)]


def _funded(world: World) -> tuple[list[Case], str]:
    cases = factory.reserved(world, "jilin", ["3000000.00"])
    factory.quota(world, "jilin", "3000000.00")
    return cases, "3000000.00"


@pytest.mark.parametrize(
    "name", ["plans", "plan", "issues", "batches", "batch_new", "batch", "results", "plan_sheet", "batch_sheet"]
)
def test_a_page_costs_as_many_queries_with_fifty_rows_as_with_five(world: World, login: Login, name: str) -> None:
    costs = []
    client = login("jl_pay_maker" if name.startswith("batch") or name == "results" else "jl_upper_finance")
    for start, count in ((1, 5), (100, 50)):
        cases = factory.reserved(world, "jilin", ["1000000.00"] * count, start=start)
        factory.quota(world, "jilin", f"{count}000000.00", document=f"吉财预〔2026〕{start}号")
        plan = factory.issued(
            world, factory.approved(factory.final(world, "jilin", cases, f"{count}000000.00"), "jilin")
        )
        factory.confirmed(cases)
        arguments: tuple[object, ...] = (plan.pk,)
        if name in {"batch", "results", "batch_sheet"}:
            arguments = (factory.sent(world, plan, "jilin").pk,)
        address = url(name) if name in {"plans", "issues", "batches"} else url(name, *arguments)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1]
    assert Payment.objects.count() in {0, 55}
