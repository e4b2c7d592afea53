"""补正通知书: what the page says stands on the paper, the same bytes whenever it is opened, a version an extension."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import Agency
from subsidy.cases import correction_letter
from subsidy.cases.models import Case, Correction
from subsidy.cases.review import ask_correction, extend_correction
from subsidy.papers.models import Paper
from subsidy.reference import formats
from tests.papers.samples import text_of
from tests.signed_in import SignIn
from tests.world import World, actor, fresh, jilin_submitted
from workflow import clock
from workflow.perform import Refused

ITEMS = [
    {"target": "question:requested", "label": "拟申请额", "problem": "超过上限 1,234.56 元", "requirement": "请更正",
     "source": "第五条"},
    {"target": "document:audit", "label": "专项审计报告", "problem": "缺第 12 页", "requirement": "请补传",
     "source": ""},
]  # fmt: skip
PHONE = "0433-2510000"


@pytest.fixture
def notice(world: World) -> Correction:
    case = jilin_submitted(world)
    return ask_correction(case, actor("jl_local"), items=ITEMS, phone=PHONE, version=case.version)


def opened(client: Client, notice: Correction, name: str = "cases:correction_paper") -> bytes:
    answer = client.get(reverse(name, args=[notice.case.number, notice.pk]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    return b"".join(answer.streaming_content)


def test_the_paper_says_all_that_the_page_says_with_days_article_and_contact(
    notice: Correction, sign_in: SignIn
) -> None:
    client = sign_in("jl_applicant")
    text = text_of(opened(client, notice))
    page = client.get(reverse("cases:correction", args=[notice.case.number])).content.decode()
    case = notice.case
    words = [
        notice.number, formats.minute_cn(notice.due_at), correction_letter.NO_ARTICLE,
        *(item[key] for item in ITEMS for key in ("label", "problem", "requirement", "source")),
    ]  # fmt: skip
    for word in words:
        assert word in page
        assert "".join(word.split()) in text
    for word in (
        case.number, case.enterprise.name, case.local_agency.name, case.call.number, "5个工作日", "2项", PHONE,
        notice.sent_by.name, "第1页共",
    ):  # fmt: skip
        assert word in text


def test_applicant_and_officer_open_the_same_paper_and_anybody_can_check_it(
    notice: Correction, sign_in: SignIn
) -> None:
    content = opened(sign_in("jl_applicant"), notice)
    assert opened(sign_in("jl_local"), notice, "desk:correction_paper") == content
    paper = Paper.objects.get(kind=Paper.Kind.CORRECTION)
    assert paper.number == notice.number
    check = Client().post(
        reverse("papers:paper", args=[paper.check_code]), {"file": SimpleUploadedFile("a.pdf", content)}
    )
    assert notice.number in check.content.decode()
    assert "完全相同" in check.content.decode()


def test_the_bytes_are_those_of_the_day_it_was_sent_however_late_it_is_opened(
    notice: Correction, sign_in: SignIn
) -> None:
    facts = correction_letter._facts(notice)
    first = correction_letter._content(notice, facts, notice.sent_at)
    Agency.objects.filter(pk=notice.case.local_agency_id).update(name="改了名的局")
    clock.travel_to(clock.now().replace(month=9))
    again = Correction.objects.get(pk=notice.pk)
    assert correction_letter._content(again, correction_letter._facts(again), again.sent_at) == first
    content = opened(sign_in("jl_local"), again, "desk:correction_paper")
    assert opened(sign_in("jl_applicant"), again) == content
    assert "改了名的局" not in text_of(content)
    assert Paper.objects.get(kind=Paper.Kind.CORRECTION).made_at == notice.sent_at.replace(microsecond=0)


def test_an_extension_makes_the_second_version_whether_or_not_the_first_was_opened(
    notice: Correction, sign_in: SignIn
) -> None:
    extend_correction(fresh(notice.case), actor("jl_local"), days=8, reason="审计机构出具报告需要时间")
    later = Correction.objects.get(pk=notice.pk)
    text = text_of(opened(sign_in("jl_applicant"), later))
    assert f"期限延长至{formats.minute_cn(later.due_at)}".replace(" ", "") in text
    assert formats.minute_cn(notice.due_at).replace(" ", "") in text
    assert "审计机构出具报告需要时间" in text
    assert Paper.objects.get(kind=Paper.Kind.CORRECTION).version == 2


def test_an_extension_that_would_end_no_later_is_refused_and_changes_nothing(notice: Correction) -> None:
    with pytest.raises(Refused, match="不晚于原期限"):
        extend_correction(fresh(notice.case), actor("jl_local"), days=1, reason="材料较多")
    later = Correction.objects.get(pk=notice.pk)
    assert (later.due_at, later.extensions, fresh(notice.case).due_at) == (notice.due_at, [], notice.due_at)


def test_a_notice_without_stored_words_is_written_from_its_row(notice: Correction, sign_in: SignIn) -> None:
    Correction.objects.filter(pk=notice.pk).update(letter={})
    text = text_of(opened(sign_in("jl_applicant"), notice))
    assert notice.number in text
    assert formats.minute_cn(notice.due_at).replace(" ", "") in text


def test_a_foreign_person_finds_no_paper(notice: Correction, sign_in: SignIn) -> None:
    own, desk = (
        reverse(name, args=[notice.case.number, notice.pk])
        for name in ("cases:correction_paper", "desk:correction_paper")
    )
    assert sign_in("jl_stranger").get(own).status_code == 404
    assert sign_in("zs_applicant").get(own).status_code == 404
    assert sign_in("jl_other_local").get(desk).status_code == 404
    assert not Paper.objects.filter(kind=Paper.Kind.CORRECTION).exists()


def test_sixty_items_are_printed_on_pages_that_each_say_which_one_they_are(world: World) -> None:
    case: Case = jilin_submitted(world)
    items = [{**ITEMS[1], "problem": f"缺第 {place} 页"} for place in range(1, 61)]
    paper = correction_letter.paper(ask_correction(case, actor("jl_local"), items=items, version=case.version))
    text = text_of(_bytes(paper))
    assert all(f"缺第{place}页" in text for place in range(1, 61))
    assert f"第{paper.pages}页共{paper.pages}页" in text


def _bytes(paper: Paper) -> bytes:
    from subsidy.papers import files

    with files.open_kept(paper.digest) as file:
        return file.read()
