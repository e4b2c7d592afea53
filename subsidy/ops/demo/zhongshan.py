"""The rounds of Zhongshan: 2025 is paid, 2026 is in its notice, and projects for 2027 are being measured."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from subsidy.cases import report
from subsidy.cases.models import ProvinceReport
from subsidy.cases.report import Approved
from subsidy.ops.demo import filing, money, panel, publicity, review
from subsidy.ops.demo.calls import publish_call
from subsidy.ops.demo.demo import Demo, Ticket, cases_of
from subsidy.ops.demo.invent import CENT, WAN
from subsidy.ops.demo.moments import at, moment, spread
from subsidy.projects.models import MeasuredApproval

SENT_UP_2026 = (
    "unconfirmed", "confirmed", "checking", "sent", "allocated", "reserved", "public_notice", "signing", "shortlisted",
    "not_ranked", "declined_upper",
)  # fmt: skip
PLANNED = ("unconfirmed", "confirmed", "checking", "sent")
FIRST_NOTICE = (*PLANNED, "allocated", "reserved")
MEASURED = ("answered", "reported")


def paid_round(demo: Demo) -> None:
    """2025: filed in March, in the library in June, paid in autumn; one objection was upheld."""
    key = "zhongshan_2025"
    publish_call(demo, key)
    tickets = demo.of(key)
    _file(demo, tickets, "2025-03-12", "2025-04-08")
    for ticket in demo.of(key, "declined_local"):
        review.decline(demo, ticket, moment("2025-04-10 15:00"))
    up = [one for one in tickets if one.station != "declined_local"]
    _to_the_city(demo, up, ("2025-04-14", "2025-04-22"), "2025-04-23 10:00", ("2025-04-25", "2025-05-09"))
    made = panel.open_panel(demo, demo.calls[key], up, "2025-05-12 09:00", title="2025年投资奖励专家评审（演示）")
    panel.score_all(demo, made, "2025-05-14 09:00", poor=demo.of(key, "not_ranked"))
    panel.decide(demo, made, "2025-05-19 10:00", "2025-05-22 10:00")
    notice = publicity.ask_notice(demo, key, demo.of(key, "paid", "objected"), "2025-05-26 10:00", "2025-05-27", 1)
    notice = publicity.publish_notice(demo, notice, "2025-05-27 09:00")
    objection = publicity.object_to(notice, demo.of(key, "objected")[0], "2025-05-29 11:00", "objection_person")
    publicity.settle(demo, objection, "2025-05-30 10:00", upheld=True)
    publicity.end(demo, notice, "2025-06-03 09:00")
    paid = demo.of(key, "paid")
    publicity.send_report(demo, key, paid, "2025-06-06 10:00", "中工信演示〔2025〕40号")
    money.quota(demo, key, "2025-07-15 10:00", "粤工信演示〔2025〕12号")
    plan = money.make_plan(demo, key, paid, "2025-07-22 10:00", "2025年制造业投资奖励资助计划（演示）")
    money.approve(demo, plan, {
        "plan": ("2025-07-28 10:00", "中工信演示函〔2025〕52号"),
        "government": ("2025-08-18 10:00", "中府演示函〔2025〕7号"),
    })  # fmt: skip
    money.confirm(demo, paid, "2025-08-22 10:00")
    sent = money.send(
        demo, money.make_batches(demo, plan, paid, "2025-09-01 10:00"), "2025-09-02 10:00", "2025-09-03 10:00"
    )
    money.answers(demo, sent, "2025-09-08 10:00")
    demo.say(f"{key}: {len(paid)} paid")


def notice_round(demo: Demo) -> None:
    """2026: a first notice in April went on to money, the second runs on the demo's day with open objections."""
    key = "zhongshan_2026"
    publish_call(demo, key)
    tickets = demo.of(key)
    _file(demo, tickets, "2026-01-14", "2026-02-11")
    up = demo.of(key, *SENT_UP_2026)
    _to_the_city(demo, up, ("2026-02-12", "2026-03-03"), "2026-03-04 10:00", ("2026-03-06", "2026-03-20"))
    ranked = [one for one in up if one.station != "declined_upper"]
    made = panel.open_panel(demo, demo.calls[key], ranked, "2026-03-23 09:00", title="2026年投资奖励专家评审（演示）")
    panel.score_all(demo, made, "2026-03-25 09:00", poor=demo.of(key, "not_ranked"))
    panel.decide(demo, made, "2026-03-30 10:00", "2026-04-02 10:00")
    notice = publicity.ask_notice(demo, key, demo.of(key, *FIRST_NOTICE), "2026-04-07 10:00", "2026-04-08", 1)
    publicity.end(demo, publicity.publish_notice(demo, notice, "2026-04-08 09:00"), "2026-04-15 09:00")
    _second_notice(demo, key)
    _money(demo, key)
    demo.say(f"{key}: {len(tickets)} from notice to payment")


def _second_notice(demo: Demo, key: str) -> None:
    shown = demo.of(key, "public_notice")
    notice = publicity.ask_notice(demo, key, shown, "2026-05-14 10:00", "2026-05-15", 2)
    notice = publicity.publish_notice(demo, notice, "2026-05-15 09:00")
    publicity.object_to(notice, shown[0], "2026-05-18 16:20", "objection_person")
    objection = publicity.object_to(notice, shown[-1], "2026-05-18 10:05", "objection")
    publicity.take_up(demo, objection, "2026-05-19 09:30")
    publicity.ask_notice(demo, key, demo.of(key, "signing"), "2026-05-19 15:00", "2026-05-21", 3)


def _money(demo: Demo, key: str) -> None:
    first = demo.of(key, *FIRST_NOTICE)
    planned = demo.of(key, *PLANNED)
    publicity.send_report(
        demo, key, [one for one in first if one.station != "reserved"], "2026-04-16 10:00", "中工信演示〔2026〕22号"
    )
    money.quota(demo, key, "2026-04-20 10:00", "粤工信演示〔2026〕8号")
    plan = money.make_plan(demo, key, planned, "2026-04-21 10:00", "2026年制造业投资奖励资助计划（第一批，演示）")
    money.approve(demo, plan, {
        "plan": ("2026-04-23 10:00", "中工信演示函〔2026〕30号"),
        "government": ("2026-04-30 10:00", "中府演示函〔2026〕4号"),
    })  # fmt: skip
    money.confirm(demo, [one for one in planned if one.station != "unconfirmed"], "2026-05-07 10:00")
    sent = money.make_batches(demo, plan, demo.of(key, "sent"), "2026-05-11 10:00")
    money.send(demo, sent, "2026-05-12 10:00", "2026-05-13 10:00")
    money.make_batches(demo, plan, demo.of(key, "checking"), "2026-05-18 10:00")
    money.make_plan(
        demo, key, demo.of(key, "allocated"), "2026-05-12 10:00", "2026年制造业投资奖励资助计划（第二批，演示）"
    )


def measuring_round(demo: Demo) -> None:
    """Projects measured for 2027: some answered by the province, some reported, most under review."""
    key = "measuring_2027"
    publish_call(demo, key)
    early = demo.of(key, "answered", "reported", "expert_review")
    middle = demo.of(key, "upper_review", "endorsed")
    late = demo.of(key, "local_review", "correcting", "withdrawn")
    _file(demo, early, "2026-03-03", "2026-03-20")
    _to_the_city(demo, early, ("2026-03-23", "2026-03-27"), "2026-03-30 10:00", ("2026-03-31", "2026-04-03"))
    _measured(demo, key)
    _file(demo, middle, "2026-04-20", "2026-04-30")
    for ticket, when in zip(middle, spread("2026-05-06", "2026-05-12", len(middle)), strict=True):
        review.endorse(demo, ticket, when)
    review.send_up(demo, demo.of(key, "upper_review"), moment("2026-05-13 10:00"))
    _file(demo, late, "2026-05-12", "2026-05-19")
    for ticket in demo.of(key, "withdrawn"):
        review.withdraw_case(demo, ticket, moment("2026-05-19 17:10"))
    for ticket in demo.of(key, "correcting"):
        review.ask_correction(demo, ticket, moment("2026-05-19 17:25"))
    review.open_first(demo, demo.of(key, "local_review")[::4], moment("2026-05-19 17:30"))
    for place, ticket in enumerate(demo.of(key, "draft")):
        when = moment("2026-05-18 10:10") + timedelta(minutes=23 * place)
        (filing.begin if place % 2 == 0 else filing.fill)(demo, ticket, when)
    demo.say(f"{key}: {len(demo.of(key))} started")


def _measured(demo: Demo, key: str) -> None:
    """A first panel chose what was reported; the province has answered the first list. A second panel scores."""
    call = demo.calls[key]
    first = demo.of(key, *MEASURED)
    made = panel.open_panel(demo, call, first, "2026-04-08 09:00", title="2027年度测算项目遴选（演示）")
    panel.score_all(demo, made, "2026-04-10 09:00")
    panel.decide(demo, made, "2026-04-15 10:00", "2026-04-17 10:00")
    done = demo.of(key, "answered")
    sent = publicity.send_report(demo, key, done, "2026-04-20 10:00", "中工信演示〔2026〕24号")
    _answer(demo, sent, done)
    publicity.send_report(demo, key, demo.of(key, "reported"), "2026-05-15 10:00", "中工信演示〔2026〕33号")
    second = panel.open_panel(
        demo,
        call,
        demo.of(key, "expert_review"),
        "2026-05-11 09:00",
        title="2027年度测算项目第二批遴选（演示）",
        days=14,
    )
    panel.score_partly(demo, second, "2026-05-18 14:00")


def _answer(demo: Demo, sent: ProvinceReport, tickets: list[Ticket]) -> None:
    """The province approves, cuts the last one."""
    answered = at("2026-05-12 10:00")
    decisions = {
        case.pk: Approved(MeasuredApproval.Outcome.APPROVED, _floor(case.cap or WAN)) for case in cases_of(tickets)
    }
    last = tickets[-1].case_id
    decisions[last] = Approved(MeasuredApproval.Outcome.CUT, _floor(decisions[last].amount * 9 / 10))
    report.answer(
        sent,
        demo.person("zs_fushen"),
        answer_number="粤工信演示函〔2026〕19号",
        answered_on=answered.date(),
        decisions=decisions,
    )


def _floor(amount: Decimal) -> Decimal:
    return (amount // WAN * WAN).quantize(CENT)


def _file(demo: Demo, tickets: list[Ticket], first: str, last: str) -> None:
    for ticket, when in zip(tickets, spread(first, last, len(tickets)), strict=True):
        filing.file(demo, ticket, when + timedelta(minutes=1))


def _to_the_city(demo: Demo, tickets: list[Ticket], town: tuple[str, str], letter: str, city: tuple[str, str]) -> None:
    """The towns recommend and send up, the city reviews."""
    for ticket, when in zip(tickets, spread(*town, len(tickets)), strict=True):
        review.endorse(demo, ticket, when)
    review.send_up(demo, tickets, moment(letter))
    for ticket, when in zip(tickets, spread(*city, len(tickets)), strict=True):
        if ticket.station == "declined_upper":
            review.decline(demo, ticket, when, upper=True)
        else:
            review.recommend_upper(demo, ticket, when)
