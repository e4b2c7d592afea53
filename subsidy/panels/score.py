"""What an expert does: declare, score, recuse, submit. Nobody sees another's scores before the panel closes."""

import hashlib
import json
from collections.abc import Mapping

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.messages.notify import notify
from subsidy.panels import scorecard, selectors
from subsidy.panels.models import Assignment, Panel, PanelCase, Scoresheet
from subsidy.panels.models import Conflict as Recusal
from workflow import clock
from workflow.perform import Conflict, NotAllowed, Refused, record


def declare(assignment: Assignment, actor: Actor, conflicts: Mapping[PanelCase, str]) -> Assignment:
    """Make the declaration that comes before any case can be opened: the cases with a conflict, each with its reason.

    Raises NotAllowed for anybody but the expert, Conflict when it is made already or the panel is not open.
    """
    with transaction.atomic():
        seat = _seat(assignment, actor)
        if seat.declared_at is not None:
            raise Conflict(_("您已完成声明。如需补充回避，请在项目页面办理。"))
        seat.declared_at = clock.now()
        seat.save(update_fields=["declared_at"])
        _keep(seat, conflicts)
        codes = sorted(case.code for case in conflicts)
        record(seat.panel, "declare", actor, evidence={"letter": seat.letter, "recused": codes})
        _tell_organiser(seat, codes)
    return seat


def recuse(assignment: Assignment, actor: Actor, case: PanelCase, *, reason: str) -> Assignment:
    """Step back from one case after the declaration: the case is closed to the expert at once, its scores do not count.

    Raises NotAllowed, Conflict when the panel is closed, Refused without a reason.
    """
    if not reason.strip():
        raise Refused(_("请填写回避原因。"))
    with transaction.atomic():
        seat = _seat(assignment, actor)
        _open_to(seat, case)
        _keep(seat, {case: reason})
        record(seat.panel, "recuse", actor, evidence={"letter": seat.letter, "recused": [case.code]})
        _tell_organiser(seat, [case.code])
    return seat


def save_sheet(
    assignment: Assignment, actor: Actor, case: PanelCase, *, scores: Mapping[str, str], comments: Mapping[str, str]
) -> Scoresheet:
    """Keep a draft as it was typed (criterion's key → text); its total stands only once it is complete and valid.

    Raises NotAllowed, Conflict when submitted or closed, Refused before the declaration, for a recused case or late.
    """
    with transaction.atomic():
        seat = _seat(assignment, actor)
        _open_to(seat, case)
        _in_time(seat)
        card = scorecard.read(seat.panel.scorecard)
        keys = [criterion.key for criterion in card.criteria]
        typed = {key: str(scores.get(key, "")).strip()[: scorecard.SCORE_LENGTH] for key in keys}
        said = {key: str(comments.get(key, "")).strip()[: scorecard.COMMENT_LENGTH] for key in keys}
        total = None if card.faults(typed, said) else card.total(typed)
        sheet, _made = Scoresheet.objects.update_or_create(
            assignment=seat, panel_case=case,
            defaults={"scores": typed, "comments": said, "total": total, "saved_at": clock.now()},
        )  # fmt: skip
    return sheet


def submit_all(assignment: Assignment, actor: Actor) -> Assignment:
    """Submit every sheet at once; from then on they do not change.

    Raises Refused naming the cases whose sheet is not complete, and as `save_sheet`.
    """
    with transaction.atomic():
        seat = _seat(assignment, actor)
        _in_time(seat)
        sheets = _complete(seat)
        now = clock.now()
        ids = [sheet.pk for sheet in sheets.values()]
        Scoresheet.objects.filter(pk__in=ids).update(submitted_at=now)
        seat.finished_at = now
        seat.save(update_fields=["finished_at"])
        # The digest proves the scores later without telling anybody who reads the history before the panel closes.
        record(seat.panel, "submit_scores", actor, evidence={"letter": seat.letter, "digest": _digest(sheets)})
    return seat


def _seat(assignment: Assignment, actor: Actor) -> Assignment:
    """The seat with its panel locked, if it is the actor's own and the panel is open."""
    panel = Panel.objects.select_for_update(of=("self",)).select_related("call").get(pk=assignment.panel_id)
    seat = Assignment.objects.select_for_update(of=("self",)).select_related("expert").get(pk=assignment.pk)
    seat.panel = panel
    if not actor.may(Right.SCORE, seat.competence()) or seat.released_at is not None:
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    if panel.state != Panel.State.SCORING:
        raise Conflict(_("本批次现为“%(state)s”，不能再办理此步骤。") % {"state": panel.get_state_display()})
    return seat


def _open_to(seat: Assignment, case: PanelCase) -> None:
    if seat.declared_at is None:
        raise Refused(_("请先完成承诺与回避声明，再查看评审项目。"))
    if case.panel_id != seat.panel_id or seat.conflicts.filter(panel_case=case).exists():
        raise Refused(_("您已声明回避此项目，不能查看或评分。"))


def _in_time(seat: Assignment) -> None:
    if seat.declared_at is None:
        raise Refused(_("请先完成承诺与回避声明，再查看评审项目。"))
    if seat.finished_at is not None:
        raise Conflict(_("您已提交全部评分，不能再修改。如需修改请联系组织单位退回。"))
    if not clock.is_before(seat.panel.closes_at):
        raise Refused(_("评分已截止，不能再保存或提交。如需延期请联系组织单位。"))


def _complete(seat: Assignment) -> dict[str, Scoresheet]:
    """Code → sheet of every case the expert has to score."""
    cases = list(selectors.my_cases(seat))
    sheets = selectors.my_sheets(seat)
    missing = [case.code for case in cases if case.pk not in sheets or sheets[case.pk].total is None]
    if missing:
        raise Refused(_("还有 %(n)s 件未完成评分：%(codes)s。") % {"n": len(missing), "codes": "、".join(missing)})
    if not cases:
        raise Refused(_("您没有需要评分的项目。"))
    return {case.code: sheets[case.pk] for case in cases}


def _keep(seat: Assignment, conflicts: Mapping[PanelCase, str]) -> None:
    now = clock.now()
    Recusal.objects.bulk_create(
        Recusal(assignment=seat, panel_case=case, reason=reason[:100], declared_at=now)
        for case, reason in conflicts.items()
        if case.panel_id == seat.panel_id
    )


def _digest(sheets: Mapping[str, Scoresheet]) -> str:
    rows = [[code, sheet.scores, sheet.comments, str(sheet.total)] for code, sheet in sorted(sheets.items())]
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _tell_organiser(seat: Assignment, codes: list[str]) -> None:
    if not codes:
        return
    title = _("专家声明回避：%(title)s") % {"title": seat.panel.title}
    body = _("%(name)s 回避案件 %(codes)s。") % {"name": seat.name, "codes": "、".join(codes)}
    notify([seat.panel.made_by], title, body, reverse("panels:panel", args=[seat.panel_id]))
