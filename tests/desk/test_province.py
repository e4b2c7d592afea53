"""A case that asks for money for a measured project says so while the province has not decided (domain case 36)."""

from __future__ import annotations

import pytest

from subsidy.cases.models import Case
from subsidy.cases.province import waits
from subsidy.cases.review import decline
from subsidy.projects.models import MeasuredApproval, MeasuredProject
from tests.desk.browsing import SignIn, text
from tests.world import World, actor, fresh, jilin_submitted, zhongshan_draft, zhongshan_submitted
from workflow import clock

WAITING = "等待省级批复结果"


@pytest.fixture
def undecided(world: World) -> MeasuredProject:
    """The measured project of the world in another round, about which nothing was decided."""
    return MeasuredProject.objects.create(
        project=world.measured.project, kind=world.measured.kind, round=world.measured.round + 1
    )


def linked(case: Case, measured: MeasuredProject) -> Case:
    Case.objects.filter(pk=case.pk).update(measured=measured)
    return fresh(case)


def decided(measured: MeasuredProject, outcome: str = "approved") -> None:
    MeasuredApproval.objects.create(
        measured=measured, outcome=outcome, amount="100.00", document="粤工信〔2026〕9号", decided_on=clock.today(),
        entered_at=clock.now(),
    )  # fmt: skip


def test_staff_and_applicant_read_it_on_the_case_page_and_in_their_lists(
    world: World, sign_in: SignIn, undecided: MeasuredProject
) -> None:
    case = linked(zhongshan_submitted(world), undecided)
    pages = {
        "zs_local": (f"/cases/{case.number}/", "/review/"),
        "zs_applicant": (f"/my/{case.number}/", "/my/", "/"),
    }
    for who, addresses in pages.items():
        for address in addresses:
            assert WAITING in text(sign_in(who).get(address)), (who, address)
    decided(undecided)
    for who, addresses in pages.items():
        for address in addresses:
            assert WAITING not in text(sign_in(who).get(address)), (who, address)


def test_a_draft_says_it_too_and_may_be_filled_in(world: World, sign_in: SignIn, undecided: MeasuredProject) -> None:
    case = linked(zhongshan_draft(world), undecided)
    page = text(sign_in("zs_applicant").get(f"/my/{case.number}/tasks/"))
    assert WAITING in page
    assert "可以继续填写和提交" in page


def test_a_refusal_is_a_decision(world: World, undecided: MeasuredProject) -> None:
    case = linked(zhongshan_submitted(world), undecided)
    assert waits(case)
    decided(undecided, "refused")
    assert not waits(case)


def test_who_asks_for_no_measured_project_waits_for_nobody(world: World, undecided: MeasuredProject) -> None:
    assert not waits(jilin_submitted(world))
    case = linked(zhongshan_submitted(world), undecided)
    decline(case, actor("zs_local"), reason="不符合条件", source="中工信〔2023〕73号 第九条")
    assert not waits(fresh(case))
