"""A small world through the real verbs: agencies, people, enterprises, a call and cases of each measure.

    world = build()                      everything up to two published calls; the clock stands at NOW
    case = jilin_draft(world)            complete, ready to submit;  zhongshan_draft(world) likewise
    case = jilin_submitted(world)        filed, in the local review;  zhongshan_submitted(world) likewise
    actor("jl_local")                    the person at work; every password is PASSWORD
    code_of("jl_local")                  what the phone of somebody who must have one shows, as often as asked

The fixture `world` builds it and puts the clock back. Tests that commit: @pytest.mark.starts_from("tests.world:build").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from stdnum.cn import uscc

from policies.kit.policy import Subject
from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency, Authenticator, Jurisdiction, Post, User
from subsidy.accounts.rights import Role
from subsidy.calls.editions import in_force
from subsidy.calls.models import Call
from subsidy.calls.prepare import prepare
from subsidy.calls.publish import publish
from subsidy.cases.answers import asked
from subsidy.cases.assess import preview
from subsidy.cases.claim import add_line
from subsidy.cases.fill import save_answers
from subsidy.cases.group import add_project, change_project
from subsidy.cases.materials import slots
from subsidy.cases.models import Case, CaseProject, DocumentVersion
from subsidy.cases.start import start
from subsidy.cases.submit import declaration_of, submit
from subsidy.clusters.models import Cluster, Membership, Recognition
from subsidy.enterprises.models import CreditCheck, Enterprise
from subsidy.papers import files
from subsidy.projects.models import MeasuredApproval, MeasuredProject, Project, ProjectYear
from subsidy.reference.models import AreaCode, Holiday, Industry
from subsidy.reference.text import fold
from tests.world_data import AGENCIES, APPLICANTS, AREAS, ENTERPRISES, JURISDICTIONS, LINES, PEOPLE
from workflow import clock
from workflow.clock import SHANGHAI

PASSWORD = "a-password-for-tests"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = datetime(2026, 5, 20, 10, 0, tzinfo=SHANGHAI)
PUBLISHED = datetime(2026, 5, 6, 9, 0, tzinfo=SHANGHAI)
JILIN_CLOSES = datetime(2026, 6, 20, 17, 0, tzinfo=SHANGHAI)
ZHONGSHAN_CLOSES = datetime(2026, 6, 10, 18, 0, tzinfo=SHANGHAI)
SINCE = date(2020, 1, 1)


@dataclass(slots=True)
class World:
    """What `build` made. `agencies` by code, `enterprises` by the keys of ENTERPRISES, `calls` by measure."""

    agencies: dict[str, Agency]
    enterprises: dict[str, Enterprise]
    cluster: Cluster
    projects: dict[str, Project]
    measured: MeasuredProject
    calls: dict[str, Call]

    def actor(self, username: str) -> Actor:
        return actor(username)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """The world, with the business clock at NOW until the test ends."""
    try:
        yield build()
    finally:
        clock.travel_back()


def build() -> World:
    """Everything up to two published calls; the business clock then stands at NOW."""
    made = registers()
    agencies = made.agencies
    made.calls = {
        "jilin": publish_call(prepare_jilin(agencies)),
        "zhongshan": publish_call(prepare_zhongshan(agencies)),
    }
    clock.travel_to(NOW)
    return made


def registers() -> World:
    """Agencies, people, enterprises, cluster and projects, and no call yet; the business clock stands at PUBLISHED."""
    agencies = _agencies()
    enterprises = _enterprises()
    _people(agencies, enterprises)
    cluster = _cluster(enterprises)
    projects = _projects(enterprises)
    clock.travel_to(PUBLISHED)
    return World(agencies, enterprises, cluster, projects, _measured(projects["zhongshan"]), {})


def actor(username: str) -> Actor:
    """A person with the posts in force at the clock's day."""
    return Actor.of(User.objects.get(username=username), "127.0.0.1")


def code_of(username: str) -> str:
    """A code that counts now, however often the person has signed in within the same half minute."""
    phone = Authenticator.objects.get(user__username=username)
    Authenticator.objects.filter(pk=phone.pk).update(last_step=-1)
    return f"{phone.generator().token():06d}"


def credit_code(area: str, serial: str) -> str:
    """A code whose check digit is right: 91, six digits of the area, nine of the unit."""
    stem = f"91{area[:6]}MA{serial[-7:]}"
    return stem + str(uscc.calc_check_digit(stem))


# --- calls --------------------------------------------------------------------


def prepare_jilin(agencies: dict[str, Agency], **values: Any) -> Call:
    """A draft of the Jilin call by jl_upper, each with the next number; `values` change its columns."""
    columns = {
        "kind": "support", "title": "关于组织申报2027年度先进制造业集群奖补资金的通知",
        "number": f"吉工信办联规〔2026〕{12 + Call.objects.filter(measure='jilin').count()}号", "fiscal_year": 2027,
        "opens_at": PUBLISHED, "closes_at": JILIN_CLOSES,
        "window_from": date(2025, 1, 1), "window_to": date(2026, 4, 30),
    }  # fmt: skip
    policy = in_force("jilin", clock.today())
    issuers = [agencies["220000-gxt"], agencies["220000-czt"]]
    return prepare(actor("jl_upper"), policy, agencies["220000-gxt"], columns | values, issuers)


def prepare_zhongshan(agencies: dict[str, Agency], **values: Any) -> Call:
    """A draft of the Zhongshan call by zs_upper; `values` change its columns."""
    columns = {
        "kind": "support", "title": "关于组织2026年省级先进制造业发展专项资金（制造业投资奖励）项目入库申报的通知",
        "number": "中工信〔2026〕31号", "fiscal_year": 2026,
        "opens_at": PUBLISHED, "closes_at": ZHONGSHAN_CLOSES,
        "window_from": date(2024, 1, 1), "window_to": date(2025, 12, 31),
    }  # fmt: skip
    policy = in_force("zhongshan", clock.today())
    return prepare(actor("zs_upper"), policy, agencies["442000-gxj"], columns | values, [agencies["442000-gxj"]])


def publish_call(call: Call) -> Call:
    """Published by the agency's issuer."""
    issuer = "jl_issuer" if call.measure == "jilin" else "zs_issuer"
    return publish(call, actor(issuer), version=call.version)


# --- cases --------------------------------------------------------------------


def jilin_draft(world: World, who: str = "jl_applicant") -> Case:
    """A complete draft of the head enterprise: three projects with lines, answers and materials."""
    case = start(
        actor(who), world.calls["jilin"], world.enterprises["head"], track="group", area="222401", cluster=world.cluster
    )
    for key, direction in (("head", "chain"), ("member1", "renewal"), ("member2", "renewal")):
        row = add_project(case, actor(who), world.projects[key])
        change_project(row, actor(who), {"direction": direction}, {})
        claim(row, who, f"J{row.pk}")
    complete(case, who, title="延边智能装备产业链协同项目群", requested="300000.00")
    return fresh(case)


def zhongshan_draft(world: World, who: str = "zs_applicant") -> Case:
    """A complete draft of the investment award: one project with its measured project and lines."""
    case = start(
        actor(who), world.calls["zhongshan"], world.enterprises["zhongshan"], track="universal", area="442000118"
    )
    row = add_project(case, actor(who), world.projects["zhongshan"])
    audited = {"fixed_assets_audited": Decimal("300000000.00"), "fixed_assets_statistics": Decimal("310000000.00")}
    change_project(row, actor(who), audited, {})
    line = {"dated": date(2025, 3, 8), "gross": Decimal("330000000.00"), "tax": Decimal("30000000.00")}
    _line(row, who, "Z1", "equipment", "电芯生产线", line)
    complete(case, who, requested="5000000.00", columns={"measured_id": world.measured.pk})
    return fresh(case)


def jilin_submitted(world: World, who: str = "jl_applicant") -> Case:
    """The Jilin draft, filed."""
    return submitted(jilin_draft(world, who), who)


def zhongshan_submitted(world: World, who: str = "zs_applicant") -> Case:
    """The Zhongshan draft, filed."""
    return submitted(zhongshan_draft(world, who), who)


def submitted(case: Case, who: str) -> Case:
    """The same case after its person has submitted it."""
    submit(case, actor(who), declaration=declaration_of(case))
    return fresh(case)


def fresh(case: Case) -> Case:
    """The case as it stands in the database."""
    return Case.objects.select_related("call", "enterprise").get(pk=case.pk)


def claim(row: CaseProject, who: str, series: str) -> None:
    """The three usual lines of a project; the civil works do not count."""
    for place, (category, summary, gross, tax) in enumerate(LINES, start=1):
        _line(
            row, who, f"{series}{place}", category, summary, {"dated": date(2025, 9, place), "gross": gross, "tax": tax}
        )


def complete(case: Case, who: str, *, requested: str, title: str = "", columns: dict[str, Any] | None = None) -> None:
    """Answer every question that is asked, give the contact, and upload every required material."""
    person = actor(who)
    given = {
        "contact_name": "金哲",
        "contact_phone": "13900000000",
        **({"title": title} if title else {}),
        **(columns or {}),
    }
    save_answers(case, person, "applicant", {}, columns=given)
    case = fresh(case)
    result = preview(case)
    for step in result.policy.steps:
        answers = {q.key: _answer(q, requested) for q in asked(result.policy, result.facts, step.key, Subject.CASE)}
        save_answers(case, person, step.key, {key: value for key, value in answers.items() if value is not None})
        for row in case.projects.all():
            own = {q.key: _answer(q, requested) for q in asked(result.policy, result.facts, step.key, Subject.PROJECT)}
            if own:
                row.refresh_from_db()
                change_project(row, person, {"answers": row.answers | own}, {})
    upload_all(fresh(case), who)


def upload_all(case: Case, who: str) -> None:
    """One small file in every slot that still misses one, put straight under its digest."""
    digest = files.keep(b"%PDF-1.4\n%%EOF\n")
    DocumentVersion.objects.bulk_create(
        DocumentVersion(
            case=case, project=one.project, requirement=one.requirement, name=f"{one.label}.pdf", digest=digest,
            size=16, kind="pdf", pages=1, uploaded_by_id=actor(who).id, uploaded_at=clock.now(),
        )
        for one in slots(case) if one.missing
    )  # fmt: skip


def _line(row: CaseProject, who: str, invoice: str, category: str, summary: str, amounts: dict[str, Any]) -> None:
    net = amounts["gross"] - amounts["tax"]
    values = {"category": category, "summary": summary, "supplier": "沈阳机床供应有限公司", "invoice": f"2522{invoice}"}
    add_line(row, actor(who), {**values, **amounts, "paid": amounts["gross"], "claimed": net})


def _answer(question: Any, requested: str) -> Any:
    if question.when is not None:
        return None
    kind = question.kind.value
    if question.key == "requested":
        return requested
    return {
        "text": "见材料", "long_text": "项目按计划建设并投产，有关情况见佐证材料。", "yes_no": True,
        "choice": question.choices[0].key if question.choices else "",
        "choices": [choice.key for choice in question.choices[:1]],
        "money": "1000.00", "number": 1, "date": "2026-05-01",
    }[kind]  # fmt: skip


# --- registers ----------------------------------------------------------------


def _agencies() -> dict[str, Agency]:
    AreaCode.objects.bulk_create(
        AreaCode(code=code, name=name, kind=kind, parent_code=parent) for code, (name, kind, parent) in AREAS.items()
    )
    Industry.objects.bulk_create(
        Industry(code=code, name=name, section="C")
        for code, name in (("34", "通用设备制造业"), ("38", "电气机械和器材制造业"))
    )
    off = [date(2025, 10, day) for day in range(1, 9)] + [date(2026, 10, day) for day in range(1, 8)]
    off += [date(2026, 6, day) for day in (19, 20, 21)] + [date(2026, 5, day) for day in range(1, 6)]
    Holiday.objects.bulk_create(Holiday(day=day, kind="off", name="假日", source="国办通知") for day in off)
    Agency.objects.bulk_create(
        Agency(code=code, name=row[0], short_name=row[1], kind=row[2], level=row[3], area=row[4], valid_from=SINCE)
        for code, row in AGENCIES.items()
    )
    found = {agency.code: agency for agency in Agency.objects.all()}
    Jurisdiction.objects.bulk_create(
        Jurisdiction(agency=found[code], area=area, measure=measure, stage=stage, valid_from=SINCE)
        for measure, area, code, stages in JURISDICTIONS for stage in stages
    )  # fmt: skip
    return found


def _people(agencies: dict[str, Agency], enterprises: dict[str, Enterprise]) -> None:
    password = make_password(PASSWORD)
    names = {key: row[0] for key, row in PEOPLE.items()} | {key: row[0] for key, row in APPLICANTS.items()}
    User.objects.bulk_create(User(username=key, name=name, password=password) for key, name in names.items())
    users = {user.username: user for user in User.objects.all()}
    posts = [
        Post(user=users[key], agency=agencies.get(code) if code else None, role=role, valid_from=SINCE)
        for key, (_name, role, code) in PEOPLE.items()
    ]
    posts += [
        Post(user=users[key], enterprise=enterprises[firm], role=Role.APPLICANT, valid_from=SINCE)
        for key, (_name, firm) in APPLICANTS.items()
    ]
    Post.objects.bulk_create(posts)
    Authenticator.objects.bulk_create(Authenticator(user=users[key], secret=SECRET, name="手机") for key in PEOPLE)


def _enterprises() -> dict[str, Enterprise]:
    Enterprise.objects.bulk_create(
        Enterprise(
            credit_code=credit_code(area, serial), name=name, name_key=fold(name), area=area, production_area=area,
            established_on=date(2015, 6, 1), legal_person="王某", contact_name="金哲", contact_phone="13900000000",
        )
        for name, area, serial in ENTERPRISES.values()
    )  # fmt: skip
    by_name = {one.name: one for one in Enterprise.objects.all()}
    found = {key: by_name[row[0]] for key, row in ENTERPRISES.items()}
    CreditCheck.objects.bulk_create(
        CreditCheck(enterprise=one, list=kind, listed=False, source="信用中国", checked_at=PUBLISHED)
        for one in found.values() for kind in CreditCheck.List.values
    )  # fmt: skip
    return found


def _cluster(enterprises: dict[str, Enterprise]) -> Cluster:
    cluster = Cluster.objects.create(code="JL-2025-03", name="延边智能装备产业集群", area="220000")
    Recognition.objects.create(
        cluster=cluster, level="provincial", document="吉工信产业〔2025〕30号", valid_from=date(2025, 3, 1)
    )
    Membership.objects.bulk_create(
        Membership(cluster=cluster, enterprise=enterprises[key], is_head=key == "head", valid_from=date(2025, 3, 1))
        for key in ("head", "member1", "member2")
    )
    return cluster


def _projects(enterprises: dict[str, Enterprise]) -> dict[str, Project]:
    rows = {
        "head": ("智能底盘装配线项目", "222401", "34", "20000000.00"),
        "member1": ("数控机床扩能项目", "222401", "34", "15000000.00"),
        "member2": ("工业软件云化项目", "222401", "34", "8000000.00"),
        "zhongshan": ("动力电池生产基地项目", "442000118", "38", "1200000000.00"),
    }
    found = {}
    for place, (key, (name, area, industry, total)) in enumerate(rows.items(), start=1):
        number = f"2024-{area[:6]}-04-01-{place:06d}"
        found[key] = Project.objects.create(
            enterprise=enterprises[key], name=name, area=area, industry=industry, filing_number=number,
            filing_key=fold(number), filing_date=date(2024, 2, 1), total_investment=Decimal(total),
            expected_investment=Decimal(total), started_on=date(2024, 3, 1),
        )  # fmt: skip
    ProjectYear.objects.bulk_create(
        ProjectYear(project=found["zhongshan"], year=year, total=Decimal(total), fixed_assets=Decimal(fixed))
        for year, total, fixed in ((2024, "400000000.00", "300000000.00"), (2025, "350000000.00", "310000000.00"))
    )
    return found


def _measured(project: Project) -> MeasuredProject:
    measured = MeasuredProject.objects.create(
        project=project, kind="universal", round=2026, reported_on=date(2026, 2, 1)
    )
    MeasuredApproval.objects.create(
        measured=measured, outcome="approved", amount=Decimal("5500000.00"), document="粤工信技改函〔2026〕5号",
        decided_on=date(2026, 4, 20), entered_at=clock.now() - timedelta(days=1),
    )  # fmt: skip
    return measured


def build_with_draft() -> Case:
    """The world and a complete Jilin draft, for tests that commit."""
    return jilin_draft(build())
