"""What the Jilin measure asks, wants to see, scores, and lets a call set."""

from __future__ import annotations

from decimal import Decimal

from policies.jilin import article_5 as five
from policies.jilin import articles as a
from policies.jilin.stamped import QUOTED, TARGETS
from policies.kit.checks import platform
from policies.kit.findings import Source, SourceKind
from policies.kit.policy import (
    CallSetting,
    Choice,
    Criterion,
    Form,
    LineCategory,
    Question,
    QuestionKind,
    RequiredDocument,
    Scorecard,
    SettingKind,
    Subject,
    When,
)
from policies.kit.text import article

PRACTICE = Source(SourceKind.INSTRUMENT, five.KEY, "practice", "细则未规定，按通行做法")
ART_15 = article(five.KEY, 15)

STEPS = (
    Choice("applicant", "单位信息"),
    Choice("cluster", "集群与牵头资格"),
    Choice("projects", "项目群"),
    Choice("lines", "投资明细"),
    Choice("documents", "佐证材料"),
    Choice("targets", "绩效目标"),
    Choice("declarations", "信用与合规声明"),
)
CATEGORIES = tuple(LineCategory(key, label, counts, five.ART_5) for key, (label, counts) in five.CATEGORIES.items())
DIRECTIONS = tuple(Choice(key, label) for key, label in a.DIRECTIONS.items())
TRACKS = (Choice("group", "先进制造业集群项目群奖补"),)

_YES_NO = QuestionKind.YES_NO
QUESTIONS = (
    Question(
        "head_basis",
        QuestionKind.LONG_TEXT,
        "头部企业依据",
        "请说明在集群中的龙头地位，例如产值、配套企业数、认定文件。",
        five.ART_5,
        step="cluster",
    ),
    Question(
        "group_summary",
        QuestionKind.LONG_TEXT,
        "项目群概况",
        "请说明各项目之间如何协同，完成了哪些建设内容。",
        five.ART_5,
        step="projects",
    ),
    Question(
        "direction_reason",
        QuestionKind.LONG_TEXT,
        "属于该支持方向的理由",
        "请对照第四条，说明项目为何属于所选方向。",
        a.ART_4,
        about=Subject.PROJECT,
        step="projects",
    ),
    Question(
        "completed_state",
        QuestionKind.CHOICE,
        "建设进度",
        "奖补为事后奖补，请按申报之日的实际情况选择。",
        a.ART_4,
        choices=(Choice("completed", "已完成"), Choice("partly", "部分完成，按进度分年度兑现")),
        about=Subject.PROJECT,
        step="projects",
    ),
    Question(
        "requested",
        QuestionKind.MONEY,
        "拟申请奖补金额（元）",
        "不超过页面显示的政策上限；实际金额由资金分配方案确定。",
        five.ART_5,
        step="lines",
    ),
    Question(
        "instalments",
        QuestionKind.CHOICE,
        "拟分几年兑现",
        "可按项目群建设进度分年度兑现，最多连续三年。",
        five.ART_5,
        choices=(Choice("1", "一次兑现"), Choice("2", "分两年"), Choice("3", "分三年")),
        step="lines",
    ),
    Question(
        "truthful",
        _YES_NO,
        "对申报材料的真实性、准确性负责",
        "申报单位承担申报主体责任，并配合监督管理。",
        a.ART_13,
    ),
    Question(
        "earmarked",
        _YES_NO,
        "奖补资金在申报范围内使用",
        "奖补资金必须在申报范围内使用，专款专用。",
        five.ART_5,
    ),
    Question(
        "not_twice",
        _YES_NO,
        "同一发票、同一投资未在其他财政资金项目中申报",
        "如有，请选择“否”并在下一题说明。",
        platform(five.KEY, "same_invoice"),
    ),
    Question(
        "twice_reason",
        QuestionKind.LONG_TEXT,
        "重复申报情况说明",
        "请写明资金名称、年度、金额和涉及的发票。",
        platform(five.KEY, "same_invoice"),
        when=When("not_twice", (False,)),
    ),
    *TARGETS,
)

DOCUMENTS = (
    RequiredDocument("licence", "营业执照", "各实施单位均须提供。", a.ART_6_1, about=Subject.FIRM),
    RequiredDocument("recognition", "集群认定文件", "认定部门公布的文件。", a.ART_3),
    RequiredDocument("head_proof", "头部企业证明材料", "能证明牵头资格的材料。", five.ART_5),
    RequiredDocument("filing", "项目立项文件", "核准、审批或备案文件。", a.ART_4, about=Subject.PROJECT),
    RequiredDocument("audit", "专项审计报告", "列明五类费用并剔除土建和厂房投资。", five.ART_5),
    RequiredDocument("invoices", "发票", "与投资明细逐条对应。", five.ART_5, about=Subject.PROJECT),
    RequiredDocument("vouchers", "付款凭证", "与投资明细逐条对应。", five.ART_5, about=Subject.PROJECT),
    RequiredDocument(
        "cooperation",
        "产学研合作协议",
        "方向为产学研合作的项目提供。",
        a.ART_4,
        when=When("direction", ("cooperation",)),
        about=Subject.PROJECT,
    ),
    RequiredDocument("targets", "绩效目标申报表", "从系统生成，盖章后上传。", ART_15, form=Form.TARGETS),
    RequiredDocument(
        "commitment",
        "承诺书",
        "从系统生成，盖章后上传。",
        a.ART_13,
        about=Subject.FIRM,
        form=Form.PROMISE,
        quotes=QUOTED,
    ),
)

SCORECARD = Scorecard(
    "group",
    "项目群评分表",
    (
        Criterion("authentic", "合规性与真实性", Decimal(15), "材料齐全、相互印证，投资真实。"),
        Criterion("chain", "延链补链强链作用", Decimal(25), "对集群产业链关键环节的贡献。"),
        Criterion("level", "技术与装备水平", Decimal(20), "先进程度，数字化、绿色化水平。"),
        Criterion("scale", "投资规模与进度", Decimal(20), "完成投资的规模和按期程度。"),
        Criterion("effect", "经济社会效益", Decimal(15), "产出、就业、带动配套。"),
        Criterion("quality", "申报材料质量", Decimal(5), "表述清楚，数据一致。"),
    ),
    a.ART_9,
)

_DAYS = (Choice("natural", "自然日"), Choice("working", "工作日"))
SETTINGS = (
    CallSetting("notice_days", "公示天数", SettingKind.NUMBER, "7", PRACTICE, "第十条未规定天数"),
    CallSetting("notice_counted", "公示天数的计算", SettingKind.CHOICE, "natural", PRACTICE, "首尾日均计入", _DAYS),
    CallSetting(
        "base_rule",
        "投资额的证据",
        SettingKind.CHOICE,
        "lower",
        PRACTICE,
        "发票（不含税）与付款取低",
        (Choice("lower", "发票与付款取低"), Choice("invoice", "发票"), Choice("payment", "付款")),
    ),
    CallSetting("local_review_days", "县市初审时限（工作日）", SettingKind.NUMBER, "15", a.ART_8, "按申报指南执行"),
    CallSetting("upper_review_days", "省级复审时限（工作日）", SettingKind.NUMBER, "20", PRACTICE, "细则未规定"),
    CallSetting("correction_days", "补正期限（工作日）", SettingKind.NUMBER, "5", PRACTICE, "细则未规定"),
    CallSetting("sample_share", "抽查比例", SettingKind.RATE, "0.30", PRACTICE, "细则未规定"),
    CallSetting("plan_unit", "分配方案取整单位（元）", SettingKind.MONEY, "100.00", PRACTICE, "0.01 万元"),
    CallSetting(
        "payee",
        "收款单位",
        SettingKind.CHOICE,
        "head",
        PRACTICE,
        "第五条未规定",
        (Choice("head", "头部企业"), Choice("member", "各项目实施单位")),
    ),
    CallSetting("reserve_by", "完成项目储备的日期", SettingKind.DATE, "", a.ART_18, "2024、2025 年按申报指南执行"),
    CallSetting("pay_days", "县市拨付时限（下达后天数）", SettingKind.NUMBER, "30", a.ART_12, "按规定时限"),
)
