"""The system administrator's pages of people: accounts, posts, and what nobody may do about himself."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.accounts import links
from subsidy.accounts.models import Agency, Post, Session, User
from subsidy.accounts.rights import Role
from tests.accounts.door import messages_of
from tests.desk.browsing import SignIn, sign_in, text
from tests.world import SINCE, World, actor, world
from workflow import clock
from workflow.models import Access, Event, Job
from workflow.perform import NotAllowed

__all__ = ["sign_in", "world"]

ROW = re.compile(r'<a href="/people/(\d+)/">')
TODAY = date(2026, 5, 20)


@pytest.fixture
def admin(world: World, sign_in: SignIn) -> Client:
    return sign_in("admin")


def person(username: str = "jl_local") -> User:
    return User.objects.get(username=username)


def address(name: str, username: str = "jl_local", *more: int) -> str:
    return reverse(f"desk:{name}", args=[person(username).pk, *more])


def agency(code: str = "222401-gxj") -> int:
    return int(Agency.objects.get(code=code).pk)


def send(browser: Client, page: str, username: str = "jl_local", /, *more: int, **data: Any) -> Any:
    """Send a form with the version that the page shows now."""
    return browser.post(address(page, username, *more), {"version": str(person(username).version), **data})


def history(username: str) -> list[tuple[str, str]]:
    found = Event.objects.filter(subject_kind="accounts.user", subject_id=person(username).pk).order_by("number")
    return list(found.values_list("move", "actor_name"))


def shown(page: str) -> set[str]:
    return set(User.objects.filter(pk__in=ROW.findall(page)).values_list("username", flat=True))


NEW = {
    "name": "许诺", "username": "xunuo", "phone": "13911112222", "email": "xu@example.cn", "role": "local_reviewer",
    "valid_from": "2026-05-20",
}  # fmt: skip


# --- the list -----------------------------------------------------------------


def test_the_list_is_narrowed_by_agency_role_and_state(admin: Client) -> None:
    at = f"agency={agency()}"
    assert shown(text(admin.get(f"/people/?{at}"))) == {"jl_local", "jl_local2"}
    assert shown(text(admin.get("/people/?role=pay_checker"))) == {"jl_pay_checker", "zs_pay_checker"}
    assert shown(text(admin.get(f"/people/?{at}&role=pay_checker"))) == set()
    assert "没有符合条件的人员" in text(admin.get(f"/people/?{at}&role=pay_checker"))
    send(admin, "person_lock", reason="手机遗失")
    assert shown(text(admin.get("/people/?state=locked"))) == {"jl_local"}
    assert shown(text(admin.get("/people/?q=李明"))) == {"jl_local"}


def test_agency_and_role_are_asked_of_one_post(admin: Client) -> None:
    """Two posts, one with the agency and one with the role, are none that has both."""
    send(admin, "post_new", role="expert", valid_from="2026-05-20")
    assert shown(text(admin.get(f"/people/?agency={agency()}&role=expert"))) == set()
    assert "jl_local" in shown(text(admin.get("/people/?role=expert")))


@pytest.mark.parametrize("query", ["role=none", "state=x", "agency=abc", "agency=99999999999999", "at=x", "q=%00"])
def test_what_makes_no_sense_narrows_nothing(admin: Client, query: str) -> None:
    answer = admin.get(f"/people/?{query}")
    assert (answer.status_code, len(shown(text(answer)))) == (200, User.objects.count())


def test_pages_follow_the_user_names_and_lose_nobody(admin: Client) -> None:
    User.objects.bulk_create(User(username=f"u{n:04d}", name=f"人{n}") for n in range(120))
    seen: list[str] = []
    where = "/people/"
    while where:
        page = text(admin.get(where))
        seen += ROW.findall(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        where = f"/people/{following[1].replace('&amp;', '&')}" if following else ""
    assert [int(one) for one in seen] == list(User.objects.order_by("username", "pk").values_list("pk", flat=True))


@pytest.mark.parametrize("where", ["list", "person"])
def test_the_pages_cost_the_same_at_five_and_at_fifty_rows(admin: Client, where: str) -> None:
    page = "/people/?role=expert" if where == "list" else address("person")
    costs = []
    for count in (5, 45):
        made = User.objects.bulk_create(User(username=f"v{count}{n:04d}", name=f"人{n}") for n in range(count))
        Post.objects.bulk_create(Post(user=one, role="expert", valid_from=SINCE) for one in made)
        start = date(2001, 1, 1) + timedelta(days=400 * (count == 45))
        Post.objects.bulk_create(
            Post(
                user=person(), role="expert", valid_from=start + timedelta(days=n),
                valid_to=start + timedelta(days=n + 1), granted_by=person("admin"), granted_on=TODAY,
            )
            for n in range(count)
        )  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as spent:
            assert admin.get(page).status_code == 200
        costs.append(len(spent))
    assert costs[0] == costs[1] < 15


# --- a new person -------------------------------------------------------------


def test_a_new_person_has_a_post_a_history_and_a_mailed_link_and_no_password(admin: Client) -> None:
    answer = admin.post(reverse("desk:person_new"), NEW | {"agency": agency(), "once": "k"})
    assert answer.status_code == 303, text(answer)
    made = person("xunuo")
    assert answer["Location"] == address("person", "xunuo")
    assert (made.has_usable_password(), made.is_active, made.phone) == (False, True, "13911112222")
    post = made.posts.get()
    assert (post.role, post.agency_id, post.valid_from, post.granted_by) == (
        "local_reviewer", agency(), TODAY, person("admin"),
    )  # fmt: skip
    assert history("xunuo") == [("create", "管理员"), ("give_post", "管理员")]
    assert Job.objects.filter(name=links.STARTED, arguments__user=made.pk).count() == 1
    assert Access.objects.filter(kind="administered", result="add xunuo").exists()
    page = text(admin.get(answer["Location"]))
    assert "延吉市工业和信息化局 初审，自 2026-05-20 起" in page
    assert "13911112222" not in page


def test_the_same_form_twice_makes_one_person(admin: Client) -> None:
    for _time in range(2):
        assert admin.post(reverse("desk:person_new"), NEW | {"agency": agency(), "once": "k"}).status_code == 303
    assert User.objects.filter(username="xunuo").count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"username": "jl_local"}, "用户名“jl_local”已被使用"), ({"username": "JL_local"}, "已被使用"),
        ({"name": ""}, "请填写“姓名”"), ({"email": "nobody"}, "请填写正确的电子邮箱"),
        ({"email": ""}, "请填写“电子邮箱”"),
        ({"role": ""}, "请选择“岗位”"), ({"agency": ""}, "请选择“单位”"), ({"agency": "999999"}, "没有这个单位"),
        ({"role": "expert"}, "“评审专家”岗位不属于单位"), ({"role": "auditor"}, "“审计员”岗位不属于单位"),
        ({"role": "applicant"}, "请填写已在企业名录登记的统一社会信用代码"),
        ({"credit_code": "91222401MA0000001X"}, "只有申报人的岗位属于申报单位"),
        ({"valid_from": "2026-02-30"}, "2026年2月没有30日"), ({"valid_to": "2026-05-20"}, "终止日期须晚于起始日期"),
    ],
)  # fmt: skip
def test_a_person_that_is_none_is_refused_with_a_sentence_and_keeps_what_was_typed(
    admin: Client, change: dict[str, str], sentence: str
) -> None:
    answer = admin.post(reverse("desk:person_new"), NEW | {"agency": agency()} | change)
    page = text(answer)
    assert (answer.status_code, sentence in page) == (422, True), page
    assert 'value="13911112222"' in page
    assert not User.objects.filter(name="许诺").exists()


def test_somebody_who_files_has_the_post_at_the_enterprise(admin: Client, world: World) -> None:
    code = world.enterprises["head"].credit_code
    answer = admin.post(reverse("desk:person_new"), NEW | {"role": "applicant", "credit_code": code})
    assert answer.status_code == 303, text(answer)
    assert person("xunuo").posts.get().enterprise == world.enterprises["head"]


# --- the account --------------------------------------------------------------


def test_a_lock_shuts_out_at_once_and_its_end_lets_in_again(admin: Client, sign_in: SignIn) -> None:
    browser = sign_in("jl_local")
    assert send(admin, "person_lock", reason="手机遗失").status_code == 303
    assert browser.get("/review/").status_code == 302
    assert not Session.objects.filter(user=person()).exists()
    assert (person().is_active, person().state) == (False, "locked")
    assert send(admin, "person_unlock", reason="已找回").status_code == 303
    assert (person().is_active, person().state) == (True, "active")
    assert person().posts.get().valid_to is None
    events = Event.objects.filter(subject_kind="accounts.user", subject_id=person().pk).order_by("number")
    assert list(events.values_list("move", "note")) == [("lock", "手机遗失"), ("unlock", "已找回")]


def test_who_leaves_loses_the_posts_by_a_day_and_nothing_is_deleted(admin: Client) -> None:
    later = date(2026, 7, 1)
    Post.objects.create(user=person(), role="expert", valid_from=later)
    assert send(admin, "person_end", reason="退休").status_code == 303
    assert set(person().posts.values_list("role", "valid_to")) == {("local_reviewer", TODAY), ("expert", later)}
    assert not Post.objects.on(later).filter(user=person()).exists()
    assert (person().is_active, person().state, person().name) == (False, "ended", "李明")
    assert send(admin, "post_new", role="expert", valid_from="2026-05-20").status_code == 422
    assert send(admin, "person_restore", reason="返聘").status_code == 303
    assert (person().is_active, Post.objects.on(TODAY).filter(user=person()).count()) == (True, 0)


def test_a_telephone_that_somebody_else_has_now_does_not_come_back(admin: Client) -> None:
    User.objects.filter(pk=person().pk).update(phone_key="k")
    send(admin, "person_end", reason="退休")
    User.objects.filter(username="jl_local2").update(phone_key="k")
    answer = send(admin, "person_restore", reason="返聘")
    assert (answer.status_code, "已有启用中的账号使用此手机号码" in text(answer)) == (422, True)


def test_a_move_that_the_state_does_not_allow_is_a_conflict(admin: Client) -> None:
    answer = send(admin, "person_unlock", reason="误操作")
    assert (answer.status_code, "不能执行“解除锁定”" in text(answer)) == (409, True)


def test_a_correction_shows_before_and_after_but_no_telephone(admin: Client) -> None:
    answer = send(admin, "person_edit", name="李鸣", email="li@example.cn", phone="13900003333")
    assert answer.status_code == 303, text(answer)
    page = text(admin.get(answer["Location"]))
    assert "姓名：李明 → 李鸣" in page
    assert "13900003333" not in page
    assert messages_of("jl_local") == ["账号资料已修改"]


def test_an_old_page_changes_nothing(admin: Client) -> None:
    send(admin, "person_edit", name="李鸣", email="li@example.cn")
    answer = admin.post(address("person_edit"), {"name": "李茗", "email": "li@example.cn", "version": "0"})
    assert (answer.status_code, person().name) == (409, "李鸣")
    assert "李茗" in text(answer)


@pytest.mark.parametrize(("username", "office"), [("security", "安全管理员"), ("auditor", "审计员")])
@pytest.mark.parametrize("act", ["person_lock", "person_end", "post_end"])
def test_no_office_is_left_without_anybody(admin: Client, username: str, office: str, act: str) -> None:
    more = [person(username).posts.get().pk] if act == "post_end" else []
    given = {"reason": "调离", "on": "2026-05-21"}
    answer = send(admin, act, username, *more, **given)
    assert (answer.status_code, f"{office}岗位只有此人在任" in text(answer)) == (422, True)
    second = User.objects.create_user("second", name="乙")
    Post.objects.create(user=second, role=person(username).posts.get().role, valid_from=SINCE)
    assert send(admin, act, username, *more, **given).status_code == 303


def test_who_is_locked_does_not_keep_an_office(admin: Client) -> None:
    second = User.objects.create_user("second", name="乙")
    Post.objects.create(user=second, role="auditor", valid_from=SINCE)
    assert send(admin, "person_lock", "second", reason="休假").status_code == 303
    assert send(admin, "person_lock", "auditor", reason="休假").status_code == 422


# --- posts --------------------------------------------------------------------


def test_a_post_is_given_and_ended_by_days_and_both_stand_in_the_history(admin: Client) -> None:
    given = {"role": "local_finance", "agency": agency("222401-czj"), "valid_from": "2026-05-21"}
    assert send(admin, "post_new", **given).status_code == 303
    post = Post.objects.get(user=person(), role="local_finance")
    assert (post.granted_by, post.granted_on) == (person("admin"), TODAY)
    assert "未到任" in text(admin.get(address("person")))
    answer = send(admin, "post_end", "jl_local", post.pk, on="2026-06-01", reason="借调结束")
    assert answer.status_code == 303, text(answer)
    post.refresh_from_db()
    assert post.valid_to == date(2026, 6, 1)
    assert [move for move, _who in history("jl_local")] == ["give_post", "end_post"]
    assert messages_of("jl_local") == ["岗位已变更", "岗位已变更"]


def test_a_post_ends_today_and_with_it_the_session(admin: Client, sign_in: SignIn) -> None:
    browser = sign_in("jl_local")
    assert browser.get("/review/").status_code == 200
    assert (
        send(admin, "post_end", "jl_local", person().posts.get().pk, on="2026-05-20", reason="调离").status_code == 303
    )
    assert browser.get("/review/").status_code == 302


@pytest.mark.parametrize(
    ("on", "sentence"), [("2026-05-19", "不能早于今天"), ("2027-01-01", "原定 2026-12-31 终止，不能延长")]
)
def test_a_post_ends_neither_in_the_past_nor_later_than_it_would(admin: Client, on: str, sentence: str) -> None:
    post = person().posts.get()
    Post.objects.filter(pk=post.pk).update(valid_to=date(2026, 12, 31))
    answer = send(admin, "post_end", "jl_local", post.pk, on=on, reason="调离")
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    post.refresh_from_db()
    assert post.valid_to == date(2026, 12, 31)


def test_a_post_ends_once(admin: Client) -> None:
    post = person().posts.get()
    assert send(admin, "post_end", "jl_local", post.pk, on="2026-05-20", reason="调离").status_code == 303
    answer = send(admin, "post_end", "jl_local", post.pk, on="2026-05-20", reason="调离")
    assert (answer.status_code, "已于 2026-05-20 终止" in text(answer)) == (422, True)
    assert "/end/" not in text(admin.get(address("person"))).replace(address("person_end"), "")


@pytest.mark.parametrize("days", [("2026-05-20", ""), ("2019-01-01", "2020-01-02"), ("2030-01-01", "2031-01-01")])
def test_the_same_post_twice_at_a_time_is_refused(admin: Client, days: tuple[str, str]) -> None:
    given = {"role": "local_reviewer", "agency": agency(), "valid_from": days[0], "valid_to": days[1]}
    answer = send(admin, "post_new", **given)
    assert (answer.status_code, "这一时期已有同样的岗位" in text(answer)) == (422, True)
    assert person().posts.count() == 1


def test_the_same_post_again_after_the_first_has_ended_is_another(admin: Client) -> None:
    Post.objects.filter(user=person()).update(valid_to=TODAY)
    given = {"role": "local_reviewer", "agency": agency(), "valid_from": "2026-05-20"}
    assert send(admin, "post_new", **given).status_code == 303
    assert person().posts.count() == 2


def test_offices_and_business_do_not_mix(admin: Client) -> None:
    for username, role in (("jl_local", "auditor"), ("security", "auditor")):
        answer = send(admin, "post_new", username, role=role, valid_from="2026-05-20")
        assert (answer.status_code, "须由三人分别担任" in text(answer)) == (422, True)


# --- who may not --------------------------------------------------------------


ABOUT_A_PERSON = ("person_edit", "person_link", "person_lock", "person_end", "post_new")


@pytest.mark.parametrize("name", ABOUT_A_PERSON)
def test_an_administrator_does_nothing_about_himself(admin: Client, name: str) -> None:
    for answer in (admin.get(address(name, "admin")), send(admin, name, "admin", reason="")):
        assert (answer.status_code, "由另一名系统管理员办理" in text(answer)) == (403, True)
    page = text(admin.get(address("person", "admin")))
    assert "这是您本人的账号" in page
    assert address(name, "admin") not in page


@pytest.mark.parametrize("who", ["security", "auditor", "jl_upper", "jl_issuer", "jl_applicant", "expert1"])
def test_nobody_else_administers_people(world: World, sign_in: SignIn, who: str) -> None:
    browser = sign_in(who)
    assert browser.get("/people/").status_code == 403
    for name in ABOUT_A_PERSON:
        assert send(browser, name, reason="x").status_code == 403
    assert not Event.objects.filter(subject_kind="accounts.user").exists()


def test_the_verbs_themselves_refuse_who_is_no_administrator(world: World) -> None:
    from subsidy.accounts import people

    for who in ("security", "jl_upper", "jl_local"):
        with pytest.raises(NotAllowed):
            people.give_post(person("jl_local2"), actor(who), {"role": Role.EXPERT, "valid_from": TODAY}, version=0)
        with pytest.raises(NotAllowed):
            people.move(person("jl_local2"), "lock", actor(who), "x", version=0)


def test_an_administrator_reaches_no_case_and_no_other_office(admin: Client) -> None:
    for page in (
        "/review/",
        "/security/",
        "/security/people/",
        f"/security/people/{person().pk}/factors/",
        "/history/",
    ):
        assert admin.get(page).status_code in {403, 404}, page


def test_a_post_of_somebody_else_is_not_found_under_this_person(admin: Client) -> None:
    other = person("jl_local2").posts.get().pk
    assert admin.get(address("post_end", "jl_local", other)).status_code == 404
    assert send(admin, "post_end", "jl_local", other, on="2026-05-20", reason="x").status_code == 404
    assert clock.today() == TODAY
