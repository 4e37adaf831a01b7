import struct

import pytest

from ray_app.errors import EmptyFile, NotAnImage, NoticeCode, UnsupportedFormat
from ray_app.imaging.formats import Format, extension_notice, sniff
from tests.unit.imaging.pictures import encode, encrypted_pdf, page, pdf_page


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("JPEG", Format.JPEG),
        ("PNG", Format.PNG),
        ("WEBP", Format.WEBP),
        ("TIFF", Format.TIFF),
        ("GIF", Format.GIF),
        ("BMP", Format.BMP),
        ("HEIC", Format.HEIC),
        ("AVIF", Format.AVIF),
    ],
)
def test_formats_are_told_by_content(kind, expected):
    assert sniff(encode(page(120, 90), kind)) is expected


def test_pdf_is_told_with_rubbish_in_front():
    assert sniff(pdf_page()) is sniff(b"\r\n" * 100 + pdf_page()) is sniff(encrypted_pdf()) is Format.PDF


def test_no_bytes_are_an_empty_file():
    with pytest.raises(EmptyFile):
        sniff(b"")


@pytest.mark.parametrize("data", [b"Dear aunt,", b"\0" * 100, b"BM is a text", b"<html><svg></html>", b"RI", b"%PD"])
def test_what_is_no_image_is_said_to_be_none(data):
    with pytest.raises(NotAnImage):
        sniff(data)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b'<?xml version="1.0"?>\n<svg width="1"/>', "SVG"),
        (b"  <SVG/>", "SVG"),
        (b"8BPS\0\1", "Photoshop"),
        (b"\xff\x0a\0\0", "JPEG XL"),
        (b"PK\x03\x04abc", "ZIP"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "video"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0", "raw"),
        (b"RIFF\0\0\0\0WAVEfmt ", "sound"),
        (b"II*\0\x10\0\0\0CR\x02\0", "raw"),
    ],
)
def test_known_formats_that_are_not_read_are_named(data, word):
    with pytest.raises(UnsupportedFormat, match=word):
        sniff(data)


def _tiff(*tags: tuple[int, int]) -> bytes:
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + b"\0" * 4


def test_raw_images_of_cameras_are_told_from_tiff_by_their_tags():
    for tags in [((254, 1), (330, 99)), ((0xC612, 1),)]:
        with pytest.raises(UnsupportedFormat, match="raw"):
            sniff(_tiff(*tags))
    assert sniff(_tiff((254, 0), (256, 10))) is Format.TIFF


@pytest.mark.parametrize("source", ["a/photo.PNG", "photo", "s3://bucket/x.png?version=1", "v1.2024", ""])
def test_an_honest_name_is_not_remarked(source):
    assert extension_notice(source, Format.PNG) is None


@pytest.mark.parametrize("source", ["photo.jpg", "a/b.png/photo.txt", "scan.PDF"])
def test_a_name_of_another_kind_is_remarked(source):
    notice = extension_notice(source, Format.PNG)
    assert notice is not None
    assert notice.code is NoticeCode.WRONG_EXTENSION
    assert "PNG" in notice.message
