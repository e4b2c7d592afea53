"""The system administrator's pages of people: who there is, in which posts, and who may sign in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subsidy import pages
from subsidy.accounts import access_log
from subsidy.accounts import people as verbs
from subsidy.accounts.access import needs
from subsidy.accounts.chronicle import chronicle
from subsidy.accounts.fresh import asks_again
from subsidy.accounts.models import Agency, Post, User
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right, Role
from subsidy.accounts.selectors import accounts_visible_to, with_posts_now
from subsidy.desk.administration import tables
from subsidy.desk.administration.filters import PeopleFilters
from subsidy.desk.administration.forms import EndPostForm, LinkForm, MoveForm, NewPersonForm, PersonFields, PostFields
from subsidy.papers.columns import Link, prepare
from subsidy.reference import keyset
from subsidy.reference.secret import masked
from workflow import clock
from workflow.once import once

administrators = needs(Right.ADMINISTER)
both = require_http_methods(["GET", "HEAD", "POST"])
Crumbs = list[tuple[str, str]]

ACTS: dict[str, tuple[str | Promise, str | Promise, str | Promise]] = {
    "lock": (
        gettext_lazy("锁定账号"),
        gettext_lazy("锁定后此人立即退出，不能登录；岗位和已办事项不变。"),
        gettext_lazy("账号已锁定，此人的登录已全部退出。"),
    ),
    "unlock": (
        gettext_lazy("解除锁定"),
        gettext_lazy("解除后此人可用原密码和动态口令登录。"),
        gettext_lazy("账号已解除锁定。"),
    ),
    "end": (
        gettext_lazy("停用账号"),
        gettext_lazy("停用后此人立即退出，不能登录，全部岗位自今天起终止；姓名仍保留在已办事项中，账号不会删除。"),
        gettext_lazy("账号已停用，岗位已终止。"),
    ),
    "restore": (
        gettext_lazy("恢复账号"),
        gettext_lazy("恢复后此人可以登录，但没有岗位，须另行设置。"),
        gettext_lazy("账号已恢复。"),
    ),
}
"""Move → what the page is called, what follows, what is said afterwards."""


@administrators
@require_safe
def listing(request: Request) -> HttpResponse:
    """Everybody with an account, by user name."""
    filters = PeopleFilters.read(request.GET)
    rows = with_posts_now(filters.apply(accounts_visible_to(request.actor)))
    page = keyset.page(rows, "username", request.GET.get("at", ""))
    table = prepare(
        tables.people_columns(), page.items, caption=_("人员"), name="people", empty=_("没有符合条件的人员。")
    )
    context = {
        "title": _("机构与人员"), "filters": filters, "table": table, "selects": _selects(filters),
        "hint": _("姓名或用户名的一部分"), "sheet": "", "keeper": True, "kinds": [],
        "pager": pages.pager_at(request, len(page.items), page.previous, page.next),
        "new": "desk:person_new", "new_label": _("新增人员"),
    }  # fmt: skip
    return render(request, "registers/list.html", context)


@administrators
@require_safe
def person(request: Request, pk: int) -> HttpResponse:
    """One person: account, posts, and all that was done about them."""
    row = _person(request, pk)
    mine = not verbs.may_administer(request.actor, row)
    posts = row.posts.select_related("agency", "enterprise", "granted_by").order_by("-valid_from", "-pk")
    table = prepare(
        tables.post_columns(row, may_end=not mine), list(posts), caption=_("岗位"), name="posts", empty=_("没有岗位。")
    )
    context = {
        "row": row, "state": tables.state_tag(row), "mine": mine, "table": table, "entries": chronicle(row),
        "links": [] if mine else _links(row),
        "facts": [
            (_("用户名"), row.username), (_("手机号码"), masked(row.phone) if row.phone else _("未登记")),
            (_("电子邮箱"), row.email or _("未登记")),
            (_("设置密码"), _("已设置") if row.has_usable_password() else _("未设置")),
        ],
    }  # fmt: skip
    return render(request, "administration/person.html", context)


@administrators
@both
@asks_again()
def create(request: Request) -> HttpResponse:
    """A new person with a first post; the link to the first password is mailed."""
    form = NewPersonForm(request.POST or None)

    def act() -> str:
        made = verbs.add(request.actor, form.values(), form.post())
        access_log.write(request, access_log.ADMINISTERED, f"add {made.username}")
        return tables.person_address(made)

    if form.is_bound and form.is_valid():
        to = pages.outcome(form, lambda: once(request.POST.get("once", ""), request.actor, act))
        if to is not None:
            return pages.done(request, to, _("人员已登记，设置密码的链接已发往其电子邮箱。"))
    return _form(request, form, None, _("新增人员"))


@administrators
@both
@asks_again()
def edit(request: Request, pk: int) -> HttpResponse:
    """Put right what is known of a person."""
    row = _other(request, pk)
    initial = {"name": row.name, "phone": row.phone, "email": row.email}
    form = PersonFields(request.POST or None, person=row, initial=initial)
    if form.is_bound and form.is_valid():
        version = pages.seen_version(request)
        if pages.attempt(form, lambda: verbs.change(row, request.actor, form.cleaned_data, version=version)):
            return _done(request, row, "change", _("修改已保存。"))
    return _form(request, form, row, _("修改资料"))


@administrators
@both
@asks_again()
def send_link(request: Request, pk: int) -> HttpResponse:
    """Have a link mailed to the person, who alone sets the password."""
    row = _other(request, pk)
    form = LinkForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        version = pages.seen_version(request)
        if pages.attempt(form, lambda: verbs.send_link(row, request.actor, version=version)):
            return _done(request, row, "mail a link to", _("链接已发往 %s") % row.email)
    facts = [(_("姓名"), row.name), (_("用户名"), row.username), (_("电子邮箱"), row.email or _("未登记"))]
    told = _(
        "密码由本人设置，管理员不能代设。系统向登记的电子邮箱发送一次性链接，30 分钟内有效；登录时仍须输入动态口令。"
    )
    return _confirm(request, form, row, _("发送设置密码链接"), told, facts, _("发送链接"))


@administrators
@both
@asks_again()
def move(request: Request, pk: int, code: str) -> HttpResponse:
    """Lock, unlock, end or restore an account, with the reason."""
    row = _other(request, pk)
    title, told, said = (str(one) for one in ACTS[code])
    form = MoveForm(request.POST or None)
    if form.is_bound and form.is_valid():
        reason, version = form.cleaned_data["reason"], pages.seen_version(request)
        if pages.attempt(form, lambda: verbs.move(row, code, request.actor, reason, version=version)):
            return _done(request, row, code, said)
    facts = [(_("姓名"), row.name), (_("用户名"), row.username), (_("账号状态"), str(row.get_state_display()))]
    return _confirm(request, form, row, title, told, facts, title)


@administrators
@both
@asks_again()
def post_new(request: Request, pk: int) -> HttpResponse:
    """Give somebody a post."""
    row = _other(request, pk)
    form = PostFields(request.POST or None)
    if form.is_bound and form.is_valid():
        version = pages.seen_version(request)
        if pages.attempt(form, lambda: verbs.give_post(row, request.actor, form.post(), version=version)):
            return _done(request, row, "give a post to", _("岗位已设置，已通知本人。"))
    return _form(request, form, row, _("设置岗位"))


@administrators
@both
@asks_again()
def post_end(request: Request, pk: int, post: int) -> HttpResponse:
    """End a post with a day."""
    row = _other(request, pk)
    held = row.posts.select_related("user", "agency", "enterprise").filter(pk=post).first()
    if held is None:
        raise Http404(post)
    form = EndPostForm(request.POST or None, initial={"on": max(clock.today(), held.valid_from)})
    if form.is_bound and form.is_valid():
        given, version = form.cleaned_data, pages.seen_version(request)
        if pages.attempt(form, lambda: _end(request, held, given, version)):
            return _done(request, row, "end a post of", _("岗位已终止，已通知本人。"))
    facts = [(_("姓名"), row.name), (_("岗位"), verbs.spoken(held))]
    told = _("终止后不能恢复，需要时另行设置岗位；已办事项不变。")
    return _confirm(request, form, row, _("终止岗位"), told, facts, _("终止岗位"))


def _end(request: Request, held: Post, given: dict[str, Any], version: int) -> None:
    verbs.end_post(held, request.actor, given["on"], given["reason"], version=version)


def _person(request: Request, pk: int) -> User:
    found = accounts_visible_to(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


def _other(request: Request, pk: int) -> User:
    """A person about whom the administrator may act: anybody but himself, which is said before any form is judged."""
    row = _person(request, pk)
    verbs.check_administrator(request.actor, row)
    return row


def _done(request: Request, row: User, act: str, said: str) -> HttpResponse:
    access_log.write(request, access_log.ADMINISTERED, f"{act} {row.username}")
    return pages.done(request, tables.person_address(row), said)


def _links(row: User) -> list[Link]:
    """What may be done about somebody now."""
    links = [
        Link(_("设置岗位"), reverse("desk:post_new", args=[row.pk])),
        Link(_("修改资料"), reverse("desk:person_edit", args=[row.pk])),
        Link(_("发送设置密码链接"), reverse("desk:person_link", args=[row.pk])),
    ]
    if row.state == User.State.ENDED:
        links = []
    codes = [code for code, (sources, _target) in User.MOVES.items() if row.state in sources]
    return links + [Link(ACTS[code][0], reverse(f"desk:person_{code}", args=[row.pk])) for code in codes]


def _selects(filters: PeopleFilters) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    agencies = Agency.objects.on(clock.today()).order_by("code").values_list("pk", "name")
    return [
        ("agency", _("单位"), [(str(pk), name) for pk, name in agencies], str(filters.agency or "")),
        ("role", _("岗位"), [(role.value, str(role.label)) for role in Role], filters.role),
        ("state", _("账号状态"), [(state.value, str(state.label)) for state in User.State], filters.state),
    ]


def _crumbs(row: User | None, title: str) -> Crumbs:
    own = [(row.name, tables.person_address(row))] if row else []
    return [(_("机构与人员"), reverse("desk:people")), *own, (title, "")]


def _form(request: Request, form: Any, row: User | None, title: str) -> HttpResponse:
    context = {
        "title": title, "crumbs": _crumbs(row, title), "version": row.version if row else None,
        "about": f"{row.name}（{row.username}）" if row else "",
        "back": tables.person_address(row) if row else reverse("desk:people"),
    }  # fmt: skip
    return pages.render_form(request, "registers/form.html", context, form)


def _confirm(
    request: Request, form: Any, row: User, title: str, told: str, facts: list[tuple[str, str]], label: str
) -> HttpResponse:
    context = {
        "title": title, "crumbs": _crumbs(row, title), "told": told, "facts": facts, "label": label,
        "version": row.version, "back": tables.person_address(row),
    }  # fmt: skip
    return pages.render_form(request, "administration/confirm.html", context, form)
