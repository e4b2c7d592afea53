"""公示 as a paper: what the page says, for anybody from publication on, the same bytes whenever."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import Agency
from subsidy.cases.models import Case
from subsidy.notices.models import Notice
from subsidy.papers import files
from subsidy.papers.models import Paper
from subsidy.reference import formats
from tests.notices.factory import CONTACT, Publicity, at, publicity
from tests.papers.samples import text_of
from workflow import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> object:
    clock.travel_to(at(20))
    yield publicity(3)
    clock.travel_back()


def opened(client: Client, notice: Notice, name: str = "notices:public_paper") -> bytes:
    answer = client.get(reverse(name, args=[notice.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return answer.getvalue()  # type: ignore[no-any-return]


def words_of(notice: Notice) -> list[str]:
    content = notice.content
    recognised = sum(Decimal(row["recognised"]) for row in content["rows"])
    return [
        content["title"], content["number"], content["basis"], content["procedure"], content["agency"],
        content["counted"], formats.wan(Decimal(content["total"])), formats.wan(Decimal(recognised)),
        *(text for key, text in CONTACT.items() if key in {"person", "phone", "address", "supervision_phone"}),
        *(word for row in content["rows"] for word in (row["enterprise"], row["title"], row["area"])),
        *(formats.wan(Decimal(row[key])) for row in content["rows"] for key in ("recognised", "cap")),
    ]  # fmt: skip


def test_every_word_and_number_of_the_public_page_stands_on_the_paper(world: Publicity, client: Client) -> None:
    notice = world.published()
    page, text = client.get(f"/public/{notice.pk}/").content.decode(), text_of(opened(client, notice))
    assert reverse("notices:public_paper", args=[notice.pk]) in page
    for word in words_of(notice):
        assert word in page
        assert "".join(word.split()) in text
    assert "2026年5月20日至2026年5月26日" in text
    assert "匿名、无法核实或逾期提出的" in text


def test_nobody_but_the_agency_sees_a_draft_and_its_preview_is_marked(world: Publicity, client: Client) -> None:
    notice = world.draft()
    assert client.get(reverse("notices:public_paper", args=[notice.pk])).status_code == 404
    other = publicity(1, "ZS")
    client.force_login(other.builder)
    assert client.get(reverse("notices:paper", args=[notice.pk])).status_code == 404
    client.force_login(world.builder)
    text = text_of(opened(client, notice, "notices:paper"))
    assert "草稿" in text
    assert "校验码" not in text
    assert not Paper.objects.exists()


def test_public_and_staff_open_one_paper_with_the_same_bytes_at_any_time(world: Publicity, client: Client) -> None:
    notice = world.published()
    Agency.objects.filter(pk=world.agency.pk).update(name="改了名的厅")
    Case.objects.filter(pk=world.cases[0].pk).update(cap=Decimal("1.00"))
    clock.travel_to(at(28))
    content = opened(client, notice)
    client.force_login(world.builder)
    assert opened(client, notice, "notices:paper") == content
    assert "改了名的厅" not in text_of(content)
    assert Paper.objects.get().made_at == notice.published_at.replace(microsecond=0)


def test_the_code_on_the_paper_leads_to_its_entry(world: Publicity, client: Client) -> None:
    content = opened(client, world.published())
    paper = Paper.objects.get()
    assert paper.check_code in text_of(content).replace("-", "")
    answer = client.post(
        reverse("papers:paper", args=[paper.check_code]), {"file": SimpleUploadedFile("a.pdf", content)}
    )
    assert paper.title in answer.content.decode()
    assert "完全相同" in answer.content.decode()


def test_sixty_rows_keep_their_heading_and_the_sum_stands_with_a_row(client: Client) -> None:
    clock.travel_to(at(20))
    try:
        notice = publicity(60).published()
        opened(client, notice)
    finally:
        clock.travel_back()
    paper = Paper.objects.get()
    with files.open_kept(paper.digest) as file:
        text = text_of(file.read())
    assert text.count("单位名称项目名称") >= paper.pages - 1
    assert f"第{paper.pages}页共{paper.pages}页" in text
    assert all(row["enterprise"] in text for row in notice.content["rows"])
    assert "60个项目" in text


def test_a_name_that_no_font_can_print_is_told_and_nothing_is_issued(world: Publicity, client: Client) -> None:
    notice = world.published()
    content = {**notice.content, "agency": "한厅"}
    Notice.objects.filter(pk=notice.pk).update(content=content)
    answer = client.get(reverse("notices:public_paper", args=[notice.pk]))
    assert answer.status_code == 409
    assert "字体缺少字符" in answer.content.decode()
    assert not Paper.objects.exists()
