"""The articles of 吉工信办联规〔2024〕80号, in the order of the text: facts in, answers out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import takewhile

from policies.kit import checks
from policies.kit.calendar import WorkCalendar, last_day_of_term
from policies.kit.evidence import EVIDENCE_FORMULA, Count, count
from policies.kit.facts import (
    Breach,
    CaseFacts,
    CreditKind,
    EnterpriseFacts,
    PartnerRole,
    ProgressFacts,
    ProjectFacts,
)
from policies.kit.findings import Finding, Outcome, Source, look, plain
from policies.kit.money import ZERO, Entitlement, Line, cents, percent, show
from policies.kit.parameters import Parameters
from policies.kit.policy import BarTerm, Deadline, InstalmentDue, Instalments, Recovery
from policies.kit.text import article

KEY = "jilin"
ART_3 = article(KEY, 3)
ART_4 = article(KEY, 4)
ART_5 = article(KEY, 5)
ART_6_1 = article(KEY, 6, "第（一）项", "1")
ART_6_2 = article(KEY, 6, "第（二）项", "2")
ART_7 = article(KEY, 7)
ART_8 = article(KEY, 8)
ART_9 = article(KEY, 9)
ART_10 = article(KEY, 10)
ART_11 = article(KEY, 11)
ART_12 = article(KEY, 12)
ART_13 = article(KEY, 13)
ART_16 = article(KEY, 16)
ART_17 = article(KEY, 17)
ART_18 = article(KEY, 18)
ART_6_LISTS = tuple(CreditKind)
"""Art. 6(二): 失信被执行人, 经营异常名录, 严重违法失信企业名单."""

LEVELS: Mapping[str, str] = {"world": "世界级", "national": "国家级", "provincial": "省级"}
DIRECTIONS: Mapping[str, str] = {
    "chain": "聚焦延链、补链、强链的重点产业链项目",
    "renewal": "数字化、绿色化技术改造和设备更新项目",
    "cooperation": "产学研合作项目",
    "promotion": "产品推广项目",
}
CATEGORIES: Mapping[str, tuple[str, bool]] = {
    "equipment": ("设备购置", True),
    "software": ("软件购置", True),
    "research": ("前期研发", True),
    "promotion": ("产品推广", True),
    "consulting": ("技术咨询与服务", True),
    "civil": ("土建", False),
    "plant": ("厂房投资", False),
    "other": ("其他", False),
}
COUNTS: Mapping[str, bool] = {key: counts for key, (_, counts) in CATEGORIES.items()}
_RESEARCHERS = frozenset({PartnerRole.UNIVERSITY, PartnerRole.INSTITUTE})


def art_3_recognised(facts: CaseFacts) -> Finding:
    """The cluster must be recognised, by the ministry or the province, on the day of filing."""
    cluster, day = facts.cluster, facts.filed_on
    if cluster is None:
        return Finding(ART_3, "cluster_recognised", Outcome.NOT_MET, "未选择经认定的集群", look(cluster=None))
    looked = look(
        cluster=cluster.name,
        level=cluster.level,
        recognised_on=cluster.recognised_on,
        withdrawn_on=cluster.withdrawn_on,
        filed_on=day,
    )
    level = LEVELS[cluster.level]
    if cluster.recognised_on <= day and (cluster.withdrawn_on is None or day < cluster.withdrawn_on):
        message = f"{cluster.name}为{level}集群（{cluster.document}）"
        return Finding(ART_3, "cluster_recognised", Outcome.MET, message, looked)
    message = f"{cluster.name}在 {day} 不是经认定的{level}集群"
    return Finding(ART_3, "cluster_recognised", Outcome.NOT_MET, message, looked)


def art_4_scope(facts: CaseFacts) -> tuple[Finding, ...]:
    """Every project of the group is in one of the four directions; cooperation needs a researcher."""
    found = []
    for project in facts.active:
        looked = look(direction=DIRECTIONS.get(project.direction or ""), partners=[p.name for p in project.partners])
        if project.direction not in DIRECTIONS:
            message = f"“{project.name}”未选择支持方向"
            found.append(Finding(ART_4, "direction", Outcome.NOT_MET, message, looked, project.key))
        elif project.direction == "cooperation" and not _has_researcher(project):
            message = f"“{project.name}”为产学研合作项目，但没有登记高校或科研院所"
            found.append(Finding(ART_4, "direction", Outcome.FOR_OFFICER, message, looked, project.key))
    if found or not facts.active:
        return tuple(found)
    directions = [DIRECTIONS[project.direction or ""] for project in facts.active]
    message = f"{len(directions)} 个项目均属支持方向"
    return (Finding(ART_4, "direction", Outcome.MET, message, look(directions=directions)),)


def _has_researcher(project: ProjectFacts) -> bool:
    return any(partner.role in _RESEARCHERS for partner in project.partners)


def art_5_lead(facts: CaseFacts) -> Finding:
    """The group is led by a head enterprise of the cluster."""
    applicant = facts.by_key[facts.applicant].name
    heads = facts.cluster.heads if facts.cluster else ()
    looked = look(applicant=applicant, heads=len(heads))
    if facts.applicant in heads:
        return Finding(ART_5, "led_by_head", Outcome.MET, f"{applicant}为集群头部企业", looked)
    if facts.cluster and facts.applicant == facts.cluster.organisation:
        message = f"{applicant}为集群发展促进组织，请核对牵头的头部企业"
        return Finding(ART_5, "led_by_head", Outcome.FOR_OFFICER, message, looked)
    return Finding(ART_5, "led_by_head", Outcome.NOT_MET, f"{applicant}不是该集群的头部企业", looked)


def art_5_group(facts: CaseFacts, parameters: Parameters) -> Finding:
    """Three projects or more make a group; only those still in the case are counted."""
    least = parameters.count("group_minimum", facts.filed_on)
    number = len(facts.active)
    looked = look(active=number, all=len(facts.projects), least=least)
    if number >= least:
        return Finding(ART_5, "group_size", Outcome.MET, f"项目群有 {number} 个项目，不少于 {least} 个", looked)
    message = f"项目群至少需要 {least} 个项目，现有 {number} 个"
    return Finding(ART_5, "group_size", Outcome.NOT_MET, message, looked)


def art_5_lines(project: ProjectFacts, facts: CaseFacts) -> Count:
    """Only the five kinds of cost count; civil works and plant never do."""
    return count(project.lines, COUNTS, facts.call)


def art_5_left_out(facts: CaseFacts) -> Finding:
    """What does not count is left out, and said so."""
    counts = [art_5_lines(project, facts) for project in facts.active]
    left = [line for one in counts for line in one.left_out]
    total = sum((line.amount for line in left), ZERO)
    reasons = sorted({line.reason for line in left})
    looked = look(lines=len(left), amount=total, reasons=reasons)
    if not left:
        return Finding(ART_5, "left_out", Outcome.MET, "投资明细均属五类费用且在投资时段内", looked)
    message = f"{len(left)} 条明细共 {show(total)} 元不属五类费用或不在投资时段内，已剔除"
    return Finding(ART_5, "left_out", Outcome.MET, message, looked)


def art_5_cap(facts: CaseFacts, parameters: Parameters) -> Entitlement:
    """At most a share of what the group has completed, by the cluster's level."""
    project_lines = [_project_line(project, facts) for project in facts.active]
    base = sum((line.amount for line in project_lines), ZERO)
    if facts.cluster is None:
        return Entitlement(tuple(project_lines), base, pending="待选择经认定的集群")
    rate = parameters.table("cap_rate", facts.filed_on)[facts.cluster.level]
    total = Line(ART_5, "完成投资总额", "各项目计入投资之和", look(projects=len(project_lines)), base)
    share = Line(
        ART_5,
        "政策上限",
        f"完成投资总额 × {rate:.0%}（{LEVELS[facts.cluster.level]}）",
        look(base=base, rate=rate),
        cents(base * rate),
    )
    least = parameters.count("group_minimum", facts.filed_on)
    lines = [*project_lines, total, share]
    if len(project_lines) < least:
        nothing = f"项目不足 {least} 个，不构成项目群"
        lines.append(Line(ART_5, "不予计算", nothing, look(active=len(project_lines)), ZERO))
        return Entitlement(tuple(lines), base, rate, ZERO)
    applied = _applied(facts, base, rate)
    return Entitlement((*lines, *applied), base, rate, share.amount, applied[0].amount if applied else None)


def _project_line(project: ProjectFacts, facts: CaseFacts) -> Line:
    counted = art_5_lines(project, facts)
    inputs = {CATEGORIES[key][0]: plain(amount) for key, amount in counted.by_category.items()}
    inputs["剔除"] = plain(counted.left_out_total)
    formula = EVIDENCE_FORMULA[facts.call.base_rule]
    return Line(ART_5, f"“{project.name}”计入投资", formula, inputs, counted.total)


def _applied(facts: CaseFacts, base: Decimal, ceiling: Decimal) -> tuple[Line, ...]:
    rate = facts.call.applied_rate
    if rate is None or not ZERO <= rate <= ceiling:
        return ()
    formula = f"完成投资总额 × 拟定比例 {percent(rate)}"
    return (Line(ART_5, "按拟定比例", formula, look(base=base, rate=rate), cents(base * rate)),)


def art_5_requested(facts: CaseFacts, entitlement: Entitlement) -> tuple[Finding, ...]:
    """What is asked for, and the rate decided on, stay under the ceiling."""
    found = []
    asked = checks.amount(facts, "requested")
    if asked is not None and entitlement.cap is not None:
        over = asked > entitlement.cap
        message = f"拟申请 {show(asked)} 元，政策上限 {show(entitlement.cap)} 元"
        outcome = Outcome.NOT_MET if over else Outcome.MET
        found.append(Finding(ART_5, "requested", outcome, message, look(asked=asked, cap=entitlement.cap)))
    rate = facts.call.applied_rate
    if rate is not None and entitlement.rate is not None:
        outcome = Outcome.MET if ZERO <= rate <= entitlement.rate else Outcome.NOT_MET
        message = f"拟定比例 {percent(rate)}，最高比例 {percent(entitlement.rate)}"
        looked = look(applied=rate, ceiling=entitlement.rate)
        found.append(Finding(ART_5, "applied_rate", outcome, message, looked))
    return tuple(found)


def art_5_instalments(facts: CaseFacts, award: Decimal, parameters: Parameters) -> Instalments:
    """Paid year by year with the group's progress, over at most three consecutive years."""
    most = parameters.count("instalment_years", facts.filed_on)
    progress = facts.progress or (ProgressFacts(facts.call.year, Decimal(1)),)
    years = [step.year for step in progress]
    finding = art_5_years(years, most)
    rows: list[InstalmentDue] = []
    paid = ZERO
    for step in progress[: _consecutive(years, most)]:
        due = max(ZERO, cents(award * min(step.completed, Decimal(1))) - paid)
        line = Line(
            ART_5,
            f"{step.year} 年兑现",
            "奖补金额 × 累计完成比例 − 以前年度兑现",
            look(award=award, completed=step.completed, before=paid),
            due,
        )
        rows.append(InstalmentDue(step.year, due, line))
        paid += due
    ended = len(rows) == most or len(rows) < len(years)
    return Instalments(tuple(rows), award - paid if ended else ZERO, (finding,))


def art_5_years(years: Sequence[int], most: int) -> Finding:
    """At most three years, one after another."""
    looked = look(years=[str(year) for year in years], most=most)
    if _consecutive(years, most) == len(years):
        return Finding(ART_5, "instalment_years", Outcome.MET, f"分 {len(years)} 年兑现，年度连续", looked)
    message = f"兑现最多连续 {most} 年，现为 {'、'.join(map(str, years))}"
    return Finding(ART_5, "instalment_years", Outcome.NOT_MET, message, looked)


def _consecutive(years: Sequence[int], most: int) -> int:
    """How many of the years, from the first, are consecutive and allowed."""
    steps = takewhile(lambda step: step[1] == years[0] + step[0], enumerate(years[:most]))
    return sum(1 for _ in steps)


def art_6_1_member(facts: CaseFacts, parameters: Parameters) -> tuple[Finding, ...]:
    """Every enterprise of the group produces in the province and belongs to the cluster."""
    province = parameters.text("province", facts.filed_on)
    cluster = facts.cluster.key if facts.cluster else ""
    found = [
        _outside(firm, province, cluster)
        for firm in checks.firms(facts)
        if not (_is_organisation(firm, facts) or (firm.produces_in.startswith(province) and cluster in firm.clusters))
    ]
    if found:
        return tuple(found)
    message = "项目群各企业均在省内生产经营且属于该集群"
    looked = look(enterprises=len(checks.firms(facts)), cluster=cluster)
    return (Finding(ART_6_1, "cluster_member", Outcome.MET, message, looked),)


def _is_organisation(firm: EnterpriseFacts, facts: CaseFacts) -> bool:
    """The promotion organisation prepares for others; it receives nothing for itself."""
    implements = any(project.firm == firm.key for project in facts.active)
    return bool(facts.cluster and firm.key == facts.cluster.organisation and not implements)


def _outside(firm: EnterpriseFacts, province: str, cluster: str) -> Finding:
    looked = look(produces_in=firm.produces_in, clusters=firm.clusters, cluster=cluster)
    where = "不在吉林省内生产经营" if not firm.produces_in.startswith(province) else "不属于该集群"
    return Finding(ART_6_1, "cluster_member", Outcome.NOT_MET, f"{firm.name}{where}", looked, firm.key)


def art_6_2_credit(facts: CaseFacts) -> tuple[Finding, ...]:
    """No enterprise of the group is on one of the three lists."""
    return checks.not_listed(facts, checks.firms(facts), ART_6_LISTS, ART_6_2)


def art_6_3_call(facts: CaseFacts) -> tuple[Finding, ...]:
    """Whatever else the call makes a condition."""
    return checks.extra_conditions(facts, "细则第六条第（三）项")


def art_7_filing(facts: CaseFacts) -> tuple[Finding, ...]:
    """Filed within the window of the formal call."""
    return checks.filed_in_time(facts, ART_7)


def art_7_deadlines(facts: CaseFacts, parameters: Parameters) -> tuple[Deadline, ...]:
    """The call for the next year is out by the end of June."""
    if _by_guide(facts, parameters):
        return ()
    month, day = _month_day(parameters.text("call_by", facts.filed_on))
    on = date(facts.call.year - 1, month, day)
    return (Deadline("call", "组织下一年度申报", on, "每年 6 月底前", ART_7),)


def art_8_deadlines(facts: CaseFacts, days: int, calendar: WorkCalendar) -> tuple[Deadline, ...]:
    """Local review takes as long as the guide says, from the end of the filing window."""
    start = facts.call.closes_on or facts.filed_on
    on = calendar.add_workdays(start, days)
    return (Deadline("local_review", "县市初审和会审", on, f"{start} 之后 {days} 个工作日", ART_8),)


def art_10_deadlines(facts: CaseFacts, parameters: Parameters, by_guide: str) -> tuple[Deadline, ...]:
    """Projects are in reserve by the end of September; in the first years, by the guide's day."""
    if _by_guide(facts, parameters):
        on = date.fromisoformat(by_guide) if by_guide else None
        return (Deadline("reserve", "完成项目储备", on, "按申报指南", ART_18),) if on else ()
    month, day = _month_day(parameters.text("reserve_by", facts.filed_on))
    on = date(facts.call.year - 1, month, day)
    return (Deadline("reserve", "完成项目储备", on, "每年 9 月底前", ART_10),)


def _by_guide(facts: CaseFacts, parameters: Parameters) -> bool:
    """Art. 18: in the first years the times are those of the guide."""
    return facts.call.published_on.year < parameters.count("first_year_by_rule", facts.filed_on)


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def art_13_bar(facts: CaseFacts) -> tuple[Finding, ...]:
    """Nobody who is barred on the day of filing may file (Art. 13, 16 and 17)."""
    return checks.not_barred(facts, checks.firms(facts), ART_13)


def art_13_violation(facts: CaseFacts, breach: Breach, parameters: Parameters) -> Recovery:
    """A serious violation that is hard to repair: money back, and in principle no filing for 5 years."""
    if not (breach.serious and breach.beyond_repair):
        return _open(ART_13, breach, "须同时认定“情节严重”和“难以整改和纠正”，方可追回资金并停止申报资格")
    usual = parameters.count("bar_years", facts.filed_on)
    years = breach.years if breach.years and breach.reason else usual
    last = last_day_of_term(breach.found_on, years)
    bar = BarTerm(breach.enterprise, breach.found_on, last, KEY, ART_13)
    return _take_back(ART_13, facts, breach, bar)


def art_16_rating(breach: Breach) -> Recovery:
    """Rated 差 and hard to repair: instalments stop, later years are barred; 差 alone only holds."""
    if not breach.beyond_repair:
        return _open(ART_16, breach, "评价结果为“差”，未认定“难以整改”前暂缓兑现")
    message = "评价结果为“差”且难以整改，停止兑现并取消以后年度申报资格"
    finding = Finding(ART_16, breach.kind.value, Outcome.MET, message, look(found_on=breach.found_on))
    bar = BarTerm(breach.enterprise, breach.found_on, None, KEY, ART_16)
    return Recovery(stop=True, bar=bar, findings=(finding,))


def art_17_fraud(facts: CaseFacts, breach: Breach) -> Recovery:
    """Money obtained by fraud comes back, and no later provincial policy supports the subject."""
    return _take_back(ART_17, facts, breach, BarTerm(breach.enterprise, breach.found_on, None, "", ART_17))


def _open(source: Source, breach: Breach, message: str) -> Recovery:
    looked = look(serious=breach.serious, beyond_repair=breach.beyond_repair, found_on=breach.found_on)
    return Recovery(findings=(Finding(source, breach.kind.value, Outcome.FOR_OFFICER, message, looked),))


def _take_back(source: Source, facts: CaseFacts, breach: Breach, bar: BarTerm) -> Recovery:
    lines = tuple(
        Line(source, f"{a.year} 年奖补", "已拨付 − 已退回", look(paid=a.paid, returned=a.returned), a.paid - a.returned)
        for a in facts.awards
        if a.measure == KEY
    )
    looked = look(serious=breach.serious, beyond_repair=breach.beyond_repair, found_on=breach.found_on)
    finding = Finding(source, breach.kind.value, Outcome.MET, "追回条件已全部认定", looked)
    return Recovery(sum((line.amount for line in lines), ZERO), lines, True, bar, (finding,))


def art_18_validity(facts: CaseFacts, parameters: Parameters) -> Finding:
    """In force from 2024-12-05 to 2026-06-30: a call must be published in between."""
    day = facts.filed_on
    return checks.in_force(facts, parameters.day("valid_from", day), parameters.day("valid_to", day), ART_18)
