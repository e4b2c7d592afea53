"""What a system administrator does about people: accounts, posts, links; each act stands in the person's history.

Nobody administers himself, and no office is left without anybody (等保 8.1.5). Passwords are set by their owners, lost
phones are the security officer's affair (`security_views.reset_factors`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from subsidy.accounts import links, sessions
from subsidy.accounts.actor import Actor
from subsidy.accounts.models import OFFICES, PEOPLE, Post, User, phone_key
from subsidy.accounts.register_row import differences
from subsidy.accounts.rights import Right, Role
from subsidy.accounts.tell import tell
from subsidy.reference import formats
from subsidy.reference.text import mixed_scripts
from workflow import clock, perform
from workflow.perform import NotAllowed, Refused

CREATE, CHANGE, LINK, GIVE, END_POST = "create", "change", "send_link", "give_post", "end_post"


# --- accounts -----------------------------------------------------------------


def add(actor: Actor, values: Mapping[str, Any], post: Mapping[str, Any]) -> User:
    """A new person with a first post, and a mailed link to the first password.

    `values`: username, name, email, phone; `post`: role, agency, enterprise, valid_from, valid_to. Raises NotAllowed,
    or Refused when the name or the telephone is taken or the post is none.
    """
    if not actor.has(Right.ADMINISTER):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    if User.objects.filter(username__iexact=values["username"]).exists():
        raise Refused(_("用户名“%s”已被使用，请另设一个。") % values["username"])
    try:
        own_phone(values["phone"], None)
        with transaction.atomic():
            person = User(**values)
            person.set_unusable_password()
            person.save(force_insert=True)
            perform.created(person, actor, evidence={"what": _("用户名 %s") % person.username})
            give_post(person, actor, post, version=person.version)
            links.start(person, asked_by=actor.person_id)
    except ValidationError as problem:
        raise Refused(problem.messages[0]) from problem
    except IntegrityError as error:
        raise Refused(_("用户名或手机号码已被其他账号使用，请核对后重新填写。")) from error
    return person


def change(person: User, actor: Actor, values: Mapping[str, Any], *, version: int) -> User:
    """Put right what is known of a person: name, mail, telephone. Raises NotAllowed, Conflict or Refused."""
    check_administrator(actor, person)
    changes = differences(person, values)
    if not changes:
        return person
    new = {name: values[name] for name in changes}
    if "phone" in new:
        new["phone_key"] = phone_key(new["phone"])
    try:
        with transaction.atomic():
            done = perform.record(
                person, CHANGE, actor, evidence={"changes": changes}, changes=new, version=version, label=_("修改资料"),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused(phone_taken()) from error
    tell(done, _("账号资料已修改"), _("系统管理员刚刚修改了您的账号资料。"))
    return done


def send_link(person: User, actor: Actor, *, version: int) -> User:
    """Have a link mailed with which the person alone sets a password. Raises NotAllowed, Conflict or Refused."""
    check_administrator(actor, person)
    with transaction.atomic():
        done = perform.record(person, LINK, actor, version=version, label=_("发送设置密码链接"))
        if not done.email:
            raise Refused(_("此人没有登记电子邮箱，请先补登后再发送。"))
        if not done.is_active:
            raise Refused(_("此账号已停用或锁定，请先启用后再发送。"))
        links.start(done, asked_by=actor.person_id)
    return done


def move(person: User, code: str, actor: Actor, reason: str, *, version: int) -> User:
    """Lock, unlock, end or restore an account; whoever is shut out is out at once, and an end ends the posts.

    Raises NotAllowed, Conflict, or Refused for the last one in an office.
    """
    shuts = code in {"lock", "end"}
    check_administrator(actor, person)
    try:
        with transaction.atomic():
            done = perform.perform(
                person, code, actor, note=reason, changes={"is_active": not shuts}, version=version,
            )  # fmt: skip
            if shuts:
                _keep_offices(done, clock.today())
                sessions.end_all_of(done.pk)
            if code == "end":
                _end_posts(done, actor)
    except IntegrityError as error:
        raise Refused(phone_taken()) from error
    return done


# --- posts --------------------------------------------------------------------


def give_post(person: User, actor: Actor, values: Mapping[str, Any], *, version: int) -> Post:
    """Give somebody a post from a day on, perhaps until another. Raises NotAllowed, Conflict, or Refused with the rule
    that the post would break: the three offices, one such post at a time, days in their order.
    """
    check_administrator(actor, person)
    post = Post(user=person, granted_by_id=actor.person_id, granted_on=clock.today(), **values)
    try:
        with transaction.atomic():
            done = perform.record(
                person, GIVE, actor, evidence={"what": spoken(post)}, version=version, label=_("设置岗位"),
            )  # fmt: skip
            if done.state == User.State.ENDED:
                raise Refused(_("此账号已停用，请先恢复账号再设置岗位。"))
            _refuse_if_wrong(post)
            post.save(force_insert=True)
            tell(done, _("岗位已变更"), _("您的岗位“%s”刚刚设置或变更。") % post.get_role_display())
    except IntegrityError as error:
        raise Refused(_("此人在这一时期的岗位刚刚发生变化，请刷新后重试。")) from error
    return post


def end_post(post: Post, actor: Actor, on: date, reason: str, *, version: int) -> Post:
    """End a post with a day, from which on it is not held. Raises NotAllowed, Conflict or Refused."""
    person = post.user
    check_administrator(actor, person)
    with transaction.atomic():
        what = _("%(post)s，自 %(day)s 起终止") % {"post": post.title, "day": formats.day(on)}
        perform.record(
            person, END_POST, actor, note=reason, evidence={"what": what}, version=version, label=_("终止岗位"),
        )  # fmt: skip
        post.refresh_from_db(fields=["valid_to"])
        _refuse_end(post, on)
        Post.objects.filter(pk=post.pk).update(valid_to=on)
        tell(person, _("岗位已变更"), _("您的岗位“%s”刚刚设置或变更。") % post.get_role_display())
    post.valid_to = on
    return post


def _refuse_end(post: Post, on: date) -> None:
    """Raise Refused when a post cannot end on a day: it has ended, the day is past, or an office would be empty."""
    today = clock.today()
    if post.valid_to is not None and post.valid_to <= today:
        raise Refused(_("此岗位已于 %s 终止。") % formats.day(post.valid_to))
    if on < max(today, post.valid_from):
        raise Refused(_("终止日期不能早于今天，也不能早于岗位的起始日期。"))
    if post.valid_to is not None and on > post.valid_to:
        raise Refused(_("此岗位原定 %s 终止，不能延长；需要继续任职的，请另行设置岗位。") % formats.day(post.valid_to))
    if post.role in OFFICES and post.valid_from <= on:
        _keep_office(post.user, Role(post.role), on)


def spoken(post: Post) -> str:
    """A post in words: where, as what, from when until when."""
    days = {"post": post.title, "from": formats.day(post.valid_from)}
    if post.valid_to is None:
        return _("%(post)s，自 %(from)s 起") % days
    return _("%(post)s，自 %(from)s 起至 %(to)s（不含）") % {**days, "to": formats.day(post.valid_to)}


# --- rules --------------------------------------------------------------------


def may_administer(actor: Actor, person: User) -> bool:
    """Whether somebody is a system administrator, and another than the person."""
    return actor.may(Right.ADMINISTER, person.competence(PEOPLE))


def check_administrator(actor: Actor, person: User) -> None:
    """Raise NotAllowed unless an administrator acts about somebody else."""
    if actor.id == person.pk:
        raise NotAllowed(_("不能办理本人的账号和岗位，请由另一名系统管理员办理。"))
    if not may_administer(actor, person):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))


def own_phone(phone: str, person: User | None) -> str:
    """A telephone that no other active account has. Raises ValidationError (trust.md row 1)."""
    others = User.objects.filter(is_active=True, phone_key=phone_key(phone))
    if person is not None:
        others = others.exclude(pk=person.pk)
    if phone and others.exists():
        raise ValidationError(phone_taken())
    return phone


def phone_taken() -> str:
    """What to say when an active account has this telephone."""
    return _("已有启用中的账号使用此手机号码。每人只设一个账号，兼任的在同一账号下增加岗位。")


def plain_name(username: str) -> str:
    """A user name that cannot be taken for another. Raises ValidationError (trust.md row 27)."""
    if mixed_scripts(username):
        raise ValidationError(_("用户名混用了外形相近的不同文字，请只用一种文字。"))
    return username


def _refuse_if_wrong(post: Post) -> None:
    try:
        post.clean()
        post.validate_constraints()
    except ValidationError as problem:
        raise Refused(" ".join(problem.messages)) from problem


def _keep_offices(person: User, on: date) -> None:
    for role in set(Post.objects.on(on).filter(user=person, role__in=OFFICES).values_list("role", flat=True)):
        _keep_office(person, Role(role), on)


def _keep_office(person: User, role: Role, on: date) -> None:
    """Raise Refused when nobody else with an open account holds the office on a day; two who go wait for each other."""
    posts = Post.objects.select_for_update(of=("self",)).on(on).filter(role=role).order_by("pk").select_related("user")
    if not any(post.user.is_active and post.user_id != person.pk for post in posts):
        raise Refused(_("%s岗位只有此人在任，请先设置接任者。") % role.label)


def _end_posts(person: User, actor: Actor) -> None:
    today = clock.today()
    posts = [post for post in person.posts.select_related("agency", "enterprise") if _runs(post, today)]
    for post in posts:
        post.valid_to = max(today, post.valid_from)
    Post.objects.bulk_update(posts, ["valid_to"])
    if posts:
        what = "；".join(post.title for post in posts)
        perform.record(person, END_POST, actor, evidence={"what": _("随账号停用终止：%s") % what})


def _runs(post: Post, today: date) -> bool:
    return post.valid_to is None or post.valid_to > today
