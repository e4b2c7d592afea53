"""An heir in another keeper's territory takes over only when a keeper there has confirmed it (domain case 24)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from subsidy.cases.models import Hold
from subsidy.cases.start import barred
from subsidy.desk.waiting import waiting
from subsidy.enterprises import proposals, selectors
from subsidy.enterprises.models import Bar, Enterprise, Succession, SuccessionProposal
from subsidy.enterprises.register import Evidence
from subsidy.enterprises.succession import answers_for, succeed
from subsidy.messages.models import Message
from tests.desk.browsing import SignIn, sign_in, text
from tests.enterprises.test_pages import many
from tests.imports.books import upload
from tests.papers.test_files import pdf
from tests.world import World, actor, world, zhongshan_submitted
from workflow import clock, perform
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused

__all__ = ["sign_in", "world"]

OLD, NEW = "member2", "zs_stranger"


def firm(world: World, key: str) -> Enterprise:
    return Enterprise.objects.get(pk=world.enterprises[key].pk)


def evidence() -> Evidence:
    return Evidence.of("合并协议", upload(pdf(), "协议.pdf"))


def propose(world: World, *, who: str = "jl_upper", old: str = OLD, new: str = NEW) -> SuccessionProposal:
    row = firm(world, old)
    return proposals.propose(
        row, firm(world, new), actor(who), kind=Succession.Kind.MERGER, effective_on=date(2026, 5, 1),
        evidence=evidence(), version=row.version,
    )  # fmt: skip


def titles(who: str) -> list[str]:
    return list(Message.objects.filter(recipient__username=who).order_by("pk").values_list("title", flat=True))


def moves_of(row: Enterprise) -> list[str]:
    events = Event.objects.filter(subject_kind="enterprises.enterprise", subject_id=row.pk).order_by("number")
    return list(events.values_list("move", flat=True))


# --- nothing passes on before the answer ---------------------------------------


def test_a_keeper_cannot_let_a_firm_of_another_territory_take_over(world: World) -> None:
    row = firm(world, OLD)
    with pytest.raises(NotAllowed, match="须由该地区的登记人员确认"):
        succeed(
            row, firm(world, NEW), actor("jl_upper"), kind=Succession.Kind.MERGER, effective_on=date(2026, 5, 1),
            evidence=evidence(), version=row.version,
        )  # fmt: skip
    assert firm(world, OLD).state == "listed"
    assert not Succession.objects.exists()


def test_a_proposed_succession_moves_neither_bars_nor_states(world: World) -> None:
    Bar.objects.create(enterprise=firm(world, OLD), valid_from=date(2025, 1, 1), reason="造假", source="第十三条")
    propose(world)
    assert firm(world, OLD).state == "listed"
    assert barred(firm(world, NEW), world.calls["zhongshan"]) == ""
    assert answers_for([firm(world, NEW).pk])[firm(world, NEW).pk] == {firm(world, NEW).pk}


def test_the_heirs_keepers_are_told_and_see_it_counted(world: World) -> None:
    assert "待确认的承继" not in counts("zs_upper")
    propose(world)
    assert titles("zs_upper") == titles("zs_upper2") != []
    assert "中山岐江光电有限公司 承继 延吉布尔哈通软件有限公司" in titles("zs_upper")[0]
    assert counts("zs_upper")["待确认的承继"] == 1
    assert "待确认的承继" not in counts("jl_upper")
    assert titles("zs_local") == titles("jl_upper") == []


def counts(who: str) -> dict[str, int]:
    return {one.label: one.count for one in waiting(actor(who)) if one.count}


def test_both_histories_have_the_proposal(world: World) -> None:
    made = propose(world)
    assert moves_of(firm(world, OLD)) == ["propose_succession"]
    assert moves_of(firm(world, NEW)) == ["offer_succession"]
    own = Event.objects.filter(subject_kind="enterprises.successionproposal", subject_id=made.pk)
    assert [event.evidence["digest"] for event in own] == [made.evidence]


# --- the answer ----------------------------------------------------------------


def test_confirmed_by_the_heirs_keeper_it_takes_effect_with_bars_and_all(world: World) -> None:
    Bar.objects.create(enterprise=firm(world, OLD), valid_from=date(2025, 1, 1), reason="造假", source="第十三条")
    made = propose(world)
    done = proposals.confirm(made, actor("zs_upper"), version=made.version)
    assert (done.effective_on, done.evidence, done.document) == (date(2026, 5, 1), made.evidence, "合并协议")
    assert firm(world, OLD).state == "succeeded"
    assert moves_of(firm(world, OLD)) == ["propose_succession", "pass_on"]
    assert moves_of(firm(world, NEW)) == ["offer_succession", "take_over"]
    assert "被停止申报资格" in barred(firm(world, NEW), world.calls["zhongshan"])
    assert "承继已获确认" in titles("jl_upper")[0]
    assert not selectors.to_confirm(actor("zs_upper")).exists()


def test_the_heirs_open_cases_are_held_for_the_bars_that_come_with_it(world: World) -> None:
    Bar.objects.create(enterprise=firm(world, OLD), valid_from=date(2025, 1, 1), reason="造假", source="第十三条")
    case = zhongshan_submitted(world)
    made = propose(world, new="zhongshan")
    assert case.enterprise == made.heir
    assert not Hold.objects.filter(case=case).exists()
    proposals.confirm(made, actor("zs_upper"), version=made.version)
    assert [hold.kind for hold in Hold.objects.filter(case=case)] == [Hold.Kind.BAR]


def test_declined_with_a_reason_nothing_passes_on_and_both_sides_keep_the_reason(world: World) -> None:
    made = propose(world)
    with pytest.raises(Refused, match="请写明不予确认的原因"):
        proposals.decline(made, actor("zs_upper"), reason=" ", version=made.version)
    proposals.decline(made, actor("zs_upper"), reason="协议未经我方登记", version=made.version)
    assert firm(world, OLD).state == "listed"
    assert not Succession.objects.exists()
    noted = Event.objects.filter(move="decline_succession").values_list("note", flat=True)
    assert list(noted) == ["协议未经我方登记"] * 2
    body = Message.objects.get(recipient__username="jl_upper").body
    assert body == "协议未经我方登记"
    assert propose(world).pk != made.pk


def test_withdrawn_by_its_own_side_it_waits_no_more_and_the_heirs_keeper_is_told(world: World) -> None:
    made = propose(world)
    proposals.withdraw(made, actor("jl_upper2"), reason="代码填错", version=made.version)
    assert "承继提请已撤回" in titles("zs_upper")[-1]
    with pytest.raises(Conflict):
        proposals.confirm(made, actor("zs_upper"), version=made.version + 1)
    assert firm(world, OLD).state == "listed"


@pytest.mark.parametrize("who", ["jl_upper", "zs_local", "zs_issuer", "zs_applicant", "jl_applicant", "admin"])
def test_nobody_but_the_heirs_keeper_answers(world: World, who: str) -> None:
    made = propose(world)
    with pytest.raises(NotAllowed):
        proposals.confirm(made, actor(who), version=made.version)
    with pytest.raises(NotAllowed):
        proposals.decline(made, actor(who), reason="不", version=made.version)
    assert firm(world, OLD).state == "listed"


@pytest.mark.parametrize("who", ["zs_upper", "jl_local", "jl_issuer"])
def test_nobody_but_the_predecessors_keeper_proposes_or_takes_back(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        propose(world, who=who)
    made = propose(world)
    with pytest.raises(NotAllowed):
        proposals.withdraw(made, actor(who), reason="不", version=made.version)


@pytest.mark.parametrize("who", ["jl_upper", "zs_upper"])
def test_without_a_confirmed_proposal_nobody_may_pass_a_firm_on_to_an_heir_elsewhere(world: World, who: str) -> None:
    propose(world)
    with pytest.raises(NotAllowed):
        perform.perform(firm(world, OLD), "pass_on", actor(who))


def test_the_second_answer_to_a_proposal_is_a_conflict(world: World) -> None:
    made = propose(world)
    proposals.confirm(made, actor("zs_upper"), version=made.version)
    with pytest.raises(Conflict):
        proposals.decline(made, actor("zs_upper2"), reason="不", version=made.version)
    assert Succession.objects.count() == 1


# --- what is asked of a proposal ------------------------------------------------


def test_while_one_waits_there_is_no_second_and_no_other_heir(world: World) -> None:
    propose(world)
    with pytest.raises(Refused, match="正等待承继单位所在地区确认"):
        propose(world, new="zhongshan")
    row = firm(world, OLD)
    with pytest.raises(Refused, match="正等待承继单位所在地区确认"):
        succeed(
            row, firm(world, "head"), actor("jl_upper"), kind=Succession.Kind.MERGER, effective_on=date(2026, 5, 1),
            evidence=evidence(), version=row.version,
        )  # fmt: skip


def test_what_one_keeps_oneself_needs_no_proposal(world: World) -> None:
    with pytest.raises(Refused, match="请直接登记承继"):
        propose(world, new="head")


def test_an_heir_that_has_gone_meanwhile_cannot_be_confirmed(world: World) -> None:
    made = propose(world)
    perform.perform(firm(world, NEW), "strike", actor("zs_upper"), note="注销")
    with pytest.raises(Refused, match="已注销，不能承继"):
        proposals.confirm(made, actor("zs_upper"), version=made.version)
    assert SuccessionProposal.objects.get().state == "proposed"


def test_a_predecessor_that_has_gone_meanwhile_cannot_be_passed_on(world: World) -> None:
    made = propose(world)
    perform.perform(firm(world, OLD), "strike", actor("jl_upper"), note="注销")
    with pytest.raises(Conflict, match="已注销"):
        proposals.confirm(made, actor("zs_upper"), version=made.version)
    assert not Succession.objects.exists()


def test_an_old_page_and_a_day_to_come_are_refused(world: World) -> None:
    row, heir = firm(world, OLD), firm(world, NEW)
    given = {"kind": Succession.Kind.MERGER, "evidence": evidence()}
    with pytest.raises(Conflict):
        proposals.propose(row, heir, actor("jl_upper"), effective_on=date(2026, 5, 1), version=7, **given)  # type: ignore[arg-type]
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(Refused, match="不能晚于今天"):
        proposals.propose(row, heir, actor("jl_upper"), effective_on=tomorrow, version=row.version, **given)  # type: ignore[arg-type]


def test_a_proposal_stays_as_it_was_made(world: World) -> None:
    propose(world)
    for change in ("SET heir_id = predecessor_id", "SET evidence = 'x'", "SET state = 'confirmed', heir_id = 1"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE enterprises_successionproposal {change}")


# --- pages ----------------------------------------------------------------------


def test_proposing_by_the_page_and_confirming_it_on_the_other_side(world: World, sign_in: SignIn) -> None:
    jilin, zhongshan = sign_in("jl_upper"), sign_in("zs_upper")
    old, heir = firm(world, OLD), firm(world, NEW)
    given = {
        "kind": "merger", "code": heir.credit_code, "effective_on": "2026-05-02", "document": "协议",
        "version": str(old.version), "file": upload(pdf(), "协议.pdf"),
    }  # fmt: skip
    answer = jilin.post(f"/enterprises/{old.pk}/succession/", given, follow=True)
    assert "已提请承继单位所在地区确认，确认后生效" in text(answer)
    made = SuccessionProposal.objects.get()
    home = f"/enterprises/successions/{made.pk}/"
    for browser, row in ((jilin, old), (zhongshan, heir)):
        page = text(browser.get(f"/enterprises/{row.pk}/"))
        assert "已提请由“中山岐江光电有限公司”" in page
        assert home in page
    assert f"{home}confirm/" in text(zhongshan.get(home))
    assert f"{home}confirm/" not in text(jilin.get(home))
    assert f"{home}withdraw/" in text(jilin.get(home))
    assert jilin.post(f"{home}confirm/", {"agreed": "on", "version": "1"}).status_code == 403
    scan = zhongshan.get(f"{home}evidence/")
    assert scan["Content-Type"] == "application/pdf"
    scan.getvalue()
    assert "待确认的承继" in text(zhongshan.get("/"))
    assert zhongshan.post(f"{home}confirm/", {"version": "1"}).status_code == 422
    assert zhongshan.post(f"{home}confirm/", {"agreed": "on"}).status_code == 409
    assert zhongshan.post(f"{home}confirm/", {"agreed": "on", "version": str(made.version)}).status_code == 303
    assert "待确认的承继" not in text(zhongshan.get("/"))
    assert "由“中山岐江光电有限公司”" in text(jilin.get(f"/enterprises/{old.pk}/"))


def test_declining_by_the_page_asks_for_the_reason_and_keeps_it(world: World, sign_in: SignIn) -> None:
    browser, made = sign_in("zs_upper"), propose(world)
    home = f"/enterprises/successions/{made.pk}/"
    assert browser.post(f"{home}decline/", {"version": str(made.version)}).status_code == 422
    assert browser.post(f"{home}decline/", {"version": str(made.version), "reason": "无此协议"}).status_code == 303
    assert "无此协议" in text(browser.get(home))
    assert "无此协议" in text(sign_in("jl_upper").get(f"/enterprises/{firm(world, OLD).pk}/"))


def test_the_list_has_an_empty_state_and_shows_each_side_its_own(world: World, sign_in: SignIn) -> None:
    assert "没有承继提请" in text(sign_in("jl_upper").get("/enterprises/successions/"))
    propose(world)
    for who, sees in (("jl_local", True), ("zs_other_local", True), ("zs_local", False), ("jl_other_local", False)):
        page = text(sign_in(who).get("/enterprises/successions/"))
        assert ("中山岐江光电有限公司" in page) is sees, who


def test_the_list_costs_the_same_at_five_and_at_fifty_rows(world: World, sign_in: SignIn) -> None:
    browser, counted = sign_in("zs_upper"), []
    for number in (5, 45):
        SuccessionProposal.objects.bulk_create(
            SuccessionProposal(
                predecessor=row, heir=firm(world, NEW), kind="merger", effective_on=date(2026, 5, 1), document="协议",
                evidence="a" * 64, evidence_name="a.pdf", proposed_by_id=actor("jl_upper").person_id,
                proposed_at=clock.now(),
            )
            for row in many(number)
        )  # fmt: skip
        with CaptureQueriesContext(connection) as found:
            assert browser.get("/enterprises/successions/").status_code == 200
        counted.append(len(found))
    assert counted[0] == counted[1]
