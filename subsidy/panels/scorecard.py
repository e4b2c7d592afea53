"""The scorecard of a panel: read from a call, kept with the panel, and asked whether scores fit it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from policies.kit.kinds import CallKind
from policies.kit.policy import Criterion, Scorecard
from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call
from subsidy.reference.fields import half_width
from subsidy.reference.text import clean
from workflow.perform import Refused

FULL = Decimal(100)
SCORE_LENGTH = 8
COMMENT_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Card:
    """Criteria whose points make 100; shares are those of a criterion's points, `spread` and `pass_mark` are points.

    `pass_mark` None: there is no pass mark. `source` is what people read.
    """

    criteria: tuple[Criterion, ...]
    source: str
    step: Decimal
    comment_below: Decimal
    comment_above: Decimal
    spread: Decimal
    pass_mark: Decimal | None

    def missing(self, scores: Mapping[str, str]) -> int:
        """How many criteria have no points yet."""
        return sum(1 for criterion in self.criteria if not scores.get(criterion.key, "").strip())

    def points(self, criterion: Criterion, text: str) -> Decimal:
        """The points typed for a criterion. Raises ValueError with the sentence to show."""
        try:
            given = Decimal(_plain(text))
        except InvalidOperation:
            raise ValueError(_("“%(label)s”的得分应为数字，例如 %(sample)s") % {
                "label": criterion.label, "sample": written(criterion.points - self.step),
            }) from None  # fmt: skip
        if not 0 <= given <= criterion.points:
            raise ValueError(_("“%(label)s”的得分应在 0–%(most)s 之间，现为 %(given)s") % {
                "label": criterion.label, "most": written(criterion.points), "given": text.strip(),
            })  # fmt: skip
        if given % self.step:
            raise ValueError(_("“%(label)s”的得分以 %(step)s 分为一档，现为 %(given)s") % {
                "label": criterion.label, "step": written(self.step), "given": text.strip(),
            })  # fmt: skip
        return given

    def needs_comment(self, criterion: Criterion, points: Decimal) -> str:
        """Why these points need a comment, or nothing."""
        if points < criterion.points * self.comment_below:
            return _("“%(label)s”的得分低于满分的 %(share)s，请填写评语") % {
                "label": criterion.label, "share": percent(self.comment_below),
            }  # fmt: skip
        if points > criterion.points * self.comment_above:
            return _("“%(label)s”的得分高于满分的 %(share)s，请填写评语") % {
                "label": criterion.label, "share": percent(self.comment_above),
            }  # fmt: skip
        return ""

    def faults(self, scores: Mapping[str, str], comments: Mapping[str, str]) -> dict[tuple[str, str], str]:
        """("score" or "comment", criterion's key) → what is wrong; empty when the sheet is complete."""
        found: dict[tuple[str, str], str] = {}
        for criterion in self.criteria:
            text = scores.get(criterion.key, "").strip()
            if not text:
                found["score", criterion.key] = _("请填写“%(label)s”的得分") % {"label": criterion.label}
                continue
            try:
                points = self.points(criterion, text)
            except ValueError as problem:
                found["score", criterion.key] = str(problem)
                continue
            reason = self.needs_comment(criterion, points)
            said = comments.get(criterion.key, "").strip()
            try:
                clean(said)
            except ValidationError as problem:
                found["comment", criterion.key] = problem.messages[0]
            if reason and not said:
                found["comment", criterion.key] = reason
        return found

    def total(self, scores: Mapping[str, str]) -> Decimal:
        """The sum of the points. Raises ValueError when one does not fit."""
        return sum((self.points(c, scores.get(c.key, "")) for c in self.criteria), Decimal(0))


def of_call(call: Call) -> Card:
    """The card of a call: its own, else the one its edition proposes.

    Raises Refused when there is none or its points do not make 100.
    """
    proposed = policy_of(call).scorecard(CallKind(call.kind))
    given: Mapping[str, Any] = call.scorecard if isinstance(call.scorecard, Mapping) else {"criteria": call.scorecard}
    rows = given.get("criteria", ())
    if not rows and proposed is None:
        raise Refused(_("本次申报通知没有设定评分表，不能组织评审。"))
    criteria = proposed.criteria if not rows and proposed else tuple(_criterion(row) for row in rows)
    numbers = [_number(name, given, proposed) for name in DEFAULTS]
    return checked(Card(criteria, _source(call, proposed), *numbers))


def proposed_numbers(call: Call) -> dict[str, int]:
    """`quorum` and `drop_from` as the call's edition proposes them."""
    proposed = policy_of(call).scorecard(CallKind(call.kind))
    return {"quorum": proposed.experts, "drop_from": proposed.drop_from} if proposed else {"quorum": 3, "drop_from": 5}


DEFAULTS: Mapping[str, Decimal] = {
    "step": Decimal("0.5"),
    "comment_below": Decimal("0.6"),
    "comment_above": Decimal("0.9"),
    "spread": Decimal("25.00"),
    "pass_mark": Decimal("60.00"),
}


def checked(card: Card) -> Card:
    """The same card. Raises Refused unless its points make 100 and its keys differ."""
    total = sum((criterion.points for criterion in card.criteria), Decimal(0))
    if total != FULL:
        raise Refused(
            _("评分表各项满分合计应为 100，现为 %(total)s。请先更正申报通知的评分表。") % {"total": written(total)}
        )
    if len({criterion.key for criterion in card.criteria}) != len(card.criteria):
        raise Refused(_("评分表有重复的指标，请先更正申报通知的评分表。"))
    return card


def stored(card: Card) -> dict[str, Any]:
    """The card as a panel keeps it."""
    return {
        "criteria": [
            {"key": c.key, "label": c.label, "points": str(c.points), "guide": c.guide} for c in card.criteria
        ],
        "source": card.source,
        **{name: None if (value := getattr(card, name)) is None else str(value) for name in DEFAULTS},
    }


def read(kept: Mapping[str, Any]) -> Card:
    """The card a panel has kept."""
    return Card(
        tuple(_criterion(row) for row in kept["criteria"]), kept["source"],
        *(None if kept[name] is None else Decimal(kept[name]) for name in DEFAULTS),  # type: ignore[arg-type]
    )  # fmt: skip


def written(points: Decimal) -> str:
    """Points without needless zeros: 18.5, 20."""
    return f"{points.normalize():f}"


def percent(share: Decimal) -> str:
    """A share for a sentence: 60%."""
    return f"{written(share * 100)}%"


def _plain(text: str) -> str:
    """ASCII or full-width digits with at most one point; anything else is left out, so that it is refused."""
    flat = half_width(text).replace("。", ".")
    ok = flat.replace(".", "", 1).isascii() and flat.replace(".", "", 1).isdigit() and len(flat) <= SCORE_LENGTH
    return flat if ok else ""


def _criterion(row: Mapping[str, Any]) -> Criterion:
    return Criterion(row["key"], row["label"], Decimal(str(row["points"])), row.get("guide", ""))


def _number(name: str, given: Mapping[str, Any], proposed: Scorecard | None) -> Decimal:
    if given.get(name) is not None:
        return Decimal(str(given[name]))
    return getattr(proposed, name) if proposed else DEFAULTS[name]


def _source(call: Call, proposed: Scorecard | None) -> str:
    if source := call.sources.get("scorecard"):
        return str(source)
    return proposed.source.clause if proposed else call.number
