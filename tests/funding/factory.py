"""Cases put straight into the state from which money starts, on the shared world, and the steps up to each station."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from policies.kit import facts as kit
from subsidy.accounts.models import Agency
from subsidy.cases.assess import preview, store
from subsidy.cases.models import (
    Assessment,
    Case,
    CaseProject,
    ClaimedLine,
    ProvinceItem,
    ProvinceReport,
    Submission,
)
from subsidy.enterprises.models import Enterprise
from subsidy.funding.approve import record_approval
from subsidy.funding.batch import ask_check, check, export, make
from subsidy.funding.examine import due
from subsidy.funding.issue import issue
from subsidy.funding.models import PaymentBatch, Plan
from subsidy.funding.payee import confirm_account
from subsidy.funding.plan import compute, draft, finalise
from subsidy.funding.quota import enter
from subsidy.funding.ready import open_steps
from subsidy.projects.models import MeasuredApproval, MeasuredProject, Project
from subsidy.reference.text import fold
from tests.world import World, actor, credit_code
from workflow import clock
from workflow.states import State

YEAR = {"jilin": 2027, "zhongshan": 2026}
AGENCY = {"jilin": "220000-gxt", "zhongshan": "442000-gxj"}
PAYER = {"jilin": "222401-czj", "zhongshan": "442000-gxj"}
PREFIX = {"jilin": "JL", "zhongshan": "ZS"}
AREA = {"jilin": "222401", "zhongshan": "442000118"}
DAY = date(2026, 5, 20)
SIGNERS = {
    "jilin": {"industry": "jl_issuer", "finance": "jl_upper_finance", "government": "jl_upper", "budget": "jl_upper"},
    "zhongshan": {"plan": "zs_issuer", "government": "zs_upper"},
}
PAYERS = {"jilin": ("jl_pay_maker", "jl_pay_checker"), "zhongshan": ("zs_pay_maker", "zs_pay_checker")}


def reserved(
    world: World, measure: str, caps: Sequence[str], *, with_facts: bool = False, start: int = 1
) -> list[Case]:
    """Cases in reserve with these ceilings (元), each with its own enterprise; three projects each in Jilin."""
    agencies, call = world.agencies, world.calls[measure]
    each = 3 if measure == "jilin" else 1
    firms = _firms(measure, len(caps), start)
    filer = world.actor("jl_applicant" if measure == "jilin" else "zs_applicant")
    paid_by = agencies[PAYER[measure]]
    cases = Case.objects.bulk_create(
        Case(
            number=f"{PREFIX[measure]}-2026-{place + 500:05d}", call=call, measure=measure,
            track="group" if measure == "jilin" else "universal", enterprise=firm, title=f"项目群{place}",
            cluster=world.cluster if measure == "jilin" else None,
            area=AREA[measure], state=State.RESERVED, cap=Decimal(cap), requested=Decimal(cap),
            local_agency=_local(agencies, measure),
            local_finance_agency=agencies["222401-czj"] if measure == "jilin" else None,
            upper_agency=agencies[AGENCY[measure]],
            upper_finance_agency=agencies["220000-czt" if measure == "jilin" else "442000-czj"],
            pay_maker_agency=paid_by,
            pay_checker_agency=paid_by if measure == "jilin" else agencies["442000-czj"],
            filed_at=clock.now() - timedelta(days=60) + timedelta(minutes=place), created_by_id=filer.id,
            created_at=clock.now(),
        )
        for place, (cap, firm) in enumerate(zip(caps, firms, strict=True), start=start)
    )  # fmt: skip
    _projects(cases, each)
    if measure == "zhongshan":
        _reported(cases, filer.id)
    if with_facts:
        for case in cases:
            assessed(case)
    return cases


def _local(agencies: dict[str, Agency], measure: str) -> Agency:
    code = "222401-gxj" if measure == "jilin" else next(code for code, one in agencies.items() if one.kind == "town")
    return agencies[code]


def _firms(measure: str, count: int, start: int) -> list[Enterprise]:
    names = [
        f"{'延边' if measure == 'jilin' else '中山'}第{place}智能制造（集团）有限公司"
        for place in range(start, start + count)
    ]
    return Enterprise.objects.bulk_create(
        Enterprise(
            credit_code=credit_code(AREA[measure], f"{7 if measure == 'jilin' else 8}{place:06d}"), name=name,
            name_key=fold(name), area=AREA[measure],
        )
        for place, name in enumerate(names, start=start)
    )  # fmt: skip


def _projects(cases: Sequence[Case], each: int) -> None:
    projects = Project.objects.bulk_create(
        Project(
            enterprise=case.enterprise, name=f"{case.title}之{place}", area=case.area,
            filing_number=f"{case.number}-{place}", filing_key=f"{case.number}-{place}",
            total_investment=Decimal("2000000000.00"),
        )
        for case in cases
        for place in range(1, each + 1)
    )  # fmt: skip
    rows = CaseProject.objects.bulk_create(
        CaseProject(case=cases[place // each], project=project, position=place % each + 1, status_since=DAY)
        for place, project in enumerate(projects)
    )
    ClaimedLine.objects.bulk_create(
        ClaimedLine(
            project=row, number=1, category="equipment" if each == 3 else "fixed_assets", summary="设备",
            dated=date(2025, 6, 1), gross=Decimal(100 * row.position), paid=Decimal(100 * row.position),
            claimed=Decimal(100 * row.position),
        )
        for row in rows
    )  # fmt: skip


def _reported(cases: Sequence[Case], maker: int | None) -> None:
    for case in cases:
        row = case.projects.get()
        measured = MeasuredProject.objects.create(project=row.project, kind="universal", round=2026)
        MeasuredApproval.objects.create(
            measured=measured, outcome="approved", amount=case.cap, document="粤工信函〔2026〕1号", decided_on=DAY,
            entered_at=clock.now(),
        )  # fmt: skip
        Case.objects.filter(pk=case.pk).update(measured=measured)
    report = ProvinceReport.objects.create(
        state="sent", call=cases[0].call, agency=cases[0].upper_agency, number="中工信〔2026〕9号", dated=DAY,
        made_by_id=maker, made_at=clock.now(),
    )  # fmt: skip
    ProvinceItem.objects.bulk_create(
        ProvinceItem(report=report, case=case, position=place) for place, case in enumerate(cases, start=1)
    )


def assessed(case: Case) -> Assessment:
    """A first submission of a case with what the measure says about it."""
    result = preview(case)
    submission = Submission.objects.create(
        case=case, number=1, facts=kit.to_json(result.facts), content={"lines": [], "answers": {}}, digest="0" * 64,
        declaration="", submitted_by_id=case.created_by_id, submitted_at=clock.now(),
    )  # fmt: skip
    return store(submission, "filing", result)


def quota(world: World, measure: str, amount: str, document: str = "吉财预〔2026〕100号") -> None:
    """Money for a measure's plan year (元)."""
    enter(
        actor("jl_upper" if measure == "jilin" else "zs_upper"), measure=measure, year=YEAR[measure],
        agency=world.agencies[AGENCY[measure]], amount=Decimal(amount), document=document, received_on=DAY,
    )  # fmt: skip


def drafted(
    world: World, measure: str, cases: Sequence[Case], amount: str, share: str = "1", rule: str = "same_rate"
) -> Plan:
    """A computed draft."""
    maker = actor("jl_upper" if measure == "jilin" else "zs_upper")
    plan = draft(
        world.calls[measure],
        maker,
        title="2026年度资金分配方案",
        year=YEAR[measure],
        case_ids=[case.pk for case in cases],
    )
    return compute(
        plan,
        maker,
        rule=rule,
        share=Decimal(share),
        decimals=2,
        amount=Decimal(amount),
        reason="按额度折算",
        version=plan.version,
    )


def final(world: World, measure: str, cases: Sequence[Case], amount: str, **values: str) -> Plan:
    """A final plan that waits for its approvals."""
    plan = drafted(world, measure, cases, amount, **values)
    return finalise(plan, actor("jl_upper" if measure == "jilin" else "zs_upper"), version=plan.version)


def approved(plan: Plan, measure: str) -> Plan:
    """The plan after all its approvals, by those whose approvals they are."""
    for step in open_steps(plan):
        plan = record_approval(
            plan, actor(SIGNERS[measure][step.key]), step=step.key, document="吉政函〔2026〕7号", dated=DAY,
            scan="0" * 64, version=plan.version,
        )  # fmt: skip
    return plan


def issued(world: World, plan: Plan) -> Plan:
    """Jilin's plan with the money issued to the one county."""
    targets = [{"case": line.case.number, "target": "带动投资", "value": "10%"} for line in plan.lines.all()]
    issue(
        plan, world.agencies["222401-czj"], actor("jl_upper_finance"), document="吉财产业指〔2026〕88号", issued_on=DAY,
        targets=targets,
    )  # fmt: skip
    plan.refresh_from_db()
    return plan


def confirmed(cases: Sequence[Case]) -> None:
    """Every applicant's account, confirmed by somebody who files for it."""
    for place, case in enumerate(cases):
        confirm_account(
            case,
            case.enterprise,
            filer_of(case),
            holder=case.enterprise.name,
            number=f"62220000{place:08d}",
            bank="工商银行延吉支行",
        )


def filer_of(case: Case) -> object:
    """A person at work for the case's enterprise."""
    from dataclasses import replace

    someone = actor("jl_applicant")
    seat = replace(someone.seats[0], enterprise_id=case.enterprise_id)
    return replace(someone, seats=(seat,), enterprises=frozenset({case.enterprise_id}))


def payable(world: World, measure: str, caps: Sequence[str]) -> tuple[Plan, list[Case]]:
    """An approved plan whose money waits for a batch, every account confirmed."""
    cases = reserved(world, measure, caps)
    quota(world, measure, str(sum(map(Decimal, caps), Decimal(0))))
    plan = approved(final(world, measure, cases, str(sum(map(Decimal, caps), Decimal(0)))), measure)
    if measure == "jilin":
        plan = issued(world, plan)
    confirmed(cases)
    return plan, cases


def batch_of(world: World, plan: Plan, measure: str) -> PaymentBatch:
    """A draft batch of everything that is due."""
    payer = world.agencies[PAYER[measure]]
    keys = [row.key for row in due(plan, [payer.pk])]
    return make(plan, payer, actor(PAYERS[measure][0]), keys=keys, purpose="奖补资金")


def checked(batch: PaymentBatch, measure: str) -> PaymentBatch:
    """The batch after the second person's yes."""
    maker, checker = PAYERS[measure]
    batch = ask_check(batch, actor(maker), version=batch.version)
    return check(batch, actor(checker), version=batch.version)


def sent(world: World, plan: Plan, measure: str) -> PaymentBatch:
    """Everything that is due, sent."""
    batch = checked(batch_of(world, plan, measure), measure)
    return export(batch, actor(PAYERS[measure][0]), version=batch.version)
