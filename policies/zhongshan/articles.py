"""The articles of 中工信〔2023〕73号, in the order of the text (Art. 9 is in article_9.py)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from policies.kit import checks
from policies.kit.awards import InstalmentDue, Instalments, Receivable, Recovery, Settlement
from policies.kit.calendar import WorkCalendar, last_day_of_term
from policies.kit.facts import AwardFacts, Breach, BreachKind, CaseFacts, SettlementFacts
from policies.kit.findings import Finding, Outcome, Source, SourceKind, look, met_if
from policies.kit.kinds import Level
from policies.kit.money import ZERO, Line, cents, show
from policies.kit.parameters import Parameters
from policies.kit.performance import PerformanceFacts, recorded_uses, targets_reached
from policies.kit.policy import Deadline
from policies.kit.text import article
from policies.zhongshan.article_9 import KEY, period_fixed_assets, period_total

ART_3 = article(KEY, 3)
ART_4 = article(KEY, 4)
ART_7 = article(KEY, 7)
ART_8 = article(KEY, 8)
ART_10 = article(KEY, 10)
ART_11_1 = article(KEY, 11, "第（一）项", "1")
ART_11_2 = article(KEY, 11, "第（二）项", "2")
ART_11_3 = article(KEY, 11, "第（三）项", "3")
ART_12 = article(KEY, 12)
ART_13 = article(KEY, 13)
ART_14 = article(KEY, 14)
ART_15 = article(KEY, 15)
ART_16 = article(KEY, 16)
ART_18 = article(KEY, 18)
PURPOSES: Mapping[str, tuple[str, Outcome]] = {
    "operation": ("企业生产运营", Outcome.MET),
    "expansion": ("增资扩产", Outcome.MET),
    "research": ("科研投入", Outcome.MET),
    "other": ("其他用途", Outcome.FOR_OFFICER),
    "staff": ("行政事业单位编制内人员工资、津贴补贴、奖金和其他福利支出", Outcome.NOT_MET),
    "buildings": ("楼堂馆所建设、修缮", Outcome.NOT_MET),
}
"""Art. 13: what the money is for in principle, and what it may never pay."""
PROVINCE_SETTLEMENT = Source(SourceKind.INSTRUMENT, KEY, "province_settlement", "省清算收回办法")


def art_7_enterprise(facts: CaseFacts, parameters: Parameters) -> Finding:
    """The recipient is an enterprise lawfully established within the city."""
    firm, city = facts.by_key[facts.applicant], parameters.text("city", facts.filed_on)
    met = firm.established and firm.registered_in.startswith(city)
    message = f"{firm.name}{'是' if met else '不是'}中山市行政区域范围内依法设立的企业"
    looked = look(registered_in=firm.registered_in, established=firm.established)
    return Finding(ART_7, "established_in_city", met_if(met), message, looked, firm.key)


def art_8_after_the_fact(facts: CaseFacts) -> Finding:
    """Awards come after the fact: the window of investment must have ended when the case is filed."""
    last = facts.call.window_to
    met = last <= facts.filed_on
    message = f"投资计算至 {last}，{facts.filed_on} 提交"
    return Finding(ART_8, "after_the_fact", met_if(met), message, look(window_to=last, filed_on=facts.filed_on))


def art_10_library(facts: CaseFacts) -> tuple[Finding, ...]:
    """What is not in the library is, in principle, not budgeted: the case joins by its own approval."""
    source, found = ART_10, []
    for project in facts.active:
        if project.also_in:
            text = f"“{project.name}”已由案件 {'、'.join(project.also_in)} 申报入库"
            found.append(Finding(source, "library", Outcome.NOT_MET, text, look(cases=project.also_in), project.key))
    if found:
        return tuple(found)
    return (Finding(source, "library", Outcome.MET, "项目未重复申报入库", look(projects=len(facts.active))),)


def art_11_1_filing(facts: CaseFacts) -> tuple[Finding, ...]:
    """Filed within the time of the city's call."""
    return checks.filed_in_time(facts, ART_11_1)


def art_11_2_deadlines(facts: CaseFacts, days: int, calendar: WorkCalendar) -> tuple[Deadline, ...]:
    """The town reviews and recommends; how long it may take is a setting of the call."""
    start = facts.call.closes_on or facts.filed_on
    on = calendar.add_workdays(start, days)
    return (Deadline("local_review", "镇街初审和推荐", on, f"{start} 之后 {days} 个工作日", ART_11_2),)


def art_11_3_payment(facts: CaseFacts, award: Decimal) -> Instalments:
    """Paid to the project's unit in one sum, after the plan has been approved."""
    line = Line(ART_11_3, f"{facts.call.year} 年拨付", "奖补金额一次拨付", look(award=award), award)
    return Instalments((InstalmentDue(facts.call.year, award, line),))


def art_12_targets(facts: PerformanceFacts) -> tuple[Finding, ...]:
    """City and towns follow the targets they reported; whatever is not reported yet stays open."""
    return targets_reached(facts, ART_12)


def art_13_use(facts: PerformanceFacts) -> tuple[Finding, ...]:
    """For running, expanding, research; never for public staff or buildings unless state or province says so."""
    found = []
    for use in facts.uses:
        label, outcome = PURPOSES.get(use.purpose, (f"“{use.purpose}”", Outcome.FOR_OFFICER))
        message = f"第 {use.number} 笔 {show(use.amount)} 元用于{label}"
        if outcome is Outcome.NOT_MET and use.allowed_by:
            outcome, message = Outcome.FOR_OFFICER, f"{message}，请核对国家或省的文件（{use.allowed_by}）"
        elif outcome is Outcome.NOT_MET:
            message = f"{message}，属于一律不得使用的范围"
        looked = look(purpose=use.purpose, amount=use.amount, allowed_by=use.allowed_by)
        found.append(Finding(ART_13, "purpose", outcome, message, looked, use.number))
    return tuple(found)


def art_14_vouchers(facts: PerformanceFacts) -> tuple[Finding, ...]:
    """Whoever got money keeps the vouchers of its use, ready for finance, audit and industry bureaus."""
    return recorded_uses(facts, ART_14)


def art_15_ledger_deadlines(facts: CaseFacts, days: tuple[str, ...]) -> tuple[Deadline, ...]:
    """Towns hand in the ledger every year, on the days the call sets."""
    year, found = facts.facts_on.year, []
    for text in filter(None, days):
        month, day = text.split("-")
        on = date(year, int(month), int(day))
        found.append(Deadline(f"ledger_{text}", "报送资金项目台账", on, f"每年 {text} 前", ART_15))
    return tuple(found)


def art_15_settlement(facts: SettlementFacts, parameters: Parameters) -> Settlement:
    """Universal awards are settled on what the period really completed; below 10亿 all come back.

    Opened by the province's demand and worked out by its method; a project that reaches the
    threshold is settled at the ceiling rate less what was issued.
    """
    if facts.track != "universal":
        return Settlement()
    day = facts.settled_on
    least, rate = parameters.number("universal_threshold", day), parameters.number("universal_rate", day)
    total, fixed = period_total(facts.project, day, parameters), period_fixed_assets(facts.project, day, parameters)
    issued = _issued(facts.awards, facts.project.key)
    looked = look(total=total, least=least, demand=facts.demand)
    issued_line = Line(ART_15, "累计已下达奖励", "已安排与已拨付取高 − 已退回", {}, issued)
    if total >= least:
        due = Line(
            PROVINCE_SETTLEMENT,
            "应奖励额",
            f"“十四五”新增固定资产投资额 × {rate:.0%}",
            look(fixed_assets=fixed, rate=rate),
            cents(fixed * rate),
        )
        text = f"“十四五”完成总投资 {show(total)} 元，不少于 {show(least)} 元"
        finding = Finding(ART_15, "settlement_threshold", Outcome.MET, text, looked, facts.project.key)
        findings = (finding, *_demand(facts, due.amount < issued))
        return Settlement(due.amount - issued, (due, issued_line), findings, _owed(issued - due.amount))
    text = f"“十四五”完成总投资 {show(total)} 元，少于 {show(least)} 元，已获奖励全部收回"
    finding = Finding(ART_15, "settlement_threshold", Outcome.NOT_MET, text, looked, facts.project.key)
    return Settlement(-issued, (issued_line,), (finding, *_demand(facts, issued > 0)), _owed(issued))


def _issued(awards: tuple[AwardFacts, ...], project: str) -> Decimal:
    mine = [a for a in awards if a.measure == KEY and a.track == "universal" and a.project == project]
    return sum((max(ZERO, award.net) for award in mine), ZERO)


def _owed(amount: Decimal, from_enterprise: Decimal | None = None) -> tuple[Receivable, ...]:
    """The province asks the city, the city asks the enterprise with the town's help: two receivables."""
    paid = amount if from_enterprise is None else from_enterprise
    both = (
        Receivable(Level.PROVINCE, Level.CITY, amount, PROVINCE_SETTLEMENT),
        Receivable(Level.CITY, Level.ENTERPRISE, paid, ART_15, helps=Level.TOWN),
    )
    return tuple(one for one in both if one.amount > 0)


def _demand(facts: SettlementFacts, to_recover: bool) -> tuple[Finding, ...]:
    """Money is asked back only after the province has demanded it."""
    if not to_recover:
        return ()
    looked = look(demand=facts.demand, method=facts.method)
    if facts.demand:
        text = f"省已要求清算收回（{facts.demand}）"
        return (Finding(PROVINCE_SETTLEMENT, "demand", Outcome.MET, text, looked),)
    text = "省尚未要求清算收回，登记省的文件后方可启动追回"
    return (Finding(PROVINCE_SETTLEMENT, "demand", Outcome.FOR_OFFICER, text, looked),)


def art_15_recovery(facts: CaseFacts, breach: Breach) -> Recovery:
    """Universal awards of a project that missed 10亿 come back, once the province demands it."""
    looked = look(demand=breach.demand, found_on=breach.found_on)
    if not breach.demand:
        text = "省尚未要求清算收回，登记省的文件后方可启动追回"
        return Recovery(findings=(Finding(ART_15, breach.kind.value, Outcome.FOR_OFFICER, text, looked),))
    keys = {project.key for project in facts.projects}
    awards = [a for a in facts.awards if a.measure == KEY and a.track == "universal" and a.project in keys]
    lines = tuple(
        Line(ART_15, f"{a.year} 年奖励", "已拨付 − 已退回", look(paid=a.paid, returned=a.returned), a.held)
        for a in awards
    )
    held, issued = (sum(amounts, ZERO) for amounts in ((a.held for a in awards), (max(ZERO, a.net) for a in awards)))
    text = f"按省的清算收回要求（{breach.demand}）收回普惠性奖励"
    finding = Finding(ART_15, breach.kind.value, Outcome.MET, text, looked)
    return Recovery(held, lines, True, None, (finding,), _owed(issued, held))


def art_16_violation(breach: Breach) -> Recovery:
    """Misuse is dealt with under the budget law; the article itself neither takes back nor bars."""
    text = "依照预算法和国务院令第427号处理，须由有权机关作出决定；本条不当然停止申报资格"
    looked = look(kind=breach.kind, demand=breach.demand, found_on=breach.found_on)
    return Recovery(findings=(Finding(ART_16, breach.kind.value, Outcome.FOR_OFFICER, text, looked),))


VIOLATIONS = frozenset({BreachKind.VIOLATION, BreachKind.FRAUD, BreachKind.MISUSE})


def art_18_validity(facts: CaseFacts, parameters: Parameters) -> Finding:
    """In force from its issue, for five years: a call must be published in between."""
    return checks.in_force(facts, *art_18_term(parameters), ART_18)


def art_18_term(parameters: Parameters) -> tuple[date, date]:
    """The first and the last day in force."""
    first = parameters.first_day("valid_from")
    return first, last_day_of_term(first, parameters.count("valid_years", first))
