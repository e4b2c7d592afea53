"""The columns of the administration's lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.models import Jurisdiction, Leave, Post, User
from subsidy.calls.editions import latest, registry
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
        Column("last_login", _("上次登录"), Kind.DATETIME, css="nw", accessor=_last_login),
    )


def _last_login(person: User) -> datetime | None:
    return clock.on_business_clock(person.last_login) if person.last_login else None


def _posts_now(person: Any) -> str:
    return "；".join(post.title for post in person.posts_now) or _("无")


def post_columns(person: User, may_end: bool) -> tuple[Column, ...]:
    """All posts of a person, those that have ended too; whoever may end one gets the link."""

    def ends(post: Post) -> list[Link]:
        if post_has_ended(post):
            return []
        links = [Link(_("终止"), reverse("desk:post_end", args=[person.pk, post.pk]), post.title)]
        if post.agency_id is not None:
            links.append(Link(_("请假"), reverse("desk:leave_new", args=[post.pk]), post.title))
        return links

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


def leave_columns(ends: frozenset[int]) -> tuple[Column, ...]:
    """Leaves; `ends` are the ids of the posts whose leaves the reader may end."""

    def actions(leave: Leave) -> list[Link]:
        if leave.post_id not in ends:
            return []
        return [Link(_("结束请假"), reverse("desk:leave_end", args=[leave.pk]), leave.post.user.name)]

    return (
        Column("name", _("请假人"), head=True, css="nw", accessor=lambda leave: leave.post.user.name),
        Column("post", _("岗位"), css="zh", accessor=lambda leave: leave.post.title),
        Column("valid_from", _("起始日期"), Kind.DATE, css="nw"),
        Column("valid_to", _("返岗日期"), Kind.DATE, css="nw"),
        Column("deputy", _("代理人"), css="nw", accessor=lambda leave: leave.deputy.user.name),
        Column("state", _("状态"), Kind.TAG, accessor=leave_tag),
        Column("actions", _("操作"), Kind.ACTIONS, accessor=actions),
    )


def leave_tag(leave: Leave) -> Tag:
    """Running, or still to come."""
    return Tag(_("未开始")) if leave.valid_from > clock.today() else Tag(_("代理中"), "run")


def leave_post_columns() -> tuple[Column, ...]:
    """Posts for which a leave may be entered."""

    def actions(post: Post) -> list[Link]:
        return [Link(_("登记请假"), reverse("desk:leave_new", args=[post.pk]), post.user.name)]

    return (
        Column("name", _("姓名"), head=True, css="nw", accessor=lambda post: post.user.name),
        Column("title", _("岗位"), css="zh"),
        Column("actions", _("操作"), Kind.ACTIONS, accessor=actions),
    )


def measure_names() -> dict[str, str]:
    """What each measure is called, by key."""
    return {key: str(latest(key).title) for key in registry().measures}


def jurisdiction_columns(places: Mapping[str, str], measures: Mapping[str, str]) -> tuple[Column, ...]:
    """Who is competent where; `places` are names of areas by code."""

    def actions(row: Jurisdiction) -> list[Link]:
        if row.valid_to is not None:
            return []
        return [Link(_("移交"), f"{reverse('desk:jurisdiction_new')}?row={row.pk}", f"{row.area} {row.agency}")]

    return (
        Column(
            "area",
            _("区划"),
            head=True,
            css="nw",
            accessor=lambda row: f"{row.area} {places.get(row.area, '')}".strip(),
        ),
        Column("measure", _("政策"), css="zh", accessor=lambda row: measures.get(row.measure, row.measure)),
        Column("stage", _("环节"), css="nw", accessor=lambda row: row.get_stage_display()),
        Column("agency", _("受理单位"), css="zh"),
        Column("valid_from", _("起始日期"), Kind.DATE, css="nw"),
        Column("valid_to", _("终止日期（不含）"), Kind.DATE, css="nw"),
        Column("actions", _("操作"), Kind.ACTIONS, accessor=actions),
    )
