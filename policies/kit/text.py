"""A measure's folder as data: articles and clauses, other instruments, the coverage register, the numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from policies.kit.findings import Source, SourceKind
from policies.kit.parameters import ParameterError, Parameters, load_yaml, read

_ARTICLE = re.compile(r"^\*\*第([一二三四五六七八九十]{1,3})条\*\*", re.MULTILINE)
_CHAPTER = re.compile(r"^##? .*$", re.MULTILINE)
_FIRST = re.compile(r"[（(]([一二三四五六七八九十]{1,3})[）)]")
_SECOND = re.compile(r"([0-9]{1,2})\.\s")
_THIRD = re.compile(r"[（(]([0-9]{1,2})[）)]")
_LEVELS = (_FIRST, _SECOND, _THIRD)
"""How a clause begins, from the first level down: （一）, then 1., then （1）."""
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
    """How one article or clause is handled: function, procedure or no_effect, and where.

    `tests` fail when a step of the procedure is skipped; `page` is where a user meets it, as the
    name of its address, or planned. An article's own row also has the `where` of its clauses.
    """

    ref: str
    how: str
    where: tuple[str, ...]
    note: str
    tests: tuple[str, ...] = ()
    page: str = ""


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
    """The coverage register of coverage.yaml by article and clause."""
    data = _mapping(folder / "coverage.yaml")
    return {ref: _covered(ref, body, data) for ref, body in data.items()}


def _covered(ref: str, body: Mapping[str, Any], data: Mapping[str, Mapping[str, Any]]) -> Covered:
    """A row; that of an article with what its clauses add."""
    rows = [body] if ref != article_of(ref) else [row for key, row in data.items() if article_of(key) == ref]
    where = tuple(dict.fromkeys(place for row in [body, *rows] for place in row.get("where", ())))
    return Covered(ref, body["how"], where, body.get("note", ""), tuple(body.get("tests", ())), body.get("page", ""))


def clauses(whole: Article) -> Mapping[str, str]:
    """The numbered clauses of an article by `ref`, in the order of the text: （一）, under it 1., then （1）."""
    found: dict[str, str] = {}
    path: list[str] = []
    for line in whole.text.splitlines():
        for level, begins in enumerate(_LEVELS):
            if mark := begins.match(line.strip()):
                path = [*path[:level], str(number(mark[1]) if level == 0 else int(mark[1]))]
                found["_".join([whole.ref, *path])] = line.strip()
    return found


def numbers(folder: Path, text: str | None = None) -> Parameters:
    """The numbers of the measure in a folder, or those of another parameters.yaml for it (a simulated edition).

    Raises ParameterError for an article that measure.md has not, for a number without a value on the
    measure's first day, and for one that the folder's own file has and the other has not, or the
    other way round.
    """
    own = read((folder / "parameters.yaml").read_text(encoding="utf-8"))
    given = own if text is None else read(text)
    if odd := sorted(set(own.entries) ^ set(given.entries)):
        raise ParameterError(f"parameters.yaml: {odd[0]} is {'missing' if odd[0] in own.entries else 'not known'}")
    labels = {one.label for one in articles(folder).values()}
    first = given.first_day("valid_from") if "valid_from" in given.entries else date.max
    for entry in given.entries.values():
        if entry.values[0].since > first:
            raise ParameterError(f"parameters.yaml: {entry.name}: has a gap from {first} to {entry.values[0].since}")
        if entry.article.partition("条")[0] + "条" not in labels:
            raise ParameterError(f"parameters.yaml: {entry.name}: there is no {entry.article} in measure.md")
    return given


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


def _mapping(path: Path) -> dict[str, dict[str, Any]]:
    data = load_yaml(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise TextError(f"{path.name}: not a mapping")
    return data
