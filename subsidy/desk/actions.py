"""What a person can do with a case on its page: a table over the moves of the engine, and the sentence when not yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.cases.decide import LEVELS
from subsidy.cases.findings import Judged
from subsidy.cases.models import Case
from subsidy.cases.review import why_not_conclude, why_not_sign
from subsidy.cases.signatures import Standing
from subsidy.pages import only_if
from workflow.perform import offered, why_not


@dataclass(frozen=True, slots=True)
class Action:
    """One act: the move it leads to, the right and stage of whoever does it, and its page (empty: on the case page)."""

    code: str
    label: str | Promise
    move: str
    right: Right
    stage: str
    page: str = ""
    danger: bool = False


ACTIONS: Sequence[Action] = (
    Action("recommend", _("推荐"), "endorse", Right.REVIEW_LOCAL, "local"),
    Action("sign", _("财政会审"), "endorse", Right.SIGN_FINANCE, "local_finance"),
    Action("recommend_upper", _("复审通过"), "return_to_local", Right.REVIEW_UPPER, "upper"),
    Action("correct", _("退回补正"), "ask_correction", Right.REVIEW_LOCAL, "local", "desk:ask_correction"),
    Action("correct", _("退回补正"), "ask_correction_upper", Right.REVIEW_UPPER, "upper", "desk:ask_correction"),
    Action("return", _("退回下级"), "return_to_local", Right.REVIEW_UPPER, "upper", "desk:return_to_local"),
    Action("decline", _("不予推荐"), "decline_local", Right.REVIEW_LOCAL, "local", "desk:decline", danger=True),
    Action("decline", _("不予支持"), "decline_upper", Right.REVIEW_UPPER, "upper", "desk:decline", danger=True),
)
CONCLUSIONS = frozenset({"recommend", "recommend_upper"})


def only_for(case: Case, actor: Actor, *codes: str) -> None:
    """Raise NotAllowed unless one of these acts is the actor's, at the level where the case is under review.

    Asked before a form is looked at, so that whoever has no part in an act learns nothing about it. Whether the state
    allows the act is the verb's answer.
    """
    asked = {(action.right, action.stage) for action in ACTIONS if action.code in codes}
    level = LEVELS.get(case.state, case.correcting_level)
    here = {pair for pair in asked if pair[1] == level} or asked
    only_if(any(actor.may(right, case.competence(stage)) for right, stage in here))


@dataclass(frozen=True, slots=True)
class Offer:
    """An action on the page: open, or the sentence why not yet."""

    action: Action
    blocked: str = ""


def offers(case: Case, actor: Actor, judged: Sequence[Judged], signed: Standing) -> list[Offer]:
    """The acts that are the actor's own in this state, in the order of the table."""
    moves = {move.code: move for move in offered(case, actor)}
    found = []
    for action in ACTIONS:
        if action.move not in moves or not actor.may(action.right, case.competence(action.stage)):
            continue
        if action.code in CONCLUSIONS:
            blocked = why_not_conclude(case, actor, judged, signed)
        elif action.code == "sign":
            blocked = why_not_sign(case, actor, signed)
        else:
            blocked = str(why_not(case, moves[action.move], actor) or "")
        found.append(Offer(action, blocked))
    return found
