"""补正通知: built from what the review found, sent in one go."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from policies.kit.findings import Outcome
from subsidy.accounts.actor import Actor
from subsidy.accounts.request import Request
from subsidy.cases import correction_letter
from subsidy.cases.findings import Judged
from subsidy.cases.models import Correction
from subsidy.cases.review import ask_correction, extend_correction
from subsidy.cases.targets import DOCUMENT, PROJECT, STEP, Target
from subsidy.desk.casefile import CaseFile
from subsidy.desk.forms import AskForm, ExtensionForm, ItemForms
from subsidy.desk.views import file_for, file_of, reads
from subsidy.pages import attempt, done, outcome, render_form
from subsidy.papers.serve import serve_paper


@reads
def correction(request: Request, number: str) -> HttpResponse:
    """Choose and word the items; sending moves the case and stops its clock."""
    file = file_for(request, number, "correct")
    given: dict[str, Any] = {"form_kwargs": {"targets": targets(file)}, "prefix": "items"}
    act = AskForm(request.POST or None, initial={"version": file.case.version, "phone": last_phone(request.actor)})
    items = ItemForms(request.POST, **given) if request.POST else ItemForms(initial=proposed(file), **given)
    if request.POST and act.is_valid() and items.is_valid():
        asked = [_item(one.cleaned_data, file) for one in items if one.cleaned_data.get("include")]
        notice = outcome(act, lambda: ask_correction(file.case, request.actor, items=asked, **act.cleaned_data))
        if notice is not None:
            return _sent(request, number, notice)
    return _page(request, file, act, items)


@reads
@require_safe
def correction_paper(request: Request, number: str, pk: int) -> HttpResponseBase:
    """补正通知书 as it stands, printed now if nobody has opened it yet."""
    found = file_of(request, number).case.corrections.select_related(*correction_letter.NEEDED)
    return serve_paper(correction_letter.paper(get_object_or_404(found, pk=pk)))


@reads
def extension(request: Request, number: str) -> HttpResponse:
    """Give the applicant more time."""
    file = file_for(request, number, "correct")
    form = ExtensionForm(request.POST or None, initial={"version": file.case.version})
    back = reverse("desk:section", args=[number, "corrections"])
    if form.is_valid() and attempt(form, lambda: extend_correction(file.case, request.actor, **form.cleaned_data)):
        return done(request, back, _("已延长补正期限，申报单位将收到通知。"))
    return render_form(request, "desk/extension.html", {"file": file, "back": back}, form)


def proposed(file: CaseFile) -> list[dict[str, Any]]:
    """An item for each finding that is not met or still open; those not met are ticked."""
    return [
        {
            "include": one.outcome is Outcome.NOT_MET, "target": _target(one, file), "problem": one.finding.message,
            "requirement": _("请核对并更正，或补充佐证材料。"), "source": one.finding.source.clause,
        }
        for one in file.judged if one.outcome is not Outcome.MET
    ]  # fmt: skip


def last_phone(actor: Actor) -> str:
    """The telephone that this person gave on the last notice, to be typed once only."""
    last = Correction.objects.filter(sent_by=actor.person_id).order_by("-id").first()
    return str(last.letter.get("phone", "")) if last else ""


def targets(file: CaseFile) -> list[tuple[str, str]]:
    """What an item can point at: steps, projects and required documents of this filing."""
    content = file.content
    steps = [(str(Target(STEP, step.key)), step.label) for step in file.policy.steps]
    projects = [(str(Target(PROJECT, str(one["id"]))), one["name"]) for one in content["projects"]]
    names = {None: "", **{one["id"]: f"（{one['name']}）" for one in content["projects"]}}
    documents = {
        str(Target(DOCUMENT, row["requirement"], row["project"])): row["label"] + names.get(row["project"], "")
        for row in file.submission.documents
    }
    return [*steps, *projects, *documents.items()]


def _target(one: Judged, file: CaseFile) -> str:
    found = next((p for p in file.content["projects"] if f"project-{p['project']}" == one.finding.subject), None)
    return str(Target(PROJECT, str(found["id"]))) if found else ""


def _item(cleaned: dict[str, Any], file: CaseFile) -> dict[str, str]:
    labels = dict(targets(file))
    target = cleaned["target"]
    return {
        "target": target, "label": labels.get(target, _("其他")), "problem": cleaned["problem"],
        "requirement": cleaned["requirement"], "source": cleaned["source"],
    }  # fmt: skip


def _sent(request: Request, number: str, notice: Correction) -> HttpResponse:
    sentence = _("已发出补正通知 %(number)s，计时暂停。") % {"number": notice.number}
    return done(request, reverse("desk:case", args=[number]), sentence)


def _page(request: Request, file: CaseFile, act: AskForm, items: Any) -> HttpResponse:
    earlier = file.case.corrections.count()
    wrong = items if items.is_bound and items.total_error_count() else act
    context = {"file": file, "act": act, "items": items, "earlier": earlier}
    return render_form(request, "desk/correction.html", context, wrong)
