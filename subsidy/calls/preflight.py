"""What is looked at before a call is published: one table of checks for the page, the guard and whoever else publishes.

A check that blocks is a reason not to publish; the others are shown to whoever prepares and whoever publishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.kit.calendar import WorkCalendar
from policies.kit.facts import CallKind
from policies.kit.policy import Policy
from policies.kit.registry import NotInForce
from subsidy.calls.days import ends_on_days_off, last_day, not_loaded
from subsidy.calls.editions import in_force, policy_of
from subsidy.calls.materials import points
from subsidy.calls.models import Call
from subsidy.calls.settings_of import OWN_SOURCE, source_text, texts
from subsidy.calls.territory import Territory, stages_needed
from subsidy.reference import formats
from subsidy.reference.workcalendar import work_calendar
from workflow import clock
from workflow.clock import SHANGHAI

SHOWN = 5
USUAL_NOTICE = {Call.NoticeDays.NATURAL: 7, Call.NoticeDays.WORKING: 5}
PERIOD = ("period_from", "period_to")


class Level(models.TextChoices):
    """What a check that fails means."""

    BLOCKING = "blocking", gettext_lazy("须先处理")
    WARNING = "warning", gettext_lazy("警告")
    ADVISORY = "advisory", gettext_lazy("提示")


@dataclass(frozen=True, slots=True)
class Ground:
    """What the checks read besides the calls themselves: a fixed number of queries, however many calls."""

    now: datetime
    calendar: WorkCalendar
    used: Mapping[str, list[int]]
    territory: Territory

    @classmethod
    def of(cls, calls: Iterable[Call]) -> Ground:
        """For these calls, now."""
        asked = list(calls)
        taken = Call.objects.filter(number__in={call.number for call in asked}).exclude(state=Call.State.DRAFT)
        used: dict[str, list[int]] = {}
        for number, pk in taken.values_list("number", "pk"):
            used.setdefault(number, []).append(pk)
        return cls(clock.now(), work_calendar(), used, Territory.of(asked))


@dataclass(frozen=True, slots=True)
class Subject:
    """One call with the edition it was prepared under, and the ground."""

    call: Call
    policy: Policy
    ground: Ground

    @property
    def today(self) -> date:
        """The day on which it would be published."""
        return self.ground.now.date()

    @property
    def ends(self) -> dict[str, datetime | None]:
        """The ends of its windows by column."""
        return {"closes_at": self.call.closes_at, "paper_until": self.call.paper_until}


Ask = Callable[[Subject], str]
"""A call → the sentence that says what is wrong, or empty."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One check: what it is called, what failing it means, how it is asked, what to do then, and on which page."""

    key: str
    label: str | Promise
    level: Level
    ask: Ask
    mend: str | Promise
    page: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A rule's answer about a call; ``problem`` is empty when all is well."""

    rule: Rule
    problem: str

    @property
    def blocks(self) -> bool:
        """Whether it keeps the call from being published."""
        return bool(self.problem) and self.rule.level is Level.BLOCKING


def checks(call: Call) -> list[Check]:
    """Every check of one call, in the order of the table."""
    return checks_of([call])[call.pk]


def checks_of(calls: Iterable[Call]) -> dict[int, list[Check]]:
    """Id → every check, for a set of calls in a fixed number of queries."""
    asked = list(calls)
    ground = Ground.of(asked)
    subjects = {call.pk: Subject(call, policy_of(call), ground) for call in asked}
    return {pk: [Check(rule, rule.ask(one)) for rule in RULES] for pk, one in subjects.items()}


def edition(one: Subject) -> str:
    """No call under an edition that has expired or has not begun; the sentence names the article."""
    try:
        in_force(one.call.measure, one.today)
    except NotInForce as error:
        return error.message
    return ""


def another_edition(one: Subject) -> str:
    """Publishing fixes the edition in force that day, which may not be the one the draft was made under."""
    try:
        now = in_force(one.call.measure, one.today)
    except NotInForce:
        return ""
    if now.edition == one.call.edition:
        return ""
    return _("草稿按上一版本拟制，发布后适用《%(title)s》。") % {"title": now.title}


def still_open(one: Subject) -> str:
    """A call whose deadline is past opens nothing."""
    return _("申报截止时间已过，请先修改截止时间。") if one.call.closes_at <= one.ground.now else ""


def number_unused(one: Subject) -> str:
    """A number is given once; a voided call keeps its own."""
    if any(pk != one.call.pk for pk in one.ground.used.get(one.call.number, ())):
        return _("文号 %(number)s 已用于另一份申报通知。") % {"number": one.call.number}
    return ""


def every_setting_has_a_source(one: Subject) -> str:
    """Each value says where it comes from: the measure, practice, or the call itself."""
    values = texts(one.call)
    without = [
        known.label for known in one.policy.settings
        if not (one.call.sources.get(known.key, "") or _followed(known, values.get(known.key))).strip()
    ]  # fmt: skip
    return _("没有注明来源：%(settings)s。") % {"settings": "、".join(without)} if without else ""


def _followed(known: Any, value: str | None) -> str:
    return source_text(known) if value is None or value == known.default else ""


def everywhere_somebody_is_competent(one: Subject) -> str:
    """Each place has an agency at every stage of the measure on the day the call opens."""
    call = one.call
    day = max(one.today, call.opens_at.astimezone(SHANGHAI).date())
    stages = stages_needed(one.policy, CallKind(call.kind))
    if not one.ground.territory.places(call, day):
        return _("申报地区内没有可以申报的地方。")
    gaps = one.ground.territory.gaps(call, stages, day)
    if not gaps:
        return ""
    listed = "；".join(f"{name}（{'、'.join(missing)}）" for name, missing in list(gaps.items())[:SHOWN])
    more = _("等 %(n)s 处") % {"n": len(gaps)} if len(gaps) > SHOWN else ""
    return _("下列地区没有登记受理单位：%(places)s%(more)s。") % {"places": listed, "more": more}


def scorecard_makes_a_hundred(one: Subject) -> str:
    """The criteria together make 100 points, wherever the measure has experts."""
    made = points(one.call.scorecard)
    if made == 100 or (not one.call.scorecard and one.policy.scorecard(CallKind(one.call.kind)) is None):
        return ""
    return _("评分表各项满分合计应为 100 分，现为 %(points)s 分。") % {"points": f"{made.normalize():f}"}


def notice_has_days(one: Subject) -> str:
    """A public notice runs for at least one day."""
    return "" if one.call.notice_days >= 1 else _("公示天数至少为 1 天。")


def notice_not_short(one: Subject) -> str:
    """Practice: seven natural or five working days (the measures leave the number open)."""
    call = one.call
    usual = USUAL_NOTICE[Call.NoticeDays(call.notice_day_kind)]
    if call.notice_days >= usual:
        return ""
    return _("公示 %(days)s 个%(kind)s，少于通行的 %(usual)s 个。") % {
        "days": call.notice_days, "kind": call.get_notice_day_kind_display(), "usual": usual,
    }  # fmt: skip


def paper_after_online(one: Subject) -> str:
    """Whoever files in the last minute can still bring the papers."""
    paper = one.call.paper_until
    if paper is None or paper >= one.call.closes_at:
        return ""
    return _("纸质材料截止时间 %(paper)s 早于网上申报截止时间 %(online)s。") % {
        "paper": formats.minute(paper), "online": formats.minute(one.call.closes_at),
    }  # fmt: skip


def period_of(policy: Policy, day: date) -> tuple[date, date] | None:
    """The days between which the measure counts investment, for one that says so in its parameters."""
    if any(name not in policy.parameters.entries for name in PERIOD):
        return None
    first, last = (policy.parameters.day(name, max(day, policy.valid_from)) for name in PERIOD)
    return first, last


def window_counts(one: Subject) -> str:
    """A window wholly outside the measure's own period counts nothing."""
    period = period_of(one.policy, one.today)
    call = one.call
    if period is None or (call.window_from <= period[1] and call.window_to >= period[0]):
        return ""
    return _("投资计算时段与政策规定的时段 %(first)s 至 %(last)s 没有重合，投资都不计入。") % {
        "first": formats.day(period[0]), "last": formats.day(period[1]),
    }  # fmt: skip


def window_within(one: Subject) -> str:
    """Days of the window outside the measure's period, or after the filing ends, count nothing or are not known yet."""
    call, closes = one.call, last_day(one.call.closes_at)
    if call.window_to > closes:
        return _("投资计算截止日 %(day)s 晚于申报截止日 %(closes)s。") % {
            "day": formats.day(call.window_to), "closes": formats.day(closes),
        }  # fmt: skip
    period = period_of(one.policy, one.today)
    if period is None or (period[0] <= call.window_from and call.window_to <= period[1]) or window_counts(one):
        return ""
    return _("投资计算时段超出政策规定的 %(first)s 至 %(last)s，超出部分不计入。") % {
        "first": formats.day(period[0]), "last": formats.day(period[1]),
    }  # fmt: skip


def materials_named(one: Subject) -> str:
    """A call asks for something."""
    return "" if one.call.documents else _("材料目录为空，申报单位无须提交任何材料。")


def materials_have_their_article(one: Subject) -> str:
    """An entry that rests on no article is the call's own demand."""
    bare = [
        str(place) for place, row in enumerate(one.call.documents, start=1)
        if row.get("source", "").strip() in {"", OWN_SOURCE}
    ]  # fmt: skip
    return _("材料目录第 %(places)s 项没有依据条款。") % {"places": "、".join(bare)} if bare else ""


def ends_on_workdays(one: Subject) -> str:
    """A deadline on a day off is one on which nobody answers the telephone."""
    return "".join(ends_on_days_off(one.ground.calendar, one.ends))


def calendar_loaded(one: Subject) -> str:
    """Deadlines of the review can be counted."""
    years = not_loaded(one.ground.calendar, one.ends, one.call.local_days + one.call.upper_days)
    if not years:
        return ""
    return _("尚未录入 %(years)s 年的节假日安排，期限会落在该年，届时不能推算。") % {
        "years": "、".join(str(year) for year in years)
    }


_B, _W, _A = Level.BLOCKING, Level.WARNING, Level.ADVISORY
_EDIT, _MATERIALS, _SCORECARD = "calls:edit", "calls:materials", "calls:scorecard"

RULES: tuple[Rule, ...] = (
    Rule("edition", gettext_lazy("政策版本有效"), _B, edition, gettext_lazy("待新的政策版本施行后再发布。")),
    Rule("deadline", gettext_lazy("申报截止时间未过"), _B, still_open, gettext_lazy("请修改申报截止时间。"), _EDIT),
    Rule("number", gettext_lazy("文号未曾使用"), _B, number_unused, gettext_lazy("请改用新的文号。"), _EDIT),
    Rule(
        "sources",
        gettext_lazy("每项规定有来源"),
        _B,
        every_setting_has_a_source,
        gettext_lazy("请重新保存该项规定。"),
        _EDIT,
    ),
    Rule(
        "bureaus",
        gettext_lazy("各地区均有受理单位"),
        _B,
        everywhere_somebody_is_competent,
        gettext_lazy("请系统管理员登记管辖，或从申报地区中去掉。"),
        _EDIT,
    ),
    Rule(
        "scorecard",
        gettext_lazy("评分表合计 100 分"),
        _B,
        scorecard_makes_a_hundred,
        gettext_lazy("请修改评分表。"),
        _SCORECARD,
    ),
    Rule("notice", gettext_lazy("公示天数"), _B, notice_has_days, gettext_lazy("请填写公示天数。"), _EDIT),
    Rule(
        "paper",
        gettext_lazy("纸质材料晚于网上申报截止"),
        _B,
        paper_after_online,
        gettext_lazy("请修改纸质材料截止时间。"),
        _EDIT,
    ),
    Rule(
        "window", gettext_lazy("投资计算时段与政策相合"), _B, window_counts, gettext_lazy("请修改投资计算时段。"), _EDIT
    ),
    Rule(
        "calendar",
        gettext_lazy("节假日安排已录入"),
        _W,
        calendar_loaded,
        gettext_lazy("请系统管理员录入该年的节假日安排。"),
    ),
    Rule(
        "another_edition",
        gettext_lazy("政策版本未变"),
        _A,
        another_edition,
        gettext_lazy("请逐项核对规定和材料。"),
        _EDIT,
    ),
    Rule(
        "notice_usual",
        gettext_lazy("公示天数符合通行做法"),
        _A,
        notice_not_short,
        gettext_lazy("如无特别规定，请改为通行天数。"),
        _EDIT,
    ),
    Rule(
        "window_within",
        gettext_lazy("投资计算时段不超出范围"),
        _A,
        window_within,
        gettext_lazy("请核对投资计算时段。"),
        _EDIT,
    ),
    Rule("workday", gettext_lazy("截止日为工作日"), _A, ends_on_workdays, gettext_lazy("建议改为工作日。"), _EDIT),
    Rule(
        "materials", gettext_lazy("材料目录不为空"), _A, materials_named, gettext_lazy("请填写材料目录。"), _MATERIALS
    ),
    Rule(
        "articles",
        gettext_lazy("每项材料有依据条款"),
        _A,
        materials_have_their_article,
        gettext_lazy("本次通知自行要求的，请确认确有必要。"),
        _MATERIALS,
    ),
)
