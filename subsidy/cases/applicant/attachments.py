"""Materials: the call's list with what was uploaded, and the way to each file."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases import selectors, stamped
from subsidy.cases.applicant.forms import UploadForm
from subsidy.cases.applicant.keep import mine
from subsidy.cases.assess import Result, preview
from subsidy.cases.attach import attach, detach
from subsidy.cases.fill import locked_reason
from subsidy.cases.materials import Slot, slot, slots
from subsidy.cases.models import Case, DocumentVersion
from subsidy.cases.readiness import DOCUMENTS
from subsidy.papers.serve import serve, serve_paper
from workflow.perform import Refused
from workflow.states import State


def listed(case: Case, result: Result, only: str = "") -> dict[str, Any]:
    """The places for materials: those of one step, or all that belong to no step of their own."""
    steps = {step.key for step in result.policy.steps}
    found = [one for one in slots(case) if (one.requirement == only if only else one.requirement not in steps)]
    return {"extra": "documents", "slots": found, "printed": stamped.printed(result).keys()}


@needs(Right.FILE)
def upload(request: Request, number: str, key: str) -> HttpResponse:
    """The page of one place: upload a file, or put it in place of another one."""
    case = mine(request, number)
    one = _slot(case, key)
    step = _step(case, one)
    replaces = _replaced(case, one, request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    context = {
        "case": case,
        "slot": one,
        "replaces": replaces,
        "step": step,
        "locked": locked_reason(case, step, one.key),
        "printed": stamped.printed(preview(case)).keys(),
    }
    if request.method != "POST" or not form.is_valid():
        return pages.render_form(request, "cases/my/upload.html", context, form)
    try:
        kept = attach(case, request.actor, one, form.cleaned_data["file"], step=step, replaces=replaces)
    except ValidationError as problem:
        form.add_error("file", problem)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    else:
        return pages.done(request, _back(case, step), _("已上传《%(name)s》。") % {"name": kept.name})
    return pages.render_form(request, "cases/my/upload.html", context, form)


@needs(Right.FILE)
def remove(request: Request, number: str, pk: int) -> HttpResponse:
    """Take a file out; by POST only. Its version stays for whoever submitted it."""
    case = mine(request, number)
    version = _version(case, pk)
    if request.method != "POST":
        raise Http404
    one = _slot(case, f"{version.requirement}:{version.project_id}" if version.project_id else version.requirement)
    step = _step(case, one)
    try:
        detach(version, request.actor, one, step=step)
    except Refused as refusal:
        return pages.error(request, 409, str(refusal))
    return pages.done(request, _back(case, step), _("已移除《%(name)s》。") % {"name": version.name})


@needs(Right.FILE)
def slot_paper(request: Request, number: str, key: str) -> HttpResponseBase:
    """The material as the platform prints it from the case, to be stamped and uploaded here."""
    case = mine(request, number)
    one, result = _slot(case, key), preview(case)
    if one.requirement not in stamped.printed(result):
        raise Http404(key)
    position = [row["key"] for row in case.call.documents].index(one.requirement) + 1
    return serve_paper(stamped.paper(case, result, one, position))


@needs(Right.READ_CASES)
def download(request: Request, number: str, pk: int) -> HttpResponseBase:
    """A file of a case as it was uploaded: in any version to its own enterprise, to others once it is handed in."""
    case = selectors.one(selectors.visible_to(request.actor), number)
    version = _version(case, pk)
    if case.enterprise_id not in request.actor.enterprises and pk not in selectors.handed_in(case):
        raise Http404(pk)
    return serve(version.digest, version.name, version.kind)


def _version(case: Case, pk: int) -> DocumentVersion:
    version = DocumentVersion.objects.select_related("case").filter(case=case, pk=pk).first()
    if version is None:
        raise Http404(pk)
    return version


def _slot(case: Case, key: str) -> Slot:
    found = slot(case, key)
    if found is None:
        raise Http404(key)
    return found


def _replaced(case: Case, one: Slot, request: Request) -> DocumentVersion | None:
    asked = request.GET.get("replaces", "")
    return next((version for version in one.files if str(version.pk) == asked), None)


def _step(case: Case, one: Slot) -> str:
    steps = {step.key for step in preview(case).policy.steps}
    return one.requirement if one.requirement in steps else DOCUMENTS


def _back(case: Case, step: str) -> str:
    """The list of materials, or the notice that asked for this one."""
    if case.state == State.CORRECTING:
        return reverse("cases:correction", args=[case.number])
    return reverse("cases:step", args=[case.number, step])
