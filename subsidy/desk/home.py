"""工作台: what waits for this person, in one list; every line goes to where it is done."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.access import signed_in
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases import selectors
from subsidy.cases.applicant.words import state_name
from subsidy.cases.models import Case, CaseProject
from subsidy.cases.province import WAITING, undecided
from subsidy.desk import navigation, queueing
from subsidy.desk.queueing import LEVEL_OF, Scope
from subsidy.desk.waiting import waiting
from subsidy.funding import selectors as funding
from workflow.states import State

OWN_LIMIT = 20
TURN = "you"
YOUR_TURN = frozenset({State.DRAFT, State.CORRECTING})


class Task(NamedTuple):
    """A line of the workbench, as components/tasks.html prints it."""

    label: str
    href: str
    hint: str
    status: str
    tone: str
    missing: tuple[object, ...] = ()


@signed_in
def home(request: Request) -> HttpResponse:
    """The workbench of this person's posts."""
    own = list(_own(request))
    tasks = [*_review(request), *_desks(request), *(task for task in own if task.tone == TURN)]
    others = [task for task in own if task.tone != TURN]
    places = [entry for entry in navigation.menu(request.actor) if entry.href != reverse("desk:home")]
    return render(request, "desk/home.html", {"tasks": tasks, "others": others, "places": places})


def _review(request: Request) -> Iterator[Task]:
    """Counts of the queue, for whoever reviews."""
    if not any(request.actor.has(right) for right in LEVEL_OF):
        return
    scope = Scope.of(request.actor)
    found = queueing.counts(scope)
    for code in ("mine", "joint", "correcting"):
        tab = queueing.TABS[code]
        waits = code == "mine" and found[code] != "0"
        hint = str(tab.empty) if found[code] == "0" else ""
        count = _("%(n)s 件") % {"n": found[code]}
        yield Task(tab.label(scope), f"{reverse('desk:queue')}?tab={code}", hint, count, "you" if waits else "")
    if request.actor.has(Right.SEND_JOINT):
        ready = scope.cases.filter(state=State.ENDORSED).count()
        label, status = _("待上报"), _("%(n)s 件") % {"n": ready}
        hint = _("已初审，等待编制上报文。")
        yield Task(label, reverse("desk:joint_list"), hint, status, "you" if ready else "")


def _desks(request: Request) -> Iterator[Task]:
    """Counts of the other desks at which the person sits; where nothing waits there is no line."""
    for one in waiting(request.actor):
        if one.count or one.hint:
            yield Task(one.label, one.href, one.hint, _("%(n)s 件") % {"n": one.count}, "you" if one.count else "")


def _own(request: Request) -> Iterator[Task]:
    """What an applicant's enterprise has to do, then its other cases, newest first."""
    if not request.actor.has(Right.FILE):
        return
    for case in _with_names(funding.to_confirm(request.actor)):
        address = reverse("funding:payee", args=[case.number])
        yield Task(case.title or case.call.title, address, _apart(case), _("待确认收款账户"), TURN)
    mine = selectors.own(request.actor)
    waits = dict(mine.order_by("-pk").values_list("pk", undecided())[:OWN_LIMIT])
    for case in _with_names(mine)[:OWN_LIMIT]:
        tone = TURN if case.state in YOUR_TURN else "run"
        label = case.title or case.call.title
        status = state_name(case)
        if waits.get(case.pk):
            status = f"{status} · {WAITING}"
        yield Task(label, reverse("cases:overview", args=[case.number]), _apart(case), status, tone)


def _with_names(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with what names them, newest first."""
    return cases.select_related("call", "enterprise").prefetch_related("projects__project").order_by("-pk")


def _apart(case: Case) -> str:
    """What tells a case from another one of the same title: number, call, enterprise, projects."""
    names = [row.project.name for row in case.projects.all() if row.status == CaseProject.Status.IN]
    more = _("等 %(n)s 个项目") % {"n": len(names)} if len(names) > 1 else ""
    return " · ".join([case.number, case.call.number, case.enterprise.name, *(f"{name}{more}" for name in names[:1])])
