"""工作台: what waits for this person, in one list; every line goes to where it is done."""

from collections.abc import Iterator
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.access import signed_in
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.cases import selectors
from subsidy.desk import navigation, queueing
from subsidy.desk.queueing import LEVEL_OF, Scope
from subsidy.desk.waiting import waiting
from subsidy.funding import selectors as funding
from workflow.states import APPLICANT_NAMES, State

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
    for case in funding.to_confirm(request.actor).select_related("call").order_by("-pk"):
        address = reverse("funding:payee", args=[case.number])
        yield Task(case.title or case.call.title, address, case.number, _("待确认收款账户"), TURN)
    for case in selectors.own(request.actor).select_related("call").order_by("-pk")[:OWN_LIMIT]:
        tone = TURN if case.state in YOUR_TURN else "run"
        label = case.title or case.call.title
        yield Task(
            label,
            reverse("cases:overview", args=[case.number]),
            case.number,
            str(APPLICANT_NAMES[State(case.state)]),
            tone,
        )
