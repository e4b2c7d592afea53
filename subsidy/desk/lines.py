"""投资明细: the claimed lines of a submission with the form that recognises them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Self

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.request import Request
from subsidy.cases.lines import Ruled, lines_of
from subsidy.cases.review import decide_lines
from subsidy.desk import sections
from subsidy.desk.actions import CONCLUSIONS
from subsidy.desk.casefile import CaseFile
from subsidy.desk.forms import ActForm, LineForm
from subsidy.desk.views import file_for, file_of, reads
from subsidy.pages import attempt, conflict_on, differences, done, render_form


class Totals(NamedTuple):
    """Sums over the lines (元)."""

    claimed: Decimal
    recognised: Decimal

    @classmethod
    def of(cls, lines: Sequence[Ruled]) -> Self:
        """The sums of some lines."""
        return cls(
            sum((line.claimed for line in lines), Decimal()), sum((line.recognised for line in lines), Decimal())
        )


class LineForms:
    """One small form a line, and the version; only what was changed becomes a decision."""

    def __init__(self, lines: Sequence[Ruled], data: QueryDict | None = None, version: int | None = None) -> None:
        self.act = ActForm(data, initial={"version": version})
        self.rows = [LineForm(data, line=line) for line in lines]

    def is_valid(self) -> bool:
        """Whether every line is in order."""
        return all([self.act.is_valid(), *(row.is_valid() for row in self.rows)])


@reads
def lines(request: Request, number: str) -> HttpResponse:
    """Show the lines; whoever reviews changes the recognised amounts, and the ceiling is worked out again."""
    file = file_of(request, number) if request.method != "POST" else file_for(request, number, *CONCLUSIONS)
    ruled = lines_of(file.submission, file.level)
    forms = LineForms(ruled, request.POST if request.method == "POST" else None, file.case.version)
    if request.method == "POST" and forms.is_valid():
        rulings = [ruling for row in forms.rows if (ruling := row.ruling())]
        version = forms.act.cleaned_data["version"]
        if not rulings:
            return done(request, reverse("desk:lines", args=[number]), _("没有改动。"))
        if attempt(forms.act, lambda: decide_lines(file.case, request.actor, rulings=rulings, version=version)):
            return done(request, reverse("desk:lines", args=[number]), _("已保存认定，并重新测算上限。"))
        if (conflict := conflict_on(forms.act)) is not None:
            conflict.differences = [found for row in forms.rows for found in differences(row, row.initial)]
    return _page(request, file, forms, ruled)


def _page(request: Request, file: CaseFile, forms: LineForms, ruled: Sequence[Ruled]) -> HttpResponse:
    context: dict[str, Any] = {
        "file": file, "tabs": sections.tabs(file, "lines"), "forms": forms,
        "totals": Totals.of(ruled),
        "has_errors": request.method == "POST" and conflict_on(forms.act) is None,
    }  # fmt: skip
    wrong = next((row for row in forms.rows if row.is_bound and row.errors), forms.act)
    return render_form(request, "desk/case_lines.html", context, wrong)
