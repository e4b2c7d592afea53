"""The papers of this app: the plan 资金分配方案 and the list of payments 拨付汇总表.

Official papers are Chinese whatever language the reader has chosen: nothing here is looked up in a catalogue.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from subsidy.calls.editions import latest, policy_of
from subsidy.calls.models import Call
from subsidy.funding.models import Payment, PaymentBatch, Plan, PlanLine
from subsidy.funding.share import WAN
from subsidy.papers import issue
from subsidy.papers.contents import Disbursement, DisbursementRow, Grid, Heading
from subsidy.papers.contents import Plan as PlanContent
from subsidy.papers.models import Paper
from workflow import clock

HEADINGS = (("序号", 6, "center"), ("案件编号", 16, "center"), ("单位名称", 30, "left"), ("项目（群）名称", 24, "left"),
            ("政策上限", 12, "right"), ("安排金额", 12, "right"))  # fmt: skip


def suggested_title(call: Call) -> str:
    """What a new plan of a call is called if nobody calls it otherwise; printed on its paper."""
    return f"{call.fiscal_year}年度{latest(call.measure).short_title}资金分配方案"


def suggested_purpose(plan: Plan) -> str:
    """What a batch of a plan is for if nobody says otherwise; printed on every row of its paper."""
    return f"{plan.year}年{policy_of(plan.call).short_title}"


def wan(amount: Decimal, decimals: int) -> str:
    """An amount (元) as the plan writes it: 万元 with the plan's decimals; exact for whole units."""
    return f"{amount / WAN:,.{decimals}f}"


def plan_paper(plan: Plan, made_at: datetime, ahead: issue.Ahead | None) -> Paper:
    """The issued paper of a final plan."""
    return issue.issue(_plan_header(plan), _plan_content(plan, made_at), made_at, ahead=ahead)


def plan_ahead(plan: Plan, made_at: datetime) -> issue.Ahead:
    """The same pages printed before anything is locked. Raises pdf.MissingGlyph."""
    return issue.print_ahead(_plan_header(plan), _plan_content(plan, made_at), made_at)


def plan_preview(plan: Plan) -> bytes:
    """The same pages with 草稿 across them."""
    now = clock.now()
    return issue.preview(_plan_header(plan), _plan_content(plan, now), now).content


def batch_paper(
    batch: PaymentBatch, payments: Sequence[Payment], export: int, made_at: datetime, ahead: issue.Ahead | None
) -> Paper:  # fmt: skip
    """The list of payments; from the second export on its title says which one it is."""
    return issue.issue(_batch_header(batch, export), _disbursement(batch, payments), made_at, ahead=ahead)


def batch_ahead(
    batch: PaymentBatch, payments: Sequence[Payment], export: int, made_at: datetime
) -> issue.Ahead | None:  # fmt: skip
    """The same pages printed before anything is locked; None without a payment. Raises pdf.MissingGlyph."""
    if not payments:
        return None
    return issue.print_ahead(_batch_header(batch, export), _disbursement(batch, payments), made_at)


def _batch_header(batch: PaymentBatch, export: int) -> issue.Header:
    title = f"{policy_of(batch.plan.call).short_title}资金拨付汇总表"
    if export > 1:
        title = f"{title}（第 {export} 次导出）"
    return issue.Header(
        Paper.Kind.DISBURSEMENT, batch.number, title, batch.agency.name, PaymentBatch.subject_kind(), str(batch.pk),
        batch.agency.code,
    )  # fmt: skip


def _plan_header(plan: Plan) -> issue.Header:
    return issue.Header(
        Paper.Kind.PLAN, plan.number, plan.title, plan.agency.name, Plan.subject_kind(), str(plan.pk), plan.agency.code
    )


def _plan_content(plan: Plan, made_at: datetime) -> PlanContent:
    lines = list(plan.lines.filter(amount__gt=0).select_related("case__enterprise").order_by("position"))
    grid = Grid(
        tuple(Heading(label, width, align) for label, width, align in HEADINGS),
        tuple(_plan_row(plan, place, line) for place, line in enumerate(lines, start=1)),
        ("", "合计", "", "", "", wan(plan.total, plan.decimals)),
        "单位：万元",
    )
    signers = [plan.agency.name, *([plan.finance_agency.name] if plan.finance_agency else [])]
    share = f"{(plan.share or Decimal(1)) * 100:.4f}".rstrip("0").rstrip(".")
    formula = f"按政策上限的 {share}% 安排；{plan.working}。理由：{plan.reason.rstrip('。')}"
    return PlanContent(
        document_no=plan.number, measure=policy_of(plan.call).title, budget_year=plan.year,
        quota=plan.amount if plan.amount is not None else plan.total, total=plan.total, formula=formula,
        grid=grid, signers=tuple(signers), signed_on=made_at.astimezone(clock.SHANGHAI).date(),
    )  # fmt: skip


def _plan_row(plan: Plan, place: int, line: PlanLine) -> tuple[str, ...]:
    case = line.case
    return (
        str(place), case.number, case.enterprise.name, case.title, wan(line.cap, 2), wan(line.amount, plan.decimals),
    )  # fmt: skip


def _disbursement(batch: PaymentBatch, payments: Sequence[Payment]) -> Disbursement:
    last = batch.plan.approvals.filter(granted=True).order_by("id").last()
    issued = batch.plan.issues.filter(agency=batch.agency_id).first()
    return Disbursement(
        batch_number=batch.number, measure=policy_of(batch.plan.call).title, budget_year=batch.plan.year,
        budget_document=issued.document if issued else last.document if last else "",
        payer=batch.agency.name, maker=batch.made_by.name, checker=batch.checked_by.name if batch.checked_by else "",
        made_on=(batch.checked_at or clock.now()).astimezone(clock.SHANGHAI).date(),
        rows=tuple(
            DisbursementRow(
                place, payment.account.holder, payment.account.bank, payment.account.number,
                payment.instalment.award.case.number, batch.purpose, payment.amount,
            )
            for place, payment in enumerate(payments, start=1)
        ),
    )  # fmt: skip
