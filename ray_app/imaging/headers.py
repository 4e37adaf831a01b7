"""The size that a file declares, read from its header without an image library.

PIL refuses a width of zero with the same error as damage; this tells the two apart.
"""

from ray_app.imaging.formats import Format
from ray_app.imaging.tiff_header import tiff_size

_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that begin a frame header (ITU T.81, table B.1); C4, C8 and CC mean something else."""


def declared_size(data: bytes, found: Format) -> tuple[int, int] | None:
    """Returns (width, height) in pixels as stored, or None where the header is cut short or of another kind."""
    match found:
        case Format.PNG if len(data) >= 24:
            return _numbers(data, 16, 20, 4, "big")
        case Format.GIF if len(data) >= 10:
            return _numbers(data, 6, 8, 2, "little")
        case Format.BMP if len(data) >= 26:
            if data[14] == 12:  # OS/2 headers count in 16 bits
                return _numbers(data, 18, 20, 2, "little")
            width, height = _numbers(data, 18, 22, 4, "little")
            return (width, height if height < 1 << 31 else (1 << 32) - height)  # negative: stored from the top
        case Format.JPEG:
            return _jpeg_size(data)
        case Format.TIFF:
            return tiff_size(data)
    return None


def _numbers(data: bytes, first: int, second: int, length: int, order: str) -> tuple[int, int]:
    little = order == "little"
    values = [int.from_bytes(data[at : at + length], "little" if little else "big") for at in (first, second)]
    return values[0], values[1]


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = _numbers(data, at + 5, at + 7, 2, "big")
            return width, height
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
