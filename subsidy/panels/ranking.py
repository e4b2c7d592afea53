"""The list of a panel after scoring: its order, its line, and what it still lacks before it can be fixed."""

import hashlib
import json
from collections.abc import Callable, Sequence
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext as _

from subsidy.panels import aggregate, scorecard
from subsidy.panels.models import Panel, PanelCase

Why = Callable[[Panel], str]


def ordered(panel: Panel) -> list[PanelCase]:
    """The cases in the order of the list; equal ones by code."""
    return list(panel.cases.select_related("case__enterprise").order_by(F("rank").asc(nulls_last=True), "code"))


def line(panel: Panel, cases: Sequence[PanelCase], by: str, value: Decimal) -> aggregate.Line:
    """Where a cut would leave each case; nobody below the pass mark is taken.

    `by` is a Panel.Cut: a number of places, points, or money (元). Raises ValueError with the sentence to show.
    """
    if by == Panel.Cut.RANK:
        found = aggregate.first(cases, int(value))
    elif by == Panel.Cut.SCORE:
        found = aggregate.from_score(cases, value)
    else:
        found = aggregate.within_money(cases, [_cap(one) for one in cases], value)
    mark = scorecard.read(panel.scorecard).pass_mark
    failed = {one.code for one in cases if mark is not None and one.mean is not None and one.mean < mark}
    return aggregate.Line({code: taken if code not in failed else False for code, taken in found.taken.items()})


def total_cap(cases: Sequence[PanelCase], taken: dict[str, bool | None]) -> Decimal:
    """The ceilings (元) of those taken; a case without one counts nothing."""
    return sum((one.case.cap or Decimal(0) for one in cases if taken[one.code]), Decimal(0))


def open_ties(cases: Sequence[PanelCase]) -> list[PanelCase]:
    """The cases that stand equal at the line and have no conclusion yet."""
    return [one for one in cases if one.selected is None]


def places(cases: Sequence[PanelCase]) -> str:
    """Places in the list for a sentence: 第 18、19 名."""
    first = min(one.rank or 0 for one in cases)
    return _("第 %(places)s 名") % {"places": "、".join(str(first + place) for place in range(len(cases)))}


def digest(panel: Panel) -> str:
    """The digest of the list as a meeting sees it: order, means, reasons and conclusions."""
    rows = panel.cases.order_by("code").values_list("code", "mean", "rank", "rank_reason", "selected")
    text = json.dumps([[str(value) for value in row] for row in rows], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def why_not_deliberated(panel: Panel) -> str:
    """What a list lacks before a meeting can see it, or nothing."""
    if not panel.cut:
        return _("尚未划定入选线。")
    if ties := open_ties(ordered(panel)):
        return _("%(places)s同分，请按规则选择并说明。") % {"places": places(ties)}
    return ""


def why_not_fixed(panel: Panel) -> str:
    """What a list lacks before it can be fixed, or nothing."""
    if reason := why_not_deliberated(panel):
        return reason
    last = panel.deliberations.order_by("-pk").first()
    if last is None:
        return _("尚未登记审议意见。")
    if last.ranking != digest(panel):
        return _("登记审议意见后名单有变动，请重新审议并登记。")
    return ""


def _cap(one: PanelCase) -> Decimal:
    if one.case.cap is None:
        raise ValueError(_("案件 %(number)s 没有政策上限，不能按资金额度划线。") % {"number": one.case.number})
    return one.case.cap
