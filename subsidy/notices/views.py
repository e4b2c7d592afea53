"""Pages of the agency: build, sign, publish and close notices; settle objections."""

from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from subsidy.accounts import access_log
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.notices import build, objections, paper, selectors, tables, words
from subsidy.notices.close import close
from subsidy.notices.forms import NoticeForm, PublishForm, ReasonForm, SettleForm
from subsidy.notices.models import Notice, Objection
from subsidy.notices.publish import content_of, publish
from subsidy.pages import attempt, done, render_form, seen_version
from subsidy.papers.columns import Picking, prepare
from subsidy.papers.serve import serve_made, serve_paper
from subsidy.reference import formats
from workflow.once import once
from workflow.perform import Refused, allowed

STAFF = needs(*selectors.STAFF_RIGHTS)


@require_GET
@STAFF
def manage(request: Request) -> HttpResponse:
    """Notices of one's agencies, and the calls with projects that wait for one."""
    notices = _counted(selectors.visible_to(request.actor)).order_by("-pk")
    table = prepare(tables.NOTICES, notices, caption=_("公示"), name="notices", empty=_("还没有公示。"))
    calls = selectors.calls_with_waiting(request.actor)
    handles = request.actor.has(Right.HANDLE_OBJECTION)
    return render(request, "notices/manage.html", {"table": table, "calls": calls, "handles": handles})


def _counted(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    open_states = [Objection.State.RECEIVED, Objection.State.HANDLING]
    return notices.annotate(
        count=Count("rows", distinct=True),
        open_objections=Count("objections", filter=Q(objections__state__in=open_states), distinct=True),
    )


@require_http_methods(["GET", "POST"])
@needs(Right.BUILD_NOTICE)
def new(request: Request, call: int) -> HttpResponse:
    """Choose cases of a call and write the notice."""
    chosen = get_object_or_404(selectors.calls_with_waiting(request.actor), pk=call)
    waiting = list(selectors.waiting(request.actor, chosen))
    form = NoticeForm(request.POST or None, initial=words.suggested(chosen, build.next_batch(chosen)))
    picked = set(request.POST.getlist("cases")) if request.POST else {str(case.pk) for case in waiting}
    if request.POST and form.is_valid():
        cases = [case for case in waiting if str(case.pk) in picked]
        try:
            address = once(
                request.POST.get("once", ""), request.actor,
                lambda: _address(build.draft(request.actor, chosen, cases, form.values())),
            )  # fmt: skip
            return done(request, address, _("公示草稿已保存"))
        except Refused as refused:
            form.add_error(None, str(refused))
    picking = Picking("cases", lambda case: str(case.pk), lambda case: case.number)
    table = prepare(tables.CASES, waiting, caption=_("待公示项目"), name="waiting", picking=picking)
    return render_form(request, "notices/new.html", {"call": chosen, "table": table}, form)


def _address(notice: Notice) -> str:
    return reverse("notices:detail", args=[notice.pk])


@require_GET
@STAFF
def detail(request: Request, pk: int) -> HttpResponse:
    """A notice as it will look, with the checks and what can be done."""
    notice = get_object_or_404(_counted(selectors.visible_to(request.actor)).select_related("agency", "call"), pk=pk)
    content = notice.content or content_of(notice)
    context = {
        "notice": notice, "batch": words.batch_words(notice.batch), "content": content,
        "total": Decimal(content["total"]), "checks": build.checks(notice),
        "moves": allowed(notice, request.actor), "table": tables.rows_table(content),
        "ended": not selectors.takes_objections(notice), "own": notice.built_by_id in request.actor.one_with,
    }  # fmt: skip
    return render(request, "notices/detail.html", context)


@require_GET
@STAFF
def paper_of(request: Request, pk: int) -> HttpResponseBase:
    """The paper of a published notice; of a draft a preview."""
    notice = get_object_or_404(selectors.visible_to(request.actor).select_related("agency", "call"), pk=pk)
    if notice.published_at is None:
        return serve_made(paper.draft(notice).content, _("公示草稿.pdf"), "pdf")
    return serve_paper(paper.paper(notice))


@require_http_methods(["GET", "POST"])
@needs(Right.BUILD_NOTICE)
def edit(request: Request, pk: int) -> HttpResponse:
    """Change the words of a draft."""
    notice = get_object_or_404(selectors.visible_to(request.actor), pk=pk)
    form = NoticeForm(request.POST or None, notice=notice)
    if request.POST and form.is_valid():
        version, values = seen_version(request), form.values()
        if attempt(form, lambda: build.change(notice, request.actor, values, version=version)):
            return done(request, _address(notice), _("已保存"))
    return render_form(request, "notices/edit.html", {"notice": notice}, form)


@require_POST
@needs(Right.BUILD_NOTICE)
def ask_signature(request: Request, pk: int) -> HttpResponse:
    """Send a draft to whoever publishes."""
    notice = get_object_or_404(selectors.visible_to(request.actor), pk=pk)
    build.ask_signature(notice, request.actor, version=seen_version(request))
    return done(request, _address(notice), _("已送审，等待签发"))


@require_http_methods(["GET", "POST"])
@needs(Right.PUBLISH_NOTICE)
def publish_notice(request: Request, pk: int) -> HttpResponse:
    """The page before publishing: object, count, sum, last day; the number of projects is typed."""
    notice = get_object_or_404(selectors.visible_to(request.actor), pk=pk)
    form = PublishForm(request.POST or None)
    if request.POST and form.is_valid():
        given = {"projects": form.cleaned_data["projects"], "version": seen_version(request)}
        if attempt(form, lambda: publish(notice, request.actor, **given)):
            return done(request, _address(notice), _("公示已发布"))
    content = content_of(notice)
    facts = [
        (_("公示"), notice.title), (_("批次"), words.batch_words(notice.batch)),
        (_("项目数"), str(len(content["rows"]))),
        (_("上限合计（元）"), formats.yuan(Decimal(content["total"]))), (_("公示至"), f"{notice.ends_on} 24:00"),
    ]  # fmt: skip
    return render_form(request, "notices/publish.html", {"notice": notice, "facts": facts}, form)


@require_http_methods(["GET", "POST"])
@needs(Right.PUBLISH_NOTICE)
def send_back(request: Request, pk: int) -> HttpResponse:
    """Give a notice back to its builder."""
    notice = get_object_or_404(selectors.visible_to(request.actor), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.POST and form.is_valid():
        given = {"reason": form.cleaned_data["reason"], "version": seen_version(request)}
        if attempt(form, lambda: build.send_back(notice, request.actor, **given)):
            return done(request, _address(notice), _("已退回修改"))
    return render_form(request, "notices/send_back.html", {"notice": notice}, form)


@require_POST
@needs(Right.BUILD_NOTICE)
def close_notice(request: Request, pk: int) -> HttpResponse:
    """End a notice whose period is over; held rows stay."""
    notice = get_object_or_404(selectors.visible_to(request.actor), pk=pk)
    outcome = close(notice, request.actor, version=seen_version(request))
    return done(request, _address(notice), _("公示已结束，%(n)s 个项目转入储备") % {"n": len(outcome.done)})


@require_GET
@needs(Right.HANDLE_OBJECTION)
def objection_list(request: Request) -> HttpResponse:
    """Objections to one's agency's notices; those that wait come first."""
    found = (
        selectors.objections_visible_to(request.actor).select_related("notice").order_by("concluded_at", "-received_at")
    )
    table = prepare(tables.OBJECTIONS, found, caption=_("异议"), name="objections", empty=_("暂未收到异议。"))
    return render(request, "notices/objections.html", {"table": table})


@require_http_methods(["GET", "POST"])
@needs(Right.HANDLE_OBJECTION)
def objection(request: Request, pk: int) -> HttpResponse:
    """One objection: take it up, then settle it with a reason. Reading who objects is written down."""
    found = get_object_or_404(selectors.objections_visible_to(request.actor).select_related("notice"), pk=pk)
    form = SettleForm(request.POST if request.method == "POST" else None)
    if request.POST.get("act") == "take_up":
        objections.take_up(found, request.actor, version=seen_version(request))
        return done(request, request.path, _("已受理，开始核实"))
    if form.is_bound and form.is_valid():
        given = {"upheld": form.cleaned_data["result"] == "uphold", "conclusion": form.cleaned_data["conclusion"]}
        version = seen_version(request)
        if attempt(form, lambda: objections.settle(found, request.actor, version=version, **given)):
            return done(request, request.path, _("异议已办结"))
    if _handles(found, request):
        what = _("异议人身份 %(number)s") % {"number": found.number}
        access_log.write(request, access_log.READ, what, _("办理异议"))
    context = {
        "objection": found,
        "rows": found.rows.select_related("case__enterprise"),
        "mine": _handles(found, request),
    }
    return render_form(request, "notices/objection.html", context, form)


def _handles(found: Objection, request: Request) -> bool:
    """Who objects is shown to the handler only, from taking it up."""
    return found.handler_id == request.actor.id or bool(request.actor.deputy_for(found.handler_id))
