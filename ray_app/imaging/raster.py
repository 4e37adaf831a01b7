"""Pictures through PIL (HEIC through pillow-heif): opening, counting, loading. Knows nothing of PDF and of scaling.

Plugins are called directly instead of ``Image.open``: the format is already known by content, and PIL's own check for
decompression bombs (a global, and lower than our limit) would come first.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import BmpImagePlugin, GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from ray_app.errors import ImageTooLarge, TruncatedImage, UnsupportedFormat, ZeroSizeImage
from ray_app.imaging.color import flatten
from ray_app.imaging.formats import Format
from ray_app.imaging.headers import declared_size
from ray_app.options import PrepareOptions

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what makes the picture upright (EXIF 2.32, tag 0x0112)."""

_DAMAGE = (
    SyntaxError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    AssertionError,
    struct.error,
    zlib.error,
)
"""What the decoders raise for damaged bytes; found by feeding them damaged files (tests/unit/imaging/test_damage.py)."""


def count_frames(data: bytes, found: Format, limit: int) -> int:
    """Returns the number of pages of a TIFF; 1 for every other format, whose further frames are animation.

    Args:
        data: the whole file.
        found: its format.
        limit: counting stops one above it.

    Raises:
        TruncatedImage: the file is damaged.
        ZeroSizeImage: width or height is zero.
        UnsupportedFormat: this build of PIL cannot read the format.
    """
    with _damage_told(data, found):
        image = _OPENERS[found](BytesIO(data))
        if found is not Format.TIFF:
            return 1
        count = 1
        while count <= limit:
            try:
                image.seek(count)
            except EOFError:
                break
            count += 1
        return count


def load(data: bytes, found: Format, page: int, options: PrepareOptions) -> tuple[Image.Image, tuple[int, int]]:
    """Loads one page, upright, in mode L or RGB.

    A JPEG that ``max_dimension`` will halve (or more) is decoded at reduced scale, never below what is asked for.

    Returns:
        The picture, and (width, height) of the upright original in pixels.

    Raises:
        ImageTooLarge: more pixels than ``max_pixels``; found in the header, before decoding.
        TruncatedImage: the file is damaged or has no such page.
        ZeroSizeImage: width or height is zero.
        UnsupportedFormat: this build of PIL cannot read the format.
    """
    with _damage_told(data, found):
        image = _OPENERS[found](BytesIO(data))
        if page > 1:
            image.seek(page - 1)
        width, height = image.size
        if width * height > options.max_pixels:
            raise ImageTooLarge(f"{width} x {height} pixels, more than {options.max_pixels} in all")
        if isinstance(image, JpegImagePlugin.JpegImageFile):
            shrink = options.max_dimension / max(width, height)
            if shrink < 1.0:
                image.draft(None, (max(1, round(width * shrink)), max(1, round(height * shrink))))
        image.load()
        # TIFF turns itself while loading and then says 1 here.
        orientation = image.getexif().get(_ORIENTATION, 1)
        flat = flatten(image)
        if orientation in _TURNS:
            flat = flat.transpose(_TURNS[orientation])
        return flat, (height, width) if orientation in (5, 6, 7, 8) else (width, height)


def _heif(file: BytesIO) -> Image.Image:
    from pillow_heif import HeifImageFile

    opener: Callable[[BytesIO], Image.Image] = HeifImageFile
    return opener(file)


def _avif(file: BytesIO) -> Image.Image:
    from PIL import AvifImagePlugin, features

    if not features.check("avif"):
        raise UnsupportedFormat("this build of Pillow reads no AVIF")
    return AvifImagePlugin.AvifImageFile(file)


_OPENERS: dict[Format, Callable[[BytesIO], Image.Image]] = {
    Format.JPEG: JpegImagePlugin.JpegImageFile,
    Format.PNG: PngImagePlugin.PngImageFile,
    Format.WEBP: WebPImagePlugin.WebPImageFile,
    Format.TIFF: TiffImagePlugin.TiffImageFile,
    Format.GIF: GifImagePlugin.GifImageFile,
    Format.BMP: BmpImagePlugin.BmpImageFile,
    Format.HEIC: _heif,
    Format.AVIF: _avif,
}


@contextmanager
def _damage_told(data: bytes, found: Format) -> Iterator[None]:
    try:
        yield
    except Image.DecompressionBombError as error:
        raise ImageTooLarge(str(error)) from error
    except _DAMAGE as error:
        size = declared_size(data, found)
        if size is not None and 0 in size:
            raise ZeroSizeImage(f"the {found} header says {size[0]} x {size[1]} pixels") from error
        raise TruncatedImage(f"the {found} data is cut short or damaged: {error}") from error
