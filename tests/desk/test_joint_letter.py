"""联合上报文: the letter of both bureaus with its list, as it was sent; the scan as what it is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from subsidy.cases import joint_letter
from subsidy.cases.joint import send
from subsidy.cases.models import Case, JointSubmission
from subsidy.enterprises.models import Enterprise
from subsidy.papers import files
from subsidy.papers.models import Paper
from subsidy.papers.serve import CONTENT_TYPES
from tests.cases.reviewing import endorsed, letter
from tests.desk.browsing import SignIn, text
from tests.papers.samples import text_of
from tests.papers.test_files import OFD, pdf, picture
from tests.world import World, actor, jilin_submitted, zhongshan_submitted


@pytest.fixture
def case(world: World) -> Case:
    return endorsed(jilin_submitted(world))


def opened(client: Client, joint: JointSubmission) -> bytes:
    answer = client.get(reverse("desk:joint_paper", args=[joint.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return answer.getvalue()  # type: ignore[no-any-return]


def test_the_letter_has_both_numbers_both_bureaus_and_every_number_of_the_page(case: Case, sign_in: SignIn) -> None:
    joint = send(letter(case), actor("jl_local"))
    client = sign_in("jl_upper")
    page, printed = text(client.get(f"/joint/{joint.pk}/")), text_of(opened(client, joint))
    for word in (
        *joint.numbers, case.number, case.enterprise.name, case.title, "2/2", "张局长", joint.agency.name,
        "360.00", "30.00", case.call.number,
    ):  # fmt: skip
        assert word in page
        assert "".join(word.split()) in printed
    for word in (joint.finance_agency.name, "2026年5月20日", "省工业和信息化厅", "省财政厅：", "第1页共2页"):
        assert word in printed


def test_in_zhongshan_the_town_alone_recommends_to_the_city(world: World) -> None:
    joint = send(letter(endorsed(zhongshan_submitted(world))), actor("zs_local"))
    printed = joint_letter.paper(joint).printed["data"]
    assert printed["issuers"] == [joint.agency.name]
    assert printed["document_nos"] == ["榄经〔2026〕5号"]
    assert printed["addressee"] == joint.call.agency.name


def test_what_was_sent_stays_on_letter_and_page_whatever_becomes_of_the_case(case: Case, sign_in: SignIn) -> None:
    joint = send(letter(case), actor("jl_local"))
    before = case.enterprise.name
    Case.objects.filter(pk=case.pk).update(recognised=Decimal("10000.00"))
    Enterprise.objects.filter(pk=case.enterprise_id).update(name="改了名的公司")
    content = opened(sign_in("jl_upper"), joint)
    assert opened(sign_in("jl_local"), joint) == content
    printed, page = text_of(content), text(sign_in("jl_local").get(f"/joint/{joint.pk}/"))
    for place in (printed, page):
        assert before in place
        assert "360.00" in place
        assert "改了名的公司" not in place


def test_the_check_page_knows_the_letter(case: Case, sign_in: SignIn) -> None:
    content = opened(sign_in("jl_local"), send(letter(case), actor("jl_local")))
    paper = Paper.objects.get(kind=Paper.Kind.LETTER)
    answer = Client().post(
        reverse("papers:paper", args=[paper.check_code]), {"file": SimpleUploadedFile("a.pdf", content)}
    )
    assert paper.title in text(answer)
    assert "完全相同" in text(answer)


def test_a_draft_is_shown_as_one_and_nothing_is_issued(case: Case, sign_in: SignIn) -> None:
    printed = text_of(opened(sign_in("jl_local"), letter(case)))
    assert "草稿" in printed
    assert "校验码" not in printed
    assert case.number in printed
    assert not Paper.objects.filter(kind=Paper.Kind.LETTER).exists()


def test_a_foreign_bureau_finds_no_letter(case: Case, sign_in: SignIn) -> None:
    joint = letter(case)
    address = reverse("desk:joint_paper", args=[joint.pk])
    assert sign_in("jl_upper").get(address).status_code == 404
    send(joint, actor("jl_local"))
    assert opened(sign_in("jl_upper"), joint)
    assert [sign_in(who).get(address).status_code for who in ("jl_other_local", "zs_upper")] == [404, 404]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("文.pdf", pdf(), "pdf"), ("文.jpg", picture(), "jpg"), ("文.png", picture("PNG"), "png"), ("文.ofd", OFD, "ofd")],
    ids=["pdf", "jpg", "png", "ofd"],
)
def test_a_scan_is_served_as_what_it_is(case: Case, sign_in: SignIn, name: str, content: bytes, kind: str) -> None:
    joint = letter(case)
    client = sign_in("jl_local")
    values = {
        "version": joint.version, "number_0": "延工信联〔2026〕3号", "number_1": "延财联〔2026〕8号",
        "dated": "2026-05-19", "signer": "张局长", f"case_{case.pk}": "1", "scan": SimpleUploadedFile(name, content),
    }  # fmt: skip
    assert client.post(f"/joint/{joint.pk}/edit/", values).status_code == 303
    answer = client.get(f"/joint/{joint.pk}/scan/")
    assert answer["Content-Type"] == CONTENT_TYPES[kind]
    assert f".{kind}" in answer["Content-Disposition"]
    assert answer.getvalue().startswith(content[:3])
    assert files.kind_of(JointSubmission.objects.get(pk=joint.pk).scan) == kind
