"""What the auditor asks the history and the record of access for; everything about it is in the address."""

from __future__ import annotations

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
from workflow.clock import SHANGHAI
from workflow.machine import Machine
from workflow.models import Access, Event

MOST, LONGEST = 500, 60
Choices = list[tuple[str, str]]
Labels = Mapping[str, str | Promise]
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
            found &= Q(**{f"{self.MOMENT}__gte": since})
        if until := _midnight(self.until):
            found &= Q(**{f"{self.MOMENT}__lt": until + timedelta(days=1)})
        return found & Q(address=self.address) if self.address else found


@dataclass(frozen=True, slots=True)
class EventsAsked(Asked):
    """What the history is asked for; days are days of business."""

    number: str = ""
    move: str = ""

    MOMENT: ClassVar[str] = "business_at"

    def apply(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """The entries that pass."""
        given = {"subject_kind": self.kind, "subject_number": self.number, "move": self.move}
        return events.filter(self.where(), **{name: value for name, value in given.items() if value})


@dataclass(frozen=True, slots=True)
class AccessAsked(Asked):
    """What the record of access is asked for; days are days of the machine's clock."""

    path: str = ""

    MOMENT: ClassVar[str] = "at"

    def apply(self, accesses: QuerySet[Access]) -> QuerySet[Access]:
        """The rows that pass."""
        given = {"kind": self.kind, "path__startswith": self.path}
        return accesses.filter(self.where(), **{name: value for name, value in given.items() if value})


def event_choices() -> dict[str, Choices]:
    """What the selects of the history offer: kinds of subject, and every move or record by its code."""
    machines = [model for model in apps.get_models() if issubclass(model, Machine)]
    kinds = [(model.subject_kind(), str(model._meta.verbose_name)) for model in machines]
    codes = {code: wording.entry_name(model.subject_kind(), code) for model in machines for code in model.MOVES}
    records = {code: str(label) for code, label in wording.RECORDS.items()}
    return {"kind": kinds, "move": sorted((codes | records).items(), key=lambda one: one[1])}


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
