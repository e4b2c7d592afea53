"""The pages of lists, look-ups, bars and held cases: forms, refusals, exports, and as many queries for many rows."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from subsidy.cases.models import Hold
from subsidy.enterprises.credit import imports
from subsidy.enterprises.credit.models import Bar, CreditList, ListImport
from subsidy.enterprises.models import Enterprise
from subsidy.papers import sheets
from tests.desk.browsing import text
from tests.enterprises.listing import (
    APPEAL,
    DISHONEST,
    SOURCE,
    barred,
    barred_everywhere,
    book,
    document,
    draft,
    handles_all,
    looked_up,
    whole,
)
from tests.signed_in import SignIn, sign_in
from tests.stations import twin
from tests.world import World, actor, jilin_submitted, world
from workflow.states import State

__all__ = ["sign_in", "world"]


@pytest.fixture
def upper(sign_in: SignIn) -> Client:
    return sign_in("jl_upper")


@pytest.fixture
def head(world: World) -> Enterprise:
    return world.enterprises["head"]


def queries(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as made:
        assert browser.get(address).status_code == 200
    return len(made)


def one_pixel() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (1, 1), "white").save(stream, "PNG")
    return stream.getvalue()


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("决定书.png", one_pixel(), "image/png")


def test_a_list_is_brought_in_checked_and_recorded_in_the_browser(
    world: World, upper: Client, head: Enterprise
) -> None:
    file = SimpleUploadedFile("名单.xlsx", book([(head.credit_code, head.name, "（2026）执1号"), ("12", "错")]))
    given = {"credit_list": DISHONEST, "source": SOURCE, "as_of": "2026-05-19", "scan": file}
    answer = upper.post(reverse("credit:import_new"), given)
    assert answer.status_code == 303
    row = ListImport.objects.get()
    imports.read_list({"statement": row.pk})
    page = text(upper.get(answer["Location"]))
    assert "共 1 行可入库，1 行未收入；本地区企业有 1 项变化" in page
    assert head.name in page
    row.refresh_from_db()
    assert upper.post(reverse("credit:record", args=[row.pk]), {"version": str(row.version)}).status_code == 303
    assert "列入名单的企业" in text(upper.get(reverse("credit:lists")))
    assert "（2026）执1号" in text(upper.get(reverse("credit:lists")))
    again = upper.post(reverse("credit:record", args=[row.pk]), {"version": str(row.version)})
    assert again.status_code == 409


def test_a_form_with_errors_keeps_what_was_typed(upper: Client) -> None:
    answer = upper.post(
        reverse("credit:import_new"), {"credit_list": DISHONEST, "source": "某网站", "as_of": "2026-13-01"}
    )
    assert answer.status_code == 422
    assert "某网站" in text(answer)
    assert "一年没有13月" in text(answer)
    assert "请选择要上传的" in text(answer)


def test_a_look_up_is_entered_by_credit_code_and_not_for_foreign_firms(
    world: World, sign_in: SignIn, head: Enterprise
) -> None:
    local = sign_in("jl_local")
    given: dict[str, Any] = {
        "code": f" {head.credit_code.lower()} ", "credit_list": DISHONEST, "listed": "yes", "source": SOURCE,
        "as_of": "2026-05-20",
    }  # fmt: skip
    address = reverse("credit:look_up")
    assert local.post(address, given | {"scan": scan()}).status_code == 303
    assert "已列入" not in text(local.get(reverse("credit:enterprise", args=[head.pk])))
    other = given | {"code": world.enterprises["zhongshan"].credit_code, "scan": scan()}
    answer = local.post(address, other)
    assert answer.status_code == 422
    assert "本地区没有登记此代码的单位" in text(answer)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"listed": "yes", "as_of": "2026-05-18", "listed_on": "2026-05-19"}, "列入日期不能晚于查询日期 2026-05-18"),
        ({"listed": "no", "listed_on": "2026-05-01"}, "不应有列入日期"),
        ({"listed": "no", "reference": "（2026）执1号"}, "不应有案号或文号"),
        ({"listed": "yes", "as_of": "2026-05-21"}, "日期不能晚于今天"),
    ],
)  # fmt: skip
def test_a_look_up_whose_parts_do_not_fit_is_refused_with_a_sentence_and_keeps_what_was_typed(
    upper: Client, head: Enterprise, change: dict[str, str], sentence: str
) -> None:
    given = {"code": head.credit_code, "credit_list": DISHONEST, "source": SOURCE, "as_of": "2026-05-20"}
    answer = upper.post(reverse("credit:look_up"), given | change | {"scan": scan()})
    assert answer.status_code == 422
    page = text(answer)
    assert sentence in page
    assert all(value in page for value in change.values())
    assert not ListImport.objects.exists()


OFFERED = re.compile(r'<option value="(jilin|zhongshan|all)"')


def test_a_bar_is_imposed_and_lifted_in_the_browser(world: World, upper: Client, head: Enterprise) -> None:
    given: dict[str, Any] = {
        "code": head.credit_code, "measure": "jilin", "ground": "violation", "serious": "on", "reason": "提供虚假发票",
        "source": "第十三条", "decision": "吉工信决〔2026〕5号", "valid_from": "2026-05-20", "last_day": "2031-05-19",
        "appeal": APPEAL,
    }  # fmt: skip
    refused = upper.post(reverse("credit:bar_new"), given | {"scan": scan()})
    assert refused.status_code == 422
    assert "须同时认定" in text(refused)
    answer = upper.post(reverse("credit:bar_new"), given | {"beyond_repair": "on", "scan": scan()})
    assert answer.status_code == 303
    bar = Bar.objects.get()
    assert (bar.valid_to, bar.measure, bar.agency_id) == (date(2031, 5, 20), "jilin", world.agencies["220000-gxt"].pk)
    page = text(upper.get(answer["Location"]))
    assert "至 2031-05-20 前" in page
    paper = upper.get(reverse("credit:bar_document", args=[bar.pk]))
    assert paper.getvalue().startswith(b"\x89PNG")  # type: ignore[attr-defined]
    lifting = {"reason": "复议撤销", "scan": scan(), "version": str(bar.version)}
    assert upper.post(reverse("credit:bar_lift", args=[bar.pk]), lifting).status_code == 303
    assert "已解除" in text(upper.get(reverse("credit:bar", args=[bar.pk])))


def test_the_form_offers_the_bureaus_own_measure_and_all_only_to_whoever_handles_all(
    world: World, upper: Client, head: Enterprise
) -> None:
    address = reverse("credit:bar_new")
    assert OFFERED.findall(text(upper.get(address))) == ["jilin"]
    given = {
        "code": head.credit_code, "measure": "all", "ground": "fraud", "reason": "骗取资金", "source": "第十七条",
        "decision": "吉工信决〔2026〕5号", "valid_from": "2026-05-20", "appeal": APPEAL, "scan": scan(),
    }  # fmt: skip
    assert upper.post(address, given).status_code == 422
    assert not Bar.objects.exists()
    handles_all(world)
    assert OFFERED.findall(text(upper.get(address))) == ["jilin", "zhongshan", "all"]
    assert upper.post(address, given | {"scan": scan()}).status_code == 303
    assert Bar.objects.get().measure == ""


def test_bars_are_found_by_name_scope_and_state(world: World, upper: Client, head: Enterprise) -> None:
    barred(world, head)
    barred_everywhere(world.enterprises["stranger"], valid_from=date(2026, 7, 1))
    address = reverse("credit:bars")

    def shown(query: str) -> set[str]:
        page = text(upper.get(f"{address}?{query}"))
        return {name for name in ("长白", "牡丹江") if name in page}

    assert shown("") == {"长白", "牡丹江"}
    assert shown(f"q={head.credit_code[:10]}&now=in_force") == {"长白"}
    assert shown("now=coming") == {"牡丹江"}
    assert shown("measure=all") == {"牡丹江"}
    assert shown("measure=jilin") == {"长白"}
    assert shown("now=lifted") == shown("q=无此单位") == set()
    assert shown("now=nonsense&page=x") == {"长白", "牡丹江"}


def test_a_bar_of_all_measures_is_seen_by_every_government_and_one_of_jilin_is_not(
    world: World, sign_in: SignIn
) -> None:
    barred(world, world.enterprises["head"])
    every = barred_everywhere(world.enterprises["stranger"])
    zhongshan = sign_in("zs_local")
    page = text(zhongshan.get(reverse("credit:bars")))
    assert every.enterprise.name in page
    assert world.enterprises["head"].name not in page


def test_the_applicant_sees_its_own_bar_with_reason_term_and_appeal_and_no_other(world: World, sign_in: SignIn) -> None:
    bar = barred(world, world.enterprises["head"])
    address = reverse("credit:own")
    page = text(sign_in("jl_applicant").get(address))
    for part in (bar.reason, "至 2031-05-20 前", APPEAL, bar.decision, bar.source):
        assert part in page
    assert "没有对本单位的禁止申报记录" in text(sign_in("jl_member").get(address))
    assert sign_in("jl_member").get(reverse("credit:bar_document", args=[bar.pk])).status_code == 404


def test_a_held_case_is_concluded_by_whoever_is_at_work_on_it(world: World, sign_in: SignIn, head: Enterprise) -> None:
    case = jilin_submitted(world)
    looked_up(world, head, listed=True)
    held = Hold.objects.get(case=case)
    local, upper = sign_in("jl_local"), sign_in("jl_upper")
    address = reverse("desk:hold", args=[held.pk])
    assert case.number in text(local.get(reverse("desk:holds")))
    assert "核实并作出结论" in text(local.get(reverse("desk:case", args=[case.number])))
    assert "由其作出结论" in text(upper.get(address))
    assert upper.post(address, {"note": "继续"}).status_code == 403
    assert local.post(address, {"note": ""}).status_code == 422
    assert local.post(address, {"note": "已移出名单"}).status_code == 303
    assert local.post(address, {"note": "再次"}).status_code == 409
    assert case.number in text(local.get(reverse("desk:holds") + "?ended=1"))


def test_lists_and_histories_are_exported(world: World, upper: Client, head: Enterprise) -> None:
    barred(world, head)
    row = whole(world, [head])
    for address in (
        reverse("credit:bars_sheet"), reverse("credit:listed_sheet"), reverse("credit:import_sheet", args=[row.pk]),
        reverse("credit:enterprise_sheet", args=[head.pk]),
    ):  # fmt: skip
        answer = upper.get(address)
        cells = [cell for line in sheets.read(BytesIO(answer.content))[0].rows for cell in line]
        assert any(head.credit_code in str(cell) for cell in cells), address


def test_every_page_takes_as_many_queries_for_fifty_rows_as_for_five(world: World, sign_in: SignIn) -> None:
    upper, local = sign_in("jl_upper"), sign_in("jl_local")
    first = jilin_submitted(world)
    head = world.enterprises["head"]

    def fill(numbers: range) -> None:
        firms = Enterprise.objects.bulk_create(
            Enterprise(credit_code=f"91222401MA{n:08d}", name=f"单位{n}", name_key=f"单位{n}", area="222401")
            for n in numbers
        )
        for n, firm in zip(numbers, firms, strict=True):
            Bar.objects.create(
                enterprise=firm, measure="jilin", valid_from=date(2026, 1, 1), reason="x", source="y",
                agency=world.agencies["220000-gxt"],
            )  # fmt: skip
            looked_up(world, firm, listed=True)
            looked_up(world, head, listed=False)
            case = twin(first, f"JL-2026-{n:05d}", State.RESERVED)
            Hold.objects.create(case=case, kind="credit", reason="x", source="y", set_by="z", set_at=case.created_at)
        made.append(whole(world, firms))

    made: list[ListImport] = []
    fill(range(800, 805))

    def counted() -> dict[str, int]:
        addresses = {
            "lists": reverse("credit:lists"), "bars": reverse("credit:bars"), "holds": reverse("desk:holds"),
            "import": reverse("credit:import", args=[made[-1].pk]),
            "enterprise": reverse("credit:enterprise", args=[head.pk]), "bars_sheet": reverse("credit:bars_sheet"),
            "listed_sheet": reverse("credit:listed_sheet"), "holds_sheet": reverse("desk:holds_sheet"),
            "import_sheet": reverse("credit:import_sheet", args=[made[-1].pk]),
            "enterprise_sheet": reverse("credit:enterprise_sheet", args=[head.pk]),
        }  # fmt: skip
        return {name: queries(upper, address) for name, address in addresses.items()} | {
            "local lists": queries(local, addresses["lists"])
        }

    few = counted()
    fill(range(810, 855))
    assert counted() == few


def test_an_own_list_of_the_measure_is_made_in_the_browser(sign_in: SignIn, world: World) -> None:
    given = {
        "code": "fund-black",
        "name": "资金黑名单",
        "authority": "市工信局",
        "measure": "zhongshan",
        "source": "第十六条",
    }
    city = sign_in("zs_upper")
    assert city.post(reverse("credit:list_new"), given).status_code == 303
    assert CreditList.objects.get(code="fund-black").measure == "zhongshan"
    assert "资金黑名单" in text(city.get(reverse("credit:lists")))
    assert "资金黑名单" not in text(sign_in("jl_upper").get(reverse("credit:lists")))
    foreign = city.post(reverse("credit:list_new"), given | {"code": "b", "measure": "jilin"})
    assert foreign.status_code == 422


def test_a_name_without_code_is_shown_as_a_hint_with_the_way_to_look_it_up(
    world: World, upper: Client, head: Enterprise
) -> None:
    from subsidy.enterprises.credit import imports

    row = imports.bring_in(
        actor("jl_upper"), world.agencies["220000-gxt"], CreditList.objects.get(code=DISHONEST), source=SOURCE,
        as_of=date(2026, 5, 20), document=document(book([("", head.name, "（2026）执1号")]), "名单.xlsx"),
    )  # fmt: skip
    assert "正在读取" in text(upper.get(reverse("credit:import", args=[row.pk])))
    imports.read_list({"statement": row.pk})
    page = text(upper.get(reverse("credit:import", args=[row.pk])))
    assert "不作为认定依据" in page
    assert f"?code={head.credit_code}&amp;list={DISHONEST}" in page


def test_a_draft_of_another_agency_is_not_seen(world: World, sign_in: SignIn) -> None:
    row = draft(world, [])
    assert sign_in("zs_upper").get(reverse("credit:import", args=[row.pk])).status_code == 404
