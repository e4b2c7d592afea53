"""From the call to the filed case, and the answer to a correction notice.

Each function is a step of the person whose step it is; it ends on the page to which the system leads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from playwright.sync_api import Page, expect

from tests.browser.people import Value, fills, follows, goes_to, is_told, looks_at, presses, reads, scan


def prepares_a_call(page: Page, measure: str, values: Mapping[str, Value]) -> None:
    """A draft under the edition in force, prefilled by the measure."""
    goes_to(page, "申报通知")
    looks_at(page, "calls")
    follows(page, "新建申报通知")
    looks_at(page, "call-choose")
    follows(page.get_by_role("main").locator("section", has_text=measure), "按此政策新建")
    fills(page, values)
    looks_at(page, "call-form")
    presses(page, "保存草稿")
    is_told(page, "申报通知已保存为草稿")
    looks_at(page, "call-draft")


def publishes_the_call(page: Page, number: str) -> None:
    """Somebody else publishes it, after the page that says what it means."""
    goes_to(page, "申报通知")
    page.get_by_role("row", name=re.compile(re.escape(number))).get_by_role("link").first.click()
    follows(page, "发布")
    looks_at(page, "call-publish")
    presses(page, "发布申报通知")
    is_told(page, "申报通知已发布。")


def starts_a_case(page: Page, call: str, values: Mapping[str, Value]) -> str:
    """From the hall; a double click makes one case. Gives its number."""
    goes_to(page, "申报大厅")
    looks_at(page, "hall")
    follows(page, call)
    looks_at(page, "hall-call")
    follows(page, "开始申报")
    fills(page, values)
    looks_at(page, "case-start")
    page.get_by_role("button", name="建立申报", exact=True).dblclick()
    is_told(page, "申报已建立")
    looks_at(page, "tasks-empty")
    found = re.search(r"/my/([A-Z]+-\d{4}-\d{5})/", page.url)
    assert found
    return found[1]


def goes_to_the_tasks(page: Page) -> None:
    """The task list, from wherever in the case."""
    if not page.url.endswith("/tasks/"):
        crumbs = page.get_by_role("navigation", name="所在位置")
        crumbs.get_by_role("link", name=re.compile(r"^[A-Z]{2}-\d{4}-")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("任务清单")


def opens_task(page: Page, name: str) -> None:
    """A task of the list, from wherever in the case."""
    goes_to_the_tasks(page)
    page.locator("ol.tasks").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def fills_the_task(page: Page, name: str, values: Mapping[str, Value]) -> None:
    """One task of questions alone."""
    opens_task(page, name)
    fills(page, values)
    looks_at(page, "task")
    presses(page, "保存并返回")
    is_told(page, f"“{name}”已保存。")


def adds_a_project(page: Page, task: str, project: str, values: Mapping[str, Value]) -> None:
    """A registered project, with what the case says of it."""
    opens_task(page, task)
    follows(page, "添加已登记的项目")
    fills(page, {"已登记的项目": project})
    looks_at(page, "project-add")
    presses(page, "添加项目")
    is_told(page, f"已添加项目“{project}”。")
    fills(page, values)
    looks_at(page, "project")
    presses(page, "保存并返回")
    is_told(page, f"“{project}”已保存。")
    looks_at(page, "projects")


def adds_lines(page: Page, task: str, project: str, lines: Sequence[Mapping[str, Value]]) -> None:
    """Invoice lines of one project, one after the other."""
    opens_task(page, task)
    follows(page, f"添加明细：{project}")
    for place, line in enumerate(lines, start=1):
        fills(page, line)
        looks_at(page, "line")
        presses(page, "保存明细" if place == len(lines) else "保存并再填一条")
        is_told(page, "明细已添加。")
    looks_at(page, "lines-filling")


def uploads_everything(page: Page, task: str) -> int:
    """A small scan into every required place that is still empty; gives how many."""
    opens_task(page, task)
    looks_at(page, "materials-empty")
    count = 0
    while (left := page.locator("ul.materials li", has_text="未上传")).count():
        left.first.get_by_role("link").first.click()
        page.get_by_label("文件").set_input_files(scan(f"材料{count + 1}.pdf"))  # type: ignore[arg-type]
        presses(page, "上传文件")
        is_told(page, "已上传《")
        count += 1
    looks_at(page, "materials")
    return count


def sees_the_ceiling(page: Page, *texts: str) -> None:
    """The findings and the ceiling of a draft, each with its source."""
    goes_to_the_tasks(page)
    follows(page, "规则预审与上限")
    reads(page, *texts)
    looks_at(page, "ceiling")
    follows(page, "返回任务清单")


def submits(page: Page, agency: str) -> None:
    """Read everything once more, promise, submit; the receipt can be had at once."""
    page.locator("ol.tasks").get_by_role("link", name="核对并提交", exact=True).click()
    looks_at(page, "check")
    page.get_by_label("我已阅读并代表本单位作出上述承诺").check()
    page.get_by_role("button", name="提交申报", exact=True).dblclick()
    reads(page, f"您的申报已由{agency}收到。")
    looks_at(page, "submitted")


def answers_the_correction(page: Page, number: str, mend: Callable[[Page], None]) -> None:
    """Open the notice from the case page, mend what was asked, promise and submit again."""
    goes_to(page, "我的申报")
    follows(page, number)
    reads(page, "现在需要您做什么")
    looks_at(page, "overview-correcting")
    follows(page, "开始补正")
    looks_at(page, "correction")
    mend(page)
    reads(page, "已处理")
    follows(page, "核对并提交补正")
    looks_at(page, "check-correction")
    page.get_by_label("我已阅读并代表本单位作出上述承诺").check()
    presses(page, "提交补正")
    reads(page, "第 2 版")
