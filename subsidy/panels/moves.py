"""Moves of a panel, and of cases through expert review."""

from collections.abc import Iterator, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases.holds import held
from subsidy.cases.models import Case
from subsidy.cases.signatures import recommended_upper
from subsidy.panels import conflicts, ranking, selectors
from subsidy.panels.models import Expert, Panel, PanelCase
from workflow import moves
from workflow.protocols import Actor
from workflow.states import State

Refusals = dict[int, str | Promise]

moves.register(Panel, "open", right=Right.ORGANISE_PANEL, stage="upper", label=_("开始评分"))
moves.register(Panel, "close", right=Right.ORGANISE_PANEL, stage="upper", label=_("结束评分并排序"))
moves.register(Panel, "fix", right=Right.RANK, stage="upper", label=_("确定结果"))
moves.register(Panel, "void", right=Right.ORGANISE_PANEL, stage="upper", label=_("作废"))
moves.register(Case, "send_to_experts", right=Right.ORGANISE_PANEL, stage="upper", label=_("送专家评审"))
moves.register(Case, "shortlist", right=Right.RANK, stage="upper", label=_("列入拟支持"))
moves.register(Case, "decline_by_ranking", right=Right.RANK, stage="upper", label=_("评审未入选"))
moves.guard(Case, "send_to_experts", "shortlist")(held)


@moves.guard(Call, "publish")
def no_panel_waits_for_its_cases(calls: Sequence[Call], actor: Actor) -> Refusals:
    """A panel being put together keeps the call from being replaced under it."""
    replaced = {call.replaces_id: call.pk for call in calls if call.replaces_id}
    waiting = Panel.objects.filter(call__in=replaced, state=Panel.State.DRAFT, cases__isnull=False)
    return {
        replaced[pk]: _("原通知有组建中的评审批次，请先作废该批次，再发布替换通知。")
        for pk in waiting.values_list("call", flat=True)
    }


@moves.guard(Panel, "open")
def has_cases_and_experts(panels: Sequence[Panel], actor: Actor) -> Refusals:
    """Cases that a panel may take, as many experts as the quorum, none of them related to a unit."""
    return dict(_named(panels, _why_not_open))


@moves.guard(Panel, "close")
def quorum_is_reached(panels: Sequence[Panel], actor: Actor) -> Refusals:
    """Every case has as many submitted sheets as the quorum asks; a draft never counts (domain case 61)."""
    return dict(_named(panels, selectors.why_not_ranked))


@moves.guard(Panel, "fix")
def list_is_decided(panels: Sequence[Panel], actor: Actor) -> Refusals:
    """Every case is in or out, no tie is open, and the deliberation saw this very list."""
    return dict(_named(panels, ranking.why_not_fixed))


@moves.guard(Panel, "open", "close", "fix", "void")
def stands_apart(panels: Sequence[Panel], actor: Actor) -> Refusals:
    """Nobody organises or decides a panel who sits on it or has reviewed its cases locally (domain case 65)."""
    return dict(_named(panels, lambda panel: conflicts.why_not(panel, actor.one_with)))


@moves.guard(Case, "send_to_experts")
def upper_review_in_favour(cases: Sequence[Case], actor: Actor) -> Refusals:
    """The upper bureau has last concluded in favour of the newest submission (Jilin Art. 9, Zhongshan Art. 11)."""
    passed = recommended_upper(cases)
    return {
        case.pk: _("案件 %(number)s 复审尚未作出推荐意见，不能送专家评审。") % {"number": case.number}
        for case in cases
        if case.pk not in passed
    }


@moves.guard(Case, "report_to_province")
def chosen_by_a_fixed_panel(cases: Sequence[Case], actor: Actor) -> Refusals:
    """A measuring case is reported only when a panel's fixed result has chosen it (Zhongshan Art. 4, 11)."""
    chosen = set(
        PanelCase.objects.filter(case__in=cases, panel__state=Panel.State.FIXED, selected=True).values_list(
            "case_id", flat=True
        )
    )
    return {
        case.pk: _("案件 %(number)s 的评审结果尚未确定，不能上报省厅。") % {"number": case.number}
        for case in cases
        if case.pk not in chosen
    }


def _named(panels: Sequence[Panel], why: "ranking.Why") -> Iterator[tuple[int, str]]:
    return ((panel.pk, reason) for panel in panels if (reason := why(panel)))


def _why_not_open(panel: Panel) -> str:
    cases = list(Case.objects.filter(panel_cases__panel=panel).order_by("number"))
    experts = list(Expert.objects.filter(assignments__panel=panel, assignments__released_at__isnull=True))
    if not cases:
        return str(_("请先选择参评案件。"))
    if len(experts) < panel.quorum:
        return _("专家 %(have)s 名，少于每件最少评分人数 %(need)s 名。") % {"have": len(experts), "need": panel.quorum}
    free = set(selectors.candidates(panel.call).filter(pk__in=[case.pk for case in cases]).values_list("pk", flat=True))
    for case in cases:
        if case.pk not in free:
            label = State(case.state).label
            return _("案件 %(number)s 现为“%(state)s”，不能进入本批次评审。") % {"number": case.number, "state": label}
    for expert_id, reason in conflicts.excluded(experts, cases, organiser=panel.agency_id).items():
        name = next(expert.user.name for expert in experts if expert.pk == expert_id)
        return _("专家%(name)s应当回避：%(reason)s。") % {"name": name, "reason": reason}
    return ""
