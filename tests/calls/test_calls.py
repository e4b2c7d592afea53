"""Calls: prepared by one person and published by another, under an edition in force; the hall for anybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.accounts.models import Post
from subsidy.calls.editions import in_force, policy_of
from subsidy.calls.facts import call_facts
from subsidy.calls.models import Call
from subsidy.calls.prepare import change, prepare
from subsidy.calls.publish import publish, void
from subsidy.calls.settings_of import setting, shown
from tests.signed_in import SignIn
from tests.world import JILIN_CLOSES, NOW, PUBLISHED, World, actor, prepare_jilin
from workflow.clock import SHANGHAI
from workflow.perform import Conflict, NotAllowed, Refused

StandAt = Callable[[datetime], None]
AFTER = datetime(2026, 7, 1, 9, 0, tzinfo=SHANGHAI)
EXPIRED = "有效期至 2026-06-30，已过期，不能开放新的申报通知（细则第十八条）"


def form_of(**changes: Any) -> dict[str, Any]:
    sent = {
        "title": "2027年度集群奖补申报", "number": "吉工信办联规[2026]第15号", "kind": "support", "fiscal_year": "2027",
        "opens_at": "2026-05-25 09:00", "closes_at": "2026年6月25日 17:00", "paper_until": "",
        "window_from": "2025-01-01", "window_to": "20260430", "once": "",
        "s_notice_days": "7", "s_notice_counted": "natural", "s_base_rule": "lower", "s_local_review_days": "15",
        "s_upper_review_days": "20", "s_correction_days": "5", "s_sample_share": "30", "s_plan_unit": "100.00",
        "s_payee": "head", "s_reserve_by": "", "s_pay_days": "30",
    }  # fmt: skip
    return sent | changes


def send(client: Client, world: World, **changes: Any) -> Any:
    issuers = [world.agencies["220000-gxt"].pk, world.agencies["220000-czt"].pk]
    return client.post(reverse("calls:create", args=["jilin"]), form_of(**{"issuers": issuers, **changes}))


# --- preparing ----------------------------------------------------------------


def test_a_draft_brings_the_measures_materials_scorecard_and_settings(world: World) -> None:
    call = prepare_jilin(world.agencies)
    assert [row["key"] for row in call.documents][:3] == ["licence", "recognition", "head_proof"]
    assert sum(float(row["points"]) for row in call.scorecard) == 100
    assert (call.local_days, call.upper_days, call.notice_days, call.payee) == (15, 20, 7, "head")
    assert setting(call, policy_of(call), "sample_share") == "0.30"


def test_the_materials_of_a_track_are_asked_of_that_track_only(world: World) -> None:
    rows = {row["key"]: row["tracks"] for row in world.calls["zhongshan"].documents}
    assert rows["argued"] == ["major"]
    assert rows["licence"] == ["universal", "major", "special"]


def test_the_page_makes_a_draft_with_the_number_in_its_official_form(sign_in: SignIn, world: World) -> None:
    assert send(sign_in("jl_upper"), world).status_code == 303
    call = Call.objects.get(state="draft")
    assert call.number == "吉工信办联规〔2026〕15号"
    assert call.closes_at == datetime(2026, 6, 25, 17, 0, tzinfo=SHANGHAI)
    assert call.window_to == date(2026, 4, 30)
    assert call.issuers.count() == 2


def test_a_setting_that_was_changed_comes_from_the_call_and_others_keep_their_source(
    sign_in: SignIn, world: World
) -> None:
    send(sign_in("jl_upper"), world, s_notice_days="5", s_notice_counted="working", s_plan_unit="10000")
    call = Call.objects.get(state="draft")
    assert (call.notice_days, call.notice_day_kind, call.plan_decimals) == (5, "working", 0)
    sources = {one.key: one.source for one in shown(call, policy_of(call))}
    assert sources["notice_days"] == "申报通知"
    assert sources["local_review_days"] == "细则第八条"


def test_the_settings_stand_on_the_page_with_their_sources(sign_in: SignIn, world: World) -> None:
    text = sign_in("jl_upper").get(reverse("calls:detail", args=[world.calls["jilin"].pk])).content.decode()
    assert "来源：细则未规定，按通行做法" in text
    assert "来源：细则第八条" in text


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("title", "", "请填写“标题”"),
        ("title", "长" * 151, "最多 150 个字，现为 151 个字"),
        ("title", "通\u202e知", "U+202E"),
        ("number", "", "请填写“文号”"),
        ("number", "第15号", "文号应形如"),
        ("kind", "", "请选择“类别”"),
        ("kind", "measuring", "类别"),
        ("issuers", [], "请选择“印发单位”"),
        ("issuers", ["999999"], "印发单位"),
        ("fiscal_year", "", "请填写“资金年度”"),
        ("fiscal_year", "2019", "2020"),
        ("fiscal_year", "-2027", "请填写整数"),
        ("fiscal_year", "二〇二七", "请填写整数"),
        ("opens_at", "", "请填写“申报开始时间”"),
        ("opens_at", "2026-05-25", "请按 2026-06-20 17:00 的样式填写"),
        ("closes_at", "2026-06-31 17:00", "2026年6月没有31日"),
        ("closes_at", "2026-06-30 24:00", "时间应在 00:00 至 23:59 之间"),
        ("closes_at", "2026-05-25 09:00", "申报截止时间应晚于开始时间"),
        ("window_to", "2024-12-31", "投资计算截止日不能早于起始日 2025-01-01"),
        ("window_from", "明年", "请按 2026-05-20 的样式填写日期"),
        ("s_notice_days", "0", "1"),
        ("s_notice_days", "", "请填写“公示天数”"),
        ("s_notice_days", "366", "365"),
        ("s_notice_days", "1000000000000", "365"),
        ("s_sample_share", "100.01", "请填写 0 至 100 之间的百分数，最多两位小数，例如 30 表示 30%"),
        ("s_sample_share", "三成", "请填写 0 至 100 之间的百分数"),
        ("s_sample_share", "0.30", "比例按百分数填写，0.30 表示 0.30%；如为 30% 请填 30"),
        ("s_plan_unit", "30", "取整单位只能是"),
        ("s_plan_unit", "0", "金额不能小于 0.01 元"),
        ("s_reserve_by", "2026-09-31", "2026年9月没有31日"),
        ("areas", ["110000"], "申报地区"),
    ],
)
def test_a_wrong_call_is_refused_with_its_sentence_and_keeps_what_was_typed(
    sign_in: SignIn, world: World, field: str, typed: Any, sentence: str
) -> None:
    answer = send(sign_in("jl_upper"), world, **{field: typed})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert "2027年度集群奖补申报" in text or field == "title"
    assert not Call.objects.filter(state="draft").exists()


def test_full_width_digits_are_taken(sign_in: SignIn, world: World) -> None:
    sent = {"fiscal_year": "２０２７", "opens_at": "２０２６－０５－２５　０９：００", "s_notice_days": "７"}
    assert send(sign_in("jl_upper"), world, **sent).status_code == 303


def test_a_double_click_makes_one_call(sign_in: SignIn, world: World) -> None:
    client = sign_in("jl_upper")
    answers = [send(client, world, once="k")["Location"] for _click in range(2)]
    assert answers[0] == answers[1]
    assert Call.objects.filter(state="draft").count() == 1


def test_a_draft_that_somebody_else_changed_is_not_written_over(sign_in: SignIn, world: World) -> None:
    call = prepare_jilin(world.agencies)
    change(call, actor("jl_upper2"), {"title": "改过的标题"}, version=call.version)
    sent = form_of(version=call.version, issuers=[world.agencies["220000-gxt"].pk])
    answer = sign_in("jl_upper").post(reverse("calls:edit", args=[call.pk]), sent)
    assert answer.status_code == 409
    assert "郑凯" in answer.content.decode()


def rows_of(rows: list[dict[str, Any]], names: tuple[str, ...], version: int) -> dict[str, Any]:
    sent: dict[str, Any] = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0, "version": version}
    for place, row in enumerate(rows):
        sent |= {f"form-{place}-{name}": row[name] for name in names if row[name] is not False}
    return sent


def test_the_list_of_materials_is_edited_as_rows(sign_in: SignIn, world: World) -> None:
    call = prepare_jilin(world.agencies)
    names = ("key", "label", "help", "about", "required", "kinds")
    rows = [
        *call.documents[:2],
        {"key": "", "label": "诚信承诺", "help": "", "about": "case", "required": True, "kinds": ["pdf"]},
    ]
    address = reverse("calls:materials", args=[call.pk])
    assert sign_in("jl_upper").post(address, rows_of(rows, names, call.version)).status_code == 303
    kept = Call.objects.get(pk=call.pk).documents
    assert [row["label"] for row in kept] == ["营业执照", "集群认定文件", "诚信承诺"]
    assert kept[0]["source"] == "细则第六条第（一）项"
    assert kept[2]["source"] == "申报通知"


def test_a_scorecard_that_does_not_make_a_hundred_is_refused(sign_in: SignIn, world: World) -> None:
    call = prepare_jilin(world.agencies)
    rows = [
        {"key": "one", "label": "技术", "points": "60", "guide": ""},
        {"key": "", "label": "效益", "points": "39.5", "guide": ""},
    ]
    address, names = reverse("calls:scorecard", args=[call.pk]), ("key", "label", "points", "guide")
    client = sign_in("jl_upper")
    answer = client.post(address, rows_of(rows, names, call.version))
    assert answer.status_code == 422
    assert "评分表各项满分合计应为 100 分，现为 99.5 分" in answer.content.decode()
    rows[1]["points"] = "40"
    assert client.post(address, rows_of(rows, names, call.version)).status_code == 303


# --- the edition --------------------------------------------------------------


def test_no_call_is_prepared_under_an_expired_edition_and_the_article_is_shown(
    sign_in: SignIn, world: World, stand_at: StandAt
) -> None:
    stand_at(AFTER)
    answer = sign_in("jl_upper").get(reverse("calls:create", args=["jilin"]))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert EXPIRED in text
    assert "本实施细则自 2024 年 12 月 5 日起施行，有效期至 2026 年 6 月 30 日" in text


def test_the_last_day_of_the_edition_is_in_force(world: World, stand_at: StandAt) -> None:
    stand_at(datetime(2026, 6, 30, 23, 59, tzinfo=SHANGHAI))
    call = prepare_jilin(world.agencies, closes_at=AFTER)
    assert publish(call, actor("jl_issuer"), version=call.version).state == "published"


def test_a_draft_left_over_the_end_of_the_edition_cannot_be_published(world: World, stand_at: StandAt) -> None:
    call = prepare_jilin(world.agencies, closes_at=AFTER + timedelta(days=30))
    stand_at(AFTER)
    with pytest.raises(Refused, match="已过期，不能开放新的申报通知"):
        publish(call, actor("jl_issuer"), version=call.version)


# --- publishing ---------------------------------------------------------------


def test_who_prepared_a_call_does_not_publish_it(world: World) -> None:
    Post.objects.create(
        user_id=actor("jl_upper").id, agency=world.agencies["220000-gxt"], role="issuer", valid_from=date(2020, 1, 1)
    )
    call = prepare_jilin(world.agencies)
    with pytest.raises(Refused, match="由另一名工作人员发布"):
        publish(call, actor("jl_upper"), version=call.version)


def test_only_the_issuer_of_the_agency_publishes(world: World) -> None:
    call = prepare_jilin(world.agencies)
    for other in ("jl_upper2", "zs_issuer", "jl_applicant"):
        with pytest.raises(NotAllowed):
            publish(call, actor(other), version=call.version)


def test_of_two_publications_the_second_is_told(world: World) -> None:
    call = prepare_jilin(world.agencies)
    publish(call, actor("jl_issuer"), version=call.version)
    with pytest.raises(Conflict):
        publish(call, actor("jl_issuer"), version=call.version)


def test_a_call_whose_deadline_has_passed_is_not_published(world: World, stand_at: StandAt) -> None:
    call = prepare_jilin(world.agencies)
    stand_at(JILIN_CLOSES)
    with pytest.raises(Refused, match="申报截止时间已过"):
        publish(call, actor("jl_issuer"), version=call.version)


def test_publishing_is_confirmed_on_a_page_and_a_published_call_is_not_changed(sign_in: SignIn, world: World) -> None:
    call = prepare_jilin(world.agencies)
    client, address = sign_in("jl_issuer"), reverse("calls:publish", args=[call.pk])
    assert "发布后不能修改" in client.get(address).content.decode()
    assert client.post(address, {"version": call.version}).status_code == 303
    assert Call.objects.get(pk=call.pk).published_by_id == actor("jl_issuer").id
    with pytest.raises(Refused, match="已发布，不能再修改"):
        change(call, actor("jl_upper"), {"title": "x"}, version=Call.objects.get(pk=call.pk).version)


def test_a_void_call_leaves_the_hall_and_needs_its_reason(sign_in: SignIn, world: World) -> None:
    call = world.calls["jilin"]
    client, address = sign_in("jl_issuer"), reverse("calls:void", args=[call.pk])
    assert client.post(address, {"version": call.version, "reason": ""}).status_code == 422
    assert client.post(address, {"version": call.version, "reason": "条件有误"}).status_code == 303
    assert call.title not in Client().get(reverse("calls:hall")).content.decode()
    assert Client().get(reverse("calls:hall_call", args=[call.pk])).status_code == 404


def test_voiding_twice_is_a_conflict(world: World) -> None:
    call = world.calls["jilin"]
    void(call, actor("jl_issuer"), reason="x", version=call.version)
    with pytest.raises(Conflict):
        void(call, actor("jl_issuer"), reason="x", version=call.version)


def test_the_closing_midnight_is_the_day_before_in_the_facts(world: World) -> None:
    call = prepare_jilin(world.agencies, closes_at=datetime(2026, 6, 21, 0, 0, tzinfo=SHANGHAI))
    assert call_facts(call).closes_on == date(2026, 6, 20)


# --- who sees what ------------------------------------------------------------


def test_the_hall_is_open_to_anybody_and_shows_days_left_and_validity(world: World) -> None:
    text = Client().get(reverse("calls:hall")).content.decode()
    assert "关于组织申报2027年度先进制造业集群奖补资金的通知" in text
    assert "剩 31 天" in text
    assert "2026-06-30" in text


def test_whoever_may_not_file_is_told_so_behind_the_hall(sign_in: SignIn, world: World) -> None:
    """The hall is one page for everybody; the start says who may go on."""
    answer = sign_in("jl_upper").get(reverse("cases:start", args=[world.calls["jilin"].pk]))
    assert answer.status_code == 403
    assert "您的岗位不能办理此步骤" in answer.content.decode()


def test_coming_open_and_closed_calls_stand_apart(world: World, stand_at: StandAt) -> None:
    stand_at(PUBLISHED - timedelta(seconds=1))
    assert "即将开始" in Client().get(reverse("calls:hall")).content.decode()
    stand_at(JILIN_CLOSES)
    text = Client().get(reverse("calls:hall")).content.decode()
    assert "已截止" in text
    assert "目前没有开放的申报" in text


def test_the_hall_asks_for_no_session(world: World) -> None:
    answer = Client().get(reverse("calls:hall"))
    assert "Set-Cookie" not in answer.headers
    assert not answer.cookies


@pytest.mark.parametrize(
    ("who", "status"),
    [("jl_upper", 200), ("jl_issuer", 200), ("jl_upper_finance", 403), ("jl_local", 403), ("jl_applicant", 403),
     ("expert1", 403), ("zs_upper", 404), ("zs_issuer", 404)],
)  # fmt: skip
def test_a_draft_is_seen_by_its_own_agency_only(sign_in: SignIn, world: World, who: str, status: int) -> None:
    call = prepare_jilin(world.agencies)
    assert sign_in(who).get(reverse("calls:detail", args=[call.pk])).status_code == status


def test_the_list_takes_the_same_number_of_queries_for_five_calls_and_for_fifty(sign_in: SignIn, world: World) -> None:
    client = sign_in("jl_upper")
    policy = in_force("jilin", NOW.date())

    def calls(number: int) -> int:
        values = {
            "kind": "support",
            "title": "通知",
            "number": "吉工信〔2026〕1号",
            "fiscal_year": 2027,
            "opens_at": PUBLISHED,
            "closes_at": JILIN_CLOSES,
            "window_from": date(2025, 1, 1),
            "window_to": date(2026, 4, 30),
        }
        for _one in range(number):
            prepare(actor("jl_upper"), policy, world.agencies["220000-gxt"], values, [])
        client.get(reverse("calls:list"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("calls:list"))
        return len(seen)

    assert calls(4) == calls(45)


def test_the_hall_takes_the_same_number_of_queries_for_two_calls_and_for_ten(world: World) -> None:
    def seen() -> int:
        with CaptureQueriesContext(connection) as queries:
            Client().get(reverse("calls:hall"))
        return len(queries)

    few = seen()
    for _one in range(8):
        call = prepare_jilin(world.agencies)
        publish(call, actor("jl_issuer"), version=call.version)
    assert seen() == few


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("30", "0.30", "30%"), ("４５％", "0.45", "45%"), ("7.5", "0.075", "7.5%"), ("0", "0.00", "0%"),
        ("100", "1.00", "100%"),
    ],
)  # fmt: skip
def test_a_share_is_typed_and_read_in_percent(sign_in: SignIn, world: World, typed: str, kept: str, shown: str) -> None:
    client = sign_in("jl_upper")
    page = client.get(send(client, world, s_sample_share=typed).headers["Location"]).content.decode()
    call = Call.objects.order_by("-pk")[0]
    assert setting(call, policy_of(call), "sample_share") == kept
    assert f">{shown}<" in page
    form = client.get(reverse("calls:edit", args=[call.pk])).content.decode()
    assert f'name="s_sample_share" value="{shown.removesuffix("%")}"' in form


def test_an_example_names_no_place(sign_in: SignIn, world: World) -> None:
    for who, measure in (("jl_upper", "jilin"), ("zs_upper", "zhongshan")):
        page = sign_in(who).get(reverse("calls:create", args=[measure])).content.decode()
        for example in re.findall(r"例如[^<]+", page):
            assert not re.search("吉|延|中山|长春", example), example
