"""System checks: every move of every machine has an owner."""

from typing import Any

from django.apps import apps
from django.core.checks import Error, register

from workflow import moves
from workflow.machine import Machine


@register()
def every_move_has_an_owner(**kwargs: Any) -> list[Error]:
    """Refuse to start while a machine has a move that no app registered."""
    owned = moves.owned()
    return [
        Error(f"{model.subject_kind()}.{code} has no owner", id="workflow.E001")
        for model in apps.get_models()
        if issubclass(model, Machine)
        for code in model.MOVES
        if (model.subject_kind(), code) not in owned
    ]
