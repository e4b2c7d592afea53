"""Search of the queue: numbers, codes, and parts of names and titles from two characters on.

Three short statements, each stopped after a thousand hits. Few hits: the cases are read by id. Many: then they are
dense, and the list is walked along its own index with the text as a filter, which soon has a page together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.lookups import Contains

from subsidy.cases.models import Case, CaseProject, SearchText
from subsidy.enterprises.models import Enterprise
from subsidy.projects.models import Project
from subsidy.reference.search import LEAST, Fold, holding
from subsidy.reference.text import fold

MANY = 1000
CODE_LEAST = 3


@dataclass(frozen=True, slots=True)
class Hits:
    """Which cases pass, and whether there are few of them."""

    passes: Q
    few: bool


NOTHING = Hits(Q(pk__in=[]), few=True)


def hits(text: str) -> Hits:
    """What a text finds; fewer than two characters find nothing, a whole case number finds its case alone."""
    folded = fold(text)
    if len(folded) < LEAST:
        return NOTHING
    code = folded.upper() if len(folded) >= CODE_LEAST and folded.isascii() else ""
    exact = list(Case.objects.filter(number=code).values_list("pk", flat=True)) if code else []
    if exact:
        return Hits(Q(pk__in=exact), few=True)
    cases, firms = _cases(folded, code), _firms(folded, code)
    projects = Q(pk__in=CaseProject.objects.filter(project__in=_projects(folded)).values("case"))
    if len(cases) <= MANY and len(firms) <= MANY:
        return Hits(Q(pk__in=cases) | Q(enterprise__in=firms) | projects, few=True)
    passes = projects | Q(search_text__text__contains=folded) | Q(Contains(Fold("enterprise__name"), folded))
    if code:
        passes |= Q(search_text__number__contains=code) | Q(enterprise__credit_code__contains=code)
    return Hits(passes, few=False)


def _cases(folded: str, code: str) -> Sequence[int]:
    wanted = holding("text", folded) | Q(number__contains=code) if code else holding("text", folded)
    return list(SearchText.objects.filter(wanted).values_list("pk", flat=True)[: MANY + 1])


def _firms(folded: str, code: str) -> Sequence[int]:
    wanted = holding(Fold("name"), folded) | Q(credit_code__contains=code) if code else holding(Fold("name"), folded)
    return list(Enterprise.objects.filter(wanted).values_list("pk", flat=True)[: MANY + 1])


def _projects(folded: str) -> Sequence[int]:
    """By name or filing number; of more than a thousand, a thousand."""
    wanted = holding(Fold("name"), folded) | Q(filing_key=folded)
    return list(Project.objects.filter(wanted).values_list("pk", flat=True)[:MANY])
