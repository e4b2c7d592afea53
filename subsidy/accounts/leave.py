"""Leave and deputies: somebody is away from a post, a colleague in the same role at the same agency stands in.

A deputy has no right that the role does not give anyway. What is in the absent person's hands (`Machine.in_hands_of`)
the deputy acts on for that person, and the history says so; and neither checks what the other has made
(`Actor.one_with`). Entered by the person, by whoever issues at the agency, or by a system administrator.
"""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Leave, Post
from subsidy.accounts.rights import Right, Role
from subsidy.accounts.tell import tell
from subsidy.reference import formats
from workflow import clock, perform
from workflow.perform import Conflict, NotAllowed, Refused

TAKE, END = "take_leave", "end_leave"


# --- who sees what ------------------------------------------------------------


def posts_visible_to(actor: Actor) -> QuerySet[Post]:
    """The posts for which somebody may enter a leave: the own ones; of an agency, for who issues there; for a system
    administrator all but the own. Posts at agencies alone, and those that have not ended.
    """
    heads = frozenset(s.agency_id for s in actor.seats if s.role == Role.ISSUER and s.agency_id)
    whose = Q(user=actor.id) | Q(agency__in=heads)
    if actor.has(Right.ADMINISTER):
        whose |= ~Q(user=actor.id)
    running = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
    return Post.objects.filter(whose, running, agency__isnull=False).select_related("user", "agency")


def visible_to(actor: Actor) -> QuerySet[Leave]:
    """The leaves of those posts, and those for which the person is deputy, that are not over."""
    mine = Q(post__in=posts_visible_to(actor)) | Q(deputy__user=actor.id)
    rows = Leave.objects.filter(mine, Q(valid_to__gt=F("valid_from")), valid_to__gt=clock.today())
    return rows.select_related("post__user", "post__agency", "deputy__user")


def colleagues(post: Post) -> QuerySet[Post]:
    """The posts in the same role at the same agency of other people who may sign in, that have not ended."""
    running = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
    same = Post.objects.filter(running, agency=post.agency_id, role=post.role, user__is_active=True)
    return same.exclude(user=post.user_id).select_related("user").order_by("user__username", "pk")


# --- verbs --------------------------------------------------------------------


def take(post: Post, actor: Actor, deputy: Post, first: date, back: date, reason: str, *, version: int) -> Leave:
    """Somebody is away from `first` until, not including, `back`; `deputy` stands in.

    `version` is that of the person away. Raises NotAllowed, Conflict, or Refused when a post does not last, the two do
    not belong together, a leave is there already, or one of the two is already away or a deputy then.
    """
    _check(post, actor)
    made = Leave(
        post=post, deputy=deputy, valid_from=first, valid_to=back, reason=reason, entered_by_id=actor.person_id
    )
    what = _("%(post)s，%(from)s 至 %(to)s（不含），由%(deputy)s代理") % {
        "post": post.title, "from": formats.day(first), "to": formats.day(back), "deputy": deputy.user.name,
    }  # fmt: skip
    try:
        with transaction.atomic():
            perform.record(
                post.user, TAKE, actor, note=reason, evidence={"what": what, "deputy": deputy.user_id},
                version=version, label=_("登记请假"),
            )  # fmt: skip
            # Two leaves that name one another's posts wait for each other.
            list(Post.objects.select_for_update().filter(pk__in=[post.pk, deputy.pk]).order_by("pk"))
            _refuse_days(post, deputy, first, back)
            _refuse_others(post, deputy, first, back)
            made.save(force_insert=True)
            tell(post.user, _("请假已登记"), _("%s。") % what)
            tell(deputy.user, _("您被指定为代理人"), _("%(name)s：%(what)s。") % {"name": post.user.name, "what": what})
    except IntegrityError as error:
        raise Refused(_("岗位或请假刚刚发生变化，请刷新后重试。")) from error
    return made


def end(leave: Leave, actor: Actor, on: date, *, version: int) -> Leave:
    """Somebody is back earlier, from `on` at the latest today's work on. Raises NotAllowed, Conflict or Refused."""
    _check(leave.post, actor)
    today = clock.today()
    with transaction.atomic():
        what = _("%(post)s，自 %(day)s 起由本人办理") % {"post": leave.post.title, "day": formats.day(on)}
        perform.record(leave.post.user, END, actor, evidence={"what": what}, version=version, label=_("结束请假"))
        held = Leave.objects.select_for_update().get(pk=leave.pk)
        if held.valid_to <= today:
            raise Conflict(_("此次请假已于 %s 结束。") % formats.day(held.valid_to))
        if on < max(today, held.valid_from) or on > held.valid_to:
            told = _("返岗日期应在 %(first)s 至 %(last)s 之间；请假不能延长，需要时另行登记。")
            days = {"first": formats.day(max(today, held.valid_from)), "last": formats.day(held.valid_to)}
            raise Refused(told % days)
        Leave.objects.filter(pk=held.pk).update(valid_to=on)
        for person in (leave.post.user, leave.deputy.user):
            tell(person, _("请假已结束"), _("%s。") % what)
    leave.valid_to = on
    return leave


# --- rules --------------------------------------------------------------------


def _check(post: Post, actor: Actor) -> None:
    if not posts_visible_to(actor).filter(pk=post.pk).exists():
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))


def _refuse_days(post: Post, deputy: Post, first: date, back: date) -> None:
    if first < clock.today():
        raise Refused(_("请假的起始日期不能早于今天。"))
    if back <= first:
        raise Refused(_("返岗日期须晚于请假的起始日期。"))
    if not _lasts(post, first, back):
        raise Refused(_("请假须在任职期间之内：%(name)s的岗位不覆盖全部请假日期。") % {"name": post.user.name})
    if (post.agency_id, post.role) != (deputy.agency_id, deputy.role) or post.user_id == deputy.user_id:
        raise Refused(_("代理人须为同一单位、同一岗位的另一名工作人员。"))
    if not _lasts(deputy, first, back) or not deputy.user.is_active:
        raise Refused(_("代理人%(name)s的岗位不覆盖全部请假日期，请另选代理人。") % {"name": deputy.user.name})


def _refuse_others(post: Post, deputy: Post, first: date, back: date) -> None:
    meeting = Leave.objects.filter(Q(valid_to__gt=F("valid_from")), valid_from__lt=back, valid_to__gt=first)
    if meeting.filter(post=post).exists():
        raise Refused(_("这一时期已登记请假，请先结束原来的请假。"))
    if meeting.filter(post__user=deputy.user_id).exists():
        raise Refused(_("%(name)s这一时期也在请假，请另选代理人。") % {"name": deputy.user.name})
    if meeting.filter(deputy__user=post.user_id).exists():
        raise Refused(_("%(name)s这一时期正代理他人，请先结束该代理再请假。") % {"name": post.user.name})


def _lasts(post: Post, first: date, back: date) -> bool:
    return post.valid_from <= first and (post.valid_to is None or post.valid_to >= back)
