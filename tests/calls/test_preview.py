"""A call as an enterprise will see it, shown to the own agency before anybody can file."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.calls.models import Call
from subsidy.cases.assess import preview
from subsidy.cases.models import Case, Submission
from subsidy.cases.readiness import filing_of, tasks
from subsidy.cases.start import start
from subsidy.cases.trial import empty_filing
from tests.signed_in import SignIn
from tests.world import World, actor, prepare_jilin, prepare_zhongshan
from workflow.models import Event


def page(client: object, call: Call) -> str:
    text: str = client.get(reverse("cases:preview_call", args=[call.pk])).content.decode()  # type: ignore[attr-defined]
    return text


def test_the_preview_shows_page_tasks_and_materials_and_says_that_it_is_one(sign_in: SignIn, world: World) -> None:
    call = prepare_jilin(world.agencies)
    text = page(sign_in("jl_upper"), call)
    assert "这是预览，只有本单位可见" in text
    assert call.title in text
    assert "营业执照" in text
    assert "请填写联系人" in text
    assert "核对并提交" in text
    assert reverse("calls:start", args=[call.pk]) not in text
    assert reverse("cases:start", args=[call.pk]) not in text


def test_looking_at_the_preview_makes_nothing(sign_in: SignIn, world: World) -> None:
    client, call = sign_in("jl_issuer"), prepare_jilin(world.agencies)
    before = (Case.objects.count(), Submission.objects.count(), Event.objects.count())
    page(client, call)
    assert (Case.objects.count(), Submission.objects.count(), Event.objects.count()) == before
    assert Call.objects.get(pk=call.pk).version == call.version


def test_each_kind_of_award_has_its_own_tasks_and_materials(sign_in: SignIn, world: World) -> None:
    call = prepare_zhongshan(world.agencies, number="中工信〔2026〕32号")
    text = page(sign_in("zs_upper"), call)
    parts = re.split(r'aria-labelledby="track-', text)[1:]
    argued = next(row["label"] for row in call.documents if row["key"] == "argued")
    assert {part.split('"')[0]: argued in part for part in parts} == {
        "universal": False, "major": True, "special": False,
    }  # fmt: skip


def test_the_tasks_of_the_preview_are_those_of_a_case_just_begun(world: World) -> None:
    call = world.calls["jilin"]
    case = start(actor("jl_applicant"), call, world.enterprises["head"], track="group", area="222401")
    begun = [task.key for task in tasks(filing_of(case, preview(case)))]
    assert [task.key for task in tasks(empty_filing(call, "group"))] == begun


@pytest.mark.parametrize(
    ("who", "status"),
    [("jl_upper2", 200), ("jl_issuer", 200), ("jl_upper_finance", 403), ("jl_local", 403), ("jl_applicant", 403),
     ("zs_upper", 404)],
)  # fmt: skip
def test_only_the_own_agency_sees_the_preview(sign_in: SignIn, world: World, who: str, status: int) -> None:
    call = prepare_jilin(world.agencies)
    assert sign_in(who).get(reverse("cases:preview_call", args=[call.pk])).status_code == status


def test_an_agency_that_only_issues_a_call_with_another_has_no_preview_of_it(sign_in: SignIn, world: World) -> None:
    call = world.calls["jilin"]
    call.issuers.add(world.agencies["442000-gxj"])
    client = sign_in("zs_upper")
    assert client.get(reverse("calls:detail", args=[call.pk])).status_code == 200
    for name in ("cases:preview_call", "calls:checks", "calls:copy"):
        address = reverse(name, args=[call.pk])
        assert client.get(address).status_code == 404
        assert address not in client.get(reverse("calls:detail", args=[call.pk])).content.decode()


def test_a_longer_list_of_materials_costs_no_more_queries(sign_in: SignIn, world: World) -> None:
    client, call = sign_in("jl_upper"), prepare_jilin(world.agencies)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(client, call)
        return len(seen)

    few = asked()
    call.documents += [{**call.documents[0], "key": f"own{n}"} for n in range(30)]
    call.save()
    assert asked() == few
