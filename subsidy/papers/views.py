"""The public page on which anybody checks a paper. It tells what is printed on the paper anyway, and nothing more."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from subsidy.accounts.access import public
from subsidy.pages import render_form
from subsidy.papers.forms import CodeForm, CompareForm
from subsidy.papers.layout import dashed
from subsidy.papers.selectors import by_code, latest_version


@public
@require_GET
def check(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and go to its page."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        paper = by_code(form.cleaned_data["code"])
        if paper is not None:
            return redirect(reverse("papers:paper", args=[paper.check_code]))
        return _unknown(request, form)
    return render_form(request, "papers/check.html", {"unknown": False}, form)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """What was issued under a code; a POST compares a copy with it and changes nothing."""
    found = by_code(code)
    if found is None:
        return _unknown(request, CodeForm(initial={"code": code}))
    form = CompareForm(request.POST, request.FILES) if request.method == "POST" else CompareForm()
    matches = form.digest() == found.digest if form.is_valid() else None
    context = {"paper": found, "code": dashed(found.check_code), "latest": latest_version(found), "matches": matches}
    return render_form(request, "papers/checked.html", context, form)


def _unknown(request: HttpRequest, form: CodeForm) -> HttpResponse:
    return render(request, "papers/check.html", {"form": form, "unknown": True}, status=404)
