"""Article 9(三) of 中工信〔2023〕73号: one case, one decision, by the city's document, within the province's rules."""

from __future__ import annotations

from dataclasses import replace

from policies.kit import checks
from policies.kit.facts import CallKind, CaseFacts
from policies.kit.findings import Finding, Outcome, look
from policies.kit.money import Entitlement, Line
from policies.kit.parameters import Parameters
from policies.zhongshan.article_9 import ART_9_3, TRACKS, measured_project
from policies.zhongshan.article_9_award import Reading, art_9_award, base_counts

RULES = ("universal", "major")
"""The provincial rules one of which the project has to keep to."""


def art_9_3_consent(facts: CaseFacts) -> tuple[Finding, ...]:
    """One case, one decision: only with the city government's consent, which a person checks."""
    if facts.track != "special":
        return ()
    document = facts.answers.get("city_consent")
    looked = look(document=document)
    if not document:
        return (Finding(ART_9_3, "city_consent", Outcome.NOT_MET, "未提供市政府同意的文件", looked),)
    text = f"一事一议：请核对市政府同意的文件（{document}）并确认符合省的规定"
    return (Finding(ART_9_3, "city_consent", Outcome.FOR_OFFICER, text, looked),)


def art_9_3_award(facts: CaseFacts, parameters: Parameters, reading: Reading) -> Entitlement:
    """What the city's document says, at most what the provincial rule it names allows this project."""
    rule, granted = facts.answers.get("city_rule"), checks.amount(facts, "city_amount")
    if rule not in RULES or granted is None:
        return Entitlement(
            pending="一事一议，金额以市政府批准的文件为准", counted=base_counts(facts, parameters, reading)
        )
    allowed = art_9_award(_as(facts, str(rule)), parameters, reading)
    document = Line(ART_9_3, "市政府批准的金额", "市政府同意的文件", look(rule=TRACKS[str(rule)]), granted)
    lines = (*allowed.lines, document)
    if allowed.cap is None:
        return Entitlement(lines, allowed.base, allowed.rate, pending=allowed.pending, counted=allowed.counted)
    cap = min(granted, allowed.cap)
    looked = look(granted=granted, allowed=allowed.cap)
    limit = Line(ART_9_3, "一事一议上限", "取低（市政府批准的金额，省级细则的上限）", looked, cap)
    return Entitlement((*lines, limit), allowed.base, allowed.rate, cap, counted=allowed.counted)


def _as(facts: CaseFacts, rule: str) -> CaseFacts:
    """The case under a provincial rule; where nothing was measured, the province has approved no amount."""
    under = replace(facts, track=rule)
    if measured_project(under) is not None:
        return under
    return replace(under, call=replace(facts.call, kind=CallKind.MEASURING))
