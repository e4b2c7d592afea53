"""What waits for each person, counted on the workbench: the expected lines are written by hand from the stations."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.cases.models import Case
from subsidy.desk.waiting import DESKS, waiting
from subsidy.funding.models import Payment
from subsidy.funding.selectors import to_confirm
from subsidy.panels.models import Assignment, Panel
from tests.stations import Stations, files_apart, stations, twin, undone
from tests.world import actor
from workflow import clock
from workflow.states import State

__all__ = ["files_apart", "stations", "undone"]

LINES: dict[str, dict[str, int]] = {
    "jl_local": {}, "jl_finance": {}, "jl_other_local": {}, "zs_other_local": {}, "admin": {},
    "jl_upper": {
        "待组织评审的案件": 1, "待开始评分的评审批次": 1, "待公示的项目": 1, "待送审的公示": 1, "待办异议": 1,
        "编制中的资金方案": 1,
    },
    "jl_issuer": {"待发布的申报通知": 2, "待审批的资金方案": 1},
    "jl_upper_finance": {"待下达的资金": 1},
    "jl_pay_maker": {"待送复核的拨付批次": 1}, "jl_pay_checker": {},
    "expert1": {"待评分的评审": 1}, "expert5": {},
    "zs_upper": {"待确认的承继": 1, "待登记上报或批复的省厅名单": 2, "待编制资金方案的案件": 1},
    "zs_issuer": {}, "zs_upper_finance": {},
    "zs_pay_maker": {"待登记结果的拨付批次": 1}, "zs_pay_checker": {},
}  # fmt: skip
"""Person → what waits, and how many: one case of each station, none of a neighbour's."""


@pytest.mark.parametrize("who", list(LINES))
def test_what_waits_is_counted_and_linked(stations: Stations, who: str) -> None:
    found = {one.label: one for one in waiting(actor(who))}
    assert {label: one.count for label, one in found.items() if one.count} == LINES[who]
    page = unescape(stations.browser(who).get("/").content.decode())
    for label in LINES[who]:
        assert label in page
        assert found[label].href in page
        assert stations.browser(who).get(found[label].href).status_code == 200
    for label in {str(desk.label) for desk in DESKS} - set(LINES[who]):
        assert label not in page


def test_a_batch_with_its_rows_is_no_money_that_waits_to_be_prepared(stations: Stations) -> None:
    payment = stations["payment"]
    maker = actor("jl_pay_maker")
    assert _count(maker, "待拨付的案件") == 0
    stations.browser("jl_pay_maker").post(
        reverse("funding:drop", args=[stations["batch"], payment]), {"version": _batch_version(stations)}
    )
    assert _count(maker, "待拨付的案件") == 1


def test_money_that_cannot_be_paid_is_not_counted_and_stands_beside_with_the_reason(stations: Stations) -> None:
    maker = actor("jl_pay_maker")
    stations.browser("jl_pay_maker").post(
        reverse("funding:drop", args=[stations["batch"], stations["payment"]]), {"version": _batch_version(stations)}
    )
    case = Payment.objects.get(pk=stations["payment"]).instalment.award.case
    case.holds.create(kind="bar", reason="禁止申报", source="决定", set_by="甲", set_at=clock.now())
    line = next(one for one in waiting(maker) if one.label == "待拨付的案件")
    assert (line.count, line.hint) == (0, "另有 1 件暂不能拨付：禁止申报暂缓 1 笔")
    assert line.hint in unescape(stations.browser("jl_pay_maker").get("/").content.decode())


def test_scoring_waits_for_its_organiser_once_all_have_submitted_or_the_time_is_over(stations: Stations) -> None:
    organiser = actor("jl_upper")
    Assignment.objects.filter(panel=stations["panel"]).update(finished_at=clock.now())
    assert _count(organiser, "待结束评分的评审批次") == 1
    assert _count(actor("expert1"), "待评分的评审") == 0
    Assignment.objects.filter(panel=stations["panel"]).update(finished_at=None)
    assert _count(organiser, "待结束评分的评审批次") == 0
    Panel.objects.filter(pk=stations["panel"]).update(closes_at=clock.now())
    assert _count(organiser, "待结束评分的评审批次") == 1


def test_an_enterprise_is_asked_for_its_account_until_it_has_named_it(stations: Stations) -> None:
    """The first case of the plan has an account; the second is another enterprise's."""
    named = Case.objects.get(number=stations["money_case"])
    assert named not in to_confirm(actor("jl_applicant"))
    assert "待确认收款账户" not in stations.browser("jl_applicant").get("/").content.decode()


def test_the_workbench_costs_the_same_however_much_waits(stations: Stations) -> None:
    browser = stations.browser("jl_upper")
    browser.get("/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/")
    source = Case.objects.get(number=stations["jl_case"])
    for place in range(12):
        twin(source, f"JL-2026-008{place:02}", (State.SHORTLISTED, State.RESERVED, State.UPPER_REVIEW)[place % 3])
    with CaptureQueriesContext(connection) as many:
        browser.get("/")
    assert len(many) == len(few)


def _count(person: object, label: str) -> int:
    return next(one.count for one in waiting(person) if one.label == label)  # type: ignore[arg-type]


def _batch_version(stations: Stations) -> int:
    from subsidy.funding.models import PaymentBatch

    return PaymentBatch.objects.get(pk=stations["batch"]).version
