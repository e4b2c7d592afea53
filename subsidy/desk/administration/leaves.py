"""Leave: one's own, that of colleagues for who issues at an agency, anybody's for a system administrator."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from subsidy import pages
from subsidy.accounts import leave as verbs
from subsidy.accounts.access import signed_in
from subsidy.accounts.fresh import asks_again
from subsidy.accounts.models import Post
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.desk.administration import tables
from subsidy.desk.administration.forms import BackForm, LeaveForm
from subsidy.papers.columns import prepare
from subsidy.reference import formats, keyset
from workflow import clock

both = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_safe
def listing(request: Request) -> HttpResponse:
    """Leaves that are running or to come; and the posts for which one may be entered, for whom they are few."""
    page = keyset.page(verbs.visible_to(request.actor), "valid_from", request.GET.get("at", ""))
    theirs = verbs.posts_visible_to(request.actor)
    ends = frozenset(theirs.filter(pk__in=[row.post_id for row in page.items]).values_list("pk", flat=True))
    table = prepare(
        tables.leave_columns(ends), page.items, caption=_("请假与代理"), name="leaves",
        empty=_("没有正在进行或将要开始的请假。"),
    )  # fmt: skip
    posts = [] if request.actor.has(Right.ADMINISTER) else list(theirs.order_by("user__username", "pk")[: keyset.SIZE])
    mine = prepare(
        tables.leave_post_columns(), posts, caption=_("可以登记请假的岗位"), name="posts",
        empty=_("在“机构与人员”中打开人员，在其岗位一行登记请假。")
        if request.actor.has(Right.ADMINISTER) else _("您没有单位岗位，不需要登记请假。"),
    )  # fmt: skip
    pager = pages.pager_at(request, len(page.items), page.previous, page.next)
    return render(request, "administration/leaves.html", {"table": table, "posts": mine, "pager": pager})


@signed_in
@both
@asks_again()
def create(request: Request, post: int) -> HttpResponse:
    """Somebody is away; a colleague in the same role stands in."""
    row = verbs.posts_visible_to(request.actor).filter(pk=post).first()
    if row is None:
        raise Http404(post)
    form = LeaveForm(request.POST or None, deputies=verbs.colleagues(row))
    if form.is_bound and form.is_valid() and pages.attempt(form, lambda: _take(request, row, form)):
        return pages.done(request, reverse("desk:leaves"), _("请假已登记，已通知本人和代理人。"))
    context = {
        "title": _("登记请假"), "crumbs": _crumbs(_("登记请假")), "version": row.user.version,
        "about": f"{row.user.name}（{row.title}）", "back": reverse("desk:leaves"),
    }  # fmt: skip
    return pages.render_form(request, "registers/form.html", context, form)


@signed_in
@both
@asks_again()
def end(request: Request, pk: int) -> HttpResponse:
    """Somebody is back earlier."""
    found = verbs.visible_to(request.actor).filter(post__in=verbs.posts_visible_to(request.actor), pk=pk).first()
    if found is None:
        raise Http404(pk)
    form = BackForm(request.POST or None, initial={"on": max(clock.today(), found.valid_from)})
    if form.is_bound and form.is_valid():
        version, on = pages.seen_version(request), form.cleaned_data["on"]
        if pages.attempt(form, lambda: verbs.end(found, request.actor, on, version=version)):
            return pages.done(request, reverse("desk:leaves"), _("请假已结束，已通知本人和代理人。"))
    context = {
        "title": _("结束请假"), "crumbs": _crumbs(_("结束请假")), "label": _("结束请假"),
        "told": _("从返岗日期起由本人办理，代理人不再代办；已办事项不变。"),
        "facts": [
            (_("姓名"), found.post.user.name), (_("岗位"), found.post.title), (_("代理人"), found.deputy.user.name),
            (_("请假"), _("%(from)s 至 %(to)s（不含）") % _days(found.valid_from, found.valid_to)),
        ],
        "version": found.post.user.version, "back": reverse("desk:leaves"),
    }  # fmt: skip
    return pages.render_form(request, "administration/confirm.html", context, form)


def _take(request: Request, row: Post, form: LeaveForm) -> None:
    given = form.cleaned_data
    verbs.take(
        row, request.actor, given["deputy"], given["first"], given["back"], given["reason"],
        version=pages.seen_version(request),
    )  # fmt: skip


def _days(first: object, last: object) -> dict[str, str]:
    return {"from": formats.day(first), "to": formats.day(last)}  # type: ignore[arg-type]


def _crumbs(title: str) -> list[tuple[str, str]]:
    return [(_("请假与代理"), reverse("desk:leaves")), (title, "")]
