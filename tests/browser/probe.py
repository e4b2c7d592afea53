"""What a page is looked at for in a browser: the layout probe and axe."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 768, "height": 1024}
VIEWPORTS = {"desktop": DESKTOP, "phone": PHONE}
AXE = Axe()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

PROBE = """
() => {
  const out = {overflow: document.documentElement.scrollWidth > innerWidth, thin: [], orphan: [], num: []};
  const walker = document.createTreeWalker(document.body, 4);
  const seen = new Set();
  let node;
  while ((node = walker.nextNode())) {
    const text = node.textContent.trim(), element = node.parentElement;
    if (text.length < 4 || seen.has(element) || element.closest('.vh,.skip,select,script')) continue;
    seen.add(element);
    const style = getComputedStyle(element);
    if (style.display === 'none' || style.visibility === 'hidden') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 0);
    if (!boxes.length) continue;
    const size = parseFloat(style.fontSize);
    const lines = [...new Set(boxes.map((box) => Math.round(box.top)))].length;
    if (lines > 3 && Math.max(...boxes.map((box) => box.width)) < size * 2.2) out.thin.push(text.slice(0, 12));
    if (lines > 1 && element.matches('.tag,.btn,th,.tabs a,h1,h2,td')) {
      const lowest = Math.round(boxes[boxes.length - 1].top);
      const last = boxes.filter((box) => Math.round(box.top) === lowest).reduce((sum, box) => sum + box.width, 0);
      if (last < size * 1.5) out.orphan.push(text.slice(0, 16));
    }
  }
  document.querySelectorAll('td.num,input.money').forEach((element) => {
    const style = getComputedStyle(element);
    if (!['right', 'end'].includes(style.textAlign)) out.num.push(element.textContent || element.value);
  });
  return out;
}
"""
CLEAN: dict[str, Any] = {"overflow": False, "thin": [], "orphan": [], "num": []}


def assert_layout(page: Page) -> None:
    """No sideways scrolling, no one-character columns, no one-character last lines, numbers to the right.

    Waits until the page has its style sheet: after a link the address is new before the layout is.
    """
    page.wait_for_load_state("load")
    found = page.evaluate(PROBE)
    assert found == CLEAN, f"{page.url} at {page.viewport_size}: {found}"


def assert_fits(page: Page) -> None:
    """No sideways scrolling and no one-character columns: what must hold at every width and in large type."""
    page.wait_for_load_state("load")
    found = page.evaluate(PROBE)
    assert (found["overflow"], found["thin"]) == (False, []), f"{page.url} at {page.viewport_size}: {found}"


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA or of the best practices that axe knows."""
    answer = AXE.run(page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]})
    faults = [
        f"{rule['id']}: {rule['help']} {[node['html'][:150] for node in rule['nodes'][:3]]}"
        for rule in answer.response["violations"]
    ]
    assert not faults, f"{page.url} at {page.viewport_size}: " + "; ".join(faults)


def assert_page(page: Page) -> None:
    """Both of the above, at the size of an office screen and of a telephone; the size of before is put back."""
    before = page.viewport_size
    for size in VIEWPORTS.values():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert_layout(page)
        assert_accessible(page)
    if before:
        page.set_viewport_size(before)
