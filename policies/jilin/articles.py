"""The articles of 吉工信办联规〔2024〕80号, in the order of the text: facts in, answers out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from policies.jilin.article_5 import COUNTS, KEY, LEVELS
from policies.kit import checks
from policies.kit.awards import BarTerm, Recovery
from policies.kit.calendar import WorkCalendar, last_day_of_term
from policies.kit.facts import Breach, CaseFacts, CreditKind, EnterpriseFacts, PartnerRole, ProjectFacts
from policies.kit.findings import Finding, Outcome, Source, look
from policies.kit.kinds import Rating
from policies.kit.money import ZERO, Line, show
from policies.kit.parameters import Parameters
from policies.kit.performance import PerformanceFacts, recorded_uses, targets_reached
from policies.kit.policy import Deadline
from policies.kit.text import article

ART_3 = article(KEY, 3)
ART_4 = article(KEY, 4)
ART_6_1 = article(KEY, 6, "第（一）项", "1")
ART_6_2 = article(KEY, 6, "第（二）项", "2")
ART_7 = article(KEY, 7)
ART_8 = article(KEY, 8)
ART_9 = article(KEY, 9)
ART_10 = article(KEY, 10)
ART_11 = article(KEY, 11)
ART_12 = article(KEY, 12)
ART_13 = article(KEY, 13)
ART_14 = article(KEY, 14)
ART_15 = article(KEY, 15)
ART_16 = article(KEY, 16)
ART_17 = article(KEY, 17)
ART_18 = article(KEY, 18)
ART_6_LISTS = tuple(CreditKind)
"""Art. 6(二): 失信被执行人, 经营异常名录, 严重违法失信企业名单."""
PUBLISHED_IN = "吉林省信用综合服务平台、“信用中国（吉林）”网站"
"""Art. 13: where the dishonesty of a barred subject is made public."""

DIRECTIONS: Mapping[str, str] = {
    "chain": "聚焦延链、补链、强链的重点产业链项目",
    "renewal": "数字化、绿色化技术改造和设备更新项目",
    "cooperation": "产学研合作项目",
    "promotion": "产品推广项目",
}
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


def art_4_after_the_fact(facts: CaseFacts) -> Finding:
    """Awards come after the fact: nothing that counts may be dated after the day of filing."""
    last = facts.call.window_to
    late = [
        f"{project.name} {line.number}"
        for project in (facts.active if last > facts.filed_on else ())
        for line in project.lines
        if COUNTS.get(line.category) and line.dated is not None and facts.filed_on < line.dated <= last
    ]
    looked = look(filed_on=facts.filed_on, lines=late)
    if not late:
        return Finding(ART_4, "after_the_fact", Outcome.MET, "计入的投资均在申报之日以前完成", looked)
    message = f"{len(late)} 条明细的日期晚于申报之日 {facts.filed_on}，事后奖补不予计入：{'、'.join(late)}"
    return Finding(ART_4, "after_the_fact", Outcome.NOT_MET, message, looked)


def _has_researcher(project: ProjectFacts) -> bool:
    return any(partner.role in _RESEARCHERS for partner in project.partners)


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
    bar = BarTerm(breach.enterprise, breach.found_on, last, KEY, ART_13, PUBLISHED_IN)
    return _take_back(ART_13, facts, breach, bar)


def art_15_targets(facts: PerformanceFacts) -> tuple[Finding, ...]:
    """Local bureaus hold what was reached against the targets; whatever is not reported yet stays open."""
    return targets_reached(facts, ART_15)


def art_15_use(facts: PerformanceFacts) -> tuple[Finding, ...]:
    """The money goes into what the project builds, within what was filed, and into nothing else."""
    projects = {project.key: project.name for project in facts.case.active}
    found = [
        Finding(
            ART_15,
            "earmarked",
            Outcome.NOT_MET,
            f"第 {use.number} 笔 {show(use.amount)} 元不属于申报范围内的建设内容",
            look(purpose=use.purpose, project=projects.get(use.project), amount=use.amount),
            use.number,
        )
        for use in facts.uses
        if not COUNTS.get(use.purpose) or use.project not in projects
    ]
    if facts.uses and not found:
        message = f"{len(facts.uses)} 笔支出均属申报范围内的建设内容"
        found.append(Finding(ART_15, "earmarked", Outcome.MET, message, look(uses=len(facts.uses))))
    return (*found, *recorded_uses(facts, ART_15))


def art_16_rating(breach: Breach) -> Recovery:
    """Rated 差 and hard to repair: instalments stop, later years are barred; 差 alone only holds."""
    if not breach.beyond_repair:
        return _open(ART_16, breach, "评价结果为“差”，未认定“难以整改”前暂缓兑现")
    message = "评价结果为“差”且难以整改，停止兑现并取消以后年度申报资格"
    finding = Finding(ART_16, breach.kind.value, Outcome.MET, message, look(found_on=breach.found_on))
    bar = BarTerm(breach.enterprise, breach.found_on, None, KEY, ART_16)
    return Recovery(stop=True, bar=bar, findings=(finding,))


def art_16_rated(facts: PerformanceFacts) -> Finding:
    """What is not rated yet is not passed: the instalment waits, as it does for a poor rating."""
    looked = look(rating=facts.rating, reported_on=facts.reported_on)
    if facts.rating is None:
        return Finding(ART_16, "rated", Outcome.FOR_OFFICER, "尚无绩效评价结果，评价前暂缓兑现", looked)
    if facts.rating is Rating.POOR:
        message = "绩效评价结果为“差”，暂缓兑现，整改后再定"
        return Finding(ART_16, "rated", Outcome.FOR_OFFICER, message, looked)
    return Finding(ART_16, "rated", Outcome.MET, "绩效评价结果不为“差”", looked)


def art_17_fraud(facts: CaseFacts, breach: Breach) -> Recovery:
    """Money obtained by fraud comes back, and no later provincial policy supports the subject."""
    return _take_back(ART_17, facts, breach, BarTerm(breach.enterprise, breach.found_on, None, "", ART_17))


def art_17_withholding(breach: Breach) -> Recovery:
    """Nobody may withhold, divert or occupy the money: an agency that does pays it on, and bars nobody."""
    message = f"{breach.enterprise}截留、挤占或挪用资金，须由有权机关追究责任并责令拨付到位"
    looked = look(agency=breach.enterprise, found_on=breach.found_on, demand=breach.demand)
    return Recovery(findings=(Finding(ART_17, breach.kind.value, Outcome.FOR_OFFICER, message, looked),))


def _open(source: Source, breach: Breach, message: str) -> Recovery:
    looked = look(serious=breach.serious, beyond_repair=breach.beyond_repair, found_on=breach.found_on)
    return Recovery(findings=(Finding(source, breach.kind.value, Outcome.FOR_OFFICER, message, looked),))


def _take_back(source: Source, facts: CaseFacts, breach: Breach, bar: BarTerm) -> Recovery:
    lines = tuple(
        Line(source, f"{a.year} 年奖补", "已拨付 − 已退回", look(paid=a.paid, returned=a.returned), a.held)
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
