"""What goes on each kind of paper: frozen records that the issuing app fills and the templates print.

Amounts are Decimal 元, moments are aware, days are dates. A list on a paper is a `Grid`, already written out.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from policies.kit.money import in_words
from workflow.clock import SHANGHAI


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and its answer as the applicant sees them."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a grid: its width in percent of the page, and `left`, `right` or `center`."""

    label: str
    width: int
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Grid:
    """A list with fixed columns. `total` is its last row, one text a column, or empty; `note` stands above it."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        width = len(self.headings)
        if any(len(row) != width for row in self.rows) or (self.total and len(self.total) != width):
            raise ValueError("every row of a grid has as many cells as there are headings")
        if sum(heading.width for heading in self.headings) != 100:
            raise ValueError("the widths of a grid add up to 100")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an application: questions with answers, then perhaps a list."""

    title: str
    answers: tuple[Answer, ...] = ()
    grid: Grid | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """受理回执: that a submission was received, when, by whom, what exactly, and what comes next."""

    template: ClassVar[str] = "receipt"
    case_number: str
    call: str
    measure: str
    enterprise: str
    credit_code: str
    receiver: str
    submission: int
    submitted_at: datetime
    submission_digest: str
    next_steps: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Application:
    """申报书: every question and answer of a submission, its lists, and the promise that was given."""

    template: ClassVar[str] = "application"
    case_number: str
    call: str
    measure: str
    enterprise: str
    credit_code: str
    submission: int
    submitted_at: datetime | None
    submission_digest: str
    sections: tuple[Section, ...]
    documents: tuple[str, ...] = ()
    commitment: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """绩效目标申报表、承诺书: what an applicant or a member firm stamps and brings back.

    `opening` stands before the sections; `quotes` are articles as issued, one paragraph a line.
    """

    template: ClassVar[str] = "material"
    case_number: str
    call: str
    measure: str
    enterprise: str
    credit_code: str
    title: str
    receiver: str
    opening: str
    sections: tuple[Section, ...]
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """公文: a correction notice, a joint submission, or any other letter.

    Several agencies that issue it stand one under the other, each with its document number. `paragraphs` are printed
    one by one, then `grid`, then `closing`; `annex` has a page of its own behind the signature, under its title.
    `approver` is the 签发人 whom a letter to a higher agency names.
    """

    template: ClassVar[str] = "letter"
    issuers: tuple[str, ...]
    document_nos: tuple[str, ...]
    addressee: str
    paragraphs: tuple[str, ...]
    signed_on: date
    grid: Grid | None = None
    closing: tuple[str, ...] = ()
    approver: str = ""
    annex: Grid | None = None
    annex_title: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """公示: what is meant to be supported, from which day to which (both included), and how to object.

    `counted` says in words how the period was counted; `closing` (objections, contact) is printed after the list.
    """

    template: ClassVar[str] = "notice"
    document_no: str
    paragraphs: tuple[str, ...]
    first_day: date
    last_day: date
    counted: str
    closing: tuple[str, ...]
    signer: str
    signed_on: date
    grid: Grid


@dataclass(frozen=True, slots=True)
class Plan:
    """资金分配方案: who gets how much, by which formula; the grid's note says in which unit it writes amounts."""

    template: ClassVar[str] = "plan"
    document_no: str
    measure: str
    budget_year: int
    quota: Decimal
    total: Decimal
    formula: str
    grid: Grid
    signers: tuple[str, ...]
    signed_on: date
    work_fee: Decimal = Decimal("0.00")
    balance: Decimal = field(init=False)
    total_words: str = field(init=False)

    def __post_init__(self) -> None:
        balance = self.quota - self.total - self.work_fee
        if balance < 0:
            raise ValueError("a plan cannot exceed its quota")
        object.__setattr__(self, "balance", balance)
        object.__setattr__(self, "total_words", in_words(self.total))


@dataclass(frozen=True, slots=True)
class DisbursementRow:
    """One payment: to whom, onto which account, for which project, how much (元)."""

    sequence: int
    payee: str
    bank: str
    account: str
    case_number: str
    purpose: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Disbursement:
    """拨付汇总表: the rows, and their sum in figures and in words, which are computed here and nowhere else."""

    template: ClassVar[str] = "disbursement"
    batch_number: str
    measure: str
    budget_year: int
    budget_document: str
    payer: str
    rows: tuple[DisbursementRow, ...]
    maker: str
    checker: str
    made_on: date
    count: int = field(init=False)
    total: Decimal = field(init=False)
    total_words: str = field(init=False)

    def __post_init__(self) -> None:
        if not self.rows or any(row.amount <= 0 for row in self.rows):
            raise ValueError("a batch has rows, and every payment is above zero")
        total = sum((row.amount for row in self.rows), Decimal("0.00"))
        object.__setattr__(self, "count", len(self.rows))
        object.__setattr__(self, "total", total)
        object.__setattr__(self, "total_words", in_words(total))


Content = Receipt | Application | Material | Letter | Notice | Plan | Disbursement


def plain(content: Content) -> dict[str, Any]:
    """The record as JSON has it: amounts as they are written, moments and days in ISO form."""
    data: dict[str, Any] = json.loads(canonical(asdict(content)))
    return data


def canonical(data: dict[str, Any]) -> str:
    """One text for one content: sorted keys, no blanks, characters as they are. Raises TypeError for a float."""
    return json.dumps(_written(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _written(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _written(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_written(part) for part in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int | None):
        return value
    raise TypeError(f"{type(value).__name__} cannot be printed on a paper")
