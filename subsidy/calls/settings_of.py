"""A call's settings by the measure's own keys: some live in columns of the call, the others in ``measure_settings``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.kit.findings import SourceKind
from policies.kit.money import percent
from policies.kit.policy import CallSetting, Policy, SettingKind
from subsidy.calls.models import Call

COLUMNS: Mapping[str, str] = {
    "notice_days": "notice_days",
    "notice_counted": "notice_day_kind",
    "local_review_days": "local_days",
    "upper_review_days": "upper_days",
    "correction_days": "correction_days",
    "payee": "payee",
    "plan_unit": "plan_decimals",
}
"""Setting key → column. ``plan_unit`` is an amount (元), its column the number of decimals of 万元."""

UNIT_DECIMALS: Mapping[Decimal, int] = {
    Decimal("10000.00"): 0, Decimal("1000.00"): 1, Decimal("100.00"): 2, Decimal("10.00"): 3,
    Decimal("1.00"): 4, Decimal("0.10"): 5, Decimal("0.01"): 6,
}  # fmt: skip
WHOLE = frozenset({"notice_days", "local_days", "upper_days", "correction_days"})
OWN_SOURCE = "申报通知"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a call as a page shows it: label, value in words, and where it comes from."""

    key: str
    label: str
    value: str
    source: str
    why: str


def column_value(key: str, text: str) -> Any:
    """A setting's text as its column holds it. Raises KeyError for a unit that is no power of ten of 万元."""
    column = COLUMNS[key]
    if column == "plan_decimals":
        return UNIT_DECIMALS[Decimal(text)]
    return int(text) if column in WHOLE else text


def defaults(policy: Policy) -> dict[str, Any]:
    """Columns of a new call from the measure's defaults, each with its source."""
    return kept(policy, {known.key: known.default for known in policy.settings})


def kept(policy: Policy, values: Mapping[str, str]) -> dict[str, Any]:
    """Columns of a call for settings given as text; what differs from the default comes from the call itself."""
    columns: dict[str, Any] = {}
    others: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for known in policy.settings:
        text = values[known.key]
        sources[known.key] = source_text(known) if text == known.default else OWN_SOURCE
        if known.key in COLUMNS:
            columns[COLUMNS[known.key]] = column_value(known.key, text)
        else:
            others[known.key] = {"value": text, "source": sources[known.key]}
    return {**columns, "measure_settings": others, "sources": sources}


def texts(call: Call) -> dict[str, str]:
    """Every setting of the call as text, by the measure's keys; what is not set is left out."""
    units = {decimals: unit for unit, decimals in UNIT_DECIMALS.items()}
    found = {key: str(getattr(call, column)) for key, column in COLUMNS.items()}
    found["plan_unit"] = format(units[call.plan_decimals], "f")
    return found | {key: kept["value"] for key, kept in call.measure_settings.items() if isinstance(kept, dict)}


def setting(call: Call, policy: Policy, key: str) -> str:
    """One setting as text, or the measure's default. Raises KeyError for a key the measure has not."""
    default = {known.key: known.default for known in policy.settings}[key]
    return texts(call).get(key, default)


def shown(call: Call, policy: Policy) -> list[Setting]:
    """All settings of the measure in order, each with its source."""
    values = texts(call)
    return [
        Setting(known.key, known.label, in_words(known, values.get(known.key, known.default)),
                call.sources.get(known.key) or source_text(known), known.why)
        for known in policy.settings
    ]  # fmt: skip


def in_words(known: CallSetting, value: str) -> str:
    """A setting's value as people read it; empty is a dash."""
    if known.kind is SettingKind.RATE and value:
        return percent(Decimal(value))
    labels = {choice.key: choice.label for choice in known.choices}
    return labels.get(value, value) or "–"


def source_text(known: CallSetting) -> str:
    """What stands beside a setting's default: the clause, and which kind of source it is."""
    if known.source.kind is SourceKind.CALL:
        return OWN_SOURCE
    return known.source.clause
