"""What is wrong with a measure's coverage register: every clause, function, step and figure has its place."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from types import ModuleType
from typing import Any

from policies.kit.findings import Finding
from policies.kit.parameters import Parameter
from policies.kit.policy import Policy
from policies.kit.text import Article, Covered, chinese, clauses
from tests.policies import sheets
from tests.policies.sheets import HERE, REGISTRY

ROOT = HERE.parents[1]
KINDS = {"function", "procedure", "no_effect"}
PLANNED = {"jilin": range(13, 18), "zhongshan": range(12, 17)}
"""The articles whose pages are still to come."""
DOCUMENT_NUMBERS = re.compile(r"〔[0-9]{4}〕[0-9]+号|令[0-9]+号|^[（(]?[0-9]+[）).]")
FIGURES = re.compile(r"[0-9][0-9 .]*(?:%|[亿万]?元|个|年(?: ?[0-9]+ ?月(?: ?[0-9]+ ?日)?)?|月)?")


@dataclass(frozen=True)
class Register:
    """A measure with all that its register may name."""

    place: str
    articles: Mapping[str, Article]
    rows: Mapping[str, Covered]
    functions: frozenset[str]
    sheeted: frozenset[str]
    steps: frozenset[str]
    parameters: Mapping[str, Parameter]
    test_exists: Callable[[str], bool]


def register(place: str) -> Register:
    """The register of a measure as it stands."""
    policy = REGISTRY.of(place)[0]
    return Register(
        place,
        policy.articles,
        policy.coverage,
        frozenset(functions(place)),
        frozenset(sheeted(place)),
        frozenset(steps(policy)),
        policy.parameters.entries,
        test_exists,
    )


def modules(place: str) -> list[ModuleType]:
    """The modules of a measure that hold its articles."""
    folder = ROOT / "policies" / place
    return [importlib.import_module(f"policies.{place}.{path.stem}") for path in sorted(folder.glob("article*.py"))]


def functions(place: str) -> dict[str, tuple[ModuleType, str]]:
    """`policies.jilin.article_5:art_5_cap` → where it is."""
    return {
        f"{module.__name__}:{name}": (module, name)
        for module in modules(place)
        for name, value in vars(module).items()
        if name.startswith("art_") and getattr(value, "__module__", "") == module.__name__
    }


def steps(policy: Policy) -> Iterator[str]:
    """Everything of the procedure that a row may name."""
    yield from (f"stage:{stage.key}" for kind in policy.call_kinds for stage in policy.stages(kind))
    yield from (f"approval:{approval.key}" for approval in policy.approvals)
    yield from (f"setting:{setting.key}" for setting in policy.settings)
    yield from (f"record:{record.key}" for record in policy.records)


def test_exists(name: str) -> bool:
    """Whether `tests/…/test_x.py::test_y` is a function of that file."""
    path, _, function = name.partition("::")
    return function in _tests(path)


test_exists.__test__ = False  # type: ignore[attr-defined]


@cache
def _tests(path: str) -> frozenset[str]:
    if not path.startswith("tests/") or not (ROOT / path).is_file():
        return frozenset()
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and "test_" in node.name[:5])


@cache
def sheeted(place: str) -> frozenset[str]:
    """The functions that a sheet of their own article is about.

    A function that answers with findings counts when an example of such a sheet expects one of them.
    """
    found: set[str] = set()
    now: list[sheets.Example] = []
    originals = {name: (module, short, getattr(module, short)) for name, (module, short) in functions(place).items()}
    for name, (module, short, original) in originals.items():
        setattr(module, short, _watched(name, original, now, found))
    try:
        for example in sheets.examples():
            if example.place == place:
                now[:] = [example]
                sheets.answers(example)
    finally:
        for module, short, original in originals.values():
            setattr(module, short, original)
    return frozenset(found)


def _watched(name: str, original: Callable[..., Any], now: list[sheets.Example], found: set[str]) -> Callable[..., Any]:
    number = name.partition(":art_")[2].split("_")[0]

    @wraps(original)
    def watching(*args: Any, **kwargs: Any) -> Any:
        answer = original(*args, **kwargs)
        if now and now[0].sheet.split("_")[1] == number and _expected(answer, now[0].expected):
            found.add(name)
        return answer

    return watching


def _expected(answer: Any, expected: dict[str, Any]) -> bool:
    codes = {one.code for one in (answer if isinstance(answer, tuple) else (answer,)) if isinstance(one, Finding)}
    asked = {key.partition("@")[0] for word in ("发现", "说法", "依据") for key in expected.get(word, {})}
    return bool(codes & asked) if codes else answer != ()


def faults(one: Register) -> Iterator[str]:
    """Every fault, as a sentence that names the place."""
    yield from _missing_rows(one)
    for row in one.rows.values():
        yield from _faults_of(row, one)
    named = {place for row in one.rows.values() for place in row.where}
    yield from (f"{name}: in no row" for name in sorted(one.functions - named))
    yield from (f"{name}: no sheet of its article is about it" for name in sorted(one.functions - one.sheeted))
    for parameter in one.parameters.values():
        yield from _faults_of_parameter(parameter, one)
    yield from _figures_without_parameter(one)


def _missing_rows(one: Register) -> Iterator[str]:
    wanted = [ref for article in one.articles.values() for ref in (article.ref, *clauses(article))]
    yield from (f"{ref}: no row" for ref in wanted if ref not in one.rows)
    yield from (f"{ref}: a row for what is not in the text" for ref in one.rows if ref not in wanted)


def _faults_of(row: Covered, one: Register) -> Iterator[str]:
    if row.how not in KINDS:
        yield f"{row.ref}: {row.how} is no way to handle it"
    if row.how == "no_effect":
        if not row.note:
            yield f"{row.ref}: no reason why it has no effect"
        return
    rules = [place for place in row.where if place.startswith("policies.")]
    yield from (f"{row.ref}: there is no function {name}" for name in rules if name not in one.functions)
    yield from (f"{row.ref}: there is no step {name}" for name in row.where if name not in {*rules, *one.steps})
    if row.how == "function" and not rules:
        yield f"{row.ref}: names no function"
    if row.how == "procedure" and not (row.where and row.tests):
        yield f"{row.ref}: names no step, or no test that fails when it is skipped"
    yield from (f"{row.ref}: there is no test {test}" for test in row.tests if not one.test_exists(test))
    if not row.page or (row.page == "planned" and int(row.ref.split("_")[1]) not in PLANNED[one.place]):
        yield f"{row.ref}: names no page where a user meets it"


def _faults_of_parameter(parameter: Parameter, one: Register) -> Iterator[str]:
    texts = "".join(article.text for article in one.articles.values())
    label, _, clause = parameter.article.partition("条")
    article = next((a for a in one.articles.values() if a.label == label + "条"), None)
    if article is None or (clause and clause.strip("第项").strip("（）") not in _firsts(article)):
        yield f"{parameter.name}: there is no {parameter.article}"
    elif not any(phrase in article.text for phrase in parameter.words):
        yield f"{parameter.name}: its words do not stand in {parameter.article}"
    yield from (f"{parameter.name}: nowhere in the text: {phrase}" for phrase in parameter.words if phrase not in texts)


def _firsts(article: Article) -> set[str]:
    """The Chinese ordinals of an article's clauses of the first level."""
    return {chinese(int(ref.split("_")[2])) for ref in clauses(article)}


def _figures_without_parameter(one: Register) -> Iterator[str]:
    phrases = [phrase for parameter in one.parameters.values() for phrase in parameter.words]
    for article in one.articles.values():
        text = "\n".join(DOCUMENT_NUMBERS.sub("", line.strip()) for line in article.text.splitlines())
        for phrase in sorted(phrases, key=len, reverse=True):
            text = text.replace(phrase, "")
        yield from (f"{article.ref}: {figure.strip()} is no parameter" for figure in FIGURES.findall(text))
