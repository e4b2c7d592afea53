"""One's own account: password, phones, recovery codes, sessions."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from subsidy import pages
from subsidy.accounts import entry, factors, passwords, sessions
from subsidy.accounts.access import signed_in
from subsidy.accounts.forms import EnrolForm, OwnPasswordForm, ProofForm
from subsidy.accounts.fresh import asks_again
from subsidy.accounts.models import Authenticator, Session
from subsidy.accounts.request import Request
from subsidy.accounts.selectors import is_current, recovery_codes_left, sessions_of
from subsidy.accounts.views import address_of, enrolling, show_codes, take_on


@signed_in
@require_GET
def own(request: Request) -> HttpResponse:
    """What one's account is protected by, and where one is signed in."""
    context = {
        "posts": request.actor.seats,
        "authenticators": Authenticator.objects.filter(user=request.user, confirmed=True).order_by("pk"),
        "codes_left": recovery_codes_left(request.user),
        "must_have_factor": request.actor.needs_factor,
        "sessions": [(one, is_current(one, request)) for one in sessions_of(request.user)],
    }
    return render(request, "accounts/own.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def password(request: Request) -> HttpResponse:
    """A new password, by whoever knows the present one; all other sessions end."""
    form = OwnPasswordForm(request.POST or None, user=request.user, address=address_of(request))
    if request.POST and form.is_valid():
        passwords.change(request.user, form.cleaned_data["new"], keep=request.session.session_key or "")
        entry.stay_after_new_password(request)
        return pages.done(request, reverse("accounts:own"), _("密码已修改，其他设备上的登录已退出。"))
    return pages.render_form(request, "accounts/own_password.html", {}, form)


@signed_in
@require_http_methods(["GET", "POST"])
@asks_again()
def factor_new(request: Request) -> HttpResponse:
    """Bind a phone; the recovery codes that come with it replace all earlier ones."""
    form = EnrolForm(request.POST or None, initial={"name": _("手机验证器")})
    if request.POST and form.is_valid():
        codes = take_on(request, request.user, form)
        if codes:
            entry.now_has_factor(request)
            return show_codes(request, codes, reverse("accounts:own"))
    return enrolling(request, request.user, form, reverse("accounts:own"))


@signed_in
@require_POST
@asks_again()
def factor_remove(request: Request, pk: int) -> HttpResponse:
    """Take a phone away; whoever must have one keeps the last."""
    mine = Authenticator.objects.filter(user=request.user, confirmed=True)
    chosen = get_object_or_404(mine, pk=pk)
    if request.actor.needs_factor and mine.count() == 1:
        raise PermissionDenied(_("您的岗位必须绑定动态口令。请先绑定新的验证器，再解除这一个。"))
    factors.remove(request.user, chosen)
    return pages.done(request, reverse("accounts:own"), _("已解除绑定"))


@signed_in
@require_POST
@asks_again()
def recovery_new(request: Request) -> HttpResponse:
    """Fresh recovery codes; the earlier ones count no more."""
    if not factors.has_factor(request.user):
        messages.error(request, _("请先绑定验证器，再生成恢复码。"))
        return pages.done(request, reverse("accounts:own"))
    return show_codes(request, factors.new_recovery_codes(request.user), reverse("accounts:own"))


@signed_in
@require_POST
def session_end(request: Request, key: str) -> HttpResponse:
    """End one of one's own sessions."""
    session = get_object_or_404(Session, pk=key, user=request.user)
    sessions.end(Session.objects.filter(pk=session.pk))
    return pages.done(request, reverse("accounts:own"), _("已退出该登录"))


@signed_in
@require_POST
def sessions_end(request: Request) -> HttpResponse:
    """End all of one's sessions but this one."""
    number = sessions.end_all_of(request.user.pk, but=request.session.session_key or "")
    return pages.done(request, reverse("accounts:own"), _("已退出其他 %s 处登录") % number)


@signed_in
@require_http_methods(["GET", "POST"])
def again(request: Request) -> HttpResponse:
    """The code once more (the password from whoever has no phone bound), and on to the page that asked for it."""
    to = pages.own_path(request.GET.get("next", ""), reverse("accounts:own"))
    form = ProofForm(request.POST or None, prefix="again", user=request.user, address=address_of(request))
    if request.POST and form.is_valid():
        entry.refresh(request)
        return pages.go(request, to)
    return pages.render_form(request, "accounts/again.html", {"typed": []}, form)
