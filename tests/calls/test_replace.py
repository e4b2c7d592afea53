"""A call is issued anew: the old one ends, its cases follow and are looked at again, nobody is lost on the way."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.calls.copy import replacement, unchanged
from subsidy.calls.editions import in_force
from subsidy.calls.models import Call
from subsidy.calls.prepare import change
from subsidy.calls.publish import publish, void
from subsidy.cases.joint import send
from subsidy.cases.migrate import recheck_all
from subsidy.cases.models import Assessment, Case
from subsidy.cases.submit import declaration_of, submit, withdraw
from subsidy.messages.models import Message
from subsidy.panels.models import Panel, PanelCase
from tests.cases.reviewing import endorsed, letter
from tests.signed_in import SignIn
from tests.world import (
    NOW,
    World,
    actor,
    fresh,
    jilin_draft,
    jilin_submitted,
    prepare_jilin,
    publish_call,
    zhongshan_draft,
)
from workflow import perform
from workflow.clock import SHANGHAI
from workflow.models import Event
from workflow.perform import NotAllowed, Refused

WHY = "投资计算时段有误"
NEW = "吉工信办联规〔2026〕40号"
ZS_NEW = "中工信〔2026〕40号"


def draft_of(call: Call, **values: Any) -> Call:
    who = "jl_upper" if call.measure == "jilin" else "zs_upper"
    number = NEW if call.measure == "jilin" else ZS_NEW
    policy = in_force(call.measure, NOW.date())
    return replacement(actor(who), call, policy, unchanged(call) | {"number": number} | values)


def replaced(call: Call, **values: Any) -> Call:
    """The call that took the place of this one, published, with its jobs done."""
    made = draft_of(call, **values)
    issuer = actor("jl_issuer" if call.measure == "jilin" else "zs_issuer")
    published = publish(made, issuer, version=made.version, reason=WHY)
    recheck_all({"call": published.pk})
    return published


def entries(case: Case) -> list[str]:
    found = Event.objects.filter(subject_kind="cases.case", subject_id=case.pk).order_by("number")
    return list(found.values_list("move", flat=True))[-2:]


def last(case: Case, move: str) -> Event:
    return Event.objects.get(subject_kind="cases.case", subject_id=case.pk, move=move)


def bare_case(world: World, call: Call, firm: str, **columns: Any) -> Case:
    """A case put straight into the table, for what is only counted."""
    usual = {"number": f"JL-T-{firm}", "measure": call.measure, "track": "group", "area": "222401", "created_at": NOW}
    return Case.objects.create(
        call=call, enterprise=world.enterprises[firm], local_agency=world.agencies["222401-gxj"],
        upper_agency=world.agencies["220000-gxt"], created_by_id=actor("jl_applicant").person_id, **usual | columns,
    )  # fmt: skip


# --- the calls ----------------------------------------------------------------


def test_publishing_the_replacement_voids_the_old_call_with_the_reason_and_links_both(world: World) -> None:
    old = world.calls["jilin"]
    new = replaced(old)
    assert (Call.objects.get(pk=old.pk).state, new.state, new.replaces_id) == ("void", "published", old.pk)
    ended = Event.objects.get(subject_kind="calls.call", subject_id=old.pk, move="void")
    assert (ended.note, ended.evidence["replaced_by"]) == (WHY, NEW)


def test_a_replacement_takes_everything_over_and_no_date_is_moved(world: World) -> None:
    old = world.calls["jilin"]
    new = draft_of(old)
    for name in ("closes_at", "window_to", "fiscal_year", "documents", "scorecard", "sources", "measure_settings"):
        assert getattr(new, name) == getattr(old, name), name
    assert Call.objects.get(pk=old.pk).state == "published"


def test_without_a_reason_nothing_is_replaced_whatever_the_way(world: World) -> None:
    old = world.calls["jilin"]
    new = draft_of(old)
    with pytest.raises(Refused, match="请填写废止"):
        publish(new, actor("jl_issuer"), version=new.version)
    with pytest.raises(Refused, match="请填写废止"):
        perform.perform(new, "publish", actor("jl_issuer"), changes={"published_at": NOW})
    assert {call.state for call in Call.objects.filter(pk__in=[old.pk])} == {"published"}


def test_a_call_has_one_replacement(world: World) -> None:
    old = world.calls["jilin"]
    draft_of(old)
    with pytest.raises(Refused, match="已有替换此通知的 吉工信办联规〔2026〕40号"):
        draft_of(old, number="吉工信办联规〔2026〕41号")


def test_only_the_own_agencys_preparer_replaces_and_only_what_was_published(world: World) -> None:
    old = world.calls["jilin"]
    policy = in_force("jilin", NOW.date())
    for other in ("jl_issuer", "zs_upper"):
        with pytest.raises(NotAllowed):
            replacement(actor(other), old, policy, unchanged(old) | {"number": NEW})
    with pytest.raises(Refused, match="草稿不能替换"):
        draft_of(prepare_jilin(world.agencies))


def test_a_replacement_is_of_the_same_kind(world: World) -> None:
    new = draft_of(world.calls["zhongshan"])
    new = change(new, actor("zs_upper"), {"kind": "measuring"}, version=new.version)
    with pytest.raises(Refused, match="类别须与被替换的"):
        publish(new, actor("zs_issuer"), version=new.version, reason=WHY)


def test_who_prepared_the_replacement_does_not_publish_it(sign_in: SignIn, world: World) -> None:
    new = draft_of(world.calls["jilin"])
    assert sign_in("jl_upper").get(reverse("calls:publish", args=[new.pk])).status_code == 403


def test_on_the_pages_a_replacement_is_prepared_by_one_and_published_by_another(sign_in: SignIn, world: World) -> None:
    old = world.calls["jilin"]
    maker, issuer = sign_in("jl_upper"), sign_in("jl_issuer")
    address = reverse("calls:replace", args=[old.pk])
    assert "原通知同时废止" in maker.get(address).content.decode()
    sent = {
        "title": old.title, "number": NEW, "fiscal_year": 2027, "opens_at": "2026-05-06 09:00",
        "closes_at": "2026-06-30 17:00", "window_from": "2025-01-01", "window_to": "2026-04-30",
    }  # fmt: skip
    assert maker.post(address, sent | {"number": ""}).status_code == 422
    assert maker.post(address, sent).status_code == 303
    new = Call.objects.get(state="draft")
    assert maker.get(address)["Location"] == reverse("calls:detail", args=[new.pk])
    assert maker.post(address, sent).status_code == 422
    publishing = reverse("calls:publish", args=[new.pk])
    assert issuer.post(publishing, {"version": new.version, "reason": ""}).status_code == 422
    assert issuer.post(publishing, {"version": new.version, "reason": WHY}).status_code == 303
    assert NEW in maker.get(reverse("calls:detail", args=[old.pk])).content.decode()
    assert old.number in maker.get(reverse("calls:detail", args=[new.pk])).content.decode()


def test_the_page_of_the_old_call_leads_on_to_the_new_one(world: World) -> None:
    old = world.calls["jilin"]
    new = replaced(old)
    answer = Client().get(reverse("calls:hall_call", args=[old.pk]))
    assert answer["Location"] == reverse("calls:hall_call", args=[new.pk])
    assert f"本通知替换 {old.number}" in Client().get(answer["Location"]).content.decode()


# --- the cases ----------------------------------------------------------------


def test_a_draft_follows_and_its_applicant_is_told(world: World) -> None:
    case = jilin_draft(world)
    new = replaced(world.calls["jilin"], closes_at=datetime(2026, 6, 25, 17, 0, tzinfo=SHANGHAI))
    case = fresh(case)
    assert (case.call_id, case.state) == (new.pk, "draft")
    assert entries(case) == ["migrate", "recheck"]
    assert last(case, "migrate").evidence == {"from": world.calls["jilin"].number, "to": NEW}
    told = Message.objects.get(recipient__username="jl_applicant", title__contains=NEW)
    assert "已转入新通知，原填写内容和材料不变" in told.body
    assert "2026-06-25 17:00" in told.body


def test_a_submitted_case_follows_in_its_state_with_a_new_assessment(world: World) -> None:
    case = jilin_submitted(world)
    before = (case.state, case.filed_at, case.due_at, case.cap)
    new = replaced(world.calls["jilin"])
    case = fresh(case)
    assert case.call_id == new.pk
    assert (case.state, case.filed_at, case.due_at, case.cap) == before
    stored = Assessment.objects.get(submission__case=case, occasion="migrate")
    assert stored.facts["call"]["number"] == NEW
    assert last(case, "recheck").evidence["unmet"] == []


def test_what_no_longer_counts_changes_the_ceiling(world: World) -> None:
    """The window now ends before the invoices."""
    case = jilin_submitted(world)
    replaced(world.calls["jilin"], window_to=date(2025, 8, 31))
    seen = last(case, "recheck").evidence
    assert seen["cap"] != seen["cap_before"]
    assert fresh(case).cap != case.cap


def test_what_no_longer_passes_stays_in_hand_and_is_shown_to_the_officer_and_the_applicant(
    sign_in: SignIn, world: World
) -> None:
    case = jilin_submitted(world)
    new = draft_of(world.calls["jilin"])
    new = change(new, actor("jl_upper"), {"areas": ["222403"]}, version=new.version)
    publish(new, actor("jl_issuer"), version=new.version, reason=WHY)
    recheck_all({"call": new.pk})
    sentence = "所在地不在新通知的申报地区内"
    assert fresh(case).state == "local_review"
    assert sentence in Message.objects.get(recipient__username="jl_applicant", title__contains=NEW).body
    assert sentence in Message.objects.get(recipient__username="jl_local", title__contains=NEW).body
    text = sign_in("jl_upper").get(reverse("cases:migrated", args=[new.pk])).content.decode()
    assert sentence in text
    assert case.number in text
    assert "1 件按新通知有不符合项" in text


def test_drafts_are_counted_and_not_named_on_the_officers_page(sign_in: SignIn, world: World) -> None:
    case = jilin_draft(world)
    new = replaced(world.calls["jilin"])
    text = sign_in("jl_upper").get(reverse("cases:migrated", args=[new.pk])).content.decode()
    assert "其中草稿 1 件" in text
    assert case.number not in text
    assert case.enterprise.name not in text


def test_what_has_ended_stays_with_the_old_call(sign_in: SignIn, world: World) -> None:
    case = jilin_draft(world)
    withdraw(case, actor("jl_applicant"), reason="x")
    old = world.calls["jilin"]
    new = replaced(old)
    assert fresh(case).call_id == old.pk
    text = sign_in("jl_upper").get(reverse("cases:migrated", args=[new.pk])).content.decode()
    assert "1 件留在原通知" in text


def test_a_case_past_the_reviews_keeps_its_call_from_being_replaced(world: World) -> None:
    bare_case(world, world.calls["jilin"], "head", state="expert_review", filed_at=NOW)
    new = draft_of(world.calls["jilin"])
    with pytest.raises(Refused, match="已有 1 件进入专家评审或以后的环节"):
        publish(new, actor("jl_issuer"), version=new.version, reason=WHY)
    assert Call.objects.get(pk=world.calls["jilin"].pk).state == "published"


def test_a_letter_not_yet_sent_keeps_its_call_from_being_replaced(world: World) -> None:
    joint = letter(endorsed(jilin_submitted(world)))
    new = draft_of(world.calls["jilin"])
    with pytest.raises(Refused, match="拟报未发的上报文"):
        publish(new, actor("jl_issuer"), version=new.version, reason=WHY)
    send(joint, actor("jl_local"))
    assert publish(new, actor("jl_issuer"), version=new.version, reason=WHY).state == "published"
    assert {case.state for case in Case.objects.filter(call=new)} == {"upper_review"}


def test_a_panel_being_put_together_keeps_its_call_from_being_replaced(world: World) -> None:
    call = world.calls["jilin"]
    case = bare_case(world, call, "head", state="upper_review", filed_at=NOW)
    panel = Panel.objects.create(
        call=call, agency=call.agency, title="评审", scorecard=[], made_by_id=actor("jl_upper").person_id, made_at=NOW
    )
    PanelCase.objects.create(panel=panel, case=case, code="A1")
    new = draft_of(call)
    with pytest.raises(Refused, match="组建中的评审批次"):
        publish(new, actor("jl_issuer"), version=new.version, reason=WHY)


def test_a_draft_that_followed_is_submitted_under_the_new_call(world: World) -> None:
    case = zhongshan_draft(world)
    replaced(world.calls["zhongshan"])
    case = fresh(case)
    submission = submit(case, actor("zs_applicant"), declaration=declaration_of(case))
    assert submission.content["call_number"] == ZS_NEW


def test_a_call_voided_first_is_replaced_later_and_its_drafts_follow(world: World) -> None:
    old = world.calls["jilin"]
    case = jilin_draft(world)
    void(old, actor("jl_issuer"), reason="条件有误", version=old.version)
    made = draft_of(Call.objects.get(pk=old.pk))
    new = publish(made, actor("jl_issuer"), version=made.version)
    assert fresh(case).call_id == new.pk


def test_looking_again_twice_changes_nothing_more(world: World) -> None:
    case = jilin_submitted(world)
    new = replaced(world.calls["jilin"])
    told = Message.objects.count()
    recheck_all({"call": new.pk})
    assert Assessment.objects.filter(submission__case=case, occasion="migrate").count() == 1
    assert Message.objects.count() == told


def test_moving_many_cases_takes_as_many_statements_as_moving_few(world: World) -> None:
    """What follows each case is the job's; the publication itself stays short."""

    def asked(call: Call, number: str, firms: list[str]) -> int:
        for firm in firms:
            bare_case(world, call, firm, number=f"JL-{number}-{firm}")
        made = draft_of(call, number=f"吉工信办联规〔2026〕{number}号")
        with CaptureQueriesContext(connection) as seen:
            publish(made, actor("jl_issuer"), version=made.version, reason=WHY)
        assert Case.objects.filter(call=made).count() == len(firms)
        return len(seen)

    few = asked(publish_call(prepare_jilin(world.agencies)), "71", ["head"])
    assert asked(publish_call(prepare_jilin(world.agencies)), "72", list(world.enterprises)) == few


def test_the_officers_page_costs_the_same_for_one_case_and_for_four(sign_in: SignIn, world: World) -> None:
    client = sign_in("jl_upper")
    new = replaced(world.calls["jilin"])

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("cases:migrated", args=[new.pk]))
        return len(seen)

    def follow(firm: str) -> None:
        case = bare_case(world, new, firm, filed_at=NOW)
        for move in ("migrate", "recheck"):
            perform.record(case, move, actor("jl_issuer"), evidence={"to": new.number, "unmet": ["x"]})

    follow("head")
    few = asked()
    for firm in ("member1", "member2", "stranger"):
        follow(firm)
    assert asked() == few
