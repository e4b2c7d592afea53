"""What the platform prints for a firm to stamp: the declared targets and the promise, from the case as it stands."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from subsidy.calls.editions import policy_of
from subsidy.cases.fill import save_answers
from subsidy.cases.models import Case
from subsidy.papers.models import Paper
from tests.signed_in import SignIn
from tests.world import World, actor, fresh, jilin_draft, zhongshan_draft


@pytest.fixture
def draft(world: World) -> Case:
    return jilin_draft(world)


def got(sign_in: SignIn, case: Case, key: str, who: str = "jl_applicant") -> Any:
    return sign_in(who).get(reverse("cases:slot_paper", args=[case.number, key]))


def read(answer: Any) -> str:
    """The text of a PDF without its line ends and blanks."""
    pages = PdfReader(BytesIO(b"".join(answer.streaming_content))).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def flat(text: str) -> str:
    return "".join(text.split())


def declare(case: Case, text: str) -> Case:
    given = {"target_overall": text, "target_output": "完成投资 3000 万元", "target_effect": ""}
    save_answers(case, actor("jl_applicant"), "targets", given, columns={}, version=case.version, note="")
    return fresh(case)


def test_every_material_that_says_it_is_generated_can_be_downloaded(sign_in: SignIn, draft: Case, world: World) -> None:
    for case, who in ((draft, "jl_applicant"), (zhongshan_draft(world), "zs_applicant")):
        generated = [row["key"] for row in case.call.documents if "从系统生成" in row["help"]]
        assert generated == ["targets", "commitment"]
        for key in generated:
            answer = got(sign_in, case, key, who)
            assert (key, answer.status_code, answer["Content-Type"]) == (key, 200, "application/pdf")
            assert case.enterprise.name in read(answer)


def test_the_targets_paper_holds_what_the_case_declares(sign_in: SignIn, draft: Case) -> None:
    case = declare(draft, "建成智能底盘生产线")
    text = read(got(sign_in, case, "targets"))
    for row in case.projects.select_related("project__enterprise"):
        assert flat(row.project.name) in text
        assert f"{row.project.total_investment:,.2f}" in text
    for part in ("建成智能底盘生产线", "完成投资3000万元", case.number, case.enterprise.credit_code, "校验码"):
        assert part in text


def test_the_promise_quotes_its_articles_as_issued(sign_in: SignIn, draft: Case) -> None:
    text = read(got(sign_in, draft, "commitment"))
    for ref in ("art_13", "art_15", "art_17"):
        assert flat(policy_of(draft.call).articles[ref].text) in text
    assert "对申报材料的真实性、准确性负责" in text


def test_a_member_firm_promises_in_its_own_name(sign_in: SignIn, draft: Case) -> None:
    row = draft.projects.exclude(project__enterprise=draft.enterprise).order_by("position")[0]
    answer = got(sign_in, draft, f"commitment:{row.pk}")
    assert row.project.enterprise.name in read(answer)
    number = Paper.objects.get(kind=Paper.Kind.MATERIAL).number
    assert number == f"{draft.number}-C10-{row.project.enterprise.credit_code}"


def test_the_same_case_gives_the_same_paper_and_a_changed_one_its_next_version(sign_in: SignIn, draft: Case) -> None:
    first, again = (b"".join(got(sign_in, draft, "targets").streaming_content) for _time in range(2))
    assert first == again
    assert Paper.objects.filter(kind=Paper.Kind.MATERIAL).count() == 1
    assert "新的总体目标" in read(got(sign_in, declare(draft, "新的总体目标"), "targets"))
    assert sorted(Paper.objects.filter(kind=Paper.Kind.MATERIAL).values_list("version", flat=True)) == [1, 2]


def test_the_paper_reads_the_same_in_another_language(sign_in: SignIn, draft: Case) -> None:
    client = sign_in("jl_applicant")
    path = reverse("cases:slot_paper", args=[draft.number, "commitment"])
    chinese = b"".join(client.get(path).streaming_content)  # type: ignore[attr-defined]
    english = client.get(path, headers={"Accept-Language": "en"})
    assert b"".join(english.streaming_content) == chinese  # type: ignore[attr-defined]


def test_a_material_that_is_not_generated_has_no_paper(sign_in: SignIn, draft: Case) -> None:
    assert got(sign_in, draft, "audit").status_code == 404
    assert got(sign_in, draft, "nothing").status_code == 404
    assert got(sign_in, draft, "targets", "jl_stranger").status_code == 404


def test_the_link_stands_beside_the_upload(sign_in: SignIn, draft: Case) -> None:
    client = sign_in("jl_applicant")
    for key, step in (("targets", "targets"), ("commitment", "documents")):
        link = reverse("cases:slot_paper", args=[draft.number, key])
        for page in (
            reverse("cases:step", args=[draft.number, step]),
            reverse("cases:upload", args=[draft.number, key]),
        ):
            assert link in client.get(page).content.decode()
    assert "下载待盖章" not in client.get(reverse("cases:upload", args=[draft.number, "audit"])).content.decode()
