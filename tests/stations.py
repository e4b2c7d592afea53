"""A world with something at every station, built once a run and copied for each module that asks for it.

    from tests.stations import files_apart, stations          both fixtures, in a module of tests
    def test_…(stations: Stations) -> None:                   ids by name: stations["panel"], stations.case("jl_case")

The module works on one copy of the database; what a test changes in it is rolled back at its end.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings

from subsidy.accounts import links
from subsidy.accounts.models import Authenticator, Leave, Link, Post, Session, User
from subsidy.calendar.change import Ground, enter_year
from subsidy.calendar.days import ALWAYS_OFF, Arrangement, Span
from subsidy.calendar.models import Year
from subsidy.cases.findings import findings_of
from subsidy.cases.models import (
    Assessment,
    Case,
    CaseProject,
    ClaimedLine,
    DocumentVersion,
    Hold,
    JointItem,
    JointSubmission,
    Level,
    Review,
    Submission,
)
from subsidy.cases.report import prepare as prepare_report
from subsidy.cases.review import ask_correction, first_opening
from subsidy.enterprises import accidents
from subsidy.enterprises.models import Enterprise, Succession
from subsidy.enterprises.proposals import propose
from subsidy.enterprises.register import Evidence, rename
from subsidy.funding.models import Plan
from subsidy.funding.payee import confirm_account
from subsidy.funding.results import Result, enter_results
from subsidy.imports import kinds, take
from subsidy.messages.models import Message
from subsidy.notices import build as notices
from subsidy.notices.models import Notice, Objection
from subsidy.notices.objections import file_objection
from subsidy.notices.publish import publish
from subsidy.panels import organise, score, scorecard
from subsidy.panels.models import Expert, Panel
from subsidy.papers import files
from subsidy.papers.models import Paper
from subsidy.projects.models import Asset, Invoice, OtherFunding, Partner
from tests.cases.reviewing import endorsed, letter
from tests.copies import Copies
from tests.enterprises import listing
from tests.funding import factory as money
from tests.imports.books import book, upload
from tests.notices.factory import CONTACT, START
from tests.panels.factory import DIGEST
from tests.world import (
    NOW,
    SECRET,
    World,
    actor,
    build,
    fresh,
    jilin_draft,
    jilin_submitted,
    prepare_jilin,
    zhongshan_draft,
    zhongshan_submitted,
)
from workflow import clock
from workflow.states import State

PHONE = "13712345678"
ACCOUNT = "622202000000987654"
IDENTITY = "220104198805121234"
CALLER = "15843211234"
PDF = b"%PDF-1.4\n%%EOF\n"
"""Values that must stand in no table as they are: telephone, account, identity number, the objector's telephone."""


class Stations:
    """Ids and numbers by name, and browsers of signed-in people."""

    ids: dict[str, Any]
    media: Path

    def __init__(self) -> None:
        self.ids = _made
        self._sign_in()

    def _sign_in(self) -> None:
        self._clients = {user.username: _signed_in(user) for user in User.objects.all()}
        self._since = clock.real_now()

    def __getitem__(self, name: str) -> Any:
        return self.ids[name]

    def case(self, name: str) -> Case:
        return Case.objects.get(number=self.ids[name])

    def browser(self, username: str) -> Client:
        """The person's browser; the empty name is that of a visitor who has never been here.

        Whatever the machine's speed, nobody's proof of the second factor is ever stale.
        """
        if clock.real_now() - self._since > timedelta(minutes=5):
            self._sign_in()
        return self._clients[username] if username else Client(raise_request_exception=False)


def _signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


_made: dict[str, Any] = {}
_media = Path(tempfile.mkdtemp(prefix="stations-"))
atexit.register(shutil.rmtree, _media, ignore_errors=True)


@contextmanager
def on_a_copy(copies: Copies, blocker: Any, fill: Callable[[], object]) -> Iterator[None]:
    """Work on a copy of the database that holds what `fill` made, with the business clock at NOW."""
    # Sessions in the cookie: no query to read and none to keep them, on thousands of requests.
    with blocker.unblock(), override_settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies"):
        kept, Copies.fill = Copies.fill, fill
        before = copies.start()
        Copies.fill = kept
        clock.travel_to(NOW)
        try:
            yield
        finally:
            clock.travel_back()
            copies.end(before)


@pytest.fixture(scope="module")
def stations(copies: Copies, django_db_setup: None, django_db_blocker: Any) -> Iterator[Stations]:
    """The world of this module."""
    with on_a_copy(copies, django_db_blocker, make):
        yield Stations()


@pytest.fixture(autouse=True)
def files_apart(settings: Any) -> None:
    """The files of the stations, instead of an empty folder."""
    settings.MEDIA_ROOT = _media


@pytest.fixture(autouse=True)
def undone(stations: Stations) -> Iterator[None]:
    """Whatever a test does is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def make() -> None:
    """Build everything; run once a session, in a database that is then copied."""
    from django.conf import settings

    kept, settings.MEDIA_ROOT = settings.MEDIA_ROOT, _media
    try:
        _make(build())
    finally:
        settings.MEDIA_ROOT = kept
        clock.travel_back()


def _make(world: World) -> None:
    _made.update({f"{measure}_call": call.pk for measure, call in world.calls.items()})
    _made["draft_call"] = prepare_jilin(world.agencies, number="吉工信办联规〔2026〕99号").pk
    _made["replacement"] = prepare_jilin(
        world.agencies, number="吉工信办联规〔2026〕98号", replaces=world.calls["jilin"]
    ).pk
    _cases(world)
    _panel(world)
    _publicity(world)
    _money(world)
    _registers(world)
    _credit(world)
    _calendar()
    message = Message.objects.create(
        recipient=User.objects.get(username="jl_local"), title="请办理", link="/", created=clock.now()
    )
    _made["message"] = message.pk
    _accounts()


def _accounts() -> None:
    owner, applicant = (User.objects.get(username=name) for name in ("jl_local", "jl_applicant"))
    later = clock.real_now() + timedelta(days=1)
    post, deputy = owner.posts.get(), Post.objects.get(user__username="jl_local2")
    first = clock.today() + timedelta(days=60)
    away = Leave.objects.create(
        post=post,
        deputy=deputy,
        valid_from=first,
        valid_to=first + timedelta(days=7),
        reason="年休假",
        entered_by=owner,
    )
    _made.update(person=owner.pk, post=post.pk, leave=away.pk, deputy=deputy.pk)
    _made["phone"] = Authenticator.objects.create(user=applicant, secret=SECRET, name="手机").pk
    session = Session(session_key="a" * 40, session_data="", user=owner, began_at=clock.real_now(), expire_date=later)
    session.save(force_insert=True)
    _made["session"] = session.pk
    for purpose in Link.Purpose:
        _made[f"{purpose}_token"] = links.make(owner, purpose)
    Link.objects.update(expires_at=later)


def _registers(world: World) -> None:
    """A former name with its scan, a workbook that was read, of Jilin's."""
    keeper, firm = actor("jl_upper"), world.enterprises["member1"]
    scan = Evidence("准予变更登记通知书", files.keep(PDF), "通知书.pdf")
    rename(firm, keeper, firm.name.replace("数控", "智能"), clock.today(), scan, version=firm.version)
    old, heir = world.enterprises["member2"], world.enterprises["zs_stranger"]
    proposal = propose(
        old, heir, keeper, kind=Succession.Kind.MERGER, effective_on=clock.today(),
        evidence=Evidence("合并协议", files.keep(PDF), "协议.pdf"), version=old.version,
    )  # fmt: skip
    head = Enterprise.objects.get(pk=world.enterprises["head"].pk)
    given = {"kind": "quality", "happened_on": clock.today(), "major": False, "document": "市场监管局通报"}
    _made["accident"] = accidents.add(head, keeper, given, version=head.version).pk
    project = world.projects["head"]
    _made.update(
        other_project=world.projects["member1"].pk,
        partner=Partner.objects.create(project=project, name="延大", name_key="延大", role="university").pk,
        asset=Asset.objects.create(project=project, number="Z1", number_key="z1", name="机床", amount=1000).pk,
        invoice=Invoice.objects.create(
            project=project, number="1", number_key="1", seller="甲", seller_key="甲", dated=clock.today(), gross=113,
            tax=13,
        ).pk,
        funding=OtherFunding.objects.create(
            project=project, programme="技改资金", level="city", year=2024, amount=1000
        ).pk,
    )  # fmt: skip
    content = book([str(one.label) for one in kinds.find("enterprises").columns], [["1" * 18, "无地区的企业"]])
    row = take.take_in(kinds.find("enterprises"), upload(content), keeper)
    take.check({"import": row.pk})
    _made.update(
        firm=world.enterprises["head"].pk, renamed=firm.pk, scan=scan.digest, own_import=row.pk,
        cluster=world.cluster.pk, recognition=world.cluster.recognitions.all()[0].pk,
        membership=world.cluster.memberships.order_by("pk")[0].pk, project=world.projects["head"].pk,
        proposal=proposal.pk, zs_project=world.projects["zhongshan"].pk, measured=world.measured.pk,
    )  # fmt: skip


def _cases(world: World) -> None:
    first = _with_phone(jilin_submitted(world))
    case = twin(first, "JL-2026-00701", State.LOCAL_REVIEW)
    first_opening(case, actor("jl_local"))
    row = case.projects.all()[0]
    _made.update(jl_case=case.number, jl_case_document=row.case.documents.all()[0].pk, jl_first=first.number)
    _made["joint"] = letter(endorsed(first)).pk
    _made["sent_joint"] = _sent_letter(world, case).pk
    twin(first, "JL-2026-00703", State.ENDORSED)
    waits = findings_of(case.submissions.get(), Level.LOCAL)[0].finding
    _made.update(finding=waits.code, finding_subject=waits.subject, paper=Paper.objects.order_by("pk")[0].check_code)
    draft = _with_phone(jilin_draft(world))
    row = draft.projects.all()[0]
    _made.update(
        jl_draft=draft.number, jl_row=row.pk, jl_line=row.lines.all()[0].pk, jl_file=draft.documents.all()[0].pk
    )
    filed = zhongshan_submitted(world)
    other = twin(filed, "ZS-2026-00701", State.LOCAL_REVIEW)
    item = {"target": "step:applicant", "label": "单位信息", "problem": "缺联系人", "requirement": "请补填"}
    first_opening(filed, actor("zs_local"))
    _made["zs_correction"] = ask_correction(fresh(filed), actor("zs_local"), items=[item]).pk
    draft = zhongshan_draft(world)
    row = draft.projects.all()[0]
    _made.update(
        zs_case=other.number, zs_correcting=filed.number, zs_draft=draft.number, zs_row=row.pk,
        zs_line=row.lines.all()[0].pk, zs_file=draft.documents.all()[0].pk,
        zs_case_document=other.documents.all()[0].pk,
    )  # fmt: skip
    first_opening(other, actor("zs_local"))
    reported = twin(filed, "ZS-2026-00702", State.RESERVED)
    report = prepare_report(world.calls["zhongshan"], actor("zs_upper"), cases=[reported.pk], document=files.keep(PDF))
    _made["report"] = report.pk


def _sent_letter(world: World, case: Case) -> JointSubmission:
    above = twin(case, "JL-2026-00702", State.UPPER_REVIEW)
    joint = JointSubmission.objects.create(
        state="sent", call=case.call, agency=case.local_agency, finance_agency=case.local_finance_agency,
        numbers=["延工信联〔2026〕1号", "延财联〔2026〕1号"], dated=clock.today(), signer="张局长",
        scan=files.keep(PDF),
        made_by_id=actor("jl_local").id, made_at=clock.now(),
    )  # fmt: skip
    JointItem.objects.create(joint=joint, case=above, position=1)
    return joint


def _with_phone(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(contact_phone=PHONE)
    return fresh(case)


def _panel(world: World) -> None:
    source = Case.objects.get(number=_made["jl_case"])
    cases = [twin(source, f"JL-2026-0071{place}", State.UPPER_REVIEW) for place in range(3)]
    for case in cases:
        Review.objects.create(
            submission=case.submissions.get(), level="upper", agency=case.upper_agency, outcome="recommended",
            opinion="同意推荐", reviewed_by_id=actor("jl_upper").id, reviewed_at=clock.now(),
        )  # fmt: skip
    experts = [
        Expert.objects.create(user=User.objects.get(username=f"expert{place}"), unit=f"第{place}研究院", fields="制造")
        for place in range(1, 6)
    ]
    panel = organise.make_panel(
        actor("jl_upper"), world.calls["jilin"], cases[:2], experts[:3], title="第一批",
        scorecard=scorecard.of_call(world.calls["jilin"]), quorum=3, drop_from=5, closes_at=None,
    )  # fmt: skip
    panel = organise.open_panel(panel, actor("jl_upper"))
    seat = panel.assignments.get(expert=experts[0])
    score.declare(seat, actor("expert1"), {})
    _made.update(panel=panel.pk, letter=seat.letter, spare_expert=experts[4].pk)
    _made["code"] = panel.cases.order_by("code")[0].code
    draft = organise.make_panel(
        actor("jl_upper"), world.calls["jilin"], cases[2:], experts[:3], title="第二批",
        scorecard=scorecard.of_call(world.calls["jilin"]), quorum=3, drop_from=5, closes_at=None,
    )  # fmt: skip
    _made["draft_panel"] = draft.pk
    assert panel.state == Panel.State.SCORING


def _publicity(world: World) -> None:
    source = Case.objects.get(number=_made["jl_case"])
    cases = [twin(source, f"JL-2026-0072{place}", State.SHORTLISTED) for place in range(4)]
    values = {
        "title": "关于拟支持项目的公示", "number": "吉工信公示〔2026〕3号", "basis": "细则", "procedure": "经专家评审",
        "starts_on": START, "contact": CONTACT,
    }  # fmt: skip
    second = values | {"title": "关于第二批拟支持项目的公示", "number": ""}
    builder = actor("jl_upper")
    notice = notices.draft(builder, world.calls["jilin"], cases[:2], values)
    notice = notices.ask_signature(notice, builder, version=notice.version)
    notice = publish(notice, actor("jl_issuer"), projects=2, version=notice.version)
    _made.update(notice=notice.pk, draft_notice=notices.draft(builder, world.calls["jilin"], cases[2:3], second).pk)
    objection, _code = file_objection(
        notice, [notice.rows.all()[0]],
        {"party": "person", "name": f"李某 {IDENTITY}", "contact": CALLER, "address": "长春市", "facts": "数据不实"},
    )  # fmt: skip
    _made.update(objection=objection.pk)
    assert (Notice.objects.count(), Objection.objects.count()) == (2, 1)


def _money(world: World) -> None:
    cases = money.reserved(world, "jilin", ["600000.00", "400000.00"])
    Case.objects.filter(pk=cases[0].pk).update(enterprise=world.enterprises["head"])
    cases = [fresh(case) for case in cases]
    plan = money.issued(world, money.approved(_final(world, "jilin", cases, "1000000.00"), "jilin"))
    money.confirmed(cases[1:])
    confirm_account(
        cases[0], cases[0].enterprise, actor("jl_applicant"), holder=cases[0].enterprise.name, number=ACCOUNT,
        bank="工商银行延吉支行",
    )  # fmt: skip
    batch = money.batch_of(world, plan, "jilin")
    _made.update(plan=plan.pk, plan_line=plan.lines.all()[0].pk, money_case=cases[0].number)
    _made.update(batch=batch.pk, payment=batch.payments.all()[0].pk)
    more = money.reserved(world, "jilin", ["500000.00"], start=30)
    money.quota(world, "jilin", "500000.00", document="吉财预〔2026〕101号")
    draft = money.drafted(world, "jilin", more, "500000.00")
    _made.update(draft_plan=draft.pk, draft_plan_line=draft.lines.all()[0].pk)
    _made["final_plan"] = _final(
        world, "jilin", money.reserved(world, "jilin", ["300000.00"], start=40), "300000.00"
    ).pk
    ready = _final(world, "jilin", money.reserved(world, "jilin", ["200000.00"], start=50), "200000.00")
    _made["unissued_plan"] = money.approved(ready, "jilin").pk
    _made.update(county=world.agencies["222401-czj"].pk, other_county=world.agencies["222403-czj"].pk)
    other, _cases = money.payable(world, "zhongshan", ["700000.00", "300000.00"])
    out = money.sent(world, other, "zhongshan")
    paid = out.payments.order_by("pk")[0]
    out = enter_results(
        out, actor("zs_pay_maker"), results={paid.pk: Result(True, clock.today(), "")}, version=out.version
    )
    _made.update(zs_plan=other.pk, zs_batch=out.pk, zs_payment=paid.pk)


def _credit(world: World) -> None:
    """A recorded list, a draft of one, a bar on a firm that files nowhere else, and a held case."""
    _made["list_import"] = listing.whole(world, []).pk
    _made["draft_import"] = listing.draft(world, []).pk
    stranger = world.enterprises["stranger"]
    _made.update(bar=listing.barred(world, stranger).pk, head=world.enterprises["head"].pk, stranger=stranger.pk)
    held = Hold.objects.create(
        case=Case.objects.get(number=_made["jl_case"]), kind=Hold.Kind.CREDIT, reason="列入名单", source="名单",
        set_by="吴敏", set_at=clock.now(), released_at=clock.now(), released_by="李明", release_note="已核实",
    )  # fmt: skip
    _made["hold"] = held.pk


def _calendar() -> None:
    """A year long past, entered by the administrator with its document."""
    off = tuple(Span(str(name), date(2022, *day), date(2022, *day)) for day, name in ALWAYS_OFF.items())
    ground = Ground("国务院办公厅关于2022年部分节假日安排的通知", files.keep(PDF), "通知.pdf")
    given = Arrangement(2022, off, (date(2022, 10, 8),))
    enter_year(actor("admin"), given, ground, version=0)
    _made["calendar_entry"] = Year.objects.get(year=2022).chain_length


def _final(world: World, measure: str, cases: list[Case], amount: str) -> Plan:
    money.quota(world, measure, amount, document=f"吉财预〔2026〕{cases[0].pk}号")
    return money.final(world, measure, cases, amount)


def twin(case: Case, number: str, state: State, *, text: str = "") -> Case:
    """The same case once more under another number, as if it had come as far as `state`.

    `text` stands in place of every answer that was submitted.
    """
    made = copy(Case.objects.get(pk=case.pk))
    made.pk, made.number, made.version, made.chain_length, made.chain_head = None, number, 0, 0, ""
    made.__dict__["state"] = state
    made.opened_at = made.handler_id = None
    made.save(force_insert=True)
    for row in CaseProject.objects.filter(case=case):
        old = row.pk
        row.pk, row.case = None, made
        row.save(force_insert=True)
        for line in ClaimedLine.objects.filter(project=old):
            line.pk, line.project, line.key = None, row, line._meta.get_field("key").default()
            line.save(force_insert=True)
    for document in DocumentVersion.objects.filter(case=case, project__isnull=True)[:2]:
        document.pk, document.case = None, made
        document.save(force_insert=True)
    for submission in Submission.objects.filter(case=case):
        old = submission.pk
        submission.pk, submission.case = None, made
        ids = list(made.documents.values_list("pk", flat=True))
        submission.documents = [{**row, "id": pk} for row, pk in zip(submission.documents, ids, strict=False)]
        submission.content = _answered(submission.content, text) if text else submission.content
        submission.save(force_insert=True)
        for assessment in Assessment.objects.filter(submission=old):
            assessment.pk, assessment.submission = None, submission
            assessment.save(force_insert=True)
    return fresh(made)


def _answered(content: dict[str, Any], text: str) -> dict[str, Any]:
    parts = [
        {**part, "answers": [[label, text] for label, _old in part["answers"]]}
        for part in content["sections"] + content["projects"]
    ]
    lines = [{**line, "summary": text, "supplier": text} for line in content["lines"]]
    count = len(content["sections"])
    answered = {"sections": parts[:count], "projects": parts[count:], "lines": lines}
    return {**content, "enterprise": text, "title": text, **answered}


__all__ = [
    "ACCOUNT", "CALLER", "DIGEST", "IDENTITY", "PHONE", "Stations", "files_apart", "on_a_copy", "stations", "undone",
]  # fmt: skip
