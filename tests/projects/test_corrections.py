"""What hangs on a project is put right by its keeper, with the reason, and money from elsewhere can be struck."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from subsidy.cases.facts import facts_of
from subsidy.projects import register
from subsidy.projects.models import Asset, Invoice, OtherFunding, Partner, Project
from tests.desk.browsing import SignIn, sign_in, text
from tests.projects.test_register import INVOICE
from tests.world import World, actor, world, zhongshan_draft
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused

__all__ = ["sign_in", "world"]

ASSET: dict[str, Any] = {
    "number": "ZC-001", "name": "五轴加工中心", "model": "", "acquired_on": None, "supported": False,
    "amount": Decimal("1000000.00"),
}  # fmt: skip
PARTNER = {"name": "延边大学", "role": "university", "code": "", "task": "", "valid_from": None, "valid_to": None}
MONEY: dict[str, Any] = {
    "programme": "技术改造资金", "level": "province", "year": 2024, "amount": Decimal("500000.00"),
    "document": "吉财〔2024〕1号",
}  # fmt: skip


def version(row: Project) -> int:
    return Project.objects.get(pk=row.pk).version


def last(row: Project) -> Event:
    return Event.objects.filter(subject_kind="projects.project", subject_id=row.pk).order_by("-number")[0]


def invoice(world: World, **changes: Any) -> Invoice:
    row = world.projects["head"]
    return register.add_invoice(row, actor("jl_upper"), {**INVOICE, **changes}, version=version(row))


def funding(world: World, key: str = "head", who: str = "jl_upper") -> OtherFunding:
    row = world.projects[key]
    return register.add_funding(row, actor(who), MONEY, version=version(row))


def test_an_invoice_is_put_right_with_what_was_there_and_why(world: World) -> None:
    one, row = invoice(world), world.projects["head"]
    right = {**INVOICE, "gross": Decimal("2260000.00")}
    register.correct_invoice(one, actor("jl_upper"), right, "金额录入有误", version=version(row))
    one.refresh_from_db()
    assert one.gross == Decimal("2260000.00")
    event = last(row)
    assert (event.move, event.note) == ("correct_invoice", "金额录入有误")
    assert event.evidence["fields"] == {"gross": [str(INVOICE["gross"]), "2260000.00"]}
    assert "金额（含税）" in event.evidence["what"]


def test_a_correction_that_would_make_it_twice_is_refused_and_leaves_nothing(world: World) -> None:
    invoice(world)
    other, row = invoice(world, number="99887766"), world.projects["head"]
    with pytest.raises(Refused, match="一张发票只能登记一次"):
        register.correct_invoice(other, actor("jl_upper"), INVOICE, "号码有误", version=version(row))
    assert last(row).move == "add_invoice"


def test_the_key_follows_a_corrected_number_or_name(world: World) -> None:
    row = world.projects["head"]
    asset = register.add_asset(row, actor("jl_upper"), ASSET, version=version(row))
    register.correct_asset(asset, actor("jl_upper"), {**ASSET, "number": "ZC-00２"}, "编号有误", version=version(row))
    with pytest.raises(Refused, match="相同编号"):
        register.add_asset(row, actor("jl_upper"), {**ASSET, "number": "zc-002"}, version=version(row))
    partner = register.add_partner(row, actor("jl_upper"), PARTNER, version=version(row))
    register.correct_partner(
        partner, actor("jl_upper"), {**PARTNER, "name": "吉林大学"}, "名称有误", version=version(row)
    )
    assert (Asset.objects.get().number_key, Partner.objects.get().name_key) == ("zc-002", "吉林大学")


def test_a_correction_asks_for_the_reason_the_right_and_the_page_as_it_is(world: World) -> None:
    one, row = invoice(world), world.projects["head"]
    right = {**INVOICE, "summary": "刀具"}
    with pytest.raises(Refused, match="请写明更正的原因"):
        register.correct_invoice(one, actor("jl_upper"), right, " ", version=version(row))
    with pytest.raises(Conflict):
        register.correct_invoice(one, actor("jl_upper"), INVOICE, "核对", version=version(row) - 1)
    for who in ("jl_local", "zs_upper", "jl_applicant", "jl_issuer"):
        with pytest.raises(NotAllowed):
            register.correct_invoice(one, actor(who), right, "有误", version=version(row))


def test_money_from_elsewhere_is_seen_by_the_rules_until_it_is_struck(world: World) -> None:
    one, row = funding(world, "zhongshan", "zs_upper"), world.projects["zhongshan"]
    case = zhongshan_draft(world)
    assert [money.programme for money in facts_of(case).active[0].funding] == ["技术改造资金"]
    register.correct_funding(one, actor("zs_upper"), {**MONEY, "level": "city"}, "级别有误", version=version(row))
    assert [money.level for money in facts_of(case).active[0].funding] == ["city"]
    one.refresh_from_db()
    register.strike_funding(one, actor("zs_upper"), "属于另一项目", version=version(row))
    assert facts_of(case).active[0].funding == ()
    assert (last(row).move, last(row).note) == ("strike_funding", "属于另一项目")
    one.refresh_from_db()
    with pytest.raises(Refused, match="已作废"):
        register.correct_funding(one, actor("zs_upper"), MONEY, "有误", version=version(row))


def test_money_from_elsewhere_is_never_deleted(world: World) -> None:
    funding(world)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM projects_otherfunding")


def test_the_pages_correct_and_strike_and_keep_what_was_typed(world: World, sign_in: SignIn) -> None:
    browser, row = sign_in("jl_upper"), world.projects["head"]
    home = f"/projects/{row.pk}/"
    data = {"programme": "技改资金", "level": "city", "year": "2024", "amount": "5000", "version": "0"}
    assert browser.post(f"{home}funding/", data).status_code == 303
    one = OtherFunding.objects.get()
    page = text(browser.get(home))
    assert "技改资金" in page
    assert f"{home}funding/{one.pk}/strike/" in page
    assert f"{home}funding/{one.pk}/" not in text(sign_in("jl_local").get(home))
    given = {**data, "amount": "6000", "version": "1"}
    answer = browser.post(f"{home}funding/{one.pk}/", given)
    assert answer.status_code == 422
    assert "6000" in text(answer)
    assert browser.post(f"{home}funding/{one.pk}/", {**given, "reason": "金额有误", "version": "0"}).status_code == 409
    assert browser.post(f"{home}funding/{one.pk}/", {**given, "reason": "金额有误"}).status_code == 303
    assert "金额 5000.00 → 6000.00" in text(browser.get(home))
    assert browser.post(f"{home}funding/{one.pk}/strike/", {"reason": "误登", "version": "2"}).status_code == 303
    page = text(browser.get(home))
    assert "已作废" in page
    assert f"{home}funding/{one.pk}/strike/" not in page
    bill = invoice(world)
    assert str(bill.number) in text(browser.get(f"{home}invoice/{bill.pk}/"))


def test_the_page_costs_the_same_with_five_and_fifty_of_everything(world: World, sign_in: SignIn) -> None:
    browser, row, counts = sign_in("jl_upper"), world.projects["head"], []
    for number in (5, 45):
        start = OtherFunding.objects.count()
        OtherFunding.objects.bulk_create(OtherFunding(project=row, **MONEY) for _one in range(number))
        Asset.objects.bulk_create(
            Asset(project=row, number_key=f"k{n}", **{**ASSET, "number": f"K{n}"}) for n in range(start, start + number)
        )
        Partner.objects.bulk_create(
            Partner(project=row, name_key=f"k{n}", **{**PARTNER, "name": f"K{n}"}) for n in range(start, start + number)
        )
        with CaptureQueriesContext(connection) as found:
            assert browser.get(f"/projects/{row.pk}/").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
