"""All addresses. Each app writes its whole paths (`cases/<number>/`) in its own urls.py and is mounted at the root."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from subsidy import pages

MODULES = (
    "subsidy.accounts.urls",
    "subsidy.ops.urls",
    "subsidy.desk.urls",
    "subsidy.desk.preferences",
    "subsidy.echo",
    "subsidy.messages.urls",
    "subsidy.papers.urls",
    "subsidy.imports.urls",
    "subsidy.enterprises.urls",
    "subsidy.enterprises.credit.urls",
    "subsidy.clusters.urls",
    "subsidy.projects.urls",
    "subsidy.calls.urls",
    "subsidy.journal.urls",
    "subsidy.cases.urls",
    "subsidy.panels.urls",
    "subsidy.performance.urls",
    "subsidy.funding.urls",
    "subsidy.notices.urls",
    "subsidy.calendar.urls",
    "subsidy.api.urls",
)


def _patterns() -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = [path("", include(name)) for name in MODULES if find_spec(name)]
    if settings.ADMINISTRATION_PAGES:
        found.append(path("admin/", import_module("subsidy.accounts.site").site.urls))
    if settings.DEBUG:
        gallery = import_module("subsidy.desk.gallery")
        found.append(path("components/", gallery.components, name="components"))
    return found


urlpatterns = _patterns()

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.not_found
handler500 = pages.server_error
