"""Article 5 of 吉工信办联规〔2024〕80号: the project group, what counts, how much, over which years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import takewhile

from policies.kit import checks
from policies.kit.awards import InstalmentDue, Instalments
from policies.kit.evidence import EVIDENCE_FORMULA, count
from policies.kit.facts import CaseFacts, ProgressFacts, ProjectFacts
from policies.kit.findings import Finding, Outcome, look, plain
from policies.kit.money import ZERO, Count, Entitlement, Line, cents, percent, show
from policies.kit.parameters import Parameters
from policies.kit.text import article

KEY = "jilin"
ART_5 = article(KEY, 5)

LEVELS: Mapping[str, str] = {"world": "世界级", "national": "国家级", "provincial": "省级"}
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


def art_5_left_out(counts: Iterable[Count]) -> Finding:
    """What does not count is left out, and said so."""
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
    counts = tuple(art_5_lines(project, facts) for project in facts.active)
    project_lines = [_project_line(*pair, facts) for pair in zip(facts.active, counts, strict=True)]
    base = sum((line.amount for line in project_lines), ZERO)
    if facts.cluster is None:
        return Entitlement(tuple(project_lines), base, pending="待选择经认定的集群", counted=counts)
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
        return Entitlement(tuple(lines), base, rate, ZERO, counted=counts)
    applied = _applied(facts, base, rate)
    drawn = applied[0].amount if applied else None
    return Entitlement((*lines, *applied), base, rate, share.amount, drawn, counted=counts)


def _project_line(project: ProjectFacts, counted: Count, facts: CaseFacts) -> Line:
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
    """Paid year by year with the group's progress, over at most three consecutive years.

    A project that leaves takes its share of the later years with it; a group that falls below its
    least number is paid no more, and what was paid is looked at.
    """
    most = parameters.count("instalment_years", facts.filed_on)
    progress = sorted(facts.progress) or [ProgressFacts(facts.call.year, Decimal(1))]
    years = [step.year for step in progress]
    group, standing = art_5_kept(progress, parameters.count("group_minimum", facts.filed_on))
    rows: list[InstalmentDue] = []
    paid = ZERO
    for step in progress[: min(_consecutive(years, most), standing)]:
        due = max(ZERO, cents(award * step.kept * min(step.completed, Decimal(1))) - paid)
        rows.append(InstalmentDue(step.year, due, _instalment(step, award, paid, due)))
        paid += due
    ended = len(rows) == most or len(rows) < len(years)
    findings = (art_5_years(years, most), *group, *art_5_recognition(facts))
    return Instalments(tuple(rows), award - paid if ended else ZERO, findings)


def _instalment(step: ProgressFacts, award: Decimal, before: Decimal, due: Decimal) -> Line:
    share = "" if step.kept == 1 else " × 在群项目占比"
    looked = look(award=award, completed=step.completed, kept=step.kept, before=before)
    return Line(ART_5, f"{step.year} 年兑现", f"奖补金额{share} × 累计完成比例 − 以前年度兑现", looked, due)


def art_5_kept(progress: Sequence[ProgressFacts], least: int) -> tuple[tuple[Finding, ...], int]:
    """Whether enough projects are still in the group, and for how many of the years that holds."""
    for number, step in enumerate(progress):
        if step.projects is not None and step.projects < least:
            message = f"{step.year} 年项目群余 {step.projects} 个项目，不足 {least} 个，停止兑现并核查已兑现部分"
            looked = look(year=str(step.year), projects=step.projects, least=least)
            return (Finding(ART_5, "group_kept", Outcome.NOT_MET, message, looked),), number
    return (), len(progress)


def art_5_recognition(facts: CaseFacts) -> tuple[Finding, ...]:
    """A cluster that lost its recognition, or a head that is one no more: the province decides what goes on."""
    cluster = facts.cluster
    if cluster is None:
        return ()
    withdrawn = cluster.withdrawn_on is not None and cluster.withdrawn_on <= facts.facts_on
    headless = facts.applicant not in (*cluster.heads, cluster.organisation)
    if not (withdrawn or headless):
        return ()
    why = f"{cluster.name}的认定自 {cluster.withdrawn_on} 起撤销" if withdrawn else "申报单位已不是集群头部企业"
    looked = look(withdrawn_on=cluster.withdrawn_on, heads=len(cluster.heads), on=facts.facts_on)
    message = f"{why}，后续年度是否兑现由省级部门决定"
    return (Finding(ART_5, "instalments_recognised", Outcome.FOR_OFFICER, message, looked),)


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
