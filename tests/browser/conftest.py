"""A browser, a running site, and somebody who signs in.

A test that uses `page` gets a fresh database with real commits (`fresh_database`), the site at `site`, and fails
when the page logs a script error, breaks the content policy or asks another host for anything.

    def test_…(page, sign_in):
        sign_in("lisi")
        page.goto("/cases/")            relative to the site
        assert_page(page)               tests/browser/probe.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.browser.probe import DESKTOP

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The browser reports 4xx answers as errors too; those belong to the pages under test.
REFUSALS = ("Failed to load resource", "Response Status Error")
PASSWORD = "a-password-for-tests"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture
def site(fresh_database: None, live_server: Any, settings: Any) -> str:
    """The address of a running site over a database of the test's own."""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    return str(live_server.url)


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """A clean browser in Chinese, at the size of an office screen."""
    made = browser.new_context(base_url=site, viewport=DESKTOP, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
    made.set_default_timeout(45_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, site: str) -> Iterator[Page]:
    """A tab that must stay free of script errors, refused content and foreign requests."""
    faults: list[str] = []
    made = context.new_page()
    made.on("pageerror", lambda error: faults.append(f"script: {error}"))
    made.on("console", lambda message: _note(message, faults))
    made.on("request", lambda request: _stay(request, site, faults))
    yield made
    assert not faults, faults


def _note(message: ConsoleMessage, faults: list[str]) -> None:
    if message.type == "error" and not any(known in message.text for known in REFUSALS):
        faults.append(message.text)


def _stay(request: Request, site: str, faults: list[str]) -> None:
    if not request.url.startswith((site, "data:", "blob:", "about:")):
        faults.append(f"left the site: {request.url}")


@pytest.fixture
def person(site: str) -> Callable[..., Any]:
    """Make a user who can sign in: `person("lisi", name="李四")`; posts are the test's own business."""
    from django.contrib.auth import get_user_model

    def make(username: str, name: str = "李四", **fields: Any) -> Any:
        return get_user_model().objects.create_user(username=username, password=PASSWORD, name=name, **fields)

    return make


@pytest.fixture
def sign_in(page: Page) -> Callable[..., Page]:
    """`sign_in("lisi")` goes through the login page; `password` for people of the demo data."""

    def go(username: str, password: str = PASSWORD) -> Page:
        page.goto("/login/")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码", exact=True).fill(password)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda address: "/login/" not in address)
        return page

    return go
