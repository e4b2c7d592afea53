"""A measure's folder as data: the verbatim articles, the other instruments, the coverage register."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from policies.kit.findings import Source, SourceKind
from policies.kit.parameters import load_yaml

_ARTICLE = re.compile(r"^\*\*第([一二三四五六七八九十]{1,3})条\*\*", re.MULTILINE)
_CHAPTER = re.compile(r"^##? .*$", re.MULTILINE)
_DIGITS = "零一二三四五六七八九"


class TextError(ValueError):
    """A measure's text or register that cannot be read."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article as issued: `ref` such as `art_5`, `label` such as 第五条, and its whole text."""

    ref: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """Another document the measure leans on; `known` says how the text is known to us."""

    key: str
    title: str
    number: str
    issuer: str
    known: str


@dataclass(frozen=True, slots=True)
class Covered:
    """How one article is handled: function, procedure, no_effect or planned, and where."""

    ref: str
    how: str
    where: tuple[str, ...]
    note: str


def articles(folder: Path) -> Mapping[str, Article]:
    """The articles of measure.md by `ref`, in order."""
    text = (folder / "measure.md").read_text(encoding="utf-8")
    starts = list(_ARTICLE.finditer(text))
    found = {}
    for here, following in zip(starts, [*starts[1:], None], strict=True):
        body = text[here.start() : following.start() if following else len(text)]
        body = _CHAPTER.split(body)[0].replace("**", "").strip()
        ref = f"art_{number(here[1])}"
        found[ref] = Article(ref, f"第{here[1]}条", body)
    return found


def instruments(folder: Path) -> Mapping[str, Instrument]:
    """The instruments of sources.yaml by key."""
    data = _mapping(folder / "sources.yaml")
    return {
        key: Instrument(key, body["title"], body.get("number", ""), body["issuer"], body["known"])
        for key, body in data.items()
    }


def coverage(folder: Path) -> Mapping[str, Covered]:
    """The coverage register of coverage.yaml by article."""
    data = _mapping(folder / "coverage.yaml")
    return {
        ref: Covered(ref, body["how"], tuple(body.get("where", ())), body.get("note", "")) for ref, body in data.items()
    }


def number(chinese: str) -> int:
    """A Chinese ordinal up to 99 as a number: 十八 is 18."""
    tens, ten, ones = chinese.rpartition("十")
    if not ten:
        return _DIGITS.index(chinese)
    return (_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0)


def chinese(value: int) -> str:
    """A number up to 99 as a Chinese ordinal: 18 is 十八."""
    tens, ones = divmod(value, 10)
    head = "" if not tens else ("" if tens == 1 else _DIGITS[tens]) + "十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def article(measure: str, value: int, clause: str = "", parts: str = "") -> Source:
    """The source “细则第N条{clause}”; `parts` lengthens the ref: article(m, 6, "第（一）项", "1")."""
    ref = f"art_{value}_{parts}" if parts else f"art_{value}"
    return Source(SourceKind.ARTICLE, measure, ref, f"细则第{chinese(value)}条{clause}")


def article_of(ref: str) -> str:
    """The article a ref belongs to: `art_9_1_2` is of `art_9`."""
    return "_".join(ref.split("_")[:2])


def _mapping(path: Path) -> dict[str, dict[str, str]]:
    data = load_yaml(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise TextError(f"{path.name}: not a mapping")
    return data
