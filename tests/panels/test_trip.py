"""A panel's whole way: made, opened, declared, scored, closed, cut, deliberated, fixed."""

from decimal import Decimal

import pytest

from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.panels import rank
from subsidy.panels.models import Panel
from tests.panels import factory
from workflow import clock
from workflow.models import Event

pytestmark = pytest.mark.django_db


def deliberate(panel: Panel, actor: object) -> None:
    rank.record_deliberation(
        panel,
        actor,
        body="厅党组",
        held_on=clock.today(),
        document="党组会议纪要〔2026〕12号",
        decision="同意",
    )


def test_the_best_are_shortlisted_and_the_others_declined_with_the_reason() -> None:
    here = factory.ground()
    panel = factory.scored(here, ["88", "91.5", "70"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=Decimal(2))
    deliberate(panel, here.actor)

    fixed = rank.fix(panel, here.actor)

    assert fixed.state == "fixed"
    states = {code: Case.objects.get(pk=one.case_id) for code, one in factory.by_code(panel).items()}
    assert {code: case.state for code, case in states.items()} == {
        "01": "shortlisted",
        "02": "shortlisted",
        "03": "declined",
    }
    assert states["03"].ended_reason == "经专家评审和厅党组审议（党组会议纪要〔2026〕12号），未列入拟支持名单。"
    assert states["03"].ended_source == "细则第九条"
    event = Event.objects.get(subject_kind="cases.case", subject_id=states["01"].pk, move="shortlist")
    assert event.evidence["document"] == "党组会议纪要〔2026〕12号"


def test_a_measuring_call_keeps_the_selected_for_the_report_and_declines_the_others() -> None:
    here = factory.ground("zs", measure="zhongshan", edition="zhongshan-2023-73", kind=Call.Kind.MEASURING)
    panel = factory.scored(here, ["88", "91.5"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="score", value=Decimal(90))
    deliberate(panel, here.actor)

    rank.fix(panel, here.actor)

    states = {code: Case.objects.get(pk=one.case_id).state for code, one in factory.by_code(panel).items()}
    assert states == {"01": "declined", "02": "expert_review"}
