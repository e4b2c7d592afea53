"""What the Zhongshan measure asks, wants to see, scores, and lets a call set."""

from __future__ import annotations

from decimal import Decimal

from policies.kit.checks import platform
from policies.kit.facts import CallKind, CaseFacts
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
)
from policies.kit.text import article
from policies.zhongshan import article_9 as nine
from policies.zhongshan import articles as a
from policies.zhongshan.stamped import QUOTED, TARGETS

KEY = nine.KEY
PRACTICE = Source(SourceKind.INSTRUMENT, KEY, "practice", "细则未规定，按通行做法")
CITY_FUNDS = Source(SourceKind.INSTRUMENT, KEY, "city_industry_funds", "中山市工业发展专项资金管理办法")
ART_9_1 = article(KEY, 9, "第（一）项", "1")
ART_9_2 = article(KEY, 9, "第（二）项", "2")
RECORD = article(KEY, 9, "第（一）项第1目第（4）点", "1_1_4")
EARLIER = article(KEY, 9, "第（一）项第1目第（5）点", "1_1_5")

STEPS = (
    Choice("applicant", "单位信息"),
    Choice("track", "资助类别与测算项目"),
    Choice("projects", "项目信息"),
    Choice("lines", "固定资产投资"),
    Choice("documents", "佐证材料"),
    Choice("targets", "绩效目标"),
    Choice("declarations", "合规声明"),
)
CATEGORIES = tuple(LineCategory(key, label, counts, nine.ART_9) for key, (label, counts) in nine.CATEGORIES.items())
TRACKS = tuple(Choice(key, label) for key, label in nine.TRACKS.items())

_COMMON = (
    Question(
        "site_state",
        QuestionKind.LONG_TEXT,
        "项目建设情况",
        "请说明建设内容、开工和投产时间、当前进度。",
        ART_9_1,
        about=Subject.PROJECT,
        step="projects",
    ),
    Question(
        "statistics_basis",
        QuestionKind.TEXT,
        "统计口径来源",
        "请写明纳入统计的项目名称和报表，例如统计联网直报平台 206 表。",
        nine.ART_9,
        about=Subject.PROJECT,
        step="lines",
    ),
    Question(
        "no_major_accident",
        QuestionKind.YES_NO,
        "近 3 年来在质量、安全、环保等方面未发生重大事故",
        "从申报之日起往前推算。",
        RECORD,
    ),
    Question(
        "no_provincial_money",
        QuestionKind.YES_NO,
        "项目有关固定资产投资未获得过省级财政资金的扶持",
        "本专项以前年度的普惠性奖励除外，系统会自动核减。",
        EARLIER,
    ),
    Question(
        "truthful",
        QuestionKind.YES_NO,
        "对申报材料的真实性负责，严格执行财务规章制度和会计核算办法",
        "获得资助后须妥善保管凭证资料，接受监督检查。",
        article(KEY, 14),
    ),
    Question(
        "not_twice",
        QuestionKind.YES_NO,
        "同一发票未在其他财政资金项目中申报",
        "如有，请在投资明细中注明。",
        platform(KEY, "same_invoice"),
    ),
    *TARGETS,
)
_REQUESTED = Question(
    "requested",
    QuestionKind.MONEY,
    "拟申请奖励金额（元）",
    "不超过页面显示的政策上限；实际金额由资助计划确定。",
    nine.ART_9,
    step="lines",
)
_USE = Question(
    "use_of_funds",
    QuestionKind.CHOICES,
    "资金用途",
    "原则上用于企业生产运营、增资扩产、科研投入等。",
    a.ART_13,
    choices=(
        Choice("operation", "生产运营"),
        Choice("expansion", "增资扩产"),
        Choice("research", "科研投入"),
    ),
    step="track",
)
_EMERGING = Question(
    "emerging_reason",
    QuestionKind.LONG_TEXT,
    "战略性新兴产业方向或稳产业链供应链说明",
    "请对照国家战略性新兴产业分类，或说明对产业链供应链的稳定作用。",
    ART_9_2,
    about=Subject.PROJECT,
    step="projects",
)
_CONSENT = Question(
    "city_consent",
    QuestionKind.TEXT,
    "市政府同意文件",
    "请填写文件名称和文号。",
    nine.ART_9_3,
    step="track",
)
_GRANTED = Question(
    "city_amount",
    QuestionKind.MONEY,
    "市政府批准的金额（元）",
    "以市政府同意的文件为准，不超过省级细则的上限。",
    nine.ART_9_3,
    required=False,
    step="track",
)
_RULE = Question(
    "city_rule",
    QuestionKind.CHOICE,
    "适用的省级细则",
    "一事一议须符合省级细则的规定。",
    nine.ART_9_3,
    required=False,
    choices=tuple(one for one in TRACKS if one.key != "special"),
    step="track",
)


def questions(facts: CaseFacts) -> tuple[Question, ...]:
    """By track, and by whether money is asked for or only measured."""
    by_track = {"universal": (), "major": (_EMERGING,), "special": (_CONSENT, _GRANTED, _RULE)}[facts.track]
    money = (_REQUESTED, _USE) if facts.call.kind is CallKind.SUPPORT else ()
    return (*_COMMON, *by_track, *money)


_DOCUMENTS = (
    RequiredDocument("licence", "营业执照", "复印件加盖公章。", a.ART_7, about=Subject.FIRM),
    RequiredDocument("filing", "立项文件", "投资主管部门核准、审批或备案文件。", ART_9_1, about=Subject.PROJECT),
    RequiredDocument("audit", "专项审计报告", "列明各年度总投资和新增固定资产投资。", nine.ART_9),
    RequiredDocument("statistics", "固定资产投资统计报表", "统计联网直报平台 206 表。", nine.ART_9),
    RequiredDocument("invoices", "发票", "与投资明细逐条对应；进口设备提供报关单。", nine.ART_9, about=Subject.PROJECT),
    RequiredDocument("vouchers", "付款凭证", "与投资明细逐条对应。", nine.ART_9, about=Subject.PROJECT),
    RequiredDocument("photos", "现场照片", "能反映建设现状。", PRACTICE, required=False, about=Subject.PROJECT),
    RequiredDocument("targets", "绩效目标申报表", "从系统生成，盖章后上传。", a.ART_12, form=Form.TARGETS),
    RequiredDocument(
        "commitment", "承诺书", "从系统生成，盖章后上传。", article(KEY, 14), form=Form.PROMISE, quotes=QUOTED
    ),
)
_MEASURED = RequiredDocument("measured", "测算项目省核定文件", "省核定额度的文件。", ART_9_1)
_ARGUED = RequiredDocument("argued", "项目论证评估意见", "重大项目论证评估的结论。", ART_9_2)
_CITY = RequiredDocument("city_consent", "市政府同意文件", "一事一议项目提供。", nine.ART_9_3)


def documents(facts: CaseFacts) -> tuple[RequiredDocument, ...]:
    """By track, and by whether the project has been measured already."""
    by_track = {"universal": (), "major": (_ARGUED,), "special": (_CITY,)}[facts.track]
    measured = (_MEASURED,) if facts.call.kind is CallKind.SUPPORT else ()
    return (*_DOCUMENTS, *by_track, *measured)


SCORECARD = Scorecard(
    "investment",
    "投资奖励项目评分表",
    (
        Criterion("authentic", "合规性与真实性", Decimal(20), "立项、统计、审计、凭证相互印证。"),
        Criterion("scale", "投资规模与进度", Decimal(30), "新增固定资产投资规模和按期程度。"),
        Criterion("level", "技术水平", Decimal(20), "产品和装备的先进程度。"),
        Criterion("effect", "经济效益", Decimal(20), "产值、税收、带动配套。"),
        Criterion("green", "安全环保", Decimal(5), "安全、环保管理水平。"),
        Criterion("quality", "申报材料质量", Decimal(5), "表述清楚，数据一致。"),
    ),
    a.ART_11_3,
)

_DAYS = (Choice("natural", "自然日"), Choice("working", "工作日"))
_EVIDENCE = (Choice("lower", "发票与付款取低"), Choice("invoice", "发票"), Choice("payment", "付款"))
_NUMBER, _CHOICE = SettingKind.NUMBER, SettingKind.CHOICE
SETTINGS = (
    CallSetting("notice_days", "公示天数", _NUMBER, "7", PRACTICE, "细则未规定公示"),
    CallSetting("notice_counted", "公示天数的计算", _CHOICE, "natural", PRACTICE, "首尾日均计入", _DAYS),
    CallSetting("base_rule", "投资额的证据", _CHOICE, "lower", PRACTICE, "发票（不含税）与付款取低", _EVIDENCE),
    CallSetting(
        "base_period",
        "新增固定资产投资的计算",
        _CHOICE,
        "window",
        nine.ART_9,
        "“规定时限内”由通知明确",
        (Choice("window", "仅本次时段"), Choice("cumulative", "累计计算并核减以前年度奖励")),
    ),
    CallSetting(
        "deduction_order",
        "核减与省核定额度的先后",
        _CHOICE,
        "literal",
        article(KEY, 9, "第（二）项第2目", "2_2"),
        "按条文顺序：先核减，再以省核定为限",
        (Choice("literal", "先核减"), Choice("cap_first", "先以省核定为限")),
    ),
    CallSetting(
        "provincial_money",
        "已获省级财政资金的处理",
        _CHOICE,
        "project",
        EARLIER,
        "“项目有关固定资产投资未获得过”",
        (Choice("project", "整个项目不予资助"), Choice("assets", "仅剔除相关资产")),
    ),
    CallSetting("local_review_days", "镇街初审时限（工作日）", _NUMBER, "10", a.ART_11_2, "由通知规定"),
    CallSetting("upper_review_days", "市级审查时限（工作日）", _NUMBER, "20", a.ART_11_3, "细则未规定"),
    CallSetting("correction_days", "补正期限（工作日）", _NUMBER, "5", PRACTICE, "细则未规定"),
    CallSetting("sample_share", "抽查比例", SettingKind.RATE, "0.30", CITY_FUNDS, "不低于 30%，含全部大额项目"),
    CallSetting("plan_unit", "资助计划取整单位（元）", SettingKind.MONEY, "100.00", PRACTICE, "0.01 万元"),
    CallSetting("pay_days", "拨付时限（资金到市后天数）", _NUMBER, "30", PRACTICE, "预算法有关规定"),
    CallSetting("ledger_first", "台账报送（月-日）", SettingKind.MONTH_DAY, "01-10", a.ART_15, "“每年定期”"),
    CallSetting("ledger_second", "台账再次报送（月-日）", SettingKind.MONTH_DAY, "07-10", a.ART_15, "“每年定期”"),
)
