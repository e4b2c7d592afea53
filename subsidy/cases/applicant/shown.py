"""Findings and computations as the components print them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from policies.kit.findings import Finding, Outcome, Shown, Source, SourceKind
from policies.kit.money import Entitlement, percent
from subsidy.cases.assess import Result
from subsidy.reference import formats

OUTCOMES: Mapping[Outcome, str] = {Outcome.NOT_MET: "fail", Outcome.FOR_OFFICER: "ask", Outcome.MET: "pass"}


INPUTS: Mapping[str, Any] = {
    "base": _("投资额"), "rate": _("比例"), "projects": _("项目数"), "active": _("项目数"), "gross": _("计算额"),
    "deduction": _("核减"), "approved": _("省核定"), "document": _("文件"), "award": _("奖补金额"),
    "completed": _("完成比例"), "before": _("以前年度"),
}  # fmt: skip
AMOUNT = re.compile(r"\d{4,}\.\d{2}|\d+\.\d{2}")
RATE = "rate"
ABOUT: Mapping[str, Any] = {
    "left_out": _("不计入的明细"), "same_invoice": _("发票重复使用"), "requested": _("拟申请金额与政策上限"),
    "applied_rate": _("拟定比例"),
}  # fmt: skip
"""What a finding that has nothing to look at would be about."""


def ceiling_shown(result: Result) -> dict[str, Any]:
    """The ceiling of a case being filled in: not computable before the first line, provisional before the last."""
    shown = entitlement_shown(result.entitlement)
    if not result.has_lines:
        return shown | {"lines": [], "readings": [], "empty": True}
    return shown | {"provisional": "、".join(result.without_lines)}


def entitlement_shown(entitlement: Entitlement) -> dict[str, Any]:
    """A ceiling as the page prints it: each line with its inputs in words, then the sum or what is still missing.

    ``empty``: nothing is claimed yet; ``provisional``: the projects without a claimed line, by name.
    """
    return {
        "empty": False, "provisional": "",
        "lines": [
            {
                "label": line.label, "formula": line.formula, "clause": line.source.clause, "amount": line.amount,
                "inputs": "；".join(_input(name, value) for name, value in line.inputs.items() if value is not None),
            }
            for line in entitlement.lines
        ],
        "cap": entitlement.cap, "pending": entitlement.pending, "base": entitlement.base,
        "readings": [
            {"label": r.label, "formula": r.formula, "amount": r.amount, "clause": r.source.clause}
            for r in entitlement.readings
        ],
    }  # fmt: skip


def lines_shown(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of a snapshot with their amounts as numbers again (元)."""
    return [
        {**line, **{name: Decimal(line[name]) for name in ("gross", "tax", "net", "paid", "claimed")}}
        for line in content["lines"]
    ]


def _input(name: str, value: Shown) -> str:
    text = "、".join(value) if isinstance(value, tuple) else str(value)
    if name == RATE:
        return f"{INPUTS[RATE]} {percent(Decimal(text))}"
    if AMOUNT.fullmatch(text):
        text = formats.yuan(Decimal(text))
    return f"{INPUTS.get(name, name)} {text}"


def findings_shown(result: Result) -> dict[str, Any]:
    """``blocking``, ``advisory``, ``met`` and ``unanswered`` as cards, and how many of each outcome."""
    blocking, advisory, unanswered = result.blocking, result.advisory, result.unanswered
    answered = [one for one in result.findings if one not in unanswered]
    met = [one for one in answered if one.outcome is Outcome.MET]
    counts = Counter(OUTCOMES[one.outcome] for one in answered)
    without = {"outcome": "none", "sentence": _("尚无明细，填写投资明细后再核查。")}
    return {
        "unanswered": [card(one, result) | without | {"title": ABOUT[one.code]} for one in unanswered],
        "blocking": [card(one, result) for one in blocking],
        "advisory": [card(one, result) for one in advisory],
        "met": [card(one, result) for one in met],
        "counts": {key: counts[key] for key in OUTCOMES.values()},
    }


def card(finding: Finding, result: Result) -> dict[str, Any]:
    """One finding for the component."""
    return {
        "outcome": OUTCOMES[finding.outcome],
        "title": _subject(finding, result),
        "sentence": finding.message,
        "figures": (),
        "sources": sources(finding.source, result),
        "evidence": (),
        "decided": "",
    }


def sources(source: Source, result: Result) -> list[dict[str, str]]:
    """The chip of a source; a platform check has none, so that nobody cites a rule that does not exist."""
    if source.kind is SourceKind.PLATFORM:
        return []
    return [{"text": source.clause, "href": ""}]


def _subject(finding: Finding, result: Result) -> str:
    if finding.subject in result.facts.by_key:
        return result.facts.by_key[finding.subject].name
    return next((project.name for project in result.facts.projects if project.key == finding.subject), "")
