"""What the pages of panels and experts ask, all starting from who is asking."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.rights import Right
from subsidy.calls.models import Call
from subsidy.cases.models import Case, Level, Review, Submission
from subsidy.panels import conflicts
from subsidy.panels.models import Assignment, Conflict, Expert, Panel, PanelCase, Scoresheet
from workflow import clock
from workflow.states import State

LIVE = (Panel.State.SCORING, Panel.State.RANKED, Panel.State.FIXED)


# --- organiser ------------------------------------------------------------------------------------------------


def panels_of(actor: Actor) -> QuerySet[Panel]:
    """Panels of the actor's agencies."""
    agencies = actor.agencies_with(Right.ORGANISE_PANEL) | actor.agencies_with(Right.RANK)
    return Panel.objects.filter(agency__in=agencies).select_related("call", "agency")


def one(actor: Actor, panel_id: int) -> Panel:
    """One of them; otherwise Http404, which names nobody."""
    panel = panels_of(actor).filter(pk=panel_id).first()
    if panel is None:
        raise Http404(panel_id)
    return panel


def listed(actor: Actor) -> QuerySet[Panel]:
    """The list of panels, newest first, with how many cases and experts each has."""
    return (
        panels_of(actor)
        .annotate(
            case_count=Count("cases", distinct=True),
            expert_count=Count("assignments", filter=Q(assignments__released_at__isnull=True), distinct=True),
            finished_count=Count(
                "assignments",
                filter=Q(assignments__released_at__isnull=True, assignments__finished_at__isnull=False),
                distinct=True,
            ),
        )
        .order_by("-made_at", "-pk")
    )


def to_close(actor: Actor) -> QuerySet[Panel]:
    """Panels at which nobody will score any more: all have submitted, or the time is over."""
    late = Assignment.objects.filter(panel=OuterRef("pk"), released_at__isnull=True, finished_at__isnull=True)
    over = Q(closes_at__lte=clock.now()) | ~Exists(late)
    return panels_of(actor).filter(over, state=Panel.State.SCORING)


def with_upper_outcome(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases with `upper_outcome`: what the upper review last concluded about the newest submission."""
    newest = Submission.objects.filter(case=OuterRef("pk")).order_by("-number").values("pk")[:1]
    cases = cases.annotate(newest_submission=Subquery(newest))
    said = Review.objects.filter(submission=OuterRef("newest_submission"), level=Level.UPPER).order_by("-pk")
    return cases.annotate(upper_outcome=Subquery(said.values("outcome")[:1]))


def candidates(call: Call) -> QuerySet[Case]:
    """Cases of a call that a new panel may take: recommended by the upper review, before no panel that still counts."""
    before = PanelCase.objects.filter(case=OuterRef("pk"), panel__state__in=LIVE)
    states = Q(state=State.UPPER_REVIEW, upper_outcome=Review.Outcome.RECOMMENDED) | Q(state=State.EXPERT_REVIEW)
    cases = with_upper_outcome(Case.objects.filter(call=call)).filter(states, ~Exists(before))
    return cases.select_related("enterprise").order_by("number")


def calls_for_panels(actor: Actor) -> QuerySet[Call]:
    """Calls of the actor's agencies with cases in upper or expert review, and how many a panel could take."""
    before = PanelCase.objects.filter(case=OuterRef("pk"), panel__state__in=LIVE)
    waiting = with_upper_outcome(Case.objects.filter(call=OuterRef("pk"))).filter(
        Q(state=State.UPPER_REVIEW, upper_outcome=Review.Outcome.RECOMMENDED) | Q(state=State.EXPERT_REVIEW),
        ~Exists(before),
    )
    counted = waiting.order_by().values("call").annotate(n=Count("pk")).values("n")
    calls = Call.objects.filter(agency__in=actor.agencies_with(Right.ORGANISE_PANEL), state=Call.State.PUBLISHED)
    return calls.annotate(waiting=Subquery(counted)).filter(waiting__gt=0).order_by("-published_at", "pk")


def waiting_for_panel(actor: Actor) -> int:
    """How many cases of the actor's calls a new panel could take."""
    return calls_for_panels(actor).aggregate(all=Sum("waiting"))["all"] or 0


def call_for_panel(actor: Actor, call_id: int) -> Call:
    """A published call of the actor's agency; otherwise Http404."""
    agencies = actor.agencies_with(Right.ORGANISE_PANEL)
    call = Call.objects.filter(agency__in=agencies, state=Call.State.PUBLISHED, pk=call_id).first()
    if call is None:
        raise Http404(call_id)
    return call


def pool(measure: str) -> list[Expert]:
    """The experts of the pool who judge a measure's cases."""
    experts = Expert.objects.filter(active=True, user__is_active=True).select_related("user").order_by("unit", "pk")
    return [e for e in experts if not e.measures or measure in (m.strip() for m in e.measures.split(","))]


def cases_of(panel: Panel) -> QuerySet[PanelCase]:
    """A panel's cases with what the organiser's tables show, by rank and code."""
    return panel.cases.select_related("case", "case__enterprise").order_by(F("rank").asc(nulls_last=True), "code")


@dataclass(frozen=True, slots=True)
class Progress:
    """Experts × cases of a panel: who has done what. Drafts and released experts never count."""

    assignments: Sequence[Assignment]
    cases: Sequence[PanelCase]
    recused: frozenset[tuple[int, int]]
    drafts: frozenset[tuple[int, int]]
    submitted: frozenset[tuple[int, int]]

    @property
    def serving(self) -> list[Assignment]:
        """The experts who have not left the panel."""
        return [a for a in self.assignments if a.released_at is None]

    def count(self, case: PanelCase) -> int:
        """Submitted sheets of a case that count."""
        return sum(1 for a in self.serving if (a.pk, case.pk) in self.submitted and (a.pk, case.pk) not in self.recused)

    def missing(self, case: PanelCase) -> list[Assignment]:
        """Who could still score a case and has not submitted."""
        keys = self.recused | self.submitted
        return [a for a in self.serving if (a.pk, case.pk) not in keys]


def progress(panel: Panel) -> Progress:
    """The progress of a panel; four queries."""
    sheets = list(
        Scoresheet.objects.filter(assignment__panel=panel).values_list("assignment_id", "panel_case_id", "submitted_at")
    )
    return Progress(
        list(panel.assignments.select_related("expert__user").order_by("pk")),
        list(cases_of(panel)),
        frozenset(Conflict.objects.filter(assignment__panel=panel).values_list("assignment_id", "panel_case_id")),
        frozenset((a, c) for a, c, at in sheets if at is None),
        frozenset((a, c) for a, c, at in sheets if at is not None),
    )


def why_not_ranked(panel: Panel) -> str:
    """What keeps a panel from being closed: how many sheets the quorum lacks and who has not submitted; or nothing."""
    state = progress(panel)
    late: Counter[str] = Counter()
    lacking = 0
    for case in state.cases:
        if (have := state.count(case)) >= panel.quorum:
            continue
        missing = state.missing(case)
        if have + len(missing) < panel.quorum:
            return _("案件 %(code)s 可评专家仅 %(have)s 名，少于要求的 %(need)s 名，请补充专家。") % {
                "code": case.code, "have": have + len(missing), "need": panel.quorum,
            }  # fmt: skip
        lacking += panel.quorum - have
        late.update(str(seat.name) for seat in missing)
    if not lacking:
        return ""
    each = "、".join(_("%(name)s %(n)s 份") % {"name": name, "n": late[name]} for name in sorted(late))
    return _("评分未齐：每件至少 %(quorum)s 名专家提交，还差 %(n)s 份。未提交：%(each)s。") % {
        "quorum": panel.quorum, "n": lacking, "each": each,
    }  # fmt: skip


def totals_of(panel: Panel) -> dict[int, list[tuple[str, Scoresheet]]]:
    """Panel case id → (letter, submitted sheet) of the experts who count, in the order of their letters."""
    left_out = Conflict.objects.filter(assignment=OuterRef("assignment"), panel_case=OuterRef("panel_case"))
    sheets = Scoresheet.objects.filter(
        ~Exists(left_out), assignment__panel=panel, assignment__released_at__isnull=True, submitted_at__isnull=False
    ).select_related("assignment")
    found: dict[int, list[tuple[str, Scoresheet]]] = defaultdict(list)
    for sheet in sheets.order_by("assignment_id"):
        found[sheet.panel_case_id].append((sheet.assignment.letter, sheet))
    return found


# --- expert ---------------------------------------------------------------------------------------------------


def assignments_of(actor: Actor) -> QuerySet[Assignment]:
    """The actor's own seats on panels that have been opened, save those the organiser has released."""
    if actor.id is None:
        return Assignment.objects.none()
    return Assignment.objects.filter(
        expert__user=actor.id, released_at__isnull=True, panel__state__in=LIVE
    ).select_related("panel__call", "expert")


def my_assignment(actor: Actor, panel_id: int) -> Assignment:
    """The actor's seat on a panel; otherwise Http404."""
    assignment = assignments_of(actor).filter(panel=panel_id).first()
    if assignment is None:
        raise Http404(panel_id)
    return assignment


def declared(assignment: Assignment) -> Assignment:
    """The same seat. Raises PermissionDenied with the reason before the declaration is made."""
    if assignment.declared_at is None:
        raise PermissionDenied(_("请先完成承诺与回避声明，再查看评审项目。"))
    return assignment


def my_cases(assignment: Assignment) -> QuerySet[PanelCase]:
    """The cases an expert may open: all of the panel save those with a conflict; none before the declaration."""
    if assignment.declared_at is None:
        return PanelCase.objects.none()
    return (
        PanelCase.objects.filter(panel=assignment.panel)
        .exclude(conflicts__assignment=assignment)
        .select_related("case")
        .order_by("code")
    )


def my_case(assignment: Assignment, code: str) -> PanelCase:
    """One of them. Http404 outside the panel, PermissionDenied with the reason for a recused case or too early."""
    declared(assignment)
    found = PanelCase.objects.filter(panel=assignment.panel, code=code).select_related("case").first()
    if found is None:
        raise Http404(code)
    if Conflict.objects.filter(assignment=assignment, panel_case=found).exists():
        raise PermissionDenied(_("您已声明回避此项目，不能查看或评分。"))
    return found


def my_sheets(assignment: Assignment) -> dict[int, Scoresheet]:
    """Panel case id → the expert's own sheet."""
    return {sheet.panel_case_id: sheet for sheet in Scoresheet.objects.filter(assignment=assignment)}


def mine(actor: Actor) -> QuerySet[Assignment]:
    """The actor's seats, newest panel first, each with how many cases it has and how many are complete."""
    recused = Conflict.objects.filter(assignment=OuterRef("assignment"), panel_case=OuterRef("panel_case"))
    complete = Scoresheet.objects.filter(~Exists(recused), assignment=OuterRef("pk"), total__isnull=False)
    own = PanelCase.objects.filter(
        ~Exists(Conflict.objects.filter(assignment=OuterRef(OuterRef("pk")), panel_case=OuterRef("pk"))),
        panel=OuterRef("panel"),
    )
    return (
        assignments_of(actor)
        .annotate(own_count=_number_of(own), complete_count=_number_of(complete))
        .order_by("-panel_id")
    )


def units_before(panel: Panel) -> dict[str, list[PanelCase]]:
    """Name of a unit → the panel's cases it takes part in, by name: what an expert declares about."""
    cases = list(panel.cases.select_related("case"))
    units = conflicts.units_of([one.case for one in cases])
    found: dict[str, list[PanelCase]] = defaultdict(list)
    for one in cases:
        for name in {unit.name for unit in units[one.case_id]}:
            found[name].append(one)
    return {name: found[name] for name in sorted(found)}


@dataclass(frozen=True, slots=True)
class Places:
    """Where a case stands in an expert's list."""

    place: int
    count: int
    previous: str
    following: str


def neighbours(assignment: Assignment, code: str) -> Places:
    """The place of a case among the expert's own, with the codes beside it (empty at the ends)."""
    codes = list(my_cases(assignment).values_list("code", flat=True))
    at = codes.index(code)
    following = codes[at + 1] if at + 1 < len(codes) else ""
    return Places(at + 1, len(codes), codes[at - 1] if at else "", following)


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
