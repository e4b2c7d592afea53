"""The API by its own description: whatever is asked, fitting it or not, the answer is never a fault and never wider.

Schemathesis makes the requests from the schema (trust.md rows 18, 28 and 45); the same ones in each run.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.stations import Stations, files_apart, stations, undone
from tests.test_requests import NUMBER, _own_numbers, body_of

__all__ = ["files_apart", "stations", "undone"]

PEOPLE = ["jl_local", "zs_pay_maker", "jl_applicant", "expert1", ""]
EXAMPLES = 120
SEEDED = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def operations(stations: Stations) -> list[Any]:
    described = stations.browser("jl_local").get("/api/schema/").json()
    found = [made.ok() for made in schemathesis.openapi.from_dict(described).get_all_operations()]
    assert {operation.label for operation in found} == {"GET /api/cases/", "GET /api/cases/{number}/"}
    return found


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_no_request_made_from_the_schema_meets_a_fault_or_widens_an_answer(
    stations: Stations, mode: GenerationMode
) -> None:
    seen: set[int] = set()
    allowed = {who: _own_numbers(who) for who in PEOPLE}

    @SEEDED
    @given(case=st.one_of([operation.as_strategy(mode) for operation in operations(stations)]))
    def ask(case: Any) -> None:
        for who in PEOPLE:
            status, numbers = answered(stations, who, case)
            assert status in {200, 400, 403, 404}, (who, status, case.formatted_path, case.query)
            assert numbers <= allowed[who], (who, case.query)
            seen.add(status)

    ask()
    assert seen >= {403, 404} | ({200} if mode is GenerationMode.POSITIVE else {400})


def answered(stations: Stations, who: str, case: Any) -> tuple[int, set[str]]:
    """The status, and the numbers of cases in the answer."""
    headers = {name: str(value) for name, value in (case.headers or {}).items() if str(value).isascii()}
    with transaction.atomic():
        answer = stations.browser(who).get(case.formatted_path, query_params=case.query or {}, headers=headers)
        body = body_of(answer).decode()
        transaction.set_rollback(True)
    # What was asked for is repeated in a refusal; only what was found counts.
    return answer.status_code, set(NUMBER.findall(body)) if answer.status_code == 200 else set()


@pytest.mark.parametrize("who", ["jl_local", "jl_applicant"])
def test_every_value_the_schema_names_is_taken(stations: Stations, who: str) -> None:
    """Each state of the enumeration, on the first page: an answer, and nothing beyond one's own cases."""
    parameters = {one["name"]: one["schema"] for one in operations(stations)[0].definition.raw["parameters"]}
    assert set(parameters) == {"state", "call", "page"}
    for state in parameters["state"]["enum"]:
        answer = stations.browser(who).get("/api/cases/", {"state": state, "page": 1})
        assert answer.status_code == 200, state
        assert {row["number"] for row in answer.json()["results"]} <= _own_numbers(who)
