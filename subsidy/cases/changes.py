"""What changed between two versions of a filing: place, before, after; for the applicant's check and the reviewer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from subsidy.reference import formats

Content = Mapping[str, Any]
Documents = Sequence[Mapping[str, Any]]


class Change(NamedTuple):
    """One place whose text is another one now; a dash stands for nothing."""

    place: str
    before: str
    after: str


def changes(before: Content, after: Content, papers_before: Documents, papers_after: Documents) -> list[Change]:
    """Every change between two snapshots, in the order of the filing."""
    return [
        *texts(_answers(before), _answers(after)),
        *texts(_lines(before), _lines(after)),
        *texts(_papers(papers_before), _papers(papers_after)),
    ]


def texts(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """The places whose text differs."""
    for place in dict.fromkeys([*before, *after]):
        one, other = before.get(place, formats.NONE), after.get(place, formats.NONE)
        if one != other:
            yield Change(place, one, other)


def _answers(content: Content) -> dict[str, str]:
    found = {f"{one['title']} · {label}": text for one in content["sections"] for label, text in one["answers"]}
    for project in content["projects"]:
        name = project["name"]
        found[_("项目“%(name)s”") % {"name": name}] = _("在项目群内") if project["status"] == "in" else _("已移除")
        found |= {f"{name} · {label}": text for label, text in project["answers"]}
    return found


def _lines(content: Content) -> dict[str, str]:
    return {
        _("投资明细第 %(n)s 行") % {"n": line["number"]}: "，".join(
            [
                line["category_label"], line["summary"], line["invoice"] or formats.NONE, line["dated"],
                _("含税 %(amount)s") % {"amount": line["gross"]}, _("付款 %(amount)s") % {"amount": line["paid"]},
                _("申报 %(amount)s") % {"amount": line["claimed"]},
            ]
        )
        for line in content["lines"]
    }  # fmt: skip


def _papers(documents: Documents) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for one in documents:
        place = f"{one['label']}（{one['project_name']}）" if one["project_name"] else one["label"]
        found.setdefault(place, []).append(f"{one['name']}（{one['digest'][:8]}）")
    return {place: "、".join(sorted(names)) for place, names in found.items()}
