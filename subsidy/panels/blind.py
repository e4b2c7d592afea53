"""A case as an expert sees it: content, amounts and materials under a code, without names of firms or people.

Names are taken out wherever they stand in a text; local opinions, recognised amounts and file names are left out.
What the pages of an uploaded document themselves say cannot be changed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from subsidy.cases.models import Case, CaseProject, Submission
from subsidy.enterprises.models import FormerName
from subsidy.panels.models import PanelCase

PHONE = re.compile(r"(?<![\d.])(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\.?\d)")
CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NP-RTUWXY]{18}(?![0-9A-Z])")
LEGAL_FORM = re.compile(r"(集团|股份|控股)?(有限责任公司|有限公司|公司)?(（.*）|\(.*\))?$")
LEAST = 4
HIDDEN_STEPS = frozenset({"applicant"})
HIDDEN_LABELS = frozenset({"实施单位", "合作单位", "建设地点", "立项文件", "集群", "认定文件"})


@dataclass(frozen=True, slots=True)
class Names:
    """Every name of a case → what stands in its place."""

    known: Mapping[str, str]

    def out_of(self, text: str) -> str:
        """The text without them, and without telephone numbers and credit codes."""
        for name in sorted(self.known, key=len, reverse=True):
            text = text.replace(name, self.known[name])
        return CODE.sub(_("（代码略）"), PHONE.sub(_("（号码略）"), text))


@dataclass(frozen=True, slots=True)
class Material:
    """A document under a name that says nothing; `place` finds it in the submission."""

    place: int
    name: str
    label: str
    about: str
    pages: int | None
    digest: str
    kind: str


@dataclass(frozen=True, slots=True)
class Project:
    """A project by its place in the group."""

    label: str
    name: str
    answers: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """A claimed line without supplier and invoice number (元)."""

    number: int
    project: str
    category: str
    counts: bool
    summary: str
    dated: str
    net: Decimal
    paid: Decimal
    claimed: Decimal


@dataclass(frozen=True, slots=True)
class Sight:
    """All that an expert sees of a case."""

    title: str
    sections: list[tuple[str, list[tuple[str, str]]]]
    projects: list[Project]
    lines: list[Line]
    materials: list[Material]


def sight(one: PanelCase, submission: Submission) -> Sight:
    """A panel's case as its experts see it; three queries."""
    names = names_of([one.case])[one.case_id]
    content = submission.content
    projects = {row["id"]: _("项目%(n)s") % {"n": place} for place, row in enumerate(content["projects"], 1)}
    return Sight(
        names.out_of(one.case.title),
        [
            (section["title"], _shown(section["answers"], names))
            for section in content["sections"]
            if section["step"] not in HIDDEN_STEPS
        ],
        [
            Project(projects[row["id"]], names.out_of(row["name"]), _shown(row["answers"], names))
            for row in content["projects"]
        ],
        [_line(row, projects, names) for row in content["lines"]],
        [_material(one.code, place, row, projects) for place, row in enumerate(submission.documents, 1)],
    )


def newest(one: PanelCase) -> Submission:
    """The submission that the panel judges: the case's newest, since none can follow while experts have it."""
    return Submission.objects.filter(case=one.case_id).order_by("-number")[0]


def names_of(cases: Iterable[Case]) -> dict[int, Names]:
    """Case id → the names to take out of it; three queries, however many cases."""
    ids = [case.pk for case in cases]
    found: dict[int, dict[str, str]] = defaultdict(dict)
    firms: dict[int, set[tuple[int, str]]] = defaultdict(set)
    rows = Case.objects.filter(pk__in=ids).values_list(
        "pk", "enterprise_id", "enterprise__name", "enterprise__legal_person", "enterprise__contact_name",
        "contact_name", "cluster__name",
    )  # fmt: skip
    for pk, firm, name, *people, cluster in rows:
        firms[firm].add((pk, _("申报单位")))
        _put(found[pk], name, _("申报单位"), people)
        if cluster:
            found[pk][cluster] = _("本集群")
    projects = CaseProject.objects.filter(case__in=ids).order_by("position", "pk").values_list(
        "case_id", "project__enterprise_id", "project__enterprise__name", "project__enterprise__legal_person",
        "project__enterprise__contact_name", "partners",
    )  # fmt: skip
    for pk, firm, name, legal, contact, partners in projects:
        firms[firm].add((pk, _("成员单位")))
        _put(found[pk], name, _("成员单位"), [legal, contact])
        for partner in partners:
            _put(found[pk], partner.get("name", ""), _("合作单位"), [])
    for firm, name in FormerName.objects.filter(Q(enterprise__in=list(firms))).values_list("enterprise_id", "name"):
        for pk, label in sorted(firms[firm]):
            _put(found[pk], name, label, [])
    return {pk: Names(found[pk]) for pk in ids}


def _put(known: dict[str, str], name: str, label: str, people: Iterable[str]) -> None:
    """The name, the name without its legal form, and the people, unless they stand there already."""
    for form in (name, LEGAL_FORM.sub("", name)):
        if len(form) >= LEAST:
            known.setdefault(form, label)
    for person in people:
        if len(person) > 1:
            known.setdefault(person, _("（姓名略）"))


def _shown(answers: Iterable[list[str]], names: Names) -> list[tuple[str, str]]:
    return [(label, names.out_of(str(value))) for label, value in answers if label not in HIDDEN_LABELS]


def _line(row: Mapping[str, Any], projects: Mapping[int, str], names: Names) -> Line:
    return Line(
        row["number"], projects.get(row["project"], ""), row["category_label"], row["counts"],
        names.out_of(row["summary"]), row["dated"], Decimal(row["net"]), Decimal(row["paid"]), Decimal(row["claimed"]),
    )  # fmt: skip


def _material(code: str, place: int, row: Mapping[str, Any], projects: Mapping[int, str]) -> Material:
    name = f"{code}-{place:02d}.{row['kind']}"
    return Material(
        place, name, row["label"], projects.get(row["project"], ""), row["pages"], row["digest"], row["kind"]
    )
