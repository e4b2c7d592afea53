"""The Chinese words for what a rule looked at: names of figures, and their values as pages write them."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.kit.money import percent
from subsidy.reference import formats

FIGURES: Mapping[str, str | Promise] = {
    "active": gettext_lazy("在项目群内的项目"),
    "all": gettext_lazy("申报的项目"),
    "least": gettext_lazy("最低要求"),
    "amount": gettext_lazy("金额（元）"),
    "applicant": gettext_lazy("申报单位"),
    "applied": gettext_lazy("拟定比例"),
    "approved": gettext_lazy("省核定额度（元）"),
    "asked": gettext_lazy("拟申请（元）"),
    "award": gettext_lazy("奖补金额（元）"),
    "awards": gettext_lazy("已获奖补"),
    "base": gettext_lazy("计入投资（元）"),
    "before": gettext_lazy("以前年度（元）"),
    "cap": gettext_lazy("政策上限（元）"),
    "cases": gettext_lazy("涉及案件"),
    "ceiling": gettext_lazy("最高比例"),
    "checked_on": gettext_lazy("查询日期"),
    "closes_on": gettext_lazy("申报截止"),
    "completed": gettext_lazy("累计完成"),
    "condition": gettext_lazy("条件"),
    "deduction": gettext_lazy("核减（元）"),
    "direction": gettext_lazy("支持方向"),
    "directions": gettext_lazy("支持方向"),
    "document": gettext_lazy("文件"),
    "ends_on": gettext_lazy("截止日期"),
    "enterprise": gettext_lazy("企业"),
    "enterprises": gettext_lazy("企业数"),
    "established": gettext_lazy("依法设立"),
    "emerging": gettext_lazy("战略性新兴产业"),
    "expected": gettext_lazy("预计完成总投资（元）"),
    "filed": gettext_lazy("立项总投资（元）"),
    "filed_on": gettext_lazy("提交日期"),
    "filings": gettext_lazy("立项文件"),
    "fixed_assets": gettext_lazy("新增固定资产投资（元）"),
    "gross": gettext_lazy("核减前（元）"),
    "happened_on": gettext_lazy("发生日期"),
    "heads": gettext_lazy("头部企业数"),
    "industry": gettext_lazy("行业代码"),
    "lines": gettext_lazy("明细"),
    "measured": gettext_lazy("测算项目"),
    "opens_on": gettext_lazy("申报开始"),
    "partners": gettext_lazy("合作单位"),
    "projects": gettext_lazy("项目"),
    "published_on": gettext_lazy("通知发布日期"),
    "rate": gettext_lazy("比例"),
    "registered_in": gettext_lazy("注册地代码"),
    "produces_in": gettext_lazy("生产经营地代码"),
    "round": gettext_lazy("测算年度"),
    "said_by": gettext_lazy("数据来源"),
    "since": gettext_lazy("自"),
    "starts_on": gettext_lazy("开始日期"),
    "supply_chain": gettext_lazy("稳产业链供应链"),
    "total": gettext_lazy("总投资（元）"),
    "valid_from": gettext_lazy("有效期自"),
    "valid_to": gettext_lazy("有效期至"),
    "window_to": gettext_lazy("投资计算截止"),
    "years": gettext_lazy("年度"),
}
"""What is not in the table is for the machine, not for people: keys of registers and the like."""

RATIOS = frozenset({"rate", "ceiling", "applied"})
AMOUNT = re.compile(r"-?\d+\.\d{2}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def figures(looked_at: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, text) of what a finding looked at or a line was worked out from, in the rule's order."""
    return [
        (str(FIGURES.get(name, name)), percent(Decimal(str(value))) if name in RATIOS else written(value))
        for name, value in looked_at.items()
        if (name in FIGURES or CHINESE.search(name)) and value not in (None, "", (), [])
    ]


def written(value: Any) -> str:
    """One value as text: amounts with separators, yes and no, lists joined."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple):
        return "、".join(written(one) for one in value)
    text = str(value)
    return formats.yuan(Decimal(text)) if AMOUNT.fullmatch(text) else text
