"""A page as a small JPEG for people to look at, upright, and the size of the original that coordinates refer to."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from ray_app.imaging.decode import decode
from ray_app.options import PrepareOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A JPEG, and (width, height) of the upright original in pixels."""

    data: bytes
    size: tuple[int, int]


def preview(data: bytes, page: int, options: PrepareOptions, *, longest: int = 1000, quality: int = 70) -> Preview:
    """Returns a page's preview, its longer side at most ``longest`` pixels.

    Raises:
        InputError: the page cannot be decoded.
    """
    decoded = decode(data, page, options)
    image = Image.fromarray(decoded.pixels)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return Preview(data=buffer.getvalue(), size=decoded.size)
