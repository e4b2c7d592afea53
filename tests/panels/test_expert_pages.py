"""What an expert sees, and above all what not."""

import re

import pytest
from django.urls import reverse

from subsidy.panels.models import Scoresheet
from subsidy.papers import files
from tests.panels import factory
from tests.panels.browsing import client_of, plain, text_of

pytestmark = pytest.mark.django_db

EXPERT = ("expert_panel", "declare", "submit", "own_sheet")


@pytest.fixture
def here() -> factory.Ground:
    return factory.ground()


def test_an_expert_of_another_panel_gets_404_everywhere(here: factory.Ground) -> None:
    panel = factory.scored(here, ["90"])
    other = client_of(factory.expert(9).user)

    for name in EXPERT:
        assert text_of(other, name, panel.pk, status=404)
    for name in ("score", "recuse"):
        assert text_of(other, name, panel.pk, "01", status=404)
    assert text_of(other, "document", panel.pk, "01", 1, status=404)
    assert other.post(reverse("panels:save", args=[panel.pk, "01"])).status_code == 404


def test_before_the_declaration_every_case_is_forbidden_with_the_reason(here: factory.Ground) -> None:
    cases = [factory.add_case(here, 1)]
    panel = factory.new_panel(here, cases, [factory.expert(n) for n in range(1, 4)])
    client = client_of(factory.seat(panel, "A").expert.user)

    for name in ("score", "recuse"):
        assert "请先完成承诺与回避声明" in text_of(client, name, panel.pk, "01", status=403)
    assert text_of(client, "document", panel.pk, "01", 1, status=403)
    assert client.post(reverse("panels:save", args=[panel.pk, "01"])).status_code == 403
    assert client.get(reverse("panels:expert_panel", args=[panel.pk])).headers["Location"] == reverse(
        "panels:declare", args=[panel.pk]
    )
    assert Scoresheet.objects.count() == 0


def test_a_recused_case_vanishes_and_is_forbidden(here: factory.Ground) -> None:
    cases = [factory.add_case(here, 1), factory.add_case(here, 2)]
    panel = factory.new_panel(here, cases, [factory.expert(n) for n in range(1, 4)])
    client = client_of(factory.seat(panel, "A").expert.user)
    units = re.findall(r'<label for="id_(unit_\d+)">([^<]+)</label>', text_of(client, "declare", panel.pk))
    box = next(key for key, name in units if name == "北方第1号精工制造有限公司")
    code = next(code for code, one in factory.by_code(panel).items() if one.case.number == "JL-2026-00001")

    answer = client.post(reverse("panels:declare", args=[panel.pk]), {"promise": "on", box: "family"})

    assert answer.status_code == 303
    assert f"项目 {code}" not in text_of(client, "expert_panel", panel.pk)
    for name in ("score", "recuse"):
        assert "您已声明回避此项目" in text_of(client, name, panel.pk, code, status=403)
    assert text_of(client, "document", panel.pk, code, 1, status=403)
    assert client.post(reverse("panels:save", args=[panel.pk, code])).status_code == 403


def test_all_unrelated_is_one_button(here: factory.Ground) -> None:
    panel = factory.new_panel(here, [factory.add_case(here, 1)], [factory.expert(n) for n in range(1, 4)])
    client = client_of(factory.seat(panel, "A").expert.user)
    address = reverse("panels:declare", args=[panel.pk])

    refused = client.post(address, {"none": "1", "unit_0": "family"})
    assert refused.status_code == 422
    assert client.post(address, {"none": "1", "promise": "on", "unit_0": "family"}).status_code == 303
    assert factory.seat(panel, "A").conflicts.count() == 0


def test_an_expert_sees_content_and_amounts_but_no_names_opinions_or_other_scores(here: factory.Ground) -> None:
    cases = [factory.add_case(here, 1), factory.add_case(here, 2)]
    panel = factory.new_panel(here, cases, [factory.expert(n) for n in range(1, 4)])
    factory.give(panel, "A", {"01": "87.5", "02": "43.5"})
    factory.declare(panel, "B")
    client = client_of(factory.seat(panel, "B").expert.user)

    page = text_of(client, "score", panel.pk, "01")
    assert "申报单位计划新增两条产线" in page
    assert "1,000,000.00" in page
    assert "01-01.pdf" in page
    everything = page + "".join(text_of(client, name, panel.pk) for name in ("expert_panel", "submit", "own_sheet"))
    for number in (1, 2):
        for word in (
            f"北方第{number}号",
            f"法人{number}",
            f"联系人{number}",
            f"JL-2026-0000{number}",
            f"912201{number:011d}X",
        ):
            assert word not in everything, word
    for word in (
        "13900001111",
        "公主岭",
        "北方工业大学",
        "沈阳某机床厂",
        "24222000000012345678",
        "复审意见",
        "3,500,000.00",
        "350.00 万",
        '审计报告.pdf"',
        "专家姓名1",
        "专家A",
        "87.5",
        "43.5",
        "ababab",
    ):
        assert word not in everything, word


def test_two_experts_with_the_same_scores_see_the_same(here: factory.Ground) -> None:
    cases = [factory.add_case(here, 1), factory.add_case(here, 2)]
    panel = factory.new_panel(here, cases, [factory.expert(n) for n in range(1, 4)])
    seen = []
    for letter in "AB":
        factory.give(panel, letter, {"01": "80", "02": "70"}, submit=False)
        user = factory.seat(panel, letter).expert.user
        client = client_of(user)
        pages = [text_of(client, name, panel.pk) for name in ("expert_panel", "submit", "own_sheet")]
        pages += [text_of(client, "score", panel.pk, code) for code in ("01", "02")]
        seen.append(plain("".join(pages)).replace(user.name, "NAME"))

    assert seen[0] == seen[1]


def test_a_document_is_served_under_its_code(here: factory.Ground) -> None:
    cases = [factory.add_case(here, 1)]
    panel = factory.new_panel(here, cases, [factory.expert(n) for n in range(1, 4)])
    factory.declare(panel, "A")
    client = client_of(factory.seat(panel, "A").expert.user)
    assert text_of(client, "document", panel.pk, "01", 1, status=404)
    path = files.path_of(factory.DIGEST)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"altered")
    assert text_of(client, "document", panel.pk, "01", 1, status=404)
    assert text_of(client, "document", panel.pk, "01", 2, status=404)


def test_saving_goes_on_to_the_next_case_and_errors_keep_what_was_typed(here: factory.Ground) -> None:
    cases = [factory.add_case(here, 1), factory.add_case(here, 2)]
    panel = factory.new_panel(here, cases, [factory.expert(n) for n in range(1, 4)])
    factory.declare(panel, "A")
    client = client_of(factory.seat(panel, "A").expert.user)
    scores, comments = factory.parts(panel, "80")
    data = {f"score_{k}": v for k, v in scores.items()} | {f"comment_{k}": v for k, v in comments.items()}
    address = reverse("panels:score", args=[panel.pk, "01"])

    wrong = client.post(address, data | {"score_authentic": "25", "comment_chain": "很好的理由"})
    assert wrong.status_code == 422
    assert "的得分应在 0–15 之间，现为 25" in wrong.content.decode()
    assert "很好的理由" in wrong.content.decode()
    assert Scoresheet.objects.get().scores["authentic"] == "25"

    right = client.post(address, data)
    assert right.headers["Location"] == reverse("panels:score", args=[panel.pk, "02"])
    assert client.post(reverse("panels:score", args=[panel.pk, "02"]), data).headers["Location"] == reverse(
        "panels:expert_panel", args=[panel.pk]
    )


def test_the_draft_saves_itself_and_says_when(here: factory.Ground) -> None:
    panel = factory.new_panel(here, [factory.add_case(here, 1)], [factory.expert(n) for n in range(1, 4)])
    factory.declare(panel, "A")
    client = client_of(factory.seat(panel, "A").expert.user)

    answer = client.post(reverse("panels:save", args=[panel.pk, "01"]), {"score_authentic": "12"})

    assert answer.status_code == 200
    assert "未打分 5 项" in answer.content.decode()
    assert Scoresheet.objects.get().scores["authentic"] == "12"

    odd = {"score_authentic": "1\x002", "comment_authentic": "好\x00"}
    assert client.post(reverse("panels:save", args=[panel.pk, "01"]), odd).status_code == 200
    assert client.post(reverse("panels:score", args=[panel.pk, "01"]), odd).status_code == 422
