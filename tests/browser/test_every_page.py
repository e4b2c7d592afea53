"""Every page of the permission table, as the first person whom it opens to: laid out, accessible, with errors too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tests.browser.probe import DESKTOP, PHONE, TABLET, assert_accessible, assert_fits, assert_layout
from tests.stations import Stations, files_apart
from tests.test_permissions import TABLE, address
from tests.world import NOW
from workflow import clock

__all__ = ["files_apart"]

pytestmark = pytest.mark.starts_from("tests.stations:make")

SUBMIT = """() => {
  const form = document.querySelector("main form[method=post]:not([hx-post])");
  if (!form) return false;
  form.noValidate = true;
  form.requestSubmit();
  return true;
}"""
LARGE = "() => { document.documentElement.dataset.size = 'large'; }"


@pytest.fixture(autouse=True)
def on_the_day_of_the_stations() -> Iterator[None]:
    clock.travel_to(NOW)
    yield
    clock.travel_back()


class Visitor:
    """A browser that becomes whoever a row opens to."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site, self.stations = page, site, Stations()
        self.faults: list[str] = []

    def pages(self) -> Iterator[tuple[str, str, str]]:
        """Name, person and path of each address that answers with a page of ours."""
        for name, row in TABLE.items():
            if row.post is None and not name.startswith("admin:"):
                who = "" if "visitor" in row.opens.split() else row.opens.split()[0]
                path = address(self.stations, row, name)
                with closing(self.stations.browser(who).get(path, SERVER_NAME="localhost")) as answer:
                    if answer.status_code == 200 and not answer.streaming and b"<html" in answer.content[:200]:
                        yield name, who, path

    def goes_to(self, who: str, path: str) -> int:
        self.page.context.clear_cookies()
        if who:
            key = self.stations.browser(who).cookies[settings.SESSION_COOKIE_NAME].value
            self.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.site}])
        self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        answer = self.page.goto(path)
        return answer.status if answer else 0

    def looks(self, name: str) -> None:
        """At an office screen and a telephone with axe; at a tablet and in large type by the probe alone."""
        for size, checks in ((DESKTOP, (assert_layout, assert_accessible)), (TABLET, (assert_fits,)),
                             (PHONE, (assert_layout, assert_accessible))):  # fmt: skip
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            for check in checks:
                self._notes(name, check)
        self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        self.page.evaluate(LARGE)
        self._notes(f"{name} in large type", assert_fits)

    def _notes(self, name: str, check: Any) -> None:
        try:
            check(self.page)
        except AssertionError as fault:
            self.faults.append(f"{name}: {fault}")


def test_every_page_is_laid_out_and_accessible_on_every_screen(page: Page, site: str) -> None:
    visitor = Visitor(page, site)
    seen = [
        name for name, who, path in visitor.pages() if visitor.goes_to(who, path) == 200 and not visitor.looks(name)
    ]
    assert not visitor.faults, "\n".join(visitor.faults)
    assert len(seen) > 120


def test_every_form_sent_empty_is_answered_with_its_errors_laid_out_and_accessible(page: Page, site: str) -> None:
    visitor = Visitor(page, site)
    refused = []
    for name, who, path in visitor.pages():
        if visitor.goes_to(who, path) != 200 or page.locator("main form[method=post]:not([hx-post])").count() == 0:
            continue
        with page.expect_navigation() as gone:
            page.evaluate(SUBMIT)
        if gone.value and gone.value.status == 422:
            refused.append(name)
            visitor.looks(f"{name} refused")
    assert not visitor.faults, "\n".join(visitor.faults)
    assert len(refused) > 40
