"""The claimed lines: the table with what counts, and the form of one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from policies.kit.facts import CaseFacts
from policies.kit.money import ZERO
from subsidy import pages
from subsidy.accounts.access import needs
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases.applicant.forms import LineForm
from subsidy.cases.applicant.group_page import row_of
from subsidy.cases.applicant.keep import FormPage, Save, keep, mine
from subsidy.cases.applicant.tables import lines_columns
from subsidy.cases.assess import Result, preview
from subsidy.cases.claim import STEP, add_line, change_line, remove_line
from subsidy.cases.fill import locked_reason
from subsidy.cases.models import Case, CaseProject, ClaimedLine
from subsidy.papers.columns import prepare
from workflow.once import once
from workflow.perform import Refused

SUSPECT = ("厂房", "基建", "装修", "土建")


@dataclass(frozen=True, slots=True)
class Subtotal:
    """What one category adds up to (元, claimed), and whether it counts."""

    label: str
    counts: bool
    lines: int
    amount: Decimal


def listed(case: Case, result: Result) -> dict[str, Any]:
    """The lines with what the platform remarks, subtotals by category, and the ceiling."""
    lines = list(
        ClaimedLine.objects.filter(project__case=case, project__status=CaseProject.Status.IN)
        .select_related("project__project", "project__case").order_by("number")
    )  # fmt: skip
    locked = locked_reason(case, STEP)
    closed_list = locked or locked_reason(case, STEP, "list")
    categories = {category.key: category for category in result.policy.categories}
    columns = lines_columns(categories, remarks(lines, result.facts), editable=not locked)
    sums = subtotals(lines, result)
    return {
        "extra": "lines",
        "list_locked": closed_list,
        "table": prepare(columns, lines, caption=_("投资明细"), name="lines"),
        "subtotals": sums,
        "counted": sum((one.amount for one in sums if one.counts), ZERO),
        "left_out": sum((one.amount for one in sums if not one.counts), ZERO),
        "entitlement": result.entitlement,
        "provisional": result.without_lines,
        "rows": list(case.projects.filter(status=CaseProject.Status.IN).select_related("project")),
    }


def subtotals(lines: Sequence[ClaimedLine], result: Result) -> list[Subtotal]:
    """One row a category that occurs, the counting ones first, in the measure's order."""
    found = []
    for category in sorted(result.policy.categories, key=lambda one: not one.counts):
        own = [line.claimed for line in lines if line.category == category.key]
        if own:
            found.append(Subtotal(category.label, category.counts, len(own), sum(own, ZERO)))
    return found


def remarks(lines: Sequence[ClaimedLine], facts: CaseFacts) -> dict[int, str]:
    """Line id → what a reviewer would ask about: same invoice, outside the window, a suspicious summary."""
    window = facts.call
    twice = Counter(line.invoice_key for line in lines if line.invoice_key)
    used = {line.number: line.used_in for project in facts.projects for line in project.lines}
    found = {}
    for line in lines:
        notes = []
        if twice[line.invoice_key] > 1:
            others = [str(o.number) for o in lines if o.invoice_key == line.invoice_key and o.pk != line.pk]
            notes.append(_("发票号与本案第 %(rows)s 行相同") % {"rows": "、".join(others)})
        if cases := used.get(str(line.number)):
            notes.append(_("发票号已用于 %(cases)s") % {"cases": "、".join(cases)})
        if not window.window_from <= line.dated <= window.window_to:
            notes.append(_("日期不在投资计算时段内，不计入"))
        if line.category == "equipment" and any(word in line.summary for word in SUSPECT):
            notes.append(_("摘要像是土建或厂房，请核对类别"))
        found[line.pk] = "；".join(notes)
    return found


@needs(Right.FILE)
def add(request: Request, number: str, pk: int) -> HttpResponse:
    """A new line of one project; with 保存并再填一条 straight to the next."""
    case = mine(request, number)
    row, result = row_of(case, pk), preview(case)
    form = LineForm(request.POST or None, categories=result.policy.categories)
    context = _context(case, row, None)
    if request.method != "POST" or not form.is_valid():
        return pages.render_form(request, "cases/my/line.html", context, form)
    more = request.POST.get("save") == "more"
    back = reverse("cases:line_add", args=[number, pk]) if more else reverse("cases:step", args=[number, STEP])

    def act() -> str:
        add_line(row, request.actor, form.values())
        return back

    try:
        address = once(request.POST.get("once", ""), request.actor, act)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return pages.render_form(request, "cases/my/line.html", context, form)
    return pages.done(request, address, _("明细已添加。"))


@needs(Right.FILE)
def change(request: Request, number: str, pk: int) -> HttpResponse:
    """Change one line."""
    case = mine(request, number)
    line, result = line_of(case, pk), preview(case)
    initial = {name: getattr(line, name) for name in LineForm.Meta.fields}
    form = LineForm(request.POST or None, categories=result.policy.categories, initial=initial)
    page = FormPage(
        "cases/my/line.html", _context(case, line.project, line), to=reverse("cases:step", args=[number, STEP]),
        sentence=_("第 %(n)s 行已保存。") % {"n": line.number},
    )  # fmt: skip

    def act(save: Save) -> None:
        change_line(line, request.actor, form.values(), version=save.version, note=save.note)

    def stored() -> tuple[int, dict[str, Any]]:
        now = line_of(mine(request, number), pk)
        return now.project.case.version, {name: getattr(now, name) for name in LineForm.Meta.fields}

    return keep(request, page, form, case.version, act, stored)


@needs(Right.FILE)
def remove(request: Request, number: str, pk: int) -> HttpResponse:
    """Remove one line, after a page that shows it."""
    case = mine(request, number)
    line = line_of(case, pk)
    if request.method == "POST":
        try:
            remove_line(line, request.actor)
        except Refused as refusal:
            return pages.error(request, 409, str(refusal))
        return pages.done(
            request,
            reverse("cases:step", args=[number, STEP]),
            _("已删除第 %(n)s 行“%(summary)s”。") % {"n": line.number, "summary": line.summary},
        )
    return render(request, "cases/my/line_remove.html", {"case": case, "line": line})


def line_of(case: Case, pk: int) -> ClaimedLine:
    """A line of this case, or 404."""
    line = (
        ClaimedLine.objects.select_related("project__project", "project__case__call")
        .filter(pk=pk, project__case=case)
        .first()
    )
    if line is None:
        raise Http404(pk)
    return line


def _context(case: Case, row: CaseProject, line: ClaimedLine | None) -> dict[str, Any]:
    return {
        "case": case,
        "row": row,
        "line": line,
        "locked": locked_reason(case, STEP, str(line.pk) if line else "list"),
        "conflict": "",
        "differences": (),
        "version": case.version,
    }
