"""My cases, and starting a new one."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.models import Jurisdiction
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.calls import selectors as calls
from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call
from subsidy.calls.territory import serves
from subsidy.cases import selectors
from subsidy.cases.applicant.forms import StartForm
from subsidy.cases.applicant.tables import MINE
from subsidy.cases.province import undecided
from subsidy.cases.start import closed, start
from subsidy.enterprises.models import Enterprise
from subsidy.papers.columns import prepare
from subsidy.reference.models import AreaCode
from workflow import clock
from workflow.once import once
from workflow.perform import Refused


@needs(Right.FILE)
def mine(request: Request) -> HttpResponse:
    """The cases of my enterprises, those that ask something of me first."""
    cases = (
        selectors.own(request.actor).select_related("call", "enterprise", "local_agency")
        .annotate(waits_for_province=undecided()).order_by("-created_at", "-pk")
    )  # fmt: skip
    table = prepare(MINE, cases, caption=_("我的申报"), name="mine")
    return render(request, "cases/my/mine.html", {"table": table})


@needs(Right.FILE)
def begin(request: Request, pk: int) -> HttpResponse:
    """Start a case in a call; a second click leads to the same draft."""
    call = calls.one(calls.hall(), pk)
    form = _form(request, call)
    context = {"call": call, "policy": policy_of(call), "closed": closed(call)}
    if request.method != "POST" or not form.is_valid():
        return pages.render_form(request, "cases/my/start.html", context, form)
    try:
        address = once(request.POST.get("once", ""), request.actor, lambda: _started(request, call, form))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return pages.render_form(request, "cases/my/start.html", context, form)
    return pages.done(request, address, _("申报已建立，填写的内容随时保存在系统中。"))


def _started(request: Request, call: Call, form: StartForm) -> str:
    given = form.cleaned_data
    enterprise = _enterprises(request).filter(pk=given["enterprise"]).first()
    if enterprise is None:
        raise Http404
    case = start(request.actor, call, enterprise, track=given["track"], area=given["area"])
    return reverse("cases:tasks", args=[case.number])


def _enterprises(request: Request) -> QuerySet[Enterprise]:
    return Enterprise.objects.filter(pk__in=request.actor.enterprises).order_by("name")


def _form(request: Request, call: Call) -> StartForm:
    enterprises = list(_enterprises(request))
    areas = areas_of(call)
    known = {code for code, _name in areas}
    first = enterprises[0] if enterprises else None
    place = (first.production_area or first.area) if first else ""
    tracks = policy_of(call).tracks
    return StartForm(
        request.POST or None,
        enterprises=[(str(one.pk), f"{one.name}（{one.credit_code}）") for one in enterprises],
        tracks=[(choice.key, choice.label) for choice in tracks],
        areas=areas,
        initial={
            "enterprise": str(first.pk) if first else "",
            "track": tracks[0].key if len(tracks) == 1 else "",
            "area": place if place in known else "",
        },
    )


def areas_of(call: Call) -> list[tuple[str, str]]:
    """The places in which somebody reviews for this measure, by name."""
    codes = (
        Jurisdiction.objects.on(clock.today())
        .filter(measure=call.measure, stage=Jurisdiction.Stage.LOCAL).values_list("area", flat=True)
    )  # fmt: skip
    served = [code for code in codes if serves(call, code)]
    return list(AreaCode.objects.filter(code__in=served).order_by("code").values_list("code", "name"))
