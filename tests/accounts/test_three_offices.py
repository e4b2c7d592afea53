"""System, security and audit administrator: three people, none in the business, none raises himself (row 20).

The database holds it: these tests work as the application's own role.
"""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.urls import reverse

from subsidy.accounts.models import OFFICES, Agency, Post, User
from subsidy.accounts.rights import RIGHTS, Right, Role
from tests.accounts.door import browser, sign_in
from tests.world import World, world

__all__ = ["world"]

FROM = date(2026, 1, 1)
BUSINESS = sorted(set(Role) - set(OFFICES))


@pytest.fixture(autouse=True)
def _world(world: World) -> None:
    """Everybody of the small world."""


def newcomer() -> User:
    return User.objects.create_user("newcomer", name="新人")


def give(user: User, role: str, **more: Any) -> Post:
    return Post.objects.create(user=user, role=role, **{"valid_from": FROM, **more})


def refuses(act: Any, *sentences: str) -> None:
    with pytest.raises((IntegrityError, InternalError, ProgrammingError)) as refused, transaction.atomic():
        act()
    assert any(sentence in str(refused.value) for sentence in sentences), refused.value


def test_the_tests_work_as_the_application_s_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, usesuper FROM pg_user WHERE usename = current_user")
        assert cursor.fetchone() == ("subsidy_app", False)


@pytest.mark.parametrize(("one", "other"), list(permutations([role.value for role in OFFICES], 2)))
def test_nobody_holds_two_of_the_three_offices(one: str, other: str) -> None:
    person = newcomer()
    give(person, one)
    refuses(lambda: give(person, other), "three_offices_three_people")


@pytest.mark.parametrize("office", [role.value for role in OFFICES])
@pytest.mark.parametrize("role", [role.value for role in BUSINESS])
def test_nobody_holds_an_office_and_a_post_in_the_business(office: str, role: str) -> None:
    person = newcomer()
    give(person, role)
    refuses(lambda: give(person, office), "three_offices_three_people")
    Post.objects.filter(user=person).update(valid_to=date(2026, 6, 1))
    refuses(lambda: give(person, office, valid_from=date(2026, 5, 31)), "three_offices_three_people")
    give(person, office, valid_from=date(2026, 6, 1))
    refuses(lambda: Post.objects.filter(user=person, role=role).update(valid_to=None), "three_offices_three_people")


def test_posts_in_the_business_may_be_several() -> None:
    person = newcomer()
    for role in ("local_reviewer", "local_finance"):
        give(person, role, agency_id=Post.objects.get(user__username="jl_local").agency_id)
    assert person.posts.count() == 2


def test_the_offices_have_no_right_in_the_business() -> None:
    assert {role: RIGHTS[role] for role in OFFICES} == {
        Role.ADMINISTRATOR: {Right.ADMINISTER}, Role.SECURITY_OFFICER: {Right.SECURE}, Role.AUDITOR: {Right.AUDIT},
    }  # fmt: skip
    for role in BUSINESS:
        assert not RIGHTS[role] & {Right.ADMINISTER, Right.SECURE, Right.AUDIT}


def test_nobody_gives_himself_a_post() -> None:
    admin = User.objects.get(username="admin")
    refuses(lambda: give(admin, "administrator", granted_by=admin), "nobody_gives_himself_a_post")
    Post.objects.filter(user=admin).update(valid_to=date(2026, 2, 1))
    earlier = {"granted_by": admin, "granted_on": FROM, "valid_from": date(2026, 2, 1)}
    refuses(lambda: give(admin, "local_reviewer", **earlier), "nobody_gives_himself_a_post")


@pytest.mark.parametrize("who", ["jl_upper", "security", "auditor", "expert1", "jl_applicant"])
def test_only_an_administrator_gives_posts(who: str) -> None:
    granter = User.objects.get(username=who)
    refuses(lambda: give(newcomer(), "auditor", granted_by=granter), "granted by an administrator")
    give(User.objects.create_user("second", name="乙"), "auditor", granted_by=User.objects.get(username="admin"))


@pytest.mark.parametrize("change", [{"role": "administrator"}, {"user": "admin"}, {"agency": None}])
def test_a_post_never_turns_into_another(change: dict[str, Any]) -> None:
    values = {key: User.objects.get(username=value) if key == "user" else value for key, value in change.items()}
    refuses(lambda: Post.objects.filter(user__username="jl_local").update(**values), "Cannot update")


def test_the_application_cannot_switch_the_rules_off() -> None:
    for statement in (
        "ALTER TABLE accounts_post DISABLE TRIGGER ALL",
        "ALTER TABLE accounts_post DROP CONSTRAINT three_offices_three_people",
        "SET session_replication_role = replica",
    ):
        with connection.cursor() as cursor:
            refuses(lambda sql=statement: cursor.execute(sql), "must be owner", "permission denied")


# --- at the screen ------------------------------------------------------------


def page_of(username: str, name: str = "desk:post_new") -> str:
    return reverse(name, args=[User.objects.get(username=username).pk])


def values(role: str, **more: Any) -> dict[str, Any]:
    home = {} if role in {*OFFICES, "expert"} else {"agency": Agency.objects.get(code="222401-gxj").pk}
    return {"role": role, "valid_from": "2026-05-20", "version": "0"} | home | more


@pytest.mark.parametrize(
    ("username", "role"), [("security", "auditor"), ("auditor", "local_reviewer"), ("jl_local", "administrator")]
)
def test_an_administrator_who_tries_reads_why_not(username: str, role: str) -> None:
    admin = sign_in(browser(), "admin")
    before = Post.objects.count()
    answer = admin.post(page_of(username), values(role))
    assert (answer.status_code, "须由三人分别担任" in answer.content.decode()) == (422, True)
    assert Post.objects.count() == before


@pytest.mark.parametrize("role", ["auditor", "local_reviewer"])
def test_an_administrator_gives_himself_nothing_and_is_told_so_before_the_form_is_judged(role: str) -> None:
    admin = sign_in(browser(), "admin")
    answer = admin.post(page_of("admin"), values(role, valid_from="x"))
    assert (answer.status_code, "由另一名系统管理员办理" in answer.content.decode()) == (403, True)


def test_a_post_given_at_the_screen_names_who_gave_it() -> None:
    admin = sign_in(browser(), "admin")
    assert admin.post(page_of("jl_stranger"), values("expert")).status_code == 303
    given = Post.objects.get(user__username="jl_stranger", role="expert")
    assert (given.granted_by, given.granted_on) == (User.objects.get(username="admin"), date(2026, 5, 20))


def test_days_in_the_wrong_order_get_a_sentence() -> None:
    admin = sign_in(browser(), "admin")
    answer = admin.post(page_of("jl_stranger"), values("expert", valid_to="2026-04-01"))
    assert (answer.status_code, "终止日期须晚于起始日期" in answer.content.decode()) == (422, True)


# --- who was an administrator -------------------------------------------------


def test_a_former_administrator_gives_no_posts() -> None:
    admin = User.objects.get(username="admin")
    Post.objects.filter(user=admin).update(valid_to=date(2026, 5, 20))
    give(newcomer(), "auditor", granted_by=admin, granted_on=date(2026, 5, 19))
    other = User.objects.create_user("second", name="乙")
    refuses(lambda: give(other, "auditor", granted_by=admin), "granted by an administrator")
    refuses(lambda: give(other, "auditor", granted_by=admin, granted_on=None), "granted by an administrator")


def test_nobody_gives_posts_before_becoming_an_administrator() -> None:
    later = newcomer()
    give(later, "administrator", valid_from=date(2026, 6, 1))
    other = User.objects.create_user("second", name="乙")
    refuses(lambda: give(other, "auditor", granted_by=later), "granted by an administrator")
    give(other, "auditor", granted_by=later, granted_on=date(2026, 6, 1))


def test_what_a_former_administrator_gave_can_still_be_ended() -> None:
    admin = User.objects.get(username="admin")
    post = give(newcomer(), "local_reviewer", granted_by=admin)
    Post.objects.filter(user=admin).update(valid_to=date(2026, 5, 20))
    Post.objects.filter(pk=post.pk).update(valid_to=date(2026, 6, 1))
    again = {"granted_on": date(2026, 5, 21)}
    refuses(lambda: Post.objects.filter(pk=post.pk).update(**again), "granted by an administrator")
