"""The hand-written part of the demo: fixtures/demo/*.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings


@cache
def read(name: str) -> Any:
    """The content of one file of fixtures/demo; it is not to be changed by who reads it."""
    path = Path(settings.ROOT) / "fixtures" / "demo" / f"{name}.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def text(name: str) -> Any:
    """One entry of texts.yaml."""
    return read("texts")[name]
