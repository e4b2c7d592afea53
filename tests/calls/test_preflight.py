"""What is looked at before a call is published, and that nothing is published past it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from policies.kit.facts import CallKind
from subsidy.accounts.models import Agency, Jurisdiction
from subsidy.calls.editions import latest, policy_of
from subsidy.calls.models import Call
from subsidy.calls.preflight import RULES, checks, checks_of
from subsidy.calls.publish import publish, void
from subsidy.calls.territory import Territory, stages_needed
from subsidy.reference.models import Holiday
from tests.calls.test_calls import AFTER, StandAt
from tests.signed_in import SignIn
from tests.world import JILIN_CLOSES, World, actor, prepare_jilin, prepare_zhongshan
from workflow import perform
from workflow.clock import SHANGHAI
from workflow.perform import Refused


def problems(call: Call) -> dict[str, str]:
    return {check.rule.key: check.problem for check in checks(call) if check.problem}


def changed(row: Any, **columns: Any) -> Any:
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
    return row


def blocked(call: Call) -> str:
    """The sentence with which both ways to publish refuse."""
    sentences = set()
    for way in (
        lambda: publish(call, actor("jl_issuer"), version=call.version),
        lambda: perform.perform(call, "publish", actor("jl_issuer")),
    ):
        with pytest.raises(Refused) as refused:
            way()
        sentences.add(str(refused.value))
    assert Call.objects.get(pk=call.pk).state == "draft"
    (sentence,) = sentences
    return sentence


def ended(**which: str) -> list[Jurisdiction]:
    """The rows of 敦化 end long before the call."""
    rows = Jurisdiction.objects.filter(area="222403", **which)
    rows.update(valid_to=date(2026, 1, 1))
    return list(rows)


def begun(rows: list[Jurisdiction], **columns: Any) -> None:
    """Others take their place, with these columns changed."""
    for row in rows:
        row.pk, row.valid_from, row.valid_to = None, date(2026, 1, 1), None
        changed(row, **columns)


@pytest.fixture
def draft(world: World) -> Call:
    return prepare_jilin(world.agencies, closes_at=datetime(2026, 6, 18, 17, 0, tzinfo=SHANGHAI))


def test_nothing_stands_against_a_call_as_the_measure_has_it(draft: Call) -> None:
    assert problems(draft) == {}
    assert publish(draft, actor("jl_issuer"), version=draft.version).state == "published"


def test_every_check_has_a_name_and_says_what_to_do() -> None:
    assert len({rule.key for rule in RULES}) == len(RULES)
    assert all(str(rule.label) and str(rule.mend) for rule in RULES)


BLOCKING: list[tuple[str, Callable[[Call], object], str]] = [
    (
        "sources",
        lambda c: changed(c, sources=c.sources | {"notice_days": " "}, notice_days=5),
        "没有注明来源：公示天数。",
    ),
    ("scorecard", lambda c: changed(c, scorecard=c.scorecard[:-1]), "评分表各项满分合计应为 100 分"),
    ("scorecard", lambda c: changed(c, scorecard=[]), "现为 0 分"),
    ("notice", lambda c: changed(c, notice_days=0), "公示天数至少为 1 天。"),
    ("paper", lambda c: changed(c, paper_until=c.closes_at - timedelta(seconds=1)), "纸质材料截止时间"),
    (
        "bureaus",
        lambda c: ended(stage="local_finance"),
        "下列地区没有登记受理单位：敦化市（财政会审）。",
    ),
    ("bureaus", lambda c: changed(c, areas=["110000"]), "申报地区内没有可以申报的地方。"),
    (
        "number",
        lambda c: changed(c, number=Call.objects.filter(measure="jilin", state="published")[0].number),
        "文号 吉工信办联规〔2026〕12号 已用于另一份申报通知。",
    ),
]


@pytest.mark.parametrize(("key", "harm", "sentence"), BLOCKING)
def test_what_blocks_is_told_on_the_page_and_keeps_the_call_from_being_published_by_any_way(
    sign_in: SignIn, draft: Call, key: str, harm: Callable[[Call], object], sentence: str
) -> None:
    harm(draft)
    assert sentence in problems(draft)[key]
    assert sentence in blocked(draft)
    text = sign_in("jl_issuer").get(reverse("calls:checks", args=[draft.pk])).content.decode()
    assert sentence in text
    assert "处理前不能发布" in text


def test_the_number_of_a_voided_call_is_not_given_again(world: World, draft: Call) -> None:
    old = world.calls["jilin"]
    void(old, actor("jl_issuer"), reason="条件有误", version=old.version)
    assert "已用于另一份" in problems(changed(draft, number=old.number))["number"]


def test_the_number_of_another_draft_is_free(world: World, draft: Call) -> None:
    other = prepare_jilin(world.agencies, number=draft.number)
    assert "number" not in problems(other)


def test_an_area_left_out_of_the_call_needs_no_bureau(draft: Call) -> None:
    ended()
    assert "敦化市（初审、财政会审" in problems(draft)["bureaus"]
    assert "bureaus" not in problems(changed(draft, areas=["222401"]))


def test_a_bureau_that_becomes_competent_by_the_opening_is_enough(draft: Call) -> None:
    begun(ended(), valid_from=date(2026, 5, 28))
    assert "bureaus" in problems(draft)
    assert "bureaus" not in problems(changed(draft, opens_at=datetime(2026, 5, 28, 9, 0, tzinfo=SHANGHAI)))


def test_a_place_without_a_row_of_its_own_belongs_to_the_place_above(draft: Call) -> None:
    begun(ended(), area="222400")
    assert "bureaus" not in problems(draft)


def test_zhongshan_needs_the_town_and_the_city_and_no_finance_office_of_the_town(world: World) -> None:
    call = prepare_zhongshan(world.agencies, number="中工信〔2026〕32号")
    assert "local_finance" not in stages_needed(policy_of(call), CallKind.SUPPORT)
    assert problems(call) == {}


def test_a_window_outside_the_measures_own_period_blocks_and_one_partly_outside_is_told(world: World) -> None:
    call = prepare_zhongshan(world.agencies, number="中工信〔2026〕32号")
    partly = changed(call, window_to=date(2026, 1, 1))
    assert problems(partly) == {
        "window_within": "投资计算时段超出政策规定的 2021-01-01 至 2025-12-31，超出部分不计入。"
    }
    wholly = changed(call, window_from=date(2026, 1, 1), window_to=date(2026, 3, 31))
    assert list(problems(wholly)) == ["window"]


@pytest.mark.parametrize(
    ("columns", "key", "sentence"),
    [
        ({"closes_at": JILIN_CLOSES}, "workday", "申报截止时间 2026-06-20 不是工作日。"),
        ({"paper_until": datetime(2026, 6, 27, 17, 0, tzinfo=SHANGHAI)}, "workday", "纸质材料截止时间 2026-06-27"),
        ({"notice_days": 6}, "notice_usual", "公示 6 个自然日，少于通行的 7 个。"),
        ({"window_to": date(2026, 6, 19)}, "window_within", "投资计算截止日 2026-06-19 晚于申报截止日 2026-06-18。"),
        ({"documents": []}, "materials", "材料目录为空"),
    ],
)
def test_what_is_only_to_be_looked_at_is_told_and_the_call_can_be_published(
    draft: Call, columns: dict[str, Any], key: str, sentence: str
) -> None:
    call = changed(draft, **columns)
    assert sentence in problems(call)[key]
    assert publish(call, actor("jl_issuer"), version=call.version).state == "published"


def test_five_working_days_of_notice_are_usual(draft: Call) -> None:
    assert "notice_usual" not in problems(changed(draft, notice_days=5, notice_day_kind="working"))


def test_a_material_without_an_article_is_named_by_its_place(draft: Call) -> None:
    rows = draft.documents
    rows[3]["source"], rows[5]["source"] = "", "申报通知"
    assert problems(changed(draft, documents=rows))["articles"] == "材料目录第 4、6 项没有依据条款。"


def test_a_deadline_in_a_year_whose_days_off_are_unknown_is_a_warning(draft: Call) -> None:
    """The filing ends in a loaded year, the reviews after it do not."""
    assert "calendar" not in problems(draft)
    Holiday.objects.filter(day__year=2026).delete()
    assert problems(draft)["calendar"].startswith("尚未录入 2026 年的节假日安排")
    assert "workday" not in problems(draft)


def test_after_the_end_of_the_edition_the_page_names_the_article(
    sign_in: SignIn, draft: Call, stand_at: StandAt
) -> None:
    stand_at(AFTER)
    text = sign_in("jl_upper").get(reverse("calls:checks", args=[draft.pk])).content.decode()
    assert "已过期，不能开放新的申报通知（细则第十八条）" in text
    assert "细则第十八条" in blocked(draft)


def test_the_page_of_publication_shows_what_is_to_be_looked_at(sign_in: SignIn, draft: Call) -> None:
    changed(draft, closes_at=JILIN_CLOSES)
    text = sign_in("jl_issuer").get(reverse("calls:publish", args=[draft.pk])).content.decode()
    assert "不是工作日" in text
    assert "发布后不能修改" in text


def test_a_blocked_publication_answers_with_the_sentence(sign_in: SignIn, draft: Call) -> None:
    changed(draft, notice_days=0)
    answer = sign_in("jl_issuer").post(reverse("calls:publish", args=[draft.pk]), {"version": draft.version})
    assert answer.status_code == 422
    assert "公示天数至少为 1 天" in answer.content.decode()


def test_checking_ten_calls_asks_the_database_as_often_as_checking_one(world: World, draft: Call) -> None:
    def asked(calls: list[Call]) -> int:
        with CaptureQueriesContext(connection) as seen:
            checks_of(calls)
        return len(seen)

    others = [prepare_jilin(world.agencies) for _one in range(9)]
    assert asked([draft]) == asked([draft, *others])


@pytest.mark.parametrize(("measure", "agency"), [("jilin", "220000-gxt"), ("zhongshan", "442000-gxj")])
def test_the_places_and_competences_of_the_fixtures_leave_no_gap(db: None, measure: str, agency: str) -> None:
    call_command("load_reference", verbosity=0)
    call = Call(measure=measure, agency=Agency.objects.get(code=agency))
    day = date(2026, 5, 20)
    territory = Territory.of([call])
    assert len(territory.places(call, day)) > 20
    assert territory.gaps(call, stages_needed(latest(measure), CallKind.SUPPORT), day) == {}
