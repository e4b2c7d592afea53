"""The registers at the screen: a workbook with two wrong rows, mended and brought again; every page looked at."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from subsidy.enterprises.models import Enterprise
from subsidy.imports import kinds
from subsidy.papers import sheets
from tests.browser.people import careful, downloads, fills, follows, goes_to, looks_at, presses, work_as
from tests.imports.books import book
from tests.world import credit_code
from workflow import clock

pytestmark = pytest.mark.starts_from("tests.world:build")

CODES = [credit_code("222401", f"{9000000 + n:07d}") for n in range(4)]


def rows() -> list[list[str]]:
    good = [[CODES[n], f"延吉帽儿山第{n}传感器有限公司", "222401 延吉市"] for n in range(2)]
    return [
        *good,
        [CODES[2][:17], "少一位的单位", "延吉市"],
        [CODES[3], "去年成立的单位", "延吉市", "", "", "", "去年"],
    ]


def headings() -> list[str]:
    return [str(one.label) for one in kinds.find("enterprises").columns]


def upload(page: Page, path: Path) -> None:
    page.get_by_label("填好的工作簿（xlsx）").set_input_files(path)
    presses(page, "上传并核对")


def test_a_workbook_with_two_wrong_rows_is_mended_and_brought_again(page: Page, tmp_path: Path) -> None:
    clock.travel_back()
    with careful():
        work_as(page, "jl_upper")
        goes_to(page, "企业名录")
        looks_at(page, "enterprises")
        follows(page, "导入")
        looks_at(page, "import-start")
        assert downloads(page, lambda: follows(page, "下载导入模板"))
        first = tmp_path / "名单.xlsx"
        first.write_bytes(book(headings(), rows()))
        upload(page, first)
        expect(page.get_by_text("共 4 行：可导入 2，无变化 0，需修改 2。")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="统一社会信用代码应为 18 位，您输入了 17 位")).to_be_visible()
        looks_at(page, "import-preview")
        wrong = downloads(page, lambda: follows(page, "下载需修改的行"))
        presses(page, "仅导入正确的 2 行")
        expect(page.get_by_text("已导入：新增 2 行")).to_be_visible()
        looks_at(page, "import-done")
        follows(page, "再上传一个文件")
        second = tmp_path / "改好的.xlsx"
        second.write_bytes(mended(wrong))
        upload(page, second)
        presses(page, "导入 2 行")
        expect(page.get_by_text("已导入：新增 2 行")).to_be_visible()
        follows(page, "再上传一个文件")
        upload(page, first)
        expect(page.get_by_text("共 4 行：可导入 0，无变化 2，需修改 2。")).to_be_visible()
    assert Enterprise.objects.filter(credit_code__in=CODES).count() == 4


def mended(wrong: bytes) -> bytes:
    head, *lines = sheets.read(io.BytesIO(wrong))[0].rows
    assert len(lines) == 2
    by_name = {str(line[1]): list(line) for line in lines}
    by_name["少一位的单位"][0] = CODES[2]
    by_name["去年成立的单位"][6] = "2025年6月1日"
    return book([str(cell) for cell in head], [[str(cell or "") for cell in line] for line in by_name.values()])


def test_the_registers_can_be_read_and_kept_on_both_screens(page: Page) -> None:
    clock.travel_back()
    with careful():
        work_as(page, "jl_upper")
        goes_to(page, "企业名录")
        fills(page, {"关键字": "长白"})
        presses(page, "筛选")
        follows(page, "延边长白智能装备有限公司")
        looks_at(page, "enterprise")
        enterprise = page.url
        for link in ("修改登记", "变更名称", "登记承继", "登记注销"):
            page.goto(enterprise)
            follows(page, link)
            looks_at(page, f"enterprise-{link}")
        goes_to(page, "产业集群")
        looks_at(page, "clusters")
        follows(page, "延边智能装备产业集群")
        looks_at(page, "cluster")
        goes_to(page, "项目库")
        looks_at(page, "projects")
        follows(page, "智能底盘装配线项目")
        looks_at(page, "project")
        follows(page, "登记发票")
        looks_at(page, "project-invoice")
        work_as(page, "jl_applicant")
        goes_to(page, "本单位")
        looks_at(page, "own")
        follows(page, "延边长白智能装备有限公司")
        looks_at(page, "own-enterprise")
        expect(page.get_by_role("link", name="修改登记")).to_have_count(0)
