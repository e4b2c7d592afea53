"""How the desk calls things: states by measure, colours by whose turn it is, time left, decisions, history."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from policies.kit.findings import Outcome
from policies.kit.policy import Desk, Policy
from subsidy.accounts import chronicle
from subsidy.cases.findings import Decision, Judged
from subsidy.cases.models import FindingDecision, Level
from subsidy.cases.review import OverruleReason
from subsidy.papers.columns import Tag
from subsidy.reference import formats
from workflow import moves
from workflow.states import ENDS, State

SOON = 3
LEVELS: Mapping[str, str | Promise] = {Level.LOCAL: gettext_lazy("初审"), Level.UPPER: gettext_lazy("复审")}
CARD_OUTCOMES: Mapping[Outcome, str] = {Outcome.NOT_MET: "fail", Outcome.FOR_OFFICER: "ask", Outcome.MET: "pass"}
DECISIONS: Mapping[str, str | Promise] = {
    Decision.AGREED: gettext_lazy("认可系统结论"), Decision.MET: gettext_lazy("认定符合"),
    Decision.NOT_MET: gettext_lazy("认定不符合"),
}  # fmt: skip
TONES: Mapping[str, str] = {
    State.DRAFT: "", State.WITHDRAWN: "", State.LOCAL_REVIEW: "run", State.CORRECTING: "run", State.ENDORSED: "run",
    State.UPPER_REVIEW: "run", State.EXPERT_REVIEW: "exp", State.SHORTLISTED: "pub", State.PUBLIC_NOTICE: "pub",
    State.RESERVED: "good", State.ALLOCATED: "run", State.APPROVED: "run", State.DISBURSING: "run",
    State.TRACKING: "good", State.REPORTED: "run", State.CLOSED: "done", State.DECLINED: "bad", State.STOPPED: "bad",
    State.RECOVERING: "bad", State.RECOVERED: "done",
}  # fmt: skip
RECORDS: Mapping[str, str | Promise] = {
    **chronicle.RECORDS,
    "create": gettext_lazy("建立草稿"),
    "open": gettext_lazy("打开初审"),
    "decide_finding": gettext_lazy("认定规则发现"),
    "confirm_automatic": gettext_lazy("确认自动通过"),
    "decide_lines": gettext_lazy("认定投资明细"),
    "assess": gettext_lazy("重新测算上限"),
    "recommend": gettext_lazy("签署初审意见：推荐"),
    "recommend_upper": gettext_lazy("签署复审意见：通过"),
    "sign": gettext_lazy("财政会审：同意"),
    "refuse_to_sign": gettext_lazy("财政会审：不同意"),
    "fill": gettext_lazy("修改申报内容"),
    "confirm_account": gettext_lazy("确认收款信息"),
    "payment_refused": gettext_lazy("退票"),
    "extend_correction": gettext_lazy("延长补正期限"),
    "recount_due": gettext_lazy("按工作日历顺延期限"),
    "recount": gettext_lazy("按工作日历重新计算公示期"),
    "enter_again": gettext_lazy("重新录入年度安排"),
    "correct_day": gettext_lazy("更正日期"),
    "hold": gettext_lazy("暂缓"),
    "release": gettext_lazy("解除暂缓"),
    "change": gettext_lazy("修改"),
    "migrate": gettext_lazy("随通知替换转入新通知"),
    "recheck": gettext_lazy("按新通知重新检查"),
    "transfer": gettext_lazy("移交受理单位"),
}
"""Entries of a history that are no moves: those of registers and people, and those of the case."""


def state_name(policy: Policy, state: str) -> str:
    """What staff call a state under a measure."""
    own = policy.labels.states.get(state)
    return own.staff if own else str(State(state).label)


def tone(state: str, mine: bool) -> str:
    """Amber when the reader must act, otherwise the state's own colour."""
    return "you" if mine and state not in ENDS else TONES[state]


def desk_name(policy: Policy, desk: Desk) -> str:
    """What a measure calls the agency of a desk that signs."""
    names = {Desk.LOCAL: policy.labels.local, Desk.LOCAL_FINANCE: policy.labels.local_finance}
    return names[desk]


def due_tag(state: str, due_at: datetime, days: int | None) -> Tag:
    """The time left, in words first: the colour only repeats them."""
    if state == State.CORRECTING:
        return Tag(_("补正中，暂停计时"))
    if days is None:
        return Tag(formats.day(due_at))
    if days < 0:
        return Tag(ngettext("超期 %(n)s 个工作日", "超期 %(n)s 个工作日", -days) % {"n": -days}, "bad")
    if days == 0:
        return Tag(_("今日到期"), "you")
    text = ngettext("剩 %(n)s 个工作日", "剩 %(n)s 个工作日", days) % {"n": days}
    return Tag(text, "you" if days <= SOON else "")


def standing_of(one: Judged) -> str:
    """What is to be done about a finding, in one sentence."""
    if one.decision is not None:
        return _("已由人工认定。")
    return {
        Outcome.NOT_MET: _("系统按登记数据判定不符合，请核对后认定。"),
        Outcome.FOR_OFFICER: _("系统不能判定，请对照材料判定是否符合。"),
        Outcome.MET: _("系统按登记数据判定符合，待确认。"),
    }[one.finding.outcome]


def decision_line(decision: FindingDecision, level: str | Promise) -> str:
    """Who decided what, when, and why: “初审 李四 05-12 认定符合（另有材料佐证：……）”."""
    why = "：".join(
        str(part) for part in (dict(OverruleReason.choices).get(decision.reason_code, ""), decision.note) if part
    )
    day = formats.minute(decision.decided_at)[5:16]
    text = f"{level} {decision.decided_by.name} {day} {DECISIONS[decision.decision]}"
    return f"{text}（{why}）" if why else text


def entry_name(kind: str, move: str) -> str:
    """What an entry of a history is called: the move's label, or the name of what was only recorded."""
    try:
        return str(moves.find(kind, move).label)
    except KeyError:
        return str(RECORDS.get(move, move))
