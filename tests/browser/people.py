"""Somebody at the screen: signing in and out, filling in by label, pressing, reading, and looking at a page.

work_as(page, "zs_local")                       signs out whoever is there and in through the login page
goes_to(page, "案件队列")                        an entry of the main menu
fills(page, {"文号": "中工信〔2026〕31号"})        fields by label; a tuple of choices ticks boxes
presses(page, "保存")                            a button;  follows(page, "修改")  a link
looks_at(page, "queue")                         layout probe and axe at both sizes (only inside `careful`)
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from playwright.sync_api import Download, Locator, Page, expect
from pypdf import PdfReader, PdfWriter

from tests.browser.conftest import PASSWORD
from tests.browser.probe import DESKTOP, VIEWPORTS, assert_accessible, assert_layout
from tests.world import code_of

expect.set_options(timeout=45_000)
SHOTS = os.environ.get("SUBSIDY_SHOTS", "")
"""A folder for pictures of the pages that are looked at; none are taken without it."""

FORGET = """button => {
  const told = document.getElementById("flash");
  if (told && !told.contains(button)) told.replaceChildren();
}"""

Value = str | bool | tuple[str, ...]
_faults: list[str] | None = None
_seen: set[str] = set()


@contextmanager
def careful() -> Iterator[None]:
    """Within it every page that is looked at is probed and checked by axe; at its end all faults are told at once."""
    global _faults
    _faults = found = []
    _seen.clear()
    try:
        yield
    finally:
        _faults = None
    assert not found, "\n".join(found)


def looks_at(page: Page, name: str) -> None:
    """Probe the page at both sizes, check it with axe, and take its picture where SUBSIDY_SHOTS names a folder.

    Once for each name, however often a trip passes there; axe looks at telephones in test_every_page.py.
    """
    if _faults is None or name in _seen:
        return
    _seen.add(name)
    before = page.viewport_size
    for size, viewport in VIEWPORTS.items():
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{size}.png", full_page=True)
        for check in (assert_layout, assert_accessible) if viewport is DESKTOP else (assert_layout,):
            try:
                check(page)
            except AssertionError as fault:
                _faults.append(f"{name}: {fault}")
    if before:
        page.set_viewport_size(before)


def work_as(page: Page, username: str) -> None:
    """Sign out, if somebody is signed in, and in again as this person."""
    signs_out(page)
    page.goto("/login/")
    fills(page, {"用户名": username, "密码": PASSWORD})
    presses(page, "登录")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("工作台|两步验证"))
    if page.get_by_role("heading", name="两步验证").count():
        fills(page, {"验证码": code_of(username)})
        presses(page, "验证并登录")
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")


def signs_out(page: Page) -> None:
    """Press 退出登录 in the sheet behind the own name."""
    person = page.locator("header details.person")
    if person.count():
        person.locator("summary").click()
        person.get_by_role("button", name="退出登录").click()
        expect(page.locator("header details.person")).to_have_count(0)


def goes_to(page: Page, entry: str) -> None:
    """Follow an entry of the main menu."""
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name=entry, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def presses(page: Page | Locator, name: str) -> None:
    """Press the button with this name; what was told before it is taken away, so that only its own answer counts.

    A form that is just saving itself is sent a moment after the press.
    """
    button = page.get_by_role("button", name=name, exact=True)
    button.evaluate(FORGET)
    button.click()


def follows(page: Page | Locator, name: str | re.Pattern[str]) -> None:
    """Follow the link with this name."""
    page.get_by_role("link", name=name, exact=isinstance(name, str)).first.click()


def fills(page: Page | Locator, values: Mapping[str, Value]) -> None:
    """Fill in fields by label: text, a choice of a list or of radios, boxes to tick."""
    for label, value in values.items():
        _fill(page, label, value)


def _fill(page: Page | Locator, label: str, value: Value) -> None:
    group = page.get_by_role("group", name=_label(label))
    if group.count():
        for choice in (value,) if isinstance(value, str) else value:  # type: ignore[union-attr]
            group.get_by_label(choice, exact=True).check()
        return
    box = page.get_by_label(_label(label)).first
    if isinstance(value, bool):
        box.set_checked(value)
    elif box.evaluate("element => element.tagName") == "SELECT":
        box.select_option(value=_option(box, str(value)))
    else:
        box.fill(str(value))


def _option(box: Locator, text: str) -> str:
    """The value of the choice that reads so, or else of the first that contains it."""
    found = {option.inner_text().strip(): option.get_attribute("value") or "" for option in box.locator("option").all()}
    return found[text] if text in found else next(value for label, value in found.items() if text in label)


def _label(text: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(text)}\s*(（选填）)?\s*$")


def is_told(page: Page, sentence: str | re.Pattern[str]) -> None:
    """The page says so after what was done."""
    expect(page.locator("#flash")).to_contain_text(sentence)


def stands_at(page: Page, state: str) -> None:
    """The tag beside the heading says so."""
    expect(page.locator("main .head")).to_contain_text(state)


def reads(page: Page | Locator, *texts: str | re.Pattern[str]) -> None:
    """Each of these stands on the page."""
    place = page.locator("main") if isinstance(page, Page) else page
    for text in texts:
        expect(place).to_contain_text(text)


def downloads(page: Page, act: Callable[[], object]) -> bytes:
    """The bytes that this act makes the browser save."""
    with page.expect_download() as saved:
        act()
    download: Download = saved.value
    return Path(download.path()).read_bytes()


def text_of_pdf(content: bytes) -> str:
    """What stands in a PDF, without blanks and line ends."""
    assert content.startswith(b"%PDF")
    return re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(content)).pages))


def scan(name: str = "盖章件.pdf") -> dict[str, str | bytes]:
    """A small scan to upload."""
    writer, kept = PdfWriter(), BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(kept)
    return {"name": name, "mimeType": "application/pdf", "buffer": kept.getvalue()}
