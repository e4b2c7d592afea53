"""Signing in step by step: password, code, and where need be the first phone or a new password; and out again."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from subsidy import pages
from subsidy.accounts import access_log, attempts, entry, factors, links, passwords
from subsidy.accounts.forms import TOO_MANY, EnrolForm, ForgottenForm, LoginForm, NewPasswordForm, ProofForm, slowed
from subsidy.accounts.models import Link, User


def address_of(request: HttpRequest) -> str:
    """Where the request comes from."""
    return str(request.META.get("REMOTE_ADDR", ""))


class Login(views.LoginView):
    """User name and password; goes on to the next step, and at last to the page that was asked for, if it is ours."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        return pages.go(self.request, entry.begin(self.request, form.get_user(), self.get_success_url()))

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        context = self.get_context_data(form=form)
        answer = pages.render_form(self.request, self.template_name, context, form)
        return _too_many_or(answer, form)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(is_demo=settings.SUBSIDY_MODE == "demo", **kwargs)


class Logout(views.LogoutView):
    """By POST only; ends the session."""


def _too_many_or(answer: HttpResponse, form: object) -> HttpResponse:
    """The same page with 429 when no try was taken at all."""
    errors = form.errors.as_data()  # type: ignore[attr-defined]
    if any(error.code == TOO_MANY for found in errors.values() for error in found):
        answer.status_code = 429
    return answer


def _waiting_at(request: HttpRequest, step: str) -> User | None:
    """Who waits in this browser for this very step."""
    user = entry.waiting(request)
    return user if user is not None and entry.step_of(request, user) == step else None


@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second step: a code of one's phone, or one of the recovery codes."""
    user = _waiting_at(request, "login_code")
    if user is None:
        return pages.go(request, entry.go_on(request))
    form = ProofForm(request.POST or None, user=user, address=address_of(request))
    if request.POST and form.is_valid():
        entry.passed_factor(request)
        return pages.go(request, entry.go_on(request))
    if form.has_error("proof") and not form.has_error("proof", TOO_MANY) and not form.has_error("proof", "required"):
        left = entry.failed(request, user)
        if not left:
            messages.error(request, _("验证码连续输错 5 次，请重新输入用户名和密码。"))
            return pages.go(request, reverse("login"))
        told = _("验证码不正确或已使用过，请等待下一个验证码后重新输入。还可以再试 %s 次。") % left
        form.errors["proof"] = form.error_class([told])
    # While no code is looked at, none is offered.
    offered = "" if form.has_error("proof", TOO_MANY) else factors.demo_code(user)
    context = {"person": user, "demo_code": offered}
    return _too_many_or(pages.render_form(request, "accounts/code.html", context, form), form)


@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Whoever must have a second factor and has none gets no further than here."""
    user = _waiting_at(request, "login_enrol")
    if user is None:
        return pages.go(request, entry.go_on(request))
    form = EnrolForm(request.POST or None, initial={"name": _("手机验证器")})
    if request.POST and form.is_valid():
        codes = take_on(request, user, form)
        if codes:
            entry.passed_factor(request)
            return show_codes(request, codes, entry.go_on(request))
    return _too_many_or(enrolling(request, user, form, reverse("login")), form)


def take_on(request: HttpRequest, user: User, form: EnrolForm) -> list[str]:
    """Take a phone on by the code in a valid form; gives the recovery codes, or leaves the error in the form."""
    given = form.cleaned_data
    try:
        attempts.claim(attempts.SIGN_IN, user.username, address_of(request))
    except attempts.TooMany as refused:
        form.add_error("code", slowed(refused))
        return []
    codes = factors.enrol(user, request.session, given["code"], given["name"])
    if codes:
        attempts.forgive(attempts.SIGN_IN, user.username, address_of(request))
    else:
        form.add_error("code", _("验证码不正确，请确认手机时间准确，等下一个验证码出现后重新输入。"))
    return codes


def enrolling(request: HttpRequest, user: User, form: EnrolForm, back: str) -> HttpResponse:
    """The page with the picture, the secret, and the box for the first code."""
    secret = factors.candidate(request.session)
    context = {
        "picture": factors.picture_of(user, secret), "secret": factors.spaced(secret),
        "back": back, "person": user,
    }  # fmt: skip
    return pages.render_form(request, "accounts/enrol.html", context, form)


def show_codes(request: HttpRequest, codes: list[str], to: str) -> HttpResponse:
    """The recovery codes, this once."""
    return render(request, "accounts/recovery.html", {"codes": codes, "to": to})


@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """The last step for somebody whose password has become too old."""
    user = _waiting_at(request, "login_password")
    if user is None:
        return pages.go(request, entry.go_on(request))
    form = NewPasswordForm(request.POST or None, user=user)
    if request.POST and form.is_valid():
        passwords.change(user, form.cleaned_data["new"])
        user.refresh_from_db()
        entry.knows_new_password(request, user)
        return pages.go(request, entry.go_on(request))
    context = {"why": _("您的密码已到更换期限，请设置新密码后继续。"), "person": user}
    return pages.render_form(request, "accounts/password.html", context, form)


@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link; the answer is the same whoever is asked for."""
    form = ForgottenForm(request.POST or None, address=address_of(request))
    if request.POST and form.is_valid():
        links.ask(form.cleaned_data["username"], form.cleaned_data["email"])
        told = _("如用户名与登记的邮箱相符，重置链接已发往该邮箱，30 分钟内有效。")
        return pages.done(request, reverse("login"), told)
    return _too_many_or(pages.render_form(request, "accounts/forgotten.html", {}, form), form)


def reset(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password with a mailed link."""
    return _by_link(request, token, Link.Purpose.RESET)


def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Set the first password with a mailed link."""
    return _by_link(request, token, Link.Purpose.WELCOME)


def _by_link(request: HttpRequest, token: str, purpose: Link.Purpose) -> HttpResponse:
    try:
        link = links.find(token, purpose)
        if link is None:
            raise Http404("link")
        form = NewPasswordForm(request.POST or None, user=link.user)
        if request.method == "POST" and form.is_valid():
            with transaction.atomic():
                links.use(link)
                passwords.change(link.user, form.cleaned_data["new"])
            access_log.write_for(request, link.user, access_log.ADMINISTERED, f"password by link ({purpose})")
            return pages.done(request, reverse("login"), _("密码已设置，请用新密码登录。"))
    except links.Gone:
        return render(request, "accounts/gone.html", status=410)
    return pages.render_form(request, "accounts/password.html", {"why": "", "person": link.user}, form)
