"""Make a panel, open it, and look after it until it closes (Jilin Art. 9, Zhongshan Art. 11(三))."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.messages.notify import notify
from subsidy.panels import conflicts, scorecard, selectors, texts
from subsidy.panels.models import Assignment, Expert, Panel, PanelCase, Scoresheet
from subsidy.panels.scorecard import Card
from workflow import clock
from workflow.machine import Competence
from workflow.perform import Conflict, NotAllowed, Refused, created, perform, perform_many, record, stale
from workflow.states import State

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def make_panel(
    actor: Actor,
    call: Call,
    cases: Sequence[Case],
    experts: Sequence[Expert],
    *,
    title: str,
    scorecard: Card,
    quorum: int,
    drop_from: int,
    closes_at: datetime | None,
) -> Panel:
    """A panel in draft: cases get codes that say nothing about them, experts get letters.

    `quorum` is the least number of submitted sheets a case needs; from `drop_from` sheets on (0: never) one highest
    and one lowest do not count. Raises NotAllowed, or Refused for a case that is not free or recommended, an expert
    related to a unit, too few experts, or a scorecard that does not make 100.
    """
    competence = Competence(call.measure, "upper", agencies=frozenset({call.agency_id}))
    if not actor.may(Right.ORGANISE_PANEL, competence):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    _check(call, cases, experts, quorum=quorum, drop_from=drop_from, closes_at=closes_at)
    with transaction.atomic():
        panel = Panel.objects.create(
            call=call, agency_id=call.agency_id, title=title, scorecard=_stored(scorecard), quorum=quorum,
            drop_from=drop_from, closes_at=closes_at, made_by_id=cast(int, actor.id), made_at=clock.now(),
        )  # fmt: skip
        _fill(panel, cases, experts)
        created(panel, actor, evidence=_members(cases, experts))
    return panel


def change_panel(
    panel: Panel,
    actor: Actor,
    cases: Sequence[Case],
    experts: Sequence[Expert],
    *,
    version: int | None = None,
    **columns: Any,
) -> Panel:
    """Replace cases, experts and settings (`title`, `quorum`, `drop_from`, `closes_at`) of a panel still in draft.

    Raises as `make_panel`, and Conflict when the panel has been opened or changed meanwhile.
    """  # fmt: skip
    _check(panel.call, cases, experts, **{key: columns[key] for key in ("quorum", "drop_from", "closes_at")})
    with transaction.atomic():
        _locked(panel, actor, Panel.State.DRAFT)
        panel = record(
            panel,
            "change",
            actor,
            label=_("修改评审批次"),
            evidence=_members(cases, experts),
            changes=columns,
            version=version,
        )
        panel.refresh_from_db()
        panel.cases.all().delete()
        panel.assignments.all().delete()
        _fill(panel, cases, experts)
    return panel


def open_panel(panel: Panel, actor: Actor, *, version: int | None = None) -> Panel:
    """Send the cases to the experts and ask these to declare and score; one transaction, however many cases.

    Raises NotAllowed, Conflict, or Refused with what is missing.
    """
    with transaction.atomic():
        panel = perform(panel, "open", actor, version=version)
        waiting = Case.objects.filter(panel_cases__panel=panel, state=State.UPPER_REVIEW).order_by("pk")
        ids = list(waiting.values_list("pk", flat=True))
        if ids:
            perform_many(Case, ids, "send_to_experts", actor, evidence={"panel": panel.pk, "title": panel.title})
        _tell_experts(panel, panel.assignments.all())
    return panel


def void(panel: Panel, actor: Actor, *, reason: str, version: int | None = None) -> Panel:
    """Give a panel up. Its cases can go before a new one, its scores stay and count no more (domain case 60)."""
    if not reason.strip():
        raise Refused(_("请填写作废原因。"))
    return perform(panel, "void", actor, note=reason, version=version)


def extend(panel: Panel, actor: Actor, *, closes_at: datetime | None, version: int | None = None) -> Panel:
    """Another day and minute until which experts may score; None: without end. Raises Refused for a past one."""
    _in_future(closes_at)
    with transaction.atomic():
        _locked(panel, actor, Panel.State.SCORING, version)
        evidence = {"closes_at": closes_at.isoformat() if closes_at else ""}
        panel = record(panel, "extend", actor, evidence=evidence, changes={"closes_at": closes_at})
        panel.closes_at = closes_at
    return panel


def release(assignment: Assignment, actor: Actor, *, reason: str, version: int | None = None) -> Assignment:
    """Let an expert leave the panel for good: the scores stay on record and no longer count (domain case 59)."""
    if not reason.strip():
        raise Refused(_("请填写退出评审的原因。"))
    with transaction.atomic():
        panel = _locked(assignment.panel, actor, Panel.State.SCORING, version)
        _change(assignment, released_at=clock.now(), release_reason=reason)
        record(panel, "release_expert", actor, note=reason, evidence={"letter": assignment.letter})
    return assignment


def add_expert(panel: Panel, actor: Actor, expert: Expert, *, version: int | None = None) -> Assignment:
    """One more expert on an open panel, in another's place or to reach the quorum. Raises Refused for a related one."""
    cases = [one.case for one in panel.cases.select_related("case")]
    if reason := conflicts.excluded([expert], cases, organiser=panel.agency_id).get(expert.pk):
        raise Refused(_("专家%(name)s应当回避：%(reason)s。") % {"name": expert.user.name, "reason": reason})
    with transaction.atomic():
        locked = _locked(panel, actor, Panel.State.SCORING, version)
        if locked.assignments.filter(expert=expert).exists():
            raise Refused(_("该专家已在本批次。"))
        letter = letter_of(locked.assignments.count())
        assignment = Assignment.objects.create(panel=locked, expert=expert, letter=letter)
        record(locked, "add_expert", actor, evidence={"letter": letter, "expert": expert.pk})
        _tell_experts(locked, [assignment])
    return assignment


def unlock(assignment: Assignment, actor: Actor, *, reason: str, version: int | None = None) -> Assignment:
    """Give an expert the submitted sheets back for a change; until submitted again they are drafts."""
    if not reason.strip():
        raise Refused(_("请填写退回修改的原因。"))
    with transaction.atomic():
        panel = _locked(assignment.panel, actor, Panel.State.SCORING, version)
        _change(assignment, finished_at=None)
        Scoresheet.objects.filter(assignment=assignment).update(submitted_at=None)
        record(panel, "unlock_scores", actor, note=reason, evidence={"letter": assignment.letter})
        said = texts.UNLOCKED.said(title=panel.title, reason=reason)
        notify([assignment.expert.user], *said, reverse("panels:expert_panel", args=[panel.pk]))
    return assignment


def remind(panel: Panel, actor: Actor) -> int:
    """Remind every expert who has not submitted all; gives their number."""
    with transaction.atomic():
        locked = _locked(panel, actor, Panel.State.SCORING)
        late = locked.assignments.filter(released_at__isnull=True, finished_at__isnull=True)
        experts = list(late.select_related("expert__user"))
        said = texts.REMINDED.said(title=locked.title, until=_until(locked))
        notify([one.expert.user for one in experts], *said, reverse("panels:mine"))
        record(locked, "remind", actor, evidence={"letters": [one.letter for one in experts]})
    return len(experts)


def letter_of(place: int) -> str:
    """A, B, … Z, AA, AB, …"""
    first, last = divmod(place, len(LETTERS))
    return (LETTERS[first - 1] if first else "") + LETTERS[last]


def _stored(card: Card) -> dict[str, Any]:
    return scorecard.stored(scorecard.checked(card))


def _check(
    call: Call, cases: Sequence[Case], experts: Sequence[Expert], *, quorum: int, drop_from: int,
    closes_at: datetime | None,
) -> None:  # fmt: skip
    free = set(selectors.candidates(call).filter(pk__in=[case.pk for case in cases]).values_list("pk", flat=True))
    for case in cases:
        if case.pk not in free:
            raise Refused(_("案件 %(number)s 未经复审推荐或已在其他评审批次。") % {"number": case.number})
    if quorum < 1 or len(experts) < quorum:
        raise Refused(
            _("专家 %(have)s 名，少于每件最少评分人数 %(need)s 名。") % {"have": len(experts), "need": quorum}
        )
    if drop_from and drop_from < 3:
        raise Refused(_("去掉最高最低分至少需要 3 份评分，不去掉请填 0。"))
    _in_future(closes_at)
    related = conflicts.excluded(experts, cases, organiser=call.agency_id)
    for expert in experts:
        if expert.pk in related:
            raise Refused(
                _("专家%(name)s应当回避：%(reason)s。") % {"name": expert.user.name, "reason": related[expert.pk]}
            )


def _in_future(closes_at: datetime | None) -> None:
    if not clock.is_before(closes_at):
        raise Refused(_("评分截止时间应晚于现在。"))


def _fill(panel: Panel, cases: Sequence[Case], experts: Sequence[Expert]) -> None:
    """Codes follow a digest, so that they say nothing about number, name or time of a case."""
    mixed = sorted(cases, key=lambda case: hashlib.sha256(f"{panel.pk}:{case.pk}".encode()).digest())
    width = max(2, len(str(len(mixed))))
    PanelCase.objects.bulk_create(
        PanelCase(panel=panel, case=case, code=str(place).zfill(width)) for place, case in enumerate(mixed, 1)
    )
    Assignment.objects.bulk_create(
        Assignment(panel=panel, expert=expert, letter=letter_of(place)) for place, expert in enumerate(experts)
    )


def _members(cases: Sequence[Case], experts: Sequence[Expert]) -> dict[str, Any]:
    return {"cases": [case.number for case in cases], "experts": [expert.pk for expert in experts]}


def _locked(panel: Panel, actor: Actor, state: str, version: int | None = None) -> Panel:
    """The panel, locked. Raises NotAllowed, or Conflict when it is no longer in the state or as the actor saw it."""
    locked = Panel.objects.select_for_update(of=("self",)).select_related("call").get(pk=panel.pk)
    if not actor.may(Right.ORGANISE_PANEL, locked.competence("upper")):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    if locked.state != state:
        raise Conflict(_("本批次现为“%(state)s”，不能再办理此步骤。") % {"state": locked.get_state_display()})
    if version is not None and locked.version != version:
        raise stale(locked, _("办理评审批次"))
    if reason := conflicts.why_not(locked, actor.one_with):
        raise Refused(reason)
    return locked


def _change(assignment: Assignment, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(assignment, name, value)
    assignment.save(update_fields=list(columns))


def _tell_experts(panel: Panel, assignments: Iterable[Assignment]) -> None:
    ids = [one.expert_id for one in assignments]
    users = [expert.user for expert in Expert.objects.filter(pk__in=ids).select_related("user")]
    notify(users, *texts.INVITED.said(title=panel.title, until=_until(panel)), reverse("panels:mine"))


def _until(panel: Panel) -> str:
    return _("评分截止时间：%(time)s。") % {"time": panel.until} if panel.closes_at else ""
