"""Columns of quotas, plans, issues, due payments, batches and payments. 万元 on plan pages, 元 where money is paid."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from subsidy.calls.editions import latest
from subsidy.funding.models import Payment, PaymentBatch, Plan, PlanLine
from subsidy.funding.paper import wan
from subsidy.papers.columns import Column, Kind, Link, Table, Tag, prepare
from subsidy.papers.layout import grouped

PLAN_TONES = {"draft": "", "final": "run", "approved": "good", "refused": "bad"}
BATCH_TONES = {"draft": "", "checking": "you", "checked": "run", "exported": "run", "settled": "good", "cancelled": ""}
PAYMENT_TONES = {"queued": "", "sent": "run", "paid": "good", "returned": "bad", "dropped": ""}


def state_tag(row: Plan | PaymentBatch | Payment) -> Tag:
    """The state of a row as a tag."""
    tones: Mapping[type, Mapping[str, str]] = {Plan: PLAN_TONES, PaymentBatch: BATCH_TONES, Payment: PAYMENT_TONES}
    return Tag(row.get_state_display(), tones[type(row)][row.state])


def working(line: PlanLine) -> str:
    """How a line's amount came about, in one text."""
    return "；".join(line.working[name] for name in ("share", "rule") if name in line.working)


def clauses(line: PlanLine) -> str:
    """The articles its ceiling rests on, each once."""
    return "、".join(dict.fromkeys(step["clause"] for step in line.working.get("ceiling", ())))


def checks_tag(checks: Sequence[Any]) -> Tag:
    """The weightiest check as a tag, with the others behind it."""
    if not checks:
        return Tag(_t("户名一致"), "good")
    heaviest = min(checks, key=lambda check: check.weight != "bad")
    return Tag("；".join(check.text for check in checks), heaviest.weight)


def outcome_tag(batch: Any) -> Tag:
    """The state of a batch, the same wherever it is shown; once the bank has answered, how much of it succeeded."""
    if not batch.returned:
        return Tag(_t("全部成功"), "good") if batch.state == PaymentBatch.State.SETTLED else state_tag(batch)
    if batch.state != PaymentBatch.State.SETTLED:
        return Tag(_t("%(state)s，退票 %(n)s 笔") % {"state": batch.get_state_display(), "n": batch.returned}, "bad")
    if batch.returned == batch.rows:
        return Tag(_t("全部退票"), "bad")
    return Tag(_t("部分成功，退票 %s 笔") % batch.returned, "bad")


def _number(account: Any) -> str:
    return grouped(account.number, 4)


def _account(row: Any) -> str:
    return _number(row.confirmation.account) if row.confirmation else ""


def _words_of_bank(row: Payment) -> str:
    """The cause of a return with the bank's words."""
    return "：".join(str(part) for part in (row.get_returned_for_display(), row.bank_words) if part)


def _issued(name: str) -> Callable[[Any], Any]:
    """A column of the issue of a row, or nothing while there is none."""
    return lambda row: getattr(row["issue"], name) if row["issue"] else None


QUOTAS = (
    Column("document", _("下达文号"), head=True, css="zh"),
    Column("measure", _("政策"), accessor=lambda row: latest(row.measure).short_title),
    Column("year", _("资金年度"), css="nw"),
    Column("agency", _("持有单位"), css="zh", accessor=lambda row: row.agency.short_name),
    Column("amount", _("额度"), Kind.MONEY_WAN, total=True),
    Column("received_on", _("下达日期"), Kind.DATE),
    Column("entered_by", _("录入人"), css="nw", accessor=lambda row: row.entered_by.name),
)

CALLS = (
    Column("title", _("申报通知"), css="zh-l", head=True),
    Column("fiscal_year", _("资金年度"), css="nw"),
    Column("reserved", _("已储备（件）"), Kind.NUMBER),
    Column("caps", _("上限合计"), Kind.MONEY_WAN),
    Column(
        "act", _("操作"), Kind.ACTIONS,
        accessor=lambda row: [Link(_t("编制方案"), reverse("funding:plan_new", args=[row.pk]), row.title)],
    ),
)  # fmt: skip

PLANS = (
    Column(
        "number", _("方案编号"), Kind.LINK, css="nw", head=True, href=lambda row: reverse("funding:plan", args=[row.pk])
    ),
    Column("title", _("方案名称"), css="zh-l"),
    Column("year", _("资金年度"), css="nw"),
    Column("cases", _("案件数"), Kind.NUMBER),
    Column("total", _("安排合计"), Kind.MONEY_WAN),
    Column("state", _("状态"), Kind.TAG, accessor=state_tag),
    Column("made_at", _("编制时间"), Kind.DATETIME),
)

CHOICES = (
    Column("number", _("案件编号"), css="nw", head=True),
    Column("enterprise", _("单位名称"), css="zh", accessor=lambda row: row.enterprise.name),
    Column("title", _("项目（群）名称"), css="zh"),
    Column("rank", _("名次"), Kind.NUMBER),
    Column("recognised", _("认定投资额"), Kind.MONEY_WAN, total=True),
    Column("cap", _("政策上限"), Kind.MONEY_WAN, total=True),
)

LINES = (
    Column("position", _("序号"), Kind.NUMBER),
    Column("case", _("案件编号"), css="nw", head=True, accessor=lambda row: row.case.number),
    Column("enterprise", _("单位名称"), css="zh", accessor=lambda row: row.case.enterprise.name),
    Column("recognised", _("认定投资额"), Kind.MONEY_WAN, total=True, accessor=lambda row: row.case.recognised),
    Column("cap", _("政策上限"), Kind.MONEY_WAN, total=True),
    Column("computed", _("计算额"), Kind.MONEY_WAN, total=True),
    Column("amount", _("安排金额"), Kind.MONEY_WAN, total=True),
    Column("difference", _("与计算额差"), Kind.MONEY_WAN, total=True, accessor=lambda row: row.amount - row.computed),
    Column("working", _("计算过程"), css="zh-l", accessor=working),
    Column("clauses", _("依据"), css="zh", accessor=clauses),
    Column("reason", _("调整理由"), css="zh"),
    Column(
        "act", _("操作"), Kind.ACTIONS,
        accessor=lambda row: [Link(_t("公式"), reverse("funding:line", args=[row.plan_id, row.pk]), row.case.number)],
    ),
)  # fmt: skip

ISSUES = (
    Column(
        "plan", _("资金方案"), Kind.LINK, css="nw", head=True, accessor=lambda row: row["plan"].number,
        href=lambda row: reverse("funding:plan", args=[row["plan"].pk]),
    ),
    Column("agency", _("拨付单位"), css="zh", accessor=lambda row: row["agency"].short_name),
    Column("cases", _("案件数"), Kind.NUMBER),
    Column("amount", _("金额"), Kind.MONEY_YUAN, total=True),
    Column("document", _("下达文号"), css="zh", accessor=_issued("document")),
    Column("issued_on", _("下达日期"), Kind.DATE, accessor=_issued("issued_on")),
    Column("done", _("已拨付"), Kind.MONEY_YUAN, total=True),
    Column("state", _("进度"), Kind.TAG, accessor=lambda row: row["state"]),
    Column("act", _("操作"), Kind.ACTIONS, accessor=lambda row: row["links"]),
)  # fmt: skip

DUE = (
    Column("case", _("案件编号"), css="nw", head=True, accessor=lambda row: row.instalment.award.case.number),
    Column("payee", _("收款单位"), css="zh", accessor=lambda row: row.payee.name),
    Column("year", _("兑现年度"), css="nw", accessor=lambda row: row.instalment.year),
    Column(
        "bank", _("开户行"), css="zh", accessor=lambda row: row.confirmation.account.bank if row.confirmation else ""
    ),
    Column("account", _("账号"), css="nw", accessor=_account),
    Column("amount", _("金额"), Kind.MONEY_YUAN, total=True),
    Column("checks", _("核验"), Kind.TAG, accessor=lambda row: checks_tag(row.checks)),
)  # fmt: skip

BATCHES = (
    Column(
        "number", _("批次号"), Kind.LINK, css="nw", head=True, href=lambda row: reverse("funding:batch", args=[row.pk])
    ),
    Column("plan", _("资金方案"), css="nw", accessor=lambda row: row.plan.number),
    Column("agency", _("经办单位"), css="zh", accessor=lambda row: row.agency.short_name),
    Column("made_by", _("经办"), css="nw", accessor=lambda row: row.made_by.name),
    Column("checked_by", _("复核"), css="nw", accessor=lambda row: row.checked_by.name if row.checked_by else ""),
    Column("rows", _("笔数"), Kind.NUMBER),
    Column("total", _("金额"), Kind.MONEY_YUAN, total=True),
    Column("state", _("状态"), Kind.TAG, accessor=outcome_tag),
)

PAYMENTS = (
    Column("position", _("序号"), Kind.NUMBER),
    Column("case", _("案件编号"), css="nw", head=True, accessor=lambda row: row.instalment.award.case.number),
    Column("payee", _("收款单位"), css="zh", accessor=lambda row: row.payee.name),
    Column("holder", _("户名"), css="zh", accessor=lambda row: row.account.holder),
    Column("bank", _("开户行"), css="zh", accessor=lambda row: row.account.bank),
    Column("bank_code", _("联行号"), css="nw", accessor=lambda row: row.account.bank_code),
    Column("account", _("账号"), css="nw", accessor=lambda row: _number(row.account)),
    Column("amount", _("金额"), Kind.MONEY_YUAN, total=True),
    Column("purpose", _("用途"), css="zh", accessor=lambda row: row.batch.purpose),
    Column("state", _("状态"), Kind.TAG, accessor=state_tag),
    Column("paid_on", _("到账日期"), Kind.DATE, accessor=lambda row: row.paid_on if row.state == "paid" else None),
    Column("returned_on", _("退票日期"), Kind.DATE),
    Column("bank_words", _("银行说明"), css="zh", accessor=_words_of_bank),
)
ANSWERS = frozenset({"state", "paid_on", "returned_on", "bank_words"})
"""Columns of PAYMENTS that the bank's answer fills; the workbook that goes to the bank has none of them."""
ON_PAGE = frozenset({"bank_code", "purpose"})
"""Columns of PAYMENTS that only the workbook has."""
BY_ARTICLE = frozenset({"recognised", "cap"})
"""Amounts that no plan has rounded to its unit."""


def masked(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The same columns with account numbers hidden but for their end."""
    hidden = Column("account", _("账号"), css="nw", accessor=lambda row: row.account.masked_number)
    return tuple(hidden if column.key == "account" else column for column in columns)


def in_wan(columns: Sequence[Column], decimals: int) -> tuple[Column, ...]:
    """Plan columns for the page: amounts as the plan writes them, each with its unit in the caption."""
    return tuple(
        _written(column, 2 if column.key in BY_ARTICLE else decimals) if column.kind is Kind.MONEY_WAN else column
        for column in columns
    )


def _written(column: Column, decimals: int) -> Column:
    def text(row: Any) -> str:
        value: Decimal | None = column.value(row)
        return "–" if value is None else wan(value, decimals)

    return replace(column, kind=Kind.TEXT, css=f"num {column.css}".strip(), accessor=text)


STEPS = (
    Column("label", _("步骤"), head=True, css="zh", accessor=lambda step: step["label"]),
    Column("formula", _("公式"), css="zh-l", accessor=lambda step: step["formula"]),
    Column("inputs", _("取数"), css="zh-l", accessor=lambda step: "；".join(" ".join(pair) for pair in step["inputs"])),
    Column("amount", _("金额"), Kind.MONEY_YUAN, accessor=lambda step: Decimal(step["amount"])),
    Column("clause", _("依据"), css="zh", accessor=lambda step: step["clause"]),
)


def steps_table(line: PlanLine) -> Table:
    """How a line's ceiling came about, step by step, as the newest assessment has it (元)."""
    return prepare(
        STEPS, line.working.get("ceiling", ()), caption=_t("政策上限的计算"), name="steps",
        empty=_t("没有可显示的测算记录。试算后在此显示政策上限的逐项计算。"),
    )  # fmt: skip
