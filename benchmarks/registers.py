"""People, calls and firms of the benchmarks' database."""

import random
from datetime import date, timedelta
from io import StringIO
from typing import Any

from stdnum.cn import uscc

from benchmarks.make_data import NOW

SINCE = date(2024, 12, 5)
MEASURE, CALLS, LIVE_CALLS = "jilin", 20, 3
UNUSABLE = "!"
BRANDS = "长白松延江春华鼎盛北方金龙天宇光明远大同创新力恒通瑞安泰丰嘉禾宏图伟业中科海川博奥凯立东辰"
TRADES = (
    "智能装备",
    "汽车零部件",
    "数控机床",
    "新材料",
    "生物制药",
    "轨道车辆",
    "光电",
    "精密铸造",
    "食品加工",
    "化工",
)
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司")


def people() -> None:
    """A reviewer and a finance officer in each local agency, a reader and an issuer of the province, an applicant."""
    from subsidy.accounts.models import Agency, Jurisdiction, Post, User
    from subsidy.accounts.rights import Role

    names: dict[str, tuple[Role, Agency | None]] = {
        "province": (Role.UPPER_REVIEWER, Agency.objects.get(code="220000-gxt")),
        "issuer": (Role.ISSUER, Agency.objects.get(code="220000-gxt")),
        "applicant": (Role.APPLICANT, None),
    }
    for stage, role in (("local", Role.LOCAL_REVIEWER), ("local_finance", Role.LOCAL_FINANCE)):
        for place in Jurisdiction.objects.filter(measure=MEASURE, stage=stage).select_related("agency"):
            names[f"{stage}-{place.area}"] = (role, place.agency)
    users = User.objects.bulk_create(
        User(username=key, name=f"人员{place}", password=UNUSABLE) for place, key in enumerate(names, start=1)
    )
    Post.objects.bulk_create(
        Post(user=user, agency=agency, role=role, valid_from=SINCE)
        for user, (role, agency) in zip(users, names.values(), strict=True)
    )


def calls() -> None:
    """Published calls, the newest last."""
    from subsidy.accounts.models import Agency, User
    from subsidy.calls.editions import in_force
    from subsidy.calls.models import Call

    agency, edition = Agency.objects.get(code="220000-gxt"), in_force(MEASURE, NOW.date()).edition
    maker, publisher = (User.objects.get(username=name) for name in ("province", "issuer"))
    for place in range(CALLS):
        opens = NOW - timedelta(days=30 * (CALLS - place))
        call = Call.objects.create(
            state=Call.State.PUBLISHED, measure=MEASURE, edition=edition, number=f"吉工信办联〔2026〕{place + 1}号",
            title=f"关于组织申报先进制造业集群奖补资金（第{place + 1}批）的通知", agency=agency,
            fiscal_year=2024 + place * 4 // CALLS, opens_at=opens, closes_at=opens + timedelta(days=45),
            window_from=date(2025, 1, 1), window_to=date(2026, 4, 30), prepared_by=maker, published_by=publisher,
            published_at=opens,
        )  # fmt: skip
        call.issuers.add(agency)


def firms(cursor: Any, number: int) -> None:
    """Firms with codes whose check digit is right, by COPY."""
    from benchmarks.cases_in_sql import insert
    from subsidy.enterprises.models import Enterprise
    from subsidy.reference.models import AreaCode

    chance = random.Random(2026)  # noqa: S311
    places = list(
        AreaCode.objects.filter(code__startswith="22", kind__in=["county", "prefecture"]).order_by("code")
        .values_list("code", "name")
    )  # fmt: skip
    out = StringIO()
    for serial in range(1, number + 1):
        area, place = places[int(len(places) * chance.random() ** 1.5)]
        brand = chance.choice(BRANDS) + chance.choice(BRANDS) + chance.choice(BRANDS)
        name = f"{place.removesuffix('市').removesuffix('县')}{brand}{chance.choice(TRADES)}{chance.choice(FORMS)}"
        stem = f"91{area[:6].replace('X', '0')}MA{serial:07d}"
        out.write(f"{serial}\t{stem}{uscc.calc_check_digit(stem)}\t{name}\t{area}\n")
    out.seek(0)
    cursor.execute("CREATE TEMP TABLE firms (id bigint, code text, name text, area text)")
    cursor.copy_expert("COPY firms FROM STDIN", out)
    insert(
        cursor, Enterprise,
        {
            "id": "id", "credit_code": "code", "name": "name", "name_key": "name", "legal_person": "'王某'",
            "area": "area", "production_area": "area",
        },
        "FROM firms ORDER BY id",
    )  # fmt: skip
    cursor.execute("SELECT setval(pg_get_serial_sequence('enterprises_enterprise', 'id'), %s)", [number])
