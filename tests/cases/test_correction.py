"""A correction notice: only what was asked, before its deadline, and n+1."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from subsidy.cases.claim import add_line, change_line
from subsidy.cases.fill import locked_reason, save_answers
from subsidy.cases.materials import slots
from subsidy.cases.models import Case, ClaimedLine, Correction, Submission
from subsidy.cases.review import ask_correction
from subsidy.cases.submit import correct, withdraw
from tests.signed_in import SignIn
from tests.world import World, actor, fresh, jilin_submitted
from workflow.perform import Refused

StandAt = Callable[[datetime], None]
SAME = {1: "经核对无误"}
TICK = timedelta(milliseconds=1)


def asked(world: World, *targets: str) -> Case:
    case = jilin_submitted(world)
    items = [
        {"target": target, "label": f"第 {n} 项", "problem": "不一致", "requirement": "请更正", "source": "细则第五条"}
        for n, target in enumerate(targets, start=1)
    ]
    ask_correction(case, actor("jl_local"), items=items, version=case.version)
    return fresh(case)


def line_of(case: Case, number: int) -> ClaimedLine:
    return ClaimedLine.objects.get(project__case=case, number=number)


def changed(line: ClaimedLine, claimed: str) -> dict[str, Any]:
    names = ("category", "summary", "supplier", "invoice", "dated", "gross", "tax", "paid")
    return {**{name: getattr(line, name) for name in names}, "claimed": Decimal(claimed)}


def test_a_corrected_line_makes_version_two_with_a_new_assessment(world: World) -> None:
    case = jilin_submitted(world)
    line = line_of(case, 1)
    case = asked_line(world, case, line)
    change_line(line, actor("jl_applicant"), changed(line, "600000.00"))
    submission = correct(case, actor("jl_applicant"), declaration="声明")
    assert submission.number == 2
    assert fresh(case).state == "local_review"
    # 400,000 less: 3.2 million, a tenth of it.
    assert submission.assessments.get().cap == Decimal("320000.00")
    assert Correction.objects.get(case=case).answered_by == submission
    first = Submission.objects.get(case=case, number=1)
    assert first.content["lines"][0]["claimed"] == "1000000.00"


def asked_line(world: World, case: Case, line: ClaimedLine) -> Case:
    item = {
        "target": f"line:{line.key}",
        "label": "第 1 行",
        "problem": "多报",
        "requirement": "请更正",
        "source": "细则第五条",
    }
    ask_correction(case, actor("jl_local"), items=[item], version=case.version)
    return fresh(case)


def test_what_was_not_asked_is_locked(world: World) -> None:
    case = jilin_submitted(world)
    line, other = line_of(case, 1), line_of(case, 2)
    case = asked_line(world, case, line)
    with pytest.raises(Refused, match="只要求修改指定的内容"):
        change_line(other, actor("jl_applicant"), changed(other, "1.00"))
    with pytest.raises(Refused, match="只要求修改指定的内容"):
        add_line(other.project, actor("jl_applicant"), changed(other, "1.00"))
    with pytest.raises(Refused, match="没有要求修改此部分"):
        save_answers(case, actor("jl_applicant"), "declarations", {"truthful": False})


def test_only_the_question_that_was_asked_can_be_answered_anew(world: World) -> None:
    case = asked(world, "question:requested")
    save_answers(case, actor("jl_applicant"), "lines", {"requested": "200000.00"})
    assert fresh(case).requested == Decimal("200000.00")
    with pytest.raises(Refused, match="只要求修改指定的内容"):
        save_answers(case, actor("jl_applicant"), "lines", {"instalments": "3"})


def test_the_correction_page_shows_each_item_with_the_old_value_and_counts_what_is_done(
    sign_in: SignIn, world: World
) -> None:
    case = asked(world, "question:requested", "document:audit")
    client = sign_in("jl_applicant")
    text = client.get(reverse("cases:correction", args=[case.number])).content.decode()
    assert "0/2 项已处理" in text
    assert "300,000.00 元" in text
    assert "专项审计报告.pdf" in text
    save_answers(case, actor("jl_applicant"), "lines", {"requested": "200000.00"})
    text = client.get(reverse("cases:correction", args=[case.number])).content.decode()
    assert "1/2 项已处理" in text


def test_the_step_page_asks_only_the_questions_of_the_notice(sign_in: SignIn, world: World) -> None:
    case = asked(world, "question:requested")
    text = sign_in("jl_applicant").get(reverse("cases:step", args=[case.number, "lines"])).content.decode()
    assert "q_requested" in text
    assert "q_instalments" not in text


def test_the_check_page_lists_what_was_changed_before_it_is_sent(sign_in: SignIn, world: World) -> None:
    case = asked(world, "question:requested")
    save_answers(case, actor("jl_applicant"), "lines", {"requested": "200000.00"})
    client = sign_in("jl_applicant")
    text = client.get(reverse("cases:check", args=[case.number])).content.decode()
    assert "300,000.00 元" in text
    assert "200,000.00 元" in text
    sent = {"declared": "on", "once": "k", "version": fresh(case).version}
    assert client.post(reverse("cases:check", args=[case.number]), sent).status_code == 303
    assert fresh(case).state == "local_review"
    assert Submission.objects.filter(case=case).count() == 2


def test_the_instant_of_the_notices_deadline_is_too_late(world: World, stand_at: StandAt) -> None:
    case = asked(world, "step:declarations")
    due = Correction.objects.get(case=case).due_at
    stand_at(due)
    with pytest.raises(Refused, match="补正期限已于"):
        correct(case, actor("jl_applicant"), declaration="声明", explanations=SAME)
    stand_at(due - TICK)
    assert correct(case, actor("jl_applicant"), declaration="声明", explanations=SAME).number == 2


def test_the_calls_deadline_does_not_bind_a_correction(world: World, stand_at: StandAt) -> None:
    case = asked(world, "step:declarations")
    Correction.objects.filter(case=case).update(due_at=case.call.closes_at + timedelta(days=9))
    stand_at(case.call.closes_at + timedelta(days=1))
    assert correct(case, actor("jl_applicant"), declaration="声明", explanations=SAME).number == 2


def test_the_progress_page_says_what_to_do_and_until_when(sign_in: SignIn, world: World) -> None:
    case = asked(world, "step:declarations", "document:audit")
    text = sign_in("jl_applicant").get(reverse("cases:overview", args=[case.number])).content.decode()
    assert "现在需要您做什么" in text
    assert "前补正 2 项内容" in text


def test_the_progress_page_shows_agencies_but_neither_officers_nor_their_notes(sign_in: SignIn, world: World) -> None:
    case = asked(world, "step:declarations")
    text = sign_in("jl_applicant").get(reverse("cases:overview", args=[case.number])).content.decode()
    assert "延吉市工信局" in text
    assert "李明" not in text


def test_a_material_asked_without_its_project_is_open_for_every_project_and_no_other_material_is(world: World) -> None:
    case = asked(world, "document:invoices")
    keys = {one.key: locked_reason(case, "documents", one.key) for one in slots(case)}
    assert {key for key, reason in keys.items() if not reason} == {key for key in keys if key.startswith("invoices:")}


def test_a_case_under_correction_cannot_be_withdrawn(world: World) -> None:
    case = asked(world, "step:declarations")
    with pytest.raises(Refused, match="初审已于"):
        withdraw(case, actor("jl_applicant"))


def test_an_item_neither_changed_nor_explained_keeps_the_correction_from_being_sent(world: World) -> None:
    case = asked(world, "question:requested", "document:audit", "")
    save_answers(case, actor("jl_applicant"), "lines", {"requested": "200000.00"})
    before = fresh(case)
    for explanations in ({}, {2: "审计报告无误"}, {2: "审计报告无误", 3: "  "}):
        with pytest.raises(Refused, match="没有修改，请修改或逐项说明原因"):
            correct(case, actor("jl_applicant"), declaration="声明", explanations=explanations)
    assert fresh(case).version == before.version
    assert Submission.objects.filter(case=case).count() == 1


def test_the_submission_keeps_what_was_changed_and_what_was_said(world: World) -> None:
    case = asked(world, "question:requested", "document:audit", "")
    save_answers(case, actor("jl_applicant"), "lines", {"requested": "200000.00"})
    said = {2: "审计报告无误", 3: "已电话说明"}
    submission = correct(case, actor("jl_applicant"), declaration="声明", explanations=said)
    first, second, third = submission.content["correction"]["items"]
    assert (first["handled"], first["explanation"]) == (True, "")
    assert first["changes"][0][1:] == ["300,000.00 元", "200,000.00 元"]
    assert (second["handled"], second["explanation"]) == (False, "审计报告无误")
    assert (third["handled"], third["changes"], third["explanation"]) == (False, [], "已电话说明")


def test_an_item_saved_again_with_the_same_value_is_not_handled(sign_in: SignIn, world: World) -> None:
    case = asked(world, "question:requested")
    save_answers(case, actor("jl_applicant"), "lines", {"requested": "300000.00"})
    text = sign_in("jl_applicant").get(reverse("cases:correction", args=[case.number])).content.decode()
    assert "0/1 项已处理" in text


def test_another_telephone_is_a_change_of_the_applicants_step(world: World) -> None:
    case = asked(world, "step:applicant")
    columns = {"contact_name": case.contact_name, "contact_phone": "13987654321"}
    save_answers(case, actor("jl_applicant"), "applicant", {}, columns=columns)
    submission = correct(case, actor("jl_applicant"), declaration="声明")
    assert submission.content["correction"]["items"][0]["handled"]
    assert "13987654321" not in str(submission.content)


def test_another_title_of_the_group_is_a_change_of_its_step(world: World) -> None:
    case = asked(world, "step:projects")
    save_answers(case, actor("jl_applicant"), "projects", {}, columns={"title": "智能装备协同项目群"})
    submission = correct(case, actor("jl_applicant"), declaration="声明")
    (change,) = submission.content["correction"]["items"][0]["changes"]
    assert change == ["项目（群）名称", case.title, "智能装备协同项目群"]


def test_the_check_page_asks_for_a_word_on_each_item_that_was_not_changed(sign_in: SignIn, world: World) -> None:
    case = asked(world, "question:requested", "document:audit")
    save_answers(case, actor("jl_applicant"), "lines", {"requested": "200000.00"})
    client, address = sign_in("jl_applicant"), reverse("cases:check", args=[case.number])
    shown = client.get(address).content.decode()
    assert "1/2 项已处理" in shown
    assert "300,000.00 元 → 200,000.00 元" in shown
    sent = {"declared": "on", "once": "k", "version": fresh(case).version}
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert "第 2 项“第 2 项”没有修改，请修改或说明原因" in refused.content.decode()
    assert fresh(case).state == "correcting"
    assert client.post(address, sent | {"explanation_2": "审计报告无误，无需更换"}).status_code == 303
    shown = sign_in("jl_local").get(reverse("desk:section", args=[case.number, "corrections"])).content.decode()
    assert "申报单位说明：审计报告无误，无需更换" in shown
    assert "300,000.00 元 → 200,000.00 元" in shown
