"""Issued papers: versions, codes, kept bytes, the public check page."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from pytest_django import Settings

from subsidy.papers import files
from subsidy.papers.issue import check_code, issue, reprint
from subsidy.papers.models import Paper
from subsidy.papers.serve import serve_paper
from tests.papers.samples import MOMENT, disbursement, header, text_of
from workflow.models import Seal

pytestmark = pytest.mark.django_db
LATER = MOMENT.replace(hour=16)
ACCOUNT = "6222020200112233445"


def test_issuing_the_same_again_gives_the_paper_that_is_there() -> None:
    first = issue(header(), disbursement("1.00"), MOMENT)
    assert issue(header(), disbursement("1.00"), LATER) == first
    assert Paper.objects.count() == 1


def test_other_content_under_the_same_number_is_a_new_version_with_another_code() -> None:
    first = issue(header(), disbursement("1.00"), MOMENT)
    second = issue(header(), disbursement("2.00"), LATER)
    assert (first.version, second.version) == (1, 2)
    assert first.check_code != second.check_code
    assert first.digest != second.digest


def test_the_bytes_lie_under_their_digest_and_an_altered_file_is_noticed() -> None:
    paper = issue(header(), disbursement(), MOMENT)
    with files.open_kept(paper.digest) as file:
        content = file.read()
    assert hashlib.sha256(content).hexdigest() == paper.digest
    assert len(content) == paper.size
    assert files.is_intact(paper.digest)
    files.path_of(paper.digest).write_bytes(content[:-1] + b"x")
    assert not files.is_intact(paper.digest)


def test_a_check_code_has_twelve_letters_without_look_alikes_and_needs_our_key(settings: Settings) -> None:
    code = check_code("disbursement|BF-2026-0003|1|{}")
    assert len(code) == 12
    assert set(code) <= set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")
    assert check_code("disbursement|BF-2026-0003|1|{}") == code
    assert check_code("disbursement|BF-2026-0003|2|{}") != code
    settings.SECRET_KEY = "another key that is long enough to be taken 0123456789"
    assert check_code("disbursement|BF-2026-0003|1|{}") != code


def test_what_was_printed_is_kept_as_written_and_no_account_number_is_readable_in_the_database() -> None:
    paper = issue(header(), disbursement("1225600.00"), MOMENT)
    assert Paper.objects.get().printed["data"]["total"] == "1225600.00"
    with connection.cursor() as cursor:
        cursor.execute("SELECT snapshot FROM papers_paper WHERE id = %s", [paper.pk])
        assert ACCOUNT not in cursor.fetchone()[0]


def test_a_paper_with_a_missing_character_leaves_nothing_behind() -> None:
    with pytest.raises(Exception, match="U\\+D55C"):
        issue(header(), disbursement(payee="甲한公司"), MOMENT)
    assert not Paper.objects.exists()


def test_anybody_can_see_what_was_issued_under_a_code(client: Client) -> None:
    paper = issue(header(), disbursement(), MOMENT)
    page = client.get(f"/check/{paper.check_code}/")
    text = page.content.decode()
    assert page.status_code == 200
    for shown in ("BF-2026-0003", "拨付汇总表", "延吉市财政局", "2026-05-20 10:30", paper.digest):
        assert shown in text
    for hidden in (ACCOUNT, "中国工商银行", "甲公司", "100.00"):
        assert hidden not in text


@pytest.mark.parametrize(
    "change", [str.lower, lambda code: "-".join(re.findall("....", code)), lambda code: f" {code} "]
)
def test_a_code_is_understood_however_it_is_typed(client: Client, change: Callable[[str], str]) -> None:
    paper = issue(header(), disbursement(), MOMENT)
    page = client.get("/check/", {"code": change(paper.check_code)})
    assert page.status_code == 302
    assert page["Location"] == f"/check/{paper.check_code}/"


@pytest.mark.parametrize("code", ["AAAABBBBCCCC", "x", "'; DROP TABLE papers_paper; --", "A" * 39])
def test_a_code_that_was_never_given_out_is_told_so(client: Client, code: str) -> None:
    page = client.get("/check/", {"code": code})
    assert page.status_code == 404
    assert "没有找到这个校验码对应的文书" in page.content.decode()


def test_asking_without_a_code_is_a_form_with_an_error(client: Client) -> None:
    assert client.get("/check/").status_code == 200
    assert client.get("/check/", {"code": ""}).status_code == 422


def test_an_old_version_says_that_there_is_a_newer_one(client: Client) -> None:
    first = issue(header(), disbursement("1.00"), MOMENT)
    issue(header(), disbursement("2.00"), LATER)
    assert "更新为第 2 版" in client.get(f"/check/{first.check_code}/").content.decode()


def test_the_original_file_matches_and_one_changed_byte_does_not(client: Client) -> None:
    paper = issue(header(), disbursement(), MOMENT)
    content = files.path_of(paper.digest).read_bytes()
    address = f"/check/{paper.check_code}/"
    good = client.post(address, {"file": SimpleUploadedFile("a.pdf", content), "typed": ""})
    bad = client.post(address, {"file": SimpleUploadedFile("a.pdf", content + b"\n"), "typed": ""})
    assert "一致：您提供的文件" in good.content.decode()
    assert "不一致：" in bad.content.decode()
    assert "不一致：" not in good.content.decode()


def test_a_typed_digest_is_compared_in_any_width_and_case(client: Client) -> None:
    paper = issue(header(), disbursement(), MOMENT)
    address = f"/check/{paper.check_code}/"
    spaced = " ".join(re.findall("." * 8, paper.digest.upper()))
    assert "一致：您提供的文件" in client.post(address, {"typed": spaced}).content.decode()
    assert "不一致：" in client.post(address, {"typed": "0" * 64}).content.decode()


@pytest.mark.parametrize("typed", ["", "abc", "g" * 64])
def test_a_comparison_without_file_or_with_half_a_digest_is_an_error(client: Client, typed: str) -> None:
    paper = issue(header(), disbursement(), MOMENT)
    assert client.post(f"/check/{paper.check_code}/", {"typed": typed}).status_code == 422


def test_a_paper_is_served_as_a_download_in_which_nothing_runs() -> None:
    paper = issue(header(title="拨付/汇总表\r\nX-Evil: 1"), disbursement(), MOMENT)
    answer = serve_paper(paper)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''BF-2026-0003")
    assert "\n" not in answer["Content-Disposition"]
    assert "%2F" not in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == paper.digest
    answer.close()


def test_a_paper_carries_the_last_seal_before_it_and_prints_the_same_ever_after() -> None:
    first = issue(header(), disbursement("1.00"), MOMENT)
    assert first.printed["paper"]["seal"] == ""
    seal_at(1, MOMENT)
    seal_at(2, LATER)
    second = issue(header(), disbursement("2.00"), LATER.replace(minute=0))
    assert second.printed["paper"]["seal"] == f"第 1 号 {'1' * 64}"
    last = issue(header(), disbursement("3.00"), LATER)
    seal_at(3, LATER)
    for paper in (first, second, last):
        assert hashlib.sha256(reprint(paper).content).hexdigest() == paper.digest
    with files.open_kept(last.digest) as file:
        words = text_of(file.read())
    assert "办理记录封签第2号" in words
    assert "2" * 64 in words


def seal_at(number: int, moment: datetime) -> None:
    Seal.objects.create(
        number=number, size=number, root="0" * 64, at=moment, since=moment, business_at=moment, algorithm="sha256",
        digest=str(number) * 64, horizon=1,
    )  # fmt: skip
