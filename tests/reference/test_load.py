"""The fixtures: places, trades, days off, agencies, competences. Expected values are from the published lists."""

from datetime import date

import pytest
from django.core.management import call_command

from policies.kit.calendar import CalendarNotLoaded
from subsidy.accounts.models import Agency, Jurisdiction
from subsidy.accounts.routing import route
from subsidy.reference.models import AreaCode, Holiday, Industry
from subsidy.reference.selectors import UnknownArea, area_on, areas_on, is_manufacturing, last_holiday_year
from subsidy.reference.workcalendar import work_calendar

DEMO_DAY = date(2026, 5, 20)


@pytest.fixture
def reference(db: None) -> None:
    call_command("load_reference", verbosity=0)


@pytest.mark.usefixtures("reference")
def test_loading_twice_changes_nothing() -> None:
    tables = (AreaCode, Industry, Holiday, Agency, Jurisdiction)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    call_command("load_reference", verbosity=0)
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


@pytest.mark.usefixtures("reference")
def test_loading_again_does_not_reopen_a_closed_agency() -> None:
    Agency.objects.filter(code="220122-gxj").update(valid_to=date(2026, 1, 1))
    call_command("load_reference", verbosity=0)
    assert Agency.objects.get(code="220122-gxj").valid_to == date(2026, 1, 1)


@pytest.mark.usefixtures("reference")
def test_loading_again_leaves_the_calendar_as_people_have_corrected_it() -> None:
    Holiday.objects.filter(day=date(2026, 6, 19)).delete()
    Holiday.objects.filter(day=date(2026, 5, 9)).update(kind="off", name="临时放假")
    call_command("load_reference", verbosity=0)
    assert work_calendar().is_workday(date(2026, 6, 19))
    assert not work_calendar().is_workday(date(2026, 5, 9))


@pytest.mark.usefixtures("reference")
def test_jilin_has_nine_prefectures_and_sixty_counties_and_zhongshan_twenty_three_towns() -> None:
    now = areas_on(DEMO_DAY)
    assert now.filter(kind="prefecture", parent_code="220000").count() == 9
    assert now.filter(kind="county", code__startswith="22").count() == 60
    assert now.filter(kind="town", parent_code="442000").count() == 23


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("220381", date(2019, 1, 1), "220381"),
        ("220381", DEMO_DAY, "220184"),
        ("220724", DEMO_DAY, "220781"),
        ("442000102", DEMO_DAY, "442000007"),
        ("442000113", DEMO_DAY, "442000008"),
        ("442000104", DEMO_DAY, "442000118"),
        ("442000100", DEMO_DAY, "442000118"),
        ("442000118", DEMO_DAY, "442000118"),
    ],
)
def test_an_old_area_code_leads_to_the_place_of_the_day(code: str, day: date, expected: str) -> None:
    assert area_on(code, day).code == expected


@pytest.mark.usefixtures("reference")
def test_an_area_code_that_never_was_is_an_error() -> None:
    with pytest.raises(UnknownArea):
        area_on("990000", DEMO_DAY)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("C", True),
        ("13", True),
        ("43", True),
        ("3670", True),
        ("C36", True),
        ("12", False),
        ("44", False),
        ("F", False),
    ],
)
def test_manufacturing_is_section_c_divisions_13_to_43(code: str, answer: bool) -> None:
    assert is_manufacturing(code) is answer


@pytest.mark.usefixtures("reference")
def test_there_are_ninety_seven_divisions_of_which_thirty_one_are_manufacturing() -> None:
    assert Industry.objects.filter(code__regex=r"^\d\d$").count() == 97
    assert Industry.objects.filter(section="C").exclude(code="C").count() == 31


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 1, 4), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 5, 9), True),
        (date(2026, 9, 20), True),
        (date(2026, 10, 10), True),
        (date(2025, 10, 8), False),
        (date(2025, 9, 28), True),
        (date(2024, 2, 18), True),
        (date(2023, 1, 29), True),
        (date(2023, 10, 6), False),
    ],
)
def test_days_off_and_weekend_days_worked_follow_the_state_council(day: date, worked: bool) -> None:
    assert work_calendar().is_workday(day) is worked


@pytest.mark.usefixtures("reference")
def test_five_working_days_after_the_thirtieth_of_april_2026_is_the_eleventh_of_may() -> None:
    assert work_calendar().add_workdays(date(2026, 4, 30), 5) == date(2026, 5, 11)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("day", [date(2027, 1, 4), date(2022, 12, 31)])
def test_a_year_that_is_not_loaded_is_not_guessed(day: date) -> None:
    assert last_holiday_year() == 2026
    with pytest.raises(CalendarNotLoaded):
        work_calendar().is_workday(day)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(
    ("measure", "area", "expected"),
    [
        ("jilin", "220122", {"local": "220122-gxj", "local_finance": "220122-czj", "upper": "220000-gxt",
                             "upper_finance": "220000-czt", "approver": "220000-bgt", "pay_maker": "220122-czj",
                             "pay_checker": "220122-czj"}),
        ("jilin", "220173", {"local": "220100-gxj", "local_finance": "220100-czj", "upper": "220000-gxt",
                             "upper_finance": "220000-czt", "approver": "220000-bgt", "pay_maker": "220100-czj",
                             "pay_checker": "220100-czj"}),
        ("jilin", "2200X1", {"local": "2200X1-jfj", "local_finance": "2200X1-czj", "upper": "220000-gxt",
                             "upper_finance": "220000-czt", "approver": "220000-bgt", "pay_maker": "2200X1-czj",
                             "pay_checker": "2200X1-czj"}),
        ("zhongshan", "442000001", {"local": "442000001-zj", "upper": "442000-gxj", "upper_finance": "442000-czj",
                                    "approver": "442000-zf", "pay_maker": "442000-gxj", "pay_checker": "442000-czj"}),
        ("zhongshan", "442000003", {"local": "4420X1-gwh", "upper": "442000-gxj", "upper_finance": "442000-czj",
                                    "approver": "442000-zf", "pay_maker": "442000-gxj", "pay_checker": "442000-czj"}),
        ("zhongshan", "442000008", {"local": "4420X2-gwh", "upper": "442000-gxj", "upper_finance": "442000-czj",
                                    "approver": "442000-zf", "pay_maker": "442000-gxj", "pay_checker": "442000-czj"}),
    ],
)  # fmt: skip
def test_each_place_has_its_agencies(measure: str, area: str, expected: dict[str, str]) -> None:
    assert {stage: agency.code for stage, agency in route(measure, area, DEMO_DAY).items()} == expected


@pytest.mark.usefixtures("reference")
def test_every_county_and_town_in_use_has_exactly_one_reviewer_of_its_own() -> None:
    for measure, kind, prefix in (("jilin", "county", "22"), ("zhongshan", "town", "44")):
        for area in areas_on(DEMO_DAY, kind).filter(code__startswith=prefix):
            assert Jurisdiction.objects.filter(measure=measure, stage="local", area=area.code).count() == 1, area


@pytest.mark.usefixtures("reference")
def test_a_county_stands_under_its_prefecture_and_meihekou_under_the_province() -> None:
    parents = dict(Agency.objects.values_list("code", "parent__code"))
    assert parents["220122-gxj"] == "220100-gxj"
    assert parents["220581-gxj"] == "220000-gxt"
    assert parents["220581-czj"] == "220000-czt"
    assert parents["2200X1-jfj"] == "220000-gxt"
    assert parents["220000-gxt"] is None


@pytest.mark.usefixtures("reference")
def test_districts_of_the_same_name_are_told_apart_by_their_city() -> None:
    names = dict(Agency.objects.values_list("code", "name"))
    assert names["220302-gxj"] == "四平市铁西区工业和信息化局"
    assert names["220184-czj"] == "公主岭市财政局"
    assert names["442000001-zj"] == "中山市石岐街道办事处"
    assert names["442000118-zj"] == "中山市小榄镇人民政府"
