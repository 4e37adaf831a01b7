"""The few TIFF tags that tell a camera's raw image from a picture, read without an image library."""

import struct

_DNG_VERSION = 0xC612
_NEW_SUBFILE_TYPE = 254
_SUB_IFDS = 330
_WIDTH, _HEIGHT = 256, 257
_MAX_TAGS = 512
"""Real directories hold some dozens; a longer one is damage."""


def first_directory(data: bytes) -> dict[int, int]:
    """Returns tag -> value or offset of a classic TIFF's first directory; as far as it can be read, no further."""
    order = "<" if data[:2] == b"II" else ">"
    if len(data) < 8 or data[2:4] not in (b"*\0", b"\0*"):
        return {}
    (start,) = struct.unpack_from(order + "I", data, 4)
    if start + 2 > len(data):
        return {}
    (count,) = struct.unpack_from(order + "H", data, start)
    tags: dict[int, int] = {}
    for at in range(start + 2, min(start + 2 + 12 * min(count, _MAX_TAGS), len(data) - 11), 12):
        tag, kind, length = struct.unpack_from(order + "HHI", data, at)
        short = kind == 3 and length == 1
        (tags[tag],) = struct.unpack_from(order + ("H" if short else "I"), data, at + 8)
    return tags


def is_camera_raw(data: bytes) -> bool:
    """Whether a TIFF is a raw image of a camera: Canon's mark, a DNG version, or a thumbnail first and the rest below."""
    if data[8:10] == b"CR":
        return True
    tags = first_directory(data)
    return _DNG_VERSION in tags or (tags.get(_NEW_SUBFILE_TYPE, 0) & 1 == 1 and _SUB_IFDS in tags)


def tiff_size(data: bytes) -> tuple[int, int] | None:
    """Returns (width, height) as a classic TIFF's first directory declares them, or None where it does not."""
    tags = first_directory(data)
    return (tags[_WIDTH], tags[_HEIGHT]) if _WIDTH in tags and _HEIGHT in tags else None
