"""The words of a public notice that the platform proposes or adds: Chinese whatever language the reader has chosen."""

from collections.abc import Mapping
from datetime import date

from policies.kit.facts import DayRule
from subsidy.calls.editions import policy_of
from subsidy.calls.models import Call

DIGITS = "〇一二三四五六七八九"
KINDS: Mapping[DayRule, str] = {DayRule.NATURAL: "自然日", DayRule.WORKING: "工作日"}


def what_is_listed(call: Call) -> str:
    """What the projects on a notice of this call are: 拟支持, or 拟入库 where a measure keeps a library."""
    return policy_of(call).labels.notice


def batch_words(number: int) -> str:
    """第一批, 第十二批, 第二十批: as titles of notices write it; from a hundred on in figures."""
    if number > 99:
        return f"第{number}批"
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return f"第{head}{DIGITS[ones] if ones else ''}批"


def suggested(call: Call, number: int) -> dict[str, str]:
    """Title, basis and procedure of the n-th notice of a call, as its builder first sees them."""
    what = what_is_listed(call)
    name = f"{call.fiscal_year}年度{policy_of(call).short_title}（{batch_words(number)}）"
    return {
        "title": f"关于{name}{what}项目的公示",
        "basis": f"根据《{call.title}》（{call.number}）",
        "procedure": f"经单位申报、属地审核、复审和专家评审，现将{what}项目予以公示。",
    }


def counted(first: date, last: date, days: int, kind: DayRule) -> str:
    """How the period was counted."""
    return f"自 {first} 起 {days} 个{KINDS[kind]}，首尾两日均计算在内，至 {last} 24:00 止"
