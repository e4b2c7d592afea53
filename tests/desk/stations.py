"""Cases put at later stations through the engine alone, for tests of what stands there."""

from __future__ import annotations

from datetime import date

from subsidy.cases.models import Case
from subsidy.panels.models import Panel, PanelCase
from tests.cases.reviewing import passed_upper
from tests.world import World, actor, fresh, prepare_zhongshan, publish_call, zhongshan_submitted
from workflow import clock
from workflow.history import Step, append
from workflow.perform import _save

UPPER = "zs_upper"


def to_reserve(case: Case) -> Case:
    """In the library: the moves of panel and notice without their verbs and guards."""
    for code in ("send_to_experts", "shortlist", "publish", "reserve"):
        case = moved(case, code)
    return case


def measuring_in_expert_review(world: World) -> Case:
    """A case of a measuring call before its experts."""
    draft = prepare_zhongshan(
        world.agencies, kind="measuring", number="中工信〔2026〕30号", title="关于组织测算项目申报的通知",
        window_from=date(2024, 1, 1),
    )  # fmt: skip
    world.calls["zhongshan"] = publish_call(draft)
    return moved(passed_upper(zhongshan_submitted(world)), "send_to_experts")


def chosen(case: Case) -> None:
    """The fixed result of a panel that has chosen the case."""
    panel = Panel.objects.create(
        call=case.call, agency=case.upper_agency, title="测算项目评审", scorecard={}, state=Panel.State.FIXED,
        made_by_id=actor(UPPER).person_id, made_at=clock.now(),
    )  # fmt: skip
    PanelCase.objects.create(panel=panel, case=case, code="01", selected=True)


def moved(case: Case, code: str) -> Case:
    """One move through history and table, past its guards."""
    sources, target = Case.MOVES[code]
    case = fresh(case)
    append([Step(case, case.state, target)], code, actor(UPPER), "", {})
    _save([case], target, sources, {})
    return fresh(case)
