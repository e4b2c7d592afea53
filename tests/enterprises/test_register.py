"""The register of enterprises: entered, changed and renamed by the upper bureau of the place, each with its entry."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from subsidy.enterprises import register, selectors
from subsidy.enterprises.forms import EnterpriseForm
from subsidy.enterprises.models import Enterprise, FormerName
from subsidy.enterprises.register import Evidence
from subsidy.enterprises.selectors import Filters
from subsidy.papers import files
from subsidy.reference.text import fold
from tests.imports.books import upload
from tests.papers.test_files import pdf
from tests.world import World, actor, credit_code, world
from workflow import clock, perform
from workflow.models import Event
from workflow.perform import Conflict, NotAllowed, Refused

__all__ = ["world"]

CODE = credit_code("222401", "7770001")
VALUES = {
    "credit_code": CODE, "name": "延吉帽儿山传感器有限公司", "area": "222401", "production_area": "222401",
    "legal_person": "金某", "contact_phone": "13712345678",
}  # fmt: skip
PLACES = [("222401", "延吉市"), ("222403", "敦化市")]


def scan() -> Evidence:
    return Evidence.of("准予变更登记通知书（延）登记〔2026〕8号", upload(pdf(), "通知书.pdf"))


def last(row: Enterprise) -> Event:
    return Event.objects.filter(subject_kind="enterprises.enterprise", subject_id=row.pk).order_by("-number")[0]


def form(**changes: str) -> EnterpriseForm:
    return EnterpriseForm({**VALUES, **changes}, places=PLACES)


# --- entering -----------------------------------------------------------------


def test_an_enterprise_is_entered_by_the_upper_bureau_of_its_place(world: World) -> None:
    row = register.add(actor("jl_upper"), VALUES)
    assert (row.name_key, row.state, row.version) == (fold(VALUES["name"]), "listed", 1)
    event = last(row)
    assert (event.move, event.evidence["credit_code"], event.agency_name) == ("create", CODE, "省工信厅")


@pytest.mark.parametrize("who", ["jl_local", "jl_issuer", "zs_upper", "jl_applicant", "admin"])
def test_nobody_else_enters_it(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        register.add(actor(who), VALUES)
    assert not Enterprise.objects.filter(credit_code=CODE).exists()


def test_a_second_row_with_the_same_code_is_refused(world: World) -> None:
    register.add(actor("jl_upper"), VALUES)
    with pytest.raises(Refused, match="已登记，请在企业名录中查找"):
        register.add(actor("jl_upper"), {**VALUES, "name": "另一家有限公司"})
    twice = form(name="另一家有限公司")
    assert not twice.is_valid()
    assert "已登记" in twice.errors["credit_code"][0]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (CODE[:17], "统一社会信用代码应为 18 位，您输入了 17 位。"),
        (f"{CODE[:9]}I{CODE[10:]}", "统一社会信用代码第 10 位“I”不是允许的字符（不使用 I、O、S、V、Z）。"),
    ],
)
def test_a_code_of_the_wrong_length_or_with_a_wrong_letter_is_refused_with_its_position(
    world: World, typed: str, sentence: str
) -> None:
    assert form(credit_code=typed).errors["credit_code"] == [sentence]


def test_a_wrong_check_digit_is_taken_with_a_reason_only(world: World) -> None:
    wrong = CODE[:-1] + ("1" if CODE[-1] != "1" else "2")
    assert "校验位不符" in form(credit_code=wrong).errors["credit_code_reason"][0]
    explained = form(credit_code=wrong, credit_code_reason="营业执照原件即为此代码")
    assert explained.is_valid(), explained.errors


def test_a_pasted_code_is_taken_without_blanks_in_capitals_and_half_width(world: World) -> None:
    pasted = form(credit_code=f" {CODE[:4]} {CODE[4:].lower()}　")
    assert pasted.is_valid(), pasted.errors
    assert pasted.cleaned_data["credit_code"] == CODE


def test_a_day_to_come_and_an_unknown_trade_are_no_facts(world: World) -> None:
    later = (clock.today() + timedelta(days=1)).isoformat()
    wrong = form(established_on=later, industry="9912")
    assert set(wrong.errors) == {"established_on", "industry"}


# --- changing -----------------------------------------------------------------


def test_a_change_is_written_with_what_stood_there_before_and_hides_the_telephone(world: World) -> None:
    row = world.enterprises["head"]
    values = {"legal_person": "李某", "contact_phone": "13811112222", "area": row.area}
    register.change(row, actor("jl_upper"), values, version=row.version)
    event = last(row)
    assert event.evidence["changes"] == {"legal_person": ["王某", "李某"], "contact_phone": ["****", "****"]}
    assert Enterprise.objects.get(pk=row.pk).contact_phone == "13811112222"


def test_what_is_the_same_leaves_no_entry(world: World) -> None:
    row = world.enterprises["head"]
    register.change(row, actor("jl_upper"), {"legal_person": row.legal_person}, version=row.version)
    assert not Event.objects.filter(subject_kind="enterprises.enterprise", subject_id=row.pk).exists()


def test_whoever_saves_an_old_version_is_told_so(world: World) -> None:
    row = world.enterprises["head"]
    register.change(row, actor("jl_upper"), {"legal_person": "李某"}, version=row.version)
    with pytest.raises(Conflict):
        register.change(row, actor("jl_upper2"), {"legal_person": "赵某"}, version=row.version)


def test_a_row_cannot_be_moved_out_of_the_keepers_territory_nor_taken_from_another(world: World) -> None:
    row = world.enterprises["head"]
    with pytest.raises(NotAllowed):
        register.change(row, actor("zs_upper"), {"legal_person": "李某"}, version=row.version)
    values = {"area": "442000118", "production_area": "442000118"}
    with pytest.raises(NotAllowed):
        register.change(row, actor("jl_upper"), values, version=row.version)


def test_no_row_is_ever_deleted(world: World) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        world.enterprises["stranger"].delete()


def test_a_row_is_struck_and_restored_with_the_reason(world: World) -> None:
    row = perform.perform(world.enterprises["stranger"], "strike", actor("jl_upper"), note="已注销登记")
    assert (row.state, last(row).note) == ("struck", "已注销登记")
    assert perform.perform(row, "restore", actor("jl_upper")).state == "listed"


# --- names --------------------------------------------------------------------


def test_a_change_of_name_keeps_the_old_one_with_day_and_evidence(world: World) -> None:
    row, evidence = world.enterprises["member1"], scan()
    old = row.name
    row = register.rename(row, actor("jl_upper"), "延吉海兰智能机床有限公司", date(2026, 5, 8), evidence, version=0)
    former = FormerName.objects.get(enterprise=row)
    assert (former.name, former.valid_to, former.evidence) == (old, date(2026, 5, 8), evidence.digest)
    assert files.is_intact(evidence.digest)
    assert (row.name, row.name_key) == ("延吉海兰智能机床有限公司", fold("延吉海兰智能机床有限公司"))
    assert last(row).evidence["from"] == old


@pytest.mark.parametrize("on", [date(2026, 5, 21), date(2026, 4, 1)])
def test_a_name_changes_after_the_last_change_and_not_in_the_future(world: World, on: date) -> None:
    row = world.enterprises["member1"]
    row = register.rename(row, actor("jl_upper"), "甲有限公司", date(2026, 4, 1), scan(), version=0)
    with pytest.raises(Refused, match="更名日期"):
        register.rename(row, actor("jl_upper"), "乙有限公司", on, scan(), version=row.version)


def test_a_name_entered_wrongly_is_put_right_and_leaves_no_former_name(world: World) -> None:
    row = world.enterprises["member1"]
    register.correct_name(row, actor("jl_upper"), "延吉海兰数控机床股份有限公司", "执照原件核对", version=0)
    assert not FormerName.objects.filter(enterprise=row).exists()
    assert last(row).move == "correct_name"


def test_a_former_name_is_never_changed(world: World) -> None:
    register.rename(world.enterprises["member1"], actor("jl_upper"), "甲有限公司", date(2026, 4, 1), scan(), version=0)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE enterprises_formername SET name = 'x'")


def test_evidence_must_be_a_file_that_can_be_opened(world: World) -> None:
    with pytest.raises(ValidationError, match="内容与扩展名不符"):
        Evidence.of("通知书", upload(b"not a pdf", "通知书.pdf"))


# --- who sees which, and finding them -----------------------------------------


def names(who: str, **filters: str) -> set[str]:
    rows = Filters(**{"q": "", "area": "", "state": "", **filters}).apply(selectors.visible_to(actor(who)))
    return {row.name for row in rows}


def test_an_agency_reads_its_territory_and_an_enterprise_itself(world: World) -> None:
    of = {key: row.name for key, row in world.enterprises.items()}
    assert names("jl_local") == names("jl_finance") == {of["head"], of["member1"], of["member2"]}
    assert names("jl_other_local") == {of["stranger"]}
    assert names("jl_upper") == names("jl_issuer") == {of["head"], of["member1"], of["member2"], of["stranger"]}
    assert names("zs_upper") == {of["zhongshan"], of["zs_stranger"]}
    assert names("zs_local") == {of["zhongshan"]}
    assert names("jl_applicant") == {of["head"]}
    assert names("auditor") == names("expert1") == names("admin") == set()


def test_where_it_produces_counts_like_where_it_is_registered(world: World) -> None:
    Enterprise.objects.filter(pk=world.enterprises["zhongshan"].pk).update(production_area="222403")
    assert "中山香山新能源科技有限公司" in names("jl_other_local") & names("zs_local")


def test_a_part_of_the_name_of_a_former_name_or_of_the_code_finds_it(world: World) -> None:
    row = world.enterprises["head"]
    assert names("jl_upper", q="长白") == names("jl_upper", q=row.credit_code[6:].lower()) == {row.name}
    register.rename(row, actor("jl_upper"), "吉林天池装备（集团）有限公司", date(2026, 4, 1), scan(), version=0)
    assert names("jl_upper", q="长白") == names("jl_upper", q="天池装备(集团") == {"吉林天池装备（集团）有限公司"}
    assert names("jl_upper", q="岐江") == set()
    assert Filters("长", "", "").too_short
    assert names("jl_upper", area="222403") == {"敦化牡丹江药机有限公司"}
    assert names("jl_upper", area="442000") == set()
    assert names("jl_upper", state="struck") == set()


# --- days that do not fit together ----------------------------------------------


def test_nobody_takes_another_name_before_being_founded(world: World) -> None:
    row = register.add(actor("jl_upper"), VALUES | {"established_on": date(2015, 6, 1)})
    with pytest.raises(Refused, match="更名日期不能早于成立日期 2015-06-01"):
        register.rename(row, actor("jl_upper"), "新名厂", date(2015, 5, 31), scan(), version=row.version)
    assert not FormerName.objects.exists()
    renamed = register.rename(row, actor("jl_upper"), "新名厂", date(2015, 6, 1), scan(), version=row.version)
    assert renamed.name == "新名厂"


def test_the_founding_is_not_put_after_a_change_of_name_or_after_today(world: World) -> None:
    row = register.add(actor("jl_upper"), VALUES)
    row = register.rename(row, actor("jl_upper"), "新名厂", date(2015, 6, 1), scan(), version=row.version)
    for day, sentence in (
        (date(2015, 6, 2), "不能晚于已登记的更名日期 2015-06-01"), (clock.today() + timedelta(1), "不能晚于今天"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=sentence):
            register.change(row, actor("jl_upper"), {"established_on": day}, version=row.version)
    changed = register.change(row, actor("jl_upper"), {"established_on": date(2015, 6, 1)}, version=row.version)
    assert changed.established_on == date(2015, 6, 1)


def test_a_firm_of_tomorrow_is_not_entered(world: World) -> None:
    with pytest.raises(Refused, match="不能晚于今天"):
        register.add(actor("jl_upper"), VALUES | {"established_on": clock.today() + timedelta(days=1)})


# --- an edit that changes nothing -------------------------------------------------


def test_an_edit_that_changes_nothing_leaves_no_entry_and_from_an_old_page_is_a_conflict(world: World) -> None:
    row = register.add(actor("jl_upper"), VALUES)
    same = {"legal_person": row.legal_person}
    assert register.change(row, actor("jl_upper"), same, version=row.version).version == row.version
    for version in (row.version - 1, row.version + 1, -1):
        with pytest.raises(Conflict):
            register.change(row, actor("jl_upper"), same, version=version)
    assert last(row).move == "create"
