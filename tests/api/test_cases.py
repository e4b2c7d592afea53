"""The API: each person's own cases, the named fields, nothing by tricks of the address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from subsidy.accounts.models import User
from subsidy.calls.models import Call
from subsidy.cases.models import Case
from tests.copies import Copies
from tests.stations import on_a_copy
from tests.world import APPLICANTS, PEOPLE, World, build, fresh
from workflow import clock
from workflow.models import Access
from workflow.states import State

APPLICANT_KEYS = {
    "number", "state", "state_name", "measure", "track", "call", "title", "enterprise", "credit_code", "area",
    "requested", "claimed", "cap", "filed_at", "submitted_at", "due_at",
}  # fmt: skip
STAFF_KEYS = APPLICANT_KEYS | {"recognised", "local_agency", "upper_agency", "handler", "version"}
SEES = {
    "JL-2026-00001": {
        "jl_applicant", "jl_colleague", "jl_local", "jl_local2", "jl_finance", "jl_upper", "jl_upper2", "jl_issuer",
        "jl_upper_finance", "jl_pay_maker", "jl_pay_checker",
    },
    "JL-2026-00002": {"jl_applicant", "jl_colleague"},
    "ZS-2026-00001": {
        "zs_applicant", "zs_local", "zs_local2", "zs_upper", "zs_upper2", "zs_issuer", "zs_upper_finance",
        "zs_pay_maker", "zs_pay_checker",
    },
}  # fmt: skip
"""The second Jilin case is a draft: its enterprise's alone."""
NO_READERS = {"expert1", "expert2", "expert3", "expert4", "expert5", "admin", "security", "auditor"}


def fill() -> None:
    """A filed case of each measure, and a draft, put there directly."""
    world = build()
    _case(world, "jilin", "JL-2026-00001", "head", State.LOCAL_REVIEW)
    _case(world, "jilin", "JL-2026-00002", "head", State.DRAFT)
    _case(world, "zhongshan", "ZS-2026-00001", "zhongshan", State.UPPER_REVIEW)


@pytest.fixture(scope="module")
def filled(copies: Copies, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with on_a_copy(copies, django_db_blocker, fill):
        yield


@pytest.fixture(autouse=True)
def undone(filled: None) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _case(world: World, measure: str, number: str, firm: str, state: State) -> Case:
    codes = {
        "jilin": ("222401-gxj", "222401-czj", "220000-gxt", "220000-czt", "222401-czj", "222401-czj"),
        "zhongshan": ("442000118-zj", None, "442000-gxj", "442000-czj", "442000-gxj", "442000-czj"),
    }[measure]
    names = ("local", "local_finance", "upper", "upper_finance", "pay_maker", "pay_checker")
    agencies = {
        f"{name}_agency": world.agencies[code] if code else None for name, code in zip(names, codes, strict=True)
    }
    filed = None if state == State.DRAFT else clock.now()
    return Case.objects.create(
        number=number, call=world.calls[measure], measure=measure, track="group", enterprise=world.enterprises[firm],
        title="项目群", area="222401", state=state, filed_at=filed, submitted_at=filed, requested="300000.00",
        contact_name="金哲", contact_phone="13900000000", created_by=User.objects.get(username="jl_applicant"),
        created_at=clock.now(), **agencies,
    )  # fmt: skip


def as_(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def numbers(answer: Any) -> set[str]:
    return {row["number"] for row in answer.json()["results"]}


def test_everybody_sees_their_own_cases_in_list_and_detail_and_no_other() -> None:
    for who in sorted({*PEOPLE, *APPLICANTS} - NO_READERS):
        client = as_(who)
        expected = {number for number, people in SEES.items() if who in people}
        assert numbers(client.get("/api/cases/")) == expected, who
        for number in SEES:
            code = client.get(f"/api/cases/{number}/").status_code
            assert code == (200 if number in expected else 404), (who, number)


def test_people_without_the_right_and_visitors_get_no_answer() -> None:
    for who in sorted(NO_READERS):
        for address in ("/api/cases/", "/api/cases/JL-2026-00001/"):
            answer = as_(who).get(address)
            assert answer.status_code == 403, who
            assert answer.json() == {"detail": "您的岗位不能办理此步骤。如需协助请联系系统管理员。"}
    for address in ("/api/cases/", "/api/cases/JL-2026-00001/", "/api/schema/"):
        assert Client().get(address).status_code == 403


def test_a_foreign_case_is_answered_as_one_that_does_not_exist_and_both_are_written_down() -> None:
    client = as_("jl_local")
    foreign, none = client.get("/api/cases/ZS-2026-00001/"), client.get("/api/cases/ZS-2026-99999/")
    assert (foreign.status_code, none.status_code) == (404, 404)
    assert foreign.content == none.content
    written = Access.objects.filter(kind="not_found").values_list("path", flat=True)
    assert sorted(written) == ["/api/cases/ZS-2026-00001/", "/api/cases/ZS-2026-99999/"]


@pytest.mark.parametrize(
    ("who", "keys"), [("jl_applicant", APPLICANT_KEYS), ("jl_local", STAFF_KEYS), ("jl_upper_finance", STAFF_KEYS)]
)
def test_the_keys_of_an_answer_are_those_of_the_audience(who: str, keys: set[str]) -> None:
    client = as_(who)
    assert set(client.get("/api/cases/JL-2026-00001/").json()) == keys
    assert all(set(row) == keys for row in client.get("/api/cases/").json()["results"])


def test_amounts_are_text_and_states_have_the_name_of_the_audience() -> None:
    own, staff = (as_(who).get("/api/cases/JL-2026-00001/").json() for who in ("jl_applicant", "jl_local"))
    assert own["requested"] == staff["requested"] == "300000.00"
    assert (own["state"], own["state_name"]) == ("local_review", "已提交，初审中")
    assert (staff["state"], staff["state_name"]) == ("local_review", "待初审")


def test_a_filter_takes_away_and_never_adds() -> None:
    client = as_("jl_applicant")
    jilin, zhongshan = (Call.objects.get(measure=measure).number for measure in ("jilin", "zhongshan"))
    assert numbers(client.get("/api/cases/?state=draft")) == {"JL-2026-00002"}
    assert numbers(client.get("/api/cases/?state=closed")) == set()
    assert numbers(client.get("/api/cases/", {"call": jilin})) == {"JL-2026-00001", "JL-2026-00002"}
    assert numbers(client.get("/api/cases/", {"call": zhongshan})) == set()
    assert numbers(client.get("/api/cases/?call=0")) == set()


@pytest.mark.parametrize(
    "query",
    [
        "state=", "state=%20", "state=null", "state=0", "state=draft&state=local_review", "state=DRAFT", "call=",
        "call=&call=", "call=%00", "page=0", "page=-1", "page=", "page=1&page=2", "page=１", "page=9999999999999999999",
        "enterprise=1", "@permissions=", "permissions=", "state__in=draft", "limit=1000", "fields=contact_phone",
        "ordering=contact_phone", "format=xml", "STATE=draft",
    ],
)  # fmt: skip
def test_empty_doubled_and_unknown_parameters_are_refused(query: str) -> None:
    answer = as_("jl_local").get(f"/api/cases/?{query}")
    assert answer.status_code in {400, 404}, answer.json()
    assert "results" not in answer.json()


def test_a_page_beyond_the_last_does_not_exist() -> None:
    assert as_("jl_local").get("/api/cases/?page=2").status_code == 404


def test_nothing_can_be_written() -> None:
    before = fresh(Case.objects.get(number="JL-2026-00001"))
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="jl_upper"))
    with_token = as_("jl_upper")
    every_field = {field.attname: "1" for field in Case._meta.concrete_fields}
    for method in ("post", "put", "patch", "delete"):
        for address in ("/api/cases/", "/api/cases/JL-2026-00001/", "/api/schema/"):
            assert getattr(client, method)(address, every_field, "application/json").status_code == 403
            assert getattr(with_token, method)(address, every_field, "application/json").status_code == 405
    assert fresh(before).version == before.version
    assert Case.objects.count() == 3


def test_the_answer_is_json_and_kept_by_nobody() -> None:
    answer = as_("jl_local").get("/api/cases/", headers={"Accept": "text/html"})
    assert answer.status_code == 406
    answer = as_("jl_local").get("/api/cases/")
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer


def test_a_list_takes_as_many_queries_for_fifty_cases_as_for_five(django_assert_num_queries: Any) -> None:
    client = as_("jl_local")
    with django_assert_num_queries(4):
        assert len(client.get("/api/cases/").json()["results"]) == 1
    model = Case.objects.get(number="JL-2026-00001")
    for serial in range(10, 60):
        model.pk, model.number = None, f"JL-2026-000{serial}"
        model.save(force_insert=True)
    with django_assert_num_queries(4):
        answer = client.get("/api/cases/").json()
    assert (answer["count"], answer["pages"], len(answer["results"])) == (51, 2, 50)
    with django_assert_num_queries(3):
        client.get("/api/cases/JL-2026-00001/")


def test_the_schema_names_the_same_fields() -> None:
    answer = as_("auditor").get("/api/schema/")
    assert answer.status_code == 200
    schema = answer.json()
    assert set(schema["components"]["schemas"]["CaseFields"]["properties"]) == STAFF_KEYS
    assert set(schema["paths"]) == {"/api/cases/", "/api/cases/{number}/"}
    assert {method for path in schema["paths"].values() for method in path} == {"get"}
