"""The security officer's pages: who is signed in where, ending it, and beginning anew with a lost phone."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from subsidy import pages
from subsidy.accounts import access_log, factors, sessions
from subsidy.accounts.access import needs
from subsidy.accounts.forms import ReasonForm
from subsidy.accounts.fresh import asks_again
from subsidy.accounts.models import Session, User
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.accounts.selectors import people_visible_to, sessions_visible_to

PAGE_SIZE = 50


@needs(Right.SECURE)
@require_GET
def session_list(request: Request) -> HttpResponse:
    """Everybody's sessions, the one seen last first."""
    name = request.GET.get("q", "").replace("\0", "").strip()[:50]
    page = Paginator(sessions_visible_to(request.actor, name), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/security.html", {"page": page, "pager": pages.pager_of(request, page), "q": name})


@needs(Right.SECURE)
@require_POST
def end_session(request: Request, key: str) -> HttpResponse:
    """End somebody's session now."""
    session = get_object_or_404(sessions_visible_to(request.actor), pk=key)
    access_log.write(request, access_log.ADMINISTERED, f"ended a session of {session.user}")
    sessions.end(Session.objects.filter(pk=session.pk))
    return pages.done(request, reverse("accounts:security"), _("已结束“%s”的登录") % session.user)


@needs(Right.SECURE)
@require_GET
def people(request: Request) -> HttpResponse:
    """Everybody with an account, and whether a phone is bound."""
    name = request.GET.get("q", "").replace("\0", "").strip()[:50]
    page = Paginator(people_visible_to(request.actor, name), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "pager": pages.pager_of(request, page), "q": name}
    return render(request, "accounts/security_people.html", context)


@needs(Right.SECURE)
@require_http_methods(["GET", "POST"])
@asks_again()
def reset_factors(request: Request, pk: int) -> HttpResponse:
    """Take away the lost phone of somebody who has proved who he is; his sessions end, the next sign-in binds anew."""
    person = get_object_or_404(User, pk=pk)
    if person.pk == request.user.pk:
        raise PermissionDenied(_("不能重置本人的动态口令，请由另一名安全管理员办理。"))
    form = ReasonForm(request.POST or None)
    if request.POST and form.is_valid():
        factors.remove_all(person)
        sessions.end_all_of(person.pk)
        reason = form.cleaned_data["reason"]
        access_log.write(request, access_log.ADMINISTERED, f"took the factors of {person.username}: {reason}")
        return pages.done(request, reverse("accounts:security_people"), _("已重置“%s”的动态口令") % person)
    return pages.render_form(request, "accounts/reset_factors.html", {"person": person}, form)
