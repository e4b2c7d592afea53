"""The columns of the administration's lists."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.models import Post, User
from subsidy.papers.columns import Column, Kind, Link, Tag
from workflow import clock

TONES = {User.State.ACTIVE: "good", User.State.LOCKED: "bad", User.State.ENDED: "done"}


def person_address(person: User) -> str:
    """The page of a person."""
    return reverse("desk:person", args=[person.pk])


def state_tag(person: User) -> Tag:
    """Whether the person may sign in."""
    return Tag(person.get_state_display(), TONES[User.State(person.state)])


def people_columns() -> tuple[Column, ...]:
    """The list of people; `posts_now` must be prefetched (`selectors.with_posts_now`)."""
    return (
        Column("name", _("姓名"), Kind.LINK, head=True, css="nw", href=person_address),
        Column("username", _("用户名"), css="nw"),
        Column("posts", _("现任岗位"), css="zh", accessor=_posts_now),
        Column("state", _("账号状态"), Kind.TAG, accessor=state_tag),
        Column("last_login", _("上次登录"), Kind.DATETIME, css="nw"),
    )


def _posts_now(person: Any) -> str:
    return "；".join(post.title for post in person.posts_now) or _("无")


def post_columns(person: User, may_end: bool) -> tuple[Column, ...]:
    """All posts of a person, those that have ended too; whoever may end one gets the link."""

    def ends(post: Post) -> list[Link]:
        if post_has_ended(post):
            return []
        return [Link(_("终止"), reverse("desk:post_end", args=[person.pk, post.pk]), post.title)]

    shown = (
        Column("title", _("岗位"), css="zh", head=True),
        Column("valid_from", _("起始日期"), Kind.DATE, css="nw"),
        Column("valid_to", _("终止日期（不含）"), Kind.DATE, css="nw"),
        Column("state", _("状态"), Kind.TAG, accessor=post_tag),
        Column("granted_by", _("设置人"), css="nw", accessor=lambda post: str(post.granted_by or "")),
    )
    return (*shown, Column("actions", _("操作"), Kind.ACTIONS, accessor=ends)) if may_end else shown


def post_has_ended(post: Post) -> bool:
    """Whether it is held no more today."""
    return post.valid_to is not None and post.valid_to <= clock.today()


def post_tag(post: Post) -> Tag:
    """Held today, still to begin, or ended."""
    if post_has_ended(post):
        return Tag(_("已终止"), "done")
    return Tag(_("未到任"), "run") if post.valid_from > clock.today() else Tag(_("在任"), "good")
