"""Article 9 of 中工信〔2023〕73号: who is supported, under which conditions, with how much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from policies.kit import checks
from policies.kit.calendar import years_before
from policies.kit.facts import (
    CallKind,
    CaseFacts,
    CreditKind,
    MeasuredFacts,
    MeasuredState,
    ProjectFacts,
)
from policies.kit.findings import Finding, Outcome, Source, SourceKind, look, met_if
from policies.kit.money import ZERO, show
from policies.kit.parameters import Parameters
from policies.kit.text import article

KEY = "zhongshan"
ART_9 = article(KEY, 9)
ART_9_3 = article(KEY, 9, "第（三）项", "3")
LISTS = (CreditKind.DISHONEST_DEBTOR,)
"""Condition (4) asks this list only."""
PROVINCE_UNIVERSAL = Source(SourceKind.INSTRUMENT, KEY, "province_universal", "粤工信技改函〔2022〕7号")

TRACKS: Mapping[str, str] = {
    "universal": "普惠性制造业投资奖励",
    "major": "重大先进制造业投资奖励",
    "special": "一事一议",
}
CATEGORIES: Mapping[str, tuple[str, bool]] = {
    "equipment": ("生产设备购置", True),
    "software": ("配套软件", True),
    "civil": ("建筑工程", True),
    "plant": ("厂房购置", True),
    "installation": ("安装工程", True),
    "other_fixed": ("其他计入固定资产的费用", True),
    "land": ("土地费用", False),
    "vehicle": ("非生产用车辆", False),
    "tax": ("投资形成的税费", False),
    "other": ("其他", False),
}
COUNTS: Mapping[str, bool] = {key: counts for key, (_, counts) in CATEGORIES.items()}
ITEMS: Mapping[str, tuple[str, str]] = {"universal": ("一", "1"), "major": ("二", "2"), "special": ("三", "3")}


def _clause(track: str, number: int) -> Source:
    """A condition of Art. 9 for a track; 一事一议 stays within the universal ones."""
    name, ref = ITEMS["universal" if track == "special" else track]
    return article(KEY, 9, f"第（{name}）项第1目第（{number}）点", f"{ref}_1_{number}")


_CLAUSES = {(track, n): _clause(track, n) for track in TRACKS for n in range(1, 7)}


def art_9_1_manufacturing(facts: CaseFacts, parameters: Parameters) -> tuple[Finding, ...]:
    """Condition (1): a manufacturing project, sited in the city, with its filing document."""
    source, found = _CLAUSES[facts.track, 1], []
    span, city = parameters.table("manufacturing", facts.filed_on), parameters.text("city", facts.filed_on)
    for project in facts.active:
        met = _manufacturing(project.industry or "", span)
        message = f"“{project.name}”行业代码 {project.industry or '未填'}，{'属于' if met else '不属于'}制造业"
        looked = look(industry=project.industry, first=span["first"], last=span["last"])
        found.append(Finding(source, "manufacturing", met_if(met), message, looked, project.key))
        met = project.area.startswith(city)
        message = f"“{project.name}”实施地{'' if met else '不'}在中山市内"
        found.append(Finding(source, "sited_in_city", met_if(met), message, look(area=project.area), project.key))
        found.append(_filing(project, source))
    return tuple(found)


def art_9_main_business(facts: CaseFacts, parameters: Parameters) -> tuple[Finding, ...]:
    """The article asks about the project only; the province's practice also asks about its firm: a person decides."""
    span = parameters.table("manufacturing", facts.filed_on)
    return tuple(
        Finding(
            PROVINCE_UNIVERSAL,
            "main_business",
            Outcome.FOR_OFFICER,
            f"{firm.name}的主营业务（行业代码 {firm.industry}）不属于制造业，请判定",
            look(industry=firm.industry, first=span["first"], last=span["last"]),
            firm.key,
        )
        for firm in facts.concerned
        if firm.industry and not _manufacturing(firm.industry, span)
    )


def _manufacturing(industry: str, span: Mapping[str, Decimal]) -> bool:
    division = industry[:2]
    return division.isdecimal() and span["first"] <= int(division) <= span["last"]


def _filing(project: ProjectFacts, source: Source) -> Finding:
    numbers = [filing.number for filing in project.filings]
    looked = look(filings=numbers)
    if len(numbers) == 1:
        return Finding(source, "filing", Outcome.MET, f"已取得立项文件 {numbers[0]}", looked, project.key)
    if not numbers:
        return Finding(source, "filing", Outcome.NOT_MET, "未取得核准、审批或备案等立项文件", looked, project.key)
    message = f"对应 {len(numbers)} 份立项文件；一个项目应对应一份立项文件，不得打包"
    return Finding(PROVINCE_UNIVERSAL, "filing", Outcome.NOT_MET, message, looked, project.key)


def art_9_1_total(facts: CaseFacts, parameters: Parameters) -> tuple[Finding, ...]:
    """Universal (2): total investment both as filed and as expected by 2025 is 10亿 or more."""
    least, source = parameters.number("universal_threshold", facts.filed_on), _CLAUSES["universal", 2]
    found = []
    for project in facts.active:
        filed = sum((filing.total for filing in project.filings), ZERO)
        expected = project.total_expected
        looked = look(filed=filed, expected=expected, least=least)
        if expected is None:
            message = f"“{project.name}”未填写“十四五”期间预计完成总投资"
            found.append(Finding(source, "total_investment", Outcome.FOR_OFFICER, message, looked, project.key))
            continue
        met = filed >= least and expected >= least
        message = f"立项总投资 {show(filed)} 元，预计完成 {show(expected)} 元，均应不少于 {show(least)} 元"
        found.append(Finding(source, "total_investment", met_if(met), message, looked, project.key))
    return tuple(found)


def art_9_2_scale(facts: CaseFacts, parameters: Parameters) -> tuple[Finding, ...]:
    """Major (2): new fixed assets of 100亿 in an emerging industry; a supply-chain project is decided by people."""
    least, source = parameters.number("major_threshold", facts.filed_on), _CLAUSES["major", 2]
    found = []
    for project in facts.active:
        done = period_fixed_assets(project, facts.filed_on, parameters)
        looked = look(fixed_assets=done, least=least, emerging=project.emerging, supply_chain=project.supply_chain)
        outcome, message = _scale(project, done, least)
        found.append(Finding(source, "major_scale", outcome, message, looked, project.key))
    return tuple(found)


def _scale(project: ProjectFacts, done: Decimal, least: Decimal) -> tuple[Outcome, str]:
    amount = f"“{project.name}”新增固定资产投资 {show(done)} 元"
    if done >= least and project.emerging:
        return Outcome.MET, f"{amount}，不少于 {show(least)} 元且符合战略性新兴产业方向"
    if project.supply_chain:
        return Outcome.FOR_OFFICER, f"{amount}，申报为稳产业链供应链项目，请判定是否属于重大项目"
    if done >= least and project.emerging is None:
        return Outcome.FOR_OFFICER, f"{amount}，是否符合战略性新兴产业方向待判定"
    if done >= least:
        return Outcome.NOT_MET, f"{amount}，但不符合战略性新兴产业方向"
    return Outcome.NOT_MET, f"{amount}，少于 {show(least)} 元"


def period_fixed_assets(project: ProjectFacts, day: date, parameters: Parameters) -> Decimal:
    """New fixed-asset investment (元) completed in the years of the period."""
    first, last = parameters.day("period_from", day).year, parameters.day("period_to", day).year
    return sum((y.fixed_assets for y in project.years if first <= y.year <= last), ZERO)


def period_total(project: ProjectFacts, day: date, parameters: Parameters) -> Decimal:
    """Total investment (元) completed in the years of the period."""
    first, last = parameters.day("period_from", day).year, parameters.day("period_to", day).year
    return sum((y.total for y in project.years if first <= y.year <= last), ZERO)


def art_9_measured(facts: CaseFacts) -> tuple[Finding, ...]:
    """Condition (3): measured in the same year and passed by the province; a major one also argued."""
    if facts.call.kind is CallKind.MEASURING or facts.track == "special":
        return ()
    source, measured = _CLAUSES[facts.track, 3], measured_project(facts)
    if measured is None:
        text = "没有关联到本类别的测算项目"
        return (Finding(source, "measured", Outcome.NOT_MET, text, look(measured=None)),)
    looked = look(round=measured.round, state=measured.state, document=measured.document, argued=measured.argued)
    outcome, message = _measured(facts, measured)
    return (Finding(source, "measured", outcome, message, looked, measured.project),)


def _measured(facts: CaseFacts, measured: MeasuredFacts) -> tuple[Outcome, str]:
    if measured.state is MeasuredState.REFUSED:
        return Outcome.NOT_MET, f"测算项目未通过省的审核（{measured.document}）"
    if measured.state is MeasuredState.PENDING:
        return Outcome.FOR_OFFICER, "测算项目待省核定"
    if facts.track == "major" and measured.argued is False:
        return Outcome.NOT_MET, "测算项目未通过项目论证评估"
    if facts.track == "major" and measured.argued is None:
        return Outcome.FOR_OFFICER, "测算项目的论证评估结论尚未登记"
    if measured.year is not None and measured.year != facts.call.year:
        return Outcome.FOR_OFFICER, f"测算项目为 {measured.year} 年度，本次为 {facts.call.year} 年度，请核对“当年”"
    return Outcome.MET, f"已通过省的审核（{measured.round}，{measured.document}）"


def measured_project(facts: CaseFacts) -> MeasuredFacts | None:
    """The measured project of the case's own track that belongs to one of its projects."""
    keys = {project.key for project in facts.active}
    return next((m for m in facts.measured if m.project in keys and m.track == facts.track), None)


def art_9_record(facts: CaseFacts, parameters: Parameters) -> tuple[Finding, ...]:
    """Condition (4): no major accident in three years back from filing, and no dishonest debtor."""
    source, years = _CLAUSES[facts.track, 4], parameters.count("record_years", facts.filed_on)
    since, firms = years_before(facts.filed_on, years), checks.firms(facts)
    found = [
        Finding(
            source,
            "major_accident",
            Outcome.NOT_MET,
            f"{firm.name}于 {accident.happened_on} 发生重大事故",
            look(kind=accident.kind, happened_on=accident.happened_on, since=since),
            firm.key,
        )
        for firm in firms
        for accident in firm.accidents
        if accident.major and since <= accident.happened_on <= facts.filed_on
    ]
    if not found:
        text = f"近 {years} 年（{since} 起）在质量、安全、环保等方面未发生重大事故"
        found.append(checks.declared(facts, "no_major_accident", text, source))
    return (*found, *checks.not_listed(facts, firms, LISTS, source))


def art_9_earlier_money(facts: CaseFacts, whole_project: bool) -> tuple[Finding, ...]:
    """Condition (5): these fixed assets have had no provincial money, for the project or by asset."""
    source, found = _CLAUSES[facts.track, 5], []
    for project in facts.active:
        earlier = [money for money in project.funding if money.level == "province"]
        lines = [line.number for line in project.lines if line.provincial_money]
        if not (earlier or lines):
            continue
        programmes = [f"{m.year} {m.programme} {m.amount}" for m in earlier]
        looked = look(programmes=programmes, lines=lines, whole_project=whole_project)
        if whole_project:
            named = f"：{earlier[0].programme}" if earlier else f"（明细 {'、'.join(lines)}）"
            text = f"“{project.name}”的固定资产投资已获省级财政资金{named}"
            found.append(Finding(source, "provincial_money", Outcome.NOT_MET, text, looked, project.key))
        else:
            text = "已获省级财政资金的资产不计入，请核对剔除是否完整"
            found.append(Finding(source, "provincial_money", Outcome.FOR_OFFICER, text, looked, project.key))
    if found:
        return tuple(found)
    return (checks.declared(facts, "no_provincial_money", "有关固定资产投资未获得过省级财政资金扶持", source),)


def art_9_call(facts: CaseFacts) -> tuple[Finding, ...]:
    """Condition (6): whatever else the call makes a condition."""
    return checks.extra_conditions(facts, _CLAUSES[facts.track, 6].clause)


def art_9_after_major(facts: CaseFacts) -> tuple[Finding, ...]:
    """The province's rule: after a major award a project is no longer measured for the universal one."""
    keys = {project.key for project in facts.active}
    major = [a for a in facts.awards if a.measure == KEY and a.track == "major" and a.project in keys and a.net > 0]
    if facts.track != "universal" or not major:
        return ()
    looked = look(awards=[award.key for award in major])
    text = "项目已获重大先进制造业投资奖励，不能再作为普惠性测算项目"
    return (Finding(PROVINCE_UNIVERSAL, "after_major", Outcome.NOT_MET, text, looked),)
