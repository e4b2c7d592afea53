"""What a person is told when something does not go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from subsidy import pages
from subsidy.pages import bad_request as handler400  # noqa: F401
from subsidy.pages import forbidden as handler403  # noqa: F401
from subsidy.pages import not_found as handler404  # noqa: F401
from subsidy.pages import server_error as handler500  # noqa: F401
from workflow.perform import Conflict

SECRET = "relation cases_case of 10.0.0.7"


@login_not_required
def fail(request: HttpRequest, how: str) -> HttpResponse:
    raise {
        "denied": PermissionDenied("请由另一名工作人员复核"),
        "denied-bare": PermissionDenied(),
        "missing": Http404("case 17 of 长春市"),
        "conflict": Conflict("此件已由李四办理为“退回补正”，不能再执行“通过”。"),
        "fault": RuntimeError(SECRET),
    }[how]


@login_not_required
def changed(request: HttpRequest) -> HttpResponse:
    return pages.go(request, "/after/")


def private(request: HttpRequest) -> HttpResponse:
    return HttpResponse("private")


urlpatterns = [
    path("fail/<how>", fail),
    path("changed", changed),
    path("private", private),
    path("", include("subsidy.urls")),
]


@pytest.fixture(autouse=True)
def failing_site() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__, DEBUG=False):
        yield


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


HTMX = {"HX-Request": "true"}


def test_a_wrong_role_is_told_the_reason(visitor: Client) -> None:
    answer = visitor.get("/fail/denied")
    assert answer.status_code == 403
    assert "请由另一名工作人员复核" in answer.text


def test_without_a_reason_the_usual_sentence_stands(visitor: Client) -> None:
    assert "您的岗位不能办理此步骤。如需协助请联系系统管理员。" in visitor.get("/fail/denied-bare").text


def test_what_is_outside_the_scope_is_not_found_and_names_nobody(visitor: Client) -> None:
    answer = visitor.get("/fail/missing")
    assert answer.status_code == 404
    assert "没有找到该页面" in answer.text
    assert "长春市" not in answer.text


def test_an_address_that_does_not_exist_gets_the_same_page(visitor: Client) -> None:
    answer = visitor.get("/no/such/page")
    assert answer.status_code == 404
    assert "没有找到该页面" in answer.text


def test_a_conflict_says_who_was_quicker(visitor: Client) -> None:
    answer = visitor.post("/fail/conflict")
    assert answer.status_code == 409
    assert "此件已由李四办理为“退回补正”" in answer.text


def test_htmx_gets_the_note_alone_and_puts_it_on_top_of_the_page(visitor: Client) -> None:
    answer = visitor.post("/fail/conflict", headers=HTMX)
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#flash"
    assert "此件已由李四办理" in answer.text
    assert "<html" not in answer.text


def test_a_fault_shows_a_number_that_the_log_has_too_and_nothing_else(
    visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = visitor.get("/fail/fault")
    [record] = [record for record in caplog.records if record.name == "subsidy.faults"]
    reference = record.args[0]  # type: ignore[index]
    assert answer.status_code == 500
    assert reference in answer.text
    assert record.exc_info is not None
    for secret in (SECRET, "Traceback", "RuntimeError", "site-packages", "Django"):
        assert secret not in answer.text


def test_a_fault_page_needs_no_database(visitor: Client, django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        assert visitor.get("/fail/fault").status_code == 500


def test_a_form_without_its_token_is_refused_in_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/changed")
    assert answer.status_code == 403
    assert "页面已过期" in answer.text


def test_a_strange_host_is_refused_in_words(visitor: Client) -> None:
    answer = visitor.get("/changed", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_a_lost_session_sends_the_browser_to_the_login_page(visitor: Client) -> None:
    assert visitor.get("/private").headers["Location"] == "/login/?next=/private"


def test_a_lost_session_under_htmx_is_a_redirect_of_the_whole_page(visitor: Client) -> None:
    current = {"HX-Current-URL": "http://testserver/cases/?tab=mine&page=2"}
    answer = visitor.get("/private", headers={**HTMX, **current})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/login/?next=%2Fcases%2F%3Ftab%3Dmine%26page%3D2"


def test_a_lost_session_never_leads_to_another_site(visitor: Client) -> None:
    answer = visitor.get("/private", headers={**HTMX, "HX-Current-URL": "http://evil.example//evil.example/x"})
    assert answer.headers["HX-Redirect"] == "/login/?next=%2F"


def test_after_a_change_the_browser_goes_on_with_a_get(visitor: Client) -> None:
    assert visitor.post("/changed").status_code == 303
    answer = visitor.post("/changed", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/after/")


@pytest.mark.parametrize("address", ["/fail/denied", "/fail/missing", "/fail/fault", "/nothing", "/private", "/login/"])
def test_every_answer_carries_the_headers_of_safety(visitor: Client, address: str) -> None:
    headers = visitor.get(address).headers
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_page_of_an_error_has_code_or_style_inside(visitor: Client) -> None:
    for address in ("/fail/denied", "/fail/missing", "/fail/conflict", "/fail/fault", "/login/"):
        text = visitor.get(address).text
        for inline in ("<style", " style=", "javascript:", " onclick=", " onload=", "hx-on"):
            assert inline not in text
        assert text.count("<script") == text.count("<script src=")
