"""Materials: kept under their digest, replaced without loss, refused when they are not what they say."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from subsidy.cases.models import Case, DocumentVersion
from tests.signed_in import SignIn
from tests.world import World, actor, jilin_draft, submitted
from workflow import clock


def small_pdf() -> bytes:
    """A file with one empty page."""
    content = BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page(page_size=(200, 200))
        made.save(content)
    return content.getvalue()


PDF = small_pdf()


@pytest.fixture
def draft(world: World) -> Case:
    return jilin_draft(world)


def page(name: str, case: Case, *args: Any) -> str:
    return reverse(f"cases:{name}", args=[case.number, *args])


def upload(client: Client, case: Case, name: str, content: bytes, query: str = "") -> Any:
    return client.post(page("upload", case, "audit") + query, {"file": SimpleUploadedFile(name, content)})


def test_a_file_is_kept_under_its_digest_and_comes_back_as_it_was(sign_in: SignIn, draft: Case) -> None:
    client = sign_in("jl_applicant")
    assert upload(client, draft, "审计报告.pdf", PDF).status_code == 303
    version = DocumentVersion.objects.get(name="审计报告.pdf")
    answer = client.get(page("file", draft, version.pk))
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_replaced_file_stays_as_an_older_version(sign_in: SignIn, draft: Case) -> None:
    client = sign_in("jl_applicant")
    old = DocumentVersion.objects.get(requirement="audit")
    upload(client, draft, "审计报告二.pdf", PDF, f"?replaces={old.pk}")
    old.refresh_from_db()
    assert old.superseded_at is not None
    assert DocumentVersion.objects.get(requirement="audit", superseded_at=None).name == "审计报告二.pdf"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.pdf", b"", "《空.pdf》为空文件"),
        ("报告.exe", b"MZ", "格式不在可接受的范围内"),
        ("报告.pdf", b"<html><script>", "内容与扩展名不符"),
        ("报告.pdf.exe", PDF, "格式不在可接受的范围内"),
        ("图.png", PDF, "内容与扩展名不符"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(
    sign_in: SignIn, draft: Case, name: str, content: bytes, sentence: str
) -> None:
    answer = upload(sign_in("jl_applicant"), draft, name, content)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_file_that_is_too_large_is_refused_with_the_limit(sign_in: SignIn, draft: Case, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    answer = upload(sign_in("jl_applicant"), draft, "大.pdf", PDF + b" " * (1024 * 1024))
    assert answer.status_code == 422
    assert "《大.pdf》超过 1 MB，请拆分后上传。" in answer.content.decode()


def test_an_upload_without_a_file_asks_for_one(sign_in: SignIn, draft: Case) -> None:
    answer = sign_in("jl_applicant").post(page("upload", draft, "audit"), {})
    assert answer.status_code == 422
    assert "请选择要上传的“文件”" in answer.content.decode()


def test_the_files_of_a_case_are_seen_by_its_bureau_once_it_is_filed_and_by_nobody_else(
    sign_in: SignIn, world: World
) -> None:
    case = jilin_draft(world)
    address = page("file", case, DocumentVersion.objects.get(case=case, requirement="audit").pk)
    assert sign_in("jl_local").get(address).status_code == 404
    submitted(case, "jl_applicant")
    expected = {"jl_applicant": 200, "jl_colleague": 200, "jl_local": 200, "jl_finance": 200, "jl_upper": 200,
                "jl_stranger": 404, "jl_other_local": 404, "zs_local": 404, "zs_upper": 404}  # fmt: skip
    assert {who: status_of(sign_in(who), address) for who in expected} == expected


def test_a_file_that_was_never_handed_in_is_seen_by_its_own_enterprise_only(sign_in: SignIn, world: World) -> None:
    case = jilin_draft(world)
    submitted(case, "jl_applicant")
    kept = DocumentVersion.objects.filter(case=case, requirement="audit").values(
        "requirement", "digest", "kind", "size"
    )
    later = DocumentVersion.objects.create(
        case=case, name="未提交.pdf", uploaded_by_id=actor("jl_applicant").id, uploaded_at=clock.now(), **kept[0]
    )
    address = page("file", case, later.pk)
    expected = {"jl_applicant": 200, "jl_local": 404, "jl_finance": 404, "jl_upper": 404, "jl_pay_maker": 404}
    assert {who: status_of(sign_in(who), address) for who in expected} == expected


def status_of(client: Client, address: str) -> int:
    """The answer's status; what it streams is read to its end, which closes the file."""
    answer = client.get(address)
    for _part in answer.streaming_content if answer.streaming else ():
        pass
    return answer.status_code
