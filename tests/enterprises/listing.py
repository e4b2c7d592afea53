"""What the tests of credit and bars share: lists brought in, look-ups and bars through the verbs."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter

from subsidy.accounts.models import Jurisdiction
from subsidy.enterprises.credit import bars, imports
from subsidy.enterprises.credit.imports import Document
from subsidy.enterprises.credit.models import Bar, CreditList, ListEntry, ListImport
from subsidy.enterprises.models import Enterprise
from subsidy.papers import files
from tests.world import World, actor
from workflow import clock

TODAY = date(2026, 5, 20)
UPPER = {"jilin": ("jl_upper", "220000-gxt"), "zhongshan": ("zs_upper", "442000-gxj")}
DISHONEST, ABNORMAL, SERIOUS = "dishonest_debtor", "abnormal_operation", "serious_violation"
SOURCE = "中国执行信息公开网"
APPEAL = "可自收到决定书之日起六十日内申请行政复议。"


def document(content: bytes = b"%PDF-1.4\n%%EOF\n", name: str = "决定书.pdf") -> Document:
    """A kept document."""
    return Document(files.keep(content), name)


def book(rows: list[tuple[Any, ...]], headings: tuple[str, ...] = ()) -> bytes:
    """A workbook with the headings of the template."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        sheet = made.add_worksheet()
        for place, row in enumerate([headings or ("统一社会信用代码", "单位名称", "案号或文号", "列入日期"), *rows]):
            sheet.write_row(place, 0, row)
    return stream.getvalue()


def whole(
    world: World, firms: list[Enterprise], *, code: str = DISHONEST, as_of: date = TODAY, measure: str = "jilin"
) -> ListImport:
    """A whole list with these enterprises, recorded."""
    row = draft(world, firms, code=code, as_of=as_of, measure=measure)
    return imports.record(row, actor(UPPER[measure][0]), version=row.version)


def draft(
    world: World, firms: list[Enterprise], *, code: str = DISHONEST, as_of: date = TODAY, measure: str = "jilin"
) -> ListImport:
    """A whole list that has been read and waits for its confirmation."""
    who, agency = UPPER[measure]
    rows = [(firm.credit_code, firm.name, f"（2026）执{place}号") for place, firm in enumerate(firms, start=1)]
    rows.append(("91110000MA00000017", "他省某公司", "（2026）执99号"))
    row = imports.bring_in(
        actor(who), world.agencies[agency], CreditList.objects.get(code=code), source=SOURCE, as_of=as_of,
        document=document(book(rows), "名单.xlsx"),
    )  # fmt: skip
    imports.read_list({"statement": row.pk})
    return ListImport.objects.get(pk=row.pk)


def looked_up(
    world: World, firm: Enterprise, *, listed: bool, code: str = DISHONEST, who: str = "jl_upper",
    agency: str = "220000-gxt", as_of: date = TODAY,
) -> ListImport:  # fmt: skip
    """One enterprise looked up in a list."""
    return imports.look_up(
        actor(who), world.agencies[agency], CreditList.objects.get(code=code), firm, listed=listed, source=SOURCE,
        as_of=as_of, document=document(), reference="（2026）吉2401执88号" if listed else "",
    )  # fmt: skip


def barred(world: World, firm: Enterprise, **changes: Any) -> Bar:
    """A bar of five years from today under Jilin Art. 13, imposed by the province's bureau."""
    who, agency = UPPER[changes.get("measure") or "jilin"]
    values: dict[str, Any] = {
        "measure": "jilin", "valid_from": clock.today(), "valid_to": date(2031, 5, 20), "ground": "violation",
        "reason": "提供虚假发票，情节严重且难以整改", "source": "吉工信办联规〔2024〕80号 第十三条",
        "decision": "吉工信决〔2026〕5号", "document": document(), "appeal": APPEAL, "serious": True,
        "beyond_repair": True,
    }  # fmt: skip
    return bars.impose(actor(who), world.agencies[agency], firm, **(values | changes))


def handles_all(world: World) -> None:
    """The province's bureau handles the other measure too."""
    Jurisdiction.objects.create(
        agency=world.agencies["220000-gxt"], area="220000", measure="zhongshan", stage="upper",
        valid_from=date(2020, 1, 1),
    )  # fmt: skip


def barred_everywhere(firm: Enterprise, **changes: Any) -> Bar:
    """A bar for every measure, as one who handles all of them would impose it."""
    values: dict[str, Any] = {"measure": "", "valid_from": clock.today(), "ground": "fraud", "reason": "骗取资金"}
    return Bar.objects.create(enterprise=firm, source="第十七条", **(values | changes))


def entries(row: ListImport) -> list[ListEntry]:
    """The lines of an import in order."""
    return list(row.entries.order_by("position"))
