"""From scores to a fixed list: close, draw the line, deliberate, fix (Jilin Art. 9, Zhongshan Art. 11)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Post
from subsidy.accounts.rights import Right, Role
from subsidy.calls.models import Call
from subsidy.cases.holds import open_holds
from subsidy.cases.models import Case
from subsidy.messages.notify import notify
from subsidy.panels import aggregate, conflicts, ranking, selectors
from subsidy.panels.models import Deliberation, Panel, PanelCase
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused, perform, perform_many, record
from workflow.states import State

RANKED_COLUMNS = ["mean", "spread", "scores", "computed_rank", "rank"]


def close(panel: Panel, actor: Actor, *, version: int | None = None) -> Panel:
    """End the scoring and rank the cases by what has been submitted.

    Raises NotAllowed, Conflict, or Refused naming the sheets that the quorum lacks.
    """
    with transaction.atomic():
        locked = Panel.objects.select_for_update(of=("self",)).get(pk=panel.pk)
        sheets = selectors.totals_of(locked)
        evidence = {"scores": _evidence(locked, sheets)}
        locked = perform(locked, "close", actor, evidence=evidence, changes={"ranked_at": clock.now()}, version=version)
        _aggregate(locked, {pk: [sheet.total for _letter, sheet in rows] for pk, rows in sheets.items()})
    return locked


def cut(panel: Panel, actor: Actor, *, by: str, value: Decimal, version: int | None = None) -> Panel:
    """Draw the line: `by` places, points or money (元 of the cases' ceilings). A tie it goes through stays open.

    Raises NotAllowed, Conflict, or Refused.
    """
    if by not in Panel.Cut.values or value < 0 or (by == Panel.Cut.RANK and value % 1):
        raise Refused(_("请选择划线方式并填写数值。"))
    with transaction.atomic():
        locked = _ranked(panel, actor)
        evidence = {"by": by, "value": str(value)}
        changes = {"cut": by, "cut_value": value}
        locked = record(
            locked, "cut", actor, evidence=evidence, changes=changes, version=version, label=_("划定入选线")
        )
        locked.cut, locked.cut_value = by, value
        _draw(locked, ranking.ordered(locked))
    return locked


def move(panel: Panel, actor: Actor, *, code: str, to: int, reason: str, version: int | None = None) -> Panel:
    """Put a case on another place of the list; the computed rank stays beside it.

    Raises NotAllowed, Conflict, or Refused without a reason or for a place that is not in the list.
    """
    if not reason.strip():
        raise Refused(_("调整名次须说明理由。"))
    with transaction.atomic():
        locked = _ranked(panel, actor)
        cases = ranking.ordered(locked)
        moved = next((one for one in cases if one.code == code), None)
        if moved is None or not 1 <= to <= len(cases):
            raise Refused(_("名次应在 1–%(last)s 之间。") % {"last": len(cases)})
        before = moved.rank
        cases.remove(moved)
        if 1 < to <= len(cases) and aggregate.tied(cases[to - 2], cases[to - 1]):
            raise Refused(_("第 %(to)s 名前后的案件同分，不能插在同分案件之间。") % {"to": to})
        cases.insert(to - 1, moved)
        moved.rank_reason = reason
        evidence = {"code": code, "from": before, "to": to}
        locked = record(
            locked, "move_rank", actor, note=reason, evidence=evidence, version=version, label=_("调整名次")
        )
        _renumber(locked, cases)
    return locked


def resolve_tie(panel: Panel, actor: Actor, *, order: Sequence[str], reason: str, version: int | None = None) -> Panel:
    """Put the cases that stand equal at the line in an order, with the reason; `order` names each code once.

    Raises NotAllowed, Conflict, or Refused when `order` is not exactly the open tie.
    """
    if not reason.strip():
        raise Refused(_("请说明同分排序的理由。"))
    with transaction.atomic():
        locked = _ranked(panel, actor)
        cases = ranking.ordered(locked)
        open_ones = {one.code: one for one in ranking.open_ties(cases)} if locked.cut else {}
        if sorted(order) != sorted(open_ones) or not order:
            raise Refused(_("请为入选线上的每个同分案件各排一个名次。"))
        first = min(place for place, one in enumerate(cases) if one.code in open_ones)
        cases[first : first + len(order)] = [open_ones[code] for code in order]
        for code in order:
            open_ones[code].rank_reason = reason
        evidence = {"order": list(order)}
        locked = record(
            locked, "resolve_tie", actor, note=reason, evidence=evidence, version=version, label=_("同分排序")
        )
        _renumber(locked, cases)
    return locked


def record_deliberation(
    panel: Panel,
    actor: Actor,
    *,
    body: str,
    held_on: date,
    document: str,
    decision: str,
    version: int | None = None,
) -> Deliberation:
    """Record the meeting that saw the list (党组审议). A list changed afterwards needs a new one.

    Raises NotAllowed, Conflict, or Refused for an undecided list, a day to come or one before the scoring ended.
    """
    with transaction.atomic():
        locked = _ranked(panel, actor)
        if reason := ranking.why_not_deliberated(locked):
            raise Refused(reason)
        if held_on > clock.today():
            raise Refused(_("会议日期不能晚于今天。"))
        if locked.ranked_at and held_on < locked.ranked_at.astimezone(clock.SHANGHAI).date():
            raise Refused(_("会议日期不能早于评分结束之日。"))
        made = Deliberation.objects.create(
            panel=locked, body=body, held_on=held_on, document=document, decision=decision,
            ranking=ranking.digest(locked), recorded_by_id=cast(int, actor.id), recorded_at=clock.now(),
        )  # fmt: skip
        evidence = {"body": body, "held_on": held_on, "document": document, "ranking": made.ranking}
        record(locked, "deliberate", actor, evidence=evidence, version=version, label=_("登记审议意见"))
    return made


def fix(panel: Panel, actor: Actor, *, version: int | None = None) -> Panel:
    """Fix the list: those taken are shortlisted, the others declined with the reason, in one transaction.

    In a measuring call those taken stay for the report to the province. A case taken that is held stays where it is
    until `shortlist_released`. Raises NotAllowed, Conflict, or Refused naming what is missing.
    """
    with transaction.atomic():
        panel = perform(panel, "fix", actor, version=version)
        last = panel.deliberations.order_by("-pk")[0]
        evidence = {
            "panel": panel.pk, "title": panel.title, "body": last.body, "held_on": last.held_on,
            "document": last.document,
        }  # fmt: skip
        taken, others = _ids(panel, selected=True), _ids(panel, selected=False)
        note = _("经专家评审和%(body)s审议") % {"body": last.body}
        if taken and panel.call.kind != Call.Kind.MEASURING:
            _shortlist(taken, actor, note, evidence)
        if others:
            reason = _("经专家评审和%(body)s审议（%(document)s），未列入拟支持名单。") % {
                "body": last.body, "document": last.document,
            }  # fmt: skip
            changes = {"ended_reason": reason, "ended_source": panel.scorecard["source"][:120]}
            perform_many(Case, others, "decline_by_ranking", actor, note=reason, evidence=evidence, changes=changes)
            _tell_declined(panel, others, reason)
    return panel


def shortlist_released(panel: Panel, actor: Actor) -> int:
    """Shortlist the cases of a fixed list that were held and are no longer; gives their number."""
    waiting = waiting_after_hold(panel)
    if not waiting:
        raise Refused(_("没有因暂缓而未列入拟支持的案件。"))
    document = panel.deliberations.order_by("-pk")[0].document
    evidence = {"panel": panel.pk, "title": panel.title, "document": document}
    return _shortlist(waiting, actor, _("暂缓已解除"), evidence)


def waiting_after_hold(panel: Panel) -> list[int]:
    """Ids of the cases that a fixed list takes and a hold has kept in expert review."""
    if panel.state != Panel.State.FIXED or panel.call.kind == Call.Kind.MEASURING:
        return []
    taken = panel.cases.filter(selected=True, case__state=State.EXPERT_REVIEW)
    return list(taken.values_list("case_id", flat=True))


def _tell_declined(panel: Panel, ids: Sequence[int], reason: str) -> None:
    """One message to everybody who files for the enterprises concerned, in a fixed number of statements."""
    posts = Post.objects.on(clock.today()).filter(enterprise__cases__in=ids, role=Role.APPLICANT)
    notify(posts.people(), _("评审结果：%(title)s") % {"title": panel.call.title}, reason)


def _shortlist(ids: Sequence[int], actor: Actor, note: str, evidence: dict[str, Any]) -> int:
    free = sorted(set(ids) - set(open_holds(ids)))
    if free:
        perform_many(Case, free, "shortlist", actor, note=note, evidence=evidence)
    return len(free)


def _ranked(panel: Panel, actor: Actor) -> Panel:
    """The panel, locked. Raises NotAllowed, or Conflict when it is not being ranked."""
    locked = Panel.objects.select_for_update(of=("self",)).select_related("call").get(pk=panel.pk)
    if not actor.may(Right.RANK, locked.competence("upper")):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    if locked.state != Panel.State.RANKED:
        raise Conflict(_("本批次现为“%(state)s”，不能再办理此步骤。") % {"state": locked.get_state_display()})
    if reason := conflicts.why_not(locked, actor.one_with):
        raise Refused(reason)
    return locked


def _aggregate(panel: Panel, totals: dict[int, list[Decimal | None]]) -> None:
    cases = list(panel.cases.all())
    for one in cases:
        given = [total for total in totals[one.pk] if total is not None]
        one.mean = aggregate.mean(given, panel.drop_from)
        one.spread = aggregate.spread(given)
        one.scores = len(given)
    cases = aggregate.by_mean(cases)  # type: ignore[assignment]
    aggregate.number(cases)
    for one in cases:
        one.computed_rank = one.rank
    PanelCase.objects.bulk_update(cases, RANKED_COLUMNS, batch_size=len(cases))


def _renumber(panel: Panel, cases: list[PanelCase]) -> None:
    aggregate.number(cases)
    PanelCase.objects.bulk_update(cases, ["rank", "rank_reason"], batch_size=len(cases))
    if panel.cut:
        _draw(panel, cases)


def _draw(panel: Panel, cases: list[PanelCase]) -> None:
    try:
        line = ranking.line(panel, cases, panel.cut, panel.cut_value or Decimal(0))
    except ValueError as problem:
        raise Refused(str(problem)) from problem
    for one in cases:
        one.selected = line.taken[one.code]
    PanelCase.objects.bulk_update(cases, ["selected"], batch_size=len(cases))


def _ids(panel: Panel, *, selected: bool) -> list[int]:
    return list(panel.cases.filter(selected=selected).order_by("case_id").values_list("case_id", flat=True))


def _evidence(panel: Panel, sheets: dict[int, Any]) -> dict[str, dict[str, str]]:
    codes = dict(panel.cases.values_list("pk", "code"))
    return {codes[pk]: {letter: str(sheet.total) for letter, sheet in rows} for pk, rows in sheets.items()}
