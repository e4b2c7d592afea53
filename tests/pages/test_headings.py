"""Headings of every page go down step by step, so that a reader by ear misses no level."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from django.urls import reverse

from tests.stations import Stations, files_apart, stations, undone
from tests.test_permissions import TABLE, address
from tests.test_requests import body_of, opener

__all__ = ["files_apart", "stations", "undone"]

LEVEL = re.compile(rb"<h([1-6])[ >]")


def jumps(page: bytes) -> list[tuple[int, int]]:
    """Where a heading stands more than one level under the one before it; the page itself is level 0."""
    levels = [0, *(int(level) for level in LEVEL.findall(page))]
    return [(one, other) for one, other in pairwise(levels) if other > one + 1]


def test_no_page_jumps_over_a_level_of_headings(stations: Stations) -> None:
    wrong = {}
    for name, row in TABLE.items():
        if name.startswith(("admin:", "api:")):
            continue
        path = address(stations, row, name)
        page = body_of(stations.browser(opener(name)).get(path))
        if found := jumps(page):
            wrong[path] = found
    assert wrong == {}


@pytest.mark.parametrize("section", ["documents", "assessment", "corrections", "history"])
def test_no_section_of_a_case_page_does_either(stations: Stations, section: str) -> None:
    page = stations.browser("jl_local").get(reverse("desk:section", args=[stations["jl_case"], section]))
    assert jumps(page.content) == []


@pytest.mark.parametrize("tab", ["overview", "content", "materials", "corrections", "payment", "history", "timeline"])
def test_no_tab_of_the_applicants_page_does_either(stations: Stations, tab: str) -> None:
    page = stations.browser("jl_applicant").get(reverse("cases:overview", args=[stations["jl_case"]]), {"tab": tab})
    assert jumps(page.content) == []
