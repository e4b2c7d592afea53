"""What becomes of an award: instalments over years, settlement, recovery and bars. Amounts in 元."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from policies.kit.findings import Finding, Source
from policies.kit.kinds import Level
from policies.kit.money import Line


@dataclass(frozen=True, slots=True)
class InstalmentDue:
    """One year's instalment in 元, with its working."""

    year: int
    amount: Decimal
    line: Line


@dataclass(frozen=True, slots=True)
class Instalments:
    """How an award is paid over years; `lapsed` is what no later year may pay."""

    rows: tuple[InstalmentDue, ...] = ()
    lapsed: Decimal = Decimal("0.00")
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Receivable:
    """Money (元) that one level asks back from another; `helps` is who assists in getting it."""

    creditor: Level
    debtor: Level
    amount: Decimal
    source: Source
    helps: Level | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Settlement of one project: `balance` > 0 is still owed to it, < 0 it owes back (`receivables`)."""

    balance: Decimal = Decimal("0.00")
    lines: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()
    receivables: tuple[Receivable, ...] = ()


@dataclass(frozen=True, slots=True)
class BarTerm:
    """A bar the article provides for: first and last barred day; None: no end.

    `published_in` is where the article wants it made public; empty: nowhere.
    """

    enterprise: str
    starts_on: date
    ends_on: date | None
    measure: str
    source: Source
    published_in: str = ""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a breach leads to: amount to recover (元), whether instalments stop, bar or none.

    `receivables` are who owes it to whom where the article names more than one level. Empty when the
    measure has no such rule or its conditions are not all recorded.
    """

    amount: Decimal = Decimal("0.00")
    lines: tuple[Line, ...] = ()
    stop: bool = False
    bar: BarTerm | None = None
    findings: tuple[Finding, ...] = ()
    receivables: tuple[Receivable, ...] = ()
