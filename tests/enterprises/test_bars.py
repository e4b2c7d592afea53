"""Bars: made and lifted by recorded acts, held by the database, counted as the text says, told to the enterprise."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from subsidy.accounts.models import Post, User
from subsidy.cases.holds import conclude
from subsidy.cases.models import Case, Hold, Submission
from subsidy.cases.submit import declaration_of, submit
from subsidy.enterprises.credit import bars
from subsidy.enterprises.credit.imports import Document
from subsidy.enterprises.credit.models import Bar
from subsidy.enterprises.models import Enterprise, Succession
from subsidy.enterprises.register import Evidence
from subsidy.enterprises.succession import succeed
from subsidy.messages.models import Message
from tests.enterprises.listing import APPEAL, barred, barred_everywhere, document, handles_all
from tests.signed_in import SignIn, sign_in
from tests.stations import twin
from tests.world import (
    World,
    actor,
    fresh,
    jilin_draft,
    jilin_submitted,
    submitted,
    world,
    zhongshan_draft,
)
from workflow import clock
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import State

__all__ = ["sign_in", "world"]


def lifted(bar: Bar, who: str = "jl_upper", reason: str = "决定撤销") -> Bar:
    return bars.lift(bar, actor(who), reason=reason, document=document(name="撤销决定.pdf"), version=bar.version)


def open_holds(case: Case) -> int:
    return Hold.objects.filter(case=case, released_at__isnull=True, kind="bar").count()


# --- the record ---------------------------------------------------------------


def test_a_bar_is_a_recorded_act_with_its_article_and_its_decision(world: World) -> None:
    bar = barred(world, world.enterprises["head"])
    assert bar.state == Bar.State.IN_FORCE
    last = Event.objects.filter(subject_kind="enterprises.bar", subject_id=bar.pk).order_by("-number")[0]
    assert (last.move, last.actor_name) == ("impose", "吴敏")
    assert last.evidence["source"] == "吉工信办联规〔2024〕80号 第十三条"
    assert last.evidence["decision"] == "吉工信决〔2026〕5号"
    assert (last.evidence["serious"], last.evidence["beyond_repair"]) == (True, True)
    assert len(last.evidence["document"]) == 64


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"serious": False}, "情节严重"), ({"beyond_repair": False}, "难以整改"), ({"reason": " "}, "须有理由"),
        ({"source": ""}, "须有理由、依据条款"), ({"decision": ""}, "处理决定文号"),
        ({"document": Document("", "")}, "决定文件"),
        ({"appeal": ""}, "救济途径"), ({"valid_to": date(2026, 5, 20)}, "不能早于开始日期"),
    ],
)  # fmt: skip
def test_a_bar_without_one_of_its_parts_is_refused(world: World, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        barred(world, world.enterprises["head"], **change)
    assert not Bar.objects.exists()


def test_fraud_needs_no_second_finding_and_may_have_no_end(world: World) -> None:
    bar = barred(world, world.enterprises["head"], ground="fraud", serious=False, beyond_repair=False, valid_to=None)
    assert bars.until(bar) == "无截止日期"


@pytest.mark.parametrize("who", ["jl_local", "jl_issuer", "jl_finance", "jl_applicant", "zs_upper", "admin"])
def test_nobody_else_bars_or_lifts(world: World, who: str) -> None:
    firm = world.enterprises["head"]
    with pytest.raises(NotAllowed):
        bars.impose(
            actor(who), world.agencies["220000-gxt"], firm, measure="jilin", valid_from=clock.today(), valid_to=None,
            ground="fraud", reason="x", source="x", decision="x", document=document(), appeal=APPEAL,
        )  # fmt: skip
    bar = barred(world, firm)
    with pytest.raises(NotAllowed):
        lifted(bar, who)


def test_lifting_needs_a_reason_and_a_document_and_happens_once(world: World) -> None:
    bar = barred(world, world.enterprises["head"])
    with pytest.raises(Refused, match="须填写理由"):
        lifted(bar, reason=" ")
    with pytest.raises(Refused, match="依据文件"):
        bars.lift(bar, actor("jl_upper"), reason="x", document=Document("", ""), version=bar.version)
    done = lifted(bar)
    assert (done.state, done.lifted_on, done.lifted_by) == ("lifted", clock.today(), "吴敏")
    with pytest.raises(Conflict):
        lifted(done)
    assert not Bar.in_force(clock.today()).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE enterprises_bar SET valid_to = '2026-05-20'",
        "UPDATE enterprises_bar SET enterprise_id = enterprise_id + 1",
        "UPDATE enterprises_bar SET measure = 'zhongshan'", "UPDATE enterprises_bar SET lifted_on = '2026-05-20'",
        "UPDATE enterprises_bar SET state = 'draft'", "UPDATE enterprises_bar SET state = 'lifted'",
        "UPDATE enterprises_bar SET source = 'x'", "DELETE FROM enterprises_bar",
    ],
)  # fmt: skip
def test_no_statement_ends_a_bar_without_the_record(world: World, statement: str) -> None:
    barred(world, world.enterprises["head"])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_enterprise_is_told_why_until_when_and_how_to_appeal(world: World) -> None:
    bar = barred(world, world.enterprises["head"])
    told = Message.objects.filter(title__contains="停止申报资格")
    assert set(told.values_list("recipient__username", flat=True)) == {"jl_applicant", "jl_colleague"}
    body = told[0].body
    for part in ("至 2031-05-20 前", "提供虚假发票", "第十三条", "吉工信决〔2026〕5号", APPEAL):
        assert part in body
    Message.objects.all().delete()
    lifted(bar)
    assert Message.objects.filter(title__contains="起解除", recipient__username="jl_applicant").exists()


# --- whoever is barred does not file, whatever the path -----------------------


def raw(case: Case, day: date | None = None) -> None:
    """File a case past every rule of the code, as the application's own role."""
    moment = clock.now() if day is None else clock.now().replace(year=day.year, month=day.month, day=day.day)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_case SET state = 'local_review', filed_at = %s, submitted_at = %s WHERE id = %s",
            [moment, moment, case.pk],
        )


def test_the_database_itself_refuses_the_case_of_a_barred_enterprise(world: World) -> None:
    case = jilin_draft(world)
    barred(world, world.enterprises["head"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("subsidy_app",)
    with pytest.raises(DatabaseError, match="is barred from filing"):
        raw(case)


def test_the_database_refuses_a_filed_case_put_in_whole(world: World) -> None:
    case = jilin_submitted(world)
    barred(world, world.enterprises["head"])
    with pytest.raises(DatabaseError, match="is barred from filing"), transaction.atomic():
        twin(case, "JL-2026-00800", State.LOCAL_REVIEW)


def test_the_database_refuses_the_first_submission_of_a_barred_enterprise(world: World) -> None:
    case = jilin_draft(world)
    barred(world, world.enterprises["head"])
    with pytest.raises(DatabaseError, match="is barred from filing"), transaction.atomic():
        Submission.objects.create(
            case=case, number=1, facts={}, content={}, digest="0" * 64, declaration="x",
            submitted_by_id=actor("jl_applicant").id, submitted_at=clock.now(),
        )  # fmt: skip


@pytest.mark.parametrize("measure", ["jilin", ""])
def test_a_bar_of_the_measure_and_one_of_all_measures_stop_the_raw_statement(world: World, measure: str) -> None:
    case = jilin_draft(world)
    if measure:
        barred(world, world.enterprises["head"], measure=measure)
    else:
        barred_everywhere(world.enterprises["head"])
    with pytest.raises(DatabaseError):
        raw(case)


def test_a_bar_of_the_other_measure_does_not(world: World) -> None:
    case = zhongshan_draft(world)
    Enterprise.objects.filter(pk=case.enterprise_id).update(production_area="222401")
    barred(world, case.enterprise, measure="jilin")
    raw(case)
    assert fresh(case).state == State.LOCAL_REVIEW


def test_the_last_barred_day_is_refused_and_the_next_one_is_free(world: World) -> None:
    case = jilin_draft(world)
    barred(world, world.enterprises["head"], valid_from=date(2021, 5, 22), valid_to=date(2026, 5, 22))
    with pytest.raises(DatabaseError):
        raw(case, date(2026, 5, 21))
    raw(case, date(2026, 5, 22))


def test_a_lifted_bar_stops_nobody_from_its_day_on(world: World) -> None:
    case = jilin_draft(world)
    lifted(barred(world, world.enterprises["head"], valid_from=date(2026, 5, 1)))
    with pytest.raises(DatabaseError):
        raw(case, date(2026, 5, 19))
    assert submitted(case, "jl_applicant").state == State.LOCAL_REVIEW


def test_a_correction_of_what_was_filed_before_the_bar_is_taken(world: World) -> None:
    case = jilin_submitted(world)
    barred(world, world.enterprises["head"])
    Submission.objects.create(
        case=case, number=2, facts={}, content={}, digest="0" * 64, declaration="x",
        submitted_by_id=actor("jl_applicant").id, submitted_at=clock.now(),
    )  # fmt: skip
    assert case.submissions.count() == 2


def test_a_barred_member_keeps_the_group_out_and_the_head_goes_on_without_its_project(world: World) -> None:
    case = jilin_draft(world)
    barred(world, world.enterprises["member1"])
    with pytest.raises(Refused, match="禁止申报"), transaction.atomic():
        submit(case, actor("jl_applicant"), declaration=declaration_of(case))


def test_a_bar_of_the_head_does_not_bar_its_members(world: World) -> None:
    barred(world, world.enterprises["head"])
    assert not Bar.in_force(clock.today()).filter(enterprise=world.enterprises["member1"]).exists()


@pytest.mark.starts_from("tests.world:build_with_draft")
def test_a_submission_waits_for_a_bar_that_is_being_imposed(fresh_database: None) -> None:
    case = Case.objects.get(state="draft")
    clock.travel_to(case.created_at)
    begun, answers = threading.Event(), []

    def file() -> None:
        begun.wait(10)
        try:
            raw(case)
            answers.append("filed")
        except DatabaseError as error:
            answers.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=file)
    thread.start()
    with transaction.atomic():
        Enterprise.objects.select_for_update(no_key=True).get(pk=case.enterprise_id)
        Bar.objects.create(
            enterprise_id=case.enterprise_id, measure="jilin", valid_from=clock.today(), reason="x", source="y"
        )
        begun.set()
        thread.join(1.0)
        assert thread.is_alive(), "the submission waits"
    thread.join(10)
    clock.travel_back()
    assert len(answers) == 1
    assert "is barred from filing" in answers[0]


# --- open cases ---------------------------------------------------------------


def test_a_bar_holds_the_open_cases_of_its_measure_and_a_conclusion_ends_that(world: World) -> None:
    case = jilin_submitted(world)
    Message.objects.all().delete()
    bar = barred(world, world.enterprises["head"])
    assert open_holds(case) == 1
    assert Message.objects.filter(recipient__username="jl_local", title__contains="禁止申报").exists()
    lifted(bar)
    assert open_holds(case) == 1, "lifting releases nothing"
    assert Message.objects.filter(recipient__username="jl_local", title__contains="请作出结论").exists()
    conclude(Hold.objects.get(case=case), actor("jl_local"), note="决定已撤销，继续办理")
    assert open_holds(case) == 0


def test_a_bar_of_a_member_holds_the_groups_case(world: World) -> None:
    case = jilin_submitted(world)
    barred(world, world.enterprises["member1"])
    assert open_holds(case) == 1


def test_a_bar_holds_no_draft(world: World) -> None:
    case = jilin_draft(world)
    barred(world, world.enterprises["head"])
    assert open_holds(case) == 0


def test_a_bar_under_the_other_measure_holds_no_case(world: World) -> None:
    case = jilin_submitted(world)
    firm = world.enterprises["head"]
    Enterprise.objects.filter(pk=firm.pk).update(production_area="442000118")
    barred(world, firm, measure="zhongshan")
    assert open_holds(case) == 0


def test_a_bureau_bars_for_its_own_measure_and_in_its_own_territory(world: World) -> None:
    values = {"ground": "fraud", "valid_from": clock.today(), "valid_to": None, "reason": "x", "source": "x"}
    values |= {"decision": "x", "document": document(), "appeal": APPEAL}
    upper, agency = actor("jl_upper"), world.agencies["220000-gxt"]
    with pytest.raises(NotAllowed, match="不负责"):
        bars.impose(upper, agency, world.enterprises["head"], measure="zhongshan", **values)
    with pytest.raises(NotAllowed, match="辖区"):
        bars.impose(upper, agency, world.enterprises["zhongshan"], measure="jilin", **values)


def test_a_measures_bureau_does_not_bar_from_every_measure_unless_it_handles_all(world: World) -> None:
    """Jilin Art. 17 speaks of the province's policies, Zhongshan Art. 16 bars nobody: neither reaches the other."""
    values = {"ground": "fraud", "valid_from": clock.today(), "valid_to": None, "reason": "x", "source": "第十七条"}
    values |= {"decision": "x", "document": document(), "appeal": APPEAL}
    agency = world.agencies["220000-gxt"]
    with pytest.raises(NotAllowed, match="负责全部政策的单位"):
        bars.impose(actor("jl_upper"), agency, world.enterprises["head"], measure="", **values)
    assert not Bar.objects.exists()
    handles_all(world)
    assert bars.impose(actor("jl_upper"), agency, world.enterprises["head"], measure="", **values).measure == ""


def test_the_measure_has_to_be_that_of_the_agency_one_acts_for(world: World) -> None:
    """Two posts at two bureaus do not add up to a right of either."""
    person = User.objects.get(username="jl_upper")
    Post.objects.create(
        user=person, role="upper_reviewer", agency=world.agencies["442000-gxj"], valid_from=date(2020, 1, 1)
    )
    values = {"ground": "fraud", "valid_from": clock.today(), "valid_to": None, "reason": "x", "source": "x"}
    values |= {"decision": "x", "document": document(), "appeal": APPEAL}
    with pytest.raises(NotAllowed, match="不负责所选政策"):
        bars.impose(
            actor("jl_upper"), world.agencies["220000-gxt"], world.enterprises["head"], measure="zhongshan", **values
        )


def test_a_future_bar_is_in_force_from_its_first_day(world: World) -> None:
    first = clock.today() + timedelta(days=3)
    barred(world, world.enterprises["head"], valid_from=first)
    assert not Bar.in_force(clock.today()).exists()
    assert Bar.in_force(first).exists()


# --- successors ---------------------------------------------------------------


def taken_over(world: World, who: str, heir: str) -> None:
    """One enterprise takes over another."""
    predecessor = Enterprise.objects.get(pk=world.enterprises[who].pk)
    succeed(
        predecessor, world.enterprises[heir], actor("jl_upper"), kind=Succession.Kind.MERGER,
        effective_on=clock.today(), evidence=Evidence("合并协议", document().digest, "合并协议.pdf"),
        version=predecessor.version,
    )  # fmt: skip


def test_a_bar_follows_to_the_successor_and_the_database_holds_that_too(world: World, sign_in: SignIn) -> None:
    case = jilin_draft(world)
    bar = barred(world, world.enterprises["stranger"])
    taken_over(world, "stranger", "head")
    with pytest.raises(DatabaseError, match="is barred from filing"):
        raw(case)
    page = sign_in("jl_applicant").get(reverse("credit:own")).content.decode()
    assert bar.decision in page


def test_whoever_takes_over_a_barred_enterprise_has_its_open_cases_held(world: World) -> None:
    case = jilin_submitted(world)
    barred(world, world.enterprises["stranger"])
    assert open_holds(case) == 0
    taken_over(world, "stranger", "head")
    assert open_holds(case) == 1


def test_a_bar_imposed_on_a_predecessor_holds_the_successors_cases(world: World) -> None:
    case = jilin_submitted(world)
    taken_over(world, "stranger", "head")
    barred(world, world.enterprises["stranger"])
    assert open_holds(case) == 1
