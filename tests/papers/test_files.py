"""Uploads: checked by extension, magic bytes and by opening; kept under their digest."""

import hashlib
import io
import zipfile

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django import Settings

from subsidy.papers import files
from tests.papers.samples import workbook


def pdf(pages: int = 1, **options: object) -> bytes:
    made, document = io.BytesIO(), pikepdf.new()
    for _page in range(pages):
        document.add_blank_page()
    document.save(made, **options)
    return made.getvalue()


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, form, **options)
    return made.getvalue()


def packed(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def take(name: str, content: bytes) -> files.Kept:
    return files.take(SimpleUploadedFile(name, content))


OFD = packed(**{"OFD.xml": b'<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>', "Doc_0/x.xml": b"<x/>"})
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><a>&b;</a>'
GOOD = [
    ("审计报告.pdf", pdf(3), "pdf", 3),
    ("照片.JPG", picture(), "jpg", 1),
    ("照片.jpeg", picture(), "jpg", 1),
    ("图.png", picture("PNG"), "png", 1),
    ("明细.xlsx", workbook("").getvalue(), "xlsx", None),
    ("发票.ofd", OFD, "ofd", None),
    ("发票.xml", "<?xml version='1.0'?><EInvoice><名称>甲</名称></EInvoice>".encode(), "xml", None),
]
BAD = [
    ("空.pdf", b"", "empty"),
    ("程序.exe", b"MZ", "extension"),
    ("发票.pdf.exe", pdf(), "extension"),
    ("图.svg", b"<svg/>", "extension"),
    ("无扩展名", pdf(), "extension"),
    ("页.pdf", b"<html><script>alert(1)</script>", "content"),
    ("前缀.pdf", b"MZ" + pdf(), "content"),
    ("图.pdf", picture(), "content"),
    ("表.pdf", workbook("").getvalue(), "content"),
    ("文.png", pdf(), "content"),
    ("照.png", picture("JPEG"), "content"),
    ("表.xlsx", OFD, "content"),
    ("票.ofd", workbook("").getvalue(), "content"),
    ("压缩.xlsx", packed(a=b"x"), "content"),
    ("图.xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "content"),
    ("页.xml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "content"),
    ("实体.xml", LAUGHS, "content"),
    ("实体.ofd", packed(**{"OFD.xml": LAUGHS}), "content"),
    ("深.xml", b"<a>" * 300 + b"</a>" * 300, "broken"),
    ("断.pdf", b"%PDF-1.7\nnothing", "broken"),
    ("断.jpg", picture()[:200], "broken"),
    ("断.xml", b"<a><b></a>", "broken"),
    ("锁.pdf", pdf(encryption=pikepdf.Encryption(user="secret", owner="owner")), "encrypted"),
    ("旧.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted"),
    ("宏.xlsx", workbook("", **{"xl/vbaProject.bin": b"x"}).getvalue(), "macro"),
    ("多.xlsx", workbook("", **{f"a{number}": b"" for number in range(200)}).getvalue(), "bomb"),
]


DISGUISED = [
    (f"{kind}-as.{ending}", content)
    for _name, content, kind, _pages in GOOD
    for ending in ("pdf", "jpg", "png", "xlsx", "ofd", "xml", "exe", "svg", "html")
    if ending != kind
]


@pytest.mark.parametrize(("name", "content"), DISGUISED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_good_content_under_another_ending_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(ValidationError) as caught:
        take(name, content)
    assert caught.value.code in {"extension", "content"}


@pytest.mark.parametrize(("name", "content", "kind", "pages"), GOOD)
def test_a_good_file_is_kept_under_the_digest_of_its_bytes(
    name: str, content: bytes, kind: str, pages: int | None
) -> None:
    kept = take(name, content)
    assert (kept.kind, kept.pages) == (kind, pages)
    stored = files.path_of(kept.digest).read_bytes()
    assert hashlib.sha256(stored).hexdigest() == kept.digest
    assert len(stored) == kept.size
    if kind not in {"jpg", "png"}:
        assert stored == content


@pytest.mark.parametrize(("name", "content", "code"), BAD)
def test_a_bad_file_is_refused_by_name_and_nothing_is_kept(
    name: str, content: bytes, code: str, settings: Settings
) -> None:
    with pytest.raises(ValidationError) as refused:
        take(name, content)
    assert refused.value.code == code
    assert refused.value.messages[0].startswith(f"《{name}》")
    assert not settings.MEDIA_ROOT.exists()


def test_the_sentences_say_what_to_do() -> None:
    with pytest.raises(ValidationError) as refused:
        take("审计报告.pdf", pdf(encryption=pikepdf.Encryption(user="secret", owner="owner")))
    assert refused.value.messages == ["《审计报告.pdf》已加密，请取消密码后重新上传。"]


def test_a_file_above_the_limit_is_refused_before_it_is_read(settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    with pytest.raises(ValidationError) as refused:
        take("大.pdf", b"%PDF-" + bytes(1024 * 1024))
    assert refused.value.messages == ["《大.pdf》超过 1 MB，请拆分后上传。"]


def test_only_the_kinds_that_are_asked_for_are_taken() -> None:
    with pytest.raises(ValidationError, match="pdf"):
        files.take(SimpleUploadedFile("图.png", picture("PNG")), frozenset({"pdf"}))


def test_a_pdf_that_opens_without_a_password_is_taken() -> None:
    assert take("票.pdf", pdf(encryption=pikepdf.Encryption(user="", owner="owner"))).pages == 1


def test_a_photo_loses_where_it_was_taken_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret place"
    exif.get_ifd(0x8825)[1] = "N"
    kept = take("照片.jpg", picture(exif=exif))
    with Image.open(files.path_of(kept.digest)) as stored:
        assert not stored.getexif()
        assert stored.size == (20, 40)
    assert b"secret place" not in files.path_of(kept.digest).read_bytes()


def test_a_program_hung_onto_a_picture_is_not_kept() -> None:
    kept = take("照片.png", picture("PNG") + packed(**{"x.html": b"<script>alert(1)</script>"}))
    assert b"script" not in files.path_of(kept.digest).read_bytes()


def test_a_picture_of_too_many_pixels_is_refused_without_being_unpacked() -> None:
    with pytest.raises(ValidationError) as refused:
        take("大图.png", picture("PNG", (10_001, 10)))
    assert refused.value.code == "pixels"


def test_the_same_file_twice_is_kept_once(settings: Settings) -> None:
    content = pdf(2)
    assert take("一.pdf", content).digest == take("二.pdf", content).digest
    assert len([path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "/x"])
def test_what_is_no_digest_leads_to_no_file(digest: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        files.path_of(digest)
