"""Tells formats by content, never by name. Looks at the first bytes only; imports no image library."""

import re
from enum import StrEnum
from pathlib import PurePosixPath

from ray_app.errors import EmptyFile, NotAnImage, NoticeCode, UnsupportedFormat
from ray_app.imaging.tiff_header import is_camera_raw
from ray_app.types import Notice


class Format(StrEnum):
    """The formats that are read."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    TIFF = "TIFF"
    GIF = "GIF"
    BMP = "BMP"
    HEIC = "HEIC"
    AVIF = "AVIF"
    PDF = "PDF"


EXTENSIONS: dict[Format, frozenset[str]] = {
    Format.JPEG: frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"}),
    Format.PNG: frozenset({".png", ".apng"}),
    Format.WEBP: frozenset({".webp"}),
    Format.TIFF: frozenset({".tif", ".tiff"}),
    Format.GIF: frozenset({".gif"}),
    Format.BMP: frozenset({".bmp", ".dib"}),
    Format.HEIC: frozenset({".heic", ".heif", ".hif"}),
    Format.AVIF: frozenset({".avif"}),
    Format.PDF: frozenset({".pdf"}),
}
"""Extensions by format, lower case, with their dot."""

IMAGE_EXTENSIONS: frozenset[str] = frozenset().union(*EXTENSIONS.values())
"""All extensions that a folder is searched for."""

# A signature may be cut short by a truncated file; the bytes that follow these are the decoder's to judge.
_SIGNATURES: tuple[tuple[bytes, Format], ...] = (
    (b"\xff\xd8", Format.JPEG),
    (b"\x89PNG", Format.PNG),
    (b"GIF8", Format.GIF),
    (b"II*\0", Format.TIFF),
    (b"MM\0*", Format.TIFF),
    (b"II+\0", Format.TIFF),  # BigTIFF
    (b"MM\0+", Format.TIFF),
)

_UNREAD: tuple[tuple[bytes, str], ...] = (
    (b"8BPS", "a Photoshop file"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL image"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 image"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (b"\0\0\x01\0", "an icon"),
    (b"FUJIFILMCCD-RAW", "a camera's raw image"),
    (b"IIU\0", "a camera's raw image"),
    (b"IIRO", "a camera's raw image"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"AT&TFORM", "a DjVu document"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"gimp xcf", "a GIMP file"),
)

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
"""Lengths that a BMP's second header may have; "BM" alone begins too many texts."""

_PDF_WINDOW = 1024
"""Readers accept the PDF signature anywhere in the first 1024 bytes (ISO 32000-1, appendix H.3, note 13)."""


def sniff(data: bytes) -> Format:
    """Returns the format that the bytes are of.

    Raises:
        EmptyFile: there are no bytes.
        UnsupportedFormat: a known format that is not read; the message names it.
        NotAnImage: none of the formats known here.
    """
    if not data:
        raise EmptyFile("the file has no bytes")
    found = _signature(data) or _container(data)
    if found is Format.TIFF and is_camera_raw(data):
        raise UnsupportedFormat("the file is a camera's raw image")
    if found is None:
        _refuse(data)
        raise NotAnImage(f"the file begins with {data[:8]!r}, which is no image format")
    return found


def _signature(data: bytes) -> Format | None:
    for signature, found in _SIGNATURES:
        if data.startswith(signature):
            return found
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return Format.BMP
    if b"%PDF-" in data[:_PDF_WINDOW]:
        return Format.PDF
    return None


def _container(data: bytes) -> Format | None:
    """RIFF and ISO media files hold many formats; the brand inside tells which."""
    if data.startswith(b"RIFF"):
        if data[8:12] == b"WEBP":
            return Format.WEBP
        raise UnsupportedFormat("the file is a sound or a video (RIFF)")
    if data[4:8] == b"ftyp":
        length = min(max(int.from_bytes(data[:4], "big"), 16), 256)
        brands = {data[8:12]} | {data[at : at + 4] for at in range(16, length, 4)}
        if brands & _AVIF_BRANDS:
            return Format.AVIF
        if brands & _HEIC_BRANDS:
            return Format.HEIC
        kind = "a camera's raw image" if data[8:12] == b"crx " else "a video or sound"
        raise UnsupportedFormat(f"the file is {kind} ({data[8:12].decode('latin-1').strip()})")
    return None


def _refuse(data: bytes) -> None:
    for signature, kind in _UNREAD:
        if data.startswith(signature):
            raise UnsupportedFormat(f"the file is {kind}")
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<svg") or (head.startswith((b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in head):
        raise UnsupportedFormat("the file is an SVG drawing")


def extension_notice(source: str, found: Format) -> Notice | None:
    """Returns a remark where the file's name claims another kind of file than its content is, else None.

    Args:
        source: path or URL; a name without an extension claims nothing.
        found: what the content is.
    """
    suffix = PurePosixPath(re.split(r"[?#]", source, maxsplit=1)[0]).suffix.lower()
    if not re.fullmatch(r"\.[a-z][a-z0-9]{1,4}", suffix) or suffix in EXTENSIONS[found]:
        return None
    return Notice(code=NoticeCode.WRONG_EXTENSION, message=f"the name ends in {suffix}, but the content is {found}")
