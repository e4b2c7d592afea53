"""Credit lists, bars and accidents of the demo, through the verbs: lists on four days, and what they turned up."""

from __future__ import annotations

from datetime import date, timedelta

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.enterprises import accidents
from subsidy.enterprises.credit import bars, imports, workbook
from subsidy.enterprises.credit.forms import APPEAL
from subsidy.enterprises.credit.imports import Document
from subsidy.enterprises.credit.models import Bar, CreditCheck, CreditList, ListImport
from subsidy.enterprises.models import Accident, Enterprise
from subsidy.ops.demo.demo import Demo, Ticket
from subsidy.ops.demo.fixtures import read
from subsidy.ops.demo.moments import at
from subsidy.ops.demo.samples import sample
from subsidy.papers import files, sheets
from workflow import clock

SOURCE = "信用中国（演示）"
CHECKED = ("2025-02-20", "2025-05-20", "2026-01-05", "2026-05-06")
"""The days on which whole lists are brought in: before each call."""
STRANGERS = (("91110000MA00000017", "演示失信企业甲"), ("91310000MA00000029", "演示失信企业乙"))
"""Who stands on a list without being an enterprise of the demo."""


def lists(demo: Demo) -> None:
    """Every national list on four days; none of the demo's enterprises is on one."""
    keeper = demo.person("fushen")
    rows = [
        {"code": code, "name": name, "reference": f"演示〔2025〕{place}号", "since": date(2025, 1, place)}
        for place, (code, name) in enumerate(STRANGERS, start=1)
    ]
    book = sheets.write("信用名单", workbook.TEMPLATE, rows)
    document = Document(files.keep(book), "信用名单（演示）.xlsx")
    for day in CHECKED:
        there = at(day)
        for known in CreditList.objects.filter(measure=""):
            made = imports.bring_in(
                keeper, _agency(keeper), known, source=SOURCE, as_of=there.date(), document=document
            )
            imports.read_list({"statement": made.pk})
            imports.record(ListImport.objects.get(pk=made.pk), keeper)
    demo.say(f"credit lists: {ListImport.objects.count()} snapshots")


def wrinkles(demo: Demo) -> None:
    """What reviewers find in their queues: enterprises on a list, one with an accident; a bar, and a lifted one."""
    _barred(demo)
    supported = {ticket.firm.pk for ticket in demo.of("jilin_2026")}
    waiting = [one for one in demo.of("jilin_2027", "local_review") if one.firm.pk not in supported]
    at("2026-05-07 15:00")
    for place, code in enumerate(CreditCheck.List.values):
        for ticket in waiting[place * 6 : 1 + place * 6]:
            _look_up(demo, "fushen", ticket.firm, code, listed=True)
    for ticket in demo.of("measuring_2027", "local_review")[1:2]:
        given = {
            "kind": Accident.Kind.SAFETY, "happened_on": date(2024, 8, 9), "major": True,
            "document": "演示事故通报〔2024〕1号",
        }  # fmt: skip
        firm = Enterprise.objects.get(pk=ticket.firm.pk)
        accidents.add(firm, demo.person("zs_fushen"), given, version=firm.version)


def news(demo: Demo) -> None:
    """On the eve of the demo's day lists change: two cases are held, and one of them waits for its conclusion only."""
    at("2026-05-19 16:00")
    for ticket in _last(demo.of("jilin_2027", "upper_review")):
        _look_up(demo, "fushen", ticket.firm, CreditCheck.List.ABNORMAL, listed=True)
        at("2026-05-19 17:40")
        _look_up(demo, "fushen", ticket.firm, CreditCheck.List.ABNORMAL, listed=False)
    for ticket in _last(demo.of("zhongshan_2026", "reserved")):
        _look_up(demo, "zs_fushen", ticket.firm, CreditCheck.List.DISHONEST, listed=True)


def _last(tickets: list[Ticket]) -> list[Ticket]:
    return tickets[-1:]


def _barred(demo: Demo) -> None:
    """An enterprise that files nowhere is barred in each place; Zhongshan's bar was lifted again."""
    main = read("rounds")["main"]
    at("2025-11-03 10:00")
    firm = demo.firms[main["jilin"]][-1]
    source, decision = "吉工信办联规〔2024〕80号 第十三条", "演示处理决定〔2025〕1号"
    _impose(demo, "fushen", firm, "jilin", Bar.Ground.VIOLATION, source, decision, date(2030, 11, 3))
    there = at("2025-06-16 10:00")
    firm, until = demo.firms[main["zhongshan"]][-1], there.date() + timedelta(days=365 * 3)
    source, decision = "申报通知关于虚假申报的规定", "演示处理决定〔2025〕7号"
    bar = _impose(demo, "zs_fushen", firm, "zhongshan", Bar.Ground.OTHER, source, decision, until)
    at("2026-03-02 15:00")
    digest, _size = sample(demo, "解除决定")
    bars.lift(
        bar, demo.person("zs_fushen"), reason="经复核，原认定的数据差错已更正，撤销原决定。",
        document=Document(digest, "解除决定（演示）.pdf"), version=bar.version,
    )  # fmt: skip


def _impose(
    demo: Demo, who: str, firm: Enterprise, measure: str, ground: Bar.Ground, source: str, decision: str, until: date
) -> Bar:
    person = demo.person(who)
    digest, _size = sample(demo, "处理决定")
    return bars.impose(
        person, _agency(person), firm, measure=measure, valid_from=clock.today(), valid_to=until, ground=ground,
        reason="提供虚假材料，情节严重且难以整改", source=source, decision=decision,
        document=Document(digest, "处理决定（演示）.pdf"), appeal=str(APPEAL), serious=True, beyond_repair=True,
    )  # fmt: skip


def _look_up(demo: Demo, who: str, firm: Enterprise, code: str, *, listed: bool) -> None:
    person = demo.person(who)
    digest, _size = sample(demo, "查询结果")
    imports.look_up(
        person, _agency(person), CreditList.objects.get(code=code), firm, listed=listed, source=SOURCE,
        as_of=clock.today(), document=Document(digest, "查询结果（演示）.pdf"),
        reference="演示〔2026〕执21号" if listed else "",
    )  # fmt: skip


def _agency(person: Actor) -> Agency:
    return Agency.objects.get(pk__in=person.agencies)
