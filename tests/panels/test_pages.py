"""The pages: who may open which, what an expert's HTML does not hold, and what a page costs."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from subsidy.cases.models import Case
from subsidy.panels import rank
from subsidy.panels.models import Expert, Panel, Scoresheet
from tests.panels import factory
from tests.panels.browsing import client_of, cost, plain, text_of
from tests.panels.test_trip import deliberate
from workflow import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> factory.Ground:
    return factory.ground()


STAFF = (
    "panel",
    "open",
    "change",
    "close",
    "void",
    "extend",
    "add_expert",
    "ranking",
    "tie",
    "deliberate",
    "fix",
    "results",
)
EXPERT = ("expert_panel", "declare", "submit", "own_sheet")


def test_another_agencys_panel_does_not_exist(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80"])
    stranger = client_of(factory.ground("xx").officer)
    missing = plain(text_of(stranger, "panel", 999_999, status=404))

    for name in STAFF:
        page = plain(text_of(stranger, name, panel.pk, status=404))
        assert page == missing.replace("/panels/999999/", reverse(f"panels:{name}", args=[panel.pk])), name
    for name in ("remind", "cut", "late"):
        assert stranger.post(reverse(f"panels:{name}", args=[panel.pk])).status_code == 404, name
    for name in ("release", "unlock", "move"):
        assert stranger.post(reverse(f"panels:{name}", args=[panel.pk, "A"])).status_code == 404, name
    assert text_of(stranger, "make", here.call.pk, status=404)
    assert "2026年度第一批" not in text_of(stranger, "list")


def test_a_letter_or_code_of_another_panel_does_not_exist(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80"])
    client = client_of(here.officer)
    assert client.get(reverse("panels:release", args=[panel.pk, "Z"])).status_code == 404
    rank.close(panel, here.actor)
    assert client.get(reverse("panels:move", args=[panel.pk, "99"])).status_code == 404


def test_experts_and_officers_keep_to_their_own_pages(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90"])
    expert = client_of(factory.seat(panel, "A").expert.user)
    officer = client_of(here.officer)

    for name in STAFF:
        assert expert.get(reverse(f"panels:{name}", args=[panel.pk])).status_code == 403, name
    for name in EXPERT:
        assert officer.get(reverse(f"panels:{name}", args=[panel.pk])).status_code == 403, name


def test_the_ranking_is_hidden_while_scores_come_in(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80"])
    client = client_of(here.officer)

    assert "90.00" not in text_of(client, "panel", panel.pk)
    for name in ("ranking", "results", "tie", "deliberate", "fix"):
        assert "90.00" not in text_of(client, name, panel.pk, status=409)


def form_of(here: factory.Ground, pool: list[Expert], changes: dict[str, object]) -> dict[str, object]:
    cases = [str(case.pk) for case in Case.objects.filter(call=here.call)]
    return {
        "title": "第一批",
        "cases": cases,
        "experts": [str(e.pk) for e in pool],
        "quorum": "3",
        "drop_from": "5",
        "last_day": "",
        "once": "one-key",
    } | changes


def test_a_double_click_makes_one_panel(here: factory.Ground) -> None:
    factory.add_case(here, 1)
    experts = [factory.expert(n) for n in range(1, 4)]
    client = client_of(here.officer)
    address = reverse("panels:make", args=[here.call.pk])

    first, second = (client.post(address, form_of(here, experts, {})) for _ in range(2))

    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert Panel.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "请填写“评审批次名称”"),
        ({"title": "长" * 121}, "最多 120 个字，现为 121 个字"),
        ({"cases": []}, "请选择“参评案件”"),
        ({"cases": ["999999"]}, "999999"),
        ({"experts": []}, "请选择“评审专家”"),
        ({"quorum": "0"}, "1"),
        ({"quorum": "-1"}, "请填写整数"),
        ({"quorum": "1000000000000"}, "99"),
        ({"quorum": "４"}, "专家 3 名，少于每件最少评分人数 4 名"),
        ({"drop_from": "2"}, "去掉最高最低分至少需要 3 份评分"),
        ({"last_day": "2026-02-30"}, "2026年2月没有30日"),
        ({"last_day": "2020-01-01"}, "评分截止时间应晚于现在"),
    ],
)
def test_bad_input_gets_its_sentence_and_loses_nothing(
    here: factory.Ground, changes: dict[str, object], sentence: str
) -> None:
    factory.add_case(here, 1)
    experts = [factory.expert(n) for n in range(1, 4)]
    client = client_of(here.officer)

    answer = client.post(reverse("panels:make", args=[here.call.pk]), form_of(here, experts, changes))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert "<title>错误：" in page
    assert Panel.objects.count() == 0


@pytest.mark.parametrize(
    ("by", "value", "sentence"),
    [
        ("rank", "", "请填写“数值”"),
        ("rank", "两", "请填写数字"),
        ("rank", "1.5", "请填写数字"),
        ("score", "-5", "请填写数字"),
        ("money", "1e5", ""),
        ("draw", "1", ""),
    ],
)
def test_a_line_typed_wrongly_gets_its_sentence(here: factory.Ground, by: str, value: str, sentence: str) -> None:
    panel = factory.scored(here, ["90", "80"])
    rank.close(panel, here.actor)
    client = client_of(here.officer)

    answer = client.post(reverse("panels:cut", args=[panel.pk]), {"by": by, "value": value})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Panel.objects.get(pk=panel.pk).cut == ""


def test_the_whole_way_from_the_ranking_to_the_fixed_list_is_done_on_pages(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "81", "81", "70"])
    client = client_of(here.officer)

    def post(name: str, data: dict[str, str], *more: str) -> str:
        version = Panel.objects.get(pk=panel.pk).version
        answer = client.post(reverse(f"panels:{name}", args=[panel.pk, *more]), {"version": str(version)} | data)
        assert answer.status_code == 303, (name, answer.content.decode())
        return answer.headers["Location"]

    assert post("close", {}) == reverse("panels:ranking", args=[panel.pk])
    post("cut", {"by": "rank", "value": "2"})
    assert "入选线上有同分案件：02、03" in text_of(client, "ranking", panel.pk)
    empty = client.post(reverse("panels:tie", args=[panel.pk]), {"place_02": "1", "place_03": "1"})
    assert empty.status_code == 422
    assert "请填写“排序理由”" in empty.content.decode()
    assert "请用 1–2 为各案件排出先后，不能重复" in empty.content.decode()
    post("tie", {"place_02": "2", "place_03": "1", "reason": "投资规模较大"})
    post("move", {"to": "3", "reason": "补齐短板环节"}, "04")
    assert "原第 4 名，调整至第 3 名：补齐短板环节" in text_of(client, "ranking", panel.pk)
    post(
        "deliberate",
        {"body": "厅党组", "held_on": clock.today().isoformat(), "document": "纪要1号", "decision": "同意"},
    )
    wrong = client.post(reverse("panels:fix", args=[panel.pk]), {"count": "3"})
    assert wrong.status_code == 422
    post("fix", {"count": "2"})

    states = {code: one.case.state for code, one in factory.by_code(panel).items()}
    assert states == {"01": "shortlisted", "03": "shortlisted", "02": "declined", "04": "declined"}


def test_a_stale_page_does_not_overwrite_a_colleagues_line(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80"])
    seen = rank.close(panel, here.actor).version
    rank.cut(panel, here.actor, by="rank", value=Decimal(1))
    client = client_of(here.officer)

    answer = client.post(reverse("panels:cut", args=[panel.pk]), {"by": "rank", "value": "2", "version": str(seen)})

    assert answer.status_code == 409
    assert "周复审" in answer.content.decode()
    assert Panel.objects.get(pk=panel.pk).cut_value == 1


def test_trying_a_line_changes_nothing(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80"])
    rank.close(panel, here.actor)
    client = client_of(here.officer)
    address = reverse("panels:ranking", args=[panel.pk])

    page = client.get(address, {"by": "money", "value": "150万"}).content.decode()
    part = client.get(address, {"by": "money", "value": "50万"}, headers={"HX-Request": "true"}).content.decode()

    assert "拟支持 1 项" in page
    assert "<html" not in part
    assert "拟支持 0 项" in part
    assert Panel.objects.get(pk=panel.pk).cut == ""


def test_the_result_sheet_has_letters_and_numbers_and_no_experts_names(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80.5"])
    rank.close(panel, here.actor)
    rank.cut(panel, here.actor, by="rank", value=Decimal(1))
    answer = client_of(here.officer).get(reverse("panels:results", args=[panel.pk]))

    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    flat = [cell for row in rows for cell in row]
    assert "专家A（分）" in flat
    assert not any("专家姓名" in str(cell) for cell in flat)
    first = next(row for row in rows if row[2] == factory.by_code(panel)["01"].case.number)
    assert first[0] == 1
    assert first[4] == 90.0
    assert "拟支持" in first


PAGES: dict[str, Callable[[Panel], tuple[str, tuple[object, ...]]]] = {
    "list": lambda p: ("list", ()),
    "panel": lambda p: ("panel", (p.pk,)),
    "ranking": lambda p: ("ranking", (p.pk,)),
    "results": lambda p: ("results", (p.pk,)),
    "fix": lambda p: ("fix", (p.pk,)),
    "deliberate": lambda p: ("deliberate", (p.pk,)),
}
EXPERT_PAGES: dict[str, Callable[[Panel], tuple[str, tuple[object, ...]]]] = {
    "mine": lambda p: ("mine", ()),
    "expert_panel": lambda p: ("expert_panel", (p.pk,)),
    "declare": lambda p: ("declare", (p.pk,)),
    "score": lambda p: ("score", (p.pk, "01" if p.cases.count() < 100 else "001")),
    "submit": lambda p: ("submit", (p.pk,)),
    "own_sheet": lambda p: ("own_sheet", (p.pk,)),
}


def test_pages_cost_the_same_at_five_and_at_fifty_cases(here: factory.Ground) -> None:
    costs: list[dict[str, int]] = []
    experts = [factory.expert(n) for n in range(1, 4)]
    number = 0
    for size in (5, 50):
        cases = [factory.add_case(here, number := number + 1) for _ in range(size)]
        staff, expert = client_of(here.officer), client_of(experts[0].user)
        waiting = cost(staff, "make", (here.call.pk,))
        panel = factory.new_panel(here, cases, experts)
        opened = cost(staff, "panel", (panel.pk,))
        found = {"make": waiting, "open panel": opened, "declare": cost(expert, "declare", (panel.pk,))}
        for letter in "ABC":
            factory.give(panel, letter, {one.code: "80" for one in panel.cases.all()}, submit=False)
            Scoresheet.objects.filter(assignment__panel=panel, submitted_at=None).update(submitted_at=panel.made_at)
        for name, of in EXPERT_PAGES.items():
            found[name] = cost(expert, *of(panel))
        rank.close(panel, here.actor)
        rank.cut(panel, here.actor, by="rank", value=Decimal(size))
        deliberate(panel, here.actor)
        for name, of in PAGES.items():
            found[name] = cost(staff, *of(panel))
        costs.append(found)

    assert costs[0] == costs[1]
    assert max(costs[0].values()) <= 25


def test_a_deadline_is_dropped_only_when_that_is_said(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90", "80"])
    Panel.objects.filter(pk=panel.pk).update(closes_at=clock.now() + timedelta(days=3))
    panel.refresh_from_db()
    client, address = client_of(here.officer), reverse("panels:extend", args=[panel.pk])
    seen = {"version": panel.version}
    later = (clock.today() + timedelta(days=9)).isoformat()
    for typed, sentence in (
        ({"last_day": ""}, "请填写“评分截止日”；确需取消的，请勾选“取消截止时间，不再设期限”"),
        ({"last_day": later, "without_end": "on"}, "不能同时取消截止时间"),
    ):
        answer = client.post(address, seen | typed)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        panel.refresh_from_db()
        assert panel.closes_at is not None
    assert client.post(address, seen | {"last_day": "", "without_end": "on"}).status_code == 303
    panel.refresh_from_db()
    assert panel.closes_at is None


def test_pages_of_the_ranking_refuse_who_saw_an_older_one(here: factory.Ground) -> None:
    panel = rank.close(factory.scored(here, ["90", "80"]), here.actor)
    client = client_of(here.officer)
    code = panel.cases.order_by("code")[0].code
    pages: list[tuple[str, list[object], dict[str, str]]] = [
        ("cut", [panel.pk], {"by": "rank", "value": "1"}),
        ("move", [panel.pk, code], {"to": "2", "reason": "经审议调整"}),
    ]
    for version in (None, "x", str(panel.version - 1)):
        for name, arguments, typed in pages:
            sent = typed if version is None else typed | {"version": version}
            answer = client.post(reverse(f"panels:{name}", args=arguments), sent)
            assert (name, version, answer.status_code) == (name, version, 409)
            assert f'name="version" value="{panel.version}"' in answer.content.decode()
            assert all(value in answer.content.decode() for value in typed.values())
    kept = Panel.objects.get(pk=panel.pk)
    assert (kept.version, kept.cut) == (panel.version, "")
    # Whoever has seen what is there now goes on from the same page.
    assert (
        client.post(reverse("panels:cut", args=[panel.pk]), pages[0][2] | {"version": panel.version}).status_code == 303
    )
    panel.refresh_from_db()
    for name, typed in (
        ("deliberate", {"body": "党组会议", "held_on": clock.today().isoformat()}),
        ("fix", {"count": "1"}),
    ):
        answer = client.post(reverse(f"panels:{name}", args=[panel.pk]), typed | {"version": "x"})
        assert answer.status_code in {409, 422}
        assert Panel.objects.get(pk=panel.pk).version == panel.version
