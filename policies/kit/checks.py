"""Checks several measures need; each is told the source it rests on. Facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from policies.kit.facts import BarFacts, CaseFacts, CreditFacts, CreditKind, EnterpriseFacts, FactsError
from policies.kit.findings import Finding, Outcome, Source, SourceKind, look, met_if
from policies.kit.money import AmountError, parse

CREDIT_LABELS = {
    CreditKind.DISHONEST_DEBTOR: "失信被执行人",
    CreditKind.ABNORMAL_OPERATION: "经营异常名录",
    CreditKind.SERIOUS_VIOLATION: "严重违法失信企业名单",
}


def platform(measure: str, ref: str, clause: str = "平台核查项（无直接条款）") -> Source:
    """The source of a check that no article asks for."""
    return Source(SourceKind.PLATFORM, measure, ref, clause)


def firms(facts: CaseFacts) -> tuple[EnterpriseFacts, ...]:
    """The applicant and every enterprise whose project is in the case, each once."""
    return facts.concerned


def in_force(facts: CaseFacts, first: date, last: date, source: Source) -> Finding:
    """Whether the call was published while the edition was in force (both days included)."""
    day = facts.call.published_on
    met = first <= day <= last
    message = (
        f"申报通知于 {day} 发布，在有效期 {first} 至 {last} 内"
        if met
        else f"申报通知于 {day} 发布，不在有效期 {first} 至 {last} 内"
    )
    looked = look(published_on=day, valid_from=first, valid_to=last)
    return Finding(source, "edition_in_force", met_if(met), message, looked)


def filed_in_time(facts: CaseFacts, source: Source) -> tuple[Finding, ...]:
    """Whether the case was filed on a day of the call's window; nothing if the call names none."""
    first, last = facts.call.opens_on, facts.call.closes_on
    if first is None or last is None:
        return ()
    met = first <= facts.filed_on <= last
    message = f"{facts.filed_on} 提交，申报时间为 {first} 至 {last}"
    looked = look(filed_on=facts.filed_on, opens_on=first, closes_on=last)
    return (Finding(source, "filed_in_time", met_if(met), message, looked),)


def not_listed(
    facts: CaseFacts, who: Iterable[EnterpriseFacts], kinds: Iterable[CreditKind], source: Source
) -> tuple[Finding, ...]:
    """One finding per list: met when every enterprise's newest check is clear.

    A listed enterprise is a finding of its own; so is one without a check, for an officer.
    """
    found: list[Finding] = []
    everybody = tuple(who)
    for kind in kinds:
        label, clear = CREDIT_LABELS[kind], True
        for firm in everybody:
            check = firm.last_check(kind, facts.facts_on)
            if check is not None and not check.listed:
                continue
            clear = False
            found.append(_listed(firm, kind, label, check, source))
        if clear:
            looked = look(list=kind, enterprises=len(everybody), on=facts.facts_on)
            message = f"{len(everybody)} 家企业均未列入{label}"
            found.append(Finding(source, str(kind), Outcome.MET, message, looked))
    return tuple(found)


def _listed(firm: EnterpriseFacts, kind: CreditKind, label: str, check: CreditFacts | None, source: Source) -> Finding:
    day = check.checked_on if check else None
    looked = look(list=kind, enterprise=firm.name, checked_on=day, said_by=check.source if check else None)
    if day is None:
        message = f"{firm.name}尚无{label}的查询记录，请查询后判定"
        return Finding(source, str(kind), Outcome.FOR_OFFICER, message, looked, firm.key)
    message = f"{firm.name}于 {day} 查询时列入{label}"
    return Finding(source, str(kind), Outcome.NOT_MET, message, looked, firm.key)


def own_lists(facts: CaseFacts, who: Iterable[EnterpriseFacts]) -> tuple[Finding, ...]:
    """Whoever stands on a list of the measure's own: a person decides what follows. Nobody listed: no finding."""
    source = platform(facts.measure, "own_list")
    return tuple(
        Finding(
            source,
            f"own_list_{one.key}",
            Outcome.FOR_OFFICER,
            f"{firm.name}于 {one.checked_on} 查询时列入“{one.name}”，请核实后判定",
            look(list=one.name, enterprise=firm.name, checked_on=one.checked_on),
            firm.key,
        )
        for firm in who
        for one in firm.own_lists
        if one.listed
    )


def not_barred(facts: CaseFacts, who: Iterable[EnterpriseFacts], source: Source) -> tuple[Finding, ...]:
    """Nobody may be barred on the day of filing; first and last barred day count."""
    everybody = tuple(who)
    found = [
        Finding(
            source,
            "not_barred",
            Outcome.NOT_MET,
            f"{firm.name}自 {bar.starts_on} 起禁止申报，{_until(bar)}（{bar.ground}）",
            look(starts_on=bar.starts_on, ends_on=bar.ends_on, filed_on=facts.filed_on),
            firm.key,
        )
        for firm in everybody
        for bar in firm.bars
        if bar.measure in ("", facts.measure) and _covers(bar, facts.filed_on)
    ]
    if found:
        return tuple(found)
    looked = look(enterprises=len(everybody), filed_on=facts.filed_on)
    return (Finding(source, "not_barred", Outcome.MET, "没有在禁止申报期内的企业", looked),)


def _covers(bar: BarFacts, day: date) -> bool:
    return bar.starts_on <= day and (bar.ends_on is None or day <= bar.ends_on)


def _until(bar: BarFacts) -> str:
    return "没有期限" if bar.ends_on is None else f"至 {bar.ends_on} 止"


def extra_conditions(facts: CaseFacts, clause: str) -> tuple[Finding, ...]:
    """The call's own conditions, one finding each: as an officer recorded it, or still open."""
    found = []
    for condition in facts.call.extra_conditions:
        source = Source(SourceKind.CALL, facts.measure, condition.key, f"{facts.call.number} {condition.clause}")
        outcome = Outcome.FOR_OFFICER if condition.met is None else met_if(condition.met)
        looked = look(condition=condition.text, under=clause)
        found.append(Finding(source, f"call_{condition.key}", outcome, condition.text, looked))
    return tuple(found)


def no_invoice_elsewhere(facts: CaseFacts) -> tuple[Finding, ...]:
    """Invoices claimed in another case stop the recommendation until a person has decided."""
    source = platform(facts.measure, "same_invoice")
    found = []
    for project in facts.active:
        twice = [line for line in project.lines if line.used_in]
        if twice:
            cases = sorted({case for line in twice for case in line.used_in})
            found.append(
                Finding(
                    source,
                    "same_invoice",
                    Outcome.FOR_OFFICER,
                    f"“{project.name}”有 {len(twice)} 条明细的发票已用于其他案件，请逐条核实",
                    look(lines=[line.number for line in twice], cases=cases),
                    project.key,
                )
            )
    if found:
        return tuple(found)
    message = "未发现发票在其他案件中使用"
    return (Finding(source, "same_invoice", Outcome.MET, message, look(projects=len(facts.active))),)


def no_project_elsewhere(facts: CaseFacts) -> tuple[Finding, ...]:
    """The same project in another case: the second is refused."""
    source = platform(facts.measure, "same_project")
    found = tuple(
        Finding(
            source,
            "same_project",
            Outcome.NOT_MET,
            f"“{project.name}”已列入案件 {'、'.join(project.also_in)}，不能重复申报",
            look(cases=project.also_in),
            project.key,
        )
        for project in facts.active
        if project.also_in
    )
    if found:
        return found
    message = "项目未列入其他案件"
    return (Finding(source, "same_project", Outcome.MET, message, look(projects=len(facts.active))),)


def declared(facts: CaseFacts, key: str, message: str, source: Source) -> Finding:
    """A declaration of the applicant: yes is met, no is not, without an answer an officer asks."""
    answer = facts.answers.get(key)
    if answer is None:
        return Finding(source, key, Outcome.FOR_OFFICER, f"尚未声明：{message}", look(answer=None))
    met = answer is True
    text = f"已声明：{message}" if met else f"未能声明：{message}"
    return Finding(source, key, met_if(met), text, look(answer=met))


def amount(facts: CaseFacts, key: str) -> Decimal | None:
    """An answered amount in 元, None without an answer. Raises FactsError for what is no amount."""
    answer = facts.answers.get(key)
    if answer is None or answer == "":
        return None
    try:
        return parse(str(answer))
    except AmountError as error:
        raise FactsError(f"answers.{key}", error.message) from None
