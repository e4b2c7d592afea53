"""What the auditor asks the history and the record of access for; everything about it is in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import ClassVar, Self

from django.apps import apps
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.accounts import access_log
from subsidy.accounts.models import Agency, User
from subsidy.desk import wording
from workflow import clock
from workflow.clock import SHANGHAI
from workflow.machine import Machine
from workflow.models import Access, Event

MOST, LONGEST = 500, 60
Choices = list[tuple[str, str]]
Labels = Mapping[str, str | Promise]
Act = tuple[str, str]
"""Kind of subject and code of a move; an empty kind for what is only recorded."""
KINDS_OF_ACCESS: Labels = {
    access_log.REFUSED: _("拒绝：无权限"),
    access_log.NOT_FOUND: _("拒绝：不在范围内"),
    access_log.READ: _("查看敏感信息"),
    access_log.EXPORTED: _("导出"),
    access_log.ADMINISTERED: _("系统管理"),
    access_log.SIGNED_IN: _("登录"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Texts as they stand in the address; a day that is none asks for nothing, and nothing ever widens the result."""

    kind: str = ""
    person: str = ""
    agency: str = ""
    since: str = ""
    until: str = ""
    address: str = ""

    LABELS: ClassVar[Labels] = {
        "kind": _("类别"), "person": _("人员"), "agency": _("单位"), "since": _("自"), "until": _("至"),
        "address": _("IP 地址"), "number": _("编号"), "move": _("办理动作"), "path": _("页面地址"),
    }  # fmt: skip
    MOMENT: ClassVar[str] = ""

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """What an address asks for."""
        texts = {one.name: query.get(one.name, "").replace("\0", "").strip()[:LONGEST] for one in fields(cls)}
        return cls(**texts | {name: texts[name] if _midnight(texts[name]) else "" for name in ("since", "until")})

    @property
    def active(self) -> bool:
        """Whether anything was asked for."""
        return any(getattr(self, one.name) for one in fields(self))

    def words(self, choices: Mapping[str, Choices]) -> list[tuple[str, str]]:
        """Each filter in words with its name in the address."""
        given = [(one.name, getattr(self, one.name)) for one in fields(self)]
        return [
            (f"{self.LABELS[name]}：{dict(choices.get(name, ())).get(value, value)}", name)
            for name, value in given
            if value
        ]

    def stored(self, moment: datetime) -> datetime:
        """A moment as the rows have it."""
        return moment

    def where(self) -> Q:
        """The condition that both lists share; people and agencies are found by what they are called now."""
        found = Q()
        if self.person:
            people = User.objects.filter(Q(name__icontains=self.person) | Q(username=self.person))
            found &= Q(actor_id__in=list(people.order_by("pk").values_list("pk", flat=True)[:MOST]))
        if self.agency:
            agencies = Agency.objects.filter(Q(name__icontains=self.agency) | Q(short_name__icontains=self.agency))
            found &= Q(agency_id__in=list(agencies.order_by("pk").values_list("pk", flat=True)[:MOST]))
        if since := _midnight(self.since):
            found &= Q(**{f"{self.MOMENT}__gte": self.stored(since)})
        if until := _midnight(self.until):
            found &= Q(**{f"{self.MOMENT}__lt": self.stored(until + timedelta(days=1))})
        return found & Q(address=self.address) if self.address else found


@dataclass(frozen=True, slots=True)
class EventsAsked(Asked):
    """What the history is asked for; days are days of business."""

    number: str = ""
    move: str = ""

    MOMENT: ClassVar[str] = "business_at"

    def apply(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """The entries that pass."""
        given = {"subject_kind": self.kind, "subject_number": self.number}
        found = events.filter(self.where(), **{name: value for name, value in given.items() if value})
        return found.filter(_of_act(self.move)) if self.move else found


@dataclass(frozen=True, slots=True)
class AccessAsked(Asked):
    """What the record of access is asked for; days are those that its page shows."""

    path: str = ""

    MOMENT: ClassVar[str] = "at"

    def stored(self, moment: datetime) -> datetime:
        return clock.on_machine_clock(moment)

    def apply(self, accesses: QuerySet[Access]) -> QuerySet[Access]:
        """The rows that pass."""
        given = {"kind": self.kind, "path__startswith": self.path}
        return accesses.filter(self.where(), **{name: value for name, value in given.items() if value})


def event_choices() -> dict[str, Choices]:
    """What the selects of the history offer: kinds of subject, and every act once, by what it is called."""
    kinds = [(model.subject_kind(), str(model._meta.verbose_name)) for model in _machines()]
    return {"kind": kinds, "move": sorted(((key, label) for key, (label, _acts) in _named_acts().items()), key=_label)}


def _label(choice: tuple[str, str]) -> str:
    return choice[1]


def _machines() -> list[type[Machine]]:
    return [model for model in apps.get_models() if issubclass(model, Machine)]


def _named_acts() -> dict[str, tuple[str, list[Act]]]:
    """Name in the address → what the act is called, and every move or record that is called so.

    The name is the code, or kind and code where another kind's move of that code is called otherwise.
    """
    acts: dict[str, list[Act]] = {}
    for model in _machines():
        for code in model.MOVES:
            acts.setdefault(wording.entry_name(model.subject_kind(), code), []).append((model.subject_kind(), code))
    for code, label in wording.RECORDS.items():
        acts.setdefault(str(label), []).append(("", code))
    meanings = Counter(code for found in acts.values() for code in {code for _kind, code in found})
    named = {}
    for label, found in acts.items():
        kind, code = min(found, key=lambda act: (meanings[act[1]], act))
        named[code if meanings[code] == 1 else f"{kind}.{code}"] = (label, found)
    return named


def _of_act(asked: str) -> Q:
    """Entries of an act of the select; of any other code, all that have it."""
    if asked not in (named := _named_acts()):
        return Q(move=asked)
    found = Q()
    for kind, code in named[asked][1]:
        # What is only recorded may share its code with another kind's move, which is called otherwise.
        others = [model.subject_kind() for model in _machines() if code in model.MOVES]
        found |= Q(move=code) & (Q(subject_kind=kind) if kind else ~Q(subject_kind__in=others))
    return found


def access_choices() -> dict[str, Choices]:
    """What the select of the record of access offers."""
    return {"kind": [(code, str(label)) for code, label in KINDS_OF_ACCESS.items()]}


def _midnight(text: str) -> datetime | None:
    """The beginning of a day in Asia/Shanghai; None for what is no day."""
    try:
        day = parse_date(text)
        return datetime.combine(day, time(), SHANGHAI) if day and day.year > 1 and day.year < 9999 else None
    except ValueError:
        return None
