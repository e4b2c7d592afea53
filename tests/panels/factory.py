"""Rows a panel needs, without the stations before it: agencies, people, a call, recommended cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from policies.kit import facts as kit
from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency, Post, User
from subsidy.accounts.rights import Role
from subsidy.calls.facts import call_facts
from subsidy.calls.models import Call
from subsidy.cases.models import Case, CaseProject, Level, Review, Submission
from subsidy.enterprises.models import Enterprise
from subsidy.panels import organise, score, scorecard, selectors
from subsidy.panels.models import Assignment, Expert, Panel, PanelCase
from subsidy.projects.models import Project
from workflow.perform import created
from workflow.states import State

FILED = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DIGEST = "ab" * 32


@dataclass
class Ground:
    """An upper bureau with an officer, a local bureau, and a call."""

    agency: Agency
    local: Agency
    officer: User
    call: Call

    @property
    def actor(self) -> Actor:
        return Actor.of(self.officer)


def agency(code: str, name: str, level: str = "province") -> Agency:
    return Agency.objects.create(code=code, name=name, short_name=name, kind="industry", level=level, area="220000")


def person(username: str, name: str, role: Role, **home: object) -> User:
    user = User.objects.create_user(username, password="pass-word-1234", name=name)
    Post.objects.create(user=user, role=role, valid_from=date(2020, 1, 1), **home)
    return user


def ground(
    code: str = "jl", *, measure: str = "jilin", edition: str = "jilin-2024-80", kind: str = "support"
) -> Ground:
    upper, local = agency(f"{code}-upper", f"{code}省工信厅"), agency(f"{code}-local", f"{code}县工信局", "county")
    officer = person(f"{code}-officer", "周复审", Role.UPPER_REVIEWER, agency=upper)
    call = Call.objects.create(
        state="published",
        measure=measure,
        edition=edition,
        kind=kind,
        title="2026年度申报通知",
        number=f"{code}〔2026〕1号",
        agency=upper,
        fiscal_year=2026,
        opens_at=datetime(2026, 1, 5, tzinfo=UTC),
        closes_at=datetime(2026, 4, 1, tzinfo=UTC),
        window_from=date(2025, 1, 1),
        window_to=date(2025, 12, 31),
        prepared_by=officer,
        published_at=datetime(2026, 1, 4, tzinfo=UTC),
    )
    return Ground(upper, local, officer, call)


def enterprise(number: int, name: str = "") -> Enterprise:
    name = name or f"北方第{number}号精工制造有限公司"
    return Enterprise.objects.create(
        credit_code=f"912201{number:011d}X", name=name, name_key=name, area="220184", legal_person=f"法人{number}"
    )


def add_case(here: Ground, number: int, *, recommended: bool = True, cap: str | None = "1000000.00") -> Case:
    """A case in upper review with one project, one submission and the upper review's opinion."""
    firm = enterprise(number)
    case = Case.objects.create(
        state=State.UPPER_REVIEW,
        number=f"JL-2026-{number:05d}",
        call=here.call,
        measure=here.call.measure,
        track="group",
        enterprise=firm,
        title=f"智能底盘项目群{number}",
        area="220184",
        local_agency=here.local,
        upper_agency=here.agency,
        recognised=Decimal("3500000.00"),
        cap=None if cap is None else Decimal(cap),
        filed_at=FILED,
        submitted_at=FILED,
        contact_name=f"联系人{number}",
        contact_phone="13900001111",
        created_by=here.officer,
        created_at=FILED,
    )
    project = Project.objects.create(
        enterprise=firm,
        name=f"底盘产线{number}",
        area="220184",
        filing_number=f"备〔2025〕{number}号",
        filing_key=f"{number}",
        total_investment=Decimal("9000000.00"),
    )
    row = CaseProject.objects.create(case=case, project=project, direction="digital", status_since=date(2026, 3, 2))
    submission = Submission.objects.create(
        case=case,
        number=1,
        facts=_facts(here, case, row),
        content=_content(case, row),
        documents=_documents(row),
        digest=DIGEST,
        declaration="承诺",
        submitted_by=here.officer,
        submitted_at=FILED,
    )
    if recommended:
        Review.objects.create(
            submission=submission,
            level=Level.UPPER,
            agency=here.agency,
            outcome=Review.Outcome.RECOMMENDED,
            opinion="复审意见：同意推荐，认定额属实",
            reviewed_by=here.officer,
            reviewed_at=FILED,
        )
    created(case, here.actor)
    return case


def expert(number: int, *, unit: str = "", unit_code: str = "", measures: str = "") -> Expert:
    user = person(f"expert-{number}", f"专家姓名{number}", Role.EXPERT)
    unit = unit or f"第{number}研究院"
    return Expert.objects.create(user=user, unit=unit, unit_code=unit_code, fields="智能制造", measures=measures)


def acting(assignment: Assignment) -> Actor:
    return Actor.of(assignment.expert.user)


def new_panel(
    here: Ground, cases: list[Case], experts: list[Expert], *, quorum: int = 3, drop_from: int = 5, opened: bool = True
) -> Panel:
    panel = organise.make_panel(
        here.actor,
        here.call,
        cases,
        experts,
        title="2026年度第一批",
        scorecard=scorecard.of_call(here.call),
        quorum=quorum,
        drop_from=drop_from,
        closes_at=None,
    )
    return organise.open_panel(panel, here.actor) if opened else panel


def parts(panel: Panel, total: str) -> tuple[dict[str, str], dict[str, str]]:
    """Points per criterion that make a total, filled from the first criterion on, and comments for all."""
    left, scores = Decimal(total), {}
    for row in panel.scorecard["criteria"]:
        given = min(left, Decimal(row["points"]))
        scores[row["key"]], left = str(given), left - given
    return scores, dict.fromkeys(scores, "理由充分")


def seat(panel: Panel, letter: str) -> Assignment:
    return panel.assignments.select_related("expert__user", "panel__call").get(letter=letter)


def declare(panel: Panel, letter: str, conflicts: Mapping[str, str] | None = None) -> Assignment:
    """Declare with conflicts given by code."""
    ours = seat(panel, letter)
    cases = {one.code: one for one in panel.cases.all()}
    given = {cases[code]: reason for code, reason in (conflicts or {}).items()}
    return score.declare(ours, acting(ours), given)


def give(panel: Panel, letter: str, totals: Mapping[str, str], *, submit: bool = True) -> Assignment:
    """Score cases (by code) as an expert and submit everything; declares first where that is not done."""
    ours = seat(panel, letter)
    if ours.declared_at is None:
        declare(panel, letter)
    for one in panel.cases.all():
        if one.code in totals:
            scores, comments = parts(panel, totals[one.code])
            score.save_sheet(ours, acting(ours), one, scores=scores, comments=comments)
    return score.submit_all(ours, acting(ours)) if submit else ours


def scored(here: Ground, means: list[str], *, quorum: int = 3) -> Panel:
    """A panel of three experts who agree: the case with code 01 gets the first mean, and so on."""
    cases = [add_case(here, number) for number in range(1, len(means) + 1)]
    panel = new_panel(here, cases, [expert(number) for number in range(1, 4)], quorum=quorum)
    totals = {str(place).zfill(2): mean for place, mean in enumerate(means, 1)}
    for letter in "ABC":
        give(panel, letter, totals)
    return panel


def by_code(panel: Panel) -> dict[str, PanelCase]:
    return {one.code: one for one in selectors.cases_of(panel)}


def _facts(here: Ground, case: Case, row: CaseProject) -> dict[str, object]:
    firm = kit.EnterpriseFacts(
        case.enterprise.credit_code, case.enterprise.name, case.enterprise.credit_code, "220184", "220184"
    )
    project = kit.ProjectFacts(f"project-{row.project_id}", row.project.name, firm.key, "220184")
    return kit.to_json(
        kit.CaseFacts(
            case.number,
            case.measure,
            case.track,
            date(2026, 3, 2),
            date(2026, 3, 2),
            firm.key,
            call_facts(here.call),
            (firm,),
            (project,),
        )
    )


def _content(case: Case, row: CaseProject) -> dict[str, object]:
    firm = case.enterprise
    told = f"{firm.name}计划新增两条产线，负责人{firm.legal_person}。"
    own = [["单位名称", firm.name], ["法定代表人", firm.legal_person], ["联系人", case.contact_name]]
    return {
        "enterprise": firm.name,
        "credit_code": firm.credit_code,
        "title": case.title,
        "answers": {},
        "sections": [
            {"step": "applicant", "title": "单位信息", "answers": own},
            {"step": "targets", "title": "绩效目标", "answers": [["项目概述", told]]},
        ],
        "projects": [_project(firm, row)],
        "lines": [_line(firm, row)],
    }


def _project(firm: Enterprise, row: CaseProject) -> dict[str, object]:
    answers = [
        ["实施单位", firm.name],
        ["建设地点", "公主岭市"],
        ["立项总投资", "9,000,000.00 元"],
        ["支持方向", "数字化转型"],
        ["合作单位", "北方工业大学"],
    ]
    return {"id": row.pk, "name": row.project.name, "firm": firm.name, "status": "in", "answers": answers}


def _line(firm: Enterprise, row: CaseProject) -> dict[str, object]:
    return {
        "key": "k",
        "number": 1,
        "project": row.pk,
        "category_label": "设备购置",
        "counts": True,
        "summary": f"{firm.name}订购加工中心",
        "supplier": "沈阳某机床厂",
        "invoice": "24222000000012345678",
        "dated": "2025-06-01",
        "net": "1000000.00",
        "paid": "1130000.00",
        "claimed": "1000000.00",
    }


def _documents(row: CaseProject) -> list[dict[str, object]]:
    return [
        {
            "id": 1,
            "requirement": "audit",
            "label": "专项审计报告",
            "project": None,
            "project_name": "",
            "name": f"{row.project.enterprise.name}审计报告.pdf",
            "digest": DIGEST,
            "size": 1000,
            "pages": 12,
            "kind": "pdf",
        }
    ]
