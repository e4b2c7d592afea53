"""How a view answers.

    return render_form(request, "cases/opinion.html", {"case": case}, form)            422 with the errors, else 200
    return render_form(request, template, context, form, block="opinion")              htmx gets only that block
    return fragment(request, template, "rows", context)                                one block of a page
    pages.only_if(may(batch, "cancel", request.actor))                           a wrong post is told so before its form
    pages.attempt(form, lambda: verb(case, actor, version=seen_version(request)))   a refusal goes onto the form
    return done(request, url, _("已提交"))                           message, then 303 (htmx: 204 + HX-Redirect)
    raise PermissionDenied(_("请由另一名工作人员复核"))                                    403 page with the sentence
    raise Http404                                                                      404 page that names nobody
Errors outside a view come through the handlers at the end (subsidy/urls.py, settings.CSRF_FAILURE_VIEW).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, TypeVar
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from jinja2_fragments import render_block

from subsidy.accounts import access_log
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused

log = logging.getLogger("subsidy.faults")

Sentence = str | Promise
Sheet: TypeAlias = "forms.BaseForm | forms.BaseFormSet[Any]"
T = TypeVar("T")
NEVER_SEEN = -1


class Pager(NamedTuple):
    """Where a list goes on; an empty address means there is nothing there."""

    summary: str
    previous: str
    next: str


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def fragment(
    request: HttpRequest, template: str, block: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """One named block of a Jinja template. What the page sets outside its blocks is not there; `ui` is."""
    backend = next(engine for engine in engines.all() if isinstance(engine, Jinja2))
    given = {
        "request": request,
        "csrf_input": csrf_input_lazy(request),
        "csrf_token": csrf_token_lazy(request),
        **context,
    }
    return HttpResponse(render_block(backend.env, template, block, **given), status=status)


def render_form(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    form: forms.BaseForm | forms.BaseFormSet[Any],
    *,
    block: str = "",
) -> HttpResponse:
    """A page with a form (in the context as `form`), with all that was typed.

    422 when it was sent with errors, 409 with the conflict panel when somebody else was faster (see `refused`).
    """
    failed = bool(form.is_bound and _has_errors(form))
    given = {"form": form, "has_errors": failed, **context}
    status = 422 if failed else 200
    if conflict := conflict_on(form):
        conflict.back = came_from(request)
        status = 409
    if block and is_htmx(request):
        return fragment(request, template, block, given, status)
    return render(request, template, given, status=status)


def _has_errors(form: forms.BaseForm | forms.BaseFormSet[Any]) -> bool:
    if isinstance(form, forms.BaseFormSet):
        return form.total_error_count() > 0
    return bool(form.errors)


# --- what a person saw, and what somebody else did meanwhile -------------------------------------


def version_in(text: str | None) -> int:
    """A version out of a hidden field; NEVER_SEEN, which no row has, when it is missing or is no number.

    Whoever sends none is treated as if the page were old: every verb that guards a version then answers 409.
    """
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else NEVER_SEEN


def seen_version(request: HttpRequest) -> int:
    """The version of the object with which the page was made that the person sends."""
    return version_in(request.POST.get("version"))


class Difference(NamedTuple):
    """A field that is now stored with another value than the one typed here."""

    label: str
    theirs: str
    yours: str


@dataclass(slots=True)
class Met:
    """A conflict a form met: who did what, where the stored values differ, and the page as it is now."""

    sentence: str
    differences: list[Difference]
    back: str = ""


def only_if(may: bool) -> None:
    """Refuse a post that has no part in an act, before anything about its form is said. Raises NotAllowed (403)."""
    if not may:
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))


def refused(form: Sheet, refusal: Refused) -> None:
    """Put a verb's refusal on its form: a sentence to mend, or the conflict. Raises it again for a wrong post.

    After a conflict the form carries the present version: whoever sends it again has read what changed.
    """
    if isinstance(refusal, NotAllowed) or (isinstance(form, forms.BaseFormSet) and not isinstance(refusal, Conflict)):
        raise refusal
    if not isinstance(refusal, Conflict):
        form.add_error(None, str(refusal))  # type: ignore[union-attr]
        return
    stored = {} if isinstance(form, forms.BaseFormSet) else dict(form.initial)
    form.conflict = Met(str(refusal), differences(form, stored) if stored else [])  # type: ignore[union-attr]
    if refusal.version is not None:
        sent: Any = form.data
        form.data = sent.copy()
        form.data["version"] = str(refusal.version)  # type: ignore[index]


def attempt(form: Sheet, act: Callable[[], object]) -> bool:
    """Whether a verb did its work; when it refused, its sentence or the conflict is on the form."""
    return outcome(form, lambda: (act(),)) is not None


def outcome(form: Sheet, act: Callable[[], T]) -> T | None:
    """What a verb gave; None when it refused, with its sentence or the conflict on the form."""
    try:
        return act()
    except Refused as refusal:
        refused(form, refusal)
        return None


def conflict_on(*given: Any) -> Met | None:
    """The conflict that one of some forms met."""
    return next((found for form in given if (found := getattr(form, "conflict", None))), None)


def differences(form: Any, theirs: Mapping[str, Any]) -> list[Difference]:
    """Where what is stored now differs from what was typed."""
    found = [
        Difference(str(bound.label), _said(bound, theirs[bound.name]), _said(bound, bound.value()))
        for bound in form
        if bound.name in theirs and not bound.is_hidden and bound.field.has_changed(theirs[bound.name], bound.data)
    ]
    # A number that is stored as text is another value than the one typed, and reads the same.
    return [one for one in found if one.theirs != one.yours]


def _said(bound: forms.BoundField, value: Any) -> str:
    """A value of a field as a person reads it: a choice by its label, a day as it is typed."""
    if value in (None, "", []):
        return _("（空）")
    labels = {str(key): str(label) for key, label in getattr(bound.field, "choices", ())}
    values = value if isinstance(value, list | tuple) else [bound.field.prepare_value(value)]
    return "、".join(labels.get(str(one), str(one)) for one in values)


def done(request: HttpRequest, to: str, sentence: Sentence = "") -> HttpResponse:
    """Go on to an own page after a change, so that a reload does not repeat it; `sentence` is shown there."""
    if sentence:
        messages.success(request, str(sentence))
    return go(request, to)


def go(request: HttpRequest, to: str) -> HttpResponse:
    """303 for a page, 204 with HX-Redirect for htmx."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": to})
    answer = HttpResponseRedirect(to)
    answer.status_code = 303
    return answer


def own_path(address: str, otherwise: str) -> str:
    """An address from outside if it is a path of this site, else `otherwise`."""
    inside = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if inside else otherwise


def came_from(request: HttpRequest) -> str:
    """The page of this site on which the person stood; the asked one when the browser does not say."""
    parts = urlsplit(request.headers.get("HX-Current-URL" if is_htmx(request) else "Referer", ""))
    inside = parts.path if parts.netloc in {"", request.get_host()} else ""
    return own_path(inside, "/" if is_htmx(request) else own_path(request.path, "/"))


def pager_of(request: HttpRequest, page: Page[Any]) -> Pager:
    """The pager of a numbered page; the other parameters of the address stay."""
    summary = _("第 %(first)s–%(last)s 件，共 %(all)s 件") % {
        "first": page.start_index(),
        "last": page.end_index(),
        "all": page.paginator.count,
    }
    previous = _page_address(request, page.previous_page_number()) if page.has_previous() else ""
    following = _page_address(request, page.next_page_number()) if page.has_next() else ""
    return Pager(summary, previous, following)


def pager_at(request: HttpRequest, count: int, previous: str, following: str) -> Pager:
    """The pager of a page by place (reference/keyset.py): `at` changes, the other parameters of the address stay."""

    def address(place: str) -> str:
        parameters = request.GET.copy()
        parameters["at"] = place
        return f"?{parameters.urlencode()}" if place else ""

    return Pager(_("本页 %(n)s 条") % {"n": count}, address(previous), address(following))


def attempted(form: forms.BaseForm, act: Callable[[], object]) -> bool:
    """The same for a form with a file: one that cannot be taken (papers.files.take) is an error of the field `file`."""
    try:
        return attempt(form, act)
    except ValidationError as problem:
        form.add_error("file", problem)
        return False


def _page_address(request: HttpRequest, number: int) -> str:
    parameters = request.GET.copy()
    parameters["page"] = str(number)
    return f"?{parameters.urlencode()}"


# --- errors -------------------------------------------------------------------


def error(request: HttpRequest, status: int, sentence: Sentence = "", **context: Any) -> HttpResponse:
    """The page of an error; htmx gets the note alone, put on top of the page it came from."""
    template = f"errors/{status}.html"
    given = {"sentence": sentence, **({"back": came_from(request)} if status == 409 else {}), **context}
    if is_htmx(request):
        answer = fragment(request, template, "note", given, status)
        answer["HX-Retarget"] = "#flash"
        answer["HX-Reswap"] = "innerHTML show:top"
        return answer
    return render(request, template, given, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request itself makes no sense."""
    return error(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 within one's scope: the exception's text is the reason that is shown."""
    return error(request, 403, str(exception or ""))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without or with an old token; written down when somebody is signed in."""
    if request.user.is_authenticated:
        access_log.write(request, access_log.REFUSED, reason)
    return error(request, 403, _("页面已过期或来源无法核实。请返回上一页，刷新后重新提交。"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 for what does not exist and for what lies outside one's scope: the same words."""
    return error(request, 404)


def conflict(request: HttpRequest, exception: Exception) -> HttpResponse:
    """409: somebody else was quicker; the exception's text says who and what."""
    return error(request, 409, str(exception))


def too_many(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """429: too many attempts from one place or for one account."""
    return error(request, 429)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500: a number to quote, found again in the log beside the exception; needs no database and no session."""
    reference = f"{clock.real_now():%Y%m%d}-{secrets.token_hex(4).upper()}"
    log.error("fault %s on %s %s", reference, request.method, request.path, exc_info=True)  # noqa: LOG014
    return error(request, 500, reference=reference)
