"""The administration pages (trust.md row 25): people, agencies, posts, competence and reference data, and nothing else.

Whoever has a post with the right to administer may look, add and change; nobody deletes, since what refers to a row
must stay readable: its validity ends it. Cases, money and history are not here and must never be; the days of the
calendar have pages of their own (subsidy/calendar), since running time limits hang on them.
"""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils.translation import gettext_lazy as _

from subsidy import pages
from subsidy.accounts import access_log, links, sessions
from subsidy.accounts.access import View, needs
from subsidy.accounts.fresh import asks_again
from subsidy.accounts.models import Agency, Jurisdiction, Post, User, phone_key
from subsidy.accounts.rights import Right
from subsidy.accounts.tell import tell
from subsidy.reference.fields import TextField
from subsidy.reference.forms import PlainForm
from subsidy.reference.models import AreaCode, Industry
from subsidy.reference.text import mixed_scripts

LEFT_OUT = frozenset({"login", "logout", "password_change", "password_change_done", "view_on_site", "autocomplete"})
"""One signs in and out at the door of everybody; the other two are not used."""
ASK_AGAIN = frozenset({"accounts_post_add", "accounts_post_change"})
"""Roles are given with a fresh code (row 8)."""


class Site(admin.AdminSite):
    """Django's administration behind our own right; `is_staff` and Django's permissions count for nothing."""

    site_header = _("系统管理")
    site_title = _("系统管理")
    index_title = _("基础资料")
    enable_nav_sidebar = False
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.actor.has(Right.ADMINISTER))  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern | URLResolver]:
        kept = [one for one in super().get_urls() if getattr(one, "name", "") not in LEFT_OUT]
        for one in kept:
            for pattern in one.url_patterns if isinstance(one, URLResolver) else [one]:
                given = cast(View, pattern.callback)
                asks = getattr(pattern, "name", "") in ASK_AGAIN
                view: Any = needs(Right.ADMINISTER)(asks_again()(given) if asks else given)
                # Django's own would send visitors to a login page of its own, which is left out.
                view.login_url = None
                pattern.callback = view
        return kept


class Keeper(admin.ModelAdmin):  # type: ignore[type-arg]
    """Look, add, change; each change is written down where the auditor reads it."""

    actions = None
    view_on_site = False
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        """Without the page that deletes and the one that redirects for old bookmarks."""
        return [one for one in super().get_urls() if one.name and not one.name.endswith("_delete")]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        _write_down(request, obj, "add")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        _write_down(request, obj, "change")
        return super().log_change(request, obj, message)


def _write_down(request: HttpRequest, obj: Model, act: str) -> None:
    access_log.write(request, access_log.ADMINISTERED, f"{act} {obj._meta.label_lower} {obj.pk}")


class AddUser(forms.ModelForm):  # type: ignore[type-arg]
    """A new person, who chooses the first password alone, with the link that is mailed."""

    email = forms.EmailField(label=_("电子邮箱"))
    phone = TextField(label=_("手机号码"), max_length=20, required=False)

    class Meta:
        model = User
        fields = ("username", "name", "email", "phone")

    def clean_username(self) -> str:
        return plain_name(self.cleaned_data["username"])

    def clean_phone(self) -> str:
        return own_phone(self.cleaned_data["phone"], self.instance)


class ChangeUser(UserChangeForm):  # type: ignore[type-arg]
    """What is known of a person; the page behind the password mails a link to set a new one."""

    phone = TextField(label=_("手机号码"), max_length=20, required=False)

    class Meta:
        model = User
        fields = ("username", "name", "email", "phone", "is_active")

    def clean_username(self) -> str:
        return plain_name(self.cleaned_data["username"])

    def clean_phone(self) -> str:
        return own_phone(self.cleaned_data["phone"], self.instance)


def own_phone(phone: str, person: User) -> str:
    """A telephone that no other active account has. Raises ValidationError (trust.md row 1)."""
    others = User.objects.filter(is_active=True, phone_key=phone_key(phone)).exclude(pk=person.pk)
    if phone and others.exists():
        raise forms.ValidationError(_("已有启用中的账号使用此手机号码。每人只设一个账号，兼任的在同一账号下增加岗位。"))
    return phone


def plain_name(username: str) -> str:
    """A user name that cannot be taken for another. Raises ValidationError (trust.md row 27)."""
    if mixed_scripts(username):
        raise forms.ValidationError(_("用户名混用了外形相近的不同文字，请只用一种文字。"))
    return username


class StartForm(PlainForm):
    """Nothing to fill in: whether a link can be mailed at all."""

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)

    def clean(self) -> None:
        if not self.person.email:
            raise forms.ValidationError(_("此人没有登记电子邮箱，请先补登后再发送。"))
        if not self.person.is_active:
            raise forms.ValidationError(_("此账号已停用，请先启用后再发送。"))


class Users(Keeper, UserAdmin):  # type: ignore[type-arg]
    """People. What they may do lies in their posts alone; their passwords are nobody's but theirs (row 7)."""

    form, add_form = ChangeUser, AddUser
    fieldsets = ((None, {"fields": ("username", "password", "name", "email", "phone", "is_active", "last_login")}),)
    add_fieldsets = ((None, {"fields": ("username", "name", "email", "phone")}),)
    readonly_fields = ("last_login",)
    list_display = ("username", "name", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username", "name")
    filter_horizontal = ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            links.start(obj, asked_by=request.user.pk or 0)
        elif not obj.is_active:
            sessions.end_all_of(obj.pk)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """In place of Django's page, on which an administrator would choose: have a link mailed to the person."""
        person = self.get_object(request, id)
        if person is None:
            raise Http404(id)
        form = StartForm({} if request.method == "POST" else None, person=person)
        if form.is_valid():
            links.start(person, asked_by=request.user.pk or 0)
            _write_down(request, person, "mail a link to")
            back = reverse("admin:accounts_user_change", args=[person.pk])
            return pages.done(request, back, _("链接已发往 %s") % person.email)
        return pages.render_form(request, "accounts/start_reset.html", {"person": person}, form)


class Agencies(Keeper):
    """Agencies; a dissolved one gets a last day."""

    list_display = ("code", "name", "kind", "level", "area", "valid_from", "valid_to")
    list_filter = ("level", "kind")
    search_fields = ("code", "name", "short_name")
    ordering = ("code",)
    raw_id_fields = ("parent",)


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    """The form of a post, with whoever is at the screen as the one who grants or ends it."""

    granter: User

    def _post_clean(self) -> None:
        self.instance.granted_by = self.granter
        super()._post_clean()  # type: ignore[misc]

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        if (self.instance.user_id or getattr((given or {}).get("user"), "pk", None)) == self.granter.pk:
            raise forms.ValidationError(_("不能为本人设置岗位，请由另一名系统管理员办理。"))
        return given


class Posts(Keeper):
    """Who works where in which role, from when until when."""

    list_display = ("user", "role", "agency", "enterprise", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("user", "agency", "enterprise")
    search_fields = ("user__username", "user__name", "agency__name", "enterprise__name")
    ordering = ("user", "valid_from")
    raw_id_fields = ("user", "agency", "enterprise")

    def get_readonly_fields(self, request: HttpRequest, obj: Post | None = None) -> tuple[str, ...]:
        """A post is ended and another given; the database holds that too."""
        return ("user", "role", "agency", "enterprise") if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form knows who grants, so that the rules about that are checked before the database refuses."""
        made = super().get_form(request, obj, change, **kwargs)
        return type(made.__name__, (GrantForm, made), {"granter": request.user})

    def save_model(self, request: HttpRequest, obj: Post, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        tell(obj.user, str(_("岗位已变更")), str(_("您的岗位“%s”刚刚设置或变更。")) % obj.get_role_display())


class Jurisdictions(Keeper):
    """Which agency is competent for which area, measure and stage."""

    list_display = ("measure", "area", "stage", "agency", "valid_from", "valid_to")
    list_filter = ("measure", "stage")
    list_select_related = ("agency",)
    search_fields = ("area", "agency__name")
    ordering = ("measure", "area", "stage")
    raw_id_fields = ("agency",)


class AreaCodes(Keeper):
    """Places; a retired code names its successor."""

    list_display = ("code", "name", "kind", "parent_code", "valid_from", "valid_to", "successor")
    list_filter = ("kind",)
    search_fields = ("code", "name")


class Industries(Keeper):
    """Trades of GB/T 4754."""

    list_display = ("code", "name", "section")
    search_fields = ("code", "name")


site = Site(name="admin")
for model, keeper in (
    (User, Users), (Agency, Agencies), (Post, Posts), (Jurisdiction, Jurisdictions),
    (AreaCode, AreaCodes), (Industry, Industries),
):  # fmt: skip
    site.register(model, keeper)
