"""The inbox: read, open what a message is about, mark as read."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from subsidy.accounts.access import signed_in
from subsidy.messages.read import mark_read
from subsidy.messages.selectors import inbox, unread
from subsidy.pages import done, go, pager_of

PAGE_SIZE = 30


@signed_in
@require_GET
def message_list(request: HttpRequest) -> HttpResponse:
    """Messages, newest first; `?unread=1` leaves out what was read."""
    only_unread = request.GET.get("unread") == "1"
    messages = unread(request.user) if only_unread else inbox(request.user)
    page = Paginator(messages, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "pager": pager_of(request, page), "only_unread": only_unread}
    return render(request, "inbox/list.html", context)


@signed_in
@require_POST
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go where it leads."""
    message = get_object_or_404(inbox(request.user), pk=pk)
    mark_read(inbox(request.user).filter(pk=pk))
    return go(request, message.link or reverse("inbox:list"))


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    number = mark_read(inbox(request.user))
    sentence = ngettext("已将 %(number)s 条消息标为已读", "已将 %(number)s 条消息标为已读", number) % {"number": number}
    return done(request, reverse("inbox:list"), sentence)
