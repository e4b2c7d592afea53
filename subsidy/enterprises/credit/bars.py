"""Impose and lift bars on filing (Jilin Art. 13, 16, 17): recorded acts of whoever has the right, told to the firm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency, Jurisdiction, Post
from subsidy.accounts.rights import Right, Role
from subsidy.enterprises import texts
from subsidy.enterprises.credit import measures, selectors
from subsidy.enterprises.credit.imports import Document
from subsidy.enterprises.credit.models import Bar
from subsidy.enterprises.models import Enterprise
from subsidy.messages.notify import notify
from subsidy.reference import formats
from workflow import clock
from workflow.machine import Competence
from workflow.perform import NotAllowed, Refused, created, perform

BOTH_FOUND = frozenset({Bar.Ground.VIOLATION})


@transaction.atomic
def impose(
    actor: Actor, agency: Agency, enterprise: Enterprise, *, measure: str, valid_from: date, valid_to: date | None,
    ground: str, reason: str, source: str, decision: str, document: Document, appeal: str,
    serious: bool = False, beyond_repair: bool = False,
) -> Bar:  # fmt: skip
    """Bar an enterprise from a day until (not including) `valid_to`, or without end; empty measure: every measure.

    Raises NotAllowed (also for a measure that is another bureau's, and for every measure unless all are this agency's),
    or Refused when a part of the record is missing. Open cases are held in the same act.
    """
    if not actor.may(Right.BAR, Competence(measure, agencies=frozenset({agency.pk}))):
        raise NotAllowed(_("您的岗位不能登记禁止申报。如需协助请联系系统管理员。"))
    if measure not in scopes([agency.pk]):
        raise NotAllowed(
            _("本单位不负责所选政策，不能登记其禁止申报。") if measure else
            _("“全部政策”只能由负责全部政策的单位登记，本单位请选择所负责的政策。")
        )  # fmt: skip
    if not selectors.enterprises(actor).filter(pk=enterprise.pk).exists():
        raise NotAllowed(_("该单位不在本单位辖区内，不能登记禁止申报。"))
    _complete(reason, source, decision, document, appeal)
    if valid_to is not None and valid_to <= valid_from:
        raise Refused(_("最后一个禁止申报日不能早于开始日期。"))
    if ground in BOTH_FOUND and not (serious and beyond_repair):
        raise Refused(_("须同时认定“情节严重”和“难以整改和纠正”，方可停止申报资格（吉林细则第十三条）。"))
    # A submission of this enterprise either waits for this act or is seen by it: cases_case_barred_cannot_file.
    Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
    bar = Bar.objects.create(
        state=Bar.State.DRAFT, enterprise=enterprise, measure=measure, valid_from=valid_from, valid_to=valid_to,
        ground=ground, reason=reason, source=source, decision=decision, evidence=document.digest,
        evidence_name=document.name[:200], appeal=appeal, agency=agency, made_by_id=actor.person_id,
        made_at=clock.now(),
    )  # fmt: skip
    created(bar, actor, evidence={"enterprise": enterprise.credit_code})
    evidence = {
        "measure": measure, "valid_from": valid_from, "valid_to": valid_to, "ground": ground, "source": source,
        "decision": decision, "document": document.digest, "serious": serious, "beyond_repair": beyond_repair,
    }  # fmt: skip
    bar = perform(bar, "impose", actor, note=reason, evidence=evidence, version=bar.version)
    said = texts.BARRED.said(
        day=formats.day(valid_from), until=until(bar), reason=reason, source=source, decision=decision, appeal=appeal
    )
    _tell(bar, *said)
    return bar


@transaction.atomic
def lift(bar: Bar, actor: Actor, *, reason: str, document: Document, version: int | None = None) -> Bar:
    """End a bar from today on, by a decision with its document. What was held stays held until a person concludes."""
    if not reason.strip() or not document.digest:
        raise Refused(_("解除禁止申报须填写理由并上传依据文件。"))
    today = clock.today()
    changes = {
        "lifted_on": today, "lifted_by": actor.name, "lift_reason": reason, "lift_evidence": document.digest,
        "lift_evidence_name": document.name[:200],
    }  # fmt: skip
    lifted = perform(
        bar, "lift", actor, note=reason, evidence={"document": document.digest}, changes=changes, version=version
    )
    _tell(lifted, *texts.LIFTED.said(day=formats.day(today), reason=reason))
    return lifted


def scopes(agencies: Iterable[int]) -> dict[str, int]:
    """Measure → the agency, of those given, that may bar for it today; empty key: every measure. One query.

    A bureau bars for the measures that it handles (Jilin Art. 13 and 16 speak of their own funds, Art. 17 of the
    province's policies); for every measure only where all those in use are its own. Zhongshan Art. 16 bars nobody.
    """
    rows = Jurisdiction.objects.on(clock.today()).filter(agency__in=list(agencies))
    own: dict[int, set[str]] = defaultdict(set)
    for agency, measure in rows.order_by("agency").values_list("agency", "measure"):
        own[agency].add(measure)
    found: dict[str, int] = {}
    for agency, handled in own.items():
        everything = {""} if handled >= set(measures.titles()) else set()
        found = dict.fromkeys(handled | everything, agency) | found
    return found


def until(bar: Bar) -> str:
    """Until when a bar runs, in words; both days count."""
    if bar.lifted_on is not None:
        return _("自 %(day)s 起解除") % {"day": formats.day(bar.lifted_on)}
    if bar.valid_to is None:
        return _("无截止日期")
    return _("至 %(day)s 前（该日起可以申报）") % {"day": formats.day(bar.valid_to)}


def _complete(reason: str, source: str, decision: str, document: Document, appeal: str) -> None:
    if not (reason.strip() and source.strip() and decision.strip() and document.digest):
        raise Refused(_("登记禁止申报须有理由、依据条款、处理决定文号和决定文件。"))
    if not appeal.strip():
        raise Refused(_("请写明救济途径：企业如何、向谁、在多长时间内提出异议。"))


def _tell(bar: Bar, title: str, body: str) -> None:
    posts = Post.objects.on(clock.today()).filter(enterprise=bar.enterprise_id, role=Role.APPLICANT)
    try:
        link = reverse("credit:own")
    except NoReverseMatch:
        link = ""
    notify(posts.people(), title, body, link)
