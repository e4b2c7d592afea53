"""The administration pages: for administrators alone, and never a way to cases or money (trust.md row 25)."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.test import Client, override_settings
from django.urls import reverse

from subsidy import urls
from subsidy.accounts.access import views
from subsidy.accounts.models import Agency, Post, User
from subsidy.accounts.rights import Right
from subsidy.accounts.site import site
from subsidy.reference.models import AreaCode, Industry
from tests.world import APPLICANTS, PEOPLE, World, world
from workflow import clock
from workflow.models import Access

__all__ = ["world"]

OTHERS = sorted({*PEOPLE, *APPLICANTS} - {"admin"})
MODELS = {Agency, AreaCode, Industry}
NEW: dict[type[Any], dict[str, str]] = {
    Agency: {
        "code": "229999-gxj", "name": "某县工信局", "short_name": "某县", "kind": "industry", "level": "county",
        "area": "229999", "valid_from": "2026-01-01",
    },
    AreaCode: {"code": "229999", "name": "某县", "kind": "county"},
    Industry: {"code": "99", "name": "其他", "section": "T"},
}  # fmt: skip


@pytest.fixture
def people(world: World) -> dict[str, Client]:
    """One signed-in browser for each person."""
    clients = {}
    for user in User.objects.all():
        clients[user.username] = Client()
        clients[user.username].force_login(user)
    return clients


def addresses() -> list[str]:
    """Every administration page, with the id of some row where one is asked for."""
    found = []
    for name, route, _mark in views():
        if not name.startswith("admin:"):
            continue
        if name == "admin:app_list":
            found += [reverse(name, args=["accounts"]), reverse(name, args=["reference"])]
        elif "<" in route:
            found.append(reverse(name, args=[_some_id(name)]))
        else:
            found.append(reverse(name))
    return found


def _some_id(name: str) -> int:
    model = apps.get_model(*name.removeprefix("admin:").split("_")[:2])
    return int(model.objects.values_list("pk", flat=True).order_by("pk")[0])


def test_an_administrator_opens_every_page(people: dict[str, Client]) -> None:
    answers = {address: people["admin"].get(address).status_code for address in addresses()}
    assert len(answers) == 2 + 2 + 4 * len(MODELS)
    assert set(answers.values()) == {200}, answers


def test_nobody_else_opens_any(people: dict[str, Client]) -> None:
    for who in OTHERS:
        assert {people[who].get(address).status_code for address in addresses()} == {403}, who


def test_a_visitor_is_asked_to_sign_in_at_the_door_of_everybody(world: World) -> None:
    for address in addresses():
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/?next=/admin/")


def test_an_administrator_whose_post_has_ended_is_nobody_else(people: dict[str, Client]) -> None:
    Post.objects.filter(user__username="admin").update(valid_to=clock.today())
    answer = people["admin"].get("/admin/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/admin/")


def test_the_flags_of_django_open_nothing(people: dict[str, Client]) -> None:
    User.objects.filter(username="jl_local").update(is_staff=True, is_superuser=True)
    assert people["jl_local"].get("/admin/").status_code == 403


def test_an_administrator_adds_and_changes_and_each_act_is_written_down(people: dict[str, Client]) -> None:
    for model, values in NEW.items():
        answer = people["admin"].post(reverse(f"admin:{_name(model)}_add"), values)
        assert answer.status_code == 302, answer.content.decode()
    trade = Industry.objects.get(code="99")
    changed = {**NEW[Industry], "name": "国际组织"}
    address = reverse("admin:reference_industry_change", args=[trade.pk])
    assert people["admin"].post(address, changed).status_code == 302
    trade.refresh_from_db()
    assert trade.name == "国际组织"
    written = Access.objects.filter(kind="administered").values_list("actor_name", "result")
    for act in ("add", "change"):
        assert ("管理员", f"{act} reference.industry {trade.pk}") in set(written)
    assert len(written) == len(NEW) + 1


def test_others_add_change_and_delete_nothing(people: dict[str, Client]) -> None:
    before = {model: set(model.objects.values_list("pk", flat=True)) for model in MODELS}
    for model, values in NEW.items():
        row = model.objects.order_by("pk").first()
        for address in (
            reverse(f"admin:{_name(model)}_add"),
            reverse(f"admin:{_name(model)}_change", args=[row.pk]),
            f"/admin/{model._meta.app_label}/{model._meta.model_name}/{row.pk}/delete/",
        ):
            for who in ("jl_upper", "jl_applicant", "security", "auditor"):
                assert people[who].post(address, values | {"post": "yes"}).status_code in {403, 404}, address
    assert {model: set(model.objects.values_list("pk", flat=True)) for model in MODELS} == before


def test_even_an_administrator_deletes_nothing(people: dict[str, Client]) -> None:
    for model in MODELS:
        row = model.objects.order_by("pk").first()
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{row.pk}/delete/"
        assert people["admin"].post(address, {"post": "yes"}).status_code == 404
        chosen = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}
        people["admin"].post(reverse(f"admin:{_name(model)}_changelist"), chosen)
        assert model.objects.filter(pk=row.pk).exists()


def test_nothing_of_cases_money_or_history_is_there() -> None:
    assert {model for model, _keeper in site._registry.items()} == MODELS


def test_a_list_has_its_budget(people: dict[str, Client], django_assert_max_num_queries: Any) -> None:
    for model in MODELS:
        with django_assert_max_num_queries(12):
            answer = people["admin"].get(reverse(f"admin:{_name(model)}_changelist"))
        assert answer.status_code == 200
        assert answer.context["cl"].result_count == model.objects.count() > 0


def test_only_one_right_leads_here() -> None:
    assert {mark for name, _route, mark in views() if name.startswith("admin:")} == {frozenset({Right.ADMINISTER})}


def test_the_pages_keep_to_the_policy_for_scripts_and_styles(people: dict[str, Client]) -> None:
    for address in addresses():
        page = people["admin"].get(address).content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page


def test_without_the_setting_there_are_no_such_pages() -> None:
    with override_settings(ADMINISTRATION_PAGES=False):
        routes = {str(pattern.pattern) for pattern in urls._patterns()}
    assert "admin/" not in routes
    assert "admin/" in {str(pattern.pattern) for pattern in urls._patterns()}


def _name(model: type[Any]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


def test_the_pages_greet_by_name_and_have_an_icon(people: dict[str, Client]) -> None:
    person = User.objects.get(username="admin")
    page = people["admin"].get("/admin/").content.decode()
    assert f"<strong>{person.name}</strong>" in page
    assert "<strong>admin</strong>" not in page
    assert '<link rel="icon" href="/static/icon' in page
