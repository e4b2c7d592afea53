"""Pages of proposed successions: what waits, one proposal with its evidence, and the answers to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, When
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.chronicle import chronicle
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.enterprises import proposals, selectors, tables
from subsidy.enterprises.forms import ConfirmForm, ReasonForm
from subsidy.enterprises.models import Bar, SuccessionProposal
from subsidy.enterprises.succession import answers_for
from subsidy.papers import files
from subsidy.papers.columns import prepare
from subsidy.papers.serve import serve
from subsidy.reference import formats
from workflow import clock, perform

readers = needs(Right.READ_REGISTERS)
keepers = needs(Right.KEEP_REGISTERS)
both = require_http_methods(["GET", "HEAD", "POST"])
PAGE = 50


@readers
@require_safe
def listing(request: Request) -> HttpResponse:
    """The proposed successions of my territory, those that wait for an answer first."""
    waits_first = Case(When(state=SuccessionProposal.State.PROPOSED, then=0), default=1)
    rows = selectors.proposals(request.actor).order_by(waits_first, "-proposed_at", "-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    table = prepare(
        tables.PROPOSALS, page, caption=_("承继提请"), name="proposals",
        empty=_("没有承继提请。承继单位由其他地区登记的，登记承继后在这里等待确认。"),
    )  # fmt: skip
    return render(request, "enterprises/proposals.html", {"table": table, "pager": pages.pager_of(request, page)})


@readers
@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    """One proposal: both enterprises, the evidence, the bars that would follow, and what can be answered."""
    row = selectors.one_proposal(request.actor, pk)
    mine = selectors.visible_to(request.actor).filter(pk__in=[row.predecessor_id, row.heir_id])
    bars = Bar.in_force(clock.today()).filter(enterprise__in=answers_for([row.predecessor_id])[row.predecessor_id])
    context = {
        "row": row, "state": tables.proposal_tag(row), "facts": _facts(row), "entries": chronicle(row),
        "links": [(one.name, tables.address(one)) for one in mine.order_by("name_key", "pk")],
        "moves": [(move.label, reverse(f"enterprises:{move.code}", args=[pk])) for move in perform.offered(
            row, request.actor)],
        "bars": prepare(
            tables.FOLLOWING_BARS, bars.select_related("enterprise").order_by("valid_from", "pk"), name="bars",
            caption=_("将由承继单位承担的禁止申报"), empty=_("被承继单位没有正在执行的禁止申报。"),
        ),
    }  # fmt: skip
    return render(request, "enterprises/proposal.html", context)


@readers
@require_safe
def evidence(request: Request, pk: int) -> HttpResponseBase:
    """The scan that proves the proposed succession."""
    row = selectors.one_proposal(request.actor, pk)
    kind = files.EXTENSIONS[Path(row.evidence_name).suffix.lower().lstrip(".")]
    return serve(row.evidence, row.evidence_name, kind)


@keepers
@both
def confirm(request: Request, pk: int) -> HttpResponse:
    """The heir's keeper consents."""
    row, form = _answered(request, pk, "confirm"), ConfirmForm(request.POST or None)
    return _act(
        request, form, row, _("确认承继"), lambda version: proposals.confirm(row, request.actor, version=version)
    )


@keepers
@both
def decline(request: Request, pk: int) -> HttpResponse:
    """The heir's keeper does not consent."""
    row, form = _answered(request, pk, "decline"), ReasonForm(request.POST or None)
    return _act(request, form, row, _("不予确认承继"), lambda version: proposals.decline(
        row, request.actor, reason=form.cleaned_data["reason"], version=version))  # fmt: skip


@keepers
@both
def withdraw(request: Request, pk: int) -> HttpResponse:
    """The predecessor's keeper takes the proposal back."""
    row, form = _answered(request, pk, "withdraw"), ReasonForm(request.POST or None)
    return _act(request, form, row, _("撤回承继提请"), lambda version: proposals.withdraw(
        row, request.actor, reason=form.cleaned_data["reason"], version=version))  # fmt: skip


def _answered(request: Request, pk: int, move: str) -> SuccessionProposal:
    """A proposal that one sees, for whoever may make the move on it; the other side is told that it is not theirs."""
    row = selectors.one_proposal(request.actor, pk)
    if not perform.may(row, move, request.actor):
        raise PermissionDenied(_("承继由承继单位所在地区的登记人员答复，由提请的地区撤回。如需协助请联系系统管理员。"))
    return row


def _act(
    request: Request, form: Any, row: SuccessionProposal, title: str, act: Callable[[int], object]
) -> HttpResponse:
    address = reverse("enterprises:proposal", args=[row.pk])
    if form.is_bound and form.is_valid():
        version = pages.seen_version(request)
        if pages.attempt(form, lambda: act(version)):
            return pages.done(request, address, _("答复已登记，对方登记人员将收到通知。"))
    crumbs = [
        (_("企业名录"), reverse("enterprises:list")), (_("承继提请"), reverse("enterprises:proposals")), (title, ""),
    ]  # fmt: skip
    context = {
        "title": title, "crumbs": crumbs, "version": row.version, "back": address,
        "about": _("%(heir)s 承继 %(name)s") % {"heir": row.heir.name, "name": row.predecessor.name},
    }  # fmt: skip
    return pages.render_form(request, "registers/form.html", context, form)


def _facts(row: SuccessionProposal) -> list[tuple[str, str]]:
    return [
        (_("被承继单位"), f"{row.predecessor.name}（{row.predecessor.credit_code}）"),
        (_("承继单位"), f"{row.heir.name}（{row.heir.credit_code}）"),
        (_("承继方式"), row.get_kind_display()), (_("生效日期"), formats.day(row.effective_on)),
        (_("证明文件"), row.document), (_("提请人"), row.proposed_by.name),
        (_("提请时间"), formats.minute(row.proposed_at)),
    ]  # fmt: skip
