"""工作日历 (A4): a year's days, entering a year by hand or from a file, correcting a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calendar import imports, selectors, tables
from subsidy.calendar.change import correct_day, enter_year, of_year
from subsidy.calendar.days import EARLIEST, LATEST, WORK, spans_of, window, written
from subsidy.calendar.effect import Days, Effect, Fate, effect_of, entered
from subsidy.calendar.forms import ACCEPT, PLAIN, DayForm, FileForm, GroundForm, YearForm
from subsidy.imports import blank
from subsidy.papers import files
from subsidy.papers.columns import prepare
from subsidy.papers.serve import serve, serve_made
from subsidy.reference import formats
from subsidy.reference.workcalendar import work_calendar
from workflow import clock

administrators = needs(Right.ADMINISTER)
both = require_http_methods(["GET", "HEAD", "POST"])
SHOWN = 100


@administrators
@require_safe
def now(request: Request) -> HttpResponse:
    """This year's days."""
    return _year_page(request, clock.today().year)


@administrators
@require_safe
def year(request: Request, number: int) -> HttpResponse:
    """A year's days."""
    return _year_page(request, _known(number))


def _year_page(request: Request, number: int) -> HttpResponse:
    loaded, days = sorted(work_calendar().years), selectors.days_of(number)
    row = selectors.year_row(number)
    context = {
        "number": number, "years": sorted({*loaded, number, clock.today().year + 1}), "loaded": loaded,
        "weekdays": selectors.WEEKDAYS, "months": selectors.months(number, days),
        "missing": selectors.missing(loaded), "entries": selectors.entries(row),
        "table": prepare(tables.DAYS, days, caption=_("放假和调休"), name="days", empty=_("这一年还没有录入安排。")),
    }  # fmt: skip
    return render(request, "calendar/year.html", context)


@administrators
@both
def enter(request: Request, number: int) -> HttpResponse:
    """Enter a year, or enter it anew; a file fills the form."""
    initial = _as_entered(_known(number))
    upload = FileForm(request.POST, request.FILES) if "read" in request.POST else FileForm()
    if upload.is_bound and upload.is_valid():
        initial |= _read(request, upload)
    sent = request.method == "POST" and not upload.is_bound
    form = YearForm(request.POST if sent else None, request.FILES if sent else None, initial=initial)
    effect = Effect()
    if sent and form.is_valid():
        given = form.arrangement()
        effect = effect_of(of_year(given, entered()))

        def act(seen: str) -> Effect:
            return enter_year(
                request.actor, given, form.ground(), version=_version(request, given.year, number), seen=seen
            )  # fmt: skip

        if _done(request, form, effect, act):
            return pages.done(request, reverse("calendar:year", args=[given.year]), _("年度安排已保存。"))
    context = _form_context(number, form, effect) | {"upload": upload, "filled": upload.is_bound and not upload.errors}
    if upload.is_bound and upload.errors:
        return render(request, "calendar/enter.html", {**context, "form": form, "has_errors": True}, status=422)
    return pages.render_form(request, "calendar/enter.html", context, form)


@administrators
@both
def correct(request: Request, day: str) -> HttpResponse:
    """Correct one day."""
    on = _day(day)
    held = entered()
    special = held.get(on)
    initial = {"kind": special.kind if special else PLAIN, "name": special.name if special else ""}
    form = DayForm(request.POST or None, request.FILES or None, initial=initial)
    effect = Effect()
    if form.is_bound and form.is_valid():
        change: Days = {on: form.special()}
        effect = effect_of(change, held)

        def act(seen: str) -> Effect:
            version = pages.seen_version(request)
            return correct_day(request.actor, on, form.special(), form.ground(), version=version, seen=seen)

        if _done(request, form, effect, act):
            return pages.done(request, reverse("calendar:year", args=[on.year]), _("日期已更正。"))
    context = _form_context(on.year, form, effect) | {
        "day": formats.day(on),
        "weekday": selectors.WEEKDAYS[on.weekday()],
    }
    return pages.render_form(request, "calendar/day.html", context, form)


@administrators
@require_safe
def template(request: Request) -> HttpResponse:
    """The empty workbook of a year."""
    return serve_made(blank.template(imports.SHEET, request.actor), f"{_('工作日历导入模板')}.xlsx", "xlsx")


@administrators
@require_safe
def document(request: Request, number: int, entry: int) -> HttpResponseBase:
    """The document of one entry of a year's history."""
    found = selectors.document_of(number, entry)
    if found is None:
        raise Http404(number)
    digest, name = found
    return serve(digest, name, files.EXTENSIONS[Path(name).suffix.lower().lstrip(".")])


def _read(request: Request, upload: FileForm) -> dict[str, str]:
    """What the file says for the form; nothing, with the sentence on the file's form, when it cannot be read."""
    file = upload.cleaned_data["file"]
    try:
        return imports.read(file, file.name, request.actor)
    except imports.NotAYear as problem:
        upload.add_error("file", str(problem))
        return {}


def _done(request: Request, form: GroundForm, effect: Effect, act: Callable[[str], Effect]) -> bool:
    """Whether the change was made. Limits to be moved must have been read: ticked, and the list still the same."""
    moved = effect.having(Fate.MOVED)
    if moved and not effect.having(Fate.BLOCKED):
        if not form.cleaned_data["reason"]:
            form.add_error("reason", _("延后期限须填写理由"))
        if not form.cleaned_data[ACCEPT] or request.POST.get("seen") != effect.digest:
            form.add_error(ACCEPT, _("有 %(n)s 项期限将延后，请核对下表后勾选") % {"n": len(moved)})
        if form.errors:
            return False
    return pages.attempt(form, lambda: act(effect.digest))


def _version(request: Request, typed: int, shown: int) -> int:
    """The version that was seen; of a year typed instead of the one the page was made for, none was seen."""
    if typed == shown:
        return pages.seen_version(request)
    row = selectors.year_row(typed)
    return row.version if row else 0


def _form_context(number: int, form: GroundForm, effect: Effect) -> dict[str, Any]:
    row = selectors.year_row(number)
    caption = _("受影响的期限（%(n)s 项）") % {"n": len(effect.limits)}
    return {
        "number": number, "version": row.version if row else 0, "effect": effect,
        "names": [name for name in form.fields if name != ACCEPT],
        "asks": bool(effect.having(Fate.MOVED)) and not effect.having(Fate.BLOCKED),
        "limits": prepare(tables.LIMITS, effect.limits[:SHOWN], caption=caption, name="limits"),
        "more": max(len(effect.limits) - SHOWN, 0),
    }  # fmt: skip


def _as_entered(number: int) -> dict[str, Any]:
    """The year as the form shows it: what was entered before, else empty."""
    first, last = window(number)
    days = {day: special for day, special in entered().items() if first <= day <= last}
    worked = sorted(day.isoformat() for day, special in days.items() if special.kind == WORK)
    return {"year": number, "days_off": written(spans_of(days)), "days_worked": "\n".join(worked)}


def _known(number: int) -> int:
    if not EARLIEST <= number <= LATEST:
        raise Http404(number)
    return number


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as problem:
        raise Http404(text) from problem
    _known(day.year)
    return day
