"""The forms of a page as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

UNSENT = {"submit", "button", "file", "reset"}


@dataclass
class Sent:
    """Where a form goes, with what; the first button that is not a link is pressed."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def put(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)

    def data(self) -> dict[str, list[str]]:
        pressed = {name: [value] for name, value in self.buttons[:1] if name}
        return pressed | {name: values for name, values in self.values.items() if name != "csrfmiddlewaretoken"}


class Reader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = urlsplit(address).path
        self.forms: list[Sent] = []
        self.open: Sent | None = None
        self.select = self.area = ""
        self.chosen: str | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        ticked = any(name in {"checked", "selected"} for name, _value in attrs)
        if tag == "form":
            self.open = Sent(given.get("action") or self.address, given.get("method", "get"))
            self.forms.append(self.open)
        if self.open is None:
            return
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "button" and given.get("type", "submit") == "submit" and "formaction" not in given:
            self.open.buttons.append((name, value))
        elif tag == "input" and name and given.get("type", "text") not in UNSENT:
            if given.get("type") not in {"checkbox", "radio"} or ticked:
                self.open.put(name, value)
        elif tag == "select":
            self.select, self.chosen = name, None
        elif tag == "option" and self.select and (ticked or self.chosen is None):
            self.chosen = value
        elif tag == "textarea":
            self.area, self.text = name, ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif self.open is not None and tag == "select" and self.select:
            self.open.put(self.select, self.chosen or "")
            self.select = ""
        elif self.open is not None and tag == "textarea" and self.area:
            self.open.put(self.area, self.text.removeprefix("\n"))
            self.area = ""


def forms_of(page: str, address: str) -> list[Sent]:
    """The forms of a page that was asked at an address."""
    reader = Reader(address)
    reader.feed(page)
    return reader.forms
