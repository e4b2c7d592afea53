"""The two rounds of Jilin: the one for 2026 went all the way to money, the one for 2027 is under way."""

from __future__ import annotations

from datetime import timedelta

from subsidy.funding.models import Payment
from subsidy.ops.demo import filing, money, panel, publicity, review
from subsidy.ops.demo.calls import publish_call
from subsidy.ops.demo.demo import Demo, Ticket
from subsidy.ops.demo.moments import moment, spread

PAID = ("paid", "bounced", "returned")
OUT = (*PAID, "sent")
DUE = (*OUT, "checking", "confirmed", "unconfirmed", "objected")
PLANNED = (*DUE, "not_issued")
RESERVED = (*PLANNED, "allocated", "reserved")
RANKED = (*RESERVED, "not_ranked")
SENT_UP = (*RANKED, "declined_upper")


def finished_round(demo: Demo) -> None:
    """2026: filed in June 2025, reviewed in summer, reserved in September, paid in spring 2026."""
    key = "jilin_2026"
    publish_call(demo, key)
    tickets = demo.of(key)
    for ticket, when in zip(tickets, spread("2025-05-28", "2025-06-27", len(tickets)), strict=True):
        filing.file(demo, ticket, when)
    demo.say(f"{key}: {len(tickets)} filed")
    _local(demo, key)
    up = demo.of(key, *SENT_UP)
    review.send_up(demo, up, moment("2025-07-21 10:00"))
    for ticket in up[3:4]:
        review.return_and_back(demo, ticket, moment("2025-07-22 15:00"), moment("2025-07-23 10:00"))
    for ticket, when in zip(up, spread("2025-07-28", "2025-08-15", len(up)), strict=True):
        if ticket.station == "declined_upper":
            review.decline(demo, ticket, when, upper=True)
        else:
            review.recommend_upper(demo, ticket, when)
    demo.say(f"{key}: reviewed by the province")
    _reserve(demo, key)
    _pay(demo, key)


def _local(demo: Demo, key: str) -> None:
    """The counties' review; two cases were corrected on the way."""
    for ticket in demo.of(key, "withdrawn"):
        review.withdraw_case(demo, ticket, moment("2025-06-30 09:30"))
    for ticket in demo.of(key, "declined_local"):
        review.decline(demo, ticket, moment("2025-07-02 15:00"))
    up = demo.of(key, *SENT_UP)
    for ticket in up[1:3]:
        review.ask_correction(demo, ticket, moment("2025-06-30 10:00"))
        review.answer_correction(demo, ticket, moment("2025-07-03 14:00"))
    for ticket, when in zip(up, spread("2025-07-07", "2025-07-17", len(up)), strict=True):
        review.endorse(demo, ticket, when)
    demo.say(f"{key}: {len(up)} endorsed")


def _reserve(demo: Demo, key: str) -> None:
    """Experts in September, notice from the 15th on, one objection dismissed."""
    made = panel.open_panel(
        demo, demo.calls[key], demo.of(key, *RANKED), "2025-08-25 09:00", title="2026年度集群奖补专家评审（演示）"
    )
    panel.score_all(demo, made, "2025-08-28 09:00", poor=demo.of(key, "not_ranked"))
    panel.decide(demo, made, "2025-09-02 10:00", "2025-09-08 10:00")
    notice = publicity.ask_notice(demo, key, demo.of(key, *RESERVED), "2025-09-11 10:00", "2025-09-15", 1)
    notice = publicity.publish_notice(demo, notice, "2025-09-15 09:00")
    objection = publicity.object_to(notice, demo.of(key, "objected")[0], "2025-09-17 11:00", "objection")
    publicity.end(demo, notice, "2025-09-22 09:00")
    publicity.settle(demo, objection, "2025-09-23 10:00", upheld=False)
    demo.say(f"{key}: reserved")


def _pay(demo: Demo, key: str) -> None:
    """Quota, plan and approvals over the winter, issued in February, batches from March on."""
    money.quota(demo, key, "2025-10-20 10:00", "吉财演示预〔2025〕12号")
    plan = money.make_plan(
        demo, key, demo.of(key, *PLANNED), "2025-10-27 10:00", "2026年度先进制造业集群奖补资金分配方案（演示）"
    )
    money.approve(demo, plan, {
        "industry": ("2025-11-03 10:00", "吉工信演示函〔2025〕31号"),
        "finance": ("2025-11-12 10:00", "吉财演示函〔2025〕44号"),
        "government": ("2025-12-08 10:00", "吉政演示函〔2025〕9号"),
        "budget": ("2026-01-26 16:00", "吉人大演示〔2026〕1号"),
    })  # fmt: skip
    money.issue_to(demo, plan, money.payers(demo.of(key, *DUE)), "2026-02-10 10:00")
    demo.say(f"{key}: approved and issued")
    money.confirm(demo, [one for one in demo.of(key, *DUE) if one.station != "unconfirmed"], "2026-02-25 10:00")
    first = money.make_batches(demo, plan, demo.of(key, *PAID, "objected"), "2026-03-04 10:00")
    first = money.send(demo, first, "2026-03-05 10:00", "2026-03-06 10:00")
    back = {one.case_id for one in demo.of(key, "returned")}
    money.answers(demo, first, "2026-03-10 10:00", returned=lambda row: _case(row) in back)
    money.come_back(demo, demo.of(key, "bounced"), "2026-03-20 10:00")
    money.send(
        demo,
        money.make_batches(demo, plan, demo.of(key, "sent"), "2026-05-13 10:00"),
        "2026-05-14 10:00",
        "2026-05-15 10:00",
    )
    money.make_batches(demo, plan, demo.of(key, "checking"), "2026-05-18 10:00")
    money.make_plan(
        demo, key, demo.of(key, "allocated"), "2026-05-11 10:00", "2026年度集群奖补资金第二批分配方案（演示）"
    )
    demo.say(f"{key}: {len(first)} batches paid, others under way")


def _case(row: Payment) -> int:
    return row.instalment.award.case_id


UNDER_WAY = ("local_review", "correcting", "finance", "endorsed", "upper_review", "upper_correcting", "expert_review")


def open_round(demo: Demo) -> None:
    """2027: open since 2026-05-06; everything from the draft to the experts on the demo's day."""
    key = "jilin_2027"
    publish_call(demo, key)
    early = demo.of(key, "expert_review", "upper_review", "upper_correcting", "endorsed")
    late = [one for one in demo.of(key) if one not in early and one.station != "draft"]
    _file(demo, early, "2026-05-06", "2026-05-08")
    _file(demo, late, "2026-05-11", "2026-05-19")
    for place, ticket in enumerate(demo.of(key, "draft")):
        when = moment("2026-05-18 09:10") + timedelta(minutes=17 * place)
        (filing.begin if place % 2 == 0 else filing.fill)(demo, ticket, when)
    demo.say(f"{key}: {len(demo.of(key))} started")
    _ends(demo, key)
    for ticket, when in zip(early, spread("2026-05-11", "2026-05-13", len(early)), strict=True):
        review.endorse(demo, ticket, when)
    up = [one for one in early if one.station != "endorsed"]
    review.send_up(demo, up, moment("2026-05-14 10:00"))
    for ticket in demo.of(key, "upper_correcting"):
        review.ask_correction(demo, ticket, moment("2026-05-18 11:00"), upper=True)
    _experts(demo, key)
    finance = demo.of(key, "finance")
    for ticket, when in zip(finance, spread("2026-05-19", "2026-05-19", len(finance) + 1), strict=False):
        review.sign_local(demo, ticket, when)
    demo.say(f"{key}: under review")


def _file(demo: Demo, tickets: list[Ticket], first: str, last: str) -> None:
    for ticket, when in zip(tickets, spread(first, last, len(tickets)), strict=True):
        filing.file(demo, ticket, when + timedelta(minutes=1))


def _ends(demo: Demo, key: str) -> None:
    for ticket in demo.of(key, "withdrawn"):
        review.withdraw_case(demo, ticket, moment("2026-05-19 17:10"))
    for ticket in demo.of(key, "declined_local"):
        review.decline(demo, ticket, moment("2026-05-19 17:20"))
    for ticket in demo.of(key, "correcting"):
        review.ask_correction(demo, ticket, moment("2026-05-19 17:25"))
    review.open_first(demo, demo.of(key, "local_review")[::4], moment("2026-05-19 17:30"))


def _experts(demo: Demo, key: str) -> None:
    tickets = demo.of(key, "expert_review")
    for ticket, when in zip(tickets, spread("2026-05-15", "2026-05-15", len(tickets)), strict=True):
        review.recommend_upper(demo, ticket, when)
    made = panel.open_panel(
        demo, demo.calls[key], tickets, "2026-05-18 09:00", title="2027年度集群奖补第一批评审（演示）", days=10, seats=5
    )
    panel.score_partly(demo, made, "2026-05-19 14:00")
