"""Article 9 of 中工信〔2023〕73号, the standards: how much at most, on which base, less what, within which amount."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from policies.kit import checks
from policies.kit.evidence import EVIDENCE_FORMULA, count
from policies.kit.facts import CallKind, CaseFacts, MeasuredState, ProjectFacts
from policies.kit.findings import Finding, Outcome, Source, look, met_if
from policies.kit.money import ZERO, Count, Entitlement, Line, cents, percent, show
from policies.kit.parameters import Parameters
from policies.kit.text import article
from policies.zhongshan.article_9 import ART_9_3, COUNTS, ITEMS, KEY, measured_project


def _standard(track: str) -> Source:
    name, ref = ITEMS[track]
    return article(KEY, 9, f"第（{name}）项第2目", f"{ref}_2")


_STANDARDS = {track: _standard(track) for track in ("universal", "major")}


def art_9_award(facts: CaseFacts, parameters: Parameters, reading: Reading) -> Entitlement:
    """Standard: at most 2 % (major 4 %, less universal awards) of new fixed assets, within the province's amount."""
    source, rate = _STANDARDS[facts.track], parameters.number(f"{facts.track}_rate", facts.filed_on)
    counts = base_counts(facts, parameters, reading)
    base_lines = [_base(*pair, facts, source) for pair in zip(facts.active, counts, strict=True)]
    base = sum((line.amount for line in base_lines), ZERO)
    deduction = _deduction(facts, source, cumulative=reading.cumulative)
    ceiling = Line(
        source, "按最高比例", f"新增固定资产投资额 × {rate:.0%}", look(base=base, rate=rate), cents(base * rate)
    )
    lines = [*base_lines, ceiling, *((deduction,) if deduction else ())]
    minus = deduction.amount if deduction else ZERO
    approved = None if facts.call.kind is CallKind.MEASURING else approved_amount(facts)
    pending = _pending(facts, base_lines, approved)
    if pending:
        return Entitlement(tuple(lines), base, rate, pending=pending, counted=counts)
    if approved is not None:
        lines.append(Line(source, "省核定的奖励额度", "该项目作为测算项目省核定的额度", {}, approved))
    cap = _within(ceiling.amount, minus, approved, cap_first=reading.cap_first)
    lines.append(_limit(source, "政策上限", ceiling.amount, minus, approved, cap_first=reading.cap_first))
    readings: tuple[Line, ...] = ()
    if deduction and approved is not None:
        readings = (_limit(source, "另一种读法", ceiling.amount, minus, approved, cap_first=not reading.cap_first),)
    applied = facts.call.applied_rate
    if applied is None or not ZERO <= applied <= rate:
        return Entitlement(tuple(lines), base, rate, cap, None, "", readings, counts)
    drawn = _limit(source, "按拟定比例", cents(base * applied), minus, approved, cap_first=reading.cap_first)
    return Entitlement((*lines, drawn), base, rate, cap, drawn.amount, "", readings, counts)


class Reading(NamedTuple):
    """How a call reads what the article leaves open.

    `cumulative`: earlier awards of the same kind are deducted; `cap_first`: the province's amount
    binds before the deduction; `by_asset`: assets with provincial money are left out, no more.
    """

    cumulative: bool = False
    cap_first: bool = False
    by_asset: bool = False


def approved_amount(facts: CaseFacts) -> Decimal | None:
    """What the province approved for the measured project (元); nothing while it has not."""
    measured = measured_project(facts)
    if measured is None or measured.state is MeasuredState.PENDING:
        return None
    return ZERO if measured.state is MeasuredState.REFUSED else measured.approved_amount


def base_counts(facts: CaseFacts, parameters: Parameters, reading: Reading) -> tuple[Count, ...]:
    """Lines that count: no land, vehicles or taxes; a major project's from the start of the period."""
    call = facts.call
    if facts.track == "major":
        call = replace(call, window_from=parameters.day("period_from", facts.filed_on))
    assets = reading.by_asset
    return tuple(count(one.lines, COUNTS, call, without_provincial_money=assets) for one in facts.active)


def _base(project: ProjectFacts, counted: Count, facts: CaseFacts, source: Source) -> Line:
    amounts: dict[str, Decimal] = {}
    if project.lines:
        amounts["投资明细"] = counted.total
    if project.fixed_assets_audited is not None:
        amounts["专项审计"] = project.fixed_assets_audited
    if project.fixed_assets_statistics is not None:
        amounts["统计"] = project.fixed_assets_statistics
    formula = f"{'、'.join(amounts) or '尚无证据'}取低；明细按{EVIDENCE_FORMULA[facts.call.base_rule]}"
    lowest = max(ZERO, min(amounts.values(), default=ZERO))
    return Line(source, f"“{project.name}”新增固定资产投资额", formula, look(**amounts), lowest)


def _deduction(facts: CaseFacts, source: Source, *, cumulative: bool) -> Line | None:
    """Universal awards already obtained: allocated or paid, net of returns."""
    if facts.track == "universal" and not cumulative:
        return None
    keys = {project.key for project in facts.active}
    earlier = {"universal", facts.track} if cumulative else {"universal"}
    awards = [a for a in facts.awards if a.measure == KEY and a.track in earlier and a.project in keys]
    total = sum((max(ZERO, award.net) for award in awards), ZERO)
    label = "核减已获普惠性奖励" if facts.track == "major" else "核减以前年度奖励"
    inputs = {f"{award.year} 年": format(award.net, "f") for award in awards}
    return Line(source, label, "已安排与已拨付取高 − 已退回", inputs, total)


def _pending(facts: CaseFacts, base_lines: list[Line], approved: Decimal | None) -> str:
    if any(not line.inputs for line in base_lines):
        return "待填报投资明细或提供审计、统计数据"
    if facts.call.kind is CallKind.SUPPORT and approved is None:
        return "待省核定"
    return ""


def _within(gross: Decimal, minus: Decimal, approved: Decimal | None, *, cap_first: bool) -> Decimal:
    if approved is None:
        return max(ZERO, gross - minus)
    if cap_first:
        return max(ZERO, min(gross, approved) - minus)
    return max(ZERO, min(gross - minus, approved))


def _limit(
    source: Source, label: str, gross: Decimal, minus: Decimal, approved: Decimal | None, *, cap_first: bool
) -> Line:
    if approved is None:
        formula = "计算额 − 核减" if minus else "计算额"
    elif cap_first:
        formula = "取低（计算额，省核定） − 核减，不低于 0"
    else:
        formula = "取低（计算额 − 核减，省核定），不低于 0" if minus else "取低（计算额，省核定）"
    amount = _within(gross, minus, approved, cap_first=cap_first)
    return Line(source, label, formula, look(gross=gross, deduction=minus, approved=approved), amount)


def art_9_rate(facts: CaseFacts, entitlement: Entitlement) -> tuple[Finding, ...]:
    """The rate decided on, and what is asked for, stay under the ceiling."""
    found = []
    rate, asked = facts.call.applied_rate, checks.amount(facts, "requested")
    source = _STANDARDS.get(facts.track, ART_9_3)
    if rate is not None and entitlement.rate is not None:
        message = f"拟定比例 {percent(rate)}，最高比例 {percent(entitlement.rate)}"
        outcome = met_if(ZERO <= rate <= entitlement.rate)
        looked = look(applied=rate, ceiling=entitlement.rate)
        found.append(Finding(source, "applied_rate", outcome, message, looked))
    if asked is not None and entitlement.cap is not None:
        message = f"拟申请 {show(asked)} 元，政策上限 {show(entitlement.cap)} 元"
        looked = look(asked=asked, cap=entitlement.cap)
        found.append(Finding(source, "requested", met_if(asked <= entitlement.cap), message, looked))
    if entitlement.pending:
        text = f"上限尚不能确定：{entitlement.pending}"
        found.append(Finding(source, "cap_pending", Outcome.FOR_OFFICER, text, look(base=entitlement.base)))
    return tuple(found)


def left_out(facts: CaseFacts, counts: Iterable[Count]) -> Finding:
    """What does not count as new fixed assets in the window is left out, and said so."""
    left = [line for one in counts for line in one.left_out]
    total = sum((line.amount for line in left), ZERO)
    looked = look(lines=len(left), amount=total, reasons=sorted({line.reason for line in left}))
    text = f"{len(left)} 条明细共 {show(total)} 元不计入，已剔除" if left else "投资明细均可计入"
    return Finding(_STANDARDS.get(facts.track, ART_9_3), "left_out", Outcome.MET, text, looked)
