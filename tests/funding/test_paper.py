"""The papers of money: printed before the locks, and Chinese whatever language the reader has chosen."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pypdf import PdfReader

from subsidy.funding import plan as module
from subsidy.funding.batch import export, export_again
from subsidy.funding.models import Plan
from subsidy.funding.plan import adjust, finalise
from subsidy.papers import files, pdf
from subsidy.papers.models import Paper
from tests.funding import factory
from tests.world import World, actor
from workflow import clock
from workflow.perform import Conflict

TWO = ["3000000.00", "1000000.00"]


def a_draft(world: World) -> Plan:
    cases = factory.reserved(world, "jilin", TWO)
    factory.quota(world, "jilin", "3000000.00")
    return factory.drafted(world, "jilin", cases, "3000000.00")


def text_of(paper: Paper) -> str:
    with files.open_kept(paper.digest) as file:
        pages = PdfReader(io.BytesIO(file.read())).pages
        return "".join(page.extract_text() for page in pages).replace("\n", "")


def test_the_paper_of_a_plan_is_printed_before_anything_is_locked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = a_draft(world)
    locked: list[bool] = []
    start = pdf.render

    def watched(html: str) -> pdf.Rendered:
        texts = [query["sql"] for query in captured.captured_queries]
        locked.append(any("FOR UPDATE" in text or text.startswith(("UPDATE", "INSERT")) for text in texts))
        return start(html)

    monkeypatch.setattr(pdf, "render", watched)
    with CaptureQueriesContext(connection) as captured:
        finalise(plan, actor("jl_upper"), version=plan.version)
    assert locked == [False]


def test_a_plan_that_changed_since_it_was_printed_is_printed_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, planner = a_draft(world), actor("jl_upper")
    ahead = module._printed_ahead(plan, planner, plan.version, clock.now())
    line = plan.lines.order_by("position")[1]
    plan = adjust(plan, planner, line_id=line.pk, amount=line.amount - 10_000, reason="按进度", version=plan.version)
    monkeypatch.setattr(module, "_printed_ahead", lambda *_rest: ahead)
    paper = finalise(plan, planner, version=plan.version).paper
    assert paper is not None
    assert "74.00" in text_of(paper)


def test_a_plan_seen_in_an_older_state_prints_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = a_draft(world)
    monkeypatch.setattr(pdf, "render", lambda html: pytest.fail("printed"))
    with pytest.raises(Conflict):
        finalise(plan, actor("jl_upper"), version=plan.version - 1)


def test_papers_of_money_are_chinese_in_every_language(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, _cases = factory.payable(world, "jilin", TWO)
    batch = factory.checked(factory.batch_of(world, plan, "jilin"), "jilin")
    monkeypatch.setattr(translation._trans, "gettext", lambda message: "FOREIGN")  # type: ignore[attr-defined]
    maker = actor("jl_pay_maker")
    batch = export_again(export(batch, maker, version=batch.version), maker, version=batch.version + 2)
    another = factory.drafted(world, "jilin", factory.reserved(world, "jilin", ["3.00"], start=40), "10000.00")
    assert "FOREIGN" not in another.working
    assert another.lines.get().working["rule"].startswith("按执行比例足额安排")
    for paper in Paper.objects.filter(kind__in=[Paper.Kind.PLAN, Paper.Kind.DISBURSEMENT]):
        assert "FOREIGN" not in text_of(paper)
    assert batch.paper is not None
    assert batch.paper.title.endswith("资金拨付汇总表（第 2 次导出）")
