"""Leave and deputies: what a deputy does for somebody absent, and what neither may check of the other's work."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.accounts import leave
from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Leave, Post, User
from subsidy.accounts.rights import Role
from subsidy.calls.publish import publish
from subsidy.cases.decide import confirm_automatic
from subsidy.cases.models import Case
from subsidy.cases.review import first_opening, why_not_sign
from subsidy.cases.selectors import visible_to
from subsidy.funding.moves import checked_by_another_person
from subsidy.notices.views import _handles
from tests.accounts.door import messages_of
from tests.cases.reviewing import recommended
from tests.desk.browsing import SignIn, sign_in, text
from tests.funding import factory as money
from tests.world import SINCE, World, actor, jilin_submitted, prepare_jilin, world
from workflow import clock
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.protocols import SYSTEM

__all__ = ["sign_in", "world"]

TODAY, BACK = date(2026, 5, 20), date(2026, 5, 27)


def post_of(username: str) -> Post:
    return Post.objects.select_related("user", "agency").order_by("pk").filter(user__username=username)[0]


def away(
    username: str, deputy: str, first: date = TODAY, back: date = BACK, *, by: str = "", version: int | None = None
) -> Leave:
    post = post_of(username)
    seen = post.user.version if version is None else version
    return leave.take(post, actor(by or username), post_of(deputy), first, back, "年休假", version=seen)


def also(username: str, role: str, agency: Any) -> None:
    """A second post of somebody, as small offices have them."""
    Post.objects.create(user=User.objects.get(username=username), role=role, agency=agency, valid_from=SINCE)


# --- taking leave -------------------------------------------------------------


def test_somebody_enters_leave_and_the_deputy_is_told(world: World, sign_in: SignIn) -> None:
    browser, post = sign_in("jl_local"), post_of("jl_local")
    assert reverse("desk:leave_new", args=[post.pk]) in text(browser.get("/leaves/"))
    page = text(browser.get(reverse("desk:leave_new", args=[post.pk])))
    assert "王芳（jl_local2）" in page
    assert not [name for name in ("李明（jl_local）</option>", "孙丽", "赵强") if name in page]
    given = {
        "first": "2026-05-20", "back": "2026-05-27", "deputy": post_of("jl_local2").pk, "reason": "年休假",
        "version": str(post.user.version),
    }  # fmt: skip
    answer = browser.post(reverse("desk:leave_new", args=[post.pk]), given)
    assert (answer.status_code, answer["Location"]) == (303, "/leaves/"), text(answer)
    made = Leave.objects.get()
    assert (made.post, made.deputy, made.entered_by) == (post, post_of("jl_local2"), post.user)
    assert "代理中" in text(browser.get("/leaves/"))
    assert "李明" in text(sign_in("jl_local2").get("/leaves/"))
    assert messages_of("jl_local2") == ["您被指定为代理人"]
    event = Event.objects.get(subject_kind="accounts.user", subject_id=post.user_id)
    assert (event.move, event.actor_name, event.note) == ("take_leave", "李明", "年休假")
    assert "由王芳代理" in text(sign_in("admin").get(reverse("desk:person", args=[post.user_id])))


@pytest.mark.parametrize("by", ["admin", "jl_issuer"])
def test_an_administrator_or_who_issues_at_the_agency_enters_it_for_another(world: World, by: str) -> None:
    made = away("jl_upper", "jl_upper2", by=by)
    assert made.entered_by.username == by


@pytest.mark.parametrize("by", ["jl_local2", "jl_issuer", "jl_finance", "security", "auditor", "jl_applicant"])
def test_nobody_else_sends_somebody_on_leave(world: World, sign_in: SignIn, by: str) -> None:
    with pytest.raises(NotAllowed):
        away("jl_local", "jl_local2", by=by)
    assert sign_in(by).get(reverse("desk:leave_new", args=[post_of("jl_local").pk])).status_code == 404
    assert not Leave.objects.exists()


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ((date(2026, 5, 19), BACK), "不能早于今天"), ((TODAY, TODAY), "须晚于请假的起始日期"),
        ((TODAY, date(2027, 1, 2)), "不覆盖全部请假日期"),
    ],
)  # fmt: skip
def test_days_that_are_none_are_refused(world: World, days: tuple[date, date], sentence: str) -> None:
    Post.objects.filter(pk=post_of("jl_local2").pk).update(valid_to=date(2027, 1, 1))
    with pytest.raises(Refused, match=sentence):
        away("jl_local", "jl_local2", *days)


@pytest.mark.parametrize("deputy", ["jl_other_local", "jl_finance", "zs_local", "jl_local"])
def test_a_deputy_is_a_colleague_in_the_same_role(world: World, sign_in: SignIn, deputy: str) -> None:
    with pytest.raises(Refused, match="同一单位、同一岗位的另一名"):
        away("jl_local", deputy)
    given = {"first": "2026-05-20", "back": "2026-05-27", "deputy": post_of(deputy).pk, "reason": "年休假"}
    answer = sign_in("jl_local").post(reverse("desk:leave_new", args=[post_of("jl_local").pk]), given)
    assert (answer.status_code, "代理人须为同一单位" in text(answer)) == (422, True)
    days = {"valid_from": TODAY, "valid_to": BACK, "entered_by_id": post_of("jl_local").user_id}
    with pytest.raises(IntegrityError, match="same role"), transaction.atomic():
        Leave.objects.create(post=post_of("jl_local"), deputy=post_of(deputy), reason="x", **days)


def test_nobody_is_away_twice_and_no_deputy_is_away_or_has_a_deputy(world: World) -> None:
    also("jl_stranger", "local_reviewer", world.agencies["222401-gxj"])
    third = Post.objects.get(user__username="jl_stranger", role="local_reviewer")
    away("jl_local", "jl_local2")
    with pytest.raises(Refused, match="已登记请假"):
        away("jl_local", "jl_local2", date(2026, 5, 26), date(2026, 5, 28))
    with pytest.raises(Refused, match="正代理他人"):
        leave.take(post_of("jl_local2"), actor("admin"), third, TODAY, BACK, "x", version=0)
    with pytest.raises(Refused, match="也在请假"):
        leave.take(third, actor("admin"), post_of("jl_local"), TODAY, BACK, "x", version=third.user.version)
    away("jl_local2", "jl_local", BACK, date(2026, 5, 29))
    assert Leave.objects.count() == 2


def test_an_old_page_enters_no_leave(world: World) -> None:
    away("jl_local", "jl_local2")
    with pytest.raises(Conflict):
        away("jl_local", "jl_local2", date(2026, 6, 1), date(2026, 6, 2), version=0)


def test_leave_ends_earlier_never_later_and_once(world: World, sign_in: SignIn) -> None:
    made = away("jl_local", "jl_local2")
    where = reverse("desk:leave_end", args=[made.pk])
    assert sign_in("jl_local2").get(where).status_code == 404
    browser = sign_in("jl_local")
    late = browser.post(where, {"on": "2026-05-28", "version": "1"})
    assert (late.status_code, "请假不能延长" in text(late)) == (422, True)
    assert browser.post(where, {"on": "2026-05-20", "version": "1"}).status_code == 303
    assert actor("jl_local2").absent == ()
    assert browser.get(where).status_code == 404
    away("jl_local", "jl_local2")


# --- acting for somebody ------------------------------------------------------


def acted(case: Case) -> list[tuple[str, Any]]:
    events = Event.objects.filter(subject_kind="cases.case", subject_id=case.pk).order_by("number")
    return [(event.actor_name, event.evidence.get("deputy_for", {}).get("name")) for event in events]


def test_what_a_deputy_does_with_a_case_in_the_hands_of_the_absent_says_so(world: World, sign_in: SignIn) -> None:
    case = first_opening(jilin_submitted(world), actor("jl_local"))
    away("jl_local", "jl_local2")
    confirm_automatic(case, actor("jl_local2"), version=case.version)
    assert acted(case)[-1] == ("王芳", "李明")
    page = text(sign_in("jl_local2").get(reverse("desk:section", args=[case.number, "history"])))
    assert "王芳（代李明）" in page
    assert "王芳（代李明）" in text(sign_in("auditor").get(reverse("ops:history")))


@pytest.mark.parametrize("when", ["before", "after", "own", "another's"])
def test_whoever_is_no_deputy_then_or_not_for_this_case_acts_alone(world: World, when: str) -> None:
    opener = {"own": "jl_local2"}.get(when, "jl_local")
    case = first_opening(jilin_submitted(world), actor(opener))
    if when == "another's":
        also("jl_stranger", "local_reviewer", world.agencies["222401-gxj"])
        third = Post.objects.get(user__username="jl_stranger", role="local_reviewer")
        leave.take(third, actor("admin"), post_of("jl_local2"), TODAY, BACK, "x", version=third.user.version)
    else:
        away("jl_local", "jl_local2", TODAY + timedelta(days=when == "before"), TODAY + timedelta(days=2))
    if when == "after":
        clock.travel_to(clock.now() + timedelta(days=2))
    confirm_automatic(case, actor("jl_local2"), version=case.version)
    assert acted(case)[-1] == ("王芳", None)


def test_a_deputy_sees_and_may_no_more_than_the_role_gives(world: World) -> None:
    case = jilin_submitted(world)
    before = actor("jl_local2")
    away("jl_local", "jl_local2")
    after = actor("jl_local2")
    assert after.seats == before.seats
    assert after.absent == ((post_of("jl_local").user_id, "李明"),)
    assert list(visible_to(after)) == list(visible_to(before)) == [case]
    assert replace(after, absent=(), deputies=frozenset()) == before


def test_a_lost_post_ends_the_deputising_of_both(world: World) -> None:
    away("jl_local", "jl_local2")
    Post.objects.filter(pk=post_of("jl_local").pk).update(valid_to=TODAY)
    assert (actor("jl_local2").absent, actor("jl_local").deputies) == ((), frozenset())


def test_a_deputy_sees_who_objects_where_the_absent_handles_it(world: World) -> None:
    handled = type("Handled", (), {"handler_id": post_of("jl_upper").user_id})()
    request = type("Asked", (), {"actor": actor("jl_upper2")})()
    assert not _handles(handled, request)
    away("jl_upper", "jl_upper2")
    request.actor = actor("jl_upper2")
    assert _handles(handled, request)


# --- separation of duties -----------------------------------------------------


def pairs() -> list[tuple[str, str]]:
    """Who made something, and who now tries to check it: the deputy, or the absent person what the deputy made."""
    return [("first", "second"), ("second", "first")]


@pytest.mark.parametrize(("maker", "checker"), pairs())
def test_neither_signs_for_finance_what_the_other_reviewed(world: World, maker: str, checker: str) -> None:
    people = {"first": "jl_local", "second": "jl_local2"}
    case = recommended(jilin_submitted(world), people[maker])
    also(people[checker], "local_finance", world.agencies["222401-czj"])
    assert why_not_sign(case, actor(people[checker])) == ""
    away("jl_local", "jl_local2")
    assert "由另一名工作人员会审" in why_not_sign(case, actor(people[checker]))
    clock.travel_to(clock.now() + timedelta(days=7))
    assert why_not_sign(case, actor(people[checker])) == ""


@pytest.mark.parametrize(("maker", "checker"), pairs())
def test_neither_publishes_the_call_that_the_other_prepared(world: World, maker: str, checker: str) -> None:
    people = {"first": "jl_upper", "second": "jl_upper2"}
    call = prepare_jilin(world.agencies)
    type(call).objects.filter(pk=call.pk).update(prepared_by=post_of(people[maker]).user)
    also(people[checker], "issuer", world.agencies["220000-gxt"])
    away("jl_upper", "jl_upper2")
    call.refresh_from_db()
    with pytest.raises(Refused, match="拟制人不能自己发布"):
        publish(call, actor(people[checker]), version=call.version)


def test_a_deputy_does_not_check_the_batch_that_the_absent_made(world: World) -> None:
    plan, _cases = money.payable(world, "jilin", ["600000.00", "400000.00"])
    batch = money.batch_of(world, plan, "jilin")
    also("jl_stranger", "pay_maker", world.agencies["222401-czj"])
    also("jl_stranger", "pay_checker", world.agencies["222401-czj"])
    stranger = User.objects.get(username="jl_stranger")
    assert not checked_by_another_person([batch], Actor.of(stranger))
    deputy = Post.objects.get(user=stranger, role="pay_maker")
    maker = post_of("jl_pay_maker")
    leave.take(maker, actor("jl_pay_maker"), deputy, TODAY, BACK, "x", version=maker.user.version)
    assert checked_by_another_person([batch], Actor.of(stranger))


def test_the_system_is_nobody_s_deputy(world: World) -> None:
    assert (SYSTEM.one_with, SYSTEM.deputy_for(1)) == (frozenset(), "")
    assert Actor(None, "").one_with == frozenset()


# --- what it costs ------------------------------------------------------------


def test_who_acts_costs_one_query_with_leaves_too(world: World) -> None:
    away("jl_local", "jl_local2")
    user = User.objects.get(username="jl_local2")
    with CaptureQueriesContext(connection) as spent:
        assert Actor.of(user).absent
    assert len(spent) == 1


def test_the_list_costs_the_same_at_five_and_at_fifty_rows(world: World, sign_in: SignIn) -> None:
    browser, costs = sign_in("admin"), []
    post, deputy, admin = post_of("jl_local"), post_of("jl_local2"), User.objects.get(username="admin")
    for start, count in ((0, 5), (5, 45)):
        first = [TODAY + timedelta(days=start + n) for n in range(count)]
        Leave.objects.bulk_create(
            Leave(post=post, deputy=deputy, valid_from=day, valid_to=day + timedelta(days=1), entered_by=admin)
            for day in first
        )
        with CaptureQueriesContext(connection) as spent:
            page = text(browser.get("/leaves/"))
        assert page.count("结束请假") == start + count
        costs.append(len(spent))
    assert costs[0] == costs[1] < 15
    assert post.role == Role.LOCAL_REVIEWER
