"""The texts of messages: a standard one each in the code, and the wording that the administrators have given it.

    ASKED = register(Text(                                         in the `texts` room of the app that sends it
        key="cases.correction_asked", label=_("补正通知"), to=_("申报单位"),
        title=_("{number} 需补正 {count} 项"), body="{items}",
        fields=(Field("number", _("案件编号"), "JL-2026-00001"), Field("items", _("补正事项"), "…", needed=True)),
    ))
    notify(people, *ASKED.said(number=…, items=…))                 one query
    wording = ASKED.now();  wording.said(…) for each of many       one query for all

A text holds plain `{name}` fields of its own list and nothing else: no formats, attributes, conditions or code. What is
put in is not looked at again, so that braces or markup in somebody's words stay words; pages escape the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from subsidy.messages.models import TextVersion
from workflow import clock

Words = str | Promise
FIELD = re.compile(r"\{([^{}]*)\}")
BRACES = frozenset("{}")


class Field(NamedTuple):
    """A field of a text: its name in braces, what it stands for, an example, whether no wording may leave it out."""

    name: str
    label: Words
    example: Words
    needed: bool = False


class Wording(NamedTuple):
    """Title and body as they are worded now."""

    title: str
    body: str

    def said(self, **values: object) -> tuple[str, str]:
        """Title and body with the fields filled in. Raises KeyError for a field without a value."""
        return filled(self.title, values), filled(self.body, values)


@dataclass(frozen=True, slots=True)
class Text:
    """One message: who gets it, its standard wording, and the fields that any wording may use."""

    key: str
    label: Words
    to: Words
    title: Words
    body: Words
    fields: tuple[Field, ...]

    @property
    def standard(self) -> Wording:
        """The wording of the code."""
        return Wording(str(self.title), str(self.body))

    def now(self) -> Wording:
        """The wording in force today; one query."""
        version = TextVersion.in_force(clock.today()).filter(key=self.key).first()
        return self.worded(version)

    def worded(self, version: TextVersion | None) -> Wording:
        """What a version says: its own words, or the standard ones."""
        if version is None or version.standard:
            return self.standard
        return Wording(version.title, version.body)

    def said(self, **values: object) -> tuple[str, str]:
        """Title and body of one message; one query."""
        return self.now().said(**values)

    def example(self, wording: Wording) -> tuple[str, str]:
        """Title and body with the example values."""
        return wording.said(**{field.name: field.example for field in self.fields})

    def problems(self, wording: Wording) -> Iterator[tuple[str, str]]:
        """What a wording may not say: "title" or "body", and a sentence."""
        known = {field.name for field in self.fields}
        for place, text in (("title", wording.title), ("body", wording.body)):
            for name in dict.fromkeys(FIELD.findall(text)):
                if name not in known:
                    names = {"name": name[:30], "known": "、".join(f"{{{field.name}}}" for field in self.fields)}
                    yield place, _("没有“{%(name)s}”这个字段，可用的字段有：%(known)s") % names
            if BRACES & set(FIELD.sub("", text)):
                yield place, _("花括号只用于字段，成对使用，例如 {%(name)s}") % {"name": self.fields[0].name}
        used = set(FIELD.findall(wording.title + wording.body))
        for field in self.fields:
            if field.needed and field.name not in used:
                yield "body", _("不能去掉字段 {%(name)s}（%(label)s）") % {"name": field.name, "label": field.label}


def filled(text: str, values: Mapping[str, object]) -> str:
    """The text with each `{name}` replaced by its value, once."""
    return FIELD.sub(lambda found: str(values[found[1]]), text)


_texts: dict[str, Text] = {}


def register(text: Text) -> Text:
    """Make a text known. Raises ValueError when its key is taken."""
    if text.key in _texts:
        raise ValueError(f"{text.key} is registered twice")
    _texts[text.key] = text
    return text


def find(key: str) -> Text:
    """The text with this key. Raises KeyError."""
    return _texts[key]


def known() -> tuple[Text, ...]:
    """Every text, in the order in which the apps stand on one another."""
    return tuple(_texts.values())
