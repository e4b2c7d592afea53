"""What must hold of the whole: labels, marks, names, shells, menus, and words that can be translated."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template import engines
from django.urls import URLPattern, URLResolver, get_resolver
from jinja2 import nodes

from subsidy.accounts.access import PUBLIC, SIGNED_IN, every_view_is_marked, views
from subsidy.accounts.actor import Actor, Seat
from subsidy.accounts.rights import RIGHTS, Right, Role
from subsidy.desk import navigation
from subsidy.desk.navigation import PLACES, PUBLIC_PLACES
from workflow import moves
from workflow.machine import Machine

TEMPLATES = Path(settings.ROOT) / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
PAGES = [path for path in ALL if path.parent.name not in {"papers", "components"}]
SHELLS = {"base.html", "public.html"}
ALONE = {"errors/500.html"}
"""Stands alone on purpose: it must come out when nothing else works."""
HAN = re.compile(r"[\u4e00-\u9fff]")


# --- moves --------------------------------------------------------------------


def machines() -> list[type[Machine]]:
    return [model for model in apps.get_models() if issubclass(model, Machine)]


def test_every_move_of_every_machine_has_a_label_that_is_chinese() -> None:
    assert len(machines()) >= 8
    for machine in machines():
        labels = {move.code: str(move.label) for move in moves.of_machine(machine.subject_kind())}
        assert set(labels) == set(machine.MOVES), machine
        assert all(HAN.search(label) for label in labels.values()), labels


def test_every_move_needs_a_right_that_some_role_has() -> None:
    held = {str(right) for rights in RIGHTS.values() for right in rights}
    for machine in machines():
        for move in moves.of_machine(machine.subject_kind()):
            assert str(move.right) in held, move


def test_every_right_belongs_to_somebody_and_every_role_has_one() -> None:
    assert {right for rights in RIGHTS.values() for right in rights} == set(Right)
    assert set(RIGHTS) == set(Role)


def test_every_state_of_every_machine_has_a_name() -> None:
    for machine in machines():
        field = machine._meta.get_field("state")
        named = {value for value, _label in field.choices}
        reached = {str(state) for sources, target in machine.MOVES.values() for state in (*sources, target)}
        assert reached <= named, machine


# --- addresses ----------------------------------------------------------------


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one)
        else:
            yield one


def test_every_view_says_who_may_open_it() -> None:
    assert every_view_is_marked() == []
    for name, _route, mark in views():
        assert mark in (PUBLIC, SIGNED_IN) or (isinstance(mark, frozenset) and mark and mark <= set(Right)), name


def test_a_page_without_a_mark_would_be_found() -> None:
    from django.core import checks

    names = {check.__name__ for check in checks.registry.registry.get_checks()}
    assert {"every_view_is_marked", "every_move_has_an_owner"} <= names


def test_public_pages_and_only_these_are_open_without_signing_in() -> None:
    for name, _route, mark in views():
        callback = next(one.callback for one in patterns() if one.callback and _is(one, name))
        if mark == PUBLIC:
            assert getattr(callback, "login_required", True) is False, name
        elif not name.startswith("api:"):
            assert getattr(callback, "login_required", True) is True, name


def _is(pattern: URLPattern, name: str) -> bool:
    return pattern.name == name.rpartition(":")[2] and _namespaced(name) is pattern


def _namespaced(name: str) -> URLPattern | None:
    resolver: URLResolver = get_resolver()
    *spaces, last = name.split(":")
    found: list[URLResolver] = [resolver]
    for space in spaces:
        found = [one for above in found for one in _resolvers(above) if one.namespace == space]
    for above in found:
        for one in patterns(above):
            if one.name == last:
                return one
    return None


def _resolvers(above: URLResolver) -> Iterator[URLResolver]:
    for one in above.url_patterns:
        if isinstance(one, URLResolver):
            yield one
            yield from _resolvers(one)


def test_every_address_has_a_name_of_its_own() -> None:
    names = [name for name, _route, _mark in views()]
    assert not [name for name in names if name.endswith("None")]
    assert len(names) == len(set(names))


# --- templates ----------------------------------------------------------------


@cache
def parsed(path: Path) -> nodes.Template:
    return engines["jinja2"].env.parse(path.read_text(encoding="utf-8"))


@cache
def read_into_pages() -> frozenset[str]:
    """Templates that another one includes or imports from: parts of pages."""
    kinds = (nodes.Include, nodes.Import, nodes.FromImport)
    return frozenset(
        one.template.value for path in PAGES for kind in kinds for one in parsed(path).find_all(kind)
        if isinstance(one.template, nodes.Const)
    )  # fmt: skip


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_page_stands_in_a_shell(path: Path) -> None:
    name = str(path.relative_to(TEMPLATES))
    if name in SHELLS | ALONE | read_into_pages():
        return
    seen = [name]
    while seen[-1] not in SHELLS:
        extends = parsed(TEMPLATES / seen[-1]).find(nodes.Extends)
        assert extends is not None, f"{seen[-1]} stands in no shell"
        assert isinstance(extends.template, nodes.Const)
        seen.append(extends.template.value)


SEEN_IN_BROWSERS = [path for path in ALL if path.parent.name != "papers" or path.name.startswith("check")]
BANNED = {
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an inline style": re.compile(r"<[^>]*\sstyle\s*=|<style", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "an htmx handler": re.compile(r"hx-on|hx-vals=['\"]js:|javascript:", re.IGNORECASE),
    "unescaped text": re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\("),
    "an address elsewhere": re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
    "an unquoted attribute": re.compile(r"<[^>{]*\s[a-z-]+=\{\{", re.IGNORECASE),
}


@pytest.mark.parametrize("path", SEEN_IN_BROWSERS, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_holds_nothing_that_the_policy_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = {what: match.group() for what, pattern in BANNED.items() if (match := pattern.search(text))}
    assert found == {}


def test_papers_are_escaped_too_and_reach_for_nothing() -> None:
    for path in ALL:
        text = path.read_text(encoding="utf-8")
        assert not BANNED["unescaped text"].search(text), path
        assert not BANNED["an address elsewhere"].search(text), path
        assert not BANNED["an inline script"].search(text), path


def test_no_code_makes_markup_or_a_template_of_text() -> None:
    """Escaping is left to the templates, and no template comes from data (trust.md row 39)."""
    made = re.compile(r"\b(mark_safe|Markup|format_html|format_html_join|from_string|SafeString|autoescape=False)\b")
    for folder in ("subsidy", "workflow", "policies"):
        for path in (Path(settings.ROOT) / folder).rglob("*.py"):
            assert not made.search(path.read_text(encoding="utf-8")), path


def test_htmx_runs_no_code_from_pages_and_asks_no_other_site() -> None:
    """The settings of htmx in the one shell that loads it (trust.md row 37)."""
    shell = (TEMPLATES / "base.html").read_text(encoding="utf-8")
    written = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", shell)[1])  # type: ignore[index]
    assert (written["allowEval"], written["selfRequestsOnly"], written["historyCacheSize"]) == (False, True, 0)
    loading = {path.name for path in ALL if "htmx.min.js" in path.read_text(encoding="utf-8")}
    assert loading <= {"base.html"}, loading


def test_no_template_is_longer_than_150_lines() -> None:
    assert {path.name: n for path in ALL if (n := len(path.read_text(encoding="utf-8").splitlines())) > 150} == {}


def test_no_file_is_longer_than_400_lines() -> None:
    root = Path(settings.ROOT)
    code = [path for folder in ("subsidy", "workflow", "policies") for path in (root / folder).rglob("*.py")]
    long = {
        str(path.relative_to(root)): n
        for path in code
        if "migrations" not in path.parts and (n := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_scripts_and_styles_reach_for_nothing_elsewhere() -> None:
    for path in (Path(settings.ROOT) / "static").rglob("*"):
        if path.suffix in {".css", ".js"} and "vendor" not in path.parts and not path.name.endswith(".min.js"):
            assert not re.search(r"https?://(?!www\.w3\.org)", path.read_text(encoding="utf-8")), path


# --- words --------------------------------------------------------------------


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_chinese_in_a_template_is_marked_for_translation(path: Path) -> None:
    """Papers are Chinese documents and stay so, and the gallery is for developers; all else goes through gettext."""
    if (path.parent.name == "papers" and not path.name.startswith("check")) or path.name == "gallery.html":
        return
    plain = [
        part.data.strip()
        for output in parsed(path).find_all(nodes.Output)
        for part in output.nodes
        if isinstance(part, nodes.TemplateData) and HAN.search(part.data)
    ]
    unmarked = [
        const.value for const in parsed(path).find_all(nodes.Const)
        if isinstance(const.value, str) and HAN.search(const.value) and const.value not in _marked(path)
    ]  # fmt: skip
    assert plain == []
    assert unmarked == []


def _marked(path: Path) -> set[str]:
    calls = [call for call in parsed(path).find_all(nodes.Call) if isinstance(call.node, nodes.Name)]
    return {
        arg.value for call in calls if call.node.name in {"_", "gettext", "ngettext", "pgettext"}
        for arg in call.args if isinstance(arg, nodes.Const)
    }  # fmt: skip


NOT_PAGES = {"papers", "ops", "migrations", "management", "gallery.py"}
"""Papers and reports are Chinese documents; the demo's people and firms are data; the gallery is for developers."""


ALLOWED = {
    "accounts/load.py", "reference/load.py", "calls/settings_of.py", "cases/registers.py", "applicant/claims.py",
    "desk/casefile.py", "panels/blind.py", "calls/forms.py", "reference/fields.py", "reference/document_no.py",
    "reference/formats.py", "cases/receipts.py", "funding/paper.py", "funding/share.py", "cases/models.py",
    "panels/models.py", "calendar/days.py", "cases/correction_letter.py", "cases/joint_letter.py", "notices/paper.py",
    "notices/words.py",
    "credit/workbook.py", "cases/stamped.py",
}  # fmt: skip
"""Modules with Chinese that is no sentence of a page: words looked for in data, patterns of what people type, the forms
of dates and numbers, the texts of official papers, the headings of workbooks, names of rows for developers."""


def modules_of_pages() -> list[Path]:
    root = Path(settings.ROOT) / "subsidy"
    found = sorted(path for path in root.rglob("*.py") if not NOT_PAGES & set(path.parts))
    return [path for path in found if "/".join(path.parts[-2:]) not in ALLOWED]


@pytest.mark.parametrize("path", modules_of_pages(), ids=lambda path: "-".join(path.parts[-2:]))
def test_chinese_in_a_page_module_is_marked_for_translation(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = _docstrings(tree) | _inside_marks(tree)
    found = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and HAN.search(str(node.value)) and id(node) not in skipped
    }
    assert found == set()


def _docstrings(tree: ast.AST) -> set[int]:
    """Strings that stand alone: documentation of a module, class, function or name."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _inside_marks(tree: ast.AST) -> set[int]:
    """Strings given to whatever the module imported from django.utils.translation, under its own name for it."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    given = [one for node in imports if node.module == "django.utils.translation" for one in node.names]
    marks = {one.asname or one.name for one in given}
    inside = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in marks:
            inside |= {id(part) for argument in node.args for part in ast.walk(argument)}
    return inside


# --- menus --------------------------------------------------------------------


def seat(role: Role) -> Actor:
    return Actor(1, "某人", (Seat(role, 1, "某单位", 1, RIGHTS[role]),), "", frozenset({1}), frozenset({1}))


def marks() -> dict[str, object]:
    return {name: mark for name, _route, mark in views()}


@pytest.mark.parametrize("role", list(Role))
def test_every_entry_of_a_menu_opens_for_whoever_sees_it(role: Role) -> None:
    actor = seat(role)
    known = [place for place in PLACES if navigation.address(place.name)]
    shown = [place for place in known if not place.rights or place.rights & actor.rights]
    assert shown
    for place in shown:
        mark = marks()[place.name]
        assert mark in (PUBLIC, SIGNED_IN) or mark & actor.rights, (role, place.name)


def test_entries_of_the_public_menu_are_public() -> None:
    for place in PUBLIC_PLACES:
        if navigation.address(place.name):
            assert marks()[place.name] == PUBLIC, place.name
