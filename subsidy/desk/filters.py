"""What the address of the queue asks for, and the listing that answers it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.desk import wording
from subsidy.desk.listing import ORDERS, Listing
from subsidy.desk.queueing import AGENCY, DUE_FIRST, LOCAL, TABS, UPPER, Scope, Surroundings, queue_states
from subsidy.desk.search import hits
from workflow import clock
from workflow.states import State

DUES: Mapping[str, str | Promise] = {
    "overdue": gettext_lazy("已超期"), "soon": gettext_lazy("3 日内到期"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for. What makes no sense asks for nothing, and nothing ever widens the scope."""

    tab: str
    q: str
    call: int | None
    state: str
    agency: int | None
    due: str
    sort: str

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """The filters in an address."""
        tab, state, due_in = query.get("tab", "mine"), query.get("state", ""), query.get("due", "")
        tab, sort = tab if tab in TABS else "mine", query.get("sort", "")
        due_in = due_in if due_in in DUES else ""
        usual = DUE_FIRST if due_in else TABS[tab].order
        return cls(
            tab, query.get("q", "").replace("\0", "").strip()[:60], _number(query.get("call")),
            state if state in State.values else "", _number(query.get("agency")), due_in,
            sort if sort in ORDERS and not (due_in and not ORDERS[sort].by_due) else usual,
        )  # fmt: skip

    @property
    def active(self) -> bool:
        """Whether anything but the tab was asked for."""
        return bool(self.q or self.call or self.state or self.agency or self.due)

    def listing(self, scope: Scope) -> Listing:
        """The cases that pass, led by the index that is narrowest for them."""
        leads, values, cases = AGENCY[scope.level], scope.agencies, scope.cases
        if self.call:
            cases = cases.filter(call=self.call)
        if self.agency:
            cases = cases.filter(local_agency=self.agency)
        if scope.level == UPPER and self.agency:
            leads, values = AGENCY[LOCAL], (self.agency,)
        elif scope.level == UPPER and self.call:
            leads, values = "call", (self.call,)
        found = hits(self.q) if self.q else None
        if found:
            cases = cases.filter(found.passes)
        if self.due == "overdue":
            cases = cases.filter(due_at__lt=clock.now())
        elif self.due:
            cases = cases.filter(due_at__gte=clock.now(), due_at__lt=clock.now() + timedelta(days=wording.SOON))
        states = set(TABS[self.tab].states[scope.level])
        if self.state:
            states &= set(queue_states(self.state))
        return Listing(cases, leads, values, sorted(states), ORDERS[self.sort], few=bool(found and found.few))

    def words(self, around: Surroundings) -> list[tuple[str, str]]:
        """Each filter in words with its name in the address."""
        calls, agencies = dict(around.calls), dict(around.agencies)
        found = [(_("关键字：%(text)s") % {"text": self.q}, "q")] if self.q else []
        if self.call and (number := calls.get(str(self.call))):
            found.append((_("申报通知：%(text)s") % {"text": number}, "call"))
        if self.state:
            found.append((_("状态：%(text)s") % {"text": State(self.state).label}, "state"))
        if self.agency and (agency := agencies.get(str(self.agency))):
            found.append((_("受理单位：%(text)s") % {"text": agency}, "agency"))
        if self.due:
            found.append((_("时限：%(text)s") % {"text": DUES[self.due]}, "due"))
        return found


def options(around: Surroundings) -> dict[str, list[tuple[str, str]]]:
    """What the selects of the filters offer."""
    return {
        "calls": around.calls, "agencies": around.agencies,
        "states": [(state.value, str(state.label)) for state in State if state != State.DRAFT],
        "dues": [(key, str(label)) for key, label in DUES.items()],
    }  # fmt: skip


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else None
