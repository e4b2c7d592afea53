"""The parameters of the list: exactly these, each once; anything else is refused rather than guessed at."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from subsidy.cases.models import Case
from workflow.states import State

KNOWN = ("state", "call", "page")
MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for: a state, the number of a call, a page from 1 on; empty means every one."""

    state: str
    call: str
    page: int

    @classmethod
    def of(cls, given: QueryDict) -> "Asked":
        """Raises ValidationError for an unknown, empty, doubled or senseless parameter (trust.md rows 18 and 46)."""
        problems = {name: problem for name in given if (problem := _problem(name, given.getlist(name)))}
        if problems:
            raise ValidationError(problems)
        return cls(given.get("state", ""), given.get("call", ""), int(given.get("page", "1")))

    def among(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        """Those of the cases that were asked for: never more than were given."""
        if self.state:
            cases = cases.filter(state=self.state)
        if self.call:
            cases = cases.filter(call__number=self.call)
        return cases


def _problem(name: str, values: list[str]) -> str:
    value = values[-1]
    if name not in KNOWN:
        return _("没有这个参数")
    if len(values) > 1:
        return _("参数重复")
    if not value.strip() or "\x00" in value:
        return _("参数不能为空")
    if name == "state" and value not in State:
        return _("没有这个状态")
    if name == "page" and not (value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS and int(value)):
        return _("页码应为正整数")
    return ""
