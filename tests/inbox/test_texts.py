"""The texts of messages: fields from a list and nothing else, versions from a day on, and back to the standard."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from subsidy.cases import texts as of_cases
from subsidy.cases.review import decline
from subsidy.enterprises import texts as of_firms
from subsidy.messages import texts
from subsidy.messages.models import Message, TextVersion
from subsidy.messages.reword import reword
from subsidy.messages.texts import Text, Wording, filled
from tests.signed_in import SignIn, sign_in, world
from tests.world import World, actor, jilin_submitted
from workflow import clock
from workflow.models import Access
from workflow.perform import Conflict, NotAllowed, Refused

__all__ = ["sign_in", "world"]

DECLINED = of_cases.DECLINED
ADDRESS = "/texts/cases.declined/"
OURS = Wording("申报 {number} 未通过", "原因：{reason}（{source}）。可向受理单位查询。")
TODAY = date(2026, 5, 20)


def worded(wording: Wording | None = OURS, *, on: date = TODAY, version: int = 0, text: Text = DECLINED) -> TextVersion:
    return reword(actor("admin"), text, wording, valid_from=on, reason="更清楚", version=version)


def values(**more: str) -> dict[str, str]:
    return {
        "title": OURS.title, "body": OURS.body, "valid_from": "2026-05-20", "reason": "更清楚", "version": "0", **more,
    }  # fmt: skip


def page(answer: Any) -> str:
    return unescape(answer.content.decode())


# --- the rules ----------------------------------------------------------------


@pytest.mark.parametrize("text", texts.known(), ids=lambda text: text.key)
def test_every_standard_text_keeps_its_own_rules_and_uses_every_field(text: Text) -> None:
    assert list(text.problems(text.standard)) == []
    used = texts.FIELD.findall(f"{text.title}{text.body}")
    assert sorted(set(used)) == sorted(field.name for field in text.fields)
    title, body = text.example(text.standard)
    assert not set("{}") & set(title + body)


def test_what_people_are_sent_has_a_text() -> None:
    assert {text.key for text in texts.known()} == {
        "cases.correction_asked", "cases.correction_extended", "cases.declined", "cases.submitted", "cases.returned",
        "cases.not_signed", "cases.sent_up", "cases.released", "panels.invited", "panels.reminded", "panels.unlocked",
        "funding.plan_approved", "funding.account_confirmed", "funding.bounced", "enterprises.barred",
        "enterprises.bar_lifted", "notices.objection", "notices.recounted",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{reason}{source}{password}", "没有“{password}”这个字段"),
        ("{reason}{source}{reason.__class__}", "没有“{reason.__class__}”这个字段"),
        ("{reason}{source}{0}", "没有“{0}”"),
        ("{reason}{source}{}", "没有“{}”"),
        ("{reason}{source}{reason!r}", "没有“{reason!r}”"),
        ("{reason}{source}{number:>9999999}", "没有“{number:>9999999}”"),
        ("{reason}{source}{{number}}", "花括号只用于字段"),
        ("{reason}{source}{", "花括号只用于字段"),
        ("{reason}{source}}", "花括号只用于字段"),
        ("{{ reason }}{% x %}", "没有“{ reason }”"),
        ("{reason}", "不能去掉字段 {source}（依据条款）"),
        ("", "不能去掉字段 {reason}"),
    ],
)
def test_a_wording_that_breaks_the_rules_is_refused_in_a_sentence(world: World, body: str, sentence: str) -> None:
    wording = Wording("{number} 不予支持", body)
    assert any(sentence in said for _place, said in DECLINED.problems(wording))
    with pytest.raises(Refused):
        worded(wording)
    assert not TextVersion.objects.exists()


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    assert filled("{a} {b}", {"a": "{b}{{7*7}}%s", "b": "<b>"}) == "{b}{{7*7}}%s <b>"


def test_nothing_that_the_law_wants_told_can_be_left_out() -> None:
    needed = {field.name for field in of_firms.BARRED.fields if field.needed}
    assert needed == {"day", "until", "reason", "source", "decision", "appeal"}


# --- versions -----------------------------------------------------------------


def test_the_new_words_are_sent_from_their_day_on(world: World) -> None:
    worded(on=TODAY + timedelta(days=2))
    assert DECLINED.now() == DECLINED.standard
    clock.travel_to(clock.now() + timedelta(days=2))
    assert DECLINED.now() == OURS


def test_a_decision_is_told_in_the_words_of_the_day(world: World) -> None:
    worded()
    decline(jilin_submitted(world), actor("jl_local"), reason="<b>{number}</b>", source="第六条")
    told = Message.objects.filter(recipient__username="jl_applicant").order_by("-pk")[0]
    assert told.title == "申报 JL-2026-00001 未通过"
    assert told.body == "原因：<b>{number}</b>（第六条）。可向受理单位查询。"


def test_markup_and_braces_stay_words_in_the_inbox(world: World, sign_in: SignIn) -> None:
    worded(Wording("<i id=x>{number}</i>", "{reason} {source}"))
    decline(jilin_submitted(world), actor("jl_local"), reason="{{7*7}}<script>", source="第六条")
    shown = sign_in("jl_applicant").get("/inbox/").content.decode()
    assert "&lt;i id=x&gt;JL-2026-00001" in shown
    assert "{{7*7}}&lt;script&gt;" in shown


def test_one_goes_back_to_the_standard_text_and_versions_stay(world: World) -> None:
    worded()
    worded(None, version=1)
    assert DECLINED.now() == DECLINED.standard
    assert list(TextVersion.objects.order_by("number").values_list("number", "standard")) == [(1, False), (2, True)]
    with pytest.raises(DatabaseError), transaction.atomic():
        TextVersion.objects.update(title="x")


def test_a_version_that_begins_later_waits_behind_one_of_today(world: World) -> None:
    worded(on=TODAY + timedelta(days=5))
    worded(Wording("今天起 {number}", "{reason}{source}"), version=1)
    assert DECLINED.now().title == "今天起 {number}"
    clock.travel_to(clock.now() + timedelta(days=5))
    assert DECLINED.now() == OURS


def test_whoever_comes_second_is_told(world: World) -> None:
    worded()
    with pytest.raises(Conflict, match="第 1 版"):
        worded()


@pytest.mark.parametrize("who", ["jl_upper", "security", "auditor"])
def test_only_a_system_administrator_words_texts(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        reword(actor(who), DECLINED, OURS, valid_from=TODAY, reason="更清楚", version=0)


@pytest.mark.parametrize("wrong", [{"valid_from": date(2026, 5, 19)}, {"reason": " "}])
def test_neither_from_yesterday_on_nor_without_a_reason(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        reword(actor("admin"), DECLINED, OURS, **{"valid_from": TODAY, "reason": "更清楚", "version": 0, **wrong})


def test_many_messages_ask_once_for_their_words(world: World) -> None:
    with CaptureQueriesContext(connection) as queries:
        wording = DECLINED.now()
        for place in range(50):
            wording.said(number=place, reason="r", source="s")
    assert len(queries) == 1


# --- at the screen ------------------------------------------------------------


def test_a_text_is_previewed_saved_and_put_back(world: World, sign_in: SignIn) -> None:
    client = sign_in("admin")
    assert "{reason}" in page(client.get(ADDRESS))
    shown = client.post(ADDRESS, values(preview="1", reason="", valid_from=""))
    assert shown.status_code == 200
    assert "申报 JL-2026-00001 未通过" in page(shown)
    assert not TextVersion.objects.exists()
    assert client.post(ADDRESS, values()).status_code == 303
    assert DECLINED.now() == OURS
    assert Access.objects.filter(kind="administered", result="worded cases.declined").exists()
    assert "已修改" in page(client.get("/texts/"))
    after = page(client.get(ADDRESS))
    assert "修改理由：更清楚" in after
    assert "现用" in after
    back = {"valid_from": "2026-05-20", "reason": "恢复", "version": "1"}
    assert client.post(f"{ADDRESS}standard/", back).status_code == 303
    assert DECLINED.now() == DECLINED.standard


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"body": "{reason}{source}{secret}"}, "没有“{secret}”这个字段"),
        ({"title": ""}, "请填写“标题”"),
        ({"reason": ""}, "请填写“修改理由”"),
        ({"valid_from": "2026-05-19"}, "启用日期不能早于今天"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    world: World, sign_in: SignIn, wrong: dict[str, str], sentence: str
) -> None:
    answer = sign_in("admin").post(ADDRESS, values(**wrong))
    assert answer.status_code == 422
    assert sentence in page(answer)
    assert not TextVersion.objects.exists()


def test_an_old_page_is_a_conflict_and_an_unknown_text_not_found(world: World, sign_in: SignIn) -> None:
    worded()
    client = sign_in("admin")
    assert client.post(ADDRESS, values()).status_code == 409
    assert client.get("/texts/cases.nothing/").status_code == 404


def test_the_list_asks_the_same_for_none_and_for_many_versions(world: World, sign_in: SignIn) -> None:
    client = sign_in("admin")
    counts = []
    for versions in (0, 20):
        for number in range(versions):
            worded(version=number)
        for address in ("/texts/", ADDRESS):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
