"""From a day on another agency is competent: nothing overlaps, nothing is left without anybody, open cases go over."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from subsidy.accounts.models import Agency, Jurisdiction
from subsidy.accounts.routing import route
from subsidy.cases import transfer
from subsidy.cases.models import Case
from subsidy.cases.review import first_opening
from subsidy.cases.selectors import visible_to
from subsidy.cases.transfer import Change, assign, preview
from subsidy.reference.models import AreaCode
from tests.accounts.door import messages_of
from tests.cases.reviewing import endorsed, letter
from tests.desk.browsing import SignIn, sign_in, text
from tests.funding import factory as money
from tests.stations import twin
from tests.world import SINCE, World, actor, fresh, jilin_draft, jilin_submitted, world
from workflow import clock
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import State

__all__ = ["sign_in", "world"]

TODAY = date(2026, 5, 20)
NEW = "222403-gxj"


def change(world: World, **values: Any) -> Change:
    """延吉's first review goes to the other county's bureau."""
    given = {"measure": "jilin", "stage": "local", "area": "222401", "on": TODAY, "document": "吉机编〔2026〕7号"}
    agency = world.agencies[values.pop("to", NEW)]
    return Change(**{**given, "agency": agency, **values})


def done(world: World, **values: Any) -> Jurisdiction:
    asked = change(world, **values)
    return assign(asked, actor("admin"), seen=preview(asked).seen)


def row(area: str = "222401", stage: str = "local") -> Jurisdiction:
    return Jurisdiction.objects.filter(area=area, stage=stage).order_by("pk")[0]


def local_of(case: Case) -> str:
    return str(Case.objects.values_list("local_agency__code", flat=True).get(pk=case.pk))


# --- the act ------------------------------------------------------------------


def test_one_row_ends_another_begins_and_the_open_cases_go_over(world: World) -> None:
    case = first_opening(jilin_submitted(world), actor("jl_local"))
    draft, over = jilin_draft(world), twin(case, "JL-2026-00801", State.CLOSED)
    assert preview(change(world)).cases == (case.pk, draft.pk)
    made = done(world)
    old = row()
    assert (old.valid_to, old.state, made.valid_from, made.agency.code) == (TODAY, "ended", TODAY, NEW)
    assert route("jilin", "222401", TODAY)["local"].code == NEW
    assert route("jilin", "222401", date(2026, 5, 19))["local"].code == "222401-gxj"
    assert (local_of(case), local_of(draft), local_of(over)) == (NEW, NEW, "222401-gxj")
    assert fresh(case).handler is None


def test_cases_of_a_place_that_has_its_own_agency_today_stay_there(world: World) -> None:
    """Even when the place above changes hands from a day before the place had one of its own."""
    jilin_submitted(world)
    Jurisdiction.objects.filter(area="222401", stage="local").update(valid_to=date(2026, 5, 1))
    Jurisdiction.objects.create(
        area="222401", measure="jilin", stage="local", agency=world.agencies["222401-gxj"], valid_from=date(2026, 5, 10)
    )
    assert preview(change(world, area="222400", on=date(2026, 5, 5))).cases == ()


def test_every_act_stands_in_its_history(world: World) -> None:
    case = jilin_submitted(world)
    made = done(world)
    event = Event.objects.filter(subject_kind="cases.case", subject_id=case.pk).order_by("-number")[0]
    assert (event.move, event.actor_name, event.note) == ("transfer", "管理员", "吉机编〔2026〕7号")
    assert (event.evidence["from"], event.evidence["to"]) == ("延吉市工业和信息化局", "敦化市工业和信息化局")
    assert (event.from_state, event.to_state) == (State.LOCAL_REVIEW, State.LOCAL_REVIEW)
    chains = Event.objects.filter(subject_kind="accounts.jurisdiction").values_list("subject_id", "move")
    assert set(chains) == {(row().pk, "end"), (made.pk, "create")}


def test_both_agencies_and_who_files_are_told_once(world: World) -> None:
    case = jilin_submitted(world)
    twin(case, "JL-2026-00801", State.LOCAL_REVIEW)
    done(world)
    for who in ("jl_local", "jl_local2", "jl_other_local"):
        assert messages_of(who)[0] == "2 件在办案件的“初审”已移交敦化市工业和信息化局"
    assert "自 2026-05-20 起由敦化市工业和信息化局办理" in messages_of("jl_applicant")[0]
    assert not [title for title in messages_of("jl_other_finance") if "移交" in title]


def test_with_the_case_goes_the_sight_of_it(world: World) -> None:
    case = jilin_submitted(world)
    assert visible_to(actor("jl_local")).filter(pk=case.pk).exists()
    done(world)
    assert not visible_to(actor("jl_local")).filter(pk=case.pk).exists()
    assert visible_to(actor("jl_other_local")).filter(pk=case.pk).exists()
    assert not visible_to(actor("admin")).exists()


@pytest.mark.parametrize(
    ("stage", "column", "to"),
    [
        ("local_finance", "local_finance_agency", "222403-czj"), ("pay_maker", "pay_maker_agency", "222403-czj"),
        ("pay_checker", "pay_checker_agency", "222403-czj"),
    ],
)  # fmt: skip
def test_each_stage_goes_alone(world: World, stage: str, column: str, to: str) -> None:
    case = jilin_submitted(world)
    before = Case.objects.values().get(pk=case.pk)
    done(world, stage=stage, to=to)
    after = Case.objects.values().get(pk=case.pk)
    differ = {name for name in before if before[name] != after[name]}
    assert differ == {f"{column}_id", "version", "chain_length", "chain_head"}


def test_an_area_gets_a_row_of_its_own_and_takes_its_cases_from_the_one_above(world: World) -> None:
    AreaCode.objects.create(code="222401001", name="某街道", kind="town", parent_code="222401")
    inside = jilin_submitted(world)
    outside = twin(inside, "JL-2026-00801", State.LOCAL_REVIEW)
    Case.objects.filter(pk=inside.pk).update(area="222401001")
    assert preview(change(world, area="222401001")).ends is None
    done(world, area="222401001")
    assert (local_of(inside), local_of(outside)) == (NEW, "222401-gxj")
    done(world, to="222403-gxj")
    assert (local_of(inside), local_of(outside)) == (NEW, NEW)


def test_cases_below_a_row_of_their_own_stay(world: World) -> None:
    case = jilin_submitted(world)
    AreaCode.objects.create(code="222401001", name="某街道", kind="town", parent_code="222401")
    Case.objects.filter(pk=case.pk).update(area="222401001")
    old = world.agencies["222401-gxj"]
    Jurisdiction.objects.create(agency=old, area="222401001", measure="jilin", stage="local", valid_from=SINCE)
    assert preview(change(world)).cases == ()


def test_it_costs_the_same_for_five_cases_and_for_fifty(world: World) -> None:
    case, costs = jilin_submitted(world), []
    for count, to in ((5, NEW), (50, "222401-gxj")):
        for n in range(Case.objects.count(), count):
            twin(case, f"JL-2026-0{1000 + n}", State.LOCAL_REVIEW)
        with CaptureQueriesContext(connection) as spent:
            done(world, to=to, on=TODAY if to == NEW else date(2026, 5, 21))
        assert Case.objects.filter(local_agency__code=to).count() == count
        costs.append(len(spent))
        clock.travel_to(clock.now().replace(day=21))
    assert costs[0] == costs[1]


# --- what is refused ----------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"on": date(2026, 5, 21)}, "移交须在生效当日或之后办理"), ({"to": "222401-gxj"}, "受理单位已是延吉市"),
        ({"on": SINCE}, "移交日期须晚于这一天"), ({"on": date(2019, 1, 1)}, "尚未设立或已撤销"),
    ],
)  # fmt: skip
def test_days_and_agencies_that_do_not_fit_are_refused(world: World, values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        preview(change(world, **values))


def test_an_overlap_is_refused(world: World) -> None:
    done(world)
    with pytest.raises(Refused, match="已登记至 2026-05-20 止"):
        preview(change(world, to="222403-czj", on=date(2026, 5, 1)))
    later = {"area": "222401001", "measure": "jilin", "stage": "local", "valid_from": date(2026, 5, 10)}
    Jurisdiction.objects.create(agency=world.agencies[NEW], **later)
    with pytest.raises(Refused, match="不能重叠"):
        preview(change(world, area="222401001", on=date(2026, 5, 1)))
    days = {"valid_from": date(2026, 6, 1), "area": "222401", "measure": "jilin", "stage": "local"}
    with pytest.raises(IntegrityError, match="one_agency_at_a_time"), transaction.atomic():
        Jurisdiction.objects.create(agency=Agency.objects.get(code="222401-gxj"), **days)


def test_a_gap_is_refused_unless_the_area_above_is_served(world: World) -> None:
    Jurisdiction.objects.filter(pk=row().pk).update(valid_to=date(2026, 4, 1))
    with pytest.raises(Refused, match="2026-04-01 至 2026-05-20 没有受理单位，不能中断"):
        preview(change(world))
    above = world.agencies["220000-gxt"]
    Jurisdiction.objects.create(agency=above, area="222400", measure="jilin", stage="local", valid_from=SINCE)
    assert preview(change(world)).ends is None
    Jurisdiction.objects.filter(area="222400").update(valid_to=date(2026, 3, 1))
    assert preview(change(world, on=date(2026, 4, 1))).ends is None


def test_a_row_that_ends_by_a_day_is_followed_from_that_day(world: World) -> None:
    Jurisdiction.objects.filter(pk=row().pk).update(valid_to=date(2026, 7, 1))
    with pytest.raises(Refused, match="已登记至 2026-07-01 止"):
        preview(change(world))


def test_upper_agencies_conclude_the_cases_that_they_have(world: World) -> None:
    asked = change(world, stage="upper", area="220000", to="442000-gxj")
    assert preview(asked).cases == ()
    jilin_submitted(world)
    with pytest.raises(Refused, match=r"1 件在办案件.*办结后才能变更"):
        preview(asked)


def test_a_letter_that_is_not_sent_keeps_its_cases(world: World) -> None:
    letter(endorsed(jilin_submitted(world)))
    with pytest.raises(Refused, match="1 件已列入尚未发出的联合上报"):
        preview(change(world))


@pytest.mark.parametrize("stage", ["pay_maker", "pay_checker"])
def test_a_batch_under_way_keeps_its_cases(world: World, stage: str) -> None:
    plan, _cases = money.payable(world, "jilin", ["600000.00", "400000.00"])
    money.batch_of(world, plan, "jilin")
    with pytest.raises(Refused, match="1 个拨付批次尚未办结"):
        preview(change(world, stage=stage, to="222403-czj"))
    assert len(preview(change(world)).cases) == 2


def test_what_changed_since_it_was_shown_is_shown_again(world: World) -> None:
    asked = change(world)
    seen = preview(asked).seen
    case = jilin_submitted(world)
    with pytest.raises(Conflict, match="现有 1 件"):
        assign(asked, actor("admin"), seen=seen)
    assert local_of(case) == "222401-gxj"
    assert not Event.objects.filter(subject_kind="accounts.jurisdiction").exists()


@pytest.mark.parametrize("who", ["security", "auditor", "jl_upper", "jl_issuer", "jl_local"])
def test_only_an_administrator_changes_who_is_competent(world: World, sign_in: SignIn, who: str) -> None:
    asked = change(world)
    with pytest.raises(NotAllowed):
        assign(asked, actor(who), seen=preview(asked).seen)
    assert sign_in(who).get("/jurisdictions/").status_code == 403
    assert sign_in(who).post("/jurisdictions/new/", {}).status_code == 403


def test_a_jurisdiction_never_turns_into_another(world: World) -> None:
    for values in ({"agency": world.agencies[NEW]}, {"area": "222403"}, {"valid_from": TODAY}):
        with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
            Jurisdiction.objects.filter(pk=row().pk).update(**values)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        Jurisdiction.objects.filter(pk=row().pk).delete()


# --- at the screen ------------------------------------------------------------


@pytest.fixture
def admin(world: World, sign_in: SignIn) -> Client:
    return sign_in("admin")


def asked_at_screen(world: World, **values: str) -> dict[str, str]:
    given = {
        "measure": "jilin", "stage": "local", "area": "222401", "agency": str(world.agencies[NEW].pk),
        "on": "2026-05-20", "document": "吉机编〔2026〕7号",
    }  # fmt: skip
    return given | values


def test_the_screen_shows_how_many_cases_go_before_anything_is_done(world: World, admin: Client) -> None:
    case = jilin_submitted(world)
    answer = admin.get("/jurisdictions/new/", asked_at_screen(world))
    page = text(answer)
    assert (answer.status_code, "1 件在办案件将在同一步骤移交新单位" in page) == (200, True)
    assert case.number not in page
    assert local_of(case) == "222401-gxj"
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    sent = asked_at_screen(world) | {"seen": found[1], "once": "k"}
    for _time in range(2):
        assert admin.post("/jurisdictions/new/", sent).status_code == 303
    assert (local_of(case), Jurisdiction.objects.filter(agency__code=NEW, area="222401").count()) == (NEW, 1)


def test_a_confirmation_that_shows_another_number_is_a_conflict(world: World, admin: Client) -> None:
    jilin_submitted(world)
    answer = admin.post("/jurisdictions/new/", asked_at_screen(world, seen=f"{row().pk}:0"))
    assert (answer.status_code, "现有 1 件将随之移交" in text(answer)) == (409, True)
    assert admin.post("/jurisdictions/new/", asked_at_screen(world)).status_code == 409


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"area": "999999"}, "没有区划代码 999999"), ({"area": ""}, "请填写“区划代码”"),
        ({"agency": ""}, "请选择“新受理单位”"), ({"measure": ""}, "请选择“政策”"), ({"stage": "x"}, "选择"),
        ({"on": "2026-02-30"}, "没有30日"), ({"document": ""}, "请填写“依据文件”"),
        ({"on": "2026-05-21"}, "移交须在生效当日或之后办理"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(
    world: World, admin: Client, values: dict[str, str], sentence: str
) -> None:
    for answer in (
        admin.get("/jurisdictions/new/", asked_at_screen(world, **values)),
        admin.post("/jurisdictions/new/", asked_at_screen(world, seen="0:0", **values)),
    ):
        assert (answer.status_code, sentence in text(answer)) == (422, True)


def test_the_list_shows_who_is_competent_today_and_who_was(world: World, admin: Client) -> None:
    done(world)
    page = text(admin.get("/jurisdictions/?measure=jilin&stage=local&q=222401"))
    assert ("敦化市工业和信息化局" in page, '<td class="zh" data-th="受理单位">延吉市' in page) == (True, False)
    assert "延吉市工业和信息化局" in text(admin.get("/jurisdictions/?ended=1"))
    assert "没有符合条件的管辖" in text(admin.get("/jurisdictions/?q=不存在"))


def test_the_list_costs_the_same_at_five_and_at_fifty_rows(world: World, admin: Client) -> None:
    costs = []
    for start, count in ((0, 5), (5, 40)):
        Jurisdiction.objects.bulk_create(
            Jurisdiction(
                agency=world.agencies[NEW], area=f"3{start + n:05d}", measure="jilin", stage="local", valid_from=SINCE
            )
            for n in range(count)
        )
        with CaptureQueriesContext(connection) as spent:
            assert admin.get("/jurisdictions/?q=3").status_code == 200
        costs.append(len(spent))
    assert costs[0] == costs[1] < 15
    assert transfer.obstacles
