"""Every component in each of its states, for whoever builds pages; served only with DEBUG."""

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace as Item
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from subsidy.pages import Pager
from subsidy.papers.columns import Column, Kind, Link, Marks, Picking, Sorting, Tag, prepare
from subsidy.reference.fields import CreditCodeField, DayField, MoneyField, NumberField, TextField
from subsidy.reference.forms import PlainForm
from workflow.clock import SHANGHAI

DIRECTIONS = [("digital", "数字化转型与智能化改造"), ("chain", "产业链协同与强链补链"), ("innovation", "关键技术攻关")]
FIRM = "吉林省示范新能源汽车零部件智能制造股份有限公司"


class SampleForm(PlainForm):
    """One field of each kind."""

    name = TextField(label="项目名称", max_length=60, help_text="与立项文件一致，不超过 60 个字。")
    code = CreditCodeField(label="统一社会信用代码", help_text="18 位，可直接粘贴。")
    amount = MoneyField(label="申报金额", help_text="不含税，按元填写。")
    signed_on = DayField(label="合同签订日期")
    firms = NumberField(label="成员单位数量", unit="家", required=False)
    direction = forms.ChoiceField(label="支持方向", choices=DIRECTIONS, widget=forms.RadioSelect)
    level = forms.ChoiceField(label="集群级别", choices=[("", "请选择"), ("nation", "国家级"), ("province", "省级")])
    kinds = forms.MultipleChoiceField(
        label="佐证材料", choices=DIRECTIONS, widget=forms.CheckboxSelectMultiple, required=False
    )
    account = TextField(label="情况说明", widget=forms.Textarea, required=False)
    scan = forms.FileField(label="盖章扫描件", help_text="PDF，不超过 20 MB。")
    promise = forms.BooleanField(label="我单位承诺所填内容真实、完整，并承担相应责任。")


COLUMNS = (
    Column("left", "剩余时限", css="nw", sort="due"),
    Column("number", "案件编号", Kind.LINK, css="nw docno", head=True, href=lambda row: f"#{row.number}"),
    Column("firm", "申报单位", css="zh"),
    Column("project", "项目（群）", css="zh-l"),
    Column("base", "认定投资额", Kind.MONEY_WAN, total=True, sort="base"),
    Column("asked", "拟申请额", Kind.MONEY_WAN, total=True),
    Column("count", "项目数", Kind.NUMBER),
    Column("filed", "提交时间", Kind.DATETIME),
    Column("state", "状态", Kind.TAG),
    Column("actions", "操作", Kind.ACTIONS),
)
TONES = (
    ("草稿", ""),
    ("待初审", "you"),
    ("已上报", "run"),
    ("公示中", "pub"),
    ("专家评审中", "exp"),
    ("已储备", "good"),
    ("超期", "bad"),
    ("办结", "done"),
)


def _rows() -> list[Item]:
    amounts = (("122256000", "12225600"), ("8450000.5", "845000.05"), ("1200000000", None))
    return [
        Item(
            number=f"JL-2026-0001{place}",
            left=left,
            firm=FIRM,
            project="智能底盘与域控制器产业化项目群（二期）",
            base=Decimal(base),
            asked=asked and Decimal(asked),
            count=4,
            filed=datetime(2026, 5, 18, 14, 5, tzinfo=SHANGHAI),
            state=Tag(*TONES[place + 1]),
            overdue=place == 0,
            actions=[Link("审核", "#", f"JL-2026-0001{place}"), Link("更多", "#", f"JL-2026-0001{place}")],
        )
        for place, (left, (base, asked)) in enumerate(
            zip(("超期 1 个工作日", "剩 3 个工作日", "补正中，暂停计时"), amounts, strict=True)
        )
    ]


def _tables() -> dict[str, Any]:
    rows = _rows()
    return {
        "queue": prepare(
            COLUMNS,
            rows,
            caption="待我办 3 件",
            name="queue",
            sorting=Sorting("due", lambda key: f"?sort={key}"),
            picking=Picking("case", lambda row: f"{row.number}:1", lambda row: f"选择 {row.number}"),
            marks=Marks(css=lambda row: "overdue" if row.overdue else "", anchor=lambda row: row.number),
        ),
        "nothing": prepare(COLUMNS, [], caption="已办", name="nothing"),
        "pager": Pager("第 1–50 件，共 132 件", "", "?page=2"),
    }


def _findings() -> list[Item]:
    article = Item(text="吉工信办联规〔2024〕80号 第五条", href="#article-5")
    page = Item(text="材料03 第1页", href="#page")
    figures = [("合同金额", "1,200.00 万元"), ("其中土建", "310.00 万元")]
    return [
        Item(
            outcome="fail",
            title="计入土建费用",
            sentence="设备购置类明细第 8 行的摘要为“厂房基础施工”，属于不计入的费用。",
            figures=figures,
            sources=[article],
            evidence=[page],
            decided="",
        ),
        Item(
            outcome="ask",
            title="支持方向",
            sentence="请判断项目是否属于所选支持方向。",
            figures=[],
            sources=[article],
            evidence=[],
            decided="",
        ),
        Item(
            outcome="pass",
            title="项目数量",
            sentence="项目群有 4 个项目，不少于 3 个。",
            figures=[],
            sources=[article],
            evidence=[],
            decided="李四 05-12 认可",
        ),
        Item(
            outcome="none",
            title="重复发票",
            sentence="发票号码尚未填写，无法比对。",
            figures=[],
            sources=[],
            evidence=[],
            decided="",
        ),
    ]


def _places() -> dict[str, Any]:
    return {
        "tabs": [
            Item(label=label, href=f"#{label}", current=not place, count=number)
            for place, (label, number) in enumerate(
                [("待我办", 12), ("待认领", 5), ("会审中", 0), ("补正中", 3), ("已办", None), ("办结", 128)]
            )
        ],
        "stages": [
            Item(label=label, status=status, note=note)
            for label, status, note in [
                ("申报", "done", "05-06"),
                ("初审", "done", "05-12"),
                ("复审", "now", "剩 3 个工作日"),
                ("评审", "todo", ""),
                ("公示", "todo", ""),
                ("拨付", "todo", ""),
            ]
        ],
        "tasks": [
            Item(label="单位信息", href="#", hint="", status="已完成", tone="done", missing=[]),
            Item(
                label="项目群（不少于 3 个）",
                href="#",
                hint="可邀请成员单位填写各自项目",
                status="填写中（2/3）",
                tone="run",
                missing=[],
            ),
            Item(label="佐证材料", href="#", hint="", status="需修改", tone="you", missing=[]),
            Item(
                label="核对并提交",
                href="",
                hint="",
                status="暂不能开始",
                tone="",
                missing=[Item(text="项目群至少需要 3 个项目，现有 2 个", href="#")],
            ),
        ],
        "summary": [
            Item(label="申报单位", value=FIRM, href="#"),
            Item(label="申报金额", value="12,225,600.00 元", href="#"),
            Item(label="受理单位", value="延吉市工业和信息化局", href=""),
        ],
        "facts": [("单位", FIRM), ("集群级别", "国家级"), ("计入投资", "12,225.60 万元"), ("上限", "1,222.56 万元")],
        "timeline": [
            Item(
                title="退回补正",
                at=datetime(2026, 5, 12, 10, 41, tzinfo=SHANGHAI),
                who="延吉市工信局 李四",
                note="请补充设备购置合同第 3 页。",
                tone="bad",
                links=[Item(text="补正通知书", href="#")],
            ),
            Item(title="提交申报", at=date(2026, 5, 6), who="申报单位 王五", note="", tone="", links=[]),
        ],
    }


@login_not_required
def components(request: HttpRequest) -> HttpResponse:
    """The gallery; `?failed` shows the form as it comes back with errors."""
    sent = {"name": "智能\u200b底盘", "code": "9122010100O0", "amount": "12万", "signed_on": "2026-02-30"}
    return render(
        request,
        "components/gallery.html",
        {
            "form": SampleForm(sent if "failed" in request.GET else None),
            "has_errors": "failed" in request.GET,
            "tones": TONES,
            "findings": _findings(),
            "amount": Decimal("16409.02"),
            **_tables(),
            **_places(),
        },
    )
