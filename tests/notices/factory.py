"""A call with shortlisted cases and the people of the agency, for tests of publicity."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency, Post, User
from subsidy.accounts.rights import Role
from subsidy.calls.models import Call
from subsidy.cases.models import Case
from subsidy.enterprises.models import Enterprise
from subsidy.notices import build
from subsidy.notices.models import Notice
from subsidy.notices.publish import publish
from workflow import clock
from workflow.states import State

START = date(2026, 5, 20)
CONTACT = {
    "person": "王处长", "phone": "0431-80000000", "address": "长春市人民大街1号", "postcode": "130000",
    "mail": "", "supervision_phone": "0431-80000001",
}  # fmt: skip


@dataclass
class Publicity:
    """The people, the call and its cases."""

    agency: Agency
    builder: User
    issuer: User
    call: Call
    cases: list[Case]

    @property
    def build(self) -> Actor:
        return Actor.of(self.builder)

    @property
    def sign(self) -> Actor:
        return Actor.of(self.issuer)

    def draft(self, cases: list[Case] | None = None) -> Notice:
        values = {
            "title": "关于2026年集群奖补资金拟支持项目的公示", "number": "吉工信公示〔2026〕3号", "basis": "根据细则",
            "procedure": "经专家评审", "starts_on": START, "contact": CONTACT,
        }  # fmt: skip
        return build.draft(self.build, self.call, self.cases if cases is None else cases, values)

    def published(self) -> Notice:
        notice = build.ask_signature(self.draft(), self.build, version=1)
        return publish(notice, self.sign, projects=len(self.cases), version=notice.version)


def person(username: str, agency: Agency, role: Role) -> User:
    user = User.objects.create_user(username, password="long-enough-1", name=username)
    Post.objects.create(user=user, agency=agency, role=role, valid_from=date(2020, 1, 1))
    return user


def publicity(count: int = 3, prefix: str = "JL") -> Publicity:
    """An agency with a builder and an issuer, a published call, and ``count`` shortlisted cases."""
    agency = Agency.objects.create(
        code=prefix, name="省工业和信息化厅", short_name="省工信厅", kind="industry", level="province", area="220000"
    )
    county = Agency.objects.create(
        code=f"{prefix}c",
        name="延吉市工业和信息化局",
        short_name="延吉市",
        kind="industry",
        level="county",
        area="222401",
    )
    builder = person(f"{prefix}-builder", agency, Role.UPPER_REVIEWER)
    issuer = person(f"{prefix}-issuer", agency, Role.ISSUER)
    now = clock.now()
    call = Call.objects.create(
        measure="jilin", edition="jilin-2024-80", title="集群奖补", number=f"{prefix}1", agency=agency,
        fiscal_year=2026,
        opens_at=now - timedelta(days=90), closes_at=now - timedelta(days=60), window_from=date(2025, 1, 1),
        window_to=date(2025, 12, 31), prepared_by=builder, published_by=issuer, published_at=now, state="published",
    )  # fmt: skip
    firms = Enterprise.objects.bulk_create(
        Enterprise(
            credit_code=f"91220000{prefix}{n:08d}",
            name=f"吉林第{n}制造有限公司",
            name_key=f"{prefix}{n}",
            area="222401",
        )
        for n in range(count)
    )
    cases = Case.objects.bulk_create(
        Case(
            number=f"{prefix}-2026-{n:05d}", call=call, measure="jilin", track="group", enterprise=firm,
            title=f"项目群{n}", area="222401", local_agency=county, upper_agency=agency, state=State.SHORTLISTED,
            filed_at=now, submitted_at=now,
            recognised=Decimal("1000000.00"), cap=Decimal("100000.00"),
            created_by=builder, created_at=now,
        )
        for n, firm in enumerate(firms)
    )  # fmt: skip
    return Publicity(agency, builder, issuer, call, cases)


def at(day: int, hour: int = 9, minute: int = 0, second: int = 0, month: int = 5) -> datetime:
    """A moment of 2026 in Shanghai."""
    return datetime(2026, month, day, hour, minute, second, tzinfo=clock.SHANGHAI)
