"""How a person wants pages shown: character size, row density, dark or light. Cookies, so that no page flashes."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from subsidy import pages
from subsidy.accounts.access import signed_in

YEAR = 365 * 24 * 60 * 60
Options = Sequence[tuple[str, str | Promise]]

LABELS: Mapping[str, str | Promise] = {"size": _("字号"), "density": _("行距"), "theme": _("配色")}
OPTIONS: Mapping[str, Options] = {
    "size": (("normal", _("标准")), ("large", _("大字号"))),
    "density": (("regular", _("标准")), ("compact", _("紧凑")), ("loose", _("宽松"))),
    "theme": (("light", _("浅色")), ("auto", _("跟随系统（深色）"))),
}


class Choice(NamedTuple):
    """One preference with what can be chosen and what is."""

    name: str
    label: str
    value: str
    options: Options


def choices(request: HttpRequest) -> list[Choice]:
    """The preferences of this browser; a cookie with anything else counts as not set."""
    return [Choice(name, str(LABELS[name]), _value(request, name), options) for name, options in OPTIONS.items()]


def display(request: HttpRequest) -> list[tuple[str, str]]:
    """The data attributes of <html>: what differs from the usual."""
    return [(one.name, one.value) for one in choices(request) if one.value != one.options[0][0]]


def _value(request: HttpRequest, name: str) -> str:
    return _known(name, request.COOKIES.get(name, ""))


def _known(name: str, value: str) -> str:
    values = [option for option, _label in OPTIONS[name]]
    return value if value in values else values[0]


@signed_in
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen and go back to the page one came from."""
    answer = pages.go(request, pages.own_path(request.POST.get("next", ""), "/"))
    for name in OPTIONS:
        answer.set_cookie(
            name,
            _known(name, request.POST.get(name, "")),
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return answer


urlpatterns = [path("preferences/", save, name="preferences")]
