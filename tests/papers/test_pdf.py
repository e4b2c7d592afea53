"""HTML to PDF: the same bytes, our fonts, nothing from outside."""

import hashlib
import io
import os
import socket
import subprocess
import sys
from decimal import Decimal

import pypdf
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from policies.kit.money import in_words
from subsidy.papers import issue as issue_module
from subsidy.papers import layout, pdf
from subsidy.papers.contents import Content, Grid, Heading, Plan, canonical, plain
from subsidy.papers.issue import issue as issue_paper
from subsidy.papers.issue import preview, reprint
from subsidy.papers.models import Paper
from tests.papers.samples import DAY, GRID, MOMENT, disbursement, header, one_of_each, text_of

HOSTILE = [
    '<link rel=attachment href="file:///etc/passwd">有限公司',
    '"><img src="http://127.0.0.1:1/x">',
    "</td></table><style>@import url(file:///etc/passwd)</style>",
    "{{ 7*7 }}{% include 'base.html' %}",
    "<a rel='attachment' href='data:text/plain,x'>",
]


def printed(content: Content, number: str = "BF-2026-0003") -> bytes:
    return preview(header(number=number), content, MOMENT).content


@pytest.mark.parametrize("kind", list(one_of_each()))
def test_each_kind_of_paper_can_be_printed(kind: Paper.Kind) -> None:
    content = preview(header(kind), one_of_each()[kind], MOMENT)
    assert content.pages == 1
    assert content.content.startswith(b"%PDF-1.7")


def test_the_same_data_give_the_same_bytes_in_this_process_and_in_another() -> None:
    here = printed(disbursement("1.00"))
    assert printed(disbursement("1.00")) == here
    code = (
        "import django, hashlib; django.setup();"
        "from tests.papers.test_pdf import printed, disbursement;"
        "print(hashlib.sha256(printed(disbursement('1.00'))).hexdigest())"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "subsidy.settings", "TZ": "America/New_York", "LANG": "C"}
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


@pytest.mark.parametrize("count", [1, 4, 5, 6, 7, 8, 9, 60])
def test_the_check_block_of_a_list_of_payments_never_stands_alone(count: int) -> None:
    snapshot = issue_module._snapshot(header(), disbursement(*["1.00"] * count), MOMENT, 1, draft=False)
    pages = pages_of(issue_module._print(snapshot).content)
    assert "扫描二维码" in pages[0]
    assert not any("扫描二维码" in page for page in pages[1:])
    # The sum and the signatures stand with the last payment.
    assert all(word in pages[-1] for word in ("JL-2026-00017", "合计（大写）", "经办："))


def pages_of(content: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_another_amount_gives_other_bytes() -> None:
    assert printed(disbursement("1.00")) != printed(disbursement("1.01"))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_printed_as_it_is_and_attaches_nothing(name: str) -> None:
    content = printed(disbursement(payee=name))
    assert pypdf.PdfReader(io.BytesIO(content)).attachments == {}
    assert "".join(name.split()) in text_of(content)
    assert b"root:" not in content


@pytest.mark.parametrize(
    "html",
    [
        '<link rel=attachment href="file:///etc/passwd">',
        '<a rel=attachment href="file:///etc/passwd">x</a>',
        '<img src="http://127.0.0.1:1/x.png">',
        "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>\">",
        '<p style="background:url(file:///etc/passwd)">x',
        '<base href="file:///etc/"><link rel=stylesheet href="passwd">',
        '<link rel=stylesheet href="paper://static/../subsidy/settings.py">',
        '<link rel=stylesheet href="paper://elsewhere/papers.css">',
        "<style>@font-face{font-family:x;src:url(file:///etc/passwd)}p{font-family:x}</style><p>x",
    ],
)
def test_a_reference_to_anything_but_our_style_sheet_stops_the_paper(
    html: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(pdf.ForeignReference):
        pdf.render(html)


def test_presentational_hints_are_off() -> None:
    assert pdf.render("<table width=100 bgcolor='red'><td>x").content == pdf.render("<table><td>x").content


def test_rare_characters_in_names_are_printed_and_can_be_copied_out() -> None:
    assert "堃喆垚䶮𬭎有限公司" in text_of(printed(disbursement(payee="堃喆垚䶮𬭎有限公司")))


@pytest.mark.parametrize(("name", "missing"), [("甲한公司", "한"), ("甲公司😀", "😀"), ("甲\ue863公司", "\ue863")])
def test_a_character_that_no_font_has_stops_the_paper_and_is_named(name: str, missing: str) -> None:
    with pytest.raises(pdf.MissingGlyph) as refused:
        printed(disbursement(payee=name))
    assert refused.value.characters == missing
    assert f"U+{ord(missing):04X}" in str(refused.value)


def test_only_our_fonts_are_embedded_whatever_the_machine_has() -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed(disbursement())))
    fonts = {
        font["/BaseFont"].split("+")[1]
        for page in reader.pages
        for font in (entry.get_object() for entry in page["/Resources"]["/Font"].values())
    }
    assert fonts == {"Noto-Sans-SC", "Noto-Serif-SC"}


def test_the_creation_date_is_the_business_time_of_the_paper() -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed(disbursement())))
    assert str(reader.metadata["/CreationDate"]).startswith("D:20260520103000+08")


def test_every_page_says_which_one_it_is_and_rows_are_not_cut() -> None:
    content = preview(header(), disbursement(*["1.00"] * 60), MOMENT)
    pages = ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content.content)).pages]
    assert len(pages) == content.pages > 2
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in page
        assert "收款单位（户名）" in page or number == len(pages)


@pytest.mark.parametrize(
    ("amounts", "figures", "words"),
    [
        (("1225600.00", "820000.10", "0.05"), "2,045,600.15", "人民币贰佰零肆万伍仟陆佰元壹角伍分"),
        (("0.01",), "0.01", "人民币壹分"),
        (("16409.02",), "16,409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        (("100000000.00",), "100,000,000.00", "人民币壹亿元整"),
        (("10000000.10",), "10,000,000.10", "人民币壹仟万元壹角"),
    ],
)
def test_the_total_in_words_equals_the_total_in_figures(amounts: tuple[str, ...], figures: str, words: str) -> None:
    text = text_of(printed(disbursement(*amounts)))
    assert figures in text
    assert words in text


@hypothesis_settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(1, 10**12).map(lambda fen: Decimal(fen).scaleb(-2)), min_size=1, max_size=9))
def test_a_disbursement_adds_up_whatever_its_rows(amounts: list[Decimal]) -> None:
    content = disbursement(*map(str, amounts))
    assert content.total == sum(amounts)
    assert content.total_words == in_words(sum(amounts, Decimal("0.00")))
    assert plain(content)["total"] == f"{sum(amounts):.2f}"


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_a_payment_of_nothing_or_less_is_not_printed(amount: str) -> None:
    with pytest.raises(ValueError, match="above zero"):
        disbursement(amount)


def test_a_plan_above_its_quota_is_not_printed() -> None:
    with pytest.raises(ValueError, match="quota"):
        Plan("", "细则", 2026, Decimal("1.00"), Decimal("1.01"), "", GRID, (), DAY)


def test_a_grid_whose_rows_do_not_fit_its_headings_is_refused() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        Grid((Heading("一", 50), Heading("二", 50)), (("1",),))
    with pytest.raises(ValueError, match="100"):
        Grid((Heading("一", 50), Heading("二", 40)), ())


def test_a_float_never_gets_onto_a_paper() -> None:
    with pytest.raises(TypeError, match="float"):
        canonical({"amount": 0.1})


def test_a_draft_has_its_mark_and_no_check_code() -> None:
    text = text_of(printed(disbursement()))
    assert "草稿" in text
    assert "校验码" not in text


@pytest.mark.django_db
def test_an_issued_paper_carries_code_address_and_number_and_can_be_printed_again() -> None:
    paper = issue_paper(header(), disbursement(), MOMENT)
    again = reprint(paper)
    text = text_of(again.content)
    assert layout.dashed(paper.check_code) in text
    assert f"/check/{paper.check_code}/" in text.replace("-", "")
    assert "BF-2026-0003" in text
    assert "草稿" not in text
    assert hashlib.sha256(again.content).hexdigest() == paper.digest


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("拨付汇总表", ["拨付汇总表"]),
        (
            "关于2026年度先进制造业集群奖补资金拟支持项目的公示",
            ["关于2026年度先进制造业集群", "奖补资金拟支持项目的公示"],
        ),
    ],
)
def test_a_long_title_is_set_in_lines_of_equal_length(title: str, lines: list[str]) -> None:
    assert layout.balanced(title) == lines


@given(st.text(alphabet="关于2026年度（中山市）、项目的公示A", min_size=1, max_size=80))
def test_no_character_of_a_title_is_lost_in_its_lines(title: str) -> None:
    assert "".join(layout.balanced(title)) == title
