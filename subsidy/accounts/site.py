"""The administration pages (trust.md row 25): agencies and reference data, and nothing else.

People, posts and competence have pages of their own, with a history (`subsidy.desk.administration`), and so have the
days of the calendar, since running time limits hang on them (`subsidy.calendar`). Whoever has a post with the right to
administer may look, add and change; nobody deletes, since what refers to a row must stay readable: its validity ends
it. Cases, money and history are not here and must never be.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

from subsidy.accounts import access_log
from subsidy.accounts.access import View, needs
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Right
from subsidy.reference.models import AreaCode, Industry

LEFT_OUT = frozenset({"login", "logout", "password_change", "password_change_done", "view_on_site", "autocomplete"})
"""One signs in and out at the door of everybody; the other two are not used."""


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
                view: Any = needs(Right.ADMINISTER)(cast(View, pattern.callback))
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


class Agencies(Keeper):
    """Agencies; a dissolved one gets a last day."""

    list_display = ("code", "name", "kind", "level", "area", "valid_from", "valid_to")
    list_filter = ("level", "kind")
    search_fields = ("code", "name", "short_name")
    ordering = ("code",)
    raw_id_fields = ("parent",)


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
    (Agency, Agencies), (AreaCode, AreaCodes), (Industry, Industries),
):  # fmt: skip
    site.register(model, keeper)
