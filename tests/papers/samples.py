"""Papers and workbooks that the tests of this folder share."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pypdf

from subsidy.papers.contents import (
    Application,
    Disbursement,
    DisbursementRow,
    Grid,
    Heading,
    Letter,
    Notice,
    Plan,
    Receipt,
    Section,
)
from subsidy.papers.issue import Header
from subsidy.papers.models import Paper
from workflow.clock import SHANGHAI

MOMENT = datetime(2026, 5, 20, 10, 30, tzinfo=SHANGHAI)
DAY = date(2026, 5, 20)
GRID = Grid((Heading("序号", 20, "center"), Heading("单位", 80)), (("1", "堃喆垚䶮𬭎公司"),))


def header(
    kind: Paper.Kind = Paper.Kind.DISBURSEMENT, number: str = "BF-2026-0003", title: str = "拨付汇总表"
) -> Header:
    return Header(kind, number, title, "延吉市财政局", "batch", "3")


def disbursement(*amounts: str, payee: str = "甲公司") -> Disbursement:
    rows = tuple(
        DisbursementRow(
            number, payee, "中国工商银行延吉支行", "6222020200112233445", "JL-2026-00017", "奖补", Decimal(amount)
        )
        for number, amount in enumerate(amounts or ("100.00",), start=1)
    )
    return Disbursement("BF-2026-0003", "集群奖补", 2026, "吉财〔2026〕1号", "延吉市财政局", rows, "李四", "王五", DAY)


def one_of_each() -> dict[Paper.Kind, object]:
    return {
        Paper.Kind.RECEIPT: Receipt(
            "JL-2026-00017", "通知", "细则", "甲公司", "9" * 18, "乙局", 1, MOMENT, "ab" * 32, ("初审",)
        ),
        Paper.Kind.APPLICATION: Application(
            "JL-2026-00017", "通知", "细则", "甲公司", "9" * 18, 1, None, "ab" * 32, (Section("明细", (), GRID),)
        ),
        Paper.Kind.CORRECTION: Letter(
            ("乙局",), ("乙局补〔2026〕1号",), "甲公司", ("请补正。",), DAY, GRID, ("特此通知。",)
        ),
        Paper.Kind.NOTICE: Notice(
            "", ("予以公示。",), DAY, date(2026, 5, 26), "7 个自然日", ("电话：0431-0",), "乙局", DAY, GRID
        ),
        Paper.Kind.PLAN: Plan(
            "", "细则", 2026, Decimal("100.00"), Decimal("90.00"), "同一系数", GRID, ("甲厅", "乙厅"), DAY
        ),
        Paper.Kind.DISBURSEMENT: disbursement(),
    }


def text_of(content: bytes) -> str:
    """The text of a PDF without blanks and line ends."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def workbook(cells: str, **parts: bytes) -> io.BytesIO:
    """A small xlsx whose only sheet holds these cells as XML."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packed = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{packed}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{packed}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packed}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        for name, content in parts.items():
            archive.writestr(name, content)
    made.seek(0)
    return made
