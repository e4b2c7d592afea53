"""The Jinja2 environment of every page.

Filters (money is given in 元; None is written as –):
    yuan 1,234,567.89 · wan 123.46 · count 1,240 · words 人民币…元整 · day 2026-05-20 · day_cn 2026年5月20日
    on_business_clock (moments of the machine's clock, before minute or day)
    minute 2026-05-20 14:05 · minute_cn 2026年5月20日 14:05 · href (every address that comes from data) · static · url
Globals:
    ui.<macro>(…)          every macro of templates/components/*.html, also inside a block rendered alone
    url(name, *args, **kwargs), static(path), query(request, page=2, sort=None), period_cn(first, last)
    shell_of(request)      who is asking, menu, messages, display preferences (subsidy/desk/shell.py)
    error_items(form, …)   what the error summary lists
    conflict_on(form, …)   what somebody else did while the form was being filled in, or none
    once_token()           a fresh key for a form that makes something
Translation: `_("…")`, `ngettext`, `pgettext`; new style: `_("共 %(n)s 件", n=3)`, a literal percent sign is `%%`.
"""

import secrets
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined

from subsidy.desk.shell import shell_of
from subsidy.pages import conflict_on
from subsidy.reference import formats
from subsidy.reference.forms import error_items
from workflow import clock

FAMILIES = (
    "alerts",
    "confirm",
    "fields",
    "findings",
    "forms",
    "navigation",
    "summaries",
    "tables",
    "tags",
    "tasks",
    "timeline",
)
SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


class Components:
    """`ui.name` is the macro `name`, whichever family file holds it.

    Resolved on use, so that a block rendered alone finds them, which top-level imports would not give it.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._family: dict[str, str] = {}

    def __getattr__(self, name: str) -> Callable[..., str]:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._family:
            self._family[name] = self._find(name)
        macro: Callable[..., str] = getattr(self._module(self._family[name]), name)
        return macro

    def _module(self, family: str) -> Any:
        return self._environment.get_template(f"components/{family}.html").module

    def _find(self, name: str) -> str:
        for family in FAMILIES:
            if name in vars(self._module(family)):
                return family
        raise AttributeError(name)


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The path of a named page."""
    return reverse(name, args=args, kwargs=kwargs)


def href(address: str | None) -> str:
    """An address from data made safe for an attribute: own path, `#…`, `?…`, web, mail or telephone; else `#`.

    Autoescape lets `javascript:` through, therefore this door.
    """
    text = (address or "").strip()
    if any(mark < " " for mark in text) or text.startswith(("//", "/\\", "\\")):
        return "#"
    if text.startswith(("/", "#", "?")):
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return "#"
    reaches_somewhere = parts.netloc or parts.scheme in {"mailto", "tel"}
    return text if parts.scheme.lower() in SAFE_SCHEMES and reaches_somewhere else "#"


def query(request: HttpRequest, **changes: object) -> str:
    """The page's own query string with some parameters set, or removed by None: `?status=open&page=2`."""
    parameters = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


def once_token() -> str:
    """A fresh key for a form that makes something: equal requests with it have one effect (workflow/once.py)."""
    return secrets.token_urlsafe(16)


def words(amount: Decimal) -> str:
    """An amount in 元 in capital Chinese numerals (大写金额)."""
    from policies.kit.money import in_words

    return in_words(amount)


def environment(**options: Any) -> Environment:
    """Django's Jinja2 backend calls this; escaping and strictness are not for the settings to switch off."""
    made = Environment(  # noqa: S701
        **{
            **options,
            "autoescape": True,
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "extensions": ["jinja2.ext.i18n"],
        }
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.globals.update(
        ui=Components(made),
        url=url,
        static=static,
        query=query,
        once_token=once_token,
        shell_of=shell_of,
        period_cn=formats.period_cn,
        error_items=error_items,
        conflict_on=conflict_on,
    )
    made.filters.update(
        yuan=formats.yuan,
        wan=formats.wan,
        count=formats.count,
        day=formats.day,
        day_cn=formats.day_cn,
        minute=formats.minute,
        minute_cn=formats.minute_cn,
        on_business_clock=clock.on_business_clock,
        words=words,
        href=href,
        url=url,
        static=static,
    )
    return made
