"""The next round's call is a copy of the last one: all is taken over, the dates a year on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.calls.copy import a_year_on, copy, suggested
from subsidy.calls.editions import in_force, policy_of
from subsidy.calls.models import Call
from subsidy.calls.prepare import change
from subsidy.calls.publish import void
from subsidy.calls.settings_of import shown
from subsidy.reference.models import Holiday
from tests.calls.test_calls import AFTER, EXPIRED, StandAt
from tests.signed_in import SignIn
from tests.world import NOW, World, actor, prepare_jilin, publish_call
from workflow.clock import SHANGHAI
from workflow.models import Event
from workflow.perform import NotAllowed, Refused


def at(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, 0, tzinfo=SHANGHAI)


def form_of(source: Call, **changes: Any) -> dict[str, Any]:
    new = suggested(source) | {"number": "吉工信办联规〔2027〕9号"}
    sent = {
        name: f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value
        for name, value in new.items() if value is not None
    }  # fmt: skip
    return sent | changes


def copied(source: Call, **values: Any) -> Call:
    policy = in_force(source.measure, NOW.date())
    return copy(actor("jl_upper"), source, policy, suggested(source) | {"number": "吉工信办联规〔2027〕9号"} | values)


def test_the_page_makes_a_draft_with_a_new_number_and_everything_else_of_last_year(
    sign_in: SignIn, world: World
) -> None:
    source = world.calls["jilin"]
    answer = sign_in("jl_upper").post(reverse("calls:copy", args=[source.pk]), form_of(source))
    made = Call.objects.get(state="draft")
    assert answer["Location"] == reverse("calls:detail", args=[made.pk])
    assert (made.number, made.fiscal_year) == ("吉工信办联规〔2027〕9号", 2028)
    assert made.title == "关于组织申报2028年度先进制造业集群奖补资金的通知"
    assert (made.closes_at, made.window_to) == (at(2027, 6, 20, 17), date(2027, 4, 30))
    for name in ("kind", "areas", "documents", "scorecard", "measure_settings", "sources", "agency_id", "payee"):
        assert getattr(made, name) == getattr(source, name), name
    assert set(made.issuers.all()) == set(source.issuers.all())
    event = Event.objects.get(subject_kind="calls.call", subject_id=made.pk)
    assert event.evidence["copy_of"] == source.number


def test_the_number_is_to_be_given(sign_in: SignIn, world: World) -> None:
    source = world.calls["jilin"]
    client, address = sign_in("jl_upper"), reverse("calls:copy", args=[source.pk])
    assert 'value="2028"' in client.get(address).content.decode()
    answer = client.post(address, form_of(source, number=""))
    assert answer.status_code == 422
    assert "请填写“文号”" in answer.content.decode()


@pytest.mark.parametrize("typed", ["吉工信办联规〔2026〕12号", "吉工信办联规[2026] 12 号"])
def test_a_number_that_a_published_call_has_is_refused_where_it_is_typed(
    sign_in: SignIn, world: World, typed: str
) -> None:
    source = world.calls["jilin"]
    answer = sign_in("jl_upper").post(reverse("calls:copy", args=[source.pk]), form_of(source, number=typed))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f"文号 {source.number} 已用于“{source.title}”（已发布）" in page
    assert typed in page
    assert not Call.objects.filter(state="draft").exists()


def test_no_draft_is_stored_or_changed_under_a_number_that_was_given_out(world: World) -> None:
    source = world.calls["jilin"]
    with pytest.raises(Refused, match="已用于"):
        copied(source, number=source.number)
    made = copied(source)
    with pytest.raises(Refused, match="已用于"):
        change(made, actor("jl_upper"), {"number": source.number}, version=made.version)
    void(source, actor("jl_issuer"), reason="调整", version=source.version)
    with pytest.raises(Refused, match="已废止"):
        copied(source, number=source.number)
    assert change(made, actor("jl_upper"), {"number": made.number}, version=made.version).number == made.number


def test_another_issuers_number_and_a_drafts_number_are_free(world: World) -> None:
    source = world.calls["jilin"]
    prepare_jilin(world.agencies, number="吉工信办联规〔2027〕8号")
    assert copied(source, number="吉工信办联规〔2027〕8号").state == "draft"
    assert copied(source, number=world.calls["zhongshan"].number).state == "draft"


def test_what_the_call_settled_itself_keeps_its_value_and_its_source(world: World) -> None:
    source = prepare_jilin(world.agencies)
    source.notice_days, source.sources = 5, source.sources | {"notice_days": "厅务会纪要〔2026〕3号"}
    source.measure_settings |= {
        "reserve_by": {"value": "2026-02-28", "source": "申报通知"},
        "extra_conditions": [{"key": "x", "text": "t", "clause": "申报通知二"}],
    }
    source.save()
    made = copied(publish_call(source))
    told = {one.key: (one.value, one.source) for one in shown(made, policy_of(made))}
    assert told["notice_days"] == ("5", "厅务会纪要〔2026〕3号")
    assert told["reserve_by"][0] == "2027-02-28"
    assert told["local_review_days"][1] == "细则第八条"
    assert made.measure_settings["extra_conditions"] == source.measure_settings["extra_conditions"]


def test_a_leap_day_becomes_the_last_of_february() -> None:
    assert a_year_on(date(2028, 2, 29)) == date(2029, 2, 28)
    assert a_year_on(at(2028, 2, 29, 17)) == at(2029, 2, 28, 17)
    assert a_year_on(None) is None


def test_a_window_that_would_end_on_a_day_off_is_told(sign_in: SignIn, world: World) -> None:
    """20 June 2027 is a Sunday; the holidays of 2027 have to be known to say so."""
    client, address = sign_in("jl_upper"), reverse("calls:copy", args=[world.calls["jilin"].pk])
    assert "尚未录入 2027 年的节假日安排" in client.get(address).content.decode()
    Holiday.objects.create(day=date(2027, 10, 1), kind="off", name="国庆节", source="国办通知")
    text = client.get(address).content.decode()
    assert "顺延一年后，申报截止时间 2027-06-20 不是工作日。" in text
    assert "尚未录入" not in text


def test_a_draft_is_changed_and_not_copied(sign_in: SignIn, world: World) -> None:
    draft = prepare_jilin(world.agencies)
    assert sign_in("jl_upper").get(reverse("calls:copy", args=[draft.pk])).status_code == 404
    with pytest.raises(Refused, match="草稿不能复制"):
        copied(draft)


def test_only_the_own_agencys_preparer_copies(world: World) -> None:
    source = world.calls["jilin"]
    for other in ("jl_issuer", "zs_upper", "jl_local"):
        with pytest.raises(NotAllowed):
            copy(actor(other), source, policy_of(source), suggested(source) | {"number": "x"})


def test_no_copy_is_made_under_an_expired_edition(sign_in: SignIn, world: World, stand_at: StandAt) -> None:
    stand_at(AFTER)
    answer = sign_in("jl_upper").get(reverse("calls:copy", args=[world.calls["jilin"].pk]))
    assert answer.status_code == 422
    assert EXPIRED in answer.content.decode()


def test_a_double_click_makes_one_copy(sign_in: SignIn, world: World) -> None:
    source = world.calls["jilin"]
    client, address = sign_in("jl_upper"), reverse("calls:copy", args=[source.pk])
    answers = [client.post(address, form_of(source, once="k"))["Location"] for _click in range(2)]
    assert answers[0] == answers[1]
    assert Call.objects.filter(state="draft").count() == 1


def test_the_copy_is_offered_in_the_list_on_the_calls_page_and_where_a_new_one_begins(
    sign_in: SignIn, world: World
) -> None:
    call = world.calls["jilin"]
    address = reverse("calls:copy", args=[call.pk])
    for page in (reverse("calls:list"), reverse("calls:detail", args=[call.pk]), reverse("calls:choose")):
        assert address in sign_in("jl_upper").get(page).content.decode(), page
    assert address not in sign_in("jl_issuer").get(reverse("calls:list")).content.decode()


def test_where_a_new_call_begins_costs_the_same_for_one_earlier_call_and_for_five(
    sign_in: SignIn, world: World
) -> None:
    client = sign_in("jl_upper")

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("calls:choose"))
        return len(seen)

    few = asked()
    for _one in range(4):
        publish_call(prepare_jilin(world.agencies))
    assert asked() == few
