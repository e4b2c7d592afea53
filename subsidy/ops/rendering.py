"""Keeps `migrate` quick: Django renders every related model again after each step, which grows with the square.

A new model changes nobody's class but its own, and indexes, constraints and triggers change no class at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db.migrations.state import ModelState, ProjectState
from pgtrigger.migrations import AddTrigger


@contextmanager
def rendering_little() -> Iterator[None]:
    """Within it, the steps forwards named above leave the other models as they are."""
    with (
        mock.patch.object(ProjectState, "add_model", _add_model),
        mock.patch.object(ProjectState, "_append_option", _append_option),
        mock.patch.object(AddTrigger, "state_forwards", _add_trigger),
    ):
        yield


def _add_model(state: ProjectState, model_state: ModelState) -> None:
    key = model_state.app_label, model_state.name_lower
    state.models[key] = model_state
    if getattr(state, "_relations", None) is not None:
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:
        state.apps.render_multiple([model_state])


def _append_option(state: ProjectState, app_label: str, model_name: str, option_name: str, option: Any) -> None:
    options = state.models[app_label, model_name].options
    options[option_name] = [*options.get(option_name, []), option]


def _add_trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
    _append_option(state, app_label, operation.model_name, "triggers", operation.trigger)
