"""Columns of the lists about panels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from subsidy.panels.models import Assignment, Panel, PanelCase, Scoresheet
from subsidy.panels.scorecard import written
from subsidy.panels.selectors import Progress
from subsidy.papers.columns import Column, Kind, Link, Tag

STATE_TONES = {"draft": "", "scoring": "exp", "ranked": "you", "fixed": "done", "void": ""}
POINTS = _("分")


def state_tag(panel: Panel) -> Tag:
    """A panel's state; amber while it waits for the organiser."""
    return Tag(panel.get_state_display(), STATE_TONES[panel.state])


PANELS = (
    Column("title", _("评审批次"), Kind.LINK, "zh", head=True, href=lambda p: reverse("panels:panel", args=[p.pk])),
    Column("call", _("申报通知"), css="zh", accessor=lambda p: p.call.title),
    Column("case_count", _("案件"), Kind.NUMBER),
    Column("done", _("已交专家"), Kind.TEXT, "num", accessor=lambda p: f"{p.finished_count}/{p.expert_count}"),
    Column("until", _("评分截止"), Kind.TEXT, "nw", accessor=lambda p: p.until or "–"),
    Column("state", _("状态"), Kind.TAG, accessor=state_tag),
)

CALLS = (
    Column("title", _("申报通知"), Kind.LINK, "zh", head=True, href=lambda c: reverse("panels:make", args=[c.pk])),
    Column("number", _("文号"), css="docno"),
    Column("waiting", _("可参评案件"), Kind.NUMBER),
    Column("actions", _("操作"), Kind.ACTIONS, accessor=lambda c: [
        Link(_("建立评审批次"), reverse("panels:make", args=[c.pk]), c.number),
    ]),
)  # fmt: skip


def experts(panel: Panel, progress: Progress, *, editable: bool) -> tuple[Column, ...]:
    """The experts of a panel with how far each is."""

    def acts(seat: Assignment) -> list[Link]:
        if not editable or seat.released_at:
            return []
        links = [Link(_("退出评审"), reverse("panels:release", args=[panel.pk, seat.letter]), str(seat.name))]
        if seat.finished_at:
            links.insert(0, Link(_("退回修改"), reverse("panels:unlock", args=[panel.pk, seat.letter]), str(seat.name)))
        return links

    return (
        Column("letter", _("代号"), Kind.TEXT, "nw", accessor=lambda a: a.name, head=True),
        Column("name", _("姓名"), css="nw", accessor=lambda a: a.expert.user.name),
        Column("unit", _("工作单位"), css="zh", accessor=lambda a: a.expert.unit),
        Column("declared_at", _("声明时间"), Kind.DATETIME),
        Column("sheets", _("草稿/已提交/回避"), css="num", accessor=lambda a: _counts(progress, a)),
        Column("state", _("状态"), Kind.TAG, accessor=_seat_tag),
        Column("actions", _("操作"), Kind.ACTIONS, accessor=acts),
    )


def matrix(progress: Progress, quorum: int) -> tuple[Column, ...]:
    """Cases × experts: 未开始, 草稿, 已提交, 回避."""

    def cell(seat: Assignment) -> Callable[[PanelCase], Tag]:
        return lambda case: _sheet_tag(progress, seat, case)

    return (
        Column("code", _("代码"), css="nw", head=True),
        Column("number", _("案件编号"), Kind.LINK, "docno", accessor=lambda one: one.case.number, href=_case_page),
        Column("firm", _("申报单位"), css="zh", accessor=lambda one: one.case.enterprise.name),
        Column("count", _("有效评分"), css="num", accessor=lambda one: f"{progress.count(one)}/{quorum}"),
        *(Column(f"x{a.letter}", a.name, Kind.TAG, accessor=cell(a)) for a in progress.serving),
    )


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row of the ranking."""

    one: PanelCase
    points: dict[str, Decimal]
    wide: bool
    moved: str
    drawn: bool


def ranking(letters: Sequence[str], *, moved: bool, editable: bool) -> tuple[Column, ...]:
    """The ranking as the page shows it; why places were changed only where one was."""
    why = (Column("moved", _("名次说明"), css="zh", accessor=lambda r: r.moved),)
    acts = (Column("actions", _("操作"), Kind.ACTIONS, accessor=lambda r: [
        Link(_("调整"), reverse("panels:move", args=[r.one.panel_id, r.one.code]), r.one.code),
    ]),)  # fmt: skip
    return (
        Column("rank", _("名次"), Kind.NUMBER, accessor=lambda r: r.one.rank),
        *WHO,
        Column("mean", _("均分"), css="num", accessor=lambda r: _two(r.one.mean)),
        Column("spread", _("极差"), Kind.TAG, accessor=_spread_tag),
        *(Column(f"p{x}", _name(x), css="num", accessor=_written_points(x)) for x in letters),
        *MONEY,
        CONCLUSION,
        *(why if moved else ()),
        *(acts if editable else ()),
    )


def results(letters: Sequence[str]) -> tuple[Column, ...]:
    """The ranking as the result sheet has it: numbers as numbers, experts by letter."""
    return (
        Column("rank", _("名次"), Kind.NUMBER, accessor=lambda r: r.one.rank),
        *WHO,
        Column("mean", _("均分"), Kind.MONEY_YUAN, unit=POINTS, accessor=lambda r: r.one.mean),
        Column("spread", _("极差"), Kind.MONEY_YUAN, unit=POINTS, accessor=lambda r: r.one.spread),
        *(Column(f"p{x}", _name(x), Kind.MONEY_YUAN, unit=POINTS, accessor=_points(x)) for x in letters),
        *MONEY,
        CONCLUSION,
        Column("computed", _("原名次"), Kind.NUMBER, accessor=lambda r: r.one.computed_rank),
        Column("moved", _("名次说明"), accessor=lambda r: r.moved),
    )


WHO = (
    Column("code", _("代码"), css="nw", accessor=lambda r: r.one.code),
    Column(
        "number",
        _("案件编号"),
        Kind.LINK,
        "docno",
        head=True,
        accessor=lambda r: r.one.case.number,
        href=lambda r: _case_page(r.one),
    ),
    Column("firm", _("申报单位"), css="zh", accessor=lambda r: r.one.case.enterprise.name),
)
MONEY = (
    Column("recognised", _("认定投资"), Kind.MONEY_WAN, accessor=lambda r: r.one.case.recognised),
    Column("cap", _("政策上限"), Kind.MONEY_WAN, accessor=lambda r: r.one.case.cap),
)


def conclusion(row: Ranked) -> Tag | None:
    """Taken, not taken, open; nothing before a line is drawn."""
    if row.one.selected is None:
        return Tag(_("同分待定"), "you") if row.drawn else None
    return Tag(_("拟支持"), "good") if row.one.selected else Tag(_("不列入"), "")


def my_tag(seat: Assignment) -> Tag:
    """How far an expert is with a panel."""
    if seat.finished_at:
        return Tag(_("已提交"), "done")
    if seat.panel.state != Panel.State.SCORING:
        return Tag(_("评分已结束"), "done")
    return Tag(_("待评分"), "you") if seat.declared_at else Tag(_("待声明"), "you")


CONCLUSION = Column("conclusion", _("结论"), Kind.TAG, accessor=conclusion)
MINE = (
    Column("title", _("评审批次"), Kind.LINK, "zh", head=True, accessor=lambda a: a.panel.title,
           href=lambda a: reverse("panels:expert_panel", args=[a.panel_id])),
    Column("done", _("已完成"), css="num", accessor=lambda a: f"{a.complete_count}/{a.own_count}"),
    Column("until", _("评分截止"), css="nw", accessor=lambda a: a.panel.until or "–"),
    Column("state", _("状态"), Kind.TAG, accessor=my_tag),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Own:
    """A case before one expert, with the expert's own sheet."""

    panel_id: int
    code: str
    title: str
    sheet: Scoresheet | None
    missing: int


def own_cases() -> tuple[Column, ...]:
    """The cases of one expert: own scores only."""
    return (
        Column("code", _("代码"), Kind.LINK, "nw", head=True, accessor=_code_of,
               href=lambda r: reverse("panels:score", args=[r.panel_id, r.code])),
        Column("title", _("项目（群）"), css="zh-l"),
        Column("total", _("我的评分"), css="num", accessor=lambda r: _total(r.sheet)),
        Column("state", _("状态"), Kind.TAG, accessor=_own_tag),
    )  # fmt: skip


def _code_of(row: Own) -> str:
    return now_("项目 %(code)s") % {"code": row.code}


def _total(sheet: Scoresheet | None) -> str:
    return written(sheet.total) if sheet and sheet.total is not None else "–"


def _own_tag(row: Own) -> Tag:
    if row.sheet is None:
        return Tag(_("未开始"))
    if row.sheet.submitted_at:
        return Tag(_("已提交"), "done")
    if row.sheet.total is not None:
        return Tag(_("已完成，待提交"), "run")
    return Tag(now_("填写中（未打分 %(n)s 项）") % {"n": row.missing} if row.missing else now_("填写中"), "you")


def _name(letter: str) -> str:
    return now_("专家%(letter)s") % {"letter": letter}


def _case_page(one: PanelCase) -> str:
    """Which page shows a case to staff is an upper app's affair."""
    try:
        return reverse("desk:case", args=[one.case.number])
    except NoReverseMatch:
        return ""


def _points(letter: str) -> Callable[[Ranked], Decimal | None]:
    return lambda row: row.points.get(letter)


def _written_points(letter: str) -> Callable[[Ranked], str]:
    return lambda row: _two(row.points.get(letter))


def _two(points: Decimal | None) -> str:
    return "–" if points is None else f"{points:.2f}"


def _spread_tag(row: Ranked) -> Tag:
    text = _two(row.one.spread)
    return Tag(now_("%(spread)s 分歧较大") % {"spread": text}, "bad") if row.wide else Tag(text, "done")


def _sheet_tag(progress: Progress, seat: Assignment, case: PanelCase) -> Tag:
    key = (seat.pk, case.pk)
    if key in progress.recused:
        return Tag(_("回避"), "bad")
    if key in progress.submitted:
        return Tag(_("已提交"), "done")
    return Tag(_("草稿"), "run") if key in progress.drafts else Tag(_("未开始"))


def _seat_tag(seat: Assignment) -> Tag:
    if seat.released_at:
        return Tag(_("已退出"))
    if seat.finished_at:
        return Tag(_("已提交"), "done")
    return Tag(_("评分中"), "exp") if seat.declared_at else Tag(_("待声明"), "you")


def _counts(progress: Progress, seat: Assignment) -> str:
    kinds = (progress.drafts - progress.recused, progress.submitted, progress.recused)
    return "/".join(str(sum(1 for a, _case in pairs if a == seat.pk)) for pairs in kinds)
