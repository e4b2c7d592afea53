"""Starting a case: who may, where it goes, and that a double click makes one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from subsidy.cases.models import Case
from subsidy.cases.start import start
from subsidy.enterprises.models import Bar
from tests.signed_in import SignIn
from tests.world import JILIN_CLOSES, NOW, PUBLISHED, World, actor, jilin_submitted
from workflow.perform import NotAllowed, Refused

StandAt = Callable[[datetime], None]


def begin(world: World, who: str = "jl_applicant", area: str = "222401", firm: str = "head") -> Case:
    return start(actor(who), world.calls["jilin"], world.enterprises[firm], track="group", area=area)


def test_a_case_goes_to_the_bureaus_of_its_place(world: World) -> None:
    case = begin(world)
    assert case.local_agency.code == "222401-gxj"
    assert case.local_finance_agency.code == "222401-czj"
    assert case.upper_agency.code == "220000-gxt"
    assert case.pay_maker_agency.code == "222401-czj"


def test_a_zhongshan_case_has_no_finance_signature_and_is_paid_by_the_city(world: World) -> None:
    case = start(
        actor("zs_applicant"), world.calls["zhongshan"], world.enterprises["zhongshan"], track="major", area="442000118"
    )
    assert case.local_agency.code == "442000118-zj"
    assert case.local_finance_agency is None
    assert case.pay_maker_agency.code == "442000-gxj"


def test_starting_again_leads_to_the_same_draft(world: World) -> None:
    assert begin(world).pk == begin(world, "jl_colleague").pk


def test_after_filing_a_new_draft_gets_the_next_number(world: World) -> None:
    jilin_submitted(world)
    assert begin(world).number == "JL-2026-00002"


def test_nobody_starts_a_case_for_somebody_elses_enterprise(world: World) -> None:
    with pytest.raises(NotAllowed):
        begin(world, "jl_stranger")
    with pytest.raises(NotAllowed):
        begin(world, "jl_local")


def test_a_barred_enterprise_is_told_from_when_why_and_by_which_document(world: World) -> None:
    Bar.objects.create(
        enterprise=world.enterprises["head"], valid_from=NOW.date(), reason="骗取资金", source="吉工信决〔2026〕1号"
    )
    with pytest.raises(Refused, match="2026-05-20 起被停止申报资格，无截止日期：骗取资金（吉工信决〔2026〕1号）"):
        begin(world)


def test_a_bar_of_the_other_measure_does_not_matter(world: World) -> None:
    Bar.objects.create(
        enterprise=world.enterprises["head"], measure="zhongshan", valid_from=NOW.date(), reason="x", source="y"
    )
    assert begin(world).state == "draft"


def test_before_opening_and_from_the_closing_instant_nothing_starts(world: World, stand_at: StandAt) -> None:
    stand_at(PUBLISHED - timedelta(seconds=1))
    with pytest.raises(Refused, match="尚未开放"):
        begin(world)
    stand_at(JILIN_CLOSES)
    with pytest.raises(Refused, match="截止"):
        begin(world)


def test_a_place_outside_the_calls_territory_is_refused(world: World) -> None:
    world.calls["jilin"].areas = ["222403"]
    with pytest.raises(Refused, match="不在本次申报通知的范围内"):
        begin(world)


def test_a_double_click_on_the_page_makes_one_case_and_gives_one_answer(sign_in: SignIn, world: World) -> None:
    client, call = sign_in("jl_applicant"), world.calls["jilin"]
    head = world.enterprises["head"].pk
    sent = {"enterprise": head, "track": "group", "area": "222401", "once": "abc"}
    answers = [client.post(reverse("cases:start", args=[call.pk]), sent) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Case.objects.count() == 1


def test_an_empty_start_form_names_every_choice(sign_in: SignIn, world: World) -> None:
    answer = sign_in("zs_applicant").post(reverse("cases:start", args=[world.calls["zhongshan"].pk]), {"once": "x"})
    assert answer.status_code == 422
    page = answer.content.decode()
    for label in ("申报单位", "资助类别", "所在地"):
        assert f"请选择“{label}”" in page


def test_somebody_elses_enterprise_in_the_form_is_no_choice(sign_in: SignIn, world: World) -> None:
    sent = {"enterprise": world.enterprises["stranger"].pk, "track": "group", "area": "222401", "once": "x"}
    answer = sign_in("jl_applicant").post(reverse("cases:start", args=[world.calls["jilin"].pk]), sent)
    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_staff_cannot_open_the_start_page(sign_in: SignIn, world: World) -> None:
    assert sign_in("jl_local").get(reverse("cases:start", args=[world.calls["jilin"].pk])).status_code == 403
